import { type Field, fieldWidth } from './fields.ts'

/** Fixed bits: a word `w` matches when `(w & mask) >>> 0 === value`. */
export interface Bits {
  readonly mask: number
  readonly value: number
}

/** A parsed bit pattern: what it fixes, what should be so, what it excludes, what it names. */
export interface Pattern extends Bits {
  /** Should-be-zero and should-be-one bits: a word that differs is CONSTRAINED UNPREDICTABLE. */
  readonly should: Bits
  /** Field values written `name!=bits`: such words do not belong to the row. */
  readonly excluded: readonly Bits[]
  readonly fields: readonly Field[]
}

/** A row of the table is wrong. The message says which row and which token, and what was expected. */
export class TableError extends Error {
  override readonly name = 'TableError'
  readonly row: string
  constructor(row: string, problem: string) {
    super(`row ${row}: ${problem}`)
    this.row = row
  }
}

const TOKEN = /^(?:([01x]+)|\(([01])\)|([A-Za-z]\w*)(?::(\d+))?(?:(=|!=)(.+))?)$/

/** A token of a pattern, its bits as if it ended at bit 0. */
interface Token {
  readonly width: number
  readonly mask: number
  readonly value: number
  /** The fixed bits should be so rather than are so. */
  readonly should: boolean
  /** `''` for bits without a name. */
  readonly field: string
  readonly excluded: readonly Bits[]
}

// A few hundred tokens make all patterns: the cache makes building the table several times faster.
const tokens = new Map<string, Token>()
const NONE: readonly Bits[] = []
const NO_BITS: Bits = { mask: 0, value: 0 }

function parseToken(row: string, token: string): Token {
  const m = TOKEN.exec(token)
  if (!m) throw new TableError(row, `token '${token}' is neither bits, nor a field, nor (0) or (1)`)
  const [, literal, shouldBe, name, widthText, relation, condition] = m
  if (literal !== undefined)
    return { ...bitsOf(literal), width: literal.length, should: false, field: '', excluded: NONE }
  if (shouldBe !== undefined) return { ...bitsOf(shouldBe), width: 1, should: true, field: '', excluded: NONE }
  const field = name as string
  const choices = condition === undefined ? [] : condition.replace(/[()]/g, '').split('|')
  const width = widthText === undefined ? (choices[0]?.length ?? fieldWidth(field)) : Number(widthText)
  if (width === undefined) throw new TableError(row, `field '${field}' is not one the manual names; give its width`)
  if (choices.some((c) => c.length !== width || /[^01x]/.test(c)))
    throw new TableError(row, `'${token}' does not hold ${width} bits of 0, 1 and x`)
  const fixed = bitsOf(relation === '=' ? (choices[0] as string) : '')
  const excluded = relation === '!=' ? choices.map(bitsOf) : NONE
  return { ...fixed, width, should: condition?.startsWith('(') === true, field, excluded }
}

/** What a string of 0, 1 and x fixes, its last character being bit 0. */
function bitsOf(text: string): Bits {
  let mask = 0
  let value = 0
  for (const c of text) {
    mask = (mask << 1) | (c === 'x' ? 0 : 1)
    value = (value << 1) | (c === '1' ? 1 : 0)
  }
  return { mask: mask >>> 0, value: value >>> 0 }
}

/**
 * Parses a 32-bit pattern, most significant bit first. Tokens, separated by spaces:
 *
 * | token | bits | meaning |
 * |---|---|---|
 * | `0110` | one each | fixed bits; `x` is a bit that means nothing |
 * | `(0)` `(1)` | 1 | should be 0, should be 1: otherwise CONSTRAINED UNPREDICTABLE |
 * | `Rn` `imm12` | by name | a field whose width the manual's name tells ({@link fieldWidth}) |
 * | `imm:3` | 3 | a field with its width |
 * | `size=1x` | 2 | a field some of whose bits are fixed; also fixes its width |
 * | `Rs=(11111)` | 5 | a field whose bits should be so |
 * | `size!=11` `op2!=000\|1x1` | by value | a field that is not so: those words are not this row's |
 *
 * @throws TableError when a token is unknown, a field repeats, or the bits do not add up to 32.
 */
export function parsePattern(row: string, text: string): Pattern {
  const bits = new Int32Array(SCANNED)
  const fields: Field[] = []
  const excluded: Bits[] = []
  scanPattern(row, text, bits, 0, fields, excluded)
  const [mask, value, should, shouldValue] = new Uint32Array(bits.buffer) as unknown as [number, number, number, number]
  return {
    mask,
    value,
    should: should === 0 ? NO_BITS : { mask: should, value: shouldValue },
    excluded: excluded.length === 0 ? NONE : excluded,
    fields,
  }
}

/** Numbers that {@link scanPattern} writes: mask, value, should-be mask, should-be value, number of excluded values. */
const SCANNED = 5

/**
 * What dispatch needs of a pattern, written to `out[at..]`: {@link SCANNED} numbers. Makes no objects but where `fields`
 * and `excluded` ask for them: 1 us a row, where making the encoding costs 5 (measured, in a process that has just started).
 */
export function scanPattern(
  row: string,
  text: string,
  out: Int32Array,
  at: number,
  fields?: Field[],
  excluded?: Bits[],
): void {
  let mask = 0
  let value = 0
  let shouldMask = 0
  let shouldValue = 0
  let exclusions = 0
  let position = 32
  const words = text.split(' ')
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '') continue
    let token = tokens.get(word)
    if (token === undefined) {
      token = parseToken(row, word)
      tokens.set(word, token)
    }
    const lsb = position - token.width
    if (lsb < 0) throw new TableError(row, `'${word}' runs past bit 0`)
    position = lsb
    if (token.should) {
      shouldMask |= token.mask << lsb
      shouldValue |= token.value << lsb
    } else {
      mask |= token.mask << lsb
      value |= token.value << lsb
    }
    exclusions += token.excluded.length
    if (excluded)
      for (const e of token.excluded) excluded.push({ mask: (e.mask << lsb) >>> 0, value: (e.value << lsb) >>> 0 })
    const name = token.field
    if (name === '' || !fields) continue
    for (const f of fields) if (f.name === name) throw new TableError(row, `field '${name}' is named twice`)
    fields.push({ name, lsb, width: token.width })
  }
  if (position !== 0) throw new TableError(row, `pattern has ${32 - position} bits, not 32`)
  out[at] = mask
  out[at + 1] = value
  out[at + 2] = shouldMask
  out[at + 3] = shouldValue
  out[at + 4] = exclusions
}

/**
 * A word that belongs to both patterns, or `undefined` when there is none: exact, excluded values and all.
 */
export function commonWord(a: Pattern, b: Pattern): number | undefined {
  if (((a.value ^ b.value) & a.mask & b.mask) !== 0) return undefined
  return avoid((a.mask | b.mask) >>> 0, (a.value | b.value) >>> 0, [...a.excluded, ...b.excluded], 0)
}

/** A word with the given fixed bits that matches none of `excluded[from..]`: splits on the bits that those name. */
function avoid(mask: number, value: number, excluded: readonly Bits[], from: number): number | undefined {
  for (let i = from; i < excluded.length; i++) {
    const e = excluded[i] as Bits
    if (((value ^ e.value) & mask & e.mask) !== 0) continue
    for (let free = (e.mask & ~mask) >>> 0; free !== 0; free &= free - 1) {
      const bit = (free & -free) >>> 0
      const word = avoid((mask | bit) >>> 0, (value | (bit & ~e.value)) >>> 0, excluded, i)
      if (word !== undefined) return word
    }
    return undefined
  }
  return value
}
