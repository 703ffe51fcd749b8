import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROGRAM } from '../../src/cli/demo/guest.ts'
import { explainWord } from '../../src/cli/diagram.ts'
import { disassembleLine } from '../../src/cli/disasm.ts'
import { decode, format } from '../../src/decode/index.ts'

describe('the disasm protocol', () => {
  it.each([
    ['a9400440', 'ldp x0, x1, [x2]'],
    ['0xA9400440', 'ldp x0, x1, [x2]'],
    [' a940 0440\r', 'ldp x0, x1, [x2]'],
    ['d503201f', 'nop'],
    ['0', 'udf #0'],
    ['ffffffff', '<undecodable>'],
    ['885f0020', '<softfail> ldxr w0, [x1]'],
    ['', '<bad-input>'],
    ['0x', '<bad-input>'],
    ['123456789', '<bad-input>'],
    ['ldp', '<bad-input>'],
  ])('%j gives %s', (line, text) => {
    expect(disassembleLine(line, {})).toBe(text)
  })

  it('writes zero offsets when aliases are off', () => {
    expect(disassembleLine('a9400440', { aliases: false })).toBe('ldp x0, x1, [x2, #0]')
  })

  it('gives one line for any line, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer({ min: 0, max: 0xffffffff }).map((w) => w.toString(16)),
        ),
        (line) => {
          expect(disassembleLine(line, {})).toMatch(/^[^\n]+$/)
        },
      ),
      { numRuns: 5000 },
    )
  })
})

describe('explainWord', () => {
  it('shows text, fields, operands and access', () => {
    const text = explainWord(0xa9400440)
    expect(text).toContain('0xa9400440  ldp x0, x1, [x2]')
    expect(text).toContain('LDP_64_ldstpair_off')
    expect(text).toMatch(/imm7=0 +Rt2=1 Rn=2 +Rt=0/)
    expect(text).toContain('access     load, pair, 8 bytes an element')
  })

  it('has an explanation for every word', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (word) => {
        expect(explainWord(word)).toContain(`0x${word.toString(16).padStart(8, '0')}`)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the built-in guest', () => {
  it('has the words that its listing says', () => {
    expect(PROGRAM.map(([word]) => format(decode(word)!))).toEqual(PROGRAM.map(([, text]) => text))
  })
})
