import { REGISTER_SLOTS, type RegisterFile } from './register-file.ts'
import type { Vcpu } from './vcpu.ts'

/**
 * The registers of a stopped vCPU during one fault: asks the shim for each slot once at most, and tells it of each
 * change.
 */
export class RegisterAccess {
  #vcpu: Vcpu | undefined = undefined
  #regs: RegisterFile | undefined = undefined
  /** Fault in which each slot was last current. */
  readonly #current: Uint32Array = new Uint32Array(REGISTER_SLOTS)
  #fault = 0

  /** Begins a fault on `vcpu`: nothing is current. */
  begin(vcpu: Vcpu): void {
    this.#vcpu = vcpu
    this.#regs = vcpu.regs
    this.#fault++
    if (this.#fault > 0xffff_ffff) {
      this.#fault = 1
      this.#current.fill(0)
    }
  }

  get regs(): RegisterFile {
    return this.#regs as RegisterFile
  }

  /** Makes slot `reg` current. */
  read(reg: number): void {
    if (this.#current[reg] === this.#fault) return
    this.#current[reg] = this.#fault
    ;(this.#vcpu as Vcpu).pull(reg)
  }

  /** Slot `reg` was given a new value. */
  wrote(reg: number): void {
    this.#current[reg] = this.#fault
    ;(this.#vcpu as Vcpu).push(reg)
  }
}
