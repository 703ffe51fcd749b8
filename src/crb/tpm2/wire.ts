/**
 * Marshalling of TPM 2.0 structures: big-endian, sized buffers (TPM2B) led by a u16. Nothing throws: a reader remembers
 * its first error, and from there on reads zeros.
 *
 * @module
 */

import { high, low } from '../../bits.ts'
import { TPM_RC } from './constants.ts'

const NO_BYTES = new Uint8Array(0)

/** Reads a command. The first error wins, with what it is about: `rc` is then the finished response code. */
export class WireReader {
  /** TPM_RC_SUCCESS, or the first error. */
  rc: number = TPM_RC.SUCCESS
  #bytes: Uint8Array
  #at: number
  #end: number
  /** One of RC_OF and the number shifted by 8: OR-ed into the codes of errors. */
  #about = 0

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#end - this.#at
  }

  /** What follows is handle, parameter or session (a value of RC_OF) number `n`, from 1. */
  about(what: number, n: number): this {
    this.#about = what | (n << 8)
    return this
  }

  /** Records an error about what is being read, unless one was recorded before. */
  fail(code: number): void {
    if (this.rc === TPM_RC.SUCCESS) this.rc = code | this.#about
  }

  /** The next `n` bytes as their own reader. There must be so many. */
  sub(n: number): WireReader {
    const at = this.#take(n)
    return at < 0 ? new WireReader(NO_BYTES) : new WireReader(this.#bytes, at, at + n)
  }

  u8(): number {
    const at = this.#take(1)
    return at < 0 ? 0 : (this.#bytes[at] ?? 0)
  }

  u16(): number {
    const at = this.#take(2)
    return at < 0 ? 0 : ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0)
  }

  u32(): number {
    const at = this.#take(4)
    return at < 0 ? 0 : new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getUint32(at, false)
  }

  /** `n` bytes, a view of the command; none after an error. */
  bytes(n: number): Uint8Array {
    const at = this.#take(n)
    return at < 0 ? NO_BYTES : this.#bytes.subarray(at, at + n)
  }

  /** A TPM2B of at most `max` bytes: TPM_RC_SIZE when it says more. */
  sized(max: number): Uint8Array {
    const n = this.u16()
    if (n > max) {
      this.fail(TPM_RC.SIZE)
      return NO_BYTES
    }
    return this.bytes(n)
  }

  /** All must be read now (Part 3, 5.2: a size error of the command itself bears no number). @returns `rc`. */
  end(): number {
    if (this.rc === TPM_RC.SUCCESS && this.left !== 0) this.rc = TPM_RC.SIZE
    return this.rc
  }

  /** Position of the next `n` bytes, or -1 after an error. */
  #take(n: number): number {
    if (this.rc !== TPM_RC.SUCCESS) return -1
    if (this.left < n) {
      this.fail(TPM_RC.INSUFFICIENT)
      return -1
    }
    const at = this.#at
    this.#at += n
    return at
  }
}

/** Writes a structure; grows as needed. */
export class WireWriter {
  #bytes: Uint8Array = new Uint8Array(64)
  #length = 0

  /** Bytes written. */
  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#bytes[at] = value
    return this
  }

  u16(value: number): this {
    return this.u8(value >>> 8).u8(value)
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value & 0xffff)
  }

  /** A non-negative number below 2^53 as 64 bits. */
  u64(value: number): this {
    return this.u32(high(value)).u32(low(value))
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** A TPM2B. */
  sized(value: Uint8Array): this {
    return this.u16(value.length).bytes(value)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Makes room, possibly in a new array. @returns where the `n` bytes go. */
  #grow(n: number): number {
    const at = this.#length
    this.#length += n
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return at
  }
}
