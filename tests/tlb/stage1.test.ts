import { describe, expect, it } from 'vitest'
import {
  Access,
  ALL_FEATURES,
  FaultKind,
  FETCH,
  LOAD,
  STORE,
  type Translation,
  Update,
  WalkTrace,
} from '../../src/tlb/index.ts'
import { ACCESS_FLAG, Bench, BLOCK, DBM, L0, L1, L2, L3, onePage, PAGE, RAM, TABLE } from './bench.ts'

const at = (out: Translation): [fault: number, level: number, stage: number] => [out.fault, out.level, out.stage]
const translation = (level: number): number[] => [FaultKind.TRANSLATION, level, 1]
const TBI0 = 1n << 37n
const TBI1 = 1n << 38n
const TBID0 = 1n << 51n
const HA = 1n << 39n
const HD = 1n << 40n
const DS = 1n << 59n
const IPS_52 = 6n << 32n
const SIXTY_FOUR_K = 1n << 14n
const SIXTEEN_K = 2n << 14n

describe('stage 1, the way down', () => {
  it('reads one descriptor a level and adds the offset', () => {
    const trace = new WalkTrace()
    const out = onePage().walk(0x1abcn, LOAD, trace)
    expect(at(out)).toEqual([FaultKind.NONE, 3, 1])
    expect([out.pa, out.ipa, out.sizeLog2, out.fsc, out.reads]).toEqual([0x8000_0abc, 0x8000_0abc, 12, 0, 3])
    expect(trace.lines()).toEqual([
      'stage 1 level 1 at 0x40100000: 0x0000000040200003',
      'stage 1 level 2 at 0x40200000: 0x0000000040300003',
      'stage 1 level 3 at 0x40300008: 0x0000000080000703',
    ])
    trace.clear()
    expect(trace.reads).toEqual([])
  })

  it('starts at level -1 with LPA2, and reads 52 bits', () => {
    const bench = new Bench().set('TCR_EL1', 12n | DS | IPS_52).set('TTBR0_EL1', BigInt(L0))
    const tables = [0x4050_0000, L1, L2, L3]
    bench.put(L0, 15, BigInt(tables[0] as number) | TABLE)
    bench.put(tables[0] as number, 511, BigInt(L1) | TABLE)
    bench.put(L1, 511, BigInt(L2) | TABLE)
    bench.put(L2, 511, BigInt(L3) | TABLE)
    // Bits [51:50] of the output in [9:8], [49:48] in place.
    bench.put(L3, 511, 0x2_8000_0000_0000n | (0b10n << 8n) | ACCESS_FLAG | 3n)
    const out = bench.walk(0x7_ffff_ffff_f008n)
    expect(at(out)).toEqual(translation(-1))
    expect(out.fsc).toBe(0x2b)
    expect(bench.walk(0xf_ffff_ffff_f008n).pa).toBe(0xa_8000_0000_0008)
    expect(bench.out.reads).toBe(5)
  })

  it.each([
    ['4 KB, level 1', 25n, L1, 0x8000_0000n, 30],
    ['4 KB, level 0 with DS', 16n | DS, L0, 0n, 39],
    ['16 KB, level 1 with DS', 17n | DS | SIXTEEN_K, L1, 0n, 36],
    ['16 KB, level 2', 28n | SIXTEEN_K, L2, 0x8000_0000n, 25],
    ['64 KB, level 1', (22n - 1n) | SIXTY_FOUR_K, L1, 0n, 42],
    ['64 KB, level 2', 22n | SIXTY_FOUR_K, L2, 0x8000_0000n, 29],
  ])('block: %s', (_, tcr, table, base, size) => {
    const bench = new Bench().set('TCR_EL1', tcr | IPS_52).set('TTBR0_EL1', BigInt(table))
    const attributes = (tcr & DS) === 0n ? BLOCK : ACCESS_FLAG | 1n
    const out = bench.put(table, 0, base | attributes).walk(0x123_4567n)
    expect([out.fault, out.sizeLog2, out.reads]).toEqual([0, size, 1])
    expect(out.pa).toBe(Number(base) + 0x123_4567)
  })

  it.each([
    ['4 KB, level 0 without DS', 16n, L0, 0],
    ['4 KB, level -1', 12n | DS, L0, -1],
    ['4 KB, level 3', 43n, L3, 3],
    ['16 KB, level 1 without DS', 17n | SIXTEEN_K, L1, 1],
    ['16 KB, level 0', 12n | DS | SIXTEEN_K, L0, 0],
  ])('no block: %s', (_, tcr, table, level) => {
    const bench = new Bench().set('TCR_EL1', tcr | IPS_52).set('TTBR0_EL1', BigInt(table))
    expect(at(bench.put(table, 0, BLOCK).walk(0n))).toEqual(translation(level))
  })

  it('64 KB has no level 1 block without 52-bit PAs', () => {
    const bench = new Bench({ ...ALL_FEATURES, paSize: 48 })
    bench.set('TCR_EL1', 21n | SIXTY_FOUR_K | IPS_52).set('TTBR0_EL1', BigInt(L1))
    expect(at(bench.put(L1, 0, BLOCK).walk(0n))).toEqual(translation(1))
  })

  it('faults on an invalid descriptor, whatever its other bits', () => {
    const bench = onePage()
    bench.put(L3, 1, 0xffff_ffff_ffff_fffen)
    expect(at(bench.walk(0x1000n))).toEqual(translation(3))
    bench.put(L2, 0, 0n)
    expect(at(bench.walk(0x1000n))).toEqual(translation(2))
  })

  it('reads 64 KB addresses of 52 bits from [15:12]', () => {
    const bench = new Bench().set('TCR_EL1', 22n | SIXTY_FOUR_K | IPS_52).set('TTBR0_EL1', BigInt(L2))
    bench.put(L2, 0, BigInt(L3) | TABLE).put(L3, 1, 0x8000_0000n | (0xan << 12n) | PAGE)
    expect(bench.walk(0x1_2345n).pa).toBe(0xa_0000_8000_2345)
  })

  it('reads big-endian descriptors under SCTLR_EL1.EE', () => {
    const swap = (value: bigint): bigint => {
      const hex = value.toString(16).padStart(16, '0')
      return BigInt(`0x${(hex.match(/../g) ?? []).reverse().join('')}`)
    }
    const bench = onePage()
    bench.set('SCTLR_EL1', 0x1005n | (1n << 25n))
    bench.put(L1, 0, swap(BigInt(L2) | TABLE)).put(L2, 0, swap(BigInt(L3) | TABLE))
    bench.put(L3, 1, swap(0x8000_0000n | (PAGE & ~ACCESS_FLAG)))
    expect(at(bench.walk(0x1008n))).toEqual([FaultKind.ACCESS_FLAG, 3, 1])
    bench.set('TCR_EL1', (5n << 32n) | 25n | HA)
    expect(bench.walk(0x1008n).pa).toBe(0x8000_0008)
    expect([...bench.memory.written]).toEqual([[L3 + 8, swap(0x8000_0000n | PAGE)]])
  })
})

describe('stage 1, before the first read', () => {
  it.each([
    ['bit 39 of 39 bits', 0x80_0000_1000n, 0n, LOAD],
    ['bit 54', 1n << 54n, TBI0, LOAD],
    ['a tag without TBI', 0xa5n << 56n, 0n, LOAD],
    ['a tag on a fetch, with TBID', (0xa5n << 56n) | 0x1000n, TBI0 | TBID0, FETCH],
  ])('is out of range: %s', (_, va, tcr, access) => {
    const out = onePage(0n, tcr).walk(va, access)
    expect([...at(out), out.reads]).toEqual([...translation(0), 0])
  })

  it.each([
    ['a tag on a load', TBI0, LOAD],
    ['a tag on a load, with TBID', TBI0 | TBID0, LOAD],
    ['a tag on a fetch', TBI0, FETCH],
  ])('ignores the top byte: %s', (_, tcr, access) => {
    expect(onePage(0n, tcr).walk((0xa5n << 56n) | 0x1000n, access).pa).toBe(0x8000_0000)
  })

  it('ignores TBID without FEAT_PAuth', () => {
    const bench = onePage(0n, TBI0 | TBID0, { ...ALL_FEATURES, pauth: false })
    expect(bench.walk((0xa5n << 56n) | 0x1000n, FETCH).fault).toBe(0)
  })

  it('picks the half by bit 55, under a tag too', () => {
    const bench = onePage(0n, (25n << 16n) | (2n << 30n) | TBI1)
    bench.set('TTBR1_EL1', BigInt(L1))
    expect(bench.walk(0xffff_ff80_0000_1000n).pa).toBe(0x8000_0000)
    expect(bench.walk(0x5aff_ff80_0000_1000n).pa).toBe(0x8000_0000)
    expect(at(bench.walk(0xff7f_ff80_0000_1000n))).toEqual(translation(0))
    expect(at(bench.walk(0xffff_fe80_0000_1000n))).toEqual(translation(0))
  })

  it('does not walk a half that EPD disables', () => {
    const out = onePage(0n, 1n << 7n).walk(0x1000n)
    expect([...at(out), out.reads]).toEqual([...translation(0), 0])
  })

  it('hides a half from EL0 by E0PD', () => {
    const bench = onePage(0n, 1n << 55n)
    expect(bench.walk(0x1000n).fault).toBe(0)
    expect(at(bench.walk(0x1000n, LOAD | Access.UNPRIVILEGED))).toEqual(translation(0))
    const without = onePage(1n << 6n, 1n << 55n, { ...ALL_FEATURES, e0pd: false })
    expect(without.walk(0x1000n, LOAD | Access.UNPRIVILEGED).fault).toBe(0)
  })
})

describe('stage 1, addresses', () => {
  const size = (level: number): number[] => [FaultKind.ADDRESS_SIZE, level, 1]

  it('checks TTBR, table and output against IPS', () => {
    const bench = onePage()
    bench.set('TCR_EL1', (0n << 32n) | 25n).put(L3, 1, 0x1_0000_0000n | PAGE)
    expect(at(bench.walk(0x1000n))).toEqual(size(3))
    bench.put(L2, 0, 0x8000_0000_0000n | TABLE)
    expect(at(bench.walk(0x1000n))).toEqual(size(2))
    bench.set('TTBR0_EL1', 0x1_0000_0000n)
    expect([...at(bench.walk(0x1000n)), bench.out.reads]).toEqual([...size(0), 0])
  })

  it('reports a bad TTBR at level 0 even if the walk starts elsewhere', () => {
    const bench = new Bench().set('TCR_EL1', 12n | DS | (5n << 32n)).set('TTBR0_EL1', BigInt(L0) | 4n)
    expect(at(bench.walk(0n))).toEqual(size(0))
    expect(bench.out.fsc).toBe(0)
  })

  it('limits by the CPU where IPS allows more', () => {
    const bench = onePage(0n, 0n, { ...ALL_FEATURES, paSize: 40 }).put(L3, 1, (1n << 40n) | PAGE)
    expect(at(bench.walk(0x1000n))).toEqual(size(3))
  })

  it('checks the offset in a block that is larger than the output space, unless as QEMU', () => {
    for (const qemu of [false, true]) {
      const bench = new Bench({ ...ALL_FEATURES, qemu })
      bench
        .set('TCR_EL1', 21n | SIXTY_FOUR_K)
        .set('TTBR0_EL1', BigInt(L1))
        .put(L1, 0, BLOCK)
      const out = bench.walk(1n << 33n)
      if (qemu) expect(out.pa).toBe(2 ** 33)
      else expect(at(out)).toEqual(size(1))
    }
  })

  it('is an external abort where no memory is', () => {
    const bench = onePage().put(L1, 0, BigInt(RAM[0] - 0x1000) | TABLE)
    expect([...at(bench.walk(0x1000n)), bench.out.fsc]).toEqual([FaultKind.EXTERNAL_ON_WALK, 2, 1, 0x16])
  })
})

describe('stage 1, Access flag and dirty state', () => {
  const clean = ACCESS_FLAG

  it('faults without hardware management, before permissions', () => {
    const bench = onePage().put(L3, 1, 0x8000_0000n | 3n | (1n << 7n))
    expect(at(bench.walk(0x1000n, STORE))).toEqual([FaultKind.ACCESS_FLAG, 3, 1])
    const without = onePage(0n, HA, { ...ALL_FEATURES, accessFlag: false }).put(L3, 1, 0x8000_0000n | 3n)
    expect(at(without.walk(0x1000n))).toEqual([FaultKind.ACCESS_FLAG, 3, 1])
  })

  it('sets the flag by HA, once', () => {
    const bench = onePage(0n, HA).put(L3, 1, 0x8000_0003n)
    expect([bench.walk(0x1000n).fault, bench.out.updates]).toEqual([0, Update.STAGE1_ACCESS_FLAG])
    expect([...bench.memory.written]).toEqual([[L3 + 8, 0x8000_0003n | clean]])
    expect([bench.walk(0x1000n).fault, bench.out.updates]).toEqual([0, 0])
  })

  it('makes a DBM page dirty by a store, not by a load', () => {
    const bench = onePage((1n << 7n) | DBM, HA | HD)
    expect([bench.walk(0x1000n, LOAD).fault, bench.memory.written.size]).toEqual([0, 0])
    expect([bench.walk(0x1000n, STORE).fault, bench.out.updates]).toEqual([0, Update.STAGE1_DIRTY])
    expect(bench.memory.written.get(L3 + 8)).toBe(0x8000_0000n | PAGE | DBM)
  })

  it.each([
    ['HD without HA', HD],
    ['neither', 0n],
  ])('refuses the store with %s', (_, tcr) => {
    const bench = onePage((1n << 7n) | DBM, tcr)
    expect([...at(bench.walk(0x1000n, STORE)), bench.out.write]).toEqual([FaultKind.PERMISSION, 3, 1, true])
  })

  it('leaves memory alone for a debugger, and tells', () => {
    const bench = onePage(DBM | (1n << 7n), HA | HD).put(L3, 1, 0x8000_0083n | DBM)
    const out = bench.walk(0x1000n, STORE | Access.NO_UPDATE)
    expect([out.fault, out.updates]).toEqual([0, Update.STAGE1_ACCESS_FLAG | Update.STAGE1_DIRTY])
    expect(bench.memory.written.size).toBe(0)
  })

  it('does not update when the access faults', () => {
    const bench = onePage(0n, HA).put(L3, 1, 0x8000_0003n)
    expect(bench.walk(0x1000n, LOAD | Access.UNPRIVILEGED).fault).toBe(FaultKind.PERMISSION)
    expect(bench.memory.written.size).toBe(0)
  })

  it('starts over when the descriptor changed, and sees the new one', () => {
    const bench = onePage(0n, HA).put(L3, 1, 0x8000_0003n)
    const swap = bench.memory.compareAndSwapDescriptor.bind(bench.memory)
    let calls = 0
    bench.memory.compareAndSwapDescriptor = (pa, ...rest) => {
      if (calls++ === 0) bench.put(L3, 1, 0x9000_0003n)
      return swap(pa, ...rest)
    }
    expect([bench.walk(0x1000n).pa, bench.out.reads, calls]).toEqual([0x9000_0000, 6, 2])
  })

  it('gives up after eight restarts', () => {
    const bench = onePage(0n, HA).put(L3, 1, 0x8000_0003n)
    bench.memory.compareAndSwapDescriptor = () => false
    expect([...at(bench.walk(0x1000n)), bench.out.fsc, bench.out.reads]).toEqual([FaultKind.RETRY, 3, 1, -1, 27])
  })
})

describe('stage 1 off', () => {
  it('maps flat, Device for data, uncached for fetches', () => {
    const bench = new Bench().set('SCTLR_EL1', 0n)
    const out = bench.walk(0xf_ffff_ffff_fff8n)
    expect([out.fault, out.pa, out.attr, out.sh, out.reads, out.stage]).toEqual([0, 0xf_ffff_ffff_fff8, 0, 2, 0, 0])
    expect(bench.walk(0n, FETCH).attr).toBe(0x44)
    expect(bench.set('SCTLR_EL1', 0x1000n).walk(0n, FETCH).attr).toBe(0xaa)
  })

  it('checks the PA size, under TBI not the top byte', () => {
    const bench = new Bench().set('SCTLR_EL1', 0n)
    expect(at(bench.walk(1n << 56n))).toEqual([FaultKind.ADDRESS_SIZE, 0, 1])
    expect(at(bench.walk(1n << 60n))).toEqual([FaultKind.ADDRESS_SIZE, 0, 1])
    bench.set('TCR_EL1', TBI0 | TBID0)
    expect(bench.walk((1n << 60n) | 8n).pa).toBe(8)
    expect(at(bench.walk(1n << 60n, FETCH))).toEqual([FaultKind.ADDRESS_SIZE, 0, 1])
  })
})

describe('leaf attributes', () => {
  it('picks the MAIR byte, shareability and the single bits', () => {
    const bench = onePage((3n << 2n) | (1n << 11n) | (1n << 50n) | (1n << 52n)).set('MAIR_EL1', 0xbb_0000_00ffn << 0n)
    bench.set('MAIR_EL1', 0xbb00_0000n)
    const out = bench.walk(0x1000n)
    expect([out.attr, out.sh, out.notGlobal, out.guarded, out.contiguous]).toEqual([0xbb, 3, true, true, true])
  })

  it('makes Device and Non-cacheable Outer Shareable', () => {
    const bench = onePage().set('MAIR_EL1', 0x04n)
    expect([bench.walk(0x1000n).attr, bench.out.sh]).toEqual([0x04, 2])
    bench.set('MAIR_EL1', 0x44n)
    expect([bench.walk(0x1000n).attr, bench.out.sh]).toEqual([0x44, 2])
  })

  it('is Non-cacheable with the cache off, Device data excepted', () => {
    const bench = onePage().set('SCTLR_EL1', 1n)
    // It keeps XS = 0, as Write-Back memory has (FEAT_XS).
    expect(bench.walk(0x1000n).attr).toBe(0x40)
    expect(bench.walk(0x1000n, FETCH).attr).toBe(0x40)
    bench.set('MAIR_EL1', 0x04n)
    expect(bench.walk(0x1000n).attr).toBe(0x04)
  })

  it('takes the shareability of DS pages from TCR_EL1.SH0', () => {
    const bench = new Bench().set('TCR_EL1', 43n | DS | IPS_52 | (3n << 12n)).set('TTBR0_EL1', BigInt(L3))
    expect(bench.put(L3, 0, 0x8000_0403n).walk(0n).sh).toBe(3)
  })
})
