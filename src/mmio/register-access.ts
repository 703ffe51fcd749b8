import { bits } from '../bits.ts'
import { EL10, type RegimeSlots } from './regime-slots.ts'
import { REGISTER_SLOTS, Reg, type RegisterFile } from './register-file.ts'
import type { Vcpu } from './vcpu.ts'

/**
 * The registers of a stopped vCPU during one fault: asks the shim for each slot once at most, and only for those that
 * the instruction needs; tells it of each change once, when the fault is over.
 */
export class RegisterAccess {
  #vcpu: Vcpu | undefined = undefined
  #regs: RegisterFile | undefined = undefined
  /** Fault in which each slot was last made current, and in which it was last changed. */
  readonly #current: Uint32Array = new Uint32Array(REGISTER_SLOTS)
  readonly #changed: Uint32Array = new Uint32Array(REGISTER_SLOTS)
  /** Slots changed in this fault, in the order of their first change. */
  readonly #pending: Uint8Array = new Uint8Array(REGISTER_SLOTS)
  #count = 0
  #fault = 0
  /** The translation regime of the vCPU's Exception level: that of EL1 and EL0 until {@link begin}'s caller says otherwise. */
  regime: RegimeSlots = EL10

  /** Begins a fault on `vcpu`: nothing is current, nothing is changed. */
  begin(vcpu: Vcpu): void {
    this.#vcpu = vcpu
    this.#regs = vcpu.regs
    this.regime = EL10
    this.#count = 0
    this.#fault++
    if (this.#fault > 0xffff_ffff) {
      this.#fault = 1
      this.#current.fill(0)
      this.#changed.fill(0)
    }
  }

  /** The block that {@link read} makes current. */
  get regs(): RegisterFile {
    return this.#regs as RegisterFile
  }

  /** The slot of SP: PSTATE.SP chooses SP_EL0 or the current level's; EL0 has SP_EL0 only. */
  stackSlot(): number {
    const pstate = this.regs.lo(Reg.PSTATE)
    const level = bits(pstate, 2, 2)
    if ((pstate & 1) === 0 || level === 0) return Reg.SP_EL0
    return level === 2 ? Reg.SP_EL2 : Reg.SP_EL1
  }

  /** Makes slot `reg` current. */
  read(reg: number): void {
    if (this.#current[reg] === this.#fault) return
    this.#current[reg] = this.#fault
    ;(this.#vcpu as Vcpu).pull(reg)
  }

  /** Notes that slot `reg` was given a new value. */
  wrote(reg: number): void {
    this.#current[reg] = this.#fault
    if (this.#changed[reg] === this.#fault) return
    this.#changed[reg] = this.#fault
    this.#pending[this.#count++] = reg
  }

  /** Tells the shim of every change. The last thing in a fault: a shim that throws here loses its own registers only. */
  commit(): void {
    const vcpu = this.#vcpu as Vcpu
    for (let i = 0; i < this.#count; i++) vcpu.push(this.#pending[i] as number)
    this.#count = 0
  }
}
