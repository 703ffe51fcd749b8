/**
 * One socket to a TPM's server: a request in one write, its reply read to its exact length, one in flight. A channel that
 * failed once stays failed, since the next reply on it could belong to an earlier request.
 *
 * @module
 */

import net from 'node:net'
import { TpmSocketError } from './error.ts'

/** Where a TPM's server listens: a unix socket, or TCP (host 127.0.0.1 unless told). */
export type SocketAddress = { readonly path: string } | { readonly port: number; readonly host?: string }

/** An address for messages. */
function addressText(address: SocketAddress): string {
  return 'path' in address ? address.path : `${address.host ?? '127.0.0.1'}:${address.port}`
}

/** Takes a reply or the error in its place. */
export type ReplyHook = (error: TpmSocketError | undefined, reply: Uint8Array) => void

interface Request {
  readonly what: string
  readonly bytes: Uint8Array
  /** Length of the reply: 0 not yet known, -1 impossible. */
  readonly length: (received: Uint8Array) => number
  readonly timeout: number
  readonly done: ReplyHook
}

const NOTHING = new Uint8Array(0)

/** Who is at the other end, for messages. */
export interface Peer {
  /** As in `swtpm`, `the simulator`. */
  readonly name: string
  /** What to do when nobody listens. */
  readonly hint: string
}

/** A request-reply socket. */
export class Channel {
  readonly #peer: Peer
  readonly #name: string
  readonly #socket: net.Socket
  readonly #onError: (error: TpmSocketError) => void
  readonly #queue: Request[] = []
  #current: Request | undefined
  #timer: NodeJS.Timeout | undefined
  #received: Buffer = Buffer.alloc(0)
  #error: TpmSocketError | undefined

  /** @param onError - told once, when the channel fails; not by {@link close}. */
  constructor(peer: Peer, name: string, socket: net.Socket, onError: (error: TpmSocketError) => void) {
    this.#peer = peer
    this.#name = name
    this.#socket = socket
    this.#onError = onError
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#data(chunk))
    socket.on('error', (cause) =>
      this.#fail(new TpmSocketError('closed', `${peer.name}'s ${name} channel failed: ${cause.message}`, cause)),
    )
    socket.on('close', () => this.#fail(new TpmSocketError('closed', `${peer.name} closed its ${name} channel`)))
  }

  /** @throws (rejects) TpmSocketError `connect` when nobody listens or `timeout` milliseconds pass. */
  static open(
    peer: Peer,
    name: string,
    address: SocketAddress,
    timeout: number,
    onError: (error: TpmSocketError) => void,
  ): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const socket = net.createConnection(
        'path' in address ? { path: address.path } : { host: '127.0.0.1', ...address },
      )
      const refuse = (why: string, cause?: unknown): void => {
        clearTimeout(timer)
        socket.destroy()
        const text = `${peer.name} is not at its ${name} address ${addressText(address)}: ${why}; ${peer.hint}`
        reject(new TpmSocketError('connect', text, cause))
      }
      const timer = setTimeout(() => refuse(`no connection within ${timeout} ms`), timeout)
      socket.once('error', (cause) => refuse(cause.message, cause))
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.removeAllListeners('error')
        resolve(new Channel(peer, name, socket, onError))
      })
    })
  }

  /** Queues a request; `done` is called exactly once, at once when the channel has failed before. */
  request(request: Request): void {
    if (this.#error !== undefined) {
      request.done(this.#error, NOTHING)
      return
    }
    this.#queue.push(request)
    this.#next()
  }

  /** Closes the socket; what waits gets `reason`. */
  close(reason: TpmSocketError): void {
    this.#end(reason)
  }

  #next(): void {
    if (this.#current !== undefined) return
    const request = this.#queue.shift()
    if (request === undefined) return
    this.#current = request
    this.#timer = setTimeout(() => {
      this.#fail(
        new TpmSocketError('timeout', `${this.#peer.name} did not answer ${request.what} within ${request.timeout} ms`),
      )
    }, request.timeout)
    this.#socket.write(request.bytes)
  }

  #data(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const request = this.#current
    if (request === undefined) {
      this.#fail(
        new TpmSocketError(
          'protocol',
          `${this.#peer.name} sent ${chunk.length} bytes on its ${this.#name} channel unasked`,
        ),
      )
      return
    }
    const length = request.length(this.#received)
    if (length < 0 || (length > 0 && this.#received.length > length)) {
      const what = length < 0 ? 'an impossible size' : `${this.#received.length - length} bytes too many`
      this.#fail(new TpmSocketError('protocol', `${this.#peer.name} answered ${request.what} with ${what}`))
      return
    }
    if (length === 0 || this.#received.length < length) return
    const reply = Uint8Array.from(this.#received)
    this.#received = Buffer.alloc(0)
    clearTimeout(this.#timer)
    this.#current = undefined
    request.done(undefined, reply)
    this.#next()
  }

  #fail(error: TpmSocketError): void {
    if (this.#error !== undefined) return
    this.#end(error)
    this.#onError(error)
  }

  #end(error: TpmSocketError): void {
    if (this.#error !== undefined) return
    this.#error = error
    clearTimeout(this.#timer)
    this.#socket.destroy()
    const waiting = this.#current === undefined ? this.#queue.splice(0) : [this.#current, ...this.#queue.splice(0)]
    this.#current = undefined
    for (const { done } of waiting) done(error, NOTHING)
  }
}
