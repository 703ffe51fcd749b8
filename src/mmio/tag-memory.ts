/**
 * The tags of the guest's memory, one of four bits for each 16 bytes. Asked only for RAM that the guest's tables map as
 * Normal Tagged: a device has no tags, there tags read as zero and writes of them are dropped.
 */
export interface TagMemory {
  /** The tag of the 16 bytes at `pa`, a multiple of 16. */
  read(pa: number): number
  /** Sets that tag, 0..15. */
  write(pa: number, tag: number): void
}
