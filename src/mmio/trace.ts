import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'

/**
 * Told of each stage of the road that a fault takes, as it happens. Objects passed are reused: copy what is to be kept.
 * A handler without an observer pays one comparison a stage.
 */
export interface TraceObserver {
  /** An instruction was fetched and planned. */
  planned?(plan: Plan): void
  /** A page of the access was translated: virtual address in halves, guest-physical address. */
  translated?(vaHi: number, vaLo: number, pa: number): void
  /** One element was read or written: bytes `data[at .. at + size]` in memory order. `result` has MEMTX_ codes. */
  accessed?(write: boolean, pa: number, size: number, data: Uint8Array, at: number, result: number): void
  /** The fault is over. */
  finished?(outcome: Outcome): void
}
