import { alignDown, bit, bits, high, low, TWO32 } from '../bits.ts'
import { accessOf } from '../tlb/index.ts'
import { isAArch32, isBigEndian32 } from './aarch32.ts'
import { stackMisaligned } from './alignment.ts'
import { isUnprivilegedPrivileged, takeException, targetLevel } from './exception.ts'
import type { Settings } from './handler-options.ts'
import { Outcome, type OutcomeKind, type Reason } from './outcome.ts'
import { BASE_SP, BLOCK_TAG_ZERO, BLOCK_TAGS, BLOCK_ZERO, type Plan } from './plan.ts'
import { EL10, hasStage2, regimeOf } from './regime-slots.ts'
import { RegisterAccess } from './register-access.ts'
import { Reg, type RegisterFile } from './register-file.ts'
import {
  DFSC_ALIGNMENT,
  dataAbortSyndrome,
  hasIpa,
  ISS2_GCS,
  isExternalAbort,
  SP_ALIGNMENT_SYNDROME,
  Syndrome,
  stage2AbortSyndrome,
} from './syndrome.ts'
import type { Vcpu } from './vcpu.ts'

/** What the hardware reported: ESR_EL2, FAR_EL2, HPFAR_EL2. A `number` must be an integer in 0..2^53. */
export interface Abort {
  readonly esr: bigint | number
  readonly far: bigint | number
  readonly hpfar: bigint | number
}

const SP_PLAN = { base: BASE_SP } as const

/** The grain of FAR and HPFAR: an access is taken apart at its multiples, whatever the guest's own pages are. */
export const PAGE = 4096

/**
 * The fault at hand: whose it is, what hardware said of it, and how it ends. Reused; {@link begin} starts each.
 *
 * Every road through a fault finishes with {@link end}, or with one of the aborts.
 */
export class Fault {
  readonly settings: Settings
  readonly registers: RegisterAccess = new RegisterAccess()
  readonly syndrome: Syndrome = new Syndrome()
  readonly outcome: Outcome = new Outcome()
  readonly #later = {
    reason: 'translation-fault' as Reason,
    status: 0,
    write: false,
    farHi: 0,
    farLo: 0,
    iss2: 0,
    ipa: -1,
  }
  #vcpu: Vcpu | undefined = undefined
  /** The base register is not written: Constraint_WBSUPPRESS. */
  suppressesBase = false
  /** The access is to a Guarded Control Stack, which every data abort tells. */
  guarded = false
  /** The instruction goes on from a continuation. */
  resuming = false
  /**
   * The page that HPFAR_EL2 names, through the guest's own stage 2: a host's hardware sees what goes into that. -1 where
   * there is none.
   */
  throughStage2 = -1

  constructor(settings: Settings) {
    this.settings = settings
  }

  /** Whose fault this is. */
  get vcpu(): Vcpu {
    return this.#vcpu as Vcpu
  }

  /** Starts a fault: from `abort`, or from the slots of ESR_EL2, FAR_EL2 and HPFAR_EL2 where it is left out. */
  begin(vcpu: Vcpu, abort: Abort | undefined): void {
    const { registers } = this
    this.#vcpu = vcpu
    this.suppressesBase = false
    this.guarded = false
    this.throughStage2 = -1
    registers.begin(vcpu)
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
    this.outcome.begin(regs)
    // As a signed number: a u32 above 2^31 that is passed to a function is an allocation in V8.
    this.syndrome.parse(regs.lo(Reg.ESR_EL2) | 0)
  }

  /** Says how the fault ended. */
  end(kind: OutcomeKind, reason: Reason): Outcome {
    this.outcome.kind = kind
    this.outcome.reason = reason
    return this.outcome
  }

  /** Ends the fault with `retry`. @returns false, for checks that say whether an access may go on. */
  stop(reason: Reason): boolean {
    this.end('retry', reason)
    return false
  }

  /**
   * Finds the translation regime of PSTATE.EL: the guest has EL2.
   * @returns whether its accesses are under a stage 2 of the guest's own.
   */
  enterRegime(): boolean {
    const { registers } = this
    registers.read(Reg.HCR_EL2)
    registers.regime = regimeOf(registers.regs)
    return registers.regime === EL10 && hasStage2(registers.regs)
  }

  /** PSTATE.EL. */
  level(): number {
    return bits(this.registers.regs.lo(Reg.PSTATE), 2, 2)
  }

  /** The access that the instruction makes: bits of `Access`. @param unprivileged - LDTR, STTR and their kin. */
  accessOf(kind: number, unprivileged: boolean): number {
    const { registers, settings } = this
    const pstate = registers.regs.lo(Reg.PSTATE) | 0
    return accessOf(kind, pstate, unprivileged && !isUnprivilegedPrivileged(registers, settings.pstate))
  }

  /** Bytes of the block that the plan's address is in, or 0 for no block. */
  blockOf(plan: Plan): number {
    if (plan.block === BLOCK_ZERO) return this.settings.zeroBlock
    if (plan.block === BLOCK_TAG_ZERO) return this.settings.tagZeroBlock
    return plan.block === BLOCK_TAGS ? this.settings.tagBlock : plan.block
  }

  /** SCTLR_ELx.EE, or E0E at EL0, or PSTATE.E in AArch32 (pseudocode `BigEndian`): LDTR has the order of its own level. */
  bigEndian(): boolean {
    const pstate = this.registers.regs.lo(Reg.PSTATE)
    if (isAArch32(pstate)) return isBigEndian32(pstate)
    const { sctlr } = this.registers.regime
    this.registers.read(sctlr)
    return bit(this.registers.regs.lo(sctlr), this.level() === 0 ? 24 : 25) === 1
  }

  /** The guest-physical page that faulted. */
  page(): number {
    return this.throughStage2 < 0 ? this.reportedPage() : this.throughStage2
  }

  /** HPFAR_EL2.FIPA: that page, or what the guest's own stage 2 makes it of. */
  reportedPage(): number {
    const { regs } = this.registers
    const fipa = (regs.hi(Reg.HPFAR_EL2) & 0xffff) * TWO32 + ((regs.lo(Reg.HPFAR_EL2) & ~15) >>> 0)
    return fipa * 256
  }

  /** How far FAR_EL2 lies behind an address, in the 56 bits below a tag, or -1 for 2^31 bytes or more. */
  farOffset(hi: number, lo: number): number {
    const { regs } = this.registers
    const farLo = regs.lo(Reg.FAR_EL2)
    const offset = (farLo - lo) | 0
    const borrow = farLo < lo >>> 0 ? 1 : 0
    return offset >= 0 && ((regs.hi(Reg.FAR_EL2) - hi - borrow) & 0xff_ffff) === 0 ? offset : -1
  }

  /** The unit of the host's map around `pa` is writable RAM from end to end. */
  isPlainRam(pa: number): boolean {
    const { granule, space } = this.settings
    return space.isRam(alignDown(pa, granule), granule, true)
  }

  /** An Alignment fault of the first byte of the access. */
  alignmentAbort(plan: Plan): Outcome {
    const { vaHi, vaLo } = this.outcome
    return this.abort('alignment-fault', DFSC_ALIGNMENT, !plan.load, vaHi, vaLo)
  }

  /** Whether SP is a base that must be, and is not, a multiple of 16. */
  stackMisaligned(): boolean {
    return stackMisaligned(SP_PLAN, this.registers)
  }

  /** SP alignment fault: no FAR (pseudocode `AArch64.SPAlignmentFault`). */
  stackAbort(): Outcome {
    return this.exception('sp-alignment-fault', SP_ALIGNMENT_SYNDROME)
  }

  /** An exception in the guest that has no FAR. */
  exception(reason: Reason, esr: number): Outcome {
    return this.exceptionTo(targetLevel(this.registers, this.settings.pstate, false), reason, esr)
  }

  /** {@link exception} to an Exception level that has rules of its own. */
  exceptionTo(level: 1 | 2, reason: Reason, esr: number): Outcome {
    takeException(this.registers, this.settings.pstate, esr, -1, 0, level)
    return this.end('injected', reason)
  }

  /** Keeps a data abort for when the accesses before it are made: {@link abortPostponed}. */
  postpone(
    reason: Reason,
    status: number,
    write: boolean,
    farHi: number,
    farLo: number,
    iss2: number,
    ipa: number,
  ): void {
    const later = this.#later
    later.reason = reason
    later.status = status
    later.write = write
    later.farHi = farHi
    later.farLo = farLo
    later.iss2 = iss2
    later.ipa = ipa
  }

  /** The data abort of the last {@link postpone}. */
  abortPostponed(): Outcome {
    const { reason, status, write, farHi, farLo, iss2, ipa } = this.#later
    return this.abort(reason, status, write, farHi, farLo, iss2, ipa)
  }

  /**
   * A data abort in the guest.
   *
   * @param status - DFSC, or of `walkSyndrome`.
   * @param iss2 - of `permissionSyndrome`.
   * @param ipa - what the guest's own stage 2 does not permit: the abort is its EL2's. -1 for another abort.
   */
  abort(reason: Reason, status: number, write: boolean, farHi: number, farLo: number, iss2 = 0, ipa = -1): Outcome {
    const { registers } = this
    const { pstate } = this.settings
    const external = isExternalAbort(status & 0x3f)
    const second = ipa >= 0
    const target = second ? 2 : targetLevel(registers, pstate, external)
    let esr = dataAbortSyndrome(this.level() < target, write, status)
    if (second) esr = stage2AbortSyndrome(esr, registers.regs.lo(Reg.ESR_EL2))
    const upper = this.guarded ? iss2 | ISS2_GCS : iss2
    takeException(registers, pstate, esr, farHi, farLo, target, external, upper)
    if (second && hasIpa(status)) this.#tellIpa(ipa)
    this.outcome.status = status & 0x3f
    return this.end('injected', second && reason === 'translation-fault' ? 'stage-2-fault' : reason)
  }

  /** HPFAR_EL2 as the guest sees it. */
  #tellIpa(ipa: number): void {
    const { registers } = this
    const fipa = Math.floor(ipa / PAGE) * 16
    registers.regs.setPair(Reg.GUEST_HPFAR_EL2, high(fipa), low(fipa))
    registers.wrote(Reg.GUEST_HPFAR_EL2)
  }
}

function setSlot(regs: RegisterFile, slot: number, value: bigint | number): void {
  if (typeof value === 'bigint') regs.set(slot, value)
  else regs.setPair(slot, high(value), low(value))
}
