/**
 * The guest-physical address space: accesses, cut over regions.
 *
 * @module
 */

import type { AtomicOperation } from '../decode/index.ts'
import type { Descriptor, TableMemory } from '../tlb/memory.ts'
import type { AccessLog } from './access-log.ts'
import { accessValid, callbackSize, memoryAccessSize } from './access-size.ts'
import type { Deferral } from './deferral.ts'
import { DeviceCaller, type DeviceErrorHook } from './device-caller.ts'
import { type MemoryRegion, RegionError } from './memory-region.ts'
import { ramRead, ramWrite } from './ram.ts'
import { RamReader } from './ram-reader.ts'
import { MEMTX_DECODE_ERROR, MEMTX_DEFERRED, MEMTX_OK, type MemTxResult } from './region.ts'
import { type Mapping, RegionMap } from './region-map.ts'
import { isDeviceAtomic, WholeCaller } from './whole-caller.ts'

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

/**
 * A guest-physical address space of RAM and device regions that do not overlap.
 *
 * Accesses allocate nothing and never throw on any address, size within the buffer, or device.
 *
 * @example
 * ```ts
 * const space = new AddressSpace().add(MemoryRegion.ram('ram', new Uint8Array(0x1000)), 0x4000_0000)
 * crb.attach(space) // a TPM at 0xfed4_0000
 * const bytes = new Uint8Array(4)
 * space.read(0xfed4_0030, 4, bytes, 0) // 0, MEMTX_OK
 * bytes // Uint8Array [ 0x11, 0x58, 0x02, 0x00 ]
 * space.read(0xfed5_0000, 4, bytes, 0) // 2, MEMTX_DECODE_ERROR
 * ```
 */
export class AddressSpace implements TableMemory {
  readonly #map = new RegionMap()
  readonly #devices = new DeviceCaller()
  readonly #whole = new WholeCaller(this.#devices)
  readonly #ram = new RamReader(this.#map, this.#devices)
  readonly #fill: 0 | 0xff
  readonly #unassigned: MemTxResult
  #errorAddress = 0

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
    return this.#map.regions.length
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
    this.#map.add(region, base)
    return this
  }

  /**
   * Unmaps `region`. A device may do so from inside a callback.
   * @returns whether it was mapped.
   */
  remove(region: MemoryRegion): boolean {
    return this.#map.remove(region)
  }

  /** The region that holds the byte at `pa`, or `null`. */
  find(pa: number): MemoryRegion | null {
    const i = this.#map.locate(pa)
    return i < 0 ? null : (this.#map.regions[i] as MemoryRegion)
  }

  /** The address that `region` is mapped at, or -1. */
  baseOf(region: MemoryRegion): number {
    const i = this.#map.regions.indexOf(region)
    return i < 0 ? -1 : (this.#map.bases[i] as number)
  }

  /** Whether all `size` bytes at `pa` are RAM or ROM; with `writable`, RAM only. */
  isRam(pa: number, size: number, writable = false): boolean {
    for (let done = 0; done < size; ) {
      const i = this.#map.locate(pa + done)
      if (i < 0) return false
      const { kind, writes } = this.#map.regions[i] as MemoryRegion
      if (kind === 'io' || (writable && writes !== 'write')) return false
      done = (this.#map.ends[i] as number) - pa
    }
    return true
  }

  /** The mappings, by ascending address. */
  [Symbol.iterator](): IterableIterator<Mapping> {
    return this.#map[Symbol.iterator]()
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
    if (!isWithin(size, dst, at)) checkSpan(size, dst, at)
    let result = MEMTX_OK
    let firstError = -1
    for (let done = 0; done < size; ) {
      const here = pa + done
      const i = this.#map.locate(here)
      let n = this.#map.room(i, here, size - done)
      let r = this.#unassigned
      if (i < 0) {
        for (let k = 0; k < n; k++) dst[at + done + k] = this.#fill
      } else {
        const region = this.#map.regions[i] as MemoryRegion
        const offset = here - (this.#map.bases[i] as number)
        if (region.kind === 'io') {
          n = memoryAccessSize(region, n, offset) | 0
          r =
            n <= 8
              ? this.#devices.read(region, offset, here, n, dst, at + done, attrs)
              : this.#whole.read(region, offset, here, n, dst, at + done, attrs)
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
    if (!isWithin(size, src, at)) checkSpan(size, src, at)
    let result = MEMTX_OK
    let firstError = -1
    for (let done = 0; done < size; ) {
      const here = pa + done
      const i = this.#map.locate(here)
      let n = this.#map.room(i, here, size - done)
      let r = this.#unassigned
      if (i >= 0) {
        const region = this.#map.regions[i] as MemoryRegion
        const offset = here - (this.#map.bases[i] as number)
        if (region.kind === 'io') {
          n = memoryAccessSize(region, n, offset) | 0
          r =
            n <= 8
              ? this.#devices.write(region, offset, here, n, src, at + done, attrs)
              : this.#whole.write(region, offset, here, n, src, at + done, attrs)
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

  /**
   * Whether {@link atomic} can be asked: one device has the `size` bytes at `pa`, aligned, in the byte order of the data,
   * and takes atomics whole.
   *
   * @param operation - of the plan; '' is compare and swap.
   */
  takesAtomic(pa: number, size: number, operation: AtomicOperation | '', bigEndian: boolean): boolean {
    const i = this.#map.locate(pa)
    if (i < 0) return false
    const region = this.#map.regions[i] as MemoryRegion
    if (!region.wholeAtomics || region.bigEndian !== bigEndian || !isDeviceAtomic(operation)) return false
    return (pa - (this.#map.bases[i] as number)) % size === 0 && this.#map.room(i, pa, size) === size
  }

  /**
   * One atomic by the device at `pa`, which {@link takesAtomic}. Values are in memory order from the first byte of each
   * array: `operand`, `expected` of a compare and swap, and `old`, which gets what the device held.
   *
   * @returns MEMTX_ codes.
   */
  atomic(
    pa: number,
    size: number,
    operation: AtomicOperation | '',
    operand: Uint8Array,
    expected: Uint8Array,
    old: Uint8Array,
    attrs: number,
  ): MemTxResult {
    const i = this.#map.locate(pa)
    const region = this.#map.regions[i] as MemoryRegion
    const offset = pa - (this.#map.bases[i] as number)
    this.#errorAddress = pa
    return this.#whole.atomic(region, offset, pa, size, operation, operand, expected, old, attrs)
  }

  /** Where the access stands that ended in MEMTX_DEFERRED last. Overwritten by the next. */
  get deferral(): Readonly<Deferral> {
    return this.#devices.deferral
  }

  /**
   * Whether {@link resume} would make only callbacks that the device at its address can have been asked for: `from` is where
   * an access of `size` bytes at `pa` may stand. True where the device is gone.
   */
  canResume(pa: number, size: number, from: Readonly<Deferral>): boolean {
    const { before, piece, done } = from
    const here = pa + before
    const i = this.#map.locate(here)
    if (i < 0) return true
    const region = this.#map.regions[i] as MemoryRegion
    if (region.kind !== 'io') return true
    const offset = here - (this.#map.bases[i] as number)
    const step = callbackSize(region, piece)
    return (
      piece === memoryAccessSize(region, this.#map.room(i, here, size - before), offset) &&
      accessValid(region, offset, piece) &&
      done % step === 0 &&
      from.size === step &&
      from.offset === offset + done &&
      from.region === region.name
    )
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
    const i = this.#map.locate(here)
    const region = i < 0 ? null : (this.#map.regions[i] as MemoryRegion)
    this.#errorAddress = from.errorAddress >= 0 ? from.errorAddress : here
    if (region === null || region.kind !== 'io') return from.result | MEMTX_DECODE_ERROR
    const offset = here - (this.#map.bases[i] as number)
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
    return this.#ram.read(pa, size, dst, at)
  }

  /**
   * Reads a translation table descriptor from RAM. A table in a device region ends the walk in an external abort, so
   * that no walk has a device's side effects.
   */
  readDescriptor(pa: number, out: Descriptor): boolean {
    return this.#ram.readDescriptor(pa, out)
  }

  /** {@link readDescriptor} for a whole walk. */
  descriptorsAre(pa: Float64Array, hi: Uint32Array, lo: Uint32Array, from: number, to: number): boolean {
    return this.#ram.descriptorsAre(pa, hi, lo, from, to)
  }

  /**
   * Reads the four bytes at `pa`, little-endian, from RAM into `out.lo`: an instruction fetch.
   * @returns `false`, with `out` as it was, where there is no RAM.
   */
  readInstruction(pa: number, out: Descriptor): boolean {
    return this.#ram.readInstruction(pa, out)
  }

  /**
   * Replaces the descriptor at `pa` (a multiple of 8) by `hi:lo` if RAM still holds `old`: hardware management of the
   * Access flag and dirty state. One step for a GuestMemory that can, and for RAM in a SharedArrayBuffer.
   * @returns whether it did: not when another vCPU changed it first, nor where there is no writable RAM.
   */
  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    return this.#ram.compareAndSwapDescriptor(pa, oldHi, oldLo, hi, lo)
  }
}

/** Whether these are int32 and in the buffer: `Number.isInteger` has V8 look at doubles. */
function isWithin(size: number, buffer: Uint8Array, at: number): boolean {
  return (size | 0) === size && (at | 0) === at && size >= 1 && at >= 0 && size <= buffer.length - at
}

function checkSpan(size: number, buffer: Uint8Array, at: number): void {
  if (Number.isInteger(size) && Number.isInteger(at) && size >= 1 && at >= 0 && size <= buffer.length - at) return
  throw new RegionError('span', `${size} bytes at ${at} do not fit a buffer of ${buffer.length}: give a larger one`)
}
