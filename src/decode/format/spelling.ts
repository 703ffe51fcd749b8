import { ALIAS_RULES } from '../alias-rules.ts'
import type { Rule } from '../constraints.ts'
import { type Encoding, fieldMask, matches } from '../encoding.ts'
import type { Operand, OperandCodec } from '../operand.ts'
import { CONDITIONS } from '../operands/condition.ts'
import { operandCodecs, splitSyntax } from '../syntax.ts'
import { isLeftOut, operandText, type Style, writeOperand } from './operand.ts'
import { compile, type Part, run } from './program.ts'
import type { Sink } from './sink.ts'

/** Positions in a word, shifts by which they are measured, and angles: decimal even where immediates are hexadecimal. */
const DECIMAL = /\b(?:imm[rs]|rot)\b/

/** A row, ready to spell its words: the one place where mnemonic, operands and what stands between them come together. */
export class Spelling {
  readonly encoding: Encoding
  // Programs of `text`, -1 before first use.
  #program = -1
  #programWithoutAliases = -1
  #aliases: readonly Spelling[] | undefined
  readonly #rule: Rule | undefined
  /** An operand is a PC-relative address. */
  readonly hasLabel: boolean
  #content: Content | undefined

  constructor(encoding: Encoding) {
    this.encoding = encoding
    this.#rule = encoding.when === undefined ? undefined : ALIAS_RULES[encoding.when]
    this.hasLabel = encoding.syntax.includes('label(')
  }

  /** The row that spells a word of this one: the first alias that matches, of all or of those that LLVM always takes. */
  preferred(word: number, all: boolean): Spelling {
    const aliases = this.#aliases ?? this.#findAliases()
    for (let i = 0; i < aliases.length; i++) {
      const alias = aliases[i] as Spelling
      const rule = alias.#rule
      if (!all && !alias.encoding.always) continue
      if (matches(alias.encoding, word) && (rule === undefined || rule(word))) return alias
    }
    return this
  }

  /** Not made for aliases that spell none of the words seen. */
  #contents(): Content {
    if (this.#content) return this.#content
    const { encoding } = this
    const content: Content = {
      mnemonic: mnemonicOf(encoding),
      codecs: operandCodecs(encoding),
      tokens: splitSyntax(encoding.syntax),
    }
    this.#content = content
    return content
  }

  #findAliases(): readonly Spelling[] {
    const aliases = this.encoding.aliases.map(spellingOf)
    this.#aliases = aliases
    return aliases
  }

  /** Writes a word. `begin` is told of each operand before it is written, and of -1 before what stands between. */
  write(word: number, style: Style, out: Sink, begin: (operand: number) => void): void {
    const { mnemonic, codecs } = this.#contents()
    begin(-1)
    out.put('mnemonic', mnemonic.name(word))
    let written = 0
    for (let i = 0; i < codecs.length; i++) {
      const operand = (codecs[i] as OperandCodec).read(word)
      if (isLeftOut(operand, style.aliases)) continue
      begin(-1)
      out.put('punctuation', separator(written))
      begin(written++)
      writeOperand(operand, this.#styleOf(i, operand, style), out)
    }
  }

  /** What {@link write} writes in the style of LLVM, faster. */
  text(word: number, aliases: boolean): string {
    let program = aliases ? this.#program : this.#programWithoutAliases
    if (program < 0) {
      program = compile(this.#parts(aliases))
      if (aliases) this.#program = program
      else this.#programWithoutAliases = program
    }
    return run(program, word)
  }

  #parts(aliases: boolean): Part[] {
    const { encoding } = this
    const { mnemonic, codecs, tokens } = this.#contents()
    const { bits, name } = mnemonic
    return [
      { key: `${encoding.mnemonic} ${bits}`, bits, text: name },
      ...codecs.map((codec, i): Part => {
        const before = separator(i)
        // Rows that have the token and its fields in the same places have the same texts. Context is what only this
        // row knows.
        const own = codec.textBits === codec.bits ? '' : encoding.id
        return {
          key: `${before}${tokens[i]} ${aliases} ${fieldsIn(encoding, codec.textBits)} ${own}`,
          bits: codec.textBits,
          text: (word) => {
            const text = operandText(codec.read(word), aliases)
            return text === '' ? '' : before + text
          },
        }
      }),
    ]
  }

  #styleOf(i: number, operand: Operand, style: Style): Style {
    const { hex, origin } = style
    if (hex && DECIMAL.test(this.#contents().tokens[i] as string)) return { ...style, hex: false }
    if (origin !== undefined && operand.kind === 'label' && this.encoding.mnemonic === 'adrp')
      return { ...style, origin: origin & ~0xfffn }
    return style
  }
}

/** What is between an operand and what comes before it. No row begins with an operand that may be left out. */
function separator(operand: number): string {
  return operand === 0 ? ' ' : ', '
}

/** The fields of a row that lie in these bits: names and places. */
function fieldsIn({ fields }: Encoding, bits: number): string {
  return fields
    .filter((field) => (fieldMask(field) & bits) !== 0)
    .map(({ name, lsb, width }) => `${name}:${lsb}:${width}`)
    .join()
}

/** What a row's syntax says. */
interface Content {
  readonly mnemonic: Mnemonic
  readonly codecs: readonly OperandCodec[]
  /** The tokens that the codecs are of. */
  readonly tokens: readonly string[]
}

interface Mnemonic {
  /** The bits that choose the name. */
  readonly bits: number
  readonly name: (word: number) => string
}

/** `saddl<|2>` is chosen by Q, `b.<cond>` by cond. */
function mnemonicOf({ mnemonic, fields }: Encoding): Mnemonic {
  const open = mnemonic.indexOf('<')
  const cond = fields.find((f) => f.name === 'cond')
  const stem = mnemonic.slice(0, open)
  const ends = mnemonic.slice(open + 1, -1).split('|')
  if (open >= 0 && ends.length === 2) {
    const [first = '', second = ''] = ends
    return { bits: 1 << 30, name: (word) => stem + (((word >>> 30) & 1) === 0 ? first : second) }
  }
  if (open >= 0 && cond) return { bits: fieldMask(cond), name: (word) => stem + CONDITIONS[(word >>> cond.lsb) & 15] }
  return { bits: 0, name: () => mnemonic }
}

// Not by the row's index: finding that out parses the rows before it, which costs the first text 10 ms.
const spellings = new WeakMap<Encoding, Spelling>()

/** The spelling of a row, made at first use. */
export function spellingOf(encoding: Encoding): Spelling {
  const known = spellings.get(encoding)
  if (known) return known
  const made = new Spelling(encoding)
  spellings.set(encoding, made)
  return made
}
