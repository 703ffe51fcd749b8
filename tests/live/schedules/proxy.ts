/** Two channels between a client and a TPM's server, one of whose messages goes wrong. */

import net from 'node:net'
import type { SocketAddress } from '../../../src/crb/socket/channel.ts'

/** `data` carries TPM commands (mssim: the command port), `control` all else (mssim: the platform port). */
export type ChannelName = 'data' | 'control'

/** What goes wrong. Those of `request` happen instead of, or with, the request; those of `reply` to its answer. */
export const FAULTS = {
  request: ['kill-before', 'kill-after', 'stop-before', 'stop-after', 'close'],
  reply: ['half', 'half-close', 'half-kill', 'short', 'long', 'huge', 'late', 'twice', 'garbage', 'close', 'refusal'],
} as const
export type FaultName = (typeof FAULTS)['request' | 'reply'][number]

/** One fault: at the `skip`th message after it is armed. */
export interface Fault {
  readonly at: 'request' | 'reply'
  readonly name: FaultName
  readonly skip: number
}

/** What the proxy has done to the server besides. */
export interface Server {
  kill(): void
  stop(): void
}

/** Where each channel listens, and where its server does. */
export interface Route {
  readonly name: ChannelName
  readonly here: SocketAddress
  readonly there: SocketAddress
}

export class FaultProxy {
  readonly #server: Server
  /** How long a late reply takes, milliseconds. */
  readonly #late: number
  readonly #random: (n: number) => number
  readonly #listeners: net.Server[] = []
  readonly #sockets = new Set<net.Socket>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #cut = false
  #held = false
  #armed: { fault: Fault; left: number } | undefined
  /** The channel and request that a fault hit, as in `control 0c`. */
  hit: string | undefined

  constructor(server: Server, late: number, random: (n: number) => number) {
    this.#server = server
    this.#late = late
    this.#random = random
  }

  async listen(routes: readonly Route[]): Promise<void> {
    for (const route of routes) {
      await new Promise<void>((resolve, reject) => {
        const listener = net.createServer((client) => this.#relay(route, client))
        listener.once('error', reject)
        listener.listen('path' in route.here ? { path: route.here.path } : route.here, resolve)
        this.#listeners.push(listener)
      })
    }
  }

  arm(fault: Fault): void {
    this.#armed = { fault, left: fault.skip }
  }

  /** @returns whether the fault was still to come. */
  disarm(): boolean {
    const armed = this.#armed !== undefined
    this.#armed = undefined
    return armed
  }

  /** The server dies, as seen from here: all connections end, and for `ms` milliseconds so do new ones. */
  cut(ms: number): void {
    this.#cut = true
    for (const socket of this.#sockets) socket.destroy()
    this.#after(ms, () => {
      this.#cut = false
    })
  }

  /** The server hangs, as seen from here: for `ms` milliseconds nothing is passed on. */
  hold(ms: number): void {
    this.#held = true
    for (const socket of this.#sockets) socket.pause()
    this.#after(ms, () => this.#release())
  }

  /** Neither any more. */
  settle(): void {
    this.#cut = false
    this.#release()
  }

  #release(): void {
    this.#held = false
    for (const socket of this.#sockets) socket.resume()
  }

  #after(ms: number, step: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      step()
    }, ms)
    this.#timers.add(timer)
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    for (const socket of this.#sockets) socket.destroy()
    for (const listener of this.#listeners) listener.close()
  }

  #relay(route: Route, client: net.Socket): void {
    const { there } = route
    if (this.#cut) {
      client.destroy()
      return
    }
    const server = net.createConnection('path' in there ? { path: there.path } : { host: '127.0.0.1', ...there })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one)
      one.setNoDelay(true)
      if (this.#held) one.pause()
      one.on('error', () => {})
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
    let request = ''
    let broken: FaultName | undefined
    client.on('data', (bytes) => {
      request = bytes.subarray(0, 4).toString('hex')
      const fault = this.#next('request', route.name, request)
      if (fault === 'kill-before') this.#server.kill()
      if (fault === 'stop-before') this.#server.stop()
      if (fault === 'close') {
        client.destroy()
        return
      }
      server.write(bytes)
      if (fault === 'kill-after') this.#server.kill()
      if (fault === 'stop-after') this.#server.stop()
    })
    server.on('data', (bytes) => {
      // What follows the first segment of a reply that went wrong is lost with it.
      if (broken !== undefined) return
      const fault = this.#next('reply', route.name, request)
      if (fault === undefined) {
        client.write(bytes)
        return
      }
      if (fault !== 'twice' && fault !== 'long') broken = fault
      this.#spoil(fault, route.name, bytes, client)
    })
  }

  /** The armed fault, if its time has come. */
  #next(at: Fault['at'], channel: ChannelName, request: string): FaultName | undefined {
    const armed = this.#armed
    if (armed === undefined || armed.fault.at !== at) return undefined
    if (armed.left-- > 0) return undefined
    this.#armed = undefined
    this.hit = `${channel} ${request}`
    return armed.fault.name
  }

  #spoil(fault: FaultName, channel: ChannelName, bytes: Buffer, client: net.Socket): void {
    const half = bytes.subarray(0, bytes.length >> 1)
    switch (fault) {
      case 'half':
        client.write(half)
        return
      case 'half-close':
        client.end(half)
        return
      case 'half-kill':
        client.write(half)
        this.#server.kill()
        return
      case 'short':
        // A TPM's answer of less than a header; of the control channel less than a result.
        client.write(channel === 'data' ? Buffer.from('80010000000900000000', 'hex') : bytes.subarray(0, 3))
        return
      case 'long':
        client.write(Buffer.concat([bytes, Buffer.alloc(1 + this.#random(20), 0x5a)]))
        return
      case 'huge':
        client.write(Buffer.from('8001ffffffff00000000', 'hex'))
        return
      case 'late':
        this.#after(this.#late, () => client.write(bytes))
        return
      case 'twice':
        client.write(bytes)
        client.write(bytes)
        return
      case 'garbage':
        // No well-formed reply by chance: the first byte is of no tag, result or small size.
        client.write(Buffer.from(bytes.map((_, i) => (i === 0 ? 0xff : this.#random(256)))))
        return
      case 'refusal':
        client.write(Buffer.from('00000009', 'hex'))
        return
      default:
        client.destroy()
    }
  }
}
