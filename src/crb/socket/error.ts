/**
 * What can go wrong with a TPM behind a socket.
 *
 * @module
 */

/** Kinds of {@link TpmSocketError}. */
export type TpmSocketErrorCode =
  /** An option makes no sense. */
  | 'option'
  /** The program could not be started, or ended before it listened. */
  | 'spawn'
  /** Nobody listens at the address given, or the address to listen at is taken. */
  | 'connect'
  /** The other side closed a channel or died. */
  | 'closed'
  /** The other side did not answer in time. */
  | 'timeout'
  /** The other side sent what the protocol does not allow. */
  | 'protocol'
  /** The other side refused a control command. */
  | 'refused'

/** A TPM behind a socket that fails: the message says which step, what happened and what to do. */
export class TpmSocketError extends Error {
  override readonly name = 'TpmSocketError'
  readonly code: TpmSocketErrorCode

  constructor(code: TpmSocketErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
