/**
 * Guarded Control Stacks (FEAT_GCS): whether GCSSTR and GCSSTTR may store to one (pseudocode `CheckGCSSTREnabled`,
 * `GCSSTRTrapException`).
 *
 * @module
 */

import { bit, bits } from '../bits.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'
import { ExceptionClass, IL } from './syndrome.ts'

/** GCSCR_ELx.STREn and GCSCRE0_EL1.STREn. */
const STREN = 9
/** ISS.ExType of the trap. */
const STORE_TRAP = 0b0010 << 20

/**
 * Whether the instruction stores, as far as the Exception level's own control register goes. One that stores as EL0 would,
 * from EL1 or EL2, needs no leave.
 *
 * A trap to a hypervisor by HFGITR_EL2.nGCSSTR_EL1 comes before stage 2 sees an access: whoever gets the abort had none.
 */
export function storesToStack(registers: RegisterAccess, unprivileged: boolean): boolean {
  const { regs } = registers
  const level = bits(regs.lo(Reg.PSTATE), 2, 2)
  if (level !== 0 && unprivileged) return true
  const control = level === 0 ? Reg.GCSCRE0_EL1 : level === 2 ? Reg.GCSCR_EL2 : Reg.GCSCR_EL1
  registers.read(control)
  return bit(regs.lo(control), STREN) === 1
}

/**
 * ESR_ELx of the trap of GCSSTR or GCSSTTR: the registers that the word names.
 *
 * @example
 * ```ts
 * storeTrapSyndrome(0xd91f_0c41).toString(16) // 'b6200820': gcsstr x1, [x2]
 * ```
 */
export function storeTrapSyndrome(word: number): number {
  const iss = STORE_TRAP | (bits(word, 5, 5) << 10) | (bits(word, 0, 5) << 5)
  return ((ExceptionClass.GUARDED_CONTROL_STACK << 26) | IL | iss) >>> 0
}
