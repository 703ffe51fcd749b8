import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decode,
  format,
  type Operand,
  operands,
  systemOperation,
  systemOperations,
  systemRegister,
  systemRegisters,
} from '../../src/decode/index.ts'
import { genericName } from '../../src/decode/isa/tables/system-registers.ts'

const FEATURE = /^[A-Z][\w|]*$/

describe('system registers', () => {
  it('are as many as LLVM 22.1.8 names: 1,617 to read, 1,352 to write', () => {
    const all = systemRegisters()
    expect(all.filter((r) => r.readable).length).toBe(1617)
    expect(all.filter((r) => r.writable).length).toBe(1352)
  })

  it('have op0 2 or 3, one name in each direction, and features with the manual’s names', () => {
    const seen = new Set<string>()
    for (const r of systemRegisters()) {
      expect(r.encoding & ~0x7fff).toBe(0x8000)
      for (const direction of [r.readable ? `r${r.encoding}` : '', r.writable ? `w${r.encoding}` : '']) {
        if (direction === '') continue
        expect(seen.has(direction), r.name).toBe(false)
        seen.add(direction)
      }
      for (const f of r.features) expect(f).toMatch(FEATURE)
    }
  })

  it('unfold families by their step', () => {
    expect(systemRegister(0b10_000_0000_1111_100, false)?.name).toBe('DBGBVR15_EL1')
    expect(systemRegister(0b11_011_1110_1000_000, true)?.name).toBe('PMEVCNTR0_EL0')
    expect(systemRegister(0b11_011_1110_1011_110, true)?.name).toBe('PMEVCNTR30_EL0')
    expect(systemRegister(0b11_011_1110_1011_111, true)).toBeUndefined()
  })

  it('may have another name for the other direction, or none', () => {
    const dbgdtr = 0b10_011_0000_0101_000
    expect(systemRegister(dbgdtr, false)?.name).toBe('DBGDTRRX_EL0')
    expect(systemRegister(dbgdtr, true)?.name).toBe('DBGDTRTX_EL0')
    expect(systemRegister(0b11_000_0000_0000_000, true)).toBeUndefined()
    expect(format(decode(0xd5180000)!)).toBe('msr S3_0_C0_C0_0, x0')
  })

  it('are an operand with the encoding, named or not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fff }), fc.integer({ min: 0, max: 31 }), (register, rt) => {
        const word = (0xd5300000 | (register << 5) | rt) >>> 0
        const operand = operands(decode(word)!)[1] as Operand & { kind: 'system-register' }
        expect(operand.encoding).toBe(0x8000 | register)
        expect(operand.name).toBe(systemRegister(operand.encoding, false)?.name ?? genericName(operand.encoding))
      }),
    )
  })

  it('with op0 0 and 1 do not exist (docs/deviations.md)', () => {
    for (const word of [0xd5000000, 0xd5032020, 0xd5200000, 0xd5400000, 0xd5600000, 0xd5680000])
      expect(decode(word)).toBeUndefined()
  })
})

describe('hints', () => {
  it('STSHH has two policies; what LLVM 22 calls its other ones is plain HINT (docs/deviations.md)', () => {
    const text = (word: number): string => format(decode(word)!)
    expect([0xd503261f, 0xd503263f].map(text)).toEqual(['stshh keep', 'stshh strm'])
    expect([0xd50326bf, 0xd50326df, 0xd50326ff].map(text)).toEqual(['hint #53', 'hint #54', 'hint #55'])
  })
})

describe('system operations', () => {
  it('are as many as LLVM 22.1.8 writes', () => {
    const count: Record<string, number> = {}
    for (const { instruction } of systemOperations()) count[instruction] = (count[instruction] ?? 0) + 1
    expect(count).toEqual({ at: 17, ic: 3, tlbi: 170, tlbip: 60, plbi: 54, mlbi: 4, gic: 25 })
  })

  it('have features with the manual’s names, and FEAT_XS where the name ends in nxs', () => {
    for (const o of systemOperations()) {
      for (const f of o.features) expect(f).toMatch(FEATURE)
      expect(o.features.includes('XS')).toBe(o.name.endsWith('nxs'))
    }
    expect(systemOperation('tlbi', 0b000_1001_0011_001)?.name).toBe('vae1isnxs')
  })

  it('take a register, none, or one if given', () => {
    const text = (word: number): string => format(decode(word)!)
    expect(text(0xd508871f)).toBe('tlbi vmalle1')
    expect(text(0xd5088700)).toBe('sys #0, c8, c7, #0, x0')
    expect(text(0xd508831f)).toBe('tlbi vmalle1is')
    expect(text(0xd5088300)).toBe('tlbi vmalle1is, x0')
    expect(text(0xd508873f)).toBe('tlbi vae1, xzr')
    expect(text(0xd548813e)).toBe('tlbip vae1os, x30, xzr')
  })
})

describe('alias rows', () => {
  it('are the words of which fixed bits and the rule are true', () => {
    const text = (word: number, aliases = true): string => format(decode(word)!, { aliases })
    expect(text(0xb20003e0)).toBe('mov x0, #4294967297')
    expect(text(0x320003e0)).toBe('orr w0, wzr, #0x1')
    expect(text(0xd2a00000)).toBe('movz x0, #0, lsl #16')
    expect(text(0x92800000)).toBe('mov x0, #-1')
    expect(text(0x129fffe0)).toBe('movn w0, #65535')
    expect(text(0x531c6c41)).toBe('lsl w1, w2, #4')
    expect(text(0x531c6c41, false)).toBe('lsl w1, w2, #4')
    expect(text(0x1a9f17e0)).toBe('cset w0, eq')
    expect(text(0x1a9f17e0, false)).toBe('csinc w0, wzr, wzr, ne')
    expect(text(0x1a9fe7e0)).toBe('csinc w0, wzr, wzr, al')
  })
})
