import { describe, expect, it } from 'vitest'
import { Access, type Explanation, explain, LOAD, STORE } from '../../src/tlb/index.ts'
import { AP_EL0, type Bench, L1, L2, L3, onePage, PAGE, TABLE } from './bench.ts'

const S2_L1 = 0x4800_0000
const VTCR = 25n | (1n << 6n) | (5n << 16n)
const S2PIE = 1n << 36n
const S2POE = 1n << 37n

const told = (bench: Bench, access = LOAD): Explanation => {
  bench.regime.update()
  return explain(bench.regime, bench.memory, 0, 0x1000, access)
}

/** Stage 2 of 1 GB blocks: tables by index 0 of S2PIR_EL2 and S2POR_EL1, the page by index 1. */
const stage2 = (vtcr: bigint, s2pir: bigint, s2por: bigint, leaf = 0n): Bench =>
  onePage()
    .set('HCR_EL2', 1n)
    .set('VTCR_EL2', VTCR | vtcr)
    .set('VTTBR_EL2', BigInt(S2_L1))
    .set('S2PIR_EL2', s2pir)
    .set('S2POR_EL1', s2por)
    .put(S2_L1, 1, 0x4000_07bdn)
    .put(S2_L1, 2, 0x8000_07fdn | (1n << 59n) | leaf)

describe('the rule that decided, of overlays and what came with them', () => {
  it.each<[string, Bench, number, string, string]>([
    [
      'POR_EL1',
      onePage().set('TCR2_EL1', 8n),
      LOAD,
      'the field of POR_EL1 that POIndex selects refuses it',
      'AArch64.S1OverlayPermissions, D8.4',
    ],
    [
      'POR_EL0',
      onePage(AP_EL0).set('TCR2_EL1', 4n),
      LOAD | Access.UNPRIVILEGED,
      'the field of POR_EL0 that POIndex selects refuses it',
      'AArch64.S1OverlayPermissions, D8.4',
    ],
    [
      'no control stack',
      onePage(),
      STORE | Access.GCS,
      'EL1 has no Guarded Control Stack in the page: PIIndex selects no field 0b1001',
      'AArch64.S1IndirectBasePermissions, D8.4',
    ],
    [
      'S2POR_EL1',
      stage2(S2PIE | S2POE, 0xffn, 0x0fn),
      LOAD,
      'the field of S2POR_EL1 that POIndex selects refuses it',
      'AArch64.S2OverlayPermissions, D8.4',
    ],
    [
      'S2POR_EL1, tables',
      stage2(S2PIE | S2POE, 0xffn, 0xf0n),
      LOAD,
      'the field of S2POR_EL1 that POIndex selects refuses it to the walk of stage 1',
      'AArch64.S2OverlayPermissions, D8.4',
    ],
    [
      'TL0',
      stage2(S2PIE | (1n << 41n), 0xffn, 0n),
      LOAD,
      'VTCR_EL2.TL0 or TL1: the page is not for the first table of this half of stage 1',
      'AArch64.S2CheckPermissions, D8.4',
    ],
    [
      'AssuredOnly',
      stage2(S2PIE | (1n << 34n), 0xffn, 0n, 1n << 58n),
      LOAD,
      'AssuredOnly is 1, and not all tables of stage 1 are protected and mostly read-only',
      'AArch64.S2CheckPermissions, D8.4',
    ],
    [
      'GCSH',
      stage2(S2PIE | (1n << 40n), 0xffn, 0n)
        .set('TCR2_EL1', 2n)
        .set('PIR_EL1', 9n),
      LOAD | Access.GCS,
      'VTCR_EL2.GCSH is 1: privileged Guarded Control Stacks are in AssuredOnly pages alone',
      'AArch64.S2CheckPermissions, D8.4',
    ],
    [
      'NoTagAccess',
      stage2(0n, 0n, 0n).put(S2_L1, 1, 0x4000_07fdn).put(S2_L1, 2, 0x8000_07d1n).set('MAIR_EL1', 0xf0n),
      LOAD | Access.TAG_CHECKED,
      "MemAttr denies the page's Allocation Tags",
      'AArch64.S2CheckPermissions, D8.4',
    ],
  ])('%s', (_, bench, access, text, reference) => {
    expect(told(bench, access).rule).toEqual({ text, reference })
  })
})

describe('the fields of a leaf', () => {
  const field = (bench: Bench, stage: number, name: string): [number, string, string] | undefined => {
    const step = told(bench).steps.findLast((s) => s.stage === stage)
    const found = step?.fields.find((f) => f.name === name)
    return found && [found.value, found.bits, found.meaning]
  }

  it('have POIndex where overlays are in use', () => {
    const bench = onePage(5n << 60n)
    expect(field(bench, 1, 'POIndex')).toBeUndefined()
    expect(field(bench.set('TCR2_EL1', 4n), 1, 'POIndex')).toEqual([5, '[62:60]', 'index into POR_EL0'])
    const s2 = stage2(S2PIE | S2POE, 0xffn, 0xffn)
    expect(field(s2, 2, 'POIndex')).toEqual([1, '[62:59]', 'index into S2POR_EL1'])
  })

  it('have AttrIndx[3] with TCR2_EL1.AIE', () => {
    const bench = onePage((1n << 59n) | (2n << 2n)).set('MAIR2_EL1', 0x44_0000n)
    expect(field(bench, 1, 'AttrIndx[3]')).toBeUndefined()
    expect(field(bench, 1, 'AttrIndx')?.[2]).toContain('MAIR_EL1.Attr2')
    bench.set('TCR2_EL1', 16n)
    expect(field(bench, 1, 'AttrIndx[3]')).toEqual([1, '[59]', 'of MAIR2_EL1'])
    expect(field(bench, 1, 'AttrIndx')).toEqual([2, '[4:2]', 'MAIR2_EL1.Attr10 = 0x44, Normal Non-cacheable'])
  })

  it('have Protected with TCR2_EL1.PnCH, AssuredOnly with VTCR_EL2.AssuredOnly', () => {
    const bench = stage2(1n << 34n, 0n, 0n, 1n << 58n)
    bench.put(S2_L1, 1, 0x4000_07fdn).put(L1, 0, BigInt(L2) | TABLE)
    bench.put(L3, 1, 0x8000_0000n | PAGE | (1n << 52n))
    expect(field(bench, 1, 'Contiguous')?.[0]).toBe(1)
    bench.set('TCR2_EL1', 1n)
    expect(field(bench, 1, 'Contiguous')).toBeUndefined()
    expect(field(bench, 1, 'Protected')).toEqual([1, '[52]', 'protected'])
    expect(field(bench, 2, 'AssuredOnly')).toEqual([1, '[58]', 'assured mappings only'])
  })
})
