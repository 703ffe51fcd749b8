/** The simulator's client against servers that are right, or wrong in a chosen way. */

import net from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { Mssim, type MssimOptions } from '../../src/crb/mssim/index.ts'
import { Guest } from './bus.ts'
import { fromHex, getRandom, startup, toHex } from './tpm2.ts'

const FATAL = '00c40000000a00000009'
const OK = fromHex('00000000')
/** An answer of ten bytes, as SEND_COMMAND gives it. */
const ANSWER = fromHex('0000000a 80010000000a00000000 00000000')
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** Bytes to answer, nothing, or the end of the connection. */
type Reply = Uint8Array | 'hang' | 'close'

interface Simulator {
  readonly port: number
  /** Every segment that arrived: on the platform port, on the command port. */
  readonly log: string[]
}

async function simulator(command: Reply, platform: (signal: number) => Reply = () => OK): Promise<Simulator> {
  const log: string[] = []
  const listen = (port: number, name: string, reply: (segment: Buffer) => Reply): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = net.createServer((socket) => {
        socket.on('error', () => {})
        socket.on('data', (segment) => {
          log.push(`${name} ${segment.toString('hex')}`)
          const bytes = reply(segment)
          if (bytes === 'close') socket.destroy()
          else if (bytes !== 'hang') socket.write(bytes)
        })
        cleanups.push(() => socket.destroy())
      })
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port))
      cleanups.push(() => server.close())
    })
  for (let tries = 0; ; tries++) {
    const port = await listen(0, 'command', () => command)
    try {
      await listen(port + 1, 'platform', (segment) => platform(segment.readUInt32BE(0)))
      return { port, log }
    } catch (error) {
      if (tries > 20) throw error
    }
  }
}

async function guest(port: number, options: MssimOptions = {}): Promise<{ tpm: Mssim; g: Guest }> {
  const tpm = await Mssim.connect({ port, commandTimeout: 100, signalTimeout: 100, ...options })
  cleanups.push(() => tpm.close())
  return { tpm, g: new Guest({ tpm }) }
}

async function run(g: Guest, bytes: Uint8Array): Promise<string> {
  g.submit(bytes)
  while (g.read(0x4c) === 1) await new Promise((resolve) => setTimeout(resolve, 1))
  return toHex(g.answer())
}

describe('Mssim', () => {
  it('powers the TPM off and on, then sends commands at locality 0', async () => {
    const { port, log } = await simulator(ANSWER)
    const { g } = await guest(port)
    expect(await run(g, startup())).toBe('80010000000a00000000')
    expect(log).toEqual([
      'platform 00000002',
      'platform 00000001',
      'platform 0000000b',
      `command 00000008000000000c${toHex(startup())}`,
    ])
  })

  it('cancels by a signal that is taken back, and only while a command runs', async () => {
    const { port, log } = await simulator('hang')
    const { tpm, g } = await guest(port)
    tpm.cancel()
    g.submit(getRandom(4))
    g.write(0x48, 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(log.filter((line) => line.startsWith('platform')).slice(3)).toEqual([
      'platform 00000009',
      'platform 0000000a',
    ])
  })

  it.each<[string, Reply, string]>([
    ['ends the connection', 'close', 'closed'],
    ['never answers', 'hang', 'timeout'],
    ['declares an answer of 4 GiB', fromHex('ffffffff'), 'protocol'],
    ['answers more than it declares', fromHex('0000000a 80010000000a00000000 00000000 00'), 'protocol'],
    ['answers half', fromHex('0000000a 8001'), 'timeout'],
  ])('a simulator that %s: the fatal error, and resets complete', async (_, reply, code) => {
    const { port } = await simulator(reply)
    const told: string[] = []
    const { tpm, g } = await guest(port, { onError: (error) => told.push(error.code) })
    expect(await run(g, startup())).toBe(FATAL)
    expect([tpm.error?.code, told]).toEqual([code, [code]])
    await new Promise<void>((resolve) => g.crb.reset(resolve))
    expect(await run(g, startup())).toBe(FATAL)
  })

  it.each<[string, Reply, string]>([
    ['ends the connection', 'close', 'closed'],
    ['never answers', 'hang', 'timeout'],
    ['refuses', fromHex('00000001'), 'refused'],
    ['sends too much', fromHex('0000000000'), 'protocol'],
  ])('a platform port that %s: no connection', async (_, reply, code) => {
    const { port } = await simulator(ANSWER, () => reply)
    await expect(Mssim.connect({ port, signalTimeout: 50 })).rejects.toMatchObject({ name: 'TpmSocketError', code })
  })

  it.each<[MssimOptions, string]>([
    [{ port: 65_535 }, 'option'],
    [{ port: 1.5 }, 'option'],
    [{ commandTimeout: Number.NaN }, 'option'],
    [{ signalTimeout: -1 }, 'option'],
    [{ port: 1 }, 'connect'],
  ])('refuses %j', async (options, code) => {
    await expect(Mssim.connect(options)).rejects.toMatchObject({ name: 'TpmSocketError', code })
  })

  it('any bytes from the simulator: START falls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 40 }), async (bytes) => {
        const { port } = await simulator(bytes)
        const { g } = await guest(port, { commandTimeout: 20 })
        expect(await run(g, startup())).not.toBe('')
        for (const cleanup of cleanups.splice(0).reverse()) cleanup()
      }),
      { numRuns: 30 },
    )
  })
})
