/**
 * What an explanation is made of: fields, with their bits and what the value means; and the words for sizes and attributes.
 *
 * @module
 */
import { hex } from '../bits.ts'
import { isDevice } from './attributes.ts'
import type { TranslationRegime } from './regime.ts'
import { Regime, SecurityState } from './regime-register.ts'

/** A field of a register or descriptor: its name and bits as the manual has them, and what the value means here. */
export interface ExplainedField {
  readonly name: string
  /** Position, `[hi:lo]` or `[n]`. */
  readonly bits: string
  readonly value: number
  readonly meaning: string
}

/** Words of 32 bits of a register or descriptor, the lowest first. */
export type Words = readonly number[]

/** `width` bits, 1 to 31, from bit `at` on. */
function fieldOf(words: Words, at: number, width: number): number {
  const [low, high] = [words[at >>> 5] ?? 0, words[(at >>> 5) + 1] ?? 0]
  const shift = at & 31
  const from = shift === 0 ? low : (low >>> shift) | (high << (32 - shift))
  return (from & ((1 << width) - 1)) >>> 0
}

/** A field of at most 31 bits by its place. */
export function explained(
  words: Words,
  name: string,
  at: number,
  width: number,
  meaning: (value: number) => string,
): ExplainedField {
  const value = fieldOf(words, at, width)
  return { name, bits: bitsText(at, width), value, meaning: meaning(value) }
}

/** @example `bitsText(12, 36) // '[47:12]'` */
export function bitsText(at: number, width: number): string {
  return width === 1 ? `[${at}]` : `[${at + width - 1}:${at}]`
}

/** SH as descriptors and TCR_ELx encode it. */
export const SHAREABILITY: readonly string[] = ['Non-shareable', 'reserved', 'Outer Shareable', 'Inner Shareable']

/** Names of {@link SecurityState}. */
export const SPACES: readonly string[] = ['Secure', 'Non-secure', 'Root', 'Realm']

/** The Exception level that a regime's registers are named for. @example `levelOf(regime) // 'EL1'` */
export function levelOf(regime: TranslationRegime): string {
  return regime.kind === Regime.EL3 ? 'EL3' : regime.kind === Regime.EL10 ? 'EL1' : 'EL2'
}

/** NS of a leaf, in the words of the state that reads it. */
export function nsText(security: number, value: number): string {
  const own = SPACES[security] as string
  return value === 0 ? `${own} memory` : `${SPACES[SecurityState.NON_SECURE] as string} memory`
}

const DEVICE = ['Device-nGnRnE', 'Device-nGnRE', 'Device-nGRE', 'Device-GRE']

/** A MAIR byte in the manual's words. @example `memoryType(0x04) // '0x04, Device-nGnRE'` */
export function memoryType(attr: number): string {
  const byte = hex(attr, 2)
  const noXs = isDevice(attr) ? (attr & 1) !== 0 : attr === 0x40 || attr === 0xa0
  if (noXs) return `${byte}, ${typeText(isDevice(attr) ? attr & 12 : attr === 0x40 ? 0x44 : 0xaa)}, XS = 0`
  return `${byte}, ${typeText(attr)}`
}

function typeText(attr: number): string {
  if (isDevice(attr)) return DEVICE[attr >> 2] as string
  if (attr === 0xf0) return 'Normal Write-Back, Tagged'
  if (attr === 0xe0) return 'Normal Write-Back, Tagged, no tag access'
  const half = (nibble: number): string =>
    nibble === 4 ? 'Non-cacheable' : (nibble & 4) === 0 ? 'Write-Through' : 'Write-Back'
  const [outer, inner] = [half(attr >> 4), half(attr & 15)]
  return `Normal ${outer === inner ? outer : `Outer ${outer}, Inner ${inner}`}`
}

/** @example `sizeText(21) // '2 MiB'` */
export function sizeText(log2: number): string {
  const unit = Math.floor(log2 / 10)
  return `${2 ** (log2 - unit * 10)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit] as string}`
}
