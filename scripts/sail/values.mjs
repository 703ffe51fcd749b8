/**
 * Values of Sail at run time. Nothing is changed in place: bit vectors are `Bits`, structs plain objects, tuples and vectors
 * arrays, enumeration members their names, integers bigints.
 */

/** A bit vector; width -1 is one whose width the model leaves to inference: it takes that of what it meets. */
export class Bits {
  /** @param {number} width @param {bigint} value */
  constructor(width, value) {
    this.width = width
    this.value = width < 0 ? value : BigInt.asUintN(width, value)
  }

  toString() {
    return this.width < 0 ? `${this.value}` : `0x${this.value.toString(16).padStart(Math.ceil(this.width / 4), '0')}`
  }
}

/** A register or variable of a bitfield type: its name, and the bits. */
export class Bitfield {
  constructor(type, bits) {
    this.type = type
    this.bits = bits
  }
}

/** A member of a union. */
export class Tagged {
  constructor(tag, value) {
    this.tag = tag
    this.value = value
  }
}

/** What a model throws, or an assertion that does not hold. */
export class SailError extends Error {
  name = 'SailError'
}

/** How `return` leaves a function. */
export class Return {
  constructor(value) {
    this.value = value
  }
}

export const UNIT = undefined

export function sameValue(a, b) {
  if (a instanceof Bits && b instanceof Bits) {
    if (a.width >= 0 && b.width >= 0 && a.width !== b.width) throw new SailError(`bits(${a.width}) == bits(${b.width})`)
    return a.value === b.value
  }
  if (a instanceof Bits && typeof b === 'bigint') return a.value === b
  if (a instanceof Bitfield && b instanceof Bitfield) return a.bits.value === b.bits.value
  if (a instanceof Tagged && b instanceof Tagged) return a.tag === b.tag && sameValue(a.value, b.value)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => sameValue(x, b[i]))
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    return Object.keys(a).every((key) => sameValue(a[key], b[key]))
  }
  return a === b
}

/** Bits [high:low]. */
export function slice(x, high, low) {
  if (low < 0 || high < low || (x.width >= 0 && high >= x.width))
    throw new SailError(`[${high} .. ${low}] of bits(${x.width})`)
  return new Bits(high - low + 1, x.value >> BigInt(low))
}

/** `x` with bits [high:low] replaced. */
export function withSlice(x, high, low, part) {
  const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
  return new Bits(x.width, (x.value & ~mask) | ((part.value << BigInt(low)) & mask))
}

export function concat(parts) {
  let width = 0
  let value = 0n
  for (const part of parts) {
    if (part.width < 0) throw new SailError('@ of bits without a width')
    width += part.width
    value = (value << BigInt(part.width)) | part.value
  }
  return new Bits(width, value)
}
