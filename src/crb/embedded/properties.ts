/**
 * TPM_PT: the properties that GetCapability(TPM_PROPERTIES) lists (TPM 2.0 Part 2, 6.13). A TPM without keys, NV indices
 * and sessions says zero for their limits.
 *
 * @module
 */

import { TPM_ALG } from '../tpm2/constants.ts'
import { MAX_DIGEST } from './hash.ts'
import { PCR_COUNT, PCR_SELECT_SIZE } from './pcr.ts'
import type { TpmState } from './state.ts'

/** Largest command and response. */
export const MAX_COMMAND_SIZE = 4096
/** Largest TPM2B_MAX_BUFFER. */
export const MAX_INPUT_BUFFER = 1024
/** Largest capability list. */
const MAX_CAP_BUFFER = 1024

/** Four characters as the u32 that holds them. */
const text = (four: string): number => [...four].reduce((v, c) => v * 256 + c.charCodeAt(0), 0)

/** TPM_SPEC_FAMILY "2.0", level 0, revision 1.64, of day 75 of 2021: the revision whose response codes are used here. */
const SPEC = { FAMILY: text('2.0\0'), LEVEL: 0, REVISION: 164, DAY: 75, YEAR: 2021 } as const

/** First property of the group that never changes, and of the one that does. */
export const PT_FIXED = 0x100
const PT_VAR = 0x200

/** Values of TPM_PT_FIXED + n; a gap is a property that does not exist. */
function fixed(commands: number): readonly (number | undefined)[] {
  return [
    SPEC.FAMILY,
    SPEC.LEVEL,
    SPEC.REVISION,
    SPEC.DAY,
    SPEC.YEAR,
    text('NISV'), // MANUFACTURER: no TCG vendor ID
    text('nisv'), // VENDOR_STRING_1..4
    text(' emb'),
    text('edde'),
    text('d\0\0\0'),
    1, // VENDOR_TPM_TYPE
    0x0001_0000, // FIRMWARE_VERSION_1, _2
    0,
    MAX_INPUT_BUFFER,
    0, // HR_TRANSIENT_MIN
    0, // HR_PERSISTENT_MIN
    0, // HR_LOADED_MIN
    0, // ACTIVE_SESSIONS_MAX
    PCR_COUNT,
    PCR_SELECT_SIZE,
    0xffff, // CONTEXT_GAP_MAX
    undefined, // 0x115 is not defined
    0, // NV_COUNTERS_MAX
    0, // NV_INDEX_MAX
    0, // MEMORY
    0x1000, // CLOCK_UPDATE
    TPM_ALG.SHA512, // CONTEXT_HASH
    TPM_ALG.NULL, // CONTEXT_SYM
    0, // CONTEXT_SYM_SIZE
    0xff, // ORDERLY_COUNT
    MAX_COMMAND_SIZE,
    MAX_COMMAND_SIZE, // MAX_RESPONSE_SIZE
    MAX_DIGEST,
    0, // MAX_OBJECT_CONTEXT
    0, // MAX_SESSION_CONTEXT
    SPEC.FAMILY, // PS_FAMILY_INDICATOR and the rest of the platform profile
    SPEC.LEVEL,
    SPEC.REVISION,
    SPEC.DAY,
    SPEC.YEAR,
    0, // SPLIT_MAX
    commands, // TOTAL_COMMANDS: what Linux sizes its command table by
    commands, // LIBRARY_COMMANDS
    0, // VENDOR_COMMANDS
    0, // NV_BUFFER_MAX
    0, // MODES
    MAX_CAP_BUFFER,
  ]
}

/** TPMA_STARTUP_CLEAR: phEnable, shEnable, ehEnable, phEnableNV; bit 31 orderly. */
const STARTUP_CLEAR = 0x0f
const STARTUP_CLEAR_ORDERLY = 0x8000_0000

/** Values of TPM_PT_VAR + n. */
function variable(state: TpmState): readonly number[] {
  return [
    0, // PERMANENT: no authorisation value is set
    state.startedOrderly ? STARTUP_CLEAR_ORDERLY + STARTUP_CLEAR : STARTUP_CLEAR,
    ...Array<number>(13).fill(0), // HR_NV_INDEX .. LOCKOUT_COUNTER, 0x202..0x20E: no objects, sessions, NV
    3, // MAX_AUTH_FAIL
    1000, // LOCKOUT_INTERVAL, seconds
    1000, // LOCKOUT_RECOVERY
    0, // NV_WRITE_RECOVERY
    0, // AUDIT_COUNTER_0
    0, // AUDIT_COUNTER_1
  ]
}

/** One property. */
export interface TpmProperty {
  /** TPM_PT. */
  readonly id: number
  readonly value: number
}

/** All properties, ascending. `commands` is the number of commands the TPM implements. */
export function properties(state: TpmState, commands: number): readonly TpmProperty[] {
  const out: TpmProperty[] = []
  fixed(commands).forEach((value, i) => {
    if (value !== undefined) out.push({ id: PT_FIXED + i, value })
  })
  variable(state).forEach((value, i) => {
    out.push({ id: PT_VAR + i, value })
  })
  return out
}
