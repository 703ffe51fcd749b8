/**
 * What an embedded TPM remembers: its life between _TPM_Init, Startup and Shutdown (TPM 2.0 Part 1, "TPM Operational
 * States"; Part 3, 9.3 and 9.4), PCRs, clock, random state.
 *
 * @module
 */

import { TPM_RC, TPM_SU } from '../tpm2/constants.ts'
import { Pcrs } from './pcr.ts'
import { type RandomFill, RandomSource } from './random.ts'

/** What the last Shutdown left, if nothing has undone it. */
type Orderly = 'clear' | 'state' | 'no'

/** The state of one TPM. It lives as long as the object: a TPM without a disk. */
export class TpmState {
  readonly pcrs: Pcrs = new Pcrs()
  readonly random: RandomSource
  /** Secret of this TPM, from which tickets are made. */
  readonly proof: Uint8Array
  /** Startup has succeeded since _TPM_Init. */
  started = false
  /** TPM Resets, and TPM Restarts or Resumes since the last of them. */
  resetCount = 0
  restartCount = 0
  /** The last Startup found an orderly Shutdown (TPMA_STARTUP_CLEAR.orderly). */
  startedOrderly = true

  readonly #now: () => number
  readonly #made: number
  #powered: number
  #orderly: Orderly = 'clear'
  #startupLocality = 0

  constructor(random: RandomFill, now: () => number) {
    this.random = new RandomSource(random)
    this.proof = this.random.bytes(64)
    this.#now = now
    this.#made = now()
    this.#powered = this.#made
  }

  /** TPMS_TIME_INFO.time: milliseconds since _TPM_Init. */
  get time(): number {
    return Math.max(0, Math.floor(this.#now() - this.#powered))
  }

  /** TPMS_CLOCK_INFO.clock: milliseconds that this TPM has run. It never goes back, so it is always safe. */
  get clock(): number {
    return Math.max(0, Math.floor(this.#now() - this.#made))
  }

  /** _TPM_Init: power cycle. Only Startup is taken after it. */
  init(): void {
    this.started = false
    this.#powered = this.#now()
  }

  /** TPM2_Startup, after _TPM_Init only. @returns a response code. */
  startup(type: number, locality: number): number {
    if (locality !== 0 && locality !== 3) return TPM_RC.LOCALITY
    const orderly = this.#orderly
    if (type === TPM_SU.STATE && orderly !== 'state') {
      // Nothing to resume from; only Startup(CLEAR) can follow.
      return TPM_RC.VALUE
    }
    // What began at locality 3 resumes there, and only there.
    if (type === TPM_SU.STATE && locality !== this.#startupLocality) return TPM_RC.LOCALITY
    this.#startupLocality = locality
    const kind = type === TPM_SU.STATE ? 'resume' : orderly === 'state' ? 'restart' : 'reset'
    this.pcrs.startup(kind, locality)
    if (kind === 'reset') {
      this.resetCount = (this.resetCount + 1) >>> 0
      this.restartCount = 0
    } else {
      this.restartCount = (this.restartCount + 1) >>> 0
    }
    this.startedOrderly = orderly !== 'no'
    this.#orderly = 'no'
    this.started = true
    return TPM_RC.SUCCESS
  }

  /** TPM2_Shutdown. */
  shutdown(type: number): void {
    this.#orderly = type === TPM_SU.STATE ? 'state' : 'clear'
    if (type === TPM_SU.STATE) this.pcrs.save()
  }

  /** A saved PCR changes: what the last Shutdown saved no longer holds. */
  disorder(): void {
    this.#orderly = 'no'
  }
}
