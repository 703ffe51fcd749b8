import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RESERVED } from '../../src/decode/constraints.ts'
import { Dispatch } from '../../src/decode/dispatch.ts'
import { type Encoding, matches, type Row } from '../../src/decode/encoding.ts'
import { A64 } from '../../src/decode/isa/index.ts'
import { LazyTable } from '../../src/decode/table.ts'

/** What dispatch must find, the slow way: of the rows that hold the word, the one that no other refines. */
function linear(encodings: readonly Encoding[], word: number): Encoding | undefined {
  const holding = encodings.filter((e) => matches(e, word) && !e.reserved.some((name) => RESERVED[name](word)))
  const byId = new Map(encodings.map((e) => [e.id, e]))
  const refined = new Set<string>()
  const add = (e: Encoding): void => {
    for (const id of e.over) {
      refined.add(id)
      const next = byId.get(id)
      if (next) add(next)
    }
  }
  for (const e of holding) add(e)
  const left = holding.filter((e) => !refined.has(e.id))
  expect(left.length).toBeLessThanOrEqual(1)
  return left[0]
}

/** What dispatch finds. */
function found(dispatch: Dispatch, word: number): Encoding | undefined {
  const row = dispatch.find(word)
  return row < 0 ? undefined : dispatch.encoding(row)
}

const tableOf = (rows: readonly Row[]): LazyTable => new LazyTable([{ name: 'Test', op1: 'xxxx', rows: () => rows }])

const anyWord = fc.integer({ min: 0, max: 0xffff_ffff })
/** A word of some row, in which up to three bits then flip. */
const nearWord = fc
  .tuple(fc.constantFrom(...A64.encodings), anyWord, fc.array(fc.integer({ min: 0, max: 31 }), { maxLength: 3 }))
  .map(([e, fill, flips]) => flips.reduce((w, b) => (w ^ (1 << b)) >>> 0, ((fill & ~e.mask) | e.value) >>> 0))

describe('Dispatch', () => {
  it('finds in the A64 table what a linear scan finds', () => {
    const dispatch = new Dispatch(A64)
    fc.assert(
      fc.property(fc.oneof({ weight: 1, arbitrary: anyWord }, { weight: 4, arbitrary: nearWord }), (word) => {
        expect(found(dispatch, word)).toBe(linear(A64.encodings, word))
      }),
      { numRuns: 3000 },
    )
  })

  it('finds in any table what a linear scan finds, excluded values and all', () => {
    // Up to 40 disjoint rows: 6 leading bits tell them apart, the rest is random.
    const rest = fc.array(fc.constantFrom('0', '1', 'x'), { minLength: 21, maxLength: 21 })
    const rows = fc.array(fc.tuple(rest, fc.constantFrom('op2', 'op2!=000', 'op2!=1x1|000')), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.tuple(fc.nat(), fc.nat(), anyWord), { minLength: 20, maxLength: 20 }),
        (specs, picks) => {
          const list: Row[] = specs.map(([bits, op2], i) => [
            `R${i}`,
            `${i.toString(2).padStart(6, '0')} ${bits.slice(0, 10).join('')} ${op2} ${bits.slice(10).join('')} 0x`,
            'r',
          ])
          const table = tableOf(list)
          const dispatch = new Dispatch(table)
          const { encodings } = table
          for (const [pick, , fill] of picks) {
            const e = encodings[pick % encodings.length] as Encoding
            for (const word of [fill, ((fill & ~e.mask) | e.value) >>> 0])
              expect(found(dispatch, word)).toBe(linear(encodings, word))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('prefers the row that refines, whatever the order of the rows', () => {
    const wide: Row = ['WIDE', `${'0'.repeat(22)} Rn Rt`, 'wide']
    const middle: Row = ['MIDDLE', `${'0'.repeat(22)} 1111x Rt`, 'middle', { over: ['WIDE'] }]
    const narrow: Row = ['NARROW', `${'0'.repeat(22)} 11111 Rt`, 'narrow', { over: ['MIDDLE'] }]
    for (const rows of [
      [wide, middle, narrow],
      [narrow, middle, wide],
      [middle, narrow, wide],
    ]) {
      const dispatch = new Dispatch(tableOf(rows))
      const id = (word: number): string | undefined => found(dispatch, word)?.id
      expect([id(0x3e0), id(0x3c0), id(0), id(0x400)]).toEqual(['NARROW', 'MIDDLE', 'WIDE', undefined])
    }
  })

  it('leaves reserved words to nobody', () => {
    const dispatch = new Dispatch(tableOf([['R', `${'0'.repeat(22)} Rn Rt`, 'r', { reserved: ['ODD_RT'] }]]))
    expect([dispatch.find(2), dispatch.find(3)]).toEqual([0, -1])
  })

  it('takes words modulo 2^32, signed or not', () => {
    const dispatch = new Dispatch(A64)
    expect(dispatch.find(0xa9400440 | 0)).toBe(dispatch.find(0xa9400440))
    expect(dispatch.find(0xa9400440)).toBeGreaterThanOrEqual(0)
  })
})
