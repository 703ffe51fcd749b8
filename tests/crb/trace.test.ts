/**
 * Traces of QEMU 7.2's tpm-crb (Debian 1:7.2+dfsg-7+deb12u18), recorded over qtest with random seeds; and of QEMU 11.1's,
 * for which there was no binary: its hw/tpm/tpm_crb.c (commit 007a9c7f), compiled with a machine and a TPM that are
 * scripted, did these random accesses. TPMs of 3968, 4096 and 8192 bytes.
 */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { conformCrb, emitCrb } from '../../src/cli/conform/crb.ts'
import { type CaseLine, ConformInputError, readCases } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'
import { capturedStdout } from './stdout.ts'

function linesOf(name: string): string[] {
  return gunzipSync(readFileSync(fileURLToPath(new URL(`vectors/${name}`, import.meta.url))))
    .toString()
    .trimEnd()
    .split('\n')
}
const lines = linesOf('qemu-7.2-traces.jsonl.gz')

async function* cases(texts: readonly string[]): AsyncGenerator<CaseLine> {
  for (const [i, text] of texts.entries()) yield { file: 'trace', line: i + 1, value: JSON.parse(text) }
}

/** Replays lines and gives what was printed. */
async function conform(texts: readonly string[]): Promise<{ status: number; report: Report; printed: string }> {
  let printed = ''
  const report = new Report((text) => {
    printed += text
  })
  return { status: await conformCrb(cases(texts), report), report, printed }
}

describe('QEMU 7.2 tpm-crb traces', () => {
  it('replays every step without a mismatch', async () => {
    const { status, report, printed } = await conform(lines)
    expect(printed).toBe(`${report.passed} passed, 0 failed\n`)
    expect(status).toBe(0)
    expect(report.passed).toBeGreaterThan(12_000)
  })

  it.each([
    [
      'a value',
      /"op": "r", (.*)"val": "00001014"/,
      '"op": "r", $1"val": "00001015"',
      'val: expected 00001015, got 00001014',
    ],
    ['a request', /"req": "80/, '"req": "90', 'req: expected 90'],
    ['a control command', /\["CANCEL_TPM_CMD", ""\]/, '["STOP", ""]', 'cmds: expected [["STOP",""]]'],
    ['a control command that is not there', /.*"GET_TPMESTABLISHED".*/, '{"op":"rel","rsp":""}', 'expected none, got'],
  ])('notices another value: %s', async (_name, find, by, message) => {
    const at = lines.findIndex((line) => find.test(line))
    expect(at).toBeGreaterThan(0)
    const { status, report, printed } = await conform(lines.with(at, (lines[at] as string).replace(find, by)))
    expect([status, report.failed]).toEqual([1, 1])
    expect(printed).toContain(message)
  })
})

describe("QEMU 11.1's tpm-crb, with chunks", () => {
  const chunked = linesOf('qemu-11.1-chunk-traces.jsonl.gz')

  it('replays every step without a mismatch: long commands, long answers, every START bit', async () => {
    const { status, report, printed } = await conform(chunked)
    expect(printed).toBe(`${report.passed} passed, 0 failed\n`)
    expect([status, report.passed > 5000]).toEqual([0, true])
    const longer = (op: string, field: string): number =>
      chunked.filter((text) => {
        const line = JSON.parse(text)
        return line.op === op && line[field].length > 2 * 0xf80
      }).length
    expect(longer('be', 'req')).toBeGreaterThan(10)
    expect(longer('rel', 'rsp')).toBeGreaterThan(30)
  })

  it('is not what profile qemu-7.2 does', async () => {
    const { report } = await conform(chunked.map((text) => text.replace('"profile":"chunk",', '')))
    expect(report.failed).toBeGreaterThan(100)
  })
})

describe('nisv conform crb --emit', () => {
  const stdout = capturedStdout()

  it('fills in what a trace without outcomes lacks', async () => {
    const blanked = lines.map((text) => {
      const line = JSON.parse(text)
      if (line.op === 'r') line.val = null
      if (line.op === 'mr') line.data = '0'.repeat(line.data.length)
      if (line.op === 'be') line.req = null
      if (line.op === 'ctl') line.cmds = null
      return JSON.stringify(line)
    })
    expect(await emitCrb(cases(blanked))).toBe(0)
    const whole = lines.map((text) => JSON.parse(text)).filter((line) => line.op !== 'hdr')
    expect(
      stdout.text
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual(whole)
  })
})

describe('a trace that is none', () => {
  it.each([
    ['{"op":"fly"}', 'op to be'],
    ['{"op":"r","off":-1,"sz":4}', 'off in 0..'],
    ['{"op":"r","off":0,"sz":3}', 'sz to be'],
    ['{"op":"w","off":0,"sz":4,"val":"0"}', 'val to be bytes'],
    ['{"op":"w","off":0,"sz":4,"val":"00"}', 'val to have 4'],
    ['{"op":"hdr","base":"x"}', 'base in 0..'],
    ['{"op":"hdr","base":0,"profile":"qemu-6"}', 'profile among qemu-7.2, chunk'],
    ['{"op":"hdr","base":0,"profile":"chunk","bufferSize":65536}', 'bufferSize in 0..65535'],
  ])('%s', async (text, problem) => {
    await expect(conform([lines[0] as string, text])).rejects.toThrow(`trace:2: expected ${problem}`)
  })

  it('names the line that is no JSON, and a gzip file that is none', async () => {
    const read = async (file: string): Promise<void> => {
      for await (const _ of readCases(file)) {
        // Only its end matters.
      }
    }
    await expect(read(fileURLToPath(import.meta.url))).rejects.toThrow(/trace\.test\.ts:1: no JSON/)
    await expect(read('/nowhere/trace.jsonl')).rejects.toThrow('ENOENT')
    await expect(read('/nowhere/trace.jsonl.gz')).rejects.toThrow('ENOENT')
    expect(new ConformInputError('f', 0, 'p').message).toBe('f: p')
  })
})
