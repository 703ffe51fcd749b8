import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reg } from '../../src/mmio/index.ts'
import { DEV, DEV_VA, Machine, value } from './machine.ts'

const AT = 0x40
const base = 2 << 5

/** Words with X2 as base: 64-bit forms have Rs=X0, Rt=X1; pairs begin at X4 and X6, or are X4 and X5. */
const forms = {
  cas: (s: number) => (0x1920_0800 | (s << 30) | base | 1) >>> 0,
  casp: (s: number) => (0x1920_0c00 | (s << 30) | (4 << 16) | base | 6) >>> 0,
  clr: (s: number) => (0x3820_9000 | (s << 30) | base | 1) >>> 0,
  swp: (s: number) => (0x3820_a000 | (s << 30) | base | 1) >>> 0,
  set: (s: number) => (0x3820_b000 | (s << 30) | base | 1) >>> 0,
  clrp: (s: number) => (0x1920_9000 | (s << 30) | (5 << 16) | base | 4) >>> 0,
  swpp: (s: number) => (0x1920_a000 | (s << 30) | (5 << 16) | base | 4) >>> 0,
  setp: (s: number) => (0x1920_b000 | (s << 30) | (5 << 16) | base | 4) >>> 0,
} as const
type Form = keyof typeof forms

/** Pseudocode `RCWCheck` on whole values: the mask first made of the register, then applied. */
function check(
  old: bigint,
  next: bigint,
  bits: number,
  soft: boolean,
  mask: bigint,
  softMask: bigint,
  pnch: boolean,
): number {
  const wide = bits === 128
  const protection = wide || pnch
  const p = wide ? 114n : 52n
  const ones = (hi: bigint, lo: bigint): bigint => ((1n << (hi - lo + 1n)) - 1n) << lo
  const effective = (register: bigint): bigint => {
    let m = BigInt.asUintN(bits, register)
    const [hi, lo] = wide ? [55n, 17n] : [49n, 18n]
    m &= ~ones(hi, lo)
    if ((register >> (lo - 1n)) & 1n) m |= ones(hi, lo)
    const none = wide ? [ones(126n, 125n), ones(120n, 119n), ones(107n, 101n), ones(90n, 56n), ones(1n, 0n)] : [1n]
    return none.reduce((rest, part) => rest & ~part, m)
  }
  const bit = (v: bigint, n: bigint): bigint => (v >> n) & 1n
  let softly = effective(softMask)
  if (protection) softly &= ~(1n << p)
  let stateFails = false
  let maskFails = false
  let softState = false
  let softMaskFails = false
  if (protection) {
    stateFails = bit(old, p) === 1n ? bit(next, p) !== 1n || bit(next, 0n) !== bit(old, 0n) : bit(next, p) !== 0n
    if (bit(old, p) === 1n && bit(old, 0n) === 1n) maskFails = ((old ^ next) & ~effective(mask)) !== 0n
  }
  if (soft) {
    if (bit(old, 0n) === 1n) {
      softState = bit(next, 0n) !== 1n
      softMaskFails = ((old ^ next) & ~softly) !== 0n
    } else if (!protection || bit(old, p) === 0n) softState = bit(next, 0n) !== 0n
  }
  return (stateFails || maskFails ? 4 : 0) | (softState || softMaskFails ? 0 : 2)
}

/** Values that agree in all but a few bits. */
const descriptor = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n })
const flips = fc.array(fc.oneof(fc.nat(127), fc.constantFrom(0, 1, 16, 17, 49, 50, 52, 55, 56, 114)), { maxLength: 3 })
const masks = fc.oneof(descriptor, fc.constantFrom(0n, (1n << 128n) - 1n))

function machine(bigEndian: boolean): Machine {
  const m = new Machine()
  m.setX(2, DEV_VA + AT)
  if (bigEndian) {
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 24n))
    m.vcpu.truth.set(Reg.PSTATE, 0x3c0n)
    m.map(DEV_VA, DEV, 0x40)
  }
  return m
}

const low = (v: bigint): bigint => BigInt.asUintN(64, v)

describe('read-check-write', () => {
  it.each(Object.keys(forms) as Form[])('%s: flags, old value, and a write only when all checks pass', (form) => {
    const wide = form.endsWith('p') && form !== 'swp'
    const bits = wide ? 128 : 64
    const size = bits / 8
    const inputs = fc.tuple(descriptor, flips, masks, masks, fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
    fc.assert(
      fc.property(inputs, ([memory, changed, mask, softMask, pnch, soft, bigEndian, equal]) => {
        const old = BigInt.asUintN(bits, memory)
        const wanted = changed.reduce((v, n) => v ^ (1n << BigInt(n % bits)), old)
        const kind = form.slice(0, 3)
        const operand = kind === 'clr' ? old & ~wanted : kind === 'set' ? wanted & ~old : wanted
        const next = kind === 'clr' ? old & ~operand : kind === 'set' ? old | operand : operand
        const m = machine(bigEndian)
        const bytes = Array.from({ length: size }, (_, k) => Number((old >> BigInt(8 * k)) & 0xffn))
        m.device.set(bigEndian ? bytes.reverse() : bytes, AT)
        // Of a pair the first register is at the lower address: the upper half when big-endian.
        const put = (first: number, v: bigint): void => {
          m.setX(first, wide && bigEndian ? v >> 64n : low(v))
          if (wide) m.setX(first + 1, bigEndian ? low(v) : v >> 64n)
        }
        const got = (first: number): bigint => {
          if (!wide) return m.x(first)
          const [a, b] = [m.x(first), m.x(first + 1)]
          return bigEndian ? (a << 64n) | b : (b << 64n) | a
        }
        const compares = kind === 'cas'
        const expected = equal ? old : old ^ (1n << 40n)
        if (compares) {
          put(wide ? 4 : 0, expected)
          put(wide ? 6 : 1, operand)
        } else put(wide ? 4 : 0, operand)
        m.vcpu.truth.set(Reg.RCWMASK_EL1, low(mask))
        m.vcpu.truth.set(Reg.RCWMASK_EL1 + 1, mask >> 64n)
        m.vcpu.truth.set(Reg.RCWSMASK_EL1, low(softMask))
        m.vcpu.truth.set(Reg.RCWSMASK_EL1 + 1, softMask >> 64n)
        m.vcpu.truth.set(Reg.TCR2_EL1, pnch ? 1n : 0n)
        const outcome = m.run(forms[form](Number(soft)), { far: DEV_VA + AT })
        expect([outcome.kind, outcome.reason]).toEqual(['retired', 'done'])
        const differs = compares && !equal
        const flags = differs ? 0b1010 : check(old, next, bits, soft, mask, softMask, pnch)
        expect((m.x(Reg.PSTATE) >> 28n) & 15n).toBe(BigInt(flags))
        const at = (kind: string): string[] =>
          Array.from({ length: size / 8 }, (_, k) => `${kind} ${(DEV + AT + 8 * k).toString(16)} 8`)
        expect(m.shape()).toEqual(flags === 2 ? [...at('r'), ...at('w')] : at('r'))
        expect(got(compares ? (wide ? 4 : 0) : wide ? 4 : 1)).toBe(old)
        const stored = [...m.device.subarray(AT, AT + size)]
        expect(value(bigEndian ? stored.reverse() : stored)).toBe(flags === 2 ? next : old)
      }),
      { numRuns: 250 },
    )
  })

  it('changes no flags when a device refuses', () => {
    const failing = (...args: unknown[]): number => {
      ;(args.at(-1) as { result: number }).result = 1
      return 0
    }
    const sizes = { valid: { max: 8 }, impl: { max: 8 } }
    const m = new Machine({}, { ...sizes, read: failing, write: failing } as never)
    m.setX(2, DEV_VA + AT)
    const before = [m.x(0), m.x(1)]
    m.vcpu.truth.set(Reg.PSTATE, 0xf000_03c5n)
    expect(m.run(forms.swp(0), { far: DEV_VA + AT }).reason).toBe('external-abort')
    expect(m.x(Reg.SPSR_EL1)).toBe(0xf000_03c5n)
    expect([m.x(0), m.x(1)]).toEqual(before)
  })
})
