import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Access, ALL_FEATURES, FaultKind, FETCH, LOAD, parLow, STORE, Tlb, Translation } from '../../src/tlb/index.ts'
import { AP_EL0, AP_READ_ONLY, type Bench, DBM, L1, L2, L3, onePage, PAGE, PXN, TABLE, UXN } from './bench.ts'

const EL0 = Access.UNPRIVILEGED
// TCR2_EL1
const PIE = 2n
const E0POE = 4n
const POE = 8n
const WXN = 1n << 19n
/** The index of a leaf's fields in POR_ELx, and in S2POR_EL1. */
const POINDEX = 60n
const S2POINDEX = 59n

/** What EL1 and EL0 may do, `O` for what an overlay takes away. */
function rights(bench: Bench, extra = 0): string {
  const kinds = [LOAD, STORE, FETCH, LOAD | EL0, STORE | EL0, FETCH | EL0]
  const letters = kinds.map((kind, i) => {
    const { fault, overlay } = bench.walk(0x1000n, kind | extra)
    if (fault === FaultKind.NONE) return 'rwx'[i % 3] as string
    expect([fault, bench.out.level, bench.out.stage]).toEqual([FaultKind.PERMISSION, 3, 1])
    return overlay ? 'O' : '-'
  })
  return `${letters.slice(0, 3).join('')} ${letters.slice(3).join('')}`
}

/** PIR_EL1 and PIRE0_EL1 fields of index 0, and the overlay's for both levels. */
const indirect = (ppi: bigint, upi: bigint, ppo: bigint, upo: bigint): Bench =>
  onePage()
    .set('TCR2_EL1', PIE | POE | E0POE)
    .set('PIR_EL1', ppi)
    .set('PIRE0_EL1', upi)
    .set('POR_EL1', ppo)
    .set('POR_EL0', upo)

// `AArch64.S1OverlayPermissions`: what is left of read, write and execute; reserved fields leave nothing.
const LEAVES = 'OOO rOO OOx rOx OwO rwO Owx rwx OOO OOO OOO OOO OOO OOO OOO OOO'.split(' ')

describe('stage 1 overlay fields, AArch64.S1OverlayPermissions', () => {
  it.each(LEAVES.map((left, field) => [field, left] as const))('field %d leaves EL1 %s', (field, left) => {
    // PIR_EL1 0b0111: read, write and execute without WXN. EL0 has nothing.
    expect(rights(indirect(7n, 0n, BigInt(field), 7n))).toBe(`${left} ---`)
  })

  it.each(LEAVES.map((left, field) => [field, left] as const))('field %d leaves EL0 %s', (field, left) => {
    expect(rights(indirect(0n, 7n, 7n, BigInt(field)))).toBe(`--- ${left}`)
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('index %d is descriptor bits 62:60', (index) => {
    const page = BigInt(index) << POINDEX
    const bench = onePage(page | AP_EL0).set('TCR2_EL1', POE | E0POE)
    for (let field = 0; field < 8; field++) {
      const here = field === index
      bench.set('POR_EL1', 3n << BigInt(4 * field)).set('POR_EL0', 4n << BigInt(4 * field))
      // EL1 does not execute what EL0 can write: the base's say.
      expect(rights(bench)).toBe(here ? 'rO- OwO' : 'OOO OOO')
    }
  })

  it('never selects the upper eight fields by a 64-bit descriptor', () => {
    const bench = onePage(0x1fn << 59n)
      .set('TCR2_EL1', POE)
      .set('POR_EL1', 0x7000_0000n)
    expect(rights(bench)).toBe('rwx --x')
    expect(rights(bench.set('POR_EL1', 0x7777_7777_0777_7777n))).toBe('OOO --x')
  })
})

describe('stage 1 overlays and what they are over, AArch64.S1ComputePermissions', () => {
  it.each([
    ['PIE and POE', POE | PIE, 'rwO rwx'],
    ['E0POE alone', E0POE | PIE, 'rwx rOx'],
    ['both', POE | E0POE | PIE, 'rwO rOx'],
    ['none', PIE, 'rwx rwx'],
  ])('are of each level: %s', (_, tcr2, expected) => {
    const bench = onePage().set('TCR2_EL1', tcr2).set('POR_EL1', 5n).set('POR_EL0', 3n)
    // Both levels together: EL0 writes, so EL1 does not execute. One at a time therefore.
    const one = rights(bench.set('PIR_EL1', 7n).set('PIRE0_EL1', 0n)).slice(0, 3)
    const zero = rights(bench.set('PIR_EL1', 0n).set('PIRE0_EL1', 7n)).slice(4)
    expect(`${one} ${zero}`).toBe(expected)
  })

  it.each([0n, 1n, 2n, 3n, 4n, 5n, 7n])('are over base fields 0b0xxx: %d', (field) => {
    expect(rights(indirect(field, 0n, 0n, 0n))).toBe('OOO OOO')
  })

  it.each([
    [8n, 'r--'],
    [9n, 'r--'],
    [10n, 'r-x'],
    [11n, '---'],
    [12n, 'rw-'],
    [13n, '---'],
    [14n, 'rwx'],
    [15n, '---'],
  ])('are not over base fields 0b1xxx: %d', (field, expected) => {
    expect(rights(indirect(field, 0n, 0n, 0n))).toBe(`${expected} OOO`)
    expect(rights(indirect(0n, field, 0n, 0n))).toBe(`OOO ${expected}`)
  })

  it('deny before the base does: the fault says Overlay', () => {
    // Base read-only, overlay execute-only: a read is the overlay's, and so is a write.
    expect(rights(indirect(1n, 0n, 2n, 7n))).toBe('OO- ---')
  })

  it('report an atomic by what is denied first: overlay read, overlay write, base read, base write', () => {
    const wnr = (bench: Bench): [number, boolean, boolean] => {
      bench.walk(0x1000n, LOAD | STORE)
      return [bench.out.fault, bench.out.overlay, bench.out.write]
    }
    const P = FaultKind.PERMISSION
    expect(wnr(indirect(5n, 0n, 0n, 0n))).toEqual([P, true, false])
    expect(wnr(indirect(5n, 0n, 1n, 0n))).toEqual([P, true, true])
    expect(wnr(indirect(5n, 0n, 4n, 0n))).toEqual([P, true, false])
    // The base denies the read, the overlay the write: the overlay is asked first.
    expect(wnr(indirect(2n, 0n, 1n, 0n))).toEqual([P, true, true])
    expect(wnr(indirect(2n, 0n, 7n, 0n))).toEqual([P, false, false])
    expect(wnr(indirect(1n, 0n, 7n, 0n))).toEqual([P, false, true])
    expect(wnr(indirect(5n, 0n, 5n, 0n))).toEqual([0, false, false])
  })

  it('have PAN below them', () => {
    expect(rights(indirect(5n, 1n, 5n, 7n), Access.PAN)).toBe('--O r--')
    expect(rights(indirect(5n, 1n, 0n, 7n), Access.PAN)).toBe('OOO r--')
  })

  it('work without permission indirection', () => {
    const bench = onePage(AP_EL0 | UXN)
      .set('TCR2_EL1', POE | E0POE)
      .set('POR_EL1', 1n)
      .set('POR_EL0', 5n)
    expect(rights(bench)).toBe('rOO rwO')
    expect(rights(bench.set('POR_EL1', 7n).set('POR_EL0', 7n))).toBe('rw- rw-')
  })

  it('say nothing of dirty state', () => {
    const bench = indirect(5n, 0n, 5n, 0n).put(L3, 1, 0x8000_0000n | PAGE | AP_READ_ONLY)
    bench.walk(0x1000n, STORE)
    expect([bench.out.fault, bench.out.overlay, bench.out.dirtyBit]).toEqual([FaultKind.PERMISSION, false, true])
    bench.set('POR_EL1', 1n).walk(0x1000n, STORE)
    expect([bench.out.fault, bench.out.overlay, bench.out.dirtyBit]).toEqual([FaultKind.PERMISSION, true, false])
  })

  it('turn hierarchical permissions off (DDI 0487 R_BVXDG)', () => {
    for (const [tcr2, expected] of [
      [0n, 'r-- ---'],
      [POE, 'rw- rw-'],
      [E0POE, 'rw- rw-'],
    ] as const) {
      const bench = onePage(AP_EL0 | UXN | PXN)
        .set('TCR2_EL1', tcr2)
        .set('POR_EL1', 7n)
        .set('POR_EL0', 7n)
      bench.put(L1, 0, BigInt(L2) | TABLE | (0b1111n << 59n))
      expect(rights(bench)).toBe(expected)
    }
  })

  it('leave EL0 alone under HCR_EL2.{NV, NV1}, AArch64.S1E0POEnabled', () => {
    const bench = onePage(AP_EL0)
      .set('TCR2_EL1', POE | E0POE)
      .set('POR_EL1', 7n)
      .set('HCR_EL2', 3n << 42n)
    expect(rights(bench)).toBe('rwx --x')
    expect(rights(bench.set('HCR_EL2', 0n))).toBe('rw- OOO')
  })

  it('are told by PAR_EL1', () => {
    const bench = indirect(5n, 0n, 0n, 0n)
    expect(parLow(bench.walk(0x1000n, LOAD))).toBe(0x4000 | 0x800 | (0x0f << 1) | 1)
  })

  it('need FEAT_S1POE', () => {
    const bench = onePage(AP_EL0, 0n, { ...ALL_FEATURES, s1poe: false }).set('TCR2_EL1', POE | E0POE)
    expect(rights(bench)).toBe('rw- rwx')
  })
})

describe('overlays and WXN, AArch64.S1ComputePermissions', () => {
  it.each([
    // Field 6 of PIR_EL1 implies WXN; 7 does not.
    [6n, 7n, 'rOx'],
    [6n, 6n, 'OOx'],
    [6n, 3n, 'rOx'],
    [6n, 2n, 'OOx'],
    [6n, 5n, 'rwO'],
    [6n, 4n, 'OwO'],
    [6n, 1n, 'rOO'],
    [6n, 0n, 'OOO'],
    [7n, 7n, 'rwx'],
    [7n, 5n, 'rwO'],
  ])('indirect field %d under overlay field %d is %s, at either level', (pi, po, expected) => {
    expect(rights(indirect(pi, 0n, po, 7n))).toBe(`${expected} ---`)
    expect(rights(indirect(0n, pi, 7n, po))).toBe(`--- ${expected}`)
  })

  it.each([
    [7n, 'rOx'],
    [6n, 'OOx'],
    [5n, 'rwO'],
    [3n, 'rOx'],
    [0n, 'OOO'],
  ])('SCTLR_EL1.WXN under overlay field %d is %s', (po, expected) => {
    const privileged = onePage(UXN)
      .set('TCR2_EL1', POE)
      .set('POR_EL1', po)
      .set('SCTLR_EL1', 0x1005n | WXN)
    expect(rights(privileged)).toBe(`${expected} ---`)
    const unprivileged = onePage(AP_EL0 | PXN)
      .set('TCR2_EL1', E0POE)
      .set('POR_EL0', po)
      .set('SCTLR_EL1', 0x1005n | WXN)
    expect(rights(unprivileged)).toBe(`rw- ${expected}`)
  })

  it('is of the field, also where base permissions that exclude each other are none', () => {
    // EL1 would execute what EL0 writes.
    expect(rights(indirect(6n, 5n, 7n, 7n))).toBe('-O- ---')
    expect(rights(indirect(6n, 5n, 3n, 7n))).toBe('-O- ---')
    expect(rights(indirect(6n, 5n, 5n, 7n))).toBe('--O ---')
    expect(rights(indirect(3n, 6n, 7n, 7n))).toBe('--- -O-')
  })

  it('is the base without an overlay of that level', () => {
    const bench = onePage(AP_EL0 | PXN)
      .set('TCR2_EL1', POE)
      .set('POR_EL1', 7n)
      .set('SCTLR_EL1', 0x1005n | WXN)
    expect(rights(bench)).toBe('rw- rw-')
  })
})

const S2_L1 = 0x4800_0000
const S2PIE = 1n << 36n
const S2POE = 1n << 37n
const VTCR = 25n | (1n << 6n) | (5n << 16n)
const DIRTY = 1n << 7n

/** Stage 1 allows all. Stage 2: tables by PIIndex 0 and POIndex 0; the output page by index 1 of both. */
function stage2(base: number, overlay: number, vtcr = S2PIE | S2POE): Bench {
  return onePage(UXN)
    .set('HCR_EL2', 1n)
    .set('VTCR_EL2', VTCR | vtcr)
    .set('VTTBR_EL2', BigInt(S2_L1))
    .set('S2PIR_EL2', 12n | (BigInt(base) << 4n))
    .set('S2POR_EL1', 12n | (BigInt(overlay) << 4n))
    .put(S2_L1, 1, 0x4000_073dn | DIRTY)
    .put(S2_L1, 2, 0x8000_073dn | DIRTY | (1n << 6n) | (1n << S2POINDEX))
}

/** Load, store, fetch at EL1, and fetch at EL0; `O` by the overlay. */
function stage2Rights(bench: Bench): string {
  return [LOAD, STORE, FETCH, FETCH | EL0]
    .map((kind, i) => {
      bench.put(L3, 1, 0x8000_0000n | PAGE | ((kind & EL0) === 0 ? 0n : AP_EL0 | AP_READ_ONLY))
      const { fault, overlay } = bench.walk(0x1000n, kind)
      if (fault === FaultKind.NONE) return 'rwxX'[i] as string
      expect([fault, bench.out.stage, bench.out.s1ptw, bench.out.level]).toEqual([FaultKind.PERMISSION, 2, false, 1])
      return overlay ? 'O' : '-'
    })
    .join('')
}

// `AArch64.S2OverlayPermissions`.
const S2LEAVES = 'OOOO OOOO rOOO rOOO OwOO OOOO rOOO rOOO rOOO rOOX rOxO rOxX rwOO rwOX rwxO rwxX'.split(' ')

describe('stage 2 overlays', () => {
  it.each(S2LEAVES.map((left, field) => [field, left] as const))('field %d of S2POR_EL1 leaves %s', (field, left) => {
    expect(stage2Rights(stage2(15, field))).toBe(left)
  })

  it.each(S2LEAVES.map((left, field) => [field, left] as const))('base field %d is %s with all left', (field, left) => {
    expect(stage2Rights(stage2(field, 15))).toBe(left.replaceAll('O', '-'))
  })

  it('index is descriptor bits 62:59', () => {
    for (let index = 0n; index < 16n; index++) {
      const bench = stage2(15, 0).put(S2_L1, 2, 0x8000_073dn | DIRTY | (1n << 6n) | (index << S2POINDEX))
      const field = (i: bigint, value: bigint): bigint => value << (4n * i)
      bench.set('S2POR_EL1', field(index, 8n) | (index === 0n ? 0n : field(0n, 12n)))
      expect(stage2Rights(bench)).toBe('rOOO')
    }
  })

  it('need permission indirection, S2POE and FEAT_S2POE', () => {
    expect(stage2Rights(stage2(15, 0, S2PIE))).toBe('rwxX')
    // Direct: S2AP is 0b11, XN is 0b00.
    const direct = stage2(15, 0, S2POE).put(S2_L1, 1, 0x4000_073dn | DIRTY | (1n << 6n))
    expect(stage2Rights(direct)).toBe('rwxX')
    const without = onePage(0n, 0n, { ...ALL_FEATURES, s2poe: false })
    without
      .set('HCR_EL2', 1n)
      .set('VTCR_EL2', VTCR | S2PIE | S2POE)
      .set('VTTBR_EL2', BigInt(S2_L1))
      .set('S2PIR_EL2', 0xffn)
    without.put(S2_L1, 1, 0x4000_073dn | DIRTY).put(S2_L1, 2, 0x8000_073dn | DIRTY)
    expect(without.walk(0x1000n).fault).toBe(FaultKind.NONE)
  })

  it('refuse the walk of stage 1, and the update of its tables', () => {
    // Overlay 8: read-only for all; 2: the walk may write; 0: nothing.
    for (const [overlay, read, update] of [
      [12n, true, true],
      [8n, true, false],
      [2n, true, true],
      [3n, true, true],
      [6n, true, true],
      [7n, true, true],
      [9n, true, false],
      [0n, false, false],
      [4n, false, false],
    ] as const) {
      const bench = stage2(15, 15).set('S2POR_EL1', overlay | (15n << 4n))
      const { fault } = bench.walk(0x1000n, LOAD)
      expect(fault === FaultKind.NONE).toBe(read)
      if (!read) expect([bench.out.s1ptw, bench.out.overlay]).toEqual([true, true])
      bench.set('TCR_EL1', (5n << 32n) | 25n | (3n << 39n)).put(L3, 1, 0x8000_0303n | DBM)
      expect(bench.walk(0x1000n, LOAD).fault === FaultKind.NONE).toBe(update)
      if (!update)
        expect([bench.out.s1ptw, bench.out.overlay, bench.out.fault]).toEqual([true, true, FaultKind.PERMISSION])
    }
  })

  it('let read-check-write instructions write what is mostly read-only, in base and overlay', () => {
    const rcw = LOAD | STORE | Access.READ_CHECK_WRITE
    for (const [base, overlay, fault, overlaid] of [
      [12, 12, 0, false],
      [2, 12, 0, false],
      [3, 12, 0, false],
      [6, 15, 0, false],
      [7, 15, 0, false],
      [12, 2, 0, false],
      [12, 3, 0, false],
      [12, 6, 0, false],
      [12, 7, 0, false],
      [2, 2, 0, false],
      [7, 3, 0, false],
      [8, 12, 4, false],
      [9, 12, 4, false],
      [12, 8, 4, true],
      [12, 11, 4, true],
      [2, 8, 4, true],
      [8, 2, 4, false],
      [4, 12, 4, false],
      [12, 4, 4, true],
      [0, 0, 4, true],
    ] as const) {
      const bench = stage2(base, overlay)
      bench.walk(0x1000n, rcw)
      expect([base, overlay, bench.out.fault, bench.out.overlay]).toEqual([base, overlay, fault, overlaid])
    }
    expect(stage2(2, 12).walk(0x1000n, LOAD | STORE).fault).toBe(FaultKind.PERMISSION)
  })
})

describe('overlays and the TLB', () => {
  it('a hit is what a walk is, under any overlays', () => {
    const nibbles = fc.bigInt({ min: 0n, max: 0xffff_ffffn })
    const access = fc.constantFrom(LOAD, STORE, LOAD | STORE, FETCH, LOAD | Access.GCS, STORE | Access.GCS)
    const step = fc.record({ kind: access, el0: fc.boolean(), por: nibbles, por0: nibbles })
    fc.assert(
      fc.property(nibbles, nibbles, fc.nat(15), fc.array(step, { maxLength: 12 }), (pir, pire0, tcr2, steps) => {
        const tlb = new Tlb({ entries: 4 })
        const hit = new Translation()
        const bench = onePage().set('TCR2_EL1', BigInt(tcr2)).set('PIR_EL1', pir).set('PIRE0_EL1', pire0)
        for (const { kind, el0, por, por0 } of steps) {
          bench.set('POR_EL1', por).set('POR_EL0', por0)
          const asked = el0 ? kind | EL0 : kind
          const { fault, overlay, write, pa, permissions } = bench.walk(0x1000n, asked)
          tlb.translate(bench.regime, bench.memory, 0, 0x1000, asked, hit)
          expect([hit.fault, hit.overlay, hit.write]).toEqual([fault, overlay, write])
          if (fault === FaultKind.NONE) expect([hit.pa, hit.permissions]).toEqual([pa, permissions])
        }
      }),
      { numRuns: 500 },
    )
  })
})
