/**
 * How a walk reads translation tables.
 *
 * The walker owns one {@link Descriptor} and hands it over to be filled: no read allocates.
 */
export interface TableMemory {
  /**
   * Reads the eight bytes at guest-physical address `pa` (a multiple of 8), little-endian, into `out`.
   * @returns `false` where there is no memory: the walk ends in a synchronous external abort.
   */
  readDescriptor(pa: number, out: Descriptor): boolean
}

/** A 64-bit translation table descriptor, in halves. */
export interface Descriptor {
  lo: number
  hi: number
}
