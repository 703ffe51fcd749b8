/**
 * Accesses that a device takes whole: one callback of 16 or 64 bytes, or for an atomic.
 *
 * @module
 */

import type { AtomicOperation } from '../decode/index.ts'
import { AccessKind } from './access-log.ts'
import { type DeviceCaller, MAX_NESTING } from './device-caller.ts'
import { isResult, rubbish } from './device-value.ts'
import type { MemoryRegion } from './memory-region.ts'
import {
  type AtomicRequest,
  type DeviceAtomicOperation,
  MEMTX_ACCESS_ERROR,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  type MemoryRegionOps,
  type MemTx,
  type MemTxResult,
  type WholeAccess,
} from './region.ts'

const OPERATIONS: ReadonlySet<AtomicOperation | ''> = new Set<AtomicOperation | ''>([
  'add',
  'clr',
  'eor',
  'set',
  'smax',
  'smin',
  'umax',
  'umin',
  'swp',
])

/** Whether a device can be asked for the operation: '' is compare and swap. */
export function isDeviceAtomic(operation: AtomicOperation | ''): boolean {
  return operation === '' || OPERATIONS.has(operation)
}

/** The request as the bus has it: the operation changes, the arrays stay. */
type Request = { -readonly [K in keyof AtomicRequest]: AtomicRequest[K] }

/** What the callbacks of one depth of nesting are given; overwritten by the next access. */
interface Level {
  readonly bytes16: Uint8Array
  readonly bytes64: Uint8Array
  readonly request: Request
}

function newLevel(): Level {
  const words = (): Uint32Array => new Uint32Array(4)
  const request: Request = { operation: 'add', size: 0, operand: words(), expected: words(), old: words() }
  return { bytes16: new Uint8Array(16), bytes64: new Uint8Array(64), request }
}

/** Calls `MemoryRegionOps.whole` under the guards and with the log of a {@link DeviceCaller}. Never throws. */
export class WholeCaller {
  readonly #devices: DeviceCaller
  readonly #levels: readonly Level[] = Array.from({ length: MAX_NESTING }, newLevel)

  constructor(devices: DeviceCaller) {
    this.#devices = devices
  }

  /** Reads `size`, 16 or 64, bytes to `dst[at ..]`: zeros unless the device gave MEMTX_OK. */
  read(
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    dst: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const level = this.#levels[this.#devices.depth]
    const tx = this.#devices.enter(region, attrs)
    if (tx === null || level === undefined) {
      dst.fill(0, at, at + size)
      return MEMTX_ACCESS_ERROR
    }
    const data = size === 16 ? level.bytes16 : level.bytes64
    const log = this.#devices.log
    const ticket = log === null ? 0 : log.begin(AccessKind.LOAD, region, offset, pa, size, 0, 0)
    let result: MemTxResult
    try {
      data.fill(0)
      wholeOf(region).read(offset, data, tx)
      result = checked('read', tx)
    } catch (thrown) {
      result = MEMTX_ERROR
      data.fill(0)
      this.#devices.report(region, offset, size, false, thrown)
    }
    dst.set(data, at)
    if (log !== null) log.finish(ticket, word(data, 4), word(data, 0), result)
    this.#devices.leave(region)
    return result
  }

  /** Writes `size`, 16 or 64, bytes of `src[at ..]`. */
  write(
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    src: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const level = this.#levels[this.#devices.depth]
    const tx = this.#devices.enter(region, attrs)
    if (tx === null || level === undefined) return MEMTX_ACCESS_ERROR
    const data = size === 16 ? level.bytes16 : level.bytes64
    for (let i = 0; i < size; i++) data[i] = src[at + i] as number
    const hi = word(data, 4)
    const lo = word(data, 0)
    const log = this.#devices.log
    const ticket = log === null ? 0 : log.begin(AccessKind.STORE, region, offset, pa, size, hi, lo)
    let result: MemTxResult
    try {
      wholeOf(region).write(offset, data, tx)
      result = checked('write', tx)
    } catch (thrown) {
      result = MEMTX_ERROR
      this.#devices.report(region, offset, size, true, thrown)
    }
    if (log !== null) log.finish(ticket, hi, lo, result)
    this.#devices.leave(region)
    return result
  }

  /**
   * An atomic of `size` bytes, 1 to 16. Values are in memory order, from the first byte of each array.
   *
   * @param operation - one of {@link isDeviceAtomic}.
   * @param expected - of a compare and swap.
   * @param old - gets what the device held.
   */
  atomic(
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    operation: AtomicOperation | '',
    operand: Uint8Array,
    expected: Uint8Array,
    old: Uint8Array,
    attrs: number,
  ): MemTxResult {
    const level = this.#levels[this.#devices.depth]
    const tx = this.#devices.enter(region, attrs)
    if (tx === null || level === undefined) return MEMTX_ACCESS_ERROR
    const { request } = level
    const compares = operation === ''
    request.operation = compares ? 'cas' : (operation as DeviceAtomicOperation)
    request.size = size
    toWords(region, operand, size, request.operand)
    if (compares) toWords(region, expected, size, request.expected)
    else request.expected.fill(0)
    request.old.fill(0)
    const log = this.#devices.log
    const kind = compares ? AccessKind.CAS : AccessKind.ATOMIC
    const ticket = log === null ? 0 : log.begin(kind, region, offset, pa, size, 0, 0)
    let result: MemTxResult
    try {
      wholeOf(region).atomic(offset, request, tx)
      result = checked('atomic', tx)
    } catch (thrown) {
      result = MEMTX_ERROR
      request.old.fill(0)
      this.#devices.report(region, offset, size, true, thrown)
    }
    fromWords(region, request.old, size, old)
    if (log !== null) {
      const keep = size >= 4 ? -1 : ~(-1 << (8 * size))
      const lo = ((request.old[0] as number) & keep) >>> 0
      log.finish(ticket, size > 4 ? (request.old[1] as number) : 0, lo, result)
    }
    this.#devices.leave(region)
    return result
  }
}

/** With the callbacks that the bus has found in it. */
function wholeOf(region: MemoryRegion): Required<WholeAccess> {
  return (region.ops as MemoryRegionOps).whole as Required<WholeAccess>
}

/** The result that a callback left. */
function checked(callback: string, tx: MemTx): MemTxResult {
  const { result } = tx
  if (!isResult(result)) throw rubbish(callback, undefined, tx)
  if ((result & MEMTX_DEFERRED) !== 0) throw new TypeError(`whole.${callback} deferred its access: it cannot`)
  return result
}

function word(data: Uint8Array, at: number): number {
  const low = (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16)
  return (low | ((data[at + 3] as number) << 24)) >>> 0
}

/** The value of `size` bytes by the region's byte order. */
function toWords(region: MemoryRegion, bytes: Uint8Array, size: number, words: Uint32Array): void {
  words.fill(0)
  for (let i = 0; i < size; i++) {
    const byte = bytes[region.bigEndian ? size - 1 - i : i] as number
    words[i >>> 2] = (words[i >>> 2] as number) | (byte << (8 * (i & 3)))
  }
}

function fromWords(region: MemoryRegion, words: Uint32Array, size: number, bytes: Uint8Array): void {
  for (let i = 0; i < size; i++) {
    bytes[region.bigEndian ? size - 1 - i : i] = (words[i >>> 2] as number) >>> (8 * (i & 3))
  }
}
