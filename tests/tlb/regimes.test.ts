import { describe, expect, it } from 'vitest'
import {
  Access,
  ALL_FEATURES,
  FaultKind,
  FETCH,
  type Features,
  faultName,
  LOAD,
  parHigh,
  parLow,
  Regime,
  RegimeRegister,
  STORE,
  TranslationRegime,
} from '../../src/tlb/index.ts'
import { AP_EL0, AP_READ_ONLY, Bench, DBM, L1, L2, L3, PAGE, PXN, TABLE, UXN } from './bench.ts'

const EL0 = Access.UNPRIVILEGED
const E2H = 1n << 34n
const TGE = 1n << 27n
const MMU = 0x1005n

interface Setup {
  /** Bits of the page, of the table above it, of TCR_ELx beyond T0SZ 25 and an output size of 48 bits. */
  readonly page?: bigint
  readonly table?: bigint
  readonly tcr?: bigint
  readonly sctlr?: bigint
  readonly features?: Features
}

/** VA 0x1000 is the page at 0x8000_0000, as `onePage`, in the regime `kind`. */
function pageIn(kind: number, { page = 0n, table = 0n, tcr = 0n, sctlr = 0n, features }: Setup = {}): Bench {
  const bench = new Bench(features)
    .put(L1, 0, BigInt(L2) | TABLE | table)
    .put(L2, 0, BigInt(L3) | TABLE)
    // Root memory at EL3, by NSE: nothing else is executable there.
    .put(L3, 1, 0x8000_0000n | PAGE | page | (kind === Regime.EL3 ? 1n << 11n : 0n))
  bench.regime.select(kind)
  const single = (5n << 16n) | 25n | tcr
  if (kind === Regime.EL3) {
    return bench
      .set('SCTLR_EL3', MMU | sctlr)
      .set('TCR_EL3', single)
      .set('TTBR0_EL3', BigInt(L1))
      .set('MAIR_EL3', 0xffn)
  }
  const host = kind === Regime.EL20
  return bench
    .set('SCTLR_EL2', MMU | sctlr)
    .set('TCR_EL2', host ? (5n << 32n) | (25n << 16n) | (2n << 30n) | 25n | tcr : single)
    .set('TTBR0_EL2', BigInt(L1))
    .set('TTBR1_EL2', BigInt(L1))
    .set('MAIR_EL2', 0xffn)
    .set('HCR_EL2', host ? E2H : 0n)
}

function outcome(bench: Bench, va: bigint, access: number = LOAD): string {
  const out = bench.walk(va, access)
  return out.fault === FaultKind.NONE ? 'translates' : faultName(out.fault, out.level)
}

// `TranslationRegime`, `ELIsInHost`, `EL2Enabled`
describe('the regime of an Exception level', () => {
  const NS = 1n
  const EEL2 = 1n << 18n
  const NO_VHE = { ...ALL_FEATURES, vhe: false }
  const NO_SEL2 = { ...ALL_FEATURES, sel2: false, rme: false }
  it.each([
    [0, 0n, NS, ALL_FEATURES, Regime.EL10],
    [1, 0n, NS, ALL_FEATURES, Regime.EL10],
    [2, 0n, NS, ALL_FEATURES, Regime.EL2],
    [3, 0n, NS, ALL_FEATURES, Regime.EL3],
    [0, E2H, NS, ALL_FEATURES, Regime.EL10],
    [1, E2H, NS, ALL_FEATURES, Regime.EL10],
    [2, E2H, NS, ALL_FEATURES, Regime.EL20],
    [3, E2H, NS, ALL_FEATURES, Regime.EL3],
    [0, TGE, NS, ALL_FEATURES, Regime.EL10],
    [2, TGE, NS, ALL_FEATURES, Regime.EL2],
    [0, E2H | TGE, NS, ALL_FEATURES, Regime.EL20],
    [1, E2H | TGE, NS, ALL_FEATURES, Regime.EL10],
    [2, E2H | TGE, NS, ALL_FEATURES, Regime.EL20],
    [3, E2H | TGE, NS, ALL_FEATURES, Regime.EL3],
    [0, E2H | TGE, NS, NO_VHE, Regime.EL10],
    [2, E2H | TGE, NS, NO_VHE, Regime.EL2],
    [0, E2H | TGE, EEL2, ALL_FEATURES, Regime.EL20],
    [2, E2H | TGE, EEL2, ALL_FEATURES, Regime.EL20],
    [0, E2H | TGE, 0n, ALL_FEATURES, Regime.EL10],
    [0, E2H | TGE, EEL2, NO_SEL2, Regime.EL10],
    [0, E2H | TGE, NS, NO_SEL2, Regime.EL20],
  ] as const)('EL%i, HCR_EL2 %s, SCR_EL3 %s', (el, hcr, scr, features, kind) => {
    const bench = new Bench(features).set('HCR_EL2', hcr).set('SCR_EL3', scr)
    bench.regime.selectFor(el)
    expect(bench.regime.kind).toBe(kind)
  })

  it('is parsed once, and again when another is selected', () => {
    const regime = new TranslationRegime(ALL_FEATURES, Regime.EL2)
    expect([regime.update(), regime.update()]).toEqual([true, false])
    expect([regime.select(Regime.EL2), regime.update()]).toEqual([false, false])
    expect([regime.select(Regime.EL3), regime.update(), regime.version]).toEqual([true, true, 2])
    regime.select(99)
    regime.update()
    expect(regime.hasUnprivileged).toBe(true)
  })
})

// `AArch64.S1Enabled`, `AArch64.S1DisabledOutput`
describe('stage 1 is enabled by the own SCTLR_ELx.M', () => {
  const DC = 1n << 12n
  it.each([
    [Regime.EL2, 0n],
    [Regime.EL2, DC],
    [Regime.EL2, TGE],
    [Regime.EL20, E2H],
    [Regime.EL20, E2H | DC],
    [Regime.EL20, E2H | TGE],
    [Regime.EL3, 0n],
    [Regime.EL3, DC | TGE],
  ])('regime %i, whatever HCR_EL2 %s', (kind, hcr) => {
    const bench = pageIn(kind).set('HCR_EL2', hcr)
    expect(bench.walk(0x1000n).pa).toBe(0x8000_0000)
    bench.set(kind === Regime.EL3 ? 'SCTLR_EL3' : 'SCTLR_EL2', MMU & ~1n)
    expect(bench.walk(0x1000n)).toMatchObject({ fault: 0, pa: 0x1000, stage: 0, attr: 0 })
    expect(bench.walk(0x1000n, FETCH).attr).toBe(0xaa)
    bench.set(kind === Regime.EL3 ? 'SCTLR_EL3' : 'SCTLR_EL2', 0n)
    expect(bench.walk(0x1000n, FETCH).attr).toBe(0x44)
    // Beyond the PA size.
    expect(outcome(bench, 1n << 56n)).toBe('Address size fault, level 0')
    expect(outcome(bench, 0xffff_0000_0000_0000n)).toBe('Address size fault, level 0')
  })

  it.each([Regime.EL20, Regime.EL2, Regime.EL3])('regime %i has no stage 2, and reads no register of EL1', (kind) => {
    const bench = pageIn(kind)
    bench.set('HCR_EL2', 1n | (kind === Regime.EL20 ? E2H : 0n)).set('VTTBR_EL2', 0x3333_0000_0000_0000n)
    for (const name of ['SCTLR_EL1', 'TCR_EL1', 'TTBR0_EL1', 'MAIR_EL1', 'TCR2_EL1', 'VTCR_EL2'] as const) {
      bench.set(name, 0xffff_ffff_ffff_ffffn)
    }
    expect(bench.walk(0x1000n)).toMatchObject({ fault: 0, pa: 0x8000_0000, stage: 1, attr: 0xff, reads: 3 })
    expect(bench.regime.vmid).toBe(0)
  })

  it("a host's EL1&0 has no stage 2 (HCR_EL2.VM, DC)", () => {
    const bench = new Bench().set('SCTLR_EL1', 0n).set('HCR_EL2', 1n)
    bench.regime.update()
    expect(bench.regime.stage2Enabled).toBe(true)
    for (const hcr of [E2H | TGE | 1n, E2H | TGE | DC]) {
      bench.set('HCR_EL2', hcr)
      expect(bench.walk(0x1000n)).toMatchObject({ fault: 0, pa: 0x1000, stage: 0, attr: 0 })
    }
  })
})

// `AArch64.S1TTWParamsEL2`, `AArch64.S1TTWParamsEL3`, `AArch64.VAIsOutOfRange`
describe.each([Regime.EL2, Regime.EL3])('one range of VAs, regime %i', (kind) => {
  const TBI = 1n << 20n
  const TBID = 1n << 29n
  const TOP = 0x5a00_0000_0000_1000n
  const FAULT = 'Translation fault, level 0'
  it.each([
    ['its own range', 0n, 0x1000n, LOAD, 'translates'],
    ['bit 39', 0n, 0x80_0000_1000n, LOAD, FAULT],
    ['bit 55', 0n, 0x80_0000_0000_1000n, LOAD, FAULT],
    ['bit 63', 0n, 0x8000_0000_0000_1000n, LOAD, FAULT],
    ['all ones: there is no upper half', 0n, 0xffff_ffff_ffff_f000n, LOAD, FAULT],
    ['all ones but the top byte', TBI, 0x00ff_ffff_ffff_f000n, LOAD, FAULT],
    ['all ones with TBI', TBI, 0xffff_ffff_ffff_f000n, LOAD, FAULT],
    ['a top byte', 0n, TOP, LOAD, FAULT],
    ['a top byte with TBI', TBI, TOP, LOAD, 'translates'],
    ['a top byte with TBI, a store', TBI, TOP, STORE, 'translates'],
    ['a top byte with TBI, a fetch', TBI, TOP, FETCH, 'translates'],
    ['a top byte with TBI and TBID', TBI | TBID, TOP, LOAD, 'translates'],
    ['a top byte with TBI and TBID, a fetch', TBI | TBID, TOP, FETCH, FAULT],
    ['TBI1 of a host counts nothing', 3n << 37n, TOP, LOAD, FAULT],
    ['EPD0 counts nothing', 1n << 7n, 0x1000n, LOAD, 'translates'],
    ['E0PD0 counts nothing', 1n << 55n, 0x1000n, LOAD | EL0, 'translates'],
  ])('%s', (_, tcr, va, access, expected) => {
    expect(outcome(pageIn(kind, { tcr }), va, access)).toBe(expected)
  })

  it.each([
    ['4 KB', 0n, 12],
    ['64 KB', 1n << 14n, 16],
    ['16 KB', 2n << 14n, 14],
    ['reserved', 3n << 14n, 16],
  ])('TG0 %s', (_, tcr, bits) => {
    const { regime } = pageIn(kind, { tcr })
    regime.update()
    expect(regime.lower.granuleBits).toBe(bits)
    expect(regime.upper).toBe(regime.lower)
  })

  it.each([32, 36, 40, 42, 44, 48, 52, 52])('PS in bits [18:16], %i bits', (bits) => {
    const { regime } = pageIn(kind)
    const tcr = kind === Regime.EL3 ? RegimeRegister.TCR_EL3 : RegimeRegister.TCR_EL2
    const ps = [32, 36, 40, 42, 44, 48, 52, 52].indexOf(bits)
    // IPS of the other layout, all ones but DS, does not count.
    regime.set(tcr, 0x06, (ps << 16) | (1 << 14) | 25)
    regime.update()
    expect(regime.lower.outOfRangeHi).toBe((-1 << (bits - 32)) >>> 0)
  })

  it('DS in bit 32, HA and HD in [22:21], HPD in 24', () => {
    const { regime } = pageIn(kind, { tcr: (1n << 32n) | (3n << 21n) | (1n << 24n) })
    regime.update()
    expect(regime.lower).toMatchObject({ highBits: 2, ha: true, hd: true, hpd: true })
    const other = pageIn(kind, { tcr: (1n << 59n) | (3n << 39n) | (3n << 41n) }).regime
    other.update()
    expect(other.lower).toMatchObject({ highBits: 0, ha: false, hd: false, hpd: false })
  })

  it.each([11n, 12n, 15n, 16n, 39n, 48n, 49n, 63n])('T0SZ %i', (tsz) => {
    const bench = pageIn(kind)
    bench.set(kind === Regime.EL3 ? 'TCR_EL3' : 'TCR_EL2', (5n << 16n) | tsz)
    bench.regime.update()
    expect(bench.regime.lower.invalid).toBe(tsz < 16n || tsz > 48n)
  })

  it('SCTLR_ELx.EE, WXN, C', () => {
    const { regime } = pageIn(kind, { sctlr: (1n << 25n) | (1n << 19n) })
    regime.update()
    expect(regime.lower).toMatchObject({ bigEndian: true, wxn: true })
    const uncached = pageIn(kind).set(kind === Regime.EL3 ? 'SCTLR_EL3' : 'SCTLR_EL2', 1n)
    expect(uncached.walk(0x1000n).attr).toBe(0x40)
  })

  it('no ASID: every page is global, bit 11 is not nG', () => {
    const bench = pageIn(kind, { page: 1n << 11n, tcr: kind === Regime.EL3 ? 0n : 1n << 36n })
    bench.set(kind === Regime.EL3 ? 'TTBR0_EL3' : 'TTBR0_EL2', (7n << 48n) | BigInt(L1))
    expect(bench.walk(0x1000n)).toMatchObject({ fault: 0, notGlobal: false })
    expect(bench.regime.asid).toBe(0)
  })

  it('descriptors that hardware manages', () => {
    const bench = pageIn(kind, { page: DBM | AP_READ_ONLY, tcr: 3n << 21n })
    expect(outcome(bench, 0x1000n, STORE)).toBe('translates')
    expect(bench.memory.written.get(L3 + 8)).toBe(0x8000_0000n | PAGE | DBM | (kind === Regime.EL3 ? 1n << 11n : 0n))
  })
})

// `AArch64.S1ApplyTablePerms`, `S1ApplyOutputPerms`, `S1DirectBasePermissions` without unprivileged accesses
describe.each([Regime.EL2, Regime.EL3])('permissions without EL0, regime %i', (kind) => {
  const HPD = 1n << 24n
  const cases = Array.from({ length: 512 }, (_, bits) => {
    const bit = (n: number): boolean => ((bits >> n) & 1) !== 0
    const [ap1, ap2, pxn, xn, apTable0, apTable1, xnTable, wxn, hpd] = Array.from({ length: 9 }, (__, n) => bit(n))
    return { ap1, ap2, pxn, xn, apTable0, apTable1, xnTable, wxn, hpd }
  })
  it('every AP, XN, PXN, table attribute, WXN and HPD', () => {
    for (const c of cases) {
      const page = (c.ap1 ? AP_EL0 : 0n) | (c.ap2 ? AP_READ_ONLY : 0n) | (c.pxn ? PXN : 0n) | (c.xn ? UXN : 0n)
      // PXNTable is RES0 here: set, it counts nothing.
      const tables = (c.apTable0 ? 1n << 61n : 0n) | (c.apTable1 ? 1n << 62n : 0n) | (c.xnTable ? 1n << 60n : 0n)
      const bench = pageIn(kind, {
        page,
        table: tables | (1n << 59n),
        tcr: c.hpd ? HPD : 0n,
        sctlr: c.wxn ? 1n << 19n : 0n,
      })
      const writable = !c.ap2 && !(c.apTable1 && !c.hpd)
      const executable = !c.xn && !(c.xnTable && !c.hpd) && !(c.wxn && writable)
      for (const more of [0, Access.PAN, EL0, EL0 | Access.PAN]) {
        const found = [LOAD, STORE, FETCH].map((access) => outcome(bench, 0x1000n, access | more) === 'translates')
        expect([c, more, found]).toEqual([c, more, [true, writable, executable]])
      }
    }
  })
})

// `AArch64.S1TTWParamsEL20`
describe('EL2&0', () => {
  const UPPER = 0xffff_ff80_0000_1000n
  const PAN = Access.PAN
  it.each([
    ['the lower half', {}, 0x1000n, LOAD, 'translates'],
    ['the upper half', {}, UPPER, LOAD, 'translates'],
    ['EPD0', { tcr: 1n << 7n }, 0x1000n, LOAD, 'Translation fault, level 0'],
    ['EPD0, the upper half', { tcr: 1n << 7n }, UPPER, LOAD, 'translates'],
    ['EPD1', { tcr: 1n << 23n }, UPPER, LOAD, 'Translation fault, level 0'],
    ['E0PD0 at EL2', { tcr: 1n << 55n }, 0x1000n, LOAD, 'translates'],
    ['E0PD0 at EL0', { tcr: 1n << 55n, page: AP_EL0 }, 0x1000n, LOAD | EL0, 'Translation fault, level 0'],
    ['E0PD1 at EL0', { tcr: 1n << 56n, page: AP_EL0 }, UPPER, LOAD | EL0, 'Translation fault, level 0'],
    ['E0PD1, the lower half', { tcr: 1n << 56n, page: AP_EL0 }, 0x1000n, LOAD | EL0, 'translates'],
    ['TBI0', { tcr: 1n << 37n }, 0x5a00_0000_0000_1000n, LOAD, 'translates'],
    ['TBI1', { tcr: 1n << 38n }, 0x5aff_ff80_0000_1000n, LOAD, 'translates'],
    ['TBI0, TBID0', { tcr: (1n << 37n) | (1n << 51n) }, 0x5a00_0000_0000_1000n, FETCH, 'Translation fault, level 0'],
    ['TBI of EL2 counts nothing', { tcr: 1n << 20n }, 0x5a00_0000_0000_1000n, LOAD, 'Translation fault, level 0'],
    ["EL0 on EL2's page", {}, 0x1000n, LOAD | EL0, 'Permission fault, level 3'],
    ['EL0 on its page', { page: AP_EL0 }, 0x1000n, STORE | EL0, 'translates'],
    ['EL0 fetches', { page: AP_EL0 }, 0x1000n, FETCH | EL0, 'translates'],
    ['UXN', { page: AP_EL0 | UXN }, 0x1000n, FETCH | EL0, 'Permission fault, level 3'],
    ['PXN', { page: PXN }, 0x1000n, FETCH, 'Permission fault, level 3'],
    ['UXN is not for EL2', { page: UXN }, 0x1000n, FETCH, 'translates'],
    ['EL2 executes nothing that EL0 writes', { page: AP_EL0 }, 0x1000n, FETCH, 'Permission fault, level 3'],
    ['PAN', { page: AP_EL0 }, 0x1000n, LOAD | PAN, 'Permission fault, level 3'],
    ["PAN on EL2's page", { page: UXN }, 0x1000n, LOAD | PAN, 'translates'],
    ['EPAN', { sctlr: 1n << 57n }, 0x1000n, LOAD | PAN, 'Permission fault, level 3'],
    ['no EPAN', {}, 0x1000n, LOAD | PAN, 'translates'],
    ['UXNTable', { page: AP_EL0, table: 1n << 60n }, 0x1000n, FETCH | EL0, 'Permission fault, level 3'],
    ['HPD0', { page: AP_EL0, table: 1n << 60n, tcr: 1n << 41n }, 0x1000n, FETCH | EL0, 'translates'],
    ['HPD1', { page: AP_EL0, table: 1n << 60n, tcr: 1n << 42n }, 0x1000n, FETCH | EL0, 'Permission fault, level 3'],
    ['WXN', { sctlr: 1n << 19n }, 0x1000n, FETCH, 'Permission fault, level 3'],
    ['HA in bit 39', { tcr: 1n << 39n, page: 1n << 10n }, 0x1000n, LOAD, 'translates'],
  ] as const)('%s', (_, setup, va, access, expected) => {
    expect(outcome(pageIn(Regime.EL20, setup), va, access)).toBe(expected)
  })

  it.each([
    [0n, 0x12],
    [1n << 36n, 0x3412],
    [1n << 22n, 0x78],
    [(1n << 36n) | (1n << 22n), 0x5678],
  ])('ASID by TCR_EL2.A1 and AS: %s', (tcr, asid) => {
    const bench = pageIn(Regime.EL20, { tcr, page: 1n << 11n })
    bench.set('TTBR0_EL2', (0x3412n << 48n) | BigInt(L1)).set('TTBR1_EL2', (0x5678n << 48n) | BigInt(L1))
    expect(bench.walk(0x1000n).notGlobal).toBe(true)
    expect([bench.regime.asid, bench.regime.vmid]).toEqual([asid, 0])
  })
})

// What TCR2_ELx, and TCR_EL3[37:34], enable; PIR_ELx of the regime
describe('permission indirection', () => {
  /** Bits 54, 53, 51, 6: PIIndex 1. */
  const INDEX_1 = AP_EL0
  it.each([
    [Regime.EL2, 0x30n, [true, false, true]],
    [Regime.EL2, 0x50n, [true, true, false]],
    [Regime.EL2, 0x20n, [false, false, true]],
    [Regime.EL2, 0x10n, [true, false, false]],
    [Regime.EL2, 0x70n, [true, true, true]],
    [Regime.EL3, 0x30n, [true, false, true]],
    [Regime.EL3, 0x50n, [true, true, false]],
    [Regime.EL3, 0x20n, [false, false, true]],
    [Regime.EL3, 0x10n, [true, false, false]],
    [Regime.EL3, 0x70n, [true, true, true]],
    [Regime.EL20, 0x30n, [true, false, true]],
    [Regime.EL20, 0x50n, [true, true, false]],
    [Regime.EL20, 0x70n, [true, true, true]],
  ] as const)('regime %i, PIR %s', (kind, pir, expected) => {
    const bench = pageIn(kind, { page: INDEX_1, tcr: kind === Regime.EL3 ? 1n << 35n : 0n })
    bench.set('TCR2_EL2', kind === Regime.EL3 ? 0n : 2n).set(kind === Regime.EL3 ? 'PIR_EL3' : 'PIR_EL2', pir)
    // EL0 may all in PIRE0_EL2: of no matter where there is no EL0.
    if (kind !== Regime.EL20) bench.set('PIRE0_EL2', 0x70n)
    const found = [LOAD, STORE, FETCH].map((access) => outcome(bench, 0x1000n, access | Access.PAN) === 'translates')
    expect(found).toEqual(expected)
  })

  it('PIRE0_EL2 is for EL0 of EL2&0', () => {
    const bench = pageIn(Regime.EL20, { page: INDEX_1 }).set('TCR2_EL2', 2n).set('PIR_EL2', 0x10n)
    bench.set('PIRE0_EL2', 0x50n)
    expect(outcome(bench, 0x1000n, STORE | EL0)).toBe('translates')
    expect(outcome(bench, 0x1000n, LOAD)).toBe('translates')
    expect(outcome(bench, 0x1000n, LOAD | Access.PAN)).toBe('Permission fault, level 3')
  })
})

describe('PAR_EL1 in other regimes', () => {
  it.each([Regime.EL20, Regime.EL2])('regime %i: as in EL1&0', (kind) => {
    const out = pageIn(kind).walk(0x1000n, LOAD | Access.NO_UPDATE | Access.ADDRESS_TRANSLATION)
    expect([parHigh(out), parLow(out)]).toEqual([0xff00_0000, 0x8000_0b80])
  })
})
