import type { Encoding } from './encoding.ts'
import { findField } from './encoding.ts'
import type { Field } from './fields.ts'
import { TableError } from './pattern.ts'

/** A value gathered from fields of the word, most significant part first. */
export interface BitExpression {
  readonly width: number
  /** The value, unsigned. */
  read(word: number): number
  /** The bits of a word that hold `value`, an unsigned number of {@link width} bits; -1 when it does not fit. */
  write(value: number): number
}

const PART = /^([A-Za-z]\w*)(?:<(\d+)(?::(\d+))?>)?$/

/**
 * Compiles `immhi:immlo`, `Q:S:size<1>` and the like: fields or slices of them, joined by colons, most significant
 * first, 32 bits at most.
 *
 * @returns `undefined` when the text does not name fields of the encoding only.
 */
export function bitExpression(encoding: Encoding, text: string): BitExpression | undefined {
  const parts: Field[] = []
  // A colon inside <...> belongs to the slice.
  for (const piece of text.split(/:(?![^<]*>)/)) {
    const m = PART.exec(piece)
    const field = m && findField(encoding, m[1] as string)
    if (!m || !field) return undefined
    const top = m[2] === undefined ? field.width - 1 : Number(m[2])
    const bottom = m[2] === undefined ? 0 : m[3] === undefined ? top : Number(m[3])
    if (top >= field.width || bottom > top) throw new TableError(encoding.id, `'${piece}' is not inside ${field.name}`)
    parts.push({ name: field.name, lsb: field.lsb + bottom, width: top - bottom + 1 })
  }
  const width = parts.reduce((sum, p) => sum + p.width, 0)
  if (width > 32) throw new TableError(encoding.id, `'${text}' has more than 32 bits`)
  if (parts.length === 1) {
    const { lsb, width: w } = parts[0] as Field
    const ones = w === 32 ? -1 : (1 << w) - 1
    return {
      width,
      read: (word) => ((word >>> lsb) & ones) >>> 0,
      write: (value) => (value >>> 0 === value && value <= ones >>> 0 ? (value << lsb) >>> 0 : -1),
    }
  }
  return {
    width,
    write: (value) => {
      if (value >>> 0 !== value || value >= 2 ** width) return -1
      let word = 0
      let rest = value
      for (const p of parts.toReversed()) {
        word |= (rest & ((1 << p.width) - 1)) << p.lsb
        rest >>>= p.width
      }
      return word >>> 0
    },
    read: (word) => {
      let value = 0
      for (const p of parts) value = (value << p.width) | ((word >>> p.lsb) & ((1 << p.width) - 1))
      return value >>> 0
    },
  }
}
