/** Files of cases that QEMU's system emulation makes in a live test, one of a seed that is always the same and one new. */

import { expect } from 'vitest'
import type { Generated } from '../../scripts/qemu/file.mjs'
import type { CaseLine } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'

/** A day is a seed; NISV_SEED is another, to see a failure again. */
const newest = Number(process.env.NISV_SEED ?? Math.floor(Date.now() / 86_400_000))

/** Seeds, and what a failure of theirs prints. */
export const SEEDS: readonly (readonly [number, string])[] = [
  [77, 'the fixed seed'],
  [newest, `NISV_SEED=${newest}`],
]

/** What a file comes to. */
export interface Conformed {
  readonly passed: number
  readonly failed: number
  /** The first mismatch. */
  readonly mismatch: string | undefined
}

type Conform = (cases: AsyncIterable<CaseLine>, report: Report) => Promise<number>

/** Runs header and cases through one of the functions behind `nisv conform`. */
export async function conformed(
  conform: Conform,
  { header, cases }: Pick<Generated, 'header' | 'cases'>,
): Promise<Conformed> {
  async function* lines(): AsyncGenerator<CaseLine> {
    let line = 1
    for (const value of [{ header }, ...cases]) yield { file: 'generated', line: line++, value }
  }
  let text = ''
  const report = new Report((part) => {
    text += part
  })
  const status = await conform(lines(), report)
  expect(status).toBe(report.failed === 0 ? 0 : 1)
  return { passed: report.passed, failed: report.failed, mismatch: /^.* expected .*$/m.exec(text)?.[0] }
}

/** The same with a hundred cases, the first that `changed` changes and those behind it. */
export function conformedButOne(
  conform: Conform,
  { header, cases }: Generated,
  changed: (one: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> | undefined,
): Promise<Conformed> {
  const at = cases.findIndex((one) => changed(one) !== undefined)
  const some = cases.slice(at, at + 100)
  some[0] = changed(some[0] ?? {}) ?? expect.fail('no case to change')
  return conformed(conform, { header, cases: some })
}
