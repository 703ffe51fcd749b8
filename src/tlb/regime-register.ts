/**
 * The system registers that shape a translation, and the regimes and security states that they select.
 *
 * @module
 */
import type { Features } from './features.ts'

/** The system registers that a regime reads: indices for `TranslationRegime.set`. */
export const RegimeRegister = {
  SCTLR_EL1: 0,
  TCR_EL1: 1,
  TTBR0_EL1: 2,
  TTBR1_EL1: 3,
  MAIR_EL1: 4,
  HCR_EL2: 5,
  VTCR_EL2: 6,
  VTTBR_EL2: 7,
  SCTLR_EL2: 8,
  /** As it takes effect: zero where SCR_EL3.TCR2En or HCRX_EL2.TCR2En disables it. */
  TCR2_EL1: 9,
  PIR_EL1: 10,
  PIRE0_EL1: 11,
  S2PIR_EL2: 12,
  TCR_EL2: 13,
  TTBR0_EL2: 14,
  TTBR1_EL2: 15,
  MAIR_EL2: 16,
  /** As it takes effect: zero where SCR_EL3.TCR2En disables it. */
  TCR2_EL2: 17,
  PIR_EL2: 18,
  PIRE0_EL2: 19,
  SCTLR_EL3: 20,
  TCR_EL3: 21,
  TTBR0_EL3: 22,
  MAIR_EL3: 23,
  PIR_EL3: 24,
  MAIR2_EL1: 25,
  MAIR2_EL2: 26,
  MAIR2_EL3: 27,
  POR_EL0: 28,
  POR_EL1: 29,
  POR_EL2: 30,
  POR_EL3: 31,
  S2POR_EL1: 32,
  HCRX_EL2: 33,
  SCR_EL3: 34,
  VSTCR_EL2: 35,
  VSTTBR_EL2: 36,
  GPCCR_EL3: 37,
  GPTBR_EL3: 38,
  /** Bits [127:64] of registers that FEAT_D128 widens; zero without. */
  TTBR0_EL1_HIGH: 39,
  TTBR1_EL1_HIGH: 40,
  TTBR0_EL2_HIGH: 41,
  TTBR1_EL2_HIGH: 42,
  VTTBR_EL2_HIGH: 43,
} as const

/** Number of indices in {@link RegimeRegister}. */
export const REGIME_REGISTERS = 44

/** Translation regimes (DDI 0487, D8.1), as the pseudocode's `Regime`. */
export const Regime = {
  /** EL1 and EL0, under stage 2 where EL2 is enabled. */
  EL10: 0,
  /** EL2 and EL0 of a host: HCR_EL2.E2H is 1. */
  EL20: 1,
  EL2: 2,
  EL3: 3,
} as const

/**
 * Whose translations: a VMID, below 2^16, in EL1&0, and of each other regime a number of its own.
 * @param kind a value of {@link Regime}.
 */
export function ownerOf(kind: number, vmid: number): number {
  return kind === Regime.EL10 ? vmid : kind * 0x1_0000
}

/**
 * Security states, and physical address spaces (`Translation.paspace`) of the same names: as SCR_EL3.{NSE, NS} and leaf
 * descriptors at EL3 encode them.
 */
export const SecurityState = {
  SECURE: 0,
  NON_SECURE: 1,
  ROOT: 2,
  REALM: 3,
} as const

/** Registers of a vCPU as they are parsed: what of a `TranslationRegime` comes before its parameters. */
export interface RegimeState {
  readonly features: Features
  /** A value of {@link SecurityState}. */
  readonly security: number
  /** Bits [63:32] of a register, a value of {@link RegimeRegister}. */
  hi(register: number): number
  /** Bits [31:0]. */
  lo(register: number): number
}
