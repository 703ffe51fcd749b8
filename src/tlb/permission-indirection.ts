/**
 * Permission indirection (FEAT_S1PIE, FEAT_S2PIE): descriptors hold an index into PIR_EL1, PIRE0_EL1, S2PIR_EL2.
 *
 * @module
 */
import type { TableParameters } from './parameters.ts'
import { Permission, type StageState } from './translation.ts'

const R = 1
const W = 2
const X = 4
/** Guarded Control Stack accesses (FEAT_GCS). */
const GCS = 8

/**
 * What a field of PIR_EL1 or PIRE0_EL1 allows (`AArch64.S1IndirectBasePermissions`). Reserved values allow nothing. The
 * field 0b0110 allows execution until WXN, which it implies, takes it away: {@link WXN_FIELD}.
 */
const STAGE1 = [0, R, X, R | X, 0, R | W, R | W | X, R | W | X, R, R | GCS, R | X, 0, R | W, 0, R | W | X, 0]
const WXN_FIELD = 6

const PX = Permission.PRIVILEGED_EXECUTE
const UX = Permission.UNPRIVILEGED_EXECUTE
const READ = Permission.PRIVILEGED_READ | Permission.UNPRIVILEGED_READ
const WRITE = Permission.PRIVILEGED_WRITE | Permission.UNPRIVILEGED_WRITE
/** Reads, and writes of the walk of stage 1 and of read-check-write instructions. */
const MRO = READ | Permission.MOSTLY_READ_ONLY
/**
 * What a field of S2PIR_EL2 allows (`AArch64.S2IndirectBasePermissions`), and one of S2POR_EL1 leaves
 * (`AArch64.S2OverlayPermissions`).
 */
export const STAGE2_FIELDS: readonly number[] = [
  0,
  0,
  MRO,
  MRO | Permission.TOP_LEVEL_1,
  WRITE,
  0,
  MRO | Permission.TOP_LEVEL_0,
  MRO | Permission.TOP_LEVEL_0 | Permission.TOP_LEVEL_1,
  READ,
  READ | UX,
  READ | PX,
  READ | PX | UX,
  READ | WRITE,
  READ | WRITE | UX,
  READ | WRITE | PX,
  READ | WRITE | PX | UX,
]
/** PIIndex of a 64-bit descriptor: bits 54, 53, 51, 6. */
export function piIndex(s: StageState): number {
  return ((s.hi >>> 19) & 0b1100) | ((s.hi >>> 18) & 0b0010) | ((s.lo >>> 6) & 1)
}

/** The 4-bit field of a register that an index selects. */
export function permissionField(hi: number, lo: number, index: number): number {
  return ((index >= 8 ? hi : lo) >>> ((index & 7) * 4)) & 15
}

/** Stage 1 permissions by PIR_EL1 and PIRE0_EL1, before WXN, in the layout of {@link Permission}. */
export function stage1Indirect(p: TableParameters, s: StageState): number {
  const index = piIndex(s)
  const privileged = permissionField(p.pirHi, p.pirLo, index)
  const unprivileged = p.nv1 ? 0 : permissionField(p.pire0Hi, p.pire0Lo, index)
  let own = STAGE1[privileged] as number
  let el0 = STAGE1[unprivileged] as number
  // What EL0 can write, EL1 neither executes nor keeps a control stack in: the combination allows nothing.
  if ((own & (X | GCS)) !== 0 && (el0 & (W | GCS)) !== 0) {
    own = 0
    el0 = 0
  }
  let permissions = (own & (R | W | X)) | ((el0 & (R | W | X)) << 3)
  if (p.gcs) {
    if ((own & GCS) !== 0) permissions |= Permission.PRIVILEGED_GCS
    if ((el0 & GCS) !== 0) permissions |= Permission.UNPRIVILEGED_GCS
  }
  // By the pseudocode reserved fields, which allow nothing, count too; not in QEMU.
  const panField = p.qemu ? (STAGE1[unprivileged] as number) : unprivileged
  return !p.nv1 && panField !== 0 ? permissions | Permission.PAN_DENIES : permissions
}

/** Execute permissions that WXN is to take: of the field that implies it, also where the other level's takes all it gives. */
export function indirectWxn(p: TableParameters, s: StageState): number {
  const index = piIndex(s)
  let wxn = 0
  if (permissionField(p.pirHi, p.pirLo, index) === WXN_FIELD) wxn |= PX
  if (permissionField(p.pire0Hi, p.pire0Lo, index) === WXN_FIELD) wxn |= UX
  return wxn
}

/** Stage 2 permissions by S2PIR_EL2. */
export function stage2Indirect(p: TableParameters, s: StageState): number {
  return STAGE2_FIELDS[permissionField(p.pirHi, p.pirLo, piIndex(s))] as number
}
