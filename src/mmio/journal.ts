import { wordAt } from '../bits.ts'
import type { MemTxResult } from './region.ts'

/** Accesses and bytes that a journal holds: more than any instruction makes in one fault. */
export const JOURNAL_ENTRIES = 2048
/** Each access takes a word for four bytes. */
const JOURNAL_WORDS = 4096
const SIZE = 0xffff
const WRITE = 1 << 16
const RESULT = 17

/** One access as an iteration over a {@link Journal} yields it: a fresh plain object. */
export interface JournalEntry {
  /** A store; otherwise a load. */
  readonly write: boolean
  /** Guest-physical address of the first byte. */
  readonly pa: number
  /** Bytes from the effective address of the instruction. */
  readonly offset: number
  /** What was stored or loaded, in memory order. */
  readonly bytes: readonly number[]
  /** MEMTX_ codes. The last access of an instruction that ended in an external abort has another than MEMTX_OK. */
  readonly result: MemTxResult
}

/**
 * What the instruction of the last fault did to memory and devices, in order: each element, or its part on one page, as
 * it went to the address space. When a fault ends in an exception although some accesses were made, registers are as
 * they were and this is all that happened; a store that was refused may have had an effect on the bytes that were not.
 *
 * Kept in typed arrays and overwritten by the next fault.
 *
 * @example
 * ```ts
 * const outcome = handler.handle(vcpu) // stp x0, x1, [x2]: the device took the first, and refused the second
 * outcome.reason // 'external-abort'
 * for (const { write, pa, result } of outcome.journal) console.log(write, pa.toString(16), result)
 * // true 50000000 0
 * // true 50000008 1
 * ```
 */
export class Journal {
  #length = 0
  /** Words of {@link #data} in use. */
  #used = 0
  /** Accesses that found no room: none, unless one instruction makes more than {@link JOURNAL_ENTRIES}. */
  dropped = 0
  readonly #pa: Float64Array = new Float64Array(JOURNAL_ENTRIES)
  /** Two words an entry: the offset, then `size | write << 16 | result << 17`. A store less is 5 ns less an access. */
  readonly #words: Uint32Array = new Uint32Array(2 * JOURNAL_ENTRIES)
  /** What was moved, four bytes a word, the first in bits 7:0. */
  readonly #data: Uint32Array = new Uint32Array(JOURNAL_WORDS)

  /** Accesses noted. */
  get length(): number {
    return this.#length
  }

  /** Forgets all: the next fault begins. */
  clear(): void {
    this.#length = 0
    this.#used = 0
    this.dropped = 0
  }

  /** Notes an access that was made: `data[at .. at + size]`. */
  record(
    write: boolean,
    pa: number,
    size: number,
    offset: number,
    data: Uint8Array,
    at: number,
    result: MemTxResult,
  ): void {
    const i = this.#length
    let next = this.#used
    if (i >= JOURNAL_ENTRIES || 4 * next + size > 4 * JOURNAL_WORDS) {
      this.dropped++
      return
    }
    this.#pa[i] = pa
    this.#words[2 * i] = offset
    this.#words[2 * i + 1] = size | (write ? WRITE : 0) | (result << RESULT)
    // Words, not the eight bytes of an access one by one.
    let k = 0
    for (; k + 4 <= size; k += 4) this.#data[next++] = wordAt(data, at + k)
    if (k < size) this.#data[next++] = tailAt(data, at + k, size - k)
    this.#used = next
    this.#length = i + 1
  }

  /** The accesses, in the order in which they were made. */
  *[Symbol.iterator](): IterableIterator<JournalEntry> {
    let used = 0
    for (let i = 0; i < this.#length; i++) {
      const word = this.#words[2 * i + 1] as number
      const size = word & SIZE
      const first = 4 * used
      const byteAt = (k: number): number => ((this.#data[k >>> 2] as number) >>> (8 * (k & 3))) & 0xff
      yield {
        write: (word & WRITE) !== 0,
        pa: this.#pa[i] as number,
        offset: this.#words[2 * i] as number,
        bytes: Array.from({ length: size }, (_, k) => byteAt(first + k)),
        result: word >>> RESULT,
      }
      used += Math.ceil(size / 4)
    }
  }
}

/** One to three bytes of a word. */
function tailAt(data: Uint8Array, at: number, size: number): number {
  let word = 0
  for (let k = size - 1; k >= 0; k--) word = (word << 8) | (data[at + k] as number)
  return word
}
