import { bit, bits } from '../bits.ts'
import { elementLog2 } from './bitmask.ts'

/**
 * Rules that depend on more than fixed bits, by name.
 *
 * A rule of `UNPREDICTABLE` makes an allocated word CONSTRAINED UNPREDICTABLE; names are Sail's
 * (`Unpredictable_WBOVERLAPLD` and so on, arm-v9.4-a `v8_base.sail`) where Sail has one. A rule of `RESERVED`
 * makes a word of the pattern unallocated. Every rule is a function of the word alone.
 *
 * @module
 */

/** A rule: true of the words that it is about. */
export type Rule = (word: number) => boolean

/** The names of `UNPREDICTABLE`. */
export type ConstraintName =
  | 'WBOVERLAPLD'
  | 'WBOVERLAPST'
  | 'LDPOVERLAP'
  | 'WBOVERLAPPAIR'
  | 'DATAOVERLAP'
  | 'DATAOVERLAPPAIR'
  | 'BASEOVERLAP'
  | 'LDPOVERLAP_ORDERED'
  | 'WBOVERLAPPAIR_ORDERED'
  | 'LSE128OVERLAP'
  | 'MOPSOVERLAP31'
  | 'MOPSOVERLAP31_SET'
  | 'MOPSOVERLAP31_SETGO'

/** The names of `RESERVED`. */
export type ReservedName =
  | 'ODD_RS'
  | 'ODD_RT'
  | 'ARRANGEMENT_1D'
  | 'ODD_RT_NOT_31'
  | 'BITMASK'
  | 'BITMASK_IMM13'
  | 'TSZ_ZERO'
  | 'TSZ_ZERO_PREDICATED'
  | 'TSZ_NOT_ONE_HOT'
  | 'PSEL_TSZ_ZERO'
  | 'SHIFTED_BYTE'
  | 'SIZE_1D'
  | 'SZ_1D'
  | 'SZ_1D_INDEX'
  | 'SIZE_2S'
  | 'IMMH_1D'
  | 'IMM5_1D'
  | 'EXT_BYTE'
  | 'COMPLEX_4H'

const Rt = (w: number): number => w & 31
const Rn = (w: number): number => bits(w, 5, 5)
const Rt2 = (w: number): number => bits(w, 10, 5)
const Rs = (w: number): number => bits(w, 16, 5)

/** CONSTRAINED UNPREDICTABLE rules (DDI 0487, K1.2 "AArch64 CONSTRAINED UNPREDICTABLE behaviors"). */
export const UNPREDICTABLE: Readonly<Record<ConstraintName, Rule>> = {
  /** Write-back load whose base is a destination. */
  WBOVERLAPLD: (w) => Rn(w) !== 31 && Rt(w) === Rn(w),
  /** Write-back store whose base is the data. */
  WBOVERLAPST: (w) => Rn(w) !== 31 && Rt(w) === Rn(w),
  /** Load pair into one register twice. */
  LDPOVERLAP: (w) => Rt(w) === Rt2(w),
  /** Write-back pair whose base is one of the pair. */
  WBOVERLAPPAIR: (w) => Rn(w) !== 31 && (Rt(w) === Rn(w) || Rt2(w) === Rn(w)),
  /** Store exclusive whose status register is the data. */
  DATAOVERLAP: (w) => Rs(w) === Rt(w),
  /** Store exclusive pair whose status register is one of the data. */
  DATAOVERLAPPAIR: (w) => Rs(w) === Rt(w) || Rs(w) === Rt2(w),
  /** Store exclusive whose status register is the base. */
  BASEOVERLAP: (w) => Rn(w) !== 31 && Rs(w) === Rn(w),
  /** LDPOVERLAP of LDIAPP, LDAP, LDAPP: their Rt2 is where others have Rs. */
  LDPOVERLAP_ORDERED: (w) => Rt(w) === Rs(w),
  /** WBOVERLAPPAIR of LDIAPP and STILP. */
  WBOVERLAPPAIR_ORDERED: (w) => Rn(w) !== 31 && (Rt(w) === Rn(w) || Rs(w) === Rn(w)),
  /** 128-bit atomic or RCW{S} operation on one register twice: Rt2 is where others have Rs. */
  LSE128OVERLAP: (w) => Rt(w) === Rs(w),
  /** CPY: two of Rd, Rs and Rn are one register, or one is 31. UNDEFINED or NOP. */
  MOPSOVERLAP31: (w) =>
    Rt(w) === 31 || Rn(w) === 31 || Rs(w) === 31 || Rs(w) === Rn(w) || Rs(w) === Rt(w) || Rn(w) === Rt(w),
  /** The same of SET, whose Rs is a value that may be zero. UNDEFINED or NOP. */
  MOPSOVERLAP31_SET: (w) => Rt(w) === 31 || Rn(w) === 31 || Rs(w) === Rn(w) || Rs(w) === Rt(w) || Rn(w) === Rt(w),
  /** The same of SETGO, which has no Rs. */
  MOPSOVERLAP31_SETGO: (w) => Rt(w) === 31 || Rn(w) === 31 || Rn(w) === Rt(w),
}

/** Rules under which a word is unallocated. */
export const RESERVED: Readonly<Record<ReservedName, Rule>> = {
  /** A pair in consecutive registers must begin with an even one: Rs. */
  ODD_RS: (w) => (Rs(w) & 1) !== 0,
  /** The same of Rt. */
  ODD_RT: (w) => (Rt(w) & 1) !== 0,
  /** size:Q is 110, the arrangement 1D, which LD2-LD4 and ST2-ST4 (multiple structures) do not have. */
  ARRANGEMENT_1D: (w) => bits(w, 10, 2) === 3 && bits(w, 30, 1) === 0,
  /** SYSP: a pair begins with an even register, or is XZR twice. */
  ODD_RT_NOT_31: (w) => (Rt(w) & 1) !== 0 && Rt(w) !== 31,
  /** N:immr:imms is no logical immediate (`DecodeBitMasks`). */
  BITMASK: (w) => elementLog2(bit(w, 22), bits(w, 10, 6)) < 0,
  /** imm13 of SVE is no logical immediate. */
  BITMASK_IMM13: (w) => elementLog2(bit(w, 17), bits(w, 5, 6)) < 0,
  /** tszh:tszl of an unpredicated SVE shift or narrowing names no element size. */
  TSZ_ZERO: (w) => bits(w, 22, 2) === 0 && bits(w, 19, 2) === 0,
  /** The same of a predicated shift. */
  TSZ_ZERO_PREDICATED: (w) => bits(w, 22, 2) === 0 && bits(w, 8, 2) === 0,
  /** tszh:tszl of SQXTNB and its kin: 001, 010 and 100 are element sizes. */
  TSZ_NOT_ONE_HOT: (w) => ![1, 2, 4].includes((bit(w, 22) << 2) | bits(w, 19, 2)),
  /** tszh:tszl of PSEL names no element size. */
  PSEL_TSZ_ZERO: (w) => bit(w, 22) === 0 && bits(w, 18, 3) === 0,
  /** A byte element has no immediate shifted by 8. */
  SHIFTED_BYTE: (w) => bits(w, 22, 2) === 0 && bit(w, 13) === 1,
  /** size:Q is 110: Advanced SIMD instructions on vectors have no 1D. */
  SIZE_1D: (w) => bits(w, 22, 2) === 3 && bit(w, 30) === 0,
  /** The same of sz:Q, 10. */
  SZ_1D: (w) => bit(w, 22) === 1 && bit(w, 30) === 0,
  /** By element: sz:Q is 10 (of a vector), or sz:L is 11: L is no bit of a doubleword's index. */
  SZ_1D_INDEX: (w) => bit(w, 22) === 1 && (bit(w, 30) === 0 || bit(w, 21) === 1),
  /** size:Q is 100: reductions across a vector have no 2S. */
  SIZE_2S: (w) => bits(w, 22, 2) === 2 && bit(w, 30) === 0,
  /** immh:Q of a shift is 1xxx0: no 1D. */
  IMMH_1D: (w) => bit(w, 22) === 1 && bit(w, 30) === 0,
  /** imm5:Q of DUP is x10000: no 1D. */
  IMM5_1D: (w) => bits(w, 16, 4) === 8 && bit(w, 30) === 0,
  /** EXT: imm4 is past the end of an 8-byte vector. */
  EXT_BYTE: (w) => bit(w, 30) === 0 && bit(w, 14) === 1,
  /** FCMLA (by element) of 4H: H:L is past the second pair. */
  COMPLEX_4H: (w) => bit(w, 30) === 0 && bit(w, 11) === 1,
}
