import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { censusDocument, verdictsOf, wordsOf } from '../../scripts/memory-census.mjs'
import { A64, decode } from '../../src/decode/index.ts'
import { buildPlan, Plan, PlanStatus } from '../../src/mmio/index.ts'

describe('docs/memory-census.md', () => {
  it('samples words of the encoding, and of no other', () => {
    const ldp = A64.encodings.find((e) => e.id === 'LDP_64_ldstpair_off')
    if (!ldp) throw new Error('no LDP')
    const words = wordsOf(ldp, decode)
    expect(words).toHaveLength(64)
    expect(new Set(words).size).toBeGreaterThan(50)
    for (const word of words) expect(decode(word)?.encoding.id).toBe('LDP_64_ldstpair_off')
  })

  it('tells words of one row apart, and counts a row as refused when any word is', () => {
    const counts = verdictsOf([1, 2, 3, 4], (word) => (word === 4 ? 'refused: why' : 'emulated'))
    const document = censusDocument([{ name: 'Group', rows: [{ id: 'A_1', form: 'pair', access: 'load', counts }] }])
    expect(document).toContain('| refused: why | 1 |')
    expect(document).toContain('| A_1 | pair | load | emulated (75 %), refused: why (25 %) |')
  })

  it('has every row that has an address, with the status of its plan', () => {
    const text = readFileSync(new URL('../../docs/memory-census.md', import.meta.url), 'utf8')
    const plan = new Plan()
    for (const encoding of A64.encodings) {
      if (!encoding.access) continue
      const [word] = wordsOf(encoding, decode)
      buildPlan(word as number, plan)
      const status = { [PlanStatus.ACCESS]: 'emulated', [PlanStatus.NO_ACCESS]: 'no access' }[plan.status as number]
      const row = text.split('\n').find((line) => line.startsWith(`| ${encoding.id} | ${encoding.access?.form} |`))
      expect([encoding.id, row?.split(' | ').at(-1)]).toEqual([encoding.id, `${status} |`])
    }
  })
})
