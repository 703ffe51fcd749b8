/**
 * What a descriptor makes a walk do next.
 *
 * @module
 */

/** What a step of a walk found: a value of `FaultKind` (0 .. 15), or one of these. */
export const Step = {
  /** The next table; its entry's address is in the state. */
  TABLE: -1,
  /** A page or block; the output address is in the state. */
  LEAF: -2,
} as const
