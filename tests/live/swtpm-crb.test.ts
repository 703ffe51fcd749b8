/** A guest drives the CRB's registers, a real swtpm answers. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SocketAddress } from '../../src/crb/socket/channel.ts'
import { Swtpm } from '../../src/crb/swtpm/swtpm.ts'
import { Guest } from '../crb/bus.ts'
import { getRandom, pcrExtend, pcrRead, responseCode, startup, toHex } from '../crb/tpm2.ts'
import { requireSwtpm } from './swtpm-tool.ts'

const FATAL = '00c40000000a00000009'
const SHA256 = 0xb
const cleanups: (() => void | Promise<void>)[] = []

beforeAll(requireSwtpm)
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function stateDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'nisv-live-'))
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function spawned(options: Parameters<typeof Swtpm.spawn>[0] = {}): Promise<{ tpm: Swtpm; g: Guest }> {
  const tpm = await Swtpm.spawn(options)
  cleanups.push(() => tpm.stop())
  return { tpm, g: new Guest({ tpm }) }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends a command through the registers and polls START. */
async function run(g: Guest, command: Uint8Array): Promise<Uint8Array> {
  g.submit(command)
  while (g.read(0x4c) === 1) await sleep(1)
  return g.answer()
}

const ok = async (g: Guest, command: Uint8Array): Promise<Uint8Array> => {
  const answer = await run(g, command)
  expect(responseCode(answer)).toBe(0)
  return answer
}
const pcr = async (g: Guest, n: number): Promise<string> => toHex((await ok(g, pcrRead(SHA256, n))).subarray(-32))
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the CRB on a swtpm of our own', () => {
  it('gets random bytes, extends and reads a PCR', async () => {
    const { g } = await spawned()
    expect(g.read(0x00)).toBe(0x81)
    await ok(g, startup())
    const [a, b] = [await ok(g, getRandom(16)), await ok(g, getRandom(16))]
    expect([a.length, b.length]).toEqual([28, 28])
    expect(toHex(a)).not.toBe(toHex(b))
    expect(await pcr(g, 16)).toBe('00'.repeat(32))
    await ok(g, pcrExtend(16, SHA256, 'ab'.repeat(32)))
    // SHA-256 of 32 zeros and 32 bytes 0xab.
    expect(await pcr(g, 16)).toBe('debb3e7acfff6dd18d501042273629f0b79cb206bb8c24f59f62ddb80849403b')
  })

  it('keeps stored state over a kill -9, and only once', async () => {
    const dir = stateDir()
    const first = await spawned({ stateDir: dir })
    await ok(first.g, startup())
    await ok(first.g, pcrExtend(10, SHA256, 'cd'.repeat(32)))
    const value = await pcr(first.g, 10)
    await first.tpm.storeVolatile()
    process.kill(first.tpm.pid as number, 'SIGKILL')
    while (first.tpm.error === undefined) await sleep(1)

    const second = await spawned({ stateDir: dir, resume: true })
    expect(await pcr(second.g, 10)).toBe(value)
    expect(responseCode(await run(second.g, startup()))).toBe(0x100)
    expect(readdirSync(dir)).not.toContain('tpm2-00.volatilestate')
  })

  it('gives the fatal error after a kill -9 with a command under way, and completes a reset', async () => {
    const { tpm, g } = await spawned()
    await ok(g, startup())
    process.kill(tpm.pid as number, 'SIGSTOP')
    g.submit(getRandom(8))
    await sleep(20)
    expect(g.read(0x4c)).toBe(1)
    process.kill(tpm.pid as number, 'SIGKILL')
    while (g.read(0x4c) === 1) await sleep(1)
    expect([g.read(0x44) & 1, toHex(g.answer())]).toEqual([1, FATAL])
    await new Promise<void>((resolve) => g.crb.reset(resolve))
    expect([g.read(0x44), tpm.error?.code]).toEqual([2, 'closed'])
    expect(toHex(await run(g, getRandom(4)))).toBe(FATAL)
  })

  it('gives the fatal error when swtpm stops answering', async () => {
    const { tpm, g } = await spawned({ commandTimeout: 200 })
    await ok(g, startup())
    process.kill(tpm.pid as number, 'SIGSTOP')
    expect(toHex(await run(g, getRandom(4)))).toBe(FATAL)
    expect(tpm.error?.code).toBe('timeout')
    tpm.close()
  })

  it('powers the TPM off and on by a device reset, even with state stored', async () => {
    const { tpm, g } = await spawned()
    await ok(g, startup())
    await ok(g, pcrExtend(16, SHA256, '11'.repeat(32)))
    await tpm.storeVolatile()
    await new Promise<void>((resolve) => g.crb.reset(resolve))
    expect(responseCode(await run(g, getRandom(4)))).toBe(0x100)
    await ok(g, startup())
    expect(await pcr(g, 16)).toBe('00'.repeat(32))
  })

  it('refuses odd sizes with the codes of libtpms, without losing step', async () => {
    const { g } = await spawned()
    await ok(g, startup())
    for (const [declared, code] of [
      [13, 0x95],
      [3968, 0x95],
      [3969, 0x142],
    ] as const) {
      const command = getRandom(8)
      new DataView(command.buffer).setUint32(2, declared)
      expect([declared, responseCode(await run(g, command))]).toEqual([declared, code])
    }
    await ok(g, getRandom(8))
  })

  it('leaves no process and no file behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('nisv-swtpm-'))
    for (const end of ['stop', 'close'] as const) {
      const { tpm } = await spawned()
      const pid = tpm.pid as number
      expect(alive(pid)).toBe(true)
      await tpm[end]()
      while (alive(pid)) await sleep(1)
    }
    await sleep(20)
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('nisv-swtpm-'))).toEqual(before)
  })
})

describe('the CRB on a swtpm of the user', () => {
  /** Starts `swtpm socket` as a user would. */
  function start(dir: string, server: string, control: string): ChildProcess {
    const args = ['socket', '--tpm2', '--tpmstate', `dir=${dir}`, '--server', server, '--ctrl', control]
    const child = spawn('swtpm', args, { stdio: 'ignore' })
    cleanups.push(() => void child.kill('SIGKILL'))
    return child
  }

  async function connected(data: SocketAddress, control: SocketAddress): Promise<Swtpm> {
    for (let tries = 0; ; tries++) {
      try {
        return await Swtpm.connect({ data, control })
      } catch (error) {
        if (tries === 200) throw error
        await sleep(10)
      }
    }
  }

  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as net.AddressInfo
        server.close(() => resolve(port))
      })
    })

  it('speaks over unix sockets, and again after the first client has gone', async () => {
    const dir = stateDir()
    const [data, control] = [{ path: join(dir, 'd') }, { path: join(dir, 'c') }]
    start(dir, `type=unixio,path=${data.path}`, `type=unixio,path=${control.path}`)
    for (let client = 0; client < 2; client++) {
      const tpm = await connected(data, control)
      const g = new Guest({ tpm })
      await ok(g, startup())
      expect((await ok(g, getRandom(8))).length).toBe(20)
      await tpm.stop()
    }
  })

  it('speaks over TCP', async () => {
    const [data, control] = [await freePort(), await freePort()]
    start(stateDir(), `type=tcp,port=${data}`, `type=tcp,port=${control}`)
    const tpm = await connected({ port: data }, { port: control, host: '127.0.0.1' })
    const g = new Guest({ tpm })
    await ok(g, startup())
    expect((await ok(g, getRandom(32))).length).toBe(44)
    tpm.close()
  })
})
