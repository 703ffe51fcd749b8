import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { AddressSpace } from '../../src/mmio/address-space.ts'
import type { GuestMemory } from '../../src/mmio/guest-memory.ts'
import { MemoryRegion, RegionError, type RegionErrorCode } from '../../src/mmio/memory-region.ts'
import { MEMTX_DECODE_ERROR, MEMTX_ERROR, MEMTX_OK } from '../../src/mmio/region.ts'

const ram = (name: string, size: number): MemoryRegion => MemoryRegion.ram(name, new Uint8Array(size))
const io = (name: string, size: number): MemoryRegion =>
  MemoryRegion.io(name, size, { read: (offset) => offset, write: () => {} })

function codeOf(f: () => unknown): RegionErrorCode | 'none' {
  try {
    f()
  } catch (e) {
    if (e instanceof RegionError) return e.code
    throw e
  }
  return 'none'
}

describe('add, remove, find', () => {
  it('finds the region of each address, and none outside', () => {
    const a = ram('a', 0x1000)
    const b = io('b', 0x80)
    const c = ram('c', 1)
    const space = new AddressSpace()
      .add(b, 0x9000)
      .add(c, 2 ** 53 - 1)
      .add(a, 0)
    expect([...space]).toEqual([
      { base: 0, region: a },
      { base: 0x9000, region: b },
      { base: 2 ** 53 - 1, region: c },
    ])
    const probes = [
      0,
      0xfff,
      0x1000,
      0x8fff,
      0x9000,
      0x907f,
      0x9080,
      2 ** 53 - 1,
      2 ** 53,
      2 ** 60,
      -1,
      0.5,
      Number.NaN,
    ]
    expect(probes.map((pa) => space.find(pa)?.name ?? '-').join('')).toBe('aa--bb-c-----')
    // No byte has a fractional address, not even in the region of the last hit.
    expect([space.find(0x9000), space.find(0x9000 + 0.5), space.find(0x9001)]).toEqual([b, null, b])
    expect([space.size, space.baseOf(b), space.baseOf(ram('x', 1))]).toEqual([3, 0x9000, -1])
    expect([space.remove(b), space.remove(b), space.find(0x9000), space.size]).toEqual([true, false, null, 2])
    expect([space.remove(a), space.remove(c), space.find(0), space.size]).toEqual([true, true, null, 0])
  })

  it('refuses bad bases, regions mapped twice, and things that are no region', () => {
    const space = new AddressSpace().add(ram('a', 0x1000), 0x1000)
    for (const base of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 - 0xfff, 2 ** 53, '0' as never]) {
      expect(codeOf(() => space.add(ram('b', 0x1000), base))).toBe('base')
    }
    const twice = ram('twice', 1)
    space.add(twice, 0)
    expect(codeOf(() => space.add(twice, 0x9000))).toBe('mapped')
    expect(codeOf(() => space.add({ size: 1 } as never, 0x9000))).toBe('ops')
    expect(space.size).toBe(2)
    expect(codeOf(() => new AddressSpace({ unassigned: { reads: 'none' as never } }))).toBe('option')
  })

  it('names both regions of an overlap and leaves the space as it was', () => {
    const space = new AddressSpace().add(ram('ram', 0x1000), 0x1000)
    const message = "region 'tpm' 0x1f80..0x207f overlaps 'ram' 0x1000..0x1fff: move or remove one of them"
    expect(() => space.add(io('tpm', 0x100), 0x1f80)).toThrow(message)
    expect([...space].length).toBe(1)
  })

  it('refuses exactly the overlaps, finds exactly the mapped bytes', () => {
    const spot = fc.record({ base: fc.nat(60), size: fc.integer({ min: 1, max: 12 }), remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(spot, { maxLength: 12 }), (spots) => {
        const space = new AddressSpace()
        const owner = new Map<number, MemoryRegion>()
        for (const { base, size, remove } of spots) {
          const region = ram('r', size)
          const bytes = Array.from({ length: size }, (_, k) => base + k)
          const free = bytes.every((pa) => !owner.has(pa))
          expect(codeOf(() => space.add(region, base))).toBe(free ? 'none' : 'overlap')
          if (free) for (const pa of bytes) owner.set(pa, region)
          if (free && remove) {
            const victim = owner.get(Math.min(...owner.keys())) as MemoryRegion
            expect(space.remove(victim)).toBe(true)
            for (const [pa, r] of owner) if (r === victim) owner.delete(pa)
          }
        }
        for (let pa = -2; pa < 80; pa++) expect(space.find(pa) === (owner.get(pa) ?? null)).toBe(true)
        for (let pa = 79; pa >= 0; pa -= 7) expect(space.find(pa) === (owner.get(pa) ?? null)).toBe(true)
      }),
    )
  })
})

describe('unassigned addresses', () => {
  it.each([
    [{}, 0, MEMTX_DECODE_ERROR],
    [{ reads: 'ones' }, 0xff, MEMTX_DECODE_ERROR],
    [{ error: false }, 0, MEMTX_OK],
    [{ reads: 'ones', error: false }, 0xff, MEMTX_OK],
  ] as const)('%o: bytes %i, result %i, around a region', (unassigned, fill, result) => {
    const space = new AddressSpace({ unassigned }).add(MemoryRegion.ram('r', Uint8Array.of(1, 2)), 0x1002)
    const dst = new Uint8Array(8).fill(0x77)
    expect(space.read(0x1000, 6, dst, 1)).toBe(result)
    expect([...dst]).toEqual([0x77, fill, fill, 1, 2, fill, fill, 0x77])
    expect(space.write(0x1000, 6, Uint8Array.of(9, 9, 8, 7, 9, 9), 0)).toBe(result)
    expect(space.read(0x1002, 2, dst, 0)).toBe(MEMTX_OK)
    expect([...dst.slice(0, 2)]).toEqual([8, 7])
  })

  it('errorAddress is the first piece that failed', () => {
    const space = new AddressSpace().add(ram('r', 4), 0x1000)
    expect(space.read(0x1002, 8, new Uint8Array(8), 0)).toBe(MEMTX_DECODE_ERROR)
    expect(space.errorAddress).toBe(0x1004)
    expect(space.write(0xffe, 16, new Uint8Array(16), 0)).toBe(MEMTX_DECODE_ERROR)
    expect(space.errorAddress).toBe(0xffe)
  })

  it('takes any number as an address', () => {
    const space = new AddressSpace().add(ram('low', 16), 0).add(io('top', 16), 2 ** 53 - 16)
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.maxSafeNat(), fc.bigInt(0n, 2n ** 56n).map(Number)), (pa) => {
        const dst = new Uint8Array(64)
        space.read(pa, 64, dst, 0)
        space.write(pa, 64, dst, 0)
        space.readRam(pa, 64, dst, 0)
        space.readDescriptor(pa, { hi: 0, lo: 0 })
        space.compareAndSwapDescriptor(pa, 0, 0, 0, 0)
        space.isRam(pa, 64)
      }),
    )
    const dst = new Uint8Array(32)
    expect(space.read(2 ** 53 - 8, 32, dst, 0)).toBe(MEMTX_DECODE_ERROR)
    expect([dst[0], dst[4], space.errorAddress]).toEqual([8, 12, 2 ** 53])
  })

  it('refuses a buffer without room', () => {
    const space = new AddressSpace()
    for (const [size, at] of [
      [9, 0],
      [8, 1],
      [0, 0],
      [-1, 0],
      [1.5, 0],
      [1, -1],
      [1, 0.5],
      [Number.NaN, 0],
    ] as const) {
      expect(codeOf(() => space.read(0, size, new Uint8Array(8), at))).toBe('span')
      expect(codeOf(() => space.write(0, size, new Uint8Array(8), at))).toBe('span')
      expect(codeOf(() => space.readRam(0, size, new Uint8Array(8), at))).toBe('span')
    }
  })
})

describe('ROM', () => {
  it('reads, and takes no write: an error, or silence', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4)
    const space = new AddressSpace()
      .add(MemoryRegion.ram('rom', bytes, { readonly: true }), 0)
      .add(MemoryRegion.ram('flash', bytes, { readonly: 'discard' }), 0x10)
    const dst = new Uint8Array(4)
    expect([space.read(0, 4, dst, 0), [...dst]]).toEqual([MEMTX_OK, [1, 2, 3, 4]])
    expect(space.write(0, 4, Uint8Array.of(9, 9, 9, 9), 0)).toBe(MEMTX_DECODE_ERROR)
    expect(space.write(0x10, 4, Uint8Array.of(9, 9, 9, 9), 0)).toBe(MEMTX_OK)
    expect([...bytes]).toEqual([1, 2, 3, 4])
    expect(space.compareAndSwapDescriptor(0, 0, 0, 0, 0)).toBe(false)
  })
})

/** Host memory of 32 bytes at 0x100 that records how it is asked. */
class Host implements GuestMemory {
  readonly bytes = Uint8Array.from({ length: 32 }, (_, k) => k)
  readonly asked: string[] = []
  read(pa: number, dst: Uint8Array, at: number, length: number): boolean {
    this.asked.push(`read ${pa} ${length}`)
    if (pa === 0x110) return false
    if (pa === 0x118) throw new Error('gone')
    dst.set(this.bytes.subarray(pa - 0x100, pa - 0x100 + length), at)
    return true
  }
  write(pa: number, src: Uint8Array, at: number, length: number): boolean {
    this.asked.push(`write ${pa} ${length}`)
    if (pa === 0x110) return false
    if (pa === 0x118) throw new Error('gone')
    this.bytes.set(src.subarray(at, at + length), pa - 0x100)
    return true
  }
}

describe('RAM behind a GuestMemory', () => {
  it('is asked once per span, by guest-physical address, inside one region', () => {
    const host = new Host()
    const space = new AddressSpace()
      .add(MemoryRegion.hostRam('host', 8, host), 0x100)
      .add(MemoryRegion.hostRam('more', 24, host), 0x108)
    const dst = new Uint8Array(8)
    expect([space.read(0x104, 8, dst, 0), [...dst]]).toEqual([MEMTX_OK, [4, 5, 6, 7, 8, 9, 10, 11]])
    expect(space.write(0x106, 4, Uint8Array.of(0, 0xa, 0xb, 0xc, 0xd), 1)).toBe(MEMTX_OK)
    expect([...host.bytes.subarray(6, 10)]).toEqual([0xa, 0xb, 0xc, 0xd])
    expect(host.asked).toEqual(['read 260 4', 'read 264 4', 'write 262 2', 'write 264 2'])
  })

  it('fails as a value when the host fails or throws', () => {
    const told: unknown[][] = []
    const space = new AddressSpace({ onDeviceError: (...args) => void told.push(args) })
    const region = MemoryRegion.hostRam('host', 32, new Host())
    space.add(region, 0x100)
    const dst = new Uint8Array(4).fill(1)
    expect([space.read(0x110, 4, dst, 0), [...dst]]).toEqual([MEMTX_ERROR, [0, 0, 0, 0]])
    expect(space.read(0x118, 4, dst, 0)).toBe(MEMTX_ERROR)
    expect(space.write(0x110, 4, dst, 0)).toBe(MEMTX_ERROR)
    expect(space.write(0x118, 4, dst, 0)).toBe(MEMTX_ERROR)
    expect(space.readDescriptor(0x110, { hi: 0, lo: 0 })).toBe(false)
    expect(space.compareAndSwapDescriptor(0x118, 0, 0, 0, 0)).toBe(false)
    expect(told.map((t) => t.slice(0, 4))).toEqual([
      [region, 0x18, 4, false],
      [region, 0x18, 4, true],
      [region, 0x18, 8, false],
    ])
    expect(told.every((t) => (t[4] as Error).message === 'gone')).toBe(true)
  })
})

describe('descriptors', () => {
  const image = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 0x87, 8, 9, 10, 11, 12, 13, 14, 15)

  it('come from RAM and ROM, little-endian, also across two regions', () => {
    const space = new AddressSpace()
      .add(MemoryRegion.ram('a', image.slice(0, 12)), 0)
      .add(MemoryRegion.ram('b', image.slice(12), { readonly: true }), 12)
    const out = { hi: 0, lo: 0 }
    expect([space.readDescriptor(0, out), out]).toEqual([true, { lo: 0x0302_0100, hi: 0x8706_0504 }])
    expect([space.readDescriptor(8, out), out]).toEqual([true, { lo: 0x0b0a_0908, hi: 0x0f0e_0d0c }])
  })

  it('never come from a device or from nowhere, and no callback is made', () => {
    let calls = 0
    const dev = MemoryRegion.io('dev', 8, { read: () => ++calls, write: () => void calls++ })
    const space = new AddressSpace().add(ram('r', 4), 0).add(dev, 4)
    const out = { hi: 7, lo: 7 }
    for (const pa of [0, 4, 8, 0x100]) {
      expect(space.readDescriptor(pa, out)).toBe(false)
      expect(space.compareAndSwapDescriptor(pa, 0, 0, 1, 1)).toBe(false)
      expect(space.isRam(pa, 8)).toBe(false)
    }
    expect([calls, out, space.isRam(0, 4), space.isRam(0, 5)]).toEqual([0, { hi: 7, lo: 7 }, true, false])
  })

  it.each<[string, () => MemoryRegion, (r: MemoryRegion) => number[]]>([
    ['bytes', () => MemoryRegion.ram('r', image.slice()), (r) => [...(r.bytes as Uint8Array)]],
    [
      'shared bytes',
      () => {
        const bytes = new Uint8Array(new SharedArrayBuffer(24), 8)
        bytes.set(image)
        return MemoryRegion.ram('r', bytes)
      },
      (r) => [...(r.bytes as Uint8Array)],
    ],
    [
      'host memory',
      () => {
        const host = new Host()
        host.bytes.set(image)
        return MemoryRegion.hostRam('r', 16, host)
      },
      (r) => [...(r.memory as Host).bytes.subarray(0, 16)],
    ],
  ])('are swapped only if unchanged: %s', (_, make, bytesOf) => {
    const region = make()
    const space = new AddressSpace().add(region, 0x100)
    const old = { lo: 0x0302_0100, hi: 0x8706_0504 }
    expect(space.compareAndSwapDescriptor(0x100, 0, old.lo, 1, 1)).toBe(false)
    expect(bytesOf(region)).toEqual([...image])
    expect(space.compareAndSwapDescriptor(0x100, old.hi, old.lo, 0xffee_ddcc, 0x1122_3344)).toBe(true)
    expect(bytesOf(region)).toEqual([0x44, 0x33, 0x22, 0x11, 0xcc, 0xdd, 0xee, 0xff, ...image.slice(8)])
    expect(space.compareAndSwapDescriptor(0x108, 0x0f0e_0d0c, 0x0b0a_0908, 0, 5)).toBe(true)
    expect(bytesOf(region).slice(8)).toEqual([5, 0, 0, 0, 0, 0, 0, 0])
    expect(space.compareAndSwapDescriptor(0x10c, old.hi, old.lo, 0, 0)).toBe(false)
  })

  it('are swapped in one step in shared memory', () => {
    const spy = vi.spyOn(Atomics, 'compareExchange')
    try {
      const space = new AddressSpace()
        .add(MemoryRegion.ram('shared', new Uint8Array(new SharedArrayBuffer(8))), 0)
        .add(MemoryRegion.ram('own', new Uint8Array(8)), 8)
      for (const pa of [0, 8]) expect(space.compareAndSwapDescriptor(pa, 0, 0, 1, 2)).toBe(true)
      expect(spy.mock.calls.map((c) => c.slice(1))).toEqual([[0, 0n, 0x1_0000_0002n]])
    } finally {
      spy.mockRestore()
    }
  })

  it('are swapped by the host in one step where it can', () => {
    const seen: number[][] = []
    const memory: GuestMemory = {
      read: () => false,
      write: () => false,
      compareAndSwap64: (...args) => {
        seen.push(args)
        if (args[0] === 16) throw new Error('gone')
        return args[0] === 8
      },
    }
    const space = new AddressSpace().add(MemoryRegion.hostRam('r', 24, memory), 0)
    const results = [0, 8, 16].map((pa) => space.compareAndSwapDescriptor(pa, 1, 2, 3, 4))
    expect(results).toEqual([false, true, false])
    expect(seen).toEqual([0, 8, 16].map((pa) => [pa, 1, 2, 3, 4]))
  })
})
