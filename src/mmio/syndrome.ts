import { bit, bits } from '../bits.ts'
import { FaultKind, type Translation } from '../tlb/index.ts'

/** ESR_ELx.EC values that nisv meets (DDI 0487, ESR_EL2). */
export const ExceptionClass = {
  UNKNOWN: 0x00,
  PAC_FAIL: 0x1c,
  INSTRUCTION_ABORT_LOWER: 0x20,
  INSTRUCTION_ABORT_SAME: 0x21,
  DATA_ABORT_LOWER: 0x24,
  DATA_ABORT_SAME: 0x25,
  SP_ALIGNMENT: 0x26,
  MEMORY_COPY_SET: 0x27,
  GUARDED_CONTROL_STACK: 0x2d,
} as const

/** Synchronous external abort, not on a table walk. */
export const DFSC_EXTERNAL = 0x10
/** Synchronous external abort on a table walk, of level 0; the others follow, and those of levels -2 and -1 come before. */
const DFSC_EXTERNAL_ON_WALK = 0x14
/** Alignment fault. */
export const DFSC_ALIGNMENT = 0x21
/** IMPLEMENTATION DEFINED: unsupported Exclusive or atomic access. */
export const DFSC_UNSUPPORTED_EXCLUSIVE = 0x35

/** Synchronous Tag Check Fault. */
export const DFSC_TAG_CHECK = 0x11

/** ISS2 of a data abort, ESR_ELx[55:32]. */
const ISS2_DIRTY_BIT = 1 << 5
const ISS2_OVERLAY = 1 << 6
const ISS2_ASSURED_ONLY = 1 << 7
const ISS2_NO_TAG_ACCESS = 1 << 9
/** The access was one to a Guarded Control Stack: told of every kind of abort. */
export const ISS2_GCS: number = 1 << 8

/**
 * What ISS2 says of a translation that failed: of Permission faults only (pseudocode `AArch64.FaultSyndrome`).
 * @returns ESR_ELx[63:32].
 */
export function permissionSyndrome(page: Translation): number {
  if (page.fault !== FaultKind.PERMISSION) return 0
  return (
    (page.dirtyBit ? ISS2_DIRTY_BIT : 0) |
    (page.overlay ? ISS2_OVERLAY : 0) |
    (page.assuredOnly ? ISS2_ASSURED_ONLY : 0) |
    (page.noTagAccess ? ISS2_NO_TAG_ACCESS : 0)
  )
}

/** DFSC is a synchronous external abort, of the access or of a walk (pseudocode `IsExternalAbort`). */
export function isExternalAbort(status: number): boolean {
  return status === DFSC_EXTERNAL || (status >= DFSC_EXTERNAL_ON_WALK - 2 && status < DFSC_EXTERNAL_ON_WALK + 4)
}

/** ESR_ELx.IL: the instruction is 32 bits long. */
export const IL: number = 1 << 25
const WNR = 1 << 6

/**
 * ESR_ELx of a data abort, taken apart. One shape, reused: {@link parse} writes every field.
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
  /** IL: the instruction is 32 bits long. */
  il = false
  /** The instruction syndrome (SAS, SSE, SRT, SF, AR) is valid. */
  isv = false
  /** SAS in bytes: 1, 2, 4, 8. */
  size = 1
  /** SSE: a loaded value is sign-extended. */
  signExtend = false
  /** SRT: 0..30, or 31 for XZR. */
  srt = 0
  /** SF: the register is 64 bits wide. */
  sixtyFour = false
  /** AR: the access has acquire or release semantics. */
  ordered = false
  /** VNCR: the access is a redirected one of FEAT_NV2, not one that the instruction names. */
  vncr = false
  /** FnV: FAR is not valid. */
  farInvalid = false
  /** EA: IMPLEMENTATION DEFINED class of an external abort. */
  externalAbortType = false
  /** CM: a cache maintenance or address translation instruction. */
  cacheMaintenance = false
  /** S1PTW: a stage 2 fault of a stage 1 table walk. */
  tableWalk = false
  /** WnR: 1 for a write; 1 for cache maintenance; 0 for the read of an atomic that may not even read. */
  write = false
  /** DFSC, six bits. */
  status = 0

  /**
   * Takes a syndrome apart.
   * @param esr - bits 31:0 of ESR_ELx.
   */
  parse(esr: number): this {
    this.ec = bits(esr, 26, 6)
    this.il = bit(esr, 25) === 1
    this.isv = bit(esr, 24) === 1
    this.size = 1 << bits(esr, 22, 2)
    this.signExtend = bit(esr, 21) === 1
    this.srt = bits(esr, 16, 5)
    this.sixtyFour = bit(esr, 15) === 1
    this.ordered = bit(esr, 14) === 1
    this.vncr = bit(esr, 13) === 1
    this.farInvalid = bit(esr, 10) === 1
    this.externalAbortType = bit(esr, 9) === 1
    this.cacheMaintenance = bit(esr, 8) === 1
    this.tableWalk = bit(esr, 7) === 1
    this.write = bit(esr, 6) === 1
    this.status = bits(esr, 0, 6)
    return this
  }

  /** DFSC is a Translation fault, of any level. */
  get translationFault(): boolean {
    return (this.status & 0x3c) === 0x04 || this.status === 0x2b || this.status === 0x2a
  }

  /** DFSC is a Permission fault, of any level. */
  get permissionFault(): boolean {
    return (this.status & 0x3c) === 0x0c
  }
}

/**
 * ESR_ELx of a data abort as EL1 sees it: no instruction syndrome, which only a stage 2 abort to EL2 may have
 * (DDI 0487, ISS encoding for an exception from a Data Abort, ISV).
 *
 * @param lower - taken from a lower Exception level than its target.
 * @param write - WnR.
 * @param status - DFSC, six bits.
 * @returns 32 bits, unsigned.
 *
 * @example
 * ```ts
 * dataAbortSyndrome(false, true, DFSC_EXTERNAL).toString(16) // '96000050'
 * ```
 */
export function dataAbortSyndrome(lower: boolean, write: boolean, status: number): number {
  const ec = lower ? ExceptionClass.DATA_ABORT_LOWER : ExceptionClass.DATA_ABORT_SAME
  return ((ec << 26) | IL | (write ? WNR : 0) | (status & 0x3f)) >>> 0
}

/** ESR_ELx of an UNDEFINED instruction: an unknown reason. */
export const UNDEFINED_SYNDROME: number = (ExceptionClass.UNKNOWN << 26) | IL

/** ESR_ELx of an SP alignment fault: no syndrome (DDI 0487, ISS encoding for an exception with an unknown reason). */
export const SP_ALIGNMENT_SYNDROME: number = ((ExceptionClass.SP_ALIGNMENT << 26) | IL) >>> 0
