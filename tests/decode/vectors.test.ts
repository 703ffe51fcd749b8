import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { preferred } from '../../src/decode/format.ts'
import { A64, decodeInto, format, Instruction } from '../../src/decode/index.ts'

// `word<TAB>id<TAB>text<TAB>text without aliases`, made by scripts/vectors.mjs from the output of llvm-mc 22.
const folder = new URL('vectors/', import.meta.url)
const files = readdirSync(folder).filter((f) => f.endsWith('.txt'))
const insn = new Instruction()
const seen = new Set<string>()

describe('golden vectors', () => {
  it.each(files)('%s', (file) => {
    const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    const wrong: string[] = []
    for (const line of lines) {
      const [word = ''] = line.split('\t')
      decodeInto(Number.parseInt(word, 16), insn)
      const ours = [word, insn.encoding.id, format(insn), format(insn, { aliases: false })].join('\t')
      if (ours !== line) wrong.push(`${line}\n  ours: ${ours}`)
      seen.add(insn.encoding.id)
      seen.add(preferred(insn.encoding, insn.word, true).id)
    }
    expect(wrong).toEqual([])
  })

  it('there is one for every row and every alias', () => {
    const missing = [...A64.encodings, ...A64.aliases].filter((e) => !seen.has(e.id)).map((e) => e.id)
    expect(missing).toEqual([])
  })
})
