import { parseArgs } from 'node:util'
import {
  CONSTRAINED,
  decode,
  decodeInto,
  type FormatOptions,
  format,
  Instruction,
  UNALLOCATED,
} from '../decode/index.ts'
import { isElfFile, listElf, listRaw, parseBase, readChunks } from './binary.ts'
import { coloured, wantsColour } from './colours.ts'
import { type Command, UsageError } from './command.ts'
import { parseFeatures } from './features.ts'
import { LlvmStatus, llvmSpacing, llvmStatus } from './llvm-status.ts'
import { LineWriter, parseWord, readLines } from './words.ts'

const HELP = `nisv disasm [--no-aliases] [--hex] [--upper-case] [--manual] [--features LIST] [FILE]

Reads one 32-bit word in hexadecimal a line (standard input without FILE) and prints exactly one line for each:
LLVM's text, <undecodable>, <softfail> TEXT for a CONSTRAINED UNPREDICTABLE word, or <bad-input>. LLVM 22 passes over
some CONSTRAINED UNPREDICTABLE words and refuses others: this prints what LLVM prints, --manual what the manual says.

nisv disasm ELF-FILE
nisv disasm --raw [--base ADDRESS] [FILE]

Lists the code of an arm64 ELF file (known by its first bytes), or the words of a raw binary that begins at ADDRESS
(hexadecimal; 0): address, word, text, with branch targets as addresses.

--hex        immediates and offsets in hexadecimal
--upper-case mnemonics, registers and names in upper case
--features LIST
             what the CPU has: a version and FEAT_ or LLVM names, such as v8.2 or armv9-a+sme,nomte; what needs
             another feature is undecodable, or is written as the hint or the sys that it then is
--color WHEN always, never or auto (where a terminal shows the output and NO_COLOR is not set)
`

const insn = new Instruction()

/** How a line is written. */
export interface LineOptions extends FormatOptions {
  /** The manual's verdict where LLVM's differs. */
  readonly manual?: boolean
  /** With the escape codes of terminals. */
  readonly colour?: boolean
}

/** One line of the disasm protocol. */
export function disassembleLine(line: string, options: LineOptions): string {
  const word = parseWord(line)
  if (word < 0) return '<bad-input>'
  const { features } = options
  const decoded = features ? decode(word, { features }) : decodeInto(word, insn) === UNALLOCATED ? undefined : insn
  if (!decoded) return '<undecodable>'
  const constrained = decoded.verdict === CONSTRAINED
  const status = options.manual ? (constrained ? LlvmStatus.SOFTFAIL : LlvmStatus.PLAIN) : llvmStatus(decoded)
  if (status === LlvmStatus.UNDECODABLE) return '<undecodable>'
  const text = options.colour ? coloured(decoded, options) : llvmSpacing(word, format(decoded, options))
  return status === LlvmStatus.SOFTFAIL ? `<softfail> ${text}` : text
}

/** `nisv disasm`. */
export const disasm: Command = {
  name: 'disasm',
  summary: 'disassemble words, raw binaries, ELF files',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        'no-aliases': { type: 'boolean', default: false },
        hex: { type: 'boolean', default: false },
        'upper-case': { type: 'boolean', default: false },
        color: { type: 'string' },
        features: { type: 'string' },
        manual: { type: 'boolean', default: false },
        raw: { type: 'boolean', default: false },
        base: { type: 'string' },
      },
      allowPositionals: true,
    })
    if (positionals.length > 1) throw new UsageError('disasm takes one file at most')
    const options = {
      aliases: !values['no-aliases'],
      hex: values.hex,
      upperCase: values['upper-case'],
      colour: wantsColour(values.color),
      manual: values.manual,
      ...(values.features !== undefined && { features: parseFeatures(values.features) }),
    }
    const [file = '-'] = positionals
    if (values.raw) {
      await listRaw(file, readChunks(file), parseBase(values.base ?? '0'), options)
      return 0
    }
    if (values.base !== undefined) throw new UsageError('--base is the address of a --raw binary')
    if (file !== '-' && isElfFile(file)) {
      await listElf(file, options)
      return 0
    }
    const out = new LineWriter()
    for await (const line of readLines(positionals[0])) {
      const drained = out.line(disassembleLine(line, options))
      if (drained) await drained
    }
    await out.flush()
    return 0
  },
}
