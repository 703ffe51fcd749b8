/**
 * An instruction whose k-th callback is refused has changed nothing but what its journal lists, and is, executed again,
 * the instruction: every row, by errors and by exceptions of the device.
 */

import { expect, it } from 'vitest'
import { Reg } from '../../../src/mmio/index.ts'
import { CODE_VA, DEV } from '../machine.ts'
import { Bench, ENTRY, physical, WINDOW } from './bench.ts'
import { check, same, timeoutOf } from './cases.ts'
import { onlyTheJournal } from './effects.ts'

/** Where the monitor is marked that no instruction of ours comes to: the end of the window. */
const MARKED = WINDOW + 0x1ff0
/** stxr w9, w9, [x10]: 0 in X9 where the monitor was marked. */
const STXR = 0x8809_7d49

it('the k-th callback is refused', { timeout: timeoutOf('refusal') }, () => {
  const plain = new Bench()
  const aborted = new Bench()
  let restarts = 0
  let marked = 0
  const never = check(
    'refusal',
    ({ access }) => access?.form !== 'none',
    (c) => {
      const { plan } = c
      if (!plain.set(c)) return false
      const first = plain.finish(c)
      const callbacks = plain.callbacks
      if (first.kind !== 'retired' || first.reason === 'exclusive-failed') return false
      if (callbacks === 0) return true
      const aim = aborted.set(c)
      if (!aim) return false
      const exclusive = plan.form.startsWith('exclusive')
      if (!exclusive) aborted.mark(MARKED)
      const before = aborted.save()
      aborted.mode = (c.seed & 1) === 0 ? 'fails' : 'throws'
      aborted.left = (c.seed >>> 4) % callbacks
      const outcome = aborted.finish(c)
      expect(aborted.hit).toBe(true)
      expect([outcome.kind, outcome.reason, outcome.status]).toEqual(['injected', 'external-abort', 0x10])
      const { m } = aborted
      const [pc, pstate] = [before.x[Reg.PC], before.x[Reg.PSTATE]]
      same([m.x(Reg.ELR_EL1), m.x(Reg.SPSR_EL1)], [pc, pstate])
      same([m.x(Reg.PC) & ~0x7ffn], [m.x(Reg.VBAR_EL1) & ~0x7ffn])
      const last = [...outcome.journal].at(-1)!
      const far = Number(m.x(Reg.FAR_EL1))
      const at = plan.copySet && last.pa < DEV ? 0x4000_a000 + (far & 0xfff) : physical(far)
      expect(at >= last.pa && at < last.pa + last.bytes.length).toBe(true)
      same([(m.x(Reg.ESR_EL1) >> 6n) & 1n], [last.write ? 1n : 0n])
      // A copy that went on over a page has a journal for each fault.
      if (!aborted.chunked) onlyTheJournal(aborted, c, outcome, before, ENTRY)
      if (!exclusive && (c.seed & 0x100) === 0) {
        marked++
        const kept = aborted.save()
        aborted.mode = 'done'
        for (const [slot, value] of [
          [9, 7],
          [Reg.TCR2_EL1, 0],
          [10, MARKED],
          [Reg.PC, CODE_VA],
          [Reg.PSTATE, 0x3c5],
        ] as const)
          m.setX(slot, value)
        aborted.runAt(STXR, MARKED, true)
        expect(m.x(9)).toBe(0n)
        aborted.restore(kept)
      }
      // An atomic of which a part was stored finds another old value.
      if (plan.load && plan.store && !plan.copySet && last.write) return true
      restarts++
      m.setX(Reg.PC, pc as bigint)
      m.setX(Reg.PSTATE, pstate as bigint)
      aborted.mode = 'done'
      // The monitor was cleared: the loop goes back to its load.
      if (exclusive && plan.store) {
        const memory = aborted.bytes.slice()
        aborted.mark(aim.va)
        aborted.bytes.set(memory)
      }
      const again = aborted.finish(c, aborted.again(c))
      same([again.kind, again.reason], [first.kind, first.reason])
      aborted.equals(plain, [...ENTRY.filter((r) => r !== Reg.PC && r !== Reg.PSTATE), 47, 48, 49])
      return true
    },
    0.75,
  )
  expect(restarts).toBeGreaterThan(500)
  expect(marked).toBeGreaterThan(500)
  expect([...never]).toEqual([])
})
