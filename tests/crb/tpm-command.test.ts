/** `nisv tpm serve`, in this process. */

import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/cli/command.ts'
import { tpmCommand } from '../../src/cli/tpm.ts'
import { Mssim } from '../../src/crb/mssim/index.ts'
import { capturedStdout } from './stdout.ts'
import { getRandom, responseCode, toHex } from './tpm2.ts'

const stdout = capturedStdout()

/** Serves, has `client` use the port, and interrupts. */
async function serving(args: readonly string[], client: (port: number) => Promise<void>): Promise<number> {
  const served = tpmCommand.run(['serve', '--port', '0', ...args])
  while (!stdout.text.includes('TPM ready')) await new Promise((resolve) => setTimeout(resolve, 1))
  await client(Number(/port=(\d+)/.exec(stdout.text)?.[1]))
  process.emit('SIGTERM')
  return served
}

describe('nisv tpm serve', () => {
  it('serves a started TPM until it is interrupted', async () => {
    const status = await serving(['--startup'], async (port) => {
      const tpm = await Mssim.connect({ port })
      // The client powers the TPM off and on.
      const answer = await new Promise<Uint8Array | undefined>((done) => tpm.execute(getRandom(8), 0, done))
      expect(toHex(answer as Uint8Array)).toBe('80010000000a00000100')
      tpm.close()
    })
    expect([status, stdout.text.split(' ')[0]]).toEqual([0, 'TPM'])
  })

  it('serves a TPM behind another one, which may come and go', async () => {
    await serving([], async (port) => {
      stdout.text = ''
      await serving(['--tpm', `mssim:127.0.0.1:${port}`, '--reconnect', 'reset', '--startup'], async (second) => {
        const tpm = await Mssim.connect({ port: second })
        const answer = await new Promise<Uint8Array | undefined>((done) => tpm.execute(getRandom(8), 0, done))
        expect(responseCode(answer as Uint8Array)).toBe(0x100)
        tpm.close()
      })
    })
  })

  it.each([
    [[], "tpm takes 'serve'"],
    [['serve', '--protocol', 'tcp'], '--protocol is mssim or swtpm'],
    [['serve', '--port', 'x'], '--port is a number'],
    [['serve', '--tpm', 'none'], '--tpm is embedded, swtpm or mssim:HOST:PORT'],
    [['serve', '--state', '/tmp'], '--state goes with --tpm swtpm'],
    [['serve', '--reconnect', 'reset'], "--reconnect is off with this TPM, not 'reset'"],
    [['serve', '--tpm', 'swtpm', '--reconnect', 'on'], '--reconnect is off or reset or resume'],
    [['serve', '--tpm', 'mssim:localhost:1', '--reconnect', 'resume'], '--reconnect is off or reset with'],
  ])('%j is refused', async (args, problem) => {
    const error = await Promise.resolve(tpmCommand.run(args)).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toContain(problem)
  })
})
