import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reg } from '../../src/mmio/index.ts'
import { DEV, DEV_VA, Machine, VA, value } from './machine.ts'

const SIZES = [1, 2, 4, 8] as const
const OPERATIONS = ['add', 'clr', 'eor', 'set', 'smax', 'smin', 'umax', 'umin', 'swp'] as const

const lse = (operation: number, log2: number, order: number, rs = 0, rt = 1): number =>
  ((log2 << 30) | 0x3820_0000 | (order << 22) | (rs << 16) | (operation << 12) | (2 << 5) | rt) >>> 0
const cas = (log2: number, rs = 0, rt = 1): number => ((log2 << 30) | 0x08a0_7c00 | (rs << 16) | (2 << 5) | rt) >>> 0
const casp = (log2: number, rs = 4, rt = 6): number =>
  (((log2 - 2) << 30) | 0x0820_7c00 | (rs << 16) | (2 << 5) | rt) >>> 0
const lse128 = (swp: boolean, opc: number, rt = 4, rt2 = 5): number =>
  (0x1920_0000 | (rt2 << 16) | (swp ? 0x8000 : 0) | (opc << 12) | (2 << 5) | rt) >>> 0

/** What the manual's `MemAtomic` computes, in bigints. */
function reference(operation: (typeof OPERATIONS)[number], size: number, old: bigint, operand: bigint): bigint {
  const width = 8 * size
  const [a, b] = [BigInt.asIntN(width, old), BigInt.asIntN(width, operand)]
  const result = {
    add: old + operand,
    clr: old & ~operand,
    eor: old ^ operand,
    set: old | operand,
    smax: a > b ? a : b,
    smin: a < b ? a : b,
    umax: old > operand ? old : operand,
    umin: old < operand ? old : operand,
    swp: operand,
  }[operation]
  return BigInt.asUintN(width, result)
}

const interesting = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, 1n, 0x7fn, 0x80n, 0x7fffn, 0x8000n, 0x7fff_ffffn, 0x8000_0000n, (1n << 63n) - 1n, 1n << 63n),
  fc.constant((1n << 64n) - 1n),
)

function machine(old: bigint, size: number, bigEndian = false): Machine {
  const m = new Machine()
  m.setX(2, DEV_VA + 0x40)
  if (bigEndian) {
    // EL0 with SCTLR_EL1.E0E, so that the tables stay little-endian; AP[1] lets EL0 in.
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 24n))
    m.vcpu.truth.set(Reg.PSTATE, 0x3c0n)
    m.map(DEV_VA, DEV, 0x40)
  }
  const bytes = Array.from({ length: size }, (_, k) => Number((old >> BigInt(8 * k)) & 0xffn))
  m.device.set(bigEndian ? bytes.reverse() : bytes, 0x40)
  return m
}

const at = (kind: string, size: number, offset = 0x40): string => `${kind} ${(DEV + offset).toString(16)} ${size}`

describe('LD<op> and SWP: one read, then one write of the true size', () => {
  it.each(OPERATIONS)('%s', (name) => {
    const operation = OPERATIONS.indexOf(name)
    const size = fc.constantFrom(...SIZES)
    const inputs = fc.tuple(size, fc.integer({ min: 0, max: 3 }), interesting, interesting, fc.boolean(), fc.boolean())
    fc.assert(
      fc.property(inputs, ([bytes, order, memory, operand, write, bigEndian]) => {
        const old = BigInt.asUintN(8 * bytes, memory)
        const m = machine(old, bytes, bigEndian)
        m.setX(0, operand)
        // Hardware reports WnR=0 or 1.
        const outcome = m.run(lse(operation, Math.log2(bytes), order), { far: DEV_VA + 0x40, write })
        expect([outcome.kind, outcome.reason]).toEqual(['retired', 'done'])
        expect(m.shape()).toEqual([at('r', bytes), at('w', bytes)])
        expect(m.x(1)).toBe(old)
        const stored = [...m.device.subarray(0x40, 0x40 + bytes)]
        const expected = reference(name, bytes, old, BigInt.asUintN(8 * bytes, operand))
        expect(value(bigEndian ? stored.reverse() : stored)).toBe(expected)
        expect(m.x(0)).toBe(operand)
      }),
      { numRuns: 150 },
    )
  })

  it('reads the device also when nobody wants the old value', () => {
    const m = machine(5n, 4)
    m.setX(0, 3)
    expect(m.run(lse(0, 2, 0, 0, 31), { far: DEV_VA + 0x40, write: true }).kind).toBe('retired')
    expect(m.callbacks()).toEqual(['load dev+40 4', 'store dev+40 4'])
    expect(value(m.device.subarray(0x40, 0x44))).toBe(8n)
    expect(m.vcpu.pushed).toEqual([Reg.PC])
  })

  it('takes XZR for an operand of zero, and the same register for both', () => {
    const m = machine(0x8000_0005n, 4)
    expect(m.run(lse(8, 2, 3, 31, 1), { far: DEV_VA + 0x40 }).kind).toBe('retired')
    expect([m.x(1), value(m.device.subarray(0x40, 0x44))]).toEqual([0x8000_0005n, 0n])
    const same = machine(7n, 8)
    same.setX(1, 100)
    expect(same.run(lse(0, 3, 0, 1, 1), { far: DEV_VA + 0x40 }).kind).toBe('retired')
    expect([same.x(1), value(same.device.subarray(0x40, 0x48))]).toEqual([7n, 107n])
  })
})

describe('CAS', () => {
  it('writes only when the old value is the expected one, and always returns it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SIZES),
        interesting,
        interesting,
        interesting,
        fc.boolean(),
        (size, memory, other, fresh, equal) => {
          const width = 8 * size
          const old = BigInt.asUintN(width, memory)
          const m = machine(old, size)
          // Bits above the size are not compared.
          const expected = equal ? old | BigInt.asUintN(64, BigInt.asIntN(64, ~0n << BigInt(width))) : other
          m.setX(0, expected)
          m.setX(1, fresh)
          expect(m.run(cas(Math.log2(size)), { far: DEV_VA + 0x40 }).kind).toBe('retired')
          const matches = BigInt.asUintN(width, expected) === old
          expect(m.shape()).toEqual(matches ? [at('r', size), at('w', size)] : [at('r', size)])
          expect(m.x(0)).toBe(old)
          const now = value(m.device.subarray(0x40, 0x40 + size))
          expect(now).toBe(matches ? BigInt.asUintN(width, fresh) : old)
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    [4, false],
    [4, true],
    [8, false],
    [8, true],
  ])('pair of %d bytes each, big-endian %s', (size, bigEndian) => {
    for (const differs of [-1, 0, 1]) {
      const m = machine(0n, 0, bigEndian)
      const element = (k: number): bigint =>
        value(
          bigEndian
            ? [...m.device.subarray(0x40 + k * size, 0x40 + (k + 1) * size)].reverse()
            : m.device.subarray(0x40 + k * size, 0x40 + (k + 1) * size),
        )
      const old = [element(0), element(1)]
      m.setX(4, (old[0] as bigint) ^ (differs === 0 ? 1n : 0n))
      m.setX(5, (old[1] as bigint) ^ (differs === 1 ? 1n : 0n))
      m.setX(6, 0x1122_3344n)
      m.setX(7, 0x5566_7788n)
      expect(m.run(casp(Math.log2(size)), { far: DEV_VA + 0x40 }).kind).toBe('retired')
      const reads = [at('r', size), at('r', size, 0x40 + size)]
      const writes = [at('w', size), at('w', size, 0x40 + size)]
      expect(m.shape()).toEqual(differs < 0 ? [...reads, ...writes] : reads)
      expect([m.x(4), m.x(5)]).toEqual(old)
      expect([element(0), element(1)]).toEqual(differs < 0 ? [0x1122_3344n, 0x5566_7788n] : old)
    }
  })
})

describe('LSE128', () => {
  it.each([
    ['swpp', lse128(true, 0), (_: bigint, b: bigint) => b],
    ['ldclrp', lse128(false, 1), (a: bigint, b: bigint) => a & ~b],
    ['ldsetp', lse128(false, 3), (a: bigint, b: bigint) => a | b],
  ])('%s: two reads of 8, two writes of 8', (_, word, operation) => {
    const m = machine(0n, 0)
    const old = [value(m.device.subarray(0x40, 0x48)), value(m.device.subarray(0x48, 0x50))] as const
    const operands = [0x0123_4567_89ab_cdefn, 0xf0f0_f0f0_0f0f_0f0fn] as const
    m.setX(4, operands[0])
    m.setX(5, operands[1])
    expect(m.run(word, { far: DEV_VA + 0x40 }).kind).toBe('retired')
    expect(m.shape()).toEqual([at('r', 8), at('r', 8, 0x48), at('w', 8), at('w', 8, 0x48)])
    expect([m.x(4), m.x(5)]).toEqual(old)
    const now = [value(m.device.subarray(0x40, 0x48)), value(m.device.subarray(0x48, 0x50))]
    expect(now).toEqual(old.map((o, k) => BigInt.asUintN(64, operation(o, operands[k] as bigint))))
  })
})

describe('faults of atomics', () => {
  it.each([
    ['read', false, 0x9600_0010],
    ['write', true, 0x9600_0050],
  ])('a device that fails the %s: external abort with its WnR, registers as before', (_, write, esr) => {
    const failing =
      (failed: boolean) =>
      (_offset: number, ...rest: unknown[]) => {
        if (failed) (rest.at(-1) as { result: number }).result = 1
        return 0
      }
    const sizes = { valid: { max: 8 }, impl: { max: 8 } }
    const m = new Machine({}, { ...sizes, read: failing(!write), write: failing(write) } as never)
    m.setX(2, DEV_VA + 0x40)
    const before = [m.x(0), m.x(1)]
    const outcome = m.run(lse(0, 3, 0), { far: DEV_VA + 0x40 })
    expect([outcome.kind, outcome.reason]).toEqual(['injected', 'external-abort'])
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([BigInt(esr), BigInt(DEV_VA + 0x40)])
    expect([m.x(0), m.x(1)]).toEqual(before)
  })

  it('want the page readable and writable', () => {
    const m = machine(0n, 8)
    // AP[2:1] = 10: read-only at EL1. Stage 2 cannot have stopped it, so tables changed.
    m.map(DEV_VA, DEV, 0x80)
    expect(m.run(lse(0, 3, 0), { far: DEV_VA + 0x40 }).reason).toBe('translation-differs')
    expect(m.run(0xf940_0041, { far: DEV_VA + 0x40 }).kind).toBe('retired')
  })

  it.each([
    ['LDADD', lse(0, 3, 0)],
    ['CASP', casp(2)],
    ['LDXR', 0xc85f_7c41],
    ['STXP', 0x8823_1841],
  ])('%s: status 0x35 where the option says unsupported', (_, word) => {
    const m = new Machine({ exclusives: 'unsupported' })
    m.setX(2, DEV_VA + 0x40)
    const store = word === 0x8823_1841
    const outcome = m.run(word, { far: DEV_VA + 0x40, write: store })
    expect([outcome.kind, outcome.reason, m.elements]).toEqual(['injected', 'unsupported-exclusive', []])
    expect(m.x(Reg.ESR_EL1)).toBe(store ? 0x9600_0075n : 0x9600_0035n)
  })

  it('never throw, whatever word, address and old value', () => {
    const word = fc.oneof(
      fc.tuple(fc.nat(8), fc.nat(3), fc.nat(3), fc.nat(31), fc.nat(31)).map((t) => lse(...t)),
      fc.tuple(fc.nat(3), fc.nat(31), fc.nat(31)).map((t) => cas(...t)),
      fc.tuple(fc.integer({ min: 2, max: 3 }), fc.nat(31), fc.nat(31)).map((t) => casp(...t)),
    )
    fc.assert(
      fc.property(word, fc.integer({ min: VA, max: VA + 0xb000 }), fc.boolean(), (each, address, write) => {
        const m = new Machine()
        m.setX(2, address)
        const outcome = m.run(each, { far: address, write })
        expect(['retired', 'injected', 'retry', 'unhandled']).toContain(outcome.kind)
      }),
      { numRuns: 500 },
    )
  })
})
