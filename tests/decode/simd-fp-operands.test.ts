import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRow } from '../../src/decode/encoding.ts'
import { ALLOCATED, decode, format, Instruction, operands } from '../../src/decode/index.ts'

/** The text of one token of a row. */
function text(pattern: string, token: string, word: number): string {
  const insn = new Instruction()
  insn.word = word >>> 0
  insn.verdict = ALLOCATED
  insn.encoding = parseRow(['T', pattern, `x ${token}`])
  return format(insn).slice(2)
}

const Q = 1 << 30

describe('registers of Advanced SIMD and floating-point', () => {
  it('arrangements follow size and Q; `full` is 128 bits, *2 and /2 change the elements only', () => {
    const pattern = `0 Q ${'0'.repeat(6)} size ${'0'.repeat(17)} Rd`
    const all = (token: string): string[] =>
      [0, Q].flatMap((q) => [0, 1, 2].map((size) => text(pattern, token, q | (size << 22)).slice(3)))
    expect(all('Vd.T')).toEqual(['8b', '4h', '2s', '16b', '8h', '4s'])
    expect(all('Vd.Tfull')).toEqual(['16b', '8h', '4s', '16b', '8h', '4s'])
    expect(all('Vd.Tfull*2')).toEqual(['8h', '4s', '2d', '8h', '4s', '2d'])
    expect(all('Vd.T*2')).toEqual(['4h', '2s', '1d', '8h', '4s', '2d'])
    expect([0, 1, 2, 3].map((size) => text(pattern, '<V>d', size << 22))).toEqual(['b0', 'h0', 's0', 'd0'])
  })
  it('by element: the register number and the index share M, and Rm where it is a byte', () => {
    const pattern = `${'0'.repeat(8)} size L M Rm:4 ${'0'.repeat(4)} H ${'0'.repeat(11)}`
    const lmh = (l: number, m: number, h: number): number => (l << 21) | (m << 20) | (h << 11) | (5 << 16)
    expect(text(pattern, 'Vm.T[index]', (1 << 22) | lmh(0, 1, 1))).toBe('v5.h[5]')
    expect(text(pattern, 'Vm.T[index]', (2 << 22) | lmh(1, 1, 0))).toBe('v21.s[1]')
    expect(text(pattern, 'Vm.T[index]', (3 << 22) | lmh(0, 1, 1))).toBe('v21.d[1]')
    expect(text(pattern, 'V(M:Rm).2h[H:L]', lmh(1, 1, 1))).toBe('v21.2h[3]')
    expect(text(pattern, 'V(Rm<2:0>).b[H:L:M:Rm<3>]', lmh(1, 0, 1) | (8 << 16))).toBe('v5.b[13]')
  })
  it('imm5: its lowest set bit is the size, what is above it the index', () => {
    const pattern = `0 Q ${'0'.repeat(9)} imm5 0 imm4 0 Rn ${'0'.repeat(5)}`
    expect(text(pattern, 'Vn.Timm5[imm5]', 0b11111 << 16)).toBe('v0.b[15]')
    expect(text(pattern, 'Vn.Timm5[imm5]', 0b11000 << 16)).toBe('v0.d[1]')
    expect(text(pattern, 'Vn.Timm5[imm4]', (0b00100 << 16) | (0b1100 << 11))).toBe('v0.s[3]')
    expect(text(pattern, '<Rimm5>n', (0b01000 << 16) | (31 << 5))).toBe('xzr')
    expect(text(pattern, '<Rimm5>n', (0b01100 << 16) | (31 << 5))).toBe('wzr')
  })
  it('a token whose field the row lacks is a fault of the table', () => {
    for (const token of ['Vd.Tfull', 'Vd.8b|16b', 'Vm.T[index]', '<Vsz>d', '<Rimm5>n', '#shl', '#bytes(abc:defgh)'])
      expect(() => text('0'.repeat(32), token, 0)).toThrow(`operand '${token}' has no meaning here`)
  })
})

describe('constants', () => {
  it('shifts by immh:immb, of every size', () => {
    const pattern = `${'0'.repeat(9)} immh immb ${'0'.repeat(16)}`
    for (const size of [8, 16, 32, 64]) {
      expect(text(pattern, '#shl', size << 16)).toBe('#0')
      expect(text(pattern, '#shl', (2 * size - 1) << 16)).toBe(`#${size - 1}`)
      expect(text(pattern, '#shr', size << 16)).toBe(`#${size}`)
      expect(text(pattern, '#shr', (2 * size - 1) << 16)).toBe('#1')
    }
  })
  it('MOVI of 64 bits: LLVM pads, and leaves 0x out of zero', () => {
    const movi = (imm8: number): string => format(decode(0x6f00e400 | ((imm8 >>> 5) << 16) | ((imm8 & 31) << 5))!)
    expect(movi(0)).toBe('movi v0.2d, #0000000000000000')
    expect(movi(0x01)).toBe('movi v0.2d, #0x000000000000ff')
    expect(movi(0x80)).toBe('movi v0.2d, #0xff00000000000000')
    expect(movi(0xff)).toBe('movi v0.2d, #0xffffffffffffffff')
  })
  it('different words of one MOVI, FMOV and SHL give different text: nothing is lost', () => {
    const word = (fill: number, mask: number, value: number): number => ((fill & mask) | value) >>> 0
    for (const [mask, value] of [
      [0x4007_03ff, 0x0f00_f400], // FMOV (vector, immediate), single
      [0x4007_63ff, 0x0f00_0400], // MOVI, 32-bit shifted
      [0x0007_03ff, 0x6f00_e400], // MOVI, 64-bit
      [0x007f_03ff, 0x4f00_5400], // SHL
    ] as const)
      fc.assert(
        fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (a, b) => {
          const [x, y] = [decode(word(a, mask, value)), decode(word(b, mask, value))]
          if (x && y && x.word !== y.word) expect(format(x)).not.toBe(format(y))
        }),
      )
  })
})

describe('operands as data', () => {
  it('SQDMLAL2 (by element)', () => {
    const insn = decode(0x4f62_3820)!
    expect([insn.encoding.id, format(insn)]).toEqual(['SQDMLAL_asimdelem_L', 'sqdmlal2 v0.4s, v1.8h, v2.h[6]'])
    expect(operands(insn)).toMatchObject([
      { class: 'V', number: 0, arrangement: '4s', index: -1 },
      { class: 'V', number: 1, arrangement: '8h', index: -1 },
      { class: 'V', number: 2, arrangement: 'h', index: 6 },
    ])
  })
  it('MOVI (64-bit) and FMOV', () => {
    expect(operands(decode(0x2f00_e5e0)!)[1]).toEqual({ kind: 'byte-mask', value: 0xffff_ffffn })
    expect(operands(decode(0x1e2e_1000)!)[1]).toEqual({ kind: 'float', value: 1, digits: 8 })
  })
  it('FCMP with zero: Rm should be zero, and LLVM does not mind', () => {
    expect(decode(0x1e20_2008)?.unpredictable).toBe('')
    expect(decode(0x1e21_2008)?.unpredictable).toBe('SHOULD_BE')
    expect(format(decode(0x1e21_2008)!)).toBe('fcmp s0, #0.0')
  })
})
