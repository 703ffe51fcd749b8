/**
 * Any load or store, its address right or not, under registers and tables that are changed at random, on a device that
 * fails, throws or waits: one of the outcomes, and no trace but what it says.
 */

import { expect, it } from 'vitest'
import { type OutcomeKind, REASONS, Reg } from '../../../src/mmio/index.ts'
import { VA } from '../machine.ts'
import { Bench, ENTRY, PAGE, physical, WINDOW } from './bench.ts'
import { type Case, check, Random, same, timeoutOf } from './cases.ts'
import { onlyTheJournal } from './effects.ts'

const SS_BTYPE = (1n << 21n) | (3n << 10n)
const SLOTS: readonly number[] = Array.from({ length: 144 }, (_, r) => r).concat(-1)

/** What stage 2 may say of it. */
interface Report {
  far: number
  write: boolean
  iss: number
}

/** Changes what a bench was set to. */
function shake(bench: Bench, c: Case, random: Random, report: Report): void {
  const { m } = bench
  const flip = (slot: number, bits: readonly number[]): void =>
    m.setX(slot, m.x(slot) ^ (1n << BigInt(random.pick(bits))))
  // BTYPE, SS, PAN, UAO, TCO, flags; A, SA, SA0, nAA, EnDA, EnDB, ATA; the field of the fault that is no syndrome.
  if (random.once(2)) flip(Reg.PSTATE, [0, 10, 11, 21, 22, 23, 25, 28, 29, 31])
  if (random.once(4)) flip(Reg.SCTLR_EL1, [0, 1, 3, 4, 6, 13, 24, 27, 42, 43])
  if (random.once(12)) flip(Reg.TCR_EL1, [2, 7, 14, 37, 39, 40])
  if (random.once(12)) m.setX(random.below(31), random.once(2) ? random.u64() : WINDOW + random.below(2 * PAGE))
  const tables = [
    () => bench.map(WINDOW, -1),
    () => bench.map(WINDOW + PAGE, -1),
    // Device memory: attribute 1 of MAIR_EL1 is 0.
    () => bench.map(WINDOW, physical(WINDOW), 0x44),
    () => bench.map(WINDOW + PAGE, physical(WINDOW + PAGE), 0xc0),
    () => bench.map(WINDOW, physical(WINDOW), 0),
    () => bench.map(WINDOW + PAGE, 0x6000_0000),
    () => bench.map(WINDOW, 0x4000_c000),
  ]
  if (random.once(4)) random.pick(tables)()
  if (random.once(6)) report.far = random.once(2) ? report.far + random.below(64) - 32 : VA + random.below(0x8000)
  if (random.once(8)) report.write = !report.write
  if (random.once(10)) report.iss = random.next() & 0x1ff_ff80
  bench.mode = random.pick(['done', 'done', 'fails', 'throws', 'later'])
  bench.left = random.below(c.plan.scalable ? 24 : 4)
}

it('an outcome, and nothing that it does not say', { timeout: timeoutOf('anything') }, () => {
  const benches = [
    new Bench(),
    new Bench({ handler: { order: 'architectural-order', exclusives: 'unsupported' } }),
    new Bench({ handler: { unpredictable: { strict: true, DEVPAGE2: 'FAULT' }, features: { LSE2: false } } }),
  ]
  const kinds = new Map<OutcomeKind, number>()
  check(
    'anything',
    () => true,
    (c) => {
      const random = new Random(c.seed ^ 0x0f0f)
      const bench = random.pick(benches)
      const aim = bench.set(c)
      const { m } = bench
      const report: Report = {
        far: aim?.va ?? WINDOW + random.below(PAGE),
        write: aim?.write ?? random.once(2),
        iss: 0,
      }
      shake(bench, c, random, report)
      const before = bench.save()
      const far = report.far < WINDOW || report.far >= WINDOW + 2 * PAGE ? WINDOW : report.far
      const outcome = bench.runAt(c.word, far, report.write, report.iss)
      const { kind, reason } = outcome
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      expect(reason in REASONS).toBe(true)
      expect(outcome.describe().startsWith(`${kind}: `)).toBe(true)
      const slots = kind === 'retired' ? SLOTS : kind === 'injected' ? [...ENTRY, Reg.TFSR_EL1] : []
      if (kind === 'retired') {
        const steps = reason === 'chunk-done' ? 0n : 4n
        same([m.x(Reg.PC)], [(before.x[Reg.PC] as bigint) + steps])
        if (steps > 0n) same([m.x(Reg.PSTATE) & SS_BTYPE], [0n])
        expect(outcome.journal.dropped).toBe(0)
        // ST64BV answers what becomes an abort elsewhere.
        const answers = c.plan.form === 'block64' && c.plan.result >= 0
        expect(answers || [...outcome.journal].every((e) => e.result === 0)).toBe(true)
      } else if (kind === 'injected') {
        same([m.x(Reg.ELR_EL1), m.x(Reg.SPSR_EL1)], [before.x[Reg.PC], before.x[Reg.PSTATE]])
        same([m.x(Reg.PC) >> 11n, m.x(Reg.PC) & 3n], [m.x(Reg.VBAR_EL1) >> 11n, 0n])
      } else if (kind === 'deferred') {
        expect(JSON.parse(JSON.stringify(outcome.continuation))).toEqual(outcome.continuation)
      } else same([outcome.journal.length, m.elements.length, m.log.length], [0, 0, 0])
      if (kind === 'retired' && c.plan.form === 'block64') return true
      onlyTheJournal(bench, c, outcome, before, slots)
      return true
    },
    1,
  )
  for (const kind of ['retired', 'injected', 'retry', 'deferred', 'unhandled'] as const) {
    expect([kind, (kinds.get(kind) ?? 0) > 8]).toEqual([kind, true])
  }
})
