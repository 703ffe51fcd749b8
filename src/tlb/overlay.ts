/**
 * Permission overlays (FEAT_S1POE, FEAT_S2POE): a leaf's POIndex selects a field of POR_EL1, POR_EL0 or S2POR_EL1, which
 * takes permissions away. It gives none.
 *
 * @module
 */
import type { TableParameters } from './parameters.ts'
import { permissionField, piIndex, STAGE2_FIELDS } from './permission-indirection.ts'
import { Permission, type StageState } from './translation.ts'

const R = 1
const W = 2
const X = 4

/** What a field of POR_ELx leaves (`AArch64.S1OverlayPermissions`); values above these are reserved and leave nothing. */
const LEAVES = [0, R, X, R | X, W, R | W, W | X, R | W | X]

/** Place of `OVERLAY_DENIES_*` in {@link Permission}, over the bits of read, write and execute. */
export const OVERLAY_SHIFT = 10
const UNPRIVILEGED_SHIFT = 3

const PX = Permission.PRIVILEGED_EXECUTE
const UX = Permission.UNPRIVILEGED_EXECUTE

/**
 * Puts the overlay of stage 1 over a leaf's base permissions, WXN included (`AArch64.S1ComputePermissions`).
 *
 * A field 0b1xxx of PIR_ELx is not overlaid. Where WXN would forbid execution, an overlay that leaves it forbids the write
 * instead.
 *
 * @param base what the descriptor allows.
 * @param wxn `PRIVILEGED_EXECUTE` and `UNPRIVILEGED_EXECUTE` where WXN is in question.
 */
export function stage1Overlay(p: TableParameters, s: StageState, base: number, wxn: number): number {
  const index = (s.hi >>> 28) & p.poIndexMask
  let permissions = base
  const pi = p.pie ? piIndex(s) : 0
  if (p.poe && !(p.pie && permissionField(p.pirHi, p.pirLo, pi) >= 8)) {
    const leaves = LEAVES[permissionField(p.porHi, p.porLo, index)] ?? 0
    permissions |= denial(leaves, (wxn & PX) !== 0) << OVERLAY_SHIFT
    if ((leaves & X) === 0) permissions &= ~(wxn & PX)
  } else permissions &= ~(wxn & PX)
  if (p.e0poe && !(p.pie && permissionField(p.pire0Hi, p.pire0Lo, pi) >= 8)) {
    const leaves = LEAVES[permissionField(p.por0Hi, p.por0Lo, index)] ?? 0
    permissions |= denial(leaves, (wxn & UX) !== 0) << (OVERLAY_SHIFT + UNPRIVILEGED_SHIFT)
    if ((leaves & X) === 0) permissions &= ~(wxn & UX)
  } else permissions &= ~(wxn & UX)
  return permissions
}

/** What a field of an overlay takes away of read, write and execute. */
function denial(leaves: number, wxn: boolean): number {
  const denied = ~leaves & (R | W | X)
  return wxn && (leaves & X) !== 0 ? denied | W : denied
}

/**
 * Puts the overlay of stage 2 over its base permissions (`AArch64.S2OverlayPermissions`, `AArch64.S2ComputePermissions`).
 * It has S2PIR_EL2's encodings; a page stays a first table of stage 1 only if it is mostly read-only with the overlay too.
 */
export function stage2Overlay(p: TableParameters, s: StageState, base: number): number {
  const field = STAGE2_FIELDS[permissionField(p.porHi, p.porLo, (s.hi >>> 27) & 15)] as number
  const rights = 0x3f
  let permissions = base | ((~field & rights) << OVERLAY_SHIFT)
  const mostlyReadOnly = Permission.MOSTLY_READ_ONLY
  if ((field & mostlyReadOnly) !== 0) permissions |= Permission.OVERLAY_MOSTLY_READ_ONLY
  const topLevel = Permission.TOP_LEVEL_0 | Permission.TOP_LEVEL_1
  return isMostlyReadOnly(permissions) ? permissions | (field & topLevel) : permissions & ~topLevel
}

/**
 * MRO of `AArch64.S2CheckPermissions`: of writes only the walk's, and read-check-write instructions', are allowed, by base
 * and overlay together.
 */
export function isMostlyReadOnly(permissions: number): boolean {
  const { PRIVILEGED_READ: read, PRIVILEGED_WRITE: write } = Permission
  // A field that is write-only is so for all.
  if ((permissions & (read | (read << OVERLAY_SHIFT))) !== read) return false
  const base = (permissions & write) !== 0
  const overlay = (permissions & (write << OVERLAY_SHIFT)) === 0
  return (
    !(base && overlay) &&
    (base || (permissions & Permission.MOSTLY_READ_ONLY) !== 0) &&
    (overlay || (permissions & Permission.OVERLAY_MOSTLY_READ_ONLY) !== 0)
  )
}
