/** Two roads to one access: another address of the page, and the syndrome in place of the instruction. */

import { expect, it } from 'vitest'
import { type Plan, Reg, stageTwoSyndrome } from '../../../src/mmio/index.ts'
import { ALIAS, Bench, journalOf, PAGE, WINDOW } from './bench.ts'
import { check, same, timeoutOf } from './cases.ts'

/** The register that holds the address. */
const isData = (plan: Plan, base: number): boolean =>
  plan.slots.subarray(0, plan.count).includes(base) || plan.sources.includes(base) || plan.tagSource === base

it('two addresses of one page are one page', { timeout: timeoutOf('aliases') }, () => {
  const here = new Bench()
  const there = new Bench()
  check(
    'aliases',
    ({ access }) => access?.form !== 'none' && access?.form !== 'copy' && access?.form !== 'set',
    (c) => {
      const { plan } = c
      const aim = here.set(c)
      if (!aim || plan.base < -1 || aim.va >= WINDOW + PAGE - 0x400 || plan.scalable?.base === -3) return false
      const base = here.slotOf(plan.base)
      // A base that is also stored or compared tells the address.
      if (isData(plan, base) || plan.scalable?.select === base) return false
      const other = there.set(c, { va: aim.va - WINDOW + ALIAS })
      if (!other) return false
      const first = here.run(c)
      const second = there.run(c)
      same([second.kind, second.reason], [first.kind, first.reason])
      same(journalOf(second), journalOf(first))
      const moved = there.m.x(base) - here.m.x(base)
      expect([0n, BigInt(ALIAS - WINDOW)]).toContain(moved)
      there.equals(here, [base, Reg.FAR_EL1, Reg.FAR_EL2, Reg.HPFAR_EL2])
      return true
    },
    0.3,
  )
})

it('a valid syndrome says the same as the instruction', { timeout: timeoutOf('syndromes') }, () => {
  const decoded = new Bench()
  const told = new Bench()
  const never = check(
    'syndromes',
    ({ access }) => access?.form === 'register' && access.bank === 'X',
    (c) => {
      const iss = stageTwoSyndrome(c.plan, 0) & 0x1ff_ff80
      if ((iss & (1 << 24)) === 0) return true
      if (!decoded.set(c) || !told.set(c)) return false
      const first = decoded.run(c)
      const second = told.run(c, iss)
      if (first.kind !== 'retired') return false
      same([second.kind], ['retired'])
      same(journalOf(second), journalOf(first))
      told.equals(decoded, [Reg.ESR_EL2])
      return true
    },
    0.6,
  )
  expect([...never]).toEqual([])
})
