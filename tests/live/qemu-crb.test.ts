/** Random accesses to a real QEMU's tpm-crb, and the same ones to ours: every value, delivery and control command. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { conformCrb } from '../../src/cli/conform/crb.ts'
import type { CaseLine } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'
import { requirePrograms } from './qemu-tool.ts'

const GENERATOR = fileURLToPath(new URL('qemu-crb-trace.py', import.meta.url))
/** Of each seed; `NISV_STEPS=N` for more. */
const STEPS = Number(process.env.NISV_STEPS ?? 2000)
const SEEDS = 20

beforeAll(() => requirePrograms('qemu-system-x86_64', 'python3'))

async function record(seed: number): Promise<string[]> {
  const args = [GENERATOR, '--seed', String(seed), '--steps', String(STEPS)]
  const { stdout } = await promisify(execFile)('python3', args, { maxBuffer: 1 << 28, timeout: 200_000 })
  return stdout.trimEnd().split('\n')
}

async function* cases(seed: number, texts: readonly string[]): AsyncGenerator<CaseLine> {
  for (const [i, text] of texts.entries()) yield { file: `seed ${seed}`, line: i + 1, value: JSON.parse(text) }
}

describe('a real QEMU beside us', () => {
  // New seeds every day: what they find is repeated by its number, which the failure prints.
  const today = Math.floor(Date.now() / 86_400_000) * SEEDS
  it.each([1, 2, ...Array.from({ length: SEEDS - 2 }, (_, i) => today + i)])(
    'shows what we show, seed %i',
    async (seed) => {
      const texts = await record(seed)
      const ops = texts.map((text) => (JSON.parse(text) as { op: string }).op)
      for (const op of ['r', 'w', 'mr', 'mw', 'be', 'rel', 'ctl', 'reset']) expect(ops).toContain(op)
      let printed = ''
      const report = new Report((text) => {
        printed += text
      })
      await conformCrb(cases(seed, texts), report)
      expect(printed).toBe(`${report.passed} passed, 0 failed\n`)
      expect(report.passed).toBeGreaterThanOrEqual(STEPS)
    },
  )
})
