import type { MemTxResult } from './region.ts'

/**
 * Where an access stands whose device answers later: which callback waits, and what is done already. Written by the bus,
 * and enough for `AddressSpace.resume` to go on in another process.
 */
export interface Deferral {
  /** The device's own name for the request. */
  token: string | number
  /** The callback: name of its region, bytes from the region's start, bytes. */
  region: string
  offset: number
  size: number
  /** Bytes of the access that are done before its piece, bytes of the piece, and bytes of the piece that are done. */
  before: number
  piece: number
  done: number
  /** MEMTX_ codes so far, and the address of the first piece that had one, or -1. */
  result: MemTxResult
  errorAddress: number
}
