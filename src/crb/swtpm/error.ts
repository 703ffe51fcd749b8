/**
 * What can go wrong with a swtpm.
 *
 * @module
 */

/** Kinds of {@link SwtpmError}. */
export type SwtpmErrorCode =
  /** An option makes no sense. */
  | 'option'
  /** The program could not be started, or ended before it listened. */
  | 'spawn'
  /** Nobody listens at the address given. */
  | 'connect'
  /** swtpm closed a channel or died. */
  | 'closed'
  /** swtpm did not answer in time. */
  | 'timeout'
  /** swtpm sent what the protocol does not allow. */
  | 'protocol'
  /** swtpm refused a control command. */
  | 'refused'

/** A swtpm that fails: the message says which step, what happened and what to do. */
export class SwtpmError extends Error {
  override readonly name = 'SwtpmError'
  readonly code: SwtpmErrorCode

  constructor(code: SwtpmErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
