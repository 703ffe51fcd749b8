/**
 * The fields of one descriptor, for people.
 *
 * @module
 */
import { hex, toNumber } from '../bits.ts'
import { isDevice, mairByte } from './attributes.ts'
import { HighBits, type TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'

/** A field of a register or descriptor: its name and bits as the manual has them, and what the value means here. */
export interface ExplainedField {
  readonly name: string
  /** Position, `[hi:lo]` or `[n]`. */
  readonly bits: string
  readonly value: number
  readonly meaning: string
}

/** What a descriptor is, by its low two bits, its level and the granule. */
export type DescriptorKind = 'invalid' | 'reserved' | 'table' | 'block' | 'page'

/** `AArch64.DecodeDescriptorType`; `reserved` is a block where the granule has none: invalid too. */
export function descriptorKind(p: TableParameters, level: number, lo: number): DescriptorKind {
  if ((lo & 1) === 0) return 'invalid'
  if ((lo & 2) !== 0) return level === 3 ? 'page' : 'table'
  return level !== 3 && ((p.blockLevels >> (level + 1)) & 1) !== 0 ? 'block' : 'reserved'
}

/** One descriptor's fields, the most telling first. */
export function descriptorFields(
  regime: TranslationRegime,
  p: TableParameters,
  level: number,
  hi: number,
  lo: number,
): ExplainedField[] {
  const kind = descriptorKind(p, level, lo)
  const type = lo & 3
  const of = (name: string, at: number, width: number, meaning: (value: number) => string): ExplainedField => {
    const value = at >= 32 ? (hi >>> (at - 32)) & ((1 << width) - 1) : (lo >>> at) & ((1 << width) - 1)
    return { name, bits: width === 1 ? `[${at}]` : `[${at + width - 1}:${at}]`, value, meaning: meaning(value) }
  }
  if (kind === 'invalid') return [of('valid', 0, 1, () => 'invalid')]
  if (kind === 'reserved') return [of('type', 0, 2, () => `no block at level ${level} with this granule: invalid`)]
  if (kind === 'table') {
    const fields = [of('type', 0, 2, () => 'table'), addressField(p, kind, level, hi, lo)]
    if (p.stage === 2) return fields
    const ignored = p.hpd || p.pie ? ', ignored' : ''
    const note = (value: number, text: string): string => (value === 0 ? 'no limit' : text) + ignored
    return [
      ...fields,
      of('APTable', 61, 2, (v) => note(v, ['', 'no EL0 access', 'read-only', 'read-only, no EL0 access'][v] as string)),
      of('UXNTable', 60, 1, (v) => note(v, 'EL0 executes nothing below')),
      of('PXNTable', 59, 1, (v) => note(v, 'EL1 executes nothing below')),
    ]
  }
  const head: ExplainedField[] = [
    { name: 'type', bits: '[1:0]', value: type, meaning: kind },
    addressField(p, kind, level, hi, lo),
    of('AF', 10, 1, (v) => (v !== 0 ? 'accessed' : p.ha ? 'not accessed: hardware sets it' : 'not accessed: faults')),
  ]
  return p.stage === 1 ? [...head, ...stage1Leaf(regime, p, of)] : [...head, ...stage2Leaf(p, of)]
}

type FieldOf = (name: string, at: number, width: number, meaning: (value: number) => string) => ExplainedField

function stage1Leaf(regime: TranslationRegime, p: TableParameters, of: FieldOf): ExplainedField[] {
  const access = ['EL1 read/write', 'EL1 and EL0 read/write', 'EL1 read-only', 'EL1 and EL0 read-only']
  const permissions = p.pie
    ? [
        of('PIIndex[0]', 6, 1, () => 'index into PIR_EL1 and PIRE0_EL1'),
        of('PIIndex[1]', 51, 1, () => 'the same'),
        of('PIIndex[3:2]', 53, 2, () => 'the same'),
        of('nDirty', 7, 1, (v) => (v === 0 ? 'dirty' : 'clean')),
      ]
    : [
        of('AP[2:1]', 6, 2, (v) => access[v] as string),
        of('UXN', 54, 1, (v) => (v === 0 ? 'EL0 may execute' : 'EL0 executes nothing')),
        of('PXN', 53, 1, (v) => (v === 0 ? 'EL1 may execute' : 'EL1 executes nothing')),
        of('DBM', 51, 1, (v) =>
          v === 0 ? 'no dirty state' : p.hd ? 'a write clears AP[2]' : 'no hardware dirty state',
        ),
      ]
  const second = p.aie && of('AttrIndx[3]', 59, 1, () => '').value === 1
  const type = (index: number): string =>
    second
      ? `MAIR2_EL1.Attr${index + 8} = ${memoryType(mairByte(regime.mair2Hi, regime.mair2Lo, index))}`
      : `MAIR_EL1.Attr${index} = ${memoryType(mairByte(regime.mairHi, regime.mairLo, index))}`
  return [
    ...permissions,
    ...(p.poe || p.e0poe ? [of('POIndex', 60, 3, () => 'index into POR_EL1 and POR_EL0')] : []),
    of('AttrIndx', 2, 3, type),
    ...(p.aie ? [of('AttrIndx[3]', 59, 1, (v) => (v === 0 ? 'of MAIR_EL1' : 'of MAIR2_EL1'))] : []),
    ...(p.highBits === HighBits.DS ? [] : [of('SH', 8, 2, (v) => SHAREABILITY[v] as string)]),
    of('nG', 11, 1, (v) => (v === 0 ? 'global' : 'of this ASID')),
    p.pnch
      ? of('Protected', 52, 1, (v) => (v === 0 ? 'not protected' : 'protected'))
      : of('Contiguous', 52, 1, (v) => (v === 0 ? 'no hint' : 'one of a run of entries')),
  ]
}

function stage2Leaf(p: TableParameters, of: FieldOf): ExplainedField[] {
  const permissions = p.pie
    ? [
        of('PIIndex[0]', 6, 1, () => 'index into S2PIR_EL2'),
        of('PIIndex[1]', 51, 1, () => 'the same'),
        of('PIIndex[3:2]', 53, 2, () => 'the same'),
        of('Dirty', 7, 1, (v) => (v === 0 ? 'clean' : 'dirty')),
      ]
    : [
        of('S2AP', 6, 2, (v) => ['no access', 'read-only', 'write-only', 'read/write'][v] as string),
        of('XN', 53, 2, (v) => ['all execute', 'EL0 executes', 'none executes', 'EL1 executes'][v] as string),
        of('DBM', 51, 1, (v) =>
          v === 0 ? 'no dirty state' : p.hd ? 'a write sets S2AP[1]' : 'no hardware dirty state',
        ),
      ]
  if (p.poe) permissions.push(of('POIndex', 59, 4, () => 'index into S2POR_EL1'))
  if (p.assuredOnly)
    permissions.push(of('AssuredOnly', 58, 1, (v) => (v === 0 ? 'any mapping' : 'assured mappings only')))
  const forced = p.fwb ? ' (HCR_EL2.FWB)' : ''
  return [
    ...permissions,
    of('MemAttr', 2, 4, (v) => (p.fwb ? `forces${forced}` : v < 4 ? 'Device' : 'Normal')),
    ...(p.highBits === HighBits.DS ? [] : [of('SH', 8, 2, (v) => SHAREABILITY[v] as string)]),
    of('Contiguous', 52, 1, (v) => (v === 0 ? 'no hint' : 'one of a run of entries')),
  ]
}

const SHAREABILITY = ['Non-shareable', 'reserved', 'Outer Shareable', 'Inner Shareable']

/** The address in a descriptor, with its upper bits where DS and FEAT_LPA put them. */
function addressField(p: TableParameters, kind: DescriptorKind, level: number, hi: number, lo: number): ExplainedField {
  const shift = kind === 'table' ? p.granuleBits : p.granuleBits + p.stride * (3 - level)
  let top = hi & 0xffff
  let bits = `[47:${shift}]`
  if (p.highBits === HighBits.DS) {
    top = (hi & 0x3_ffff) + (((lo >>> 8) & 3) << 18)
    bits = `[9:8],[49:${shift}]`
  } else if (p.highBits === HighBits.LPA) {
    top += ((lo >>> 12) & 15) << 16
    bits = `[15:12],[47:${shift}]`
  }
  const size = 2 ** shift
  const full = toNumber(top, lo)
  const value = full - (full % size)
  const meaning = kind === 'table' ? `next table at ${hex(value)}` : `${sizeText(shift)} at ${hex(value)}`
  return { name: kind === 'table' ? 'NextLevelTable' : 'OutputAddress', bits, value, meaning }
}

const DEVICE = ['Device-nGnRnE', 'Device-nGnRE', 'Device-nGRE', 'Device-GRE']

/** A MAIR byte in the manual's words. @example `memoryType(0x04) // '0x04, Device-nGnRE'` */
export function memoryType(attr: number): string {
  const byte = hex(attr, 2)
  if (isDevice(attr)) return `${byte}, ${DEVICE[attr >> 2] as string}`
  if (attr === 0xf0) return `${byte}, Normal Write-Back, Tagged`
  if (attr === 0xe0) return `${byte}, Normal Write-Back, Tagged, no tag access`
  const half = (nibble: number): string =>
    nibble === 4 ? 'Non-cacheable' : (nibble & 4) === 0 ? 'Write-Through' : 'Write-Back'
  const [outer, inner] = [half(attr >> 4), half(attr & 15)]
  return `${byte}, Normal ${outer === inner ? outer : `Outer ${outer}, Inner ${inner}`}`
}

/** @example `sizeText(21) // '2 MiB'` */
export function sizeText(log2: number): string {
  const unit = Math.floor(log2 / 10)
  return `${2 ** (log2 - unit * 10)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit] as string}`
}
