/**
 * How a client of swtpm is made, and what it does when swtpm fails.
 *
 * @module
 */

import { CRB_BUFFER_SIZE } from '../registers.ts'
import type { SocketAddress } from '../socket/channel.ts'
import { TpmSocketError } from '../socket/error.ts'
import { milliseconds } from '../socket/link.ts'
import type { SwtpmProcessOptions } from './process.ts'
import { TPM_HEADER_SIZE } from './protocol.ts'
import type { SessionLimits } from './session.ts'

/**
 * What to do when swtpm dies, hangs beyond a timeout or breaks the protocol.
 *
 * - `off`: nothing. Commands get no answer from there on (the guest reads tpmSts and the fatal error), resets complete.
 * - `reset`: the same until the next device reset, which starts swtpm anew or connects again. The TPM then has what it
 *   keeps over a power cycle: whatever NV write was answered is there. Not sooner, because PCRs that become zero while
 *   the guest runs on would let it measure anything it likes.
 * - `resume`: what the TPM is (NV, PCRs, sessions, everything) is fetched after each command and before its answer goes
 *   to the guest, some 0.4 ms; a new swtpm is given that and the guest goes on, without a Startup. The command that was
 *   under way runs again, once: its first run has left nothing behind, so that each command is done once or not at all.
 *   If that fails too, the guest reads tpmSts and the fatal error, and may reset. The state is held decrypted in this
 *   process's memory.
 */
export type SwtpmReconnect = 'off' | 'reset' | 'resume'

const RECONNECT: readonly SwtpmReconnect[] = ['off', 'reset', 'resume']

/** What `Swtpm.connect` and `Swtpm.spawn` have in common. */
export interface SwtpmOptions {
  /**
   * `true`: go on from the volatile state (PCRs, sessions) that `Swtpm.storeVolatile` left in the state directory;
   * no Startup is due then. `false` unless told: power the TPM on anew.
   */
  readonly resume?: boolean
  /** What to do when swtpm fails; `off` unless told. */
  readonly reconnect?: SwtpmReconnect
  /** Longest a TPM command may take, milliseconds; 300,000 unless told (Linux' longest duration of a command). */
  readonly commandTimeout?: number
  /**
   * Longest that connecting, a control command, or finding a swtpm again may take, milliseconds; 10,000 unless told. With
   * `reconnect` also how long a command may go on that a device reset has dropped.
   */
  readonly controlTimeout?: number
  /**
   * Largest command and answer, bytes; the data buffer's 3968 unless told. A CRB of profile `chunk` takes more: what
   * swtpm has (4096 in 0.7), which refuses a larger one by its own choice of size.
   */
  readonly bufferSize?: number
  /**
   * Told when swtpm fails: once, or with `reconnect` each time that one does. A reconnection that fails is told as well.
   * What it throws is dropped.
   */
  readonly onError?: (error: TpmSocketError) => void
  /** Told when a new swtpm has taken the place of one that failed. What it throws is dropped. */
  readonly onReconnect?: () => void
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

/** Longest answer that the channel takes. */
const MAX_BUFFER = 4096

/** @throws TpmSocketError `option`. */
export function checkSwtpmOptions(options: SwtpmOptions): SessionLimits & { readonly reconnect: SwtpmReconnect } {
  const { reconnect = 'off', bufferSize = CRB_BUFFER_SIZE, onError } = options
  if (!RECONNECT.includes(reconnect)) {
    throw new TpmSocketError('option', `reconnect is ${String(reconnect)}; there are ${RECONNECT.join(', ')}`)
  }
  if (!(Number.isInteger(bufferSize) && bufferSize >= TPM_HEADER_SIZE && bufferSize <= MAX_BUFFER)) {
    throw new TpmSocketError('option', `bufferSize is ${bufferSize}; give bytes, ${TPM_HEADER_SIZE}..${MAX_BUFFER}`)
  }
  return {
    commandTimeout: milliseconds('commandTimeout', options.commandTimeout, 300_000),
    controlTimeout: milliseconds('controlTimeout', options.controlTimeout, 10_000),
    bufferSize,
    reconnect,
    onError,
  }
}
