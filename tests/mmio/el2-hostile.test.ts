/** Whatever the registers of a guest at EL2, under a host, or with a guest of its own: an outcome, and no trace of a refused one. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { REASONS, Reg } from '../../src/mmio/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import { CODE_VA, DEV_VA, Machine, PAGES, RAM, VA } from './machine.ts'

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
/** A sane value with any bits of it turned, or any value. */
const near = (value: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(value) },
    { weight: 2, arbitrary: fc.nat(63).map((bit) => value ^ (1n << BigInt(bit))) },
    { weight: 1, arbitrary: u64 },
  )

const USER = 0x40
const hcr = fc
  .tuple(fc.subarray([0n, 12n, 27n, 31n, 34n, 37n, 42n, 43n, 45n, 56n]), fc.oneof(fc.constant(0n), u64))
  .map(([set, noise]) => set.reduce((n, bit) => n | (1n << bit), noise & (noise << 7n) & (noise << 13n)))

const REGISTERS = Object.entries(Reg).filter(([name]) => /_EL[12](?:_HIGH)?$/.test(name) && !/^(?:SP|ELR)_/.test(name))

const fault = fc.record({
  word: anyInstructionWord((e) => e.access !== undefined, { constrained: true }),
  hcr,
  pstate: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(0x3c0n, 0x3c4n, 0x3c5n, 0x3c8n, 0x3c9n, 0x3cdn) }, u64),
  sctlr: near(0x30d0_1805n),
  tcr: fc.oneof(near(0x5_3510n), near(0x5_0080_3510n)),
  ttbr: near(BigInt(RAM)),
  vtcr: near(0x5_2550n),
  noise: fc.array(fc.tuple(fc.constantFrom(...REGISTERS.map(([, slot]) => slot)), u64), { maxLength: 4 }),
  base: fc.integer({ min: VA - 0x40, max: VA + 0xb000 }),
  esr: fc.constantFrom(0x9200_0007, 0x9200_0047, 0x9200_0087, 0x9200_000f, 0x9200_004f, 0x9200_00cd),
  hpfar: fc.oneof(
    fc.constantFrom(...PAGES).map((pa) => BigInt(Math.max(pa, 0) / 4096) << 4n),
    u64,
  ),
})

it('never throws; changes registers only where it retires or injects', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(fault, (f) => {
      const m = new Machine({ features: { EL2: true, GCS: true, DoubleFault2: true } })
      const { truth } = m.vcpu
      for (const [i, pa] of PAGES.entries()) if (pa >= 0) m.map(VA + 0x1000 * i, pa, i % 2 === 0 ? USER : 0)
      m.map(CODE_VA, RAM + 0x4000, f.pstate === 0x3c0n ? USER : 0)
      truth.set(Reg.HCR_EL2, f.hcr)
      truth.set(Reg.PSTATE, f.pstate)
      for (const slot of [Reg.SCTLR_EL1, Reg.SCTLR_EL2]) truth.set(slot, f.sctlr)
      for (const slot of [Reg.TCR_EL1, Reg.TCR_EL2]) truth.set(slot, f.tcr)
      for (const slot of [Reg.TTBR0_EL1, Reg.TTBR0_EL2, Reg.VTTBR_EL2]) truth.set(slot, f.ttbr)
      for (const slot of [Reg.MAIR_EL1, Reg.MAIR_EL2]) truth.set(slot, 0x44n)
      truth.set(Reg.VTCR_EL2, f.vtcr)
      truth.set(Reg.SP_EL2, BigInt(DEV_VA + 0x600))
      for (const [slot, value] of f.noise) truth.set(slot, value)
      for (let r = 0; r < 31; r++) m.setX(r, f.base + 8 * (r & 3))
      m.place(f.word)
      const before = [...truth.x]
      m.vcpu.begin()
      const outcome = m.handler.handle(m.vcpu, { esr: f.esr, far: BigInt(f.base), hpfar: f.hpfar })
      expect(outcome.reason in REASONS).toBe(true)
      expect(outcome.describe()).not.toBe('')
      if (outcome.kind !== 'retired' && outcome.kind !== 'injected') expect([...truth.x]).toEqual(before)
      expect(new Set(m.vcpu.pulled).size).toBe(m.vcpu.pulled.length)
      seen.add(outcome.kind === 'injected' ? outcome.reason : outcome.kind)
    }),
    { numRuns: 2500, seed: 1 },
  )
  for (const what of ['retired', 'retry', 'unhandled', 'translation-fault', 'stage-2-fault'])
    expect([...seen]).toContain(what)
})
