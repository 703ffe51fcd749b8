/**
 * The TPM CRB's window: 0x80 bytes of registers (valid and impl unset: 1..4 bytes, aligned) with RAM right behind them.
 * The rule, measured on QEMU's tpm-crb: from the low address, pieces of the largest power of two that is at most what
 * remains, at most 4, at most the address's alignment, and does not cross 0x80.
 */

import { describe, expect, it } from 'vitest'
import { AccessLog } from '../../src/mmio/access-log.ts'
import { AddressSpace } from '../../src/mmio/address-space.ts'
import { MemoryRegion } from '../../src/mmio/memory-region.ts'
import { MEMTX_OK } from '../../src/mmio/region.ts'

const BASE = 0xfed4_0000

/** [offset, size] of each callback, by the rule, with no arithmetic shared with the bus. */
function pieces(offset: number, size: number): [number, number][] {
  const out: [number, number][] = []
  let at = offset
  const end = Math.min(offset + size, 0x80)
  while (at < end) {
    const n = at % 4 === 0 && at + 4 <= end ? 4 : at % 2 === 0 && at + 2 <= end ? 2 : 1
    out.push([at, n])
    at += n
  }
  return out
}

/** A window whose register byte k is `k ^ 0xa5` and whose RAM byte k is `k`. */
function window(): { space: AddressSpace; log: AccessLog; ram: Uint8Array; registers: Uint8Array } {
  const registers = Uint8Array.from({ length: 0x80 }, (_, k) => k ^ 0xa5)
  const ram = Uint8Array.from({ length: 0xf80 }, (_, k) => k & 0xff)
  const log = new AccessLog(64)
  const crb = MemoryRegion.io('tpm-crb-mmio', 0x80, {
    read: (offset, size) => {
      let value = 0
      for (let k = size - 1; k >= 0; k--) value = value * 256 + (registers[offset + k] as number)
      return value
    },
    write: (offset, value, size) => {
      for (let k = 0; k < size; k++) registers[offset + k] = value >>> (8 * k)
    },
  })
  const space = new AddressSpace({ log }).add(crb, BASE).add(MemoryRegion.ram('tpm-crb-cmd', ram), BASE + 0x80)
  return { space, log, ram, registers }
}

const value = (bytes: Iterable<number>): bigint => [...bytes].reduceRight((v, b) => (v << 8n) | BigInt(b), 0n)

describe.each([1, 2, 4, 8, 16])('%i-byte accesses at every offset 0x00..0x80', (size) => {
  it('reads: callbacks in order, bytes, RAM behind 0x80', () => {
    for (let offset = 0; offset <= 0x80; offset++) {
      const { space, log } = window()
      const dst = new Uint8Array(size)
      expect(space.read(BASE + offset, size, dst, 0)).toBe(MEMTX_OK)
      const expected = Array.from({ length: size }, (_, k) =>
        offset + k < 0x80 ? (offset + k) ^ 0xa5 : offset + k - 0x80,
      )
      expect([...dst]).toEqual(expected)
      expect(log.toArray()).toEqual(
        pieces(offset, size).map(([at, n], seq) => ({
          seq,
          kind: 'load',
          region: 'tpm-crb-mmio',
          offset: at,
          pa: BASE + at,
          size: n,
          value: value(expected.slice(at - offset, at - offset + n)),
          result: MEMTX_OK,
        })),
      )
    }
  })

  it('writes: callbacks in order, register and RAM bytes', () => {
    for (let offset = 0; offset <= 0x80; offset++) {
      const { space, log, ram, registers } = window()
      const before = [...registers, ...ram]
      const src = Uint8Array.from({ length: size }, (_, k) => 0xf0 - 7 * k)
      expect(space.write(BASE + offset, size, src, 0)).toBe(MEMTX_OK)
      expect([...registers, ...ram]).toEqual(before.toSpliced(offset, size, ...src))
      expect(log.toArray().map((a) => [a.kind, a.offset, a.pa, a.size, a.value])).toEqual(
        pieces(offset, size).map(([at, n]) => [
          'store',
          at,
          BASE + at,
          n,
          value(src.slice(at - offset, at - offset + n)),
        ]),
      )
    }
  })
})

it.each([
  [0x48, 8, ['48:4', '4c:4']],
  [0x3e, 4, ['3e:2', '40:2']],
  [0x41, 4, ['41:1', '42:2', '44:1']],
  [0x3d, 8, ['3d:1', '3e:2', '40:4', '44:1']],
  [0x7c, 8, ['7c:4']],
  [0x7e, 16, ['7e:2']],
  [0x7d, 8, ['7d:1', '7e:2']],
  [0x80, 8, []],
])('a store at 0x%x of %i bytes: %j', (offset, size, expected) => {
  const { space, log } = window()
  space.write(BASE + offset, size, new Uint8Array(size), 0)
  expect([...log].map((a) => `${a.offset.toString(16)}:${a.size}`)).toEqual(expected)
})
