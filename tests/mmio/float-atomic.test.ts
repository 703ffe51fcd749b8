import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineFloat, type FloatOperation } from '../../src/mmio/float-atomic.ts'
import { Reg } from '../../src/mmio/index.ts'
import { DEV, DEV_VA, Machine, value } from './machine.ts'

const FORMATS = {
  half: { brain: false, size: 2, exponent: 5, fraction: 10 },
  bfloat: { brain: true, size: 2, exponent: 8, fraction: 7 },
  single: { brain: false, size: 4, exponent: 8, fraction: 23 },
  double: { brain: false, size: 8, exponent: 11, fraction: 52 },
} as const
type Format = (typeof FORMATS)[keyof typeof FORMATS]

const OPERATIONS = ['add', 'max', 'min', 'maxnm', 'minnm'] as const

function bytes(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer)
}

function run(f: Format, op: FloatOperation, a: bigint, b: bigint, fpcr: number): bigint {
  const next = new Uint8Array(8)
  combineFloat(op, f.brain, f.size, 0, bytes(a), bytes(b), next, fpcr)
  return new BigUint64Array(next.buffer)[0] as bigint
}

/**
 * The pseudocode in rationals: a number is `n * 2^scale`, with the scale of the least subnormal, so that every finite
 * value is an integer.
 */
function reference(f: Format, op: FloatOperation, a: bigint, b: bigint, fpcr: number): bigint {
  const width = BigInt(8 * f.size)
  const p = BigInt(f.fraction)
  const top = (1n << BigInt(f.exponent)) - 1n
  const sign = 1n << (width - 1n)
  const infinity = top << p
  const nan = infinity | (1n << (p - 1n))
  const half = f.size === 2 && !f.brain
  const fz = ((fpcr >> (half ? 19 : 24)) & 1) === 1
  const flush = fz || (!half && (fpcr & 1) === 1)
  const mode = (fpcr >> 22) & 3
  const type = (v: bigint): string => {
    const m = v & ~sign
    if (m === infinity) return 'infinity'
    if (m > infinity) return (m >> (p - 1n)) & 1n ? 'quiet' : 'signaling'
    return m === 0n || (m >> p === 0n && flush) ? 'zero' : 'number'
  }
  const real = (v: bigint): bigint => {
    if (type(v) === 'zero') return 0n
    const m = v & ~sign
    const e = m >> p
    const magnitude = e === 0n ? m : ((m & ((1n << p) - 1n)) | (1n << p)) << (e - 1n)
    return v & sign ? -magnitude : magnitude
  }
  const round = (n: bigint): bigint => {
    const negative = n < 0n
    const m = negative ? -n : n
    const s = negative ? sign : 0n
    if (fz && m < 1n << p) return s
    // Width of the part that does not fit.
    const shift = m >> (p + 1n) === 0n ? 0n : BigInt(m.toString(2).length) - p - 1n
    const rest = m & ((1n << shift) - 1n)
    let q = m >> shift
    const middle = shift === 0n ? 0n : 1n << (shift - 1n)
    if (mode === 0 && rest > 0n && (rest > middle || (rest === middle && (q & 1n) === 1n))) q++
    if (((mode === 1 && !negative) || (mode === 2 && negative)) && rest > 0n) q++
    const out = (shift << p) + q
    if (out < infinity) return s | out
    const toInfinity = mode === 0 || (mode === 1 && !negative) || (mode === 2 && negative)
    return s | (toInfinity ? infinity : infinity - 1n)
  }
  let [x, y] = [a, b]
  if (op === 'maxnm' || op === 'minnm') {
    const loser = op === 'maxnm' ? infinity | sign : infinity
    if (type(x) === 'quiet' && type(y) !== 'quiet') x = loser
    else if (type(x) !== 'quiet' && type(y) === 'quiet') y = loser
  }
  const [tx, ty] = [type(x), type(y)]
  if ([tx, ty].some((t) => t === 'quiet' || t === 'signaling')) return nan
  const [sx, sy] = [(x & sign) !== 0n, (y & sign) !== 0n]
  if (op === 'add') {
    if (tx === 'infinity' && ty === 'infinity' && sx !== sy) return nan
    if (tx === 'infinity') return x
    if (ty === 'infinity') return y
    if (tx === 'zero' && ty === 'zero' && sx === sy) return sx ? sign : 0n
    const sum = real(x) + real(y)
    return sum === 0n ? (mode === 2 ? sign : 0n) : round(sum)
  }
  const huge = 1n << 5000n
  const order = (v: bigint, t: string, s: boolean): bigint => (t === 'infinity' ? (s ? -huge : huge) : real(v))
  const [vx, vy] = [order(x, tx, sx), order(y, ty, sy)]
  const greater = op === 'max' || op === 'maxnm'
  const first = greater ? vx > vy : vx < vy
  const [v, t, s] = first ? [vx, tx, sx] : [vy, ty, sy]
  if (t === 'infinity') return infinity | (s ? sign : 0n)
  if (t === 'zero') return (greater ? sx && sy : sx || sy) ? sign : 0n
  return round(v)
}

function operands(f: Format): fc.Arbitrary<bigint> {
  const width = BigInt(8 * f.size)
  const p = BigInt(f.fraction)
  const infinity = ((1n << BigInt(f.exponent)) - 1n) << p
  const edges = [0n, 1n, (1n << p) - 1n, 1n << p, infinity - 1n, infinity, infinity + 1n, infinity | (1n << (p - 1n))]
  const near = fc
    .tuple(fc.bigInt({ min: 0n, max: 80n }), fc.bigInt({ min: 0n, max: (1n << p) - 1n }), fc.boolean())
    .map(
      ([e, m, s]) =>
        ((e + infinity / (2n << p) - 40n) << p > infinity ? m : ((e + (infinity >> (p + 1n)) - 40n) << p) + m) |
        (s ? 1n << (width - 1n) : 0n),
    )
  return fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << width) - 1n }),
    fc.tuple(fc.constantFrom(...edges), fc.boolean()).map(([v, s]) => v | (s ? 1n << (width - 1n) : 0n)),
    near.map((v) => BigInt.asUintN(Number(width), v)),
  )
}

describe('floating-point atomics', () => {
  it.each(Object.entries(FORMATS))('%s: every operation and mode equals the pseudocode in integers', (_, f) => {
    const fpcr = fc
      .tuple(fc.nat(3), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
      .map(
        ([mode, fz, fz16, fiz, ah]) =>
          (mode << 22) | (Number(fz) << 24) | (Number(fz16) << 19) | Number(fiz) | (Number(ah) << 1),
      )
    fc.assert(
      fc.property(operands(f), operands(f), fpcr, (a, b, control) => {
        for (const op of OPERATIONS)
          expect([op, run(f, op, a, b, control)]).toEqual([op, reference(f, op, a, b, control)])
      }),
      { numRuns: 4000 },
    )
  })

  it('rounds once: the sum of two singles that lies between two, and far below', () => {
    const f = FORMATS.single
    // 1 + 2^-24 + 2^-60 is past the middle of 1 and its successor; 1 + 2^-24 is the middle.
    expect(run(f, 'add', 0x3f80_0000n, 0x3380_0000n, 0)).toBe(0x3f80_0000n)
    expect(run(f, 'add', 0x3f80_0000n, 0x3380_0001n, 0)).toBe(0x3f80_0001n)
    // 1 - 2^-100: towards zero it is the number below 1, to the nearest it is 1.
    expect(run(f, 'add', 0x3f80_0000n, 0x8d80_0000n, 3 << 22)).toBe(0x3f7f_ffffn)
    expect(run(f, 'add', 0x3f80_0000n, 0x8d80_0000n, 0)).toBe(0x3f80_0000n)
  })

  it('gives the default NaN, and keeps a number against a quiet NaN in maxnm', () => {
    expect(run(FORMATS.half, 'add', 0x7e01n, 0x3c00n, 0)).toBe(0x7e00n)
    expect(run(FORMATS.bfloat, 'max', 0xffc1n, 0x3f80n, 0)).toBe(0x7fc0n)
    expect(run(FORMATS.double, 'maxnm', 0x7ff8_0000_0000_0001n, 0x3ff0_0000_0000_0000n, 0)).toBe(0x3ff0_0000_0000_0000n)
    expect(run(FORMATS.double, 'maxnm', 0x7ff0_0000_0000_0001n, 0x3ff0_0000_0000_0000n, 0)).toBe(0x7ff8_0000_0000_0000n)
  })
})

describe('LDFADD and kin on a device', () => {
  const word = (size: number, operation: number, store: boolean): number =>
    ((size << 30) |
      0x3c20_0000 |
      (3 << 16) |
      (store ? 0x8000 : 0) |
      (operation << 12) |
      (2 << 5) |
      (store ? 31 : 4)) >>>
    0

  it.each([
    ['bfloat', 0, 0, 0x3f80n, 0x4000n, 0x4040n],
    ['half', 1, 0, 0x3c00n, 0x4000n, 0x4200n],
    ['single', 2, 4, 0x3f80_0000n, 0xc000_0000n, 0x3f80_0000n],
    ['double', 3, 7, 0x7ff8_0000_0000_0000n, 0x3ff0_0000_0000_0000n, 0x3ff0_0000_0000_0000n],
  ] as const)('%s: one read, one write, the old value with zeros above', (_, log2, operation, old, operand, result) => {
    const size = log2 === 0 ? 2 : 1 << log2
    for (const store of [false, true]) {
      const m = new Machine()
      m.setX(2, DEV_VA + 0x40)
      m.device.set(bytes(old).subarray(0, size), 0x40)
      m.vcpu.truth.set(Reg.V0 + 6, operand)
      const before = [m.v(4), m.v(31)]
      expect(m.run(word(log2, operation, store), { far: DEV_VA + 0x40 }).reason).toBe('done')
      const at = `${(DEV + 0x40).toString(16)} ${size}`
      expect(m.shape()).toEqual([`r ${at}`, `w ${at}`])
      expect(value(m.device.subarray(0x40, 0x40 + size))).toBe(result)
      expect([m.v(4), m.v(31)]).toEqual(store ? before : [old, before[1]])
      expect(m.vcpu.pushed).toEqual(store ? [Reg.PC] : [Reg.V0 + 8, Reg.V0 + 9, Reg.PC])
    }
  })
})
