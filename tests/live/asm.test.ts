/** What nisv writes and reads, LLVM 22 reads in the same way. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64, assemble, decode, format, type Instruction } from '../../src/decode/index.ts'
import { instructionWord } from '../../src/testing/index.ts'

/** The word of each line as llvm-mc has it, -1 where it refuses one. */
function llvm(lines: readonly string[]): number[] {
  const run = spawnSync('llvm-mc-22', ['-triple=aarch64', '-mattr=+all', '--show-encoding', '-'], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const refused = new Set([...run.stderr.matchAll(/^<stdin>:(\d+):\d+: error: /gm)].map((m) => Number(m[1]) - 1))
  const words = run.stdout.matchAll(/encoding: \[0x(\w\w),0x(\w\w),0x(\w\w),0x(\w\w)\]/g)
  const all = lines.map((_, i) => {
    if (refused.has(i)) return -1
    const m = words.next().value
    return m ? Number.parseInt(`${m[4]}${m[3]}${m[2]}${m[1]}`, 16) : -2
  })
  expect(words.next().done).toBe(true)
  return all
}

/** Without aliases, LLVM writes what it does not read: `#0` where `nb` or `ph` is not. */
const UNREADABLE = /^(?:TENTER|TEXIT|TCHANGE[BF]|SHUH)_/

describe('llvm-mc 22', () => {
  // MOVPRFX would need a line after it that takes the prefix.
  const rows = A64.encodings.filter((row) => row.mnemonic !== 'movprfx')
  const words = rows.flatMap((row) => fc.sample(instructionWord(row), { numRuns: 10, seed: 22 }))

  it.each([true, false])(
    'makes the same words of the texts of every row, aliases %s',
    (aliases) => {
      const texts = words.map((word) => format(decode(word) as Instruction, { aliases }))
      const theirs = llvm(texts)
      const wrong: string[] = []
      let same = 0
      texts.forEach((text, i) => {
        if (assemble(text) === theirs[i]) same++
        else if (
          aliases ||
          theirs[i] !== -1 ||
          !UNREADABLE.test((decode(words[i] as number) as Instruction).encoding.id)
        )
          wrong.push(text)
      })
      expect(wrong).toEqual([])
      expect(same).toBeGreaterThan(rows.length * 9.9)
    },
    120_000,
  )

  it('reads what people write as tests/decode/spellings.txt says', () => {
    const file = new URL('../decode/spellings.txt', import.meta.url)
    const spellings = readFileSync(file, 'utf8').trimEnd().split('\n')
    const theirs = llvm(spellings.map((spelling) => spelling.split('\t')[1] as string))
    const found = spellings.map((spelling, i) => {
      const word = theirs[i] as number
      return `${word < 0 ? 'refused' : word.toString(16).padStart(8, '0')}\t${spelling.split('\t')[1]}`
    })
    expect(found).toEqual(spellings)
  })
})
