/**
 * What a piece of an instruction's text is:
 *
 * - `mnemonic`: `ldp`, `b.eq`;
 * - `directive`: `.inst`, of a word that is no instruction;
 * - `register`: a register with its arrangement, such as `x0`, `v2.8h`, `za0h.s`;
 * - `immediate`: a number, with its `#` where it has one: `#16`, `#0x10`, `#1.0`, the `1` of `v0.s[1]`;
 * - `label`: a PC-relative offset `#-8`, or the address that it leads to, `0x400080`;
 * - `symbol`: the name of that address;
 * - `keyword`: a word of the syntax: `lsl`, `uxtw`, `mul vl`, the `z` of `p0/z`, a predicate constraint;
 * - `name`: a name for a value: condition, system register, barrier, prefetch or cache operation;
 * - `punctuation`: everything between, spaces too.
 */
export type TokenKind =
  | 'mnemonic'
  | 'directive'
  | 'register'
  | 'immediate'
  | 'label'
  | 'symbol'
  | 'keyword'
  | 'name'
  | 'punctuation'

/** A piece of an instruction's text. The texts of all, joined, are the text. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Position, in the text, of the operand that the piece is of; -1 for the mnemonic and what stands between operands. */
  readonly operand: number
}

/** Where the text of an instruction goes, piece by piece. */
export interface Sink {
  put(kind: TokenKind, text: string): void
}

/** Keeps only the text. */
export class TextSink implements Sink {
  text = ''

  put(_kind: TokenKind, text: string): void {
    this.text += text
  }
}

/** Keeps all pieces, under the operand that {@link operand} says. */
export class TokenSink implements Sink {
  readonly tokens: Token[] = []
  operand = -1

  put(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text, operand: this.operand })
  }
}

/** Passes everything on, in upper case where the case means nothing. */
export class UpperCaseSink implements Sink {
  readonly #sink: Sink

  constructor(sink: Sink) {
    this.#sink = sink
  }

  put(kind: TokenKind, text: string): void {
    const fixed = kind === 'immediate' || kind === 'label' || kind === 'symbol' || kind === 'directive'
    this.#sink.put(kind, fixed ? text : text.toUpperCase())
  }
}
