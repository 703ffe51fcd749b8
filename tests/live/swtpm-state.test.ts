/** A CRB's state with a real swtpm behind it: saved, restored into another swtpm, refused without harm. */

import { afterEach, beforeAll, expect, it } from 'vitest'
import { Swtpm } from '../../src/crb/swtpm/swtpm.ts'
import { Guest } from '../crb/bus.ts'
import { getRandom, pcrExtend, pcrRead, responseCode, startup, toHex } from '../crb/tpm2.ts'
import { requireSwtpm } from './swtpm-tool.ts'

const SHA256 = 0xb
const opened: Swtpm[] = []

beforeAll(requireSwtpm)
afterEach(async () => {
  for (const tpm of opened.splice(0)) await tpm.stop()
})

async function guest(): Promise<Guest> {
  const tpm = await Swtpm.spawn()
  opened.push(tpm)
  return new Guest({ tpm })
}

async function run(g: Guest, command: Uint8Array): Promise<Uint8Array> {
  g.submit(command)
  while (g.read(0x4c) === 1) await new Promise((resolve) => setTimeout(resolve, 1))
  return g.answer()
}

const pcr = async (g: Guest, n: number): Promise<string> => toHex((await run(g, pcrRead(SHA256, n))).subarray(-32))

it('PCRs and the right to go on without Startup move to another swtpm', async () => {
  const [a, b] = [await guest(), await guest()]
  await run(a, startup())
  expect(responseCode(await run(a, pcrExtend(10, SHA256, 'cd'.repeat(32))))).toBe(0)
  const value = await pcr(a, 10)
  a.submit(getRandom(8))
  const state = await a.crb.saveState() // waits for the command
  expect(state.tpm?.parts.map(({ name, data }) => [name, data.length > 1000])).toEqual([
    ['permanent', true],
    ['volatile', true],
    ['savestate', false],
  ])
  await b.crb.restore(await a.crb.save())
  expect(await pcr(b, 10)).toBe(value)
  expect(responseCode(await run(b, startup()))).toBe(0x100)
  // The first one is as it was.
  expect(await pcr(a, 10)).toBe(value)
})

it('blobs that libtpms refuses change neither TPM nor registers', async () => {
  const g = await guest()
  await run(g, startup())
  await run(g, pcrExtend(10, SHA256, '12'.repeat(32)))
  const value = await pcr(g, 10)
  const state = await g.crb.saveState()
  const garbage = (state.tpm?.parts ?? []).map((part) => ({ ...part, data: part.data.map((byte) => byte ^ 0x5a) }))
  for (const parts of [garbage, [], garbage.slice(1)]) {
    await expect(g.crb.restore({ ...state, tpm: { kind: 'swtpm', parts } })).rejects.toMatchObject({
      name: 'StateError',
    })
    expect(await pcr(g, 10)).toBe(value)
  }
  await g.crb.restore(state)
  expect(await pcr(g, 10)).toBe(value)
})
