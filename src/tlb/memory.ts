/**
 * How a walk reaches translation tables.
 *
 * The walker owns one {@link Descriptor} and hands it over to be filled: no read allocates.
 */
export interface TableMemory {
  /**
   * Reads the eight bytes at guest-physical address `pa` (a multiple of 8), little-endian, into `out`.
   * @param paspace the physical address space, a value of `SecurityState`; Non-secure where it is left out. Memory that is
   * the same in all spaces need not look at it.
   * @returns `false` where there is no memory: the walk ends in a synchronous external abort.
   */
  readDescriptor(pa: number, out: Descriptor, paspace?: number): boolean

  /**
   * Whether the descriptors at `pa[from .. to]` (`to` is not one) are `hi:lo` of the same places, as {@link readDescriptor}
   * gives them. A TLB that validates asks it, if there is such a method, for a whole walk at once.
   */
  descriptorsAre?(pa: Float64Array, hi: Uint32Array, lo: Uint32Array, from: number, to: number): boolean

  /**
   * Replaces the little-endian doubleword at `pa` (a multiple of 8) by `hi:lo` if it still is `oldHi:oldLo`, in one
   * step that no other vCPU can divide. The walk calls it to set the Access flag (FEAT_HAFDBS, TCR_ELx.HA) and the
   * dirty state (TCR_ELx.HD), and starts again when it answers `false`.
   *
   * Without this method the tables are read-only to the walk: it translates as if the update had been made and tells
   * in `Translation.updates` which one is due.
   */
  compareAndSwapDescriptor?(pa: number, oldHi: number, oldLo: number, hi: number, lo: number, paspace?: number): boolean

  /**
   * Reads the sixteen bytes at `pa` (a multiple of 16) in one step, little-endian: a 128-bit descriptor. Without this
   * method they are read by {@link readDescriptor}, the eight at `pa` first; what another vCPU writes between is then seen
   * in half.
   */
  readDescriptor128?(pa: number, out: Descriptor128, paspace?: number): boolean

  /**
   * {@link compareAndSwapDescriptor} of the sixteen bytes at `pa` (a multiple of 16): for tables of 128-bit descriptors,
   * which without this method are read-only to the walk.
   */
  compareAndSwapDescriptor128?(pa: number, old: Descriptor128, now: Descriptor128, paspace?: number): boolean
}

/** A 128-bit translation table descriptor (FEAT_D128), in unsigned words: bits [31:0], [63:32], [95:64], [127:96]. */
export interface Descriptor128 extends Descriptor {
  topLo: number
  topHi: number
}

/** A 64-bit translation table descriptor, in unsigned halves. */
export interface Descriptor {
  lo: number
  hi: number
}
