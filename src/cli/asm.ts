import { parseArgs } from 'node:util'
import { AsmError, assemble } from '../decode/index.ts'
import { parseBase } from './binary.ts'
import { type Command, UsageError } from './command.ts'
import { instructionLine } from './listing.ts'
import { LineWriter, readLines } from './words.ts'

const HELP = `nisv asm [--base ADDRESS] [--listing | --raw] [LINE...]
nisv asm [--base ADDRESS] [--listing | --raw] --file FILE

Assembles the lines given, or those of FILE, or of standard input: instructions in LLVM's syntax, several on a line
where ';' stands between them, comments after '//'. Prints a word in hexadecimal for each instruction, <bad-input> for
each that is none, and for that one what is wrong and where as FILE:LINE:COLUMN to standard error; the exit status is 1
then.

--base ADDRESS  where the first instruction is (hexadecimal): targets without '#' are addresses, not offsets
--listing       address, word and preferred text of each instruction
--raw           the words as bytes, least significant first; zeros (UDF #0) for what is no instruction
`

/** What became of an instruction: its word, or -1 and what is wrong with it. */
export interface Assembled {
  /** Address, 64 bits. */
  readonly address: bigint
  /** 0..2^32-1, or -1. */
  readonly word: number
  /** `''` or `LINE:COLUMN: message`, both from 1. */
  readonly problem: string
}

/** Assembles lines one after another, each instruction 4 bytes after the one before. */
export class Assembly {
  readonly #absolute: boolean
  #address: bigint
  #line = 0

  /** @param base - address of the first instruction; `undefined` for offsets only. */
  constructor(base: bigint | undefined) {
    this.#absolute = base !== undefined
    this.#address = base ?? 0n
  }

  /** The instructions of the next line; none of a blank one. */
  *line(text: string): Generator<Assembled> {
    this.#line++
    for (const { column, statement } of statements(text)) {
      const address = this.#address
      this.#address = BigInt.asUintN(64, address + 4n)
      yield { address, ...this.#assemble(statement, column) }
    }
  }

  #assemble(statement: string, column: number): { readonly word: number; readonly problem: string } {
    try {
      return { word: assemble(statement, this.#absolute ? { pc: this.#address - 4n } : {}), problem: '' }
    } catch (error) {
      if (!(error instanceof AsmError)) throw error
      return { word: -1, problem: `${this.#line}:${column + error.column}: ${error.message}` }
    }
  }
}

/** The instructions of a line, with the column (from 0) at which each begins. */
function statements(line: string): { readonly column: number; readonly statement: string }[] {
  const comment = line.indexOf('//')
  const code = comment < 0 ? line : line.slice(0, comment)
  let column = 0
  return code
    .split(';')
    .map((statement) => {
      const at = column
      column += statement.length + 1
      return { column: at, statement }
    })
    .filter(({ statement }) => /\S/.test(statement))
}

/** `nisv asm`. */
export const asm: Command = {
  name: 'asm',
  summary: 'assemble instructions',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        base: { type: 'string' },
        file: { type: 'string' },
        listing: { type: 'boolean', default: false },
        raw: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    if (values.listing && values.raw) throw new UsageError('asm prints a listing or raw bytes, not both')
    if (values.file !== undefined && positionals.length > 0) throw new UsageError('asm takes lines or a file, not both')
    const name = positionals.length > 0 ? '<arguments>' : (values.file ?? '<stdin>')
    const assembly = new Assembly(values.base === undefined ? undefined : parseBase(values.base))
    const out = new LineWriter()
    let status = 0
    for await (const line of positionals.length > 0 ? positionals : readLines(values.file)) {
      const bytes: number[] = []
      for (const { address, word, problem } of assembly.line(line)) {
        if (problem !== '') {
          status = 1
          process.stderr.write(`${name}:${problem}\n`)
        }
        if (values.raw) for (let shift = 0; shift < 32; shift += 8) bytes.push(word < 0 ? 0 : (word >>> shift) & 255)
        else {
          const text = values.listing ? instructionLine(address, word, {}) : word.toString(16).padStart(8, '0')
          const drained = out.line(word < 0 ? '<bad-input>' : text)
          if (drained) await drained
        }
      }
      if (bytes.length > 0 && !process.stdout.write(Uint8Array.from(bytes)))
        await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()))
    }
    await out.flush()
    return status
  },
}
