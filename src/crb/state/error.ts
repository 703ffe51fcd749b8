/**
 * What can be wrong with saved state.
 *
 * @module
 */

import { hex } from '../../bits.ts'

/** Kinds of {@link StateError}. */
export type StateErrorCode =
  /** It ends too early, or a length in it cannot be. */
  | 'truncated'
  /** It is no record or stream of this kind at all. */
  | 'magic'
  /** A version that this program does not know. */
  | 'version'
  /** A checksum differs: a byte has changed. */
  | 'checksum'
  /** A section is missing, twice there, or unknown. */
  | 'section'
  /** A value that no device could have saved. */
  | 'value'
  /** It is the state of a device of another profile, base or equipment. */
  | 'device'
  /** The TPM cannot save or load its part. */
  | 'tpm'
  /** A reset came in between. */
  | 'interrupted'

/**
 * Saved state that cannot be read, restored or made. The message says what was found, where, and what to do; a failed
 * restore has changed nothing.
 */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code: StateErrorCode
  /** The section's name; empty when the fault lies outside of any. */
  readonly section: string
  /** Bytes from the beginning of record or stream; -1 when the fault has no place in it. */
  readonly offset: number

  constructor(code: StateErrorCode, section: string, offset: number, problem: string, cause?: unknown) {
    const where = [section === '' ? '' : `section '${section}'`, offset < 0 ? '' : `offset ${hex(offset)}`]
    const place = where.filter((part) => part !== '').join(', ')
    super(place === '' ? problem : `${place}: ${problem}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.section = section
    this.offset = offset
  }
}
