import { describe, expect, it } from 'vitest'
import { isMoveMask } from '../../src/decode/bitmask.ts'
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

describe('registers of SVE', () => {
  it('lists of consecutive vectors wrap at 32, and then are spelled out', () => {
    const pattern = `${'0'.repeat(27)} Zt`
    expect(plain(pattern, '{Zt.b x1}', 31)).toBe('{ z31.b }')
    expect(plain(pattern, '{Zt.b x2}', 7)).toBe('{ z7.b, z8.b }')
    expect(plain(pattern, '{Zt.d x3}', 7)).toBe('{ z7.d - z9.d }')
    expect(plain(pattern, '{Zt.d x4}', 28)).toBe('{ z28.d - z31.d }')
    expect(plain(pattern, '{Zt.d x4}', 30)).toBe('{ z30.d, z31.d, z0.d, z1.d }')
  })
  it('groups begin at a multiple of their length', () => {
    expect(plain(`${'0'.repeat(27)} Zt:4 0`, '{Zt*2.h x2}', 30)).toBe('{ z30.h, z31.h }')
    expect(plain(`${'0'.repeat(27)} Zt:3 00`, '{Zt*4.s x4}', 28)).toBe('{ z28.s - z31.s }')
  })
  it('strided groups: T is bit 4, registers 8 or 4 apart', () => {
    const two = `${'0'.repeat(27)} T:1 0 Zt:3`
    expect(plain(two, '{T:Zt.b x2 by 8}', 5)).toBe('{ z5.b, z13.b }')
    expect(plain(two, '{T:Zt.b x2 by 8}', 0x17)).toBe('{ z23.b, z31.b }')
    const four = `${'0'.repeat(27)} T:1 00 Zt:2`
    expect(plain(four, '{T:Zt.d x4 by 4}', 0x13)).toBe('{ z19.d, z23.d, z27.d, z31.d }')
  })
  it('pairs of predicates wrap at 16', () => {
    expect(plain(`${'0'.repeat(28)} Pd`, '{Pd.h x2}', 15)).toBe('{ p15.h, p0.h }')
  })
  it('a predicate-as-counter field of 3 bits names PN8 to PN15', () => {
    expect(plain(`${'0'.repeat(29)} PNd:3`, 'PNd.s', 7)).toBe('pn15.s')
    expect(plain(`${'0'.repeat(28)} PNn:4`, 'PNn.s', 7)).toBe('pn7.s')
  })
  it('element sizes follow the field, scaled', () => {
    const pattern = `${'0'.repeat(25)} size Zd`
    const sizes = [0, 1, 2, 3].map((size) => plain(pattern, 'Zd.T', size << 5))
    expect(sizes).toEqual(['z0.b', 'z0.h', 'z0.s', 'z0.d'])
    expect(plain(pattern, 'Zd.T*2', 3 << 5)).toBe('z0.q')
    expect(plain(pattern, 'Zd.T/4', 3 << 5)).toBe('z0.h')
  })
  it('a token whose field the row lacks is a fault of the table', () => {
    expect(() => text('0'.repeat(32), 'Zd.T', 0)).toThrow("operand 'Zd.T' has no meaning here")
    expect(() => text(`${'0'.repeat(27)} Zd`, 'Zd.T', 0)).toThrow("operand 'Zd.T' has no meaning here")
    expect(() => text(`${'0'.repeat(27)} Zt`, '{T:Zt.b x2 by 8}', 0)).toThrow('has no meaning here')
  })
})

describe('operands as data', () => {
  it('ADD (vectors, predicated)', () => {
    const [zd, pg] = operands(decode(0x0480_1403)!)
    expect(zd).toMatchObject({ kind: 'register', class: 'Z', number: 3, arrangement: 's', index: -1 })
    expect(pg).toMatchObject({ kind: 'register', class: 'P', number: 5, mode: 'm' })
  })
  it('INCB: the pattern keeps its number, its name and its multiplier', () => {
    expect(operands(decode(0x0433_e3a0)!)[1]).toEqual({ kind: 'pattern', value: 29, name: 'mul4', multiplier: 4 })
    expect(operands(decode(0x0430_e1c0)!)[1]).toEqual({ kind: 'pattern', value: 14, name: '', multiplier: 1 })
  })
  it('PSEL: W12 to W15 select', () => {
    const [, , slice] = operands(decode(0x25a7_5401)!)
    expect(slice).toMatchObject({
      kind: 'slice',
      register: { class: 'P', number: 0, arrangement: 'b' },
      select: { class: 'W', number: 15 },
      offset: 8,
    })
  })
  it('FMOV: all 256 constants, from 1/8 to 31', () => {
    const values = Array.from({ length: 256 }, (_, imm8) => {
      const [, value] = operands(decode((0x2579_c000 | (imm8 << 5)) >>> 0)!)
      return value?.kind === 'float' ? value.value : Number.NaN
    })
    expect(new Set(values).size).toBe(256)
    expect(Math.max(...values)).toBe(31)
    expect(Math.min(...values.map(Math.abs))).toBe(0.125)
    expect(values[0x70]).toBe(1)
    expect(values[0xf8]).toBe(-1.5)
  })
})

describe('SVEMoveMaskPreferred', () => {
  /** The rule read literally: no element size at which DUP or CPY could make the value. */
  function literally(value: bigint): boolean {
    for (const bits of [8, 16, 32, 64]) {
      const element = BigInt.asIntN(bits, value)
      let repeated = 0n
      for (let at = 0; at < 64; at += bits) repeated |= BigInt.asUintN(bits, element) << BigInt(at)
      if (repeated !== value) continue
      const shifted = (element & 0xffn) === 0n && BigInt.asIntN(16, element) === element
      if (BigInt.asIntN(8, element) === element || shifted) return false
    }
    return true
  }
  it('holds of every logical immediate', () => {
    let masks = 0
    let preferred = 0
    for (let imm13 = 0; imm13 < 8192; imm13++) {
      const insn = decode((0x05c0_0000 | (imm13 << 5)) >>> 0)
      if (!insn) continue
      const [, immediate] = operands(insn)
      if (immediate?.kind !== 'immediate') throw new Error('DUPM has an immediate')
      const value = BigInt(immediate.value)
      const move = isMoveMask(Number(value & 0xffff_ffffn), Number(value >> 32n))
      expect(move).toBe(literally(value))
      expect(format(insn).startsWith('mov ')).toBe(move)
      masks++
      if (move) preferred++
    }
    // 63 + 31 + 15 + 7 + 3 + 1 lengths of the run, 64 rotations.
    expect(masks).toBe(120 * 64)
    expect(preferred).toBeGreaterThan(0)
    expect(preferred).toBeLessThan(masks)
  })
})
