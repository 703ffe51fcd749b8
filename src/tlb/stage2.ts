/**
 * Stage 2 of the EL1&0 regime: IPA to PA (`AArch64.S2Translate`).
 *
 * @module
 */
import { toAddress } from '../bits.ts'
import { Access } from './access.ts'
import { deniesTags, stage2IsDevice } from './attributes.ts'
import { FaultKind } from './fault.ts'
import type { TableMemory } from './memory.ts'
import { isMostlyReadOnly } from './overlay.ts'
import type { TableParameters } from './parameters.ts'
import {
  BY_ASSURANCE,
  BY_OVERLAY,
  dirtyManaged,
  isAssuredOnly,
  stage2Permissions,
  stage2Refused,
} from './permissions.ts'
import { realmOutputSpace } from './physical-space.ts'
import type { TranslationRegime } from './regime.ts'
import { SecurityState } from './regime-register.ts'
import { Step } from './step.ts'
import { begin, fetch, granuleAllows, step, swapDescriptor } from './table.ts'
import type { WalkRecorder } from './trace.ts'
import { Permission, type Translation, Update } from './translation.ts'

/** How often a walk starts over because a descriptor changed under its compare-and-swap. */
export const MAX_RESTARTS = 8

/** Beyond the bits of {@link Access}, of a stage 1 descriptor: it is in the first table of TTBR0_EL1, of TTBR1_EL1. */
export const FIRST_TABLE_LOWER: number = 0x1_0000
export const FIRST_TABLE_UPPER: number = 0x2_0000

/** Beyond `Step`: the table descriptor changed under the walk. */
const TABLE_LOST = -3
const TAGS = Access.TAG_ACCESS | Access.TAG_CHECKED
const ACCESS_FLAG = 1 << 10
/** S2AP[1]; with permission indirection Dirty. */
const S2AP_WRITE = 1 << 7

/** `AArch64.GetS2TTWParams`: the tables of an IPA space. */
export function stage2Parameters(regime: TranslationRegime, space: number): TableParameters {
  return space === SecurityState.SECURE ? regime.secureStage2 : regime.stage2
}

/**
 * Translates the IPA `hi:lo`; the PA is left in `out.stage2`.
 *
 * @param space address space of the IPA; in Secure state it chooses the tables.
 * @param access bits of {@link Access}. EL0's execute permission is its own (FEAT_XNX); PAN has no part in stage 2.
 * @param tableWalk the access reads (or with `Access.WRITE` updates) a stage 1 descriptor.
 * @returns a value of `FaultKind`; on a fault every field of it in `out` is written.
 */
export function translateStage2(
  regime: TranslationRegime,
  memory: TableMemory,
  hi: number,
  lo: number,
  space: number,
  access: number,
  tableWalk: boolean,
  out: Translation,
  recorder: WalkRecorder | undefined,
): number {
  const p = stage2Parameters(regime, space)
  const s = out.stage2
  const checked = regime.granuleProtection.enabled
  out.paspace = space
  s.paspace = p.tableSpace
  s.entrySpace = p.tableSpace
  s.oaSpace = p.outputSpace
  out.ipa = toAddress(hi, lo)
  if (p.invalid || (hi & p.rangeHi) !== 0 || (lo & p.rangeLo) !== 0) {
    return stage2Fault(out, FaultKind.TRANSLATION, 0, tableWalk)
  }
  for (let restart = 0; restart <= MAX_RESTARTS; restart++) {
    let found = begin(p, hi, lo, s)
    if (found !== FaultKind.NONE) return stage2Fault(out, found, s.level, tableWalk)
    do {
      if (checked && !granuleAllows(regime, memory, s, s.entryHi, s.entryLo, out, recorder)) {
        return stage2Fault(out, FaultKind.GRANULE_PROTECTION_ON_WALK, s.level, tableWalk)
      }
      out.reads++
      if (!fetch(p, memory, s.entryHi, s.entryLo, s, recorder)) {
        return stage2Fault(out, FaultKind.EXTERNAL_ON_WALK, s.level, tableWalk)
      }
      found = step(p, hi, lo, s)
      if (p.haft && found === Step.TABLE && (s.lo & ACCESS_FLAG) === 0) {
        // Access flags of tables (FEAT_HAFT; `AArch64.S2Walk`).
        out.updates |= Update.STAGE2_TABLE_ACCESS_FLAG
        const update = (access & Access.NO_UPDATE) === 0
        if (update && !swapDescriptor(p, memory, s.entryPa, s, ACCESS_FLAG, 0)) found = TABLE_LOST
      }
    } while (found === Step.TABLE)
    if (found === TABLE_LOST) continue
    if (found !== Step.LEAF) return stage2Fault(out, found, s.level, tableWalk)
    if ((s.lo & ACCESS_FLAG) === 0 && !p.ha) return stage2Fault(out, FaultKind.ACCESS_FLAG, s.level, tableWalk)

    if (p.outputSpace < 0) s.oaSpace = realmOutputSpace(s)
    const permissions = stage2Permissions(p, s, access)
    if ((p.tl0 || p.tl1) && tableWalk && !mayBeTopLevel(p, permissions, access)) {
      out.topLevel = true
      return stage2Fault(out, FaultKind.PERMISSION, s.level, tableWalk)
    }
    if (!tableWalk && isAssuredOnly(p, s) && !out.stage1.assured) {
      out.assuredOnly = true
      return stage2Fault(out, FaultKind.PERMISSION, s.level, tableWalk)
    }
    const denied = stage2Refused(permissions, access, tableWalk)
    const device = tableWalk && p.ptw && stage2IsDevice((s.lo >>> 2) & 15, p.fwb)
    // Realm state neither has its tables outside Realm memory nor executes there.
    const outside =
      p.outputSpace < 0 && s.oaSpace !== SecurityState.REALM && (tableWalk || (access & Access.EXECUTE) !== 0)
    if (denied !== 0 || outside || (device && !p.qemu)) {
      // On a table walk WnR stays the access's own, as `fault.write` does in `AArch64.S2CheckPermissions`.
      if (!tableWalk) out.write = (denied & (Access.READ | Access.WRITE)) === Access.WRITE
      out.overlay = !device && (denied & BY_OVERLAY) !== 0
      out.assuredOnly = (denied & BY_ASSURANCE) !== 0
      return stage2Fault(out, FaultKind.PERMISSION, s.level, tableWalk)
    }
    if ((access & TAGS) !== 0 && !tableWalk && deniesTags(p, (s.lo >>> 2) & 15, out.attr)) {
      out.noTagAccess = true
      out.write = (access & Access.TAG_ACCESS) !== 0 && (access & Access.WRITE) !== 0
      return stage2Fault(out, FaultKind.PERMISSION, s.level, tableWalk)
    }
    if (p.pie && !p.hd && !p.qemu && (access & Access.WRITE) !== 0 && (s.lo & S2AP_WRITE) === 0) {
      out.dirtyBit = true
      out.write ||= !tableWalk
      return stage2Fault(out, FaultKind.PERMISSION, s.level, tableWalk)
    }
    let set = 0
    if ((s.lo & ACCESS_FLAG) === 0) {
      set = ACCESS_FLAG
      out.updates |= Update.STAGE2_ACCESS_FLAG
    }
    if ((access & Access.WRITE) !== 0 && (s.lo & S2AP_WRITE) === 0 && dirtyManaged(p, s, access)) {
      set |= S2AP_WRITE
      out.updates |= Update.STAGE2_DIRTY
    }
    const update = set !== 0 && (access & Access.NO_UPDATE) === 0
    if (update && !swapDescriptor(p, memory, s.entryPa, s, set, 0)) continue
    // QEMU looks at HCR_EL2.PTW last, and does not keep the level.
    if (device) return stage2Fault(out, FaultKind.PERMISSION, 0, tableWalk)
    if (tableWalk) out.stage1.assured &&= isMostlyReadOnly(permissions)
    else out.stage2Permissions = permissions
    return FaultKind.NONE
  }
  return stage2Fault(out, FaultKind.RETRY, s.level, tableWalk)
}

/**
 * VTCR_EL2.TL0 and TL1 (FEAT_THE): whether the first table of a half of stage 1 may be in the page. Without them any may,
 * and with one alone the other half's may not be in a page that is for this half only.
 */
function mayBeTopLevel(p: TableParameters, permissions: number, access: number): boolean {
  const zero = (permissions & Permission.TOP_LEVEL_0) !== 0
  const one = (permissions & Permission.TOP_LEVEL_1) !== 0
  if ((access & FIRST_TABLE_LOWER) !== 0) return !(p.tl0 && !zero) && !(p.tl1 && one && !zero)
  if ((access & FIRST_TABLE_UPPER) !== 0) return !(p.tl1 && !one) && !(p.tl0 && zero && !one)
  return true
}

function stage2Fault(out: Translation, kind: number, level: number, tableWalk: boolean): number {
  out.fault = kind
  out.level = level
  out.stage = 2
  out.s1ptw = tableWalk
  return kind
}
