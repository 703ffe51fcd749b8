import { describe, expect, it } from 'vitest'
import { decode, format, type InstructionInfo, info } from '../../src/decode/index.ts'

/** Registers as `X0:r`, `V3:w`; other letters are `p`artial with its bits, `m`erging, `c`onditional; `*` is implicit. */
function registers({ registers }: InstructionInfo): string {
  return registers
    .map(({ file, number, reads, write, writes, implicit }) => {
      const name = /^[XVP]$/.test(file) ? file + number : file === 'ZA' || file === 'SYSTEM' ? file + hex(number) : file
      const read = reads ? 'r' : ''
      const letter = write === 'none' ? '' : (write[0] as string).replace('f', 'w')
      const bits = write === 'partial' && writes ? `<${writes.lsb + writes.width - 1}:${writes.lsb}>` : ''
      return `${name}:${read}${letter}${bits}${implicit ? '*' : ''}`
    })
    .join(' ')
}

const hex = (n: number): string => n.toString(16)

/** What `info` tells of a word, whose text is checked too. */
function told(text: string, word: number): InstructionInfo {
  const insn = decode(word)
  expect(insn && format(insn)).toBe(text)
  return info(insn!)
}

describe('registers', () => {
  it.each([
    ['add x0, x1, x2', 0x8b020020, 'X0:w X1:r X2:r'],
    ['add sp, sp, #16', 0x910043ff, 'SP:rw'],
    ['mov xzr, xzr', 0xaa1f03ff, ''],
    ['movk x0, #1, lsl #16', 0xf2a00020, 'X0:rw'],
    ['adcs w3, w4, w5', 0x3a050083, 'X3:w X4:r X5:r NZCV:rw*'],
    ['ldr x0, [sp], #8', 0xf84087e0, 'X0:w SP:rw'],
    ['ldp x0, x1, [x2]', 0xa9400440, 'X0:w X1:w X2:r'],
    ['stxr w1, x2, [x3]', 0xc8017c62, 'X1:w X2:r X3:r'],
    ['casp x0, x1, x2, x3, [x4]', 0x48207c82, 'X0:rw X1:rw X2:r X3:r X4:r'],
    ['ldclrp x1, x2, [x3]', 0x19221061, 'X1:rw X2:rw X3:r'],
    ['ldg x0, [x1]', 0xd9600020, 'X0:p<59:56> X1:r'],
    ['st64bv x8, x0, [x1]', 0xf828b020, 'X8:w X0:r X1:r X2:r X3:r X4:r X5:r X6:r X7:r'],
    ['cpyp [x0]!, [x1]!, x2!', 0x1d010440, 'X0:rw X1:rw X2:rw NZCV:w*'],
    ['cpye [x0]!, [x1]!, x2!', 0x1d810440, 'X0:rw X1:rw X2:rw NZCV:r*'],
    ['bl #8', 0x94000002, 'PC:rw* X30:w*'],
    ['b.eq #8', 0x54000040, 'PC:rc* NZCV:r*'],
    ['paciasp', 0xd503233f, 'X30:rw* SP:r* SYSTEMc108:r* SYSTEMc109:r*'],
    ['autib1716', 0xd50321df, 'X17:rw* X16:r* SYSTEMc10a:r* SYSTEMc10b:r*'],
    ['retab', 0xd65f0fff, 'PC:w* SYSTEMc10a:r* SYSTEMc10b:r* X30:r* SP:r*'],
    ['pacia x0, x1', 0xdac10020, 'X0:rw X1:r SYSTEMc108:r* SYSTEMc109:r*'],
    ['adr x0, #0', 0x10000000, 'X0:w PC:r*'],
    ['msr NZCV, x0', 0xd51b4200, 'X0:r NZCV:w*'],
    ['mrs x0, FPSR', 0xd53b4420, 'X0:w FPSR:r'],
    ['msr TCO, #1', 0xd503419f, 'SYSTEMda17:w*'],
    ['gcspopm x0', 0xd52b7720, 'X0:c'],
    ['rcwsclrp x1, x0, [x2]', 0x59209041, 'X1:rw X0:rw X2:r SYSTEMc686:r* SYSTEMc683:r* NZCV:w*'],
  ])('%s', (text, word, expected) => expect(registers(told(text, word))).toBe(expected))

  it.each([
    ['fadd s0, s1, s2', 0x1e222820, 'V0:w V1:r V2:r FPCR:r* FPSR:rm*'],
    ['fmov x0, d1', 0x9e660020, 'X0:w V1:r'],
    ['fmov v0.d[1], x1', 0x9eaf0020, 'V0:p<127:64> X1:r'],
    ['mov v0.s[2], w1', 0x4e141c20, 'V0:p<95:64> X1:r'],
    ['mla v0.4s, v1.4s, v2.4s', 0x4ea29420, 'V0:rw V1:r V2:r'],
    ['xtn v0.8b, v1.8h', 0x0e212820, 'V0:w V1:r'],
    ['xtn2 v0.16b, v1.8h', 0x4e212820, 'V0:p<127:64> V1:r'],
    ['sqadd v0.4s, v1.4s, v2.4s', 0x4ea20c20, 'V0:w V1:r V2:r FPSR:rm*'],
    ['orr v0.2s, #1', 0x0f001420, 'V0:rw'],
    ['orr v0.8b, v1.8b, v2.8b', 0x0ea21c20, 'V0:w V1:r V2:r'],
    ['tbx v0.16b, { v31.16b, v0.16b }, v2.16b', 0x4e0233e0, 'V0:rw V31:r V2:r'],
    ['ld1 { v0.h }[3], [x1]', 0x0d405820, 'V0:p<63:48> X1:r'],
    ['ld2r { v31.8b, v0.8b }, [x1], x2', 0x0de2c03f, 'V31:w V0:w X1:rw X2:r'],
    ['aese v0.16b, v1.16b', 0x4e284820, 'V0:rw V1:r'],
    ['fccmp s0, s1, #0, lt', 0x1e21b400, 'V0:r V1:r FPCR:r* FPSR:rm* NZCV:rw*'],
  ])('%s', (text, word, expected) => expect(registers(told(text, word))).toBe(expected))

  it.each([
    ['add z0.b, p1/m, z0.b, z2.b', 0x04000440, 'V0:rm P1:r V2:r'],
    ['add z0.b, z1.b, z2.b', 0x04220020, 'V0:w V1:r V2:r'],
    ['movprfx z0.s, p1/z, z2.s', 0x04902440, 'V0:w P1:r V2:r'],
    ['movprfx z0.s, p1/m, z2.s', 0x04912440, 'V0:rm P1:r V2:r'],
    ['sqincb x0, w0', 0x0420f3e0, 'X0:rw'],
    ['shrnt z0.b, z1.h, #8', 0x45281420, 'V0:rw V1:r'],
    ['histcnt z0.s, p0/z, z1.s, z2.s', 0x45a2c020, 'V0:w P0:r V1:r V2:r'],
    ['pmov z0[1], p1.h', 0x052f3820, 'V0:rw P1:r'],
    ['pmov z0, p1.b', 0x052b3820, 'V0:w P1:r'],
    ['cmpeq p0.b, p1/z, z2.b, z3.b', 0x2403a440, 'P0:w P1:r V2:r V3:r NZCV:w*'],
    ['rdffr p0.b', 0x2519f000, 'P0:w FFR:r*'],
    ['ldff1b { z0.b }, p0/z, [sp, x1]', 0xa40163e0, 'V0:rm P0:r SP:r X1:r FFR:rm*'],
    ['setffr', 0x252c9000, 'FFR:w*'],
    ['psel p0, p1, p2.b[w12, 0]', 0x25244440, 'P0:w P1:r P2:r X12:r'],
    ['f1cvt z0.h, z1.b', 0x65083020, 'V0:w V1:r FPCR:r* FPMR:r* FPSR:rm*'],
    ['ld4w { z30.s, z31.s, z0.s, z1.s }, p0/z, [x2]', 0xa560e05e, 'V30:w V31:w V0:w V1:w P0:r X2:r'],
  ])('%s', (text, word, expected) => expect(registers(told(text, word))).toBe(expected))

  it.each([
    ['fmopa za1.s, p0/m, p1/m, z2.s, z3.s', 0x80832041, 'ZA2222:rm P0:r P1:r V2:r V3:r FPCR:r*'],
    ['mov z0.b, p0/m, za0h.b[w12, 0]', 0xc0020000, 'V0:rm P0:r ZAffff:r X12:r'],
    ['movaz z0.h, za1v.h[w15, 7]', 0xc042e3e0, 'V0:w ZAaaaa:rm X15:r'],
    ['zero {za0.d, za3.d}', 0xc0080009, 'ZA909:w'],
    ['ldr zt0, [x1]', 0xe11f8020, 'ZT0:w X1:r'],
    ['luti4 z0.b, zt0, z1[0]', 0xc0ca0020, 'V0:w ZT0:r V1:r'],
    ['movt zt0[8], x1', 0xc04e13e1, 'ZT0:p<127:64> X1:r'],
    ['smstart za', 0xd503457f, 'SYSTEMda12:rp<1:1>* ZAffff:c* ZT0:c*'],
  ])('%s', (text, word, expected) => expect(registers(told(text, word))).toBe(expected))

  it('resets all vectors and predicates when SMSTART changes PSTATE.SM', () => {
    const text = registers(told('smstart', 0xd503477f))
    expect(text).toMatch(/V0:c\* V1:c\* .*V31:c\* P0:c\* .*P15:c\* FFR:c\* FPSR:c\* FPMR:c\*$/)
  })

  it('names the bits of scalars, lanes and halves that are read', () => {
    const reads = (text: string, word: number) =>
      told(text, word).registers.map((r) => r.reads && [r.reads.lsb, r.reads.width])
    expect(reads('add w0, w1, w2', 0x0b020020)).toEqual([undefined, [0, 32], [0, 32]])
    expect(reads('fadd s0, s1, s2', 0x1e222820).slice(1, 3)).toEqual([
      [0, 32],
      [0, 32],
    ])
    expect(reads('fmul v0.4s, v1.4s, v2.s[3]', 0x4fa29820).slice(1, 3)).toEqual([
      [0, 128],
      [96, 32],
    ])
    expect(reads('mov x0, v1.d[1]', 0x4e183c20)[1]).toEqual([64, 64])
    expect(reads('fmlal2 v17.2s, v30.2h, v23.2h', 0x2e37cfd1).slice(1, 3)).toEqual([
      [32, 32],
      [32, 32],
    ])
    expect(reads('fcmla v27.4s, v22.4s, v21.s[1], #270', 0x6f957adb)[2]).toEqual([64, 64])
  })
})

describe('flags', () => {
  const flags = (text: string, word: number) =>
    Object.values(told(text, word).flags).map(
      (f) => (f.read ? 'r' : '') + { none: '', clear: '0', result: 'w' }[f.write as 'none'],
    )

  it.each([
    ['adds w0, w0, w1', 0x2b010000, ['w', 'w', 'w', 'w']],
    ['tst x0, x1', 0xea01001f, ['w', 'w', '0', '0']],
    ['sbcs x0, x1, x2', 0xfa020020, ['w', 'w', 'rw', 'w']],
    ['csel x0, x1, x2, hi', 0x9a828020, ['', 'r', 'r', '']],
    ['csel x0, x1, x2, al', 0x9a82e020, ['', '', '', '']],
    ['ccmp w2, w2, #4, ne', 0x7a421044, ['w', 'rw', 'w', 'w']],
    ['b.le #8', 0x5400004d, ['r', 'r', '', 'r']],
    ['rmif x0, #0, #9', 0xba000409, ['w', '', '', 'w']],
    ['setf8 w0', 0x3a00080d, ['w', 'w', '', 'w']],
    ['cfinv', 0xd500401f, ['', '', 'rw', '']],
    ['axflag', 0xd500405f, ['0', 'rw', 'rw', 'r0']],
    ['fjcvtzs w0, d1', 0x1e7e0020, ['0', 'w', '0', '0']],
    ['ctermeq x0, x1', 0x25e12000, ['w', '', 'r', 'w']],
    ['ptest p0, p1.b', 0x2550c020, ['w', 'w', 'w', '0']],
    ['whilelt p0.b, x0, x1', 0x25211400, ['w', 'w', 'w', '0']],
    ['fcmeq p0.s, p0/z, z0.s, z1.s', 0x65816000, ['', '', '', '']],
    ['mrs x0, RNDR', 0xd53b2400, ['0', 'w', '0', '0']],
    ['mrs x0, NZCV', 0xd53b4200, ['r', 'r', 'r', 'r']],
    ['mrs x0, SCTLR_EL1', 0xd5381000, ['', '', '', '']],
  ])('%s', (text, word, expected) => expect(flags(text, word)).toEqual(expected))
})

describe('flow', () => {
  it.each([
    ['nop', 0xd503201f, 'next', undefined],
    ['b #-4', 0x17ffffff, 'branch', -4],
    ['bl #8', 0x94000002, 'call', 8],
    ['tbnz w0, #0, #32764', 0x3703ffe0, 'conditional', 32764],
    ['cbgt x0, x1, #-1024', 0xf4012000, 'conditional', -1024],
    ['br x0', 0xd61f0000, 'indirect', undefined],
    ['blraa x0, x1', 0xd73f0801, 'indirect-call', undefined],
    ['ret', 0xd65f03c0, 'return', undefined],
    ['svc #0', 0xd4000001, 'exception', undefined],
    ['eret', 0xd69f03e0, 'exception-return', undefined],
    ['udf #1', 0x00000001, 'exception', undefined],
    ['adr x0, #4', 0x10000020, 'next', undefined],
  ])('%s', (name, word, kind, target) => expect(told(name, word).flow).toEqual({ kind, target }))
})

describe('memory', () => {
  it.each([
    ['ldp x0, x1, [x2]', 0xa9400440, { kind: 'load', size: 8, count: 2, checked: true }],
    ['ldr x0, [sp, #8]', 0xf94007e0, { kind: 'load', size: 8, count: 1, checked: false }],
    ['ldr x0, [sp], #8', 0xf84087e0, { checked: true }],
    ['ldr x0, #8', 0x58000040, { kind: 'load', checked: false }],
    ['stlxr w1, x2, [x3]', 0xc801fc62, { kind: 'store', exclusive: true, order: 'release', load: false }],
    ['ldclral w0, w1, [x2]', 0xb8e01041, { kind: 'atomic', load: true, store: true, order: 'acquire-release' }],
    ['casp x0, x1, x2, x3, [x4]', 0x48207c82, { kind: 'compare-and-swap', size: 8, count: 2 }],
    ['ldtr x0, [x1]', 0xf8400820, { unprivileged: true }],
    ['ldapr x0, [x1]', 0xf8bfc020, { order: 'acquire-pc' }],
    ['ld3 { v0.4h, v1.4h, v2.4h }, [x0]', 0x0c404400, { size: 2, count: 12 }],
    ['ld1r { v0.8b }, [x0]', 0x0d40c000, { size: 1, count: 1 }],
    ['ld1w { z0.s }, p0/z, [x0, z1.s, sxtw]', 0x85414000, { size: 4, count: 'VL', scattered: true, checked: true }],
    ['ld1rqb { z0.b }, p0/z, [x0]', 0xa4002000, { size: 1, count: 16 }],
    ['ldr z0, [x1]', 0x85804020, { size: 0, count: 'VL' }],
    ['prfm pldl1keep, [x0]', 0xf9800000, { kind: 'prefetch', load: false, store: false, count: 0 }],
    ['stg x0, [x1]', 0xd9200820, { kind: 'tag', tags: 'store', checked: false, size: 16 }],
    ['stzg x0, [x1]', 0xd9600820, { kind: 'store', tags: 'store', checked: false }],
    ['dc zva, x0', 0xd50b7420, { kind: 'zero', size: 0, checked: true }],
    ['dc civac, x0', 0xd50b7e20, { kind: 'maintain', load: false, store: false }],
    ['gcspushm x0', 0xd50b7700, { kind: 'store', size: 8, count: 1 }],
  ])('%s', (text, word, expected) => {
    const { memory } = told(text, word)
    expect(memory).toHaveLength(1)
    expect(memory[0]).toMatchObject(expected)
  })

  it('tells the load from the store of a copy', () => {
    expect(told('cpyp [x0]!, [x1]!, x2!', 0x1d010440).memory).toMatchObject([
      { kind: 'copy', load: true, store: false, count: 'VL' },
      { kind: 'copy', load: false, store: true, count: 'VL' },
    ])
    expect(told('add x0, x1, x2', 0x8b020020).memory).toEqual([])
  })
})
