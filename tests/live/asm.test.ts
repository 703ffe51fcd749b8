/** What people write, LLVM 22 reads in the same way; `npm run conform:asm` has what nisv writes. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assembleTexts } from '../../scripts/llvm/assemble.mjs'

describe('llvm-mc 22', () => {
  it('reads what people write as tests/decode/spellings.txt says', () => {
    const file = new URL('../decode/spellings.txt', import.meta.url)
    const spellings = readFileSync(file, 'utf8').trimEnd().split('\n')
    const theirs = assembleTexts(spellings.map((spelling) => spelling.split('\t')[1] as string))
    const found = spellings.map((spelling, i) => {
      const word = theirs[i] as number
      return `${word < 0 ? 'refused' : word.toString(16).padStart(8, '0')}\t${spelling.split('\t')[1]}`
    })
    expect(found).toEqual(spellings)
  })
})
