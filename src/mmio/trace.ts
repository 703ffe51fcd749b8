import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'

/**
 * Told of each stage of the road that a fault takes, as it happens: for live views, metrics and explanations. Objects
 * passed are reused: copy what is to be kept. What an observer throws leaves `handle` as it is, so it should not.
 * A handler without an observer pays one comparison a stage.
 */
export interface TraceObserver {
  /** An instruction was fetched and planned. Not told on the road of a valid syndrome, which needs no instruction. */
  planned?(plan: Plan): void
  /** A page of the access was translated: virtual address of its first accessed byte in halves, guest-physical one. */
  translated?(vaHi: number, vaLo: number, pa: number): void
  /**
   * One element, or its part on one page, was read or written: `data[at .. at + size]` in memory order. `result` has
   * MEMTX_ codes.
   */
  accessed?(write: boolean, pa: number, size: number, data: Uint8Array, at: number, result: number): void
  /** The fault is over. */
  finished?(outcome: Outcome): void
}
