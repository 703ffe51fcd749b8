/**
 * Stage 1: VA to IPA, or to PA where there is no stage 2 (`AArch64.S1Translate`).
 *
 * @module
 */
import { toNumber } from '../bits.ts'
import { Access } from './access.ts'
import {
  DEVICE_nGnRnE,
  disabledFetchAttributes,
  isTagged,
  mairByte,
  NORMAL_WRITE_BACK,
  Shareability,
  stage1Attributes,
} from './attributes.ts'
import { FaultKind } from './fault.ts'
import type { TableMemory } from './memory.ts'
import { HighBits, type TableParameters } from './parameters.ts'
import { BY_OVERLAY, dirtyManaged, refused, stage1Permissions } from './permissions.ts'
import { deniedBySpace, stage1OutputSpace, tableSpace } from './physical-space.ts'
import type { TranslationRegime } from './regime.ts'
import { SecurityState } from './regime-register.ts'
import { FIRST_TABLE_LOWER, FIRST_TABLE_UPPER, MAX_RESTARTS, translateStage2 } from './stage2.ts'
import { Step } from './step.ts'
import { begin, fetch, granuleAllows, step, swapDescriptor } from './table.ts'
import type { WalkRecorder } from './trace.ts'
import { type StageState, type Translation, Update } from './translation.ts'

const ACCESS_FLAG = 1 << 10
/** AP[2]; with permission indirection nDirty. */
const AP_READ_ONLY = 1 << 7
const NOT_GLOBAL = 1 << 11
const GUARDED = 1 << (50 - 32)
const CONTIGUOUS = 1 << (52 - 32)
const ATTR_INDX_3 = 1 << (59 - 32)
const VA_55 = 1 << (55 - 32)
const NON_FAULT_EL0 = Access.NON_FAULT | Access.UNPRIVILEGED
const TAG_STORE = Access.TAG_ACCESS | Access.WRITE
/** VA[59:56] with TCR_ELx.MTX. */
const LOGICAL_TAG = 0x0f00_0000
/** Every permission at both levels: what a disabled stage allows. */
export const ALL_PERMISSIONS = 0x3f

/**
 * Translates the VA `hi:lo`; the output address is left in `out.stage1`, its attributes and permissions in `out`.
 * @returns a value of `FaultKind`; on a fault every field of it in `out` is written.
 */
export function translateStage1(
  regime: TranslationRegime,
  memory: TableMemory,
  hi: number,
  lo: number,
  access: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): number {
  const upper = regime.hasUnprivileged && (hi & (1 << (55 - 32))) !== 0
  const p = upper ? regime.upper : regime.lower
  if (!regime.stage1Enabled) return disabled(regime, p, hi, lo, access, out)
  if (p.invalid || outOfRange(p, hi, lo, access, upper)) return stage1Fault(out, FaultKind.TRANSLATION, 0)
  if (p.epd || (p.e0pd && (access & Access.UNPRIVILEGED) !== 0)) return stage1Fault(out, FaultKind.TRANSLATION, 0)
  if (p.nfd && (access & NON_FAULT_EL0) === NON_FAULT_EL0) return stage1Fault(out, FaultKind.TRANSLATION, 0)
  const s = out.stage1
  const checked = regime.granuleProtection.enabled
  // In Non-secure state there is one space.
  const spaces = regime.security !== SecurityState.NON_SECURE
  s.paspace = regime.security
  s.entrySpace = regime.security
  s.oaSpace = regime.security
  for (let restart = 0; restart <= MAX_RESTARTS; restart++) {
    s.assured = p.protectedBit !== 0
    let found = recorder?.start?.(p, hi, lo, s) === true ? FaultKind.NONE : begin(p, hi, lo, s)
    if (found !== FaultKind.NONE) return stage1Fault(out, found, s.level)
    do {
      if (spaces) s.paspace = s.entrySpace = tableSpace(p.tableSpace, s)
      if (!readEntry(regime, p, memory, access, out, recorder)) return out.fault
      if (checked && !granuleAllows(regime, memory, s, s.oaHi, s.oaLo, out, recorder)) {
        return stage1Fault(out, FaultKind.GRANULE_PROTECTION_ON_WALK, s.level)
      }
      out.reads++
      if (!fetch(p, memory, s.oaHi, s.oaLo, s, recorder)) {
        return stage1Fault(out, FaultKind.EXTERNAL_ON_WALK, s.level)
      }
      s.assured &&= (s.hi & p.protectedBit) !== 0
      found = p.haft ? stepAndMark(regime, p, memory, hi, lo, access, out, recorder) : step(p, hi, lo, s)
      if (found === MARKING_FAULT) return out.fault
    } while (found === Step.TABLE)
    if (found === MARKING_LOST) continue
    if (found !== Step.LEAF) return stage1Fault(out, found, s.level)
    if ((s.lo & ACCESS_FLAG) === 0 && !p.ha) return stage1Fault(out, FaultKind.ACCESS_FLAG, s.level)

    let permissions = stage1Permissions(p, s, access)
    if (spaces) {
      s.oaSpace = stage1OutputSpace(regime, s)
      permissions &= ~deniedBySpace(regime, s.oaSpace)
    }
    const denied = refused(permissions, access)
    if (denied !== 0) {
      out.write = (denied & (Access.READ | Access.WRITE)) === Access.WRITE
      out.overlay = (denied & BY_OVERLAY) !== 0
      return stage1Fault(out, FaultKind.PERMISSION, s.level)
    }
    if (p.mtx && (access & TAG_STORE) === TAG_STORE && !isTagged(stage1MairByte(regime, p, s))) {
      out.tagNotData = true
      out.write = true
      return stage1Fault(out, FaultKind.PERMISSION, s.level)
    }
    if (p.pie && !p.hd && !p.qemu && (access & Access.WRITE) !== 0 && (s.lo & AP_READ_ONLY) !== 0) {
      out.dirtyBit = true
      out.write = true
      return stage1Fault(out, FaultKind.PERMISSION, s.level)
    }
    out.permissions = permissions
    const made = updateLeaf(regime, p, memory, access, out, recorder)
    if (made < 0) continue
    if (made !== FaultKind.NONE) return made
    describeLeaf(regime, p, access, out)
    return FaultKind.NONE
  }
  return stage1Fault(out, FaultKind.RETRY, s.level)
}

/**
 * Finds the PA of the entry at `out.stage1.entry`, through stage 2 if there is one, and leaves it in `out.stage1.oa`
 * (free until a leaf is found); `false` is a stage 2 fault, written to `out`.
 */
function readEntry(
  regime: TranslationRegime,
  p: TableParameters,
  memory: TableMemory,
  access: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): boolean {
  const s = out.stage1
  s.oaHi = s.entryHi
  s.oaLo = s.entryLo
  if (!regime.stage2Enabled) {
    s.assured = false
    return true
  }
  // `CreateAccDescS1TTW`: a read whatever the access is.
  // QEMU's AT instructions set the Access flag under tables.
  const traceless =
    (access & Access.NO_UPDATE) !== 0 && !(regime.stage2.qemu && (access & Access.ADDRESS_TRANSLATION) !== 0)
  let read = traceless ? Access.READ | Access.NO_UPDATE : Access.READ
  if (s.level === p.startLevel) read |= p === regime.upper ? FIRST_TABLE_UPPER : FIRST_TABLE_LOWER
  if (translateStage2(regime, memory, s.entryHi, s.entryLo, s.paspace, read, true, out, recorder) !== 0) return false
  s.oaHi = out.stage2.oaHi
  s.oaLo = out.stage2.oaLo
  s.entrySpace = out.stage2.oaSpace
  return true
}

/**
 * Hardware update of the leaf's Access flag and dirty state: `AArch64.SettingAccessFlagPermitted`,
 * `AArch64.SettingDirtyStatePermitted`. Only accesses without a fault update; for permission faults the Access flag is
 * CONSTRAINED UNPREDICTABLE.
 * @returns 0, a stage 2 fault, or -1 to start again.
 */
function updateLeaf(
  regime: TranslationRegime,
  p: TableParameters,
  memory: TableMemory,
  access: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): number {
  const s = out.stage1
  let set = 0
  let clear = 0
  if ((s.lo & ACCESS_FLAG) === 0) {
    set = ACCESS_FLAG
    out.updates |= Update.STAGE1_ACCESS_FLAG
  }
  if ((access & Access.WRITE) !== 0 && (s.lo & AP_READ_ONLY) !== 0 && dirtyManaged(p, s, access)) {
    clear = AP_READ_ONLY
    out.updates |= Update.STAGE1_DIRTY
  }
  if ((set | clear) === 0 || (access & Access.NO_UPDATE) !== 0) return FaultKind.NONE
  return updateEntry(regime, p, memory, s.entryHi, s.entryLo, s.level, set, clear, out, recorder)
}

/** Results of {@link stepAndMark} beyond those of a step. */
const MARKING_FAULT = -3
const MARKING_LOST = -4

/**
 * A step that sets the Access flag of a table descriptor (FEAT_HAFT; `AArch64.S1Walk`): after the check of the next table's
 * address, before it is read.
 */
function stepAndMark(
  regime: TranslationRegime,
  p: TableParameters,
  memory: TableMemory,
  hi: number,
  lo: number,
  access: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): number {
  const s = out.stage1
  const { entryHi, entryLo, level } = s
  const found = step(p, hi, lo, s)
  if (found !== Step.TABLE || (s.lo & ACCESS_FLAG) !== 0) return found
  out.updates |= Update.STAGE1_TABLE_ACCESS_FLAG
  if ((access & Access.NO_UPDATE) !== 0) return found
  const made = updateEntry(regime, p, memory, entryHi, entryLo, level, ACCESS_FLAG, 0, out, recorder)
  if (made === FaultKind.NONE) return found
  return made < 0 ? MARKING_LOST : MARKING_FAULT
}

/**
 * Changes bits of the descriptor in the state, that of `level` at the address `entryHi:entryLo`.
 * @returns 0, a fault, or -1 to start again.
 */
function updateEntry(
  regime: TranslationRegime,
  p: TableParameters,
  memory: TableMemory,
  entryHi: number,
  entryLo: number,
  level: number,
  set: number,
  clear: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): number {
  const s = out.stage1
  if (regime.stage2Enabled) {
    // `CreateAccDescTTEUpdate`: the table's page must be writable at stage 2, and becomes dirty there.
    const update = Access.READ | Access.WRITE
    const fault = translateStage2(regime, memory, entryHi, entryLo, s.paspace, update, true, out, recorder)
    if (fault !== FaultKind.NONE) return fault
    const { oaHi, oaLo } = out.stage2
    s.entryPa = toNumber(oaHi, oaLo)
    s.entrySpace = out.stage2.oaSpace
    // `AArch64.MemSwapTableDesc` checks again: stage 2 may have changed since the read.
    if (regime.granuleProtection.enabled && !granuleAllows(regime, memory, s, oaHi, oaLo, out, recorder)) {
      return stage1Fault(out, FaultKind.GRANULE_PROTECTION_ON_WALK, level)
    }
  }
  return swapDescriptor(p, memory, s.entryPa, s, set, clear) ? FaultKind.NONE : -1
}

/** `AArch64.MAIRAttr`: with TCR2_ELx.AIE, descriptor bit 59 is AttrIndx[3] and selects from MAIR2_ELx. */
function stage1MairByte(regime: TranslationRegime, p: TableParameters, s: StageState): number {
  const index = (s.lo >>> 2) & 7
  return p.aie && (s.hi & ATTR_INDX_3) !== 0
    ? mairByte(regime.mair2Hi, regime.mair2Lo, index)
    : mairByte(regime.mairHi, regime.mairLo, index)
}

/** `AArch64.S1NextWalkStateLeaf`: attributes of the leaf. */
function describeLeaf(regime: TranslationRegime, p: TableParameters, access: number, out: Translation): void {
  const s = out.stage1
  const attr = stage1MairByte(regime, p, s)
  const fetching = (access & Access.EXECUTE) !== 0
  const cacheable = fetching ? regime.fetchCacheable : regime.dataCacheable
  out.attr = p.qemu ? attr : stage1Attributes(attr, fetching, cacheable, p.xs)
  out.sh = p.highBits === HighBits.DS ? p.sh : (s.lo >>> 8) & 3
  const fromSecure = p.tableSpace === SecurityState.SECURE && s.paspace === SecurityState.NON_SECURE
  out.notGlobal = regime.hasUnprivileged && ((s.lo & NOT_GLOBAL) !== 0 || fromSecure)
  out.guarded = (s.hi & GUARDED) !== 0
  // `AArch64.ContiguousBit`: RES0 in the largest blocks.
  const largest = !p.d128 && (p.granuleBits === 12 ? s.level <= 0 : s.level <= 1)
  out.contiguous = (s.hi & CONTIGUOUS) !== 0 && !largest && !p.pnch
  out.level = s.level
  out.stage1SizeLog2 = s.sizeLog2
}

/** `AArch64.VAIsOutOfRange`: every bit from the top to the input size must equal bit 55. */
function outOfRange(p: TableParameters, hi: number, lo: number, access: number, upper: boolean): boolean {
  const fetching = (access & Access.EXECUTE) !== 0
  const maskHi = fetching ? p.fetchRangeHi : p.rangeHi
  const maskLo = fetching ? p.fetchRangeLo : p.rangeLo
  return upper ? (~hi & maskHi) !== 0 || (~lo & maskLo) !== 0 : (hi & maskHi) !== 0 || (lo & maskLo) !== 0
}

/** `AArch64.S1DisabledOutput`: the flat map, with the PA size as the only check. */
function disabled(
  regime: TranslationRegime,
  p: TableParameters,
  hi: number,
  lo: number,
  access: number,
  out: Translation,
): number {
  const fetching = (access & Access.EXECUTE) !== 0
  const topByteIgnored = p.tbi && !(fetching && p.tbid)
  let address = topByteIgnored ? hi & 0x00ff_ffff : hi
  // The tag is as VA[55] is, and of one range zero.
  if (p.mtx && !p.tbi && (!fetching || regime.defaultCacheable)) {
    address = regime.hasUnprivileged && (hi & VA_55) !== 0 ? address | LOGICAL_TAG : address & ~LOGICAL_TAG
  }
  if ((address & (-1 << (regime.features.paSize - 32))) !== 0) return stage1Fault(out, FaultKind.ADDRESS_SIZE, 0)
  const s = out.stage1
  s.oaHi = address >>> 0
  s.oaLo = lo >>> 0
  s.oaSpace = regime.security
  s.assured = false
  s.level = 0
  s.hi = 0
  s.lo = 0
  s.sizeLog2 = 0
  out.permissions = ALL_PERMISSIONS
  if (regime.defaultCacheable) out.attr = NORMAL_WRITE_BACK
  else out.attr = fetching ? disabledFetchAttributes(regime.fetchCacheable) : DEVICE_nGnRnE
  out.sh = regime.defaultCacheable ? Shareability.NON : Shareability.OUTER
  out.notGlobal = false
  out.guarded = false
  out.contiguous = false
  out.level = 0
  out.stage1SizeLog2 = 0
  return FaultKind.NONE
}

function stage1Fault(out: Translation, kind: number, level: number): number {
  out.fault = kind
  out.level = level
  out.stage = 1
  out.s1ptw = false
  return kind
}
