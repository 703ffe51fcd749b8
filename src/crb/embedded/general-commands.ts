/**
 * Startup, testing, random numbers, hashing and time (TPM 2.0 Part 3, 9, 10, 16, 15.4, 29.1).
 *
 * @module
 */

import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { RC_OF, TPM_GENERATED_VALUE, TPM_RC, TPM_RH, TPM_ST, TPM_SU } from '../tpm2/constants.ts'
import { type WireReader, WireWriter } from '../tpm2/wire.ts'
import { type CommandContext, ofParameter, yesNo } from './command.ts'
import { hashOf, MAX_DIGEST } from './hash.ts'
import { MAX_INPUT_BUFFER } from './properties.ts'

/** Largest TPM2B_SENSITIVE_DATA. */
const MAX_SENSITIVE_DATA = 128

const TICKET_HIERARCHIES: readonly number[] = [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.NULL]

function startupType(parameters: WireReader): number {
  const type = parameters.about(RC_OF.PARAMETER, 1).u16()
  if (type !== TPM_SU.CLEAR && type !== TPM_SU.STATE) parameters.fail(TPM_RC.VALUE)
  return type
}

export function startup({ state, locality, parameters }: CommandContext): number {
  const type = startupType(parameters)
  const rc = parameters.end() || state.startup(type, locality)
  return rc === TPM_RC.VALUE ? ofParameter(rc, 1) : rc
}

export function shutdown({ state, parameters }: CommandContext): number {
  const type = startupType(parameters)
  const rc = parameters.end()
  if (rc === TPM_RC.SUCCESS) state.shutdown(type)
  return rc
}

/** Nothing here is tested late: both a full and a quick test have always passed. */
export function selfTest({ parameters }: CommandContext): number {
  yesNo(parameters, 1)
  return parameters.end()
}

export function getTestResult({ parameters, out }: CommandContext): number {
  const rc = parameters.end()
  if (rc === TPM_RC.SUCCESS) out.u16(0).u32(TPM_RC.SUCCESS)
  return rc
}

/** At most a digest's worth of bytes, whatever was asked for. */
export function getRandom({ state, parameters, out }: CommandContext): number {
  const requested = parameters.about(RC_OF.PARAMETER, 1).u16()
  const rc = parameters.end()
  if (rc === TPM_RC.SUCCESS) out.sized(state.random.bytes(Math.min(requested, MAX_DIGEST)))
  return rc
}

export function stirRandom({ state, parameters }: CommandContext): number {
  const data = parameters.about(RC_OF.PARAMETER, 1).sized(MAX_SENSITIVE_DATA)
  const rc = parameters.end()
  if (rc === TPM_RC.SUCCESS) state.random.stir(data)
  return rc
}

/** The digest, and a ticket that says whether the TPM would sign it: not for data that looks like its own. */
export function hash({ state, parameters, out }: CommandContext): number {
  const data = parameters.about(RC_OF.PARAMETER, 1).sized(MAX_INPUT_BUFFER)
  const alg = parameters.about(RC_OF.PARAMETER, 2).u16()
  const algorithm = hashOf(alg)
  if (algorithm === undefined) parameters.fail(TPM_RC.HASH)
  const hierarchy = parameters.about(RC_OF.PARAMETER, 3).u32()
  if (!TICKET_HIERARCHIES.includes(hierarchy)) parameters.fail(TPM_RC.VALUE)
  const rc = parameters.end()
  if (rc !== TPM_RC.SUCCESS || algorithm === undefined) return rc
  const digest = algorithm.digest(data)
  const generated = data.length >= 4 && new DataView(data.buffer, data.byteOffset).getUint32(0) === TPM_GENERATED_VALUE
  const ticketed = hierarchy !== TPM_RH.NULL && !generated
  out.sized(digest)
  out.u16(TPM_ST.HASHCHECK).u32(ticketed ? hierarchy : TPM_RH.NULL)
  if (ticketed) {
    const message = new WireWriter().u16(TPM_ST.HASHCHECK).u32(hierarchy).u16(alg).bytes(digest).finish()
    out.sized(hmac(sha512, state.proof, message))
  } else out.u16(0)
  return TPM_RC.SUCCESS
}

/** TPMS_TIME_INFO. The clock is always safe: it has never been reported higher than it is. */
export function readClock({ state, parameters, out }: CommandContext): number {
  const rc = parameters.end()
  if (rc !== TPM_RC.SUCCESS) return rc
  out.u64(state.time).u64(state.clock).u32(state.resetCount).u32(state.restartCount).u8(1)
  return TPM_RC.SUCCESS
}
