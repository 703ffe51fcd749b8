/** Word streams for the decoder's benchmarks: repeatable, no file outside the package. */

import { A64 } from '../dist/decode/index.js'

/** xorshift32: the same words in every run. */
export function generator(seed) {
  let s = seed >>> 0 || 1
  return () => {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    return s >>> 0
  }
}

/** Uniform random words: about two in five are instructions. */
export function uniformWords(count, seed = 1) {
  const next = generator(seed)
  return Uint32Array.from({ length: count }, next)
}

/** Random fillings of every row in turn: all are instructions, none is favoured. */
export function rowWords(count, seed = 2) {
  const next = generator(seed)
  const { encodings } = A64
  return Uint32Array.from({ length: count }, (_, i) => {
    const e = encodings[i % encodings.length]
    return ((next() & ~e.mask) | e.value) >>> 0
  })
}
