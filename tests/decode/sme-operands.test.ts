import { describe, expect, it } from 'vitest'
import { parseRow } from '../../src/decode/encoding.ts'
import { ALLOCATED, decode, format, Instruction, operands } from '../../src/decode/index.ts'

/** The text of one token of a row, with and without aliases. */
function text(pattern: string, token: string, word: number): [string, string] {
  const insn = new Instruction()
  insn.word = word >>> 0
  insn.verdict = ALLOCATED
  insn.encoding = parseRow(['T', pattern, `x ${token}`])
  return [format(insn).slice(2), format(insn, { aliases: false }).slice(2)]
}

const plain = (pattern: string, token: string, word: number): string => text(pattern, token, word)[0]

describe('addresses of SVE', () => {
  const index = `${'0'.repeat(22)} Rm Rn`
  it('multiples of the vector length', () => {
    const pattern = `${'0'.repeat(23)} imm4 Rn`
    expect(text(pattern, '[Xn|SP, #simm4*2, mul vl]', 0x1e1)).toEqual(['[x1, #-2, mul vl]', '[x1, #-2, mul vl]'])
    expect(text(pattern, '[Xn|SP, #simm4*2, mul vl]', 0x01f)).toEqual(['[sp]', '[sp, #0, mul vl]'])
  })
  it('a shifted index; no shift is never written', () => {
    expect(text(index, '[Xn|SP, Xm, lsl #2]', 0x43)).toEqual(['[x3, x2, lsl #2]', '[x3, x2, lsl #2]'])
    expect(text(index, '[Xn|SP, Xm, lsl #0]', 0x43)).toEqual(['[x3, x2]', '[x3, x2]'])
  })
  it('an index that may be left out is left out when it is XZR', () => {
    expect(text(index, '[Xn|SP{, Xm, lsl #3}]', 0x3e3)).toEqual(['[x3]', '[x3, xzr, lsl #3]'])
    expect(text(`${'0'.repeat(22)} Rm Zn`, '[Zn.d{, Xm}]', 0x3e3)).toEqual(['[z3.d]', '[z3.d, xzr]'])
    expect(plain(index, '[Xn|SP, Xm, lsl #3]', 0x3e3)).toBe('[x3, xzr, lsl #3]')
  })
  it('vectors of offsets, extended by xs, scaled', () => {
    const pattern = `${'0'.repeat(21)} xs:1 Zm Rn`
    expect(plain(pattern, '[Xn|SP, Zm.s, xs]', 0x41)).toBe('[x1, z2.s, uxtw]')
    expect(plain(pattern, '[Xn|SP, Zm.d, xs #3]', 0x441)).toBe('[x1, z2.d, sxtw #3]')
    expect(plain(`${'0'.repeat(22)} Zm Rn`, '[Xn|SP, Zm.d, lsl #1]', 0x41)).toBe('[x1, z2.d, lsl #1]')
  })
  it('vectors of bases', () => {
    expect(text(`${'0'.repeat(22)} imm5 Zn`, '[Zn.s, #imm5*4]', 0)).toEqual(['[z0.s]', '[z0.s, #0]'])
    expect(plain(`${'0'.repeat(22)} imm5 Zn`, '[Zn.s, #imm5*4]', 0x3ff)).toBe('[z31.s, #124]')
  })
  it('a token whose field the row lacks is a fault of the table', () => {
    expect(() => text('0'.repeat(32), '[Xn|SP, Xm, lsl #2]', 0)).toThrow('has no meaning here')
    expect(() => text(index, '[Xn|SP, Zm.s, xs]', 0)).toThrow('has no meaning here')
  })
})

describe('storage of SME', () => {
  it('tiles and slices', () => {
    expect(plain(`${'0'.repeat(29)} ZAda:3`, 'ZAda.d', 7)).toBe('za7.d')
    const slice = `${'0'.repeat(25)} V:1 Rs:2 ZAt:2 off2:2`
    expect(plain(slice, 'ZAt.HV.s[Ws+12, off2]', 0b1_11_10_01)).toBe('za2v.s[w15, 1]')
    expect(plain(slice, '{ZAt.HV.s[Ws+12, off2]}', 0)).toBe('{za0h.s[w12, 0]}')
    expect(plain(slice, 'ZAt.HV.d[Ws+12, off2*4:4]', 0b0_01_10_01)).toBe('za2h.d[w13, 4:7]')
    expect(plain(slice, 'ZAt.HV.q[Ws+12, 0]', 0b0_01_10_01)).toBe('za2h.q[w13, 0]')
  })
  it('array vectors, one, several and in groups', () => {
    const pattern = `${'0'.repeat(26)} sz Rv:2 off3:3`
    expect(plain(pattern, 'ZA[Wv+12, off3]', 0b01_101)).toBe('za[w13, 5]')
    expect(plain(pattern, 'ZA.s[Wv+8, off3, vgx4]', 0b01_101)).toBe('za.s[w9, 5, vgx4]')
    expect(plain(pattern, 'ZA.Tsz[Wv+8, off3*2:2, vgx2]', 0b1_01_101)).toBe('za.d[w9, 10:11, vgx2]')
  })
  it('the tiles of ZERO, in the fewest and widest names with aliases', () => {
    const pattern = `${'0'.repeat(24)} imm8`
    expect(text(pattern, '{imm8}', 0)).toEqual(['{}', '{}'])
    expect(text(pattern, '{imm8}', 0x12)).toEqual(['{za1.d, za4.d}', '{za1.d, za4.d}'])
    expect(text(pattern, '{imm8}', 0x99)).toEqual(['{za0.s,za3.s}', '{za0.d, za3.d, za4.d, za7.d}'])
    expect(plain(pattern, '{imm8}', 0x55)).toBe('{za0.h}')
    expect(plain(pattern, '{imm8}', 0xaa)).toBe('{za1.h}')
    expect(plain(pattern, '{imm8}', 0xff)).toBe('{za}')
  })
  it('parts of ZT0', () => {
    expect(plain(`${'0'.repeat(29)} off3:3`, 'ZT0[off3*8]', 7)).toBe('zt0[56]')
    expect(plain(`${'0'.repeat(30)} off2:2`, 'ZT0[off2, mul vl]', 3)).toBe('zt0[3, mul vl]')
  })
  it('control vectors of TMOP are Z20 to Z23 and Z28 to Z31', () => {
    const pattern = `${'0'.repeat(27)} K:1 Zk:2 i2:2`
    expect(plain(pattern, 'Z(1:K:1:Zk)[i2]', 0)).toBe('z20[0]')
    expect(plain(pattern, 'Z(1:K:1:Zk)[i2]', 31)).toBe('z31[3]')
  })
  it('vectors from Z16 on, lists without sizes, parts of lists', () => {
    expect(plain(`${'0'.repeat(29)} Zm:3`, 'Zm*2+16.b', 7)).toBe('z30.b')
    expect(plain(`${'0'.repeat(29)} Zm:3`, '{Zm*2+16.h x2}', 7)).toBe('{ z30.h, z31.h }')
    expect(plain(`${'0'.repeat(26)} i1:1 Zm`, '{Zm x2}[i1]', 0x3f)).toBe('{ z31, z0 }[1]')
  })
  it('shifts of 32 and 64 bits', () => {
    const pattern = `${'0'.repeat(25)} tsize:2 imm5`
    expect([0x20, 0x3f, 0x40, 0x7f].map((w) => plain(pattern, '#shr(tsize:imm5)', w))).toEqual([
      '#32',
      '#1',
      '#64',
      '#1',
    ])
  })
})

describe('operands as data', () => {
  it('a slice that is loaded', () => {
    // ld1w {za1v.s[w13, 2]}, p3/z, [x4, x5, lsl #2]
    const [slice, pg, address] = operands(decode(0xe085_ac86)!)
    expect(slice).toMatchObject({
      kind: 'za',
      tile: 1,
      direction: 'v',
      arrangement: 's',
      offset: 2,
      count: 1,
      braces: true,
    })
    expect(pg).toMatchObject({ class: 'P', number: 3, mode: 'z' })
    expect(address).toMatchObject({ base: { number: 4 }, index: { number: 5 }, amount: 2 })
  })
})

describe('what SVE and SME do to memory', () => {
  const access = (word: number): unknown => {
    const a = decode(word)?.encoding.access
    return a && [a.form, a.load, a.store, a.bank, a.size, a.lane, a.signed, a.registers, a.structure, a.nonTemporal]
  }
  it.each([
    ['ld1sb { z0.s }, p0/z, [x0, z0.s, uxtw]', 0x8400_0000, ['gather', true, false, 'Z', 1, 4, 32, 1, 1, false]],
    ['ldff1h { z0.d }, p0/z, [z0.d]', 0xc4a0_e000, ['first-fault-gather', true, false, 'Z', 2, 8, 0, 1, 1, false]],
    ['ldnf1sb { z0.h }, p0/z, [x0]', 0xa5d0_a000, ['non-fault', true, false, 'Z', 1, 2, 16, 1, 1, false]],
    ['ld3w { z0.s - z2.s }, p0/z, [x0]', 0xa540_e000, ['contiguous', true, false, 'Z', 4, 4, 0, 3, 3, false]],
    ['ld1rqb { z0.b }, p0/z, [x0]', 0xa400_2000, ['replicate-quad', true, false, 'Z', 1, 1, 0, 1, 1, false]],
    ['ld1rod { z0.d }, p0/z, [x0]', 0xa5a0_2000, ['replicate-octo', true, false, 'Z', 8, 8, 0, 1, 1, false]],
    ['ld1rsw { z0.d }, p0/z, [x0]', 0x84c0_8000, ['replicate', true, false, 'Z', 4, 8, 64, 1, 1, false]],
    ['stnt1d { z0.d }, p0, [z0.d]', 0xe59f_2000, ['scatter', false, true, 'Z', 8, 8, 0, 1, 1, true]],
    ['str p0, [x0]', 0xe580_0000, ['fill', false, true, 'P', 0, 0, 0, 1, 1, false]],
    [
      'ldnt1h { z0.h - z3.h }, pn8/z, [x0, x0, lsl #1]',
      0xa000_a001,
      ['contiguous', true, false, 'Z', 2, 2, 0, 4, 1, true],
    ],
    [
      'ld1q {za0h.q[w12, 0]}, p0/z, [x0, x0, lsl #4]',
      0xe1c0_0000,
      ['slice', true, false, 'ZA', 16, 16, 0, 1, 1, false],
    ],
    ['ldr zt0, [x0]', 0xe11f_8000, ['fill', true, false, 'ZT0', 64, 0, 0, 1, 1, false]],
    ['prfb pldl1keep, p0, [x0]', 0x85c0_0000, ['none', false, false, 'X', 0, 0, 0, 1, 1, false]],
  ])('%s', (asm, word, expected) => {
    expect(format(decode(word)!)).toBe(asm)
    expect(access(word)).toEqual(expected)
  })
})
