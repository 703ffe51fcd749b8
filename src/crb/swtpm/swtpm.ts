/**
 * A real TPM 2.0 behind the CRB: libtpms in a `swtpm socket`, over a unix socket or TCP. Node only.
 *
 * @module
 */

import type { TpmBackend } from '../backend.ts'
import { TpmSocketError } from '../socket/error.ts'
import type { TpmSavedState, TpmStatePart } from '../state/crb-state.ts'
import { StateError } from '../state/error.ts'
import { checkSwtpmOptions, type SwtpmConnectOptions, type SwtpmOptions, type SwtpmSpawnOptions } from './options.ts'
import { SWTPM_BLOBS, TPM_HEADER_SIZE } from './protocol.ts'
import { reopen } from './reopen.ts'
import { type SwtpmPlace, SwtpmSession } from './session.ts'
import { TemporaryDir } from './temporary.ts'

/** Of its saved state. */
const KIND = 'swtpm'
/** Runs of one command: the second one in a new swtpm. */
const RUNS = 2

/**
 * The client of a swtpm. One command in flight; the established flag is asked once, after INIT. A swtpm that dies,
 * hangs beyond the timeout or breaks the protocol is given up: {@link error} says why, commands get no answer (the guest
 * reads tpmSts and the fatal error), resets complete. The option `reconnect` has another one take its place.
 *
 * `cancel` does nothing: `swtpm socket` has one thread and reads CANCEL_TPM_CMD when the command has ended.
 *
 * @example
 * ```ts
 * const tpm = await Swtpm.spawn({ stateDir: '/var/lib/my-vm/tpm', reconnect: 'resume' })
 * const crb = new TpmCrb({ tpm })
 * // ...
 * await tpm.stop()
 * ```
 */
export class Swtpm implements TpmBackend {
  readonly bufferSize: number
  readonly #limits: ReturnType<typeof checkSwtpmOptions>
  readonly #place: SwtpmPlace
  readonly #onReconnect: (() => void) | undefined
  /** Of a swtpm without a state directory that may be followed by another. */
  readonly #stateDir: TemporaryDir | undefined
  #session: SwtpmSession
  /** The TPM as of the last answered command (`resume`). */
  #checkpoint: readonly TpmStatePart[] | undefined
  /** A reconnection failed: only a reset, or the host, tries again. */
  #lost = false
  #closed = false
  #running = false
  /** A reset that waits for the running command. */
  #afterCommand: (() => void) | undefined
  /** Resets, saving and loading take turns. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: SwtpmOptions, place: SwtpmPlace, session: SwtpmSession, stateDir?: TemporaryDir) {
    this.#limits = checkSwtpmOptions(options)
    this.bufferSize = this.#limits.bufferSize
    this.#place = place
    this.#onReconnect = options.onReconnect
    this.#session = session
    this.#stateDir = stateDir
  }

  /**
   * Connects to a running `swtpm socket --tpm2 --server ... --ctrl ...` and powers the TPM on.
   * @throws (rejects) TpmSocketError.
   */
  static async connect(options: SwtpmConnectOptions): Promise<Swtpm> {
    return Swtpm.#make(options, { data: options.data, control: options.control })
  }

  /**
   * Starts a swtpm, connects and powers the TPM on. It ends with {@link stop}, {@link close}, or this process.
   * @throws (rejects) TpmSocketError; `spawn` names the package when there is no such program.
   */
  static async spawn(options: SwtpmSpawnOptions = {}): Promise<Swtpm> {
    const { reconnect = 'off', stateDir } = options
    if (reconnect === 'off' || stateDir !== undefined) return Swtpm.#make(options, { spawn: options })
    const own = new TemporaryDir('nisv-swtpm-state-')
    try {
      return await Swtpm.#make(options, { spawn: { ...options, stateDir: own.path } }, own)
    } catch (error) {
      own.remove()
      throw error
    }
  }

  static async #make(options: SwtpmOptions, place: SwtpmPlace, stateDir?: TemporaryDir): Promise<Swtpm> {
    const limits = checkSwtpmOptions(options)
    let checkpoint: readonly TpmStatePart[] | undefined
    const session = await SwtpmSession.open(place, limits, async (fresh) => {
      await fresh.powerOn(options.resume === true)
      if (limits.reconnect === 'resume') checkpoint = await fresh.blobs()
    })
    const swtpm = new Swtpm(options, place, session, stateDir)
    swtpm.#checkpoint = checkpoint
    return swtpm
  }

  /** Why commands get no answer now, or `undefined` while they do. */
  get error(): TpmSocketError | undefined {
    return this.#session.error
  }

  /** Process id of the swtpm that {@link spawn} started, or of the one that has taken its place. */
  get pid(): number | undefined {
    return this.#session.pid
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    // swtpm waits for the rest of a header and never answers less than one.
    if (this.#running || command.length < TPM_HEADER_SIZE) {
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
    if (this.#limits.reconnect === 'resume') this.#runResumable(command, locality).then(finish)
    else
      this.#session.transmit(command, locality, (error, response) => finish(error === undefined ? response : undefined))
  }

  /** Nothing: see {@link Swtpm}. */
  cancel(): void {}

  established(): boolean {
    return this.#session.established
  }

  reset(ready: () => void): void {
    const powerCycle = (): void => {
      this.#inTurn(() => this.#powerCycle()).then(ready)
    }
    if (!this.#running) {
      powerCycle()
      return
    }
    this.#afterCommand = powerCycle
    const { reconnect, controlTimeout } = this.#limits
    if (reconnect === 'off') return
    // Nobody waits for this command's answer any more, and another swtpm can take this one's place: a key that takes
    // minutes, or a swtpm that hangs, does not keep the guest from its TPM for as long.
    const session = this.#session
    const text = `swtpm did not end its command within ${controlTimeout} ms after a reset`
    const late = setTimeout(() => session.fail(new TpmSocketError('timeout', text)), controlTimeout)
    this.#afterCommand = () => {
      clearTimeout(late)
      powerCycle()
    }
  }

  /**
   * Has swtpm write its volatile state (PCRs, sessions) into its state directory, for a later `resume`: what was done up
   * to here survives a kill of swtpm. The next power-on without `resume` discards it.
   * @throws (rejects) TpmSocketError.
   */
  storeVolatile(): Promise<void> {
    return this.#inTurn(async () => (await this.#live()).storeVolatile())
  }

  /**
   * libtpms' state in its three blobs, decrypted, as QEMU's tpm-emulator saves them.
   * @throws (rejects) TpmSocketError.
   */
  saveState(): Promise<TpmSavedState> {
    return this.#inTurn(async () => ({ kind: KIND, parts: await (await this.#live()).blobs() }))
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
    await this.#inTurn(async () => {
      const session = await this.#live()
      const before = await session.blobs()
      try {
        await session.setBlobs(parts)
      } catch (error) {
        // Half of two states is neither: what cannot be put back is given up.
        if (session.error === undefined) await session.setBlobs(before).catch((cause: unknown) => this.#give(cause))
        throw error
      }
      if (this.#limits.reconnect === 'resume') this.#checkpoint = parts
    })
  }

  /**
   * Ends a swtpm that {@link spawn} started in an orderly way and waits for it; of a connected one it closes the sockets.
   * Never rejects.
   */
  async stop(): Promise<void> {
    this.#closed = true
    await this.#session.stop()
    this.#stateDir?.remove()
  }

  /** Closes the sockets; kills a swtpm that {@link spawn} started. */
  close(): void {
    this.#closed = true
    this.#session.end(new TpmSocketError('closed', 'this Swtpm was closed')).then(() => this.#stateDir?.remove())
  }

  /** Runs a command of policy `resume`; an answer is given only when the TPM's state after it is known. Never rejects. */
  async #runResumable(command: Uint8Array, locality: number): Promise<Uint8Array | undefined> {
    for (let run = 0; run < RUNS; run++) {
      // A guest that resets waits for nothing.
      if (this.#session.error !== undefined && (this.#lost || this.#afterCommand !== undefined)) return undefined
      try {
        const session = await this.#live()
        const answer = await new Promise<Uint8Array>((resolve, reject) => {
          session.transmit(command, locality, (error, response) =>
            error === undefined ? resolve(response) : reject(error),
          )
        })
        this.#checkpoint = await session.blobs()
        return answer
      } catch (error) {
        this.#give(error)
      }
    }
    return undefined
  }

  /** Never rejects. */
  async #powerCycle(): Promise<void> {
    if (this.#session.error === undefined) {
      try {
        await this.#powerOn(this.#session)
        return
      } catch (error) {
        this.#give(error)
      }
    }
    await this.#live(true).catch(() => undefined)
  }

  async #powerOn(session: SwtpmSession): Promise<void> {
    await session.powerOn(false)
    if (this.#limits.reconnect === 'resume') this.#checkpoint = await session.blobs()
  }

  /**
   * A session that works, a new one if need be.
   * @param reset - power the TPM on anew in a new one.
   * @throws (rejects) TpmSocketError when there is none, and the policy does not say to make one.
   */
  async #live(reset = false): Promise<SwtpmSession> {
    const { error } = this.#session
    if (error === undefined) return this.#session
    const { reconnect } = this.#limits
    if (this.#closed || reconnect === 'off' || (reconnect === 'reset' && !reset)) throw error
    this.#lost = true
    try {
      this.#session = await reopen(this.#session, error, {
        place: this.#place,
        limits: this.#limits,
        state: this.#checkpoint,
        powerOn: reset ? (session) => this.#powerOn(session) : undefined,
        given: () => this.#closed,
      })
    } catch (cause) {
      if (cause instanceof TpmSocketError) this.#tell(() => this.#limits.onError?.(cause))
      throw cause
    }
    if (this.#closed) {
      this.close()
      throw error
    }
    this.#lost = false
    this.#tell(this.#onReconnect)
    return this.#session
  }

  /** Gives the session up; what went wrong is told to the host. */
  #give(error: unknown): void {
    const known = error instanceof TpmSocketError ? error : new TpmSocketError('protocol', String(error), error)
    this.#session.fail(known)
  }

  #tell(hook: (() => void) | undefined): void {
    try {
      hook?.()
    } catch {
      // A host's hook must not fail a guest's command.
    }
  }

  /** Runs `step` when those before it have ended. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
