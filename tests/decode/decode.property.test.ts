import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  A64,
  ALLOCATED,
  CONSTRAINED,
  decode,
  decodeInto,
  format,
  Instruction,
  operands,
  UNALLOCATED,
  WordError,
} from '../../src/decode/index.ts'

const anyWord = fc.integer({ min: 0, max: 0xffff_ffff })
const rowWord = fc
  .tuple(fc.constantFrom(...A64.encodings), anyWord)
  .map(([e, fill]) => ((fill & ~e.mask) | e.value) >>> 0)
const word = fc.oneof({ weight: 1, arbitrary: anyWord }, { weight: 3, arbitrary: rowWord })

describe('decode', () => {
  it('takes every 32-bit word, and says the same as decodeInto', () => {
    const reused = new Instruction()
    fc.assert(
      fc.property(word, (w) => {
        const fresh = decode(w)
        const verdict = decodeInto(w, reused)
        expect(reused.word).toBe(w)
        expect(reused.verdict).toBe(verdict)
        expect(fresh === undefined).toBe(verdict === UNALLOCATED)
        if (fresh) expect(fresh).toEqual(reused)
        else expect([reused.encoding.id, reused.encoding.index, reused.unpredictable]).toEqual(['UNALLOCATED', -1, ''])
        expect(reused.unpredictable !== '').toBe(verdict === CONSTRAINED)
      }),
      { numRuns: 5000 },
    )
  })

  it('leaves nothing of the last word in a reused instruction', () => {
    const reused = new Instruction()
    expect(decodeInto(0x6c400000, reused)).toBe(CONSTRAINED)
    expect(reused.unpredictable).toBe('LDPOVERLAP')
    expect(decodeInto(0xa9400440, reused)).toBe(ALLOCATED)
    expect(reused.unpredictable).toBe('')
    expect(decodeInto(0xffffffff, reused)).toBe(UNALLOCATED)
    expect(reused.encoding.id).toBe('UNALLOCATED')
  })

  it('refuses everything else with a WordError that says what to give', () => {
    const notWords = fc.oneof(
      fc.double().filter((n) => !(Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff)),
      fc.anything().filter((x) => typeof x !== 'number' && typeof x !== 'symbol'),
      fc.integer({ max: -1 }),
      fc.integer({ min: 0x1_0000_0000, max: Number.MAX_SAFE_INTEGER }),
    )
    fc.assert(
      fc.property(notWords, (w) => {
        expect(() => decode(w as number)).toThrow(WordError)
      }),
    )
    expect(() => decode(-1)).toThrow('-1 is not a 32-bit word: give an integer from 0 to 0xffffffff')
    expect(() => decode(1.5)).toThrow('1.5 is not a 32-bit word: give an integer from 0 to 0xffffffff')
  })
})

describe('operands and format', () => {
  it('never throw, on any word, and write one line of plain text', () => {
    const insn = new Instruction()
    fc.assert(
      fc.property(word, fc.boolean(), (w, aliases) => {
        decodeInto(w, insn)
        expect(Array.isArray(operands(insn))).toBe(true)
        const text = format(insn, { aliases })
        expect(text).toMatch(/^[a-z.][\x20-\x7e]*\S$/i)
        expect(text).not.toMatch(/undefined|NaN|object|null|\s{2}/)
      }),
      { numRuns: 5000 },
    )
  })

  it('write an unallocated word so that it assembles to itself', () => {
    const insn = new Instruction()
    decodeInto(0xffffffff, insn)
    expect(format(insn)).toBe('.inst 0xffffffff')
    expect(operands(insn)).toEqual([])
  })
})
