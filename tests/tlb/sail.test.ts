/**
 * Translations by Arm's own model, rule by rule: what `scripts/sail/walk.mjs` has made of the Sail pseudocode of arm-v9.4-a.
 */
import { describe, expect, it } from 'vitest'
import {
  type Descriptor128,
  encodePar,
  FaultKind,
  GranuleFault,
  Translation,
  type TranslationRegime,
  walk,
} from '../../src/tlb/index.ts'
import { beginProbe, hex, machineOf, type Probe, SAIL_FILES, sailCases } from './sail-cases.ts'
import { high, low } from './vector.ts'

const FAULTS: Readonly<Record<number, string>> = {
  [FaultKind.TRANSLATION]: 'translation',
  [FaultKind.PERMISSION]: 'permission',
  [FaultKind.ACCESS_FLAG]: 'access_flag',
  [FaultKind.ADDRESS_SIZE]: 'address_size',
  [FaultKind.EXTERNAL_ON_WALK]: 'external_on_walk',
  [FaultKind.GRANULE_PROTECTION_ON_WALK]: 'gpf_on_walk',
  [FaultKind.GRANULE_PROTECTION]: 'gpf',
}

const GRANULE_FAULTS: Readonly<Record<number, string>> = {
  [GranuleFault.WALK]: 'GPCF_Walk',
  [GranuleFault.ADDRESS_SIZE]: 'GPCF_AddressSize',
  [GranuleFault.FAIL]: 'GPCF_Fail',
  [GranuleFault.EXTERNAL]: 'GPCF_EABT',
}

const out = new Translation()
const par: Descriptor128 = { lo: 0, hi: 0, topLo: 0, topHi: 0 }

/** PAR_EL1 of an AT instruction, but for what is UNKNOWN. */
function parOf(regime: TranslationRegime, access: number, probe: Probe): Record<string, unknown> {
  encodePar(regime, access, out, par)
  const word = (top: number, bottom: number): bigint => (BigInt(top) << 32n) | BigInt(bottom)
  const unknown = BigInt((probe.out.unknown as string | undefined) ?? 0)
  const value = (word(par.topHi, par.topLo) << 64n) | word(par.hi, par.lo) | unknown
  return { par: hex(value), ...(unknown === 0n ? {} : { unknown: hex(unknown) }) }
}

function resultOf(): Record<string, unknown> {
  if (out.fault === FaultKind.NONE) {
    // PAR_EL1.NS and NSE where they are UNKNOWN are not what the model has: the space is.
    return { pa: hex(out.pa), paspace: out.paspace, attr: hex(out.attr), sh: out.sh }
  }
  const found: Record<string, unknown> = { fault: FAULTS[out.fault], level: out.level, stage: out.stage }
  if (out.fault === FaultKind.GRANULE_PROTECTION || out.fault === FaultKind.GRANULE_PROTECTION_ON_WALK) {
    Object.assign(found, { gpf: GRANULE_FAULTS[out.granule.fault], level: out.granule.level, pa: hex(out.pa) })
  }
  if (out.s1ptw) found.s1ptw = true
  if (out.write) found.wnr = true
  for (const name of ['dirtyBit', 'overlay', 'topLevel', 'assuredOnly', 'noTagAccess', 'tagNotData'] as const)
    if (out[name]) found[name] = true
  if (out.stage === 2) found.ipa = hex(out.ipa - (out.ipa % 0x1000))
  return found
}

describe.each(SAIL_FILES)('%s', (name) => {
  const cases = sailCases(name)

  it('as the model has it', () => {
    const wrong: unknown[] = []
    let seen = 0
    for (const one of cases) {
      const { regime, memory } = machineOf(one)
      for (const [i, probe] of one.probes.entries()) {
        seen++
        const access = beginProbe(regime, probe)
        const va = BigInt(probe.va)
        memory.changed.clear()
        walk(regime, memory, high(va), low(va), access, out)
        const at = probe.out.par !== undefined
        const got = at ? parOf(regime, access, probe) : resultOf()
        // From 2^53 on a number of nisv's is a multiple of 8.
        const want = { ...probe.out }
        if (out.pa >= 2 ** 53 && !at) want.pa = hex(BigInt(want.pa as string) & ~7n)
        const after = Object.fromEntries([...memory.changed].map(([pa, word]) => [hex(pa), hex(word)]))
        try {
          expect({ ...got, after }).toEqual({ ...want, after: probe.after ?? {} })
        } catch {
          wrong.push({ case: `${one.id}, probe ${i}`, ...probe, got, wantAfter: probe.after, after })
        }
      }
    }
    expect(
      wrong.length === 0 ? [] : [wrong.length, seen, ...wrong.slice(0, Number(process.env.NISV_SAIL_SHOW ?? 5))],
    ).toEqual([])
    expect(seen).toBeGreaterThanOrEqual(20)
  })
})
