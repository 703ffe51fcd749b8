/**
 * A log of accesses, kept in typed arrays.
 *
 * Order, address, size and kind of every access are the observable behaviour of an emulated instruction; final memory
 * hides them. The log costs one compare per access when there is none, and no allocation when there is one.
 *
 * @module
 */

import type { MemTxResult } from './region.ts'

/** What an access is. A device's callback is a LOAD or a STORE; the others belong to logs of instruction elements. */
export const AccessKind = {
  LOAD: 0,
  STORE: 1,
  /** An atomic read-modify-write: LDADD, SWP and the like. */
  ATOMIC: 2,
  /** A compare and swap: CAS, CASP. */
  CAS: 3,
  /** An Allocation Tag access: LDG, STG. */
  TAG: 4,
  /** A block of zeros: DC ZVA. */
  ZERO: 5,
} as const

/** A value of {@link AccessKind}. */
export type AccessKind = (typeof AccessKind)[keyof typeof AccessKind]

const NAMES = ['load', 'store', 'atomic', 'cas', 'tag', 'zero'] as const

/** The name of an {@link AccessKind} in a record. */
export type AccessKindName = (typeof NAMES)[number]

/** The part of a region that a log keeps. */
export interface Named {
  readonly name: string
}

/** One access, as an iteration over an {@link AccessLog} yields it: a fresh plain object. */
export interface AccessRecord {
  /** Place in the order of issue, counted from the last {@link AccessLog.clear}. */
  readonly seq: number
  readonly kind: AccessKindName
  /** Name of the region, or `''` where there is none. */
  readonly region: string
  /** Bytes from the region's start. */
  readonly offset: number
  /** Guest-physical address of the first byte. */
  readonly pa: number
  /** Bytes. */
  readonly size: number
  /** The value read or written, as the device sees it; above eight bytes the low eight. */
  readonly value: bigint
  /** MEMTX_ codes. */
  readonly result: MemTxResult
}

/**
 * A ring of the last `capacity` accesses.
 *
 * A record takes its place when the access is *issued*, so what a device does from inside a callback stands after the
 * callback; value and result of a load are filled in when it returns.
 *
 * @example
 * ```ts
 * const space = crb.attach(new AddressSpace())
 * space.log = new AccessLog()
 * space.read(0xfed4_0030, 8, new Uint8Array(8), 0)
 * for (const a of space.log) console.log(a.kind, a.region, a.offset.toString(16), a.size, a.value.toString(16))
 * // load tpm-crb-mmio 30 4 25811
 * // load tpm-crb-mmio 34 4 1014
 * ```
 */
export class AccessLog {
  readonly #capacity: number
  /** Accesses ever begun: the ticket of the next one. Never falls, so a ticket older than a clear() is known as such. */
  #next = 0
  /** Ticket of the first access after the last {@link clear}. */
  #start = 0
  readonly #kind: Uint8Array
  readonly #result: Uint8Array
  readonly #size: Uint16Array
  readonly #lo: Uint32Array
  readonly #hi: Uint32Array
  readonly #offset: Float64Array
  readonly #pa: Float64Array
  readonly #region: (Named | null)[]

  /**
   * @param capacity - records to keep, 1..2^24; older ones are dropped and counted.
   * @throws RangeError for another capacity.
   */
  constructor(capacity = 1024) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1 << 24) {
      throw new RangeError(`AccessLog: capacity is ${capacity}; give an integer in 1..2^24`)
    }
    this.#capacity = capacity
    this.#kind = new Uint8Array(capacity)
    this.#result = new Uint8Array(capacity)
    this.#size = new Uint16Array(capacity)
    this.#lo = new Uint32Array(capacity)
    this.#hi = new Uint32Array(capacity)
    this.#offset = new Float64Array(capacity)
    this.#pa = new Float64Array(capacity)
    this.#region = new Array<Named | null>(capacity).fill(null)
  }

  /** Records that the ring can hold. */
  get capacity(): number {
    return this.#capacity
  }

  /** Records held now. */
  get length(): number {
    return Math.min(this.#next - this.#start, this.#capacity)
  }

  /** Records that fell out of the ring since {@link clear}. */
  get dropped(): number {
    return this.#next - this.#start - this.length
  }

  /** Forgets every record. */
  clear(): void {
    this.#start = this.#next
    this.#region.fill(null)
  }

  /**
   * Takes the next place for an access that is about to be made.
   * @returns a ticket for {@link finish}.
   */
  begin(
    kind: AccessKind,
    region: Named | null,
    offset: number,
    pa: number,
    size: number,
    hi: number,
    lo: number,
  ): number {
    const ticket = this.#next++
    const i = ticket % this.#capacity
    this.#kind[i] = kind
    this.#result[i] = 0
    this.#size[i] = size
    this.#lo[i] = lo
    this.#hi[i] = hi
    this.#offset[i] = offset
    this.#pa[i] = pa
    this.#region[i] = region
    return ticket
  }

  /** Fills in value and result of a begun access, unless its record is gone by now. */
  finish(ticket: number, hi: number, lo: number, result: MemTxResult): void {
    if (ticket < this.#start || ticket < this.#next - this.#capacity || ticket >= this.#next) return
    const i = ticket % this.#capacity
    this.#lo[i] = lo
    this.#hi[i] = hi
    this.#result[i] = result
  }

  /** Records an access that is already over. */
  record(
    kind: AccessKind,
    region: Named | null,
    offset: number,
    pa: number,
    size: number,
    hi: number,
    lo: number,
    result: MemTxResult,
  ): void {
    this.finish(this.begin(kind, region, offset, pa, size, hi, lo), hi, lo, result)
  }

  /** The records held, oldest first. */
  *[Symbol.iterator](): IterableIterator<AccessRecord> {
    for (let t = this.#next - this.length; t < this.#next; t++) yield this.#at(t)
  }

  /** The records held, oldest first. */
  toArray(): AccessRecord[] {
    return [...this]
  }

  #at(ticket: number): AccessRecord {
    const i = ticket % this.#capacity
    return {
      seq: ticket - this.#start,
      kind: NAMES[this.#kind[i] as number] as AccessKindName,
      region: this.#region[i]?.name ?? '',
      offset: this.#offset[i] as number,
      pa: this.#pa[i] as number,
      size: this.#size[i] as number,
      value: (BigInt(this.#hi[i] as number) << 32n) | BigInt(this.#lo[i] as number),
      result: this.#result[i] as number,
    }
  }
}
