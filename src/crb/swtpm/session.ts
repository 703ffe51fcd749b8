/**
 * One connection to one swtpm, from its sockets' opening to its end: control commands, TPM commands, state. A session
 * that has failed stays failed; who wants to go on opens another.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Channel, type Peer, type SocketAddress } from '../socket/channel.ts'
import { TpmSocketError } from '../socket/error.ts'
import { Link, RETRY_MS, retried } from '../socket/link.ts'
import type { TpmStatePart } from '../state/crb-state.ts'
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
  u32Body,
} from './protocol.ts'

/** Where a swtpm is: it listens, or is started. */
export type SwtpmPlace =
  | { readonly data: SocketAddress; readonly control: SocketAddress }
  | { readonly spawn: SwtpmProcessOptions }

/** What every session of a client has in common. */
export interface SessionLimits {
  /** Milliseconds. */
  readonly commandTimeout: number
  /** Milliseconds. */
  readonly controlTimeout: number
  /** Bytes. */
  readonly bufferSize: number
  /** Told once when the session fails after it was opened. */
  readonly onError: ((error: TpmSocketError) => void) | undefined
}

const PEER: Peer = { name: 'swtpm', hint: 'start it with --server and --ctrl' }
const NOTHING = new Uint8Array(0)
/** Until the end of a process is noticed whose sockets have closed. */
const EXIT_MS = 100

/** Takes an answer, or the error in its place. */
type AnswerHook = (error: TpmSocketError | undefined, answer: Uint8Array) => void

/** See the module. */
export class SwtpmSession {
  readonly #limits: SessionLimits
  readonly #link: Link
  readonly #process: SwtpmProcess | undefined
  #data: Channel | undefined
  #control: Channel | undefined
  #established = false
  #locality = -1

  #begun = false

  private constructor(limits: SessionLimits, process: SwtpmProcess | undefined) {
    this.#limits = limits
    this.#process = process
    this.#link = new Link((error) => {
      if (this.#begun) limits.onError?.(error)
    })
  }

  /**
   * Opens both sockets and has `begin` do the first steps.
   * @throws (rejects) TpmSocketError, or what `begin` throws; nothing is left behind then.
   */
  static async open(
    place: SwtpmPlace,
    limits: SessionLimits,
    begin: (session: SwtpmSession) => Promise<void>,
  ): Promise<SwtpmSession> {
    const child = 'spawn' in place ? new SwtpmProcess(place.spawn) : undefined
    const session = new SwtpmSession(limits, child)
    try {
      if ('spawn' in place) await session.#openOwn(child as SwtpmProcess)
      else await session.#open(place.data, place.control)
      await begin(session)
      session.#begun = true
    } catch (error) {
      // A swtpm that ended by itself says why; its end may be noticed a moment after its sockets'. One that hung or
      // answered nonsense ends now because we leave it: that is not why.
      const gone = error instanceof TpmSocketError && (error.code === 'closed' || error.code === 'connect')
      if (child !== undefined && gone) await Promise.race([child.exited, sleep(EXIT_MS)])
      const own = gone ? child?.failure : undefined
      await session.end(new TpmSocketError('closed', 'the swtpm could not be used'))
      throw own ?? error
    }
    return session
  }

  /** Why the session ended, or `undefined` while it works. */
  get error(): TpmSocketError | undefined {
    return this.#link.error
  }

  /** Of a swtpm that was started for this session. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** The TPM's established flag, asked for after INIT. */
  get established(): boolean {
    return this.#established
  }

  /** Runs a TPM command of at least a header's size. One at a time. */
  transmit(command: Uint8Array, locality: number, done: AnswerHook): void {
    const data = this.#data
    if (data === undefined) {
      done(new TpmSocketError('closed', 'not connected'), NOTHING)
      return
    }
    const send = (): void =>
      data.request({
        what: 'a TPM command',
        bytes: command,
        length: responseLength,
        timeout: this.#limits.commandTimeout,
        done,
      })
    if (locality === this.#locality) {
      send()
      return
    }
    this.#request('SET_LOCALITY', Uint8Array.of(locality, 0, 0, 0), (error) => {
      if (error !== undefined) return done(error, NOTHING)
      this.#locality = locality
      send()
    })
  }

  /** Powers the TPM off and sets the buffer's size, which only then can be set. */
  async prepare(): Promise<void> {
    await this.#ask('STOP')
    await this.#ask('SET_BUFFERSIZE', u32Body(this.#limits.bufferSize))
  }

  /** QEMU's order (tpm_emulator.c, tpm_emulator_startup_tpm): STOP, SET_BUFFERSIZE, INIT; then the established flag. */
  async powerOn(resume: boolean): Promise<void> {
    await this.prepare()
    await this.#ask('INIT', u32Body(INIT_DELETE_VOLATILE))
    if (!resume) {
      // INIT resumes from a stored volatile state if there is one, and has now deleted it: power on again without.
      await this.#ask('STOP')
      await this.#ask('INIT', u32Body(0))
    }
    await this.#askEstablished()
  }

  async storeVolatile(): Promise<void> {
    await this.#ask('STORE_VOLATILE')
  }

  /**
   * libtpms' state, blob by blob. Replies bear no number, so one that came twice would pass for the next one's: the reply
   * of another length that is asked for last tells.
   */
  async blobs(): Promise<readonly TpmStatePart[]> {
    const parts: TpmStatePart[] = []
    // One after another: swtpm takes one request at a time.
    for (const { name, type, always } of SWTPM_BLOBS) {
      const part = await this.#blob(name, type)
      if (always && part.data.length === 0) throw new TpmSocketError('protocol', `swtpm gave no ${name} state`)
      parts.push(part)
    }
    await this.#ask('GET_TPMESTABLISHED')
    return parts
  }

  /** QEMU's order (tpm_emulator_set_state_blobs): STOP, the blobs that are not empty, INIT that resumes from them. */
  async setBlobs(parts: readonly TpmStatePart[]): Promise<void> {
    await this.#ask('STOP')
    for (const [i, { type }] of SWTPM_BLOBS.entries()) {
      const part = parts[i]
      if (part === undefined || part.data.length === 0) continue
      await this.#ask('SET_STATEBLOB', u32Body([part.flags, type, part.data.length], part.data))
    }
    await this.#ask('INIT', u32Body(INIT_DELETE_VOLATILE))
    await this.#askEstablished()
  }

  /** The session is of no use any more: sockets close, what waits is answered, the host is told. */
  fail(error: TpmSocketError): void {
    this.#link.fail(error)
  }

  /** Closes the sockets, kills a swtpm of its own. Resolves when that has gone, however long it takes to die. */
  async end(reason: TpmSocketError): Promise<void> {
    this.#link.end(reason)
    this.#process?.kill()
    await this.#process?.exited
  }

  /** Ends a swtpm of its own in an orderly way. */
  async stop(): Promise<void> {
    const child = this.#process
    const reason = new TpmSocketError('closed', 'this Swtpm was stopped')
    if (child === undefined) return this.end(reason)
    if (this.error === undefined) await this.#ask('SHUTDOWN').catch(() => undefined)
    this.#link.end(reason)
    const late = setTimeout(() => child.kill(), this.#limits.controlTimeout)
    await child.exited
    clearTimeout(late)
  }

  async #openOwn(child: SwtpmProcess): Promise<void> {
    const { controlTimeout } = this.#limits
    await retried(
      controlTimeout,
      ({ code }) => code === 'spawn',
      async () => {
        // Its failure to start, if any, is known before its sockets are tried again.
        await sleep(RETRY_MS)
        if (child.failure !== undefined) throw child.failure
        await this.#open(child.data, child.control)
      },
    )
  }

  async #open(data: SocketAddress, control: SocketAddress): Promise<void> {
    const onError = (error: TpmSocketError): void => this.#link.fail(error)
    const open = await Channel.open(PEER, 'control', control, this.#limits.controlTimeout, onError)
    try {
      this.#data = await Channel.open(PEER, 'data', data, this.#limits.controlTimeout, onError)
    } catch (error) {
      open.close(new TpmSocketError('closed', 'the data channel could not be opened'))
      throw error
    }
    this.#control = this.#link.add(open)
    this.#link.add(this.#data)
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

  #request(name: SwtpmControlName, body: Uint8Array, done: AnswerHook): void {
    const control = this.#control
    if (control === undefined || this.error !== undefined) {
      done(this.error ?? new TpmSocketError('closed', `${name}: not connected`), NOTHING)
      return
    }
    control.request({
      what: name,
      bytes: controlRequest(name, body),
      length: (received) => controlReplyLength(name, received),
      timeout: this.#limits.controlTimeout,
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
