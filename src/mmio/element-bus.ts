import type { AddressSpace } from './address-space.ts'
import type { Journal } from './journal.ts'
import { MEMTX_OK, type MemTxResult } from './region.ts'
import type { TraceObserver } from './trace.ts'

/** {@link ElementBus.transfer}: every byte was accessed. */
export const ACCESSED = -1
/** The bytes lie on a page that the guest may not access: the exception is in the fault, postponed. */
export const BLOCKED = -2

/**
 * The way of every element to the address space: observers are told, the journal is written, errors of the bus become
 * offsets. All classes of accesses go through here, and none accesses the address space otherwise.
 */
export class ElementBus {
  readonly journal: Journal
  /** The access that was refused is a write. */
  refusedWrite = false
  /** MEMTX_ codes of that access. */
  refusal: MemTxResult = MEMTX_OK
  readonly #space: AddressSpace
  readonly #ignoreErrors: boolean
  readonly #trace: TraceObserver | undefined

  constructor(space: AddressSpace, ignoreErrors: boolean, trace: TraceObserver | undefined, journal: Journal) {
    this.#space = space
    this.#ignoreErrors = ignoreErrors
    this.#trace = trace
    this.journal = journal
  }

  /**
   * Moves `data[at .. at + size]` to or from `pa`.
   *
   * @param offset - of the first byte from the effective address: what an error is told by.
   * @param attrs - MemTxAttrs bits.
   * @returns {@link ACCESSED}, or how many bytes from the effective address the first refused byte lies.
   */
  transfer(
    store: boolean,
    pa: number,
    size: number,
    data: Uint8Array,
    at: number,
    offset: number,
    attrs: number,
  ): number {
    const space = this.#space
    const result = store ? space.write(pa, size, data, at, attrs) : space.read(pa, size, data, at, attrs)
    this.journal.record(store, pa, size, offset, data, at, result)
    this.#trace?.accessed?.(store, pa, size, data, at, result)
    if (result === MEMTX_OK || this.#ignoreErrors) return ACCESSED
    this.refusedWrite = store
    this.refusal = result
    return offset + (space.errorAddress - pa)
  }
}
