import { bits } from '../../bits.ts'
import { InProcessVcpu } from '../../host/index.ts'
import { BASE_PC, BASE_SP, type Plan, Reg, RegisterAccess } from '../../mmio/index.ts'

/** What the hardware reported, the word, and the registers as far as they were given. */
export interface AbortFrame {
  /** 64 bits: ISS2 is above the word. */
  readonly esr: bigint
  readonly far: bigint
  readonly hpfar: bigint | undefined
  /** 0..2^32-1. */
  readonly word: number
  /** Values by slot: `Reg.X0` and on, `Reg.SP_EL0` to `SP_EL2`, `Reg.PC`. */
  readonly registers: ReadonlyMap<number, bigint>
  /** In the layout of SPSR_EL1. */
  readonly pstate: number
  /** Bytes of a Z register. */
  readonly vl: number
}

/** Slot of a plan's base register; 31 for XZR. */
export function baseSlotOf(plan: { readonly base: number }, pstate: number): number {
  if (plan.base === BASE_PC) return Reg.PC
  if (plan.base !== BASE_SP) return plan.base
  const level = bits(pstate, 2, 2)
  if ((pstate & 1) === 0 || level === 0) return Reg.SP_EL0
  return level === 2 ? Reg.SP_EL2 : Reg.SP_EL1
}

/** A slot by the name that assembly has for it. */
export function slotName(slot: number): string {
  if (slot === Reg.PC) return 'PC'
  if (slot === Reg.SP_EL0 || slot === Reg.SP_EL1 || slot === Reg.SP_EL2) return 'SP'
  return slot === Reg.XZR ? 'XZR' : `X${slot}`
}

/** The given registers as a vCPU that was just stopped. */
export function registersOf(frame: AbortFrame): RegisterAccess {
  const vcpu = new InProcessVcpu()
  for (const [slot, value] of frame.registers) vcpu.regs.set(slot, value)
  vcpu.regs.set(Reg.PSTATE, BigInt(frame.pstate))
  const registers = new RegisterAccess()
  registers.begin(vcpu)
  return registers
}

/** Whether the slot's value is known. */
export function isKnown(frame: AbortFrame, slot: number): boolean {
  return slot === Reg.XZR || frame.registers.has(slot)
}

/** Bytes of the block that an access is any address in; 0 for none. */
export function blockBytes(plan: Plan): number {
  if (plan.block >= 0) return plan.block
  return plan.tagArray ? 256 : 64
}
