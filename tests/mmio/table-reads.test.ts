import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressSpace } from '../../src/mmio/address-space.ts'
import { MemoryRegion } from '../../src/mmio/memory-region.ts'
import { Reg } from '../../src/mmio/register-file.ts'
import { CODE_VA, DEV, DEV_VA, Machine, RAM, VA } from './machine.ts'

/** What the bytes say, one by one. */
function slow(space: AddressSpace, pa: number, size: number): string {
  const bytes = new Uint8Array(8)
  return space.readRam(pa, size, bytes, 0) ? new DataView(bytes.buffer).getBigUint64(0, true).toString(16) : 'none'
}

function fast(space: AddressSpace, pa: number): string {
  const out = { lo: 1, hi: 2 }
  if (space.readDescriptor(pa, out)) return ((BigInt(out.hi) << 32n) | BigInt(out.lo)).toString(16)
  return 'none'
}

function instruction(space: AddressSpace, pa: number): string {
  const out = { lo: 1, hi: 0 }
  return space.readInstruction(pa, out) ? out.lo.toString(16) : 'none'
}

describe('descriptors and instructions in RAM', () => {
  it('are the bytes, wherever RAM begins and ends and whatever its place in its buffer', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 17 }),
        fc.integer({ min: -12, max: 50 }),
        (bytes, skip, size, base, offset) => {
          const at = 2 ** 40 + base
          const space = new AddressSpace()
            .add(MemoryRegion.ram('a', bytes.subarray(skip, skip + size)), at)
            .add(MemoryRegion.io('d', 4, { read: () => 0, write: () => {} }), at + size + 8)
          expect(fast(space, at + offset)).toBe(slow(space, at + offset, 8))
          expect(instruction(space, at + offset)).toBe(slow(space, at + offset, 4))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('are compared as they are read, all of them, across regions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 7 }),
        fc.option(fc.tuple(fc.nat(5), fc.boolean()), { nil: undefined }),
        (places, skip, change) => {
          const bytes = Uint8Array.from({ length: 64 }, (_, k) => k * 37 + 200)
          const space = new AddressSpace()
            .add(MemoryRegion.ram('a', bytes.subarray(skip, 30)), 0x1000 + skip)
            .add(MemoryRegion.ram('b', bytes.subarray(30)), 0x1000 + 30)
          const pa = Float64Array.from([0, ...places.map((k) => 0x1000 + k), 0])
          const hi = new Uint32Array(pa.length)
          const lo = new Uint32Array(pa.length)
          let all = true
          for (let i = 1; i <= places.length; i++) {
            const out = { lo: 0, hi: 0 }
            all &&= space.readDescriptor(pa[i] as number, out)
            hi[i] = out.hi
            lo[i] = out.lo
          }
          if (change !== undefined) {
            const [at, low] = change
            const half = low ? lo : hi
            const i = 1 + (at % places.length)
            half[i] = (half[i] as number) ^ 0x8000_0000
            all = false
          }
          expect(space.descriptorsAre(pa, hi, lo, 1, 1 + places.length)).toBe(all)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('are not read from devices, from holes, nor at addresses that no byte has', () => {
    const space = new AddressSpace()
      .add(MemoryRegion.ram('a', new Uint8Array(16).fill(7)), 0x1000)
      .add(MemoryRegion.io('d', 16, { read: () => 0, write: () => {} }), 0x1010)
    expect(
      [0x1008, 0x1009, 0x1010, 0x2000, (0x1000).valueOf() + 0.5, -8, Number.NaN].map((pa) => fast(space, pa)),
    ).toEqual(['707070707070707', 'none', 'none', 'none', 'none', 'none', 'none'])
  })

  it('read zeros once the buffer is gone', () => {
    const bytes = new Uint8Array(64).fill(0xff)
    const space = new AddressSpace().add(MemoryRegion.ram('a', bytes), 0)
    expect(fast(space, 0)).toBe('ffffffffffffffff')
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    expect(fast(space, 0)).toBe('0')
    expect(instruction(space, 0)).toBe('0')
  })
})

describe('translations that are kept', () => {
  const LDR = 0xf9400041 // ldr x1, [x2]
  const fault = (m: Machine): string => {
    m.setX(Reg.PC, CODE_VA)
    return m.run(LDR, { far: DEV_VA + 0x20 }).reason
  }

  it('are not used once a table has changed, at any level', () => {
    const m = new Machine()
    m.setX(2, DEV_VA + 0x20)
    expect([fault(m), fault(m), m.shape()]).toEqual(['done', 'done', [`r ${(DEV + 0x20).toString(16)} 8`]])
    for (const [level, index] of [
      [0, 0],
      [1, 0],
      [2, VA >>> 21],
      [5, (DEV_VA >>> 12) & 511],
      [3, (CODE_VA >>> 12) & 511],
    ] as const) {
      const at = level * 0x1000 + index * 8
      const was = m.ram.slice(at, at + 8)
      m.ram[at] = 0
      expect(fault(m), `level ${level}`).toMatch(/translation-differs|fetch-failed/)
      m.ram.set(was, at)
      expect(fault(m)).toBe('done')
    }
  })

  it('are not used for what their page forbids, nor under other registers', () => {
    const m = new Machine()
    m.setX(2, DEV_VA + 0x20)
    expect(fault(m)).toBe('done')
    // EL0 may execute the code page, and not read the device's.
    m.setX(Reg.PSTATE, 0x3c0)
    expect(fault(m)).toBe('translation-differs')
    m.setX(Reg.PSTATE, 0x3c5)
    expect(fault(m)).toBe('done')
    m.setX(Reg.TTBR0_EL1, RAM + 0x6000)
    expect(fault(m)).toBe('fetch-failed')
    m.setX(Reg.TTBR0_EL1, RAM)
    m.setX(Reg.TCR_EL1, 0x0000_0005_0080_3590n)
    expect(fault(m)).toBe('fetch-failed')
  })
})
