import { TWO32 } from '../bits.ts'
import { BASE_PC, BASE_SP, Extend, type Plan, TAG_GRANULE, Writeback } from './plan.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'

/** The address of an access (DDI 0487, C1.3.3 "Load/store addressing modes"), in halves. Reused. */
export class EffectiveAddress {
  hi = 0
  lo = 0

  /**
   * Computes the address of the first byte. Reads base and index registers and PSTATE.
   *
   * @param authentic - LDRAA, LDRAB: what the base register is without its code, in place of the register.
   */
  compute(plan: Plan, registers: RegisterAccess, authentic?: { readonly hi: number; readonly lo: number }): void {
    if (authentic) {
      this.hi = authentic.hi
      this.lo = authentic.lo
      this.#addOffset(plan, registers)
      return
    }
    const slot = baseSlot(plan, registers)
    if (slot === Reg.XZR) {
      // DC ZVA, XZR: no other form has a base of zero.
      this.hi = 0
      this.lo = 0
      return
    }
    registers.read(slot)
    this.hi = registers.regs.hi(slot)
    this.lo = registers.regs.lo(slot)
    // A post-index register is read now: the shim is asked for nothing once a device was accessed.
    if (plan.writeback !== Writeback.POST) this.#addOffset(plan, registers)
    else if (plan.index >= 0 && plan.index !== Reg.XZR) registers.read(plan.index)
    if (plan.block === TAG_GRANULE) this.lo = (this.lo & -TAG_GRANULE) >>> 0
  }

  /** Writes the base register where the addressing mode does. Call once, after {@link compute} and the access. */
  writeBack(plan: Plan, registers: RegisterAccess): void {
    if (plan.writeback === Writeback.NONE) return
    if (plan.writeback === Writeback.POST) this.#addOffset(plan, registers)
    const slot = baseSlot(plan, registers)
    registers.regs.setPair(slot, this.hi | 0, this.lo | 0)
    registers.wrote(slot)
  }

  /** Adds the constant, or the extended and shifted index, modulo 2^64. */
  #addOffset(plan: Plan, registers: RegisterAccess): void {
    if (plan.index < 0) {
      this.#add(plan.offset < 0 ? 0xffff_ffff : 0, plan.offset >>> 0)
      return
    }
    if (plan.index === Reg.XZR) return
    registers.read(plan.index)
    let lo = registers.regs.lo(plan.index)
    let hi = registers.regs.hi(plan.index)
    if (plan.extend !== Extend.LSL) hi = plan.extend === Extend.SXTW && (lo | 0) < 0 ? 0xffff_ffff : 0
    if (plan.shift > 0) {
      hi = ((hi << plan.shift) | (lo >>> (32 - plan.shift))) >>> 0
      lo = (lo << plan.shift) >>> 0
    }
    this.#add(hi, lo)
  }

  #add(hi: number, lo: number): void {
    const sum = this.lo + lo
    this.lo = sum >>> 0
    this.hi = (this.hi + hi + (sum >= TWO32 ? 1 : 0)) >>> 0
  }
}

/** The slot that a plan's base stands for. */
export function baseSlot(plan: { readonly base: number }, registers: RegisterAccess): number {
  if (plan.base === BASE_PC) return Reg.PC
  if (plan.base !== BASE_SP) return plan.base
  return registers.stackSlot()
}
