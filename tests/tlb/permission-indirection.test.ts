import { describe, expect, it } from 'vitest'
import { Access, ALL_FEATURES, FaultKind, FETCH, LOAD, parLow, STORE } from '../../src/tlb/index.ts'
import { AP_READ_ONLY, type Bench, DBM, L1, L2, L3, onePage, PAGE, PXN, TABLE, UXN } from './bench.ts'

const EL0 = Access.UNPRIVILEGED
const PIE = 2n
const HA_HD = 3n << 39n

function rights(bench: Bench, extra = 0): string {
  const kinds = [LOAD, STORE, FETCH, LOAD | EL0, STORE | EL0, FETCH | EL0]
  const allowed = kinds.map((kind, i) =>
    bench.walk(0x1000n, kind | extra).fault === 0 ? ('rwx'[i % 3] as string) : '-',
  )
  return `${allowed.slice(0, 3).join('')} ${allowed.slice(3).join('')}`
}

/** The page has PIIndex 0; its fields of PIR_EL1 and PIRE0_EL1 are given. */
const indirect = (privileged: bigint, unprivileged: bigint): Bench =>
  onePage().set('TCR2_EL1', PIE).set('PIR_EL1', privileged).set('PIRE0_EL1', unprivileged)

// DDI 0487, "Permission Indirection": PIR_EL1, PIRE0_EL1 by encoding; reserved ones allow nothing.
const STAGE1 = '--- r-- --x r-x --- rw- rw- rwx r-- r-- r-x --- rw- --- rwx ---'.split(' ')
// S2PIR_EL2: EL1's rights, and EL0's execute.
const STAGE2 = '---- ---- r--- r--- -w-- ---- r--- r--- r--- r--X r-x- r-xX rw-- rw-X rwx- rwxX'.split(' ')

describe('stage 1 permission indirection', () => {
  it.each(STAGE1.map((expected, field) => [field, expected] as const))(
    'field %d is %s at either level',
    (field, expected) => {
      expect(rights(indirect(BigInt(field), 0n))).toBe(`${expected} ---`)
      expect(rights(indirect(0n, BigInt(field)))).toBe(`--- ${expected}`)
    },
  )

  it('selects the field by descriptor bits 54, 53, 51, 6', () => {
    const bits = [1n << 6n, DBM, PXN, UXN]
    for (let index = 0n; index < 16n; index++) {
      const page = bits.reduce((sum, bit, i) => ((index >> BigInt(i)) & 1n ? sum | bit : sum), 0n)
      const bench = onePage(page)
        .set('TCR2_EL1', PIE)
        .set('PIR_EL1', 5n << (4n * index))
      expect(rights(bench)).toBe('rw- ---')
    }
  })

  it('allows nothing where EL1 would execute what EL0 writes', () => {
    expect(rights(indirect(0xan, 5n))).toBe('--- ---')
    // 0b0110 executes before WXN.
    expect(rights(indirect(6n, 5n))).toBe('--- ---')
    expect(rights(indirect(5n, 5n))).toBe('rw- rw-')
  })

  it('denies EL1 under PAN what has any EL0 field', () => {
    expect(rights(indirect(5n, 0n), Access.PAN)).toBe('rw- ---')
    expect(rights(indirect(5n, 4n), Access.PAN)).toBe('--- ---')
  })

  it('ignores hierarchical permissions and WXN', () => {
    const bench = indirect(7n, 0n).set('SCTLR_EL1', 1n | (1n << 19n))
    bench.put(L1, 0, BigInt(L2) | TABLE | (0b1111n << 59n))
    expect(rights(bench)).toBe('rwx ---')
  })

  it('refuses a store to a clean page unless hardware makes it dirty, DBM or not', () => {
    const bench = indirect(5n, 0n).put(L3, 1, 0x8000_0000n | PAGE | AP_READ_ONLY)
    const out = bench.walk(0x1000n, STORE)
    expect([out.fault, out.level, out.dirtyBit, parLow(out)]).toEqual([FaultKind.PERMISSION, 3, true, 0x881f])
    expect(bench.walk(0x1000n, LOAD).fault).toBe(0)
    bench.set('TCR_EL1', (5n << 32n) | 25n | HA_HD)
    expect([bench.walk(0x1000n, STORE).fault, bench.out.dirtyBit]).toEqual([0, false])
    expect(bench.memory.written.get(L3 + 8)).toBe(0x8000_0000n | PAGE)
  })

  it('overlooks reserved fields under PAN as QEMU', () => {
    const bench = onePage(0n, 0n, { ...ALL_FEATURES, qemu: true })
      .set('TCR2_EL1', PIE)
      .set('PIR_EL1', 5n)
    expect(rights(bench.set('PIRE0_EL1', 4n), Access.PAN)).toBe('rw- ---')
    expect(rights(bench.set('PIRE0_EL1', 1n), Access.PAN)).toBe('--- r--')
  })

  it('does not refuse the store to a clean page as QEMU', () => {
    const bench = onePage(AP_READ_ONLY, 0n, { ...ALL_FEATURES, qemu: true })
      .set('TCR2_EL1', PIE)
      .set('PIR_EL1', 5n)
    expect([bench.walk(0x1000n, STORE).fault, bench.out.dirtyBit]).toEqual([0, false])
  })

  it('needs FEAT_S1PIE', () => {
    const bench = onePage(0n, 0n, { ...ALL_FEATURES, s1pie: false }).set('TCR2_EL1', PIE)
    expect(rights(bench)).toBe('rwx --x')
  })
})

describe('stage 2 permission indirection', () => {
  const S2_L1 = 0x4800_0000
  const VTCR = 25n | (1n << 6n) | (5n << 16n) | (1n << 36n)
  const DIRTY = 1n << 7n
  /** Tables by field 12 at index 0, the output page by `field` at index 1. */
  const stage2 = (field: number): Bench =>
    onePage(1n << 6n)
      .set('HCR_EL2', 1n)
      .set('VTCR_EL2', VTCR)
      .set('VTTBR_EL2', BigInt(S2_L1))
      .set('S2PIR_EL2', 12n | (BigInt(field) << 4n))
      .put(S2_L1, 1, 0x4000_073dn | DIRTY)
      .put(S2_L1, 2, 0x8000_073dn | DIRTY | (1n << 6n))

  it.each(STAGE2.map((expected, field) => [field, expected] as const))('field %d is %s', (field, expected) => {
    // Stage 1 allows both levels to read and write, EL0 to execute; another page lets EL1 execute.
    const bench = stage2(field)
    const allowed = [LOAD, STORE].map((kind, i) => (bench.walk(0x1000n, kind).fault === 0 ? ('rw'[i] as string) : '-'))
    const el0 = bench.walk(0x1000n, FETCH | EL0).fault === 0 ? 'X' : '-'
    bench.put(L3, 1, 0x8000_0000n | PAGE)
    const el1 = bench.walk(0x1000n, FETCH).fault === 0 ? 'x' : '-'
    expect(`${allowed.join('')}${el1}${el0}`).toBe(expected)
  })

  it('lets the walk alone update tables by fields 2, 3, 6, 7', () => {
    const updates = [...STAGE2.keys()].filter((field) => {
      const bench = stage2(12).set('S2PIR_EL2', BigInt(field) | (12n << 4n))
      bench.set('TCR_EL1', (5n << 32n) | 25n | (1n << 39n)).put(L3, 1, 0x8000_0003n)
      return bench.walk(0x1000n).fault === 0
    })
    expect(updates).toEqual([2, 3, 6, 7, 12, 13, 14, 15])
  })

  it('refuses a store to a clean page', () => {
    const bench = stage2(12).put(S2_L1, 2, 0x8000_073dn | (1n << 6n))
    const out = bench.walk(0x1000n, STORE)
    expect([out.fault, out.stage, out.dirtyBit]).toEqual([FaultKind.PERMISSION, 2, true])
    bench.set('VTCR_EL2', VTCR | (3n << 21n))
    expect(bench.walk(0x1000n, STORE).fault).toBe(0)
  })
})
