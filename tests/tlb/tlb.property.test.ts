import { describe, expect, it } from 'vitest'
import { staleHistories, validatedHistories } from './tlb-history.ts'

/** Steps of each property; `scripts/tlb-histories.mjs` asks for more. */
const STEPS = Number(process.env.NISV_TLB_STEPS ?? 60_000)
const SEED = Number(process.env.NISV_TLB_SEED ?? 1)

describe('random histories of table edits, register changes, accesses and TLBI', () => {
  it('a validated TLB is no TLB: results, descriptors written', { timeout: 3_600_000 }, () => {
    const { accesses, hits } = validatedHistories(STEPS, SEED)
    expect(accesses).toBeGreaterThan(STEPS * 0.8)
    expect(hits).toBeGreaterThan(STEPS * 0.12)
  })

  it('a plain hit is a translation of some state since the last TLBI that had to remove it', {
    timeout: 3_600_000,
  }, () => {
    const { hits, stale, short } = staleHistories(STEPS, SEED)
    expect(hits).toBeGreaterThan(STEPS * 0.12)
    // The histories reach stale entries; else the property would say nothing.
    expect(stale).toBeGreaterThan(STEPS * 0.01)
    expect(short).toBeGreaterThan(STEPS * 0.1)
  })
})
