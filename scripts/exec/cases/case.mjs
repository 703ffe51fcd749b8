/** A load or store, and registers that make it one of the window: mostly inside, sometimes over its edge, or nowhere. */
import { WINDOW, WINDOW_BYTES } from '../record.mjs'
import { contractWord } from './contract.mjs'

const MIDDLE = WINDOW + WINDOW_BYTES / 2
/** MRS-like helpers around LDRAA: PACDZA, PACDZB, XPACD of X0. */
const PACDZA = 0xdac1_2be0
const PACDZB = 0xdac1_2fe0
const XPACD = 0xdac1_47e0
/** Accesses that older QEMU executes at any address, newer where FEAT_LSE2 allows it: these are aligned. */
const ALIGNED = /^(?:exclusive|atomic|compare)/

/** Code and registers of a case. `next` gives 32 random bits. */
export function caseOf(insn, operands, next) {
  const { word, encoding } = insn
  const { access, id } = encoding
  const one = { cls: access.form, words: [word >>> 0], x: {}, z: {}, p: {}, sp: undefined }
  const memory = operands.find((o) => o.kind === 'memory')
  const chance = (percent) => next() % 100 < percent
  const between = (low, high) => low + (next() % (high - low + 1))
  const aligned = ALIGNED.test(access.form) || access.order !== 'plain'
  const { base, index, offset = 0, mode } = memory ?? {}

  function address() {
    if (chance(2) && !/^LDRA/.test(id)) return (BigInt(next()) << 32n) | BigInt(next())
    if (aligned) {
      const before = mode === 'post' ? 0 : offset
      return BigInt(MIDDLE + 16 * between(-32, 31) - before)
    }
    if (chance(8)) return BigInt(WINDOW + (chance(50) ? 0 : WINDOW_BYTES) + between(-40, 40))
    return BigInt(MIDDLE + between(-512, 511) * (chance(50) ? 1 : 0) + 16 * between(-16, 15))
  }

  /** Z lanes, from the lowest. */
  function lanes(arrangement, value) {
    const bytes = Buffer.alloc(32)
    const step = arrangement === 's' ? 4 : 8
    for (let k = 0; k < 32; k += step) {
      if (step === 4) bytes.writeInt32LE(value(), k)
      else bytes.writeBigInt64LE(BigInt(value()), k)
    }
    return bytes.toString('hex')
  }

  if (base?.class === 'Z') one.z[base.number] = lanes(base.arrangement, () => MIDDLE + between(-800, 800))
  else if (base) {
    // A tag in the top byte, wrong half of the time; no memory has another than 0.
    const tag = chance(6) ? BigInt(next() & (chance(50) ? 0xf0 : 0xff)) << 56n : 0n
    const at = (address() | tag) & 0xffff_ffff_ffff_ffffn
    if (base.number === 31) one.sp = at
    else one.x[base.number] = at
  } else if (memory === undefined) one.x[word & 31] = address()
  if (index?.class === 'Z') one.z[index.number] ??= lanes(index.arrangement, () => between(-100, 100))
  else if (index && index.number < 31 && !(index.number in one.x)) {
    one.x[index.number] = BigInt.asUintN(64, BigInt(between(-16, 32)))
    // What UXTW and SXTW leave out.
    if (/^[us]xtw$/.test(memory.extend)) one.x[index.number] ^= BigInt(next()) << 32n
  }
  delete one.x[31]
  if (/^S[VM]E /.test(encoding.group)) {
    const masks = [0, 0xffff_ffff, 0x1111_1111, 0x0101_0101, 0x00ff_ffff]
    for (let p = 0; p < 16; p++) if (chance(50)) one.p[p] = masks[next() % masks.length]
  }
  if (/^compare/.test(access.form) && chance(60)) expect()
  if (/^exclusive/.test(access.form) && access.store && chance(75)) one.words.unshift(loadExclusive(word))
  if (/^LDRA[AB]/.test(id) && base.number < 31) {
    const sign = /^LDRAA/.test(id) ? PACDZA : PACDZB
    one.words = [(sign | base.number) >>> 0, word >>> 0, (XPACD | base.number) >>> 0]
  }
  return one

  /** The register that is compared holds what is there. */
  function expect() {
    const at = Number(BigInt.asUintN(32, one.x[base.number] ?? one.sp ?? 0n)) - WINDOW
    const register = (word >>> 16) & 31
    if (at < 0 || at >= WINDOW_BYTES - 16 || register >= 30 || register === base.number) return
    const low = contractWord(10000 + (at >>> 3))
    if (!/^CASP/.test(id)) one.x[register] = low
    else if (register + 1 !== base.number) {
      const wide = (word >>> 30) & 1
      one.x[register] = wide ? low : low & 0xffff_ffffn
      one.x[register + 1] = wide ? contractWord(10001 + (at >>> 3)) : low >> 32n
    }
  }
}

/** The load-exclusive of a store's address and size, into registers that the store does not use. */
export function loadExclusive(word) {
  const pair = (word >>> 21) & 1
  const used = new Set([word, word >>> 5, word >>> 10, word >>> 16].map((field) => field & 31))
  const [first, second] = Array.from({ length: 31 }, (_, r) => r).filter((r) => !used.has(r))
  const fields = (31 << 16) | ((pair ? second : 31) << 10) | (word & 0x3e0) | first
  return ((word & 0xc000_0000) | 0x0840_0000 | (pair << 21) | fields) >>> 0
}
