/**
 * The registers that shape a walk, for people.
 *
 * @module
 */
import { hex, toNumber } from '../bits.ts'
import { type ExplainedField, sizeText } from './explain-descriptor.ts'
import type { TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { RegimeRegister } from './regime-register.ts'

/** Which tables, of which granule, from which level, by which register fields. */
export function registerFields(regime: TranslationRegime, upper: boolean): ExplainedField[] {
  const fields: ExplainedField[] = []
  const sctlr = regime.lo(RegimeRegister.SCTLR_EL1)
  const m = sctlr & 1
  if (regime.stage1Enabled) {
    const half = upper ? 1 : 0
    const p = upper ? regime.upper : regime.lower
    const own = regime.lo(RegimeRegister.TCR_EL1) >>> (16 * half)
    const hi = regime.hi(RegimeRegister.TCR_EL1)
    fields.push(
      { name: 'SCTLR_EL1.M', bits: '[0]', value: m, meaning: 'stage 1 is on' },
      { name: 'VA', bits: '[55]', value: half, meaning: `the ${upper ? 'upper' : 'lower'} half: TTBR${half}_EL1` },
      at(`TCR_EL1.T${half}SZ`, 16 * half, 6, own & 63, p.invalid ? 'out of range' : `${p.iaSize}-bit VA`),
      at(`TCR_EL1.TG${half}`, 16 * half + 14, 2, (own >>> 14) & 3, `${sizeText(p.granuleBits)} granule`),
      at('TCR_EL1.IPS', 32, 3, hi & 7, `${outputBits(p)}-bit output addresses`),
      at(
        'TCR_EL1.DS',
        59,
        1,
        (hi >>> 27) & 1,
        (hi >>> 27) & 1 ? '52-bit descriptors (FEAT_LPA2)' : '48-bit descriptors',
      ),
      table(`TTBR${half}_EL1.BADDR`, p),
    )
  } else {
    const why = m === 0 ? 'stage 1 is off' : 'HCR_EL2.DC or TGE turns stage 1 off'
    fields.push({ name: 'SCTLR_EL1.M', bits: '[0]', value: m, meaning: why })
  }
  if (regime.stage2Enabled) {
    const p = regime.stage2
    const lo = regime.lo(RegimeRegister.VTCR_EL2)
    fields.push(
      { name: 'HCR_EL2.VM', bits: '[0]', value: 1, meaning: 'stage 2 is on' },
      at('VTCR_EL2.T0SZ', 0, 6, lo & 63, `${p.iaSize}-bit IPA`),
      at('VTCR_EL2.SL0', 6, 2, (lo >>> 6) & 3, p.invalid ? 'no legal start' : `starts at level ${p.startLevel}`),
      at('VTCR_EL2.TG0', 14, 2, (lo >>> 14) & 3, `${sizeText(p.granuleBits)} granule`),
      at('VTCR_EL2.PS', 16, 3, (lo >>> 16) & 7, `${outputBits(p)}-bit output addresses`),
      table('VTTBR_EL2.BADDR', p),
    )
  }
  return fields
}

function at(name: string, lsb: number, width: number, value: number, meaning: string): ExplainedField {
  return { name, bits: width === 1 ? `[${lsb}]` : `[${lsb + width - 1}:${lsb}]`, value, meaning }
}

function table(name: string, p: TableParameters): ExplainedField {
  const value = toNumber(p.baseHi, p.baseLo)
  return { name, bits: '[47:1]', value, meaning: `level ${p.startLevel} table at ${hex(value)}` }
}

/** Bits of an output address, from the mask of those it may not have. */
function outputBits(p: TableParameters): number {
  return 64 - Math.clz32(~p.outOfRangeHi)
}
