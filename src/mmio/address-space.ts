/**
 * The guest-physical address space: which region an address belongs to, and accesses cut over regions.
 *
 * @module
 */

import { hex } from '../bits.ts'
import type { Descriptor, TableMemory } from '../tlb/memory.ts'
import { DeviceCaller, type DeviceErrorHook, memoryAccessSize } from './access.ts'
import type { AccessLog } from './access-log.ts'
import type { Deferral } from './deferral.ts'
import { ADDRESS_LIMIT, MemoryRegion, RegionError } from './memory-region.ts'
import { ramCompareAndSwap, ramRead, ramWrite } from './ram.ts'
import { MEMTX_DECODE_ERROR, MEMTX_DEFERRED, MEMTX_OK, type MemTxResult } from './region.ts'

/** What happens where no region is mapped. */
export interface UnassignedPolicy {
  /** What a read finds: all zeros, as in QEMU, or all ones, as on many real buses. `'zero'` unless told. */
  readonly reads?: 'zero' | 'ones'
  /**
   * Whether an access there ends in MEMTX_DECODE_ERROR, as in QEMU, which the guest then sees as an external abort,
   * or in MEMTX_OK. `true` unless told.
   */
  readonly error?: boolean
}

/** Options of an {@link AddressSpace}. */
export interface AddressSpaceOptions {
  readonly unassigned?: UnassignedPolicy
  /** Every device callback, in the order of issue. May be set later as {@link AddressSpace.log}. */
  readonly log?: AccessLog
  /** Told of devices that fail. May be set later as {@link AddressSpace.onDeviceError}. */
  readonly onDeviceError?: DeviceErrorHook
}

/** A region and where it is. */
export interface Mapping {
  /** Guest-physical address of its first byte. */
  readonly base: number
  readonly region: MemoryRegion
}

/**
 * A guest-physical address space of RAM and device regions that do not overlap.
 *
 * Regions lie in sorted arrays. A look-up first tries the region of the last hit, then bisects. Accesses allocate
 * nothing and never throw on any address, size within the buffer, or device.
 *
 * @example
 * ```ts
 * const space = new AddressSpace()
 *   .add(MemoryRegion.ram('ram', new Uint8Array(0x1000)), 0x4000_0000)
 *   .add(crb.region, 0xfed4_0000)
 * const bytes = new Uint8Array(4)
 * space.read(0xfed4_0030, 4, bytes, 0) // 0, MEMTX_OK
 * bytes // Uint8Array [ 0x11, 0x58, 0x02, 0x00 ]
 * space.read(0xfed5_0000, 4, bytes, 0) // 2, MEMTX_DECODE_ERROR
 * ```
 */
export class AddressSpace implements TableMemory {
  readonly #devices = new DeviceCaller()
  readonly #fill: 0 | 0xff
  readonly #unassigned: MemTxResult
  /** First address of each region, ascending, and one past its last; one NaN while there is none, which no hit equals. */
  #bases: Float64Array = new Float64Array([Number.NaN])
  #ends: Float64Array = new Float64Array([Number.NaN])
  #regions: readonly MemoryRegion[] = []
  #last = 0
  #errorAddress = 0
  readonly #scratch = new Uint8Array(8)
  readonly #now: Descriptor = { lo: 0, hi: 0 }

  /** @throws RegionError for an option that is none of those listed. */
  constructor(options: AddressSpaceOptions = {}) {
    const { reads = 'zero', error = true } = options.unassigned ?? {}
    if (reads !== 'zero' && reads !== 'ones') {
      throw new RegionError('option', `unassigned.reads is ${String(reads)}; give 'zero' or 'ones'`)
    }
    this.#fill = reads === 'ones' ? 0xff : 0
    this.#unassigned = error ? MEMTX_DECODE_ERROR : MEMTX_OK
    this.#devices.log = options.log ?? null
    this.#devices.onDeviceError = options.onDeviceError ?? null
  }

  /** Where device callbacks are recorded, or `null`. */
  get log(): AccessLog | null {
    return this.#devices.log
  }

  set log(log: AccessLog | null) {
    this.#devices.log = log
  }

  /** Who is told of failing devices, or `null`. */
  get onDeviceError(): DeviceErrorHook | null {
    return this.#devices.onDeviceError
  }

  set onDeviceError(hook: DeviceErrorHook | null) {
    this.#devices.onDeviceError = hook
  }

  /** Regions mapped. */
  get size(): number {
    return this.#regions.length
  }

  /**
   * Guest-physical address of the first piece that failed in the last `read` or `write` whose result was
   * not MEMTX_OK: where an external abort points.
   */
  get errorAddress(): number {
    return this.#errorAddress
  }

  /**
   * Maps `region` at guest-physical address `base`.
   * @returns this space, for chaining.
   * @throws RegionError `base` when it is no integer in 0..2^53 - size, `overlap` when another region is in the way,
   * `mapped` when the region already is in this space.
   */
  add(region: MemoryRegion, base: number): this {
    if (!(region instanceof MemoryRegion)) {
      throw new RegionError('ops', 'add takes a MemoryRegion: make one with MemoryRegion.io, .ram or .hostRam')
    }
    if (!Number.isInteger(base) || base < 0 || base > ADDRESS_LIMIT - region.size) {
      const most = hex(ADDRESS_LIMIT - region.size)
      throw new RegionError('base', `region '${region.name}': base is ${base}; give an integer in 0..${most}`)
    }
    if (this.#regions.includes(region)) {
      throw new RegionError('mapped', `region '${region.name}' is in this space already: remove it first`)
    }
    const n = this.#regions.length
    const end = base + region.size
    let i = 0
    while (i < n && (this.#bases[i] as number) < base) i++
    for (const at of [i - 1, i]) {
      const other = this.#regions[at]
      if (other === undefined) continue
      const otherBase = this.#bases[at] as number
      if (base < (this.#ends[at] as number) && otherBase < end) {
        const both = `${region.describe(base)} overlaps ${other.describe(otherBase)}`
        throw new RegionError('overlap', `region ${both}: move or remove one of them`)
      }
    }
    this.#rebuild([...this].toSpliced(i, 0, { base, region }))
    return this
  }

  /**
   * Unmaps `region`. A device may do so from inside a callback.
   * @returns whether it was mapped.
   */
  remove(region: MemoryRegion): boolean {
    const rest = [...this].filter((m) => m.region !== region)
    const was = rest.length !== this.#regions.length
    if (was) this.#rebuild(rest)
    return was
  }

  /** The region that holds the byte at `pa`, or `null`. */
  find(pa: number): MemoryRegion | null {
    const i = this.#locate(pa)
    return i < 0 ? null : (this.#regions[i] as MemoryRegion)
  }

  /** The address that `region` is mapped at, or -1. */
  baseOf(region: MemoryRegion): number {
    const i = this.#regions.indexOf(region)
    return i < 0 ? -1 : (this.#bases[i] as number)
  }

  /** Whether all `size` bytes at `pa` are RAM or ROM; with `writable`, RAM only. */
  isRam(pa: number, size: number, writable = false): boolean {
    for (let done = 0; done < size; ) {
      const i = this.#locate(pa + done)
      if (i < 0) return false
      const { kind, writes } = this.#regions[i] as MemoryRegion
      if (kind === 'io' || (writable && writes !== 'write')) return false
      done = (this.#ends[i] as number) - pa
    }
    return true
  }

  /** The mappings, by ascending address. */
  *[Symbol.iterator](): IterableIterator<Mapping> {
    const bases = this.#bases
    const regions = this.#regions
    for (let i = 0; i < regions.length; i++) {
      yield { base: bases[i] as number, region: regions[i] as MemoryRegion }
    }
  }

  /**
   * Reads one element of an instruction: `size` bytes at `pa` to `dst[at ..]` in guest memory order, low addresses
   * first, cut at region boundaries and inside a device by the rules of MemoryRegionOps.
   *
   * @param pa - guest-physical address of the first byte; what lies outside every region follows the space's policy.
   * @param size - bytes, 1..64 for what an instruction does; more is allowed.
   * @param attrs - MemTxAttrs bits.
   * @returns MEMTX_ codes of all pieces, OR-ed. All pieces are made, whatever the earlier ones gave; bytes of a piece
   * that no device served read zero.
   * @throws RegionError `span` when `dst` has no room for the bytes.
   */
  read(pa: number, size: number, dst: Uint8Array, at: number, attrs = 0): MemTxResult {
    checkSpan(size, dst, at)
    let result = MEMTX_OK
    let firstError = -1
    for (let done = 0; done < size; ) {
      const here = pa + done
      const i = this.#locate(here)
      let n = this.#room(i, here, size - done)
      let r = this.#unassigned
      if (i < 0) {
        for (let k = 0; k < n; k++) dst[at + done + k] = this.#fill
      } else {
        const region = this.#regions[i] as MemoryRegion
        const offset = here - (this.#bases[i] as number)
        if (region.kind === 'io') {
          n = memoryAccessSize(region, n, offset)
          r = this.#devices.read(region, offset, here, n, dst, at + done, attrs)
        } else {
          r = ramRead(this.#devices, region, offset, here, n, dst, at + done)
        }
      }
      result |= r
      if (r !== MEMTX_OK) {
        if ((r & MEMTX_DEFERRED) !== 0) return this.#deferred(result, done, firstError)
        if (firstError < 0) firstError = here
      }
      done += n
    }
    if (result !== MEMTX_OK) this.#errorAddress = firstError
    return result
  }

  /**
   * Writes one element: `size` bytes of `src[at ..]` to `pa`; otherwise as `read`.
   * @throws RegionError `span` when `src` does not hold the bytes.
   */
  write(pa: number, size: number, src: Uint8Array, at: number, attrs = 0): MemTxResult {
    checkSpan(size, src, at)
    let result = MEMTX_OK
    let firstError = -1
    for (let done = 0; done < size; ) {
      const here = pa + done
      const i = this.#locate(here)
      let n = this.#room(i, here, size - done)
      let r = this.#unassigned
      if (i >= 0) {
        const region = this.#regions[i] as MemoryRegion
        const offset = here - (this.#bases[i] as number)
        if (region.kind === 'io') {
          n = memoryAccessSize(region, n, offset)
          r = this.#devices.write(region, offset, here, n, src, at + done, attrs)
        } else {
          r = ramWrite(this.#devices, region, offset, here, n, src, at + done)
        }
      }
      result |= r
      if (r !== MEMTX_OK) {
        if ((r & MEMTX_DEFERRED) !== 0) return this.#deferred(result, done, firstError)
        if (firstError < 0) firstError = here
      }
      done += n
    }
    if (result !== MEMTX_OK) this.#errorAddress = firstError
    return result
  }

  /** Where the access stands that ended in MEMTX_DEFERRED last. Overwritten by the next. */
  get deferral(): Readonly<Deferral> {
    return this.#devices.deferral
  }

  /**
   * Ends a `read` or `write` that was deferred: takes the answer of its callback, and makes those that follow.
   * May end in MEMTX_DEFERRED again.
   *
   * @param buffer - what `read` left, or what `write` was given: `buffer[at ..]` is the access's first byte.
   * @param from - where it stands: a copy of {@link deferral}.
   * @param hi - bits 63:32 of what the callback would have returned, with bits 31:0 in `lo`; nothing for a write.
   * @param answer - MEMTX_ codes that the callback would have left.
   * @returns as `read` and `write`; MEMTX_DECODE_ERROR where the device is gone.
   */
  resume(
    write: boolean,
    pa: number,
    size: number,
    buffer: Uint8Array,
    at: number,
    attrs: number,
    from: Readonly<Deferral>,
    hi: number,
    lo: number,
    answer: MemTxResult,
  ): MemTxResult {
    checkSpan(size, buffer, at)
    const { before, piece, done } = from
    const here = pa + before
    const i = this.#locate(here)
    const region = i < 0 ? null : (this.#regions[i] as MemoryRegion)
    this.#errorAddress = from.errorAddress >= 0 ? from.errorAddress : here
    if (region === null || region.kind !== 'io') return from.result | MEMTX_DECODE_ERROR
    const offset = here - (this.#bases[i] as number)
    const devices = this.#devices
    let result = write
      ? devices.resumeWrite(done, answer, region, offset, here, piece, buffer, at + before, attrs)
      : devices.resumeRead(done, hi, lo, answer, region, offset, here, piece, buffer, at + before, attrs)
    if ((result & MEMTX_DEFERRED) !== 0) return this.#deferred(result | from.result, before, from.errorAddress)
    const firstError = from.errorAddress >= 0 ? from.errorAddress : result !== MEMTX_OK ? here : -1
    result |= from.result
    const rest = before + piece
    if (rest < size) {
      const r = write
        ? this.write(pa + rest, size - rest, buffer, at + rest, attrs)
        : this.read(pa + rest, size - rest, buffer, at + rest, attrs)
      result |= r
      if ((r & MEMTX_DEFERRED) !== 0) return this.#deferred(result, rest + devices.deferral.before, firstError)
    }
    if (firstError >= 0) this.#errorAddress = firstError
    return result
  }

  /** Tells the device at `pa` that a request which it deferred is wanted no more. Never throws. */
  cancel(pa: number, token: string | number): void {
    const region = this.find(pa)
    try {
      region?.ops?.cancel?.(token)
    } catch (thrown) {
      this.#devices.report(region as MemoryRegion, pa - this.baseOf(region as MemoryRegion), 0, false, thrown)
    }
  }

  /** Completes where a deferred access stands: `before` bytes are done, of which `firstError` had an error, or -1. */
  #deferred(result: MemTxResult, before: number, firstError: number): MemTxResult {
    const { deferral } = this.#devices
    deferral.before = before
    deferral.result |= result & ~MEMTX_DEFERRED
    if (firstError >= 0) deferral.errorAddress = firstError
    return result
  }

  /**
   * Reads RAM or ROM and never a device: instruction fetch, table walks, debuggers.
   * @returns `false`, with nothing promised about `dst`, unless every byte is RAM that could be read.
   * @throws RegionError `span` when `dst` has no room for the bytes.
   */
  readRam(pa: number, size: number, dst: Uint8Array, at: number): boolean {
    checkSpan(size, dst, at)
    for (let done = 0; done < size; ) {
      const here = pa + done
      const i = this.#locate(here)
      if (i < 0) return false
      const region = this.#regions[i] as MemoryRegion
      if (region.kind === 'io') return false
      const n = this.#room(i, here, size - done)
      const offset = here - (this.#bases[i] as number)
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
    const i = this.#locate(pa)
    if (i >= 0) {
      const { words } = this.#regions[i] as MemoryRegion
      const at = (pa - (this.#bases[i] as number)) / 4
      if (words !== null && at + 1 < words.length && Math.floor(at) === at) {
        out.lo = words[at] as number
        out.hi = words[at + 1] as number
        return true
      }
    }
    const b = this.#scratch
    if (!this.readRam(pa, 8, b, 0)) return false
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
        const i = this.#locate(at)
        if (i < 0) return false
        words = (this.#regions[i] as MemoryRegion).words
        base = this.#bases[i] as number
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
    const i = this.#locate(pa)
    if (i >= 0) {
      const { words } = this.#regions[i] as MemoryRegion
      const at = (pa - (this.#bases[i] as number)) / 4
      if (words !== null && at < words.length && Math.floor(at) === at) {
        out.lo = words[at] as number
        return true
      }
    }
    const b = this.#scratch
    if (!this.readRam(pa, 4, b, 0)) return false
    out.lo = word(b, 0)
    return true
  }

  /**
   * Replaces the descriptor at `pa` (a multiple of 8) by `hi:lo` if RAM still holds `old`: hardware management of the
   * Access flag and dirty state. One step for a GuestMemory that can, and for RAM in a SharedArrayBuffer.
   * @returns whether it did: not when another vCPU changed it first, nor where there is no writable RAM.
   */
  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const i = this.#locate(pa)
    if (i < 0 || this.#room(i, pa, 8) < 8) return false
    const region = this.#regions[i] as MemoryRegion
    const offset = pa - (this.#bases[i] as number)
    return ramCompareAndSwap(this.#devices, region, offset, pa, oldHi, oldLo, hi, lo, this.#scratch)
  }

  /** Index of the region of `pa`; where there is none, `~i` with `i` the region above. */
  #locate(pa: number): number {
    const last = this.#last
    if (pa >= (this.#bases[last] as number) && pa < (this.#ends[last] as number)) {
      // A fractional address belongs to no byte.
      return Math.floor(pa) === pa ? last : ~last
    }
    let low = 0
    let top = this.#regions.length
    while (low < top) {
      const mid = (low + top) >>> 1
      if ((this.#ends[mid] as number) > pa) top = mid
      else low = mid + 1
    }
    if (low === this.#regions.length || !((this.#bases[low] as number) <= pa) || Math.floor(pa) !== pa) return ~low
    this.#last = low
    return low
  }

  /** How many of the `left` bytes from `pa` lie in region `i`, or before the next one when `i` is `~next`. */
  #room(i: number, pa: number, left: number): number {
    const next = ~i
    if (i < 0 && next >= this.#regions.length) return left
    const room = (i < 0 ? (this.#bases[next] as number) : (this.#ends[i] as number)) - pa
    return room >= 1 && room < left ? Math.floor(room) : left
  }

  #rebuild(mappings: readonly Mapping[]): void {
    const none = mappings.length === 0
    this.#bases = Float64Array.from(none ? [Number.NaN] : mappings.map((m) => m.base))
    this.#ends = Float64Array.from(none ? [Number.NaN] : mappings.map((m) => m.base + m.region.size))
    this.#regions = mappings.map((m) => m.region)
    // Only for speed: an index past the arrays would make each look-up read out of bounds.
    this.#last = 0
  }
}

function word(b: Uint8Array, at: number): number {
  const low = (b[at] as number) | ((b[at + 1] as number) << 8)
  return (low | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24)) >>> 0
}

function checkSpan(size: number, buffer: Uint8Array, at: number): void {
  if (Number.isInteger(size) && Number.isInteger(at) && size >= 1 && at >= 0 && size <= buffer.length - at) return
  throw new RegionError('span', `${size} bytes at ${at} do not fit a buffer of ${buffer.length}: give a larger one`)
}
