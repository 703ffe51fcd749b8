import { bits } from '../bits.ts'
import { Access, accessOf } from '../tlb/index.ts'
import { describesAArch32, isAArch32, isUserMode } from './aarch32.ts'
import type { Commit } from './commit.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import { NestedStage2 } from './nested-stage2.ts'
import type { Outcome } from './outcome.ts'
import { Plan, PlanStatus } from './plan.ts'
import { PlanCache } from './plan-cache.ts'
import type { PlanRoad } from './plan-road.ts'
import { planOfSyndrome } from './plan-syndrome.ts'
import type { Probe } from './probe.ts'
import { MemTxAttrs } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import type { Span } from './span.ts'
import { ExceptionClass } from './syndrome.ts'

/** From what the hardware reported to what is to be done: by a valid syndrome, by the decoder, or not by this handler. */
export class FaultRoad {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #probe: Probe
  readonly #commit: Commit
  readonly #span: Span
  readonly #planned: PlanRoad
  readonly #nested: NestedStage2
  readonly #plans: PlanCache = new PlanCache()
  /** What a valid syndrome says, in the shape that the executor takes. */
  readonly #direct: Plan = new Plan()

  constructor(fault: Fault, walk: GuestWalk, probe: Probe, commit: Commit, planned: PlanRoad) {
    this.#fault = fault
    this.#walk = walk
    this.#probe = probe
    this.#commit = commit
    this.#span = commit.span
    this.#planned = planned
    this.#nested = new NestedStage2(fault, walk)
  }

  /** Classifies the abort, and chooses between the road of a valid syndrome and the decoder's. */
  run(): Outcome {
    const fault = this.#fault
    const { settings, syndrome: s } = fault
    const pstate = fault.registers.regs.lo(Reg.PSTATE)
    if (s.ec !== ExceptionClass.DATA_ABORT_LOWER) return fault.end('unhandled', 'not-a-data-abort')
    const aarch32 = isAArch32(pstate)
    if (aarch32 && !isUserMode(pstate)) return fault.end('unhandled', 'aarch32')
    const el2 = settings.pstate.EL2 === true
    if (bits(pstate, 2, 2) > (el2 ? 2 : 1)) return fault.end('unhandled', 'exception-level')
    const nested = el2 && fault.enterRegime()
    if (s.tableWalk && !nested) return fault.end('unhandled', 'table-walk')
    if (!s.translationFault && !s.permissionFault) return fault.end('unhandled', 'not-a-stage-2-fault')
    if (s.vncr) return fault.end('unhandled', 'redirected-access')
    if (s.farInvalid) return fault.end('unhandled', 'far-invalid')
    if (s.tableWalk) return this.#nested.tableWalk()
    if (nested && s.translationFault && !this.#nested.enter()) return fault.outcome
    if (aarch32) return this.#byAArch32()
    // HPFAR is UNKNOWN after a Permission fault that is not a walk's (DDI 0487, HPFAR_EL2).
    // Tags are checked by what the instruction says of its base.
    const direct = s.isv && s.translationFault && fault.settings.tags === undefined
    if (direct && this.#isWhole(s.size)) return this.#bySyndrome()
    return this.#byDecode()
  }

  /**
   * Whether FAR is the first byte of an access of `size` bytes for certain. An access that crosses from RAM into a
   * device's page reports that page's first byte, with a valid syndrome and its whole size: measured on QEMU, and what
   * DDI 0487 says of FAR. Only the instruction tells those two apart.
   */
  #isWhole(size: number): boolean {
    const offset = this.#fault.registers.regs.lo(Reg.FAR_EL2) & (PAGE - 1)
    return offset !== 0 && (offset & (size - 1)) === 0
  }

  #bySyndrome(): Outcome {
    const fault = this.#fault
    const { outcome, syndrome } = fault
    const pa = fault.page() + (fault.registers.regs.lo(Reg.FAR_EL2) & (PAGE - 1))
    outcome.ipa = pa
    if (fault.isPlainRam(pa)) return fault.end('retry', 'not-mmio')
    if (fault.throughStage2 >= 0 && !this.#nested.settle()) return fault.outcome
    planOfSyndrome(syndrome, this.#direct)
    const span = this.#span
    span.pa = pa
    span.room = syndrome.size
    span.crosses = false
    span.blocked = false
    this.#untagged()
    // The syndrome does not tell LDTR from LDR: the privilege is that of PSTATE.EL.
    return this.#commit.access(this.#direct, fault.level() === 0 ? MemTxAttrs.USER : MemTxAttrs.NONE)
  }

  /**
   * AArch32: FAR is taken for the first byte of the access, also where it is the first of its page; no instruction tells
   * of one that begins on the page before. Where it ends on another, or HPFAR is UNKNOWN, the guest's tables say.
   */
  #byAArch32(): Outcome {
    const fault = this.#fault
    const { syndrome, registers } = fault
    if (!describesAArch32(syndrome)) return fault.end('unhandled', 'aarch32-syndrome')
    const offset = registers.regs.lo(Reg.FAR_EL2) & (PAGE - 1)
    if (syndrome.translationFault && offset + syndrome.size <= PAGE) return this.#bySyndrome()
    const plan = this.#direct
    planOfSyndrome(syndrome, plan)
    const access = accessOf(plan.load ? Access.READ : Access.WRITE, registers.regs.lo(Reg.PSTATE))
    if (!this.#probe.pages(plan, access, false) || !this.#probe.updateTables(access)) return fault.outcome
    this.#untagged()
    return this.#commit.access(plan, MemTxAttrs.USER)
  }

  /** An access that is not tag-checked: of AArch32, or of a guest without tags. */
  #untagged(): void {
    const span = this.#span
    span.tagged = false
    span.nextTagged = false
  }

  #byDecode(): Outcome {
    const fault = this.#fault
    const walk = this.#walk
    if (!fault.resuming && !walk.fetch(fault.registers)) {
      fault.outcome.status = Math.max(walk.page.fsc, 0)
      return fault.end('retry', 'fetch-failed')
    }
    fault.outcome.word = walk.word >>> 0
    const plan = this.#plans.get(walk.word)
    fault.settings.trace?.planned?.(plan)
    if (plan.status === PlanStatus.ACCESS) return this.#planned.run(plan)
    if (plan.status === PlanStatus.NO_ACCESS) return this.#withoutAccess()
    if (plan.refusal !== '') return fault.end('unhandled', plan.refusal)
    return fault.end('retry', 'word-changed')
  }

  /** PRFM, and cache maintenance by address: done where there is a device, the host's business where there is RAM. */
  #withoutAccess(): Outcome {
    const fault = this.#fault
    const { regs } = fault.registers
    let pa = fault.page()
    if (!fault.syndrome.translationFault) {
      pa = this.#probe.readable(regs.hi(Reg.FAR_EL2) | 0, regs.lo(Reg.FAR_EL2) | 0, regs.lo(Reg.PSTATE) | 0)
      if (pa < 0) return fault.end('retry', 'translation-differs')
    }
    fault.outcome.ipa = pa
    if (fault.isPlainRam(pa)) return fault.end('retry', 'not-mmio')
    retire(fault.registers)
    return fault.end('retired', 'no-access')
  }
}
