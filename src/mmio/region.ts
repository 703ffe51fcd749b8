/**
 * Memory regions as QEMU has them (include/exec/memory.h, docs/devel/memory.rst): a window of guest-physical
 * addresses with either RAM or a device's callbacks behind it. This file holds the contract that a device is written
 * against; `memory-region.ts` makes a region of it, `address-space.ts` maps it.
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
/**
 * The device answers later, and {@link MemTx.token} says by which name: the instruction stops as it is, and the host ends
 * it by `DataAbortHandler.resume`. Only where a guest's instruction accesses the device, not from inside a callback.
 */
export const MEMTX_DEFERRED = 8

/** One of the MEMTX_ codes, or several OR-ed together as QEMU does for a split access. */
export type MemTxResult = number

/**
 * Attributes of an access, as bits to OR together (QEMU's MemTxAttrs, include/exec/memattrs.h).
 *
 * @example
 * ```ts
 * space.read(0xfed4_0000, 4, bytes, 0, MemTxAttrs.USER)
 * ```
 */
export const MemTxAttrs = {
  /** A plain access from EL1 or above. */
  NONE: 0,
  /** Made by unprivileged code: EL0, or LDTR/STTR. A device sees it as {@link MemTx.user}. */
  USER: 1,
} as const

/**
 * The transaction that a device callback serves: one reused object, so that no access allocates. It is the callback's
 * only until the callback returns.
 *
 * Values of up to four bytes travel as plain arguments and results; the upper half of an eight-byte value travels in
 * {@link hi}.
 */
export interface MemTx {
  /** Bits 63:32 of the value: set by the bus before `write`, to be set by the device in `read`. 0 at the call. */
  hi: number
  /** MEMTX_OK at the call; a device sets another code to fail the access. */
  result: MemTxResult
  /** With MEMTX_DEFERRED: the device's own name for the request, 1..256 characters or a finite number. */
  token: string | number
  /** The access is made by unprivileged code (EL0, or LDTR/STTR). */
  user: boolean
}

/** Sizes in bytes, each one of 1, 2, 4, 8, as in QEMU's MemoryRegionOps.valid / .impl. */
export interface AccessSizes {
  /** Smallest size; 1 unless told. */
  readonly min?: number
  /** Largest size; for `valid` 4 unless told, for `impl` 4 unless told. */
  readonly max?: number
  /** Accesses whose offset is no multiple of their size are taken. `false` unless told. */
  readonly unaligned?: boolean
}

/**
 * What a device computes itself when it takes an atomic whole: the integer operations of Armv8.1's LSE, swap and compare and
 * swap, as a bus carries them (AMBA CHI, Atomic transactions).
 */
export type DeviceAtomicOperation = 'add' | 'clr' | 'eor' | 'set' | 'smax' | 'smin' | 'umax' | 'umin' | 'swp' | 'cas'

/**
 * An atomic that a device executes: it puts what it held into {@link old}, then changes it. One reused object.
 *
 * Values are of {@link size} bytes, in words with the least significant first; words and bits above are zero, and what
 * a device puts there is dropped.
 */
export interface AtomicRequest {
  readonly operation: DeviceAtomicOperation
  /** Bytes: 1, 2, 4, 8 or 16. */
  readonly size: number
  /** What to combine with; of `clr` the bits to clear; the new value of `swp` and `cas`. */
  readonly operand: Uint32Array
  /** Of `cas`: the new value is taken if the device holds this. */
  readonly expected: Uint32Array
  /** What the device held. Zero at the call. */
  readonly old: Uint32Array
}

/**
 * Accesses that a device takes in one callback although QEMU's bus has no such size: 16 bytes (Q registers, quadwords of SVE),
 * 64 bytes (LD64B, ST64B), and atomics.
 *
 * An element goes whole where it is aligned to its size and lies in the region; else it is cut as {@link MemoryRegionOps}
 * has it. An atomic goes whole where it is aligned to its size and the guest's data have the byte order of the region;
 * else it is read, then written, as floating-point and read-check-write atomics always are. `valid` and `impl` mean
 * nothing to a whole access. None can be deferred: MEMTX_DEFERRED is a mistake of the device, as is an exception.
 *
 * @example
 * ```ts
 * // A doorbell that counts: LDADD on it is one callback, and the guest gets what it counted before.
 * let count = 0
 * const ops: MemoryRegionOps = {
 *   read: () => count,
 *   write: (_offset, value) => { count = value },
 *   whole: {
 *     atomic: (_offset, { operation, operand, old }, tx) => {
 *       if (operation !== 'add') tx.result = MEMTX_ERROR
 *       old[0] = count
 *       count = (count + (operand[0] ?? 0)) >>> 0
 *     },
 *   },
 * }
 * ```
 */
export interface WholeAccess {
  /** Sizes that {@link read} and {@link write} take: 16, 64 or both. None unless told. */
  readonly sizes?: readonly (16 | 64)[]
  /** Fills `data`, 16 or 64 bytes in memory order, zero at the call, from `offset`, a multiple of its length. */
  read?(offset: number, data: Uint8Array, tx: MemTx): void
  /** Takes `data`, 16 or 64 bytes in memory order. The array is the device's until it returns. */
  write?(offset: number, data: Uint8Array, tx: MemTx): void
  /** Executes an atomic at `offset`, a multiple of its size. */
  atomic?(offset: number, request: AtomicRequest, tx: MemTx): void
}

/**
 * A device: what it accepts (`valid`), what its callbacks handle (`impl`), and the callbacks. Source:
 * QEMU include/exec/memory.h `MemoryRegionOps`.
 *
 * What the bus does with an access of the guest, low addresses first (QEMU system/physmem.c `memory_access_size`,
 * system/memory.c `memory_region_access_valid`, `access_with_adjusted_size`):
 *
 * 1. It is cut into pieces: the largest power of two that fits the rest of the access, `valid.max`, the end of the
 *    region and, unless `impl.unaligned`, the alignment of the offset.
 * 2. A piece below `valid.min`, or unaligned without `valid.unaligned`, ends in MEMTX_DECODE_ERROR, reading zero.
 * 3. A piece above `impl.max` takes several callbacks, ascending; one below `impl.min` takes one callback of `impl.min`
 *    bytes *at the piece's own offset*, which may be unaligned and may reach past the region; the surplus bytes are
 *    zero in a write and dropped in a read.
 *
 * A callback that throws, or that returns anything but a u32, fails its access with MEMTX_ERROR; it never unwinds into
 * the guest's instruction.
 *
 * @example
 * ```ts
 * // Eight 32-bit scratch registers; an LDP of two X registers becomes four reads of four bytes.
 * const words = new Uint32Array(8)
 * const ops: MemoryRegionOps = {
 *   read: (offset) => words[offset >> 2] ?? 0,
 *   write: (offset, value) => { words[offset >> 2] = value },
 *   valid: { min: 4 },
 * }
 * ```
 */
export interface MemoryRegionOps {
  /**
   * Reads `size` bytes at `offset` into the region.
   * @returns bits 31:0 of the value, 0..2^32-1 (bits above `size` are dropped); an eight-byte read puts bits 63:32 in
   * `tx.hi`.
   */
  read(offset: number, size: number, tx: MemTx): number
  /** Writes the low `size` bytes of `tx.hi:value` at `offset`; the bits above are zero. */
  write(offset: number, value: number, size: number, tx: MemTx): void
  /** A request that was deferred is wanted no more: its instruction will be executed anew, or never. */
  cancel?(token: string | number): void
  /** Byte order of the device's registers; little unless told. */
  readonly endianness?: 'little' | 'big'
  /**
   * Sizes that a guest may use. Others end in MEMTX_DECODE_ERROR, reading zero; larger ones are cut first.
   * A `min` counts also without a `max` (QEMU then ignores it).
   */
  readonly valid?: AccessSizes
  /** Sizes that the callbacks handle. The bus cuts or widens valid accesses to these. */
  readonly impl?: AccessSizes
  /** What is not cut to eight bytes, or not to a read and a write. Nothing unless told. */
  readonly whole?: WholeAccess
}
