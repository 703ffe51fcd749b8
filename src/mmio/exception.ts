import { bit, bits } from '../bits.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg, type RegisterFile } from './register-file.ts'

/** PSTATE as SPSR_ELx has it (DDI 0487, C5.2.19). */
const M_AARCH32 = 1 << 4
const EL1H = 0b0101
const DAIF = 0b1111 << 6
const SSBS = 1 << 12
const ALLINT = 1 << 13
const PAN = 1 << 22
const DIT = 1 << 24
const TCO = 1 << 25
const NZCV = (0b1111 << 28) >>> 0

/** SCTLR_EL1 fields, in the half that holds them. */
const SPAN = 23
const DSSBS = 44 - 32
const SPINTMASK = 62 - 32

/** Which optional PSTATE fields the guest's CPU has: an exception sets only those. */
export interface PstateFeatures {
  readonly PAN: boolean
  readonly SSBS: boolean
  /** FEAT_MTE: PSTATE.TCO. */
  readonly MTE: boolean
  /** FEAT_NMI: PSTATE.ALLINT. */
  readonly NMI: boolean
}

/**
 * Takes a synchronous exception to EL1 (DDI 0487, D1.3; pseudocode `AArch64.TakeException`,
 * `AArch64.ReportException`): ELR, SPSR, ESR, FAR, PSTATE and PC. NZCV and DIT keep their values, and PAN and SSBS where
 * SCTLR_EL1 or the CPU says so. The exclusives monitor is not touched: no exception entry clears it.
 *
 * @param access - the stopped vCPU; reads PC, PSTATE, VBAR_EL1 and SCTLR_EL1.
 * @param esr - bits 31:0 of ESR_EL1.
 * @param farHi - bits 63:32 of FAR_EL1; without it the exception is one that has no FAR.
 * @param farLo - bits 31:0 of FAR_EL1.
 */
export function takeException(
  access: RegisterAccess,
  features: PstateFeatures,
  esr: number,
  farHi = -1,
  farLo = 0,
): void {
  access.read(Reg.PC)
  access.read(Reg.PSTATE)
  access.read(Reg.VBAR_EL1)
  access.read(Reg.SCTLR_EL1)
  const { regs } = access
  const pstate = regs.lo(Reg.PSTATE)
  writeRegister(access, Reg.ELR_EL1, regs.hi(Reg.PC), regs.lo(Reg.PC))
  writeRegister(access, Reg.SPSR_EL1, regs.hi(Reg.PSTATE), pstate)
  writeRegister(access, Reg.ESR_EL1, 0, esr)
  if (farHi >= 0) writeRegister(access, Reg.FAR_EL1, farHi, farLo)
  writeRegister(access, Reg.PSTATE, 0, pstateAtEl1(regs, features, pstate))
  const vector = ((regs.lo(Reg.VBAR_EL1) & ~0x7ff) | vectorOffset(pstate)) >>> 0
  writeRegister(access, Reg.PC, regs.hi(Reg.VBAR_EL1), vector)
}

/** Gives slot `slot` a new value. */
function writeRegister(access: RegisterAccess, slot: number, hi: number, lo: number): void {
  access.regs.setPair(slot, hi, lo)
  access.wrote(slot)
}

/** Offset of the synchronous vector: by where the exception comes from (DDI 0487, D1.3). */
function vectorOffset(pstate: number): number {
  if ((pstate & M_AARCH32) !== 0) return 0x600
  if (bits(pstate, 2, 2) === 0) return 0x400
  return (pstate & 1) === 0 ? 0 : 0x200
}

/**
 * PSTATE at the vector. Only named fields survive, so BTYPE, IL, SS and UAO become 0, and PM, EXLOCK, PACM and PPEND
 * above bit 31; and an AArch32 origin leaves nothing of GE, IT and Q in the bits that mean something else here.
 */
function pstateAtEl1(regs: RegisterFile, features: PstateFeatures, pstate: number): number {
  const sctlrLo = regs.lo(Reg.SCTLR_EL1)
  const sctlrHi = regs.hi(Reg.SCTLR_EL1)
  let next = (pstate & (NZCV | DIT)) | DAIF | EL1H
  if (features.PAN) next |= bit(sctlrLo, SPAN) === 0 ? PAN : pstate & PAN
  if (features.SSBS && bit(sctlrHi, DSSBS) === 1) next |= SSBS
  if (features.MTE) next |= TCO
  if (features.NMI && bit(sctlrHi, SPINTMASK) === 0) next |= ALLINT
  return next >>> 0
}
