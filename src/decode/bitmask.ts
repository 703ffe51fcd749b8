/**
 * Logical immediates: 13 bits N:immr:imms that stand for a repeated, rotated run of ones
 * (DDI 0487, shared/functions/vector `DecodeBitMasks`).
 *
 * @module
 */

/** log2 of the element size, 1..6, or -1 when N:imms is reserved. */
export function elementLog2(n: number, imms: number): number {
  const length = 31 - Math.clz32((n << 6) | (~imms & 63))
  if (length < 1) return -1
  const levels = (1 << length) - 1
  return (imms & levels) === levels ? -1 : length
}

/** The 64-bit immediate of N, immr and imms: `out[0]` the low, `out[1]` the high half; 0 of a reserved encoding. */
export function decodeBitMask(n: number, immr: number, imms: number, out: Uint32Array): void {
  const length = elementLog2(n, imms)
  if (length < 0) {
    out.fill(0)
    return
  }
  const size = 1 << length
  const levels = size - 1
  const ones = (imms & levels) + 1
  const rotate = immr & levels
  if (size === 64) {
    const low = ones >= 32 ? 0xffff_ffff : (1 << ones) - 1
    const high = ones <= 32 ? 0 : ones === 64 ? 0xffff_ffff : (1 << (ones - 32)) - 1
    const [a, b] = rotate < 32 ? [low, high] : [high, low]
    const by = rotate & 31
    out[0] = by === 0 ? a : (a >>> by) | (b << (32 - by))
    out[1] = by === 0 ? b : (b >>> by) | (a << (32 - by))
    return
  }
  const mask = size === 32 ? 0xffff_ffff : (1 << size) - 1
  const run = ones === 32 ? 0xffff_ffff : (1 << ones) - 1
  let element = (rotate === 0 ? run : (run >>> rotate) | (run << (size - rotate))) & mask
  for (let width = size; width < 32; width *= 2) element |= element << width
  out[0] = element
  out[1] = element
}

/**
 * N:immr:imms, 13 bits, of a 64-bit number (`low` repeated for a 32-bit one); -1 when it is no logical immediate. Of
 * the encodings that an immediate has, the one whose immr is below the element size.
 */
export function encodeBitMask(low: number, high: number): number {
  const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  for (let log2 = 1; log2 <= 6; log2++) {
    const size = 1 << log2
    const element = BigInt.asUintN(size, value)
    let whole = 0n
    for (let at = 0; at < 64; at += size) whole |= element << BigInt(at)
    if (whole !== value) continue
    const top = (1n << BigInt(size)) - 1n
    if (element === 0n || element === top) return -1
    // Rotate left until a run of ones ends at bit 0: then the element is 2^ones - 1.
    let rotated = element
    for (let immr = 0; immr < size; immr++) {
      if ((rotated & 1n) === 1n && (rotated & (rotated + 1n)) === 0n) {
        const ones = rotated.toString(2).length
        const levels = ~(2 * size - 1) & 63
        return ((log2 === 6 ? 1 : 0) << 12) | (immr << 6) | ((log2 === 6 ? 0 : levels) | (ones - 1))
      }
      rotated = ((rotated << 1n) | (rotated >> BigInt(size - 1))) & top
    }
    return -1
  }
  return -1
}

/** True when MOVZ or MOVN of the register's width can make the value: then MOV of a logical immediate is not preferred. */
export function isMoveWide(low: number, high: number, width: 32 | 64): boolean {
  return isMoveZero(low, high, width) || isMoveZero(~low, width === 64 ? ~high : 0, width)
}

/** At most one of the 16-bit pieces is not zero. */
function isMoveZero(low: number, high: number, width: 32 | 64): boolean {
  let pieces = 0
  if ((low & 0xffff) !== 0) pieces++
  if (low >>> 16 !== 0) pieces++
  if (width === 64) {
    if ((high & 0xffff) !== 0) pieces++
    if (high >>> 16 !== 0) pieces++
  }
  return pieces <= 1
}

/**
 * True when neither DUP nor CPY can make the value from a signed byte, shifted left by 8 or not, in elements of any size:
 * then MOV is the preferred name of DUPM (`SVEMoveMaskPreferred`).
 */
export function isMoveMask(low: number, high: number): boolean {
  const sign = (low | 0) >> 31
  if (high >>> 0 === sign >>> 0 && isByteImmediate(low | 0)) return false
  if (low >>> 0 !== high >>> 0) return true
  if (isByteImmediate(low | 0)) return false
  if (low >>> 16 !== (low & 0xffff)) return true
  // Bytes that are all equal are a byte immediate of size 8.
  return !isByteImmediate((low << 16) >> 16) && (low & 0xff) !== ((low >>> 8) & 0xff)
}

/** A signed byte, or one shifted left by 8. */
function isByteImmediate(n: number): boolean {
  return (n << 24) >> 24 === n || ((n & 0xff) === 0 && (n << 16) >> 16 === n)
}
