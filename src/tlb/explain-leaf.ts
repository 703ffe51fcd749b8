/**
 * The attributes of a leaf descriptor, of 64 bits or 128, for people.
 *
 * @module
 */
import { mairByte } from './attributes.ts'
import {
  type ExplainedField,
  explained,
  levelOf,
  memoryType,
  nsText,
  SHAREABILITY,
  SPACES,
  type Words,
} from './explain-field.ts'
import { HighBits, type TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { Regime, SecurityState } from './regime-register.ts'

/** A field by name, first bit and width. */
type FieldOf = (name: string, at: number, width: number, meaning: (value: number) => string) => ExplainedField

/** Where a format has what both formats have. */
interface Places {
  readonly contiguous: number
  readonly ns1: number
  readonly ns2: number
}

const IN_64: Places = { contiguous: 52, ns1: 5, ns2: 55 }
const IN_128: Places = { contiguous: 111, ns1: 127, ns2: 127 }

/** The attributes of a leaf at `p.stage`, the most telling first. */
export function leafFields(regime: TranslationRegime, p: TableParameters, words: Words): ExplainedField[] {
  const of: FieldOf = (name, at, width, meaning) => explained(words, name, at, width, meaning)
  const accessed = (v: number): string =>
    v !== 0 ? 'accessed' : p.ha ? 'not accessed: hardware sets it' : 'not accessed: faults'
  const head = [of('AF', 10, 1, accessed)]
  return p.stage === 1 ? [...head, ...stage1(regime, p, of)] : [...head, ...stage2(regime, p, of)]
}

function stage1(regime: TranslationRegime, p: TableParameters, of: FieldOf): ExplainedField[] {
  const el = levelOf(regime)
  const places = p.d128 ? IN_128 : IN_64
  const fields = p.pie ? indirect1(regime, p, of) : direct1(regime, p, of)
  if (p.poe || p.e0poe) {
    const registers = [p.poe ? `POR_${el}` : '', p.e0poe ? 'POR_EL0' : ''].filter((name) => name !== '')
    const [at, width] = p.d128 ? [121, 4] : [60, 3]
    fields.push(of('POIndex', at, width, () => `index into ${registers.join(' and ')}`))
  }
  fields.push(...memory1(regime, p, of))
  // With TCR_ELx.DS the bits are the address's.
  if (p.highBits !== HighBits.DS) fields.push(of('SH', 8, 2, (v) => SHAREABILITY[v] as string))
  if (regime.security === SecurityState.ROOT) {
    const [nse, ns] = [of('NSE', 11, 1, () => '').value, of('NS', places.ns1, 1, () => '').value]
    const memory = `${SPACES[2 * nse + ns] as string} memory`
    fields.push(
      of('NSE', 11, 1, () => `with NS: ${memory}`),
      of('NS', places.ns1, 1, () => `with NSE: ${memory}`),
    )
  } else if (regime.hasUnprivileged) fields.push(of('nG', 11, 1, (v) => (v === 0 ? 'global' : 'of this ASID')))
  // In Realm state EL1&0 has one space of IPAs.
  const { security } = regime
  if (security === SecurityState.SECURE || (security === SecurityState.REALM && regime.kind !== Regime.EL10)) {
    fields.push(of('NS', places.ns1, 1, (v) => nsText(security, v)))
  }
  fields.push(
    p.pnch
      ? of('Protected', 52, 1, (v) => (v === 0 ? 'not protected' : 'protected'))
      : of('Contiguous', places.contiguous, 1, (v) => (v === 0 ? 'no hint' : 'one of a run of entries')),
  )
  if (p.d128) {
    fields.push(of('GP', 113, 1, (v) => (v === 0 ? 'not guarded' : 'guarded: indirect branches land on BTI')))
    fields.push(of('Protected', 114, 1, (v) => (v === 0 ? 'not protected' : 'protected')))
  }
  return fields
}

function indirect1(regime: TranslationRegime, p: TableParameters, of: FieldOf): ExplainedField[] {
  const el = levelOf(regime)
  const registers = `index into PIR_${el}${regime.hasUnprivileged ? ` and PIRE0_${el}` : ''}`
  const dirty = of('nDirty', 7, 1, (v) => (v === 0 ? 'dirty' : 'clean'))
  return [...piIndex(p, of, registers), dirty]
}

/** PIIndex: in one piece in 128-bit descriptors, in three in 64-bit ones. */
function piIndex(p: TableParameters, of: FieldOf, meaning: string): ExplainedField[] {
  if (p.d128) return [of('PIIndex', 115, 4, () => meaning)]
  return [
    of('PIIndex[0]', 6, 1, () => meaning),
    of('PIIndex[1]', 51, 1, () => 'the same'),
    of('PIIndex[3:2]', 53, 2, () => 'the same'),
  ]
}

function direct1(regime: TranslationRegime, p: TableParameters, of: FieldOf): ExplainedField[] {
  const el = levelOf(regime)
  const two = regime.hasUnprivileged
  const whose = ['', p.nv1 ? '' : ' and EL0']
  const access = (v: number): string => `${el}${whose[v & 1] as string} ${v >= 2 ? 'read-only' : 'read/write'}`
  const dirty = of('DBM', 51, 1, (v) =>
    v === 0 ? 'no dirty state' : p.hd ? 'a write clears AP[2]' : 'no hardware dirty state',
  )
  const may = (who: string) => (v: number) => (v === 0 ? `${who} may execute` : `${who} executes nothing`)
  if (!two) return [of('AP[2:1]', 6, 2, access), of('XN', 54, 1, may(el)), dirty]
  return [of('AP[2:1]', 6, 2, access), of('UXN', 54, 1, may('EL0')), of('PXN', 53, 1, may(el)), dirty]
}

function memory1(regime: TranslationRegime, p: TableParameters, of: FieldOf): ExplainedField[] {
  const el = levelOf(regime)
  const third = p.d128 ? 5 : 59
  const second = p.aie && of('AttrIndx[3]', third, 1, () => '').value === 1
  const type = (index: number): string =>
    second
      ? `MAIR2_${el}.Attr${index + 8} = ${memoryType(mairByte(regime.mair2Hi, regime.mair2Lo, index))}`
      : `MAIR_${el}.Attr${index} = ${memoryType(mairByte(regime.mairHi, regime.mairLo, index))}`
  const fields = [of('AttrIndx', 2, 3, type)]
  if (p.aie) fields.push(of('AttrIndx[3]', third, 1, (v) => (v === 0 ? `of MAIR_${el}` : `of MAIR2_${el}`)))
  return fields
}

function stage2(regime: TranslationRegime, p: TableParameters, of: FieldOf): ExplainedField[] {
  const places = p.d128 ? IN_128 : IN_64
  const fields = p.pie
    ? [...piIndex(p, of, 'index into S2PIR_EL2'), of('Dirty', 7, 1, (v) => (v === 0 ? 'clean' : 'dirty'))]
    : [
        of('S2AP', 6, 2, (v) => ['no access', 'read-only', 'write-only', 'read/write'][v] as string),
        of('XN', 53, 2, (v) => ['all execute', 'EL0 executes', 'none executes', 'EL1 executes'][v] as string),
        of('DBM', 51, 1, (v) =>
          v === 0 ? 'no dirty state' : p.hd ? 'a write sets S2AP[1]' : 'no hardware dirty state',
        ),
      ]
  if (p.poe) fields.push(of('POIndex', p.d128 ? 121 : 59, 4, () => 'index into S2POR_EL1'))
  if (p.assuredOnly) {
    fields.push(of('AssuredOnly', p.d128 ? 114 : 58, 1, (v) => (v === 0 ? 'any mapping' : 'assured mappings only')))
  }
  fields.push(of('MemAttr', 2, 4, (v) => (p.fwb ? 'forces (HCR_EL2.FWB)' : v < 4 ? 'Device' : 'Normal')))
  if (p.highBits !== HighBits.DS) fields.push(of('SH', 8, 2, (v) => SHAREABILITY[v] as string))
  fields.push(of('Contiguous', places.contiguous, 1, (v) => (v === 0 ? 'no hint' : 'one of a run of entries')))
  if (regime.security === SecurityState.REALM) {
    fields.push(of('NS', places.ns2, 1, (v) => nsText(regime.security, v)))
  }
  return fields
}
