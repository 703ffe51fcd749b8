/**
 * From the bytes of a command to those of the response: header, handles, sessions, parameters, in the order of TPM 2.0
 * Part 3, 5 ("Command Processing"), each check with its response code.
 *
 * @module
 */

import { RC_OF, TPM_CC, TPM_RC, TPM_ST } from '../tpm2/constants.ts'
import { WireReader, WireWriter } from '../tpm2/wire.ts'
import { getCapability } from './capability.ts'
import type { CommandRow } from './command.ts'
import {
  getRandom,
  getTestResult,
  hash,
  readClock,
  selfTest,
  shutdown,
  startup,
  stirRandom,
} from './general-commands.ts'
import { isPcr, isPcrOrNull, pcrExtend, pcrRead, pcrReset } from './pcr-commands.ts'
import { MAX_COMMAND_SIZE } from './properties.ts'
import { checkSessions, MIN_SESSION_SIZE, writeSessions } from './sessions.ts'
import type { TpmState } from './state.ts'

/** Bytes of a command or response header. */
const HEADER_SIZE = 10

/** Every command of this TPM, ascending by code. Another one is a row and an action. */
const COMMANDS: readonly CommandRow[] = [
  { code: TPM_CC.PCR_Reset, nv: true, sessions: true, handles: [{ accepts: isPcr }], run: pcrReset },
  { code: TPM_CC.SelfTest, nv: true, sessions: true, handles: [], run: selfTest },
  { code: TPM_CC.Startup, nv: true, sessions: false, handles: [], run: startup },
  { code: TPM_CC.Shutdown, nv: true, sessions: true, handles: [], run: shutdown },
  { code: TPM_CC.StirRandom, nv: true, sessions: true, handles: [], run: stirRandom },
  { code: TPM_CC.GetCapability, nv: false, sessions: true, handles: [], run: getCapability },
  { code: TPM_CC.GetRandom, nv: false, sessions: true, handles: [], run: getRandom },
  { code: TPM_CC.GetTestResult, nv: false, sessions: true, handles: [], run: getTestResult },
  { code: TPM_CC.Hash, nv: false, sessions: true, handles: [], run: hash },
  { code: TPM_CC.PCR_Read, nv: false, sessions: true, handles: [], run: pcrRead },
  { code: TPM_CC.ReadClock, nv: false, sessions: true, handles: [], run: readClock },
  { code: TPM_CC.PCR_Extend, nv: true, sessions: true, handles: [{ accepts: isPcrOrNull }], run: pcrExtend },
]

/** A response without parameters. */
export function bareResponse(rc: number, tag: number = TPM_ST.NO_SESSIONS): Uint8Array {
  return new WireWriter().u16(tag).u32(HEADER_SIZE).u32(rc).finish()
}

/** Runs one command. Any bytes get a well-formed response. */
export function dispatch(state: TpmState, command: Uint8Array, locality: number): Uint8Array {
  const reader = new WireReader(command)
  const tag = reader.u16()
  if (reader.rc !== TPM_RC.SUCCESS) return bareResponse(reader.rc)
  if (tag !== TPM_ST.NO_SESSIONS && tag !== TPM_ST.SESSIONS) return bareResponse(TPM_RC.BAD_TAG, TPM_ST.RSP_COMMAND)
  const size = reader.u32()
  if (reader.rc !== TPM_RC.SUCCESS) return bareResponse(reader.rc)
  if (size !== command.length || size > MAX_COMMAND_SIZE) return bareResponse(TPM_RC.COMMAND_SIZE)
  const code = reader.u32()
  if (reader.rc !== TPM_RC.SUCCESS) return bareResponse(reader.rc)
  const row = COMMANDS.find((candidate) => candidate.code === code)
  if (row === undefined) return bareResponse(TPM_RC.COMMAND_CODE)
  // Startup is the first command, and only the first.
  if (state.started === (code === TPM_CC.Startup)) return bareResponse(TPM_RC.INITIALIZE)

  const handles = row.handles.map(({ accepts }, i) => {
    const handle = reader.about(RC_OF.HANDLE, i + 1).u32()
    if (!accepts(handle)) reader.fail(TPM_RC.VALUE)
    return handle
  })
  reader.about(0, 0)
  let sessions = 0
  if (tag === TPM_ST.SESSIONS) {
    const authSize = reader.u32()
    if (authSize < MIN_SESSION_SIZE || authSize > reader.left) reader.fail(TPM_RC.SIZE)
    if (!row.sessions) reader.fail(TPM_RC.AUTH_CONTEXT)
    if (reader.rc !== TPM_RC.SUCCESS) return bareResponse(reader.rc)
    const { rc, count } = checkSessions(reader.sub(authSize), handles.length)
    if (rc !== TPM_RC.SUCCESS) return bareResponse(rc)
    sessions = count
  } else if (handles.length > 0) reader.fail(TPM_RC.AUTH_MISSING)
  if (reader.rc !== TPM_RC.SUCCESS) return bareResponse(reader.rc)

  const out = new WireWriter()
  const rc = row.run({ state, locality, handles, parameters: reader, out, commands: COMMANDS })
  if (rc !== TPM_RC.SUCCESS) return bareResponse(rc)
  const body = new WireWriter()
  if (tag === TPM_ST.SESSIONS) body.u32(out.length)
  body.bytes(out.finish())
  writeSessions(body, sessions)
  const response = new WireWriter()
    .u16(tag)
    .u32(HEADER_SIZE + body.length)
    .u32(TPM_RC.SUCCESS)
  return response.bytes(body.finish()).finish()
}
