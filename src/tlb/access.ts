/**
 * What a translation is for. One number, so that nothing is made per access: OR the flags together.
 *
 * @module
 */
export const Access = {
  LOAD: 0,
  STORE: 1,
  EXECUTE: 2,
  /** Made with EL0's permissions: EL0 itself, or LDTR/STTR at EL1 without UAO. */
  USER: 4,
  /** PSTATE.PAN is in force. */
  PAN: 8,
  /** A debugger's look: no Access flag or Permission faults. */
  DEBUG: 16,
} as const
