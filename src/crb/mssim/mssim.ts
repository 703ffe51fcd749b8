/**
 * A TPM 2.0 behind the reference simulator's TCP protocol, as a back end of the CRB. Node only.
 *
 * @module
 */

import type { TpmBackend } from '../backend.ts'
import { CRB_BUFFER_SIZE } from '../registers.ts'
import { Channel, type Peer } from '../socket/channel.ts'
import { TpmSocketError } from '../socket/error.ts'
import { Link, milliseconds } from '../socket/link.ts'
import { HEADER_SIZE } from '../transfer.ts'
import { MSSIM_PORT, type MssimSignal, sendCommand, sendReplyLength, signal } from './protocol.ts'

/** How to reach a simulator. */
export interface MssimOptions {
  /** `127.0.0.1` unless told. */
  readonly host?: string
  /** The command port; the platform port is the next one. {@link MSSIM_PORT} unless told. */
  readonly port?: number
  /** Longest a TPM command may take, milliseconds; 300,000 unless told. */
  readonly commandTimeout?: number
  /** Longest that connecting or a signal may take, milliseconds; 10,000 unless told. */
  readonly signalTimeout?: number
  /** Told once when the simulator fails: every later command is answered by the device's fatal error. */
  readonly onError?: (error: TpmSocketError) => void
}

const PEER: Peer = { name: 'the simulator', hint: 'start it, or give its command port' }
/** Longest answer that is taken. */
const MAX_ANSWER = 4096

/**
 * The client of a TPM simulator. One command in flight. A simulator that dies, hangs beyond the timeout or breaks the
 * protocol ends this client: {@link error} says why, commands get no answer, resets complete.
 *
 * It has no saved state: the protocol cannot ask for one.
 *
 * @example
 * ```ts
 * const crb = new TpmCrb({ tpm: await Mssim.connect({ port: 2321 }) })
 * ```
 */
export class Mssim implements TpmBackend {
  readonly bufferSize: number = CRB_BUFFER_SIZE
  readonly #commandTimeout: number
  readonly #signalTimeout: number
  readonly #link: Link
  #command: Channel | undefined
  #platform: Channel | undefined
  #running = false
  /** A reset that waits for the running command. */
  #afterCommand: (() => void) | undefined

  private constructor(options: MssimOptions) {
    this.#commandTimeout = milliseconds('commandTimeout', options.commandTimeout, 300_000)
    this.#signalTimeout = milliseconds('signalTimeout', options.signalTimeout, 10_000)
    this.#link = new Link(options.onError)
  }

  /**
   * Connects to both ports and powers the TPM off and on.
   * @throws (rejects) TpmSocketError.
   */
  static async connect(options: MssimOptions = {}): Promise<Mssim> {
    const { host = '127.0.0.1', port = MSSIM_PORT } = options
    if (!(Number.isInteger(port) && port > 0 && port < 65_535)) {
      throw new TpmSocketError('option', `port is ${port}; give a TCP port, 1..65534: the platform's is the next`)
    }
    const mssim = new Mssim(options)
    const onError = (error: TpmSocketError): void => mssim.#link.fail(error)
    try {
      const timeout = mssim.#signalTimeout
      mssim.#platform = mssim.#link.add(
        await Channel.open(PEER, 'platform', { host, port: port + 1 }, timeout, onError),
      )
      mssim.#command = mssim.#link.add(await Channel.open(PEER, 'command', { host, port }, timeout, onError))
      await mssim.#powerCycle()
    } catch (error) {
      mssim.close()
      throw error
    }
    return mssim
  }

  /** Why this client ended, or `undefined` while it works. */
  get error(): TpmSocketError | undefined {
    return this.#link.error
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    const channel = this.#command
    if (channel === undefined || this.#running || command.length < HEADER_SIZE) {
      done(undefined)
      return
    }
    this.#running = true
    channel.request({
      what: 'a TPM command',
      bytes: sendCommand(command, locality),
      length: (received) => sendReplyLength(received, MAX_ANSWER),
      timeout: this.#commandTimeout,
      done: (error, reply) => {
        this.#running = false
        done(error === undefined ? reply.slice(4, -4) : undefined)
        const next = this.#afterCommand
        this.#afterCommand = undefined
        next?.()
      },
    })
  }

  /** CANCEL_ON; CANCEL_OFF follows at once, or it would cancel the next command as well. */
  cancel(): void {
    if (!this.#running) return
    for (const name of ['CANCEL_ON', 'CANCEL_OFF'] as const) this.#signal(name).catch(() => undefined)
  }

  /** Clear: the protocol cannot ask for it. */
  established(): boolean {
    return false
  }

  reset(ready: () => void): void {
    const cycle = (): void => {
      this.#powerCycle().then(ready, () => ready())
    }
    if (this.#running) this.#afterCommand = cycle
    else cycle()
  }

  /** Ends the sessions and closes the sockets; the simulator runs on. */
  close(): void {
    this.#link.end(new TpmSocketError('closed', 'this Mssim was closed'))
  }

  async #powerCycle(): Promise<void> {
    for (const name of ['POWER_OFF', 'POWER_ON', 'NV_ON'] as const) await this.#signal(name)
  }

  #signal(name: MssimSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const platform = this.#platform
      if (platform === undefined) return reject(new TpmSocketError('closed', `${name}: not connected`))
      platform.request({
        what: name,
        bytes: signal(name),
        length: (received) => (received.length < 4 ? 0 : 4),
        timeout: this.#signalTimeout,
        done: (error, reply) => {
          if (error !== undefined) return reject(error)
          if (reply.every((byte) => byte === 0)) return resolve()
          const refusal = new TpmSocketError('refused', `the simulator answered ${name} with ${reply.join(' ')}`)
          this.#link.fail(refusal)
          reject(refusal)
        },
      })
    })
  }
}
