/**
 * The result of a granule protection check (FEAT_RME).
 *
 * @module
 */
import type { Descriptor } from './memory.ts'

/** Why a granule protection check failed, as the pseudocode's `GPCF`; 0 where it did not. */
export const GranuleFault = {
  NONE: 0,
  /** The table is beyond GPCCR_EL3.PPS. */
  ADDRESS_SIZE: 1,
  /** The registers or an entry are not valid. */
  WALK: 2,
  /** The granule is of another physical address space. */
  FAIL: 3,
  /** External abort on the read of an entry. */
  EXTERNAL: 4,
} as const

/** What a check found. Reused from check to check. */
export class GranuleCheck implements Descriptor {
  /** A value of {@link GranuleFault}. */
  fault = 0
  /** Level of the fault, 0 or 1. */
  level = 0
  /** log2 of the aligned block around the address that the answer holds for; 63 where it holds for all. */
  sizeLog2 = 63
  /** Entries read, in all checks since {@link begin}. */
  reads = 0
  /** The last entry read. */
  hi = 0
  lo = 0

  /** A translation begins. */
  begin(): void {
    this.fault = GranuleFault.NONE
    this.reads = 0
  }
}
