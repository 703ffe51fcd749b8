import type { Encoding } from '../src/decode/encoding.ts'
import type { Instruction } from '../src/decode/index.ts'

/** One encoding of the census: what becomes of its words, and of how many. */
export interface CensusRow {
  readonly id: string
  readonly form: string
  readonly access: string
  readonly counts: ReadonlyMap<string, number>
}

export function wordsOf(encoding: Encoding, decode: (word: number) => Instruction | undefined): number[]
export function verdictsOf(words: readonly number[], statusOf: (word: number) => string): Map<string, number>
export function censusDocument(
  groups: readonly { readonly name: string; readonly rows: readonly CensusRow[] }[],
): string
