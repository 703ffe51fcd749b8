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
  let mask = 0
  let value = 0
  let shouldMask = 0
  let shouldValue = 0
  let position = 32
  const fields: Field[] = []
  const excluded: Bits[] = []
  const fix = (bits: string, should: boolean): void => {
    for (let i = 0; i < bits.length; i++) {
      const bit = (1 << (position - 1 - i)) >>> 0
      const c = bits[i]
      if (c === 'x') continue
      if (should) {
        shouldMask |= bit
        if (c === '1') shouldValue |= bit
      } else {
        mask |= bit
        if (c === '1') value |= bit
      }
    }
  }
  for (const token of text.trim().split(/\s+/)) {
    const m = TOKEN.exec(token)
    if (!m) throw new TableError(row, `token '${token}' is neither bits, nor a field, nor (0) or (1)`)
    const [, literal, shouldBe, name, widthText, relation, condition] = m
    if (literal !== undefined) {
      fix(literal, false)
      position -= literal.length
    } else if (shouldBe !== undefined) {
      fix(shouldBe, true)
      position -= 1
    } else {
      const field = name as string
      const choices = condition === undefined ? [] : condition.replace(/[()]/g, '').split('|')
      const width = widthText === undefined ? (choices[0]?.length ?? fieldWidth(field)) : Number(widthText)
      if (width === undefined) throw new TableError(row, `field '${field}' is not one the manual names; give its width`)
      if (choices.some((c) => c.length !== width || /[^01x]/.test(c)))
        throw new TableError(row, `'${token}' does not hold ${width} bits of 0, 1 and x`)
      if (fields.some((f) => f.name === field)) throw new TableError(row, `field '${field}' is named twice`)
      const lsb = position - width
      if (lsb < 0) throw new TableError(row, `'${token}' runs past bit 0`)
      fields.push({ name: field, lsb, width })
      if (relation === '=') fix(choices[0] as string, (condition as string).startsWith('('))
      if (relation === '!=') for (const c of choices) excluded.push(fieldBits(c, lsb))
      position = lsb
    }
    if (position < 0) throw new TableError(row, `'${token}' runs past bit 0`)
  }
  if (position !== 0) throw new TableError(row, `pattern has ${32 - position} bits, not 32`)
  return {
    mask: mask >>> 0,
    value: value >>> 0,
    should: { mask: shouldMask >>> 0, value: shouldValue >>> 0 },
    excluded,
    fields,
  }
}

function fieldBits(bits: string, lsb: number): Bits {
  let mask = 0
  let value = 0
  for (let i = 0; i < bits.length; i++) {
    const bit = (1 << (lsb + bits.length - 1 - i)) >>> 0
    if (bits[i] !== 'x') mask |= bit
    if (bits[i] === '1') value |= bit
  }
  return { mask: mask >>> 0, value: value >>> 0 }
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
