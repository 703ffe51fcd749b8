/**
 * Which region an address belongs to.
 *
 * @module
 */

import { hex } from '../bits.ts'
import { ADDRESS_LIMIT, MemoryRegion, RegionError } from './memory-region.ts'

/** A region and where it is. */
export interface Mapping {
  /** Guest-physical address of its first byte. */
  readonly base: number
  readonly region: MemoryRegion
}

const GIB = 0x4000_0000

/** Regions that do not overlap, in sorted arrays. A look-up first tries the region of the last hit, then bisects. */
export class RegionMap {
  /** First address of each region, ascending, and one past its last; one NaN while there is none, which no hit equals. */
  bases: Float64Array = new Float64Array([Number.NaN])
  ends: Float64Array = new Float64Array([Number.NaN])
  regions: readonly MemoryRegion[] = []
  #last = 0

  /**
   * Maps `region` at `base`.
   * @throws RegionError as `AddressSpace.add`.
   */
  add(region: MemoryRegion, base: number): void {
    if (!(region instanceof MemoryRegion)) {
      throw new RegionError('ops', 'add takes a MemoryRegion: make one with MemoryRegion.io, .ram or .hostRam')
    }
    if (!Number.isInteger(base) || base < 0 || base > ADDRESS_LIMIT - region.size) {
      const most = hex(ADDRESS_LIMIT - region.size)
      throw new RegionError('base', `region '${region.name}': base is ${base}; give an integer in 0..${most}`)
    }
    if (this.regions.includes(region)) {
      throw new RegionError('mapped', `region '${region.name}' is in this space already: remove it first`)
    }
    const end = base + region.size
    let i = 0
    while (i < this.regions.length && (this.bases[i] as number) < base) i++
    for (const at of [i - 1, i]) {
      const other = this.regions[at]
      if (other === undefined) continue
      const otherBase = this.bases[at] as number
      if (base < (this.ends[at] as number) && otherBase < end) {
        const both = `${region.describe(base)} overlaps ${other.describe(otherBase)}`
        throw new RegionError('overlap', `region ${both}: move or remove one of them`)
      }
    }
    this.#rebuild([...this].toSpliced(i, 0, { base, region }))
  }

  /** Unmaps `region`. @returns whether it was mapped. */
  remove(region: MemoryRegion): boolean {
    const rest = [...this].filter((m) => m.region !== region)
    const was = rest.length !== this.regions.length
    if (was) this.#rebuild(rest)
    return was
  }

  /** The mappings, by ascending address. */
  *[Symbol.iterator](): IterableIterator<Mapping> {
    const { bases, regions } = this
    for (let i = 0; i < regions.length; i++) {
      yield { base: bases[i] as number, region: regions[i] as MemoryRegion }
    }
  }

  /** Index of the region of `pa`; where there is none, `~i` with `i` the region above. */
  locate(pa: number): number {
    const last = this.#last
    // A fractional address belongs to no byte.
    const within = pa >= (this.bases[last] as number) && pa < (this.ends[last] as number) && Math.floor(pa) === pa
    return within ? last : this.#search(pa)
  }

  /** Apart, as all that follows `Apart`: V8 inlines 920 bytes of bytecode into a function, and never what is not called. */
  #search(pa: number): number {
    let low = 0
    let top = this.regions.length
    while (low < top) {
      const mid = (low + top) >>> 1
      if ((this.ends[mid] as number) > pa) top = mid
      else low = mid + 1
    }
    if (low === this.regions.length || !((this.bases[low] as number) <= pa) || Math.floor(pa) !== pa) return ~low
    this.#last = low
    return low
  }

  /** How many of the `left` bytes from `pa` lie in region `i`, or before the next one when `i` is `~next`; 1 GiB at most. */
  room(i: number, pa: number, left: number): number {
    const next = ~i
    // An int32, so that all that is cut by it is one.
    const most = Math.min(left, GIB)
    if (i < 0 && next >= this.regions.length) return most
    const room = (i < 0 ? (this.bases[next] as number) : (this.ends[i] as number)) - pa
    return room >= 1 && room < most ? room | 0 : most
  }

  #rebuild(mappings: readonly Mapping[]): void {
    const none = mappings.length === 0
    this.bases = Float64Array.from(none ? [Number.NaN] : mappings.map((m) => m.base))
    this.ends = Float64Array.from(none ? [Number.NaN] : mappings.map((m) => m.base + m.region.size))
    this.regions = mappings.map((m) => m.region)
    // Only for speed: an index past the arrays would make each look-up read out of bounds.
    this.#last = 0
  }
}
