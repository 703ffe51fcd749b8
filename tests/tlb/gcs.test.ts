import { describe, expect, it } from 'vitest'
import { Access, ALL_FEATURES, FaultKind, FETCH, LOAD, STORE } from '../../src/tlb/index.ts'
import { AP_EL0, AP_READ_ONLY, type Bench, L3, onePage, PAGE } from './bench.ts'

const EL0 = Access.UNPRIVILEGED
const { GCS } = Access
const PIE = 2n

const indirect = (ppi: bigint, upi: bigint): Bench =>
  onePage().set('TCR2_EL1', PIE).set('PIR_EL1', ppi).set('PIRE0_EL1', upi)

/** Ordinary load, store and fetch, then load and store of the control stack: at EL1, at EL0. */
function rights(bench: Bench, extra = 0): string {
  const kinds = [LOAD, STORE, FETCH, LOAD | GCS, STORE | GCS]
  const at = (level: number): string =>
    kinds
      .map((kind, i) => (bench.walk(0x1000n, kind | level | extra).fault === 0 ? ('rwxgs'[i] as string) : '-'))
      .join('')
  return `${at(0)} ${at(EL0)}`
}

const NONE = '-----'
// `AArch64.S1IndirectBasePermissions`: only 0b1001 is for control stacks.
const FIELDS = '----- r---- --x-- r-x-- ----- rw--- rw--- rwx-- r---- r--gs r-x-- ----- rw--- ----- rwx-- -----'.split(
  ' ',
)

describe('the permission of Guarded Control Stacks, AArch64.S1IndirectBasePermissions', () => {
  it.each(FIELDS.map((expected, field) => [field, expected] as const))('field %d is %s', (field, expected) => {
    expect(rights(indirect(BigInt(field), 0n))).toBe(`${expected} ${NONE}`)
    expect(rights(indirect(0n, BigInt(field)))).toBe(`${NONE} ${expected}`)
  })

  it.each([
    // A stack of EL1 where EL0 writes or has a stack, code of EL1 where EL0 has a stack: nothing at all.
    [9n, 5n, `${NONE} ${NONE}`],
    [9n, 7n, `${NONE} ${NONE}`],
    [9n, 9n, `${NONE} ${NONE}`],
    [9n, 12n, `${NONE} ${NONE}`],
    [10n, 9n, `${NONE} ${NONE}`],
    [3n, 9n, `${NONE} ${NONE}`],
    [9n, 1n, 'r--gs r----'],
    [9n, 3n, 'r--gs r-x--'],
    [1n, 9n, 'r---- r--gs'],
    [5n, 9n, 'rw--- r--gs'],
  ])('field %d of EL1 with %d of EL0: %s', (ppi, upi, expected) => {
    expect(rights(indirect(ppi, upi))).toBe(expected)
  })

  it('needs permission indirection', () => {
    expect(rights(onePage(AP_EL0))).toBe('rw--- rwx--')
  })

  it('needs FEAT_GCS', () => {
    const bench = onePage(0n, 0n, { ...ALL_FEATURES, gcs: false })
      .set('TCR2_EL1', PIE)
      .set('PIR_EL1', 9n)
    expect(rights(bench)).toBe(`r---- ${NONE}`)
  })

  it('is not asked with stage 1 off, AArch64.S1DisabledOutput', () => {
    expect(
      onePage()
        .set('SCTLR_EL1', 0n)
        .walk(0x1000n, STORE | GCS).fault,
    ).toBe(FaultKind.NONE)
  })
})

describe('checks of control stack accesses, AArch64.S1CheckPermissions', () => {
  it('know no PAN', () => {
    expect(rights(indirect(9n, 1n), Access.PAN)).toBe('---gs r----')
  })

  it('know no overlay', () => {
    const bench = indirect(9n, 0n).set('TCR2_EL1', PIE | 0xcn)
    expect(rights(bench)).toBe(`r--gs ${NONE}`)
    // Field 0b1001 is not overlaid for other accesses either: it is one of 0b1xxx.
    expect(bench.walk(0x1000n, STORE).overlay).toBe(false)
  })

  it('say what was asked: WnR of a store, not of a load, nor of an atomic (GCSSS1)', () => {
    const wnr = (access: number): boolean => {
      expect(indirect(5n, 0n).walk(0x1000n, access | GCS).fault).toBe(FaultKind.PERMISSION)
      const bench = indirect(5n, 0n)
      return bench.walk(0x1000n, access | GCS).write
    }
    expect([wnr(STORE), wnr(LOAD), wnr(LOAD | STORE)]).toEqual([true, false, false])
  })

  it('refuse a store to a clean page, and make it dirty where hardware may', () => {
    const bench = indirect(9n, 0n).put(L3, 1, 0x8000_0000n | PAGE | AP_READ_ONLY)
    bench.walk(0x1000n, STORE | GCS)
    expect([bench.out.fault, bench.out.dirtyBit, bench.out.write]).toEqual([FaultKind.PERMISSION, true, true])
    expect(bench.walk(0x1000n, LOAD | GCS).fault).toBe(FaultKind.NONE)
    bench.set('TCR_EL1', (5n << 32n) | 25n | (3n << 39n))
    expect(bench.walk(0x1000n, STORE | GCS).fault).toBe(FaultKind.NONE)
    expect(bench.memory.written.get(L3 + 8)).toBe(0x8000_0000n | PAGE)
  })

  it('are plain loads and stores at stage 2', () => {
    for (const [field, expected] of [
      [12n, 'gs'],
      [8n, 'g-'],
      [2n, 'g-'],
      [4n, '-s'],
      [0n, '--'],
    ] as const) {
      const bench = indirect(9n, 0n)
        .set('HCR_EL2', 1n)
        .set('VTCR_EL2', 25n | (1n << 6n) | (5n << 16n) | (1n << 36n))
        .set('VTTBR_EL2', 0x4800_0000n)
        .set('S2PIR_EL2', 12n | (field << 4n))
        .put(0x4800_0000, 1, 0x4000_07bdn)
        .put(0x4800_0000, 2, 0x8000_07fdn)
      const got = [LOAD | GCS, STORE | GCS].map((kind, i) => (bench.walk(0x1000n, kind).fault === 0 ? 'gs'[i] : '-'))
      expect(got.join('')).toBe(expected)
    }
  })
})
