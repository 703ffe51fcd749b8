import { inspect } from 'node:util'
import { type FormatOptions, type Instruction, type TokenKind, tokens } from '../decode/index.ts'
import { UsageError } from './command.ts'

/** What stands out in a listing: what is done, with what, and where it goes. */
const STYLES: Partial<Readonly<Record<TokenKind, string>>> = {
  mnemonic: 'bold',
  directive: 'dim',
  register: 'cyan',
  immediate: 'green',
  label: 'yellow',
  symbol: 'yellow',
  keyword: 'blue',
  name: 'magenta',
}

/** An instruction in colours, with the escape codes of terminals. */
export function coloured(insn: Instruction, options: FormatOptions): string {
  let text = ''
  for (const token of tokens(insn, options)) {
    // Not styleText, which leaves the codes out when it thinks that nobody sees them.
    const codes = inspect.colors[STYLES[token.kind] ?? '']
    text += codes ? `\x1b[${codes[0]}m${token.text}\x1b[${codes[1]}m` : token.text
  }
  return text
}

/** Whether `--color WHEN` wants colours: without one, where a person looks on who has not set NO_COLOR. */
export function wantsColour(when: string | undefined): boolean {
  switch (when ?? 'auto') {
    case 'always':
      return true
    case 'never':
      return false
    case 'auto':
      return process.stdout.isTTY === true && !process.env.NO_COLOR
    default:
      throw new UsageError(`--color is always, never or auto, not '${when}'`)
  }
}
