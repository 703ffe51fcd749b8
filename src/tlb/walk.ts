/**
 * The walk: one pure function from registers, memory, address and access to a translation or a fault.
 *
 * @module
 */
import { toAddress } from '../bits.ts'
import { Access } from './access.ts'
import { combineShareability, effectiveShareability, stage2Attributes } from './attributes.ts'
import { qemuStage2Attributes } from './attributes-qemu.ts'
import { FaultKind, faultStatusCode } from './fault.ts'
import { granuleProtectionCheck } from './granule-protection.ts'
import type { TableMemory } from './memory.ts'
import { HighBits } from './parameters.ts'
import { setSpace } from './physical-space.ts'
import type { TranslationRegime } from './regime.ts'
import { ALL_PERMISSIONS, translateStage1 } from './stage1.ts'
import { stage2Parameters, translateStage2 } from './stage2.ts'
import type { WalkRecorder } from './trace.ts'
import type { Translation } from './translation.ts'

/** FnXS of stage 2's leaves (FEAT_XS). */
const FN_XS = 1 << 11

/**
 * Translates a virtual address as the hardware of VMSAv8-64 does (DDI 0487, D8; `AArch64.FullTranslate`).
 *
 * Depends on nothing but its arguments; allocates nothing; throws nothing that `memory` does not throw. Reads at most 5
 * descriptors with stage 1 alone and 40 under stage 2, and more only to start over, at most 8 times at each stage, when
 * descriptors change under a hardware update.
 *
 * @param regime the parsed registers; call its `update()` before.
 * @param memory where tables are read and, with `compareAndSwapDescriptor`, updated.
 * @param vaHi bits [63:32] of the address.
 * @param vaLo bits [31:0].
 * @param access bits of `Access`.
 * @param out receives the result.
 * @param recorder is told every descriptor read.
 * @returns `out.fault`: a value of `FaultKind`, 0 when the address translates.
 *
 * @example
 * ```ts
 * const out = new Translation()
 * if (walk(regime, memory, 0xffff_8000, 0x0996_5008, STORE, out) === FaultKind.NONE) out.pa // 0x0c00_0008
 * else faultName(out.fault, out.level) // 'Translation fault, level 2'
 * ```
 */
export function walk(
  regime: TranslationRegime,
  memory: TableMemory,
  vaHi: number,
  vaLo: number,
  access: number,
  out: Translation,
  recorder?: WalkRecorder,
): number {
  out.fault = FaultKind.NONE
  out.s1ptw = false
  out.write = (access & (Access.READ | Access.WRITE)) === Access.WRITE
  out.dirtyBit = false
  out.overlay = false
  out.assuredOnly = false
  out.topLevel = false
  out.noTagAccess = false
  out.tagNotData = false
  out.fsc = 0
  out.updates = 0
  out.reads = 0
  out.stage2Permissions = ALL_PERMISSIONS
  out.stage2SizeLog2 = 0
  if (regime.granuleProtection.enabled) out.granule.begin()
  // EL2 and EL3 have no EL0: every access is theirs.
  const own = regime.hasUnprivileged ? access : access & ~Access.UNPRIVILEGED
  if (translateStage1(regime, memory, vaHi, vaLo, own, out, recorder) !== FaultKind.NONE) return faulted(out)

  const { oaHi, oaLo, oaSpace } = out.stage1
  out.ipa = toAddress(oaHi, oaLo)
  out.stage = regime.stage1Enabled ? 1 : 0
  out.sizeLog2 = out.stage1SizeLog2
  if (!regime.stage2Enabled || (access & Access.STAGE1_ONLY) !== 0) {
    out.pa = out.ipa
    out.sh = effectiveShareability(out.attr, out.sh)
    setSpace(regime, oaSpace, out)
    return isChecked(regime, access) ? checkOutput(regime, memory, oaHi, oaLo, out, recorder) : FaultKind.NONE
  }
  const found = translateStage2(regime, memory, oaHi, oaLo, oaSpace, own, false, out, recorder)
  if (found !== FaultKind.NONE) return faulted(out)
  const s = out.stage2
  const p = stage2Parameters(regime, oaSpace)
  out.pa = toAddress(s.oaHi, s.oaLo)
  out.stage |= 2
  out.stage2SizeLog2 = s.sizeLog2
  if (!regime.stage1Enabled) {
    out.sizeLog2 = s.sizeLog2
    out.level = s.level
  } else if (s.sizeLog2 < out.sizeLog2) {
    out.sizeLog2 = s.sizeLog2
    out.level = s.level
  }
  const memAttr = (s.lo >>> 2) & 15
  const sh = p.highBits === HighBits.DS ? p.sh : (s.lo >>> 8) & 3
  const fetch = (access & Access.EXECUTE) !== 0
  const cacheable = fetch ? regime.stage2FetchCacheable : regime.stage2DataCacheable
  out.attr = p.qemu
    ? qemuStage2Attributes(out.attr, memAttr, p, cacheable)
    : stage2Attributes(out.attr, memAttr, (s.lo & FN_XS) !== 0, p, cacheable, fetch)
  out.sh = effectiveShareability(out.attr, combineShareability(out.sh, sh))
  setSpace(regime, s.oaSpace, out)
  return isChecked(regime, access) ? checkOutput(regime, memory, s.oaHi, s.oaLo, out, recorder) : FaultKind.NONE
}

/** Address translation instructions check the granules of their tables, not the one that they come to. */
function isChecked(regime: TranslationRegime, access: number): boolean {
  return regime.granuleProtection.enabled && (access & (Access.ADDRESS_TRANSLATION | Access.STAGE1_ONLY)) === 0
}

/** The granule protection check of the access itself, at the end of `AArch64.TranslateAddress`. */
function checkOutput(
  regime: TranslationRegime,
  memory: TableMemory,
  hi: number,
  lo: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): number {
  const { granule } = out
  if (granuleProtectionCheck(regime.granuleProtection, memory, hi, lo, out.paspace, granule, recorder) === 0) {
    if (granule.sizeLog2 < out.sizeLog2) out.sizeLog2 = granule.sizeLog2
    return FaultKind.NONE
  }
  out.fault = FaultKind.GRANULE_PROTECTION
  out.level = 0
  return faulted(out)
}

/** Completes a fault. An IPA is the faulting one at stage 2 only. */
function faulted(out: Translation): number {
  out.fsc = faultStatusCode(out.fault, out.level)
  if (out.fault < FaultKind.GRANULE_PROTECTION_ON_WALK) out.pa = 0
  if (out.stage === 1) out.ipa = 0
  return out.fault
}
