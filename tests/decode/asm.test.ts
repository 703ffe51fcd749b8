import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AsmError,
  type AssembleOptions,
  assemble,
  decode,
  decodeInto,
  format,
  Instruction,
  UNALLOCATED,
} from '../../src/decode/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import { sameText } from './same-text.ts'

const folder = new URL('vectors/', import.meta.url)
const insn = new Instruction()

interface Vector {
  readonly word: number
  readonly texts: readonly [string, string]
}

const vectors: Vector[] = readdirSync(folder).flatMap((file) =>
  readFileSync(new URL(file, folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Vector => {
      const [word = '', , text = '', without = ''] = line.split('\t')
      return { word: Number.parseInt(word, 16), texts: [text, without] }
    }),
)

function textOf(word: number, aliases: boolean): string {
  return format(decode(word) as Instruction, { aliases })
}

describe('assemble(format(decode(word)))', () => {
  it.each([
    [true, { canonical: 18289, 'should-be bits': 74, 'rotation above the element': 18, 'bits above imm5': 2 }],
    [
      false,
      {
        ...{ canonical: 18269, 'should-be bits': 74, 'rotation above the element': 18, 'bits above imm5': 2 },
        'shift not taken': 20,
      },
    ],
  ] as const)('is the word, for every canonical golden vector, aliases %s', (aliases, expected) => {
    const counts: Record<string, number> = {}
    for (const { word, texts } of vectors) {
      if (decodeInto(word, insn) === UNALLOCATED) continue
      const text = texts[aliases ? 0 : 1]
      const back = assemble(text)
      expect(textOf(back, aliases)).toBe(text)
      const why = back === word ? 'canonical' : sameText(insn, back) || text
      counts[why] = (counts[why] ?? 0) + 1
    }
    expect(counts).toEqual(expected)
  })

  it('is the word for any row, or a word with the same text', () => {
    fc.assert(
      fc.property(anyInstructionWord(), fc.boolean(), (word, aliases) => {
        const text = textOf(word, aliases)
        const back = assemble(text)
        expect(textOf(back, aliases)).toBe(text)
        decodeInto(word, insn)
        if (back !== word) expect(sameText(insn, back)).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same in upper case, in hexadecimal, without # and with other blanks', () => {
    fc.assert(
      fc.property(anyInstructionWord(), fc.boolean(), (word, aliases) => {
        const back = assemble(textOf(word, aliases))
        const insn = decode(word) as Instruction
        expect(assemble(format(insn, { aliases, upperCase: true }))).toBe(back)
        expect(assemble(format(insn, { aliases, hex: true }))).toBe(back)
        const [mnemonic, rest = ''] = format(insn, { aliases }).split(/ (.*)/s)
        expect(assemble(`\t${mnemonic}  ${rest.replaceAll('#', '').replaceAll(',', ' ,\t')} // ;`)).toBe(back)
      }),
      { numRuns: 1000 },
    )
  })

  it('takes targets as addresses back, where the address of the instruction is known', () => {
    const branch = anyInstructionWord((e) => e.syntax.includes('label('))
    fc.assert(
      fc.property(branch, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (word, at) => {
        const pc = at & ~3n
        const symbol = (): string => 'main+0x1'
        const insn = decode(word) as Instruction
        const back = assemble(format(insn))
        expect(assemble(format(insn, { pc }), { pc })).toBe(back)
        expect(assemble(format(insn, { pc, symbol }), { pc })).toBe(back)
        expect(assemble(format(insn), { pc })).toBe(back)
      }),
    )
  })

  it('takes words that are no instruction', () => {
    expect(assemble('.inst 0xffffffff')).toBe(0xffff_ffff)
    expect(assemble('.INST 1 // no more')).toBe(1)
  })
})

describe('what people write', () => {
  it.each([
    ['LDR X0,[SP,8]', 0xf94007e0],
    ['ldr x0, [x1, #0x10]; // next', 0xf9400820],
    ['mov x0, /* all of it */ #-1', 0x92800000],
    ['mov w0, 0b101', 0x528000a0],
    ['mov w0, #010', 0x52800100],
    ['b.cs #8', 0x54000042],
    ['beq 8', 0x54000040],
    ['csel x0, x1, x2, cc', 0x9a823020],
    ['mrs x0, s3_0_c1_c0_0', 0xd5381000],
    ['MRS X0, CTR_EL0', 0xd53b0020],
    ['dc ZVA, lr', 0xd50b743e],
    ['prfm #0, [x0]', 0xf9800000],
    ['dsb #15', 0xd5033f9f],
    ['movz x0, #1, lsl 16', 0xd2a00020],
    ['add x0, x1, #0x1000', 0x91400420],
    ['add x0, sp, x1', 0x8b2163e0],
    ['fmov d0, #1', 0x1e6e1000],
    ['ld1 {v0.16b-v3.16b}, [x0], #64', 0x4cdf2000],
    ['and z0.s, z0.s, #-16', 0x0580e360],
    ['mov z31.d, #-256', 0x25f8ffff],
    ['zero { za0.h }', 0xc0080055],
  ] as const)('%s', (line, word) => {
    expect(assemble(line).toString(16)).toBe(word.toString(16))
  })

  // `word<TAB>line`, or `refused`, as llvm-mc 22 answers; tests/live/asm.test.ts asks it again.
  const spellings = readFileSync(new URL('spellings.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  /** Refused by LLVM, and clear enough: `#0` of any comparison with zero, `#` left out, `#0` for no offset. */
  const TAKEN = ['fcmp d0, #0', 'cntd x0, all, mul 2', 'ld1b {z0.b}, p0/z, [x0, #0]']

  it('as LLVM 22 reads it', () => {
    const wrong: string[] = []
    for (const spelling of spellings) {
      const [expected, line = ''] = spelling.split('\t')
      let word = 'refused'
      try {
        word = assemble(line).toString(16).padStart(8, '0')
      } catch (error) {
        if (!(error instanceof AsmError)) throw error
      }
      if (word !== expected) wrong.push(line)
    }
    expect(wrong).toEqual(TAKEN)
  })

  it('symbols', () => {
    const options = { pc: 0x1000, symbol: (name: string) => (name === 'Main' ? 0x1010n : undefined) }
    expect(assemble('bl Main', options)).toBe(0x94000004)
    expect(assemble('b #-4', options)).toBe(0x17ffffff)
    expect(assemble('b 0xffc', options)).toBe(0x17ffffff)
    expect(assemble('adrp x0, 0x3fff', options)).toBe(0xd0000000)
  })
})

describe('lines that are no instruction', () => {
  const symbols: AssembleOptions = { symbol: () => undefined }
  it.each([
    ['', 1, 'no mnemonic at the beginning'],
    ['foo x1', 1, `'foo' is no mnemonic of A64`],
    ['loop: nop', 1, `'loop' is a label`],
    ['nop; nop', 4, `a second instruction after ';': give one at a time`],
    ['ldr x0, [x1', 12, `the line ends where ']' is expected`],
    ['ldr x0, [x1]?', 13, `"?" is in no instruction`],
    ['add x0, x1, #4097', 13, `operand 3 does not fit '#imm12 lsl #sh*12': add Xd|SP, Xn|SP, #imm12 lsl #sh*12`],
    ['ret x0, x1', 9, 'operand 2 is one too many: ret Xn'],
    ['cbz x0', 7, `operand 2, 'label(imm19*4)', is missing: cbz Wt, label(imm19*4)`],
    ['mov w0, #08', 10, `'08' begins with 0: it is octal, which has no 8 or 9`],
    ['mov x0, #0x1ffffffffffffffff', 10, 'the number has more than 64 bits'],
    ['.inst 0x100000000', 7, 'a word is an integer from 0 to 0xffffffff'],
    ['b main', 3, `'main' is a symbol, and nothing resolves symbols here`],
  ])('%s', (line, column, message) => {
    expect(() => assemble(line)).toThrow(expect.objectContaining({ name: 'AsmError', column, message }))
  })

  it('unknown symbols', () => {
    expect(() => assemble('b main', symbols)).toThrow(`there is no symbol 'main'`)
    expect(() => assemble('b main', { symbol: () => 0 })).toThrow(`the distance to 'main' needs the address`)
    expect(() => assemble('b main', { pc: 0.5, symbol: () => 0 })).toThrow('an address is a bigint, or a safe integer')
  })

  it('give an AsmError inside the line, whatever they hold', () => {
    const piece = fc.constantFrom(
      ...[
        'x0',
        'w31',
        'v0.16b',
        'z3.s',
        'p0/z',
        'za0h.s',
        'zt0',
        'pn8',
        '#',
        '-',
        '[',
        ']',
        '{',
        '}',
        '!',
        ',',
        ', ',
        ':',
      ],
      ...[
        ' ',
        '1',
        '0x7fffffffffffffff',
        '99999999999999999999999',
        '1e999',
        '08',
        'lsl',
        'mul',
        'vl',
        'vgx4',
        'sxtw',
        '/',
      ],
    )
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((p) => p.join('')),
    )
    const line = fc.oneof(
      noise,
      fc.constantFrom('add', 'ldr', 'mov', 'fmla', 'ld1w', 'tlbi', 'msr').chain((m) => noise.map((n) => `${m} ${n}`)),
      // A valid line with a piece of it replaced.
      fc.tuple(fc.constantFrom(...vectors), noise, fc.nat(), fc.nat(8)).map(([{ texts }, n, at, length]) => {
        const [text] = texts
        const from = at % text.length
        return text.slice(0, from) + n + text.slice(from + length)
      }),
    )
    fc.assert(
      fc.property(line, (text) => {
        try {
          expect(assemble(text) >>> 0).toBe(assemble(text))
        } catch (error) {
          if (!(error instanceof AsmError)) throw error
          expect(error.column).toBeGreaterThan(0)
          expect(error.column).toBeLessThanOrEqual(text.length + 1)
        }
      }),
      { numRuns: 5000 },
    )
    expect(() => assemble(`mov ${'['.repeat(1_000_000)}`)).toThrow(AsmError)
  })
})
