import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64 } from '../../src/decode/index.ts'
import {
  BASE_PC,
  BASE_SP,
  buildPlan,
  Extend,
  Plan,
  PlanCache,
  PlanStatus,
  Reg,
  Writeback,
} from '../../src/mmio/index.ts'
import { instructionWord } from '../../src/testing/index.ts'

function planOf(word: number): Plan {
  const plan = new Plan()
  buildPlan(word, plan)
  return plan
}

const elements = (plan: Plan): string[] =>
  Array.from({ length: plan.count }, (_, e) => {
    const slot = plan.slots[e] as number
    return `${slot >= Reg.V0 ? `v${(slot - Reg.V0) / 2}` : `x${slot}`}+${plan.lanes[e]}`
  })

describe('addressing', () => {
  it.each([
    ['ldr x0, [x2, #8]', 0xf9400440, { base: 2, offset: 8, index: -1, writeback: Writeback.NONE }],
    ['ldr x0, [sp], #-16', 0xf85f07e0, { base: BASE_SP, offset: -16, writeback: Writeback.POST }],
    ['ldr x0, [x2, #16]!', 0xf8410c40, { base: 2, offset: 16, writeback: Writeback.PRE }],
    ['ldr x0, [x2, w3, sxtw #3]', 0xf863d840, { base: 2, index: 3, extend: Extend.SXTW, shift: 3, offset: 0 }],
    ['ldr w0, [x2, w3, uxtw]', 0xb8634840, { base: 2, index: 3, extend: Extend.UXTW, shift: 0 }],
    ['ldr x0, [x2, xzr]', 0xf87f6840, { base: 2, index: 31, extend: Extend.LSL }],
    ['ldr x0, #-4', 0x58ffffe0, { base: BASE_PC, offset: -4, index: -1 }],
    ['ld1 { v0.16b }, [x2], x3', 0x4cc37040, { base: 2, index: 3, writeback: Writeback.POST }],
    ['ld1 { v0.16b }, [x2], #16', 0x4cdf7040, { base: 2, index: -1, offset: 16, writeback: Writeback.POST }],
    ['ldaprx', 0x99c00840, { base: 2, offset: 4, writeback: Writeback.POST, order: 'acquire-pc' }],
  ])('%s', (_, word, expected) => {
    expect(planOf(word)).toMatchObject({ status: PlanStatus.ACCESS, ...expected })
  })
})

describe('elements', () => {
  it.each([
    ['ldpsw x3, x31', 0x69407c43, 4, ['x3+0', 'x31+0']],
    ['ld2 { v31.4h, v0.4h }', 0x0c40845f, 2, ['v31+0', 'v0+0', 'v31+2', 'v0+2', 'v31+4', 'v0+4', 'v31+6', 'v0+6']],
    ['ld1 { v30.2d, v31.2d, v0.2d }', 0x4c406c5e, 8, ['v30+0', 'v30+8', 'v31+0', 'v31+8', 'v0+0', 'v0+8']],
    ['ld3 { v1.h, v2.h, v3.h }[5]', 0x4d406841, 2, ['v1+10', 'v2+10', 'v3+10']],
    ['ld2r { v1.8b, v2.8b }', 0x0d60c041, 1, ['v1+0', 'v2+0']],
    ['ldap1 { v0.d }[1]', 0x4d418440, 8, ['v0+8']],
    ['ldp q0, q1', 0xad400440, 16, ['v0+0', 'v1+0']],
  ])('%s', (_, word, size, expected) => {
    const plan = planOf(word)
    expect([plan.size, elements(plan)]).toEqual([size, expected])
  })
})

describe('every row with memory access', () => {
  const rows = A64.encodings.filter((e) => e.access !== undefined && e.aliasOf === undefined)
  it('is planned or refused by name, never left out', () => {
    for (const row of rows) {
      const [word] = fc.sample(instructionWord(row, { constrained: true }), { numRuns: 1, seed: 1 }) as [number]
      const plan = planOf(word)
      const status = row.access?.form === 'none' ? PlanStatus.NO_ACCESS : PlanStatus.ACCESS
      expect([row.id, plan.encoding?.id]).toEqual([row.id, row.id])
      expect([row.id, plan.status === PlanStatus.REFUSED ? plan.refusal !== '' : plan.status === status]).toEqual([
        row.id,
        true,
      ])
      if (plan.status !== PlanStatus.ACCESS || plan.copySet || plan.scalable) continue
      expect([row.id, plan.count > 0, [1, 2, 4, 8, 16].includes(plan.size)]).toEqual([row.id, true, true])
      const modifies = /^(atomic|compare)/.test(plan.form)
      expect([row.id, plan.load && plan.store, plan.load || plan.store]).toEqual([row.id, modifies, true])
    }
    expect(rows.length).toBeGreaterThan(700)
  })

  it('never throws, whatever the word', () => {
    const plan = new Plan()
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (word) => {
        buildPlan(word, plan)
        const fresh = planOf(word)
        const members = ({ slots, lanes, ...rest }: Plan) => [
          rest,
          slots.subarray(0, rest.count),
          lanes.subarray(0, rest.count),
        ]
        expect(members(plan)).toEqual(members(fresh))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('PlanCache', () => {
  it('gives the plan of the word, however words collide', () => {
    for (const log2 of [0, 1, 4, 9]) {
      const plans = new PlanCache(log2)
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0xf9400000, max: 0xf940_ffff }), { maxLength: 40 }), (words) => {
          for (const word of words) expect(plans.get(word)).toEqual(planOf(word))
        }),
        { numRuns: 10 },
      )
    }
  })
  it('keeps the plan of a word that comes again', () => {
    const plans = new PlanCache()
    const plan = plans.get(0xa9400440)
    expect(plans.get(0xa9400440)).toBe(plan)
    expect(plans.get(0xffff_ffff).status).toBe(PlanStatus.UNALLOCATED)
  })
  it.each([-1, 17, 1.5, Number.NaN])('refuses %s', (log2) => {
    expect(() => new PlanCache(log2)).toThrow(RangeError)
  })
})
