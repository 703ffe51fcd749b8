/**
 * Reads and changes RAM, and never calls a device: instruction fetches, descriptors of table walks, debuggers.
 *
 * @module
 */

import type { Descriptor } from '../tlb/memory.ts'
import type { DeviceCaller } from './device-caller.ts'
import type { MemoryRegion } from './memory-region.ts'
import { ramCompareAndSwap, ramRead } from './ram.ts'
import { MEMTX_OK } from './region.ts'
import type { RegionMap } from './region-map.ts'

/** The RAM of an address space. Methods are those of `AddressSpace`. */
export class RamReader {
  readonly #map: RegionMap
  readonly #devices: DeviceCaller
  readonly #scratch = new Uint8Array(8)
  readonly #now: Descriptor = { lo: 0, hi: 0 }

  constructor(map: RegionMap, devices: DeviceCaller) {
    this.#map = map
    this.#devices = devices
  }

  /**
   * Reads RAM or ROM and never a device: instruction fetch, table walks, debuggers.
   * @returns `false`, with nothing promised about `dst`, unless every byte is RAM that could be read.
   */
  read(pa: number, size: number, dst: Uint8Array, at: number): boolean {
    for (let done = 0; done < size; ) {
      const here = pa + done
      const i = this.#map.locate(here)
      if (i < 0) return false
      const region = this.#map.regions[i] as MemoryRegion
      if (region.kind === 'io') return false
      const n = this.#map.room(i, here, size - done)
      const offset = here - (this.#map.bases[i] as number)
      if (ramRead(this.#devices, region, offset, here, n, dst, at + done) !== MEMTX_OK) return false
      done += n
    }
    return true
  }

  /**
   * Reads a translation table descriptor from RAM. A table in a device region ends the walk in an external abort, so
   * that no walk has a device's side effects.
   */
  readDescriptor(pa: number, out: Descriptor): boolean {
    // Two aligned words of RAM: 8 ns, where the bytes one by one are 60, and a fault reads eight descriptors or more.
    const i = this.#map.locate(pa)
    if (i >= 0) {
      const { words } = this.#map.regions[i] as MemoryRegion
      const at = (pa - (this.#map.bases[i] as number)) / 4
      if (words !== null && at + 1 < words.length && Math.floor(at) === at) {
        out.lo = words[at] as number
        out.hi = words[at + 1] as number
        return true
      }
    }
    const b = this.#scratch
    if (!this.read(pa, 8, b, 0)) return false
    out.lo = word(b, 0)
    out.hi = word(b, 4)
    return true
  }

  /** {@link readDescriptor} for a whole walk: 3 ns a descriptor, where one by one they are 11. */
  descriptorsAre(pa: Float64Array, hi: Uint32Array, lo: Uint32Array, from: number, to: number): boolean {
    let base = 0
    let words: Uint32Array | null = null
    for (let k = to - 1; k >= from; k--) {
      const at = pa[k] as number
      let word = (at - base) / 4
      if (words === null || !(word >= 0 && word + 1 < words.length)) {
        const i = this.#map.locate(at)
        if (i < 0) return false
        words = (this.#map.regions[i] as MemoryRegion).words
        base = this.#map.bases[i] as number
        word = (at - base) / 4
      }
      if (words !== null && word + 1 < words.length && Math.floor(word) === word) {
        if (words[word] !== lo[k] || words[word + 1] !== hi[k]) return false
      } else {
        const now = this.#now
        if (!this.readDescriptor(at, now) || now.lo !== lo[k] || now.hi !== hi[k]) return false
      }
    }
    return true
  }

  /**
   * Reads the four bytes at `pa`, little-endian, from RAM into `out.lo`: an instruction fetch.
   * @returns `false`, with `out` as it was, where there is no RAM.
   */
  readInstruction(pa: number, out: Descriptor): boolean {
    const i = this.#map.locate(pa)
    if (i >= 0) {
      const { words } = this.#map.regions[i] as MemoryRegion
      const at = (pa - (this.#map.bases[i] as number)) / 4
      if (words !== null && at < words.length && Math.floor(at) === at) {
        out.lo = words[at] as number
        return true
      }
    }
    const b = this.#scratch
    if (!this.read(pa, 4, b, 0)) return false
    out.lo = word(b, 0)
    return true
  }

  /**
   * Replaces the descriptor at `pa` (a multiple of 8) by `hi:lo` if RAM still holds `old`: hardware management of the
   * Access flag and dirty state. One step for a GuestMemory that can, and for RAM in a SharedArrayBuffer.
   * @returns whether it did: not when another vCPU changed it first, nor where there is no writable RAM.
   */
  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const i = this.#map.locate(pa)
    if (i < 0 || this.#map.room(i, pa, 8) < 8) return false
    const region = this.#map.regions[i] as MemoryRegion
    const offset = pa - (this.#map.bases[i] as number)
    return ramCompareAndSwap(this.#devices, region, offset, pa, oldHi, oldLo, hi, lo, this.#scratch)
  }
}

function word(b: Uint8Array, at: number): number {
  const low = (b[at] as number) | ((b[at + 1] as number) << 8)
  return (low | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24)) >>> 0
}
