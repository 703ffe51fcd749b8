import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessKind, AccessLog } from '../../src/mmio/access-log.ts'

const dev = { name: 'dev' }

describe('AccessLog', () => {
  it('keeps every field of every kind', () => {
    const log = new AccessLog(8)
    const names = ['load', 'store', 'atomic', 'cas', 'tag', 'zero']
    Object.values(AccessKind).forEach((kind, k) => {
      log.record(kind, k === 5 ? null : dev, 2 ** 40 + k, 2 ** 52 + k, 64, 0xffff_fff0 + k, 0x8000_0000 + k, k)
    })
    expect(log.toArray()).toEqual(
      names.map((kind, k) => ({
        seq: k,
        kind,
        region: k === 5 ? '' : 'dev',
        offset: 2 ** 40 + k,
        pa: 2 ** 52 + k,
        size: 64,
        value: 0xffff_fff0_8000_0000n + BigInt(k) * 0x1_0000_0001n,
        result: k,
      })),
    )
  })

  it('fills value and result in when the access ends, in the order of issue', () => {
    const log = new AccessLog(4)
    const outer = log.begin(AccessKind.LOAD, dev, 0, 0, 4, 0, 0)
    const inner = log.begin(AccessKind.STORE, dev, 4, 4, 4, 0, 7)
    log.finish(inner, 0, 7, 0)
    log.finish(outer, 0, 9, 1)
    expect(log.toArray().map((a) => [a.seq, a.offset, a.value, a.result])).toEqual([
      [0, 0, 9n, 1],
      [1, 4, 7n, 0],
    ])
  })

  it('ignores the end of an access whose record fell out or was cleared', () => {
    const log = new AccessLog(2)
    const old = log.begin(AccessKind.LOAD, dev, 0, 0, 1, 0, 0)
    log.record(AccessKind.LOAD, dev, 1, 1, 1, 0, 1, 0)
    log.record(AccessKind.LOAD, dev, 2, 2, 1, 0, 2, 0)
    log.finish(old, 0, 99, 4)
    expect(log.toArray().map((a) => a.value)).toEqual([1n, 2n])
    const cleared = log.begin(AccessKind.LOAD, dev, 3, 3, 1, 0, 3)
    log.clear()
    log.record(AccessKind.STORE, dev, 4, 4, 1, 0, 4, 0)
    log.finish(cleared, 0, 99, 4)
    expect(log.toArray().map((a) => [a.seq, a.offset, a.value])).toEqual([[0, 4, 4n]])
    log.finish(1e6, 0, 99, 4)
    expect(log.toArray().map((a) => [a.value, a.result])).toEqual([[4n, 0]])
  })

  it('is a ring: the last `capacity` records, the others counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(20), { maxLength: 6 }), (capacity, bursts) => {
        const log = new AccessLog(capacity)
        for (const n of bursts) {
          const all: number[] = []
          log.clear()
          for (let k = 0; k < n; k++) {
            log.record(AccessKind.LOAD, dev, k, k, 1, 0, k, 0)
            all.push(k)
          }
          expect(log.toArray().map((a) => a.offset)).toEqual(all.slice(-capacity))
          expect(log.toArray().map((a) => a.seq)).toEqual(all.slice(-capacity))
          expect(log.length).toBe(Math.min(n, capacity))
          expect(log.dropped).toBe(Math.max(0, n - capacity))
        }
        expect(log.capacity).toBe(capacity)
      }),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 24 + 1])('refuses a capacity of %d', (capacity) => {
    expect(() => new AccessLog(capacity)).toThrow(/capacity is .*1\.\.2\^24/)
  })
})
