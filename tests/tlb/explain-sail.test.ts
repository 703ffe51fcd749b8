/**
 * Explanations of the Sail model's cases: they tell of the walk as it was, and name the rule that the model's function has.
 */
import { describe, expect, it } from 'vitest'
import {
  Access,
  type ExplainedStep,
  type Explanation,
  explain,
  FaultKind,
  Translation,
  walk,
} from '../../src/tlb/index.ts'
import { beginProbe, machineOf, SAIL_FILES, sailCases } from './sail-cases.ts'
import { high, low } from './vector.ts'

/** Which of nisv's references go with the model's function that found a fault. */
const REFERENCES: Readonly<Record<string, RegExp>> = {
  AArch64_S1Translate: /S1TxSZFaults|VAIsOutOfRange|S1EPD|S1Translate|S1CheckPermissions/,
  AArch64_S2Translate: /S2InvalidSL|IPAIsOutOfRange|S2StartLevel|S2CheckPermissions/,
  AArch64_S1Walk: /S1EPD|S1Walk|S1TTBaseAddress|DecodeDescriptorType|BlockDescSupported|OAOutOfRange/,
  AArch64_S2Walk: /S2Walk|S2TTBaseAddress|DecodeDescriptorType|BlockDescSupported|OAOutOfRange/,
  AArch64_S1CheckPermissions: /S1CheckPermissions|S1DirectBase|S1IndirectBase|S1Overlay/,
  AArch64_S2CheckPermissions: /S2CheckPermissions|S2DirectBase|S2IndirectBase|S2Overlay/,
  AArch64_S1DisabledOutput: /S1DisabledOutput/,
  FetchDescriptor: /D9/,
  AArch64_MemSwapTableDesc: /D9/,
  AArch64_TranslateAddress: /D9/,
}

const stepsOf = (steps: readonly ExplainedStep[]): ExplainedStep[] =>
  steps.flatMap((step) => [...stepsOf(step.nested), step])

/** Each table is where the descriptor before it says: the fields are those that the walk took. */
function follow(told: Explanation): number {
  let followed = 0
  const chains = [told.steps.filter(({ stage }) => stage === 1), told.steps.filter(({ stage }) => stage === 2)]
  for (const step of told.steps) chains.push([...step.nested])
  for (const chain of chains) {
    for (const [i, step] of chain.entries()) {
      const next = chain[i + 1]
      if (step.kind !== 'table' || next === undefined) continue
      const table = step.fields.find(({ name }) => name === 'NextLevelTable')?.value as number
      const skl = step.fields.find(({ name }) => name === 'SKL')?.value ?? 0
      expect(next.level).toBe(step.level + 1 + skl)
      // A table of 64 KB granules with SKL may have 2^39 entries: its base is what the address has in common.
      expect(next.address).toBeGreaterThanOrEqual(table)
      followed++
    }
  }
  return followed
}

/** Of the repository's own cases some are enough; of others all. */
const LIMIT = process.env.NISV_SAIL_CASES === undefined ? 40 : Number.POSITIVE_INFINITY

describe.each(SAIL_FILES)('%s', (file) => {
  it('explained', () => {
    let explained = 0
    for (const one of sailCases(file).slice(0, LIMIT)) {
      const { regime, memory } = machineOf(one)
      for (const probe of one.probes) {
        const access = beginProbe(regime, probe) | Access.NO_UPDATE
        const va = BigInt(probe.va)
        explained++
        const told = explain(regime, memory, high(va), low(va), access)
        const out = new Translation()
        walk(regime, memory, high(va), low(va), access, out)
        expect(told.translation).toEqual(out)
        const steps = stepsOf(told.steps)
        expect(steps.length).toBe(out.reads - (out.fault === FaultKind.EXTERNAL_ON_WALK ? 1 : 0))
        const entries = [...steps.flatMap(({ granules }) => granules), ...told.granules]
        expect(entries.length).toBe(regime.granuleProtection.enabled ? out.granule.reads : 0)
        follow(told)
        const { text, reference } = told.rule
        const where = `${one.id} ${probe.va} ${probe.kind}: ${text}, ${reference}, ${probe.sail}`
        expect(text, where).not.toMatch(/undefined|NaN/)
        expect(JSON.stringify(told.registers) + JSON.stringify(steps), where).not.toMatch(/undefined|NaN/)
        // An access that has to set a flag may fault where a look does not. SKL of a TTBR can be too much for the model.
        const real = new Translation()
        walk(regime, memory, high(va), low(va), access & ~Access.NO_UPDATE, real)
        memory.changed.clear()
        if (probe.sail === undefined || real.fault !== out.fault || reference.includes('S1StartLevel')) continue
        expect(reference, where).toMatch(REFERENCES[probe.sail] ?? /nothing/)
      }
    }
    expect(explained).toBeGreaterThanOrEqual(20)
  })
})
