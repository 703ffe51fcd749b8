/** A device that answers the k-th callback later: resumed, the instruction is the same; cancelled, it is done anew. */

import { expect, it } from 'vitest'
import { Reg } from '../../../src/mmio/index.ts'
import { Bench } from './bench.ts'
import { check, same, timeoutOf } from './cases.ts'
import { onlyTheJournal } from './effects.ts'

it('the k-th callback, or every one from it on, under both orders', { timeout: timeoutOf('deferral') }, () => {
  const plain = new Bench()
  const benches = (['precise-probe', 'architectural-order'] as const).map((order) => new Bench({ handler: { order } }))
  let resumed = 0
  let cancelled = 0
  const never = check(
    'deferral',
    ({ access }) => access?.form !== 'none',
    (c) => {
      const { plan } = c
      if (!plain.set(c)) return false
      const first = plain.run(c)
      const callbacks = plain.m.log.length
      if (first.kind !== 'retired' || first.reason === 'exclusive-failed') return false
      const { reason } = first
      if (callbacks === 0) return true
      const bench = benches[(c.seed >>> 1) & 1] as Bench
      const aim = bench.set(c)
      if (!aim) return false
      const before = bench.save()
      bench.mode = 'later'
      bench.left = (c.seed >>> 4) % callbacks
      const outcome = bench.run(c)
      expect([outcome.kind, outcome.reason, bench.hit]).toEqual(['deferred', 'device-deferred', true])
      expect(bench.m.vcpu.pushed).toEqual([])
      onlyTheJournal(bench, c, outcome, before, [])
      const fault = [Reg.ESR_EL2, Reg.FAR_EL2, Reg.HPFAR_EL2]
      // An atomic of which a part was stored would find another old value; a copy that came far goes on from there.
      const anew = !(plan.load && plan.store && outcome.continuation?.waiting.write)
      if ((c.seed & 1) === 0 && anew) {
        cancelled++
        const { kind, reason: why } = bench.m.handler.cancel(bench.m.vcpu, outcome.continuation!)
        expect([kind, why]).toEqual(['retry', 'cancelled'])
        for (const slot of bench.changed(before)) expect.fail(`slot ${slot} changed`)
        bench.mode = 'done'
        if (plan.result >= 0 && plan.form.startsWith('exclusive')) {
          const memory = bench.bytes.slice()
          bench.mark(aim.va)
          bench.bytes.set(memory)
        }
        same([bench.run(c).reason], [reason])
      } else {
        resumed++
        if ((c.seed & 4) === 0 || callbacks > 64) bench.mode = 'done'
        bench.left = 0
        let last = bench.resume(outcome.continuation)
        for (let n = 0; n < 2048 && last.kind === 'deferred'; n++) last = bench.resume(last.continuation)
        same([last.kind, last.reason], ['retired', reason])
      }
      bench.equals(plain, fault)
      return true
    },
    0.75,
  )
  expect(resumed).toBeGreaterThan(300)
  expect(cancelled).toBeGreaterThan(200)
  expect([...never]).toEqual([])
})
