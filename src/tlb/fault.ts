/**
 * Faults of a walk, as integers, and their 6-bit fault status code (DDI 0487, ESR_ELx.DFSC / IFSC, PAR_EL1.FST).
 *
 * @module
 */

/** Why a translation ended. `NONE` is 0, so a result is tested by truth. */
export const FaultKind = {
  NONE: 0,
  ADDRESS_SIZE: 1,
  TRANSLATION: 2,
  ACCESS_FLAG: 3,
  PERMISSION: 4,
  /** Synchronous External abort on a descriptor read. */
  EXTERNAL_ON_WALK: 5,
  /** Synchronous External abort, not on a walk. Never made by a walk; a handler reports it. */
  EXTERNAL: 6,
  PARITY_ON_WALK: 7,
  PARITY: 8,
  ALIGNMENT: 9,
  TLB_CONFLICT: 10,
  /** Unsupported atomic hardware update: the memory of the table refuses atomic accesses. */
  UNSUPPORTED_ATOMIC_UPDATE: 11,
  /** IMPLEMENTATION DEFINED: unsupported Exclusive or atomic access. */
  UNSUPPORTED_ATOMIC: 12,
  /**
   * Not architectural, without status code: other vCPUs kept changing the leaf descriptor under the walk's
   * compare-and-swap. Nothing was changed; resume the guest at the same PC.
   */
  RETRY: 13,
  /** Granule Protection Fault (FEAT_RME) on a descriptor read, or on the access itself. `Translation.granule` says why. */
  GRANULE_PROTECTION_ON_WALK: 14,
  GRANULE_PROTECTION: 15,
} as const

/** The value of {@link faultStatusCode} where the architecture has no code for the pair. */
export const NO_STATUS_CODE = -1

const NAMES = [
  'no fault',
  'Address size fault',
  'Translation fault',
  'Access flag fault',
  'Permission fault',
  'Synchronous External abort on translation table walk',
  'Synchronous External abort',
  'Synchronous parity or ECC error on translation table walk',
  'Synchronous parity or ECC error',
  'Alignment fault',
  'TLB conflict abort',
  'Unsupported atomic hardware update fault',
  'Unsupported Exclusive or Atomic access',
  'descriptor changed during the walk',
  'Granule Protection Fault on translation table walk',
  'Granule Protection Fault',
]

/** Status codes of faults that have no level; index is the kind. */
const WITHOUT_LEVEL: readonly number[] = [-1, -1, -1, -1, -1, -1, 0x10, -1, 0x18, 0x21, 0x30, 0x31, 0x35, -1, -1, 0x28]
/** Status codes at level 0 of faults that have a level. */
const AT_LEVEL_0: readonly number[] = [-1, 0x00, 0x04, 0x08, 0x0c, 0x14, -1, 0x1c, -1, -1, -1, -1, -1, -1, 0x24]
/** Status codes at level -1 (FEAT_LPA2) and -2 (FEAT_D128), which are in no row. */
const AT_LEVEL_MINUS_1: readonly number[] = [-1, 0x29, 0x2b, -1, -1, 0x13, -1, 0x1b, -1, -1, -1, -1, -1, -1, 0x23]
const AT_LEVEL_MINUS_2: readonly number[] = [-1, 0x2c, 0x2a, -1, -1, 0x12, -1, 0x1a, -1, -1, -1, -1, -1, -1, 0x22]

/**
 * The fault status code of a fault (`EncodeLDFSC`): what ESR_ELx.DFSC, ESR_ELx.IFSC and PAR_EL1.FST hold.
 *
 * @param kind a value of {@link FaultKind}.
 * @param level the level of the walk, -2..3; of no matter for faults that have none.
 * @returns 6 bits, or {@link NO_STATUS_CODE}.
 *
 * @example
 * ```ts
 * faultStatusCode(FaultKind.PERMISSION, 3) // 0x0f
 * faultStatusCode(FaultKind.TRANSLATION, -1) // 0x2b
 * ```
 */
export function faultStatusCode(kind: number, level: number): number {
  const plain = WITHOUT_LEVEL[kind] ?? NO_STATUS_CODE
  if (plain !== NO_STATUS_CODE) return plain
  if (level >= 0) {
    const base = AT_LEVEL_0[kind] ?? NO_STATUS_CODE
    return base === NO_STATUS_CODE || level > 3 ? NO_STATUS_CODE : base + level
  }
  const row = level === -1 ? AT_LEVEL_MINUS_1 : level === -2 ? AT_LEVEL_MINUS_2 : undefined
  return row?.[kind] ?? NO_STATUS_CODE
}

/**
 * The kind of fault that a status code names.
 * @param fsc 6 bits of ESR_ELx.DFSC, ESR_ELx.IFSC or PAR_EL1.FST.
 * @returns a value of {@link FaultKind}; `FaultKind.NONE` for codes that no walk and no handler of nisv knows.
 *
 * @example
 * ```ts
 * faultKindOf(0x07) === FaultKind.TRANSLATION // true
 * faultLevelOf(0x07) // 3
 * ```
 */
export function faultKindOf(fsc: number): number {
  if (!Number.isInteger(fsc) || fsc < 0) return FaultKind.NONE
  const plain = WITHOUT_LEVEL.indexOf(fsc)
  if (plain >= 0) return plain
  const row = fsc < 0x40 ? AT_LEVEL_0.indexOf(fsc & 0x3c) : -1
  if (row >= 0) return row
  return Math.max(AT_LEVEL_MINUS_1.indexOf(fsc), AT_LEVEL_MINUS_2.indexOf(fsc), FaultKind.NONE)
}

/** The level that a status code names, -2..3; `undefined` where the code has none or is unknown. */
export function faultLevelOf(fsc: number): number | undefined {
  const kind = faultKindOf(fsc)
  if (kind === FaultKind.NONE || WITHOUT_LEVEL[kind] !== -1) return undefined
  if (AT_LEVEL_MINUS_1[kind] === fsc) return -1
  if (AT_LEVEL_MINUS_2[kind] === fsc) return -2
  return fsc & 3
}

/** A fault in the manual's words. @example `faultName(FaultKind.TRANSLATION, 2) // 'Translation fault, level 2'` */
export function faultName(kind: number, level: number): string {
  const name = NAMES[kind] ?? `fault ${kind}`
  return AT_LEVEL_0[kind] === undefined || AT_LEVEL_0[kind] === -1 ? name : `${name}, level ${level}`
}
