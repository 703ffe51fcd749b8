/**
 * Cases of the laws: every row of the table in turn, with words whose fields are at their ends as often as in between,
 * and a seed for all else.
 *
 * Two settings, for a night of them `node scripts/laws.mjs`: NISV_LAW_RUNS is the number of cases of all laws together, 20,000
 * unless told; NISV_LAW_SEED another set of them, 1 unless told. A case that fails names what repeats it.
 */

import fc from 'fast-check'
import { expect } from 'vitest'
import { A64, decode, type Encoding, format } from '../../../src/decode/index.ts'
import { BASE_PC, buildPlan, Plan } from '../../../src/mmio/index.ts'
import { instructionWord } from '../../../src/testing/index.ts'

/** Cases of all laws together. */
const LAW_RUNS = Number(process.env.NISV_LAW_RUNS ?? 20_000)
const SEED = Number(process.env.NISV_LAW_SEED ?? 1)

/** Parts of the whole that each law has: the sum is 100, and each has its rows once at least in 20,000. */
const SHARES = {
  elements: 13,
  atomics: 8,
  endianness: 14,
  descriptors: 1,
  orders: 1,
  refusal: 19,
  pages: 10,
  deferral: 8,
  lengths: 4,
  inactive: 3,
  firstFault: 2,
  nonFault: 1,
  aliases: 7,
  syndromes: 1,
  anything: 8,
} as const

/** A law that has a share of the cases. */
export type Law = keyof typeof SHARES

/** How many cases a law has. */
function runsOf(law: Law): number {
  return Math.ceil((LAW_RUNS * SHARES[law]) / 100)
}

/** Milliseconds that a law may take: for a night's number of cases too. */
export function timeoutOf(law: Law): number {
  return 60_000 + 10 * runsOf(law)
}

/** One instruction, and the seed of the registers, memory and address that it meets. */
export interface Case {
  readonly row: Encoding
  readonly word: number
  readonly plan: Plan
  readonly seed: number
  /** The first of its row: aligned, and in one page. */
  readonly first: boolean
}

/** A source of numbers: 32 bits each. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e37_79b1) | 1
  }

  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return Math.imul(x, 0x2c1b_3c6d) >>> 0
  }

  /** 0 .. n - 1. */
  below(n: number): number {
    return (this.next() >>> 8) % n
  }

  /** With a chance of one in `n`. */
  once(n: number): boolean {
    return this.below(n) === 0
  }

  u64(): bigint {
    return (BigInt(this.next()) << 32n) | BigInt(this.next())
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }
}

/** The plan of a word, in an object of its own. */
export function planOf(word: number): Plan {
  const plan = new Plan()
  buildPlan(word, plan)
  return plan
}

/**
 * Whether the address of a word can be chosen: not where one register is base and index; of a literal load not where its
 * page is the instruction's.
 */
function isAimable(word: number): boolean {
  const { base, index, offset, scalable } = planOf(word)
  if (scalable) return scalable.base < 0 || scalable.base !== scalable.index
  if (base === BASE_PC) return Math.abs(offset) >= 0x2000 && Math.abs(offset) < 0xf_e000
  return index < 0 || base !== index
}

/** Words that are made at once of a row. */
const BATCH = 16

/** Cases of the rows that are wanted, row after row, then the rows again with other words. */
function* casesOf(law: Law, wanted: (row: Encoding) => boolean): Generator<Case> {
  const rows = A64.encodings.filter((row) => row.access !== undefined && wanted(row))
  const words: number[][] = rows.map(() => [])
  const arbitraries = rows.map((row) => instructionWord(row).filter(isAimable))
  const salt = Object.keys(SHARES).indexOf(law)
  const runs = runsOf(law)
  const size = Math.min(BATCH, Math.ceil(runs / rows.length))
  for (let i = 0; i < runs; i++) {
    const r = i % rows.length
    const row = rows[r] as Encoding
    const list = words[r] as number[]
    if (list.length === 0) {
      const seed = Math.imul(SEED * 31 + salt, 0x1000_0001) ^ Math.imul(row.index + 1, 0x01f3_5a7d) ^ i
      list.push(...fc.sample(arbitraries[r] as fc.Arbitrary<number>, { numRuns: size, seed }))
    }
    const word = list.pop() as number
    yield {
      row,
      word,
      plan: planOf(word),
      first: i < rows.length,
      seed: Math.imul(SEED * 1009 + salt, 0x0100_0193) ^ Math.imul(i + 1, 0x2545_f491),
    }
  }
}

/**
 * Holds a law against its share of the cases.
 *
 * @param holds - throws where the law does not hold; says whether the case was one that the law speaks of.
 * @param least - part of the cases that it has to speak of.
 * @returns ids of rows that the law never spoke of.
 */
export function check(
  law: Law,
  wanted: (row: Encoding) => boolean,
  holds: (c: Case) => boolean,
  least: number,
): Set<string> {
  const never = new Set<string>()
  const met = new Set<string>()
  let spoken = 0
  let count = 0
  for (const c of casesOf(law, wanted)) {
    count++
    try {
      if (holds(c)) {
        spoken++
        met.add(c.row.id)
        never.delete(c.row.id)
      } else if (!met.has(c.row.id)) never.add(c.row.id)
    } catch (e) {
      if (e instanceof Error) e.message = `${named(c)}\n${e.message}`
      throw e
    }
  }
  expect(spoken / count).toBeGreaterThanOrEqual(least)
  return never
}

/** That two lists are equal: much less work than `toEqual` where they are. */
export function same(got: readonly unknown[], wanted: readonly unknown[]): void {
  if (got.length !== wanted.length || got.some((one, i) => one !== wanted[i])) expect(got).toEqual(wanted)
}

/** That two blocks of bytes are equal. */
export function sameBytes(got: Uint8Array, wanted: Uint8Array, what: string): void {
  if (Buffer.compare(got, wanted) === 0) return
  const at = got.findIndex((byte, k) => byte !== wanted[k])
  expect.fail(
    `${what} differs from byte ${at} on: ${got.subarray(at, at + 8)}; ${wanted.subarray(at, at + 8)} is right`,
  )
}

function named({ row, word, seed }: Case): string {
  const hex = word.toString(16).padStart(8, '0')
  return `NISV_LAW_RUNS=${LAW_RUNS} NISV_LAW_SEED=${SEED}: ${row.id}, word 0x${hex}, ${format(decode(word)!)}, case seed ${seed}`
}
