import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCases } from '../../src/cli/conform/input.ts'
import { parseCase, parseHeader, type WalkHeader } from '../../src/cli/conform/walk-case.ts'
import { Access, explain, FETCH, LOAD, memoryType, STORE, sizeText, Translation, walk } from '../../src/tlb/index.ts'
import {
  ACCESS_FLAG,
  AP_EL0,
  AP_READ_ONLY,
  type Bench,
  BLOCK,
  L0,
  L1,
  L2,
  L3,
  onePage,
  PXN,
  TABLE,
  UXN,
} from './bench.ts'
import { high, low } from './vector.ts'

const told = (bench: Bench, va: bigint, access = LOAD) => {
  bench.regime.update()
  return explain(bench.regime, bench.memory, high(va), low(va), access)
}
const EL0 = Access.UNPRIVILEGED
/** Stage 2 with 4 KB pages, a 39-bit IPA and tables from level 1 at L0. */
const stage2 = (bench: Bench, ...hcr: bigint[]): Bench =>
  bench
    .set(
      'HCR_EL2',
      hcr.reduce((a, b) => a | b, 1n),
    )
    .set('VTCR_EL2', 25n | (1n << 6n) | (5n << 16n))
    .set('VTTBR_EL2', BigInt(L0))

describe('the rule that decided', () => {
  const rules: [name: string, bench: Bench, va: bigint, access: number, text: string][] = [
    ['a page', onePage(), 0x1000n, LOAD, 'the leaf permits the access'],
    ['stage 1 off', onePage().set('SCTLR_EL1', 0n), 0x1000n, LOAD, 'stage 1 is off: the address is the output address'],
    [
      'stage 1 off, beyond',
      onePage().set('SCTLR_EL1', 0n),
      1n << 60n,
      LOAD,
      'stage 1 is off and the address is beyond the PA size',
    ],
    ['invalid', onePage(), 0x3000n, LOAD, 'bit 0 of the descriptor is 0: invalid'],
    ['no block', onePage().put(L3, 1, 0x8000_0701n), 0x1000n, LOAD, 'there is no block at level 3 with this granule'],
    ['range', onePage(), 1n << 40n, LOAD, "the VA's upper bits are not all 0 down to bit 39 (TCR_EL1.T0SZ)"],
    ['EPD', onePage(0n, 1n << 7n), 0x1000n, LOAD, 'TCR_EL1.EPD0 is 1'],
    ['E0PD', onePage(0n, 1n << 55n), 0x1000n, LOAD | EL0, "TCR_EL1.E0PD0 is 1 and the access has EL0's permissions"],
    ['TxSZ', onePage().set('TCR_EL1', 63n), 0x1000n, LOAD, 'TCR_EL1.T0SZ is out of range'],
    ['AF', onePage().put(L3, 1, 0x8000_0703n & ~ACCESS_FLAG), 0x1000n, LOAD, 'AF is 0 and hardware does not manage it'],
    [
      'IPS',
      onePage(1n << 47n).set('TCR_EL1', 25n),
      0x1000n,
      LOAD,
      'the address in the descriptor is beyond TCR_EL1.IPS',
    ],
    [
      'TTBR',
      onePage()
        .set('TCR_EL1', 25n)
        .set('TTBR0_EL1', 1n << 47n),
      0x1000n,
      LOAD,
      "the first table's address is beyond TCR_EL1.IPS",
    ],
    [
      'no memory',
      onePage().put(L2, 0, 0x100_0003n),
      0x1000n,
      LOAD,
      'no memory at 0x1000008, where the descriptor should be',
    ],
    ['EL0', onePage(), 0x1000n, LOAD | EL0, 'AP[1] is 0 or APTable[0] is 1: EL0 has no access'],
    ['AP', onePage(AP_READ_ONLY), 0x1000n, STORE, 'AP[2] is 1 or APTable[1] is 1: read-only'],
    [
      'PAN',
      onePage(AP_EL0),
      0x1000n,
      LOAD | Access.PAN,
      'PSTATE.PAN is 1 and EL0 may access the page (with EPAN: execute it)',
    ],
    ['PXN', onePage(PXN), 0x1000n, FETCH, 'PXN is 1: EL1 does not execute it'],
    [
      'PXNTable',
      onePage().put(L2, 0, BigInt(L3) | TABLE | (1n << 59n)),
      0x1000n,
      FETCH,
      'PXNTable is 1: EL1 does not execute it',
    ],
    ['UXN', onePage(UXN | AP_EL0), 0x1000n, FETCH | EL0, 'UXN is 1: EL0 does not execute it'],
    ['EL0 writes', onePage(AP_EL0), 0x1000n, FETCH, 'EL0 can write the page: EL1 does not execute it'],
    ['WXN', onePage().set('SCTLR_EL1', 0x8_1005n), 0x1000n, FETCH, 'SCTLR_EL1.WXN is 1 and EL1 can write the page'],
    ['stage 2 walk', stage2(onePage()), 0x1000n, LOAD, 'bit 0 of the descriptor is 0: invalid'],
    [
      'S2AP',
      stage2(onePage())
        .put(L0, 1, 0x4000_0000n | 0x43dn)
        .put(L0, 2, 0x8000_0000n | 0x47dn),
      0x1000n,
      LOAD,
      'stage 2 refuses the walk of stage 1',
    ],
    [
      'S2AP write',
      stage2(onePage())
        .put(L0, 1, 0x4000_0000n | 0x47dn)
        .put(L0, 2, 0x8000_0000n | 0x47dn),
      0x1000n,
      STORE,
      'S2AP refuses the access',
    ],
    [
      'XN',
      stage2(onePage())
        .put(L0, 1, 0x4000_0000n | 0x47dn)
        .put(L0, 2, 0x8000_0000n | 0x47dn | UXN),
      0x1000n,
      FETCH,
      'XN refuses the fetch',
    ],
    [
      'PTW',
      stage2(onePage(), 4n).put(L0, 1, 0x4000_0000n | 0x4c1n),
      0x1000n,
      LOAD,
      'HCR_EL2.PTW is 1 and the stage 1 table is in Device memory',
    ],
    ['IPA', stage2(onePage().set('SCTLR_EL1', 0n)), 1n << 41n, LOAD, 'the IPA has more than 39 bits (VTCR_EL2.T0SZ)'],
    [
      'SL0',
      stage2(onePage()).set('VTCR_EL2', 25n | (3n << 6n)),
      0x1000n,
      LOAD,
      'VTCR_EL2.T0SZ, SL0 or SL2 is not a legal start',
    ],
    [
      'both',
      stage2(onePage())
        .put(L0, 1, 0x4000_0000n | 0x4fdn)
        .put(L0, 2, 0x8000_0000n | 0x4fdn),
      0x1000n,
      LOAD,
      'the leaf permits the access at both stages',
    ],
  ]

  it.each(rules)('%s', (_, bench, va, access, text) => {
    const { rule } = told(bench, va, access)
    expect(rule.text).toBe(text)
    expect(rule.reference).toMatch(/^\S.*(D8\.\d)$/)
  })
})

describe('the steps', () => {
  it('are the descriptors in order, with their fields', () => {
    const { steps } = told(onePage(PXN), 0x1000n)
    expect(steps.map(({ stage, level, pa, kind }) => [stage, level, pa, kind])).toEqual([
      [1, 1, L1, 'table'],
      [1, 2, L2, 'table'],
      [1, 3, L3 + 8, 'page'],
    ])
    const fields = new Map(steps[2]?.fields.map((f) => [f.name, f]))
    expect(fields.get('OutputAddress')).toEqual({
      name: 'OutputAddress',
      bits: '[47:12]',
      value: 0x8000_0000,
      meaning: '4 KiB at 0x80000000',
    })
    expect(fields.get('PXN')).toEqual({ name: 'PXN', bits: '[53]', value: 1, meaning: 'EL1 executes nothing' })
    expect(fields.get('SH')?.meaning).toBe('Inner Shareable')
  })

  it("nest stage 2's reads under the stage 1 descriptor that they find", () => {
    const bench = stage2(onePage())
      .put(L0, 1, 0x4000_0000n | 0x4fdn)
      .put(L0, 2, BigInt(L0 + 0x1000) | TABLE)
    const { steps, translation } = told(bench.put(L0 + 0x1000, 0, 0x9000_0000n | 0x4fdn), 0x1000n)
    expect(steps.map((s) => [s.stage, s.level, s.nested.length])).toEqual([
      [1, 1, 1],
      [1, 2, 1],
      [1, 3, 1],
      [2, 1, 0],
      [2, 2, 0],
    ])
    expect(steps[0]?.nested[0]).toMatchObject({ stage: 2, level: 1, pa: L0 + 8, kind: 'block' })
    expect(translation.pa).toBe(0x9000_0000)
  })

  it('change nothing in memory', () => {
    const bench = onePage(0n, (1n << 39n) | (1n << 40n)).put(L3, 1, 0x8000_0303n | AP_READ_ONLY | (1n << 51n))
    expect(told(bench, 0x1000n, STORE).translation.updates).toBe(3)
    expect(bench.memory.written.size).toBe(0)
  })

  it('know blocks', () => {
    const { steps } = told(onePage().put(L2, 0, 0x8000_0000n | BLOCK), 0x1000n)
    expect(steps.at(-1)?.kind).toBe('block')
    expect(steps.at(-1)?.fields[1]?.meaning).toBe('2 MiB at 0x80000000')
  })
})

describe('explain and walk', () => {
  it.each(['at', 'real', 'pie'])('agree on walk-%s: result and every read', async (name) => {
    let header: WalkHeader | undefined
    const count = (steps: readonly { nested: readonly unknown[] }[]): number =>
      steps.reduce((n, step) => n + 1 + step.nested.length, 0)
    let probes = 0
    for await (const line of readCases(fileURLToPath(new URL(`vectors/walk-${name}.jsonl.gz`, import.meta.url)))) {
      if (header === undefined) {
        header = parseHeader(line, 'architecture')
        continue
      }
      const one = parseCase(line, header)
      for (const { vaHi, vaLo, access } of one.probes) {
        const debug = access | Access.NO_UPDATE
        const out = new Translation()
        walk(one.regime, one.memory, vaHi, vaLo, debug, out)
        const { translation, steps, rule } = explain(one.regime, one.memory, vaHi, vaLo, access)
        expect(translation).toEqual(out)
        // A read that failed is counted by the walk, and is no step.
        expect(count(steps)).toBe(out.reads - (out.fault === 5 ? 1 : 0))
        expect(rule.text).not.toBe('')
        probes++
      }
    }
    expect(probes).toBeGreaterThan(2500)
  })
})

describe('words', () => {
  it.each([
    [0x00, '0x00, Device-nGnRnE'],
    [0x0c, '0x0c, Device-GRE'],
    [0x44, '0x44, Normal Non-cacheable'],
    [0xf0, '0xf0, Normal Write-Back, Tagged'],
    [0xe0, '0xe0, Normal Write-Back, Tagged, no tag access'],
    [0x4f, '0x4f, Normal Outer Non-cacheable, Inner Write-Back'],
    [0xbb, '0xbb, Normal Write-Through'],
  ])('%i', (attr, text) => {
    expect(memoryType(attr)).toBe(text)
  })

  it.each([
    [12, '4 KiB'],
    [21, '2 MiB'],
    [29, '512 MiB'],
    [42, '4 TiB'],
  ])('2^%i bytes', (log2, text) => {
    expect(sizeText(log2)).toBe(text)
  })
})
