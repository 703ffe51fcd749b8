import type { Encoding } from '../encoding.ts'
import type { Operand, OperandCodec } from '../operand.ts'
import { CONDITIONS } from '../operands/condition.ts'
import { operandCodecs, splitSyntax } from '../syntax.ts'
import { isLeftOut, operandText, type Style, writeOperand } from './operand.ts'
import type { Sink } from './sink.ts'
import { TextTable } from './text-table.ts'

/** Positions in a word, shifts by which they are measured, and angles: decimal even where immediates are hexadecimal. */
const DECIMAL = /\b(?:imm[rs]|rot)\b/

/** A row, ready to spell its words: the one place where mnemonic, operands and what stands between them come together. */
export class Spelling {
  readonly encoding: Encoding
  /** An operand is a PC-relative address. */
  readonly hasLabel: boolean
  readonly #mnemonics: readonly string[]
  readonly #mnemonicLsb: number
  readonly #codecs: readonly OperandCodec[]
  readonly #decimal: readonly boolean[]
  readonly #page: boolean
  #tables: readonly TextTable[] | undefined
  #tablesWithoutAliases: readonly TextTable[] | undefined

  constructor(encoding: Encoding) {
    this.encoding = encoding
    const { names, lsb } = mnemonics(encoding)
    this.#mnemonics = names
    this.#mnemonicLsb = lsb
    this.#codecs = operandCodecs(encoding)
    this.#decimal = splitSyntax(encoding.syntax).map((token) => DECIMAL.test(token))
    this.hasLabel = encoding.syntax.includes('label(')
    this.#page = encoding.mnemonic === 'adrp'
  }

  mnemonic(word: number): string {
    const names = this.#mnemonics
    return names[(word >>> this.#mnemonicLsb) & (names.length - 1)] as string
  }

  /** Writes a word. `begin` is told of each operand before it is written, and of -1 before what stands between. */
  write(word: number, style: Style, out: Sink, begin: (operand: number) => void): void {
    begin(-1)
    out.put('mnemonic', this.mnemonic(word))
    let written = 0
    for (let i = 0; i < this.#codecs.length; i++) {
      const operand = (this.#codecs[i] as OperandCodec).read(word)
      if (isLeftOut(operand, style.aliases)) continue
      begin(-1)
      out.put('punctuation', written === 0 ? ' ' : ', ')
      begin(written++)
      writeOperand(operand, this.#styleOf(i, operand, style), out)
    }
  }

  /** The text of a word as LLVM has it. */
  text(word: number, aliases: boolean): string {
    let text = this.mnemonic(word)
    const tables = (aliases ? this.#tables : this.#tablesWithoutAliases) ?? this.#compile(aliases)
    for (let i = 0; i < tables.length; i++) text += (tables[i] as TextTable).at(word)
    return text
  }

  #compile(aliases: boolean): readonly TextTable[] {
    const tables = this.#codecs.map((codec, i) => {
      const separator = i === 0 ? ' ' : ', '
      return new TextTable(codec.textBits, this.encoding.value, (word) => {
        const text = operandText(codec.read(word), aliases)
        return text === '' ? '' : separator + text
      })
    })
    if (aliases) this.#tables = tables
    else this.#tablesWithoutAliases = tables
    return tables
  }

  #styleOf(i: number, operand: Operand, style: Style): Style {
    const { hex, origin } = style
    if (hex && this.#decimal[i]) return { ...style, hex: false }
    if (this.#page && origin !== undefined && operand.kind === 'label') return { ...style, origin: origin & ~0xfffn }
    return style
  }
}

/** The names of a row, one for each value of the bits from `lsb` on. */
function mnemonics({ mnemonic, fields }: Encoding): { readonly names: readonly string[]; readonly lsb: number } {
  const open = mnemonic.indexOf('<')
  if (open < 0) return { names: [shared(mnemonic)], lsb: 0 }
  const stem = mnemonic.slice(0, open)
  const ends = mnemonic.slice(open + 1, -1).split('|')
  // `saddl<|2>` is chosen by Q, `b.<cond>` by cond.
  if (ends.length === 2) return { names: ends.map((end) => shared(stem + end)), lsb: 30 }
  const cond = fields.find((f) => f.name === 'cond')
  return cond ? { names: CONDITIONS.map((end) => shared(stem + end)), lsb: cond.lsb } : { names: [mnemonic], lsb: 0 }
}

const names = new Map<string, string>()

/** One string for all rows of a name: 1,700 that stay in the cache of the processor instead of 9,000 that do not. */
function shared(name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  names.set(name, name)
  return name
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
