/**
 * A CRB offered to TPM software on this machine, over TCP.
 *
 * @module
 */

import net from 'node:net'
import type { TpmCrb } from '../device.ts'
import { TpmSocketError } from '../socket/error.ts'
import { ByteStream } from './byte-stream.ts'
import type { Front, PortHandler } from './front.ts'
import { mssimFront } from './mssim-front.ts'
import { swtpmFront } from './swtpm-front.ts'
import { ServedCrb } from './target.ts'

/** The protocols there are. */
export type TpmProtocol = 'mssim' | 'swtpm'

const FRONTS: Readonly<Record<TpmProtocol, Front>> = { mssim: mssimFront, swtpm: swtpmFront }

/** How to serve. */
export interface TpmServerOptions {
  /** The device. Nobody else may drive it meanwhile. */
  readonly crb: TpmCrb
  /** `mssim`: command port and platform port. `swtpm`: data port and control port. */
  readonly protocol: TpmProtocol
  /** The first port; the second one is the next. 2321 unless told; 0 lets the system choose. */
  readonly port?: number
  /** Address to listen at; `127.0.0.1` unless told. There is no authentication: think before you open it to others. */
  readonly host?: string
  /** Most connections at a time and port; 16 unless told. */
  readonly maxConnections?: number
  /** Told when a client is cut off for breaking the protocol: which one, and how. */
  readonly onProtocolError?: (message: string) => void
}

/** Tries for two neighbouring free ports when the system chooses. */
const PORT_TRIES = 50

/**
 * A server that real TPM software (tpm2-tools by its TCTIs `mssim` and `swtpm`) reaches a CRB by: each command goes through
 * the registers as a guest's driver would have it go.
 *
 * @example
 * ```ts
 * const crb = new TpmCrb({ tpm: new EmbeddedTpm() })
 * const server = await TpmServer.listen({ crb, protocol: 'mssim' })
 * // tpm2_getrandom -T mssim:host=127.0.0.1,port=2321 8
 * await server.close()
 * ```
 */
export class TpmServer {
  /** The first port. */
  readonly port: number
  readonly host: string
  readonly #servers: readonly net.Server[]
  readonly #sockets: Set<net.Socket>

  private constructor(host: string, port: number, servers: readonly net.Server[], sockets: Set<net.Socket>) {
    this.host = host
    this.port = port
    this.#servers = servers
    this.#sockets = sockets
  }

  /** @throws (rejects) TpmSocketError `option` or `connect`. */
  static async listen(options: TpmServerOptions): Promise<TpmServer> {
    const { crb, protocol, host = '127.0.0.1', port = 2321, maxConnections = 16 } = options
    const front = Object.hasOwn(FRONTS, protocol) ? FRONTS[protocol] : undefined
    if (front === undefined) {
      throw new TpmSocketError('option', `protocol is ${protocol}; there are ${Object.keys(FRONTS).join(', ')}`)
    }
    if (!(Number.isInteger(port) && port >= 0 && port < 65_535)) {
      throw new TpmSocketError('option', `port is ${port}; give 0..65534: the next port is used as well`)
    }
    const tpm = new ServedCrb(crb)
    const sockets = new Set<net.Socket>()
    const make = (handler: PortHandler): net.Server => {
      // A client that has sent its last request still gets its answer.
      const server = net.createServer({ allowHalfOpen: true }, (socket) =>
        serve(socket, handler, tpm, sockets, options.onProtocolError),
      )
      server.maxConnections = maxConnections
      return server
    }
    for (let tries = 0; ; tries++) {
      const servers: net.Server[] = []
      try {
        let next = port
        for (const handler of front.ports) {
          const server = make(handler)
          servers.push(server)
          const got = await listen(server, host, next)
          next = got + 1
        }
        return new TpmServer(host, next - servers.length, servers, sockets)
      } catch (cause) {
        for (const server of servers) server.close()
        if (port === 0 && tries < PORT_TRIES) continue
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new TpmSocketError('connect', `cannot listen at ${host}, ports ${port} and ${port + 1}: ${why}`, cause)
      }
    }
  }

  /** Ends all connections and gives the ports back. */
  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(closed)
  }
}

function listen(server: net.Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve((server.address() as net.AddressInfo).port)
    })
  })
}

function serve(
  socket: net.Socket,
  handler: PortHandler,
  tpm: ServedCrb,
  sockets: Set<net.Socket>,
  onProtocolError: ((message: string) => void) | undefined,
): void {
  sockets.add(socket)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
  let wake = (): void => {}
  for (const event of ['drain', 'close'] as const) socket.on(event, () => wake())
  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      if (socket.destroyed || socket.write(bytes)) return resolve()
      wake = resolve
    })
  handler(new ByteStream(socket), send, tpm).then((wrong) => {
    socket.end()
    if (wrong !== '') {
      socket.destroySoon()
      try {
        onProtocolError?.(`${socket.remoteAddress}:${socket.remotePort} sent ${wrong}: connection closed`)
      } catch {
        // A host's hook must not end the server.
      }
    }
  })
}
