/**
 * Bit helpers shared by every floor.
 *
 * Representations, chosen once:
 *
 * - A **64-bit value** (register, virtual address, descriptor) is a pair of unsigned 32-bit numbers `hi`, `lo`, or a
 *   slot of a `RegisterFile`. `bigint` appears only in the public API: `x & mask` on a bigint costs 39 ns here, on a
 *   pair of numbers about 1 ns.
 * - A **physical address** (PA, IPA) is a plain `number`. It is exact to 2^53; FEAT_D128's 56-bit addresses are exact
 *   as *page* addresses (multiples of 4096 need 44 bits of mantissa), which is what descriptors, PAR_EL1 and
 *   HPFAR_EL2 hold. No region can be mapped at or above 2^53, so a byte address never needs more.
 *
 * @module
 */

/** 2^32, the weight of `hi` in a pair. */
export const TWO32 = 0x1_0000_0000

/** Bits `[lsb + width - 1 : lsb]` of a 32-bit word, unsigned. `width` is 1..32. */
export function bits(word: number, lsb: number, width: number): number {
  return ((word >>> lsb) & (-1 >>> (32 - width))) >>> 0
}

/** Bit `n` of a 32-bit word: 0 or 1. */
export function bit(word: number, n: number): number {
  return (word >>> n) & 1
}

/** The low `width` bits (1..32) of `value` read as a two's complement number. */
export function signExtend(value: number, width: number): number {
  const shift = 32 - width
  return (value << shift) >> shift
}

/** The number `hi:lo`, exact while it is below 2^53. */
export function toNumber(hi: number, lo: number): number {
  return (hi >>> 0) * TWO32 + (lo >>> 0)
}

/** The same of an address: exact below 2^53, rounded down to a multiple of 8 from there on, so that its page is right. */
export function toAddress(hi: number, lo: number): number {
  return hi >>> 0 < 0x20_0000 ? toNumber(hi, lo) : toNumber(hi, lo & ~7)
}

/**
 * `n` rounded down to a multiple of `unit`, a power of two; exact below 2^53. `n - (n % unit)` is the x87's fprem where V8
 * cannot see that `n` is an int32: an LDR with a valid syndrome took 189 ns with it, 163 without.
 */
export function alignDown(n: number, unit: number): number {
  return Math.floor(n / unit) * unit
}

/** The four bytes of a word in reverse order. */
export function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}

/** Four bytes, the first in bits 7:0, as a signed number. */
export function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}

/** The high 32 bits of a non-negative number below 2^64. */
export function high(n: number): number {
  return Math.floor(n / TWO32) >>> 0
}

/** The low 32 bits of a non-negative number below 2^64. */
export function low(n: number): number {
  return (n % TWO32) >>> 0
}

/** `0x`-led lower-case hexadecimal, at least `digits` long. */
export function hex(n: number | bigint, digits = 1): string {
  return `0x${n.toString(16).padStart(digits, '0')}`
}

/** A text for any value, for messages: even for one whose own toString throws. */
export function shown(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value)
}
