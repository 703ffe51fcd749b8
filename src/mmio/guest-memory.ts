/**
 * Guest RAM that is not an ArrayBuffer of this process.
 *
 * @module
 */

/**
 * What a hypervisor shim implements when guest RAM lives elsewhere: a mapped file, another process, a GDB remote.
 * `MemoryRegion.hostRam` puts it on the bus.
 *
 * Addresses are guest-physical and absolute, so one object can stand behind several regions; nisv asks only for spans
 * that lie inside one region. Calls are synchronous. A method that throws counts as one that returned `false`.
 *
 * @example
 * ```ts
 * const memory: GuestMemory = {
 *   read: (pa, dst, at, length) => readSync(fd, dst, at, length, pa) === length,
 *   write: (pa, src, at, length) => writeSync(fd, src, at, length, pa) === length,
 * }
 * ```
 */
export interface GuestMemory {
  /**
   * Copies `length` bytes at guest-physical address `pa` to `dst[at ..]`.
   * @returns `false` where there is no memory: the access ends in MEMTX_ERROR, reading zero.
   */
  read(pa: number, dst: Uint8Array, at: number, length: number): boolean
  /**
   * Copies `src[at ..]`, `length` bytes, to guest-physical address `pa`.
   * @returns `false` where there is no memory: the access ends in MEMTX_ERROR.
   */
  write(pa: number, src: Uint8Array, at: number, length: number): boolean
  /**
   * Replaces the little-endian doubleword at `pa` (a multiple of 8) by `hi:lo` if it still is `oldHi:oldLo`, in one
   * step that no other vCPU can divide. Hardware management of the Access flag and dirty state (DDI 0487, D8.5) needs
   * it; without it nisv reads, compares and writes, which is right only while no other vCPU runs.
   * @returns whether it was replaced.
   */
  compareAndSwap64?(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean
}
