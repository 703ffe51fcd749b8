/**
 * A real TPM 2.0 behind the CRB: libtpms in a `swtpm socket`, over a unix socket or TCP. Node only.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { TpmBackend } from '../backend.ts'
import { CRB_BUFFER_SIZE } from '../registers.ts'
import { Channel, type Peer, type SocketAddress } from '../socket/channel.ts'
import { TpmSocketError } from '../socket/error.ts'
import { Link, milliseconds } from '../socket/link.ts'
import type { TpmSavedState, TpmStatePart } from '../state/crb-state.ts'
import { StateError } from '../state/error.ts'
import { SwtpmProcess, type SwtpmProcessOptions } from './process.ts'
import {
  blobReply,
  controlReplyLength,
  controlRequest,
  controlResult,
  INIT_DELETE_VOLATILE,
  RESULT_NO_BLOB,
  responseLength,
  resultText,
  STATE_FLAG_DECRYPTED,
  SWTPM_BLOBS,
  type SwtpmControlName,
  TPM_HEADER_SIZE,
  u32Body,
} from './protocol.ts'

/** What {@link Swtpm.connect} and {@link Swtpm.spawn} have in common. */
export interface SwtpmOptions {
  /**
   * `true`: go on from the volatile state (PCRs, sessions) that {@link Swtpm.storeVolatile} left in the state directory;
   * no Startup is due then. `false` unless told: power the TPM on anew.
   */
  readonly resume?: boolean
  /** Longest a TPM command may take, milliseconds; 300,000 unless told (Linux' longest duration of a command). */
  readonly commandTimeout?: number
  /** Longest that connecting, or a control command, may take, milliseconds; 10,000 unless told. */
  readonly controlTimeout?: number
  /**
   * Largest command and answer, bytes; the data buffer's 3968 unless told. A CRB of profile `chunk` takes more: what
   * swtpm has (4096 in 0.7), which refuses a larger one by its own choice of size.
   */
  readonly bufferSize?: number
  /** Told once when swtpm fails: every later command is answered by the device's fatal error. What it throws is dropped. */
  readonly onError?: (error: TpmSocketError) => void
}

/** How to reach a swtpm that the user started. */
export interface SwtpmConnectOptions extends SwtpmOptions {
  /** `swtpm socket --server`. */
  readonly data: SocketAddress
  /** `swtpm socket --ctrl`. */
  readonly control: SocketAddress
}

/** How to start one. */
export interface SwtpmSpawnOptions extends SwtpmOptions, SwtpmProcessOptions {}

const PEER: Peer = { name: 'swtpm', hint: 'start it with --server and --ctrl' }
/** Of its saved state. */
const KIND = 'swtpm'
const NOTHING = new Uint8Array(0)
/** Longest answer that the channel takes. */
const MAX_BUFFER = 4096
const RETRY_MS = 10
const EXIT_MS = 100

/**
 * The client of a swtpm. One command in flight; the established flag is asked once, after INIT. A swtpm that dies,
 * hangs beyond the timeout or breaks the protocol ends this client: {@link error} says why, commands get no answer
 * (the guest reads tpmSts and the fatal error), resets complete.
 *
 * `cancel` does nothing: `swtpm socket` has one thread and reads CANCEL_TPM_CMD when the command has ended.
 *
 * @example
 * ```ts
 * const tpm = await Swtpm.spawn({ stateDir: '/var/lib/my-vm/tpm' })
 * const crb = new TpmCrb({ tpm })
 * // ...
 * await tpm.stop()
 * ```
 */
export class Swtpm implements TpmBackend {
  readonly bufferSize: number
  readonly #commandTimeout: number
  readonly #controlTimeout: number
  readonly #link: Link
  #process: SwtpmProcess | undefined
  #data: Channel | undefined
  #control: Channel | undefined
  #established = false
  #locality = -1
  #running = false
  /** A reset that waits for the running command. */
  #afterCommand: (() => void) | undefined

  private constructor(options: SwtpmOptions) {
    this.#commandTimeout = milliseconds('commandTimeout', options.commandTimeout, 300_000)
    this.#controlTimeout = milliseconds('controlTimeout', options.controlTimeout, 10_000)
    this.#link = new Link(options.onError)
    this.bufferSize = options.bufferSize ?? CRB_BUFFER_SIZE
    if (!(Number.isInteger(this.bufferSize) && this.bufferSize >= TPM_HEADER_SIZE && this.bufferSize <= MAX_BUFFER)) {
      throw new TpmSocketError(
        'option',
        `bufferSize is ${options.bufferSize}; give bytes, ${TPM_HEADER_SIZE}..${MAX_BUFFER}`,
      )
    }
  }

  /**
   * Connects to a running `swtpm socket --tpm2 --server ... --ctrl ...` and powers the TPM on.
   * @throws (rejects) TpmSocketError.
   */
  static async connect(options: SwtpmConnectOptions): Promise<Swtpm> {
    const swtpm = new Swtpm(options)
    try {
      await swtpm.#open(options.data, options.control)
      await swtpm.#powerOn(options.resume === true)
    } catch (error) {
      swtpm.close()
      throw error
    }
    return swtpm
  }

  /**
   * Starts a swtpm, connects and powers the TPM on. It ends with {@link stop}, {@link close}, or this process.
   * @throws (rejects) TpmSocketError; `spawn` names the package when there is no such program.
   */
  static async spawn(options: SwtpmSpawnOptions = {}): Promise<Swtpm> {
    const swtpm = new Swtpm(options)
    const child = new SwtpmProcess(options)
    swtpm.#process = child
    try {
      const until = Date.now() + swtpm.#controlTimeout
      for (;;) {
        // Its failure to start, if any, is known before its sockets are tried again.
        await sleep(RETRY_MS)
        if (child.failure !== undefined) throw child.failure
        try {
          await swtpm.#open(child.data, child.control)
          break
        } catch (error) {
          if (Date.now() > until) throw error
        }
      }
      await swtpm.#powerOn(options.resume === true)
    } catch (error) {
      // A swtpm that ended by itself says why; its end may be noticed a moment after its sockets'.
      await Promise.race([child.exited, sleep(EXIT_MS)])
      const own = child.failure
      swtpm.close()
      await child.exited
      throw own ?? error
    }
    return swtpm
  }

  /** Why this client ended, or `undefined` while it works. */
  get error(): TpmSocketError | undefined {
    return this.#link.error
  }

  /** Process id of a swtpm that {@link spawn} started. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    const data = this.#data
    // swtpm waits for the rest of a header and never answers less than one.
    if (data === undefined || this.#running || command.length < TPM_HEADER_SIZE) {
      done(undefined)
      return
    }
    this.#running = true
    const finish = (response: Uint8Array | undefined): void => {
      this.#running = false
      done(response)
      const next = this.#afterCommand
      this.#afterCommand = undefined
      next?.()
    }
    const send = (): void =>
      data.request({
        what: 'a TPM command',
        bytes: command,
        length: responseLength,
        timeout: this.#commandTimeout,
        done: (error, response) => finish(error === undefined ? response : undefined),
      })
    if (locality === this.#locality) {
      send()
      return
    }
    this.#request('SET_LOCALITY', Uint8Array.of(locality, 0, 0, 0), (error) => {
      if (error !== undefined) return finish(undefined)
      this.#locality = locality
      send()
    })
  }

  /** Nothing: see {@link Swtpm}. */
  cancel(): void {}

  established(): boolean {
    return this.#established
  }

  reset(ready: () => void): void {
    const powerCycle = (): void => {
      this.#powerOn(false).then(ready, (error: unknown) => {
        this.#link.fail(error instanceof TpmSocketError ? error : new TpmSocketError('protocol', String(error), error))
        ready()
      })
    }
    if (this.#running) this.#afterCommand = powerCycle
    else powerCycle()
  }

  /**
   * Has swtpm write its volatile state (PCRs, sessions) into its state directory, for a later `resume`: what was done up
   * to here survives a kill of swtpm. The next power-on without `resume` discards it.
   * @throws (rejects) TpmSocketError.
   */
  async storeVolatile(): Promise<void> {
    await this.#ask('STORE_VOLATILE')
  }

  /** libtpms' state in its three blobs, decrypted, as QEMU's tpm-emulator saves them. */
  async saveState(): Promise<TpmSavedState> {
    const parts: TpmStatePart[] = []
    // One after another: swtpm takes one request at a time.
    for (const { name, type } of SWTPM_BLOBS) parts.push(await this.#blob(name, type))
    return { kind: KIND, parts }
  }

  /**
   * Puts such blobs in place of the TPM's state, which runs on from there. swtpm writes them into its state directory.
   * @throws (rejects) TpmSocketError or StateError; swtpm then has its own state again.
   */
  async loadState({ kind, parts }: TpmSavedState): Promise<void> {
    const names = parts.map(({ name }) => name).join()
    if (kind !== KIND || names !== SWTPM_BLOBS.map(({ name }) => name).join()) {
      throw new StateError(
        'tpm',
        'tpm ',
        -1,
        `the state is of kind '${kind}' (${names}); swtpm loads its own three blobs`,
      )
    }
    const before = await this.saveState()
    try {
      await this.#setBlobs(parts)
    } catch (error) {
      if (this.#link.error === undefined) await this.#setBlobs(before.parts)
      throw error
    }
  }

  async #blob(name: string, type: number): Promise<TpmStatePart> {
    const pieces: Uint8Array[] = []
    let flags = 0
    for (let got = 0; ; ) {
      const reply = await this.#ask('GET_STATEBLOB', u32Body([STATE_FLAG_DECRYPTED, type, got]))
      const head = blobReply(reply)
      flags = head.flags
      pieces.push(reply.subarray(16))
      got += head.data
      if (got >= head.total || head.data === 0) {
        if (got !== head.total)
          throw new TpmSocketError('protocol', `swtpm gave ${got} bytes of ${name}, of ${head.total}`)
        return { name, flags, data: Uint8Array.from(Buffer.concat(pieces)) }
      }
    }
  }

  /** QEMU's order (tpm_emulator_set_state_blobs): STOP, the blobs that are not empty, INIT that resumes from them. */
  async #setBlobs(parts: readonly TpmStatePart[]): Promise<void> {
    await this.#ask('STOP')
    for (const [i, { type }] of SWTPM_BLOBS.entries()) {
      const part = parts[i]
      if (part === undefined || part.data.length === 0) continue
      await this.#ask('SET_STATEBLOB', u32Body([part.flags, type, part.data.length], part.data))
    }
    await this.#ask('INIT', u32Body(INIT_DELETE_VOLATILE))
    await this.#askEstablished()
  }

  /**
   * Ends a swtpm that {@link spawn} started in an orderly way and waits for it; of a connected one it closes the sockets.
   * Never rejects.
   */
  async stop(): Promise<void> {
    const child = this.#process
    if (child === undefined) return this.close()
    if (this.#link.error === undefined) await this.#ask('SHUTDOWN').catch(() => undefined)
    this.#link.end(new TpmSocketError('closed', 'this Swtpm was stopped'))
    const late = setTimeout(() => child.kill(), this.#controlTimeout)
    await child.exited
    clearTimeout(late)
  }

  /** Closes the sockets; kills a swtpm that {@link spawn} started. */
  close(): void {
    this.#link.end(new TpmSocketError('closed', 'this Swtpm was closed'))
    this.#process?.kill()
  }

  async #open(data: SocketAddress, control: SocketAddress): Promise<void> {
    const onError = (error: TpmSocketError): void => this.#link.fail(error)
    const open = await Channel.open(PEER, 'control', control, this.#controlTimeout, onError)
    try {
      this.#data = await Channel.open(PEER, 'data', data, this.#controlTimeout, onError)
    } catch (error) {
      open.close(new TpmSocketError('closed', 'the data channel could not be opened'))
      throw error
    }
    this.#control = this.#link.add(open)
    this.#link.add(this.#data)
  }

  /** QEMU's order (tpm_emulator.c, tpm_emulator_startup_tpm): STOP, SET_BUFFERSIZE, INIT; then the established flag. */
  async #powerOn(resume: boolean): Promise<void> {
    await this.#ask('STOP')
    await this.#ask('SET_BUFFERSIZE', u32Body(this.bufferSize))
    await this.#ask('INIT', u32Body(INIT_DELETE_VOLATILE))
    if (!resume) {
      // INIT resumes from a stored volatile state if there is one, and has now deleted it: power on again without.
      await this.#ask('STOP')
      await this.#ask('INIT', u32Body(0))
    }
    await this.#askEstablished()
  }

  async #askEstablished(): Promise<void> {
    const reply = await this.#ask('GET_TPMESTABLISHED')
    this.#established = (reply[4] ?? 0) !== 0
    this.#locality = -1
  }

  #ask(name: SwtpmControlName, body?: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#request(name, body ?? NOTHING, (error, reply) => (error === undefined ? resolve(reply) : reject(error)))
    })
  }

  #request(
    name: SwtpmControlName,
    body: Uint8Array,
    done: (error: TpmSocketError | undefined, reply: Uint8Array) => void,
  ): void {
    const control = this.#control
    if (control === undefined || this.#link.error !== undefined) {
      done(this.#link.error ?? new TpmSocketError('closed', `${name}: not connected`), NOTHING)
      return
    }
    control.request({
      what: name,
      bytes: controlRequest(name, body),
      length: (received) => controlReplyLength(name, received),
      timeout: this.#controlTimeout,
      done: (error, reply) => {
        if (error !== undefined) return done(error, NOTHING)
        const result = controlResult(reply)
        const noBlob = name === 'GET_STATEBLOB' && result === RESULT_NO_BLOB
        if (result === 0 || noBlob) done(undefined, reply)
        else done(new TpmSocketError('refused', `swtpm answered ${name} with ${resultText(result)}`), NOTHING)
      },
    })
  }
}
