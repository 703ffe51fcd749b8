/** LLVM 22 judges a slice of what `npm run conform:features` compares in full: what is decoded when features are off. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A build of its own, so that the tests need no earlier one. */
const build = join(root, '.live')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nisv-features-'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const made = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', build], { cwd: root })
  expect(made.stdout.toString()).toBe('')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function compare(dist: string, ...args: string[]): { readonly status: number | null; readonly lines: string[] } {
  const script = join(root, 'scripts/conform-features.mjs')
  const run = spawnSync(process.execPath, [script, '--dist', dist, ...args], { encoding: 'utf8' })
  return { status: run.status, lines: run.stdout.trimEnd().split('\n') }
}

describe('conform:features', () => {
  it('finds no difference that is not on the list, for versions, features, all without one, and sets at random', () => {
    const { status, lines } = compare(build, '--words', '2', '--random', '30', '--seed', '20')
    expect(lines.filter((line) => line.startsWith('only '))).toEqual([])
    expect(lines.at(-1)).toBe('no other difference')
    const [, compared] =
      /^availability: (\d+) compared/.exec(lines.find((l) => l.startsWith('availability')) ?? '') ?? []
    expect(Number(compared)).toBeGreaterThan(3_000_000)
    expect(status).toBe(0)
  })

  it('sees a row that needs a feature too few, and a version that lacks one', () => {
    mkdirSync(join(folder, 'decode'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const real = JSON.stringify(`file://${join(build, 'decode/index.js')}`)
    const broken = `
      import { FeatureSet as Real } from ${real}
      export * from ${real}
      export const FeatureSet = { parse(list) {
        const set = Real.parse(list === '8.1' ? '8.0' : list)
        const resolve = set.resolve.bind(set)
        set.resolve = (encoding, word) => encoding.features.includes('LSE') ? encoding : resolve(encoding, word)
        return set
      } }`
    writeFileSync(join(folder, 'decode/index.js'), broken)
    const { status, lines } = compare(folder, '--words', '2', '--random', '0', '--sets', 'v8.0,v8.2')
    const rows = lines.filter((line) => line.startsWith('only ')).map((line) => line.split('\t')[2])
    expect(rows.every((needed) => needed?.startsWith('[LSE]'))).toBe(true)
    expect(rows.length).toBeGreaterThan(1)
    expect(lines.find((line) => line.startsWith('v8.1'))).toMatch(/LLVM alone: .*LSE/)
    expect(status).toBe(1)
  })
})
