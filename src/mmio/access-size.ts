/**
 * Sizes: how the bus cuts an access into pieces, which pieces a device takes, and how many bytes a callback handles.
 *
 * Source of the rules: QEMU system/physmem.c `memory_access_size`, system/memory.c `memory_region_access_valid`,
 * `access_with_adjusted_size`.
 *
 * @module
 */

import type { MemoryRegion } from './memory-region.ts'

/**
 * How many of the `remaining` bytes (>= 1, all inside the region) the next piece of an access takes: the largest power
 * of two that fits them, the region's `valid.max` and, unless `impl.unaligned`, the alignment of `offset`.
 * Source: QEMU system/physmem.c `memory_access_size`.
 *
 * @returns 1, 2, 4 or 8; 16 or 64 where the device takes those whole (`WholeAccess`).
 *
 * @example
 * ```ts
 * memoryAccessSize(crb, 8, 0x3e) // 2: then 4 at 0x40, then 2 at 0x44
 * ```
 */
export function memoryAccessSize(region: MemoryRegion, remaining: number, offset: number): number {
  if (region.wholeSizes !== 0) {
    if (takesWhole(region, 64, remaining, offset)) return 64
    if (takesWhole(region, 16, remaining, offset)) return 16
  }
  let n = region.validMax
  if (!region.implUnaligned) {
    // Of an int32: `offset & -offset` negates a double where a region is large.
    const low = offset & 7
    const align = low & -low
    if (align !== 0 && align < n) n = align
  }
  if (remaining < n) n = remaining
  return n >= 8 ? 8 : n >= 4 ? 4 : n >= 2 ? 2 : 1
}

function takesWhole({ wholeSizes }: MemoryRegion, size: number, remaining: number, offset: number): boolean {
  return (wholeSizes & size) !== 0 && remaining >= size && offset % size === 0
}

/** Whether the device accepts a piece. Source: QEMU system/memory.c `memory_region_access_valid`. */
export function accessValid(region: MemoryRegion, offset: number, size: number): boolean {
  if (!region.validUnaligned && (offset & (size - 1)) !== 0) return false
  return size >= region.validMin && size <= region.validMax
}

/** Bytes that each callback of a piece handles. Source: QEMU system/memory.c `access_with_adjusted_size`. */
export function callbackSize(region: MemoryRegion, size: number): number {
  const n = Math.min(size, region.implMax)
  return Math.max(n, region.implMin)
}
