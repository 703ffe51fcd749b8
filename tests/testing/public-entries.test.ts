/** Every export of `nisv/testing` under hostile input. */

import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { decode } from '../../src/decode/index.ts'
import * as testing from '../../src/testing/index.ts'
import { RegimeRegister } from '../../src/tlb/index.ts'
import { anyBigint, anyNumber, ERROR, ends, everyEntry } from '../public-entries.ts'

const { NoEncodingError, SparseTables, TableBuilder, TableLayoutError } = testing

/** One value of an arbitrary that a caller made. */
const one = <T>(arbitrary: fc.Arbitrary<T>, seed: number): T => fc.sample(arbitrary, { numRuns: 1, seed })[0] as T

describe('nisv/testing', () => {
  everyEntry(
    testing,
    {
      NoEncodingError: ERROR,
      SparseTables: (draw) => {
        const tables = new SparseTables(draw(fc.nat()), draw(fc.nat()))
        tables.write(draw(anyNumber), draw(anyBigint))
        expect(tables.read(draw(anyNumber))).toBeTypeOf('bigint')
        expect(tables.clone().addresses()).toEqual(tables.addresses())
        expect(tables.readDescriptor(draw(anyNumber), { hi: 0, lo: 0 })).toBeTypeOf('boolean')
      },
      TableBuilder: (draw) => {
        const layout = draw(
          fc.record({
            stage: fc.constantFrom(1, 2),
            granuleBits: fc.oneof(fc.constantFrom(12, 14, 16), anyNumber),
            inputBits: fc.oneof(fc.constantFrom(39, 48), anyNumber),
            wide: fc.boolean(),
            concatenated: fc.oneof(fc.constantFrom(1, 2), anyNumber),
            bigEndian: fc.boolean(),
          }),
        )
        const tables = new SparseTables()
        const made = ends(
          [TableLayoutError],
          () => new TableBuilder(tables, draw(anyNumber), layout as unknown as testing.TableLayout),
        )
        const builder = made ?? new TableBuilder(tables, 0x4000, { stage: 1, granuleBits: 12, inputBits: 39 })
        const [input, level] = [draw(anyBigint), draw(anyNumber)]
        ends([TableLayoutError], () => builder.map(input, draw(anyBigint), draw(anyBigint), level))
        ends([TableLayoutError], () => builder.replace(input, level, draw(anyBigint)))
        ends([TableLayoutError], () => builder.entry(input, level))
      },
      TableLayoutError: ERROR,
      addressSpace: (draw) => {
        const made = one(testing.addressSpace(), draw(fc.integer()))
        expect(made).toBeDefined()
      },
      anyInstructionWord: (draw) => {
        const wanted = new RegExp(draw(fc.constantFrom('^LD', '^ST', '_x$', '^$')))
        const words = ends([NoEncodingError], () => testing.anyInstructionWord(({ id }) => wanted.test(id)))
        if (words) expect(decode(one(words, draw(fc.integer())))).toBeDefined()
      },
      instructionWord: (draw) => {
        const id = draw(fc.oneof(fc.string(), fc.constantFrom('LDP_64_ldstpair_off', '__proto__', 'constructor')))
        const words = ends([NoEncodingError], () => testing.instructionWord(id))
        if (words) expect(decode(one(words, draw(fc.integer())))?.encoding.id).toBe(id)
      },
      leafAttributes: (draw) => {
        expect(one(testing.leafAttributes(draw(fc.constantFrom(1, 2))), draw(fc.integer()))).toBeTypeOf('bigint')
      },
      nearInstructionWord: (draw) => {
        const word = one(testing.nearInstructionWord(), draw(fc.integer()))
        expect(word).toBe(word >>> 0)
      },
      oneFieldChange: (draw) => {
        const space = one(testing.addressSpace(), draw(fc.integer()))
        expect(one(testing.oneFieldChange(space), draw(fc.integer()))).toBeDefined()
      },
      regimeOf: (draw) => {
        const names = Object.keys(RegimeRegister)
        const values = draw(fc.dictionary(fc.constantFrom(...names), anyBigint))
        expect(testing.regimeOf(values as testing.RegisterValues)).toBeDefined()
      },
      unallocatedWord: (draw) => {
        expect(decode(one(testing.unallocatedWord(), draw(fc.integer())))).toBeUndefined()
      },
    },
    40,
  )
})
