/**
 * The fields of one descriptor, of 64 bits or 128, for people.
 *
 * @module
 */
import { hex, toAddress, toNumber } from '../bits.ts'
import { bitsText, type ExplainedField, explained, levelOf, sizeText, type Words } from './explain-field.ts'
import { leafFields } from './explain-leaf.ts'
import { HighBits, type TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { SecurityState } from './regime-register.ts'

/** What a descriptor is, by its type, its level and the granule. */
export type DescriptorKind = 'invalid' | 'reserved' | 'table' | 'block' | 'page'

/** SKL of a 128-bit descriptor: how many levels it skips. */
function skipLevel(words: Words): number {
  return ((words[3] ?? 0) >>> (109 - 96)) & 3
}

/**
 * `AArch64.DecodeDescriptorType`. `reserved` is a block where the granule has none, or with 128 bits a level that SKL cannot
 * skip to: invalid too.
 *
 * @param words the descriptor, two words or four.
 */
export function descriptorKind(p: TableParameters, level: number, words: Words): DescriptorKind {
  const lo = words[0] as number
  if ((lo & 1) === 0) return 'invalid'
  if (p.d128) {
    const skl = skipLevel(words)
    if (level + skl > 3 || (skl === 3 && p.granuleBits !== 12)) return 'reserved'
    if (level + skl < 3) return 'table'
    return level === 3 ? 'page' : 'block'
  }
  if ((lo & 2) !== 0) return level === 3 ? 'page' : 'table'
  return level !== 3 && ((p.blockLevels >> (level + 1)) & 1) !== 0 ? 'block' : 'reserved'
}

/** One descriptor's fields, the most telling first. */
export function descriptorFields(
  regime: TranslationRegime,
  p: TableParameters,
  level: number,
  words: Words,
): ExplainedField[] {
  const kind = descriptorKind(p, level, words)
  const fields = [typeField(p, kind, level, words)]
  if (p.d128 && kind !== 'invalid') fields.push(sklField(kind, level, words))
  if (kind === 'invalid' || kind === 'reserved') return fields
  fields.push(p.d128 ? addressField128(p, kind, level, words) : addressField64(p, kind, level, words))
  const rest = kind === 'table' ? tableFields(regime, p, words) : leafFields(regime, p, words)
  return [...fields, ...rest]
}

function typeField(p: TableParameters, kind: DescriptorKind, level: number, words: Words): ExplainedField {
  if (kind === 'invalid') return explained(words, 'valid', 0, 1, () => 'invalid')
  if (p.d128) return explained(words, 'valid', 0, 1, () => 'valid')
  const meaning = kind === 'reserved' ? `no block at level ${level} with this granule: invalid` : kind
  return explained(words, 'type', 0, 2, () => meaning)
}

function sklField(kind: DescriptorKind, level: number, words: Words): ExplainedField {
  return explained(words, 'SKL', 109, 2, (skl) => {
    if (kind === 'reserved') return level + skl > 3 ? 'there is no level so far below: invalid' : 'reserved: invalid'
    return kind === 'table' ? `table of level ${level + skl + 1}` : kind
  })
}

function tableFields(regime: TranslationRegime, p: TableParameters, words: Words): ExplainedField[] {
  const fields: ExplainedField[] = []
  if (p.haft) {
    fields.push(explained(words, 'AF', 10, 1, (v) => (v !== 0 ? 'accessed' : 'not accessed: hardware sets it')))
  }
  if (p.stage === 2) return fields
  const secure = regime.security === SecurityState.SECURE
  const nsTable = (at: number): ExplainedField =>
    explained(words, 'NSTable', at, 1, (v) => (v === 0 ? 'as the table before' : 'Non-secure from here on'))
  if (p.d128) {
    fields.push(
      explained(words, 'DisCH', 112, 1, (v) => (v === 0 ? 'contiguous entries count' : 'no contiguous entries in it')),
      explained(words, 'Protected', 114, 1, (v) => (v === 0 ? 'not protected' : 'protected')),
    )
    return secure ? [...fields, nsTable(127)] : fields
  }
  if (p.pnch) fields.push(explained(words, 'Protected', 52, 1, (v) => (v === 0 ? 'not protected' : 'protected')))
  const el = levelOf(regime)
  const ignored = p.hpd || p.pie ? ', ignored' : ''
  const note = (value: number, text: string): string => (value === 0 ? 'no limit' : text) + ignored
  const two = regime.hasUnprivileged
  const limits = two
    ? ['', 'no EL0 access', 'read-only', 'read-only, no EL0 access']
    : ['', 'no limit', 'read-only', 'read-only']
  fields.push(explained(words, 'APTable', 61, 2, (v) => note(v, limits[v] as string)))
  if (two) {
    fields.push(
      explained(words, 'UXNTable', 60, 1, (v) => note(v, 'EL0 executes nothing below')),
      explained(words, 'PXNTable', 59, 1, (v) => note(v, `${el} executes nothing below`)),
    )
  } else fields.push(explained(words, 'XNTable', 60, 1, (v) => note(v, `${el} executes nothing below`)))
  return secure ? [...fields, nsTable(63)] : fields
}

/** The address in a descriptor, with its upper bits where DS and FEAT_LPA put them. */
function addressField64(p: TableParameters, kind: DescriptorKind, level: number, words: Words): ExplainedField {
  const [lo, hi] = words as readonly [number, number]
  const shift = kind === 'table' ? p.granuleBits : p.granuleBits + p.stride * (3 - level)
  let top = hi & 0xffff
  let bits = bitsText(shift, 48 - shift)
  if (p.highBits === HighBits.DS) {
    top = (hi & 0x3_ffff) + (((lo >>> 8) & 3) << 18)
    bits = `[9:8],[49:${shift}]`
  } else if (p.highBits === HighBits.LPA) {
    top += ((lo >>> 12) & 15) << 16
    bits = `[15:12],[47:${shift}]`
  }
  return addressField(kind, bits, toNumber(top, lo), shift)
}

function addressField128(p: TableParameters, kind: DescriptorKind, level: number, words: Words): ExplainedField {
  const [lo, hi] = words as readonly [number, number]
  const shift = kind === 'table' ? p.granuleBits : p.granuleBits + p.stride * (3 - level)
  return addressField(kind, bitsText(shift, 56 - shift), toAddress(hi & 0x00ff_ffff, lo), shift)
}

function addressField(kind: DescriptorKind, bits: string, full: number, shift: number): ExplainedField {
  const value = full - (full % 2 ** shift)
  const meaning = kind === 'table' ? `next table at ${hex(value)}` : `${sizeText(shift)} at ${hex(value)}`
  return { name: kind === 'table' ? 'NextLevelTable' : 'OutputAddress', bits, value, meaning }
}
