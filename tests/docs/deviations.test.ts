import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { disassembleLine } from '../../src/cli/disasm.ts'
import { DEVIATIONS_FILE, type Deviation, readDeviations } from '../../src/cli/llvm-status.ts'

const document = readFileSync(new URL('../../docs/deviations.md', import.meta.url), 'utf8')
const list = readDeviations(DEVIATIONS_FILE)
const texts = readFileSync(new URL('../conformance/text-deviations.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => /^(\S+)\s+(\S+)\s+(.+) -> (.+)$/.exec(line)!.slice(1) as [string, string, string, string])

/** The rows of the table in a section, each as its cells. */
function rows(heading: string): string[][] {
  const section = document.split(/^## /m).find((s) => s.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`docs/deviations.md has no section '${heading}'`)
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const hex = (n: number): string => n.toString(16).padStart(8, '0')
const words = (d: Deviation): string => d.count.toLocaleString('en')
const status = (d: Deviation): string => ['undecodable', 'potentially undefined', '', 'plain'][d.status] as string

describe('docs/deviations.md and the lists that the comparisons read', () => {
  it('have the same words that only LLVM decodes', () => {
    const written = rows('Words that LLVM decodes and nisv does not').map(([, pattern = '', count]) => {
      const [mask, value] = [...pattern.matchAll(/`([0-9a-f]{8})`/g)].map((m) => m[1])
      return [mask, value, count]
    })
    expect(written).toEqual(
      list.filter((d) => d.rule === 'UNALLOCATED').map((d) => [hex(d.mask), hex(d.value), words(d)]),
    )
  })

  it('have the same words whose verdict differs', () => {
    const expected = list
      .filter((d) => d.rule !== 'UNALLOCATED')
      .map((d) => [
        `\`${hex(d.mask)}\` / \`${hex(d.value)}\``,
        d.rule === 'ALLOCATED' ? 'allocated' : d.rule,
        status(d),
        words(d),
        d.reason,
      ])
    expect(rows('Words whose verdict differs')).toEqual(expected)
  })

  it('have the same texts', () => {
    const written = rows('Words that both decode, and write otherwise').flatMap(
      ([id = '', pattern = '', count, llvm = '', ours = '']) => {
        const inside = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1] as string)
        const [, ...values] = inside(pattern)
        expect(count).toBe(String(values.length))
        return values.map((value, i) => [value, inside(id)[0], inside(llvm)[i], inside(ours)[i]])
      },
    )
    expect(written).toEqual(texts)
  })

  it.each(texts)('%s (%s) is not %s but %s', (word, _id, _llvm, ours) => {
    expect(disassembleLine(word, {})).toBe(ours)
  })
})
