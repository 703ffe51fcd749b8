/**
 * A TPM that answers from a recording, at the moment the recording says.
 *
 * @module
 */

import { hex } from '../bits.ts'
import type { TpmBackend } from './backend.ts'
import { CRB_BUFFER_SIZE } from './registers.ts'

/** A command and its response, as recorded. */
export interface RecordedExchange {
  readonly req: Uint8Array
  readonly rsp: Uint8Array
}

/** How a replay left its recording. */
export type RecordedTpmErrorCode =
  /** The guest sent other bytes than recorded. */
  | 'request'
  /** The guest sent a command after the last recorded one. */
  | 'exhausted'
  /** An answer was due, but no command runs. */
  | 'no-command'

/** The replay and its recording disagree; the message names exchange and byte. */
export class RecordedTpmError extends Error {
  override readonly name = 'RecordedTpmError'
  readonly code: RecordedTpmErrorCode
  /** Place in the recording, from 0. */
  readonly exchange: number

  constructor(code: RecordedTpmErrorCode, exchange: number, message: string) {
    super(message)
    this.code = code
    this.exchange = exchange
  }
}

/** How to make a {@link RecordedTpm}. */
export interface RecordedTpmOptions {
  /** The TPM's tpmEstablished flag at the time; `false` unless told. */
  readonly established?: boolean
  /** Told of each error when it happens. What it throws is dropped: it runs inside the guest's store. */
  readonly onError?: (error: RecordedTpmError) => void
}

/**
 * Holds every command until {@link release}, checks it byte for byte against the recording, and gives the recorded
 * answer. A wrong command gets the recorded answer too, so that one difference does not become a hundred; a command
 * beyond the recording gets none. Errors are collected, never thrown into the guest's store.
 *
 * @example
 * ```ts
 * const tpm = new RecordedTpm([{ req, rsp }])
 * // ... the guest sets START; CTRL_START reads 1 ...
 * tpm.release() // true: the answer is in the buffer, CTRL_START reads 0
 * tpm.errors // []
 * ```
 */
export class RecordedTpm implements TpmBackend {
  readonly bufferSize: number = CRB_BUFFER_SIZE
  readonly #exchanges: readonly RecordedExchange[]
  readonly #established: boolean
  readonly #onError: ((error: RecordedTpmError) => void) | undefined
  readonly #errors: RecordedTpmError[] = []
  #next = 0
  #answer: (() => void) | undefined

  constructor(exchanges: readonly RecordedExchange[], options: RecordedTpmOptions = {}) {
    this.#exchanges = exchanges
    this.#established = options.established === true
    this.#onError = options.onError
  }

  /** What went wrong so far, in order. */
  get errors(): readonly RecordedTpmError[] {
    return this.#errors
  }

  /** Exchanges of the recording that have not begun. */
  get remaining(): number {
    return this.#exchanges.length - this.#next
  }

  /** A command waits for {@link release}. */
  get waiting(): boolean {
    return this.#answer !== undefined
  }

  /**
   * The recording's answer arrives now.
   * @returns `false`, with a `no-command` error, when no command runs.
   */
  release(): boolean {
    const answer = this.#answer
    this.#answer = undefined
    if (answer === undefined) {
      this.#report('no-command', this.#next, `exchange ${this.#next}: an answer is due, but the guest sent no command`)
      return false
    }
    answer()
    return true
  }

  execute(command: Uint8Array, _locality: number, done: (response: Uint8Array | undefined) => void): void {
    const index = this.#next
    const exchange = this.#exchanges[index]
    if (exchange === undefined) {
      this.#report(
        'exhausted',
        index,
        `exchange ${index}: the recording ends here, the guest sent ${bytes(command, 0)}`,
      )
      done(undefined)
      return
    }
    this.#next += 1
    const at = firstDifference(command, exchange.req)
    if (at >= 0) {
      const text = `expected ${bytes(exchange.req, at)} of ${exchange.req.length}, got ${bytes(command, at)} of ${command.length}`
      this.#report('request', index, `exchange ${index}: the command differs at byte ${at}: ${text}`)
    }
    this.#answer = () => done(exchange.rsp)
  }

  /** A recording knows when its answers come. */
  cancel(): void {}

  established(): boolean {
    return this.#established
  }

  /** Drops a command that waits; the recording goes on behind it. */
  reset(ready: () => void): void {
    this.#answer = undefined
    ready()
  }

  close(): void {
    this.#answer = undefined
  }

  #report(code: RecordedTpmErrorCode, exchange: number, message: string): void {
    const error = new RecordedTpmError(code, exchange, message)
    this.#errors.push(error)
    try {
      this.#onError?.(error)
    } catch {
      // A host's hook must not fail a guest's store.
    }
  }
}

/** Index of the first byte that differs or is missing on one side; -1 when equal. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const n = Math.max(a.length, b.length)
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return i
  return -1
}

/** A few bytes from `at`, for messages. */
function bytes(data: Uint8Array, at: number): string {
  if (at >= data.length) return 'the end'
  const shown = Array.from(data.subarray(at, at + 8), (byte) => hex(byte, 2).slice(2)).join(' ')
  return at + 8 < data.length ? `${shown} ...` : shown
}
