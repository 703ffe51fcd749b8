import { bit, bits } from '../bits.ts'

/** ESR_ELx.EC values that nisv meets (DDI 0487, ESR_EL2). */
export const ExceptionClass = {
  UNKNOWN: 0x00,
  INSTRUCTION_ABORT_LOWER: 0x20,
  INSTRUCTION_ABORT_SAME: 0x21,
  DATA_ABORT_LOWER: 0x24,
  DATA_ABORT_SAME: 0x25,
} as const

/** Synchronous external abort, not on a table walk. */
export const DFSC_EXTERNAL = 0x10
/** Alignment fault. */
export const DFSC_ALIGNMENT = 0x21

/**
 * ESR_ELx of a data abort, taken apart. One shape, reused: {@link parse} fills it.
 *
 * @example
 * ```ts
 * const s = new Syndrome().parse(0x9383_0007)
 * s.isv // true
 * s.size // 4
 * s.srt // 3
 * ```
 */
export class Syndrome {
  /** Exception class, six bits. */
  ec = 0
  /** The instruction syndrome below is valid. */
  isv = false
  /** SAS in bytes: 1, 2, 4, 8. */
  size = 1
  /** SSE: a loaded value is sign-extended. */
  signExtend = false
  /** SRT: 0..30, or 31 for XZR. */
  srt = 0
  /** SF: the register is 64 bits wide. */
  sixtyFour = false
  /** AR: acquire or release. */
  ordered = false
  /** FnV: FAR is not valid. */
  farInvalid = false
  /** CM: a cache maintenance or address translation instruction. */
  cacheMaintenance = false
  /** S1PTW: a stage 2 fault of a stage 1 table walk. */
  tableWalk = false
  /** WnR. */
  write = false
  /** DFSC, six bits. */
  status = 0

  /** @param esr - bits 31:0 of ESR_ELx. */
  parse(esr: number): this {
    this.ec = bits(esr, 26, 6)
    this.isv = bit(esr, 24) === 1
    this.size = 1 << bits(esr, 22, 2)
    this.signExtend = bit(esr, 21) === 1
    this.srt = bits(esr, 16, 5)
    this.sixtyFour = bit(esr, 15) === 1
    this.ordered = bit(esr, 14) === 1
    this.farInvalid = bit(esr, 10) === 1
    this.cacheMaintenance = bit(esr, 8) === 1
    this.tableWalk = bit(esr, 7) === 1
    this.write = bit(esr, 6) === 1
    this.status = bits(esr, 0, 6)
    return this
  }

  /** Translation fault of any level. */
  get translationFault(): boolean {
    return (this.status & 0x3c) === 0x04 || this.status === 0x2b || this.status === 0x2a
  }

  /** Permission fault of any level. */
  get permissionFault(): boolean {
    return (this.status & 0x3c) === 0x0c
  }
}
