/**
 * Between a plan and the instruction syndrome that hardware gives for it.
 *
 * @module
 */

import { type Plan, PlanStatus, Writeback } from './plan.ts'
import { dataAbortSyndrome, type Syndrome } from './syndrome.ts'

/**
 * Makes the plan that a valid instruction syndrome describes: one general-purpose register, one element.
 *
 * A W register takes 32 bits whatever SAS says: SF=0 with SAS=3 is nothing that hardware reports.
 */
export function planOfSyndrome(s: Syndrome, plan: Plan): void {
  plan.load = !s.write
  plan.store = s.write
  plan.count = 1
  plan.size = s.size
  plan.slots[0] = s.srt
  plan.lanes[0] = 0
  plan.signed = s.signExtend && !s.write ? (s.sixtyFour ? 64 : 32) : 0
  plan.sixtyFour = s.sixtyFour
}

/**
 * Whether a valid instruction syndrome describes the plan: SAS, SSE, SRT, SF, AR, and a form that has a syndrome at
 * all (DDI 0487, ISS encoding for an exception from a Data Abort: one general-purpose register, no write-back).
 */
export function agreesWithSyndrome(plan: Plan, s: Syndrome): boolean {
  return (
    plan.form === 'register' &&
    !plan.vector &&
    plan.writeback === Writeback.NONE &&
    plan.size === s.size &&
    plan.slots[0] === s.srt &&
    plan.sixtyFour === s.sixtyFour &&
    (plan.store || plan.signed > 0 === s.signExtend) &&
    (isLimited(plan) || (plan.order !== 'plain') === s.ordered)
  )
}

/**
 * ESR_EL2 of the stage 2 abort of a plan's access from EL1 or EL0: the inverse of {@link agreesWithSyndrome}. An
 * atomic is reported as the read that it begins with.
 *
 * @param status - DFSC, six bits.
 * @returns 32 bits, unsigned.
 *
 * @example
 * ```ts
 * buildPlan(0xb9400043, plan) // ldr w3, [x2]
 * stageTwoSyndrome(plan, 7).toString(16) // '93830007'
 * ```
 */
export function stageTwoSyndrome(plan: Plan, status: number): number {
  const esr = dataAbortSyndrome(true, plan.store && !plan.load, status)
  const valid = plan.form === 'register' && !plan.vector && plan.writeback === Writeback.NONE
  if (!valid || plan.status !== PlanStatus.ACCESS) return esr
  const ordered = plan.order !== 'plain' && !isLimited(plan)
  const iss =
    (1 << 24) |
    (Math.log2(plan.size) << 22) |
    (plan.load && plan.signed > 0 ? 1 << 21 : 0) |
    ((plan.slots[0] as number) << 16) |
    (plan.sixtyFour ? 1 << 15 : 0) |
    (ordered ? 1 << 14 : 0)
  return (esr | iss) >>> 0
}

/** LDLAR and STLLR: QEMU reports AR=0 for them, and the manual does not say. */
function isLimited(plan: Plan): boolean {
  return plan.order === 'lo-acquire' || plan.order === 'lo-release'
}
