/** No fault of any class of loads and stores allocates, once it is warm: measured in a process of its own. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A build of its own with the benchmarks beside it, inside the root for the sake of `node_modules`. */
const folder = join(root, '.cache/allocation')

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'bench'), join(folder, 'bench'), { recursive: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]
  expect(spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).stdout).toBe('')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Bytes that a fault allocates, by class. */
function measure(): Record<string, number> {
  const flags = [
    '--expose-gc',
    '--min-semi-space-size=256',
    '--max-semi-space-size=256',
    join(folder, 'bench/bytes.js'),
  ]
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return JSON.parse(stdout) as Record<string, number>
}

describe('a warm fault', () => {
  it('allocates nothing, of any class', () => {
    const bytes = measure()
    expect(Object.keys(bytes).length).toBeGreaterThan(80)
    expect(Object.entries(bytes).filter(([, of]) => !(of < 1))).toEqual([])
  })

  it('is seen to allocate where a device does', () => {
    const file = join(folder, 'bench/classes.js')
    const source = readFileSync(file, 'utf8')
    const allocates = source.replace('read: () => 0,', 'read: (offset) => (globalThis.kept = { offset }).offset * 0,')
    expect(allocates).not.toBe(source)
    writeFileSync(file, `${allocates}\nCLASSES.splice(2)\n`)
    const { 'ldr w1, [x0, #48]': of } = measure()
    expect(of).toBeGreaterThan(8)
  })
})
