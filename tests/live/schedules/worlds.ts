/** Where a schedule plays: a TPM behind a CRB, and the means to make it fail. */

import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TpmBackend } from '../../../src/crb/backend.ts'
import { TpmCrb } from '../../../src/crb/device.ts'
import { EmbeddedTpm } from '../../../src/crb/embedded/embedded-tpm.ts'
import { Mssim } from '../../../src/crb/mssim/index.ts'
import { TpmServer } from '../../../src/crb/serve/index.ts'
import { Swtpm, type SwtpmOptions, type SwtpmReconnect } from '../../../src/crb/swtpm/index.ts'
import { responseCode, startup } from '../../crb/tpm2.ts'
import { defineNv, writeNv } from './model.ts'
import { FaultProxy, type Server } from './proxy.ts'
import { SwtpmServer } from './swtpm-server.ts'

export type WorldName = 'spawn' | 'connect' | 'mssim'
export type Random = (n: number) => number

/** Time limits of the clients, milliseconds: a swtpm is started within the second one. */
const COMMAND_MS = 80
const CONTROL_MS = 250
/** What the template's NV index has. */
export const NV_VALUE = '00112233aabbccdd'

export interface World {
  readonly tpm: TpmBackend & { readonly error: Error | undefined }
  /** Absent where the client starts swtpm itself and talks to it directly. */
  readonly proxy: FaultProxy | undefined
  readonly server: Server
  readonly hasNv: boolean
  readonly reconnections: () => number
  /** The server runs, and nothing more happens to it. */
  revive(): Promise<void>
  /** A client of its own: what a host does when the first one is given up. */
  another(): Promise<World['tpm']>
  close(): Promise<void>
}

/** A state directory of a TPM that has the NV index. Made once, copied for every schedule. */
export async function makeTemplate(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'nisv-schedule-'))
  const tpm = await Swtpm.spawn({ stateDir: dir })
  for (const command of [startup(), defineNv(), writeNv(NV_VALUE)]) {
    const answer = await new Promise<Uint8Array | undefined>((done) => tpm.execute(command, 0, done))
    if (answer === undefined || responseCode(answer) !== 0) throw new Error('the template cannot be made')
  }
  await tpm.stop()
  return dir
}

function copyOf(template: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'nisv-schedule-'))
  for (const name of readdirSync(template)) {
    if (name.endsWith('permall')) copyFileSync(join(template, name), join(dir, name))
  }
  return dir
}

/** Swtpm starts its own swtpm: signals hit that. */
export async function spawnWorld(template: string, reconnect: SwtpmReconnect): Promise<World> {
  const stateDir = copyOf(template)
  let reconnections = 0
  const tpm = await patiently(() =>
    Swtpm.spawn({
      stateDir,
      reconnect,
      commandTimeout: COMMAND_MS,
      controlTimeout: CONTROL_MS,
      onReconnect: () => {
        reconnections++
      },
    }),
  )
  let second: Swtpm | undefined
  const signal = (name: NodeJS.Signals): void => {
    if (tpm.error !== undefined) return
    try {
      process.kill(tpm.pid as number, name)
    } catch {
      // It has ended already.
    }
  }
  return {
    tpm,
    proxy: undefined,
    server: { kill: () => signal('SIGKILL'), stop: () => signal('SIGSTOP') },
    hasNv: true,
    reconnections: () => reconnections,
    revive: () => Promise.resolve(),
    another: async () => {
      await (second ?? tpm).stop()
      second = await Swtpm.spawn({ stateDir })
      return second
    },
    close: async () => {
      await tpm.stop()
      await second?.stop()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

/** Swtpm is connected to a swtpm that somebody else looks after, through a proxy. */
export async function connectWorld(template: string, reconnect: SwtpmReconnect, random: Random): Promise<World> {
  const dir = copyOf(template)
  const server = new SwtpmServer(dir, random)
  const proxy = new FaultProxy(server, 3 * COMMAND_MS, random)
  const [data, control] = [{ path: join(dir, 'pd') }, { path: join(dir, 'pc') }]
  await proxy.listen([
    { name: 'data', here: data, there: server.data },
    { name: 'control', here: control, there: server.control },
  ])
  let reconnections = 0
  let second: Swtpm | undefined
  const options = { commandTimeout: COMMAND_MS, controlTimeout: CONTROL_MS }
  const connect = (more: SwtpmOptions): Promise<Swtpm> =>
    patiently(() => Swtpm.connect({ data, control, ...options, ...more }))
  const tpm = await connect({
    reconnect,
    onReconnect: () => {
      reconnections++
    },
  })
  return {
    tpm,
    proxy,
    server,
    hasNv: true,
    reconnections: () => reconnections,
    revive: () => server.settle(),
    another: async () => {
      ;(second ?? tpm).close()
      second = await connect({})
      return second
    },
    close: async () => {
      tpm.close()
      second?.close()
      proxy.close()
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Mssim is connected to a simulator in this process, through a proxy: what it sees of a kill is the end of all sockets. */
export async function mssimWorld(reconnect: 'off' | 'reset', random: Random): Promise<World> {
  const simulator = await TpmServer.listen({ crb: new TpmCrb({ tpm: new EmbeddedTpm() }), protocol: 'mssim', port: 0 })
  const behind = [{ port: simulator.port }, { port: simulator.port + 1 }] as const
  let proxy: FaultProxy | undefined
  let opened: Promise<void> = Promise.resolve()
  const routes = (port: number): Parameters<FaultProxy['listen']>[0] => [
    { name: 'data', here: { port }, there: behind[0] },
    { name: 'control', here: { port: port + 1 }, there: behind[1] },
  ]
  const server: Server = { kill: () => proxy?.cut(random(3) * 15), stop: () => proxy?.hold(20 + random(150)) }
  const made = await withPorts(async (port) => {
    proxy = new FaultProxy(server, 3 * COMMAND_MS, random)
    opened = proxy.listen(routes(port))
    await opened
    return { port, proxy }
  })
  const connect = (reconnecting: 'off' | 'reset'): Promise<Mssim> =>
    patiently(() =>
      Mssim.connect({
        port: made.port,
        commandTimeout: COMMAND_MS,
        signalTimeout: COMMAND_MS,
        reconnect: reconnecting,
      }),
    )
  const tpm = await connect(reconnect)
  let second: Mssim | undefined
  return {
    tpm,
    proxy: made.proxy,
    server,
    hasNv: false,
    reconnections: () => 0,
    revive: async () => made.proxy.settle(),
    another: async () => {
      ;(second ?? tpm).close()
      second = await connect('off')
      return second
    },
    close: async () => {
      tpm.close()
      second?.close()
      made.proxy.close()
      await simulator.close()
    },
  }
}

/** A server that has been started is not one that listens; a busy machine does not start one in time. */
async function patiently<T>(open: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await open()
    } catch (error) {
      if (tries === 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** Two neighbouring free ports. */
async function withPorts<T>(use: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const port = await new Promise<number>((resolve) => {
      const probe = net.createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as net.AddressInfo
        probe.close(() => resolve(free))
      })
    })
    try {
      return await use(port)
    } catch (error) {
      if (tries === 50) throw error
    }
  }
}
