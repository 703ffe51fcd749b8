/**
 * What every public module promises of each of its entries: hostile input ends in a value, or in the error class that the
 * entry documents. A module's list names all its exports, so that a new one without a property fails the test.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'

/** Draws hostile input. */
export type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T
/** Gives an entry hostile input once. */
export type Hostile = (draw: Draw) => void

/** An export that is a constant: text, number, or a table that nobody can change by accident. */
export const DATA = 'data'
/** An error class: what is thrown, by other entries. */
export const ERROR = 'error'

/** Numbers that no caller should give, and those between. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1, -1, 0.5, 3, 7, 64]),
  fc.constantFrom(...[-(2 ** 31), 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e300]),
  fc.integer(),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.double(),
)
/** 32 bits. */
export const u32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff })
/** 64 bits, or far more, or less than none. */
export const anyBigint: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
)
/** Any JSON, and what is none. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', 'x', true, [], {}, () => 0, Symbol.iterator, Object.create(null)),
  anyNumber,
  anyBigint,
  fc.string(),
  fc.jsonValue(),
  fc.anything(),
)

/** An object with some of the keys, each of any value or of one of `sense`. */
export function anyOptions(
  keys: readonly string[],
  sense: Readonly<Record<string, readonly unknown[]>> = {},
): fc.Arbitrary<Record<string, unknown>> {
  const member = (key: string): fc.Arbitrary<unknown> =>
    fc.oneof(anyValue, fc.constantFrom(undefined, ...(sense[key] ?? [])))
  return fc.record(Object.fromEntries(keys.map((key) => [key, member(key)])), { requiredKeys: [] })
}

/**
 * Calls an entry.
 * @param errors - classes that it may throw, each of which has to say what was wrong.
 * @returns what it returned; undefined when it threw.
 */
export function ends<T>(errors: readonly (new (...args: never[]) => Error)[], call: () => T): T | undefined {
  try {
    return call()
  } catch (thrown) {
    if (!errors.some((wanted) => thrown instanceof wanted && (thrown as Error).constructor === wanted)) throw thrown
    expect((thrown as Error).message.length).toBeGreaterThan(12)
    return undefined
  }
}

/** Tests of a public module. */
export function everyEntry(
  api: Readonly<Record<string, unknown>>,
  entries: Readonly<Record<string, Hostile | typeof DATA | typeof ERROR>>,
  numRuns = Number(process.env.NISV_HOSTILE_RUNS ?? 150),
): void {
  it('each export is in the list', () => {
    expect(Object.keys(entries).sort()).toEqual(Object.keys(api).sort())
  })

  for (const [name, entry] of Object.entries(entries)) {
    it(`${name} takes hostile input`, () => {
      const value = api[name]
      if (entry === DATA) expect(['number', 'string', 'object']).toContain(typeof value)
      else if (entry === ERROR) expect((value as { prototype: unknown }).prototype).toBeInstanceOf(Error)
      else
        fc.assert(
          fc.property(fc.gen(), (draw) => entry((arbitrary) => draw(() => arbitrary))),
          { numRuns, endOnFailure: true },
        )
    })
  }
}
