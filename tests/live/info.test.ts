/** LLVM 22's descriptions judge a slice of what `npm run conform:info` compares. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A build of its own, so that the tests need no earlier one; beside `dist`, because the build reads `tests/conformance`. */
const build = join(root, '.live')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nisv-info-'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const made = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', build], { cwd: root })
  expect(made.stdout.toString()).toBe('')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function conform(...args: string[]): { readonly status: number | null; readonly lines: readonly string[] } {
  const script = join(root, 'scripts/llvm/info/conform.mjs')
  const run = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  expect(run.stderr).toBe('')
  return { status: run.status, lines: run.stdout.trimEnd().split('\n') }
}

describe('conform:info', () => {
  it('has a class for every disagreement with LLVM, over words of every row and alias', () => {
    const { status, lines } = conform('--dist', build, '--words', '20', '--seed', '7')
    expect(lines.filter((line) => line.startsWith('unclassified'))).toEqual([])
    const [, rows, words] = /^(\d+) rows, (\d+) words/.exec(lines[0] as string) as unknown as string[]
    expect(Number(rows)).toBeGreaterThan(4690)
    expect(Number(words)).toBeGreaterThan(85_000)
    expect(lines.at(-1)).toBe(`${words} passed, 0 failed`)
    expect(status).toBe(0)
  })

  it('sees one register that is forgotten', () => {
    const from = JSON.stringify(`file://${join(build, 'decode/index.js')}`)
    mkdirSync(join(folder, 'decode'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(folder, 'decode/index.js'),
      `import * as right from ${from}
      export * from ${from}
      export const info = (insn) => {
        const told = right.info(insn)
        if (insn.encoding.mnemonic !== 'madd') return told
        return { ...told, registers: told.registers.slice(0, -1) }
      }`,
    )
    const { status, lines } = conform('--dist', folder, '--words', '4')
    expect(status).toBe(1)
    expect(lines.join('\n')).toMatch(/unclassified: llvm use X of madd, \d+ times; \w{8} madd /)
  })
})
