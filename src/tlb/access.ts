/**
 * What an access asks of a walk: the part of Arm's `AccessDescriptor` that a translation depends on, as one integer.
 *
 * @module
 */

/**
 * Bits of an access. The low three line up with the permission bits of {@link Permission}: a check is one AND.
 *
 * An atomic read-modify-write is `READ | WRITE`: what its read meets too faults as a read (ESR_ELx.WnR is 0).
 */
export const Access = {
  READ: 1,
  WRITE: 2,
  EXECUTE: 4,
  /** Made with EL0's permissions: at EL0, or by LDTR and STTR at EL1. */
  UNPRIVILEGED: 8,
  /** PSTATE.PAN is 1 (FEAT_PAN; AT S1E1R and S1E1W are made without). Without effect on EL0 and on fetches. */
  PAN: 16,
  /**
   * Hardware updates of the Access flag and of dirty state are not made, only told (`Translation.updates`): for
   * debuggers, which must leave no trace, and for AT instructions, which need not set the flag.
   */
  NO_UPDATE: 32,
  /** Ends after stage 1: `pa` is the IPA. What AT S1E0R .. S1E1W ask. Descriptors still go through stage 2. */
  STAGE1_ONLY: 64,
  /** Made by an AT instruction; comes with `NO_UPDATE`. Only `Features.qemu` tells it from a debugger's. */
  ADDRESS_TRANSLATION: 128,
  /**
   * Made to a Guarded Control Stack (FEAT_GCS), with `READ` or `WRITE`: by calls and returns, GCSPUSHM, GCSSTR and their
   * kin. Asks stage 1 for the permission that is theirs, whatever it reads or writes.
   */
  GCS: 256,
  /**
   * A read-check-write instruction's, with `READ` and `WRITE` (FEAT_THE): stage 2 may let it write what other stores may
   * not.
   */
  READ_CHECK_WRITE: 512,
  /** Reads or writes Allocation Tags (FEAT_MTE2): LDG, STG and their kin. */
  TAG_ACCESS: 1024,
  /** Has its tag checked, where the memory is Tagged. */
  TAG_CHECKED: 2048,
  /**
   * Of a contiguous non-fault load, or of a gathering first-fault load but for its first element (FEAT_SVE): TCR_ELx.NFDn
   * turns EL0's away.
   */
  NON_FAULT: 4096,
} as const

/** A load at EL1. */
export const LOAD: number = Access.READ
/** A store at EL1. */
export const STORE: number = Access.WRITE
/** An instruction fetch at EL1. */
export const FETCH: number = Access.EXECUTE
/** A read by a debugger or an explainer with EL1's permissions: changes nothing. */
export const DEBUG_LOAD: number = Access.READ | Access.NO_UPDATE

/** PSTATE.PAN in a word of SPSR_EL1's layout (DDI 0487, C5.2.19). */
const PSTATE_PAN = 1 << 22
/** PSTATE.UAO in the same word. */
const PSTATE_UAO = 1 << 23
/** PSTATE.EL in the same word, M[3:2]. */
const PSTATE_EL = 0b1100

/**
 * The access that an instruction makes under `pstate`.
 *
 * @param kind `Access.READ`, `Access.WRITE`, both of them, or `Access.EXECUTE`.
 * @param pstate PSTATE as SPSR_ELx lays it out: EL in [3:2], PAN in [22], UAO in [23].
 * @param unprivileged whether the instruction is one of LDTR, STTR and their kin. They use EL0's permissions at EL1
 * unless PSTATE.UAO is 1 (DDI 0487, `AArch64.IsUnprivAccessPriv`).
 *
 * @example
 * ```ts
 * accessOf(Access.READ, 0x6040_0005) // 17: READ | PAN, at EL1h
 * accessOf(Access.READ, 0x6040_0005, true) // 25: READ | UNPRIVILEGED | PAN
 * ```
 */
export function accessOf(kind: number, pstate: number, unprivileged = false): number {
  let access = kind
  if ((pstate & PSTATE_EL) === 0 || (unprivileged && (pstate & PSTATE_UAO) === 0)) access |= Access.UNPRIVILEGED
  if ((pstate & PSTATE_PAN) !== 0) access |= Access.PAN
  return access
}
