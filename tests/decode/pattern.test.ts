import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches } from '../../src/decode/encoding.ts'
import { type Bits, commonWord, type Pattern, parsePattern } from '../../src/decode/pattern.ts'

const parse = (text: string): Pattern => parsePattern('ROW', text)

describe('parsePattern', () => {
  it('reads fixed bits, fields and their places', () => {
    const p = parse('10 101 0 010 1 imm7 Rt2 Rn Rt')
    expect(p.mask).toBe(0xffc00000)
    expect(p.value).toBe(0xa9400000)
    expect(p.should).toEqual({ mask: 0, value: 0 })
    expect(p.excluded).toEqual([])
    expect(p.fields).toEqual([
      { name: 'imm7', lsb: 15, width: 7 },
      { name: 'Rt2', lsb: 10, width: 5 },
      { name: 'Rn', lsb: 5, width: 5 },
      { name: 'Rt', lsb: 0, width: 5 },
    ])
  })

  it('reads should-be bits, alone and as a field', () => {
    const p = parse('size=11 001000 010 Rs=(11111) 0 (1)(0)(1) (1) (1) Rn Rt'.replace('(1)(0)(1)', '(1) (0) (1)'))
    expect(p.should).toEqual({ mask: 0x001f7c00, value: 0x001f5c00 })
    expect(p.mask).toBe(0xffe08000)
    expect(p.fields[1]).toEqual({ name: 'Rs', lsb: 16, width: 5 })
  })

  it('reads partly fixed fields, widths and meaningless bits', () => {
    const p = parse('x1 imm:3 option=x1x size=1x 00000000000000000000xx')
    expect(p.mask.toString(2).padStart(32, '0')).toBe('01000010101111111111111111111100')
    expect(p.value.toString(2).padStart(32, '0')).toBe('01000010100000000000000000000000')
    expect(p.fields.map((f) => f.width)).toEqual([3, 3, 2])
  })

  it('reads excluded values, several of them and with x', () => {
    const p = parse('size!=11 000000000000000000000000000 op2!=000|1x1')
    expect(p.excluded).toEqual([
      { mask: 0xc0000000, value: 0xc0000000 },
      { mask: 7, value: 0 },
      { mask: 5, value: 5 },
    ])
    expect(matches(p, 0x40000002)).toBe(true)
    for (const word of [0xc0000002, 0x40000000, 0x40000005, 0x40000007, 0x40000102])
      expect(matches(p, word)).toBe(false)
  })

  const bad: readonly [text: string, problem: string][] = [
    ['0101', 'pattern has 4 bits, not 32'],
    ['0'.repeat(33), "'000000000000000000000000000000000' runs past bit 0"],
    [`${'0'.repeat(30)} Rt`, "'Rt' runs past bit 0"],
    ['0000 bogus', "field 'bogus' is not one the manual names; give its width"],
    ['0000 Rn Rn', "field 'Rn' is named twice"],
    ['size=12', "'size=12' does not hold 2 bits of 0, 1 and x"],
    ['Rm:5=111', "'Rm:5=111' does not hold 5 bits of 0, 1 and x"],
    ['op2!=000|11', "'op2!=000|11' does not hold 3 bits of 0, 1 and x"],
    ['(2)', "token '(2)' is neither bits, nor a field, nor (0) or (1)"],
    ['01-1', "token '01-1' is neither bits, nor a field, nor (0) or (1)"],
  ]
  for (const [text, problem] of bad) {
    it(`refuses '${text.length > 20 ? `${text.slice(0, 8)}...` : text}'`, () => {
      expect(() => parse(text)).toThrow(
        expect.objectContaining({ name: 'TableError', row: 'ROW', message: `row ROW: ${problem}` }),
      )
    })
  }
})

/** Patterns over the low 8 bits only, so that all their words can be listed. */
const bits8 = fc
  .record({ mask: fc.integer({ min: 0, max: 255 }), value: fc.integer({ min: 0, max: 255 }) })
  .map(({ mask, value }): Bits => ({ mask, value: value & mask }))
const pattern8 = fc.record({ bits: bits8, excluded: fc.array(bits8, { maxLength: 4 }) }).map(
  ({ bits, excluded }): Pattern => ({
    mask: (bits.mask | 0xffffff00) >>> 0,
    value: bits.value,
    should: { mask: 0, value: 0 },
    excluded: excluded.filter((e) => e.mask !== 0),
    fields: [],
  }),
)

describe('commonWord', () => {
  it('finds a word of both patterns exactly when there is one', () => {
    fc.assert(
      fc.property(pattern8, pattern8, (a, b) => {
        const word = commonWord(a, b)
        const all = Array.from({ length: 256 }, (_, w) => w).filter((w) => matches(a, w) && matches(b, w))
        if (word === undefined) expect(all).toEqual([])
        else expect(all).toContain(word)
      }),
      { numRuns: 2000 },
    )
  })
})
