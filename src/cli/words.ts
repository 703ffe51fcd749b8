import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * A word in hexadecimal as the disasm protocol takes it: 1 to 8 digits, either case, `0x` or not, blanks anywhere.
 *
 * @returns the word, or -1 for anything else.
 */
export function parseWord(text: string): number {
  const digits = text.replace(/[ \t\r]/g, '').replace(/^0x/i, '')
  return /^[0-9a-f]{1,8}$/i.test(digits) ? Number.parseInt(digits, 16) : -1
}

/** Lines of a file, or of standard input. */
export function readLines(file: string | undefined): AsyncIterable<string> {
  const input = file === undefined || file === '-' ? process.stdin : createReadStream(file)
  return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
}

/** Collects lines and writes them in large pieces, waiting where the reader is slower than we are. */
export class LineWriter {
  #pending = ''

  /** @returns a promise only when the output has to drain. */
  line(text: string): Promise<void> | undefined {
    this.#pending += `${text}\n`
    return this.#pending.length > 1 << 16 ? this.flush() : undefined
  }

  flush(): Promise<void> | undefined {
    if (this.#pending === '') return undefined
    const drained = process.stdout.write(this.#pending)
    this.#pending = ''
    return drained ? undefined : new Promise((resolve) => process.stdout.once('drain', () => resolve()))
  }
}
