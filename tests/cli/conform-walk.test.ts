import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CaseLine, readCases } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'
import { conformWalk, emitWalk } from '../../src/cli/conform/walk.ts'

const vectors = (name: string): string =>
  fileURLToPath(new URL(`../tlb/vectors/walk-${name}.jsonl.gz`, import.meta.url))

/** What `nisv conform walk` prints for a file, and its exit status. */
async function conformed(
  cases: AsyncIterable<CaseLine>,
  profile: 'qemu' | 'architecture' = 'qemu',
): Promise<[string, number]> {
  let text = ''
  const status = await conformWalk(
    cases,
    profile,
    new Report((piece) => {
      text += piece
    }),
  )
  return [text, status]
}

async function* lines(...values: unknown[]): AsyncGenerator<CaseLine> {
  let line = 0
  for (const value of values) yield { file: 'cases', line: ++line, value: value as Record<string, unknown> }
}

describe('translations by QEMU 10.0.2 and 11.1.3', () => {
  it('AT S1E0R .. S12E1W: PAR_EL1 whole, External aborts on the walk', async () => {
    expect(await conformed(readCases(vectors('at')))).toEqual(['2705 passed, 0 failed\n', 0])
  })

  it('loads, stores, fetches: ESR, FAR, HPFAR, the descriptors changed', async () => {
    expect(await conformed(readCases(vectors('real')))).toEqual(['2590 passed, 0 failed\n', 0])
  })

  it('permission indirection, HCR_EL2.PTW, NoTagAccess, and AT setting Access flags: QEMU 11.1.3', async () => {
    expect(await conformed(readCases(vectors('pie')))).toEqual(['2960 passed, 0 failed\n', 0])
  })

  it('differ from the architecture in some', async () => {
    const [text, status] = await conformed(readCases(vectors('pie')), 'architecture')
    expect(status).toBe(1)
    // D3: a store to a writable-clean page is allowed.
    expect(text).toContain('S1E1W 0x9cef8142c5: fault: expected permission, got nothing')
  })
})

const HEADER = { header: { ram: ['0x44000000', '0x4000000'], id_regs: {} } }
const CASE = {
  id: 'a/0',
  regs: { SCTLR_EL1: '0x30d00800' },
  mem: {},
  probes: [
    { va: '0x44000123', op: 'S1E1R', out: { pa: '0x44000000', attr: '0x0', sh: 2, par: '0x44000b00' } },
    { va: '0x44000124', op: 'EL1_STR', out: { done: true } },
    {
      va: '0x123',
      op: 'EL1_LDR',
      out: {
        taken_to: 1,
        ec: 0x25,
        esr: '0x96000010',
        fault: 'external',
        level: null,
        s1ptw: false,
        wnr: 0,
        cm: 0,
        far: '0x123',
      },
    },
    {
      va: '0x1000000000002',
      op: 'EL0_FETCH',
      out: { taken_to: 1, ec: 0x22, esr: '0x8a000000', far: '0x1000000000002' },
    },
  ],
}

describe('nisv conform walk', () => {
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

  it('reads plain and gzipped files', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nisv-walk-'))
    const text = `${JSON.stringify(HEADER)}\n${JSON.stringify(CASE)}\n`
    writeFileSync(join(dir, 'plain'), text)
    writeFileSync(join(dir, 'zipped.gz'), gzipSync(text))
    for (const name of ['plain', 'zipped.gz']) {
      expect(await conformed(readCases(join(dir, name)))).toEqual(['4 passed, 0 failed\n', 0])
    }
  })

  it('names the case, the field, both values', async () => {
    const probe = { va: '0x44000123', op: 'S1E1R', out: { pa: '0x44000000', attr: '0xff', sh: 2, par: '0x44000b00' } }
    const [text, status] = await conformed(lines(HEADER, { ...CASE, probes: [probe] }))
    expect(text).toBe('a/0 S1E1R 0x44000123: attr: expected 0xff, got 0x0\n0 passed, 1 failed\n')
    expect(status).toBe(1)
  })

  it('fills in a file without outcomes', async () => {
    const probes = CASE.probes.map(({ va, op }) => ({ va, op }))
    expect(await emitWalk(lines(HEADER, { ...CASE, probes }))).toBe(0)
    expect(JSON.parse(written)).toEqual({ id: 'a/0', probes: CASE.probes.map(({ out }) => ({ out })) })
  })

  it('emits what it accepts', async () => {
    await emitWalk(readCases(vectors('real')))
    const emitted = written.trimEnd().split('\n')
    const cases = []
    for await (const { value } of readCases(vectors('real'))) cases.push(value)
    const [header, ...rest] = cases as Record<string, unknown>[]
    const merged = rest.map((one, i) => {
      const { id, probes } = JSON.parse(emitted[i] as string) as { id: string; probes: object[] }
      expect(id).toBe(one.id)
      return { ...one, probes: (one.probes as object[]).map((probe, k) => ({ ...probe, ...probes[k] })) }
    })
    expect(await conformed(lines(header, ...merged))).toEqual(['2590 passed, 0 failed\n', 0])
  })

  it.each([
    ['no header', [CASE], /header first/],
    ['a header without RAM', [{ header: { ram: ['0x44000000'] } }], /header.ram to be a base and a size/],
    ['a case without id', [HEADER, { ...CASE, id: 3 }], /id to be a string/],
    ['an unaligned doubleword', [HEADER, { ...CASE, mem: { '0x4': '0x0' } }], /multiple of 8/],
    ['a register that is a number', [HEADER, { ...CASE, regs: { TCR_EL1: 3 } }], /regs.TCR_EL1/],
    ['an unknown operation', [HEADER, { ...CASE, probes: [{ va: '0x0', op: 'S1E2R', out: {} }] }], /'S1E2R'/],
    ['a case to fill in', [HEADER, { ...CASE, probes: [{ va: '0x0', op: 'S1E1R' }] }], /use --emit/],
  ])('refuses %s', async (_, values, problem) => {
    await expect(conformed(lines(...values))).rejects.toThrow(problem)
  })
})
