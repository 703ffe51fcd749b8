/**
 * Faults of a translation, and the fault status codes that report them.
 *
 * @module
 */

/** Why a translation has no result. Faults are values: nothing throws. */
export const FaultType = {
  NONE: 0,
  TRANSLATION: 1,
  ACCESS_FLAG: 2,
  PERMISSION: 3,
  ADDRESS_SIZE: 4,
  /** Synchronous external abort on a translation table walk. */
  EXTERNAL_WALK: 5,
} as const

/** A value of {@link FaultType}. */
export type FaultType = (typeof FaultType)[keyof typeof FaultType]

const NAMES = ['none', 'translation', 'access flag', 'permission', 'address size', 'external abort on walk'] as const

/** The name of a fault type as the manual has it, in lower case. */
export function faultName(type: FaultType): string {
  return NAMES[type]
}

/** Status codes of level 0 (bits 5:2), and of level -1 where there is one. */
const LEVEL_0 = [0, 0b000100, 0b001000, 0b001100, 0b000000, 0b010100] as const
const LEVEL_MINUS_1 = [0, 0b101011, 0, 0, 0b101001, 0b010011] as const

/**
 * The fault status code (ESR_ELx.DFSC or IFSC, six bits) of a fault at a level (DDI 0487, ISS encoding for a Data
 * Abort; Sail `EncodeLDFSC`).
 *
 * @example
 * ```ts
 * faultStatusCode(FaultType.TRANSLATION, 3).toString(2) // '111'
 * faultStatusCode(FaultType.TRANSLATION, -1).toString(2) // '101011'
 * ```
 */
export function faultStatusCode(type: FaultType, level: number): number {
  return level < 0 ? LEVEL_MINUS_1[type] : LEVEL_0[type] | level
}
