/** What `info` says of registers, as masks over the bytes of a record: which bits are read, which may change. */
import { FFR, FPCR, FPSR, MEMORY, MODE, NZCV, P, PREDICATE, SP, VECTOR, WORDS, X, Z, ZA } from '../record.mjs'

/** Bytes of a record before memory. */
export const STATE = MEMORY

/** Place and bits of each register. */
function places({ file, number }) {
  switch (file) {
    case 'X':
      return [[X + 8 * number, 64]]
    case 'SP':
      return [[SP, 64]]
    case 'V':
      return [[Z + VECTOR * number, 8 * VECTOR]]
    case 'P':
      return [[P + PREDICATE * number, 8 * PREDICATE]]
    case 'FFR':
      return [[FFR, 8 * PREDICATE]]
    case 'FPCR':
      return [[FPCR, 64]]
    case 'FPSR':
      return [[FPSR, 64]]
    case 'ZA':
      // Tile n of 128-bit elements is every 16th vector from the n-th.
      return Array.from({ length: VECTOR }, (_, r) => r)
        .filter((r) => (number >>> (r % 16)) & 1)
        .map((r) => [ZA + VECTOR * r, 8 * VECTOR])
    default:
      return []
  }
}

function mark(mask, at, from, to) {
  for (let bit = from; bit < to; bit++) mask[at + (bit >>> 3)] |= 1 << (bit & 7)
}

/** Fills both masks with what an `info` says that is read and written. */
export function footprint({ registers, flags }, reads, writes) {
  reads.fill(0)
  writes.fill(0)
  // As a register NZCV has one range of bits; the flags say which of these.
  for (const [k, flag] of [flags.v, flags.c, flags.z, flags.n].entries()) {
    if (flag.read) mark(reads, NZCV, 28 + k, 29 + k)
    if (flag.write !== 'none') mark(writes, NZCV, 28 + k, 29 + k)
  }
  for (const use of registers) {
    if (use.file === 'NZCV') continue
    for (const [at, width] of places(use)) {
      for (const [range, mask] of [
        [use.reads, reads],
        [use.writes, writes],
      ]) {
        if (range === undefined) continue
        const end = range.width < 0 ? width : range.lsb + range.width
        mark(mask, at, range.lsb, Math.min(end, width))
      }
      // What lies above 127 becomes zero with any write that Advanced SIMD does.
      if (use.file === 'V' && use.write === 'partial') mark(writes, at, 128, width)
    }
  }
}

/** Bits that a program can give any value. */
export function settable(streaming) {
  const mask = new Uint8Array(STATE)
  mask.fill(0xff, X, NZCV)
  mark(mask, NZCV, 28, 32)
  for (const bit of [19, 22, 23, 24, 25, 26]) mark(mask, FPCR, bit, bit + 1)
  for (const bit of [0, 1, 2, 3, 4, 7, 27]) mark(mask, FPSR, bit, bit + 1)
  mask.fill(0xff, Z, FFR + PREDICATE)
  if (streaming) mask.fill(0xff, ZA, ZA + VECTOR * VECTOR)
  return mask
}

/** Bytes that are no register: the outcome from `MODE` on, the code. */
export const OUTCOME = [MODE, WORDS]

/** The register that a byte of the record is of. */
export function nameOf(at) {
  if (at < SP) return `X${(at - X) >>> 3}`
  if (at < NZCV) return 'SP'
  if (at < FPCR) return 'NZCV'
  if (at < FPSR) return 'FPCR'
  if (at < MODE) return 'FPSR'
  if (at < Z) return 'the way it ends'
  if (at < P) return `V${(at - Z) >>> 5}`
  if (at < FFR) return `P${(at - P) >>> 2}`
  if (at < ZA) return 'FFR'
  if (at < MEMORY) return `ZA, vector ${(at - ZA) >>> 5}`
  return 'memory'
}
