import { Access } from '../tlb/index.ts'
import { isAtomicOrOrdered, isUnaligned, stackMisaligned, unalignedFaults } from './alignment.ts'
import { Authenticator, authenticationSyndrome } from './authenticate.ts'
import type { Commit } from './commit.ts'
import { type Constraint, constraintOf } from './constrained.ts'
import { baseSlot, type EffectiveAddress } from './effective-address.ts'
import type { ElementBus } from './element-bus.ts'
import type { Fault } from './fault.ts'
import { storesToStack, storeTrapSyndrome } from './gcs.ts'
import type { GuestWalk } from './guest-walk.ts'
import { MemoryCopySet } from './mops.ts'
import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import { agreesWithSyndrome } from './plan-syndrome.ts'
import type { Probe } from './probe.ts'
import { MemTxAttrs } from './region.ts'
import { retire } from './retire.ts'
import { ScalableAccess } from './scalable.ts'
import { DFSC_UNSUPPORTED_EXCLUSIVE, UNDEFINED_SYNDROME } from './syndrome.ts'

/** The way of an instruction that was decoded: checks in the order of the pseudocode, then the transaction. */
export class PlanRoad {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #probe: Probe
  readonly #commit: Commit
  readonly #address: EffectiveAddress
  readonly #authenticator: Authenticator
  readonly #copySet: MemoryCopySet
  readonly #scalable: ScalableAccess

  constructor(fault: Fault, walk: GuestWalk, bus: ElementBus, probe: Probe, commit: Commit, address: EffectiveAddress) {
    this.#fault = fault
    this.#walk = walk
    this.#probe = probe
    this.#commit = commit
    this.#address = address
    this.#authenticator = new Authenticator(fault.settings.authenticate)
    this.#scalable = new ScalableAccess(fault, walk, bus, commit)
    this.#copySet = new MemoryCopySet(fault, walk, bus, commit)
  }

  /** Executes a plan whose status is ACCESS. */
  run(plan: Plan): Outcome {
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
    let access = fault.accessOf(kind, plan.unprivileged)
    if (plan.guarded) {
      if (!storesToStack(registers, (access & Access.UNPRIVILEGED) !== 0)) {
        return fault.exception('guarded-control-stack', storeTrapSyndrome(outcome.word))
      }
      access |= Access.GCS
      fault.guarded = true
    }
    if (plan.tags) access |= Access.TAG_ACCESS
    const address = this.#address
    if (plan.key === '') address.compute(plan, registers)
    else if (!this.#authenticated(plan, plan.key)) return outcome
    outcome.vaHi = address.hi
    outcome.vaLo = address.lo
    if (stackMisaligned(plan, registers)) return fault.stackAbort()
    const unaligned = isUnaligned(plan, address.lo)
    if (unaligned && unalignedFaults(plan, address.lo, settings.lse2, registers)) return fault.alignmentAbort(plan)
    const storesTags = plan.tags && plan.store
    // DC ZVA of Device memory is an Alignment fault wherever it points.
    const neverDevice = plan.neverDevice || (storesTags && settings.choices.DEVICETAGSTORE === 'FAULT')
    if (!this.#probe.pages(plan, access, unaligned || neverDevice)) return outcome
    if (unaligned && !this.#misaligned(plan)) return outcome
    if (storesTags && this.#walk.onDeviceMemory(registers) && !this.#allowed('DEVICETAGSTORE')) return outcome
    if (plan.form === 'block64' && plan.result < 0 && !this.#takesBlock(plan)) return outcome
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
    if (plan.constraint !== '' && !this.#allowed(plan.constraint)) return false
    const constraint = constraintOf(plan, fault.settings.choices)
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

  /** Reports a choice. @returns whether the access goes on as chosen; otherwise the outcome is set. */
  #allowed(name: Constraint): boolean {
    const fault = this.#fault
    fault.outcome.constraint = name
    if (!fault.settings.choices.strict) return true
    fault.end('unhandled', 'constrained-unpredictable')
    return false
  }

  /** An unaligned access that goes on: of Normal memory that is not Write-Back an atomic one may fault. */
  #misaligned(plan: Plan): boolean {
    const fault = this.#fault
    if (!isAtomicOrOrdered(plan) || !this.#probe.notWriteBack) return true
    if (!this.#allowed('MISALIGNEDATOMIC')) return false
    if (fault.settings.choices.MISALIGNEDATOMIC === 'TRUE') return true
    fault.alignmentAbort(plan)
    return false
  }

  /** LD64B, ST64B: where the device does not take 64 bytes whole, the access is cut or faults. */
  #takesBlock(plan: Plan): boolean {
    const fault = this.#fault
    const { choices, space } = fault.settings
    const { vaHi, vaLo } = fault.outcome
    const region = space.find(this.#commit.span.pa)
    if (region === null || region.kind !== 'io' || (region.wholeSizes & 64) !== 0) return true
    if (!this.#allowed('LS64UNSUPPORTED')) return false
    if (choices.LS64UNSUPPORTED === 'LIMITED_ATOMICITY') return true
    fault.abort('unsupported-exclusive', DFSC_UNSUPPORTED_EXCLUSIVE, !plan.load, vaHi, vaLo)
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
