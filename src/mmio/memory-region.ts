/**
 * A region ready to be mapped: a device, RAM in this process, or RAM behind a host interface.
 *
 * @module
 */

import { hex, shown } from '../bits.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { MemoryRegionOps, WholeAccess } from './region.ts'

/** Why a region could not be made or mapped. */
export type RegionErrorCode = 'name' | 'size' | 'base' | 'sizes' | 'ops' | 'overlap' | 'mapped' | 'span' | 'option'

/**
 * A host's mistake in making, mapping or using a region; the message says what is wrong, where, and what to do.
 * No guest can cause one.
 */
export class RegionError extends Error {
  override readonly name = 'RegionError'
  /** What is wrong, for programs. */
  readonly code: RegionErrorCode

  constructor(code: RegionErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** One past the highest byte address that a region may hold: a plain number is exact up to here. */
export const ADDRESS_LIMIT: number = 2 ** 53

/** How a RAM region treats writes. */
export interface RamOptions {
  /**
   * `true`: ROM; a write changes nothing and ends in MEMTX_DECODE_ERROR, as on QEMU's bus. `'discard'`: ROM whose
   * writes vanish without an error, as QEMU's TCG treats them. `false` unless told.
   */
  readonly readonly?: boolean | 'discard'
}

/** What stands behind a region: device callbacks, bytes of this process, or a {@link GuestMemory}. */
export type RegionKind = 'io' | 'ram' | 'host'

/** What becomes of a write: done, refused with an error, or dropped silently. */
export type WritePolicy = 'write' | 'error' | 'discard'

/**
 * A named window with a device or RAM behind it. Made by {@link MemoryRegion.io}, {@link MemoryRegion.ram} or
 * {@link MemoryRegion.hostRam}; mapped by `AddressSpace.add`.
 *
 * @example
 * ```ts
 * const ram = MemoryRegion.ram('ram', new Uint8Array(0x10_0000))
 * const uart = MemoryRegion.io('uart', 0x1000, { read: () => 0x90, write: (_offset, value) => put(value) })
 * const space = new AddressSpace().add(ram, 0x4000_0000).add(uart, 0x900_0000)
 * ```
 */
export class MemoryRegion {
  /** For logs and messages. */
  readonly name: string
  /** Bytes, 1..2^53. */
  readonly size: number
  readonly kind: RegionKind
  /** The bytes of a `ram` region, else `null`. */
  readonly bytes: Uint8Array | null
  /**
   * {@link bytes} in words of this machine's byte order, for reads at offsets that are multiples of 4; `null` where the
   * bytes lie unaligned in their buffer, or where this machine is big-endian.
   */
  readonly words: Uint32Array | null
  /** The memory behind a `host` region, else `null`. */
  readonly memory: GuestMemory | null
  /** The device of an `io` region, else `null`. */
  readonly ops: MemoryRegionOps | null
  /** What a write to RAM does; `write` for a device. */
  readonly writes: WritePolicy
  /** `ops.valid` and `ops.impl` with QEMU's defaults filled in. */
  readonly validMin: number
  readonly validMax: number
  readonly validUnaligned: boolean
  readonly implMin: number
  readonly implMax: number
  readonly implUnaligned: boolean
  /** The device's registers are big-endian. */
  readonly bigEndian: boolean
  /** Sizes that `ops.whole` takes, OR-ed: 16, 64. */
  readonly wholeSizes: number
  /** `ops.whole` takes atomics. */
  readonly wholeAtomics: boolean
  /** A callback of this device is under way: the bus refuses another (QEMU's mem_reentrancy_guard). Set by the bus. */
  engagedInIo = false

  private constructor(
    name: string,
    size: number,
    bytes: Uint8Array | null,
    memory: GuestMemory | null,
    ops: MemoryRegionOps | null,
    writes: WritePolicy,
  ) {
    if (typeof name !== 'string' || name === '') throw new RegionError('name', 'a region needs a name: give a text')
    if (!Number.isInteger(size) || size < 1 || size > ADDRESS_LIMIT) {
      throw new RegionError('size', `region '${name}': size is ${shown(size)}; give an integer in 1..2^53`)
    }
    this.name = name
    this.size = size
    this.kind = ops !== null ? 'io' : bytes !== null ? 'ram' : 'host'
    this.bytes = bytes
    this.words = bytes === null ? null : wordsOf(bytes)
    this.memory = memory
    this.ops = ops
    this.writes = writes
    const valid = ops?.valid
    const impl = ops?.impl
    this.validMin = sizeOf(name, 'valid.min', valid?.min, 1)
    this.validMax = sizeOf(name, 'valid.max', valid?.max, Math.max(4, this.validMin))
    this.validUnaligned = valid?.unaligned === true
    this.implMin = sizeOf(name, 'impl.min', impl?.min, 1)
    this.implMax = sizeOf(name, 'impl.max', impl?.max, Math.max(4, this.implMin))
    this.implUnaligned = impl?.unaligned === true
    this.bigEndian = ops?.endianness === 'big'
    this.wholeSizes = wholeSizes(name, ops?.whole)
    this.wholeAtomics = ops?.whole?.atomic !== undefined
    ordered(name, 'valid', this.validMin, this.validMax)
    ordered(name, 'impl', this.implMin, this.implMax)
  }

  /**
   * A device of `size` bytes.
   * @throws RegionError for an empty name, a size out of range, callbacks that are no functions, sizes other than
   * 1, 2, 4, 8 with min <= max, or whole sizes other than 16 and 64.
   */
  static io(name: string, size: number, ops: MemoryRegionOps): MemoryRegion {
    if (typeof ops?.read !== 'function' || typeof ops.write !== 'function') {
      throw new RegionError('ops', `region '${shown(name)}': ops.read and ops.write must be functions`)
    }
    if (ops.endianness !== undefined && ops.endianness !== 'little' && ops.endianness !== 'big') {
      throw new RegionError(
        'ops',
        `region '${shown(name)}': ops.endianness is ${shown(ops.endianness)}; give 'little' or 'big'`,
      )
    }
    return new MemoryRegion(name, size, null, null, ops, 'write')
  }

  /**
   * RAM (or ROM) that is these bytes: nothing is copied, a host may change them between accesses.
   * @throws RegionError for an empty name or no bytes.
   */
  static ram(name: string, bytes: Uint8Array, options: RamOptions = {}): MemoryRegion {
    if (!(bytes instanceof Uint8Array)) {
      throw new RegionError(
        'ops',
        `region '${shown(name)}': RAM is a Uint8Array; for other memory use MemoryRegion.hostRam`,
      )
    }
    return new MemoryRegion(name, bytes.length, bytes, null, null, writePolicy(name, options))
  }

  /**
   * RAM (or ROM) of `size` bytes that a hypervisor shim reads and writes.
   * @throws RegionError for an empty name, a size out of range, or a memory without `read` and `write`.
   */
  static hostRam(name: string, size: number, memory: GuestMemory, options: RamOptions = {}): MemoryRegion {
    if (typeof memory?.read !== 'function' || typeof memory.write !== 'function') {
      throw new RegionError('ops', `region '${shown(name)}': a GuestMemory has the methods read and write`)
    }
    return new MemoryRegion(name, size, null, memory, null, writePolicy(name, options))
  }

  /** `name 0xbase..0xend`, both inclusive, for messages. */
  describe(base: number): string {
    return `'${this.name}' ${hex(base)}..${hex(base + (this.size - 1))}`
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

function wordsOf(bytes: Uint8Array): Uint32Array | null {
  if (!LITTLE_ENDIAN || (bytes.byteOffset & 3) !== 0) return null
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2)
}

function writePolicy(name: string, options: RamOptions): WritePolicy {
  const { readonly = false } = options
  if (readonly === false) return 'write'
  if (readonly === true) return 'error'
  if (readonly === 'discard') return 'discard'
  throw new RegionError(
    'option',
    `region '${shown(name)}': readonly is ${shown(readonly)}; give true, false or 'discard'`,
  )
}

function sizeOf(name: string, what: string, given: number | undefined, unlessTold: number): number {
  if (given === undefined) return unlessTold
  if (given === 1 || given === 2 || given === 4 || given === 8) return given
  throw new RegionError('sizes', `region '${name}': ${what} is ${shown(given)}; give 1, 2, 4 or 8`)
}

/** `whole.sizes` OR-ed. */
function wholeSizes(name: string, whole: WholeAccess | undefined): number {
  if (whole === undefined) return 0
  if (typeof whole !== 'object' || whole === null || !Array.isArray(whole.sizes ?? [])) {
    throw new RegionError('ops', `region '${name}': whole is no object with a list of sizes`)
  }
  const { sizes = [], read, write, atomic } = whole
  const callbacks = [atomic, ...(sizes.length > 0 ? [read ?? null, write ?? null] : [])]
  if (callbacks.some((f) => f !== undefined && typeof f !== 'function')) {
    throw new RegionError(
      'ops',
      `region '${name}': whole.read and whole.write, for whole.sizes, and whole.atomic must be functions`,
    )
  }
  let all = 0
  for (const size of sizes) {
    if (size !== 16 && size !== 64)
      throw new RegionError('sizes', `region '${name}': whole.sizes has ${shown(size)}; give 16 or 64`)
    all |= size
  }
  return all
}

function ordered(name: string, what: string, min: number, max: number): void {
  if (min > max) throw new RegionError('sizes', `region '${name}': ${what}.min ${min} is above ${what}.max ${max}`)
}
