/** Builds a real AddressSpace and the model of the same map, with devices that give both the same answers. */

import { AccessLog } from '../../src/mmio/access-log.ts'
import { AddressSpace, type AddressSpaceOptions } from '../../src/mmio/address-space.ts'
import { MemoryRegion } from '../../src/mmio/memory-region.ts'
import type { MemoryRegionOps, MemTx } from '../../src/mmio/region.ts'
import { type Answer, BusModel, type ModelEvent, type ModelRegion, scramble } from './bus-model.ts'

export const answers: Answer = (region, callback, offset, size) => ({
  value: scramble(region.length, callback, offset, size),
  result: 0,
})

export class Pair {
  readonly log = new AccessLog(4096)
  readonly space: AddressSpace
  readonly model: BusModel
  readonly ram = new Map<string, Uint8Array>()
  /** The values of every write callback, as the devices were given them. */
  readonly received: bigint[] = []
  #callbacks = 0

  constructor(regions: ModelRegion[], answer: Answer = answers, options: AddressSpaceOptions = {}) {
    const unassigned = {
      byte: options.unassigned?.reads === 'ones' ? 255 : 0,
      result: options.unassigned?.error === false ? 0 : 2,
    }
    this.model = new BusModel(
      regions.map((r) => ({ ...r, bytes: [...(r.bytes ?? [])] })),
      answer,
      unassigned,
    )
    this.space = new AddressSpace({ ...options, log: this.log })
    for (const r of regions) this.space.add(this.#make(r, answer), r.base)
  }

  #make(r: ModelRegion, answer: Answer): MemoryRegion {
    if (r.kind !== 'io') {
      const bytes = Uint8Array.from(r.bytes ?? [])
      this.ram.set(r.name, bytes)
      return MemoryRegion.ram(r.name, bytes, { readonly: r.kind === 'discard' ? 'discard' : r.kind === 'rom' })
    }
    const serve = (offset: number, size: number, tx: MemTx): bigint => {
      const { value, result } = answer(r.name, this.#callbacks++, offset, size)
      tx.result = result
      return value
    }
    const ops: MemoryRegionOps = {
      read: (offset, size, tx) => {
        const value = serve(offset, size, tx)
        tx.hi = Number(value >> 32n)
        return Number(value & 0xffff_ffffn)
      },
      write: (offset, value, size, tx) => {
        this.received.push((BigInt(tx.hi) << 32n) | BigInt(value))
        serve(offset, size, tx)
      },
      endianness: r.endianness ?? 'little',
      valid: r.valid ?? {},
      impl: r.impl ?? {},
    }
    return MemoryRegion.io(r.name, r.size, ops)
  }

  /** Makes the access on both; returns '' when log, bytes, RAM and result agree, else what differs. */
  differs(kind: 'load' | 'store', pa: number, size: number, data: number[]): string {
    const buffer = Uint8Array.from([0xee, ...data.slice(0, size), 0xee])
    const result = this.space[kind === 'load' ? 'read' : 'write'](pa, size, buffer, 1)
    const expected = this.model.access(kind, pa, size, data.slice(0, size))
    const got = shown(this.log, [...buffer], result, this.received, this.ram)
    const ram = new Map(this.model.regions.filter((r) => r.kind !== 'io').map((r) => [r.name, r.bytes as number[]]))
    const stored = this.model.events.filter((e) => e.kind === 'store').map((e) => e.value)
    const want = shown(this.model.events, [0xee, ...expected.bytes, 0xee], expected.result, stored, ram)
    return got === want ? '' : `${kind} ${size} at 0x${pa.toString(16)}\n got ${got}\nwant ${want}`
  }
}

function shown(
  log: Iterable<Omit<ModelEvent, 'kind'> & { kind: string }>,
  bytes: number[],
  result: number,
  received: bigint[],
  ram: Map<string, Iterable<number>>,
): string {
  const lines = [...log].map((e) => `${e.kind} ${e.region}+${e.offset} @${e.pa} ${e.size} ${e.value} ${e.result}`)
  const memory = [...ram].map(([name, b]) => `${name} ${[...b].join()}`)
  return [...lines, bytes.join(), `result ${result}`, `received ${received.join()}`, ...memory].join('; ')
}
