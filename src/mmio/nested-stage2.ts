/**
 * A guest that has a guest: HCR_EL2.VM or DC of its own EL2. The hardware's stage 2 is then the host's shadow of the guest's
 * own (DDI 0487, D8.6 for what that does), and what it reports is the address that goes into that.
 *
 * @module
 */

import { alignDown } from '../bits.ts'
import { Access, accessOf, FaultKind, Update } from '../tlb/index.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import type { Outcome } from './outcome.ts'
import { Reg } from './register-file.ts'
import { permissionSyndrome, walkSyndrome } from './syndrome.ts'

/** What hardware may change in a nested guest's descriptors of stage 1. */
const STAGE1_UPDATES = Update.STAGE1_ACCESS_FLAG | Update.STAGE1_DIRTY | Update.STAGE1_TABLE_ACCESS_FLAG

/** What the guest's own stage 2 has to say of a fault that the host's shadow of it ended in. */
export class NestedStage2 {
  readonly #fault: Fault
  readonly #walk: GuestWalk

  constructor(fault: Fault, walk: GuestWalk) {
    this.#fault = fault
    this.#walk = walk
  }

  /**
   * Takes the page that HPFAR names through the guest's own stage 2.
   *
   * @returns whether it comes out; otherwise the outcome is set, as a rule to a fault at the guest's EL2.
   */
  enter(): boolean {
    const fault = this.#fault
    const { page } = this.#walk
    const { write, cacheMaintenance } = fault.syndrome
    const access = (write && !cacheMaintenance ? Access.WRITE : Access.READ) | Access.NO_UPDATE
    if (this.#translateReported(access) === FaultKind.NONE) {
      fault.throughStage2 = alignDown(page.pa, PAGE)
      return true
    }
    // An address that no stage 2 takes is no hardware's.
    if (page.stage !== 2 || page.fsc < 0) return fault.stop('translation-differs')
    this.#abortStage2(walkSyndrome(page))
    return false
  }

  /** What nothing else translates, on the way of a valid syndrome: flags of the guest's own stage 2, and a continuation. */
  settle(): boolean {
    const fault = this.#fault
    const { page } = this.#walk
    this.#walk.noteReported(fault.registers)
    if (page.updates === 0) return true
    const kind = fault.syndrome.write ? Access.WRITE : Access.READ
    const found = this.#translateReported(kind)
    return (found === FaultKind.NONE && alignDown(page.pa, PAGE) === fault.page()) || fault.stop('translation-differs')
  }

  /**
   * A walk of the nested guest's tables was stopped, where they are read, or where hardware marks them: by the guest's own
   * stage 2, or by the host's shadow of it, which is the host's business.
   */
  tableWalk(): Outcome {
    const fault = this.#fault
    const { registers, syndrome } = fault
    const { regs } = registers
    const { page } = this.#walk
    const kind = syndrome.write && !syndrome.cacheMaintenance ? Access.WRITE : Access.READ
    const access = accessOf(kind, regs.lo(Reg.PSTATE)) | Access.NO_UPDATE
    const found = this.#walk.translate(registers, regs.hi(Reg.FAR_EL2) | 0, regs.lo(Reg.FAR_EL2) | 0, access)
    if (found !== FaultKind.NONE && page.s1ptw) {
      if (alignDown(page.ipa, PAGE) !== fault.reportedPage()) return fault.end('retry', 'translation-differs')
      return this.#abortStage2(walkSyndrome(page))
    }
    const marks = found === FaultKind.NONE && (page.updates & STAGE1_UPDATES) !== 0
    if (!marks) return fault.end('unhandled', 'table-walk')
    const update = Access.READ | Access.WRITE | Access.NO_UPDATE
    if (this.#translateReported(update) === FaultKind.NONE || page.stage !== 2) {
      return fault.end('unhandled', 'table-walk')
    }
    // WnR of a walk is the access's own.
    page.write = kind === Access.WRITE
    page.s1ptw = true
    return this.#abortStage2(walkSyndrome(page))
  }

  /** Translates what HPFAR and FAR name. */
  #translateReported(access: number): number {
    const { registers } = this.#fault
    const ipa = this.#fault.reportedPage() + (registers.regs.lo(Reg.FAR_EL2) & (PAGE - 1))
    return this.#walk.translateStage2(registers, ipa, access)
  }

  /** The fault that the guest's own stage 2 has just ended in. @param status - of `walkSyndrome`. */
  #abortStage2(status: number): Outcome {
    const fault = this.#fault
    const { page } = this.#walk
    const { regs } = fault.registers
    const farHi = regs.hi(Reg.FAR_EL2)
    const farLo = regs.lo(Reg.FAR_EL2)
    return fault.abort('translation-fault', status, page.write, farHi, farLo, permissionSyndrome(page), page.ipa)
  }
}
