import { describe, expect, it } from 'vitest'
import {
  Access,
  decodeTlbi,
  FaultKind,
  FETCH,
  LOAD,
  STORE,
  Tlb,
  TlbInvalidation,
  TlbOptionError,
} from '../../src/tlb/index.ts'
import { ACCESS_FLAG, AP_EL0, AP_READ_ONLY, type Bench, DBM, L0, L1, L2, L3, onePage, PAGE, TABLE } from './bench.ts'
import { high, low } from './vector.ts'

const NOT_GLOBAL = 1n << 11n

function look(tlb: Tlb, bench: Bench, va: bigint, access = LOAD): number {
  bench.regime.update()
  return tlb.translate(bench.regime, bench.memory, high(va), low(va), access, bench.out)
}

/** Whether an access is answered from an entry. */
function hit(tlb: Tlb, bench: Bench, va: bigint, access = LOAD): boolean {
  const { hits } = tlb
  look(tlb, bench, va, access)
  return tlb.hits > hits
}

/** Executes a TLBI by its encoding; returns the entries dropped. */
function tlbi(tlb: Tlb, bench: Bench, op1: number, crm: number, op2: number, xt = 0n): number {
  const op = new TlbInvalidation()
  expect(decodeTlbi(op1, 8, crm, op2, high(xt), low(xt), bench.regime, op)).toBe(true)
  return tlb.invalidate(op)
}

describe('a TLB', () => {
  it.each([false, true])('answers the second access to a page (validated: %s)', (validated) => {
    const tlb = new Tlb({ validated })
    const bench = onePage()
    expect(hit(tlb, bench, 0x1234n)).toBe(false)
    expect(hit(tlb, bench, 0x1ff8n)).toBe(true)
    expect(bench.out.pa).toBe(0x8000_0ff8)
    expect(bench.out.attr).toBe(0xff)
    expect(bench.out.reads).toBe(validated ? 3 : 0)
    expect([tlb.hits, tlb.misses]).toEqual([1, 1])
  })

  it('keeps no fault', () => {
    const tlb = new Tlb()
    const bench = onePage()
    expect(look(tlb, bench, 0x3000n)).toBe(FaultKind.TRANSLATION)
    bench.put(L3, 3, 0x9000_0000n | PAGE)
    expect(look(tlb, bench, 0x3000n)).toBe(FaultKind.NONE)
  })

  it('plain, is stale until TLBI; validated, never', () => {
    const [plain, validated] = [new Tlb(), new Tlb({ validated: true })]
    const bench = onePage()
    for (const tlb of [plain, validated]) look(tlb, bench, 0x1000n)
    bench.put(L3, 1, 0x9000_0000n | PAGE)
    look(plain, bench, 0x1000n)
    expect(bench.out.pa).toBe(0x8000_0000)
    look(validated, bench, 0x1000n)
    expect(bench.out.pa).toBe(0x9000_0000)
    expect(tlbi(plain, bench, 0, 7, 1, 1n)).toBe(1)
    look(plain, bench, 0x1000n)
    expect(bench.out.pa).toBe(0x9000_0000)
  })

  it.each([
    ['the leaf', L3 + 8],
    ['a table in the middle', L2],
    ['the first table', L1],
  ])('validated, sees a change of %s', (_, pa) => {
    const tlb = new Tlb({ validated: true })
    const bench = onePage()
    look(tlb, bench, 0x1000n)
    bench.memory.words.set(pa, 0n)
    expect(look(tlb, bench, 0x1000n)).toBe(FaultKind.TRANSLATION)
  })

  it('validated, sees another table base', () => {
    const tlb = new Tlb({ validated: true })
    const bench = onePage()
    look(tlb, bench, 0x1000n)
    bench.set('TTBR0_EL1', BigInt(L0))
    expect(look(tlb, bench, 0x1000n)).toBe(FaultKind.TRANSLATION)
    bench.set('TTBR0_EL1', BigInt(L1))
    expect(hit(tlb, bench, 0x1000n)).toBe(true)
  })

  it('tells ASIDs apart, but for global pages', () => {
    for (const [page, shared] of [
      [NOT_GLOBAL, false],
      [0n, true],
    ] as const) {
      const tlb = new Tlb()
      const bench = onePage(page)
      bench.set('TTBR0_EL1', BigInt(L1) | (1n << 48n))
      look(tlb, bench, 0x1000n)
      bench.set('TTBR0_EL1', BigInt(L1) | (2n << 48n))
      expect(hit(tlb, bench, 0x1000n)).toBe(shared)
    }
  })

  it('tells VMIDs, fetches, and register states apart', () => {
    const tlb = new Tlb()
    const bench = onePage()
    look(tlb, bench, 0x1000n)
    expect(hit(tlb, bench, 0x1000n, FETCH)).toBe(false)
    bench.set('VTTBR_EL2', 1n << 48n)
    expect(hit(tlb, bench, 0x1000n)).toBe(false)
    bench.set('VTTBR_EL2', 0n)
    expect(hit(tlb, bench, 0x1000n)).toBe(true)
    bench.set('MAIR_EL1', 0x44n)
    expect(hit(tlb, bench, 0x1000n)).toBe(false)
    expect(bench.out.attr).toBe(0x44)
  })

  it('forgets register states beyond sixteen, and nothing else', () => {
    const tlb = new Tlb()
    const bench = onePage()
    for (let attr = 0; attr < 40; attr++) {
      bench.set('MAIR_EL1', BigInt(0xf0 + (attr & 15)) | (BigInt(attr) << 8n))
      expect(hit(tlb, bench, 0x1000n)).toBe(false)
      expect(hit(tlb, bench, 0x1000n)).toBe(true)
    }
  })

  it('checks permissions on a hit, and leaves the refusal to the walk', () => {
    const tlb = new Tlb()
    const bench = onePage(AP_EL0 | AP_READ_ONLY)
    look(tlb, bench, 0x1000n)
    expect(look(tlb, bench, 0x1000n, STORE)).toBe(FaultKind.PERMISSION)
    expect(look(tlb, bench, 0x1000n, LOAD | Access.PAN)).toBe(FaultKind.PERMISSION)
    expect(hit(tlb, bench, 0x1000n, LOAD | Access.UNPRIVILEGED)).toBe(true)
  })

  it('lets a store to a clean page make it dirty', () => {
    const tlb = new Tlb()
    const bench = onePage(DBM | AP_READ_ONLY, 3n << 39n)
    look(tlb, bench, 0x1000n)
    expect(hit(tlb, bench, 0x1000n, STORE)).toBe(false)
    expect(bench.memory.written.get(L3 + 8)).toBe(0x8000_0000n | PAGE | DBM)
    // The walk that changed the descriptor is not kept; the next one is.
    expect(hit(tlb, bench, 0x1000n, STORE)).toBe(false)
    expect(hit(tlb, bench, 0x1000n, STORE)).toBe(true)
  })

  it('sets the Access flag by the walk, once', () => {
    const tlb = new Tlb()
    const bench = onePage(0n, 1n << 39n).put(L3, 1, (0x8000_0000n | PAGE) & ~ACCESS_FLAG)
    expect(hit(tlb, bench, 0x1000n, LOAD | Access.NO_UPDATE)).toBe(false)
    expect(hit(tlb, bench, 0x1000n, LOAD | Access.NO_UPDATE)).toBe(false)
    expect(bench.out.updates).toBe(1)
    look(tlb, bench, 0x1000n)
    look(tlb, bench, 0x1000n)
    expect(hit(tlb, bench, 0x1000n)).toBe(true)
  })

  it('ignores the tag of an address with TBI, and only then', () => {
    for (const tbi of [0n, 1n << 37n]) {
      const tlb = new Tlb()
      const bench = onePage(0n, tbi)
      look(tlb, bench, 0x1000n)
      expect(hit(tlb, bench, 0x5a00_0000_0000_1000n)).toBe(tbi !== 0n)
      expect(bench.out.fault === FaultKind.NONE).toBe(tbi !== 0n)
    }
  })

  it('holds blocks, and fewer bytes where stage 2 has pages; a TLBI of any address in the block takes all', () => {
    const tlb = new Tlb()
    const bench = onePage()
      .put(L2, 1, 0x8020_0000n | 0x701n)
      .set('HCR_EL2', 1n)
      .set('VTCR_EL2', 25n | (1n << 6n) | (5n << 16n))
      .set('VTTBR_EL2', BigInt(L0))
      .put(L0, 1, 0x4000_0000n | 0x4fdn)
      .put(L0, 2, BigInt(L0 + 0x1000) | TABLE)
      .put(L0 + 0x1000, 1, BigInt(L0 + 0x2000) | TABLE)
    for (let i = 0; i < 4; i++) bench.put(L0 + 0x2000, i, (0x9000_0000n + BigInt(i) * 0x1000n) | 0x4ffn)
    for (let i = 0n; i < 4n; i++) expect(hit(tlb, bench, 0x20_0000n + i * 0x1000n)).toBe(false)
    expect(hit(tlb, bench, 0x20_1008n)).toBe(true)
    expect(bench.out.pa).toBe(0x9000_1008)
    expect(bench.out.ipa).toBe(0x8020_1008)
    expect(tlbi(tlb, bench, 0, 7, 1, 0x2ffn)).toBe(4)
  })

  it('does each TLBI to the entries that it names', () => {
    const filled = (): [Tlb, Bench] => {
      const tlb = new Tlb()
      const bench = onePage().set('TTBR0_EL1', BigInt(L1) | (1n << 48n))
      bench.put(L3, 2, 0x8000_2000n | PAGE | NOT_GLOBAL).put(L3, 3, 0x8000_3000n | PAGE | NOT_GLOBAL)
      for (const va of [0x1000n, 0x2000n, 0x3000n]) look(tlb, bench, va)
      return [tlb, bench]
    }
    const dropped = (op1: number, crm: number, op2: number, xt = 0n): number => {
      const [tlb, bench] = filled()
      return tlbi(tlb, bench, op1, crm, op2, xt)
    }
    expect(dropped(4, 7, 4)).toBe(3)
    expect(dropped(0, 7, 0)).toBe(3)
    expect(dropped(0, 7, 2, 1n << 48n)).toBe(2)
    expect(dropped(0, 7, 2, 2n << 48n)).toBe(0)
    expect(dropped(0, 7, 1, (1n << 48n) | 2n)).toBe(1)
    expect(dropped(0, 7, 1, (2n << 48n) | 2n)).toBe(0)
    expect(dropped(0, 7, 1, (2n << 48n) | 1n)).toBe(1)
    expect(dropped(0, 7, 3, (2n << 48n) | 2n)).toBe(1)
    // RVAE1: two pages of 4 KB from 0x2000.
    expect(dropped(0, 6, 1, (1n << 48n) | (1n << 46n) | 2n)).toBe(2)
    // Stage 1 alone has no IPA.
    expect(dropped(4, 4, 1, 0x8_0002n)).toBe(0)
    const [tlb] = filled()
    expect(tlb.invalidate(Object.assign(new TlbInvalidation(), { kind: 1, firstOwner: 1, lastOwner: 1 }))).toBe(0)
  })

  it('takes an IPA away by IPAS2E1', () => {
    const tlb = new Tlb()
    const bench = onePage()
      .set('HCR_EL2', 1n)
      .set('VTCR_EL2', 25n | (1n << 6n) | (5n << 16n))
      .set('VTTBR_EL2', BigInt(L0))
      .put(L0, 1, 0x4000_0000n | 0x4fdn)
      .put(L0, 2, 0x8000_0000n | 0x4fdn)
    look(tlb, bench, 0x1000n)
    expect(tlbi(tlb, bench, 4, 4, 1, 0x4_0000n)).toBe(0)
    expect(tlbi(tlb, bench, 4, 4, 1, 0x8_0000n)).toBe(1)
  })

  it('is bounded: more pages than entries replace each other', () => {
    const tlb = new Tlb({ entries: 16, validated: true })
    const bench = onePage()
    for (let i = 0; i < 64; i++) bench.put(L3, i, (0x8000_0000n + BigInt(i) * 0x1000n) | PAGE)
    for (let round = 0; round < 2; round++) {
      for (let i = 0n; i < 64n; i++) {
        look(tlb, bench, i * 0x1000n)
        expect(bench.out.pa).toBe(0x8000_0000 + Number(i) * 0x1000)
      }
    }
    expect(tlb.hits).toBe(0)
    tlb.clear()
    expect(hit(tlb, bench, 0x3f000n)).toBe(false)
  })

  it('leaves AT and stage 1 alone to the walk', () => {
    const tlb = new Tlb()
    const bench = onePage()
    for (const access of [LOAD | Access.STAGE1_ONLY, LOAD | Access.ADDRESS_TRANSLATION | Access.NO_UPDATE]) {
      expect(look(tlb, bench, 0x1000n, access)).toBe(FaultKind.NONE)
      expect(look(tlb, bench, 0x1000n, access)).toBe(FaultKind.NONE)
    }
    expect([tlb.hits, tlb.misses]).toEqual([0, 0])
  })

  it.each([3, 0, 1.5, 100, 131_072, Number.NaN, '64'])('refuses %s entries', (entries) => {
    expect(() => new Tlb({ entries: entries as number })).toThrow(TlbOptionError)
  })
})
