/**
 * Random schedules: swtpm and the simulator are killed, stopped, or made to answer garbage at each step of a command. The
 * guest always sees START fall and resets complete, and finds what was answered where the policy says that it is kept.
 *
 * `NISV_SCHEDULES=N` plays N in place of 1,000; `NISV_SEED=S` begins at seed S. A failure prints its seed.
 */

import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, runSchedule } from './schedules/schedule.ts'
import { makeTemplate, type WorldName } from './schedules/worlds.ts'
import { requireSwtpm } from './swtpm-tool.ts'

const COUNT = Number(process.env.NISV_SCHEDULES ?? 1000)
// Other seeds every day.
const FIRST = Number(process.env.NISV_SEED ?? Math.floor(Date.now() / 86_400_000) * 10_000)
/** Schedules at a time: most of one is waiting. */
const LANES = 6

let template = ''
beforeAll(async () => {
  requireSwtpm()
  template = await makeTemplate()
})
afterAll(() => {
  if (template !== '') rmSync(template, { recursive: true, force: true })
})

async function play(count: number, worlds: readonly WorldName[]): Promise<{ outcomes: Outcome[]; failures: string[] }> {
  const outcomes: Outcome[] = []
  const failures: string[] = []
  let next = FIRST
  const lane = async (): Promise<void> => {
    while (next < FIRST + count && failures.length < 10) {
      const seed = next++
      try {
        outcomes.push(await runSchedule(seed, worlds, template))
      } catch (error) {
        failures.push(`seed ${seed} of ${worlds}: ${error instanceof Error ? error.stack : error}`)
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { outcomes, failures }
}

/** How often each value occurs. */
function census(outcomes: readonly Outcome[], of: (outcome: Outcome) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[of(outcome)] = (counts[of(outcome)] ?? 0) + 1
  return counts
}

describe('schedules in which the TPM fails', () => {
  it(`${COUNT} with swtpm: nothing hangs, nothing answered is lost`, async () => {
    const { outcomes, failures } = await play(COUNT, ['spawn', 'connect', 'connect'])
    expect(failures).toEqual([])
    if (process.env.NISV_CENSUS !== undefined) {
      console.log(census(outcomes, ({ world, policy }) => `${world} ${policy}`))
      console.log(census(outcomes, ({ fault, hit }) => `${fault}${hit === undefined ? '' : ' hit'}`))
      console.log(census(outcomes, ({ during }) => during))
      console.log(census(outcomes, ({ hit }) => hit ?? 'none'))
    }
    // The schedules are worth something: with resume most guests never noticed, with the others most did.
    const resumed = outcomes.filter(({ policy, reconnections }) => policy === 'resume' && reconnections > 0)
    expect(resumed.filter(({ fatal }) => fatal === 0).length).toBeGreaterThan(resumed.length * 0.6)
    const others = outcomes.filter(({ policy }) => policy !== 'resume')
    expect(others.filter(({ fatal }) => fatal > 0).length).toBeGreaterThan(others.length * 0.3)
  }, 600_000)

  it(`${COUNT / 4} with a simulator: nothing hangs, resets bring it back`, async () => {
    const { outcomes, failures } = await play(COUNT / 4, ['mssim'])
    expect(failures).toEqual([])
    expect(outcomes.filter(({ fatal }) => fatal > 0).length).toBeGreaterThan(outcomes.length * 0.2)
  }, 600_000)
})
