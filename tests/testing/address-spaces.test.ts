import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AddressSpaceCase,
  addressSpace,
  type Mapping,
  oneFieldChange,
  regimeOf,
  SparseTables,
  TableBuilder,
  type TableLayout,
  TableLayoutError,
} from '../../src/testing/index.ts'
import { Access, DEBUG_LOAD, FaultKind, STORE, Translation, walk } from '../../src/tlb/index.ts'

const out = new Translation()

function load({ registers, memory }: AddressSpaceCase, va: bigint, access: number = DEBUG_LOAD): number {
  return walk(regimeOf(registers), memory, Number(va >> 32n), Number(va & 0xffff_ffffn), access, out)
}

/** Why a load of the first byte of a mapping may fail: the attributes that the generator chose. */
function refusals({ stage1, stage2 }: Mapping, nested: boolean): number[] {
  const faults: number[] = []
  if ((stage1 & 0x400n) === 0n || (nested && (stage2 & 0x400n) === 0n)) faults.push(FaultKind.ACCESS_FLAG)
  if (nested && (stage2 & 0x40n) === 0n) faults.push(FaultKind.PERMISSION)
  return faults
}

describe('addressSpace', () => {
  it('maps what it says: a walk of every mapping ends at its physical address', () => {
    const seen = { mapped: 0, refused: 0, nested: 0, levels: new Set<number>() }
    fc.assert(
      fc.property(addressSpace(), (space) => {
        const nested = space.registers.HCR_EL2 !== undefined
        for (const mapping of space.mappings) {
          const expected = refusals(mapping, nested)
          const fault = load(space, mapping.va)
          if (expected.length > 0) {
            expect(expected).toContain(fault)
            seen.refused++
            continue
          }
          expect([fault, BigInt(out.pa), BigInt(out.ipa)]).toEqual([FaultKind.NONE, mapping.pa, mapping.ipa])
          expect(out.stage1SizeLog2).toBe(mapping.sizeLog2)
          seen.mapped++
          seen.levels.add(out.stage1.level)
          if (nested) seen.nested++
        }
      }),
      { numRuns: 3000 },
    )
    expect(seen.mapped).toBeGreaterThan(3000)
    expect(seen.refused).toBeGreaterThan(500)
    expect(seen.nested).toBeGreaterThan(1000)
    expect([...seen.levels].sort()).toEqual([0, 1, 2, 3])
  })

  it('its neighbours translate or fault, with the architectural number of reads', () => {
    const neighbours = addressSpace({ maxMappings: 3 }).chain(oneFieldChange)
    let different = 0
    fc.assert(
      fc.property(neighbours, fc.constantFrom(DEBUG_LOAD, STORE, Access.EXECUTE), ({ space, change }, access) => {
        expect(change.from).not.toBe(change.to)
        for (const { va, pa } of space.mappings) {
          load(space, va, access)
          expect(out.reads).toBeLessThanOrEqual(40)
          if (out.fault !== FaultKind.NONE || BigInt(out.pa) !== pa) different++
        }
      }),
      { numRuns: 2000 },
    )
    expect(different).toBeGreaterThan(200)
  })

  it('an example in full', () => {
    const memory = new SparseTables()
    const tables = new TableBuilder(memory, 0x4000_0000, { stage: 1, granuleBits: 12, inputBits: 39 })
    expect(tables.map(0x1000n, 0x0c00_0000n, 0x703n)).toBe(true)
    expect(memory.toJSON()).toEqual({
      '0x40000000': '0x40001003',
      '0x40001000': '0x40002003',
      '0x40002008': '0xc000703',
    })
    // A block where a table is, and a page below a block, change nothing.
    expect(tables.map(0n, 0n, 0x701n, 2)).toBe(false)
    expect(tables.map(0x4000_0000n, 0n, 0x701n, 1)).toBe(true)
    expect(tables.map(0x4000_1000n, 0n, 0x703n)).toBe(false)
    expect(tables.entry(0x1000n, 3)).toBe(0x4000_2008)
    expect(tables.replace(0x2000n, 3, 0xdeadn)).toBe(true)
    expect([memory.read(0x4000_2010), tables.replace(0x4000_1000n, 3, 1n)]).toEqual([0xdeadn, false])
    tables.limit(0x1000n, 1, 1n << 60n)
    expect(memory.read(0x4000_0000)).toBe(0x1000_0000_4000_1003n)
  })
})

describe('TableBuilder at stage 2', () => {
  it.each([
    [12, 40, 2, 1],
    [12, 43, 16, 1],
    [14, 40, 16, 2],
    [16, 46, 16, 2],
  ] as const)('granule 2^%i, %i bits: %i tables side by side start at level %i', (granuleBits, inputBits, n, level) => {
    const memory = new SparseTables()
    const layout: TableLayout = { stage: 2, granuleBits, inputBits, concatenated: n }
    const tables = new TableBuilder(memory, 0x4000_0000, layout)
    expect(tables.startLevel).toBe(level)
    const last = (1n << BigInt(inputBits)) - (1n << BigInt(granuleBits))
    tables.map(last, 0x1234_0000n, 0x7fcn)
    const sl0 = granuleBits === 12 ? 2 - level : 3 - level
    const tg0 = { 12: 0, 14: 2, 16: 1 }[granuleBits]
    const registers = {
      HCR_EL2: 1n,
      VTCR_EL2: BigInt((5 << 16) | (tg0 << 14) | (sl0 << 6) | (64 - inputBits)),
      VTTBR_EL2: BigInt(tables.root),
    }
    expect([load({ registers, memory, mappings: [] }, last), out.pa]).toEqual([FaultKind.NONE, 0x1234_0000])
  })

  it.each<[string, number, TableLayout]>([
    ['inputBits is 53', 0, { stage: 1, granuleBits: 16, inputBits: 53 }],
    ['inputBits is 15', 0, { stage: 1, granuleBits: 12, inputBits: 15 }],
    ['inputBits is 49', 0, { stage: 1, granuleBits: 12, inputBits: 49 }],
    ['concatenated is 3', 0, { stage: 2, granuleBits: 12, inputBits: 40, concatenated: 3 }],
    ['concatenated is 2', 0, { stage: 1, granuleBits: 12, inputBits: 40, concatenated: 2 }],
    [
      '4 tables side by side do not make 40 bits; 2 would',
      0,
      { stage: 2, granuleBits: 12, inputBits: 40, concatenated: 4 },
    ],
    ['has no level 0', 0, { stage: 2, granuleBits: 14, inputBits: 48 }],
    ['the root 0x8 is not a multiple', 8, { stage: 1, granuleBits: 12, inputBits: 39 }],
  ])('refuses: %s', (message, root, layout) => {
    expect(() => new TableBuilder(new SparseTables(), root, layout)).toThrow(TableLayoutError)
    expect(() => new TableBuilder(new SparseTables(), root, layout)).toThrow(message)
  })
})
