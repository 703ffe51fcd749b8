import { alignDown, bit } from '../bits.ts'
import { Access, FaultKind } from '../tlb/index.ts'
import type { Commit } from './commit.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import type { Reason } from './outcome.ts'
import { BASE_SP } from './plan.ts'
import { MAX_SCALABLE_ELEMENTS, type ScalableElements } from './scalable-elements.ts'
import type { ScalablePlan } from './scalable-plan.ts'
import { DFSC_ALIGNMENT, permissionSyndrome, walkSyndrome } from './syndrome.ts'

/** SCTLR_ELx.A. */
const A = 1

/** Translates every element of a scalable access before any is accessed. */
export class ScalableProbe {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #commit: Commit
  readonly #elements: ScalableElements
  /** Guest-physical address of each element. */
  readonly pa: Float64Array = new Float64Array(MAX_SCALABLE_ELEMENTS)
  /** Guest-physical address of the part of an element on a second page. */
  readonly nextPa: Float64Array = new Float64Array(MAX_SCALABLE_ELEMENTS)
  /** The guest may not access the element that follows those that it may: the exception is postponed. */
  blocked = false
  /** Bytes of that element that it may access. */
  blockedRoom = 0
  /** The element is, or begins, in Normal Tagged memory. */
  readonly #inTagged: Uint8Array = new Uint8Array(MAX_SCALABLE_ELEMENTS)
  /** Which stage makes the page of the last translation Device memory: 1, 2, or 0 for none. */
  #device = 0
  #faulting = -1
  /** The page of the last translation, to be used again. */
  #pageHi = 0
  #pageKnown = false
  #pageLo = 0
  #pagePa = 0
  #pageDevice = 0
  #pageTagged = false

  constructor(fault: Fault, walk: GuestWalk, commit: Commit, elements: ScalableElements) {
    this.#fault = fault
    this.#walk = walk
    this.#commit = commit
    this.#elements = elements
  }

  /** Translates every element. @returns how many are to be accessed, or -1 when the outcome is set. */
  elements(plan: ScalablePlan, access: number): number {
    const fault = this.#fault
    const { registers, syndrome, outcome } = fault
    const { count, size, hi, lo } = this.#elements
    const { sctlr } = registers.regime
    registers.read(sctlr)
    const strict = bit(registers.regs.lo(sctlr), A) === 1
    const gathers = plan.form === 'first-fault-gather'
    const first = plan.form === 'first-fault' || gathers
    // TCR_ELx.NFDn has no say in the first element of a gather, nor in contiguous first-fault loads.
    const next = gathers || plan.form === 'non-fault' ? access | Access.NON_FAULT : access
    this.#walk.useAttributes(registers)
    this.#pageKnown = false
    this.#faulting = -1
    this.blocked = false
    let reached = count
    for (let i = 0; i < count; i++) {
      const rest = plan.form === 'non-fault' || (first && i > 0)
      // The page of the first element is asked for anew.
      if (gathers && i === 1) this.#pageKnown = false
      if (this.#element(i, rest ? next : access, strict, rest)) continue
      if (!rest && !this.blocked) return -1
      reached = i
      break
    }
    if (this.#faulting < 0) {
      if (this.blocked) fault.abortPostponed()
      else fault.stop('far-differs')
      return -1
    }
    const faulted = this.#faulting
    outcome.ipa = this.pa[0] as number
    if (syndrome.translationFault && alignDown(faulted, PAGE) !== fault.page()) {
      fault.stop('translation-differs')
      return -1
    }
    if (fault.isPlainRam(faulted)) {
      fault.stop('not-mmio')
      return -1
    }
    if (fault.settings.tags) reached = this.#tagged(plan, first, reached)
    if (reached < 0) return -1
    if (reached < count && !this.blocked) {
      outcome.constraint = 'SVELDNFZERO'
      if (fault.settings.choices.strict) {
        fault.end('unhandled', 'constrained-unpredictable')
        return -1
      }
    }
    if (!this.#updateTables(reached, access)) return -1
    outcome.vaHi = hi[0] as number
    outcome.vaLo = lo[0] as number
    return size > 0 ? reached : -1
  }

  /**
   * Checks the tag of each element; only in RAM are there any. One that differs is a fault, or ends a load that may not
   * fault there, whatever TCF says (pseudocode `MemSingleNF`).
   *
   * @returns how many elements are left, or -1 when the outcome is set.
   */
  #tagged(plan: ScalablePlan, first: boolean, count: number): number {
    const { outcome } = this.#fault
    const { tags, span } = this.#commit
    const { size, hi, lo } = this.#elements
    if (plan.base === BASE_SP && plan.index < 0 && plan.vectorIndex < 0) return count
    const unprivileged = this.#fault.level() === 0
    for (let i = 0; i < count; i++) {
      if (this.#inTagged[i] === 0) continue
      outcome.vaHi = hi[i] as number
      outcome.vaLo = lo[i] as number
      span.pa = this.pa[i] as number
      span.room = Math.min(size, PAGE - (outcome.vaLo & (PAGE - 1)))
      span.nextPa = this.nextPa[i] as number
      span.tagged = true
      span.nextTagged = true
      if (plan.form === 'non-fault' || (first && i > 0)) {
        if (tags.mismatch(size, unprivileged, false) >= 0) return i
      } else if (!tags.checkBytes(size, unprivileged, plan.load, !plan.load)) return -1
    }
    return count
  }

  /** Translates one element. @param rest - a fault ends the load. @returns whether it may be accessed. */
  #element(i: number, access: number, strict: boolean, rest: boolean): boolean {
    const fault = this.#fault
    const { size, alignment, hi, lo } = this.#elements
    // Signed numbers, which V8 need not allocate where they are passed.
    const vaHi = (hi[i] as number) | 0
    const vaLo = (lo[i] as number) | 0
    // Pieces of a whole register are as aligned as its first byte.
    const start = alignment === size ? vaLo : (lo[0] as number)
    const unaligned = (start & (alignment - 1)) !== 0
    if (unaligned && strict) return rest ? false : this.#alignment(i, vaHi, vaLo, -1)
    const offset = fault.farOffset(vaHi, vaLo)
    const mine = offset >= 0 && offset < size
    const room = PAGE - (vaLo & (PAGE - 1))
    if (!this.#page(i, 0, vaHi, vaLo, access, mine && offset < room, rest)) return false
    // Before its permissions in the pseudocode; only a device page that is also forbidden can tell.
    if (unaligned && this.#device !== 0 && !rest) return this.#alignment(i, vaHi, vaLo, this.#device === 2 ? 0 : -1)
    this.pa[i] = this.#pagePa + (vaLo & (PAGE - 1))
    this.#inTagged[i] = this.#pageTagged ? 1 : 0
    if (mine && offset < room) this.#faulting = (this.pa[i] as number) + offset
    // Of what may not fault nothing is read from Device memory.
    if (this.#device !== 0 && rest) return false
    if (rest && !this.#isRam(this.pa[i] as number, Math.min(room, size))) return false
    if (room >= size) return true
    const nextLo = (vaLo + room) | 0
    const nextHi = (vaHi + (nextLo === 0 ? 1 : 0)) | 0
    if (!this.#page(i, room, nextHi, nextLo, access, mine && offset >= room, rest)) return false
    this.nextPa[i] = this.#pagePa
    if (mine && offset >= room) this.#faulting = this.#pagePa + offset - room
    if (rest && !this.#isRam(this.#pagePa, size - room)) return false
    return true
  }

  #isRam(pa: number, size: number): boolean {
    return this.#fault.settings.space.isRam(pa, size)
  }

  /** @param ipa - of a fault of the guest's own stage 2, whose address is not told; otherwise -1. */
  #alignment(i: number, vaHi: number, vaLo: number, ipa: number): boolean {
    const { write } = this.#fault.syndrome
    return this.#refuse(i, 0, 'alignment-fault', DFSC_ALIGNMENT, write, vaHi >>> 0, vaLo >>> 0, 0, ipa)
  }

  /**
   * The guest may not access element `i`, or what follows its first `room` bytes: an abort now, or once all that comes
   * before is accessed.
   */
  #refuse(
    i: number,
    room: number,
    reason: Reason,
    status: number,
    write: boolean,
    hi: number,
    lo: number,
    iss2: number,
    ipa: number,
  ): boolean {
    const fault = this.#fault
    this.blocked = fault.settings.inOrder && i + room > 0
    this.blockedRoom = room
    if (this.blocked) fault.postpone(reason, status, write, hi, lo, iss2, ipa)
    else fault.abort(reason, status, write, hi, lo, iss2, ipa)
    return false
  }

  /**
   * Translates one page, unless it was the last.
   *
   * @param room - bytes of element `i` that lie before it.
   * @param reported - stage 2 stopped the access here.
   */
  #page(
    i: number,
    room: number,
    vaHi: number,
    vaLo: number,
    access: number,
    reported: boolean,
    rest: boolean,
  ): boolean {
    if (this.#pageKnown && vaHi === this.#pageHi && ((vaLo ^ this.#pageLo) & -PAGE) === 0) {
      this.#device = this.#pageDevice
      return true
    }
    const fault = this.#fault
    const { page } = this.#walk
    const found = this.#walk.translate(fault.registers, vaHi, vaLo, access | Access.NO_UPDATE)
    if (found !== FaultKind.NONE) {
      if (rest) return false
      // The host's stage 2 also stops what the guest's own forbids.
      const own = page.stage === 2
      if ((reported && !own) || page.fsc < 0) return fault.stop('translation-differs')
      const status = walkSyndrome(page)
      const iss2 = permissionSyndrome(page)
      const ipa = own ? page.ipa : -1
      return this.#refuse(i, room, 'translation-fault', status, page.write, vaHi >>> 0, vaLo >>> 0, iss2, ipa)
    }
    fault.settings.trace?.translated?.(vaHi >>> 0, vaLo >>> 0, page.pa)
    this.#pageKnown = true
    this.#pageHi = vaHi
    this.#pageLo = vaLo
    this.#pagePa = alignDown(page.pa, PAGE)
    this.#pageDevice = this.#walk.deviceStage(fault.registers)
    this.#device = this.#pageDevice
    this.#pageTagged = this.#walk.isTagged()
    return true
  }

  /** Access flags and dirty state of the pages that are accessed. */
  #updateTables(count: number, access: number): boolean {
    const { size, hi, lo } = this.#elements
    let pageHi = 0
    let pageLo = 0
    for (let i = 0; i < count; i++) {
      for (let part = 0; part < size; part += size - 1 || 1) {
        const vaLo = ((lo[i] as number) + part) | 0
        const vaHi = ((hi[i] as number) + (vaLo >>> 0 < (lo[i] as number) ? 1 : 0)) | 0
        if ((i > 0 || part > 0) && vaHi === pageHi && ((vaLo ^ pageLo) & -PAGE) === 0) continue
        pageHi = vaHi
        pageLo = vaLo
        if (this.#walk.translate(this.#fault.registers, vaHi, vaLo, access) !== FaultKind.NONE) {
          return this.#fault.stop('translation-differs')
        }
      }
    }
    return true
  }
}
