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
/** What a field of S2PIR_EL2 allows (`AArch64.S2IndirectBasePermissions`). */
const STAGE2 = [
  0,
  0,
  READ,
  READ,
  WRITE,
  0,
  READ,
  READ,
  READ,
  READ | UX,
  READ | PX,
  READ | PX | UX,
  READ | WRITE,
  READ | WRITE | UX,
  READ | WRITE | PX,
  READ | WRITE | PX | UX,
]
/** Fields of S2PIR_EL2 that let the walk of stage 1 update its descriptors: bit n for field n. */
const STAGE2_WALK_WRITES = 0b1111_0000_1100_1100

/** PIIndex of a 64-bit descriptor: bits 54, 53, 51, 6. */
function piIndex(s: StageState): number {
  return ((s.hi >>> 19) & 0b1100) | ((s.hi >>> 18) & 0b0010) | ((s.lo >>> 6) & 1)
}

/** The 4-bit field of a register that an index selects. */
function permissionField(hi: number, lo: number, index: number): number {
  return ((index >= 8 ? hi : lo) >>> ((index & 7) * 4)) & 15
}

/** Stage 1 permissions by PIR_EL1 and PIRE0_EL1, in the layout of {@link Permission}. */
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
  if (privileged === WXN_FIELD) own &= ~X
  if (unprivileged === WXN_FIELD) el0 &= ~X
  const permissions = (own & (R | W | X)) | ((el0 & (R | W | X)) << 3)
  // By the pseudocode reserved fields, which allow nothing, count too; not in QEMU.
  const panField = p.qemu ? (STAGE1[unprivileged] as number) : unprivileged
  return !p.nv1 && panField !== 0 ? permissions | Permission.PAN_DENIES : permissions
}

/** Stage 2 permissions by S2PIR_EL2; with `tableWalk` the write is that of a stage 1 descriptor. */
export function stage2Indirect(p: TableParameters, s: StageState, tableWalk: boolean): number {
  const field = permissionField(p.pirHi, p.pirLo, piIndex(s))
  const permissions = STAGE2[field] as number
  if (!tableWalk) return permissions
  return ((STAGE2_WALK_WRITES >> field) & 1) !== 0 ? permissions | WRITE : permissions & ~WRITE
}
