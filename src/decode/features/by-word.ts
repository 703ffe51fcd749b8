import { bit } from '../../bits.ts'
import type { Encoding } from '../encoding.ts'

/** The features that a word of the encoding needs, by FEAT_ name: those of its row, and that of a 64-bit form. */
export function featuresOfWord(encoding: Encoding, word: number): readonly string[] {
  const { features, feature64 } = encoding
  return isWide(encoding, word) ? [...features, feature64] : features
}

/** The word is the 64-bit form of a row that says what this form needs beside. */
export function isWide(encoding: Encoding, word: number): boolean {
  if (encoding.feature64 === '') return false
  const sz = encoding.fields.find((f) => f.name === 'sz')
  return sz !== undefined && bit(word, sz.lsb) === 1
}
