/**
 * The bus once more, written for plainness: bigint values shifted as QEMU's documentation of MemoryRegionOps describes
 * them, a linear search per piece, candidates tried from large to small. Shares no code with src/mmio.
 */

export interface ModelSizes {
  min?: number
  max?: number
  unaligned?: boolean
}

export interface ModelRegion {
  name: string
  kind: 'io' | 'ram' | 'rom' | 'discard'
  base: number
  size: number
  valid?: ModelSizes
  impl?: ModelSizes
  endianness?: 'little' | 'big'
  /** RAM contents. */
  bytes?: number[]
}

export interface ModelEvent {
  kind: 'load' | 'store'
  region: string
  offset: number
  pa: number
  size: number
  value: bigint
  result: number
}

/** What a device answers to its k-th callback: a value (reads) and a MEMTX code. */
export type Answer = (
  region: string,
  callback: number,
  offset: number,
  size: number,
) => { value: bigint; result: number }

const mask = (size: number): bigint => (1n << BigInt(8 * size)) - 1n

function swapped(value: bigint, size: number): bigint {
  let out = 0n
  for (let k = 0; k < size; k++) out |= ((value >> BigInt(8 * k)) & 0xffn) << BigInt(8 * (size - 1 - k))
  return out
}

const shifted = (value: bigint, shift: number): bigint =>
  shift >= 0 ? value << BigInt(shift) : value >> BigInt(-shift)

export class BusModel {
  readonly events: ModelEvent[] = []
  readonly regions: ModelRegion[]
  readonly answer: Answer
  readonly unassigned: { byte: number; result: number }

  constructor(
    regions: ModelRegion[],
    answer: Answer,
    unassigned: { byte: number; result: number } = { byte: 0, result: 2 },
  ) {
    this.regions = regions
    this.answer = answer
    this.unassigned = unassigned
  }

  access(kind: 'load' | 'store', pa: number, size: number, data: number[]): { result: number; bytes: number[] } {
    const bytes = [...data]
    let result = 0
    let at = 0
    while (at < size) {
      const here = pa + at
      const region = this.regions.find((r) => here >= r.base && here < r.base + r.size)
      if (region === undefined) {
        if (kind === 'load') bytes[at] = this.unassigned.byte
        result |= this.unassigned.result
        at += 1
      } else if (region.kind !== 'io') {
        const ram = region.bytes as number[]
        if (kind === 'load') bytes[at] = ram[here - region.base] as number
        else if (region.kind === 'ram') ram[here - region.base] = bytes[at] as number
        else if (region.kind === 'rom') result |= 2
        at += 1
      } else {
        const offset = here - region.base
        const max = region.valid?.max ?? Math.max(4, region.valid?.min ?? 1)
        const piece = [8, 4, 2, 1].find(
          (c) =>
            c <= max &&
            c <= size - at &&
            c <= region.size - offset &&
            (region.impl?.unaligned === true || offset % c === 0),
        ) as number
        const cell = bytes.slice(at, at + piece)
        result |= this.#piece(kind, region, offset, piece, cell)
        bytes.splice(at, piece, ...cell)
        at += piece
      }
    }
    return { result, bytes }
  }

  /** One dispatched access; `cell` is its bytes in memory order, replaced by a read. */
  #piece(kind: 'load' | 'store', region: ModelRegion, offset: number, size: number, cell: number[]): number {
    const { valid = {}, impl = {}, endianness = 'little' } = region
    if ((offset % size !== 0 && valid.unaligned !== true) || size < (valid.min ?? 1)) {
      if (kind === 'load') cell.fill(0)
      return 2
    }
    const step = Math.max(Math.min(size, impl.max ?? Math.max(4, impl.min ?? 1)), impl.min ?? 1)
    let value = 0n
    if (kind === 'store') {
      for (let k = 0; k < size; k++) value |= BigInt(cell[k] as number) << BigInt(8 * k)
      if (endianness === 'big') value = swapped(value, size)
    }
    let result = 0
    for (let i = 0; i < size; i += step) {
      const shift = endianness === 'big' ? (size - step - i) * 8 : i * 8
      const { value: answered, result: code } = this.answer(region.name, this.events.length, offset + i, step)
      const seen = (kind === 'load' ? answered : shifted(value, -shift)) & mask(step)
      if (kind === 'load') value |= shifted(seen, shift)
      const pa = region.base + offset + i
      this.events.push({ kind, region: region.name, offset: offset + i, pa, size: step, value: seen, result: code })
      result |= code
    }
    if (kind === 'load') {
      if (endianness === 'big') value = swapped(value & mask(size), size)
      for (let k = 0; k < size; k++) cell[k] = Number((value >> BigInt(8 * k)) & 0xffn)
    }
    return result
  }
}

/** A scrambled but repeatable 64-bit value. */
export function scramble(...words: number[]): bigint {
  let h = 0x9e37_79b9_7f4a_7c15n
  for (const w of words) h = ((h ^ BigInt(w)) * 0xbf58_476d_1ce4_e5b9n + 0x94d0_49bb_1331_11ebn) & mask(8)
  return h ^ (h >> 29n)
}
