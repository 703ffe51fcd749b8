/**
 * Random schedules: swtpm and the simulator are killed, stopped, or made to answer garbage at each step of a command. The
 * guest always sees START fall and resets complete, and finds what was answered where the policy says that it is kept.
 *
 * `NISV_SCHEDULES=N` plays N in place of 1,000; `NISV_SEED=S` begins at seed S. A failure prints its seed.
 */

import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAULTS } from './schedules/proxy.ts'
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

/** Every fault there is, and every request that a client makes: STOP, INIT, blobs and the rest, and TPM commands. */
const EVERY_FAULT = Object.entries(FAULTS).flatMap(([at, names]) => names.map((name) => `${at} ${name}`))
const EVERY_REQUEST = ['02', '04', '05', '0c', '0d', '0e', '11'].map((code) => `control 000000${code}`)
EVERY_REQUEST.push('data 80010000', 'data 80020000')

describe('schedules in which the TPM fails', () => {
  it(`${COUNT} with swtpm: nothing hangs, nothing answered is lost`, async () => {
    const { outcomes, failures } = await play(COUNT, ['spawn', 'connect', 'connect'])
    expect(failures).toEqual([])
    if (COUNT >= 1000) {
      const hits = outcomes.filter(({ hit }) => hit !== undefined)
      expect(hits.map(({ fault }) => fault)).toEqual(expect.arrayContaining(EVERY_FAULT))
      expect(hits.map(({ hit }) => hit)).toEqual(expect.arrayContaining(EVERY_REQUEST))
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
