import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { abortCommand } from '../../src/cli/abort.ts'
import { replayCommand } from '../../src/cli/replay.ts'

const doc = readFileSync('docs/abort.md', 'utf8')
const examples = [...doc.matchAll(/```console\n\$ nisv (\w+) (.*)\n([\s\S]*?)```/g)].map((m) => m.slice(1) as string[])

let written = ''
beforeEach(() => {
  written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    written += String(piece)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('docs/abort.md', () => {
  it('has two aborts and a trace', () => {
    expect(examples.map(([command]) => command)).toEqual(['abort', 'abort', 'replay'])
  })

  it.each(examples.filter(([command]) => command === 'abort'))('nisv %s %s', async (_, line, output) => {
    expect(await abortCommand.run((line as string).split(' '))).toBe(0)
    expect(written).toBe(output)
  })

  it('shows the beginning of the trace that nisv replay writes', async () => {
    const [, line, output] = examples.at(-1) as [string, string, string]
    const dir = mkdtempSync(join(tmpdir(), 'nisv-abort-'))
    try {
      const file = join(dir, 'trace')
      const [option, name, recording] = line.split(' ') as [string, string, string]
      expect(name).toBe('trace')
      expect(await replayCommand.run([option, file, recording])).toBe(0)
      const [command, ...head] = output.trimEnd().split('\n')
      expect(command).toBe(`$ head -${head.length} trace`)
      expect(readFileSync(file, 'utf8').split('\n').slice(0, head.length)).toEqual(head)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
