/** Saving while a command runs, and what comes in between. */

import { describe, expect, it } from 'vitest'
import type { TpmBackend } from '../../src/crb/backend.ts'
import { decodeCrbState } from '../../src/crb/state/record.ts'
import { ManualTpm, response } from './backends.ts'
import { stateFailure as failure, Guest } from './bus.ts'
import { getRandom, toHex } from './tpm2.ts'

describe('saving under a running command', () => {
  function running(): { tpm: ManualTpm; g: Guest } {
    const tpm = new ManualTpm()
    const g = new Guest({ tpm })
    g.submit(getRandom(8))
    expect(g.read(0x4c)).toBe(1)
    return { tpm, g }
  }

  it('waits for its answer', async () => {
    const { tpm, g } = running()
    let record: Uint8Array | undefined
    const saving = g.crb.save().then((bytes) => {
      record = bytes
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(record).toBeUndefined()
    tpm.answers[0]?.(response(12))
    await saving
    const state = decodeCrbState(record as unknown as Uint8Array)
    expect([state.registers[0x4c >> 2], toHex(state.buffer.subarray(0, 6)), state.tpm]).toEqual([
      0,
      '80010000000c',
      undefined,
    ])
    expect(tpm.calls).not.toContain('cancel')
  })

  it('never has START set, however soon the guest starts the next one', async () => {
    for (let hops = 0; hops < 12; hops++) {
      const { tpm, g } = running()
      const saving = g.crb.save()
      await new Promise((resolve) => setTimeout(resolve, 1))
      tpm.answers[0]?.(response(12))
      for (let hop = 0; hop < hops; hop++) await Promise.resolve()
      g.submit(getRandom(9))
      await new Promise((resolve) => setTimeout(resolve, 1))
      expect(g.read(0x4c)).toBe(1)
      tpm.answers[1]?.(response(14))
      const { registers, buffer } = decodeCrbState(await saving)
      // The state is of before the second command, or of after it.
      expect([hops, registers[0x4c >> 2], buffer[5] === 12 || buffer[5] === 14]).toEqual([hops, 0, true])
    }
  })

  it('cancels it on request', async () => {
    const { tpm, g } = running()
    const saving = g.crb.save({ running: 'cancel' })
    expect(tpm.calls).toContain('cancel')
    tpm.answers[0]?.(undefined)
    expect(decodeCrbState(await saving).registers[0x44 >> 2]).toBe(1)
  })

  it('ends with a reset, which drops the command', async () => {
    const { tpm, g } = running()
    const saving = g.crb.save()
    g.crb.reset()
    tpm.ready[0]?.()
    expect(decodeCrbState(await saving).registers[0x44 >> 2]).toBe(2)
  })

  /** A TPM that saves when the test says so. */
  class SlowTpm extends ManualTpm implements TpmBackend {
    settle: ((error?: Error) => void)[] = []
    saveState(): Promise<{ kind: string; parts: [] }> {
      return new Promise((resolve, reject) => {
        this.settle.push((error) => (error ? reject(error) : resolve({ kind: 'slow', parts: [] })))
      })
    }
    loadState(): Promise<void> {
      return this.saveState().then(() => undefined)
    }
  }
  const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

  it('holds a command that the guest starts meanwhile', async () => {
    const tpm = new SlowTpm()
    const g = new Guest({ tpm })
    const saving = g.crb.save()
    await soon()
    g.submit(getRandom(8))
    expect([g.read(0x4c), tpm.commands.length]).toEqual([1, 0])
    tpm.settle[0]?.()
    expect(decodeCrbState(await saving).registers[0x4c >> 2]).toBe(0)
    await soon()
    expect(tpm.commands.map(toHex)).toEqual([toHex(getRandom(8))])
  })

  it('is interrupted by a reset, and reports a TPM that fails', async () => {
    const tpm = new SlowTpm()
    const g = new Guest({ tpm })
    const saving = g.crb.save()
    await soon()
    g.crb.reset()
    tpm.ready[0]?.()
    tpm.settle[0]?.()
    expect((await failure(saving)).code).toBe('interrupted')
    const again = g.crb.save()
    await soon()
    tpm.settle[1]?.(new Error('no disk'))
    expect((await failure(again)).message).toBe("section 'tpm ': the TPM's state could not be saved: no disk")
    const good = g.crb.save()
    await soon()
    tpm.settle[2]?.()
    const record = await good
    const loading = g.crb.restore(record)
    await soon()
    g.submit(getRandom(8))
    tpm.settle[3]?.(new Error('no key'))
    expect((await failure(loading)).message).toContain('could not be loaded: no key')
    await soon()
    // The command that was held runs after the failed restore.
    expect(tpm.commands.length).toBe(1)
    tpm.answers[0]?.(response(10))
    const interrupted = g.crb.restore(record)
    await soon()
    g.crb.reset()
    tpm.ready[1]?.()
    tpm.settle[4]?.()
    expect((await failure(interrupted)).code).toBe('interrupted')
  })
})
