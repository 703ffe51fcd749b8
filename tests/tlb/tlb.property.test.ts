import { describe, expect, it } from 'vitest'
import { Regime } from '../../src/tlb/index.ts'
import { staleHistories, validatedHistories } from './tlb-history.ts'

/** Steps of each property; `scripts/tlb-histories.mjs` asks for more. */
const STEPS = Number(process.env.NISV_TLB_STEPS ?? 60_000)
const SEED = Number(process.env.NISV_TLB_SEED ?? 1)

describe('random histories of table edits, register changes, accesses and TLBI in every regime', () => {
  it('a validated TLB is no TLB: results, descriptors written', { timeout: 3_600_000 }, () => {
    const { accesses, hits, regimes } = validatedHistories(STEPS, SEED)
    expect(accesses).toBeGreaterThan(STEPS * 0.8)
    expect(hits).toBeGreaterThan(STEPS * 0.1)
    // EL3 is Root state, whose translations a TLB that validates does not keep.
    expect(Math.min(...regimes.slice(0, Regime.EL3))).toBeGreaterThan(STEPS * 0.004)
  })

  it('a plain hit is a translation of some state since the last TLBI that had to remove it', {
    timeout: 3_600_000,
  }, () => {
    const { hits, regimes, stale, short } = staleHistories(STEPS, SEED)
    expect(hits).toBeGreaterThan(STEPS * 0.1)
    expect(Math.min(...regimes)).toBeGreaterThan(STEPS * 0.004)
    // The histories reach stale entries; else the property would say nothing.
    expect(stale).toBeGreaterThan(STEPS * 0.01)
    expect(short).toBeGreaterThan(STEPS * 0.1)
  })
})
