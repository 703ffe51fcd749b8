/**
 * What an instruction does, as data: registers, memory, flags and the way on. One fixed shape each.
 *
 * @module
 */

import type { AccessOrder } from '../access.ts'

/**
 * What holds state. `X` is X0 to X30 (a W register is bits 31:0 of one); `V` is V0 to V31 and Z0 to Z31, which are the
 * same registers; `P` is P0 to P15, which PN0 to PN15 are too. `SYSTEM` are the system registers, among which PSTATE's
 * fields are those that MRS reads (`PAN`, `DAIF`, `SVCR`); `NZCV`, `FPCR`, `FPSR` and `FPMR` stand for themselves.
 * XZR and WZR hold nothing and are never listed, nor what the exception level chooses (ELR, SPSR, GCSPR).
 */
export type RegisterFile =
  | 'X'
  | 'SP'
  | 'PC'
  | 'V'
  | 'P'
  | 'FFR'
  | 'ZA'
  | 'ZT0'
  | 'NZCV'
  | 'FPCR'
  | 'FPSR'
  | 'FPMR'
  | 'SYSTEM'

/** {@link BitRange.width} of a register whose length is the vector length, or follows from it. */
export const SCALABLE = -1

/** Bits `[lsb + width - 1 : lsb]` of a register. */
export interface BitRange {
  readonly lsb: number
  /** 1..128, or {@link SCALABLE}: to the end of the register. */
  readonly width: number
}

/**
 * How a register is written:
 *
 * - `none`: not at all.
 * - `full`: nothing of its old value is left. A write of W zeroes bits 63:32, one of B to Q or V all bits above
 *   (FPCR.NEP = 0).
 * - `partial`: only {@link RegisterUse.writes} may change; bits of V above 127 are zeroed all the same (INS, LD1 of a
 *   lane, XTN2, BIC of an immediate).
 * - `merging`: which bits keep their old value is not in the word (merging predication, cumulative FPSR bits, a slice of
 *   ZA that a register selects): the old value is an input, so {@link RegisterUse.reads} is set too.
 * - `conditional`: in full or not at all, and the word does not tell (PC of a conditional branch; what SMSTART resets).
 */
export type WriteKind = 'none' | 'full' | 'partial' | 'merging' | 'conditional'

/** One register, named once however often the instruction uses it. */
export interface RegisterUse {
  readonly file: RegisterFile
  /**
   * 0..30 (X), 0..31 (V), 0..15 (P). For ZA a 16-bit set of the 128-bit tiles that are concerned (bit n is ZAn.Q; all
   * of them where a register selects array vectors). For SYSTEM op0:op1:CRn:CRm:op2, 16 bits. 0 elsewhere.
   */
  readonly number: number
  /** The bits whose values the effect depends on, at most; `undefined` when it depends on none. */
  readonly reads: BitRange | undefined
  /** The bits that may change; `undefined` when {@link write} is `none`. */
  readonly writes: BitRange | undefined
  readonly write: WriteKind
  /** No operand of the syntax names it. */
  readonly implicit: boolean
}

/**
 * What an access is for. `compare-and-swap` and `atomic` read and write; `copy` and `set` are the stages of MOPS; `tag`
 * moves allocation tags alone; `zero` is DC ZVA; `prefetch` and `maintain` (cache and translation operations by
 * address) only name an address.
 */
export type MemoryKind =
  | 'load'
  | 'store'
  | 'atomic'
  | 'compare-and-swap'
  | 'copy'
  | 'set'
  | 'tag'
  | 'zero'
  | 'prefetch'
  | 'maintain'

/** One access, or one row of like accesses. */
export interface MemoryUse {
  readonly kind: MemoryKind
  readonly load: boolean
  readonly store: boolean
  /** Bytes of one element; 0 where a register decides (blocks of DC, whole scalable registers, tags in bulk). */
  readonly size: number
  /** Elements; `'VL'` where vector length, predicate or a register decides. */
  readonly count: number | 'VL'
  readonly order: AccessOrder
  readonly exclusive: boolean
  /** As if from EL0 (LDTR and kin); of MOPS also when only the reads or only the writes are. */
  readonly unprivileged: boolean
  readonly nonTemporal: boolean
  /** Allocation tags are loaded or stored, alone or beside the data. */
  readonly tags: '' | 'load' | 'store'
  /** The allocation tag of the address is checked (DDI 0487, D10: not relative to SP or PC with a constant). */
  readonly checked: boolean
  /** A gather or scatter: each element has an address of its own. */
  readonly scattered: boolean
}

/** Where execution goes. `call` links: X30 receives the return address. */
export type FlowKind =
  | 'next'
  | 'branch'
  | 'conditional'
  | 'indirect'
  | 'call'
  | 'indirect-call'
  | 'return'
  | 'exception'
  | 'exception-return'

/** The way on. */
export interface Flow {
  readonly kind: FlowKind
  /** Bytes from this instruction; `undefined` where the word does not tell. */
  readonly target: number | undefined
}

/** What becomes of one of the condition flags. */
export interface FlagUse {
  readonly read: boolean
  /** `clear`: always 0 afterwards. `result`: by the result, or by another flag. */
  readonly write: 'none' | 'clear' | 'result'
}

/** The effect on PSTATE.N, Z, C and V. */
export interface FlagUses {
  readonly n: FlagUse
  readonly z: FlagUse
  readonly c: FlagUse
  readonly v: FlagUse
}

/** What an instruction does to the Guarded Control Stack of its Exception level (FEAT_GCS). */
export interface ControlStackUse {
  /**
   * `push` moves GCSPR_ELx down and stores there; `pop` loads, compares and moves it up; `switch` exchanges a cap for
   * another stack; `store` is GCSSTR and GCSSTTR, whose address is a register's.
   */
  readonly kind: 'none' | 'push' | 'pop' | 'switch' | 'store'
  /** In every execution; false of calls and returns, which do it where GCSCR_ELx.PCRSEL says so. */
  readonly always: boolean
  /** Bytes of the record; 0 for none. */
  readonly size: number
}

/** All that {@link info} tells. */
export interface InstructionInfo {
  /** Each register once, in the order of the operands, implicit ones last. */
  readonly registers: readonly RegisterUse[]
  readonly memory: readonly MemoryUse[]
  readonly flow: Flow
  readonly flags: FlagUses
  readonly controlStack: ControlStackUse
  /** FEAT_ names without the prefix, all needed; `A|B` is either. A hint without its feature is a NOP. */
  readonly features: readonly string[]
  /** The manual's top-level class, such as `Loads and Stores`. */
  readonly group: string
}
