import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { walkCommand } from '../../src/cli/walk.ts'

const doc = readFileSync(new URL('../../docs/walk.md', import.meta.url), 'utf8')
const RECORDING = 'recordings/linux-6.1-4k.jsonl.gz'

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

/** Words of a command line; single quotes keep what they hold. */
const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map((m) => m[1] ?? (m[2] as string))

describe('docs/walk.md', () => {
  const examples = [...doc.matchAll(/```console\n\$ nisv walk (.*)\n([^`]*)```/g)].map((m) => [m[1], m[2]] as const)

  it('has two command lines', () => {
    expect(examples).toHaveLength(2)
  })

  it.each(examples)('nisv walk %s', async (line, output) => {
    await walkCommand.run(words(line as string))
    expect(written).toBe(output)
  })

  it('shows how a fetch ends', async () => {
    expect(await walkCommand.run(['--recording', RECORDING, '--fault', '1', '--kind', 'fetch'])).toBe(1)
    const [, end] = /```text\n([^`]*)```/.exec(doc) as unknown as [string, string]
    expect(written.endsWith(end)).toBe(true)
  })
})

describe('nisv walk', () => {
  it('prints JSON with the same content', async () => {
    expect(await walkCommand.run(['--json', '--recording', RECORDING, '--fault', '1'])).toBe(0)
    const told = JSON.parse(written) as { pa: string; attr: string; steps: { kind: string }[]; rule: { text: string } }
    expect(told.pa).toBe('0xc000008')
    expect(told.attr).toBe('0x04')
    expect(told.steps.map((step) => step.kind)).toEqual(['table', 'table', 'table', 'page'])
    expect(told.rule.text).toBe('the leaf permits the access')
  })

  it('names a table that a recording has not', async () => {
    expect(await walkCommand.run(['--recording', RECORDING, '--fault', '1', '--va', '0x1000'])).toBe(1)
    expect(written).toMatch(/because no memory at 0x[0-9a-f]+, where the descriptor should be/)
  })

  it("takes EL0's permissions", async () => {
    expect(await walkCommand.run(['--recording', RECORDING, '--fault', '1', '--el', '0'])).toBe(1)
    expect(written).toContain('AP[1] is 0 or APTable[0] is 1: EL0 has no access')
  })

  it('walks for a Guarded Control Stack, and tells what ESR_ELx tells of the fault', async () => {
    const regs = { SCTLR_EL1: '0x1', TCR_EL1: '0x500000019', TTBR0_EL1: '0x40000000', TCR2_EL1: '0xa', PIR_EL1: '0x9' }
    const mem = { '0x40000000': '0x80000701' }
    const walk = (registers: Record<string, string>, ...rest: string[]): Promise<number> => {
      written = ''
      const given = ['--regs', JSON.stringify(registers), '--mem', JSON.stringify(mem), '--va', '0x1008']
      return walkCommand.run([...given, ...rest])
    }
    expect(await walk(regs, '--kind', 'gcs-write')).toBe(0)
    expect(written).toContain('write of a control stack as EL1 at 0x0000000000001008')
    expect(await walk(regs, '--kind', 'write')).toBe(1)
    expect(await walk({ ...regs, PIR_EL1: '0x5' }, '--kind', 'gcs-read', '--json')).toBe(1)
    expect(JSON.parse(written)).toMatchObject({ fsc: 0x0d, details: [] })
    // POR_EL1 leaves nothing.
    expect(await walk({ ...regs, PIR_EL1: '0x5' })).toBe(1)
    expect(written).toContain('status code 0x0d, Overlay, stage 1')
    expect(await walk({ ...regs, PIR_EL1: '0x5' }, '--json')).toBe(1)
    expect(JSON.parse(written)).toMatchObject({ details: ['Overlay'] })
  })

  it('reads registers and memory from files', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nisv-walk-'))
    writeFileSync(join(dir, 'regs'), '{"hcr_el2":"0x1","vtcr_el2":"0x18","vttbr_el2":"0x0"}')
    writeFileSync(join(dir, 'mem'), '{}')
    const args = ['--json', '--regs', join(dir, 'regs'), '--mem', join(dir, 'mem'), '--va', '0x40']
    expect(await walkCommand.run(args)).toBe(1)
    expect(JSON.parse(written)).toMatchObject({ stage: 2, level: 0, ipa: '0x40', s1ptw: false, steps: [] })
  })

  it.each([
    [['--recording', RECORDING, '--fault', '0'], /--fault takes/],
    [['--recording', RECORDING, '--fault', '9999'], /there is no 9999/],
    [['--recording', RECORDING], /--recording and --fault/],
    [['--regs', '{}', '--mem', '{}'], /needs --va/],
    [['--regs', '{"TCR":"0x0"}', '--mem', '{}', '--va', '0x0'], /'TCR' is none of/],
    [['--regs', '{}', '--mem', '{"0x4":"0x0"}', '--va', '0x0'], /multiple of 8/],
    [['--regs', '{}', '--mem', '[]', '--va', '0x0'], /--mem/],
    [['--regs', '{oops', '--mem', '{}', '--va', '0x0'], /--regs is no JSON/],
    [['--regs', '{}', '--mem', '{}', '--va', '12'], /--va takes/],
    [['--regs', '{}', '--mem', '{}', '--va', '0x0', '--kind', 'jump'], /--kind takes/],
    [['--regs', '{}', '--mem', '{}', '--va', '0x0', '--el', '2'], /--el takes/],
  ])('refuses %j', async (args, problem) => {
    await expect(walkCommand.run(args)).rejects.toThrow(problem)
  })
})
