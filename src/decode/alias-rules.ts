import { bit, bits } from '../bits.ts'
import { decodeBitMask, isMoveMask, isMoveWide } from './bitmask.ts'
import type { Rule } from './constraints.ts'
import { systemOperation } from './isa/tables/system-operations.ts'

/**
 * When an alias is preferred, where fixed bits do not tell: the conditions in the manual's alias tables ("Alias is
 * preferred when"), by name. Every rule is a function of the word alone.
 *
 * @module
 */

/** The names of `ALIAS_RULES`. */
export type AliasRuleName =
  | 'RN_EQUALS_RM'
  | 'RN_EQUALS_RM_NOT_AL'
  | 'NOT_AL'
  | 'RD_OR_RN_IS_SP'
  | 'IMMS_BELOW_IMMR'
  | 'IMMS_PLUS_1_IS_IMMR'
  | 'MOVE_WIDE_ZERO'
  | 'MOVE_WIDE_INVERTED'
  | 'NOT_MOVE_WIDE'
  | 'AT_OPERATION'
  | 'IC_OPERATION'
  | 'TLBI_OPERATION'
  | 'PLBI_OPERATION'
  | 'MLBI_OPERATION'
  | 'GIC_OPERATION'
  | 'TLBIP_OPERATION'
  | 'IC_ALL'
  | 'TLBI_ALL'
  | 'PLBI_ALL'
  | 'MLBI_ALL'
  | 'ZD_EQUALS_ZM'
  | 'PN_EQUALS_PM'
  | 'PD_EQUALS_PM'
  | 'PM_EQUALS_PG'
  | 'PN_PM_PG_EQUAL'
  | 'LANE_0'
  | 'MOVE_MASK'

const Rd = (w: number): number => w & 31
const Rn = (w: number): number => bits(w, 5, 5)
const Rm = (w: number): number => bits(w, 16, 5)
const immr = (w: number): number => bits(w, 16, 6)
const imms = (w: number): number => bits(w, 10, 6)
const imm16 = (w: number): number => bits(w, 5, 16)
const hw = (w: number): number => bits(w, 21, 2)
const isAlways = (w: number): boolean => bits(w, 13, 3) === 7

const Pd = (w: number): number => w & 15
const Pn = (w: number): number => bits(w, 5, 4)
const Pg = (w: number): number => bits(w, 10, 4)
const Pm = (w: number): number => bits(w, 16, 4)

const value = new Uint32Array(2)

/** The SYS word is an operation of that instruction, one that takes a register. */
const operationOf =
  (instruction: string): Rule =>
  (w) =>
    (systemOperation(instruction, bits(w, 5, 14))?.register ?? 'none') !== 'none'

/** The SYS word, whose Rt is 31, is an operation of that instruction that needs no register. */
const operationOnAll =
  (instruction: string): Rule =>
  (w) =>
    (systemOperation(instruction, bits(w, 5, 14))?.register ?? 'required') !== 'required'

/** Conditions of the alias rows. */
export const ALIAS_RULES: Readonly<Record<AliasRuleName, Rule>> = {
  /** ROR (immediate) of EXTR. */
  RN_EQUALS_RM: (w) => Rn(w) === Rm(w),
  /** CINC, CINV, CNEG: one source, and a condition that has an inverse. */
  RN_EQUALS_RM_NOT_AL: (w) => Rn(w) === Rm(w) && !isAlways(w),
  /** CSET, CSETM: a condition that has an inverse. */
  NOT_AL: (w) => !isAlways(w),
  /** MOV (to/from SP). */
  RD_OR_RN_IS_SP: (w) => Rd(w) === 31 || Rn(w) === 31,
  /** SBFIZ, UBFIZ, BFI. */
  IMMS_BELOW_IMMR: (w) => imms(w) < immr(w),
  /** LSL (immediate); SBFIZ and UBFIZ share the words. */
  IMMS_PLUS_1_IS_IMMR: (w) => imms(w) + 1 === immr(w),
  /** MOV (wide immediate): not zero in disguise. */
  MOVE_WIDE_ZERO: (w) => imm16(w) !== 0 || hw(w) === 0,
  /** MOV (inverted wide immediate): neither that, nor what MOVZ makes. */
  MOVE_WIDE_INVERTED: (w) => (imm16(w) !== 0 || hw(w) === 0) && (bit(w, 31) === 1 || imm16(w) !== 0xffff),
  /** MOV (bitmask immediate): `MoveWidePreferred` is false. */
  NOT_MOVE_WIDE: (w) => {
    decodeBitMask(bit(w, 22), immr(w), imms(w), value)
    return !isMoveWide(value[0] as number, value[1] as number, bit(w, 31) === 1 ? 64 : 32)
  },
  /** op1:CRn:CRm:op2 is an operation of that instruction (C5.4, C5.5). */
  AT_OPERATION: operationOf('at'),
  IC_OPERATION: operationOf('ic'),
  TLBI_OPERATION: operationOf('tlbi'),
  PLBI_OPERATION: operationOf('plbi'),
  MLBI_OPERATION: operationOf('mlbi'),
  GIC_OPERATION: operationOf('gic'),
  TLBIP_OPERATION: operationOf('tlbip'),
  /** The same, of operations that act on everything and take no register. */
  IC_ALL: operationOnAll('ic'),
  TLBI_ALL: operationOnAll('tlbi'),
  PLBI_ALL: operationOnAll('plbi'),
  MLBI_ALL: operationOnAll('mlbi'),
  /** MOV (vector, predicated). */
  ZD_EQUALS_ZM: (w) => Rd(w) === Rm(w),
  /** MOV, MOVS (predicate, predicated, zeroing). */
  PN_EQUALS_PM: (w) => Pn(w) === Pm(w),
  /** MOV (predicate, predicated, merging). */
  PD_EQUALS_PM: (w) => Pd(w) === Pm(w),
  /** NOT, NOTS (predicate). */
  PM_EQUALS_PG: (w) => Pm(w) === Pg(w),
  /** MOV, MOVS (predicate, unpredicated). */
  PN_PM_PG_EQUAL: (w) => Pn(w) === Pm(w) && Pm(w) === Pg(w),
  /** MOV (SIMD&FP scalar, unpredicated): imm2:tsz has one set bit, so the element is the lowest. */
  LANE_0: (w) => {
    const lane = (bits(w, 22, 2) << 5) | bits(w, 16, 5)
    return (lane & (lane - 1)) === 0
  },
  /** MOV (bitmask immediate) of DUPM: `SVEMoveMaskPreferred`. */
  MOVE_MASK: (w) => {
    decodeBitMask(bit(w, 17), bits(w, 11, 6), bits(w, 5, 6), value)
    return isMoveMask(value[0] as number, value[1] as number)
  },
}
