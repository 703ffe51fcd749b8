/** LLVM 22 and binutils judge a slice of what `npm run conform:text` and `npm run conform:binutils` compare in full. */

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
  folder = mkdtempSync(join(tmpdir(), 'nisv-llvm-'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const made = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', build], { cwd: root })
  expect(made.stdout.toString()).toBe('')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly status: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

function script(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Run {
  const run = spawnSync(process.execPath, [join(root, 'scripts', name), ...args], { env, encoding: 'utf8' })
  return { status: run.status, lines: run.stdout.trimEnd().split('\n'), errors: run.stderr }
}

describe('conform:text', () => {
  const slice = ['--fillings', '20', '--top11', '200000', '--mutants', '100000', '--seed', '20']

  it('finds no difference in fillings of every opcode, strata and mutants, with aliases and without', () => {
    const { status, lines } = script('conform-text.mjs', ['--dist', build, ...slice])
    expect(lines.filter((line) => line.includes('lines of'))).toEqual([])
    const [, passed] = /^(\d+) passed, 0 failed$/.exec(lines.at(-1) as string) ?? [lines.at(-1)]
    // 7,491 opcodes; a few have fewer than 20 words.
    expect(Number(passed)).toBeGreaterThan(2 * (7491 * 19 + 300_000))
    expect(status).toBe(0)
  })

  it('sees one mnemonic of another name', () => {
    const from = (file: string): string => JSON.stringify(`file://${join(build, file)}`)
    mkdirSync(join(folder, 'cli'))
    mkdirSync(join(folder, 'decode'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'decode/index.js'), `export * from ${from('decode/index.js')}`)
    writeFileSync(join(folder, 'cli/llvm-status.js'), `export * from ${from('cli/llvm-status.js')}`)
    writeFileSync(
      join(folder, 'cli/disasm.js'),
      `import * as right from ${from('cli/disasm.js')}
      export const disassembleLine = (...args) => right.disassembleLine(...args).replace('stgp ', 'stpg ')`,
    )
    const { status, lines } = script('conform-text.mjs', [
      ...['--dist', folder, '--fillings', '5', '--top11', '0', '--mutants', '0', '--aliases', 'on'],
    ])
    expect(status).toBe(1)
    expect(lines.at(-1)).toMatch(/ passed, 15 failed$/)
    expect(lines.join('\n')).toMatch(
      /loads and stores: mnemonic, STGPpost, 5 lines\n.*LLVM '(?:<softfail> )?stgp x\d+.*nisv '(?:<softfail> )?stpg x\d+/,
    )
  })

  it('says which package is missing', () => {
    const { status, errors } = script('conform-text.mjs', ['--dist', build], { PATH: folder })
    expect(status).toBe(1)
    expect(errors).toContain('llvm-config-22 is missing: apt-get install llvm-22-dev')
  })
})

describe('conform:binutils', () => {
  it('knows the reason of every disagreement between LLVM and binutils', () => {
    const { status, lines } = script('second-opinion.mjs', ['--dist', build, '--words', '300000', '--seed', '20'])
    expect(lines.filter((line) => line.startsWith('unclassified'))).toEqual([])
    expect(lines.at(-1)).toBe('300000 passed, 0 failed')
    expect(status).toBe(0)
  })
})
