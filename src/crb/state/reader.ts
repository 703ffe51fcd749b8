/**
 * Reads big-endian saved state with bounds everywhere: a length that reaches past the end is an error that names the
 * section, the offset and what was to be there.
 *
 * @module
 */

import { toNumber } from '../../bits.ts'
import { StateError, type StateErrorCode } from './error.ts'

/** No name in a record or stream is longer: most are led by a u8. */
const MAX_TEXT = 255

/** A cursor over bytes `[at, end)`; offsets count from the beginning of the whole. */
export class StateReader {
  /** For errors. */
  section: string
  readonly bytes: Uint8Array
  readonly end: number
  #at: number
  readonly #view: DataView

  constructor(bytes: Uint8Array, section = '', at = 0, end: number = bytes.length) {
    this.bytes = plain(bytes)
    this.section = section
    this.end = end
    this.#at = at
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.end - this.#at
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what))
  }

  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), false)
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), false)
  }

  /** A 64-bit number. @throws StateError `value` at 2^53 and above, which nothing here can be. */
  u64(what: string): number {
    const at = this.#take(8, what)
    const hi = this.#view.getUint32(at, false)
    if (hi >= 2 ** 21) throw this.error('value', `${what} is above 2^53`, at)
    return toNumber(hi, this.#view.getUint32(at + 4, false))
  }

  /** `n` bytes, a view of the whole. */
  take(n: number, what: string): Uint8Array {
    const at = this.#take(n, what)
    return this.bytes.subarray(at, at + n)
  }

  /** A u8 that is 0 or 1. */
  flag(what: string): boolean {
    const at = this.#at
    const value = this.u8(what)
    if (value > 1) throw this.error('value', `${what} is ${value}; it is 0 or 1`, at)
    return value === 1
  }

  /** Bytes led by their number as u32. */
  sized(what: string, most: number): Uint8Array {
    const at = this.#at
    const n = this.u32(`the length of ${what}`)
    if (n > most) throw this.error('value', `${what} is ${n} bytes long; at most ${most} can be`, at)
    return this.take(n, what)
  }

  /** Text of `n` bytes, at most 255, each printable ASCII. */
  text(n: number, what: string): string {
    const at = this.#at
    if (n > MAX_TEXT) throw this.error('value', `${what} is ${n} characters long; at most ${MAX_TEXT} can be`, at)
    const bytes = this.take(n, what)
    for (const byte of bytes) if (byte < 0x20 || byte > 0x7e) throw this.error('value', `${what} is no text`, at)
    return String.fromCharCode(...bytes)
  }

  /** All must be read now. */
  finish(): void {
    if (this.left !== 0) throw this.error('value', `${this.left} bytes too many`)
  }

  /** An error at this place, or at the offset given. */
  error(code: StateErrorCode, problem: string, offset: number = this.#at): StateError {
    return new StateError(code, this.section, offset, problem)
  }

  #take(n: number, what: string): number {
    if (n > this.left) throw this.error('truncated', `${what} needs ${n} bytes, ${this.left} are left`)
    const at = this.#at
    this.#at += n
    return at
  }
}

/** The same bytes as no subclass: a Node Buffer's `slice` would share them. */
export function plain(bytes: Uint8Array): Uint8Array {
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
