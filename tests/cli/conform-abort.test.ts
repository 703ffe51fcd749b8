import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { conformAbort } from '../../src/cli/conform/abort.ts'
import { conformAccess } from '../../src/cli/conform/access.ts'
import { type CaseLine, readCases } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'

const KINDS = [
  ['abort', conformAbort],
  ['access', conformAccess],
] as const

function casesOf(kind: string): AsyncGenerator<CaseLine> {
  return readCases(fileURLToPath(new URL(`vectors/${kind}.jsonl.gz`, import.meta.url)))
}

/** The cases with one member of each outcome replaced. */
async function* altered(kind: string, change: (out: Record<string, unknown>) => unknown): AsyncGenerator<CaseLine> {
  for await (const line of casesOf(kind)) {
    const out = { ...(line.value.out as Record<string, unknown>) }
    if (change(out) !== false) yield { ...line, value: { ...line.value, out } }
  }
}

describe.each(KINDS)('nisv conform %s', (kind, conform) => {
  it('agrees with every case of the sample, each class by name', async () => {
    let text = ''
    const report = new Report((part) => {
      text += part
    })
    expect([await conform(casesOf(kind), report), text.match(/^.* expected .*$/m)?.[0]]).toEqual([0, undefined])
    expect(report.failed).toBe(0)
    expect(report.passed).toBeGreaterThan(400)
    for (const name of ['cas', 'casp', 'dczva', 'excl', 'imm9', 'lse', 'pair', 'simd_multi', 'uimm']) {
      expect(text).toMatch(new RegExp(`^${name}: [1-9]\\d* passed, 0 failed$`, 'm'))
    }
  })

  it('tells another FAR and another end', async () => {
    const far = new Report(() => {})
    const withFar = altered(kind, (out) => out.far !== undefined && Object.assign(out, { far: '0x1' }))
    expect(await conform(withFar, far)).toBe(1)
    expect([far.passed, far.failed > 50]).toEqual([0, true])
    const end = new Report(() => {})
    expect(
      await conform(
        altered(kind, (out) => Object.assign(out, { end: 'other' })),
        end,
      ),
    ).toBe(1)
    expect([end.passed, end.failed > 400]).toEqual([0, true])
  })

  it('wants outcomes', async () => {
    async function* none(): AsyncGenerator<CaseLine> {
      for await (const line of casesOf(kind)) yield { ...line, value: { ...line.value, out: undefined } }
    }
    await expect(conform(none(), new Report(() => {}))).rejects.toThrow(/has no outcome/)
  })
})

it('nisv conform access tells another byte, order, register and RAM word', async () => {
  const changes: readonly ((out: Record<string, unknown>) => unknown)[] = [
    (out) => {
      const list = out.accesses as [string, string, number, string][]
      if (out.end !== 'ok' || !list.some(([kind]) => kind === 'w')) return false
      out.accesses = list.map((a) => (a[0] === 'w' ? [a[0], a[1], a[2], `0x${(BigInt(a[3]) ^ 1n).toString(16)}`] : a))
      return true
    },
    (out) => {
      const list = out.accesses as readonly unknown[]
      out.accesses = [...list].reverse()
      return out.end === 'ok' && list.length > 1
    },
    (out) => {
      out.x = { ...(out.x as object), 7: '0x7' }
      return out.end === 'ok'
    },
    (out) => {
      out.ram = { ...(out.ram as object), '0x4a000000': '0x7' }
      return out.end === 'ok'
    },
  ]
  for (const change of changes) {
    const report = new Report(() => {})
    await conformAccess(altered('access', change), report)
    expect([report.passed, report.failed > 20]).toEqual([0, true])
  }
})

/** Cases under a header. */
async function* under(header: unknown, ...values: Record<string, unknown>[]): AsyncGenerator<CaseLine> {
  for (const value of [{ header }, ...values]) yield { file: 'any', line: 1, value }
}

describe('FEAT_LSE2 is that of the CPU in the header', () => {
  // LDUMINH W22, W16, [X3] and LDADD of QEMU 7.2, which has no FEAT_LSE2: unaligned within 16 bytes.
  const abort = {
    ...{ cls: 'lse', code: '78707076', x: { 3: '0xa000801' } },
    out: { end: 'EL1', ec: 37, esr: '0x96000021', far: '0xa000801' },
  }
  const access = {
    ...{ id: '0', cls: 'lse', alias: 'normal_nc', code: ['78707076'], x: { 3: '0x80201001' } },
    out: { end: 'exc', word: 0, ec: '0x25', esr: '0x96000021', far: '0x80201001', accesses: [] },
  }
  it.each([
    ['0x1010011', 0],
    ['0x1221011112011011', 1],
    [undefined, 1],
    ['not a number', 1],
  ])('ID_AA64MMFR2_EL1 %s: %i fails', async (mmfr2, failed) => {
    for (const [conform, one] of [[conformAbort, abort] as const, [conformAccess, access] as const]) {
      const report = new Report(() => {})
      expect(await conform(under({ id_regs: { ID_AA64MMFR2_EL1: mmfr2 } }, one), report)).toBe(failed)
      expect([report.passed, report.failed]).toEqual([1 - failed, failed])
    }
  })
})

it('an IPA above the 39 bits that stage 2 translates is a Translation fault of level 0', async () => {
  // LDTR W23, [X12, #-242] of QEMU 7.2; the last address below and the first above.
  const one = (x12: string, far: string, esr: string, hpfar: string): Record<string, unknown> => {
    const described = { isv: 1, wnr: 0, sas: 2, sse: 0, srt: 23, sf: 0, ar: 0 }
    const out = { end: 'EL2', ec: 36, esr, far, hpfar, fsc: Number(esr) & 63, ...described }
    return { cls: 'imm9', code: 'b850e197', x: { 12: x12 }, out }
  }
  const report = new Report(() => {})
  const cases = under(
    {},
    one('0x1abcc318272bd', '0x1abcc318271cb', '0x93970004', '0x1abcc318270'),
    one('0x80000000ee', '0x7ffffffffc', '0x93970005', '0x7ffffff0'),
    one('0x80000000f2', '0x8000000000', '0x93970004', '0x80000000'),
  )
  await conformAbort(cases, report)
  expect([report.passed, report.failed]).toEqual([3, 0])
})
