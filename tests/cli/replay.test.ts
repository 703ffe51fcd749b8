import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Player, windowBase } from '../../src/cli/replay/player.ts'
import {
  parseEvent,
  type RecordedAnswer,
  type RecordedEvent,
  RecordingError,
  readRecording,
} from '../../src/cli/replay/recording.ts'
import { replayCommand } from '../../src/cli/replay.ts'

const RECORDINGS = ['recordings/linux-6.1-4k.jsonl.gz', 'recordings/linux-6.12-lpa2.jsonl.gz']

async function eventsOf(file: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of readRecording(file)) events.push(event)
  return events
}

function linesOf(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
}

describe.each(RECORDINGS)('%s', (file) => {
  it('replays with every register, device access and PC as recorded, twice the same', async () => {
    const events = await eventsOf(file)
    const faults = events.filter((e) => e.kind === 'fault')
    expect(faults.length).toBeGreaterThan(600)
    const base = faults.map(windowBase).find((b) => b >= 0)
    const answers = events.filter((e): e is RecordedAnswer => e.kind === 'answer')
    const run = (): unknown[] => {
      const player = new Player(base as number, answers)
      return events.map((e) => {
        if (e.kind === 'answer') return player.answer(e)
        const { outcome, accesses, mismatches } = player.play(e)
        return { outcome, accesses, mismatches }
      })
    }
    const first = run()
    expect(first.filter((r) => (r as { mismatches?: unknown[] }).mismatches?.length)).toEqual([])
    expect(run()).toEqual(first)
  })
})

describe('nisv replay', () => {
  let dir = ''
  let output = ''

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'nisv-replay-'))
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += text
      return true
    })
  })

  afterAll(() => {
    vi.restoreAllMocks()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Writes a changed recording and replays it. */
  async function replayChanged(name: string, change: (lines: string[]) => string[]): Promise<number> {
    const file = join(dir, name)
    writeFileSync(file, gzipSync(change(linesOf(RECORDINGS[0] as string)).join('\n')))
    output = ''
    return replayCommand.run([file])
  }

  it('exits 0 on a recording that agrees', async () => {
    expect(await replayChanged('same.jsonl.gz', (lines) => lines)).toBe(0)
    expect(output).toContain('681')
  })

  it('exits 1 and names the register when one is altered', async () => {
    const altered = (lines: string[]): string[] =>
      lines.map((line) =>
        line.includes('"word":"0xa9430660"') ? line.replace('"x0":"0x101400025811"', '"x0":"0x101400025812"') : line,
      )
    expect(await replayChanged('register.jsonl.gz', altered)).toBe(1)
    expect(output).toMatch(/mismatch in fault 646 \(line \d+\): ldp x0, x1, \[x19, #48\] at 0x4000d0/)
    expect(output).toMatch(/x0 +0x101400025812 +0x101400025811/)
  })

  it('exits 1 when a device access, the PC or an unlisted register differs', async () => {
    const first = (from: string, to: string) => (lines: string[]) => [
      (lines[0] as string).replace(from, to),
      ...lines.slice(1),
    ]
    expect(await replayChanged('access.jsonl.gz', first('"01000000"', '"02000000"'))).toBe(1)
    expect(output).toMatch(/access byte 0 +w 0x8 = 02 +w 0x8 = 01/)
    expect(
      await replayChanged('pc.jsonl.gz', first('{"pc":"0xffff8000088216a8"}', '{"pc":"0xffff8000088216a4"}')),
    ).toBe(1)
    expect(await replayChanged('other.jsonl.gz', first('"after":{', '"after":{"x7":"0x1",'))).toBe(1)
    expect(output).toMatch(/x7 +0x1 +0xffff800009ab6000/)
  })

  it('exits 1 when the TPM is asked something else than was recorded', async () => {
    const asked = (lines: string[]): string[] =>
      lines.map((l) => l.replace('"req":"80010000000b', '"req":"80010000000c'))
    expect(await replayChanged('tpm.jsonl.gz', asked)).toBe(1)
  })

  it('refuses a recording that is cut, empty or no recording, with file and line', async () => {
    const cut = join(dir, 'cut.jsonl.gz')
    writeFileSync(cut, readFileSync(RECORDINGS[0] as string).subarray(0, 9000))
    await expect(replayCommand.run([cut])).rejects.toThrow(/cut\.jsonl\.gz:\d+: cannot be read on/)
    const empty = join(dir, 'empty.jsonl')
    writeFileSync(empty, '')
    await expect(replayCommand.run([empty])).rejects.toThrow(/empty\.jsonl: is empty/)
    const half = join(dir, 'half.jsonl')
    writeFileSync(
      half,
      linesOf(RECORDINGS[0] as string)
        .slice(0, 2)
        .join('\n')
        .slice(0, -40),
    )
    await expect(replayCommand.run([half])).rejects.toThrow(/half\.jsonl:2: is not JSON/)
  })

  it('explains the road of one fault, and speaks JSON', async () => {
    output = ''
    expect(await replayCommand.run(['--explain', '646', RECORDINGS[0] as string])).toBe(0)
    expect(output).toContain('word       0xa9430660  ldp x0, x1, [x19, #48]')
    expect(output).toContain('translate  0xffffac38a030 -> 0xc000030')
    expect(output).toContain('after      x0 = 0x101400025811')
    output = ''
    expect(await replayCommand.run(['--json', RECORDINGS[1] as string])).toBe(0)
    const rows = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows).toHaveLength(679)
    expect(rows[0]).toMatchObject({ fault: 1, outcome: 'retired', mismatches: [] })
  })
})

describe('parseEvent', () => {
  const line = linesOf(RECORDINGS[0] as string)[0] as string

  it.each([
    ['not JSON', '{"abort"', 'is not JSON'],
    ['neither kind', '{}', 'has neither "abort" nor "tpm"'],
    ['a register too few', line.replace('"x":["0xffff800009ab5008",', '"x":['), 'x has 30 registers, not 31'],
    [
      'a number for a register',
      line.replace('"pc":"0xffff8000088216a4"', '"pc":5'),
      'pc is 5, not a "0x" string of 64 bits',
    ],
    ['no such register', line.replace('"after":{', '"after":{"x31":"0x0",'), "after names '31', which is no register"],
    ['bytes that are not', line.replace('"01000000"', '"0100000"'), 'dev[0] is not a string of hex bytes'],
    ['too few bytes', line.replace('"01000000"', '"010000"'), 'dev[0] has 3 bytes, not 4'],
    ['a crooked address', line.replace('"mem":{"0x4157b800"', '"mem":{"0x4157b801"'), 'not a multiple of 8'],
  ])('refuses %s, with file and line', (_name, text, problem) => {
    expect(() => parseEvent('f.jsonl', 7, text)).toThrow(RecordingError)
    expect(() => parseEvent('f.jsonl', 7, text)).toThrow(`f.jsonl:7: `)
    expect(() => parseEvent('f.jsonl', 7, text)).toThrow(problem)
  })

  it('throws nothing but RecordingError, whatever the line', () => {
    const mutated = fc
      .tuple(fc.nat(line.length - 1), fc.nat(40), fc.string({ maxLength: 12 }))
      .map(([at, drop, insert]) => line.slice(0, at) + insert + line.slice(at + drop))
    fc.assert(
      fc.property(fc.oneof(mutated, fc.json(), fc.string()), (text) => {
        try {
          parseEvent('f', 1, text)
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
