/**
 * A TPM 2.0 in this process: enough for firmware, Linux' tpm_crb and a measured boot, in a browser too.
 *
 * @module
 */

import type { TpmBackend } from '../backend.ts'
import type { TpmSavedState } from '../state/crb-state.ts'
import { StateError } from '../state/error.ts'
import { TPM_RC } from '../tpm2/constants.ts'
import { bareResponse, dispatch } from './dispatch.ts'
import { MAX_COMMAND_SIZE } from './properties.ts'
import type { RandomFill } from './random.ts'
import { TpmState } from './state.ts'

/** Of its saved state. */
const KIND = 'embedded'

/** How to make an {@link EmbeddedTpm}. */
export interface EmbeddedTpmOptions {
  /** Fills bytes with random ones; `globalThis.crypto.getRandomValues` unless told. Tests give a fixed one. */
  readonly random?: RandomFill
  /** A clock in milliseconds that never goes back; `performance.now` unless told. */
  readonly now?: () => number
}

/**
 * A small TPM 2.0. Commands: Startup, Shutdown, SelfTest, GetTestResult, GetCapability, GetRandom, StirRandom, Hash,
 * ReadClock, PCR_Read, PCR_Extend, PCR_Reset, with SHA-1, SHA-256, SHA-384 and SHA-512 banks and password sessions;
 * every other command answers TPM_RC_COMMAND_CODE. It answers within the call.
 *
 * **No security boundary.** Its state is a plain object of this process: whoever can read the process's memory reads
 * its secrets and writes its PCRs. It has no keys, no endorsement certificate and no storage; what it says proves
 * nothing to anybody. For that use `Swtpm`, or hardware.
 *
 * @example
 * ```ts
 * const tpm = new EmbeddedTpm()
 * tpm.run(Uint8Array.of(0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0)) // Startup(CLEAR): 80 01 00 00 00 0a 00 00 00 00
 * tpm.run(Uint8Array.of(0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 8)) // GetRandom(8): 20 bytes
 * ```
 */
export class EmbeddedTpm implements TpmBackend {
  readonly bufferSize: number = MAX_COMMAND_SIZE
  readonly #state: TpmState

  constructor(options: EmbeddedTpmOptions = {}) {
    const {
      random = (bytes) => {
        globalThis.crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)
      },
      now = () => globalThis.performance.now(),
    } = options
    this.#state = new TpmState(random, now)
  }

  /**
   * Runs one command.
   * @param command - any bytes.
   * @param locality - 0..4; 0 unless told.
   * @returns a well-formed response, always; TPM_RC_FAILURE when the random source or the clock throws.
   */
  run(command: Uint8Array, locality = 0): Uint8Array {
    try {
      return dispatch(this.#state, command, locality)
    } catch {
      return bareResponse(TPM_RC.FAILURE)
    }
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    done(this.run(command, locality))
  }

  /** Nothing to do: a command has ended before anybody can cancel it. */
  cancel(): void {}

  /** No dynamic launch has happened. */
  established(): boolean {
    return false
  }

  /** _TPM_Init: like a power cycle. PCRs are kept for Startup(STATE) when the guest has called Shutdown(STATE). */
  reset(ready: () => void): void {
    this.#state.init()
    ready()
  }

  close(): void {}

  /** PCRs, clock, counters and secrets. */
  async saveState(): Promise<TpmSavedState> {
    return { kind: KIND, parts: [{ name: 'state', flags: 0, data: this.#state.save() }] }
  }

  /** @throws (rejects) StateError for the state of another kind of TPM, or one that is damaged. */
  async loadState({ kind, parts }: TpmSavedState): Promise<void> {
    const [part, ...more] = parts
    if (kind !== KIND || part === undefined || more.length > 0) {
      throw new StateError('tpm', 'tpm ', -1, `the state is of a TPM of kind '${kind}'; this one loads '${KIND}'`)
    }
    this.#state.load(part.data)
  }
}
