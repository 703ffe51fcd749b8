import type { Encoding } from './encoding.ts'
import { registerNames, spelledWith } from './features/names-in-text.ts'
import type { FeatureSet } from './features/set.ts'
import type { Style } from './format/operand.ts'
import { RecentTexts } from './format/recent.ts'
import { type Sink, TextSink, type Token, TokenSink, UpperCaseSink } from './format/sink.ts'
import { spellingOf } from './format/spelling.ts'
import { type Instruction, UNALLOCATED } from './instruction.ts'

export { operandText, registerText } from './format/operand.ts'
export type { Token, TokenKind } from './format/sink.ts'

/** How {@link format} and {@link tokens} write. */
export interface FormatOptions {
  /** Prefer the alias that the manual prefers, and leave out zero offsets. `true` unless told. */
  readonly aliases?: boolean
  /**
   * Immediates and offsets in hexadecimal: `#0x10`, `#-0x10`. Decimal stay amounts of shifts, bit positions, rotations,
   * multipliers, lanes and slices.
   */
  readonly hex?: boolean
  /** Mnemonics, registers, keywords and names in upper case. */
  readonly upperCase?: boolean
  /**
   * The address of the instruction, 64 bits: labels are written as the addresses they lead to, `0x400080`, as
   * llvm-objdump does, and not as offsets. A number has to be a safe integer.
   */
  readonly pc?: bigint | number
  /** Names the address of a label, which is written after it: `0x400080 <printf>`. Needs {@link pc}. */
  readonly symbol?: (address: bigint) => string | undefined
  /**
   * What the PE implements: names of aliases, of operations such as those of TLBI, and of system registers that need
   * features which are off are not written: `hint #25`, `sys #0, c8, c1, #0`, `mrs x0, S3_0_C1_C2_0`.
   */
  readonly features?: FeatureSet
}

/** The {@link FormatOptions.pc} is no address. */
export class AddressError extends RangeError {
  override readonly name = 'AddressError'
  constructor(pc: unknown) {
    super(
      `pc is ${typeof pc === 'number' ? pc : `a value of type ${typeof pc}`}, which is no address: give a bigint, or a safe integer`,
    )
  }
}

const RECENT = new RecentTexts()
const RECENT_WITHOUT_ALIASES = new RecentTexts()
const DEFAULTS: FormatOptions = {}

/**
 * The instruction in LLVM's syntax: one space after the mnemonic, decimal immediates, branch targets as byte offsets.
 * An unallocated word gives `.inst 0x........`, which assembles to itself.
 *
 * @throws AddressError when the address of the instruction is no integer.
 * @example
 * ```ts
 * format(decode(0xa9400440)!) // 'ldp x0, x1, [x2]'
 * format(decode(0xa9400440)!, { aliases: false }) // 'ldp x0, x1, [x2, #0]'
 * format(decode(0xa9410440)!, { hex: true }) // 'ldp x0, x1, [x2, #0x10]'
 * format(decode(0x17ffffff)!, { pc: 0x400080 }) // 'b 0x40007c'
 * ```
 */
export function format(insn: Instruction, options: FormatOptions = DEFAULTS): string {
  const { encoding, verdict, word } = insn
  const { aliases = true, pc } = options
  if (verdict !== UNALLOCATED && !options.hex && !options.upperCase && !options.features) {
    const recent = aliases ? RECENT : RECENT_WITHOUT_ALIASES
    const known = recent.get(encoding, word)
    if (known !== undefined && pc === undefined) return known
    const spelling = spellingOf(encoding).preferred(word, aliases)
    if (pc === undefined || (!spelling.hasLabel && isAddress(pc))) {
      const text = spelling.text(word, aliases)
      recent.set(encoding, word, text)
      return text
    }
  }
  const out = new TextSink()
  write(insn, options, out, () => {})
  return out.text
}

/**
 * The text of {@link format} in pieces, for colouring.
 *
 * @throws AddressError when the address of the instruction is no integer.
 * @example
 * ```ts
 * tokens(decode(0xf9400441)!).map((t) => `${t.kind} ${t.text}`)
 * // ['mnemonic ldr', 'punctuation  ', 'register x1', 'punctuation , ',
 * //  'punctuation [', 'register x2', 'punctuation , ', 'immediate #8', 'punctuation ]']
 * ```
 */
export function tokens(insn: Instruction, options: FormatOptions = DEFAULTS): Token[] {
  const out = new TokenSink()
  write(insn, options, out, (operand) => {
    out.operand = operand
  })
  return out.tokens
}

/** Writes an instruction; `begin` is told of each operand before it is written, and of -1 before anything else. */
function write(insn: Instruction, options: FormatOptions, sink: Sink, begin: (operand: number) => void): void {
  const { encoding, verdict, word } = insn
  const out = options.upperCase ? new UpperCaseSink(sink) : sink
  const style = styleOf(options)
  if (verdict === UNALLOCATED) {
    out.put('directive', '.inst')
    out.put('punctuation', ' ')
    out.put('immediate', `0x${word.toString(16).padStart(8, '0')}`)
    return
  }
  const { features } = options
  if (!features) spellingOf(encoding).preferred(word, style.aliases).write(word, style, out, begin)
  else {
    const spelled = spellingOf(spelledWith(encoding, word, style.aliases, features))
    spelled.write(word, style, registerNames(encoding, word, features, out), begin)
  }
}

function styleOf({ aliases = true, hex = false, pc, symbol }: FormatOptions): Style {
  return { aliases, hex, origin: pc === undefined ? undefined : addressOf(pc), symbol }
}

function isAddress(pc: unknown): pc is bigint | number {
  return typeof pc === 'bigint' || Number.isSafeInteger(pc)
}

function addressOf(pc: unknown): bigint {
  if (!isAddress(pc)) throw new AddressError(pc)
  return BigInt(pc)
}

/** The row that spells the word: the first alias that matches it, or the encoding itself. */
export function preferred(encoding: Encoding, word: number, all: boolean): Encoding {
  return spellingOf(encoding).preferred(word, all).encoding
}
