/**
 * Floating-point atomics (FEAT_LSFE; DDI 0487, C7.2 LDFADD, LDFMAX, LDBFADD and kin; pseudocode `FPAdd`, `FPMax`,
 * `FPMaxNum`, `BFAdd`, `BFMax`, `FPRoundBase`): exact sums, rounded once. They heed FPCR.RMode, FZ, FZ16 and FIZ; every
 * NaN is the default one, AH counts as 0, and FPSR is left alone.
 *
 * Values lie in scratch arrays between functions: V8 would box a double that is passed.
 *
 * @module
 */

import { bit, bits } from '../bits.ts'

/** FPCR fields. */
const FIZ = 0
const FZ16 = 19
const RMODE = 22
const FZ = 24

const NEAREST = 0
const UP = 1
const DOWN = 2

const NUMBER = 0
const QUIET = 1
const SIGNALING = 2

/** A format: bytes, bits of the significand with its hidden one, exponent of the last bit of a subnormal. */
interface Format {
  readonly size: number
  readonly precision: number
  readonly least: number
  /** Field of infinity, shifted to its place in the format's own bits. */
  readonly infinity: number
  /** bfloat16 and single: shift that makes the format's bits those of a single. */
  readonly single: boolean
}

const HALF: Format = { size: 2, precision: 11, least: -24, infinity: 0x7c00, single: false }
const BFLOAT: Format = { size: 2, precision: 8, least: -133, infinity: 0x7f80, single: true }
const SINGLE: Format = { size: 4, precision: 24, least: -149, infinity: 0x7f80_0000, single: true }
const DOUBLE: Format = { size: 8, precision: 53, least: -1074, infinity: 0, single: false }

/** Old value, operand, result, what rounding to double lost. */
const values: Float64Array = new Float64Array(4)
const halves: Uint32Array = new Uint32Array(values.buffer)
const single: Float32Array = new Float32Array(1)
const singleBits: Uint32Array = new Uint32Array(single.buffer)

/** What a floating-point atomic does, without the format. */
export type FloatOperation = 'add' | 'max' | 'min' | 'maxnm' | 'minnm'

/**
 * Computes the new value of one element: `next[at ..] = old[at ..] <op> operand[at ..]`, little-endian bytes.
 *
 * @param brain - bfloat16, with a size of 2.
 * @param size - bytes, 2, 4 or 8.
 * @param fpcr - bits 31:0 of FPCR.
 *
 * @example
 * ```ts
 * const next = new Uint8Array(2)
 * combineFloat('add', false, 2, 0, Uint8Array.of(0x00, 0x3c), Uint8Array.of(0x00, 0x3c), next, 0) // 1.0 + 1.0
 * next // Uint8Array [ 0x00, 0x40 ]
 * ```
 */
export function combineFloat(
  operation: FloatOperation,
  brain: boolean,
  size: number,
  at: number,
  old: Uint8Array,
  operand: Uint8Array,
  next: Uint8Array,
  fpcr: number,
): void {
  const format = brain ? BFLOAT : size === 2 ? HALF : size === 4 ? SINGLE : DOUBLE
  // FIZ flushes inputs only; FZ16 is half precision's FZ for both.
  const flush = bit(fpcr, format === HALF ? FZ16 : FZ) === 1
  const flushInput = flush || (format !== HALF && bit(fpcr, FIZ) === 1)
  const mode = bits(fpcr, RMODE, 2)
  const kindOld = unpack(format, old, at, 0, flushInput)
  const kindOperand = unpack(format, operand, at, 1, flushInput)
  values[3] = 0
  let nan = kindOld !== NUMBER || kindOperand !== NUMBER
  if (operation === 'maxnm' || operation === 'minnm') {
    // A quiet NaN alone loses against a number, and against a signalling one, which then makes the result a NaN.
    nan = kindOld === SIGNALING || kindOperand === SIGNALING || (kindOld === QUIET && kindOperand === QUIET)
    const loser = operation === 'maxnm' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    if (!nan && kindOld === QUIET) values[0] = loser
    if (!nan && kindOperand === QUIET) values[1] = loser
  }
  if (!nan) {
    if (operation === 'add') nan = add(mode)
    else pick(operation === 'max' || operation === 'maxnm')
  }
  if (nan) {
    for (let i = 0; i < size; i++) next[at + i] = 0
    if (format === DOUBLE) next[at + 6] = 0xf8
    else next[at + size - 2] = format === HALF ? 0 : 0xc0
    next[at + size - 1] = format === HALF ? 0x7e : 0x7f
    return
  }
  if (format === DOUBLE) packDouble(next, at, mode, flush)
  else pack(format, next, at, mode, flush)
}

/** Puts a value into `values[slot]`. @returns whether it is a number or which NaN. */
function unpack(format: Format, bytes: Uint8Array, at: number, slot: number, flush: boolean): number {
  let lo = 0
  let hi = 0
  for (let i = Math.min(format.size, 4) - 1; i >= 0; i--) lo = (lo << 8) | (bytes[at + i] as number)
  for (let i = format.size - 1; i >= 4; i--) hi = (hi << 8) | (bytes[at + i] as number)
  if (format === DOUBLE) {
    halves[2 * slot] = lo
    halves[2 * slot + 1] = hi
    const exponent = bits(hi, 20, 11)
    if (exponent === 0x7ff && ((hi & 0xf_ffff) | lo) !== 0) return bit(hi, 19) === 1 ? QUIET : SIGNALING
    if (exponent === 0 && flush) {
      halves[2 * slot] = 0
      halves[2 * slot + 1] = hi & 0x8000_0000
    }
    return NUMBER
  }
  if (format.single) {
    singleBits[0] = format === BFLOAT ? lo << 16 : lo
    const word = singleBits[0] as number
    const exponent = bits(word, 23, 8)
    if (exponent === 0xff && (word & 0x7f_ffff) !== 0) return bit(word, 22) === 1 ? QUIET : SIGNALING
    if (exponent === 0 && flush) singleBits[0] = word & 0x8000_0000
    values[slot] = single[0] as number
    return NUMBER
  }
  const exponent = bits(lo, 10, 5)
  const fraction = lo & 0x3ff
  if (exponent === 31 && fraction !== 0) return bit(lo, 9) === 1 ? QUIET : SIGNALING
  // FPCR.AHP concerns conversions only: FPUnpack clears it.
  let value = exponent === 31 ? Number.POSITIVE_INFINITY : (fraction + 1024) * 2 ** (exponent - 25)
  if (exponent === 0) value = flush ? 0 : fraction * 2 ** -24
  values[slot] = bit(lo, 15) === 1 ? -value : value
  return NUMBER
}

/** Adds exactly: the sum rounded to double, and in `values[3]` what that lost. @returns whether there is no sum. */
function add(mode: number): boolean {
  const a = values[0] as number
  const b = values[1] as number
  const sum = a + b
  if (Number.isNaN(sum)) return true
  values[2] = sum
  if (sum === 0) {
    // Zeros of one sign keep it; other sums of zero are negative only when rounding down.
    if (a !== 0 || !Object.is(a, b)) values[2] = mode === DOWN ? -0 : 0
    return false
  }
  const finite = Math.abs(a) !== Number.POSITIVE_INFINITY && Math.abs(b) !== Number.POSITIVE_INFINITY
  if (!finite) return false
  if (Math.abs(sum) === Number.POSITIVE_INFINITY) {
    // Two finite doubles: the sum lies beyond the largest, towards zero from infinity.
    values[3] = -sum
    return false
  }
  // The error of a sum is itself a double (Knuth, TAOCP 4.2.2).
  const part = sum - a
  values[3] = a - (sum - part) + (b - part)
  return false
}

/** The greater or the lesser; of zeros of both signs the positive one is the greater. */
function pick(greater: boolean): void {
  const a = values[0] as number
  const b = values[1] as number
  if (a === 0 && b === 0) {
    const negative = greater ? Object.is(a, -0) && Object.is(b, -0) : Object.is(a, -0) || Object.is(b, -0)
    values[2] = negative ? -0 : 0
  } else values[2] = a > b === greater ? a : b
}

/** Corrects the nearest double to the direction of rounding. */
function packDouble(next: Uint8Array, at: number, mode: number, flush: boolean): void {
  const lost = values[3] as number
  const negative = ((halves[5] as number) & 0x8000_0000) !== 0
  if (lost !== 0 && mode !== NEAREST) {
    // Towards zero is down for the positive and up for the negative.
    const up = mode === UP || (mode !== DOWN && negative)
    if (lost > 0 === up) step(up !== negative)
  }
  if (flush && bits(halves[5] as number, 20, 11) === 0) {
    halves[4] = 0
    halves[5] = (halves[5] as number) & 0x8000_0000
  }
  for (let i = 0; i < 8; i++) next[at + i] = (halves[4 + (i >>> 2)] as number) >>> (8 * (i & 3))
}

/** The next double after `values[2]`, away from zero or towards it. */
function step(away: boolean): void {
  const lo = halves[4] as number
  if (away) {
    halves[4] = lo + 1
    if (lo === 0xffff_ffff) halves[5] = (halves[5] as number) + 1
  } else {
    halves[4] = lo - 1
    if (lo === 0) halves[5] = (halves[5] as number) - 1
  }
}

/** Rounds `values[2]`, with what it lacks in `values[3]`, to a format narrower than double. */
function pack(format: Format, next: Uint8Array, at: number, mode: number, flush: boolean): void {
  const { precision, least, infinity, size } = format
  const negative = ((halves[5] as number) & 0x8000_0000) !== 0
  let field = 0
  if (Math.abs(values[2] as number) === Number.POSITIVE_INFINITY) field = infinity
  else if (values[2] !== 0) {
    const lost = values[3] as number
    if (lost !== 0) {
      // Round to odd: a last bit of one stands for all that follows it, which then rounds once.
      if (lost > 0 === negative) step(false)
      halves[4] = (halves[4] as number) | 1
    }
    // No operand is so small that a double is subnormal.
    const exponent = bits(halves[5] as number, 20, 11) - 1075
    const integer = (((halves[5] as number) & 0xf_ffff) + 0x10_0000) * 2 ** 32 + (halves[4] as number)
    const smallest = least + precision - 1
    if (flush && exponent + 52 < smallest) field = 0
    else {
      const quantum = Math.max(exponent + 53 - precision, least)
      const unit = 2 ** (quantum - exponent)
      let quotient = Math.floor(integer / unit)
      const rest = integer - quotient * unit
      const away = mode === UP ? !negative : mode === DOWN ? negative : false
      const half = unit / 2
      if (mode === NEAREST ? rest > half || (rest === half && (quotient & 1) === 1) : away && rest > 0) quotient++
      // A subnormal has the exponent field of none; a carry runs into the exponent by itself.
      field = (quantum - least) * 2 ** (precision - 1) + quotient
      if (field >= infinity) field = mode === NEAREST || away ? infinity : infinity - 1
    }
  }
  const word = field | (negative ? 1 << (8 * size - 1) : 0)
  for (let i = 0; i < size; i++) next[at + i] = word >>> (8 * i)
}
