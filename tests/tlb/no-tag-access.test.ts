import { describe, expect, it } from 'vitest'
import { Access, ALL_FEATURES, FaultKind, LOAD, STORE, Tlb, Translation } from '../../src/tlb/index.ts'
import { type Bench, onePage } from './bench.ts'

const { TAG_ACCESS, TAG_CHECKED } = Access
const FWB = 1n << 46n

/** The page is Tagged at stage 1, of MemAttr `memAttr` at stage 2. */
const tagged = (memAttr: bigint, hcr = 0n, features = ALL_FEATURES): Bench =>
  onePage(0n, 0n, features)
    .set('MAIR_EL1', 0xf0n)
    .set('HCR_EL2', 1n | hcr)
    .set('VTCR_EL2', 25n | (1n << 6n) | (5n << 16n))
    .set('VTTBR_EL2', 0x4800_0000n)
    .put(0x4800_0000, 1, hcr === 0n ? 0x4000_07fdn : 0x4000_07d9n)
    .put(0x4800_0000, 2, 0x8000_07c1n | (memAttr << 2n))

const result = (bench: Bench, access: number): [number, boolean, boolean] => {
  bench.walk(0x1000n, access)
  return [bench.out.fault, bench.out.noTagAccess, bench.out.write]
}

describe('NoTagAccess (FEAT_MTE_PERM), AArch64.S2CheckPermissions', () => {
  it.each([
    ['a tag load', LOAD | TAG_ACCESS, false],
    ['a tag store', STORE | TAG_ACCESS, true],
    ['a checked load', LOAD | TAG_CHECKED, false],
    // WnR is that of the tag: which is read.
    ['a checked store', STORE | TAG_CHECKED, false],
  ])('refuses %s', (_, access, write) => {
    expect(result(tagged(4n), access)).toEqual([FaultKind.PERMISSION, true, write])
    expect(result(tagged(14n, FWB), access)).toEqual([FaultKind.PERMISSION, true, write])
    expect(result(tagged(15n, FWB), access)).toEqual([FaultKind.PERMISSION, true, write])
  })

  it.each([
    ['an unchecked load', tagged(4n), LOAD],
    ['an unchecked store', tagged(4n), STORE],
    ['other memory', tagged(15n), LOAD | TAG_CHECKED],
    ['other memory, FWB', tagged(7n, FWB), LOAD | TAG_CHECKED],
    ['what is not Tagged', tagged(4n).set('MAIR_EL1', 0xffn), LOAD | TAG_CHECKED],
    ['a CPU without FEAT_MTE_PERM', tagged(4n, 0n, { ...ALL_FEATURES, mtePerm: false }), LOAD | TAG_CHECKED],
    ['stage 1 alone', tagged(4n), LOAD | TAG_CHECKED | Access.STAGE1_ONLY],
  ])('lets pass %s', (_, bench, access) => {
    expect(bench.walk(0x1000n, access).fault).toBe(FaultKind.NONE)
  })

  it('comes after what stage 2 says of reads and writes', () => {
    const bench = tagged(4n).put(0x4800_0000, 2, 0x8000_0741n | (4n << 2n))
    expect(result(bench, STORE | TAG_CHECKED)).toEqual([FaultKind.PERMISSION, false, true])
    expect(result(bench, LOAD | TAG_CHECKED)).toEqual([FaultKind.PERMISSION, true, false])
  })

  it('is asked of a TLB hit', () => {
    const bench = tagged(4n)
    bench.regime.update()
    const tlb = new Tlb()
    const out = new Translation()
    const translate = (access: number): number => tlb.translate(bench.regime, bench.memory, 0, 0x1000, access, out)
    expect([translate(LOAD), translate(LOAD), tlb.hits]).toEqual([0, 0, 1])
    expect([translate(LOAD | TAG_CHECKED), out.noTagAccess, tlb.hits]).toEqual([FaultKind.PERMISSION, true, 1])
    expect([translate(LOAD), out.noTagAccess]).toEqual([0, false])
  })
})
