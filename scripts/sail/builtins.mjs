/**
 * The functions that Sail has built in or leaves to the host, in JavaScript.
 */
import { Bits, concat, sameValue, slice, UNIT, withSlice } from './values.mjs'

const zeros = (n) => new Bits(Number(n), 0n)
const ones = (n) => new Bits(Number(n), n < 0n ? -1n : (1n << n) - 1n)
const widened = (x, n) => new Bits(Number(n), x.value)
/** Arguments in either order, or without the number: `(x, n)`, `(n, x)`, `(x)`. */
const extended = (signed) => (a, b) => {
  const [x, n] = a instanceof Bits ? [a, b] : [b, a]
  const value = signed ? BigInt.asIntN(x.width, x.value) : x.value
  return new Bits(n === undefined ? -1 : Number(n), value)
}
const floorDivide = (x, y) => (x - (((x % y) + y) % y)) / y
const modulo = (x, y) => ((x % y) + y) % y
/** Bigints, which Math.min does not take. */
const ascending = (x, y) => Number(x > y) - Number(x < y)
const bitsOf = (x) => (typeof x === 'bigint' ? new Bits(256, x) : x)

/** `(x, low, part)`, with the widths before it or not. */
function setSlice(...args) {
  const [x, low, part] = args.slice(-3)
  return withSlice(x, Number(low) + part.width - 1, Number(low), part)
}

export const BUILTINS = {
  UInt: (a, b) => (b ?? a).value,
  unsigned: (x) => x.value,
  SInt: (a, b) => BigInt.asIntN((b ?? a).width, (b ?? a).value),
  signed: (x) => BigInt.asIntN(x.width, x.value),
  Zeros: (n) => (n === undefined ? new Bits(-1, 0n) : zeros(n)),
  Ones: (n) => (n === undefined ? new Bits(-1, -1n) : ones(n)),
  sail_zeros: zeros,
  sail_ones: ones,
  IsZero: (x) => x.value === 0n,
  IsOnes: (x) => x.value === (1n << BigInt(x.width)) - 1n,
  ZeroExtend: extended(false),
  sail_zero_extend: extended(false),
  SignExtend: extended(true),
  Slice: (x, low, n) => (n === 0n ? new Bits(0, 0n) : new Bits(Number(n), bitsOf(x).value >> low)),
  get_slice_int: (n, x, low) => new Bits(Number(n), x >> low),
  SetSlice: setSlice,
  set_slice_bits: setSlice,
  is_zero_subrange: (x, high, low) => slice(x, Number(high), Number(low)).value === 0n,
  is_ones_subrange: (x, high, low) => {
    const part = slice(x, Number(high), Number(low))
    return part.value === (1n << BigInt(part.width)) - 1n
  },
  zext_slice: (n, x, low, width) => widened(slice(x, Number(low + width) - 1, Number(low)), n),
  length: (x) => BigInt(x.width),
  Replicate: (a, b) => concat(Array.from({ length: Number(b) }, () => a)),
  replicate_bits: (a, b) => concat(Array.from({ length: Number(b) }, () => a)),
  BigEndianReverse: (x) => {
    let value = 0n
    for (let i = 0; i < x.width; i += 8) value = (value << 8n) | ((x.value >> BigInt(i)) & 0xffn)
    return new Bits(x.width, value)
  },
  AND: (x, y) => new Bits(x.width, x.value & y.value),
  OR: (x, y) => new Bits(x.width, x.value | y.value),
  EOR: (x, y) => new Bits(x.width, x.value ^ y.value),
  not_vec: (x) => new Bits(x.width, ~x.value),
  LSL: (x, n) => new Bits(x.width, x.value << n),
  LSR: (x, n) => new Bits(x.width, x.value >> n),
  sail_shiftleft: (x, n) => new Bits(x.width, x.value << n),
  sail_shiftright: (x, n) => new Bits(x.width, x.value >> n),
  Bit: (x) => slice(x, 0, 0),
  Bits: (x) => x,
  not_bool: (b) => !b,
  negate: (x) => -x,
  eq_any: sameValue,
  DIV: floorDivide,
  MOD: modulo,
  ediv_int: floorDivide,
  QUOT: (x, y) => x / y,
  REM: (x, y) => x % y,
  pow2: (n) => 1n << n,
  Min: (x, y) => [x, y].sort(ascending)[0],
  Max: (x, y) => [x, y].sort(ascending)[1],
  Abs: (x) => (x < 0n ? -x : x),
  Align: (x, y) => (typeof x === 'bigint' ? floorDivide(x, y) * y : new Bits(x.width, floorDivide(x.value, y) * y)),
  HexStr: (x) => `0x${x.toString(16)}`,
  DecStr: (x) => `${x}`,
  print_endline: () => UNIT,
  __UNKNOWN_bits: zeros,
  __UNKNOWN_integer: () => 0n,
  __UNKNOWN_boolean: () => false,
}
