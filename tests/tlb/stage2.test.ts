import { describe, expect, it } from 'vitest'
import {
  Access,
  ALL_FEATURES,
  FaultKind,
  FETCH,
  LOAD,
  STORE,
  type Translation,
  Update,
  WalkTrace,
} from '../../src/tlb/index.ts'
import { ACCESS_FLAG, type Bench, DBM, L1, L2, L3, onePage, PAGE, TABLE } from './bench.ts'

const S2_L1 = 0x4800_0000
const S2_L2 = 0x4810_0000
const S2_L3 = 0x4820_0000
/** Stage 2 read and write, Normal Write-Back, AF. */
const S2_PAGE = 0x7ffn
const READ_ONLY = 0x77fn
const WRITE_ONLY = 0x7bfn
const VM = 1n
const PTW = 1n << 2n
const FWB = 1n << 46n
/** 4 KB granule, 39 bits from level 1, 48-bit PAs. */
const VTCR = 25n | (1n << 6n) | (5n << 16n)
const HA = 1n << 21n
const HD = 1n << 22n

const at = (out: Translation): unknown[] => [out.fault, out.level, out.stage, out.s1ptw]

/** {@link onePage} over a stage 2 whose first GB of tables is flat from 1 GB on, and the page at IPA 0x8000_0000 goes to PA 0x9000_5000. */
function twoStages(page = 0n, tcr = 0n, features = ALL_FEATURES): Bench {
  return onePage(page, tcr, features)
    .set('HCR_EL2', VM)
    .set('VTCR_EL2', VTCR)
    .set('VTTBR_EL2', BigInt(S2_L1))
    .put(S2_L1, 1, 0x4000_0000n | (S2_PAGE & ~2n))
    .put(S2_L1, 2, BigInt(S2_L2) | TABLE)
    .put(S2_L2, 0, BigInt(S2_L3) | TABLE)
    .put(S2_L3, 0, 0x9000_5000n | S2_PAGE)
}

describe('stage 2', () => {
  it('translates every stage 1 descriptor and the output', () => {
    const trace = new WalkTrace()
    const bench = twoStages()
    // The level 3 table at IPA 0x8000_0000 is somewhere else in PA: an IPA is not a PA.
    bench.put(S2_L3, 0, BigInt(L3) | S2_PAGE).put(L2, 0, 0x8000_0000n | TABLE)
    const out = bench.walk(0x1abcn, LOAD, trace)
    expect([out.fault, out.ipa, out.pa, out.stage]).toEqual([0, 0x8000_0abc, L3 + 0xabc, 3])
    expect([out.sizeLog2, out.stage1SizeLog2, out.stage2SizeLog2, out.reads]).toEqual([12, 12, 12, 11])
    expect(trace.lines().filter((line) => line.startsWith('stage 1'))).toEqual([
      'stage 1 level 1 at 0x40100000: 0x0000000040200003',
      'stage 1 level 2 at 0x40200000: 0x0000000080000003',
      'stage 1 level 3 at 0x80000008 (PA 0x40300008): 0x0000000080000703',
    ])
  })

  it('ends after stage 1 for AT S1E1R', () => {
    const out = twoStages().walk(0x1abcn, LOAD | Access.STAGE1_ONLY)
    expect([out.fault, out.pa, out.stage]).toEqual([0, 0x8000_0abc, 1])
  })

  it('reports the IPA and, on a walk, S1PTW', () => {
    const bench = twoStages().put(S2_L3, 0, 0n)
    expect(at(bench.walk(0x1abcn))).toEqual([FaultKind.TRANSLATION, 3, 2, false])
    expect(bench.out.ipa).toBe(0x8000_0abc)
    bench.put(L1, 0, 0xc000_0000n | TABLE)
    expect(at(bench.walk(0x1abcn, STORE))).toEqual([FaultKind.TRANSLATION, 1, 2, true])
    expect([bench.out.ipa, bench.out.write]).toEqual([0xc000_0000, true])
  })

  it('gives stage 1 faults precedence, but not over those of its own reads', () => {
    const bench = twoStages().put(S2_L3, 0, 0n).put(L3, 1, 0n)
    expect(at(bench.walk(0x1000n))).toEqual([FaultKind.TRANSLATION, 3, 1, false])
    expect(bench.out.ipa).toBe(0)
  })

  it.each([
    ['an IPA above T0SZ', VTCR, 0x80_0000_0000n | PAGE, FaultKind.TRANSLATION, 0, false],
    ['T0SZ below the PA size', VTCR - 10n, 0n, FaultKind.TRANSLATION, 0, true],
    ['T0SZ too small for SL0', VTCR - 6n, 0n, FaultKind.TRANSLATION, 0, true],
    ['SL0 3 of 4 KB, 39 bits', VTCR | (2n << 6n), 0n, FaultKind.TRANSLATION, 0, true],
    ['64 KB and SL0 3', VTCR | (3n << 6n) | (1n << 14n), 0n, FaultKind.TRANSLATION, 0, true],
  ])('%s', (_, vtcr, page, fault, level, s1ptw) => {
    const bench = twoStages().set('VTCR_EL2', vtcr)
    if (page !== 0n) bench.put(L3, 1, page)
    expect(at(bench.walk(0x1000n))).toEqual([fault, level, 2, s1ptw])
  })

  it('concatenates up to 16 tables', () => {
    // 43 bits from level 1: 13 index bits. IPA 2^39 is the first entry of the second table.
    const bench = twoStages().set('VTCR_EL2', VTCR - 4n)
    bench.put(L3, 1, 0x80_0000_0000n | PAGE).put(S2_L1, 512, (0x9000_0000n & ~0x3fff_ffffn) | (S2_PAGE & ~2n))
    expect([bench.walk(0x1008n).fault, bench.out.pa]).toEqual([0, 0x8000_0008])
  })

  it.each([
    ['read and write', S2_PAGE, [0, 0, 0]],
    ['read only', READ_ONLY, [0, 4, 0]],
    ['write only', WRITE_ONLY, [4, 0, 0]],
    ['neither', 0x73fn, [4, 4, 0]],
    ['XN', S2_PAGE | (1n << 54n), [0, 0, 4]],
  ])('S2AP and XN: %s', (_, page, faults) => {
    const bench = twoStages().put(S2_L3, 0, 0x9000_5000n | page)
    expect([LOAD, STORE, FETCH].map((access) => bench.walk(0x1000n, access).fault)).toEqual(faults)
  })

  it.each([
    [0n, true, true],
    [1n, false, true],
    [2n, false, false],
    [3n, true, false],
  ])('XN[1:0] %d: EL1 executes %s, EL0 %s', (xn, el1, el0) => {
    const bench = twoStages().put(S2_L3, 0, 0x9000_5000n | S2_PAGE | (xn << 53n))
    expect(bench.walk(0x1000n, FETCH).fault === 0).toBe(el1)
    expect(bench.walk(0x1000n, FETCH | Access.UNPRIVILEGED).fault === 0).toBe(el0)
  })

  it('ignores XN[0] without FEAT_XNX', () => {
    const bench = twoStages(0n, 0n, { ...ALL_FEATURES, xnx: false }).put(S2_L3, 0, 0x9000_5000n | S2_PAGE | (3n << 53n))
    expect(bench.walk(0x1000n, FETCH).fault).toBe(FaultKind.PERMISSION)
  })

  it('refuses stage 1 tables that it may not read, or in Device memory under HCR_EL2.PTW', () => {
    const bench = twoStages().put(S2_L1, 1, 0x4000_0000n | (WRITE_ONLY & ~2n))
    expect(at(bench.walk(0x1000n))).toEqual([FaultKind.PERMISSION, 1, 2, true])
    const device = 0x4000_0000n | (S2_PAGE & ~0x3en & ~2n)
    bench.put(S2_L1, 1, device)
    expect(bench.walk(0x1000n).fault).toBe(0)
    bench.set('HCR_EL2', VM | PTW)
    expect(at(bench.walk(0x1000n))).toEqual([FaultKind.PERMISSION, 1, 2, true])
    // Under FWB, MemAttr[2] says what is Device.
    bench.put(S2_L1, 1, device | (0b0110n << 2n)).set('HCR_EL2', VM | PTW | FWB)
    expect(bench.walk(0x1000n).fault).toBe(0)
  })

  it('manages its Access flag and dirty state', () => {
    const bench = twoStages().put(S2_L3, 0, 0x9000_5000n | (READ_ONLY & ~ACCESS_FLAG) | DBM)
    expect(at(bench.walk(0x1000n))).toEqual([FaultKind.ACCESS_FLAG, 3, 2, false])
    bench.set('VTCR_EL2', VTCR | HA | HD)
    const out = bench.walk(0x1000n, STORE)
    expect([out.fault, out.updates]).toEqual([0, Update.STAGE2_ACCESS_FLAG | Update.STAGE2_DIRTY])
    expect([...bench.memory.written]).toEqual([[S2_L3, 0x9000_5000n | S2_PAGE | DBM]])
  })

  it('needs write permission to update a stage 1 descriptor, and makes its page dirty', () => {
    const bench = twoStages(0n, 1n << 39n).put(L3, 1, 0x8000_0003n)
    bench.put(S2_L1, 1, 0x4000_0000n | (READ_ONLY & ~2n))
    expect(at(bench.walk(0x1000n))).toEqual([FaultKind.PERMISSION, 1, 2, true])
    expect(bench.memory.written.size).toBe(0)
    bench.put(S2_L1, 1, 0x4000_0000n | (READ_ONLY & ~2n) | DBM).set('VTCR_EL2', VTCR | HA | HD)
    expect(bench.walk(0x1000n).fault).toBe(0)
    expect([...bench.memory.written.keys()]).toEqual([S2_L1 + 8, L3 + 8])
  })

  it('is an external abort of stage 2 where its tables are not', () => {
    const bench = twoStages().put(S2_L1, 2, 0x1000n | TABLE)
    expect(at(bench.walk(0x1000n))).toEqual([FaultKind.EXTERNAL_ON_WALK, 2, 2, false])
  })

  it('takes the IPA from the VA with stage 1 off, cacheable under HCR_EL2.DC', () => {
    const bench = twoStages().set('SCTLR_EL1', 0n)
    const out = bench.walk(0x8000_0abcn)
    expect([out.fault, out.pa, out.attr, out.stage, out.sizeLog2, out.level]).toEqual([0, 0x9000_5abc, 0, 2, 12, 3])
    bench.set('HCR_EL2', 1n << 12n).set('SCTLR_EL1', 1n)
    expect([bench.walk(0x8000_0abcn).pa, bench.out.attr]).toEqual([0x9000_5abc, 0xff])
  })

  it('combines shareability', () => {
    const bench = twoStages()
    expect(bench.walk(0x1000n).sh).toBe(3)
    bench.put(S2_L3, 0, 0x9000_5000n | (S2_PAGE & ~0x300n) | 0x200n)
    expect(bench.walk(0x1000n).sh).toBe(2)
  })
})
