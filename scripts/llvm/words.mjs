/**
 * Words to judge, reproducible from a seed: fillings of LLVM's opcodes, strata of bits 31:21, near-valid mutants.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { askOpcodes } from './judge.mjs'

/** A generator of 32-bit words (Chris Doty-Humphrey's sfc32, which is in the public domain). */
export function random(seed, stream = 0) {
  let a = seed | 0
  let b = stream | 0
  let c = 0x9e3779b9
  let counter = 1
  const next = () => {
    const t = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 16; i++) next()
  return next
}

/** Words that share equally among the values of bits 31:21. */
export function stratified(count, seed, stream) {
  const next = random(seed, stream)
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) words[i] = ((i & 2047) << 21) | (next() >>> 11)
  return words
}

/** Words of `base` with one to three bits flipped. */
export function mutants(base, count, seed, stream) {
  const next = random(seed, stream)
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    let word = base[next() % base.length]
    for (let flips = 1 + (next() % 3); flips > 0; flips--) word ^= 1 << (next() >>> 27)
    words[i] = word
  }
  return words
}

/** LLVM's opcodes: name, number of words, first word. */
export function readOpcodes(file) {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  return lines.map((line) => {
    const [name, words, , first] = line.split('\t')
    return { name, words: Number(words), first: Number.parseInt(first, 16) }
  })
}

const ROUNDS = 60
const BATCH = 1 << 18

/**
 * `count` different words of each opcode, or all of them when it has fewer. Which bits of an opcode are free is asked
 * of LLVM (flip each bit of words already known), not taken from nisv's rows: a row that is too narrow shows.
 *
 * @returns the words, and the opcodes with fewer than `count` words found although LLVM has more.
 */
export function fillings(program, names, opcodes, count, seed) {
  const next = random(seed, 0x66696c6c)
  const byName = new Map(opcodes.map((o) => [o.name, o]))
  const byNumber = names.map((name) => byName.get(name))
  const state = new Map(
    opcodes.map((o) => [o, { found: new Set(), free: 0, probed: 0, wanted: Math.min(count, o.words) }]),
  )
  const batch = new Uint32Array(BATCH)
  const sources = new Array(BATCH)
  let filled = 0
  let late = false
  const flush = () => {
    const answers = askOpcodes(program, batch.subarray(0, filled))
    for (let i = 0; i < filled; i++) {
      if (answers[i] >>> 16 === 0) continue
      const opcode = byNumber[answers[i] & 0xffff]
      const s = opcode && state.get(opcode)
      if (!s) continue
      const source = sources[i]
      if (source?.opcode === opcode) s.free |= source.bit
      // Probes are all alike: an opcode counts its own only when its words are hard to find.
      if (s.found.size < s.wanted && (source?.opcode !== opcode || late)) s.found.add(batch[i])
    }
    filled = 0
  }
  const ask = (word, source) => {
    batch[filled] = word
    sources[filled++] = source
    if (filled === BATCH) flush()
  }
  /** Which single bits may change; several words, because constraints hide bits of some. */
  const probe = (opcode, word) => {
    for (let bit = 0; bit < 32; bit++) ask((word ^ (1 << bit)) >>> 0, { opcode, bit: 1 << bit })
  }
  for (const opcode of opcodes) {
    state.get(opcode).found.add(opcode.first)
    probe(opcode, opcode.first)
  }
  flush()
  for (let round = 0; round < ROUNDS; round++) {
    let open = 0
    late = round > 8
    for (const opcode of opcodes) {
      const s = state.get(opcode)
      const missing = s.wanted - s.found.size
      if (missing <= 0) continue
      open++
      const known = [...s.found]
      if ((s.probed < 4 && round > 0) || late) {
        s.probed++
        probe(opcode, known[next() % known.length])
      }
      const tries = Math.min(round === 0 ? 8 : 2 * missing + 64 * round, 8192)
      for (let i = 0; i < tries; i++) {
        // Mostly all free bits at once; else a few of a known word, for opcodes whose bits constrain each other.
        const word = known[next() % known.length]
        const change = i % 4 < 3 ? next() : next() & next() & next()
        ask((word ^ (change & s.free)) >>> 0, undefined)
      }
    }
    if (filled > 0) flush()
    if (open === 0) break
  }
  let total = 0
  for (const s of state.values()) total += s.found.size
  const words = new Uint32Array(total)
  const short = []
  let at = 0
  for (const [opcode, s] of state) {
    for (const word of s.found) words[at++] = word
    if (s.found.size < s.wanted) short.push({ ...opcode, found: s.found.size })
  }
  return { words, short }
}
