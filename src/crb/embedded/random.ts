/**
 * The random number generator behind GetRandom and StirRandom.
 *
 * @module
 */

import { sha512 } from '@noble/hashes/sha2.js'
import { WireWriter } from '../tpm2/wire.ts'

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
