import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { explainWord } from '../../src/cli/diagram.ts'

const readme = readFileSync('README.md', 'utf8')

/** The fenced blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map((m) => m[1] as string)
}

describe('README', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('shows an example that runs and prints what it says', async () => {
    const [example] = blocks('ts')
    const [printed] = blocks('text')
    const lines: string[] = []
    vi.spyOn(console, 'log').mockImplementation((...args) => void lines.push(args.join(' ')))
    const dir = mkdtempSync('tests/docs/.readme-')
    try {
      const file = join(dir, 'example.ts')
      writeFileSync(file, (example as string).replace(/'nisv\/(\w+)'/g, "'../../../src/$1/index.ts'"))
      await import(pathToFileURL(file).href)
    } finally {
      rmSync(dir, { recursive: true })
    }
    expect(`${lines.join('\n')}\n`).toBe(printed)
  })

  it('shows the explanation that nisv decode gives', () => {
    const explained = explainWord(0xa9430801)
    expect(readme).toContain(explained)
  })
})
