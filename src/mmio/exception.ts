import { bit, bits } from '../bits.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg, type RegisterFile } from './register-file.ts'

/** PSTATE as SPSR_ELx has it (DDI 0487, C5.2.19). */
const M_AARCH32 = 1 << 4
const EL1H = 0b0101
const DAIF = 0b1111 << 6
const BTYPE = 0b11 << 10
const SSBS = 1 << 12
const ALLINT = 1 << 13
const IL = 1 << 20
const SS = 1 << 21
const PAN = 1 << 22
const UAO = 1 << 23
const TCO = 1 << 25

/** Which optional PSTATE fields the guest's CPU has: an exception sets only those. */
export interface PstateFeatures {
  readonly PAN: boolean
  readonly UAO: boolean
  readonly SSBS: boolean
  readonly BTI: boolean
  readonly MTE: boolean
  readonly NMI: boolean
}

/**
 * Takes a synchronous exception to EL1 (DDI 0487, D1.3; Sail `AArch64_TakeException`): ELR, SPSR, ESR, FAR, PSTATE
 * and PC. NZCV and DIT keep their values.
 *
 * @param esr - bits 31:0 of ESR_EL1.
 */
export function takeException(
  access: RegisterAccess,
  features: PstateFeatures,
  esr: number,
  farHi: number,
  farLo: number,
): void {
  const { regs } = access
  access.read(Reg.PC)
  access.read(Reg.PSTATE)
  access.read(Reg.VBAR_EL1)
  access.read(Reg.SCTLR_EL1)
  const pstate = regs.lo(Reg.PSTATE)
  regs.setPair(Reg.ELR_EL1, regs.hi(Reg.PC), regs.lo(Reg.PC))
  regs.setPair(Reg.SPSR_EL1, regs.hi(Reg.PSTATE), pstate)
  regs.setPair(Reg.ESR_EL1, 0, esr)
  regs.setPair(Reg.FAR_EL1, farHi, farLo)
  regs.setPair(Reg.PSTATE, 0, statusAtEl1(regs, features, pstate))
  const base = regs.lo(Reg.VBAR_EL1)
  regs.setPair(Reg.PC, regs.hi(Reg.VBAR_EL1), (((base & ~0x7ff) >>> 0) | vectorOffset(pstate)) >>> 0)
  access.wrote(Reg.ELR_EL1)
  access.wrote(Reg.SPSR_EL1)
  access.wrote(Reg.ESR_EL1)
  access.wrote(Reg.FAR_EL1)
  access.wrote(Reg.PSTATE)
  access.wrote(Reg.PC)
}

/** Offset of the synchronous vector: by where the exception comes from. */
function vectorOffset(pstate: number): number {
  if ((pstate & M_AARCH32) !== 0) return 0x600
  if (bits(pstate, 2, 2) === 0) return 0x400
  return (pstate & 1) === 0 ? 0 : 0x200
}

function statusAtEl1(regs: RegisterFile, features: PstateFeatures, pstate: number): number {
  const sctlrLo = regs.lo(Reg.SCTLR_EL1)
  const sctlrHi = regs.hi(Reg.SCTLR_EL1)
  // The low byte and BTYPE, SS, IL are set anew; the rest is kept but where a feature says otherwise.
  let next = (pstate & ~(0x3ff | BTYPE | SS | IL)) | DAIF | EL1H
  if (features.PAN && bit(sctlrLo, 23) === 0) next |= PAN
  if (features.UAO) next &= ~UAO
  if (features.SSBS) next = bit(sctlrHi, 44 - 32) === 1 ? next | SSBS : next & ~SSBS
  if (features.MTE) next |= TCO
  if (features.NMI) next = bit(sctlrHi, 62 - 32) === 1 ? next & ~ALLINT : next | ALLINT
  return next >>> 0
}
