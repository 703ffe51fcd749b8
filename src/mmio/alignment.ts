/**
 * Which accesses must be aligned (DDI 0487, B2.8; pseudocode `AArch64.UnalignedAccessFaults`, `CheckSPAlignment`,
 * `AArch64.S1HasAlignmentFault`).
 *
 * @module
 */

import { bit, bits } from '../bits.ts'
import { BASE_SP, type Plan } from './plan.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'

/** SCTLR_ELx fields. */
const A = 1
const SA = 3
const SA0 = 4
const NAA = 6

/** Whether the base register is an SP that must be, and is not, a multiple of 16. */
export function stackMisaligned(plan: { readonly base: number }, registers: RegisterAccess): boolean {
  if (plan.base !== BASE_SP) return false
  const { regs } = registers
  const slot = registers.stackSlot()
  registers.read(slot)
  if ((regs.lo(slot) & 15) === 0) return false
  const { sctlr } = registers.regime
  registers.read(sctlr)
  return bit(regs.lo(sctlr), bits(regs.lo(Reg.PSTATE), 2, 2) === 0 ? SA0 : SA) === 1
}

/** Whether the address whose low half is `lo` is no multiple of what the access is aligned to. */
export function isUnaligned(plan: Plan, lo: number): boolean {
  return (lo & (plan.alignment - 1)) !== 0
}

/**
 * Whether an unaligned access faults before its address is even translated: under SCTLR_ELx.A; LD64B, ST64B, stores of tags and to control
 * stacks always;
 * exclusive, atomic and ordered ones unless FEAT_LSE2 and all bytes are in one 16-byte quantity, where SCTLR_ELx.nAA
 * lets ordered ones cross.
 */
export function unalignedFaults(plan: Plan, lo: number, lse2: boolean, registers: RegisterAccess): boolean {
  const slot = registers.regime.sctlr
  registers.read(slot)
  const sctlr = registers.regs.lo(slot)
  if (bit(sctlr, A) === 1 || plan.form === 'block64' || plan.tags || plan.guarded) return true
  const atomic = isAtomic(plan)
  if (!atomic && plan.order === 'plain') return false
  if (!lse2) return true
  const crosses = (lo & 15) + plan.count * plan.size > 16
  return crosses && (atomic || bit(sctlr, NAA) === 0)
}

function isAtomic(plan: Plan): boolean {
  return (plan.load && plan.store) || plan.form === 'exclusive' || plan.form === 'exclusive-pair'
}

/** Exclusive, atomic, or with acquire or release semantics: what FEAT_LSE2 is about. */
export function isAtomicOrOrdered(plan: Plan): boolean {
  return isAtomic(plan) || plan.order !== 'plain'
}

/** `isUnaligned` and `unalignedFaults`: the access faults before translation. */
export function unalignedAccessFaults(plan: Plan, lo: number, lse2: boolean, registers: RegisterAccess): boolean {
  return isUnaligned(plan, lo) && unalignedFaults(plan, lo, lse2, registers)
}
