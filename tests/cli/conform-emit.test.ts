/** `nisv conform --emit`: what it prints comes from the state of a case alone, and is what is compared. */

import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { conformAbort, emitAbort } from '../../src/cli/conform/abort.ts'
import { conformAccess, emitAccess } from '../../src/cli/conform/access.ts'
import { conformExec, emitExec } from '../../src/cli/conform/exec.ts'
import { type CaseLine, readCases } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'

const KINDS = [
  ['abort', emitAbort, conformAbort],
  ['access', emitAccess, conformAccess],
  ['exec', emitExec, conformExec],
] as const

type Value = Readonly<Record<string, unknown>>

/** Of the sample every tenth case, with its header. */
async function* some(kind: string, change: (one: Value, n: number) => Value): AsyncGenerator<CaseLine> {
  let n = 0
  for await (const line of readCases(fileURLToPath(new URL(`vectors/${kind}.jsonl.gz`, import.meta.url)))) {
    if ('header' in line.value) yield line
    else if (n++ % 10 === 0) yield { ...line, value: change(line.value, n - 1) }
  }
}

async function printed(emit: (cases: AsyncIterable<CaseLine>) => Promise<number>, cases: AsyncIterable<CaseLine>) {
  const lines: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0)
  expect(await emit(cases)).toBe(0)
  write.mockRestore()
  return lines.join('').trimEnd().split('\n')
}

afterEach(() => vi.restoreAllMocks())

describe.each(KINDS)('nisv conform %s --emit', (kind, emit, conform) => {
  it('never reads the outcome of the file', async () => {
    const without = await printed(
      emit,
      some(kind, ({ out: _, ...one }) => one),
    )
    expect(without.length).toBeGreaterThan(80)
    const given = await printed(
      emit,
      some(kind, (one) => one),
    )
    const forged = { end: 'no', accesses: [['r', '0x8006000', 8, '0xffffffffffffffff']], x: { 0: '0x1' } }
    const other = await printed(
      emit,
      some(kind, (one) => ({ ...one, out: forged })),
    )
    expect(given).toEqual(without)
    expect(other).toEqual(without)
  })

  it('prints what it compares: its own outcomes agree with it', async () => {
    const lines = await printed(
      emit,
      some(kind, (one) => one),
    )
    const outs = lines.map((text) => (JSON.parse(text) as { readonly out: Value }).out)
    const report = new Report(() => {})
    const own = some(kind, (one, n) => ({ ...one, out: outs[n / 10] }))
    expect([await conform(own, report), report.failed]).toEqual([0, 0])
    expect(report.passed).toBeGreaterThan(outs.length / 2)
  })
})

it('accesses are elements, each of its own size', async () => {
  const lines = await printed(
    emitAccess,
    some('access', (one) => one),
  )
  const sizes = new Set<number>()
  for (const text of lines) {
    const { out } = JSON.parse(text) as { out: { accesses?: readonly (readonly [string, string, number, string])[] } }
    for (const [, , size, value] of out.accesses ?? []) {
      sizes.add(size)
      expect(BigInt(value) < 1n << BigInt(8 * size)).toBe(true)
    }
  }
  expect([1, 2, 4, 8, 16].filter((size) => !sizes.has(size))).toEqual([])
})
