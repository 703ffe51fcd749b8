/** Instructions that QEMU's user mode executes: `info` and `nisv conform exec` held against them. */

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
  folder = mkdtempSync(join(tmpdir(), 'nisv-exec-'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const made = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', build], { cwd: root })
  expect(made.stdout.toString()).toBe('')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function script(name: string, ...args: string[]): { readonly status: number | null; readonly text: string } {
  const run = spawnSync(process.execPath, [join(root, name), ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
  expect(run.stderr).toBe('')
  return { status: run.status, text: run.stdout }
}

const conformInfo = (...args: string[]) => script('scripts/exec/conform-info.mjs', ...args)

describe('conform:info-exec', () => {
  it('registers that change are written, and what is not read matters to nothing: 20,000 instructions', () => {
    const { status, text } = conformInfo('--dist', build, '--count', '20000', '--seed', '11')
    const [, rows] = /: (\d+) rows executed of/.exec(text) as unknown as string[]
    // QEMU 7.2 has so many; later ones more.
    expect(Number(rows)).toBeGreaterThan(2600)
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(text) as unknown as string[]
    expect([status, Number(failed), text.split('\n').filter((line) => / times$/.test(line))]).toEqual([0, 0, []])
    expect(Number(passed)).toBeGreaterThanOrEqual(20_000)
  })

  it.each([
    ['written', 'written', 'write', 'none', 'X changes and is not written'],
    ['read', 'read', 'reads', undefined, 'X depends on what is not read'],
  ])('sees a register that is forgotten to be %s', (_, what, member, value, found) => {
    const from = JSON.stringify(`file://${join(build, 'decode/index.js')}`)
    const wrong = join(folder, what)
    mkdirSync(join(wrong, 'decode'), { recursive: true })
    writeFileSync(join(wrong, 'package.json'), '{"type":"module"}')
    const change = { [member]: value ?? null, ...(member === 'write' ? { writes: null } : {}) }
    writeFileSync(
      join(wrong, 'decode/index.js'),
      `import * as right from ${from}
      export * from ${from}
      const none = (r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, v ?? undefined]))
      export const info = (insn) => {
        const told = right.info(insn)
        return { ...told, registers: told.registers.map((r) => none({ ...r, ...${JSON.stringify(change)} })) }
      }`,
    )
    const { status, text } = conformInfo('--dist', wrong, '--count', '60', '--rows', '^(?:MADD|ADD)_64')
    expect(status).toBe(1)
    expect(text).toMatch(new RegExp(`^MADD_64A_dp_3src: ${found}: \\w{8} madd .*, \\d+ times$`, 'm'))
  })
})

describe('nisv conform exec', () => {
  it('agrees with QEMU on new loads and stores of every row', () => {
    const file = join(folder, 'exec.jsonl')
    const { status, text } = script('scripts/exec-cases.mjs', '--dist', build, '--words', '3', '--seed', '77')
    expect(status).toBe(0)
    writeFileSync(file, text)
    const cli = spawnSync(process.execPath, [join(build, 'cli/main.js'), 'conform', 'exec', file], { encoding: 'utf8' })
    expect(cli.stdout.split('\n').filter((line) => line.includes(': expected '))).toEqual([])
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(cli.stdout) as unknown as string[]
    expect([cli.status, Number(failed)]).toEqual([0, 0])
    expect(Number(passed)).toBeGreaterThan(2500)
  })
})
