import { describe, expect, it } from 'vitest'
import {
  Access,
  decodeTlbi,
  FaultKind,
  FETCH,
  LOAD,
  Tlb,
  type TlbEvent,
  TlbInvalidation,
  TlbOptionError,
} from '../../src/tlb/index.ts'
import { ACCESS_FLAG, AP_EL0, AP_READ_ONLY, type Bench, L2, L3, onePage, PAGE } from './bench.ts'
import { high, low } from './vector.ts'

const BLOCK = 1n | ACCESS_FLAG
const NOT_GLOBAL = 1n << 11n

function look(tlb: Tlb, bench: Bench, va: bigint, access = LOAD): number {
  bench.regime.update()
  return tlb.translate(bench.regime, bench.memory, high(va), low(va), access, bench.out)
}

function tlbi(tlb: Tlb, bench: Bench, op2: number, xt: bigint): void {
  const op = new TlbInvalidation()
  expect(decodeTlbi(0, 8, 7, op2, high(xt), low(xt), bench.regime, op)).toBe(true)
  tlb.invalidate(op)
}

function watched(): { readonly tlb: Tlb; readonly events: TlbEvent[] } {
  const events: TlbEvent[] = []
  return { tlb: new Tlb({ onEvent: (event) => events.push(event) }), events }
}

describe('break-before-make', () => {
  it('an output address that changes under a live entry is told by the next walk of the page', () => {
    const { tlb, events } = watched()
    const bench = onePage()
    look(tlb, bench, 0x1008n)
    bench.put(L3, 1, 0x9000_0000n | PAGE)
    // The entry is of loads: it is stale, as the architecture allows, and a fetch walks.
    look(tlb, bench, 0x1008n)
    expect(events).toEqual([])
    look(tlb, bench, 0x1010n, FETCH)
    const side = { sizeLog2: 12, attr: 0xff, notGlobal: false }
    expect(events).toEqual([
      {
        kind: 'break-before-make',
        what: 'output-address',
        vaHi: 0,
        vaLo: 0x1000,
        before: { ...side, pa: 0x8000_0000 },
        now: { ...side, pa: 0x9000_0000 },
      },
    ])
  })

  it('a page made non-global', () => {
    const { tlb, events } = watched()
    const bench = onePage()
    look(tlb, bench, 0x1000n)
    bench.put(L3, 1, 0x8000_0000n | NOT_GLOBAL | PAGE)
    look(tlb, bench, 0x1000n, FETCH)
    expect(events.map(({ kind, what }) => [kind, what])).toEqual([['break-before-make', 'global']])
  })

  it('a memory type that changes: told when an access that the entry does not allow walks', () => {
    const { tlb, events } = watched()
    const bench = onePage()
    look(tlb, bench, 0x1000n)
    bench.put(L3, 1, 0x8000_0000n | (1n << 2n) | AP_EL0 | PAGE)
    look(tlb, bench, 0x1000n, LOAD | Access.UNPRIVILEGED)
    expect(events.map(({ kind, what, before, now }) => [kind, what, before.attr, now.attr])).toEqual([
      ['break-before-make', 'attributes', 0xff, 0],
    ])
  })

  it('is not broken where the entry was removed, or only permissions changed', () => {
    const { tlb, events } = watched()
    const bench = onePage()
    look(tlb, bench, 0x1000n)
    bench.put(L3, 1, 0n)
    tlbi(tlb, bench, 1, 1n)
    bench.put(L3, 1, 0x9000_0000n | PAGE)
    look(tlb, bench, 0x1000n)
    bench.put(L3, 1, 0x9000_0000n | AP_READ_ONLY | PAGE)
    look(tlb, bench, 0x1000n, FETCH)
    expect([bench.out.fault, events]).toEqual([FaultKind.NONE, []])
  })
})

describe('a TLB conflict', () => {
  it('a block where pages are live: one event for each of them', () => {
    const { tlb, events } = watched()
    const bench = onePage()
    bench.put(L3, 2, 0x8000_1000n | PAGE)
    look(tlb, bench, 0x1000n)
    look(tlb, bench, 0x2000n)
    // The table becomes a block, which the pages agree with but for the size: the walk cache must forget the table first.
    bench.put(L2, 0, 0x7fe0_0000n | BLOCK)
    tlbi(tlb, bench, 1, 0x100n)
    look(tlb, bench, 0x5000n)
    expect(events.map(({ kind, what, vaLo, before, now }) => [kind, what, vaLo, before.pa, now.pa])).toEqual([
      ['conflict', 'output-address', 0x1000, 0x8000_0000, 0x7fe0_1000],
      ['conflict', 'output-address', 0x2000, 0x8000_1000, 0x7fe0_2000],
    ])
  })

  it('is one of size alone where the addresses agree', () => {
    const { tlb, events } = watched()
    const bench = onePage()
    bench.put(L3, 1, 0x8000_1000n | PAGE)
    look(tlb, bench, 0x1000n)
    bench.put(L2, 0, 0x8000_0000n | BLOCK)
    tlbi(tlb, bench, 1, 0x100n)
    look(tlb, bench, 0x5000n)
    expect(events.map(({ kind, what, before, now }) => [kind, what, before.sizeLog2, now.sizeLog2])).toEqual([
      ['conflict', 'size', 12, 21],
    ])
  })
})

describe('the walk cache', () => {
  it('starts a miss at the table of its neighbour', () => {
    const tlb = new Tlb()
    const bench = onePage()
    bench.put(L3, 2, 0x8000_1000n | PAGE)
    look(tlb, bench, 0x1000n)
    expect([bench.out.reads, tlb.shortWalks]).toEqual([3, 0])
    look(tlb, bench, 0x2000n)
    expect([bench.out.pa, bench.out.reads, tlb.shortWalks]).toEqual([0x8000_1000, 1, 1])
  })

  it('a TLBI of the last level leaves it, one of all levels does not', () => {
    const bench = onePage()
    bench.put(L3, 2, 0x8000_1000n | PAGE)
    for (const [op2, reads] of [
      [5, 1],
      [1, 3],
      [2, 3],
      [0, 3],
    ] as const) {
      const tlb = new Tlb()
      look(tlb, bench, 0x1000n)
      // VALE1, VAE1, ASIDE1, VMALLE1.
      tlbi(tlb, bench, op2, 7n)
      look(tlb, bench, 0x2000n)
      expect([op2, bench.out.reads]).toEqual([op2, reads])
    }
  })
})

it('events of a TLB that validates are refused', () => {
  expect(() => new Tlb({ validated: true, onEvent: () => undefined })).toThrow(TlbOptionError)
})
