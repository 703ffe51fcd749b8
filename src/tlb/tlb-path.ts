/**
 * The descriptors of the walk that filled a TLB entry, as memory holds them.
 *
 * @module
 */
import { swapBytes } from '../bits.ts'
import type { Descriptor, TableMemory } from './memory.ts'
import type { TlbEntry } from './tlb-entry.ts'
import type { WalkRecorder } from './trace.ts'

/**
 * Most doublewords of one walk: of 128-bit descriptors, two each, 6 of stage 1 with 6 of stage 2 each, and 6 of stage 2 for
 * the output.
 */
export const MAX_PATH = 96

/** Notes the descriptors of the walk at hand. */
export class PathRecorder implements WalkRecorder {
  readonly pa: Float64Array = new Float64Array(MAX_PATH)
  readonly hi: Uint32Array = new Uint32Array(MAX_PATH)
  readonly lo: Uint32Array = new Uint32Array(MAX_PATH)
  /** Doublewords noted; above {@link MAX_PATH} the walk started over, and is not to be kept. */
  length = 0
  /** Descriptors, of one or two doublewords. */
  descriptors = 0
  private bigEndian1 = false
  private bigEndian2 = false

  /** Starts a walk. Big-endian tables reach {@link descriptor} swapped, and are kept as they are in memory. */
  begin(bigEndian1: boolean, bigEndian2: boolean): void {
    this.length = 0
    this.descriptors = 0
    this.bigEndian1 = bigEndian1
    this.bigEndian2 = bigEndian2
  }

  descriptor(
    stage: number,
    _level: number,
    pa: number,
    _address: number,
    hi: number,
    lo: number,
    topHi?: number,
    topLo?: number,
  ): void {
    this.descriptors++
    const swap = stage === 1 ? this.bigEndian1 : this.bigEndian2
    if (topHi === undefined || topLo === undefined) {
      this.note(pa, hi, lo, swap)
      return
    }
    // The eight bytes at the lower address are the high half of big-endian tables.
    this.note(swap ? pa + 8 : pa, hi, lo, swap)
    this.note(swap ? pa : pa + 8, topHi, topLo, swap)
  }

  private note(pa: number, hi: number, lo: number, swap: boolean): void {
    const i = this.length++
    if (i >= MAX_PATH) return
    this.pa[i] = pa
    this.hi[i] = swap ? swapBytes(lo) : hi
    this.lo[i] = swap ? swapBytes(hi) : lo
  }
}

/** Paths of all entries of a TLB, one row each. */
export class PathTable {
  private readonly pa: Float64Array
  private readonly hi: Uint32Array
  private readonly lo: Uint32Array
  private readonly lengths: Uint8Array
  private readonly now: Descriptor = { lo: 0, hi: 0 }

  constructor(entries: number) {
    this.pa = new Float64Array(entries * MAX_PATH)
    this.hi = new Uint32Array(entries * MAX_PATH)
    this.lo = new Uint32Array(entries * MAX_PATH)
    this.lengths = new Uint8Array(entries)
  }

  /** Keeps the walk just recorded as the path of `entry`. */
  keep(entry: TlbEntry, walk: PathRecorder): void {
    const at = entry.index * MAX_PATH
    const { length } = walk
    for (let i = 0; i < length; i++) {
      this.pa[at + i] = walk.pa[i] as number
      this.hi[at + i] = walk.hi[i] as number
      this.lo[at + i] = walk.lo[i] as number
    }
    this.lengths[entry.index] = length
    entry.reads = walk.descriptors
  }

  /** Whether every descriptor of the path is in memory as it was. The leaf, which changes most, is read first. */
  unchanged(entry: TlbEntry, memory: TableMemory): boolean {
    const at = entry.index * MAX_PATH
    const end = at + (this.lengths[entry.index] as number)
    return memory.descriptorsAre === undefined
      ? this.eachUnchanged(memory, at, end)
      : memory.descriptorsAre(this.pa, this.hi, this.lo, at, end)
  }

  private eachUnchanged(memory: TableMemory, from: number, to: number): boolean {
    const { now } = this
    for (let i = to - 1; i >= from; i--) {
      if (!memory.readDescriptor(this.pa[i] as number, now)) return false
      if (now.lo >>> 0 !== this.lo[i] || now.hi >>> 0 !== this.hi[i]) return false
    }
    return true
  }
}
