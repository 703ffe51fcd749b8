import { describe, expect, it } from 'vitest'
import { ALL_FEATURES, FETCH, type Features, LOAD } from '../../src/tlb/index.ts'
import { type Bench, onePage } from './bench.ts'

const AIE = 1n << 4n
const INDEX_3 = 1n << 59n

/** MAIR_EL1 and MAIR2_EL1 in which every byte is another. */
const MAIR = 0x4404_ff77_00aa_bb0cn
const MAIR2 = 0xff44_0c08_0400_bbaan

const leaf = (index: number, high: boolean, features?: Features): Bench =>
  onePage((BigInt(index) << 2n) | (high ? INDEX_3 : 0n), 0n, features)
    .set('MAIR_EL1', MAIR)
    .set('MAIR2_EL1', MAIR2)

const byte = (register: bigint, index: number): number => Number((register >> BigInt(8 * index)) & 0xffn)

describe('AttrIndx[3], AArch64.S1NextWalkStateLeaf and AArch64.MAIRAttr', () => {
  const indices = [0, 1, 2, 3, 4, 5, 6, 7]

  it.each(indices)('index %d is of MAIR_EL1 with bit 59 clear', (index) => {
    expect(leaf(index, false).set('TCR2_EL1', AIE).walk(0x1000n, LOAD).attr).toBe(byte(MAIR, index))
  })

  it.each(indices)('index %d is of MAIR2_EL1 with bit 59 set', (index) => {
    expect(leaf(index, true).set('TCR2_EL1', AIE).walk(0x1000n, LOAD).attr).toBe(byte(MAIR2, index))
  })

  it.each(indices)('index %d is of MAIR_EL1 without TCR2_EL1.AIE, and without FEAT_AIE', (index) => {
    expect(leaf(index, true).walk(0x1000n, LOAD).attr).toBe(byte(MAIR, index))
    const without = leaf(index, true, { ...ALL_FEATURES, aie: false }).set('TCR2_EL1', AIE)
    expect(without.walk(0x1000n, LOAD).attr).toBe(byte(MAIR, index))
  })

  it('is under SCTLR_EL1.C and I as ever', () => {
    const bench = leaf(7, true).set('TCR2_EL1', AIE).set('SCTLR_EL1', 1n)
    // XS = 0, as Write-Back memory has it.
    expect(bench.walk(0x1000n, LOAD).attr).toBe(0x40)
    expect(leaf(4, true).set('TCR2_EL1', AIE).walk(0x1000n, FETCH).attr).toBe(0x44)
  })
})
