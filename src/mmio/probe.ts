import { alignDown } from '../bits.ts'
import { Access, accessOf, FaultKind } from '../tlb/index.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import type { Reason } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Span } from './span.ts'
import { DFSC_ALIGNMENT, permissionSyndrome, walkSyndrome } from './syndrome.ts'

/**
 * Translates every page of an access before anything happens, and holds the access against FAR and HPFAR: the first
 * half of a transaction. What it finds is left in a {@link Span}.
 */
export class Probe {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #span: Span
  /** The access at hand is unaligned: Device memory refuses it. */
  #unaligned = false
  /** A page of the last {@link pages} is not Write-Back; known of unaligned accesses. */
  notWriteBack = false
  /** What hardware would change in the descriptors of its pages. */
  #updates = 0

  constructor(fault: Fault, walk: GuestWalk, span: Span) {
    this.#fault = fault
    this.#walk = walk
    this.#span = span
  }

  /**
   * Translates the pages of a plan from the effective address in the outcome on.
   *
   * @param access - bits of `Access`.
   * @param unaligned - Device memory refuses the access.
   * @returns whether the access may go on; otherwise the outcome is set.
   */
  pages(plan: Plan, access: number, unaligned: boolean): boolean {
    const fault = this.#fault
    const { outcome, settings, syndrome } = fault
    this.#unaligned = unaligned
    this.notWriteBack = false
    if (unaligned || settings.tags || plan.tags) this.#walk.useAttributes(fault.registers)
    // Halves as signed numbers: V8 allocates for a u32 above 2^31 that is passed to a function it does not inline.
    const vaHi = outcome.vaHi | 0
    let vaLo = outcome.vaLo | 0
    let length = plan.count * plan.size
    const block = plan.block === 0 ? 0 : fault.blockOf(plan)
    if (block > 0) {
      // The address is any in the block, which crosses no page.
      length = block
      vaLo &= -length
    }
    const room = Math.min(length, PAGE - (vaLo & (PAGE - 1)))
    const crosses = room < length
    // Any byte: the elements of a pair or a structure have no order among themselves.
    const faulted = fault.farOffset(vaHi, vaLo)
    if (faulted < 0 || faulted >= length) return fault.stop('far-differs')
    const onNext = faulted >= room
    const span = this.#span
    span.room = room
    span.crosses = crosses
    span.blocked = false
    const translated = this.#translate(vaHi, vaLo, access | Access.NO_UPDATE)
    if ((!translated || this.#unaligned) && !this.#judge(plan, translated, vaHi, vaLo, !onNext, 0)) return false
    outcome.ipa = this.#walk.page.pa
    span.pa = this.#walk.page.pa
    span.tagged = settings.tags !== undefined && this.#walk.isTagged()
    span.nextTagged = false
    this.#updates = this.#walk.page.updates
    if (crosses && !this.#next(plan, access, length, onNext)) return false
    let faulting = onNext ? span.nextPa : span.pa
    if (syndrome.translationFault) {
      const page = fault.page()
      // A CPU that has the first byte of the access in FAR, whichever page faulted, would fault again for ever.
      if (crosses && alignDown(faulting, PAGE) !== page) faulting = span.nextPa
      if (alignDown(faulting, PAGE) !== page) return fault.stop('translation-differs')
    }
    return fault.isPlainRam(faulting) ? fault.stop('not-mmio') : true
  }

  /** Apart: the other page of an access of `length` bytes, which FAR lies on or not. @returns as {@link pages}. */
  #next(plan: Plan, access: number, length: number, onNext: boolean): boolean {
    const fault = this.#fault
    const { outcome, settings } = fault
    const span = this.#span
    const { room } = span
    // Of an element that lies on both pages the first decides, unless DEVPAGE2 is to fault.
    const whole = Math.ceil(room / plan.size) * plan.size
    const { choices } = settings
    const splits = whole > room && this.#unaligned
    const faults = splits && choices.DEVPAGE2 === 'FAULT'
    if (!faults) this.#unaligned &&= whole < length
    const hi = outcome.plusHi(room) | 0
    const lo = outcome.plusLo(room) | 0
    const translated = this.#translate(hi, lo, access | Access.NO_UPDATE)
    if (!this.#judge(plan, translated, hi, lo, onNext, faults ? room : whole)) return false
    if (splits && !span.blocked && this.#walk.onDeviceMemory(fault.registers)) {
      outcome.constraint = 'DEVPAGE2'
      if (choices.strict) {
        fault.end('unhandled', 'constrained-unpredictable')
        return false
      }
    }
    span.nextPa = span.blocked ? -PAGE : this.#walk.page.pa
    if (!span.blocked) this.#updates |= this.#walk.page.updates
    span.nextTagged = settings.tags !== undefined && !span.blocked && this.#walk.isTagged()
    return true
  }

  /**
   * Sets the Access flag, or dirty state, as hardware would have on its way: only now is it sure that the access happens.
   *
   * @returns whether the pages of {@link pages} still are where they were; otherwise the outcome is set.
   */
  updateTables(access: number): boolean {
    if (this.#updates === 0) return true
    const { outcome } = this.#fault
    const { pa, nextPa, room, crosses, blocked } = this.#span
    const update = access & ~Access.NO_UPDATE
    if (!this.#walkAgain(outcome.vaHi | 0, outcome.vaLo | 0, update, pa)) return this.#fault.stop('translation-differs')
    if (!crosses || blocked) return true
    if (this.#walkAgain(outcome.plusHi(room) | 0, outcome.plusLo(room) | 0, update, nextPa)) return true
    return this.#fault.stop('translation-differs')
  }

  /** Translates one address as a read that leaves no trace. @returns its guest-physical address, or -1. */
  readable(vaHi: number, vaLo: number, pstate: number): number {
    const access = accessOf(Access.READ, pstate) | Access.NO_UPDATE
    return this.#translate(vaHi, vaLo, access) ? this.#walk.page.pa : -1
  }

  /**
   * Apart: what a translation means for the access. A fault on the page that stage 2 stopped means that tables changed; on
   * another, an abort.
   *
   * Device memory refuses what is unaligned before permissions are looked at (pseudocode `AArch64.S1Translate`).
   *
   * @param at - offset of the first element that begins on the page.
   */
  #judge(plan: Plan, translated: boolean, vaHi: number, vaLo: number, reported: boolean, at: number): boolean {
    const { page } = this.#walk
    const device = this.#unaligned ? this.#walk.deviceStage(this.#fault.registers) : 0
    if (device !== 0) {
      const { outcome } = this.#fault
      const ipa = device === 2 ? page.ipa : -1
      const hi = outcome.plusHi(at)
      return this.#refuse(plan, at, 'alignment-fault', DFSC_ALIGNMENT, !plan.load, hi, outcome.plusLo(at), 0, ipa)
    }
    if (translated) {
      this.notWriteBack ||= !this.#walk.isWriteBack()
      return true
    }
    // The host's stage 2 also stops what the guest's own forbids.
    const own = page.stage === 2
    if ((reported && !own) || page.fsc < 0) return this.#fault.stop('translation-differs')
    const status = walkSyndrome(page)
    const iss2 = permissionSyndrome(page)
    const ipa = own ? page.ipa : -1
    return this.#refuse(plan, at, 'translation-fault', status, page.write, vaHi >>> 0, vaLo >>> 0, iss2, ipa)
  }

  /** The guest may not access a page: an abort now, or once the elements before it are accessed. */
  #refuse(
    plan: Plan,
    at: number,
    reason: Reason,
    status: number,
    write: boolean,
    hi: number,
    lo: number,
    iss2: number,
    ipa: number,
  ): boolean {
    // An atomic has no part that comes before.
    if (at === 0 || !this.#fault.settings.inOrder || (plan.load && plan.store)) {
      this.#fault.abort(reason, status, write, hi, lo, iss2, ipa)
      return false
    }
    this.#fault.postpone(reason, status, write, hi, lo, iss2, ipa)
    this.#span.blocked = true
    return true
  }

  #translate(vaHi: number, vaLo: number, access: number): boolean {
    const { page } = this.#walk
    const { registers, outcome, settings } = this.#fault
    if (this.#walk.translate(registers, vaHi, vaLo, access) !== FaultKind.NONE) {
      outcome.status = Math.max(page.fsc, 0)
      return false
    }
    settings.trace?.translated?.(vaHi >>> 0, vaLo >>> 0, page.pa)
    return true
  }

  #walkAgain(vaHi: number, vaLo: number, access: number, pa: number): boolean {
    const walk = this.#walk
    return walk.translate(this.#fault.registers, vaHi, vaLo, access) === FaultKind.NONE && walk.page.pa === pa
  }
}
