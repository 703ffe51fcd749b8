import { RESERVED, type ReservedName } from '../constraints.ts'
import type { Encoding } from '../encoding.ts'
import { decode, WordError } from '../instruction.ts'
import { A64 } from '../isa/index.ts'
import type { Bits } from '../pattern.ts'
import type { FeatureSet } from './set.ts'

/** A row that a word comes near to. */
export interface NearRow {
  readonly encoding: Encoding
  /** How many fixed bits of the row the word has otherwise. */
  readonly bits: number
}

/** Why a word is unallocated (UNDEFINED). */
export type UnallocatedReason =
  /** A row owns the word, but a feature that it needs is off. `feature` is a FEAT_ name, `A|B` where either would do. */
  | { readonly kind: 'feature'; readonly encoding: Encoding; readonly feature: string }
  /** It has the fixed bits of a row, but a rule of the row reserves it. */
  | { readonly kind: 'reserved'; readonly encoding: Encoding; readonly rule: ReservedName }
  /** It has the fixed bits of a row, but a field has a value that the row leaves out; `field` is `''` for unnamed bits. */
  | { readonly kind: 'excluded'; readonly encoding: Encoding; readonly field: string; readonly value: number }
  /** No row has such words; `group` is the top-level class of bits 28:25, `''` for a class without instructions. */
  | { readonly kind: 'no-encoding'; readonly group: string; readonly nearest: NearRow | undefined }

/**
 * Why a word is unallocated, with all features or those of a set; `undefined` when it is allocated there.
 *
 * Looks at all rows of the word's class: for diagnostics, not for hot paths.
 *
 * @param word - 0..0xffffffff.
 * @throws WordError when `word` is not an integer of 32 bits.
 * @example
 * ```ts
 * explainUnallocated(0x12400000)?.kind // 'reserved' or 'excluded', with the row: AND (immediate), 32-bit, has no N = 1
 * explainUnallocated(0x38bfc020, FeatureSet.parse('v8.2')) // kind 'feature', feature 'LRCPC'
 * explainUnallocated(0x38bfc020) // undefined
 * ```
 */
export function explainUnallocated(word: number, features?: FeatureSet): UnallocatedReason | undefined {
  if (!Number.isInteger(word) || word < 0 || word > 0xffff_ffff) throw new WordError(word)
  const insn = decode(word)
  if (insn) {
    if (!features || features.resolve(insn.encoding, word)) return undefined
    const feature = features.missingOf(insn.encoding, word) as string
    return { kind: 'feature', encoding: insn.encoding, feature }
  }
  let reserved: UnallocatedReason | undefined
  let excluded: UnallocatedReason | undefined
  let nearest: NearRow | undefined
  let group = ''
  for (const section of A64.sections((word >>> 25) & 15)) {
    group = section.name
    for (const encoding of section.all()) {
      const bits = bitCount((word ^ encoding.value) & encoding.mask)
      if (bits > 0) {
        if (!nearest || bits < nearest.bits) nearest = { encoding, bits }
        continue
      }
      const left = encoding.excluded.find((e) => ((word ^ e.value) & e.mask) === 0)
      if (left) excluded ??= { kind: 'excluded', encoding, ...fieldOf(encoding, left, word) }
      const rule = encoding.reserved.find((name) => RESERVED[name](word))
      if (rule && !left) reserved ??= { kind: 'reserved', encoding, rule }
    }
  }
  // A named rule says more than a value that is left out, often to another row.
  return reserved ?? excluded ?? { kind: 'no-encoding', group, nearest }
}

function fieldOf(
  { fields }: Encoding,
  { mask }: Bits,
  word: number,
): { readonly field: string; readonly value: number } {
  for (const { name, lsb, width } of fields) {
    const bits = width === 32 ? -1 : (1 << width) - 1
    if (((mask >>> lsb) & bits) << lsb === (mask | 0)) return { field: name, value: (word >>> lsb) & bits }
  }
  return { field: '', value: (word & mask) >>> 0 }
}

function bitCount(n: number): number {
  let count = 0
  for (let rest = n; rest !== 0; rest &= rest - 1) count++
  return count
}
