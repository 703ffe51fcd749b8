/**
 * The random number generator behind GetRandom and StirRandom.
 *
 * @module
 */

import { sha512 } from '@noble/hashes/sha2.js'
import type { StateReader } from '../state/reader.ts'
import { WireWriter } from '../tpm2/wire.ts'

/** Bytes of a SHA-512 digest. */
const POOL_SIZE = 64

/** Fills the bytes with random ones. */
export type RandomFill = (bytes: Uint8Array) => void

/**
 * The platform's generator; once stirred, its output XOR a hash of all that was stirred in. XOR with a value that does
 * not depend on the output cannot weaken it.
 */
export class RandomSource {
  readonly #fill: RandomFill
  #pool: Uint8Array | undefined
  #counter = 0

  constructor(fill: RandomFill) {
    this.#fill = fill
  }

  /** Adds a caller's bytes to the state. */
  stir(data: Uint8Array): void {
    this.#pool = sha512
      .create()
      .update(this.#pool ?? new Uint8Array(0))
      .update(data)
      .digest()
  }

  /** What was stirred in, as far as it matters from here on. */
  save(out: WireWriter): void {
    out.sized(this.#pool ?? new Uint8Array(0)).u64(this.#counter)
  }

  /** @returns what puts saved state in place, for when all of it has been read. */
  load(reader: StateReader): () => void {
    const at = reader.at
    const pool = reader.take(reader.u16('the size of the random pool'), 'the random pool').slice()
    if (pool.length !== 0 && pool.length !== POOL_SIZE) throw reader.error('value', 'the random pool has 64 bytes', at)
    const counter = reader.u64('the random counter')
    return () => {
      this.#pool = pool.length === 0 ? undefined : pool
      this.#counter = counter
    }
  }

  /** `n` random bytes, 0..64. */
  bytes(n: number): Uint8Array {
    const out = new Uint8Array(n)
    this.#fill(out)
    if (this.#pool === undefined) return out
    this.#counter += 1
    const mask = sha512.create().update(this.#pool).update(new WireWriter().u64(this.#counter).finish()).digest()
    return out.map((byte, i) => byte ^ (mask[i] ?? 0))
  }
}
