import { parseArgs } from 'node:util'
import { CONSTRAINED, decodeInto, type FormatOptions, format, Instruction, UNALLOCATED } from '../decode/index.ts'
import { type Command, UsageError } from './command.ts'
import { LineWriter, parseWord, readLines } from './words.ts'

const HELP = `nisv disasm [--no-aliases] [FILE]

Reads one 32-bit word in hexadecimal a line (standard input without FILE) and prints exactly one line for each:
LLVM's text, <undecodable>, <softfail> TEXT for a CONSTRAINED UNPREDICTABLE word, or <bad-input>.
`

const insn = new Instruction()

/** One line of the disasm protocol. */
export function disassembleLine(line: string, options: FormatOptions): string {
  const word = parseWord(line)
  if (word < 0) return '<bad-input>'
  const verdict = decodeInto(word, insn)
  if (verdict === UNALLOCATED) return '<undecodable>'
  const text = format(insn, options)
  return verdict === CONSTRAINED ? `<softfail> ${text}` : text
}

/** `nisv disasm`. */
export const disasm: Command = {
  name: 'disasm',
  summary: 'disassemble words, one a line',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'no-aliases': { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.length > 1) throw new UsageError('disasm takes one file at most')
    const options = { aliases: !values['no-aliases'] }
    const out = new LineWriter()
    for await (const line of readLines(positionals[0])) {
      const drained = out.line(disassembleLine(line, options))
      if (drained) await drained
    }
    await out.flush()
    return 0
  },
}
