import { describe, expect, it } from 'vitest'
import { isaDocument, sectionsOf } from '../../scripts/isa-docs.mjs'
import type { Row } from '../../src/decode/encoding.ts'
import { LazyTable } from '../../src/decode/table.ts'

const rows: readonly Row[] = [
  ['NOP_1', '1101 0101 0000 0011 0010 0000 0001 1111', 'nop'],
  [
    'ADD_1',
    '00100100 size!=11 0 Zm 010 Pg:3 Zn 0 Pd',
    'add Pd.T, Pg/z, Zn.T, Zm.d',
    { feat: 'SVE|SME FP8', over: ['NOP_1'] },
  ],
  ['MADE_1', '11010100 000 imm16 00001', 'svc #imm16', { aliasOf: 'SVC_1' }],
  ['SVC_1', '11010100 000 imm16 00001', 'svc #imm16', { unpredictable: ['LDPOVERLAP'] }],
]

const text = `/** Both of the rows: the rest. More of it. */
export const both: Rows = () => [
  // PC-rel. addressing. With a remark.
  ['NOP_1', ...],
  // pre-indexed
  ['ADD_1', ...],
]
`

describe('docs/isa.md', () => {
  it('takes its sections from the comments above the rows, or from what the list says of itself', () => {
    const sections = sectionsOf([{ text, lists: { both: rows } }])
    expect([...sections.values()]).toEqual([
      'PC-rel. addressing',
      'Both of the rows: pre-indexed',
      'Both of the rows: the rest',
      'Both of the rows: the rest',
    ])
  })

  it('asks every list to say what it is', () => {
    expect(() => sectionsOf([{ text, lists: { other: rows } }])).toThrow("no comment says what 'other' lists")
  })

  it('has a line for each row, and counts them', () => {
    const groups = [{ name: 'A -- group', op1: 'xxxx', rows: () => rows }]
    const document = isaDocument(groups, new LazyTable(groups), [{ text, lists: { both: rows } }])
    expect(document).toContain('| [A -- group](#a----group) | 3 | 1 | 3 | 3 |\n| all | 3 | 1 | 3 | 3 |\n')
    expect(document).toContain('| NOP_1 | `nop` | `1101 0101 0000 0011 0010 0000 0001 1111` | | |\n')
    expect(document).toContain('| `00100100 size!=11 0 Zm 010 Pg:3 Zn 0 Pd` | SVE or SME, FP8 | out of NOP_1 |\n')
    expect(document).toContain('| MADE_1 | `svc #imm16` | `11010100 000 imm16 00001` | | alias of SVC_1 |\n')
    expect(document).toContain('| | unpredictable: LDPOVERLAP |\n')
  })
})
