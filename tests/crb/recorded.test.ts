/** Answers from a recording. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordedTpm, RecordedTpmError } from '../../src/crb/recorded-tpm.ts'
import { response } from './backends.ts'
import { Guest } from './bus.ts'
import { fromHex, getRandom, startup, toHex } from './tpm2.ts'

const recording = [
  { req: startup(), rsp: fromHex('80010000000a00000000') },
  { req: getRandom(2), rsp: fromHex('80010000000e000000000002abcd') },
]

describe('RecordedTpm', () => {
  it('answers when released, START reading 1 until then', () => {
    const tpm = new RecordedTpm(recording)
    const g = new Guest({ tpm })
    for (const { req, rsp } of recording) {
      g.submit(req)
      expect([g.read(0x4c), tpm.waiting]).toEqual([1, true])
      expect(tpm.release()).toBe(true)
      expect([g.read(0x4c), toHex(g.answer())]).toEqual([0, toHex(rsp)])
    }
    expect([tpm.remaining, tpm.errors]).toEqual([0, []])
  })

  it('reports a differing command, with its place, and answers it all the same', () => {
    const seen: RecordedTpmError[] = []
    const tpm = new RecordedTpm(recording, { onError: (error) => seen.push(error) })
    const g = new Guest({ tpm })
    g.submit(startup(1))
    expect(tpm.release()).toBe(true)
    expect(toHex(g.answer())).toBe('80010000000a00000000')
    expect(seen).toEqual(tpm.errors)
    expect(seen[0]).toBeInstanceOf(RecordedTpmError)
    expect(seen[0]).toMatchObject({ code: 'request', exchange: 0 })
    expect(seen[0]?.message).toBe('exchange 0: the command differs at byte 11: expected 00 of 12, got 01 of 12')
  })

  it('notices a command that is longer or shorter', () => {
    for (const req of [startup().slice(0, 11), Uint8Array.of(...startup(), 0)]) {
      const tpm = new RecordedTpm([{ req, rsp: response(10) }])
      new Guest({ tpm }).submit(startup())
      expect(tpm.errors.map(({ code }) => code)).toEqual(['request'])
      expect(tpm.errors[0]?.message).toMatch(/the end/)
    }
  })

  it('gives no answer beyond the recording, so that the guest goes on with tpmSts', () => {
    const tpm = new RecordedTpm([])
    const g = new Guest({ tpm })
    g.submit(startup())
    expect([g.read(0x4c), g.read(0x44)]).toEqual([0, 1])
    expect(tpm.errors.map(({ code }) => code)).toEqual(['exhausted'])
  })

  it('reports an answer that is due without a command, also after a reset', () => {
    const tpm = new RecordedTpm(recording, { established: true })
    const g = new Guest({ tpm })
    expect(tpm.release()).toBe(false)
    g.submit(startup())
    g.crb.reset()
    expect(tpm.release()).toBe(false)
    expect(tpm.errors.map(({ code, exchange }) => [code, exchange])).toEqual([
      ['no-command', 0],
      ['no-command', 1],
    ])
    expect(g.read(0x00)).toBe(0x80)
  })

  it('never throws into the guest, whatever it sends and whatever the hook does', () => {
    const tpm = (): RecordedTpm =>
      new RecordedTpm([{ req: startup(), rsp: new Uint8Array(5) }], {
        onError: () => {
          throw new Error('hook')
        },
      })
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 10, maxLength: 40 }), { maxLength: 4 }), (commands) => {
        const recorded = tpm()
        const g = new Guest({ tpm: recorded })
        for (const command of commands) {
          g.submit(command)
          recorded.release()
          expect(g.read(0x4c)).toBe(0)
        }
      }),
    )
  })
})
