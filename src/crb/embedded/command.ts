/**
 * The shape of one command: a row of attributes (TPM 2.0 Part 2, TPMA_CC; Part 3, the command's table) and the action.
 *
 * @module
 */

import { RC_OF, TPM_RC } from '../tpm2/constants.ts'
import type { WireReader, WireWriter } from '../tpm2/wire.ts'
import type { TpmState } from './state.ts'

/** A handle in a command's handle area. */
export interface HandleSlot {
  /** Whether the handle names something this command takes; else TPM_RC_VALUE. */
  readonly accepts: (handle: number) => boolean
}

/** What an action works on. */
export interface CommandContext {
  readonly state: TpmState
  readonly locality: number
  readonly handles: readonly number[]
  /** The parameters; an action reads them all, then calls `end()`. */
  readonly parameters: WireReader
  /** The response parameters. */
  readonly out: WireWriter
  /** Every command of this TPM: what GetCapability lists. */
  readonly commands: readonly CommandRow[]
}

/** One command. */
export interface CommandRow {
  /** TPM_CC. */
  readonly code: number
  /** TPMA_CC.nv: may write the TPM's non-volatile state. */
  readonly nv: boolean
  /** Sessions may come with it (else TPM_RC_AUTH_CONTEXT). */
  readonly sessions: boolean
  /** Handles; each one here needs an authorisation (role USER) and has the empty authValue. */
  readonly handles: readonly HandleSlot[]
  /** @returns TPM_RC_SUCCESS, with the response parameters in `out`, or an error code, `out` then being dropped. */
  readonly run: (context: CommandContext) => number
}

/** The error `code` about parameter `n`, counted from 1. */
export function ofParameter(code: number, n: number): number {
  return code | RC_OF.PARAMETER | (n << 8)
}

/** Reads parameter `n` as a TPMI_YES_NO. */
export function yesNo(parameters: WireReader, n: number): boolean {
  const value = parameters.about(RC_OF.PARAMETER, n).u8()
  if (value > 1) parameters.fail(TPM_RC.VALUE)
  return value === 1
}
