/**
 * What a CRB tells its host, in place of a log: plain data, for counters, traces and live views.
 *
 * @module
 */

/** Why a register access did nothing. */
export type CrbIgnored =
  /** No register there: reads zero, writes vanish. */
  | 'reserved'
  /** A write to a register that only reads. */
  | 'read-only'
  /** A write that does not begin at a register's first byte: QEMU compares the address exactly. */
  | 'offset'
  /** A value that means nothing to this register: QEMU compares it exactly. */
  | 'value'
  /** START without a granted locality. */
  | 'no-locality'
  /** START while a command runs. */
  | 'busy'
  /** CANCEL while none runs. */
  | 'idle'

/** What went wrong on the TPM's side. */
export type CrbFault =
  /** START with a declared size below the header's 10 bytes: tpmSts set, nothing delivered. */
  | 'command-size'
  /** The TPM gave no answer. */
  | 'no-answer'
  /** Its answer was shorter than a header, longer than the buffer, or not as long as it says. */
  | 'answer-size'
  /** An answer to a command that has ended: ignored. */
  | 'late-answer'
  /** A call into the back end threw. */
  | 'backend'
  /** A restored state had a command under way: tpmSts set, the fatal error in the buffer. */
  | 'lost-command'

/** One thing that happened to a {@link TpmCrb}. */
export type CrbEvent =
  /** A register access without effect: harmless, but a hint at a guest's bug (or at Linux writing 0 to CANCEL). */
  | {
      readonly type: 'ignored'
      readonly reason: CrbIgnored
      readonly write: boolean
      /** Bytes from the base, 0..0x7F. */
      readonly offset: number
      /** Bytes: 1, 2 or 4. */
      readonly size: number
      /** The value written; 0 for a read. */
      readonly value: number
    }
  /** A locality was granted or given back. */
  | { readonly type: 'locality'; readonly granted: boolean }
  /** A command goes to the TPM. The bytes are a copy. */
  | { readonly type: 'command'; readonly locality: number; readonly command: Uint8Array }
  /** The guest asks to cancel it. */
  | { readonly type: 'cancel' }
  /** The answer was put in the buffer, START fell. The bytes are a copy; after an `error` they are the device's own. */
  | { readonly type: 'answer'; readonly response: Uint8Array }
  /** The device was reset. */
  | { readonly type: 'reset' }
  /** A saved state was put in place of the device's own. */
  | { readonly type: 'restore' }
  /** The TPM failed; `message` says how. */
  | { readonly type: 'error'; readonly reason: CrbFault; readonly message: string; readonly cause?: unknown }

/** Takes events. It runs inside the access; what it throws is dropped, so that no guest sees a host's mistake. */
export type CrbEventHook = (event: CrbEvent) => void
