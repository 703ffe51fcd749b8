import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readTable } from '../../scripts/validity.mjs'
import { countWords } from '../../src/cli/count-words.ts'
import { countVectors, coverage, coverageCommand, type GroupCoverage } from '../../src/cli/coverage.ts'
import { readDeviations } from '../../src/cli/llvm-status.ts'
import { A64 } from '../../src/decode/index.ts'

const conformance = new URL('../conformance/', import.meta.url)
let groups: GroupCoverage[]

/** Words that are instructions by the table of LLVM's verdicts, where bits 28:25 match; corrected by the deviations. */
function validWords(op0: RegExp): number {
  const is = (word: number): boolean => op0.test(((word >>> 25) & 15).toString(2).padStart(4, '0'))
  let words = 0
  readTable(new URL('a64-validity-llvm22.tsv.gz', conformance)).forEach(({ valid }, block) => {
    if (is((block << 16) >>> 0)) words += valid
  })
  for (const { value, rule, status, count } of readDeviations(new URL('validity-deviations.txt', conformance))) {
    if (!is(value)) continue
    if (rule === 'UNALLOCATED' && status !== 0) words -= count
    if (rule !== 'UNALLOCATED' && status === 0) words += count
  }
  return words
}

describe('nisv coverage', () => {
  beforeAll(() => {
    groups = coverage(countVectors())
  })

  it.each<[RegExp, ...string[]]>([
    [/100./, 'Data Processing -- Immediate'],
    [/101./, 'Branches and Exception Generation', 'System'],
    [/.101/, 'Data Processing -- Register'],
    [/.1.0/, 'Loads and Stores'],
    [/.111/, 'Data Processing -- Scalar Floating-Point and Advanced SIMD'],
  ])('counts as many words of op0 %s as there are', (op0, ...names) => {
    const own = groups.filter((g) => names.includes(g.group))
    expect(own).toHaveLength(names.length)
    expect(own.reduce((sum, g) => sum + g.words, 0)).toBe(validWords(op0))
  })

  it.each([
    ['UDF_only_perm_undef', 0x10000],
    ['ADD_64_addsub_imm', 2 ** 23],
    // Elements of 64, 32, 16, 8, 4 and 2 bits have 63, 31, 15, 7, 3 and 1 lengths of ones, at 64 values of immr.
    ['AND_64_log_imm', 120 * 64 * 1024],
    ['AND_32_log_imm', 57 * 64 * 1024],
  ])('counts %s', (id, words) => {
    expect(countWords(A64.encodings.find((e) => e.id === id)!)).toBe(words)
  })

  it('has every row and every alias in one group', () => {
    const sum = (pick: (g: GroupCoverage) => number): number => groups.reduce((s, g) => s + pick(g), 0)
    expect(sum((g) => g.encodings)).toBe(A64.encodings.length)
    expect(sum((g) => g.aliases)).toBe(A64.aliases.length)
  })

  it('names the rows that no vector shows', () => {
    const few = coverage(new Map([['UDF_only_perm_undef', 2]]))
    expect(few[0]).toMatchObject({ group: 'Reserved', vectors: 2, withoutVectors: [] })
    expect(few[1]?.withoutVectors).toHaveLength((few[1]?.encodings ?? 0) + (few[1]?.aliases ?? 0))
  })

  it('knows of no vectors where there is no checkout', () => {
    expect(countVectors('/nonexistent')).toBeUndefined()
    const [first] = coverage(undefined)
    expect(first).toMatchObject({ vectors: undefined, withoutVectors: [] })
  })

  it('prints a table, or the same as JSON', async () => {
    let printed = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text
      return true
    })
    try {
      await coverageCommand.run([])
      expect(printed).toMatch(/^ {2}Reserved +1 +0 +0 +65,536 +\d+$/m)
      printed = ''
      await coverageCommand.run(['--json'])
      const all = JSON.parse(printed)
      expect(all.groups).toEqual(JSON.parse(JSON.stringify(groups)))
      expect(all.all.words).toBe(groups.reduce((s, g) => s + g.words, 0))
      await expect(coverageCommand.run(['x'])).rejects.toThrow('coverage takes no file')
    } finally {
      vi.restoreAllMocks()
    }
  })
})
