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

  it('has three command lines', () => {
    expect(examples).toHaveLength(3)
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

  it.each<[string, string, Record<string, string>, RegExp, RegExp]>([
    ['el2', '2', { SCTLR_EL2: '0x1', TCR_EL2: '0x50019', TTBR0_EL2: '0x40000000' }, /^read as EL2/, /XN\[54\] = 0/],
    [
      'el20',
      '0',
      { SCTLR_EL2: '0x1', TCR_EL2: '0x500000019', TTBR0_EL2: '0x40000000' },
      /^read as EL0[\s\S]*HCR_EL2.E2H\[34\] = 1/,
      /AP\[1\] is 0/,
    ],
    [
      'el20',
      '2',
      { SCTLR_EL2: '0x1', TCR_EL2: '0x500000019', TTBR0_EL2: '0x40000000' },
      /^read as EL2/,
      /UXN\[54\] = 0/,
    ],
    ['el3', '3', { SCTLR_EL3: '0x1', TCR_EL3: '0x50019', TTBR0_EL3: '0x40000000' }, /^read as EL3/, /Secure PA 0x1234/],
  ])('--regime %s --el %s', async (regime, el, regs, head, end) => {
    const line = ['--regime', regime, '--el', el, '--regs', JSON.stringify(regs), '--va', '0x1234']
    const status = await walkCommand.run([...line, '--mem', '{"0x40000000":"0x701"}'])
    expect(written).toMatch(head)
    expect(written).toMatch(end)
    expect(status).toBe(el === '0' ? 1 : 0)
  })

  it('takes 128 bits of a TTBR, and prints as many of a descriptor', async () => {
    const regs = {
      SCTLR_EL1: '0x1',
      TCR_EL1: '0x70000002c',
      TCR2_EL1: '0x20',
      PIR_EL1: '0x5',
      // BADDR[55:48] is in [87:80].
      TTBR0_EL1: `0x1${'0'.repeat(12)}40000000`,
    }
    const mem = { '0x1000040000010': '0x80000701', '0x1000040000018': '0x0004000000000000' }
    const given = JSON.stringify(regs)
    await walkCommand.run(['--json', '--regs', given, '--mem', JSON.stringify(mem), '--va', '0x1000'])
    const told = JSON.parse(written) as { pa: string; regime: string; steps: { pa: string; descriptor: string }[] }
    expect([told.pa, told.regime]).toEqual(['0x80000000', 'el1'])
    expect(told.steps).toMatchObject([{ pa: '0x1000040000010', descriptor: '0x00040000000000000000000080000701' }])
  })

  it('has the entries of granule protection tables in JSON', async () => {
    const regs = {
      SCTLR_EL2: '0x1',
      TCR_EL2: '0x50019',
      TTBR0_EL2: '0x40000000',
      GPCCR_EL3: '0x12500',
      GPTBR_EL3: '0x41000',
    }
    const mem = { '0x40000000': '0x701', '0x41000000': '0xa1', '0x41000008': '0xf1' }
    const given = ['--regs', JSON.stringify(regs), '--mem', JSON.stringify(mem), '--va', '0x1234']
    expect(await walkCommand.run(['--json', '--regime', 'el2', ...given])).toBe(1)
    const told = JSON.parse(written) as Record<string, unknown>
    expect(told.fault).toBe('Granule Protection Fault')
    expect(told.granules).toMatchObject([
      { level: 0, pa: '0x41000000', kind: 'block', granule: '0x1234', entry: '0x00000000000000a1' },
    ])
    expect(told.steps).toMatchObject([{ granules: [{ level: 0, pa: '0x41000008', granule: '0x40000000' }] }])
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
    [['--regs', '{}', '--mem', '{}', '--va', '0x0', '--el', '2'], /--el takes 0 or 1 in this regime/],
    [['--regs', '{}', '--mem', '{}', '--va', '0x0', '--regime', 'el3', '--el', '1'], /--el takes 3 in this regime/],
    [['--regs', '{}', '--mem', '{}', '--va', '0x0', '--regime', 'el4'], /--regime takes el1, el2, el20, el3/],
    [['--regs', `{"TTBR0_EL3":"0x1${'0'.repeat(16)}"}`, '--mem', '{}', '--va', '0x0'], /at most 64 bits/],
    [['--regs', `{"TTBR0_EL1":"0x1${'0'.repeat(32)}"}`, '--mem', '{}', '--va', '0x0'], /at most 128 bits/],
    [['--regs', '{"TTBR0_EL1_HIGH":"0x1"}', '--mem', '{}', '--va', '0x0'], /is none of/],
  ])('refuses %j', async (args, problem) => {
    await expect(walkCommand.run(args)).rejects.toThrow(problem)
  })
})
