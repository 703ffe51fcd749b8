import { bit, bits, high, low, TWO32 } from '../bits.ts'
import { Access, accessOf, FaultKind, type Features } from '../tlb/index.ts'
import type { AddressSpace } from './address-space.ts'
import { isUnaligned, stackMisaligned, unalignedFaults } from './alignment.ts'
import { EffectiveAddress } from './effective-address.ts'
import { type PstateFeatures, takeException } from './exception.ts'
import { ExclusiveMonitor } from './exclusive-monitor.ts'
import { ACCESSED, Executor } from './execute.ts'
import { GuestWalk } from './guest-walk.ts'
import { Outcome, type OutcomeKind, type Reason } from './outcome.ts'
import { DEFAULT_ZERO_BLOCK, Plan, PlanStatus } from './plan.ts'
import { agreesWithSyndrome, planOfSyndrome } from './plan-build.ts'
import { PlanCache } from './plan-cache.ts'
import { MemTxAttrs } from './region.ts'
import { RegisterAccess } from './register-access.ts'
import { Reg, type RegisterFile } from './register-file.ts'
import { retire } from './retire.ts'
import { RetryLimit } from './retry-limit.ts'
import {
  DFSC_ALIGNMENT,
  DFSC_EXTERNAL,
  DFSC_UNSUPPORTED_EXCLUSIVE,
  dataAbortSyndrome,
  ExceptionClass,
  SP_ALIGNMENT_SYNDROME,
  Syndrome,
} from './syndrome.ts'
import type { TraceObserver } from './trace.ts'
import type { Vcpu } from './vcpu.ts'

/** What the hardware reported: ESR_EL2, FAR_EL2, HPFAR_EL2. A `number` must be an integer in 0..2^53. */
export interface Abort {
  readonly esr: bigint | number
  readonly far: bigint | number
  readonly hpfar: bigint | number
}

/** Options of a {@link DataAbortHandler}. */
export interface HandlerOptions {
  /** Where the guest's RAM, its translation tables and its devices are. */
  readonly space: AddressSpace
  /** What the guest's CPU implements; everything unless told. */
  readonly features?: Partial<Features & PstateFeatures & AccessFeatures>
  /**
   * What an error of a device or of the bus does: a synchronous external abort in the guest (default), or nothing but
   * a value of zero, as hypervisors that drop QEMU's MemTxResult have it.
   */
  readonly busErrors?: 'inject' | 'ignore'
  /**
   * Bytes that the host maps as one: 4096 (default), 16384 or 65536. RAM that shares such a unit with a device faults
   * too, and is emulated; a fault in a unit that is RAM throughout is the host's to map.
   */
  readonly granule?: 4096 | 16384 | 65536
  /**
   * Exclusives and atomics: emulated with a monitor of the handler's own (default; see {@link ExclusiveMonitor}), or
   * refused with an abort of status 0x35, as CPUs do whose bus has no exclusive accesses to devices. The manual leaves
   * the choice to the implementation (DDI 0487, B2.12.5 "Load-Exclusive and Store-Exclusive instruction usage").
   */
  readonly exclusives?: 'monitor' | 'unsupported'
  /** Bytes that DC ZVA zeroes: 4 << DCZID_EL0.BS, a power of two in 4..2048; 64 unless told. */
  readonly zeroBlock?: number
  /** Told of each stage. */
  readonly trace?: TraceObserver
}

/** Features of the guest's CPU that change what an access does. */
export interface AccessFeatures {
  /** FEAT_LSE2: unaligned atomic and ordered accesses inside 16 aligned bytes. */
  readonly LSE2: boolean
}

/** A host's mistake in making a handler. No guest can cause one. */
export class HandlerError extends TypeError {
  override readonly name = 'HandlerError'
}

const ALL_PSTATE: PstateFeatures = { PAN: true, SSBS: true, MTE: true, NMI: false }
/** The grain of FAR and HPFAR: an access is taken apart at its multiples, whatever the guest's own pages are. */
const PAGE = 4096

/**
 * Handles the data aborts of a guest at EL1 or EL0: decodes the instruction where hardware gives no syndrome, walks the
 * guest's tables, sends each element to RAM or device in order, and retires the instruction.
 *
 * Never throws on anything that a guest controls, and allocates nothing once a word's plan is cached. What the shim's
 * own `pull`, `push` or observer throws passes through; so far nothing is changed, save by devices and by `push` itself.
 *
 * Work per fault is bounded: one instruction fetch, two pages of data, each walked twice at most (5 descriptors, 8
 * restarts), and 64 elements (DC ZVA: 256), each
 * cut by the bus into at most 16 pieces (LD64B: 64).
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
  readonly #space: AddressSpace
  readonly #pstate: PstateFeatures
  readonly #granule: number
  readonly #trace: TraceObserver | undefined
  readonly #plans: PlanCache = new PlanCache()
  readonly #registers: RegisterAccess = new RegisterAccess()
  readonly #syndrome: Syndrome = new Syndrome()
  readonly #outcome: Outcome = new Outcome()
  /** What a valid syndrome says, in the shape that the executor takes. */
  readonly #direct: Plan = new Plan()
  readonly #address: EffectiveAddress = new EffectiveAddress()
  readonly #walk: GuestWalk
  readonly #executor: Executor
  readonly #lse2: boolean
  readonly #zeroBlock: number
  readonly #exclusives: boolean
  readonly #monitor: ExclusiveMonitor = new ExclusiveMonitor()
  readonly #retries: RetryLimit = new RetryLimit()
  /** Whose fault this is. */
  #vcpu: Vcpu | undefined = undefined
  /** The access at hand is unaligned: Device memory refuses it. */
  #unaligned = false
  /** It lies on two pages, and what hardware would change in their descriptors. */
  #crosses = false
  #updates = 0

  /** @throws HandlerError for options that are none of those listed. */
  constructor(options: HandlerOptions) {
    const { space, features = {}, busErrors = 'inject', granule = PAGE, trace } = options
    const { exclusives = 'monitor', zeroBlock = DEFAULT_ZERO_BLOCK } = options
    if (typeof space?.read !== 'function') throw new HandlerError('options.space is missing: give an AddressSpace')
    if (busErrors !== 'inject' && busErrors !== 'ignore') {
      throw new HandlerError(`options.busErrors is ${String(busErrors)}: give 'inject' or 'ignore'`)
    }
    if (granule !== 4096 && granule !== 16384 && granule !== 65536) {
      throw new HandlerError(`options.granule is ${String(granule)}: give 4096, 16384 or 65536`)
    }
    if (exclusives !== 'monitor' && exclusives !== 'unsupported') {
      throw new HandlerError(`options.exclusives is ${String(exclusives)}: give 'monitor' or 'unsupported'`)
    }
    if (!(zeroBlock >= 4 && zeroBlock <= 2048 && Number.isInteger(Math.log2(zeroBlock)))) {
      throw new HandlerError(`options.zeroBlock is ${String(zeroBlock)}: give a power of two in 4..2048`)
    }
    this.#lse2 = features.LSE2 ?? true
    this.#zeroBlock = zeroBlock
    this.#exclusives = exclusives === 'monitor'
    this.#space = space
    this.#pstate = { ...ALL_PSTATE, ...features }
    this.#granule = granule
    this.#trace = trace
    this.#walk = new GuestWalk(space, features)
    this.#executor = new Executor(space, busErrors === 'ignore', trace)
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
    const registers = this.#registers
    registers.begin(vcpu)
    this.#vcpu = vcpu
    const { regs } = registers
    if (abort) {
      setSlot(regs, Reg.ESR_EL2, abort.esr)
      setSlot(regs, Reg.FAR_EL2, abort.far)
      setSlot(regs, Reg.HPFAR_EL2, abort.hpfar)
    } else {
      registers.read(Reg.ESR_EL2)
      registers.read(Reg.FAR_EL2)
      registers.read(Reg.HPFAR_EL2)
    }
    registers.read(Reg.PC)
    registers.read(Reg.PSTATE)
    const outcome = this.#outcome
    outcome.begin(regs)
    // As a signed number: a u32 above 2^31 that is passed to a function is an allocation in V8.
    this.#road(this.#syndrome.parse(regs.lo(Reg.ESR_EL2) | 0))
    this.#limitRetries(vcpu, outcome, regs)
    registers.commit()
    this.#trace?.finished?.(outcome)
    return outcome
  }

  /**
   * Clears the exclusives monitor of a vCPU: for a host that sees the guest execute CLREX or return from an exception,
   * or that resets the vCPU.
   */
  clearExclusive(vcpu: Vcpu): void {
    this.#monitor.clear(vcpu)
  }

  #limitRetries(vcpu: Vcpu, outcome: Outcome, regs: RegisterFile): void {
    if (outcome.kind !== 'retry') this.#retries.settle(vcpu)
    else if (outcome.reason !== 'not-mmio' && this.#retries.exceeded(vcpu, outcome, regs)) outcome.kind = 'unhandled'
  }

  #end(kind: OutcomeKind, reason: Reason): Outcome {
    this.#outcome.kind = kind
    this.#outcome.reason = reason
    return this.#outcome
  }

  /** Classifies the abort, and chooses between the road of a valid syndrome and the decoder's. */
  #road(s: Syndrome): Outcome {
    const pstate = this.#registers.regs.lo(Reg.PSTATE)
    if (s.ec !== ExceptionClass.DATA_ABORT_LOWER) return this.#end('unhandled', 'not-a-data-abort')
    if (bit(pstate, 4) === 1) return this.#end('unhandled', 'aarch32')
    if (bits(pstate, 2, 2) > 1) return this.#end('unhandled', 'exception-level')
    if (s.tableWalk) return this.#end('unhandled', 'table-walk')
    if (!s.translationFault && !s.permissionFault) return this.#end('unhandled', 'not-a-stage-2-fault')
    if (s.vncr) return this.#end('unhandled', 'redirected-access')
    if (s.farInvalid) return this.#end('unhandled', 'far-invalid')
    // HPFAR is UNKNOWN after a Permission fault that is not a walk's (DDI 0487, HPFAR_EL2).
    if (s.isv && s.translationFault && this.#isWhole(s.size)) return this.#bySyndrome(s)
    return this.#byDecode(s)
  }

  /**
   * Whether FAR is the first byte of an access of `size` bytes for certain. An access that crosses from RAM into a
   * device's page reports that page's first byte, with a valid syndrome and its whole size: measured on QEMU, and what
   * DDI 0487 says of FAR. Only the instruction tells those two apart.
   */
  #isWhole(size: number): boolean {
    const offset = this.#registers.regs.lo(Reg.FAR_EL2) & (PAGE - 1)
    return offset !== 0 && (offset & (size - 1)) === 0
  }

  #bySyndrome(s: Syndrome): Outcome {
    const { regs } = this.#registers
    const pa = this.#faultPage() + (regs.lo(Reg.FAR_EL2) & (PAGE - 1))
    this.#outcome.ipa = pa
    if (this.#isPlainRam(pa)) return this.#end('retry', 'not-mmio')
    planOfSyndrome(s, this.#direct)
    const executor = this.#executor
    executor.pa = pa
    executor.room = s.size
    // The syndrome does not tell LDTR from LDR: the privilege is that of PSTATE.EL.
    const attrs = this.#level() === 0 ? MemTxAttrs.USER : MemTxAttrs.NONE
    return this.#execute(this.#direct, attrs)
  }

  #byDecode(s: Syndrome): Outcome {
    if (!this.#walk.fetch(this.#registers)) {
      this.#outcome.status = Math.max(this.#walk.page.fsc, 0)
      return this.#end('retry', 'fetch-failed')
    }
    this.#outcome.word = this.#walk.word >>> 0
    const plan = this.#plans.get(this.#walk.word)
    this.#trace?.planned?.(plan)
    if (plan.status === PlanStatus.ACCESS) return this.#byPlan(plan, s)
    if (plan.status === PlanStatus.NO_ACCESS) return this.#withoutAccess(s)
    if (plan.refusal !== '') return this.#end('unhandled', plan.refusal)
    return this.#end('retry', 'word-changed')
  }

  /** PRFM, and cache maintenance by address: done where there is a device, the host's business where there is RAM. */
  #withoutAccess(s: Syndrome): Outcome {
    const { regs } = this.#registers
    let pa = this.#faultPage()
    if (!s.translationFault) {
      const access = accessOf(Access.READ, regs.lo(Reg.PSTATE)) | Access.NO_UPDATE
      if (!this.#translate(regs.hi(Reg.FAR_EL2), regs.lo(Reg.FAR_EL2), access)) {
        return this.#end('retry', 'translation-differs')
      }
      pa = this.#walk.page.pa
    }
    this.#outcome.ipa = pa
    if (this.#isPlainRam(pa)) return this.#end('retry', 'not-mmio')
    retire(this.#registers)
    return this.#end('retired', 'no-access')
  }

  #byPlan(plan: Plan, s: Syndrome): Outcome {
    const modifies = plan.load && plan.store
    // An atomic may be reported as the read that it begins with, or as the write.
    if (!modifies && plan.store !== s.write) return this.#end('retry', 'direction-differs')
    if (s.isv && !agreesWithSyndrome(plan, s)) return this.#end('retry', 'syndrome-differs')
    const registers = this.#registers
    const address = this.#address
    address.compute(plan, registers)
    this.#outcome.vaHi = address.hi
    this.#outcome.vaLo = address.lo
    if (stackMisaligned(plan, registers)) return this.#stackAbort()
    const unaligned = isUnaligned(plan, address.lo)
    if (unaligned && unalignedFaults(plan, address.lo, this.#lse2, registers)) return this.#alignmentAbort(plan, 0)
    // DC ZVA of Device memory is an Alignment fault wherever it points.
    this.#unaligned = unaligned || plan.form === 'zero'
    if (this.#unaligned) this.#walk.useAttributes(registers)
    const pstate = registers.regs.lo(Reg.PSTATE)
    const kind = (plan.load ? Access.READ : 0) | (plan.store ? Access.WRITE : 0)
    const access = accessOf(kind, pstate, plan.unprivileged)
    if (!this.#probe(plan, s, access)) return this.#outcome
    // Only of what is no RAM: there hardware has its own monitor, and a fault is the host's to resolve.
    const exclusive = plan.form === 'exclusive' || plan.form === 'exclusive-pair'
    if ((exclusive || modifies) && !this.#exclusives) {
      const { vaHi, vaLo } = this.#outcome
      return this.#abort('unsupported-exclusive', DFSC_UNSUPPORTED_EXCLUSIVE, !plan.load, vaHi, vaLo)
    }
    const { pa } = this.#executor
    if (plan.result >= 0) {
      const covered = this.#monitor.covers(this.#vcpu as Vcpu, pa, plan.count * plan.size)
      this.#monitor.clear(this.#vcpu as Vcpu)
      if (!covered) return this.#exclusiveFailed(plan)
    }
    if (!this.#updateTables(access)) return this.#outcome
    if (exclusive && plan.load) this.#monitor.mark(this.#vcpu as Vcpu, pa, plan.count * plan.size)
    return this.#execute(plan, (access & Access.UNPRIVILEGED) !== 0 ? MemTxAttrs.USER : MemTxAttrs.NONE)
  }

  /** Nothing is stored, and the result register says so. */
  #exclusiveFailed(plan: Plan): Outcome {
    this.#writeResult(plan, 1)
    retire(this.#registers)
    return this.#end('retired', 'exclusive-failed')
  }

  #writeResult(plan: Plan, result: number): void {
    if (plan.result < 0 || plan.result === Reg.XZR) return
    this.#registers.regs.setPair(plan.result, 0, result)
    this.#registers.wrote(plan.result)
  }

  /**
   * Translates every page of the access before anything happens, and holds it against FAR and HPFAR.
   *
   * @returns whether the access may go on; otherwise the outcome is set.
   */
  #probe(plan: Plan, s: Syndrome, access: number): boolean {
    const { regs } = this.#registers
    const outcome = this.#outcome
    const { vaHi } = outcome
    let { vaLo } = outcome
    let length = plan.count * plan.size
    if (plan.form === 'zero') {
      // The address is any in the block, which crosses no page.
      length = this.#zeroBlock
      vaLo = (vaLo & -length) >>> 0
    }
    const room = Math.min(length, PAGE - (vaLo & (PAGE - 1)))
    const crosses = room < length
    const nextHi = outcome.plusHi(room)
    const nextLo = outcome.plusLo(room)
    // Any byte: the elements of a pair or a structure have no order among themselves.
    const faulted = farOffset(regs, vaHi, vaLo)
    if (faulted < 0 || faulted >= length) return this.#stop('far-differs')
    const onNext = faulted >= room
    const executor = this.#executor
    executor.room = room
    if (!this.#probePage(plan, vaHi, vaLo, access, !onNext, 0)) return false
    outcome.ipa = this.#walk.page.pa
    executor.pa = this.#walk.page.pa
    this.#updates = this.#walk.page.updates
    this.#crosses = crosses
    if (crosses) {
      // Of an element that lies on both pages the first decides: the rest is CONSTRAINED UNPREDICTABLE (DEVPAGE2).
      const whole = Math.ceil(room / plan.size) * plan.size
      this.#unaligned &&= whole < length
      if (!this.#probePage(plan, nextHi, nextLo, access, onNext, whole)) return false
      executor.nextPa = this.#walk.page.pa
      this.#updates |= this.#walk.page.updates
    }
    let faulting = onNext ? executor.nextPa : executor.pa
    if (s.translationFault) {
      const page = this.#faultPage()
      // A CPU that has the first byte of the access in FAR, whichever page faulted, would fault again for ever.
      if (crosses && pageOf(faulting) !== page) faulting = executor.nextPa
      if (pageOf(faulting) !== page) return this.#stop('translation-differs')
    }
    return this.#isPlainRam(faulting) ? this.#stop('not-mmio') : true
  }

  /**
   * Sets the Access flag, or dirty state, as hardware would have on its way: only now is it sure that the access happens.
   *
   * @returns whether the pages of {@link #probe} still are where they were; otherwise the outcome is set.
   */
  #updateTables(access: number): boolean {
    if (this.#updates === 0) return true
    const outcome = this.#outcome
    const { pa, nextPa, room } = this.#executor
    const update = access & ~Access.NO_UPDATE
    if (!this.#walkAgain(outcome.vaHi, outcome.vaLo, update, pa)) return this.#stop('translation-differs')
    if (!this.#crosses) return true
    if (this.#walkAgain(outcome.plusHi(room), outcome.plusLo(room), update, nextPa)) return true
    return this.#stop('translation-differs')
  }

  /**
   * Translates one page. A fault on the page that stage 2 stopped means that tables changed; on another, an abort.
   *
   * Device memory refuses what is unaligned before permissions are looked at (pseudocode `AArch64.S1Translate`).
   *
   * @param at - offset of the first element that begins on the page.
   */
  #probePage(plan: Plan, vaHi: number, vaLo: number, access: number, reported: boolean, at: number): boolean {
    const translated = this.#translate(vaHi, vaLo, access | Access.NO_UPDATE)
    const { fsc, write, fault } = this.#walk.page
    if (
      this.#unaligned &&
      (translated || fault === FaultKind.PERMISSION) &&
      this.#walk.onDeviceMemory(this.#registers)
    ) {
      this.#alignmentAbort(plan, at)
      return false
    }
    if (translated) return true
    if (reported || fsc < 0) return this.#stop('translation-differs')
    this.#abort('translation-fault', fsc, write, vaHi, vaLo)
    return false
  }

  #translate(vaHi: number, vaLo: number, access: number): boolean {
    const { page } = this.#walk
    if (this.#walk.translate(this.#registers, vaHi, vaLo, access) !== FaultKind.NONE) {
      this.#outcome.status = Math.max(page.fsc, 0)
      return false
    }
    this.#trace?.translated?.(vaHi, vaLo, page.pa)
    return true
  }

  #walkAgain(vaHi: number, vaLo: number, access: number, pa: number): boolean {
    return this.#walk.translate(this.#registers, vaHi, vaLo, access) === FaultKind.NONE && this.#walk.page.pa === pa
  }

  #stop(reason: Reason): boolean {
    this.#end('retry', reason)
    return false
  }

  /** The accesses, then the registers: data, base, PC. Nothing is written when one was refused. */
  #execute(plan: Plan, attrs: number): Outcome {
    const registers = this.#registers
    const executor = this.#executor
    let refused = ACCESSED
    if (plan.form === 'zero') {
      this.#outcome.vaLo = (this.#outcome.vaLo & -this.#zeroBlock) >>> 0
      refused = executor.zero(this.#zeroBlock, attrs)
    } else refused = executor.access(plan, registers, this.#bigEndian(), attrs)
    if (plan.store) this.#stored(plan)
    if (refused !== ACCESSED) {
      const outcome = this.#outcome
      const { refusedWrite } = executor
      return this.#abort(
        'external-abort',
        DFSC_EXTERNAL,
        refusedWrite,
        outcome.plusHi(refused),
        outcome.plusLo(refused),
      )
    }
    executor.writeBack(plan, registers)
    this.#writeResult(plan, 0)
    this.#address.writeBack(plan, registers)
    retire(registers)
    return this.#end('retired', 'done')
  }

  /** Other vCPUs' monitors lose what was stored over, or may have been. */
  #stored(plan: Plan): void {
    const { pa, nextPa, room } = this.#executor
    const length = plan.form === 'zero' ? this.#zeroBlock : plan.count * plan.size
    this.#monitor.stored(this.#vcpu as Vcpu, pa, Math.min(room, length))
    if (room < length) this.#monitor.stored(this.#vcpu as Vcpu, nextPa, length - room)
  }

  /** HPFAR_EL2.FIPA: the guest-physical page that faulted. */
  #faultPage(): number {
    const { regs } = this.#registers
    const fipa = (regs.hi(Reg.HPFAR_EL2) & 0xffff) * TWO32 + ((regs.lo(Reg.HPFAR_EL2) & ~15) >>> 0)
    return fipa * 256
  }

  /** The unit of the host's map around `pa` is writable RAM from end to end. */
  #isPlainRam(pa: number): boolean {
    const granule = this.#granule
    return this.#space.isRam(pa - (pa % granule), granule, true)
  }

  #level(): number {
    return bits(this.#registers.regs.lo(Reg.PSTATE), 2, 2)
  }

  /** SCTLR_EL1.EE, or E0E at EL0 (pseudocode `BigEndian`): LDTR at EL1 too has EL1's order. */
  #bigEndian(): boolean {
    this.#registers.read(Reg.SCTLR_EL1)
    return bit(this.#registers.regs.lo(Reg.SCTLR_EL1), this.#level() === 0 ? 24 : 25) === 1
  }

  /** An Alignment fault of the element `at` bytes from the effective address. */
  #alignmentAbort(plan: Plan, at: number): Outcome {
    const outcome = this.#outcome
    return this.#abort('alignment-fault', DFSC_ALIGNMENT, !plan.load, outcome.plusHi(at), outcome.plusLo(at))
  }

  /** SP alignment fault: no FAR (pseudocode `AArch64.SPAlignmentFault`). */
  #stackAbort(): Outcome {
    takeException(this.#registers, this.#pstate, SP_ALIGNMENT_SYNDROME)
    return this.#end('injected', 'sp-alignment-fault')
  }

  #abort(reason: Reason, status: number, write: boolean, farHi: number, farLo: number): Outcome {
    const esr = dataAbortSyndrome(this.#level() === 0, write, status)
    takeException(this.#registers, this.#pstate, esr, farHi, farLo)
    this.#outcome.status = status
    return this.#end('injected', reason)
  }
}

/** How far FAR_EL2 lies behind an address, in the 56 bits below a tag, or -1 for 2^31 bytes or more. */
function farOffset(regs: RegisterFile, hi: number, lo: number): number {
  const farLo = regs.lo(Reg.FAR_EL2)
  const offset = (farLo - lo) | 0
  const borrow = farLo < lo ? 1 : 0
  return offset >= 0 && ((regs.hi(Reg.FAR_EL2) - hi - borrow) & 0xff_ffff) === 0 ? offset : -1
}

function pageOf(pa: number): number {
  return pa - (pa % PAGE)
}

function setSlot(regs: RegisterFile, slot: number, value: bigint | number): void {
  if (typeof value === 'bigint') regs.set(slot, value)
  else regs.setPair(slot, high(value), low(value))
}
