/** State that a word can be executed in: addresses where it takes addresses, else anything. */
import {
  FFR,
  FPCR,
  FPSR,
  MEMORY,
  MODE,
  NZCV,
  P,
  PREDICATE,
  SP,
  VECTOR,
  WINDOW,
  WINDOW_BYTES,
  WORDS,
  X,
  Z,
  ZA,
} from '../record.mjs'

const NOP = 0xd503_201f
const BRK = 0xd420_0000
const MIDDLE = WINDOW + WINDOW_BYTES / 2

/** Fills a record. @param at - its first byte in `records`. */
export function fillState(records, at, word, { operands, streaming, branches }, next) {
  const u32 = (offset, value) => records.writeUInt32LE(value >>> 0, at + offset)
  const u64 = (offset, value) => records.writeBigUInt64LE(BigInt.asUintN(64, value), at + offset)
  const random64 = () => (BigInt(next()) << 32n) | BigInt(next())
  const pointer = () => BigInt(MIDDLE - 512 + 16 * (next() % 64))
  const small = () => BigInt(next() % 64) - 32n
  records.fill(0, at + SP, at + WORDS)
  for (let r = 0; r < 31; r++) {
    const kind = next() % 8
    u64(X + 8 * r, kind < 3 ? pointer() : kind < 5 ? small() : random64())
  }
  u64(SP, BigInt(MIDDLE - 256 + 16 * (next() % 32)))
  u32(NZCV, next() & 0xf000_0000)
  // Rounding mode, flush to zero, default NaN; plain half of the time.
  if (next() & 1) u32(FPCR, next() & 0x03c8_0000)
  if (next() & 1) u32(FPSR, next() & 0x0800_009f)
  for (let k = Z; k < FFR; k += 4) u32(k, next())
  // Half of the predicates have all elements, which is what most loops use.
  for (let p = 0; p < 16; p++) if (next() & 1) u32(P + PREDICATE * p, 0xffff_ffff)
  u32(FFR, 0xffff_ffff)
  for (let k = MEMORY; k < MEMORY + WINDOW_BYTES; k += 4) u32(k, next())
  if (streaming) {
    u32(MODE, 1)
    for (let k = ZA; k < MEMORY; k += 4) u32(k, next())
  }
  for (let k = 0; k < 15; k++) u32(WORDS + 4 * k, k === 0 ? word : k < 5 && !branches ? NOP : BRK)
  for (const o of operands) if (o.kind === 'memory') aim(o)

  function aim({ base, index }) {
    if (index?.class === 'Z') lanes(index, () => small())
    else if (index && index.number < 31) u64(X + 8 * index.number, small() & 31n)
    if (base.class === 'Z') lanes(base, pointer)
    else if (base.number < 31) u64(X + 8 * base.number, pointer())
  }

  function lanes({ number, arrangement }, value) {
    const from = Z + VECTOR * number
    for (let k = 0; k < VECTOR; k += 8) {
      if (arrangement === 's') {
        u32(from + k, Number(BigInt.asUintN(32, value())))
        u32(from + k + 4, Number(BigInt.asUintN(32, value())))
      } else u64(from + k, value())
    }
  }
}
