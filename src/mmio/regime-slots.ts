/**
 * The registers of the translation regime that a vCPU's accesses are in (DDI 0487, D8.1; pseudocode `TranslationRegime`,
 * `S1TranslationRegime`).
 *
 * @module
 */

import { bit, bits } from '../bits.ts'
import { Regime } from '../tlb/index.ts'
import { Reg, type RegisterFile } from './register-file.ts'

/** Slots by what they hold, whichever Exception level's registers they are. */
export interface RegimeSlots {
  /** A value of `Regime`. */
  readonly kind: number
  /** Two ranges of addresses, by bit 55, and EL0 in them: TCR_ELx has the layout of TCR_EL1. */
  readonly ranges: boolean
  readonly sctlr: number
  readonly tcr: number
  readonly tcr2: number
  readonly ttbr0: number
  readonly ttbr1: number
  readonly ttbr0High: number
  readonly ttbr1High: number
  readonly mair: number
  readonly mair2: number
  readonly pir: number
  readonly pire0: number
  readonly por: number
  /** Of the Exception level itself, not of EL0. */
  readonly tfsr: number
}

/** EL1 and EL0. */
export const EL10: RegimeSlots = {
  kind: Regime.EL10,
  ranges: true,
  sctlr: Reg.SCTLR_EL1,
  tcr: Reg.TCR_EL1,
  tcr2: Reg.TCR2_EL1,
  ttbr0: Reg.TTBR0_EL1,
  ttbr1: Reg.TTBR1_EL1,
  ttbr0High: Reg.TTBR0_EL1_HIGH,
  ttbr1High: Reg.TTBR1_EL1_HIGH,
  mair: Reg.MAIR_EL1,
  mair2: Reg.MAIR2_EL1,
  pir: Reg.PIR_EL1,
  pire0: Reg.PIRE0_EL1,
  por: Reg.POR_EL1,
  tfsr: Reg.TFSR_EL1,
}

/** EL2 with HCR_EL2.E2H, and EL0 under it with TGE. */
const EL20: RegimeSlots = {
  kind: Regime.EL20,
  ranges: true,
  sctlr: Reg.SCTLR_EL2,
  tcr: Reg.TCR_EL2,
  tcr2: Reg.TCR2_EL2,
  ttbr0: Reg.TTBR0_EL2,
  ttbr1: Reg.TTBR1_EL2,
  ttbr0High: Reg.TTBR0_EL2_HIGH,
  ttbr1High: Reg.TTBR1_EL2_HIGH,
  mair: Reg.MAIR_EL2,
  mair2: Reg.MAIR2_EL2,
  pir: Reg.PIR_EL2,
  pire0: Reg.PIRE0_EL2,
  por: Reg.POR_EL2,
  tfsr: Reg.TFSR_EL2,
}

/** EL2 without HCR_EL2.E2H: one range of addresses, in the tables of TTBR0_EL2. */
const EL2: RegimeSlots = { ...EL20, kind: Regime.EL2, ranges: false }

/** HCR_EL2 fields, in the half that holds them. */
const VM = 0
const DC = 12
const TGE = 27
const E2H = 34 - 32

/**
 * The regime of accesses at PSTATE.EL, in a guest that has EL2.
 *
 * @param regs - PSTATE and HCR_EL2 are current.
 *
 * @example
 * ```ts
 * regs.set(Reg.PSTATE, 0x3c9n) // EL2h
 * regs.set(Reg.HCR_EL2, 1n << 34n) // E2H
 * regimeOf(regs).kind // Regime.EL20
 * ```
 */
export function regimeOf(regs: RegisterFile): RegimeSlots {
  const level = bits(regs.lo(Reg.PSTATE), 2, 2)
  if (level === 2) return bit(regs.hi(Reg.HCR_EL2), E2H) === 1 ? EL20 : EL2
  return level === 0 && isHost(regs) ? EL20 : EL10
}

/** HCR_EL2.{E2H, TGE} are {1, 1}: EL2 is the host of EL0 (pseudocode `ELIsInHost`(EL0)). @param regs - HCR_EL2 is current. */
export function isHost(regs: RegisterFile): boolean {
  return bit(regs.lo(Reg.HCR_EL2), TGE) === 1 && bit(regs.hi(Reg.HCR_EL2), E2H) === 1
}

/** HCR_EL2.VM or DC, but not of a host: EL1 and EL0 are under the guest's own stage 2. @param regs - HCR_EL2 is current. */
export function hasStage2(regs: RegisterFile): boolean {
  const hcr = regs.lo(Reg.HCR_EL2)
  return (bit(hcr, VM) === 1 || bit(hcr, DC) === 1) && !isHost(regs)
}

/** TCR_ELx.TBI, of a range or of all addresses: the top byte of a data address is no part of it (`EffectiveTBI`). */
export function ignoresTopByte(regs: RegisterFile, { tcr, ranges }: RegimeSlots, upper: number): boolean {
  return ranges ? bit(regs.hi(tcr), 37 - 32 + upper) === 1 : bit(regs.lo(tcr), 20) === 1
}

/** TCR_ELx.TCMA: accesses with the tag that is as bit 55 are not checked (`EffectiveTCMA`). */
export function ignoresMatchingTag(regs: RegisterFile, { tcr, ranges }: RegimeSlots, upper: number): boolean {
  return ranges ? bit(regs.hi(tcr), 57 - 32 + upper) === 1 : bit(regs.lo(tcr), 30) === 1
}
