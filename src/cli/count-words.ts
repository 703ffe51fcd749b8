import { RESERVED } from '../decode/constraints.ts'
import { A64, type Bits, decodeInto, type Encoding, Instruction, type ReservedName } from '../decode/index.ts'

const insn = new Instruction()

/**
 * How many of all 2^32 words decode to `encoding`.
 *
 * A row's words are those of its fixed bits, but for excluded values, reserved ones and what rows that refine it take.
 * Which bits decide that is known, so one word stands for all that differ in the others.
 */
export function countWords(encoding: Encoding): number {
  const free = ~encoding.mask >>> 0
  let deciding = bitsThatMatter(encoding)
  for (const e of A64.encodings) {
    // A row that refines this one takes words from it: whichever shares a word may.
    if (e !== encoding && ((e.value ^ encoding.value) & e.mask & encoding.mask) === 0)
      deciding |= e.mask | bitsThatMatter(e)
  }
  deciding = (deciding & free) >>> 0
  const alike = 2 ** (popCount(free) - popCount(deciding))
  let words = 0
  let subset = deciding
  for (;;) {
    decodeInto((encoding.value | subset) >>> 0, insn)
    if (insn.encoding === encoding) words += alike
    if (subset === 0) return words
    subset = ((subset - 1) & deciding) >>> 0
  }
}

/** Bits, beside the fixed ones, that decide whether a word is the row's. */
function bitsThatMatter({ excluded, reserved }: Encoding): number {
  let matter = 0
  for (const e of excluded as readonly Bits[]) matter |= e.mask
  for (const name of reserved) matter |= bitsOfRule(name)
  return matter
}

const rules = new Map<ReservedName, number>()

/**
 * The bits that a rule reads, found by asking: a bit matters when flipping it changes an answer. 4,096 words show every
 * bit of every rule many times over; the sums of whole groups are tested against the table of all words.
 */
function bitsOfRule(name: ReservedName): number {
  let read = rules.get(name)
  if (read !== undefined) return read
  read = 0
  const rule = RESERVED[name]
  let word = 0x9e3779b9
  for (let i = 0; i < 4096; i++) {
    // xorshift32: the same words in every run.
    word ^= word << 13
    word ^= word >>> 17
    word ^= word << 5
    const answer = rule(word >>> 0)
    for (let bit = 0; bit < 32; bit++) {
      if (((read >>> bit) & 1) === 0 && rule((word ^ (1 << bit)) >>> 0) !== answer) read |= 1 << bit
    }
  }
  rules.set(name, read)
  return read
}

function popCount(n: number): number {
  let count = 0
  for (let rest = n; rest !== 0; rest &= rest - 1) count++
  return count
}
