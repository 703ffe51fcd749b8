import { describe, expect, it } from 'vitest'
import { type Explanation, explain, FETCH, LOAD, Regime, STORE } from '../../src/tlb/index.ts'
import { Bench, BLOCK, L1, L2, L3, TABLE } from './bench.ts'
import { high, low } from './vector.ts'

const GPT0 = 0x4100_0000
const GPT1 = 0x4110_0000
/** GPCCR_EL3: 32-bit PPS, Outer Shareable Write-Back, 4 KB granules, 1 GB by each entry of level 0. */
const GPCCR = 0x1_2500n
const D128 = 1n << 5n

function told(bench: Bench, kind: number, va: bigint, access = LOAD): Explanation {
  bench.regime.select(kind)
  bench.regime.update()
  return explain(bench.regime, bench.memory, high(va), low(va), access)
}

const lines = (explained: Explanation): string[] =>
  explained.registers.map(({ name, bits, value, meaning }) => `${name}${bits} = ${value}: ${meaning}`)
const fieldsOf = (explained: Explanation, step: number): Record<string, string> =>
  Object.fromEntries(
    (explained.steps[step]?.fields ?? []).map(({ name, bits, meaning }) => [`${name}${bits}`, meaning]),
  )

/** EL2 or EL3 with one 39-bit range: VA 0x1000 in a 2 MB block. */
function oneRange(el: 'EL2' | 'EL3', block: bigint): Bench {
  return new Bench()
    .set(`SCTLR_${el}`, 0x1005n)
    .set(`TCR_${el}`, 25n | (5n << 16n))
    .set(`TTBR0_${el}`, BigInt(L1))
    .set(`MAIR_${el}`, 0xffn)
    .put(L1, 0, BigInt(L2) | TABLE)
    .put(L2, 0, 0x8000_0000n | BLOCK | block)
}

describe('registers', () => {
  it('of EL2: one range', () => {
    expect(lines(told(oneRange('EL2', 0n), Regime.EL2, 0x1000n))).toEqual([
      'SCTLR_EL2.M[0] = 1: stage 1 is on',
      'TCR_EL2.T0SZ[5:0] = 25: 39-bit VA',
      'TCR_EL2.TG0[15:14] = 0: 4 KiB granule',
      'TCR_EL2.PS[18:16] = 5: 48-bit output addresses',
      'TCR_EL2.DS[32] = 0: 48-bit descriptors',
      'TTBR0_EL2.BADDR[47:1] = 1074790400: level 1 table at 0x40100000',
    ])
  })

  it('of EL2&0: a host', () => {
    const bench = oneRange('EL2', 0n)
      .set('TCR_EL2', (25n << 16n) | (2n << 30n) | (5n << 32n))
      .set('TTBR1_EL2', BigInt(L1))
      .set('HCR_EL2', 1n << 34n)
    const explained = told(bench, Regime.EL20, 0xffff_ff80_0000_1000n)
    expect(explained.translation.pa).toBe(0x8000_1000)
    expect(lines(explained)).toContain('HCR_EL2.E2H[34] = 1: EL2 is that of a host: EL2&0')
    expect(lines(explained)).toContain('VA[55] = 1: the upper half: TTBR1_EL2')
    expect(lines(explained)).toContain('TCR_EL2.IPS[34:32] = 5: 48-bit output addresses')
  })

  it('of Secure EL1&0 under a stage 2 of its own', () => {
    const bench = new Bench()
      .set('SCR_EL3', 1n << 18n)
      .set('SCTLR_EL1', 0n)
      .set('HCR_EL2', 1n)
      .set('VSTCR_EL2', 25n | (1n << 6n))
      .set('VSTTBR_EL2', BigInt(L1))
      .set('VTCR_EL2', 39n | (5n << 16n))
      .put(L1, 0, 0x4000_0000n | 0x7fdn)
    const explained = told(bench, Regime.EL10, 0x1000n)
    expect(explained.translation.pa).toBe(0x4000_1000)
    expect(lines(explained)).toEqual([
      'SCR_EL3.NSE[62] = 0: Secure state',
      'SCR_EL3.NS[0] = 0: Secure state',
      'SCTLR_EL1.M[0] = 0: stage 1 is off',
      'HCR_EL2.VM[0] = 1: stage 2 is on',
      'VSTCR_EL2.T0SZ[5:0] = 25: 39-bit IPA',
      'VSTCR_EL2.SL0[7:6] = 1: starts at level 1',
      'VSTCR_EL2.TG0[15:14] = 0: 4 KiB granule',
      'VTCR_EL2.PS[18:16] = 5: 48-bit output addresses',
      'VSTTBR_EL2.BADDR[47:1] = 1074790400: level 1 table at 0x40100000',
    ])
  })
})

describe('descriptors of one range', () => {
  it('of EL2 have no nG and one XN', () => {
    const explained = told(oneRange('EL2', 1n << 54n), Regime.EL2, 0x1000n, FETCH)
    expect(fieldsOf(explained, 0)).toMatchObject({ 'APTable[62:61]': 'no limit', 'XNTable[60]': 'no limit' })
    expect(fieldsOf(explained, 1)).toMatchObject({ 'XN[54]': 'EL2 executes nothing', 'AP[2:1][7:6]': 'EL2 read/write' })
    expect(fieldsOf(explained, 1)).not.toHaveProperty('nG[11]')
    expect(explained.rule.text).toBe('XN is 1: EL2 does not execute it')
  })

  it('of EL3 have NSE and NS', () => {
    const explained = told(oneRange('EL3', 1n << 5n), Regime.EL3, 0x1000n, FETCH)
    expect(fieldsOf(explained, 1)).toMatchObject({
      'NSE[11]': 'with NS: Non-secure memory',
      'NS[5]': 'with NSE: Non-secure memory',
    })
    expect(explained.rule).toEqual({
      text: 'Root state executes nothing in Non-secure memory',
      reference: 'AArch64.S1DirectBasePermissions, D8.4',
    })
  })

  it('name WXN after the level', () => {
    const bench = oneRange('EL2', 0n).set('SCTLR_EL2', 0x8_1005n)
    expect(told(bench, Regime.EL2, 0x1000n, FETCH).rule.text).toBe('SCTLR_EL2.WXN is 1 and EL2 can write the page')
  })
})

/** 128-bit descriptors of a 20-bit VA in one table at L3, which TTBR0 may skip to. */
function wide(low64: bigint, high64: bigint): Bench {
  return new Bench()
    .set('TCR_EL1', (7n << 32n) | 44n)
    .set('TCR2_EL1', D128 | (1n << 4n))
    .set('PIR_EL1', 0x5_0000n)
    .set('MAIR2_EL1', 0x44n << 8n)
    .set('TTBR0_EL1', BigInt(L3))
    .put(L3, 2, low64)
    .put(L3, 3, high64)
}

describe('128-bit descriptors', () => {
  it('a page', () => {
    const explained = told(
      wide(0x12_3456_789a_b000n | 0x725n, (4n << 51n) | (9n << 57n) | (1n << 50n)),
      Regime.EL10,
      0x1000n,
    )
    expect(lines(explained)).toContain('TCR2_EL1.D128[5] = 1: 128-bit descriptors (FEAT_D128)')
    expect(lines(explained)).toContain('TTBR0_EL1.SKL[2:1] = 0: no level is skipped')
    expect(explained.steps[0]).toMatchObject({ kind: 'page', hi: 0x12_3456, topLo: 0 })
    expect(fieldsOf(explained, 0)).toEqual({
      'valid[0]': 'valid',
      'SKL[110:109]': 'page',
      'OutputAddress[55:12]': '4 KiB at 0x123456789ab000',
      'AF[10]': 'accessed',
      'PIIndex[118:115]': 'index into PIR_EL1 and PIRE0_EL1',
      'nDirty[7]': 'dirty',
      'AttrIndx[4:2]': 'MAIR2_EL1.Attr9 = 0x44, Normal Non-cacheable',
      'AttrIndx[3][5]': 'of MAIR2_EL1',
      'SH[9:8]': 'Inner Shareable',
      'nG[11]': 'global',
      'Contiguous[111]': 'no hint',
      'GP[113]': 'not guarded',
      'Protected[114]': 'protected',
    })
  })

  it('a table that skips a level, a block by SKL', () => {
    // 32-bit VA: levels 1, 2 and 3 of 8 bits... the first table is of level 1.
    const bench = wide(0n, 0n).set('TCR_EL1', (7n << 32n) | 28n)
    bench.put(L3, 0, BigInt(L1) | 0x401n).put(L3, 1, 1n << 45n)
    const table = told(bench, Regime.EL10, 0n)
    expect(fieldsOf(table, 0)).toMatchObject({ 'SKL[110:109]': 'table of level 3' })
    expect(table.steps[1]).toMatchObject({ level: 3, kind: 'invalid' })
    bench.put(L3, 1, (2n << 45n) | (4n << 51n))
    const block = told(bench, Regime.EL10, 0n)
    expect(block.steps[0]?.kind).toBe('block')
    expect(fieldsOf(block, 0)).toMatchObject({ 'OutputAddress[55:28]': '256 MiB at 0x40000000' })
    bench.put(L3, 1, 3n << 45n)
    const beyond = told(bench, Regime.EL10, 0n)
    expect(fieldsOf(beyond, 0)).toEqual({
      'valid[0]': 'valid',
      'SKL[110:109]': 'there is no level so far below: invalid',
    })
    expect(beyond.rule.text).toBe('SKL is 3: there is no level so far below level 1')
  })

  it('PIR decides', () => {
    const explained = told(wide(0x8000_0000n | 0x701n, 0n), Regime.EL10, 0x1000n, STORE)
    expect(explained.rule.text).toBe('the field of PIR_EL1 that PIIndex selects refuses it')
  })
})

/** Granule protection of {@link oneRange} at EL2: tables in any space, the block's granules by level 1. */
const granules = (gpi: bigint): Bench =>
  oneRange('EL2', 0n)
    .set('GPCCR_EL3', GPCCR)
    .set('GPTBR_EL3', BigInt(GPT0) >> 12n)
    .put(GPT0, 1, 0xf1n)
    .put(GPT0, 2, BigInt(GPT1) | 3n)
    .put(GPT1, 0, 0xffff_ffff_ffff_ff0fn | (gpi << 4n))

describe('granule protection', () => {
  it('is told of each descriptor and of the output', () => {
    const explained = told(granules(9n), Regime.EL2, 0x1000n)
    expect(explained.translation.fault).toBe(0)
    expect(lines(explained).slice(-5)).toEqual([
      'GPCCR_EL3.GPC[16] = 1: granules are checked (FEAT_RME)',
      'GPCCR_EL3.PPS[2:0] = 0: 32-bit protected addresses',
      'GPCCR_EL3.PGS[15:14] = 0: 4 KiB granules',
      'GPCCR_EL3.L0GPTSZ[23:20] = 0: 1 GiB by each entry of level 0',
      'GPTBR_EL3.BADDR[39:0] = 1090519040: level 0 table at 0x41000000',
    ])
    expect(explained.steps.map((step) => step.granules.map(({ kind, granule }) => [kind, granule]))).toEqual([
      [['block', L1]],
      [['block', L2]],
    ])
    expect(explained.granules).toMatchObject([
      { level: 0, pa: GPT0 + 16, kind: 'table', granule: 0x8000_1000 },
      { level: 1, pa: GPT1, kind: 'granules', fields: [{ name: 'GPI1', bits: '[7:4]', value: 9 }] },
    ])
    expect(explained.granules[1]?.fields[0]?.meaning).toBe('4 KiB: Non-secure memory')
  })

  it('fails an access', () => {
    expect(told(granules(8n), Regime.EL2, 0x1000n).rule).toEqual({
      text: 'the granule at 0x80001000 is not in Non-secure memory',
      reference: 'GPICheck, D9.3',
    })
    expect(told(granules(3n), Regime.EL2, 0x1000n).rule.text).toBe(
      'the granule protection entry of level 1 is not valid',
    )
    expect(told(granules(9n).set('GPCCR_EL3', GPCCR | 7n), Regime.EL2, 0x1000n).rule.text).toBe(
      'GPCCR_EL3 is not valid',
    )
  })

  it('fails the read of a descriptor', () => {
    const explained = told(granules(9n).put(GPT0, 1, 0x81n), Regime.EL2, 0x1000n)
    expect(explained.steps).toEqual([])
    expect(explained.granules).toMatchObject([{ kind: 'block', granule: L1 }])
    expect(explained.granules[0]?.fields[1]?.meaning).toBe('Secure memory')
    expect(explained.rule.text).toBe(`the granule at 0x${L1.toString(16)} is not in Non-secure memory`)
  })
})
