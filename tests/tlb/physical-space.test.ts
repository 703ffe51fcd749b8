import { describe, expect, it } from 'vitest'
import {
  Access,
  ALL_FEATURES,
  type Descriptor,
  FaultKind,
  FETCH,
  faultName,
  LOAD,
  parLow,
  Regime,
  STORE,
  type TableMemory,
  Tlb,
  type Translation,
} from '../../src/tlb/index.ts'
import { ACCESS_FLAG, Bench, L1, L2, L3, PAGE, TABLE } from './bench.ts'

const NS = 1n << 5n
const NSE = 1n << 11n
const NS_TABLE = 1n << 63n
/** SCR_EL3 of each state; Secure with EL2 enabled. */
const SECURE = 1n << 18n
const NON_SECURE = 1n
const REALM = (1n << 62n) | 1n
const SIF = 1n << 9n
const [S, N, R, L] = [0, 1, 2, 3]
const NO_RME = { ...ALL_FEATURES, rme: false }
const NO_SEL2 = { ...ALL_FEATURES, sel2: false }

/** Memory that is the same in all spaces, and notes in which each descriptor was read. */
class Watched implements TableMemory {
  readonly spaces: (number | undefined)[] = []
  readonly memory: TableMemory
  constructor(memory: TableMemory) {
    this.memory = memory
  }
  readDescriptor(pa: number, out: Descriptor, paspace?: number): boolean {
    this.spaces.push(paspace)
    return this.memory.readDescriptor(pa, out)
  }
}

/** `onePage` in a regime and a security state. */
function pageIn(kind: number, scr: bigint, page = 0n, table = 0n, features = ALL_FEATURES): Bench {
  const bench = new Bench(features)
    .set('SCR_EL3', scr)
    .set('TCR_EL1', (5n << 32n) | 25n)
    .set('TTBR0_EL1', BigInt(L1))
    .put(L1, 0, BigInt(L2) | TABLE | table)
    .put(L2, 0, BigInt(L3) | TABLE)
    .put(L3, 1, 0x8000_0000n | PAGE | page)
  for (const el of [2, 3] as const) {
    bench
      .set(`SCTLR_EL${el}`, 0x1005n)
      .set(`TCR_EL${el}`, (5n << 16n) | 25n)
      .set(`TTBR0_EL${el}`, BigInt(L1))
      .set(`MAIR_EL${el}`, 0xffn)
  }
  if (kind === Regime.EL20) bench.set('TCR_EL2', (5n << 32n) | 25n).set('HCR_EL2', 1n << 34n)
  bench.regime.select(kind)
  return bench
}

function told(out: Translation): string {
  return out.fault === FaultKind.NONE ? `space ${out.paspace}` : faultName(out.fault, out.level)
}

const { EL10, EL20, EL2, EL3 } = Regime
const DENIED = 'Permission fault, level 3'

// `AArch64.S1InitialTTWState`, `AArch64.S1NextWalkStateTable`, `AArch64.S1NextWalkStateLeaf`, `DecodePASpace`
describe('stage 1: the space of the output, and of each table', () => {
  it.each([
    [EL10, NON_SECURE, 0n, 0n, ALL_FEATURES, N, [N, N, N]],
    [EL10, NON_SECURE, NS, NS_TABLE, ALL_FEATURES, N, [N, N, N]],
    [EL2, NON_SECURE, 0n, NS_TABLE, ALL_FEATURES, N, [N, N, N]],
    [EL20, NON_SECURE, NS, 0n, ALL_FEATURES, N, [N, N, N]],
    [EL10, SECURE, 0n, 0n, ALL_FEATURES, S, [S, S, S]],
    [EL10, SECURE, NS, 0n, ALL_FEATURES, N, [S, S, S]],
    [EL10, SECURE, 0n, NS_TABLE, ALL_FEATURES, N, [S, N, N]],
    [EL10, SECURE, NS, NS_TABLE, ALL_FEATURES, N, [S, N, N]],
    [EL2, SECURE, 0n, 0n, ALL_FEATURES, S, [S, S, S]],
    [EL2, SECURE, NS, 0n, ALL_FEATURES, N, [S, S, S]],
    [EL20, SECURE, 0n, NS_TABLE, ALL_FEATURES, N, [S, N, N]],
    [EL10, 0n, NS, 0n, ALL_FEATURES, N, [S, S, S]],
    [EL10, 0n, 0n, 0n, NO_RME, S, [S, S, S]],
    // Without Secure state (FEAT_RME and no FEAT_SEL2).
    [EL10, 0n, 0n, 0n, NO_SEL2, N, [N, N, N]],
    // EL1 of a Realm has no NS bit; EL2 has.
    [EL10, REALM, 0n, NS_TABLE, ALL_FEATURES, L, [L, L, L]],
    [EL10, REALM, NS, 0n, ALL_FEATURES, L, [L, L, L]],
    [EL2, REALM, 0n, NS_TABLE, ALL_FEATURES, L, [L, L, L]],
    [EL2, REALM, NS, 0n, ALL_FEATURES, N, [L, L, L]],
    [EL20, REALM, 0n, 0n, ALL_FEATURES, L, [L, L, L]],
    [EL20, REALM, NS, 0n, ALL_FEATURES, N, [L, L, L]],
    // NSE counts with FEAT_RME only.
    [EL2, REALM, 0n, 0n, NO_RME, N, [N, N, N]],
    [EL3, NON_SECURE, 0n, NS_TABLE, ALL_FEATURES, S, [R, R, R]],
    [EL3, NON_SECURE, NS, 0n, ALL_FEATURES, N, [R, R, R]],
    [EL3, NON_SECURE, NSE, 0n, ALL_FEATURES, R, [R, R, R]],
    [EL3, REALM, NSE | NS, 0n, ALL_FEATURES, L, [R, R, R]],
    [EL3, NON_SECURE, 0n, 0n, NO_SEL2, N, [R, R, R]],
    [EL3, NON_SECURE, 0n, 0n, NO_RME, S, [S, S, S]],
    [EL3, NON_SECURE, NS, 0n, NO_RME, N, [S, S, S]],
    [EL3, NON_SECURE, NSE, NS_TABLE, NO_RME, N, [S, N, N]],
  ] as const)('regime %i, SCR_EL3 %s, page %s, table %s', (kind, scr, page, table, features, space, tables) => {
    const bench = pageIn(kind, scr, page, table, features)
    bench.regime.update()
    const memory = new Watched(bench.memory)
    const tlb = new Tlb()
    for (let i = 0; i < 2; i++) {
      tlb.translate(bench.regime, memory, 0, 0x1000, LOAD, bench.out)
      expect(told(bench.out)).toBe(`space ${space}`)
    }
    expect(tlb.hits).toBe(1)
    expect(memory.spaces).toEqual(tables)
  })

  it.each([
    [EL10, NON_SECURE, N],
    [EL10, SECURE, S],
    [EL2, REALM, L],
    [EL3, NON_SECURE, R],
  ])('off: the own space, regime %i', (kind, scr, space) => {
    const bench = pageIn(kind, scr)
    for (const el of [1, 2, 3] as const) bench.set(`SCTLR_EL${el}`, 0n)
    expect(bench.walk(0x1000n)).toMatchObject({ fault: 0, pa: 0x1000, paspace: space })
  })

  it('a page below a Non-secure table of Secure state is of its ASID, whatever nG is', () => {
    expect(pageIn(EL10, SECURE).walk(0x1000n).notGlobal).toBe(false)
    expect(pageIn(EL10, SECURE, NS).walk(0x1000n).notGlobal).toBe(false)
    expect(pageIn(EL10, SECURE, 0n, NS_TABLE).walk(0x1000n).notGlobal).toBe(true)
    expect(pageIn(EL10, NON_SECURE, 0n, NS_TABLE).walk(0x1000n).notGlobal).toBe(false)
  })
})

// `AArch64.S1DirectBasePermissions`, `AArch64.S1IndirectBasePermissions`
describe('execution outside the own space', () => {
  it.each([
    [EL10, SECURE, 0n, 'space 0'],
    [EL10, SECURE, NS, 'space 1'],
    [EL10, SECURE | SIF, 0n, 'space 0'],
    [EL10, SECURE | SIF, NS, DENIED],
    [EL20, SECURE | SIF, NS, DENIED],
    [EL2, SECURE | SIF, NS, DENIED],
    [EL2, SECURE, NS, 'space 1'],
    [EL10, NON_SECURE | SIF, 0n, 'space 1'],
    [EL2, REALM, 0n, 'space 3'],
    [EL2, REALM, NS, DENIED],
    [EL20, REALM, NS, DENIED],
    [EL20, REALM, 0n, 'space 3'],
    [EL10, REALM, NS, 'space 3'],
    [EL3, NON_SECURE, NSE, 'space 2'],
    [EL3, NON_SECURE, 0n, DENIED],
    [EL3, NON_SECURE, NS, DENIED],
    [EL3, NON_SECURE, NSE | NS, DENIED],
  ] as const)('regime %i, SCR_EL3 %s, page %s', (kind, scr, page, expected) => {
    const bench = pageIn(kind, scr, page)
    expect(told(bench.walk(0x1000n, FETCH))).toBe(expected)
    expect(told(bench.walk(0x1000n, LOAD))).not.toBe(DENIED)
    expect(told(bench.walk(0x1000n, STORE))).not.toBe(DENIED)
  })

  it('SCR_EL3.SIF counts nothing without Secure EL2 beside FEAT_RME, and something without FEAT_RME', () => {
    expect(told(pageIn(EL10, SIF, NS, 0n, NO_RME).walk(0x1000n, FETCH))).toBe(DENIED)
    expect(told(pageIn(EL10, SIF, NS, 0n, NO_SEL2).walk(0x1000n, FETCH))).toBe('space 1')
    expect(told(pageIn(EL3, SIF, NS, 0n, NO_RME).walk(0x1000n, FETCH))).toBe(DENIED)
  })

  it('a Guarded Control Stack is nowhere outside', () => {
    const gcs = LOAD | Access.GCS
    for (const [scr, page, expected] of [
      [SECURE, 0n, 'space 0'],
      [SECURE, NS, DENIED],
      [NON_SECURE, NS, 'space 1'],
      [REALM, 0n, 'space 3'],
    ] as const) {
      const bench = pageIn(EL10, scr, page).set('TCR2_EL1', 2n).set('PIR_EL1', 9n)
      expect([scr, page, told(bench.walk(0x1000n, gcs))]).toEqual([scr, page, expected])
    }
  })
})

// `AArch64.EncodePAR`
describe('PAR_EL1.NS and NSE', () => {
  it.each([
    [EL10, SECURE, 0n, 0b1000],
    [EL10, SECURE, NS, 0b1010],
    [EL2, REALM, 0n, 0b1000],
    [EL2, REALM, NS, 0b1010],
    [EL3, NON_SECURE, 0n, 0b0000],
    [EL3, NON_SECURE, NS, 0b0010],
    [EL3, NON_SECURE, NSE, 0b1000],
    [EL3, NON_SECURE, NSE | NS, 0b1010],
    [EL10, NON_SECURE, 0n, 0b1010],
  ])('regime %i, SCR_EL3 %s, page %s', (kind, scr, page, bits) => {
    const out = pageIn(kind, scr, page).walk(0x1000n, LOAD | Access.NO_UPDATE | Access.ADDRESS_TRANSLATION)
    expect((parLow(out) >> 8) & 0b1010).toBe(bits)
  })
})

const T2 = 0x4100_0000
const T3 = 0x4200_0000
const SW = 1n << 29n
const SA = 1n << 30n
const S2_NS = 1n << 55n

/** Stage 2 that maps all it has flat: Non-secure IPAs from level 1 of T2, Secure ones from level 1 of T3. */
function nested(scr: bigint, page = 0n, vtcr = 0n, vstcr = 0n, leaf = 0n): Bench {
  const bench = pageIn(EL10, scr, page)
    .set('HCR_EL2', 1n)
    .set('VTCR_EL2', (5n << 16n) | (1n << 6n) | 25n | vtcr)
    .set('VTTBR_EL2', BigInt(T2))
    .set('VSTCR_EL2', (1n << 6n) | 25n | vstcr)
    .set('VSTTBR_EL2', BigInt(T3))
  for (const table of [T2, T3]) {
    for (let i = 0; i < 4; i++) bench.put(table, i, (BigInt(i) << 30n) | 0x7fdn | leaf)
  }
  return bench
}

// `AArch64.SS2TTWParams`, `AArch64.SS2InitialTTWState`, `AArch64.SS2OutputPASpace`, `AArch64.S2NextWalkStateLeaf`
describe('stage 2', () => {
  it.each([
    [NON_SECURE, 0n, SW | SA, SW | SA, 0n, N, [N, N, N, N, N, N, N]],
    [NON_SECURE, NS, 0n, 0n, S2_NS, N, [N, N, N, N, N, N, N]],
    // Secure tables, a Secure page: VSTCR_EL2.SW is the tables', SA the output's.
    [SECURE, 0n, 0n, 0n, 0n, S, [S, S, S, S, S, S, S]],
    [SECURE, 0n, 0n, SW, 0n, N, [N, N, N, N, N, N, N]],
    [SECURE, 0n, 0n, SA, 0n, N, [S, N, S, N, S, N, S]],
    [SECURE, 0n, 0n, SW | SA, 0n, N, [N, N, N, N, N, N, N]],
    [SECURE, 0n, SW | SA, 0n, 0n, S, [S, S, S, S, S, S, S]],
    // A Non-secure page: VTCR_EL2.NSW and NSA, under VSTCR_EL2.SW and SA.
    [SECURE, NS, 0n, 0n, 0n, S, [S, S, S, S, S, S, S]],
    [SECURE, NS, SW, 0n, 0n, N, [S, S, S, S, S, S, N]],
    [SECURE, NS, SA, 0n, 0n, N, [S, S, S, S, S, S, S]],
    [SECURE, NS, SW | SA, 0n, 0n, N, [S, S, S, S, S, S, N]],
    [SECURE, NS, 0n, SA, 0n, N, [S, N, S, N, S, N, S]],
    [SECURE, NS, 0n, SW, 0n, N, [N, N, N, N, N, N, S]],
    [SECURE, NS, SW | SA, SW | SA, 0n, N, [N, N, N, N, N, N, N]],
    [REALM, 0n, 0n, 0n, 0n, L, [L, L, L, L, L, L, L]],
    [REALM, NS, SW | SA, SW | SA, 0n, L, [L, L, L, L, L, L, L]],
  ])('SCR_EL3 %s, page %s, VTCR_EL2 %s, VSTCR_EL2 %s, leaf %s', (scr, page, vtcr, vstcr, leaf, space, spaces) => {
    const bench = nested(scr, page, vtcr, vstcr, leaf)
    bench.regime.update()
    const memory = new Watched(bench.memory)
    new Tlb().translate(bench.regime, memory, 0, 0x1000, LOAD, bench.out)
    expect(told(bench.out)).toBe(`space ${space}`)
    expect(memory.spaces).toEqual(spaces)
  })

  // `AArch64.S2CheckPermissions`
  it("Realm state's tables and code are in Realm memory", () => {
    expect(told(nested(REALM, 0n, 0n, 0n, S2_NS).walk(0x1000n))).toBe('Permission fault, level 1')
    const bench = nested(REALM, 0n, 0n, 0n, S2_NS)
    expect(bench.walk(0x1000n)).toMatchObject({ stage: 2, s1ptw: true })
    // With stage 1 off there is no table: data go anywhere, a fetch does not.
    bench.set('SCTLR_EL1', 0n)
    expect(told(bench.walk(0x8000_0000n))).toBe(`space ${N}`)
    expect(told(bench.walk(0x8000_0000n, FETCH))).toBe('Permission fault, level 1')
  })

  it('Secure and Non-secure IPAs have tables of their own', () => {
    // The page, at IPA 2 GiB, goes to 3 GiB by the tables of Non-secure IPAs.
    for (const [page, pa] of [
      [0n, 0x8000_0000],
      [NS, 0xc000_0000],
    ] as const) {
      const bench = nested(SECURE, page).put(T2, 2, (3n << 30n) | 0x7fdn)
      expect(bench.walk(0x1000n)).toMatchObject({ fault: 0, pa })
    }
    // VSTCR_EL2.T0SZ is of Secure IPAs alone; the fault tells the IPA's space.
    const short = nested(SECURE, 0n).set('VSTCR_EL2', (1n << 6n) | 33n)
    expect(told(short.walk(0x1000n))).toBe('Translation fault, level 0')
    expect(short.out).toMatchObject({ stage: 2, ipa: 0x8000_0000, paspace: S })
    const other = nested(SECURE, NS).set('VTCR_EL2', (5n << 16n) | (1n << 6n) | 33n)
    expect(told(other.walk(0x1000n))).toBe('Translation fault, level 0')
    expect(other.out).toMatchObject({ stage: 2, ipa: 0x8000_0000, paspace: N })
  })

  it('is not without EL2 in Secure state', () => {
    expect(nested(0n, 0n).walk(0x1000n)).toMatchObject({ fault: 0, stage: 1, reads: 3 })
    expect(nested(SECURE, 0n).walk(0x1000n)).toMatchObject({ fault: 0, stage: 3, reads: 7 })
  })

  it('the Access flag is set in the space that the entry was read in', () => {
    const bench = nested(SECURE, ACCESS_FLAG, 0n, SA).set('TCR_EL1', (5n << 32n) | 25n | (1n << 39n))
    bench.put(L3, 1, 0x8000_0000n | (PAGE & ~ACCESS_FLAG))
    bench.regime.update()
    const swaps: unknown[] = []
    const memory: TableMemory = {
      readDescriptor: (pa, out) => bench.memory.readDescriptor(pa, out),
      compareAndSwapDescriptor: (pa, _oh, _ol, _h, _l, paspace) => swaps.push([pa, paspace]) > 0,
    }
    new Tlb().translate(bench.regime, memory, 0, 0x1000, LOAD, bench.out)
    expect(swaps).toEqual([[L3 + 8, N]])
  })
})
