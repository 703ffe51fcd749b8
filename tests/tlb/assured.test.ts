import { describe, expect, it } from 'vitest'
import { Access, ALL_FEATURES, FaultKind, type Features, LOAD, parLow, STORE, Tlb } from '../../src/tlb/index.ts'
import { AP_EL0, type Bench, L1, L2, L3, onePage, PAGE, TABLE } from './bench.ts'

// FEAT_THE: TCR2_EL1.PnCH, VTCR_EL2.AssuredOnly, TL0, TL1, GCSH.
const PNCH = 1n
const PIE = 2n
const ASSURED_ONLY = 1n << 34n
const TL1 = 1n << 35n
const S2PIE = 1n << 36n
const S2POE = 1n << 37n
const GCSH = 1n << 40n
const TL0 = 1n << 41n
const VTCR = 25n | (1n << 6n) | (5n << 16n)
const PROTECTED = 1n << 52n
const LEAF_ASSURED = 1n << 58n
const S2_L1 = 0x4800_0000
const S2_L2 = 0x4801_0000
const EL0 = Access.UNPRIVILEGED

/**
 * Stage 2: the first table of stage 1 by field `top`, the others by `tables`, the output by field 15.
 * @param marks Protected in the three descriptors of stage 1.
 */
function hypervisor(
  top: bigint,
  tables: bigint,
  vtcr: bigint,
  marks: readonly boolean[] = [true, true, true],
  features: Features = ALL_FEATURES,
): Bench {
  const mark = (i: number): bigint => (marks[i] ? PROTECTED : 0n)
  const block = (address: number, index: bigint): bigint =>
    BigInt(address) | 0x7bdn | ((index & 1n) << 6n) | ((index & 2n) << 50n)
  const bench = onePage(AP_EL0, 0n, features)
    .set('TCR2_EL1', PNCH)
    .set('HCR_EL2', 1n)
    .set('VTCR_EL2', VTCR | S2PIE | vtcr)
    .set('VTTBR_EL2', BigInt(S2_L1))
    .set('S2PIR_EL2', top | (tables << 4n) | (15n << 8n))
    .put(L1, 0, BigInt(L2) | TABLE | mark(0))
    .put(L2, 0, BigInt(L3) | TABLE | mark(1))
    .put(L3, 1, 0x8000_0000n | PAGE | AP_EL0 | mark(2))
    .put(S2_L1, 1, BigInt(S2_L2) | TABLE)
    .put(S2_L1, 2, block(0x8000_0000, 2n) | LEAF_ASSURED)
  // Level 2 blocks of 2 MB: L1, L2 and L3 share the first, so the tables are told apart by where TTBR0_EL1 points.
  bench.put(S2_L2, 0, (block(0x4000_0000, 1n) & ~3n) | 1n)
  bench.put(S2_L2, 1, (block(0x4020_0000, 1n) & ~3n) | 1n)
  bench.put(S2_L2, 64, (block(0x4000_0000, 0n) & ~3n) | 1n)
  // The IPA of the first table is 128 MB above its PA.
  return bench.set('TTBR0_EL1', BigInt(L1) + 0x800_0000n)
}

describe('assured mappings, AArch64.S1NextWalkStateTable and AArch64.S2CheckPermissions', () => {
  const assured = (bench: Bench, access: number = LOAD): [number, boolean, boolean] => {
    const { fault, assuredOnly, write } = bench.walk(0x1000n, access)
    return [fault, assuredOnly, write]
  }
  const YES = [FaultKind.NONE, false, false]
  const NO = [FaultKind.PERMISSION, true, false]

  it.each([2n, 3n, 6n, 7n])('hold with tables in pages that are mostly read-only: field %d', (field) => {
    expect(assured(hypervisor(field, field, ASSURED_ONLY))).toEqual(YES)
  })

  it.each([8n, 9n, 10n, 11n, 12n, 13n, 14n, 15n])('do not hold with tables in other pages: field %d', (field) => {
    expect(assured(hypervisor(2n, field, ASSURED_ONLY))).toEqual(NO)
    expect(assured(hypervisor(field, 2n, ASSURED_ONLY))).toEqual(NO)
  })

  it.each([0, 1, 2])('want Protected in every descriptor: not in number %d', (missing) => {
    const marks = [0, 1, 2].map((i) => i !== missing)
    expect(assured(hypervisor(2n, 2n, ASSURED_ONLY, marks))).toEqual(NO)
  })

  it('are asked of leaves with bit 58 only, and by VTCR_EL2.AssuredOnly', () => {
    expect(assured(hypervisor(12n, 12n, 0n))).toEqual(YES)
    expect(assured(hypervisor(12n, 12n, ASSURED_ONLY).put(S2_L1, 2, 0x8000_07bdn | (1n << 51n)))).toEqual(YES)
  })

  it('need TCR2_EL1.PnCH and stage 1', () => {
    expect(assured(hypervisor(2n, 2n, ASSURED_ONLY).set('TCR2_EL1', 0n))).toEqual(NO)
    const off = hypervisor(2n, 2n, ASSURED_ONLY).set('SCTLR_EL1', 0n)
    expect(off.walk(0x8000_1000n, LOAD).assuredOnly).toBe(true)
  })

  it('are asked of any data access and fetch, and say what it was', () => {
    const bench = hypervisor(12n, 12n, ASSURED_ONLY)
    expect(assured(bench, STORE)).toEqual([FaultKind.PERMISSION, true, true])
    expect(assured(bench, LOAD | STORE)).toEqual([FaultKind.PERMISSION, true, false])
    expect(assured(bench, Access.EXECUTE | EL0)).toEqual(NO)
    expect([bench.out.level, bench.out.stage, bench.out.s1ptw]).toEqual([1, 2, false])
    expect(parLow(bench.out)).toBe(0x1000 | 0x800 | 0x200 | (0x0d << 1) | 1)
  })

  it('come before what base and overlay say', () => {
    const bench = hypervisor(12n, 12n, ASSURED_ONLY | S2POE).set('S2POR_EL1', 0xfn)
    bench.put(S2_L1, 2, 0x8000_07bdn | (1n << 51n) | LEAF_ASSURED | (1n << 59n))
    bench.walk(0x1000n, LOAD)
    expect([bench.out.assuredOnly, bench.out.overlay]).toEqual([true, false])
    bench.put(S2_L1, 2, 0x8000_07bdn | (1n << 51n) | (1n << 59n)).walk(0x1000n, LOAD)
    expect([bench.out.assuredOnly, bench.out.overlay]).toEqual([false, true])
  })

  it('take the contiguous hint away', () => {
    const bench = hypervisor(12n, 12n, 0n)
    expect(bench.walk(0x1000n).contiguous).toBe(false)
    expect(bench.set('TCR2_EL1', 0n).walk(0x1000n).contiguous).toBe(true)
  })

  it.each([
    [2n, FaultKind.NONE, 1],
    [12n, FaultKind.PERMISSION, 0],
  ])('of a table that a walk cache knows: first table by field %d', (top, fault, short) => {
    const { regime, memory, out } = hypervisor(top, 2n, ASSURED_ONLY)
      .put(L3, 2, 0xc000_0000n | PAGE | AP_EL0 | PROTECTED)
      .put(S2_L1, 3, 0xc000_07bdn | (1n << 51n))
    regime.update()
    const tlb = new Tlb()
    expect(tlb.translate(regime, memory, 0, 0x2000, LOAD, out)).toBe(FaultKind.NONE)
    expect(tlb.translate(regime, memory, 0, 0x1000, LOAD, out)).toBe(fault)
    expect(tlb.shortWalks).toBe(short)
  })

  it('need FEAT_THE', () => {
    const features = { ...ALL_FEATURES, the: false }
    expect(assured(hypervisor(12n, 12n, ASSURED_ONLY | TL0 | TL1, [true, true, true], features))).toEqual(YES)
  })
})

describe('first tables, AArch64.S2CheckPermissions', () => {
  /** Fault by TopLevel or none, of the lower half and the upper. */
  const halves = (top: bigint, tl: bigint): string => {
    const bench = hypervisor(top, 12n, tl)
    bench.set('TTBR1_EL1', BigInt(L1) + 0x800_0000n).set('TCR_EL1', (5n << 32n) | 25n | (25n << 16n) | (2n << 30n))
    return [0x1000n, 0xffff_ff80_0000_1000n]
      .map((va) => {
        const { fault, topLevel, s1ptw } = bench.walk(va, LOAD)
        if (fault === FaultKind.NONE) return 'y'
        expect([fault, s1ptw, bench.out.write]).toEqual([FaultKind.PERMISSION, true, false])
        return topLevel ? 'T' : '-'
      })
      .join('')
  }

  // Fields 6: TopLevel0; 3: TopLevel1; 7: both; others neither.
  it.each([
    [6n, 0n, 'yy'],
    [3n, 0n, 'yy'],
    [7n, 0n, 'yy'],
    [2n, 0n, 'yy'],
    [12n, 0n, 'yy'],
    [6n, TL0, 'yT'],
    [3n, TL0, 'Ty'],
    [7n, TL0, 'yy'],
    [2n, TL0, 'Ty'],
    [12n, TL0, 'Ty'],
    [6n, TL1, 'yT'],
    [3n, TL1, 'Ty'],
    [7n, TL1, 'yy'],
    [2n, TL1, 'yT'],
    [15n, TL1, 'yT'],
    [6n, TL0 | TL1, 'yT'],
    [3n, TL0 | TL1, 'Ty'],
    [7n, TL0 | TL1, 'yy'],
    [2n, TL0 | TL1, 'TT'],
    [12n, TL0 | TL1, 'TT'],
    [0n, TL0, 'T-'],
    [0n, 0n, '--'],
  ])('field %d under VTCR_EL2 0x%x: %s', (top, tl, expected) => {
    expect(halves(top, tl)).toBe(expected)
  })

  it('are told from the other tables by their level alone', () => {
    expect(hypervisor(6n, 2n, TL0).walk(0x1000n).fault).toBe(FaultKind.NONE)
    expect(hypervisor(6n, 12n, TL0).walk(0x1000n).fault).toBe(FaultKind.NONE)
  })

  it('stay so under an overlay that leaves the page mostly read-only', () => {
    for (const [base, overlay, fault] of [
      [6n, 12n, 0],
      [6n, 2n, 0],
      // Base or overlay may name the half.
      [2n, 6n, 0],
      [12n, 6n, 0],
      [6n, 8n, 4],
      // Write-only, of base or overlay, is not mostly read-only.
      [6n, 4n, 4],
      [4n, 6n, 4],
      [12n, 12n, 4],
      [12n, 15n, 4],
    ] as const) {
      const bench = hypervisor(base, 12n, TL0 | S2POE).set('S2POR_EL1', overlay | (15n << 4n))
      // POIndex 1 for all but the first table.
      for (const at of [0, 1]) bench.put(S2_L2, at, (bench.memory.words.get(S2_L2 + 8 * at) as bigint) | (1n << 59n))
      bench.put(S2_L1, 2, (bench.memory.words.get(S2_L1 + 16) as bigint) | (1n << 59n))
      bench.walk(0x1000n)
      expect([base, overlay, bench.out.fault, bench.out.topLevel]).toEqual([base, overlay, fault, fault !== 0])
    }
  })

  it('are told by PAR_EL1', () => {
    expect(parLow(hypervisor(12n, 12n, TL0).walk(0x1000n))).toBe(0x2000 | 0x800 | 0x300 | (0x0e << 1) | 1)
  })
})

describe('VTCR_EL2.GCSH, AArch64.S2CheckPermissions', () => {
  const GCS_LOAD = LOAD | Access.GCS
  const GCS_STORE = STORE | Access.GCS
  const stacks = (vtcr: bigint, tables = 12n, features?: Features): Bench =>
    hypervisor(tables, tables, vtcr, [true, true, true], features).set('TCR2_EL1', PNCH | PIE)

  it.each([
    ['privileged load', GCS_LOAD, 9n, 0n, GCSH, true],
    ['privileged store', GCS_STORE, 9n, 0n, GCSH, true],
    ['unprivileged load', GCS_LOAD | EL0, 0n, 9n, GCSH, false],
    ['unprivileged store', GCS_STORE | EL0, 0n, 9n, GCSH, false],
    ['privileged without GCSH', GCS_STORE, 9n, 0n, 0n, false],
    ['an ordinary load', LOAD, 9n, 0n, GCSH, false],
    ['an ordinary store', STORE, 5n, 0n, GCSH, false],
  ] as const)('%s', (_, access, pir, pire0, vtcr, refused) => {
    // The output page is not for assured mappings.
    const bench = stacks(vtcr)
      .set('PIR_EL1', pir << 4n)
      .set('PIRE0_EL1', pire0 << 4n)
    bench.walk(0x1000n, access)
    expect([bench.out.fault, bench.out.assuredOnly]).toEqual(refused ? [FaultKind.PERMISSION, true] : [0, false])
    if (refused) expect([bench.out.stage, bench.out.write]).toEqual([2, (access & Access.WRITE) !== 0])
  })

  it('lets a privileged stack be in an assured page', () => {
    const bench = stacks(GCSH | ASSURED_ONLY, 2n).set('PIR_EL1', 0x90n)
    expect(bench.walk(0x1000n, GCS_STORE).fault).toBe(FaultKind.NONE)
    // Without VTCR_EL2.AssuredOnly there are no such pages.
    expect(bench.set('VTCR_EL2', VTCR | S2PIE | GCSH).walk(0x1000n, GCS_STORE).assuredOnly).toBe(true)
  })

  it('needs FEAT_GCS, as the permission does', () => {
    const bench = stacks(GCSH, 12n, { ...ALL_FEATURES, gcs: false }).set('PIR_EL1', 0x90n)
    bench.walk(0x1000n, GCS_STORE)
    expect([bench.out.fault, bench.out.stage]).toEqual([FaultKind.PERMISSION, 1])
  })
})
