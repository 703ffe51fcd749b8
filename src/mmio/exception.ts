import { bit, bits } from '../bits.ts'
import { isHost } from './regime-slots.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg, type RegisterFile } from './register-file.ts'

/** PSTATE as SPSR_ELx has it (DDI 0487, C5.2.19). */
const M_AARCH32 = 1 << 4
const M_SP = 1
const DAIF = 0b1111 << 6
const BTYPE = 0b11 << 10
const SSBS = 1 << 12
const ALLINT = 1 << 13
const PAN = 1 << 22
const DIT = 1 << 24
const TCO = 1 << 25
const NZCV = (0b1111 << 28) >>> 0

/** SCTLR_ELx fields, in the half that holds them. */
const SPAN = 23
const DSSBS = 44 - 32
const SPINTMASK = 62 - 32
/** SCTLR2_ELx, GCSCR_ELx, and bit 34 of PSTATE. */
const EASE = 5
const EXLOCKEN = 6
const EXLOCK = 1 << (34 - 32)
/** Offset of the vector of SErrors. */
const SERROR = 0x180
/** HCR_EL2 fields, likewise. */
const TGE = 27
const RW = 31
const TEA = 37 - 32
const NV = 42 - 32
const NV1 = 43 - 32
const NV2 = 45 - 32
/** HCRX_EL2 fields, and PSTATE.A. */
const MCE2 = 10
const TMEA = 19
const A = 8

/** Which optional PSTATE fields the guest's CPU has: an exception sets only those. */
export interface PstateFeatures {
  readonly PAN: boolean
  readonly SSBS: boolean
  /** FEAT_MTE: PSTATE.TCO. */
  readonly MTE: boolean
  /** FEAT_NMI: PSTATE.ALLINT. */
  readonly NMI: boolean
  /** The guest has EL2, whose registers the shim keeps: HCR_EL2 may route exceptions there. Not unless told. */
  readonly EL2?: boolean
  /** FEAT_DoubleFault2: SCTLR2_ELx.EASE sends synchronous external aborts to the vector of SErrors. Not unless told. */
  readonly DoubleFault2?: boolean
  /** FEAT_GCS: PSTATE.EXLOCK. Not unless told. */
  readonly GCS?: boolean
  /** PSTATE.BTYPE is zero in SPSR_ELx: `UnpredictableOptions.ZEROBTYPE`. Not unless told. */
  readonly ZEROBTYPE?: boolean
}

/** The registers of the Exception level that an exception is taken to. */
interface Target {
  readonly level: number
  readonly vbar: number
  readonly sctlr: number
  readonly elr: number
  readonly spsr: number
  readonly esr: number
  readonly far: number
  readonly sctlr2: number
  readonly gcscr: number
}

const TO_EL1: Target = {
  level: 1,
  vbar: Reg.VBAR_EL1,
  sctlr: Reg.SCTLR_EL1,
  elr: Reg.ELR_EL1,
  spsr: Reg.SPSR_EL1,
  esr: Reg.ESR_EL1,
  far: Reg.FAR_EL1,
  sctlr2: Reg.SCTLR2_EL1,
  gcscr: Reg.GCSCR_EL1,
}
const TO_EL2: Target = {
  level: 2,
  vbar: Reg.VBAR_EL2,
  sctlr: Reg.SCTLR_EL2,
  elr: Reg.ELR_EL2,
  spsr: Reg.SPSR_EL2,
  esr: Reg.GUEST_ESR_EL2,
  far: Reg.GUEST_FAR_EL2,
  sctlr2: Reg.SCTLR2_EL2,
  gcscr: Reg.GCSCR_EL2,
}

/**
 * The Exception level that an exception goes to which stage 2 has no part in: EL1, or EL2 from EL2, from EL0 under
 * HCR_EL2.TGE, and for an external abort under HCR_EL2.TEA, or HCRX_EL2.TMEA where PSTATE.A masks it at EL1 (pseudocode `AArch64.DataAbort`,
 * `AArch64.SyncExternalAbortTarget`, `AArch64.SPAlignmentFault`).
 */
export function targetLevel(access: RegisterAccess, features: PstateFeatures, external: boolean): 1 | 2 {
  if (features.EL2 !== true) return 1
  access.read(Reg.HCR_EL2)
  const { regs } = access
  if (external && bit(regs.hi(Reg.HCR_EL2), TEA) === 1) return 2
  const pstate = regs.lo(Reg.PSTATE)
  if (levelOf(pstate) === 2) return 2
  if (levelOf(pstate) === 0) return bit(regs.lo(Reg.HCR_EL2), TGE) === 1 ? 2 : 1
  const masked = external && features.DoubleFault2 === true && levelOf(pstate) === 1 && bit(pstate, A) === 1
  return masked && isExtended(access, TMEA) ? 2 : 1
}

/** The Exception level that a memory copy or set goes to whose registers do not fit (pseudocode `MismatchedCpySetTargetEL`). */
export function memoryCopyLevel(access: RegisterAccess, features: PstateFeatures): 1 | 2 {
  const own = features.EL2 === true && levelOf(access.regs.lo(Reg.PSTATE)) === 1
  return own && isExtended(access, MCE2) ? 2 : targetLevel(access, features, false)
}

/** A field of HCRX_EL2. */
function isExtended(access: RegisterAccess, field: number): boolean {
  access.read(Reg.HCRX_EL2)
  return bit(access.regs.lo(Reg.HCRX_EL2), field) === 1
}

/**
 * LDTR, STTR and their kin have the permissions of PSTATE.EL there: at EL1 HCR_EL2.{NV, NV1} are {1, 1}, or EL2 is not
 * the host of EL0 (pseudocode `AArch64.IsUnprivAccessPriv`).
 */
export function isUnprivilegedPrivileged(access: RegisterAccess, features: PstateFeatures): boolean {
  const level = levelOf(access.regs.lo(Reg.PSTATE))
  if (features.EL2 !== true || level === 0) return false
  access.read(Reg.HCR_EL2)
  if (level === 2) return !isHost(access.regs)
  const hcr = access.regs.hi(Reg.HCR_EL2)
  return bit(hcr, NV) === 1 && bit(hcr, NV1) === 1
}

/**
 * Takes a synchronous exception to EL1 or EL2 (DDI 0487, D1.3; pseudocode `AArch64.TakeException`,
 * `AArch64.ReportException`): ELR, SPSR, ESR, FAR, PSTATE and PC. NZCV and DIT keep their values, and PAN and SSBS where
 * SCTLR_ELx or the CPU says so. The exclusives monitor is not touched: no exception entry clears it.
 *
 * @param access - the stopped vCPU; reads PC, PSTATE, VBAR_ELx, SCTLR_ELx and, where the guest has EL2, HCR_EL2.
 * @param esr - bits 31:0 of ESR_ELx.
 * @param farHi - bits 63:32 of FAR_ELx; without it the exception is one that has no FAR.
 * @param farLo - bits 31:0 of FAR_ELx.
 * @param level - x, from {@link targetLevel}.
 * @param external - a synchronous external abort.
 * @param iss2 - bits 63:32 of ESR_ELx.
 */
export function takeException(
  access: RegisterAccess,
  features: PstateFeatures,
  esr: number,
  farHi = -1,
  farLo = 0,
  level: 1 | 2 = 1,
  external = false,
  iss2 = 0,
): void {
  const to = level === 2 ? TO_EL2 : TO_EL1
  access.read(Reg.PC)
  access.read(Reg.PSTATE)
  access.read(to.vbar)
  access.read(to.sctlr)
  const el2 = features.EL2 === true
  if (el2) access.read(Reg.HCR_EL2)
  const { regs } = access
  const pstate = regs.lo(Reg.PSTATE)
  writeRegister(access, to.elr, regs.hi(Reg.PC), regs.lo(Reg.PC))
  const spsr = el2 ? virtualLevel(regs, pstate, to.level) : pstate
  const zero = features.ZEROBTYPE === true && (pstate & M_AARCH32) === 0
  writeRegister(access, to.spsr, regs.hi(Reg.PSTATE), zero ? spsr & ~BTYPE : spsr)
  writeRegister(access, to.esr, iss2, esr)
  if (farHi >= 0) writeRegister(access, to.far, farHi, farLo)
  // PAN is set by EL2 only as the host of EL0 (pseudocode `ELIsInHost`).
  const panning = to.level === 1 || isHost(regs)
  const base = external && sendsToSError(access, features, to) ? SERROR : 0
  const vector = ((regs.lo(to.vbar) & ~0x7ff) | (base + vectorOffset(regs, pstate, to.level))) >>> 0
  const locked = features.GCS === true && isLocked(access, pstate, to)
  writeRegister(access, Reg.PSTATE, locked ? EXLOCK : 0, pstateAt(regs, features, pstate, to.level, to.sctlr, panning))
  writeRegister(access, Reg.PC, regs.hi(to.vbar), vector)
}

/** Pseudocode `AArch64.RouteToSErrorOffset`. */
function sendsToSError(access: RegisterAccess, features: PstateFeatures, to: Target): boolean {
  if (features.DoubleFault2 !== true) return false
  access.read(to.sctlr2)
  return bit(access.regs.lo(to.sctlr2), EASE) === 1
}

/** PSTATE.EXLOCK: GCSCR_ELx.EXLOCKEN, but 0 from a lower Exception level (pseudocode `GetCurrentEXLOCKEN`). */
function isLocked(access: RegisterAccess, pstate: number, to: Target): boolean {
  if (levelOf(pstate) !== to.level) return false
  access.read(to.gcscr)
  return bit(access.regs.lo(to.gcscr), EXLOCKEN) === 1
}

/** Gives slot `slot` a new value. */
function writeRegister(access: RegisterAccess, slot: number, hi: number, lo: number): void {
  access.regs.setPair(slot, hi, lo)
  access.wrote(slot)
}

function levelOf(pstate: number): number {
  return bits(pstate, 2, 2)
}

/** SPSR_EL1 under HCR_EL2.NV: a guest hypervisor at EL1 is told that it was at EL2. */
function virtualLevel(regs: RegisterFile, pstate: number, level: number): number {
  const hcr = regs.hi(Reg.HCR_EL2)
  if (level !== 1 || levelOf(pstate) !== 1 || (pstate & M_AARCH32) !== 0 || bit(hcr, NV) === 0) return pstate
  return bit(hcr, NV1) === 0 || bit(hcr, NV2) === 1 ? (pstate & ~0b1100) | 0b1000 : pstate
}

/**
 * Offset of the synchronous vector: by where the exception comes from (DDI 0487, D1.3). From EL0 to EL2 it is EL1's
 * width that counts, unless EL2 is EL0's host.
 */
function vectorOffset(regs: RegisterFile, pstate: number, level: number): number {
  const from = levelOf(pstate)
  const aarch32 = (pstate & M_AARCH32) !== 0
  if (!aarch32 && from === level) return (pstate & M_SP) === 0 ? 0 : 0x200
  if (level === 1) return aarch32 ? 0x600 : 0x400
  const lower32 = isHost(regs) && (aarch32 || from === 0) ? aarch32 : bit(regs.lo(Reg.HCR_EL2), RW) === 0
  return lower32 ? 0x600 : 0x400
}

/**
 * Bits 31:0 of PSTATE at the vector. Only named fields survive, so BTYPE, IL, SS and UAO become 0; and an AArch32 origin leaves nothing of GE, IT and Q in the bits that mean something else here.
 */
function pstateAt(
  regs: RegisterFile,
  features: PstateFeatures,
  pstate: number,
  level: number,
  sctlr: number,
  panning: boolean,
): number {
  const sctlrLo = regs.lo(sctlr)
  const sctlrHi = regs.hi(sctlr)
  let next = (pstate & (NZCV | DIT)) | DAIF | (level << 2) | M_SP
  if (features.PAN) next |= panning && bit(sctlrLo, SPAN) === 0 ? PAN : pstate & PAN
  if (features.SSBS && bit(sctlrHi, DSSBS) === 1) next |= SSBS
  if (features.MTE) next |= TCO
  if (features.NMI && bit(sctlrHi, SPINTMASK) === 0) next |= ALLINT
  return next >>> 0
}
