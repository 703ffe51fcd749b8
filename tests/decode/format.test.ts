import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  A64,
  AddressError,
  decode,
  decodeInto,
  type Encoding,
  type FormatOptions,
  format,
  Instruction,
  operandText,
  tokens,
} from '../../src/decode/index.ts'
import { operandCodecs, splitSyntax } from '../../src/decode/syntax.ts'

const rows: readonly Encoding[] = [...A64.encodings, ...A64.aliases]

/** A stream of 32-bit numbers, the same in every run. */
function generator(seed: number): () => number {
  let s = seed
  return () => {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    return s >>> 0
  }
}

const fill = (row: Encoding, bits: number): number => ((bits & ~row.mask) | row.value) >>> 0
const lines = (word: number, options?: FormatOptions): string => format(decode(word)!, options)
const joined = (insn: Instruction, options?: FormatOptions): string =>
  tokens(insn, options)
    .map((t) => t.text)
    .join('')

/** Every choice of the options that are not addresses, and of those some. */
const OPTIONS: readonly FormatOptions[] = [true, false].flatMap((aliases) =>
  [true, false].flatMap((hex) =>
    [true, false].flatMap((upperCase) => [
      { aliases, hex, upperCase },
      { aliases, hex, upperCase, pc: 0xffff_ffff_ffff_f000n },
      {
        aliases,
        hex,
        upperCase,
        pc: 0x40_0ffc,
        symbol: (address: bigint) => (address & 4n ? `s${address}` : undefined),
      },
    ]),
  ),
)

describe('tokens', () => {
  it('say what format writes, of every row with every option', () => {
    const next = generator(1)
    const insn = new Instruction()
    const wrong: string[] = []
    for (const row of rows) {
      for (const options of OPTIONS) {
        decodeInto(fill(row, next()), insn)
        const text = format(insn, options)
        if (joined(insn, options) !== text) wrong.push(`${text} is not ${joined(insn, options)}`)
      }
    }
    expect(wrong).toEqual([])
  })

  // Rows share the texts of operands, and format remembers them: tokens read every operand anew.
  it('say what format remembers, of many words of every row', () => {
    const next = generator(6)
    const insn = new Instruction()
    const wrong: string[] = []
    for (let round = 0; round < 12; round++) {
      for (const row of rows) {
        decodeInto(fill(row, round === 0 ? 0 : round === 1 ? 0xffff_ffff : next()), insn)
        for (const options of [{}, { aliases: false }]) {
          const text = format(insn, options)
          if (joined(insn, options) !== text) wrong.push(`${text} is not ${joined(insn, options)}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('number the operands, each of which is its own text', () => {
    const next = generator(2)
    const insn = new Instruction()
    for (const row of A64.encodings) {
      const word = fill(row, next())
      if (row.aliases.length > 0 || decodeInto(word, insn) === 0 || insn.encoding !== row) continue
      const texts = operandCodecs(row)
        .map((codec) => operandText(codec.read(word), true))
        .filter((text) => text !== '')
      const pieces = texts.map(() => '')
      for (const { operand, text } of tokens(insn)) if (operand >= 0) pieces[operand] += text
      expect(pieces).toEqual(texts)
    }
  })

  it('have kinds', () => {
    const kinds = (word: number, options?: FormatOptions): string[] =>
      tokens(decode(word)!, options)
        .filter((t) => t.kind !== 'punctuation')
        .map((t) => `${t.kind} ${t.text} ${t.operand}`)
    expect(kinds(0xf8637841)).toEqual([
      'mnemonic ldr -1',
      'register x1 0',
      'register x2 1',
      'register x3 1',
      'keyword lsl 1',
      'immediate #3 1',
    ])
    expect(kinds(0x54000040)).toEqual(['mnemonic b.eq -1', 'label #8 0'])
    expect(kinds(0x54000040, { pc: 0x1000n, symbol: () => 'main' })).toEqual([
      'mnemonic b.eq -1',
      'label 0x1008 0',
      'symbol main 0',
    ])
    expect(kinds(0xd5381000)).toEqual(['mnemonic mrs -1', 'register x0 0', 'name SCTLR_EL1 1'])
    expect(kinds(0x5e0c0420)).toEqual(['mnemonic mov -1', 'register s0 0', 'register v1.s 1', 'immediate 1 1'])
    expect(kinds(0x04800c41)).toEqual([
      'mnemonic add -1',
      'register z1.s 0',
      'register p3 1',
      'keyword m 1',
      'register z1.s 2',
      'register z2.s 3',
    ])
  })

  it('write a word that is no instruction as a directive', () => {
    const insn = new Instruction()
    decodeInto(0xffffffff, insn)
    expect(tokens(insn, { hex: true, upperCase: true, pc: 0 })).toEqual([
      { kind: 'directive', text: '.inst', operand: -1 },
      { kind: 'punctuation', text: ' ', operand: -1 },
      { kind: 'immediate', text: '0xffffffff', operand: -1 },
    ])
    expect(format(insn)).toBe('.inst 0xffffffff')
  })
})

describe('hex', () => {
  it('writes immediates and offsets in hexadecimal', () => {
    const hex = (word: number): string => lines(word, { hex: true })
    expect(hex(0x91004020)).toBe('add x0, x1, #0x10')
    expect(hex(0xa97f0440)).toBe('ldp x0, x1, [x2, #-0x10]')
    expect(hex(0xf8408441)).toBe('ldr x1, [x2], #0x8')
    expect(hex(0x17ffffff)).toBe('b #-0x4')
    expect(hex(0x92800000)).toBe('mov x0, #-0x1')
  })

  it('leaves shifts, bit positions, rotations, multipliers and lanes decimal', () => {
    const hex = (word: number): string => lines(word, { hex: true })
    expect(hex(0x91404020)).toBe('add x0, x1, #0x10, lsl #12')
    expect(hex(0x8b033041)).toBe('add x1, x2, x3, lsl #12')
    expect(hex(0xd34cfc20)).toBe('lsr x0, x1, #12')
    expect(hex(0xf8637841)).toBe('ldr x1, [x2, x3, lsl #3]')
    expect(hex(0x5e0c0420)).toBe('mov s0, v1.s[1]')
    expect(hex(0x042fe3e0)).toBe('cntb x0, all, mul #16')
  })

  it('changes nothing but numbers, and none of their values', () => {
    const next = generator(3)
    const insn = new Instruction()
    for (const row of rows) {
      decodeInto(fill(row, next()), insn)
      const plain = tokens(insn)
      const hex = tokens(insn, { hex: true })
      const value = (text: string): string =>
        text.replace(/^#(-?)(0x[0-9a-f]+)$/, (_, sign: string, digits: string) => `#${sign}${BigInt(digits)}`)
      expect(hex.map((t) => ({ ...t, text: value(t.text) }))).toEqual(plain.map((t) => ({ ...t, text: value(t.text) })))
    }
  })
})

describe('pc', () => {
  it('writes labels as LLVM 22 does when it prints them as addresses', () => {
    const at = (word: number, pc: bigint | number = 0x40_0ffc): string => lines(word, { pc })
    expect(at(0x14000002)).toBe('b 0x401004')
    expect(at(0x94000100)).toBe('bl 0x4013fc')
    expect(at(0x54000040)).toBe('b.eq 0x401004')
    expect(at(0x34ffffe1)).toBe('cbz w1, 0x400ff8')
    expect(at(0x36100043)).toBe('tbz w3, #2, 0x401004')
    expect(at(0x10000080)).toBe('adr x0, 0x40100c')
    expect(at(0x90000001)).toBe('adrp x1, 0x400000')
    expect(at(0xf0ffffe2)).toBe('adrp x2, 0x3ff000')
    expect(at(0x58000043)).toBe('ldr x3, 0x401004')
    expect(at(0xd8000040)).toBe('prfm pldl1keep, 0x401004')
    expect(at(0x98ffffe6)).toBe('ldrsw x6, 0x400ff8')
    expect(at(0x74000041)).toBe('cbgt w1, w0, 0x401004')
  })

  it('counts modulo 2^64', () => {
    expect(lines(0x17ffffff, { pc: 0 })).toBe('b 0xfffffffffffffffc')
    expect(lines(0x14000002, { pc: 0xffff_ffff_ffff_fffcn })).toBe('b 0x4')
    expect(lines(0x14000002, { pc: -4n })).toBe('b 0x4')
    expect(lines(0xf0ffffe2, { pc: 0n })).toBe('adrp x2, 0xfffffffffffff000')
  })

  it('asks for a symbol of each label once', () => {
    const asked: bigint[] = []
    const symbol = (address: bigint): string | undefined => {
      asked.push(address)
      return address === 0x1008n ? 'main' : undefined
    }
    expect(lines(0x54000040, { pc: 0x1000, symbol })).toBe('b.eq 0x1008 <main>')
    expect(lines(0x54000040, { pc: 0x1004, symbol })).toBe('b.eq 0x100c')
    expect(lines(0x91004020, { pc: 0x1000, symbol })).toBe('add x0, x1, #16')
    expect(lines(0x54000040, { symbol })).toBe('b.eq #8')
    expect(asked).toEqual([0x1008n, 0x100cn])
  })

  it('is an integer', () => {
    const notAddresses = fc.oneof(
      fc.double().filter((n) => !Number.isSafeInteger(n)),
      fc.anything().filter((x) => x !== undefined && typeof x !== 'bigint' && !Number.isSafeInteger(x)),
    )
    fc.assert(
      fc.property(notAddresses, (pc) => {
        expect(() => lines(0x14000002, { pc: pc as number })).toThrow(AddressError)
      }),
    )
    expect(() => lines(0x14000002, { pc: 0.5 })).toThrow(
      'pc is 0.5, which is no address: give a bigint, or a safe integer',
    )
  })
})

describe('upperCase', () => {
  it('changes the case of everything but numbers and symbols', () => {
    const symbol = (): string => 'Main'
    expect(lines(0x91004020, { upperCase: true, hex: true })).toBe('ADD X0, X1, #0x10')
    expect(lines(0x54000040, { upperCase: true, pc: 0xab00, symbol })).toBe('B.EQ 0xab08 <Main>')
    expect(lines(0xf8a34841, { upperCase: true })).toBe('PRFM PLDL1STRM, [X2, W3, UXTW]')
    const next = generator(4)
    const insn = new Instruction()
    for (const row of rows) {
      decodeInto(fill(row, next()), insn)
      expect(format(insn, { upperCase: true }).toLowerCase()).toBe(format(insn).toLowerCase())
    }
  })
})

describe('the bits of an operand', () => {
  // The texts of operands are remembered by these bits: a bit too few, and a text would be another word's.
  it('are all that its text depends on', () => {
    const next = generator(5)
    const insn = new Instruction()
    const wrong = new Set<string>()
    const ofRow = (row: Encoding, word: number): boolean =>
      decodeInto(word, insn) !== 0 && (insn.encoding === row || insn.encoding.id === row.aliasOf)
    for (const row of rows) {
      const names = splitSyntax(row.syntax)
      for (const [i, codec] of operandCodecs(row).entries()) {
        for (let n = 0; n < 20; n++) {
          const word = fill(row, next())
          const other = (word ^ (next() & ~row.mask & ~codec.textBits)) >>> 0
          if (!ofRow(row, word) || !ofRow(row, other)) continue
          for (const aliases of [true, false]) {
            if (operandText(codec.read(word), aliases) !== operandText(codec.read(other), aliases))
              wrong.add(`${row.id}: ${names[i]}`)
          }
        }
      }
    }
    expect([...wrong]).toEqual([])
  })
})
