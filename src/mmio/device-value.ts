/**
 * What a device's callback returned: checked, and laid out as bytes of guest memory.
 *
 * @module
 */

import { shown } from '../bits.ts'
import type { MemoryRegion } from './memory-region.ts'
import {
  MEMTX_ACCESS_ERROR,
  MEMTX_DECODE_ERROR,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  type MemTx,
  type MemTxResult,
} from './region.ts'

/** All bits that a MemTxResult may have. */
const RESULT_MASK = MEMTX_ERROR | MEMTX_DECODE_ERROR | MEMTX_ACCESS_ERROR | MEMTX_DEFERRED

/** The first `used` bytes, in memory order, of the `step` bytes that a callback returned. */
export function put(
  region: MemoryRegion,
  hi: number,
  lo: number,
  step: number,
  dst: Uint8Array,
  at: number,
  used: number,
): void {
  if (step === 4 && used === 4 && !region.bigEndian) {
    // The usual case, without a loop: 10 ns of 35.
    dst[at] = lo
    dst[at + 1] = lo >>> 8
    dst[at + 2] = lo >>> 16
    dst[at + 3] = lo >>> 24
    return
  }
  if (region.bigEndian) for (let k = 0; k < used; k++) dst[at + k] = byteOf(hi, lo, step - 1 - k)
  else for (let k = 0; k < used; k++) dst[at + k] = byteOf(hi, lo, k)
}

/** Byte `n` (0..7, 0 the least significant) of `hi:lo`. */
function byteOf(hi: number, lo: number, n: number): number {
  return n < 4 ? (lo >>> (8 * n)) & 0xff : (hi >>> (8 * (n - 4))) & 0xff
}

/** Whether a callback's value is an integer in 0..2^32-1. */
export function isU32(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value
}

/** Whether a result is an OR of MEMTX_ codes. */
export function isResult(value: unknown): value is MemTxResult {
  return typeof value === 'number' && (value & RESULT_MASK) === value
}

/** What the host is told of a callback that is neither. */
export function rubbish(callback: string, value: unknown, tx: MemTx): TypeError {
  const got = callback === 'read' ? `returned ${shown(value)}, ` : ''
  return new TypeError(
    `${callback} ${got}tx.hi ${shown(tx.hi)}, tx.result ${shown(tx.result)}: ` +
      'value and hi must be in 0..2^32-1 (x >>> 0 makes them so), result an OR of MEMTX_ codes',
  )
}
