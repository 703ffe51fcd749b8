import { describe, expect, it } from 'vitest'
import { MemoryRegion, RegionError } from '../../src/mmio/memory-region.ts'
import type { MemoryRegionOps } from '../../src/mmio/region.ts'

const ops: MemoryRegionOps = { read: () => 0, write: () => {} }

function errorOf(make: () => unknown): { code: string; message: string } {
  try {
    make()
  } catch (e) {
    if (e instanceof RegionError) return { code: e.code, message: e.message }
    throw e
  }
  return { code: 'none', message: '' }
}

describe('MemoryRegion.io', () => {
  it('fills in the defaults of MemoryRegionOps', () => {
    const r = MemoryRegion.io('dev', 0x80, ops)
    expect([r.kind, r.name, r.size, r.bigEndian, r.writes]).toEqual(['io', 'dev', 0x80, false, 'write'])
    expect([r.validMin, r.validMax, r.validUnaligned]).toEqual([1, 4, false])
    expect([r.implMin, r.implMax, r.implUnaligned]).toEqual([1, 4, false])
  })

  it('takes what is told; a min of 8 lifts the default max', () => {
    const r = MemoryRegion.io('dev', 8, {
      ...ops,
      endianness: 'big',
      valid: { min: 8, unaligned: true },
      impl: { min: 2, max: 8, unaligned: true },
    })
    expect([r.bigEndian, r.validMin, r.validMax, r.validUnaligned]).toEqual([true, 8, 8, true])
    expect([r.implMin, r.implMax, r.implUnaligned]).toEqual([2, 8, true])
  })

  it.each<[string, () => unknown, string, string]>([
    ['no name', () => MemoryRegion.io('', 1, ops), 'name', 'needs a name'],
    ['size 0', () => MemoryRegion.io('d', 0, ops), 'size', "region 'd': size is 0"],
    ['size 1.5', () => MemoryRegion.io('d', 1.5, ops), 'size', 'size is 1.5'],
    ['size beyond 2^53', () => MemoryRegion.io('d', 2 ** 53 + 2, ops), 'size', '1..2^53'],
    ['no ops', () => MemoryRegion.io('d', 1, null as unknown as MemoryRegionOps), 'ops', 'must be functions'],
    ['no write', () => MemoryRegion.io('d', 1, { read: ops.read } as MemoryRegionOps), 'ops', 'must be functions'],
    ['endianness', () => MemoryRegion.io('d', 1, { ...ops, endianness: 'BE' as 'big' }), 'ops', "'little' or 'big'"],
    ['valid.min 3', () => MemoryRegion.io('d', 1, { ...ops, valid: { min: 3 } }), 'sizes', 'valid.min is 3'],
    ['valid.max 16', () => MemoryRegion.io('d', 1, { ...ops, valid: { max: 16 } }), 'sizes', 'valid.max is 16'],
    ['impl.max 0', () => MemoryRegion.io('d', 1, { ...ops, impl: { max: 0 } }), 'sizes', 'impl.max is 0'],
    [
      'min above max',
      () => MemoryRegion.io('d', 1, { ...ops, impl: { min: 4, max: 2 } }),
      'sizes',
      'impl.min 4 is above',
    ],
  ])('refuses %s', (_, make, code, message) => {
    const e = errorOf(make)
    expect(e.code).toBe(code)
    expect(e.message).toContain(message)
  })
})

describe('RAM regions', () => {
  it('stand for the bytes given, of their length', () => {
    const bytes = new Uint8Array(3)
    const r = MemoryRegion.ram('ram', bytes)
    expect([r.kind, r.size, r.bytes === bytes, r.writes]).toEqual(['ram', 3, true, 'write'])
    expect(MemoryRegion.ram('rom', bytes, { readonly: true }).writes).toBe('error')
    expect(MemoryRegion.ram('rom', bytes, { readonly: 'discard' }).writes).toBe('discard')
    const memory = { read: () => true, write: () => true }
    expect(MemoryRegion.hostRam('host', 2 ** 40, memory)).toMatchObject({ kind: 'host', size: 2 ** 40, memory })
  })

  it.each<[string, () => unknown, string]>([
    ['no bytes', () => MemoryRegion.ram('r', new Uint8Array(0)), 'size'],
    ['another view', () => MemoryRegion.ram('r', new DataView(new ArrayBuffer(8)) as unknown as Uint8Array), 'ops'],
    ['a memory without read', () => MemoryRegion.hostRam('r', 1, {} as never), 'ops'],
    ['an unknown readonly', () => MemoryRegion.ram('r', new Uint8Array(1), { readonly: 'yes' as 'discard' }), 'option'],
  ])('refuses %s', (_, make, code) => {
    expect(errorOf(make).code).toBe(code)
  })

  it('describes where it is, both ends inclusive', () => {
    expect(MemoryRegion.ram('ram', new Uint8Array(0x1000)).describe(0x4000_0000)).toBe("'ram' 0x40000000..0x40000fff")
  })
})
