/**
 * Stage 1 and stage 2 permissions of a leaf descriptor, and whether an access has them.
 *
 * @module
 */
import { Access } from './access.ts'
import { OVERLAY_SHIFT, stage1Overlay, stage2Overlay } from './overlay.ts'
import type { TableParameters } from './parameters.ts'
import { indirectWxn, stage1Indirect, stage2Indirect } from './permission-indirection.ts'
import { Permission, type StageState } from './translation.ts'

const KINDS = Access.READ | Access.WRITE | Access.EXECUTE
const AP2 = 1 << 7
/** Descriptor attributes that are in the high half. */
const DBM = 1 << (51 - 32)
const BIT_53 = 1 << (53 - 32)
const BIT_54 = 1 << (54 - 32)
const BIT_58 = 1 << (58 - 32)
/** Bits of `StageState.tableAttributes`. */
const PXN_TABLE = 1
const UXN_TABLE = 2
const AP_TABLE_0 = 4
const AP_TABLE_1 = 8

/** Whether hardware manages the leaf's dirty state: by its Dirty Bit Modifier, or for all with indirection. */
export function dirtyManaged(p: TableParameters, s: StageState, access: number): boolean {
  // QEMU's AT instructions leave the modifier out.
  return p.hd && (p.pie || ((s.hi & DBM) !== 0 && !(p.qemu && (access & Access.ADDRESS_TRANSLATION) !== 0)))
}

/**
 * `AArch64.S1ComputePermissions`: what EL1 and EL0 may do, WXN and the overlay applied.
 * @param access bits of `Access`: only whose walk it is counts.
 * @returns bits of {@link Permission}.
 */
export function stage1Permissions(p: TableParameters, s: StageState, access: number): number {
  const base = p.pie ? stage1Indirect(p, s) : stage1Direct(p, s, access)
  const wxn = p.pie ? indirectWxn(p, s) : p.wxn ? directWxn(p, s, base) : 0
  return p.poe || p.e0poe ? stage1Overlay(p, s, base, wxn) : base & ~wxn
}

/** `AArch64.S1ApplyOutputPerms` and `AArch64.S1DirectBasePermissions`, before WXN. */
function stage1Direct(p: TableParameters, s: StageState, access: number): number {
  const table = p.hpd ? 0 : s.tableAttributes
  // A page whose dirty state hardware manages is writable: the write clears AP[2].
  const ap2 = (s.lo & AP2) !== 0
  let readOnly = ap2 && !dirtyManaged(p, s, access)
  let el0 = (s.lo & (1 << 6)) !== 0
  let pxn = (s.hi & BIT_53) !== 0
  let uxn = (s.hi & BIT_54) !== 0
  if (p.nv1) {
    // HCR_EL2.{NV, NV1} = {1, 1}: one privileged level only; PXN is where UXN was.
    el0 = false
    pxn = uxn || (table & UXN_TABLE) !== 0
    uxn = false
  } else {
    el0 &&= (table & AP_TABLE_0) === 0
    pxn ||= (table & PXN_TABLE) !== 0
    uxn ||= (table & UXN_TABLE) !== 0
  }
  readOnly ||= (table & AP_TABLE_1) !== 0

  let permissions: number = Permission.PRIVILEGED_READ
  if (!readOnly) permissions |= Permission.PRIVILEGED_WRITE
  if (el0) permissions |= Permission.UNPRIVILEGED_READ
  if (el0 && !readOnly) permissions |= Permission.UNPRIVILEGED_WRITE
  // What EL0 can write, EL1 does not execute.
  const writable = !readOnly && !(p.qemu && ap2)
  if (!pxn && !(writable && el0)) permissions |= Permission.PRIVILEGED_EXECUTE
  if (!uxn) permissions |= Permission.UNPRIVILEGED_EXECUTE
  // EPAN looks at UXN before WXN.
  if (!p.nv1 && (el0 || (p.epan && !uxn))) {
    permissions |= Permission.PAN_DENIES
    if (p.qemu && (permissions & Permission.PRIVILEGED_EXECUTE) !== 0) permissions |= Permission.PAN_EXECUTES
  }
  return permissions
}

/** SCTLR_ELx.WXN: what a level can write, it does not execute. The execute permissions that this takes. */
function directWxn(p: TableParameters, s: StageState, base: number): number {
  if (p.qemu && (s.lo & AP2) !== 0) return 0
  return (base << 1) & base & (Permission.PRIVILEGED_EXECUTE | Permission.UNPRIVILEGED_EXECUTE)
}

/** `AArch64.S2ComputePermissions`, in the layout of {@link Permission}. */
export function stage2Permissions(p: TableParameters, s: StageState, access: number): number {
  const base = p.pie ? stage2Indirect(p, s) : stage2Direct(p, s, access)
  const permissions = p.poe ? stage2Overlay(p, s, base) : base
  return p.gcsh && !isAssuredOnly(p, s) ? permissions | Permission.DENIES_PRIVILEGED_GCS : permissions
}

/** The leaf is for addresses that stage 1 assures: AssuredOnly, descriptor bit 58 (FEAT_THE). */
export function isAssuredOnly(p: TableParameters, s: StageState): boolean {
  return p.assuredOnly && (s.hi & BIT_58) !== 0
}

/** `AArch64.S2ApplyOutputPerms` and `AArch64.S2DirectBasePermissions`. */
function stage2Direct(p: TableParameters, s: StageState, access: number): number {
  const read = (s.lo & (1 << 6)) !== 0
  const write = (s.lo & (1 << 7)) !== 0 || dirtyManaged(p, s, access)
  // XN[1:0] in bits [54:53]: 00 all execute, 01 EL0 only, 10 none, 11 EL1 only. Without FEAT_XNX, [53] is ignored.
  const xn = (s.hi & BIT_54) !== 0
  const other = p.xnx && (s.hi & BIT_53) !== 0
  let permissions = 0
  if (read) permissions |= Permission.PRIVILEGED_READ | Permission.UNPRIVILEGED_READ
  if (write) permissions |= Permission.PRIVILEGED_WRITE | Permission.UNPRIVILEGED_WRITE
  if (xn === other) permissions |= Permission.PRIVILEGED_EXECUTE
  if (!xn) permissions |= Permission.UNPRIVILEGED_EXECUTE
  return permissions
}

/** With the refused accesses of {@link refused} and {@link stage2Refused}: it was an overlay that refused them. */
export const BY_OVERLAY = 8
/** Likewise: it was VTCR_EL2.GCSH. */
export const BY_ASSURANCE = 16

/**
 * The accesses of `Access.READ`, `WRITE`, `EXECUTE` that `permissions` refuse, with {@link BY_OVERLAY} if an overlay did,
 * which is asked first: `AArch64.S1CheckPermissions`.
 */
export function refused(permissions: number, access: number): number {
  const unprivileged = (access & Access.UNPRIVILEGED) !== 0
  const kinds = access & KINDS
  if ((access & Access.GCS) !== 0) {
    // Neither overlays nor PAN have a say.
    const gcs = unprivileged ? Permission.UNPRIVILEGED_GCS : Permission.PRIVILEGED_GCS
    return (permissions & gcs) !== 0 ? 0 : kinds
  }
  const overlaid = kinds & (permissions >> (unprivileged ? OVERLAY_SHIFT + 3 : OVERLAY_SHIFT))
  if (overlaid !== 0) return overlaid | BY_OVERLAY
  let allowed = unprivileged ? permissions >> 3 : permissions
  if ((access & Access.PAN) !== 0 && !unprivileged && (permissions & Permission.PAN_DENIES) !== 0) {
    allowed &= ~(Access.READ | Access.WRITE)
    if ((permissions & Permission.PAN_EXECUTES) !== 0) allowed |= Access.EXECUTE
  }
  return kinds & ~allowed
}

/**
 * The accesses that stage 2's `permissions` refuse, likewise: `AArch64.S2CheckPermissions`.
 * @param tableWalk the access is to a stage 1 descriptor.
 */
export function stage2Refused(permissions: number, access: number, tableWalk: boolean): number {
  const shift = (access & Access.UNPRIVILEGED) !== 0 ? 3 : 0
  const kinds = access & KINDS
  const gcs = (access & (Access.GCS | Access.UNPRIVILEGED)) === Access.GCS
  if (gcs && (permissions & Permission.DENIES_PRIVILEGED_GCS) !== 0) return kinds | BY_ASSURANCE
  let allowed = permissions >> shift
  let overlaid = kinds & (permissions >> (OVERLAY_SHIFT + shift))
  if (tableWalk || (access & Access.READ_CHECK_WRITE) !== 0) {
    if ((permissions & Permission.MOSTLY_READ_ONLY) !== 0) allowed |= Access.WRITE
    if ((permissions & Permission.OVERLAY_MOSTLY_READ_ONLY) !== 0) overlaid &= ~Access.WRITE
  }
  return overlaid !== 0 ? overlaid | BY_OVERLAY : kinds & ~allowed
}
