/**
 * The walk: one pure function from registers, memory, address and access to a translation or a fault.
 *
 * @module
 */
import { toNumber } from '../bits.ts'
import { Access } from './access.ts'
import { combineShareability, effectiveShareability, stage2Attributes } from './attributes.ts'
import { qemuStage2Attributes } from './attributes-qemu.ts'
import { FaultKind, faultStatusCode } from './fault.ts'
import type { TableMemory } from './memory.ts'
import { HighBits } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { ALL_PERMISSIONS, translateStage1 } from './stage1.ts'
import { translateStage2 } from './stage2.ts'
import type { WalkRecorder } from './trace.ts'
import type { Translation } from './translation.ts'

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
  out.fsc = 0
  out.updates = 0
  out.reads = 0
  out.stage2Permissions = ALL_PERMISSIONS
  out.stage2SizeLog2 = 0
  if (translateStage1(regime, memory, vaHi, vaLo, access, out, recorder) !== FaultKind.NONE) return faulted(out)

  const { oaHi, oaLo } = out.stage1
  out.ipa = toNumber(oaHi, oaLo)
  out.stage = regime.stage1Enabled ? 1 : 0
  out.sizeLog2 = out.stage1SizeLog2
  if (!regime.stage2Enabled || (access & Access.STAGE1_ONLY) !== 0) {
    out.pa = out.ipa
    out.sh = effectiveShareability(out.attr, out.sh)
    return FaultKind.NONE
  }
  if (translateStage2(regime, memory, oaHi, oaLo, access, false, out, recorder) !== FaultKind.NONE) return faulted(out)
  const s = out.stage2
  const p = regime.stage2
  out.pa = toNumber(s.oaHi, s.oaLo)
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
  const cacheable = (access & Access.EXECUTE) !== 0 ? regime.stage2FetchCacheable : regime.stage2DataCacheable
  out.attr = p.qemu
    ? qemuStage2Attributes(out.attr, memAttr, p, cacheable)
    : stage2Attributes(out.attr, memAttr, p, cacheable)
  out.sh = effectiveShareability(out.attr, combineShareability(out.sh, sh))
  return FaultKind.NONE
}

/** Completes a fault. An IPA is the faulting one at stage 2 only. */
function faulted(out: Translation): number {
  out.fsc = faultStatusCode(out.fault, out.level)
  out.pa = 0
  if (out.stage === 1) out.ipa = 0
  return out.fault
}
