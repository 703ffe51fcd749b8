/**
 * Platform Configuration Registers: 24 per bank, with the attributes of the PC Client platform (TCG PC Client Platform
 * TPM Profile, "PCR attributes"; the table of the TPM 2.0 reference code that libtpms uses).
 *
 * @module
 */

import type { StateReader } from '../state/reader.ts'
import type { WireWriter } from '../tpm2/wire.ts'
import { HASHES, type HashAlgorithm } from './hash.ts'

/** PCRs of a bank. */
export const PCR_COUNT = 24
/** Bytes of a TPMS_PCR_SELECTION's bitmap: PCR_SELECT_MIN and PCR_SELECT_MAX. */
export const PCR_SELECT_SIZE = 3

/** What may be done to a PCR; localities as a mask, bit n for locality n. */
export interface PcrAttributes {
  /** Kept over Shutdown(STATE). */
  readonly save: boolean
  readonly extend: number
  readonly reset: number
  /** All ones after Startup(CLEAR): reset by a dynamic launch only. */
  readonly ones: boolean
  /** Changes do not count in pcrUpdateCounter. */
  readonly noIncrement: boolean
}

function attributes(pcr: number): PcrAttributes {
  const row = (save: boolean, reset: number, extend: number, ones: boolean, noIncrement: boolean): PcrAttributes => ({
    save,
    extend,
    reset,
    ones,
    noIncrement,
  })
  if (pcr < 16) return row(true, 0x00, 0x1f, false, false) // static root of trust
  if (pcr === 16 || pcr === 23) return row(false, 0x0f, 0x1f, false, true) // debug, application
  if (pcr === 17 || pcr === 18) return row(false, 0x10, 0x1c, true, false) // dynamic root of trust
  if (pcr === 19) return row(false, 0x10, 0x0c, true, false)
  if (pcr === 20) return row(false, 0x14, 0x0e, true, false)
  return row(false, 0x14, 0x04, true, true) // 21, 22: the trusted operating system
}

/** By PCR number. */
export const PCR_ATTRIBUTES: readonly PcrAttributes[] = Array.from({ length: PCR_COUNT }, (_, pcr) => attributes(pcr))

/** Which startup the PCRs go through: from nothing, from saved state kept but not used, from saved state. */
export type PcrStartup = 'reset' | 'restart' | 'resume'

/** One bank: the values behind one another. */
interface Bank {
  readonly hash: HashAlgorithm
  readonly values: Uint8Array
}

/** All banks and pcrUpdateCounter. */
export class Pcrs {
  /** Number of changes since the last TPM Reset, 32 bits. */
  updateCounter = 0
  #banks: readonly Bank[] = HASHES.map((hash) => ({ hash, values: new Uint8Array(hash.size * PCR_COUNT) }))
  #saved: { readonly values: readonly Uint8Array[]; readonly counter: number } | undefined

  /** The live bytes of a PCR, or `undefined` when there is no such bank or PCR. */
  value(alg: number, pcr: number): Uint8Array | undefined {
    const bank = this.#banks.find(({ hash }) => hash.alg === alg)
    if (bank === undefined || pcr < 0 || pcr >= PCR_COUNT) return undefined
    return bank.values.subarray(pcr * bank.hash.size, (pcr + 1) * bank.hash.size)
  }

  /** PCR := H(PCR || digest). Counts as one change for each digest extended. */
  extend(pcr: number, hash: HashAlgorithm, digest: Uint8Array): void {
    const value = this.value(hash.alg, pcr)
    if (value === undefined) return
    const message = new Uint8Array(hash.size * 2)
    message.set(value)
    message.set(digest, hash.size)
    value.set(hash.digest(message))
    this.#changed(pcr)
  }

  /** PCR := 0 in every bank. */
  reset(pcr: number): void {
    for (const { hash } of this.#banks) this.value(hash.alg, pcr)?.fill(0)
    this.#changed(pcr)
  }

  /** Every bank, the counter, and what the last Shutdown(STATE) kept. */
  write(out: WireWriter): void {
    const saved = this.#saved
    out.u32(this.updateCounter).u8(saved === undefined ? 0 : 1)
    for (const { values } of this.#banks) out.bytes(values)
    if (saved === undefined) return
    out.u32(saved.counter)
    for (const values of saved.values) out.bytes(values)
  }

  /** @returns what puts it in place, for when all of the state has been read. */
  read(reader: StateReader): () => void {
    const counter = reader.u32('the PCR update counter')
    const hasSaved = reader.flag('whether PCRs are saved')
    const all = (): Uint8Array[] => this.#banks.map(({ values }) => reader.take(values.length, 'a PCR bank').slice())
    const values = all()
    const saved = hasSaved ? { counter: reader.u32('the saved counter'), values: all() } : undefined
    return () => {
      this.updateCounter = counter
      this.#banks.forEach((bank, i) => {
        bank.values.set(values[i] ?? [])
      })
      this.#saved = saved
    }
  }

  /** Shutdown(STATE). */
  save(): void {
    this.#saved = { values: this.#banks.map(({ values }) => values.slice()), counter: this.updateCounter }
  }

  /**
   * Startup (Part 3, 9.3). Every PCR that is set to its default counts as a change.
   * @param locality - of the command; a static root of trust that starts at locality 3 shows it in PCR 0.
   */
  startup(kind: PcrStartup, locality: number): void {
    const saved = this.#saved
    this.updateCounter = kind === 'reset' ? 0 : (saved?.counter ?? 0)
    PCR_ATTRIBUTES.forEach(({ save, ones }, pcr) => {
      const restore = kind === 'resume' && save
      this.#banks.forEach(({ hash }, i) => {
        const value = this.value(hash.alg, pcr)
        const size = hash.size
        if (restore) value?.set(saved?.values[i]?.subarray(pcr * size, (pcr + 1) * size) ?? [])
        else value?.fill(ones ? 0xff : 0)
        if (!restore && pcr === 0) value?.fill(locality, size - 1)
      })
      if (!restore) this.#changed(pcr)
    })
  }

  #changed(pcr: number): void {
    if (PCR_ATTRIBUTES[pcr]?.noIncrement === false) this.updateCounter = (this.updateCounter + 1) >>> 0
  }
}
