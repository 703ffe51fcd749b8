import { parseArgs } from 'node:util'
import { decode, type Instruction, info } from '../decode/index.ts'
import { type Command, UsageError } from './command.ts'
import { explainWord } from './diagram.ts'
import { parseFeatures } from './features.ts'
import { infoLines } from './info-text.ts'
import { parseWord } from './words.ts'

const HELP = `nisv decode [--features LIST] WORD...

Explains each word (hexadecimal, 0x or not) field by field, and what it reads and writes; of a word that is unallocated,
why. Exit status 1 when one is unallocated. With --features (nisv disasm --help), for a CPU that has these.
`

/** `nisv decode`. */
export const decodeCommand: Command = {
  name: 'decode',
  summary: 'explain words field by field',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { features: { type: 'string' } },
      allowPositionals: true,
    })
    const features = values.features === undefined ? undefined : parseFeatures(values.features)
    if (positionals.length === 0) throw new UsageError('decode needs at least one word, such as a9400440')
    let status = 0
    for (const text of positionals) {
      const word = parseWord(text)
      if (word < 0) throw new UsageError(`'${text}' is not a 32-bit word in hexadecimal`)
      const explained = explainWord(word, features)
      if (explained.includes('  unallocated: ')) status = 1
      process.stdout.write(`${explained}\n${effects(decode(word, features && { features }))}`)
    }
    return status
  },
}

/** What the instruction reads, writes and does, a line each; what it needs is in the explanation. */
function effects(insn: Instruction | undefined): string {
  if (insn === undefined) return ''
  const lines = infoLines(info(insn)).filter(([label]) => label !== 'needs')
  // The operand in memory has the label `memory` already.
  const labelled = lines.map(([label, text]) => `  ${(label === 'memory' ? 'effect' : label).padEnd(10)} ${text}\n`)
  return labelled.join('')
}
