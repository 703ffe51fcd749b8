import { describe, expect, it } from 'vitest'
import { ALL_FEATURES, featuresFromIdRegisters, QEMU_MAX_FEATURES } from '../../src/tlb/index.ts'

describe('featuresFromIdRegisters', () => {
  it("reads QEMU's max as every feature but those that it lacks", () => {
    const features = featuresFromIdRegisters({
      ID_AA64MMFR0_EL1: 0x2100_0323_1020_1126n,
      ID_AA64MMFR1_EL1: 0x0110_1120_1031_2122n,
      ID_AA64MMFR2_EL1: 0x1221_0111_1201_1011n,
      ID_AA64MMFR3_EL1: 0x1000_0000_1100_1111n,
      // Without XS, of which QEMU's attributes know nothing.
      ID_AA64ISAR1_EL1: 0x0011_2111_1021_1502n,
      ID_AA64PFR0_EL1: (1n << 52n) | (1n << 36n) | (1n << 32n),
      ID_AA64PFR1_EL1: 1n << 44n,
      ID_AA64PFR2_EL1: 1n,
    })
    expect(features).toEqual({ ...QEMU_MAX_FEATURES, qemu: false })
    const more = { lva3: true, d128: true, stage2D128: true, haft: true, mtx: true, xs: true }
    expect({ ...features, ...more, paSize: 56, s1poe: true, s2poe: true, the: true }).toEqual(ALL_FEATURES)
  })

  it.each([
    ['s1poe', { ID_AA64MMFR3_EL1: 1n << 16n }],
    ['s2poe', { ID_AA64MMFR3_EL1: 1n << 20n }],
    ['aie', { ID_AA64MMFR3_EL1: 1n << 24n }],
    ['gcs', { ID_AA64PFR1_EL1: 1n << 44n }],
    ['xs', { ID_AA64ISAR1_EL1: 1n << 56n }],
    ['the', { ID_AA64PFR1_EL1: 1n << 48n }],
    ['vhe', { ID_AA64MMFR1_EL1: 1n << 8n }],
    ['sel2', { ID_AA64PFR0_EL1: 1n << 36n }],
    ['rme', { ID_AA64PFR0_EL1: 1n << 52n }],
    ['sve', { ID_AA64PFR0_EL1: 1n << 32n }],
    ['mtx', { ID_AA64PFR1_EL1: 1n << 52n }],
    ['lva3', { ID_AA64MMFR2_EL1: 2n << 16n }],
    ['d128', { ID_AA64MMFR3_EL1: 1n << 32n }],
    ['stage2D128', { ID_AA64MMFR3_EL1: 1n << 36n }],
    ['haft', { ID_AA64MMFR1_EL1: 3n }],
  ] as const)('reads %s', (name, ids) => {
    expect(featuresFromIdRegisters({})[name]).toBe(false)
    expect(featuresFromIdRegisters(ids)[name]).toBe(true)
  })

  it('reads a Cortex-A72', () => {
    const features = featuresFromIdRegisters({ ID_AA64MMFR0_EL1: 0x1124n })
    const set = Object.entries(features).filter(([, value]) => value === true)
    expect(features.paSize).toBe(44)
    expect(set.map(([name]) => name)).toEqual([
      'granule4k',
      'granule64k',
      'stage2Granule4k',
      'stage2Granule64k',
      'txszFaults',
    ])
  })

  it('lets stage 2 have granules of its own', () => {
    // TGran4_2 = 1 (none), TGran64_2 = 2 (has), TGran16_2 = 3 (has, with LPA2); stage 1: only 4 KB.
    const features = featuresFromIdRegisters({ ID_AA64MMFR0_EL1: 0x123_0f00_0005n })
    expect(features.granule4k).toBe(true)
    expect(features.stage2Granule4k).toBe(false)
    expect(features.granule64k).toBe(false)
    expect(features.stage2Granule64k).toBe(true)
    expect(features.granule16k).toBe(false)
    expect(features.stage2Granule16k).toBe(true)
    expect(features.stage2Lpa2Granule16k).toBe(true)
    expect(features.lpa2Granule16k).toBe(false)
  })

  it('takes absent registers as zero', () => {
    expect(featuresFromIdRegisters({}).paSize).toBe(32)
  })
})
