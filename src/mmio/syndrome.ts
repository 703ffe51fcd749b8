import { FaultKind, faultKindOf, type Translation } from '../tlb/index.ts'

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
const ISS2_TAG_NOT_DATA = 1 << 10
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
    (page.noTagAccess ? ISS2_NO_TAG_ACCESS : 0) |
    (page.tagNotData ? ISS2_TAG_NOT_DATA : 0)
  )
}

/** DFSC is a synchronous external abort, of the access or of a walk (pseudocode `IsExternalAbort`). */
export function isExternalAbort(status: number): boolean {
  return status === DFSC_EXTERNAL || (status >= DFSC_EXTERNAL_ON_WALK - 2 && status < DFSC_EXTERNAL_ON_WALK + 4)
}

/** What {@link walkSyndrome} may add to a DFSC: S1PTW, and TopLevel. */
const S1PTW = 1 << 7
const TOP_LEVEL = 1 << 21
const WALK = 0x3f | S1PTW | TOP_LEVEL

/**
 * What the ISS says of a translation that failed (pseudocode `AArch64.FaultSyndrome`): DFSC and, of a fault of the guest's
 * own stage 2, S1PTW and TopLevel.
 */
export function walkSyndrome(page: Translation): number {
  return page.fsc | (page.s1ptw ? S1PTW : 0) | (page.topLevel ? TOP_LEVEL : 0)
}

/**
 * Whether HPFAR_EL2 holds the address of a fault of stage 2 (pseudocode `IPAValid`).
 *
 * @param status - from `walkSyndrome`.
 */
export function hasIpa(status: number): boolean {
  const kind = faultKindOf(status & 0x3f)
  if (kind === FaultKind.PERMISSION) return (status & S1PTW) !== 0
  return kind === FaultKind.ACCESS_FLAG || kind === FaultKind.TRANSLATION || kind === FaultKind.ADDRESS_SIZE
}

/** ESR_ELx.IL: the instruction is 32 bits long. */
export const IL: number = 1 << 25
const WNR = 1 << 6
const CM = 1 << 8
/** ISV, and with what follows it the instruction syndrome: ISS[24:14]. */
const ISV = 1 << 24
const INSTRUCTION = 0x7ff << 14

/**
 * ESR_ELx of a data abort, taken apart. Reused. Fields are read when they are asked for: a fault needs nine of fifteen, and
 * each is as short as what V8 inlines always.
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
  private esr = 0

  /**
   * Takes a syndrome apart.
   * @param esr - bits 31:0 of ESR_ELx.
   */
  parse(esr: number): this {
    this.esr = esr | 0
    return this
  }

  /** Exception class, six bits. */
  get ec(): number {
    return this.esr >>> 26
  }

  /** IL: the instruction is 32 bits long. */
  get il(): boolean {
    return (this.esr & IL) !== 0
  }

  /** The instruction syndrome (SAS, SSE, SRT, SF, AR) is valid. */
  get isv(): boolean {
    return (this.esr & (1 << 24)) !== 0
  }

  /** SAS in bytes: 1, 2, 4, 8. */
  get size(): number {
    return 1 << ((this.esr >>> 22) & 3)
  }

  /** SSE: a loaded value is sign-extended. */
  get signExtend(): boolean {
    return (this.esr & (1 << 21)) !== 0
  }

  /** SRT: 0..30, or 31 for XZR. */
  get srt(): number {
    return (this.esr >>> 16) & 31
  }

  /** SF: the register is 64 bits wide. */
  get sixtyFour(): boolean {
    return (this.esr & (1 << 15)) !== 0
  }

  /** AR: the access has acquire or release semantics. */
  get ordered(): boolean {
    return (this.esr & (1 << 14)) !== 0
  }

  /** VNCR: the access is a redirected one of FEAT_NV2, not one that the instruction names. */
  get vncr(): boolean {
    return (this.esr & (1 << 13)) !== 0
  }

  /** FnV: FAR is not valid. */
  get farInvalid(): boolean {
    return (this.esr & (1 << 10)) !== 0
  }

  /** EA: IMPLEMENTATION DEFINED class of an external abort. */
  get externalAbortType(): boolean {
    return (this.esr & (1 << 9)) !== 0
  }

  /** CM: a cache maintenance or address translation instruction. */
  get cacheMaintenance(): boolean {
    return (this.esr & (1 << 8)) !== 0
  }

  /** S1PTW: a stage 2 fault of a stage 1 table walk. */
  get tableWalk(): boolean {
    return (this.esr & (1 << 7)) !== 0
  }

  /** WnR: 1 for a write; 1 for cache maintenance; 0 for the read of an atomic that may not even read. */
  get write(): boolean {
    return (this.esr & WNR) !== 0
  }

  /** DFSC, six bits. */
  get status(): number {
    return this.esr & 0x3f
  }

  /** DFSC is a Translation fault, of any level. */
  get translationFault(): boolean {
    const { esr } = this
    return (esr & 0x3c) === 0x04 || (esr & 0x3e) === 0x2a
  }

  /** DFSC is a Permission fault, of any level. */
  get permissionFault(): boolean {
    return (this.esr & 0x3c) === 0x0c
  }
}

/**
 * ESR_ELx of a data abort as EL1 sees it: no instruction syndrome, which only a stage 2 abort to EL2 may have
 * (DDI 0487, ISS encoding for an exception from a Data Abort, ISV).
 *
 * @param lower - taken from a lower Exception level than its target.
 * @param write - WnR.
 * @param status - DFSC, six bits, or with S1PTW and TopLevel where a walk has them (`walkSyndrome`).
 * @returns 32 bits, unsigned.
 *
 * @example
 * ```ts
 * dataAbortSyndrome(false, true, DFSC_EXTERNAL).toString(16) // '96000050'
 * ```
 */
export function dataAbortSyndrome(lower: boolean, write: boolean, status: number): number {
  const ec = lower ? ExceptionClass.DATA_ABORT_LOWER : ExceptionClass.DATA_ABORT_SAME
  return ((ec << 26) | IL | (write ? WNR : 0) | (status & WALK)) >>> 0
}

/**
 * ESR_EL2 of a fault of the guest's own stage 2: with the instruction syndrome, and CM, that the host's hardware reported of
 * the very instruction; but not on a table walk, nor of an external abort.
 *
 * @param esr - of {@link dataAbortSyndrome}.
 * @param reported - bits 31:0 of the host's ESR_EL2.
 * @returns 32 bits, unsigned.
 */
export function stage2AbortSyndrome(esr: number, reported: number): number {
  let told = esr
  if ((reported & CM) !== 0) told |= CM | WNR
  const valid = (reported & ISV) !== 0 && (esr & S1PTW) === 0 && !isExternalAbort(esr & 0x3f)
  if (valid) told = (told & ~(IL | TOP_LEVEL)) | (reported & (IL | INSTRUCTION))
  return told >>> 0
}

/** ESR_ELx of an UNDEFINED instruction: an unknown reason. */
export const UNDEFINED_SYNDROME: number = (ExceptionClass.UNKNOWN << 26) | IL

/** ESR_ELx of an SP alignment fault: no syndrome (DDI 0487, ISS encoding for an exception with an unknown reason). */
export const SP_ALIGNMENT_SYNDROME: number = ((ExceptionClass.SP_ALIGNMENT << 26) | IL) >>> 0
