import { describe, expect, it } from 'vitest'
import type { Row } from '../../src/decode/encoding.ts'
import { A64, GROUPS } from '../../src/decode/isa/index.ts'
import { operandCodecs } from '../../src/decode/syntax.ts'
import { checkTable, LazyTable } from '../../src/decode/table.ts'

const table = (...rows: Row[]): LazyTable => new LazyTable([{ name: 'Test', op1: 'x0xx', rows: () => rows }])
const faults = (...rows: Row[]): string[] => checkTable(table(...rows)).map((e) => e.message)

/** 22 fixed bits and two registers. */
const pattern = (top: string): string => `${top.padEnd(22, '0')} Rn Rt`
const A: Row = ['A', pattern('00'), 'a Xt, Xn']
const B: Row = ['B', pattern('01'), 'b Xt, Xn']

describe('checkTable', () => {
  it('passes a sound table', () => {
    expect(faults(A, B, ['C', `${'0'.repeat(22)} 11111 Rt`, 'c Xt', { over: ['A'] }])).toEqual([])
  })
  it('names an id used twice', () => {
    expect(faults(A, ['A', pattern('01'), 'a Xt, Xn'])).toEqual(['row A: id is used twice'])
  })
  it('names an overlap, with a word and the way out', () => {
    expect(faults(A, ['C', `${'0'.repeat(22)} 11111 Rt`, 'c Xt'])).toEqual([
      "row C: shares 000003e0 with 'A'; say over:",
    ])
  })
  it('sees that excluded values part two rows', () => {
    expect(
      faults(['C', `${'0'.repeat(22)} Rn!=11111 Rt`, 'c Xt'], ['D', `${'0'.repeat(22)} 11111 Rt`, 'd Xt']),
    ).toEqual([])
    expect(
      faults(['C', `${'0'.repeat(22)} Rn!=11111 Rt`, 'c Xt'], ['D', `${'0'.repeat(22)} 1111x Rt`, 'd Xt']),
    ).toEqual(["row D: shares 000003c0 with 'C'; say over:"])
  })
  it('allows refining by way of another row', () => {
    const C: Row = ['C', `${'0'.repeat(22)} 1111x Rt`, 'c Xt', { over: ['A'] }]
    expect(faults(A, C, ['D', `${'0'.repeat(22)} 11111 Rt`, 'd Xt', { over: ['C'] }])).toEqual([])
  })
  it('names a 64-bit form without the field that tells it', () => {
    expect(faults(['E', pattern('01'), 'e Xt', { feat64: 'SME_I16I64' }])).toEqual([
      'row E: has a feature of its 64-bit form, and no field sz',
    ])
  })
  it('names a refinement of nothing', () => {
    expect(faults(A, ['C', pattern('01'), 'c Xt', { over: ['Z'] }])).toEqual(["row C: refines 'Z', which is no row"])
    expect(faults(A, ['C', pattern('01'), 'c Xt', { over: ['A'] }])).toEqual(["row C: shares no word with 'A'"])
  })
  it('names an alias that can never be', () => {
    expect(faults(A, ['C', pattern('01'), 'c Xt', { aliasOf: 'A' }])).toEqual(["row C: spells no word of 'A'"])
  })
  it('names an alias of nothing, of an alias and of a row elsewhere', () => {
    const alias = (aliasOf: string): Row => ['C', pattern('00'), 'c Xt', { aliasOf }]
    expect(faults(A, alias('Z'))).toEqual(["row C: is an alias of 'Z', which is no row of its group"])
    expect(faults(A, alias('C'))).toEqual(["row C: is an alias of 'C', which is no row of its group"])
    const two = new LazyTable([
      { name: 'One', op1: 'x0xx', rows: () => [A] },
      { name: 'Other', op1: 'x0xx', rows: () => [alias('A')] },
    ])
    expect(checkTable(two).map((e) => e.message)).toEqual(["row C: is an alias of 'A', which is no row of its group"])
  })
  it('names a row outside its group, in part or whole', () => {
    const outside = (bits: string): string[] => faults(['C', pattern(`000${bits}`), 'c Xt, Xn'])
    expect(outside('1011')).toEqual([])
    for (const bits of ['1111', 'xxxx'])
      expect(outside(bits)).toEqual(["row C: has words that bits 28:25 of 'Test' leave out"])
  })
})

describe('LazyTable', () => {
  const bad: readonly [name: string, row: Row, message: string][] = [
    ['a pattern of the wrong width', ['C', '0101', 'c'], 'row C: pattern has 4 bits, not 32'],
    ['an unknown field', ['C', '0000 bogus', 'c'], "row C: field 'bogus' is not one the manual names; give its width"],
    ['a row without a mnemonic', ['C', pattern('0'), ''], 'row C: syntax has no mnemonic'],
  ]
  for (const [name, row, message] of bad) {
    it(`refuses ${name}`, () => {
      expect(() => table(row).encodings).toThrow(expect.objectContaining({ name: 'TableError', row: 'C', message }))
    })
  }
  it('splits mnemonic and operands, counts rows and aliases apart, and hangs aliases on rows', () => {
    const t = table(['C', pattern('00'), 'c', { aliasOf: 'A' }], A, B)
    expect(t.encodings.map((e) => [e.id, e.index, e.mnemonic, e.syntax, e.group])).toEqual([
      ['A', 0, 'a', 'Xt, Xn', 'Test'],
      ['B', 1, 'b', 'Xt, Xn', 'Test'],
    ])
    expect(t.encodings[0]?.aliases).toEqual(t.aliases)
    expect(t.encodings[1]?.aliases).toEqual([])
  })
  it('numbers rows and aliases across groups, whichever is asked first', () => {
    const spell = (id: string, aliasOf: string): Row => [id, pattern('00'), 'c', { aliasOf }]
    const groups = [
      { name: 'One', op1: '00xx', rows: () => [spell('C', 'A'), A, B] },
      { name: 'Other', op1: '00xx', rows: () => [spell('E', 'D'), ['D', pattern('1'), 'd']] as Row[] },
    ]
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { parts } = new LazyTable(groups)
      const seen = order
        .map((i) => parts[i]!.own.encoding(i === 0 ? 1 : 0))
        .map((e) => [e.id, e.index, e.aliases[0]?.index])
      expect(seen.sort()).toEqual([
        ['B', 1, undefined],
        ['D', 2, 1],
      ])
    }
  })
  it('makes the rows of a group once, and not before they are asked for', () => {
    let made = 0
    const rows = (): Row[] => {
      made++
      return [A, B]
    }
    const t = new LazyTable([{ name: 'Test', op1: 'x0xx', rows }])
    expect(t.sections(4)).toEqual([])
    const [section] = t.sections(2)
    expect(made).toBe(0)
    expect(section!.encoding(1)).toBe(t.encodings[1])
    expect([made, t.aliases]).toEqual([1, []])
  })
})

describe('operands of a row', () => {
  const bad: readonly [syntax: string, token: string][] = [
    ['c Xt, bogus', 'bogus'],
    ['c Xq', 'Xq'],
    ['c [Xn|SP, #imm12*8]', '[Xn|SP, #imm12*8]'],
    ['c [Xn|SP, Rm ext 3]', '[Xn|SP, Rm ext 3]'],
    ['c {Vt.T x4}', '{Vt.T x4}'],
    ['c {Vt.b x5}', '{Vt.b x5}'],
    ['c {Vt.b x1}[Q]', '{Vt.b x1}[Q]'],
    ['c label(imm19*4)', 'label(imm19*4)'],
  ]
  for (const [syntax, token] of bad) {
    it(`refuses '${syntax}'`, () => {
      const e = table(['C', pattern('0'), syntax]).encodings[0]
      expect(e).toBeDefined()
      if (e)
        expect(() => operandCodecs(e)).toThrow(
          expect.objectContaining({ name: 'TableError', message: `row C: operand '${token}' has no meaning here` }),
        )
    })
  }
  it('refuses a slice outside its field', () => {
    const e = table(['C', '0000000000000000000000000 size Rn', 'c #size<2>']).encodings[0]
    expect(() => operandCodecs(e!)).toThrow("row C: 'size<2>' is not inside size")
  })
})

describe('the A64 table', () => {
  it('is sound', () => {
    expect(checkTable(A64).map((e) => e.message)).toEqual([])
  })
  it('has operands that all mean something', () => {
    const bad = [...A64.encodings, ...A64.aliases].flatMap((e) => {
      try {
        operandCodecs(e)
        return []
      } catch (error) {
        return [String(error)]
      }
    })
    expect(bad).toEqual([])
  })
  it('has the rows of every group', () => {
    expect(A64.encodings.length + A64.aliases.length).toBe(GROUPS.reduce((sum, g) => sum + g.rows().length, 0))
  })
  it('says of each access what the emulator needs', () => {
    for (const { id, access } of A64.encodings) {
      if (!access) continue
      const { form, load, store, size } = access
      if (form === 'none') expect([id, load, store]).toEqual([id, false, false])
      else expect([id, load || store]).toEqual([id, true])
      // 0 where a field or a system register decides.
      expect([id, [0, 1, 2, 4, 8, 16, 32, 64].includes(size)]).toEqual([id, true])
    }
  })
})
