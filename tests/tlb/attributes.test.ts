import { describe, expect, it } from 'vitest'
import { stage2Attributes } from '../../src/tlb/attributes.ts'
import { qemuStage2Attributes } from '../../src/tlb/attributes-qemu.ts'

// [stage 1 byte, MemAttr[3:0], result by the pseudocode, result by QEMU]
const COMBINED: [number, number, number, number][] = [
  // Write-Back under Write-Back, Write-Through, Non-cacheable: hints are stage 1's.
  [0xff, 0b1111, 0xff, 0xff],
  [0xee, 0b1010, 0xaa, 0xaa],
  [0xff, 0b0101, 0x44, 0x44],
  [0xdd, 0b1101, 0xd4, 0xd4],
  [0xbb, 0b1111, 0xbb, 0xbb],
  [0x44, 0b1111, 0x44, 0x44],
  // Transient hints: lost by QEMU under Write-Through.
  [0x77, 0b1010, 0x33, 0xbb],
  // Device: the stronger type. QEMU lets a Normal Non-cacheable nibble act as nGnRE.
  [0x0c, 0b0000, 0x00, 0x00],
  [0x04, 0b0010, 0x04, 0x04],
  [0x08, 0b1111, 0x08, 0x08],
  [0x0c, 0b0101, 0x0c, 0x04],
  [0xff, 0b0011, 0x0c, 0x0c],
  [0x44, 0b0011, 0x0c, 0x04],
  // Tagged stays tagged only if Write-Back stays.
  [0xf0, 0b1111, 0xf0, 0xf0],
  [0xf0, 0b1010, 0xbb, 0xbb],
  // The XS = 0 forms.
  [0x40, 0b1111, 0x44, 0x40],
  [0xa0, 0b1111, 0xaa, 0xa0],
]

const FORCED: [number, number, number, number][] = [
  [0xff, 0b0000, 0x00, 0x00],
  [0x00, 0b0011, 0x00, 0x0c],
  [0x0c, 0b0001, 0x04, 0x04],
  [0xee, 0b0101, 0x44, 0x44],
  [0x08, 0b0101, 0x08, 0x08],
  [0x08, 0b0110, 0xff, 0xff],
  [0xaa, 0b0110, 0xee, 0xee],
  [0x44, 0b0110, 0xff, 0xff],
  [0xf0, 0b0110, 0xf0, 0xf0],
  [0x9d, 0b0111, 0x9d, 0x9d],
  [0xff, 0b0100, 0x44, 0x00],
  [0xff, 0b1111, 0xff, 0x00],
]

/** Without FEAT_MTE_PERM. */
const COMBINE = { fwb: false, mtePerm: false, xs: false }
const FWB = { fwb: true, mtePerm: false, xs: false }

/** With FEAT_MTE_PERM; fwb, stage 1, MemAttr, then by the architecture, by QEMU. */
const NO_TAG_ACCESS: readonly (readonly [boolean, number, number, number, number])[] = [
  [true, 0xf0, 0b1111, 0xe0, 0xe0],
  [true, 0x44, 0b1111, 0x44, 0x44],
  [true, 0x04, 0b1111, 0x04, 0x04],
  [true, 0xf0, 0b1110, 0xe0, 0xe0],
  [true, 0x44, 0b1110, 0xff, 0x44],
  [true, 0xf0, 0b0111, 0xf0, 0xf0],
  [false, 0xf0, 0b0100, 0xe0, 0xe0],
  [false, 0xff, 0b0100, 0xff, 0xff],
  [false, 0x44, 0b0100, 0x44, 0x44],
  [false, 0x08, 0b0100, 0x08, 0x08],
  [false, 0xf0, 0b1111, 0xf0, 0xf0],
]

const hex = (n: number): string => n.toString(16).padStart(2, '0')

describe('memory attributes of two stages', () => {
  it.each(COMBINED)('%i under MemAttr %i', (attr, memAttr, architecture, qemu) => {
    expect(hex(stage2Attributes(attr, memAttr, false, COMBINE, true, false))).toBe(hex(architecture))
    expect(hex(qemuStage2Attributes(attr, memAttr, COMBINE, true))).toBe(hex(qemu))
  })

  it.each(FORCED)('%i under MemAttr %i with FWB', (attr, memAttr, architecture, qemu) => {
    expect(hex(stage2Attributes(attr, memAttr, false, FWB, true, false))).toBe(hex(architecture))
    expect(hex(qemuStage2Attributes(attr, memAttr, FWB, true))).toBe(hex(qemu))
  })

  it('is Non-cacheable with stage 2 caching off, Device excepted', () => {
    for (const [memAttr, result] of [
      [0b1111, '44'],
      [0b0001, '04'],
    ] as const) {
      expect(hex(stage2Attributes(0xff, memAttr, false, COMBINE, false, false))).toBe(result)
      expect(hex(qemuStage2Attributes(0xff, memAttr, COMBINE, false))).toBe(result)
    }
    expect(hex(stage2Attributes(0xff, 0b0110, false, FWB, false, false))).toBe('44')
    expect(hex(stage2Attributes(0x04, 0b0111, false, FWB, false, false))).toBe('04')
  })

  it.each(NO_TAG_ACCESS)('NoTagAccess: FWB %s, %i under MemAttr %i', (fwb, attr, memAttr, architecture, qemu) => {
    expect(hex(stage2Attributes(attr, memAttr, false, { fwb, mtePerm: true, xs: false }, true, false))).toBe(
      hex(architecture),
    )
    expect(hex(qemuStage2Attributes(attr, memAttr, { fwb, mtePerm: true }, true))).toBe(hex(qemu))
  })

  it('Device memory of stage 2 is Non-cacheable to a fetch', () => {
    expect(hex(stage2Attributes(0xff, 0b0001, false, COMBINE, true, true))).toBe('44')
    expect(hex(stage2Attributes(0xff, 0b0001, false, FWB, true, true))).toBe('44')
  })

  it('forced Write-Back has XS = 0 though it is not cached', () => {
    expect(hex(stage2Attributes(0x44, 0b0110, false, { fwb: true, mtePerm: false, xs: true }, false, false))).toBe('40')
  })

  it.each([
    // Stage 1, MemAttr, FnXS, HCR_EL2.FWB, result: `S2CombineS1MemAttrs`, `AArch64.S2ApplyFWBMemAttrs`, `EncodePARAttrs`.
    [0x04, 0b0001, false, false, '04'],
    [0x05, 0b0001, false, false, '05'],
    [0x04, 0b0001, true, false, '05'],
    [0xff, 0b0001, false, false, '05'],
    [0x44, 0b0101, false, false, '44'],
    [0x40, 0b0101, false, false, '40'],
    [0xff, 0b0101, false, false, '40'],
    [0xff, 0b1111, true, false, 'ff'],
    [0xaa, 0b1111, false, false, 'aa'],
    [0xaa, 0b1111, true, false, 'a0'],
    [0xa0, 0b1111, false, false, 'a0'],
    [0xee, 0b1010, false, false, 'a0'],
    [0xff, 0b1010, false, false, 'bb'],
    [0x0c, 0b0001, false, true, '04'],
    [0x0d, 0b0001, false, true, '05'],
    [0x40, 0b0101, false, true, '40'],
    [0x44, 0b0101, true, true, '40'],
    [0x09, 0b0111, false, true, '09'],
    [0x08, 0b0111, true, true, '09'],
    [0x44, 0b0110, false, true, 'ff'],
  ])('XS: %i under MemAttr %i, FnXS %s, FWB %s', (attr, memAttr, noXs, fwb, result) => {
    expect(hex(stage2Attributes(attr, memAttr, noXs, { fwb, mtePerm: false, xs: true }, true, false))).toBe(
      hex(Number(`0x${result}`)),
    )
  })
})
