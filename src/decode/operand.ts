/**
 * Operands as data: discriminated by `kind`, one fixed shape per kind, immutable.
 *
 * {@link operands} derives them from the word; text, information, encoder and the emulator's plan derive from them.
 *
 * @module
 */

import type { Encoding } from './encoding.ts'

/** General-purpose (`W`, `X`), SIMD&FP scalar (`B`..`Q`) or vector (`V`), SVE vector (`Z`), predicate (`P`, `PN`) or tile (`ZA`). */
export type RegisterClass = 'W' | 'X' | 'B' | 'H' | 'S' | 'D' | 'Q' | 'V' | 'Z' | 'P' | 'PN' | 'ZA'

/** One register, with what the syntax says of it. */
export interface RegisterOperand {
  readonly kind: 'register'
  readonly class: RegisterClass
  /** 0..31. For `W` and `X`, 31 is the stack pointer if {@link sp}, else the zero register. */
  readonly number: number
  readonly sp: boolean
  /** Arrangement or element size without the dot, such as `16b` or `s`; `''` for none. */
  readonly arrangement: string
  /** Lane, or -1. */
  readonly index: number
  /** Predicate mode: `z`eroing, `m`erging, or none; `!` is a register that CPY and SET write back. */
  readonly mode: '' | 'z' | 'm' | '!'
}

/** Consecutive (modulo 32) or strided registers in braces. */
export interface ListOperand {
  readonly kind: 'list'
  readonly registers: readonly RegisterOperand[]
  /** Lane of every register, or -1. */
  readonly index: number
}

/** A number. */
export interface ImmediateOperand {
  readonly kind: 'immediate'
  readonly value: bigint | number
  /** How LLVM writes it when nobody asks otherwise. */
  readonly radix: 10 | 16
}

/** 64 bits whose bytes are each all zeros or all ones (MOVI, 64-bit). */
export interface ByteMaskOperand {
  readonly kind: 'byte-mask'
  readonly value: bigint
}

/** A constant of a floating-point instruction. */
export interface FloatOperand {
  readonly kind: 'float'
  readonly value: number
  /** Digits behind the point, as LLVM writes it: 1 where the word chooses between two constants, 8 for imm8. */
  readonly digits: 1 | 8
}

/** How many elements: a predicate constraint and, in counting instructions, a multiplier (DDI 0487, `DecodePredCount`). */
export interface PatternOperand {
  readonly kind: 'pattern'
  /** 0..31, the field `pattern`; 31 is all elements. */
  readonly value: number
  /** `pow2`, `vl1` to `vl256`, `mul4`, `mul3`, `all`; `''` for a number without a name, which selects no elements. */
  readonly name: string
  /** 1..16, or 0 where the instruction has none. */
  readonly multiplier: number
}

/** An element of a predicate, or a slice of ZA, that a general-purpose register plus a constant selects. */
export interface SliceOperand {
  readonly kind: 'slice'
  readonly register: RegisterOperand
  readonly select: RegisterOperand
  readonly offset: number
}

/** Slices of a tile of ZA, or array vectors of ZA, that a general-purpose register plus a constant selects. */
export interface ZaOperand {
  readonly kind: 'za'
  /** 0..15; -1 is the array itself. */
  readonly tile: number
  /** Horizontal or vertical slices; `''` for array vectors. */
  readonly direction: '' | 'h' | 'v'
  /** `b` to `q`; `''` where the instruction has no elements. */
  readonly arrangement: string
  /** W8 to W11, or W12 to W15. */
  readonly select: RegisterOperand
  readonly offset: number
  /** Consecutive slices or vectors from {@link offset}. */
  readonly count: 1 | 2 | 4
  /** Vectors of a group (`vgx2`, `vgx4`), or 0. */
  readonly group: 0 | 2 | 4
  /** Written in braces: what a load or store transfers. */
  readonly braces: boolean
}

/** The 64-bit tiles that ZERO clears: bit n is ZAn.D. */
export interface TilesOperand {
  readonly kind: 'tiles'
  /** 0..255. */
  readonly mask: number
}

/** A part of ZT0: bytes from its start, or a vector of it. */
export interface TableOperand {
  readonly kind: 'table'
  readonly offset: number
  /** The offset counts vector lengths. */
  readonly mulVl: boolean
}

/** How a register or an immediate is shifted or extended before it is used. */
export type ShiftKind =
  | 'lsl'
  | 'lsr'
  | 'asr'
  | 'ror'
  | 'msl'
  | 'uxtb'
  | 'uxth'
  | 'uxtw'
  | 'uxtx'
  | 'sxtb'
  | 'sxth'
  | 'sxtw'
  | 'sxtx'

/** `Xm, lsl #3`; `Wm, uxtb #1`. */
export interface ShiftedRegisterOperand {
  readonly kind: 'shifted'
  readonly register: RegisterOperand
  readonly shift: ShiftKind
  /** Bits, 0..63. */
  readonly amount: number
  /** The shift is written: LLVM leaves out `lsl #0`. */
  readonly shown: boolean
}

/** `#imm, lsl #12`. {@link ImmediateOperand} is the value before the shift. */
export interface ShiftedImmediateOperand {
  readonly kind: 'shifted-immediate'
  readonly value: number
  readonly radix: 10
  readonly shift: ShiftKind
  readonly amount: number
  readonly shown: boolean
}

/** `[base, offset]` and its kin. The offset is either a constant or a register. */
export interface MemoryOperand {
  readonly kind: 'memory'
  readonly base: RegisterOperand
  /** Bytes, or multiples of the vector length when {@link mulVl}. */
  readonly offset: number
  readonly index: RegisterOperand | undefined
  readonly extend: 'lsl' | 'uxtw' | 'sxtw' | 'sxtx'
  /** Left shift of the index, 0..4. */
  readonly amount: number
  /** The {@link amount} of a shifted index, taken or not: LLVM without aliases writes it after `lsl` in both cases. */
  readonly scale: number
  /** The amount is written even though it is 0 (byte accesses with S=1). */
  readonly amountShown: boolean
  readonly mode: 'offset' | 'pre' | 'post'
  readonly mulVl: boolean
  /** The syntax has an offset: it is written, zero or not, when aliases are off. */
  readonly hasOffset: boolean
  /** The index is written only when it is not XZR, or when aliases are off (`[z5.d]`, `[x0]` of ZA). */
  readonly indexOptional?: boolean
}

/** A PC-relative address. */
export interface LabelOperand {
  readonly kind: 'label'
  /** Bytes from the instruction (from its page for ADRP). */
  readonly offset: number
}

/** A word of the syntax with a meaning of its own: prefetch operation, cache operation, barrier, condition. */
export interface NameOperand {
  readonly kind: 'name'
  readonly name: string
}

/** The register that MRS, MSR, MRRS or MSRR names. */
export interface SystemRegisterOperand {
  readonly kind: 'system-register'
  /** Its name in this direction, such as `SCTLR_EL1`, or the generic `S3_0_C1_C0_0`. */
  readonly name: string
  /** op0:op1:CRn:CRm:op2, 16 bits. */
  readonly encoding: number
}

/** Any operand, told apart by its `kind`. */
export type Operand =
  | RegisterOperand
  | ListOperand
  | ImmediateOperand
  | ByteMaskOperand
  | FloatOperand
  | PatternOperand
  | SliceOperand
  | ZaOperand
  | TilesOperand
  | TableOperand
  | MemoryOperand
  | ShiftedRegisterOperand
  | ShiftedImmediateOperand
  | SystemRegisterOperand
  | LabelOperand
  | NameOperand

/** Reads one operand out of a word. */
export type OperandReader = (word: number) => Operand

/**
 * The bits of a word (those of {@link OperandCodec.bits}) that stand for an operand; -1 when none do. Members of the
 * operand that only say how it is written (`radix`, `shown`, `hasOffset` and so on) do not count.
 */
export type OperandWriter = (operand: Operand) => number

/** What a token of a row's syntax means, in both directions. */
export interface OperandCodec {
  /** Every bit that the operand depends on. */
  readonly bits: number
  readonly read: OperandReader
  /** {@link bits}, and those of other operands that decide how this one is written. */
  readonly textBits: number
  /** Absent where the operand depends on few bits: the encoder then looks for those that read as the operand. */
  readonly write: OperandWriter | undefined
}

/** Compiles a token, or says with `undefined` that the token is not of its notation. */
export type Notation = (encoding: Encoding, token: string) => OperandReader | OperandForm | undefined

/** A reader that needs to say more: how to write, or which bits. */
export interface OperandForm {
  readonly read: OperandReader
  readonly write?: OperandWriter
  /** The bits that the operand depends on, where they are not those of the fields that the notation looked up. */
  readonly bits?: number
  /** Bits of other operands that decide how this one is written. */
  readonly context?: number
}

/** A register of a set. It knows its name; what is copied from it, with another lane or mode, does not. */
class SetRegister implements RegisterOperand {
  readonly kind = 'register'
  readonly class: RegisterClass
  readonly number: number
  readonly sp: boolean
  readonly arrangement: string
  readonly index = -1
  readonly mode: RegisterOperand['mode']
  readonly #name: string

  constructor(cls: RegisterClass, number: number, sp: boolean, arrangement: string, mode: RegisterOperand['mode']) {
    this.class = cls
    this.number = number
    this.sp = sp
    this.arrangement = arrangement
    this.mode = mode
    this.#name = nameOf(cls, number, sp, arrangement)
  }

  static nameOf(register: RegisterOperand): string {
    if (#name in register) return register.#name
    return nameOf(register.class, register.number, register.sp, register.arrangement)
  }
}

const PREFIXES: Readonly<Record<RegisterClass, string>> = {
  W: 'w',
  X: 'x',
  B: 'b',
  H: 'h',
  S: 's',
  D: 'd',
  Q: 'q',
  V: 'v',
  Z: 'z',
  P: 'p',
  PN: 'pn',
  ZA: 'za',
}

function nameOf(cls: RegisterClass, number: number, sp: boolean, arrangement: string): string {
  let name: string
  if (number === 31 && cls === 'X') name = sp ? 'sp' : 'xzr'
  else if (number === 31 && cls === 'W') name = sp ? 'wsp' : 'wzr'
  else name = PREFIXES[cls] + number
  return arrangement === '' ? name : `${name}.${arrangement}`
}

/** The name of a register with its arrangement, without lane and mode: `x3`, `wsp`, `v2.8h`. */
export function registerName(register: RegisterOperand): string {
  return SetRegister.nameOf(register)
}

const registers = new Map<string, readonly RegisterOperand[]>()

/** The 32 registers of a class and form, made once: a register operand is never allocated twice. */
export function registerSet(
  cls: RegisterClass,
  options: { readonly sp?: boolean; readonly arrangement?: string; readonly mode?: RegisterOperand['mode'] } = {},
): readonly RegisterOperand[] {
  const { sp = false, arrangement = '', mode = '' } = options
  const key = `${cls} ${sp} ${arrangement} ${mode}`
  let set = registers.get(key)
  if (!set) {
    set = Array.from(
      { length: 32 },
      (_, number) => new SetRegister(cls, number, sp && number === 31, arrangement, mode),
    )
    registers.set(key, set)
  }
  return set
}

/** One register, form and all; `undefined` is none. */
export function sameRegister(a: RegisterOperand | undefined, b: RegisterOperand | undefined): boolean {
  if (a === b) return true
  return (
    a !== undefined &&
    b !== undefined &&
    a.class === b.class &&
    a.number === b.number &&
    a.sp === b.sp &&
    a.arrangement === b.arrangement &&
    a.index === b.index &&
    a.mode === b.mode
  )
}
