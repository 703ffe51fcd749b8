import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemOperations } from '../../src/decode/isa/tables/system-operations.ts'
import {
  decodeTlbi,
  decodeTlbip,
  RegimeRegister,
  TlbInvalidation,
  TlbiKind,
  TranslationRegime,
} from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

type Setting = readonly [keyof typeof RegimeRegister, bigint]

function regimeWith(...settings: readonly Setting[]): TranslationRegime {
  const regime = new TranslationRegime()
  for (const [name, value] of settings) regime.set(RegimeRegister[name], high(value), low(value))
  return regime
}

const GUEST = regimeWith(['VTTBR_EL2', 7n << 48n])
const HOST = regimeWith(['HCR_EL2', (1n << 34n) | (1n << 27n)])
const OWNERS = { EL20: 0x1_0000, EL2: 0x2_0000, EL3: 0x3_0000 }

function decoded(
  op1: number,
  crn: number,
  crm: number,
  op2: number,
  xt = 0n,
  regime = GUEST,
): TlbInvalidation | undefined {
  const out = new TlbInvalidation()
  return decodeTlbi(op1, crn, crm, op2, high(xt), low(xt), regime, out) ? out : undefined
}

const { ALL, VMID, ASID, VA, VA_ALL_ASIDS, IPA } = TlbiKind
/** Name, op1, CRm, op2, kind, shareability, last level only. */
const TABLE: readonly (readonly [string, number, number, number, number, number, boolean])[] = [
  ['VMALLE1', 0, 7, 0, VMID, 0, false],
  ['VAE1', 0, 7, 1, VA, 0, false],
  ['ASIDE1', 0, 7, 2, ASID, 0, false],
  ['VAAE1', 0, 7, 3, VA_ALL_ASIDS, 0, false],
  ['VALE1', 0, 7, 5, VA, 0, true],
  ['VAALE1', 0, 7, 7, VA_ALL_ASIDS, 0, true],
  ['VMALLE1IS', 0, 3, 0, VMID, 3, false],
  ['VAE1IS', 0, 3, 1, VA, 3, false],
  ['VALE1IS', 0, 3, 5, VA, 3, true],
  ['VMALLE1OS', 0, 1, 0, VMID, 2, false],
  ['VAALE1OS', 0, 1, 7, VA_ALL_ASIDS, 2, true],
  ['RVAE1', 0, 6, 1, VA, 0, false],
  ['RVAALE1', 0, 6, 7, VA_ALL_ASIDS, 0, true],
  ['RVAE1IS', 0, 2, 1, VA, 3, false],
  ['RVALE1OS', 0, 5, 5, VA, 2, true],
  ['IPAS2E1IS', 4, 0, 1, IPA, 3, false],
  ['RIPAS2E1IS', 4, 0, 2, IPA, 3, false],
  ['IPAS2LE1IS', 4, 0, 5, IPA, 3, true],
  ['RIPAS2LE1IS', 4, 0, 6, IPA, 3, true],
  ['IPAS2E1OS', 4, 4, 0, IPA, 2, false],
  ['IPAS2E1', 4, 4, 1, IPA, 0, false],
  ['RIPAS2E1', 4, 4, 2, IPA, 0, false],
  ['RIPAS2E1OS', 4, 4, 3, IPA, 2, false],
  ['IPAS2LE1OS', 4, 4, 4, IPA, 2, true],
  ['IPAS2LE1', 4, 4, 5, IPA, 0, true],
  ['RIPAS2LE1', 4, 4, 6, IPA, 0, true],
  ['RIPAS2LE1OS', 4, 4, 7, IPA, 2, true],
  ['ALLE1', 4, 7, 4, ALL, 0, false],
  ['VMALLS12E1', 4, 7, 6, VMID, 0, false],
  ['ALLE1IS', 4, 3, 4, ALL, 3, false],
  ['VMALLS12E1OS', 4, 1, 6, VMID, 2, false],
  ['ALLE2', 4, 7, 0, ALL, 0, false],
  ['ALLE2IS', 4, 3, 0, ALL, 3, false],
  ['VAE2', 4, 7, 1, VA_ALL_ASIDS, 0, false],
  ['VALE2OS', 4, 1, 5, VA_ALL_ASIDS, 2, true],
  ['RVAE2', 4, 6, 1, VA_ALL_ASIDS, 0, false],
  ['RVALE2IS', 4, 2, 5, VA_ALL_ASIDS, 3, true],
  ['RVALE2OS', 4, 5, 5, VA_ALL_ASIDS, 2, true],
  ['VMALLWS2E1', 4, 6, 2, VMID, 0, false],
  ['VMALLWS2E1IS', 4, 2, 2, VMID, 3, false],
  ['ALLE3', 6, 7, 0, ALL, 0, false],
  ['ALLE3OS', 6, 1, 0, ALL, 2, false],
  ['VAE3IS', 6, 3, 1, VA_ALL_ASIDS, 3, false],
  ['VALE3', 6, 7, 5, VA_ALL_ASIDS, 0, true],
  ['RVAE3OS', 6, 5, 1, VA_ALL_ASIDS, 2, false],
  ['PAALL', 6, 7, 4, ALL, 0, false],
  ['PAALLOS', 6, 1, 4, ALL, 2, false],
  ['RPAOS', 6, 4, 3, ALL, 2, false],
  ['RPALOS', 6, 4, 7, ALL, 2, false],
]

describe('TLBI', () => {
  it.each(TABLE)('%s, and its nXS form', (_, op1, crm, op2, kind, shareability, leafOnly) => {
    expect(decoded(op1, 8, crm, op2)).toMatchObject({ kind, shareability, leafOnly, nxs: false })
    expect(decoded(op1, 9, crm, op2)).toMatchObject({ kind, shareability, leafOnly, nxs: true })
  })

  it.each(['tlbi', 'tlbip'])('%s is what the decoder names so, and nothing else', (instruction) => {
    const names = new Map(
      systemOperations()
        .filter((operation) => operation.instruction === instruction)
        .map(({ name, encoding }) => [encoding, name]),
    )
    let found = 0
    for (let encoding = 0; encoding < 1 << 14; encoding++) {
      const [op1, crn, crm, op2] = [encoding >> 11, (encoding >> 7) & 15, (encoding >> 3) & 15, encoding & 7]
      const out = new TlbInvalidation()
      const is =
        instruction === 'tlbi'
          ? decodeTlbi(op1, crn, crm, op2, 0, 0, GUEST, out)
          : decodeTlbip(op1, crn, crm, op2, 0, 0, 0, GUEST, out)
      // The nXS forms of TLBIP, which the table leaves out.
      const known = names.get(instruction === 'tlbip' && crn === 9 ? encoding - (1 << 7) : encoding)
      expect(is, `${op1} ${crn} ${crm} ${op2} ${known}`).toBe(known !== undefined)
      if (known === undefined) continue
      found++
      const outer = /os(nxs)?$/.test(known)
      expect([out.shareability, out.nxs], known).toEqual([outer ? 2 : /is(nxs)?$/.test(known) ? 3 : 0, crn === 9])
      expect(out.leafOnly, known).toBe(/^r?(vale|vaale|ipas2le)/.test(known))
      expect(out.kind === IPA, known).toBe(known.includes('ipas2'))
    }
    expect(found).toBe(instruction === 'tlbi' ? names.size : 2 * names.size)
    expect(found).toBeGreaterThan(100)
  })

  it('names whose entries: the VMID, or the regime', () => {
    const owners = (op1: number, crm: number, op2: number, regime = GUEST): number[] => {
      const { firstOwner = -1, lastOwner = -1 } = decoded(op1, 8, crm, op2, 0n, regime) ?? {}
      return [firstOwner, lastOwner]
    }
    const one = (owner: number): number[] => [owner, owner]
    for (const op2 of [0, 1, 2, 3, 5, 7]) {
      expect(owners(0, 7, op2)).toEqual(one(7))
      expect(owners(0, 7, op2, HOST)).toEqual(one(OWNERS.EL20))
    }
    // A host's guest: TGE is 0 while it runs, 1 while the host names its VMID.
    const host = regimeWith(['HCR_EL2', (1n << 34n) | (1n << 27n)], ['VTTBR_EL2', 7n << 48n])
    expect(owners(4, 4, 1, host)).toEqual(one(7))
    expect(owners(4, 7, 6, host)).toEqual(one(7))
    expect(owners(4, 7, 4, host)).toEqual([0, 0xffff])
    for (const op2 of [0, 1, 5]) {
      expect(owners(4, 7, op2)).toEqual(one(OWNERS.EL2))
      expect(owners(4, 7, op2, HOST)).toEqual(one(OWNERS.EL20))
      expect(owners(6, 7, op2, HOST)).toEqual(one(OWNERS.EL3))
    }
    expect(owners(6, 7, 4)).toEqual([0, OWNERS.EL3])
    expect(owners(6, 4, 3)).toEqual([0, OWNERS.EL3])
    // 8 bits of VMID without VTCR_EL2.VS.
    const wide = (vs: bigint) => regimeWith(['VTTBR_EL2', 0x1234n << 48n], ['VTCR_EL2', vs << 19n])
    expect(owners(0, 7, 0, wide(0n))).toEqual(one(0x34))
    expect(owners(0, 7, 0, wide(1n))).toEqual(one(0x1234))
    // Without EL2 there is no VMID.
    expect(owners(0, 7, 0, regimeWith(['SCR_EL3', 0n], ['VTTBR_EL2', 7n << 48n]))).toEqual(one(0))
  })

  it("takes EL2's ASID where a host has one", () => {
    expect(decoded(4, 8, 7, 1, 5n << 48n, HOST)).toMatchObject({ kind: VA, asid: 5 })
    expect(decoded(4, 8, 7, 1, 5n << 48n)).toMatchObject({ kind: VA_ALL_ASIDS })
    expect(decoded(6, 8, 7, 1, 5n << 48n, HOST)).toMatchObject({ kind: VA_ALL_ASIDS })
  })

  it('takes ASID, TTL and VA[55:12] of a page', () => {
    const xt = (5n << 48n) | (0b0111n << 44n) | 0x0ff_ffff_8000_1n
    expect(decoded(0, 8, 7, 1, xt)).toMatchObject({
      asid: 5,
      granuleBits: 12,
      level: 3,
      start: 0xff_ffff_8000_1000,
      end: 0xff_ffff_8000_2000,
    })
    expect(decoded(0, 8, 7, 1, 0x123n)).toMatchObject({ granuleBits: 0, level: -1, start: 0x12_3000 })
  })

  it.each([
    // TG, SCALE, NUM, BaseADDR, DS, start, bytes
    [1n, 0n, 0n, 0x10n, false, 0x1_0000, 0x2000],
    [1n, 1n, 3n, 0x10n, false, 0x1_0000, 4 * 64 * 0x1000],
    [2n, 3n, 31n, 0n, false, 0, 32 * 2 ** 16 * 0x4000],
    [3n, 0n, 1n, 2n, false, 0x2_0000, 4 * 0x1_0000],
    [1n, 0n, 0n, 0x10n, true, 0x10_0000, 0x2000],
    [1n, 0n, 0n, 0x1f_ffff_ffffn, false, 2 ** 56 - 0x1000, 0x2000],
    [0n, 0n, 0n, 0x10n, false, 0, 2 ** 56],
  ])('range TG %i SCALE %i NUM %i at %i, DS %s', (tg, scale, num, base, ds, start, bytes) => {
    const xt = (tg << 46n) | (scale << 44n) | (num << 39n) | base
    const op = decoded(0, 8, 6, 1, xt, regimeWith(['TCR_EL1', ds ? 1n << 59n : 0n]))
    expect(op?.start).toBe(start)
    expect((op?.end ?? 0) - start).toBe(bytes)
  })

  it.each<[string, number, readonly Setting[]]>([
    ['EL1&0', 0, [['TCR_EL1', 1n << 59n]]],
    ['EL2', 4, [['TCR_EL2', 1n << 32n]]],
    [
      'EL2&0',
      4,
      [
        ['TCR_EL2', 1n << 59n],
        ['HCR_EL2', 1n << 34n],
      ],
    ],
    ['EL3', 6, [['TCR_EL3', 1n << 32n]]],
  ])('ranges of %s count by DS of its own', (_, op1, settings) => {
    const xt = (1n << 46n) | 0x10n
    expect(decoded(op1, 8, 6, 1, xt)?.start).toBe(0x1_0000)
    expect(decoded(op1, 8, 6, 1, xt, regimeWith(...settings))?.start).toBe(0x10_0000)
  })

  it('TLBIP has the address in its second register', () => {
    const out = new TlbInvalidation()
    const xt = (5n << 48n) | (0b0111n << 44n) | 0xfff_ffff_ffffn
    expect(decodeTlbip(0, 8, 7, 1, high(xt), 0xf00, 0x1234_5678, GUEST, out)).toBe(true)
    expect(out).toMatchObject({
      kind: VA,
      asid: 5,
      granuleBits: 12,
      level: 3,
      start: 0xf0_0123_4567_8000,
      leafOnly: false,
    })
    expect(out.end - out.start).toBe(0x1000)
    // 64 KB granule, SCALE 0, NUM 1: bits below the granule say nothing.
    expect(decodeTlbip(4, 8, 4, 2, high((3n << 46n) | (1n << 39n)), 1, 0x1f, GUEST, out)).toBe(true)
    expect(out).toMatchObject({ kind: IPA, start: 2 ** 44 + 0x1_0000, end: 2 ** 44 + 0x5_0000 })
  })

  it('an IPA has 52 bits', () => {
    expect(decoded(4, 8, 4, 1, (1n << 63n) | 0xfff_ffff_ffffn)?.start).toBe(2 ** 52 - 0x1000)
  })

  it('an IPA range has no sign', () => {
    expect(decoded(4, 8, 4, 2, (1n << 46n) | 0x1f_ffff_ffffn)?.start).toBe(0x1_ffff_ffff_f000)
  })

  it('never throws, and names a range', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff })
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer(),
        fc.integer(),
        fc.integer(),
        word,
        word,
        fc.boolean(),
        (a, b, c, d, hi, lo, host) => {
          const out = new TlbInvalidation()
          const regime = host ? HOST : GUEST
          if (decodeTlbi(a, 8 + (b & 1), c, d, hi, lo, regime, out)) expect(out.end).toBeGreaterThan(out.start)
          if (decodeTlbip(a % 8, 8 + (b & 1), c & 15, d & 7, hi, lo, hi, regime, out)) {
            expect(out.end).toBeGreaterThan(out.start)
          }
        },
      ),
    )
  })
})
