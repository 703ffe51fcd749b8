/** The second page of an access is one that the guest may not access, or where nothing is: every row, both orders. */

import { expect, it } from 'vitest'
import { type JournalEntry, Reg } from '../../../src/mmio/index.ts'
import { DEV } from '../machine.ts'
import { Bench, ENTRY, PAGE, physical, WINDOW } from './bench.ts'
import { type Case, check, Random, same, timeoutOf } from './cases.ts'
import { onlyTheJournal } from './effects.ts'
import { type Span, valuesOf } from './elements.ts'

const SECOND = WINDOW + PAGE
/** No region is here. */
const HOLE = 0x6000_0000

/** What the second page is. AP[2:1] at 7:6. */
const KINDS = {
  unmapped: { pa: -1, bits: 0, status: 0x07 },
  'read-only': { pa: DEV, bits: 0xc0, status: 0x0f },
  "EL1's": { pa: DEV, bits: 0, status: 0x0f },
  'no region': { pa: HOLE, bits: 0x40, status: 0x10 },
} as const

/** Each byte with its address. */
function valuesIn(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap((e) => e.bytes.map((byte, k) => `${e.write} ${e.pa + k} ${byte}`))
}

/** The accesses of an instruction that moves blocks too: 64 bytes as one are one value here. */
function accessesOf(c: Case, bench: Bench, va: number): Span[] {
  const { plan } = c
  if (plan.whole) return [{ va, size: plan.count * plan.size }]
  return valuesOf(plan, bench, va)
}

it('nothing is done before, or what the order of the manual has', { timeout: timeoutOf('pages') }, () => {
  const orders = ['precise-probe', 'architectural-order'] as const
  const benches = orders.map((order) => new Bench({ handler: { order } }))
  const whole = new Bench()
  const seen = new Map<string, number>()
  const met = check(
    'pages',
    // Blocks never cross; of copies each page is a chunk; other laws have what is read at most once.
    ({ access }) =>
      access !== undefined &&
      !['none', 'zero', 'copy', 'set', 'tag', 'tag-zero', 'non-fault', 'first-fault', 'first-fault-gather'].includes(
        access.form,
      ),
    (c) => {
      const { plan } = c
      const random = new Random(c.seed ^ 0x5555)
      const order = random.pick(orders)
      const bench = benches[orders.indexOf(order)] as Bench
      const unit = Math.max(plan.scalable?.size ?? plan.size, 1)
      const before = random.once(3) ? unit * (1 + random.below(4)) : 1 + random.below(2 * unit)
      const aim = bench.set(c, { va: SECOND - before })
      if (!aim || plan.base === -2) return false
      const level = (bench.m.x(Reg.PSTATE) >> 2n) & 3n
      const names = ['unmapped', 'no region'] as (keyof typeof KINDS)[]
      if (plan.store) names.push('read-only', 'read-only')
      if (level === 0n || (plan.unprivileged && !plan.scalable)) names.push("EL1's")
      const name = random.pick(names)
      const { pa, bits, status } = KINDS[name]
      bench.map(SECOND, pa, bits)
      const accesses = accessesOf(c, bench, aim.va)
      const i = accesses.findIndex((a) => a.va + a.size > SECOND)
      // The first byte is what stage 2 stopped: it has to be before.
      if (i < 0 || aim.va >= SECOND) return false
      const stop = accesses[i] as Span
      const far = Math.max(stop.va, SECOND)
      const snapshot = bench.save()
      const outcome = bench.run(c)
      if (outcome.reason === 'alignment-fault') {
        expect([outcome.kind, bench.m.elements]).toEqual(['injected', []])
        for (const slot of bench.changed(snapshot)) expect(ENTRY).toContain(slot)
        return false
      }
      seen.set(`${name} ${order}`, (seen.get(`${name} ${order}`) ?? 0) + 1)
      expect([outcome.kind, outcome.status]).toEqual(['injected', status])
      expect(outcome.reason).toBe(name === 'no region' ? 'external-abort' : 'translation-fault')
      onlyTheJournal(bench, c, outcome, snapshot, ENTRY)
      same([bench.m.x(Reg.FAR_EL1)], [BigInt(far)])
      const atomic = plan.load && plan.store
      const write = name === 'no region' ? plan.store && !plan.load : plan.store && !(plan.load && name === "EL1's")
      if (!atomic) same([(bench.m.x(Reg.ESR_EL1) >> 6n) & 1n], [write ? 1n : 0n])
      const done = [...outcome.journal].filter((e) => e.result === 0)
      const bytes = done.flatMap((e) => e.bytes.map((_, k) => e.pa + k))
      const partly = name === 'no region' || (order === 'architectural-order' && !atomic)
      const wanted: number[] = []
      for (const a of accesses.slice(0, partly ? i + 1 : 0)) {
        for (let va = a.va; va < a.va + a.size && va < SECOND; va++) wanted.push(physical(va))
      }
      same(bytes, wanted)
      // With the values that they have where all of it may be accessed.
      whole.set(c, { va: SECOND - before })
      const all = valuesIn([...whole.run(c).journal])
      const some = valuesIn(done)
      same(some, all.slice(0, some.length))
      return true
    },
    0.3,
  )
  expect(seen.size).toBe(8)
  for (const count of seen.values()) expect(count).toBeGreaterThan(20)
  expect(met.size).toBeLessThan(1400)
})
