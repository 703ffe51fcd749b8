/**
 * From one piece of an access to the callbacks of one device, with QEMU's byte order and its guards.
 *
 * Source of the rules: QEMU system/memory.c `access_with_adjusted_size`, `adjust_endianness`, and the guard
 * `mem_reentrancy_guard`.
 *
 * @module
 */

import { shown } from '../bits.ts'
import { AccessKind, type AccessLog } from './access-log.ts'
import { accessValid, callbackSize } from './access-size.ts'
import type { Deferral } from './deferral.ts'
import { isResult, isU32, put, rubbish } from './device-value.ts'
import type { MemoryRegion } from './memory-region.ts'
import {
  MEMTX_ACCESS_ERROR,
  MEMTX_DECODE_ERROR,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  MEMTX_OK,
  type MemoryRegionOps,
  type MemTx,
  MemTxAttrs,
  type MemTxResult,
} from './region.ts'

/** Callbacks that may be under way at once, each entered from inside the one before. */
export const MAX_NESTING = 4
/** Characters of a token. */
const MAX_TOKEN = 256

/**
 * Told of a device that threw, or returned something that is no u32, or left rubbish in its MemTx. The access ends in
 * MEMTX_ERROR, a read gives zero. What this hook throws is dropped.
 *
 * @param region - whose callback failed.
 * @param offset - of the callback, bytes from the region's start.
 * @param size - of the callback, bytes.
 * @param isWrite - which callback.
 * @param thrown - what it threw; for rubbish a TypeError that says so.
 */
export type DeviceErrorHook = (
  region: MemoryRegion,
  offset: number,
  size: number,
  isWrite: boolean,
  thrown: unknown,
) => void

/**
 * Calls devices: the last stage of the bus, with its log, its error hook and its pool of MemTx. One per AddressSpace.
 */
export class DeviceCaller {
  /** Every callback goes here, in the order of issue. */
  log: AccessLog | null = null
  onDeviceError: DeviceErrorHook | null = null
  /** Of the last callback that answered MEMTX_DEFERRED. */
  readonly deferral: Deferral = {
    token: '',
    region: '',
    offset: 0,
    size: 0,
    before: 0,
    piece: 0,
    done: 0,
    result: MEMTX_OK,
    errorAddress: -1,
  }
  #depth = 0
  /**
   * Address of the callback to come, for the log. In a field, whose double V8 keeps in place: it allocates for one that is an
   * argument, from 2^31 on. NaN makes it a double at once.
   */
  #pa: number = Number.NaN
  /** One per nesting level, so a device that uses the bus finds its own transaction as it left it. */
  readonly #pool: readonly MemTx[] = Array.from({ length: MAX_NESTING }, () =>
    // Sealed: a device may not turn a field into an accessor for the next access.
    Object.seal({ hi: 0, result: MEMTX_OK, token: '', user: false }),
  )

  /**
   * Reads a piece of {@link memoryAccessSize} bytes into `dst[at ..]`, in guest memory order. Never throws.
   *
   * @param pa - guest-physical address of the piece, for the log.
   * @param attrs - MemTxAttrs bits.
   */
  read(
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    dst: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const valid = accessValid(region, offset, size)
    if (!valid || region.engagedInIo || this.#depth >= MAX_NESTING) {
      dst.fill(0, at, at + size)
      return valid ? MEMTX_ACCESS_ERROR : MEMTX_DECODE_ERROR
    }
    if (size > region.implMax) {
      // Those behind a callback that is deferred read zero.
      dst.fill(0, at, at + size)
      return this.#readFrom(0, region, offset, pa, size, dst, at, attrs)
    }
    // One callback, as nearly always: 20 ns less than the loop.
    const tx = this.#pool[this.#depth] as MemTx
    const step = callbackSize(region, size)
    this.#pa = pa
    region.engagedInIo = true
    this.#depth++
    const result = this.#readOne(region, tx, offset, step, dst, at, size, attrs)
    if ((result & MEMTX_DEFERRED) !== 0) this.#defer(region, offset, step, size, 0, MEMTX_OK, tx.token)
    this.#depth--
    region.engagedInIo = false
    return result
  }

  /** Writes a piece of {@link memoryAccessSize} bytes from `src[at ..]`; otherwise as {@link read}. */
  write(
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    src: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    if (!accessValid(region, offset, size)) return MEMTX_DECODE_ERROR
    if (region.engagedInIo || this.#depth >= MAX_NESTING) return MEMTX_ACCESS_ERROR
    if (size > region.implMax) return this.#writeFrom(0, region, offset, pa, size, src, at, attrs)
    // One callback, as nearly always: 20 ns less than the loop.
    const tx = this.#pool[this.#depth] as MemTx
    const step = callbackSize(region, size)
    this.#pa = pa
    region.engagedInIo = true
    this.#depth++
    const result = this.#writeOne(region, tx, offset, step, src, at, size, attrs)
    if ((result & MEMTX_DEFERRED) !== 0) this.#defer(region, offset, step, size, 0, MEMTX_OK, tx.token)
    this.#depth--
    region.engagedInIo = false
    return result
  }

  /** Callbacks under way. */
  get depth(): number {
    return this.#depth
  }

  /**
   * Begins a callback for a whole access: its MemTx, or null where the guards of the bus refuse it. Ended by {@link leave}.
   */
  enter(region: MemoryRegion, attrs: number): MemTx | null {
    if (region.engagedInIo || this.#depth >= MAX_NESTING) return null
    const tx = this.#pool[this.#depth] as MemTx
    tx.hi = 0
    tx.result = MEMTX_OK
    tx.token = ''
    tx.user = (attrs & MemTxAttrs.USER) !== 0
    region.engagedInIo = true
    this.#depth++
    return tx
  }

  /** The callback is over. */
  leave(region: MemoryRegion): void {
    this.#depth--
    region.engagedInIo = false
  }

  /** The callbacks of a read from byte `from` of its piece on, up to one that is deferred. */
  #readFrom(
    from: number,
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    dst: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const tx = this.#pool[this.#depth] as MemTx
    const step = callbackSize(region, size)
    let result = MEMTX_OK
    region.engagedInIo = true
    this.#depth++
    try {
      for (let i = from; i < size; i += step) {
        const used = Math.min(size - i, step)
        this.#pa = pa + i
        const r = this.#readOne(region, tx, offset + i, step, dst, at + i, used, attrs)
        if ((r & MEMTX_DEFERRED) !== 0) {
          this.#defer(region, offset + i, step, size, i, result, tx.token)
          return result | r
        }
        result |= r
      }
    } finally {
      this.#depth--
      region.engagedInIo = false
    }
    return result
  }

  /** One callback of `step` bytes, of which the first `used` in memory order go to `dst`. */
  #readOne(
    region: MemoryRegion,
    tx: MemTx,
    offset: number,
    step: number,
    dst: Uint8Array,
    at: number,
    used: number,
    attrs: number,
  ): MemTxResult {
    const log = this.log
    const ticket = log === null ? 0 : log.begin(AccessKind.LOAD, region, offset, this.#pa, step, 0, 0)
    let hi = 0
    let lo = 0
    let result: MemTxResult
    try {
      tx.hi = 0
      tx.result = MEMTX_OK
      tx.token = ''
      tx.user = (attrs & MemTxAttrs.USER) !== 0
      const value: unknown = (region.ops as MemoryRegionOps).read(offset, step, tx)
      result = tx.result
      if (!isU32(value) || !isU32(tx.hi) || !isResult(result)) throw rubbish('read', value, tx)
      if ((result & MEMTX_DEFERRED) !== 0) this.#checkToken(tx)
      lo = step === 1 ? value & 0xff : step === 2 ? value & 0xffff : value >>> 0
      hi = step === 8 ? tx.hi >>> 0 : 0
    } catch (thrown) {
      result = MEMTX_ERROR
      this.report(region, offset, step, false, thrown)
    }
    put(region, hi, lo, step, dst, at, used)
    if (log !== null) log.finish(ticket, hi, lo, result)
    return result
  }

  /** The callbacks of a write from byte `from` of its piece on, up to one that is deferred. */
  #writeFrom(
    from: number,
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    src: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const tx = this.#pool[this.#depth] as MemTx
    const step = callbackSize(region, size)
    let result = MEMTX_OK
    region.engagedInIo = true
    this.#depth++
    try {
      for (let i = from; i < size; i += step) {
        const used = Math.min(size - i, step)
        this.#pa = pa + i
        const r = this.#writeOne(region, tx, offset + i, step, src, at + i, used, attrs)
        if ((r & MEMTX_DEFERRED) !== 0) {
          this.#defer(region, offset + i, step, size, i, result, tx.token)
          return result | r
        }
        result |= r
      }
    } finally {
      this.#depth--
      region.engagedInIo = false
    }
    return result
  }

  /** One callback of `step` bytes: `used` bytes of `src` in memory order, the others zero. */
  #writeOne(
    region: MemoryRegion,
    tx: MemTx,
    offset: number,
    step: number,
    src: Uint8Array,
    at: number,
    used: number,
    attrs: number,
  ): MemTxResult {
    let hi = 0
    let lo = 0
    for (let k = 0; k < used; k++) {
      const n = region.bigEndian ? step - 1 - k : k
      if (n < 4) lo |= (src[at + k] as number) << (8 * n)
      else hi |= (src[at + k] as number) << (8 * (n - 4))
    }
    lo >>>= 0
    hi >>>= 0
    const log = this.log
    const ticket = log === null ? 0 : log.begin(AccessKind.STORE, region, offset, this.#pa, step, hi, lo)
    let result: MemTxResult
    try {
      tx.hi = hi
      tx.result = MEMTX_OK
      tx.token = ''
      tx.user = (attrs & MemTxAttrs.USER) !== 0
      ;(region.ops as MemoryRegionOps).write(offset, lo, step, tx)
      result = tx.result
      if (!isResult(result)) throw rubbish('write', undefined, tx)
      if ((result & MEMTX_DEFERRED) !== 0) this.#checkToken(tx)
    } catch (thrown) {
      result = MEMTX_ERROR
      this.report(region, offset, step, true, thrown)
    }
    if (log !== null) log.finish(ticket, hi, lo, result)
    return result
  }

  /**
   * Ends a read that was deferred: takes the value of the callback, and makes those that follow in its piece.
   * @param from - byte of the piece that the callback began at.
   * @param answer - MEMTX_ codes of the callback.
   */
  resumeRead(
    from: number,
    hi: number,
    lo: number,
    answer: MemTxResult,
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    dst: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const step = callbackSize(region, size)
    put(region, hi, lo, step, dst, at + from, Math.min(size - from, step))
    this.log?.record(AccessKind.LOAD, region, offset + from, pa + from, step, hi, lo, answer)
    return answer | this.#readFrom(from + step, region, offset, pa, size, dst, at, attrs)
  }

  /** Ends a write that was deferred; otherwise as {@link resumeRead}. */
  resumeWrite(
    from: number,
    answer: MemTxResult,
    region: MemoryRegion,
    offset: number,
    pa: number,
    size: number,
    src: Uint8Array,
    at: number,
    attrs: number,
  ): MemTxResult {
    const step = callbackSize(region, size)
    this.log?.record(AccessKind.STORE, region, offset + from, pa + from, step, 0, 0, answer)
    return answer | this.#writeFrom(from + step, region, offset, pa, size, src, at, attrs)
  }

  /** Keeps where a deferred callback stands in its piece. */
  #defer(
    region: MemoryRegion,
    offset: number,
    size: number,
    piece: number,
    done: number,
    result: MemTxResult,
    token: string | number,
  ): void {
    const { deferral } = this
    deferral.token = token
    deferral.region = region.name
    deferral.offset = offset
    deferral.size = size
    deferral.before = 0
    deferral.piece = piece
    deferral.done = done
    deferral.result = result
    deferral.errorAddress = -1
  }

  #checkToken(tx: MemTx): void {
    const { token } = tx
    if (this.#depth > 1) throw new TypeError('deferred an access made from inside a callback: only a guest can wait')
    if (typeof token === 'string' ? token !== '' && token.length <= MAX_TOKEN : Number.isFinite(token)) return
    throw new TypeError(
      `deferred by ${shown(token)}: tx.token must be a text of 1..${MAX_TOKEN} characters or a number`,
    )
  }

  /** Tells the host; also of a GuestMemory that threw. Never throws. */
  report(region: MemoryRegion, offset: number, size: number, isWrite: boolean, thrown: unknown): void {
    try {
      this.onDeviceError?.(region, offset, size, isWrite, thrown)
    } catch {
      // A hook that fails must not fail the guest's instruction.
    }
  }
}
