/**
 * A guest of 32 bits: EL0 in AArch32 under a kernel in AArch64. Its instructions are not decoded; what a valid syndrome
 * says of an access is enough to do it (DDI 0487, ISS encoding for an exception from a Data Abort; D1.20 for registers).
 *
 * @module
 */

import { bit, bits } from '../bits.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'
import type { Syndrome } from './syndrome.ts'

/** PSTATE as SPSR_ELx has it for an exception from AArch32 (DDI 0487, SPSR_EL2). */
const N_RW = 4
const E = 9
const SS = 1 << 21
/** IT[7:2] and IT[1:0]. */
const IT_HIGH = 10
const IT_LOW = 25
const IT_MASK = (0x3f << IT_HIGH) | (3 << IT_LOW)
/** The registers of User mode, R0 to R14, are X0 to X14. */
const LAST_REGISTER = 14

/** PSTATE.nRW: the vCPU executes AArch32. @param pstate - bits 31:0. */
export function isAArch32(pstate: number): boolean {
  return bit(pstate, N_RW) === 1
}

/** PSTATE.M is User mode: AArch32 at EL0. */
export function isUserMode(pstate: number): boolean {
  return bits(pstate, 0, 5) === 1 << N_RW
}

/** PSTATE.E: data are big-endian. */
export function isBigEndian32(pstate: number): boolean {
  return bit(pstate, E) === 1
}

/** Whether a syndrome describes an access of AArch32: valid, of one register of User mode, 32 bits wide at most. */
export function describesAArch32(s: Syndrome): boolean {
  return s.isv && s.srt <= LAST_REGISTER && !s.sixtyFour && s.size <= 4
}

/**
 * Ends an instruction of AArch32: PC advances by 2 or 4 as ESR_EL2.IL says, IT by one instruction, PSTATE.SS becomes 0
 * (pseudocode `AArch32.ITAdvance`, `SSAdvance`). Reads nothing: PC and PSTATE are current since the fault began.
 */
export function retire32(access: RegisterAccess): void {
  const { regs } = access
  regs.setPair(Reg.PC, 0, (regs.lo(Reg.PC) + (bit(regs.lo(Reg.ESR_EL2), 25) === 1 ? 4 : 2)) | 0)
  access.wrote(Reg.PC)
  const pstate = regs.lo(Reg.PSTATE)
  const next = (pstate & ~(SS | IT_MASK)) | advanced(pstate)
  if (next === (pstate | 0)) return
  regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE) | 0, next)
  access.wrote(Reg.PSTATE)
}

/** PSTATE.IT of the next instruction, in its places. */
function advanced(pstate: number): number {
  const it = (bits(pstate, IT_HIGH, 6) << 2) | bits(pstate, IT_LOW, 2)
  if ((it & 7) === 0) return 0
  const next = (it & 0xe0) | ((it << 1) & 0x1f)
  return ((next >>> 2) << IT_HIGH) | ((next & 3) << IT_LOW)
}
