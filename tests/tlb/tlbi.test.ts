import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTlbi, TlbInvalidation, TlbiKind } from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

function decoded(op1: number, crn: number, crm: number, op2: number, xt = 0n, ds = false): TlbInvalidation | undefined {
  const out = new TlbInvalidation()
  return decodeTlbi(op1, crn, crm, op2, high(xt), low(xt), ds, out) ? out : undefined
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
]

describe('TLBI', () => {
  it.each(TABLE)('%s, and its nXS form', (_, op1, crm, op2, kind, shareability, leafOnly) => {
    expect(decoded(op1, 8, crm, op2)).toMatchObject({ kind, shareability, leafOnly, nxs: false })
    expect(decoded(op1, 9, crm, op2)).toMatchObject({ kind, shareability, leafOnly, nxs: true })
  })

  it('is no other encoding', () => {
    const known = new Set(TABLE.map(([, op1, crm, op2]) => `${op1} ${crm} ${op2}`))
    let found = 0
    for (const op1 of [0, 4])
      for (let crm = 0; crm < 16; crm++)
        for (let op2 = 0; op2 < 8; op2++) {
          const is = decoded(op1, 8, crm, op2) !== undefined
          if (is) found++
          if (known.has(`${op1} ${crm} ${op2}`)) expect(is).toBe(true)
        }
    // Six of each domain at op1 = 0, four ranges of each; twelve of IPAS2, two of ALL and VMALLS12 for each domain.
    expect(found).toBe(3 * 6 + 3 * 4 + 12 + 3 * 2)
    expect(decoded(6, 8, 7, 0)).toBeUndefined()
    expect(decoded(0, 7, 7, 0)).toBeUndefined()
    // EL2's own regime.
    expect(decoded(4, 8, 7, 1)).toBeUndefined()
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
    const op = decoded(0, 8, 6, 1, xt, ds)
    expect(op?.start).toBe(start)
    expect((op?.end ?? 0) - start).toBe(bytes)
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
        (a, b, c, d, hi, lo, ds) => {
          const out = new TlbInvalidation()
          if (decodeTlbi(a % 8, 8 + (b & 1), c & 15, d & 7, hi, lo, ds, out)) expect(out.end).toBeGreaterThan(out.start)
        },
      ),
    )
  })
})
