/**
 * PAR_EL1: how an address translation instruction reports (DDI 0487, PAR_EL1; `AArch64.EncodePAR`).
 *
 * @module
 */
import { high, low } from '../bits.ts'
import { Access } from './access.ts'
import { FaultKind } from './fault.ts'
import type { Descriptor128 } from './memory.ts'
import type { TranslationRegime } from './regime.ts'
import type { Translation } from './translation.ts'

/** PAR_EL1[64]: the register has 128 bits. */
const D128 = 1
const F = 1
/** PAR_EL1[11] of a fault; NSE of a success. */
const RES1 = 1 << 11
const PTW = 1 << 8
const S = 1 << 9
const DIRTY_BIT = 1 << 15
const OVERLAY = 1 << 14
const TOP_LEVEL = 1 << 13
const ASSURED_ONLY = 1 << 12

/**
 * PAR_EL1[31:0] for the result of a walk with an AT instruction's access.
 *
 * Two kinds of result have no PAR_EL1: an external abort on the walk is taken as an exception, and `FaultKind.RETRY` is
 * no result at all.
 */
export function parLow(out: Translation): number {
  if (out.fault === FaultKind.NONE)
    return (low(out.pa - (out.pa % 0x1000)) | (out.nse << 11) | (out.ns << 9) | (out.sh << 7)) >>> 0
  return (
    RES1 |
    (out.stage === 2 ? S : 0) |
    (out.s1ptw ? PTW : 0) |
    (out.dirtyBit ? DIRTY_BIT : 0) |
    (out.overlay ? OVERLAY : 0) |
    (out.topLevel ? TOP_LEVEL : 0) |
    (out.assuredOnly ? ASSURED_ONLY : 0) |
    ((out.fsc & 0x3f) << 1) |
    F
  )
}

/** PAR_EL1[63:32]: ATTR in [63:56], PA[51:32]; zero after a fault. */
export function parHigh(out: Translation): number {
  return out.fault === FaultKind.NONE ? ((out.attr << 24) | high(out.pa)) >>> 0 : 0
}

/**
 * Whether an AT instruction leaves PAR_EL1 in its 128-bit form (`AArch64.isPARFormatD128`): the tables that give the address
 * have 128-bit descriptors.
 *
 * @param access bits of `Access`; with `Access.STAGE1_ONLY` those tables are stage 1's.
 */
export function isPar128(regime: TranslationRegime, access: number): boolean {
  return regime.stage2Enabled && (access & Access.STAGE1_ONLY) === 0 ? regime.stage2.d128 : regime.lower.d128
}

/**
 * PAR_EL1 whole, in words of 32 bits: as {@link parLow} and {@link parHigh} have it, with zeros above; or of 128 bits, with
 * D128 set and PA[55:12] in bits [119:76]. What it is UNKNOWN in, and the walk's exceptions, are as there.
 *
 * @param regime the regime of the walk.
 * @param access what was asked of it.
 * @param out the walk's result.
 * @param par receives the register.
 *
 * @example
 * ```ts
 * const access = LOAD | Access.NO_UPDATE | Access.ADDRESS_TRANSLATION
 * walk(regime, memory, 0, 0x1000, access, out)
 * encodePar(regime, access, out, par)
 * par.topLo & 1 // 1 with TCR2_EL1.D128: `par.topHi` and `par.topLo` have the PA
 * ```
 */
export function encodePar(regime: TranslationRegime, access: number, out: Translation, par: Descriptor128): void {
  par.lo = parLow(out)
  par.hi = parHigh(out)
  par.topLo = 0
  par.topHi = 0
  if (!isPar128(regime, access)) return
  par.topLo = D128
  if (out.fault !== FaultKind.NONE) return
  par.lo &= 0xfff
  par.hi = (out.attr << 24) >>> 0
  par.topLo = (low(out.pa - (out.pa % 0x1000)) | D128) >>> 0
  par.topHi = high(out.pa)
}
