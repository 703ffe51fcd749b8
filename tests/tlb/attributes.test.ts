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
const COMBINE = { fwb: false, mtePerm: false }
const FWB = { fwb: true, mtePerm: false }

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
    expect(hex(stage2Attributes(attr, memAttr, COMBINE, true))).toBe(hex(architecture))
    expect(hex(qemuStage2Attributes(attr, memAttr, COMBINE, true))).toBe(hex(qemu))
  })

  it.each(FORCED)('%i under MemAttr %i with FWB', (attr, memAttr, architecture, qemu) => {
    expect(hex(stage2Attributes(attr, memAttr, FWB, true))).toBe(hex(architecture))
    expect(hex(qemuStage2Attributes(attr, memAttr, FWB, true))).toBe(hex(qemu))
  })

  it('is Non-cacheable with stage 2 caching off, Device excepted', () => {
    for (const attributes of [stage2Attributes, qemuStage2Attributes]) {
      expect(hex(attributes(0xff, 0b1111, COMBINE, false))).toBe('44')
      expect(hex(attributes(0xff, 0b0001, COMBINE, false))).toBe('04')
    }
    expect(hex(stage2Attributes(0xff, 0b0110, FWB, false))).toBe('44')
    expect(hex(stage2Attributes(0x04, 0b0111, FWB, false))).toBe('04')
  })

  it.each(NO_TAG_ACCESS)('NoTagAccess: FWB %s, %i under MemAttr %i', (fwb, attr, memAttr, architecture, qemu) => {
    expect(hex(stage2Attributes(attr, memAttr, { fwb, mtePerm: true }, true))).toBe(hex(architecture))
    expect(hex(qemuStage2Attributes(attr, memAttr, { fwb, mtePerm: true }, true))).toBe(hex(qemu))
  })
})
