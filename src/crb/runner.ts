/**
 * The device's dealings with its back end: one command at a time, answers that come late or never, resets, and the
 * silence that saving and loading need. Nothing here throws, whatever the back end does.
 *
 * @module
 */

import type { TpmBackend } from './backend.ts'
import type { CrbFault } from './events.ts'

/** Told of what went wrong. */
export type FaultHook = (reason: CrbFault, message: string, cause?: unknown) => void

/** What the device hears of its commands. */
export interface RunnerHooks {
  readonly fault: FaultHook
  /** A command goes to the TPM now. */
  readonly delivered: (command: Uint8Array) => void
  /** The running command has its answer, or gets none. Called once for each, never after a {@link CommandRunner.drop}. */
  readonly answered: (response: Uint8Array | undefined) => void
}

/** Runs the commands of one device. */
export class CommandRunner {
  readonly #tpm: TpmBackend
  readonly #hooks: RunnerHooks
  /** The back end's established flag once asked. */
  #established: boolean | undefined
  /** Number of the running command; 0 while none runs. An answer that bears another number is late. */
  #running = 0
  #commands = 0
  /** Callers of {@link reset} to be told when the back end is ready; `undefined` while no reset is under way. */
  #resetting: (() => void)[] | undefined
  /** Resets so far. */
  #resets = 0
  /** Reasons to keep commands from the TPM: saving or loading is under way. */
  #quiet = 0
  /** A command started while the TPM could not take it. */
  #held: Uint8Array | undefined
  #idleWaiters: (() => void)[] = []

  constructor(tpm: TpmBackend, hooks: RunnerHooks) {
    this.#tpm = tpm
    this.#hooks = hooks
  }

  /** A command runs, or waits to. */
  get busy(): boolean {
    return this.#running !== 0
  }

  /** The TPM's established flag if it has been asked for. */
  get knownEstablished(): boolean | undefined {
    return this.#established
  }

  set knownEstablished(flag: boolean | undefined) {
    this.#established = flag
  }

  /** How many resets there were: tells one that came in between. */
  get resets(): number {
    return this.#resets
  }

  /** The TPM's established flag, asked once. */
  established(): boolean {
    if (this.#established === undefined) {
      try {
        this.#established = this.#tpm.established() === true
      } catch (cause) {
        this.#established = false
        this.#hooks.fault('backend', 'the back end threw in established()', cause)
      }
    }
    return this.#established
  }

  /** Starts a command; there must be none. Its answer may come within the call. */
  start(command: Uint8Array): void {
    this.#commands += 1
    this.#running = this.#commands
    if (this.#resetting !== undefined || this.#quiet > 0) this.#held = command
    else this.#deliver(command, this.#running)
  }

  cancel(): void {
    if (this.#held !== undefined) return // not yet with the TPM: there is nothing it could abandon
    try {
      this.#tpm.cancel()
    } catch (cause) {
      this.#hooks.fault('backend', 'the back end threw in cancel()', cause)
    }
  }

  /** Forgets the running command: its answer, if it comes, is late. */
  drop(): void {
    this.#running = 0
    this.#held = undefined
    this.#tellIdle()
  }

  /** Drops the running command and resets the TPM. A call during a reset joins it. */
  reset(ready?: () => void): void {
    this.#resets += 1
    this.drop()
    if (this.#resetting !== undefined) {
      if (ready !== undefined) this.#resetting.push(ready)
      return
    }
    const waiting = ready === undefined ? [] : [ready]
    this.#resetting = waiting
    try {
      this.#tpm.reset(() => this.#ready(waiting))
    } catch (cause) {
      this.#hooks.fault('backend', 'the back end threw in reset()', cause)
      this.#ready(waiting)
    }
  }

  /**
   * Has `step` begin when no command runs and no reset is under way; commands started before it has ended are held until
   * then. It begins in the very moment: nothing can come between.
   */
  async quietly<T>(step: () => Promise<T>): Promise<T> {
    while (this.#running !== 0 || this.#resetting !== undefined) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    }
    this.#quiet += 1
    try {
      return await step()
    } finally {
      this.#quiet -= 1
      this.#deliverHeld()
    }
  }

  #ready(waiting: (() => void)[]): void {
    if (this.#resetting !== waiting) return
    this.#resetting = undefined
    this.#deliverHeld()
    for (const ready of waiting) ready()
    this.#tellIdle()
  }

  #deliverHeld(): void {
    const held = this.#held
    if (held === undefined || this.#resetting !== undefined || this.#quiet > 0) return
    this.#held = undefined
    this.#deliver(held, this.#running)
  }

  #deliver(command: Uint8Array, ticket: number): void {
    this.#hooks.delivered(command)
    try {
      this.#tpm.execute(command, 0, (response) => this.#complete(ticket, response))
    } catch (cause) {
      this.#hooks.fault('backend', 'the back end threw in execute()', cause)
      if (this.#running === ticket) this.#answer(undefined)
    }
  }

  #complete(ticket: number, response: Uint8Array | undefined): void {
    if (this.#running !== ticket) {
      this.#hooks.fault('late-answer', 'an answer to a command that has ended: ignored')
      return
    }
    if (response instanceof Uint8Array) this.#answer(response)
    else {
      this.#hooks.fault('no-answer', 'the TPM gave no answer')
      this.#answer(undefined)
    }
  }

  #answer(response: Uint8Array | undefined): void {
    this.#running = 0
    this.#hooks.answered(response)
    this.#tellIdle()
  }

  #tellIdle(): void {
    for (const waiter of this.#idleWaiters.splice(0)) waiter()
  }
}
