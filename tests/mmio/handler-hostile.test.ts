/** Whatever a guest or a device does: an outcome, bounded work, and no trace but that of `retired` and `injected`. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decode } from '../../src/decode/index.ts'
import { MemoryRegion, type MemTx, Outcome, REASONS, REGISTER_SLOTS, Reg } from '../../src/mmio/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import { CODE_VA, DEV, DEV_VA, HOLE_VA, inProcess, Machine, PAGES, RAM, VA } from './machine.ts'

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const anyWord = fc.oneof(
  { weight: 4, arbitrary: anyInstructionWord((e) => e.access !== undefined, { constrained: true }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
)
const address = fc.oneof(
  fc.integer({ min: VA - 0x40, max: VA + 0xb000 }).map(BigInt),
  fc.constantFrom(
    0n,
    0xfffn,
    2n ** 64n - 1n,
    2n ** 64n - 8n,
    0xffff_0000_0000_0000n,
    0x0000_ffff_ffff_fff8n,
    1n << 55n,
  ),
  u64,
)
const esr = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x1ff_ffff }).map((iss) => (0x9200_0000 | iss) >>> 0) },
  { weight: 8, arbitrary: fc.constantFrom(0x9200_0007, 0x9200_0047, 0x9200_000f, 0x93c0_8007, 0x9380_0047) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
)
const pstate = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0x3c5n, 0x3c4n, 0n, 0x40_03c5n, 0x80_03c5n) },
  { weight: 1, arbitrary: u64 },
)

/** A fault of a guest that may be anything, near enough to sense that all roads are taken. */
const fault = fc.record({
  word: anyWord,
  x: fc.array(address, { minLength: 31, maxLength: 31 }),
  esr,
  far: address,
  hpfar: fc.oneof(
    fc.constantFrom(...PAGES).map((pa) => BigInt(Math.max(pa, 0) / 4096) << 4n),
    u64,
  ),
  pstate,
  system: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(u64, { minLength: 5, maxLength: 5 }) },
  ),
  tables: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.integer({ min: 0, max: 0xdff }), u64), { maxLength: 8 }) },
  ),
  pc: fc.oneof({ weight: 5, arbitrary: fc.constant(BigInt(CODE_VA)) }, { weight: 1, arbitrary: address }),
  aligned: fc.boolean(),
  direction: fc.boolean(),
})

it('never throws, and changes nothing but when it retires or injects', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(fault, (f) => {
      const m = new Machine()
      const { truth } = m.vcpu
      for (let r = 0; r < 31; r++) truth.set(r, f.x[r] as bigint)
      truth.set(Reg.PSTATE, f.pstate)
      for (const [i, value] of f.system.entries()) truth.set(Reg.SCTLR_EL1 + i, value)
      for (const [i, value] of f.tables) new DataView(m.ram.buffer).setBigUint64(8 * i, value, true)
      m.place(f.word)
      truth.set(Reg.PC, f.pc)
      // Half of the faults are at the address that the base register holds.
      const far = f.aligned ? (f.x[(f.word >>> 5) & 31] ?? f.far) : f.far
      const page = PAGES[Number((far - BigInt(VA)) >> 12n)]
      const hpfar = f.aligned && page !== undefined && page >= 0 ? BigInt(page / 4096) << 4n : f.hpfar
      const before = m.state()
      m.vcpu.begin()
      // Half of the faults have the direction of their word.
      const store = decode(f.word)?.encoding.access?.store === true
      const esr = f.direction ? ((f.esr & ~0x40) | (store ? 0x40 : 0)) >>> 0 : f.esr
      const outcome = m.handler.handle(m.vcpu, { esr, far, hpfar })
      seen.set(outcome.kind, (seen.get(outcome.kind) ?? 0) + 1)
      expect(outcome).toBeInstanceOf(Outcome)
      expect(Object.keys(REASONS)).toContain(outcome.reason)
      expect(outcome.describe()).toMatch(/^(retired|injected|retry|unhandled): /)
      expect(m.elements.length).toBeLessThanOrEqual(66)
      expect(new Set(m.vcpu.pulled).size).toBe(m.vcpu.pulled.length)
      expect(new Set(m.vcpu.pushed).size).toBe(m.vcpu.pushed.length)
      expect(m.vcpu.pulled.every((r) => r >= 0 && r < REGISTER_SLOTS && r !== Reg.XZR)).toBe(true)
      if (outcome.kind === 'retry' || outcome.kind === 'unhandled') {
        expect(m.state()).toBe(before)
        expect(m.vcpu.pushed).toEqual([])
        expect(m.elements).toEqual([])
      }
    }),
    { numRuns: 2500 },
  )
  for (const kind of ['retired', 'injected', 'retry', 'unhandled'])
    expect([kind, (seen.get(kind) ?? 0) > 20]).toEqual([kind, true])
})

it('the same fault twice on equal machines is the same', () => {
  fc.assert(
    fc.property(anyWord, fc.integer({ min: 0, max: 0xff0 }), fc.boolean(), (word, offset, write) => {
      const [a, b] = [0, 1].map(() => {
        const m = new Machine()
        for (let r = 0; r < 31; r++) m.setX(r, DEV_VA + offset)
        const outcome = m.run(word, { far: DEV_VA + offset, write })
        return [outcome.describe(), m.shape(), m.callbacks(), m.state(), m.vcpu.pulled, m.vcpu.pushed].join()
      })
      expect(a).toBe(b)
    }),
    { numRuns: 300 },
  )
})

const LDP_Q = 0xad400440
const STP_Q = 0xad000440

it('devices that throw, lie, or use the bus again end in an external abort', () => {
  const lie = (result: unknown) => result as number
  const reads: ((m: () => Machine, tx: MemTx) => number)[] = [
    () => {
      throw new Error('broken')
    },
    () => lie('text'),
    () => lie(Number.NaN),
    () => -1,
    (_, tx) => {
      tx.result = 77
      return 0
    },
    (m) => {
      // A device that reads itself: the bus refuses, and the device answers what it got.
      const got = m().space.read(DEV, 4, new Uint8Array(4), 0)
      if (got !== 0) throw new Error('refused')
      return 0
    },
  ]
  for (const read of reads) {
    const machine: Machine = new Machine(
      {},
      {
        read: (_offset, _size, tx) => read(() => machine, tx),
        write: (_offset, _value, _size, tx) => {
          read(() => machine, tx)
          throw new Error('broken')
        },
      },
    )
    for (const [word, write] of [
      [LDP_Q, false],
      [STP_Q, true],
    ] as const) {
      machine.vcpu.truth.set(Reg.PC, BigInt(CODE_VA))
      machine.vcpu.truth.set(Reg.PSTATE, 0x3c5n)
      machine.setX(2, DEV_VA)
      const before = [0, 1].map((r) => machine.v(r))
      expect(machine.run(word, { far: DEV_VA, write }).reason).toBe('external-abort')
      expect([0, 1].map((r) => machine.v(r))).toEqual(before)
      expect(machine.x(Reg.FAR_EL1)).toBe(BigInt(DEV_VA))
    }
  }
})

it('a device that unmaps itself or handles a fault of its own from a callback', () => {
  const m: Machine = new Machine(
    {},
    {
      read: () => {
        const region = m.space.find(DEV)
        if (region instanceof MemoryRegion) m.space.remove(region)
        return 7
      },
      write: () => {},
      valid: { max: 8 },
      impl: { max: 8 },
    },
  )
  m.setX(2, DEV_VA)
  expect(m.run(0xa9400440, { far: DEV_VA }).reason).toBe('external-abort')
  expect(m.x(Reg.FAR_EL1)).toBe(BigInt(DEV_VA + 8))
})

it('words that never repeat, and one cache: bounded and right', () => {
  const m = new Machine()
  const vcpu = inProcess(m)
  for (let i = 0; i < 20_000; i++) {
    // ldr x<rt>, [x2, #imm]: a new word each time
    const word = (0xf9400040 | ((i & 0xff) << 10) | ((i >> 8) % 31)) >>> 0
    m.place(word)
    vcpu.regs.set(Reg.PC, BigInt(CODE_VA))
    vcpu.regs.set(2, BigInt(DEV_VA))
    const far = DEV_VA + 8 * (i & 0xff)
    m.elements.length = 0
    const { kind, word: seen } = m.handler.handle(vcpu, { esr: 0x9200_0007, far, hpfar: (DEV / 4096) * 16 })
    if (kind !== 'retired' || seen !== word || m.elements[0]?.pa !== DEV + 8 * (i & 0xff))
      expect([i, kind, seen]).toBe(word)
  }
  expect(vcpu.regs.get(Reg.PC)).toBe(BigInt(CODE_VA + 4))
})

it('tables in a device, outside RAM, or pointing at themselves end the walk', () => {
  for (const ttbr of [DEV, HOLE_VA, 0xfed4_0000, RAM + 0x6000]) {
    const m = new Machine()
    m.setX(2, DEV_VA)
    m.vcpu.truth.set(Reg.TTBR0_EL1, BigInt(ttbr))
    if (ttbr === RAM + 0x6000) for (let i = 0; i < 512; i++) m.descriptor(6, i, (RAM + 0x6000) | 3)
    const outcome = m.run(LDP_Q, { far: DEV_VA })
    expect([outcome.kind, outcome.reason]).toEqual(['retry', 'fetch-failed'])
    expect(m.callbacks()).toEqual([])
  }
})
