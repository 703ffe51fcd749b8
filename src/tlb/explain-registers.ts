/**
 * The registers that shape a walk, for people.
 *
 * @module
 */
import { hex, toAddress, toNumber } from '../bits.ts'
import { bitsText, type ExplainedField, explained, levelOf, SPACES, sizeText, type Words } from './explain-field.ts'
import type { TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { Regime, RegimeRegister, SecurityState } from './regime-register.ts'
import { STAGE1_REGISTERS, type Stage1Registers } from './stage1-parameters.ts'

/** Which tables, of which granule, from which level, by which register fields. */
export function registerFields(regime: TranslationRegime, upper: boolean, secureIpa: boolean): ExplainedField[] {
  return [
    ...securityFields(regime),
    ...(regime.stage1Enabled ? stage1Fields(regime, upper) : stage1Off(regime)),
    ...(regime.stage2Enabled ? stage2Fields(regime, secureIpa) : []),
    ...granuleFields(regime),
  ]
}

/** A register's words by an index of `RegimeRegister`. */
function wordsOf(regime: TranslationRegime, register: number): Words {
  return [regime.lo(register), regime.hi(register)]
}

/** What is not as in an operating system's EL1&0 in Non-secure state. */
function securityFields(regime: TranslationRegime): ExplainedField[] {
  const fields: ExplainedField[] = []
  const scr = wordsOf(regime, RegimeRegister.SCR_EL3)
  if (regime.kind === Regime.EL20) {
    const hcr = wordsOf(regime, RegimeRegister.HCR_EL2)
    fields.push(explained(hcr, 'HCR_EL2.E2H', 34, 1, () => 'EL2 is that of a host: EL2&0'))
  }
  // EL3 is in Root state, or without FEAT_RME in Secure state, whatever SCR_EL3 says.
  if (regime.kind === Regime.EL3 || regime.security === SecurityState.NON_SECURE) return fields
  const state = `${SPACES[regime.security] as string} state`
  const ns = explained(scr, 'SCR_EL3.NS', 0, 1, () => state)
  return regime.features.rme ? [...fields, explained(scr, 'SCR_EL3.NSE', 62, 1, () => state), ns] : [...fields, ns]
}

function registersOf(regime: TranslationRegime): Stage1Registers {
  return STAGE1_REGISTERS[regime.kind] as Stage1Registers
}

function stage1Off(regime: TranslationRegime): ExplainedField[] {
  const sctlr = wordsOf(regime, registersOf(regime).sctlr)
  const meaning = (m: number): string => (m === 0 ? 'stage 1 is off' : 'HCR_EL2.DC or TGE turns stage 1 off')
  return [explained(sctlr, `SCTLR_${levelOf(regime)}.M`, 0, 1, meaning)]
}

function stage1Fields(regime: TranslationRegime, upper: boolean): ExplainedField[] {
  const el = levelOf(regime)
  const registers = registersOf(regime)
  const p = upper ? regime.upper : regime.lower
  const tcr = wordsOf(regime, registers.tcr)
  const name = `TCR_${el}`
  const half = upper ? 1 : 0
  const fields = [explained(wordsOf(regime, registers.sctlr), `SCTLR_${el}.M`, 0, 1, () => 'stage 1 is on')]
  if (registers.hasUnprivileged) {
    const which = `the ${upper ? 'upper' : 'lower'} half: TTBR${half}_${el}`
    fields.push({ name: 'VA', bits: '[55]', value: half, meaning: which })
  }
  const input = (): string => (p.invalid ? 'out of range' : `${p.iaSize}-bit VA`)
  fields.push(
    explained(tcr, `${name}.T${half}SZ`, 16 * half, 6, input),
    explained(tcr, `${name}.TG${half}`, 16 * half + 14, 2, () => `${sizeText(p.granuleBits)} granule`),
  )
  const output = (): string => `${outputBits(p)}-bit output addresses`
  if (registers.hasUnprivileged) fields.push(explained(tcr, `${name}.IPS`, 32, 3, output))
  else fields.push(explained(tcr, `${name}.PS`, 16, 3, output))
  if (p.d128) {
    const wide = (): string => '128-bit descriptors (FEAT_D128)'
    if (registers.tcr2 === undefined) fields.push(explained(tcr, `${name}.D128`, 38, 1, wide))
    else fields.push(explained(wordsOf(regime, registers.tcr2), `TCR2_${el}.D128`, 5, 1, wide))
  } else {
    const ds = (v: number): string => (v !== 0 ? '52-bit descriptors (FEAT_LPA2)' : '48-bit descriptors')
    fields.push(explained(tcr, `${name}.DS`, registers.hasUnprivileged ? 59 : 32, 1, ds))
  }
  const ttbr = wordsOf(regime, upper ? registers.ttbr1 : registers.ttbr0)
  return [...fields, ...tableBase(`TTBR${half}_${el}`, ttbr, p, registers.hasUnprivileged)]
}

function stage2Fields(regime: TranslationRegime, secureIpa: boolean): ExplainedField[] {
  const p = secureIpa ? regime.secureStage2 : regime.stage2
  const vtcr = wordsOf(regime, RegimeRegister.VTCR_EL2)
  const hcr = wordsOf(regime, RegimeRegister.HCR_EL2)
  const [name, own, base] = secureIpa
    ? ['VSTCR_EL2', RegimeRegister.VSTCR_EL2, 'VSTTBR_EL2' as const]
    : ['VTCR_EL2', RegimeRegister.VTCR_EL2, 'VTTBR_EL2' as const]
  const space = wordsOf(regime, own)
  const start = (): string => (p.invalid ? 'no legal start' : `starts at level ${p.startLevel}`)
  const on =
    (regime.lo(RegimeRegister.HCR_EL2) & 1) !== 0
      ? explained(hcr, 'HCR_EL2.VM', 0, 1, () => 'stage 2 is on')
      : explained(hcr, 'HCR_EL2.DC', 12, 1, () => 'stage 2 is on')
  return [
    on,
    explained(space, `${name}.T0SZ`, 0, 6, () => `${p.iaSize}-bit IPA`),
    p.d128
      ? explained(vtcr, 'VTCR_EL2.D128', 38, 1, () => '128-bit descriptors (FEAT_D128)')
      : explained(space, `${name}.SL0`, 6, 2, start),
    explained(space, `${name}.TG0`, 14, 2, () => `${sizeText(p.granuleBits)} granule`),
    explained(vtcr, 'VTCR_EL2.PS', 16, 3, () => `${outputBits(p)}-bit output addresses`),
    ...tableBase(base, wordsOf(regime, RegimeRegister[base]), p, p.tableSpace !== SecurityState.SECURE),
  ]
}

/**
 * SKL, where it counts, and BADDR.
 * @param split bits [55:48] of the address of 128-bit descriptors are in [87:80] of the register.
 */
function tableBase(name: string, ttbr: Words, p: TableParameters, split: boolean): ExplainedField[] {
  if (p.d128) {
    const value = toAddress(p.baseHi, p.baseLo)
    const bits = split ? '[87:80],[47:5]' : bitsText(5, 51)
    const skip = (v: number): string => (v === 0 ? 'no level is skipped' : `so many levels are skipped`)
    return [explained(ttbr, `${name}.SKL`, 1, 2, skip), { name: `${name}.BADDR`, bits, value, meaning: baseText(p) }]
  }
  const value = toNumber(p.baseHi, p.baseLo)
  return [{ name: `${name}.BADDR`, bits: '[47:1]', value, meaning: baseText(p) }]
}

function baseText(p: TableParameters): string {
  return `level ${p.startLevel} table at ${hex(toAddress(p.baseHi, p.baseLo))}`
}

function granuleFields(regime: TranslationRegime): ExplainedField[] {
  const tables = regime.granuleProtection
  if (!tables.enabled) return []
  const gpccr = wordsOf(regime, RegimeRegister.GPCCR_EL3)
  const value = toNumber(tables.baseHi, tables.baseLo)
  return [
    explained(gpccr, 'GPCCR_EL3.GPC', 16, 1, () => 'granules are checked (FEAT_RME)'),
    explained(gpccr, 'GPCCR_EL3.PPS', 0, 3, () => `${tables.pps}-bit protected addresses`),
    explained(gpccr, 'GPCCR_EL3.PGS', 14, 2, () => `${sizeText(tables.granuleBits)} granules`),
    explained(gpccr, 'GPCCR_EL3.L0GPTSZ', 20, 4, () => `${sizeText(tables.level0Bits)} by each entry of level 0`),
    { name: 'GPTBR_EL3.BADDR', bits: '[39:0]', value, meaning: `level 0 table at ${hex(value)}` },
  ]
}

/** Bits of an output address, from the mask of those it may not have. */
function outputBits(p: TableParameters): number {
  return 64 - Math.clz32(~p.outOfRangeHi)
}
