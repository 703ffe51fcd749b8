import { describe, expect, it } from 'vitest'
import { ALL_FEATURES, FaultKind, HighBits, RegimeRegister, TranslationRegime } from '../../src/tlb/index.ts'
import { Bench } from './bench.ts'

const FOUR_K = 0n
const SIXTY_FOUR_K = 1n << 14n
const SIXTEEN_K = 2n << 14n
const DS = 1n << 59n
const IPS_52 = 6n << 32n

/** The lower half as TCR_EL1 sets it. */
function lower(tcr: bigint, features = ALL_FEATURES): TranslationRegime['lower'] {
  const bench = new Bench(features).set('TCR_EL1', tcr)
  bench.regime.update()
  return bench.regime.lower
}

describe('TranslationRegime', () => {
  it('parses only what changed', () => {
    const regime = new TranslationRegime()
    expect(regime.update()).toBe(true)
    expect(regime.update()).toBe(false)
    expect(regime.set(RegimeRegister.TTBR0_EL1, 0, 0x1000)).toBe(true)
    expect(regime.set(RegimeRegister.TTBR0_EL1, 0, 0x1000)).toBe(false)
    expect(regime.update()).toBe(true)
    expect(regime.set(RegimeRegister.TTBR0_EL1, 0, 0x1000)).toBe(false)
    expect(regime.update()).toBe(false)
    expect(regime.set(RegimeRegister.TTBR0_EL1, 1, 0x1000)).toBe(true)
    expect([regime.hi(RegimeRegister.TTBR0_EL1), regime.lo(RegimeRegister.TTBR0_EL1)]).toEqual([1, 0x1000])
  })

  // DDI 0487, D8.2: input size to start level, for each granule.
  it.each([
    [FOUR_K, 12n | DS, -1, 4],
    [FOUR_K, 15n | DS, -1, 1],
    [FOUR_K, 16n, 0, 9],
    [FOUR_K, 24n, 0, 1],
    [FOUR_K, 25n, 1, 9],
    [FOUR_K, 33n, 1, 1],
    [FOUR_K, 34n, 2, 9],
    [FOUR_K, 42n, 2, 1],
    [FOUR_K, 43n, 3, 9],
    [FOUR_K, 48n, 3, 4],
    [SIXTEEN_K, 12n | DS, 0, 5],
    [SIXTEEN_K, 16n, 0, 1],
    [SIXTEEN_K, 17n, 1, 11],
    [SIXTEEN_K, 28n, 2, 11],
    [SIXTEEN_K, 48n, 3, 2],
    [SIXTY_FOUR_K, 12n, 1, 10],
    [SIXTY_FOUR_K, 21n, 1, 1],
    [SIXTY_FOUR_K, 22n, 2, 13],
    [SIXTY_FOUR_K, 35n, 3, 13],
    [SIXTY_FOUR_K, 47n, 3, 1],
  ])('TG0 %d, TxSZ %d starts at level %d with %d index bits', (tg, size, level, indexBits) => {
    const p = lower(tg | size)
    expect([p.invalid, p.startLevel, p.startIndexBits]).toEqual([false, level, indexBits])
  })

  it.each([
    ['4 KB, below 16 without DS', FOUR_K | 15n, ALL_FEATURES, true],
    ['4 KB, below 12 with DS', FOUR_K | DS | 11n, ALL_FEATURES, true],
    ['4 KB, above 48', FOUR_K | 49n, ALL_FEATURES, true],
    ['4 KB, 40 without FEAT_TTST', FOUR_K | 40n, { ...ALL_FEATURES, ttst: false }, true],
    ['4 KB, 39 without FEAT_TTST', FOUR_K | 39n, { ...ALL_FEATURES, ttst: false }, false],
    ['64 KB, 15 with FEAT_LVA', SIXTY_FOUR_K | 15n, ALL_FEATURES, false],
    ['64 KB, 15 without FEAT_LVA', SIXTY_FOUR_K | 15n, { ...ALL_FEATURES, lva: false }, true],
    ['64 KB, 48', SIXTY_FOUR_K | 48n, ALL_FEATURES, true],
    ['DS without FEAT_LPA2', FOUR_K | DS | 12n, { ...ALL_FEATURES, lpa2Granule4k: false }, true],
    ['above 48, the CPU clamps', FOUR_K | 63n, { ...ALL_FEATURES, txszFaults: false }, false],
    ['below 16, the CPU clamps, but FEAT_LVA', FOUR_K | 1n, { ...ALL_FEATURES, txszFaults: false }, true],
    ['below 16, the CPU clamps', FOUR_K | 1n, { ...ALL_FEATURES, txszFaults: false, lva: false }, false],
  ])('TxSZ %s', (_, tcr, features, invalid) => {
    expect(lower(tcr, features).invalid).toBe(invalid)
    const { fault, level, reads } = new Bench(features).set('TCR_EL1', tcr | (1n << 7n)).walk(0n)
    expect([fault, level, reads]).toEqual([FaultKind.TRANSLATION, 0, 0])
  })

  it('clamps a TxSZ that does not fault', () => {
    const clamped = { ...ALL_FEATURES, txszFaults: false, lva: false }
    expect(lower(63n, clamped).iaSize).toBe(16)
    expect(lower(1n, clamped).iaSize).toBe(48)
  })

  it('takes a missing granule as the smallest there is', () => {
    expect(lower(SIXTEEN_K | 25n, { ...ALL_FEATURES, granule16k: false }).granuleBits).toBe(12)
    expect(lower(FOUR_K | 25n, { ...ALL_FEATURES, granule4k: false }).granuleBits).toBe(14)
    expect(lower((3n << 14n) | 25n).granuleBits).toBe(16)
  })

  it('decodes TG1 by its own table', () => {
    const granules = [0n, 1n, 2n, 3n].map((tg1) => {
      const bench = new Bench().set('TCR_EL1', (tg1 << 30n) | (25n << 16n))
      bench.regime.update()
      return bench.regime.upper.granuleBits
    })
    expect(granules).toEqual([16, 14, 12, 16])
  })

  it.each([
    ['DS: [5:2] hold [51:48]', FOUR_K | DS | 12n | IPS_52, 0x4000_1034n, 0xd_0000_4000_1000n],
    ['64 KB and IPS 52: [5:2] hold [51:48]', SIXTY_FOUR_K | 12n | IPS_52, 0x4000_2034n, 0xd_0000_4000_2000n],
    ['64 KB, IPS 48: [5:2] are ignored', SIXTY_FOUR_K | 12n | (5n << 32n), 0x4000_2034n, 0x4000_2000n],
    ['aligned to the table: 16 entries of 8 bytes', FOUR_K | 48n, 0x4000_10ffn, 0x4000_1080n],
    ['ASID and CnP are no address', FOUR_K | 25n, 0xffff_0000_4000_1001n, 0x4000_1000n],
  ])('base address, %s', (_, tcr, ttbr, base) => {
    const bench = new Bench().set('TCR_EL1', tcr).set('TTBR0_EL1', ttbr)
    bench.regime.update()
    const { baseHi, baseLo } = bench.regime.lower
    expect((BigInt(baseHi) << 32n) | BigInt(baseLo)).toBe(base)
  })

  it('parses 52-bit formats by granule and CPU', () => {
    expect(lower(FOUR_K | DS | 12n).highBits).toBe(HighBits.DS)
    expect(lower(FOUR_K | 16n).highBits).toBe(HighBits.NONE)
    expect(lower(SIXTY_FOUR_K | DS | 16n).highBits).toBe(HighBits.LPA)
    expect(lower(SIXTY_FOUR_K | 16n, { ...ALL_FEATURES, paSize: 48 }).highBits).toBe(HighBits.NONE)
  })

  it('tags with ASID by A1 and AS, VMID by VS', () => {
    const bench = new Bench().set('TTBR0_EL1', 0x1234n << 48n).set('TTBR1_EL1', 0xabcdn << 48n)
    bench.set('VTTBR_EL2', 0x5678n << 48n)
    const tags = (tcr: bigint, vtcr: bigint): number[] => {
      bench.set('TCR_EL1', tcr).set('VTCR_EL2', vtcr).regime.update()
      return [bench.regime.asid, bench.regime.vmid]
    }
    expect(tags(0n, 0n)).toEqual([0x34, 0x78])
    expect(tags(1n << 36n, 1n << 19n)).toEqual([0x1234, 0x5678])
    expect(tags((1n << 36n) | (1n << 22n), 0n)).toEqual([0xabcd, 0x78])
  })

  it('enables the stages by SCTLR_EL1.M and HCR_EL2.VM, DC, TGE', () => {
    const stages = (sctlr: bigint, hcr: bigint): boolean[] => {
      const { regime } = new Bench().set('SCTLR_EL1', sctlr).set('HCR_EL2', hcr)
      regime.update()
      return [regime.stage1Enabled, regime.stage2Enabled]
    }
    expect(stages(0n, 0n)).toEqual([false, false])
    expect(stages(1n, 0n)).toEqual([true, false])
    expect(stages(1n, 1n)).toEqual([true, true])
    expect(stages(1n, 1n << 12n)).toEqual([false, true])
    expect(stages(1n, 1n << 27n)).toEqual([false, false])
  })
})
