import { AsmError } from './error.ts'

/** A piece of a line. */
export interface Lexeme {
  readonly kind: 'word' | 'number' | 'punctuation' | 'end'
  /** As written; {@link Lexeme.lower} is what names are compared by. */
  readonly text: string
  readonly lower: string
  /** From 1. */
  readonly column: number
}

/** No instruction needs more: the longest, ZERO of seven tiles or LD4, has 60. */
const LONGEST_LINE = 1000

// A word may begin with a dot (`.inst`) and hold dots (`v0.16b`, `b.eq`).
const LEXEME = /([A-Za-z_.$][\w.$]*)|(0[xX][\da-fA-F]+|0[bB][01]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|([#,[\]{}!/:+\-<>])/y
const SKIPPED = /(?:\s+|\/\*.*?\*\/)*/y

/**
 * The pieces of a line, up to a comment (`//`), and an end.
 *
 * @throws AsmError at what no instruction has.
 */
export function lexemes(line: string): Lexeme[] {
  if (line.length > LONGEST_LINE) throw new AsmError(LONGEST_LINE + 1, `a line of ${line.length} characters`)
  const found: Lexeme[] = []
  for (let at = 0; ; ) {
    SKIPPED.lastIndex = at
    at += (SKIPPED.exec(line) as RegExpExecArray)[0].length
    if (at >= line.length || line.startsWith('//', at)) break
    if (line[at] === ';') {
      if (/^[;\s]*(?:\/\/.*)?$/s.test(line.slice(at))) break
      throw new AsmError(at + 1, `a second instruction after ';': give one at a time`)
    }
    LEXEME.lastIndex = at
    const m = LEXEME.exec(line)
    if (!m)
      throw new AsmError(
        at + 1,
        `${JSON.stringify(String.fromCodePoint(line.codePointAt(at) as number))} is in no instruction`,
      )
    const text = m[0]
    const kind = m[1] !== undefined ? 'word' : m[2] !== undefined ? 'number' : 'punctuation'
    found.push({ kind, text, lower: text.toLowerCase(), column: at + 1 })
    at += text.length
  }
  const last = found[found.length - 1]
  found.push({ kind: 'end', text: '', lower: '', column: last ? last.column + last.text.length : 1 })
  return found
}

/** The pieces one after another. */
export class Cursor {
  readonly #lexemes: readonly Lexeme[]
  #at = 0

  constructor(list: readonly Lexeme[]) {
    this.#lexemes = list
  }

  get next(): Lexeme {
    return this.#lexemes[this.#at] as Lexeme
  }

  /** The one `ahead` of {@link next}, or the end. */
  peek(ahead: number): Lexeme {
    return this.#lexemes[Math.min(this.#at + ahead, this.#lexemes.length - 1)] as Lexeme
  }

  take(): Lexeme {
    const lexeme = this.next
    if (lexeme.kind !== 'end') this.#at++
    return lexeme
  }

  atEnd(): boolean {
    return this.next.kind === 'end'
  }

  /** That text is next. */
  ahead(text: string): boolean {
    return this.next.lower === text
  }

  /** Takes that text if it is next. */
  accept(text: string): boolean {
    if (this.next.lower !== text || this.next.kind === 'end') return false
    this.#at++
    return true
  }

  /** @throws AsmError when something else is next. */
  expect(text: string): void {
    if (!this.accept(text)) throw this.error(`'${text}'`)
  }

  /** Something else was expected. */
  error(expected: string): AsmError {
    const { kind, text, column } = this.next
    return new AsmError(column, `${kind === 'end' ? 'the line ends' : `'${text}'`} where ${expected} is expected`)
  }
}
