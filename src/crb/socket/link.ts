import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel } from './channel.ts'
import { TpmSocketError } from './error.ts'

/** The channels of one client: they live and end together, and the host is told once why. */
export class Link {
  readonly #onError: ((error: TpmSocketError) => void) | undefined
  readonly #channels: Channel[] = []
  #error: TpmSocketError | undefined

  constructor(onError: ((error: TpmSocketError) => void) | undefined) {
    this.#onError = onError
  }

  /** Why the client ended, or `undefined` while it works. */
  get error(): TpmSocketError | undefined {
    return this.#error
  }

  /** Takes charge of a channel. */
  add(channel: Channel): Channel {
    if (this.#error === undefined) this.#channels.push(channel)
    else channel.close(this.#error)
    return channel
  }

  /** The other side failed: all channels end, what waits is answered, the host is told. What its hook throws is dropped. */
  fail(error: TpmSocketError): void {
    if (this.#error !== undefined) return
    this.end(error)
    try {
      this.#onError?.(error)
    } catch {
      // Nobody above a socket could catch it.
    }
  }

  /** All channels end; the first reason stays. */
  end(reason: TpmSocketError): void {
    this.#error ??= reason
    for (const channel of this.#channels.splice(0)) channel.close(this.#error)
  }
}

/** Between two tries, milliseconds. */
export const RETRY_MS = 10

/**
 * Tries until it works, `timeout` milliseconds have passed, or an error will not go away.
 * @throws (rejects) the last error.
 */
export async function retried<T>(
  timeout: number,
  final: (error: TpmSocketError) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  const until = Date.now() + timeout
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TpmSocketError) || final(error) || Date.now() > until) throw error
      await sleep(RETRY_MS)
    }
  }
}

/**
 * A time limit among the options.
 * @throws TpmSocketError `option`.
 */
export function milliseconds(name: string, given: number | undefined, unlessTold: number): number {
  if (given === undefined) return unlessTold
  if (given > 0 && given < 2 ** 31) return given
  throw new TpmSocketError('option', `${name} is ${given}; give milliseconds, 1..2^31-1`)
}
