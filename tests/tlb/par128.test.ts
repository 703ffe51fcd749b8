import { describe, expect, it } from 'vitest'
import {
  Access,
  type Descriptor128,
  encodePar,
  FaultKind,
  isPar128,
  LOAD,
  Regime,
  type RegimeRegister,
} from '../../src/tlb/index.ts'
import { Bench, L3 } from './bench.ts'

const D128 = 1n << 5n
const VTCR_D128 = 1n << 38n
const AT = LOAD | Access.NO_UPDATE | Access.ADDRESS_TRANSLATION
const STAGE1 = AT | Access.STAGE1_ONLY

/** VA 0x1000 by one 4 KB table of 128-bit descriptors, 20 bits of VA: SKL of TTBR0 is of no need. */
function page128(oa: bigint, attributes = 0n): Bench {
  return new Bench()
    .set('TCR_EL1', (7n << 32n) | 44n)
    .set('TCR2_EL1', D128)
    .set('PIR_EL1', 5n)
    .set('TTBR0_EL1', BigInt(L3))
    .put(L3, 2, oa | 0x701n)
    .put(L3, 3, attributes)
}

function parOf(bench: Bench, va: bigint, access = AT): bigint {
  const out = bench.walk(va, access)
  const par: Descriptor128 = { lo: 1, hi: 2, topLo: 3, topHi: 4 }
  encodePar(bench.regime, access, out, par)
  const word = (hi: number, lo: number): bigint => (BigInt(hi) << 32n) | BigInt(lo)
  return (word(par.topHi, par.topLo) << 64n) | word(par.hi, par.lo)
}

describe('PAR_EL1 of 128 bits, AArch64.EncodePAR', () => {
  it('has PA[55:12] in [119:76], D128 in [64], ATTR and SH where 64 bits have them', () => {
    expect(parOf(page128(0xab_cdef_0123_4000n), 0x1678n)).toBe((0xab_cdef_0123_4001n << 64n) | (0xffn << 56n) | 0xb80n)
  })

  it('has nothing but D128 above a fault', () => {
    expect(parOf(page128(0x4000n), 0x2000n)).toBe((1n << 64n) | 0x80fn)
  })

  it('has 64 bits, with zeros above, of tables of 64-bit descriptors', () => {
    const bench = page128(0x8000_0000n).set('TCR2_EL1', 0n).put(L3, 1, 0x8000_0703n)
    expect(parOf(bench, 0x1000n)).toBe((0xffn << 56n) | 0x8000_0b80n)
  })
})

type Setting = readonly [keyof typeof RegimeRegister, bigint]

describe('AArch64.isPARFormatD128', () => {
  const VM = ['HCR_EL2', 1n] as const
  const STAGE2 = ['VTCR_EL2', VTCR_D128] as const
  const TCR2 = ['TCR2_EL1', D128] as const
  it.each<readonly [string, number, number, readonly Setting[], boolean]>([
    ['EL1&0', Regime.EL10, AT, [TCR2], true],
    ['EL1&0 without', Regime.EL10, AT, [], false],
    ['EL1&0, no stage 2 in use', Regime.EL10, AT, [STAGE2], false],
    ['AT S12 goes by stage 2', Regime.EL10, AT, [VM, STAGE2], true],
    ['AT S12 goes by stage 2 alone', Regime.EL10, AT, [VM, TCR2], false],
    ['AT S1 goes by stage 1', Regime.EL10, STAGE1, [VM, TCR2], true],
    ['AT S1 goes by stage 1 alone', Regime.EL10, STAGE1, [VM, STAGE2], false],
    ['HCR_EL2.DC is a stage 2', Regime.EL10, AT, [['HCR_EL2', 1n << 12n], STAGE2], true],
    ['EL2&0', Regime.EL20, STAGE1, [['TCR2_EL2', D128]], true],
    ['EL2&0 is not EL1&0', Regime.EL20, STAGE1, [TCR2], false],
    ['EL2 has none', Regime.EL2, STAGE1, [['TCR2_EL2', D128]], false],
    ['EL3', Regime.EL3, STAGE1, [['TCR_EL3', 1n << 38n]], true],
    ['EL3 without', Regime.EL3, STAGE1, [['TCR_EL3', 1n << 41n]], false],
  ])('%s', (_, kind, access, settings, wide) => {
    const { regime } = settings.reduce((bench, [name, value]) => bench.set(name, value), new Bench())
    regime.select(kind)
    regime.update()
    expect(isPar128(regime, access)).toBe(wide)
  })

  it('no translation fault of level 0 changes it', () => {
    const bench = page128(0x4000n)
    expect(bench.walk(1n << 40n, AT).fault).toBe(FaultKind.TRANSLATION)
    expect(parOf(bench, 1n << 40n)).toBe((1n << 64n) | 0x809n)
  })
})
