import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64, decode } from '../../src/decode/index.ts'
import {
  anyInstructionWord,
  instructionWord,
  NoEncodingError,
  nearInstructionWord,
  unallocatedWord,
} from '../../src/testing/index.ts'

describe('instructionWord', () => {
  it('gives words of its row, of every row, plain unless told', () => {
    for (const row of A64.encodings) {
      for (const word of fc.sample(instructionWord(row), { numRuns: 2, seed: row.index })) {
        const insn = decode(word)
        expect([insn?.encoding.id, insn?.unpredictable]).toEqual([row.id, ''])
      }
    }
  })

  it('reaches both ends of every field', () => {
    const words = fc.sample(instructionWord('LDP_D_ldstpair_pre', { constrained: true }), { numRuns: 500, seed: 1 })
    for (const [lsb, ones] of [
      [0, 31],
      [5, 31],
      [10, 31],
      [15, 127],
    ] as const) {
      const values = words.map((w) => (w >>> lsb) & ones)
      expect(values).toContain(0)
      expect(values).toContain(ones)
    }
  })

  it('gives CONSTRAINED UNPREDICTABLE words only when told', () => {
    const rules = (constrained: boolean): Set<string | undefined> =>
      new Set(
        fc
          .sample(instructionWord('LDNP_Q_ldstnapair_offs', { constrained }), { numRuns: 500, seed: 1 })
          .map((w) => decode(w)?.unpredictable),
      )
    expect(rules(false)).toEqual(new Set(['']))
    expect(rules(true)).toEqual(new Set(['', 'LDPOVERLAP']))
  })

  it('shrinks each field by itself', () => {
    const result = fc.check(
      fc.property(instructionWord('LDR_Q_ldst_pos'), (word) => ((word >>> 5) & 31) < 9),
      { seed: 1 },
    )
    expect(result.counterexample).toEqual([0x3dc00120])
  })

  it('refuses an id that no row has, and an alias', () => {
    expect(() => instructionWord('NO_SUCH')).toThrow(NoEncodingError)
    expect(() => instructionWord('NO_SUCH')).toThrow("'NO_SUCH' is not the id of a row that decodes words")
    const alias = A64.aliases[0]
    expect(alias).toBeDefined()
    if (alias) expect(() => instructionWord(alias)).toThrow(NoEncodingError)
  })
})

describe('anyInstructionWord', () => {
  it('keeps to the wanted rows and meets each of them', () => {
    const wanted = A64.encodings.filter((e) => e.access?.form === 'pair' && e.access.bank === 'V')
    const words = fc.sample(
      anyInstructionWord((e) => wanted.includes(e)),
      { numRuns: 1000, seed: 1 },
    )
    const met = new Set(words.map((w) => decode(w)?.encoding.id))
    expect(met).toEqual(new Set(wanted.map((e) => e.id)))
  })
  it('refuses to generate from nothing', () => {
    expect(() => anyInstructionWord(() => false)).toThrow('no row of the table is wanted: the predicate refuses all')
  })
})

describe('nearInstructionWord and unallocatedWord', () => {
  it('are words, some of each kind, and the latter of one kind', () => {
    const near = fc.sample(nearInstructionWord(), { numRuns: 1000, seed: 1 })
    for (const w of near) expect(Number.isInteger(w) && w >= 0 && w <= 0xffff_ffff).toBe(true)
    const kinds = new Set(near.map((w) => decode(w)?.unpredictable === ''))
    expect(kinds).toEqual(new Set([true, false]))
    for (const w of fc.sample(unallocatedWord(), { numRuns: 300, seed: 1 })) expect(decode(w)).toBeUndefined()
  })
})
