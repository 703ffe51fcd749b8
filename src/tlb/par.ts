/**
 * PAR_EL1: how an address translation instruction reports (DDI 0487, PAR_EL1; `AArch64.EncodePAR`).
 *
 * @module
 */
import { high, low } from '../bits.ts'
import { FaultKind } from './fault.ts'
import type { Translation } from './translation.ts'

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
