/**
 * Reads big-endian saved state with bounds everywhere: a length that reaches past the end is an error that names the
 * section, the offset and what was to be there.
 *
 * @module
 */

import { toNumber } from '../../bits.ts'
import { StateError, type StateErrorCode } from './error.ts'
import { type ByteSource, sourceOf } from './source.ts'

/** No name in a record or stream is longer: most are led by a u8. */
const MAX_TEXT = 255

/** Bytes that are read in one go where numbers are. */
const PIECE = 1 << 16
const NOTHING = new DataView(new ArrayBuffer(0))

/** A cursor over bytes `[at, end)`; offsets count from the beginning of the whole. */
export class StateReader {
  /** For errors. */
  section: string
  readonly end: number
  #at: number
  readonly #source: ByteSource
  /** The piece that was read last, and where it is. */
  #piece: DataView = NOTHING
  #pieceAt = 0

  constructor(bytes: Uint8Array | ByteSource, section = '', at = 0, end: number = bytes.length) {
    this.#source = sourceOf(bytes)
    this.section = section
    this.end = end
    this.#at = at
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
    const at = this.#load(this.#take(1, what), 1)
    return this.#piece.getUint8(at)
  }

  u16(what: string): number {
    const at = this.#load(this.#take(2, what), 2)
    return this.#piece.getUint16(at, false)
  }

  u32(what: string): number {
    const at = this.#load(this.#take(4, what), 4)
    return this.#piece.getUint32(at, false)
  }

  /** A 64-bit number. @throws StateError `value` at 2^53 and above, which nothing here can be. */
  u64(what: string): number {
    const at = this.#at
    const [hi, lo] = [this.u32(what), this.u32(what)]
    if (hi >= 2 ** 21) throw this.error('value', `${what} is above 2^53`, at)
    return toNumber(hi, lo)
  }

  /** `n` bytes: where they are in memory, a view of them. */
  take(n: number, what: string): Uint8Array {
    return this.#source.read(this.#take(n, what), n)
  }

  /** Goes over `n` bytes. */
  skip(n: number, what: string): void {
    this.#take(n, what)
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

  /** Has bytes `[at, at + n)` in the piece. @returns their place in it. */
  #load(at: number, n: number): number {
    if (at < this.#pieceAt || at + n > this.#pieceAt + this.#piece.byteLength) {
      const piece = this.#source.read(at, Math.min(PIECE, this.#source.length - at))
      this.#piece = new DataView(piece.buffer, piece.byteOffset, piece.length)
      this.#pieceAt = at
    }
    return at - this.#pieceAt
  }
}
