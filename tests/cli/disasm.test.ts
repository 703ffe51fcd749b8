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
    ['7c60801f', 'stfaddl h0,  [x0]'],
    ['7c600020', 'ldfaddl h0, h0, [x1]'],
    ['f820001f', 'stadd x0, [x0]'],
    ['ffffffff', '<undecodable>'],
    ['885f0020', '<softfail> ldxr w0, [x1]'],
    ['', '<bad-input>'],
    ['0x', '<bad-input>'],
    ['123456789', '<bad-input>'],
    ['ldp', '<bad-input>'],
  ])('%j gives %s', (line, text) => {
    expect(disassembleLine(line, {})).toBe(text)
  })

  it.each([
    ['88000020', 'stxr w0, w0, [x1]', '<softfail> stxr w0, w0, [x1]'],
    ['38400821', '<softfail> ldtrb w1, [x1]', 'ldtrb w1, [x1]'],
    ['1e212028', 'fcmp s1, #0.0', '<softfail> fcmp s1, #0.0'],
    ['d5032020', '<undecodable>', '<undecodable>'],
  ])('%s: %s, as LLVM 22, and with --manual %s', (word, llvm, manual) => {
    expect(disassembleLine(word, {})).toBe(llvm)
    expect(disassembleLine(word, { manual: true })).toBe(manual)
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

  it.each<[number, ...string[]]>([
    [0xa9430801, 'register   x1         64 bits', 'memory     [x0, #48]  base X0, offset 48'],
    [0xf8408c20, 'memory     [x1, #8]!  base X1, offset 8, base written back before'],
    [
      0x4c9f7000,
      'list       { v0.16b }  1 register',
      'memory     [x0], #16   base X0, offset 16, base written back after',
    ],
    [0x0d008420, 'list       { v0.d }[0]  1 register, lane 0'],
    [0x38617843, 'memory     [x2, x1]  base X2, index X1', 'access     load, register, 1 byte an element'],
    [0xf862d823, 'memory     [x1, w2]  base X1, index W2, sign-extended from 32 bits, shifted left by 3'],
    [0x8b2163e0, 'register   sp  stack pointer, 64 bits', 'register   x1  64 bits'],
    [0x8b020c20, 'register   x2  64 bits, shifted left by 3'],
    [0x91400421, 'immediate  #1  0x1, shifted left by 12'],
    [0xd5381000, 'system     SCTLR_EL1  op0=3 op1=0 CRn=1 CRm=0 op2=0'],
    [0x17ffffff, 'label      #-4  4 bytes back'],
    [0x0e205800, 'register   v0.8b  vector, 8 elements of 8 bits'],
    [0x5e0c0420, 'register   v1.s[1]  vector, elements of 32 bits, lane 1'],
    [0x24000000, 'register   p0/z  predicate, inactive elements are zeroed', 'needs      FEAT_SVE or FEAT_SME'],
    [0x25344000, 'slice      p0.b  element w12 + 2'],
    [0x04bfe3e0, 'pattern    all  element count times 16'],
    [0x2f00e621, 'immediate  #0xff000000ff  bytes of all zeros or all ones'],
    [0x1e2e1000, 'float      #1  floating-point constant'],
  ])('explains the operands of %i in words', (word, ...lines) => {
    const explained = explainWord(word).split('\n')
    for (const line of lines) expect(explained).toContain(`  ${line}`)
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
