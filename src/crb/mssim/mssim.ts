/**
 * A TPM 2.0 behind the reference simulator's TCP protocol, as a back end of the CRB. Node only.
 *
 * @module
 */

import type { TpmBackend } from '../backend.ts'
import { CRB_BUFFER_SIZE } from '../registers.ts'
import { Channel, type Peer } from '../socket/channel.ts'
import { TpmSocketError } from '../socket/error.ts'
import { Link, milliseconds, retried } from '../socket/link.ts'
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
  /**
   * What to do when the simulator dies, hangs or breaks the protocol. `off` unless told: commands get no answer from
   * there on. `reset`: the next device reset connects again, and the TPM starts with what it keeps over a power cycle.
   * The protocol cannot hand state over, so there is nothing to resume from.
   */
  readonly reconnect?: 'off' | 'reset'
  /**
   * Told when the simulator fails: every later command, until a reconnection, is answered by the device's fatal error.
   */
  readonly onError?: (error: TpmSocketError) => void
}

const PEER: Peer = { name: 'the simulator', hint: 'start it, or give its command port' }
/** Longest answer that is taken. */
const MAX_ANSWER = 4096

/** The two channels of one connection. */
interface Connection {
  readonly link: Link
  readonly command: Channel
  readonly platform: Channel
}

/** Where and for how long. */
interface Settings {
  readonly host: string
  readonly port: number
  readonly commandTimeout: number
  readonly signalTimeout: number
  readonly reconnect: boolean
  readonly onError: ((error: TpmSocketError) => void) | undefined
}

/**
 * The client of a TPM simulator. One command in flight. A simulator that dies, hangs beyond the timeout or breaks the
 * protocol is given up: {@link error} says why, commands get no answer, resets complete. With `reconnect` a reset brings
 * it back.
 *
 * It has no saved state: the protocol cannot ask for one.
 *
 * @example
 * ```ts
 * const crb = new TpmCrb({ tpm: await Mssim.connect({ port: 2321, reconnect: 'reset' }) })
 * ```
 */
export class Mssim implements TpmBackend {
  readonly bufferSize: number = CRB_BUFFER_SIZE
  readonly #settings: Settings
  #connection: Connection
  #running = false
  #closed = false
  /** A reset that waits for the running command. */
  #afterCommand: (() => void) | undefined

  private constructor(settings: Settings, connection: Connection) {
    this.#settings = settings
    this.#connection = connection
  }

  /**
   * Connects to both ports and powers the TPM off and on.
   * @throws (rejects) TpmSocketError.
   */
  static async connect(options: MssimOptions = {}): Promise<Mssim> {
    const settings = checkOptions(options)
    return new Mssim(settings, await open(settings))
  }

  /** Why commands get no answer now, or `undefined` while they do. */
  get error(): TpmSocketError | undefined {
    return this.#connection.link.error
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    if (this.#running || command.length < HEADER_SIZE) {
      done(undefined)
      return
    }
    this.#running = true
    this.#connection.command.request({
      what: 'a TPM command',
      bytes: sendCommand(command, locality),
      length: (received) => sendReplyLength(received, MAX_ANSWER),
      timeout: this.#settings.commandTimeout,
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
    for (const name of ['CANCEL_ON', 'CANCEL_OFF'] as const) {
      send(this.#connection, name, this.#settings.signalTimeout).catch(() => undefined)
    }
  }

  /** Clear: the protocol cannot ask for it. */
  established(): boolean {
    return false
  }

  reset(ready: () => void): void {
    const cycle = (): void => {
      this.#powerCycle().then(ready)
    }
    if (this.#running) this.#afterCommand = cycle
    else cycle()
  }

  /** Ends the sessions and closes the sockets; the simulator runs on. */
  close(): void {
    this.#closed = true
    this.#connection.link.end(new TpmSocketError('closed', 'this Mssim was closed'))
  }

  /** Never rejects. */
  async #powerCycle(): Promise<void> {
    const { signalTimeout, reconnect } = this.#settings
    if (
      this.error === undefined &&
      (await powerCycle(this.#connection, signalTimeout).then(
        () => true,
        () => false,
      ))
    )
      return
    if (!reconnect || this.#closed) return
    try {
      this.#connection = await retried(
        signalTimeout,
        () => this.#closed,
        () => open(this.#settings),
      )
      if (this.#closed) this.close()
    } catch (error) {
      if (error instanceof TpmSocketError) this.#tell(error)
    }
  }

  #tell(error: TpmSocketError): void {
    try {
      this.#settings.onError?.(error)
    } catch {
      // A host's hook must not fail a guest's reset.
    }
  }
}

function checkOptions(options: MssimOptions): Settings {
  const { host = '127.0.0.1', port = MSSIM_PORT, reconnect = 'off', onError } = options
  if (!(Number.isInteger(port) && port > 0 && port < 65_535)) {
    throw new TpmSocketError('option', `port is ${port}; give a TCP port, 1..65534: the platform's is the next`)
  }
  if (reconnect !== 'off' && reconnect !== 'reset') {
    throw new TpmSocketError('option', `reconnect is ${String(reconnect)}; there are off, reset`)
  }
  return {
    host,
    port,
    commandTimeout: milliseconds('commandTimeout', options.commandTimeout, 300_000),
    signalTimeout: milliseconds('signalTimeout', options.signalTimeout, 10_000),
    reconnect: reconnect === 'reset',
    onError,
  }
}

/** Connects and powers the TPM off and on. */
async function open({ host, port, signalTimeout, onError }: Settings): Promise<Connection> {
  let opened = false
  const link = new Link((error) => {
    if (opened) onError?.(error)
  })
  const failed = (error: TpmSocketError): void => link.fail(error)
  try {
    const platform = link.add(await Channel.open(PEER, 'platform', { host, port: port + 1 }, signalTimeout, failed))
    const command = link.add(await Channel.open(PEER, 'command', { host, port }, signalTimeout, failed))
    const connection = { link, command, platform }
    await powerCycle(connection, signalTimeout)
    opened = true
    return connection
  } catch (error) {
    link.end(new TpmSocketError('closed', 'the simulator could not be used'))
    throw error
  }
}

async function powerCycle(connection: Connection, timeout: number): Promise<void> {
  for (const name of ['POWER_OFF', 'POWER_ON', 'NV_ON'] as const) await send(connection, name, timeout)
}

function send({ link, platform }: Connection, name: MssimSignal, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    platform.request({
      what: name,
      bytes: signal(name),
      length: (received) => (received.length < 4 ? 0 : 4),
      timeout,
      done: (error, reply) => {
        if (error !== undefined) return reject(error)
        if (reply.every((byte) => byte === 0)) return resolve()
        const refusal = new TpmSocketError('refused', `the simulator answered ${name} with ${reply.join(' ')}`)
        link.fail(refusal)
        reject(refusal)
      },
    })
  })
}
