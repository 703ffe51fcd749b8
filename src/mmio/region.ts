/**
 * Memory regions as QEMU has them (include/exec/memory.h, docs/devel/memory.rst): a window of guest-physical
 * addresses with either RAM or a device's callbacks behind it.
 *
 * @module
 */

/** What became of a transaction, as QEMU's MemTxResult. */
export const MEMTX_OK = 0
/** The device returned an error. */
export const MEMTX_ERROR = 1
/** Nothing at that address, or an access that the device does not accept. */
export const MEMTX_DECODE_ERROR = 2
/** Refused by a guard of the bus (re-entrancy). */
export const MEMTX_ACCESS_ERROR = 4

/** One of the MEMTX_ codes, or several OR-ed together as QEMU does for a split access. */
export type MemTxResult = number

/**
 * The transaction that a device callback serves: one reused object, so that no access allocates.
 *
 * Values of up to four bytes travel as plain arguments and results; the upper half of an eight-byte value travels in
 * {@link hi}.
 */
export interface MemTx {
  /** Bits 63:32 of the value: set by the bus before `write`, to be set by the device in `read`. 0 at the call. */
  hi: number
  /** MEMTX_OK at the call; a device sets another code to fail the access. */
  result: MemTxResult
  /** The access is made by unprivileged code (EL0, or LDTR/STTR). */
  user: boolean
}

/** Sizes in bytes, powers of two, as in QEMU's MemoryRegionOps.valid / .impl. */
export interface AccessSizes {
  /** Smallest size; 1 unless told. */
  readonly min?: number
  /** Largest size; for `valid` 4 unless told, for `impl` 4 unless told. */
  readonly max?: number
  /** Accesses whose offset is no multiple of their size are taken. `false` unless told. */
  readonly unaligned?: boolean
}

/**
 * A device: what it accepts (`valid`), what its callbacks handle (`impl`), and the callbacks. Source:
 * QEMU include/exec/memory.h `MemoryRegionOps`.
 */
export interface MemoryRegionOps {
  /**
   * Reads `size` bytes at `offset` into the region.
   * @returns bits 31:0 of the value; an eight-byte read puts bits 63:32 in `tx.hi`.
   */
  read(offset: number, size: number, tx: MemTx): number
  /** Writes the low `size` bytes of `tx.hi:value` at `offset`. */
  write(offset: number, value: number, size: number, tx: MemTx): void
  /** Byte order of the device's registers; little unless told. */
  readonly endianness?: 'little' | 'big'
  /** Sizes that a guest may use. Others end in MEMTX_DECODE_ERROR, reading zero. */
  readonly valid?: AccessSizes
  /** Sizes that the callbacks handle. The bus cuts or widens valid accesses to these. */
  readonly impl?: AccessSizes
}
