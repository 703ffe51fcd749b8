/**
 * What the Sail model's cases in the repository depend on: with a feature taken from the CPU, or its bits from the registers,
 * so many of their results are others. A feature that no case depends on would be judged by none.
 */
import { describe, expect, it } from 'vitest'
import { type Features, Translation, walk } from '../../src/tlb/index.ts'
import { beginProbe, machineOf, type SailCase, sailCases } from './sail-cases.ts'
import { high, low } from './vector.ts'

/** What a program sees of each probe. */
function results(one: SailCase, features: Partial<Features> = {}): string[] {
  const { regime, memory } = machineOf(one, features)
  return one.probes.map((probe) => {
    const access = beginProbe(regime, probe)
    const out = new Translation()
    memory.changed.clear()
    walk(regime, memory, high(BigInt(probe.va)), low(BigInt(probe.va)), access, out)
    const kinds = [out.dirtyBit, out.overlay, out.topLevel, out.assuredOnly, out.noTagAccess, out.tagNotData]
    const fault = [out.fault, out.level, out.stage, out.s1ptw, out.write, ...kinds]
    const found = out.fault === 0 ? [out.pa, out.paspace, out.attr, out.sh, out.contiguous, out.notGlobal] : fault
    return [...found, ...[...memory.changed].flat()].join()
  })
}

const known = new Map<string, readonly (readonly [SailCase, readonly string[]])[]>()

function casesOf(rule: string): readonly (readonly [SailCase, readonly string[]])[] {
  let cases = known.get(rule)
  if (cases === undefined) {
    cases = sailCases(`${rule}.jsonl.gz`).map((one) => [one, results(one)] as const)
    known.set(rule, cases)
  }
  return cases
}

/** Results of some rules that the change makes others; a change that is none costs nothing. */
function different(rules: string, change: (one: SailCase) => SailCase, features?: Partial<Features>): number {
  let count = 0
  for (const [one, before] of rules.split(' ').flatMap(casesOf)) {
    const changed = change(one)
    if (changed === one && features === undefined) continue
    for (const [i, result] of results(changed, features).entries()) if (result !== before[i]) count++
  }
  return count
}

/** Bits of registers cleared, or `set`. */
function withBits(registers: string, bits: readonly number[], set: boolean): (one: SailCase) => SailCase {
  const mask = bits.reduce((all, n) => all | (1n << BigInt(n)), 0n)
  return (one) => {
    const regs = { ...one.regs }
    let same = true
    for (const name of registers.split(' ')) {
      const value = BigInt(regs[name] ?? 0)
      const next = set ? value | mask : value & ~mask
      if (regs[name] === undefined || next === value) continue
      regs[name] = `0x${next.toString(16)}`
      same = false
    }
    return same ? one : { ...one, regs }
  }
}

describe('results depend on each feature', () => {
  it.each<[keyof Features, string]>([
    ['granule4k', 'el10'],
    ['granule16k', 'el10'],
    ['granule64k', 'el10'],
    ['stage2Granule4k', 'stage2'],
    ['stage2Granule16k', 'stage2'],
    ['stage2Granule64k', 'stage2'],
    ['lpa2Granule4k', 'el10'],
    ['lpa2Granule16k', 'el10 el20'],
    ['stage2Lpa2Granule4k', 'sizes'],
    ['lva', 'sizes el10 el20 mixed nested ignoredTop'],
    ['lva3', 'large'],
    ['d128', 'descriptors128'],
    ['stage2D128', 'descriptors128stage2'],
    ['ttst', 'el10 el2 el20 el3 nested ignoredTop sizes'],
    ['accessFlag', 'tableAccessFlag'],
    ['haft', 'tableAccessFlag'],
    ['hpds', 'el10 el2 el20 el3 nested'],
    ['s1pie', 'indirection'],
    ['s2pie', 'indirection assured'],
    ['s1poe', 'overlay'],
    ['s2poe', 'overlay stage2leaf'],
    ['gcs', 'gcs mixed'],
    ['the', 'assured'],
    ['xs', 'stage2leaf'],
    ['fwb', 'stage2leaf tags stage2 secure'],
    ['e0pd', 'el10 el20 nested tags secure'],
    ['nv', 'nested'],
    ['vhe', 'el20'],
    ['sel2', 'secure'],
    ['rme', 'realm granules'],
    ['sve', 'tags'],
    ['mtx', 'tags'],
    ['pauth', 'ignoredTop'],
  ])('%s', (feature, rules) => {
    expect(different(rules, (one) => one, { [feature]: false })).toBeGreaterThanOrEqual(20)
  })
})

describe('results depend on each field', () => {
  const HALVES = 'TCR_EL1 TCR_EL2'
  it.each<[string, string, string, readonly number[]]>([
    ['EPDn', 'el10 el20 nested secure', HALVES, [7, 23]],
    ['E0PDn', 'el10 el20 nested tags secure', HALVES, [55, 56]],
    ['NFDn', 'tags', HALVES, [53, 54]],
    ['TBIn', 'ignoredTop', HALVES, [37, 38]],
    ['TBI', 'ignoredTop', 'TCR_EL2 TCR_EL3', [20]],
    ['TBIDn', 'ignoredTop', HALVES, [51, 52]],
    ['TBID', 'ignoredTop', 'TCR_EL2 TCR_EL3', [29]],
    ['HPDn', 'el10 el20 nested secure', HALVES, [41, 42]],
    ['HA, HD', 'tableAccessFlag', 'TCR_EL1', [39, 40]],
    ['DS', 'el10', 'TCR_EL1', [59]],
    ['HA, HD of stage 2', 'stage2leaf', 'VTCR_EL2', [21, 22]],
    ['DS of stage 2', 'sizes', 'VTCR_EL2', [32]],
    ['SL0', 'stage2', 'VTCR_EL2', [6, 7]],
    ['EPAN, WXN', 'el10 el2 el20 el3 nested secure ignoredTop', 'SCTLR_EL1 SCTLR_EL2 SCTLR_EL3', [57, 19]],
    ['EE', 'el10', 'SCTLR_EL1', [25]],
    ['EE of stage 2', 'stage2', 'SCTLR_EL2', [25]],
    ['C', 'el10 off', 'SCTLR_EL1', [2]],
    ['FWB', 'stage2leaf tags stage2 secure', 'HCR_EL2', [46]],
    ['PTW', 'stage2 overlay assured', 'HCR_EL2', [2]],
    ['DC', 'off', 'HCR_EL2', [12]],
    ['TGE', 'off', 'HCR_EL2', [27]],
    ['CD, ID', 'stage2leaf', 'HCR_EL2', [32, 33]],
    ['NV1', 'nested', 'HCR_EL2', [43]],
    ['E2H', 'el20', 'HCR_EL2', [34]],
    ['EEL2', 'secure', 'SCR_EL3', [18]],
    ['NSE', 'realm', 'SCR_EL3', [62]],
    ['GPC', 'granules', 'GPCCR_EL3', [16]],
    ['AssuredOnly', 'assured stage2leaf mixed', 'VTCR_EL2', [34]],
    ['TL0, TL1', 'assured', 'VTCR_EL2', [41, 35]],
    ['GCSH', 'stage2leaf', 'VTCR_EL2', [40]],
    ['PnCH', 'assured mixed', 'TCR2_EL1', [0]],
    ['HAFT', 'tableAccessFlag', 'TCR2_EL1', [11]],
    ['HAFT of stage 2', 'tableAccessFlag', 'VTCR_EL2', [44]],
    ['E0POE', 'overlay gcs', 'TCR2_EL1', [2]],
    ['POE', 'overlay gcs', 'TCR2_EL1', [3]],
    ['D128', 'descriptors128', 'TCR2_EL1', [5]],
    ['PIE of stage 2', 'indirection assured', 'VTCR_EL2', [36]],
    ['POE of stage 2', 'overlay stage2leaf', 'VTCR_EL2', [37]],
    ['D128 of stage 2', 'descriptors128stage2', 'VTCR_EL2', [38]],
    ['SKL', 'descriptors128', 'TTBR0_EL1 TTBR1_EL1', [1, 2]],
    ['SKL of stage 2', 'descriptors128stage2', 'VTTBR_EL2', [1, 2]],
    ['BADDR[51:48] of TTBR', 'sizes', 'TTBR0_EL1 TTBR0_EL2 VTTBR_EL2', [2, 3, 4, 5]],
    ['BADDR[55:48] of TTBR', 'large', 'TTBR0_EL1 TTBR1_EL1 VTTBR_EL2', [80, 81, 82, 83, 84, 85, 86, 87]],
  ])('%s', (_, rules, registers, bits) => {
    expect(different(rules, withBits(registers, bits, false))).toBeGreaterThanOrEqual(20)
  })

  it('hierarchical permissions', () => {
    const ignored = withBits(HALVES, [41, 42], true)
    expect(different('el10 el20 nested secure ignoredTop', ignored)).toBeGreaterThanOrEqual(20)
  })

  it('PSTATE.PAN', () => {
    const without = (one: SailCase): SailCase => {
      return { ...one, probes: one.probes.map(({ pan: _, ...probe }) => probe) }
    }
    expect(different('el10 el20 nested secure', without)).toBeGreaterThanOrEqual(20)
  })
})
