import type { AtomicOperation } from '../decode/index.ts'
import type { AddressSpace } from './address-space.ts'
import type { WaitingAccess } from './continuation.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { MEMTX_DEFERRED, MEMTX_OK, type MemTxResult } from './region.ts'
import type { TraceObserver } from './trace.ts'

/** {@link ElementBus.transfer}: every byte was accessed. */
export const ACCESSED = -1
/** The bytes lie on a page that the guest may not access: the exception is in the fault, postponed. */
export const BLOCKED = -2
/** A device answers later: {@link ElementBus.waiting}. */
export const DEFERRED = -3
/** The access is not the one that a continuation has in its place. */
export const DIFFERS = -4

/** What {@link ElementBus.replay} takes: accesses that are done, the one that waited, and its answer. */
export interface Script {
  readonly journal: readonly JournalEntry[]
  readonly waiting: WaitingAccess
  readonly hi: number
  readonly lo: number
  readonly result: MemTxResult
}

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
  /** The access that the last {@link DEFERRED} is about. */
  waiting: WaitingAccess | undefined = undefined
  #script: Script | undefined = undefined
  #next = 0
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
   * @returns {@link ACCESSED}, {@link DEFERRED}, {@link DIFFERS}, or how many bytes from the effective address the first refused byte lies.
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
    if (this.#script !== undefined) return this.#replayed(this.#script, store, pa, size, data, at, offset, attrs)
    const result = store ? space.write(pa, size, data, at, attrs) : space.read(pa, size, data, at, attrs)
    if (result !== MEMTX_OK || this.#trace !== undefined) {
      return this.#made(store, pa, size, data, at, offset, result)
    }
    this.journal.record(store, pa, size, offset, data, at, result)
    return ACCESSED
  }

  /** Whether {@link modify} can be asked: never in a replay, whose atomics were not taken whole. */
  takesAtomic(pa: number, size: number, operation: AtomicOperation | '', bigEndian: boolean): boolean {
    return this.#script === undefined && this.#space.takesAtomic(pa, size, operation, bigEndian)
  }

  /** An atomic by the device itself (`AddressSpace.atomic`): a read, for the journal. @returns as {@link transfer}. */
  modify(
    pa: number,
    size: number,
    operation: AtomicOperation | '',
    operand: Uint8Array,
    expected: Uint8Array,
    old: Uint8Array,
    attrs: number,
  ): number {
    const result = this.#space.atomic(pa, size, operation, operand, expected, old, attrs)
    return this.#made(false, pa, size, old, 0, 0, result)
  }

  /** Notes the write that a device did as its part of {@link modify}. */
  modified(pa: number, size: number, next: Uint8Array): void {
    this.#made(true, pa, size, next, 0, 0, MEMTX_OK)
  }

  /**
   * The next transfers are those of a continuation: what is in its journal is not done again, the one that waited goes
   * on, and all that follow are made. Undefined ends a replay.
   */
  replay(script: Script | undefined): void {
    this.#script = script
    this.#next = 0
  }

  /** An instruction that came to its end while this is true never made the access that its continuation waits for. */
  get replays(): boolean {
    return this.#script !== undefined
  }

  #replayed(
    script: Script,
    store: boolean,
    pa: number,
    size: number,
    data: Uint8Array,
    at: number,
    offset: number,
    attrs: number,
  ): number {
    const { journal, waiting, hi, lo, result } = script
    const done = journal[this.#next++]
    const access = done ?? waiting
    if (access.write !== store || access.pa !== pa || access.bytes.length !== size) return DIFFERS
    if (done !== undefined) {
      if (!store) data.set(access.bytes, at)
      this.journal.record(store, pa, size, offset, data, at, done.result)
      return this.#judge(store, offset, done.result)
    }
    if (!this.#space.canResume(pa, size, waiting.at)) return DIFFERS
    if (!store) data.set(access.bytes, at)
    this.#script = undefined
    const ended = this.#space.resume(store, pa, size, data, at, attrs, waiting.at, hi, lo, result)
    return this.#made(store, pa, size, data, at, offset, ended)
  }

  /** Notes an access that went to the address space. */
  #made(
    store: boolean,
    pa: number,
    size: number,
    data: Uint8Array,
    at: number,
    offset: number,
    result: MemTxResult,
  ): number {
    const space = this.#space
    if ((result & MEMTX_DEFERRED) !== 0) {
      const bytes = [...data.subarray(at, at + size)]
      this.waiting = { write: store, pa, offset, bytes, at: { ...space.deferral } }
      return DEFERRED
    }
    this.journal.record(store, pa, size, offset, data, at, result)
    this.#trace?.accessed?.(store, pa, size, data, at, result)
    return this.#judge(store, offset + (space.errorAddress - pa), result)
  }

  #judge(store: boolean, offset: number, result: MemTxResult): number {
    if (result === MEMTX_OK || this.#ignoreErrors) return ACCESSED
    this.refusedWrite = store
    this.refusal = result
    return offset
  }
}
