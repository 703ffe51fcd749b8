import { type Encoding, fieldMask } from '../encoding.ts'
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
  /** An operand is a PC-relative address. */
  readonly hasLabel: boolean
  readonly #mnemonic: Mnemonic
  readonly #tokens: readonly string[]
  readonly #codecs: readonly OperandCodec[]
  readonly #page: boolean

  constructor(encoding: Encoding) {
    this.encoding = encoding
    this.hasLabel = encoding.syntax.includes('label(')
    this.#mnemonic = mnemonicOf(encoding)
    this.#tokens = splitSyntax(encoding.syntax)
    this.#codecs = operandCodecs(encoding)
    this.#page = encoding.mnemonic === 'adrp'
  }

  /** Writes a word. `begin` is told of each operand before it is written, and of -1 before what stands between. */
  write(word: number, style: Style, out: Sink, begin: (operand: number) => void): void {
    begin(-1)
    out.put('mnemonic', this.#mnemonic.name(word))
    let written = 0
    for (let i = 0; i < this.#codecs.length; i++) {
      const operand = (this.#codecs[i] as OperandCodec).read(word)
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
    const { bits, name } = this.#mnemonic
    return [
      { key: `${encoding.mnemonic} ${bits}`, bits, text: name },
      ...this.#codecs.map((codec, i): Part => {
        const before = separator(i)
        // Rows that have the token and its fields in the same places have the same texts. Context is what only this
        // row knows.
        const own = codec.textBits === codec.bits ? '' : encoding.id
        return {
          key: `${before}${this.#tokens[i]} ${aliases} ${fieldsIn(encoding, codec.textBits)} ${own}`,
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
    if (hex && DECIMAL.test(this.#tokens[i] as string)) return { ...style, hex: false }
    if (this.#page && origin !== undefined && operand.kind === 'label') return { ...style, origin: origin & ~0xfffn }
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

const rows: (Spelling | undefined)[] = []
const aliases: (Spelling | undefined)[] = []
const others = new WeakMap<Encoding, Spelling>()

/** The spelling of a row, made at first use. */
export function spellingOf(encoding: Encoding): Spelling {
  const known = (encoding.aliasOf === undefined ? rows : aliases)[encoding.index]
  return known !== undefined && known.encoding === encoding ? known : makeSpelling(encoding)
}

function makeSpelling(encoding: Encoding): Spelling {
  let spelling = others.get(encoding)
  if (!spelling) {
    spelling = new Spelling(encoding)
    others.set(encoding, spelling)
  }
  const list = encoding.aliasOf === undefined ? rows : aliases
  list[encoding.index] = spelling
  return spelling
}
