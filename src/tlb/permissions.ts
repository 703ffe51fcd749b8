/**
 * Stage 1 and stage 2 permissions of a leaf descriptor, and whether an access has them.
 *
 * @module
 */
import { Access } from './access.ts'
import type { TableParameters } from './parameters.ts'
import { stage1Indirect, stage2Indirect } from './permission-indirection.ts'
import { Permission, type StageState } from './translation.ts'

/** Descriptor attributes that are in the high half. */
const DBM = 1 << (51 - 32)
const BIT_53 = 1 << (53 - 32)
const BIT_54 = 1 << (54 - 32)
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
 * `AArch64.S1ApplyOutputPerms` and `AArch64.S1DirectBasePermissions`, WXN applied: what EL1 and EL0 may do.
 * @param access bits of `Access`: only whose walk it is counts.
 * @returns bits of {@link Permission}.
 */
export function stage1Permissions(p: TableParameters, s: StageState, access: number): number {
  if (p.pie) return stage1Indirect(p, s)
  const table = p.hpd ? 0 : s.tableAttributes
  // A page whose dirty state hardware manages is writable: the write clears AP[2].
  const ap2 = (s.lo & (1 << 7)) !== 0
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
  // What EL0 can write, EL1 does not execute. WXN: what a level can write, it does not execute.
  const writable = !readOnly && !(p.qemu && ap2)
  const privilegedExecute = !pxn && !(writable && el0)
  if (privilegedExecute && !(writable && p.wxn)) permissions |= Permission.PRIVILEGED_EXECUTE
  if (!uxn && !(writable && el0 && p.wxn)) permissions |= Permission.UNPRIVILEGED_EXECUTE
  // EPAN looks at UXN before WXN.
  if (!p.nv1 && (el0 || (p.epan && !uxn))) {
    permissions |= Permission.PAN_DENIES
    if (p.qemu && privilegedExecute) permissions |= Permission.PAN_EXECUTES
  }
  return permissions
}

/**
 * `AArch64.S2ApplyOutputPerms` and `AArch64.S2DirectBasePermissions`, in the layout of {@link Permission}.
 * @param tableWalk the write permission is the one for updates of stage 1 descriptors.
 */
export function stage2Permissions(p: TableParameters, s: StageState, access: number, tableWalk: boolean): number {
  if (p.pie) return stage2Indirect(p, s, tableWalk)
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

/** The accesses of `Access.READ`, `WRITE`, `EXECUTE` that `permissions` refuse: `AArch64.S1CheckPermissions`. */
export function refused(permissions: number, access: number): number {
  let allowed = (access & Access.UNPRIVILEGED) !== 0 ? permissions >> 3 : permissions
  const pan = Access.PAN | Access.UNPRIVILEGED
  if ((access & pan) === Access.PAN && (permissions & Permission.PAN_DENIES) !== 0) {
    allowed &= ~(Access.READ | Access.WRITE)
    if ((permissions & Permission.PAN_EXECUTES) !== 0) allowed |= Access.EXECUTE
  }
  return access & ~allowed & (Access.READ | Access.WRITE | Access.EXECUTE)
}
