import { bits, hex } from '../bits.ts'
import { Access, accessOf } from '../tlb/index.ts'
import { describesAArch32, isAArch32, isUserMode } from './aarch32.ts'
import { isUnaligned, stackMisaligned, unalignedFaults } from './alignment.ts'
import { Authenticator, authenticationSyndrome } from './authenticate.ts'
import { Commit } from './commit.ts'
import { constraintOf } from './constrained.ts'
import { type Continuation, ContinuationError, checkAnswer, checkContinuation } from './continuation.ts'
import { baseSlot, EffectiveAddress } from './effective-address.ts'
import { ElementBus } from './element-bus.ts'
import { isInHost } from './exception.ts'
import { Executor } from './execute.ts'
import { type Abort, Fault, PAGE } from './fault.ts'
import { storesToStack, storeTrapSyndrome } from './gcs.ts'
import { GuestWalk } from './guest-walk.ts'
import { type HandlerOptions, settingsOf } from './handler-options.ts'
import { MemoryCopySet } from './mops.ts'
import type { Outcome } from './outcome.ts'
import { Plan, PlanStatus } from './plan.ts'
import { PlanCache } from './plan-cache.ts'
import { agreesWithSyndrome, planOfSyndrome } from './plan-syndrome.ts'
import { Probe } from './probe.ts'
import { MEMTX_OK, MemTxAttrs, type MemTxResult } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import { RetryLimit } from './retry-limit.ts'
import { ScalableAccess } from './scalable.ts'
import { DFSC_UNSUPPORTED_EXCLUSIVE, ExceptionClass, UNDEFINED_SYNDROME } from './syndrome.ts'
import type { Vcpu } from './vcpu.ts'

/** HCR_EL2 fields. */
const HCR_VM = 1 << 0
const HCR_DC = 1 << 12

/**
 * Handles the data aborts of a guest at EL1 or EL0: decodes the instruction where hardware gives no syndrome, walks the
 * guest's tables, sends each element to RAM or device in order, and retires the instruction.
 *
 * Never throws on anything that a guest controls, and allocates nothing once a word's plan is cached. What the shim's
 * own `pull`, `push` or observer throws passes through; so far nothing is changed, save by devices and by `push` itself.
 *
 * Work per fault is bounded: one instruction fetch, two pages of data, each walked twice at most (5 descriptors, 8
 * restarts), and 64 elements (DC ZVA: 256), each cut by the bus into at most 16 pieces (LD64B: 64). Memory copy and set:
 * `MEMORY_COPY_CHUNK` bytes, each read and written, on a page of either side. SVE and SME: 1024 elements on two pages, or
 * 64 on two pages each.
 *
 * One handler serves any number of vCPUs, one fault at a time.
 *
 * @example
 * ```ts
 * const handler = new DataAbortHandler({ space })
 * const outcome = handler.handle(vcpu, { esr: 0x9200_0007n, far: 0x8030n, hpfar: 0xfed400n })
 * outcome.kind // 'retired'
 * ```
 */
export class DataAbortHandler {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #probe: Probe
  readonly #bus: ElementBus
  readonly #executor: Executor
  readonly #commit: Commit
  readonly #plans: PlanCache = new PlanCache()
  /** What a valid syndrome says, in the shape that the executor takes. */
  readonly #direct: Plan = new Plan()
  readonly #address: EffectiveAddress = new EffectiveAddress()
  readonly #authenticator: Authenticator
  readonly #copySet: MemoryCopySet
  readonly #scalable: ScalableAccess
  readonly #retries: RetryLimit = new RetryLimit()

  /** @throws HandlerError for options that are none of those listed. */
  constructor(options: HandlerOptions) {
    const settings = settingsOf(options)
    const { space, features, ignoreErrors, trace } = settings
    this.#fault = new Fault(settings)
    this.#authenticator = new Authenticator(settings.authenticate)
    this.#walk = new GuestWalk(space, features, settings.pstate)
    const bus = new ElementBus(space, ignoreErrors, trace, this.#fault.outcome.journal)
    this.#bus = bus
    this.#executor = new Executor(bus)
    this.#probe = new Probe(this.#fault, this.#walk, this.#executor.span)
    this.#commit = new Commit(this.#fault, bus, this.#executor, this.#address)
    this.#scalable = new ScalableAccess(this.#fault, this.#walk, bus, this.#commit)
    this.#copySet = new MemoryCopySet(this.#fault, this.#walk, bus, this.#commit)
  }

  /**
   * Handles one data abort.
   *
   * @param vcpu - stopped at the instruction that aborted.
   * @param abort - what the hardware reported. A shim on the fast path leaves it out and keeps ESR_EL2, FAR_EL2 and
   * HPFAR_EL2 in their slots of the register file, so that no bigint is made.
   * @returns the handler's own object, overwritten by the next fault. Registers of the guest have changed if and only
   * if its `kind` is `retired` or `injected`. A `retry` that comes `MAX_RETRIES` times in a row for the very same
   * fault is `unhandled` from then on, with its reason; `not-mmio`, where the host has something to do, never is.
   */
  handle(vcpu: Vcpu, abort?: Abort): Outcome {
    this.#fault.begin(vcpu, abort)
    this.#walk.begin()
    return this.#finish(this.#road())
  }

  /**
   * Goes on with an instruction that ended in `deferred`, from the callback on that its device now answers. Another
   * callback may be deferred in turn.
   *
   * @param vcpu - the one that was stopped, with the registers that it had then.
   * @param continuation - what the outcome gave; it may have been written as JSON and read by another process.
   * @param value - what the callback would have returned, all bytes of it; nothing for a write.
   * @param result - MEMTX_ codes that the callback would have left.
   * @returns as {@link handle}.
   * @throws ContinuationError for a continuation that no handler made, another vCPU, or a value that does not fit.
   *
   * @example
   * ```ts
   * const { kind, continuation } = handler.handle(vcpu)
   * if (kind === 'deferred') pending.set(continuation.token, [vcpu, JSON.stringify(continuation)])
   * // later, perhaps elsewhere
   * handler.resume(vcpu, JSON.parse(text), 0x2a).kind // 'retired'
   * ```
   */
  resume(vcpu: Vcpu, continuation: Continuation, value: bigint | number = 0, result: MemTxResult = MEMTX_OK): Outcome {
    const c = checkContinuation(continuation)
    const n = checkAnswer(c, value, result)
    this.#restart(vcpu, c)
    const fault = this.#fault
    fault.resuming = true
    this.#walk.know(c.pages)
    const hi = Number(n >> 32n)
    this.#bus.replay({ journal: c.journal, waiting: c.waiting, hi, lo: Number(n & 0xffff_ffffn), result })
    try {
      this.#walk.word = c.word | 0
      return this.#finish(this.#road())
    } finally {
      fault.resuming = false
      this.#bus.replay(undefined)
    }
  }

  /**
   * Gives up an instruction that ended in `deferred`: its device is told, and the guest executes it anew. What its journal
   * lists was done, and will be done again.
   *
   * @throws ContinuationError as {@link resume}.
   */
  cancel(vcpu: Vcpu, continuation: Continuation): Outcome {
    const c = checkContinuation(continuation)
    this.#restart(vcpu, c)
    this.#fault.settings.space.cancel(c.waiting.pa + c.waiting.at.before, c.token)
    return this.#finish(this.#fault.end('retry', 'cancelled'))
  }

  /** Begins a fault anew as a continuation has it. */
  #restart(vcpu: Vcpu, c: Continuation): void {
    const fault = this.#fault
    fault.begin(vcpu, { esr: BigInt(c.esr), far: BigInt(c.far), hpfar: BigInt(c.hpfar) })
    this.#walk.begin()
    if (fault.outcome.pc !== BigInt(c.pc)) {
      throw new ContinuationError(
        `the vCPU is at PC ${hex(fault.outcome.pc)}, its continuation at ${c.pc}: give its own`,
      )
    }
  }

  /** What one fault leaves behind. */
  #finish(outcome: Outcome): Outcome {
    const fault = this.#fault
    const { registers, vcpu } = fault
    if (outcome.kind === 'deferred') this.#suspend(outcome)
    if (outcome.kind !== 'retry') this.#retries.settle(vcpu)
    else if (
      outcome.reason !== 'not-mmio' &&
      outcome.reason !== 'cancelled' &&
      this.#retries.exceeded(vcpu, outcome, registers.regs)
    ) {
      outcome.kind = 'unhandled'
    }
    registers.commit()
    fault.settings.trace?.finished?.(outcome)
    return outcome
  }

  #suspend(outcome: Outcome): void {
    const { waiting } = this.#bus
    const { regs } = this.#fault.registers
    if (waiting === undefined) return
    outcome.continuation = {
      version: 1,
      token: waiting.at.token,
      pc: hex(outcome.pc),
      esr: hex(regs.get(Reg.ESR_EL2)),
      far: hex(regs.get(Reg.FAR_EL2)),
      hpfar: hex(regs.get(Reg.HPFAR_EL2)),
      word: outcome.word,
      pages: this.#walk.pages,
      journal: [...outcome.journal],
      waiting,
    }
    this.#bus.waiting = undefined
  }

  /**
   * Clears the exclusives monitor of a vCPU: for a host that sees the guest execute CLREX or return from an exception,
   * or that resets the vCPU.
   */
  clearExclusive(vcpu: Vcpu): void {
    this.#commit.clearExclusive(vcpu)
  }

  /** Classifies the abort, and chooses between the road of a valid syndrome and the decoder's. */
  #road(): Outcome {
    const fault = this.#fault
    const { settings, syndrome: s } = fault
    const pstate = fault.registers.regs.lo(Reg.PSTATE)
    if (s.ec !== ExceptionClass.DATA_ABORT_LOWER) return fault.end('unhandled', 'not-a-data-abort')
    const aarch32 = isAArch32(pstate)
    if (aarch32 && !isUserMode(pstate)) return fault.end('unhandled', 'aarch32')
    if (bits(pstate, 2, 2) > 1) return fault.end('unhandled', 'exception-level')
    if (settings.pstate.EL2 === true) {
      const { registers } = fault
      registers.read(Reg.HCR_EL2)
      if (bits(pstate, 2, 2) === 0 && isInHost(registers, settings.pstate)) return fault.end('unhandled', 'host-regime')
      if ((registers.regs.lo(Reg.HCR_EL2) & (HCR_VM | HCR_DC)) !== 0) return fault.end('unhandled', 'nested-stage-2')
    }
    if (s.tableWalk) return fault.end('unhandled', 'table-walk')
    if (!s.translationFault && !s.permissionFault) return fault.end('unhandled', 'not-a-stage-2-fault')
    if (s.vncr) return fault.end('unhandled', 'redirected-access')
    if (s.farInvalid) return fault.end('unhandled', 'far-invalid')
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
    planOfSyndrome(syndrome, this.#direct)
    const { span } = this.#executor
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
    const { span } = this.#executor
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
    if (plan.status === PlanStatus.ACCESS) return this.#byPlan(plan)
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

  #byPlan(plan: Plan): Outcome {
    const fault = this.#fault
    const { registers, outcome, settings, syndrome: s } = fault
    const modifies = plan.load && plan.store
    // An atomic may be reported as the read that it begins with, or as the write.
    if (!modifies && plan.store !== s.write) return fault.end('retry', 'direction-differs')
    if (s.isv && !agreesWithSyndrome(plan, s)) return fault.end('retry', 'syndrome-differs')
    if (plan.scalable) return this.#scalable.run(plan.scalable)
    if (plan.constraint !== '' && !this.#constrained(plan)) return outcome
    if (plan.copySet) return this.#copySet.run(plan)
    const kind = (plan.load ? Access.READ : 0) | (plan.store ? Access.WRITE : 0)
    let access = accessOf(kind, registers.regs.lo(Reg.PSTATE), plan.unprivileged)
    if (plan.guarded) {
      if (!storesToStack(registers, (access & Access.UNPRIVILEGED) !== 0)) {
        return fault.exception('guarded-control-stack', storeTrapSyndrome(outcome.word))
      }
      access |= Access.GCS
      fault.guarded = true
    }
    const address = this.#address
    if (plan.key === '') address.compute(plan, registers)
    else if (!this.#authenticated(plan, plan.key)) return outcome
    outcome.vaHi = address.hi
    outcome.vaLo = address.lo
    if (stackMisaligned(plan, registers)) return fault.stackAbort()
    const unaligned = isUnaligned(plan, address.lo)
    if (unaligned && unalignedFaults(plan, address.lo, settings.lse2, registers)) return fault.alignmentAbort(plan)
    // DC ZVA of Device memory is an Alignment fault wherever it points.
    if (!this.#probe.pages(plan, access, unaligned || plan.neverDevice)) return outcome
    // Only of what is no RAM: there hardware has its own monitor, and a fault is the host's to resolve.
    const exclusive = plan.form === 'exclusive' || plan.form === 'exclusive-pair'
    if ((exclusive || modifies) && !settings.exclusives) {
      const { vaHi, vaLo } = outcome
      return fault.abort('unsupported-exclusive', DFSC_UNSUPPORTED_EXCLUSIVE, !plan.load, vaHi, vaLo)
    }
    const commit = this.#commit
    if (commit.exclusiveFails(plan)) return outcome
    if (!this.#probe.updateTables(access)) return outcome
    if (exclusive && plan.load) commit.mark(plan)
    return commit.access(plan, (access & Access.UNPRIVILEGED) !== 0 ? MemTxAttrs.USER : MemTxAttrs.NONE)
  }

  /** A CONSTRAINED UNPREDICTABLE word. @returns whether it is executed; otherwise the outcome is set. */
  #constrained(plan: Plan): boolean {
    const fault = this.#fault
    const { choices } = fault.settings
    fault.outcome.constraint = plan.constraint
    if (choices.strict) {
      fault.end('unhandled', 'constrained-unpredictable')
      return false
    }
    const constraint = constraintOf(plan, choices)
    fault.suppressesBase = constraint === 'WBSUPPRESS'
    if (constraint === 'UNDEF') {
      fault.exception('undefined-instruction', UNDEFINED_SYNDROME)
      return false
    }
    if (constraint !== 'NOP') return true
    retire(fault.registers)
    fault.end('retired', 'constrained-nop')
    return false
  }

  /** LDRAA, LDRAB: the address, unless the CPU would have told a wrong code before. */
  #authenticated(plan: Plan, key: 'DA' | 'DB'): boolean {
    const fault = this.#fault
    const { registers, settings } = fault
    const slot = baseSlot(plan, registers)
    registers.read(slot)
    const { regs } = registers
    const authenticator = this.#authenticator
    const authentic = authenticator.authenticate(fault.vcpu, registers, key, regs.hi(slot) | 0, regs.lo(slot) | 0)
    if (!authentic && settings.fpacCombine) {
      fault.exception('authentication-failed', authenticationSyndrome(key))
      return false
    }
    // A pointer made invalid, without FEAT_FPACCOMBINE, is no address that FAR may be.
    this.#address.compute(plan, registers, authenticator)
    return true
  }
}
