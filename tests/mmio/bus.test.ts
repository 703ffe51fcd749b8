import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessLog } from '../../src/mmio/access-log.ts'
import { AddressSpace } from '../../src/mmio/address-space.ts'
import { MAX_NESTING } from '../../src/mmio/device-caller.ts'
import { MemoryRegion } from '../../src/mmio/memory-region.ts'
import {
  MEMTX_ACCESS_ERROR,
  MEMTX_DECODE_ERROR,
  MEMTX_ERROR,
  MEMTX_OK,
  type MemTx,
  MemTxAttrs,
} from '../../src/mmio/region.ts'
import type { ModelRegion } from './bus-model.ts'
import { answers, Pair } from './bus-pair.ts'

const size = fc.constantFrom(1, 2, 4, 8)
const sizes = fc
  .tuple(size, size, fc.boolean(), fc.constantFrom('none', 'min', 'max', 'both'))
  .map(([a, b, unaligned, told]) => ({
    ...(told === 'min' || told === 'both' ? { min: Math.min(a, b) } : {}),
    ...(told === 'max' || told === 'both' ? { max: Math.max(a, b) } : {}),
    unaligned,
  }))

/** Up to five regions with gaps of 0..4 bytes between them, from 0x1000. */
const regions = fc
  .array(
    fc.record({
      kind: fc.constantFrom('io', 'io', 'io', 'ram', 'rom', 'discard') as fc.Arbitrary<ModelRegion['kind']>,
      gap: fc.constantFrom(0, 0, 0, 1, 4),
      size: fc.integer({ min: 1, max: 24 }),
      valid: sizes,
      impl: sizes,
      endianness: fc.constantFrom('little', 'big') as fc.Arbitrary<'little' | 'big'>,
    }),
    { maxLength: 5 },
  )
  .map((list) => {
    let at = 0x1000
    return list.map(({ gap, ...r }, k): ModelRegion => {
      const base = at + gap
      at = base + r.size
      return {
        ...r,
        name: 'r'.repeat(k + 1),
        base,
        bytes: Array.from({ length: r.size }, (_, i) => (i * 37 + k) & 0xff),
      }
    })
  })

const accesses = fc.array(
  fc.record({
    kind: fc.constantFrom('load', 'store') as fc.Arbitrary<'load' | 'store'>,
    pa: fc.integer({ min: 0xffc, max: 0x1060 }),
    size: fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 64 })),
    data: fc.array(fc.nat(255), { minLength: 64, maxLength: 64 }),
  }),
  { minLength: 1, maxLength: 4 },
)

describe('the bus against the model', () => {
  it('random maps, devices and accesses: same callbacks, bytes, RAM and result', () => {
    fc.assert(
      fc.property(regions, accesses, fc.boolean(), fc.boolean(), (map, list, ones, error) => {
        const unassigned = { reads: ones ? ('ones' as const) : ('zero' as const), error }
        const failing: typeof answers = (...a) => ({ ...answers(...a), result: a[2] % 5 === 3 ? 1 + (a[2] % 2) : 0 })
        const pair = new Pair(map, failing, { unassigned })
        for (const a of list) expect(pair.differs(a.kind, a.pa, a.size, a.data)).toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('MemTx', () => {
  it('carries the upper half, the result and the privilege', () => {
    const seen: unknown[] = []
    const dev = MemoryRegion.io('dev', 16, {
      read: (offset, n, tx) => {
        seen.push(['read', offset, n, { ...tx }])
        tx.hi = 0x8899_aabb
        tx.result = offset === 8 ? MEMTX_DECODE_ERROR : MEMTX_ERROR
        return 0xccdd_eeff
      },
      write: (offset, value, n, tx) => void seen.push(['write', offset, value, n, { ...tx }]),
      valid: { max: 8 },
      impl: { max: 8 },
    })
    const space = new AddressSpace().add(dev, 0)
    const b = new Uint8Array(16)
    expect(space.read(0, 16, b, 0, MemTxAttrs.USER)).toBe(MEMTX_ERROR | MEMTX_DECODE_ERROR)
    expect([...b.subarray(0, 8)]).toEqual([0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88])
    expect(space.write(8, 8, b, 0)).toBe(MEMTX_OK)
    expect(space.write(8, 4, b, 4)).toBe(MEMTX_OK)
    expect(seen).toEqual([
      ['read', 0, 8, { hi: 0, result: 0, token: '', user: true }],
      ['read', 8, 8, { hi: 0, result: 0, token: '', user: true }],
      ['write', 8, 0xccdd_eeff, 8, { hi: 0x8899_aabb, result: 0, token: '', user: false }],
      ['write', 8, 0x8899_aabb, 4, { hi: 0, result: 0, token: '', user: false }],
    ])
  })

  it('a big-endian device sees its most significant byte at the lowest address', () => {
    const dev = MemoryRegion.io('be', 8, { read: () => 0x0102_0304, write: () => {}, endianness: 'big' })
    const log = new AccessLog(8)
    const space = new AddressSpace({ log }).add(dev, 0)
    const b = new Uint8Array(8)
    space.read(0, 4, b, 0)
    expect([...b.subarray(0, 4)]).toEqual([1, 2, 3, 4])
    space.write(0, 8, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 0)
    space.write(2, 2, Uint8Array.of(0xab, 0xcd), 0)
    expect([...log].map((a) => a.value)).toEqual([0x0102_0304n, 0x0102_0304n, 0x0506_0708n, 0xabcdn])
  })
})

describe('re-entrancy', () => {
  /** `n` one-word devices at 0, 16, 32...; each reads the next through the bus and gives what it read plus one. */
  function chain(n: number, next: (k: number) => number): { space: AddressSpace; results: number[]; his: number[] } {
    const results: number[] = []
    const his: number[] = []
    const space = new AddressSpace({ log: new AccessLog(64) })
    for (let k = 0; k < n; k++) {
      const b = new Uint8Array(4)
      const read = (_offset: number, _size: number, tx: MemTx): number => {
        tx.hi = k
        results.push(space.read(next(k), 4, b, 0))
        his.push(tx.hi)
        return (b[0] as number) + 1
      }
      space.add(MemoryRegion.io(`d${k}`, 16, { read, write: () => {} }), 16 * k)
    }
    return { space, results, his }
  }

  it('refuses a device that reaches itself, and serves it again afterwards', () => {
    const { space, results } = chain(1, () => 8)
    const b = new Uint8Array(4)
    expect(space.read(0, 4, b, 0)).toBe(MEMTX_OK)
    expect([results, b[0]]).toEqual([[MEMTX_ACCESS_ERROR], 1])
    expect(space.read(0, 4, b, 0)).toBe(MEMTX_OK)
    expect([...(space.log as AccessLog)].map((a) => a.region)).toEqual(['d0', 'd0'])
  })

  it('refuses the way round through another device, for writes too', () => {
    const { space, results } = chain(2, (k) => 16 * (1 - k))
    expect(space.read(0, 4, new Uint8Array(4), 0)).toBe(MEMTX_OK)
    expect(results).toEqual([MEMTX_ACCESS_ERROR, MEMTX_OK])
    const inner: number[] = []
    const s = new AddressSpace()
    const w = MemoryRegion.io('w', 4, {
      read: () => 0,
      write: () => void inner.push(s.write(0, 4, new Uint8Array(4), 0)),
    })
    expect(s.add(w, 0).write(0, 4, new Uint8Array(4), 0)).toBe(MEMTX_OK)
    expect(inner).toEqual([MEMTX_ACCESS_ERROR])
  })

  it(`nests ${MAX_NESTING} deep, each with a MemTx of its own, and no deeper`, () => {
    const { space, results, his } = chain(MAX_NESTING + 2, (k) => 16 * (k + 1))
    const b = new Uint8Array(4)
    expect(space.read(0, 4, b, 0)).toBe(MEMTX_OK)
    expect(results).toEqual([MEMTX_ACCESS_ERROR, ...Array(MAX_NESTING - 1).fill(MEMTX_OK)])
    expect([his, b[0]]).toEqual([Array.from({ length: MAX_NESTING }, (_, k) => MAX_NESTING - 1 - k), MAX_NESTING])
    expect([...(space.log as AccessLog)].map((a) => [a.region, a.value])).toEqual(
      Array.from({ length: MAX_NESTING }, (_, k) => [`d${k}`, BigInt(MAX_NESTING - k)]),
    )
  })

  it('lets a device remap the space under its own access', () => {
    const bytes = Uint8Array.of(5, 6, 7, 8)
    const space = new AddressSpace()
    const dev: MemoryRegion = MemoryRegion.io('dev', 8, {
      read: () => {
        space.remove(dev)
        space.add(MemoryRegion.ram('now', bytes), 4)
        return 0x0403_0201
      },
      write: () => {},
    })
    const dst = new Uint8Array(8)
    expect(space.add(dev, 0).read(0, 8, dst, 0)).toBe(MEMTX_OK)
    expect([...dst]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe('devices that fail', () => {
  it.each<[string, (tx: MemTx) => unknown]>([
    ['undefined', () => undefined],
    ['NaN', () => Number.NaN],
    ['a negative number', () => -1],
    ['a fraction', () => 0.5],
    ['2^32', () => 2 ** 32],
    ['a bigint', () => 1n],
    ['a promise', () => Promise.resolve(1)],
    [
      'an object whose valueOf throws',
      () => ({
        valueOf: () => {
          throw new Error('no')
        },
      }),
    ],
    ['a symbol', () => Symbol('s')],
    ['a bad hi', (tx) => Object.assign(tx, { hi: -1 }) && 1],
    ['a missing hi', (tx) => Object.assign(tx, { hi: undefined }) && 1],
    ['a bad result', (tx) => Object.assign(tx, { result: 8 }) && 1],
    ['a bigint result', (tx) => Object.assign(tx, { result: 1n }) && 1],
    ['an accessor for hi', (tx) => Object.defineProperty(tx, 'hi', { get: () => 1 }) && 1],
  ])('%s: MEMTX_ERROR, zeros, one report, the next access is served', (_, answer) => {
    const told: unknown[][] = []
    const log = new AccessLog(8)
    let bad = true
    const dev = MemoryRegion.io('dev', 8, {
      read: (_offset, _size, tx) => (bad ? (answer(tx) as number) : 0x7f),
      write: (_offset, _value, _size, tx) => void (bad && answer(tx)),
    })
    const space = new AddressSpace({ log, onDeviceError: (...args) => void told.push(args) }).add(dev, 0x100)
    const dst = new Uint8Array(4).fill(0xaa)
    expect(space.read(0x104, 4, dst, 0)).toBe(MEMTX_ERROR)
    expect([...dst]).toEqual([0, 0, 0, 0])
    expect(space.errorAddress).toBe(0x104)
    expect([...log].map((a) => [a.kind, a.offset, a.size, a.value, a.result])).toEqual([
      ['load', 4, 4, 0n, MEMTX_ERROR],
    ])
    expect(told.map(([r, ...rest]) => [(r as MemoryRegion).name, ...rest.slice(0, 3)])).toEqual([['dev', 4, 4, false]])
    expect(told[0]?.[4]).toBeInstanceOf(TypeError)
    expect([MEMTX_OK, MEMTX_ERROR]).toContain(space.write(0x104, 4, dst, 0))
    bad = false
    expect([space.read(0x104, 4, dst, 0), [...dst]]).toEqual([MEMTX_OK, [0x7f, 0, 0, 0]])
    expect(space.write(0x104, 4, dst, 0)).toBe(MEMTX_OK)
  })

  it('a throw in one piece leaves the others, hooks that throw are dropped', () => {
    const thrown = new Error('broken register')
    const told: unknown[] = []
    const dev = MemoryRegion.io('dev', 16, {
      read: (offset) => {
        if (offset === 4) throw thrown
        return offset + 1
      },
      write: (offset) => {
        if (offset === 4) throw thrown
      },
    })
    const space = new AddressSpace({
      onDeviceError: (...args) => {
        told.push(args[4])
        throw new Error('hook')
      },
    }).add(dev, 0)
    const dst = new Uint8Array(12)
    expect(space.read(0, 12, dst, 0)).toBe(MEMTX_ERROR)
    expect([...dst]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0])
    expect(space.write(0, 12, dst, 0)).toBe(MEMTX_ERROR)
    expect(told).toEqual([thrown, thrown])
    space.onDeviceError = null
    expect([space.read(4, 4, dst, 0), space.onDeviceError, space.errorAddress]).toEqual([MEMTX_ERROR, null, 4])
  })

  it('hostile devices, re-entrant, throwing, remapping, answering anything: nothing escapes', () => {
    const act = fc.record({
      does: fc.constantFrom('answer', 'throw', 'read', 'write', 'remove', 'log', 'freeze'),
      value: fc.oneof(fc.anything(), fc.nat()),
      pa: fc.integer({ min: -4, max: 70 }),
    })
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 1, maxLength: 12 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 64 }),
        (acts, pa, n) => {
          const b = new Uint8Array(64)
          const space = new AddressSpace({
            log: new AccessLog(4),
            onDeviceError: (_region, _offset, _size, _isWrite, e) => {
              throw e
            },
          })
          let step = 0
          const call = (tx: MemTx): unknown => {
            const a = acts[step++ % acts.length] as (typeof acts)[number]
            if (a.does === 'throw') throw a.value
            if (a.does === 'read') space.read(a.pa, 16, b, 0)
            if (a.does === 'write') space.write(a.pa, 16, b, 0)
            if (a.does === 'remove')
              for (const { region } of space) if (region.size % 3 === a.pa % 3) space.remove(region)
            if (a.does === 'log') space.log = a.pa % 2 === 0 ? null : new AccessLog(2)
            if (a.does === 'freeze') Object.freeze(tx)
            if (a.pa % 4 === 1) tx.hi = a.value as number
            if (a.pa % 4 === 2) tx.result = a.value as number
            return a.value
          }
          for (let k = 0; k < 6; k++) {
            const read = (_o: number, _s: number, tx: MemTx): number => call(tx) as number
            const write = (_o: number, _v: number, _s: number, tx: MemTx): void => void call(tx)
            space.add(MemoryRegion.io(`d${k}`, 8 + k, { read, write, valid: { max: 8 } }), 16 * k)
          }
          const mine = new Uint8Array(66).fill(0xaa)
          for (const result of [space.read(pa, n, mine, 1), space.write(pa, n, mine, 1)]) {
            expect(result & ~(MEMTX_ERROR | MEMTX_DECODE_ERROR | MEMTX_ACCESS_ERROR)).toBe(0)
          }
          expect([mine[0], mine[n + 1]]).toEqual([0xaa, 0xaa])
          for (const { region } of space) expect(region.engagedInIo).toBe(false)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
