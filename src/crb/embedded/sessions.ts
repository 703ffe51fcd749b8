/**
 * The authorisation area of a command (TPM 2.0 Part 1, "Authorization Area"; Part 3, 5.4 to 5.6). This TPM has no
 * StartAuthSession, so a password session is the only one that can exist; every authValue is empty.
 *
 * @module
 */

import { RC_OF, TPM_RC, TPM_RH } from '../tpm2/constants.ts'
import type { WireReader, WireWriter } from '../tpm2/wire.ts'
import { MAX_DIGEST } from './hash.ts'

/** Sessions of a command. */
const MAX_SESSIONS = 3
/** Handle, nonce size, attributes, size of the password: the smallest session. */
export const MIN_SESSION_SIZE = 9
/** HMAC and policy session handles count from 0x02000000 and 0x03000000. */
const ACTIVE_SESSIONS = 64

/** TPMA_SESSION. */
const CONTINUE_SESSION = 0x01
const RESERVED = 0x18
/** auditExclusive, auditReset, decrypt, encrypt, audit: not for passwords. */
const NOT_WITH_PASSWORD = 0xe6

/** A password session of the command: whether the password is the empty one. */
interface PasswordSession {
  readonly empty: boolean
}

/** One session; its errors go to the reader with the session's number. */
function readSession(area: WireReader, index: number): PasswordSession {
  area.about(RC_OF.SESSION, index + 1)
  if (index === MAX_SESSIONS) area.fail(TPM_RC.SIZE)
  const handle = area.u32()
  const kind = handle >>> 24
  const isSession = (kind === 0x02 || kind === 0x03) && (handle & 0xff_ffff) < ACTIVE_SESSIONS
  if (!isSession && handle !== TPM_RH.PW) area.fail(TPM_RC.VALUE)
  const nonce = area.sized(MAX_DIGEST)
  const attributes = area.u8()
  if ((attributes & RESERVED) !== 0) area.fail(TPM_RC.RESERVED_BITS)
  const password = area.sized(MAX_DIGEST)
  if (area.rc === TPM_RC.SUCCESS && isSession) area.rc = TPM_RC.REFERENCE_S0 + index
  if ((attributes & NOT_WITH_PASSWORD) !== 0) area.fail(TPM_RC.ATTRIBUTES)
  if (nonce.length !== 0) area.fail(TPM_RC.NONCE)
  // Zeros at the end of a password do not count (Part 1, "Password Authorizations").
  return { empty: password.every((byte) => byte === 0) }
}

/**
 * Reads and checks all sessions of a command.
 * @param authorised - number of the command's handles that need an authorisation; they come first.
 * @returns TPM_RC_SUCCESS or the first error, and how many sessions there are.
 */
export function checkSessions(area: WireReader, authorised: number): { readonly rc: number; readonly count: number } {
  const sessions: PasswordSession[] = []
  while (area.left > 0 && area.rc === TPM_RC.SUCCESS) sessions.push(readSession(area, sessions.length))
  const count = sessions.length
  if (area.rc !== TPM_RC.SUCCESS) return { rc: area.rc, count }
  if (count < authorised) return { rc: TPM_RC.AUTH_MISSING, count }
  for (let i = 0; i < count; i++) {
    const about = RC_OF.SESSION | ((i + 1) << 8)
    // A password that authorises no handle has no other use, as audit or encryption would have.
    if (i >= authorised) return { rc: TPM_RC.HANDLE | about, count }
    if (sessions[i]?.empty !== true) return { rc: TPM_RC.BAD_AUTH | about, count }
  }
  return { rc: TPM_RC.SUCCESS, count }
}

/** The response's authorisation area: for a password session empty nonce, continueSession, empty HMAC. */
export function writeSessions(out: WireWriter, count: number): void {
  for (let i = 0; i < count; i++) out.u16(0).u8(CONTINUE_SESSION).u16(0)
}
