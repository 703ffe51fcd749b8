/**
 * RAM behind the bus: bytes of this process or a GuestMemory, with the same results for both.
 *
 * @module
 */

import { TWO32 } from '../bits.ts'
import type { DeviceCaller } from './device-caller.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { MemoryRegion } from './memory-region.ts'
import { MEMTX_DECODE_ERROR, MEMTX_ERROR, MEMTX_OK, type MemTxResult } from './region.ts'

/** Reads `n` bytes at `offset` of a RAM region; where host memory fails they read zero. Never throws. */
export function ramRead(
  devices: DeviceCaller,
  region: MemoryRegion,
  offset: number,
  pa: number,
  n: number,
  dst: Uint8Array,
  at: number,
): MemTxResult {
  const bytes = region.bytes
  if (bytes !== null) {
    for (let k = 0; k < n; k++) dst[at + k] = bytes[offset + k] as number
    return MEMTX_OK
  }
  try {
    if ((region.memory as GuestMemory).read(pa, dst, at, n) === true) return MEMTX_OK
  } catch (thrown) {
    devices.report(region, offset, n, false, thrown)
  }
  for (let k = 0; k < n; k++) dst[at + k] = 0
  return MEMTX_ERROR
}

/** Writes `n` bytes at `offset` of a RAM region, unless it is ROM. Never throws. */
export function ramWrite(
  devices: DeviceCaller,
  region: MemoryRegion,
  offset: number,
  pa: number,
  n: number,
  src: Uint8Array,
  at: number,
): MemTxResult {
  if (region.writes !== 'write') return region.writes === 'error' ? MEMTX_DECODE_ERROR : MEMTX_OK
  const bytes = region.bytes
  if (bytes !== null) {
    for (let k = 0; k < n; k++) bytes[offset + k] = src[at + k] as number
    return MEMTX_OK
  }
  try {
    if ((region.memory as GuestMemory).write(pa, src, at, n) === true) return MEMTX_OK
  } catch (thrown) {
    devices.report(region, offset, n, true, thrown)
  }
  return MEMTX_ERROR
}

/**
 * Compare-and-swap of the little-endian doubleword at `offset`, all of it inside the region.
 * @param scratch - eight bytes to work in.
 */
export function ramCompareAndSwap(
  devices: DeviceCaller,
  region: MemoryRegion,
  offset: number,
  pa: number,
  oldHi: number,
  oldLo: number,
  hi: number,
  lo: number,
  scratch: Uint8Array,
): boolean {
  if (region.kind === 'io' || region.writes !== 'write') return false
  const bytes = region.bytes
  if (bytes !== null && isShared(bytes.buffer) && (bytes.byteOffset + offset) % 8 === 0) {
    // The one place where a bigint is worth its price: another vCPU may run in another worker.
    const cell = new BigUint64Array(bytes.buffer, bytes.byteOffset + offset, 1)
    const expected = BigInt(oldHi) * BigInt(TWO32) + BigInt(oldLo)
    const found = Atomics.compareExchange(cell, 0, expected, BigInt(hi) * BigInt(TWO32) + BigInt(lo))
    return found === expected
  }
  const memory = region.memory
  if (memory?.compareAndSwap64 !== undefined) {
    try {
      return memory.compareAndSwap64(pa, oldHi, oldLo, hi, lo) === true
    } catch (thrown) {
      devices.report(region, offset, 8, true, thrown)
      return false
    }
  }
  if (ramRead(devices, region, offset, pa, 8, scratch, 0) !== MEMTX_OK) return false
  for (let k = 0; k < 8; k++) if (scratch[k] !== byteOf(oldHi, oldLo, k)) return false
  for (let k = 0; k < 8; k++) scratch[k] = byteOf(hi, lo, k)
  return ramWrite(devices, region, offset, pa, 8, scratch, 0) === MEMTX_OK
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
}

function byteOf(hi: number, lo: number, k: number): number {
  return k < 4 ? (lo >>> (8 * k)) & 0xff : (hi >>> (8 * (k - 4))) & 0xff
}
