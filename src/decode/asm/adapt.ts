import { systemRegisterEncoding } from '../isa/tables/system-registers.ts'
import type { ListOperand, MemoryOperand, Operand, OperandCodec, RegisterClass, RegisterOperand } from '../operand.ts'
import { registerName } from '../operand.ts'
import { expandFloat } from '../operands/sve-immediate.ts'
import { sameOperand } from '../same-operand.ts'
import { CONDITION_SYNONYMS } from './candidates.ts'
import type { Written } from './parser.ts'

/** An operand of a row: its token, its codec, and what it reads as in some word. */
export interface Slot {
  readonly token: string
  readonly codec: OperandCodec
  /** `undefined` when that word reads as none. Its kind is that of all words, but for numbers that have names. */
  readonly sample: Operand | undefined
}

/** Where the text leaves a predicate constraint out: all elements, times 1. */
export const ALL: Operand = { kind: 'pattern', value: 31, name: 'all', multiplier: 1 }

/**
 * The operand as the row has it: `#8` is a label here and an immediate there, `x1` a register shifted by nothing.
 *
 * @param labelOffset - the offset of what is written where the row has a label.
 * @returns `undefined` when the row can have no such operand: the cheap part of the answer.
 */
export function adapt(
  written: Written,
  { token, codec, sample }: Slot,
  labelOffset: (written: Written) => number | undefined,
): Operand | undefined {
  const given = written.operand
  if (given.kind === 'immediate' && NUMBERED.has(token)) return numbered(Number(given.value), codec)
  // Where some words read as nothing, the others read as registers.
  if (sample?.kind === undefined) return given.kind === 'register' ? given : undefined
  switch (sample.kind) {
    case 'label': {
      const offset = labelOffset(written)
      return offset === undefined ? undefined : { kind: 'label', offset }
    }
    case 'register':
      return given.kind === 'register' && sameFile(given, sample) ? given : undefined
    case 'shifted':
      if (given.kind === 'register')
        return sameFile(given, sample.register)
          ? { kind: 'shifted', register: given, shift: 'lsl', amount: 0, shown: false }
          : undefined
      return given.kind === 'shifted' ? given : undefined
    case 'shifted-immediate':
      return shiftedImmediate(given, token)
    case 'pattern':
      if (given.kind === 'name') return { kind: 'pattern', value: -1, name: given.name, multiplier: 1 }
      if (given.kind === 'immediate') return { kind: 'pattern', value: Number(given.value), name: '', multiplier: 1 }
      return given.kind === 'pattern' ? given : undefined
    case 'list':
      return list(given, sample)
    case 'memory':
      return given.kind === 'memory' ? memory(given, sample) : undefined
    case 'system-register': {
      if (given.kind !== 'name') return undefined
      const encoding = systemRegisterEncoding(given.name, token === 'sysreg_write')
      return encoding < 0 ? undefined : { kind: 'system-register', name: given.name, encoding }
    }
    case 'name':
      return named(given, token)
    case 'immediate':
      if (given.kind === 'name') return sample.kind === 'immediate' && codec.write ? undefined : given
      if (given.kind === 'shifted-immediate') return token.includes('<<sh') ? byteShifted(given) : undefined
      return given.kind === 'immediate' ? given : undefined
    case 'float':
      // A hexadecimal number is imm8 itself.
      if (given.kind === 'immediate' && given.radix === 16 && token.startsWith('#float('))
        return eightBits(Number(given.value))
      return given.kind === 'immediate' || given.kind === 'float' ? given : undefined
    case 'byte-mask':
      return given.kind === 'immediate' || given.kind === 'float' ? given : undefined
    case 'za':
      // Slices that are loaded or stored need no braces.
      return given.kind === 'za' ? (sample.braces ? { ...given, braces: true } : given) : undefined
    default:
      return given.kind === sample.kind ? given : undefined
  }
}

function eightBits(imm8: number): Operand | undefined {
  return imm8 >= 0 && imm8 < 256 ? { kind: 'float', value: expandFloat(imm8), digits: 8 } : undefined
}

function shiftedImmediate(given: Operand, token: string): Operand | undefined {
  if (given.kind === 'shifted-immediate') return given
  if (given.kind !== 'immediate') return undefined
  const value = Number(given.value)
  const high = token.includes('#sh*12') && value > 0xfff && value % 4096 === 0
  return {
    kind: 'shifted-immediate',
    value: high ? value / 4096 : value,
    radix: 10,
    shift: 'lsl',
    amount: high ? 12 : 0,
    shown: high,
  }
}

/** `#1, lsl #8` is 256, except that `#0, lsl #8` is a word of its own. */
function byteShifted(given: Operand & { readonly kind: 'shifted-immediate' }): Operand {
  if (given.value === 0 && given.amount !== 0) return given
  const fits = given.shift === 'lsl' && (given.amount === 0 || given.amount === 8)
  return { kind: 'immediate', value: fits ? given.value * 2 ** given.amount : Number.NaN, radix: 10 }
}

function memory(given: MemoryOperand, sample: Operand & { readonly kind: 'memory' }): Operand | undefined {
  if (given.mode !== sample.mode || !sameFile(given.base, sample.base)) return undefined
  if (given.index ? !sample.index : sample.index && !sample.indexOptional) return undefined
  // `lsl #0` says something of bytes only.
  const amountShown = given.amountShown && (given.amount !== 0 || sample.scale === 0)
  const mulVl = given.mulVl || (given.offset === 0 && !given.index && sample.mulVl)
  if (amountShown === given.amountShown && mulVl === given.mulVl) return given
  return { ...given, amountShown, mulVl }
}

/** Prefetch operations and barriers have numbers too. */
const NUMBERED: ReadonlySet<string> = /* @__PURE__ */ new Set(['prfop', 'prfop:4', 'barrier', 'isb_limit'])

function numbered(value: number, { bits, read }: OperandCodec): Operand | undefined {
  const lowest = (bits & -bits) >>> 0
  return value >= 0 && value * lowest <= bits && Number.isInteger(value) ? read((value * lowest) >>> 0) : undefined
}

function named(given: Operand, token: string): Operand | undefined {
  if (given.kind === 'immediate') return given
  const condition = token.endsWith('cond')
  let name = ''
  // CHKFEAT X16: no register of ours.
  if (given.kind === 'register') name = registerName(given)
  else if (given.kind === 'name') name = (condition ? CONDITION_SYNONYMS[given.name] : undefined) ?? given.name
  else return undefined
  return token.startsWith("'") && token.toLowerCase() !== `'${name}'` ? undefined : { kind: 'name', name }
}

const FILES: Readonly<Record<RegisterClass, string>> = {
  W: 'general',
  X: 'general',
  B: 'scalar',
  H: 'scalar',
  S: 'scalar',
  D: 'scalar',
  Q: 'scalar',
  V: 'vector',
  Z: 'Z',
  P: 'P',
  PN: 'PN',
  ZA: 'ZA',
}

/** The words of one row read an operand in different sizes, and never in different files. */
function sameFile(given: RegisterOperand, sample: RegisterOperand | undefined): boolean {
  return sample?.class === undefined || FILES[given.class] === FILES[sample.class]
}

/** A list of one needs no braces. */
function list(given: Operand, sample: ListOperand): Operand | undefined {
  if (given.kind !== 'list' && given.kind !== 'register') return undefined
  const registers = given.kind === 'list' ? given.registers : [given]
  if (registers.length !== sample.registers.length) return undefined
  if (!sameFile(registers[0] as RegisterOperand, sample.registers[0])) return undefined
  return given.kind === 'list' ? given : { kind: 'list', registers, index: -1 }
}

/** {@link sameOperand} of what a person wrote: with the liberties that LLVM's assembler leaves. */
export function agrees(given: Operand, read: Operand | undefined): boolean {
  if (read?.kind === 'pattern' && given.kind === 'pattern') {
    if (given.multiplier !== read.multiplier && !(given.multiplier === 1 && read.multiplier === 0)) return false
    return read.name === '' || given.name === '' ? given.value === read.value : given.name === read.name
  }
  if (read?.kind === 'za' && given.kind === 'za' && given.group === 0 && read.group !== 0)
    return sameOperand({ ...given, group: read.group }, read)
  // With SP, the extension of the register's own width reads as `lsl`.
  if (read?.kind === 'shifted' && given.kind === 'shifted' && read.shift === 'lsl')
    if (given.shift === (given.register.class === 'X' ? 'uxtx' : 'uxtw'))
      return sameOperand({ ...given, shift: 'lsl' }, read)
  return sameOperand(given, read)
}

/** {@link agrees}, of numbers as wide as a register or element too: `#-1` is `#0xffffffff` of 32 bits. */
export function agreesModulo(width: number): (given: Operand, read: Operand | undefined) => boolean {
  const whole = 1n << BigInt(width)
  return (given, read) => {
    if (agrees(given, read)) return true
    if (given.kind !== 'immediate' || read?.kind !== 'immediate') return false
    const difference = BigInt(given.value) - BigInt(read.value)
    return difference === whole || difference === -whole
  }
}

/** Bits of the register, or of the element of the vector, that an instruction writes first. */
export function widthOf(first: Operand | undefined): number {
  if (first?.kind !== 'register') return 64
  if (first.class === 'W') return 32
  return { b: 8, h: 16, s: 32 }[first.arrangement] ?? 64
}
