/** Word streams for the decoder's benchmarks: repeatable. */
import { readFileSync } from 'node:fs'
import { A64 } from '../dist/decode/index.js'
import { packageCode } from '../scripts/llvm/packages.mjs'

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

/** C, C++ and hand-written NEON: of each the same share. */
const PACKAGES = ['libc6', 'libstdc++6', 'libssl3', 'libavcodec59']

/** Code in the order in which it stands: of the file given with `--words FILE`, else of Debian's arm64 packages. */
export function realWords(count) {
  const at = process.argv.indexOf('--words')
  if (at >= 0) {
    const bytes = readFileSync(process.argv[at + 1])
    return new Uint32Array(bytes.buffer, bytes.byteOffset, Math.min(count, bytes.length >>> 2))
  }
  const share = Math.floor(count / PACKAGES.length)
  const words = new Uint32Array(share * PACKAGES.length)
  for (const [i, name] of PACKAGES.entries()) {
    const code = packageCode(name)
    const start = Math.max(0, (code.length - share) >>> 1)
    words.set(code.subarray(start, start + share), i * share)
  }
  return words
}
