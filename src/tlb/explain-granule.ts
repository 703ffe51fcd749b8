/**
 * Entries of the granule protection tables (FEAT_RME), for people.
 *
 * @module
 */
import { hex, toNumber } from '../bits.ts'
import { bitsText, type ExplainedField, explained, SPACES, sizeText, type Words } from './explain-field.ts'
import type { GranuleProtection } from './granule-protection.ts'

/** What an entry is, by its level and type. */
export type GranuleEntryKind = 'block' | 'table' | 'contiguous' | 'granules' | 'invalid'

/** An entry of the granule protection tables that a walk read. */
export interface ExplainedGranuleEntry {
  /** 0 or 1. */
  readonly level: number
  /** PA of the entry, in Root space. */
  readonly pa: number
  readonly hi: number
  readonly lo: number
  readonly kind: GranuleEntryKind
  readonly fields: readonly ExplainedField[]
  /** PA whose granule is asked for. */
  readonly granule: number
}

const GPI: Readonly<Record<number, string>> = { 0: 'no access', 8: '', 9: '', 10: '', 11: '', 15: 'any space' }

/** An entry, of level 0 or 1, on the way to the granule of the PA `granule`. */
export function explainGranuleEntry(
  tables: GranuleProtection,
  level: number,
  pa: number,
  hi: number,
  lo: number,
  granule: number,
): ExplainedGranuleEntry {
  const words: Words = [lo, hi]
  const type = lo & 15
  const kind = level === 0 ? levelZero(type) : type === 1 ? 'contiguous' : 'granules'
  return { level, pa, hi, lo, kind, fields: fieldsOf(tables, kind, words, granule), granule }
}

function levelZero(type: number): GranuleEntryKind {
  return type === 1 ? 'block' : type === 3 ? 'table' : 'invalid'
}

function fieldsOf(tables: GranuleProtection, kind: GranuleEntryKind, words: Words, granule: number): ExplainedField[] {
  if (kind === 'granules') {
    // Sixteen granules by the bits above the granule's own.
    const index = Math.floor(granule / 2 ** tables.granuleBits) % 16
    const name = `GPI${index}`
    return [explained(words, name, 4 * index, 4, (v) => `${sizeText(tables.granuleBits)}: ${gpiText(tables, v)}`)]
  }
  const type = explained(words, 'type', 0, 4, () => (kind === 'invalid' ? 'reserved: invalid' : kind))
  if (kind === 'invalid') return [type]
  if (kind === 'table') {
    const value = toNumber((words[1] as number) & 0xf_ffff, ((words[0] as number) & ~0xfff) >>> 0)
    return [type, { name: 'address', bits: bitsText(12, 40), value, meaning: `level 1 table at ${hex(value)}` }]
  }
  const gpi = explained(words, 'GPI', 4, 4, (v) => gpiText(tables, v))
  if (kind === 'block') return [type, gpi]
  const size = explained(words, 'Contig', 8, 2, (v) => (v === 0 ? 'reserved: invalid' : sizeText(17 + 4 * v)))
  return [type, gpi, size]
}

function gpiText(tables: GranuleProtection, gpi: number): string {
  if (((tables.valid >> gpi) & 1) === 0) return 'reserved: invalid'
  const text = GPI[gpi] as string
  return text === '' ? `${SPACES[gpi - 8] as string} memory` : text
}
