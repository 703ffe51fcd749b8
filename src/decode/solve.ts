import type { Encoding } from './encoding.ts'
import type { Operand, OperandCodec } from './operand.ts'

/** What {@link Solver.solve} returns when no word has the operands. */
export const NO_SOLUTION = -1

/** More free bits than this are not looked through: 2^14 readings take a few milliseconds. */
const MOST_FREE_BITS = 14
/** Words that a search looks at before it gives up: hostile operands must not hold the caller up. */
const MOST_CANDIDATES = 1 << 16

/** The given operand is what the word reads as. */
export type Same = (given: Operand, read: Operand | undefined) => boolean

/**
 * Finds the word of a row in which every operand reads as given.
 *
 * Codecs that can write fix their bits at once. The others are asked for every value of the bits still free among
 * theirs; bits that all answers share become fixed, which leaves fewer to the next operand (an element size that the
 * first register tells makes a shift amount unambiguous). What stays open is tried.
 */
export class Solver {
  readonly #codecs: readonly OperandCodec[]
  readonly #operands: readonly Operand[]
  readonly #same: Same
  readonly #open: boolean[]
  #preferred = 0
  #left = MOST_CANDIDATES
  #word: number
  #known: number
  /** Position of an operand that no word has; -1 when each has one. */
  failed = -1

  constructor(row: Encoding, codecs: readonly OperandCodec[], operands: readonly Operand[], same: Same) {
    this.#codecs = codecs
    this.#operands = operands
    this.#same = same
    this.#open = codecs.map(() => true)
    this.#known = row.mask | row.should.mask
    this.#word = row.value | row.should.value
  }

  /** Fixes bits before solving; false when they contradict the row. */
  fix(mask: number, bits: number): boolean {
    if (((this.#word ^ bits) & this.#known & mask) !== 0) return false
    this.#word |= bits & mask
    this.#known |= mask
    return true
  }

  /** Where bits may be anything, tries those of `word` first; those of 0 unless told. */
  prefer(word: number): void {
    this.#preferred = word
  }

  /** The first word that has the operands and that `accept` takes, or {@link NO_SOLUTION}. */
  solve(accept: (word: number) => boolean): number {
    for (let progress = true; progress; ) {
      progress = false
      for (let i = 0; i < this.#codecs.length; i++) {
        if (!this.#open[i]) continue
        const before = this.#known
        if (!this.#narrow(i)) {
          this.failed = i
          return NO_SOLUTION
        }
        if (this.#known !== before) progress = true
      }
    }
    return this.#choose(0, accept)
  }

  /** Fixes what operand `i` tells; false when no word has it. */
  #narrow(i: number): boolean {
    const codec = this.#codecs[i] as OperandCodec
    const operand = this.#operands[i] as Operand
    if (codec.write) {
      this.#open[i] = false
      const bits = codec.write(operand)
      return bits >= 0 && this.fix(codec.bits, bits)
    }
    const free = codec.bits & ~this.#known
    if (bitCount(free) > MOST_FREE_BITS) return true
    let count = 0
    let all = -1
    let any = 0
    let subset = 0
    do {
      if (this.#same(operand, codec.read((this.#word | subset) >>> 0))) {
        count++
        all &= subset
        any |= subset
      }
      subset = (subset - free) & free
    } while (subset !== 0)
    if (count === 0) return false
    const decided = ~(all ^ any) & free
    this.#word |= all & decided
    this.#known |= decided
    if (count === 1) this.#open[i] = false
    return true
  }

  /** Tries the bits of the operands that are still open, then the bits that no operand tells. */
  #choose(from: number, accept: (word: number) => boolean): number {
    let next = from
    while (next < this.#codecs.length && !this.#open[next]) next++
    const last = next >= this.#codecs.length
    const codec = this.#codecs[next] as OperandCodec
    const free = (last ? -1 : codec.bits) & ~this.#known
    if (bitCount(free) > MOST_FREE_BITS) return NO_SOLUTION
    const word = this.#word
    const known = this.#known
    const preferred = this.#preferred & free
    let found = NO_SOLUTION
    let subset = 0
    do {
      const candidate = (word | (subset ^ preferred)) >>> 0
      if (--this.#left < 0) return NO_SOLUTION
      if (last) {
        if (accept(candidate)) found = candidate
      } else if (this.#same(this.#operands[next] as Operand, codec.read(candidate))) {
        this.#word = candidate
        this.#known = known | codec.bits
        found = this.#choose(next + 1, accept)
        this.#word = word
        this.#known = known
      }
      subset = (subset - free) & free
    } while (subset !== 0 && found === NO_SOLUTION)
    return found
  }
}

function bitCount(n: number): number {
  let count = 0
  for (let rest = n; rest !== 0; rest &= rest - 1) count++
  return count
}
