/**
 * What an embedded TPM remembers: its life between _TPM_Init, Startup and Shutdown (TPM 2.0 Part 1, "TPM Operational
 * States"; Part 3, 9.3 and 9.4), PCRs, clock, random state.
 *
 * @module
 */

import { StateReader } from '../state/reader.ts'
import { TPM_RC, TPM_SU } from '../tpm2/constants.ts'
import { WireWriter } from '../tpm2/wire.ts'
import { Pcrs } from './pcr.ts'
import { type RandomFill, RandomSource } from './random.ts'

/** What the last Shutdown left, if nothing has undone it. */
type Orderly = 'clear' | 'state' | 'no'

/** In the order of their codes in saved state. */
const ORDERLY: readonly Orderly[] = ['clear', 'state', 'no']
/** Of saved state: its version, and bytes of the proof. */
const VERSION = 1
const PROOF_SIZE = 64

/** The state of one TPM. It lives as long as the object: a TPM without a disk. */
export class TpmState {
  readonly pcrs: Pcrs = new Pcrs()
  readonly random: RandomSource
  /** Secret of this TPM, from which tickets are made. */
  proof: Uint8Array
  /** Startup has succeeded since _TPM_Init. */
  started = false
  /** TPM Resets, and TPM Restarts or Resumes since the last of them. */
  resetCount = 0
  restartCount = 0
  /** The last Startup found an orderly Shutdown (TPMA_STARTUP_CLEAR.orderly). */
  startedOrderly = true

  readonly #now: () => number
  #made: number
  #powered: number
  #orderly: Orderly = 'clear'
  #startupLocality = 0

  constructor(random: RandomFill, now: () => number) {
    this.random = new RandomSource(random)
    this.proof = this.random.bytes(PROOF_SIZE)
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

  /** Everything as bytes, for {@link load}: secrets too. */
  save(): Uint8Array {
    const out = new WireWriter().u32(VERSION).u8(Number(this.started)).u8(Number(this.startedOrderly))
    out.u8(ORDERLY.indexOf(this.#orderly)).u8(this.#startupLocality)
    out.u32(this.resetCount).u32(this.restartCount).u64(this.time).u64(this.clock).bytes(this.proof)
    this.random.save(out)
    this.pcrs.write(out)
    return out.finish()
  }

  /**
   * Goes on from saved state; time and clock run on from where they were.
   * @throws StateError naming the offset; nothing has changed then.
   */
  load(bytes: Uint8Array): void {
    const reader = new StateReader(bytes, 'embedded TPM')
    const version = reader.u32('the version')
    if (version !== VERSION) throw reader.error('version', `version ${version}; this program reads ${VERSION}`, 0)
    const started = reader.flag('started')
    const startedOrderly = reader.flag('startedOrderly')
    const orderly = ORDERLY[reader.u8('the last Shutdown')]
    if (orderly === undefined) throw reader.error('value', 'the last Shutdown is 0, 1 or 2', reader.at - 1)
    const locality = reader.u8("Startup's locality")
    if (locality !== 0 && locality !== 3) throw reader.error('value', "Startup's locality is 0 or 3", reader.at - 1)
    const resetCount = reader.u32('resetCount')
    const restartCount = reader.u32('restartCount')
    const time = reader.u64('time')
    const clock = reader.u64('clock')
    const proof = reader.take(PROOF_SIZE, 'the proof').slice()
    const parts = [this.random.load(reader), this.pcrs.read(reader)]
    reader.finish()
    this.started = started
    this.startedOrderly = startedOrderly
    this.#orderly = orderly
    this.#startupLocality = locality
    this.resetCount = resetCount
    this.restartCount = restartCount
    const now = this.#now()
    this.#powered = now - time
    this.#made = now - clock
    this.proof = proof
    for (const put of parts) put()
  }
}
