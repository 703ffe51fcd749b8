/**
 * A socket read by counts of bytes: what a server needs of a stream of requests. Nothing is taken from the socket
 * before somebody asks, so that a client who sends without end fills its own buffers, not ours.
 *
 * @module
 */

import type { Socket } from 'node:net'

/** Reads a socket to the byte. */
export class ByteStream {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** Exactly `size` bytes; `undefined` when the stream ends before. */
  async read(size: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length < size) if (!(await this.#more())) return undefined
    const bytes = Uint8Array.from(this.#rest.subarray(0, size))
    this.#rest = this.#rest.subarray(size)
    return bytes
  }

  /** What the next segment brings, at least `size` bytes, at most a socket's read (64 KiB) more. */
  async segment(size: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length < size) if (!(await this.#more())) return undefined
    const bytes = Uint8Array.from(this.#rest)
    this.#rest = Buffer.alloc(0)
    return bytes
  }

  async #more(): Promise<boolean> {
    try {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
      return true
    } catch {
      // The client reset the connection.
      return false
    }
  }
}
