import { describe, expect, it } from 'vitest'
import { accessValid, callbackSize, memoryAccessSize } from '../../src/mmio/access-size.ts'
import { MemoryRegion } from '../../src/mmio/memory-region.ts'
import type { AccessSizes } from '../../src/mmio/region.ts'
import { Pair } from './bus-pair.ts'

const io = (valid: AccessSizes, impl: AccessSizes): MemoryRegion =>
  MemoryRegion.io('dev', 0x100, { read: () => 0, write: () => {}, valid, impl })

const SIZES = [1, 2, 4, 8]
const RANGES = SIZES.flatMap((min) => SIZES.filter((max) => max >= min).map((max) => ({ min, max })))

describe('memory_access_size', () => {
  it.each([
    // remaining, offset, valid, impl, piece
    [8, 0x48, {}, {}, 4],
    [8, 0x3e, {}, {}, 2],
    [4, 0x41, {}, {}, 1],
    [3, 0x40, {}, {}, 2],
    [16, 0, { max: 8 }, {}, 8],
    [16, 4, { max: 8 }, {}, 4],
    [16, 4, { max: 8 }, { unaligned: true }, 8],
    [7, 3, { max: 8 }, { unaligned: true }, 4],
    [2, 0, { max: 1 }, {}, 1],
    [64, 0x8000_0004, { max: 8 }, {}, 4],
    [64, 2 ** 53 - 2, { max: 8 }, {}, 2],
  ])('%i bytes at %i, valid %o, impl %o: %i', (remaining, offset, valid, impl, piece) => {
    expect(memoryAccessSize(io(valid, impl), remaining, offset)).toBe(piece)
  })
})

describe('memory_region_access_valid', () => {
  it.each([
    [{}, 0, 4, true],
    [{}, 2, 4, false],
    [{ unaligned: true }, 2, 4, true],
    [{ min: 4 }, 0, 2, false],
    [{ min: 2, max: 2 }, 0, 2, true],
    [{ min: 8 }, 0, 8, true],
    [{}, 0, 8, false],
  ])('valid %o, offset %i, size %i: %s', (valid, offset, size, expected) => {
    expect(accessValid(io(valid, {}), offset, size)).toBe(expected)
  })
})

describe('access_with_adjusted_size', () => {
  it.each([
    [{}, 8, 4],
    [{ max: 2 }, 4, 2],
    [{ min: 4 }, 1, 4],
    [{ min: 8 }, 4, 8],
    [{ max: 8 }, 8, 8],
  ])('impl %o, a piece of %i: callbacks of %i', (impl, size, expected) => {
    expect(callbackSize(io({}, impl), size)).toBe(expected)
  })
})

describe('every size, alignment, valid and impl, both byte orders, against the model', () => {
  const data = Array.from({ length: 16 }, (_, k) => (0x1f * (k + 1)) & 0xff)
  for (const endianness of ['little', 'big'] as const) {
    for (const unaligned of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      it(`${endianness}-endian, valid.unaligned ${unaligned[0]}, impl.unaligned ${unaligned[1]}`, () => {
        const bad: string[] = []
        let cases = 0
        for (const v of RANGES) {
          for (const i of RANGES) {
            const valid = { ...v, unaligned: unaligned[0] }
            const impl = { ...i, unaligned: unaligned[1] }
            for (const size of [1, 2, 3, 4, 6, 8, 16]) {
              for (let offset = 0; offset < 9; offset++) {
                // The device ends at 0x14, so some accesses run off its end.
                const pair = new Pair([{ name: 'dev', kind: 'io', base: 0x1000, size: 0x14, endianness, valid, impl }])
                for (const kind of ['load', 'store'] as const) {
                  cases++
                  const d = pair.differs(kind, 0x1000 + offset, size, data)
                  if (d !== '') bad.push(`${JSON.stringify({ valid, impl })} ${d}`)
                }
              }
            }
          }
        }
        expect(cases).toBe(100 * 7 * 9 * 2)
        expect(bad.slice(0, 3)).toEqual([])
      })
    }
  }
})
