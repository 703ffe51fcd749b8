import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { explainWord } from './diagram.ts'
import { parseWord } from './words.ts'

const HELP = `nisv decode WORD...

Explains each word (hexadecimal, 0x or not) field by field. Exit status 1 when one is unallocated.
`

/** `nisv decode`. */
export const decodeCommand: Command = {
  name: 'decode',
  summary: 'explain words field by field',
  help: HELP,
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true })
    if (positionals.length === 0) throw new UsageError('decode needs at least one word, such as a9400440')
    let status = 0
    for (const text of positionals) {
      const word = parseWord(text)
      if (word < 0) throw new UsageError(`'${text}' is not a 32-bit word in hexadecimal`)
      const explained = explainWord(word)
      if (explained.endsWith('UNDEFINED')) status = 1
      process.stdout.write(`${explained}\n`)
    }
    return status
  },
}
