/**
 * Numbers of the TPM 2.0 Library Specification, Part 2 (Structures), that the back ends here use.
 *
 * @module
 */

/** TPM_ST: structure tags (Part 2, 6.9). */
export const TPM_ST = { RSP_COMMAND: 0x00c4, NO_SESSIONS: 0x8001, SESSIONS: 0x8002, HASHCHECK: 0x8024 } as const

/** TPM_CC: command codes (Part 2, 6.5.2) of the commands that the EmbeddedTpm runs. */
export const TPM_CC = {
  PCR_Reset: 0x13d,
  SelfTest: 0x143,
  Startup: 0x144,
  Shutdown: 0x145,
  StirRandom: 0x146,
  GetCapability: 0x17a,
  GetRandom: 0x17b,
  GetTestResult: 0x17c,
  Hash: 0x17d,
  PCR_Read: 0x17e,
  ReadClock: 0x181,
  PCR_Extend: 0x182,
} as const

/** TPM_RC: response codes (Part 2, 6.6.3). Those with bit 7 set are format 1 and take a number of {@link RC_OF}. */
export const TPM_RC = {
  SUCCESS: 0x000,
  BAD_TAG: 0x01e,
  INITIALIZE: 0x100,
  FAILURE: 0x101,
  AUTH_MISSING: 0x125,
  COMMAND_SIZE: 0x142,
  COMMAND_CODE: 0x143,
  AUTH_CONTEXT: 0x145,
  ATTRIBUTES: 0x082,
  HASH: 0x083,
  VALUE: 0x084,
  HANDLE: 0x08b,
  NONCE: 0x08f,
  SIZE: 0x095,
  INSUFFICIENT: 0x09a,
  RESERVED_BITS: 0x0a1,
  BAD_AUTH: 0x0a2,
  LOCALITY: 0x907,
  /** Session 0 of the command is not loaded; + n for session n. */
  REFERENCE_S0: 0x918,
} as const

/** What a format-1 code is about: OR one of these, and the number (from 1) shifted by 8, into it. */
export const RC_OF = { HANDLE: 0x000, PARAMETER: 0x040, SESSION: 0x800 } as const

/** TPM_ALG: algorithms (Part 2, 6.3). */
export const TPM_ALG = { SHA1: 0x0004, SHA256: 0x000b, SHA384: 0x000c, SHA512: 0x000d, NULL: 0x0010 } as const

/** TPM_SU: what Startup and Shutdown are for (Part 2, 6.10). */
export const TPM_SU = { CLEAR: 0, STATE: 1 } as const

/** TPM_RH and TPM_RS: permanent handles (Part 2, 7.4). */
export const TPM_RH = {
  OWNER: 0x4000_0001,
  NULL: 0x4000_0007,
  PW: 0x4000_0009,
  ENDORSEMENT: 0x4000_000b,
  PLATFORM: 0x4000_000c,
} as const

/** TPM_CAP: what GetCapability is asked for (Part 2, 6.12). */
export const TPM_CAP = {
  ALGS: 0,
  HANDLES: 1,
  COMMANDS: 2,
  PP_COMMANDS: 3,
  AUDIT_COMMANDS: 4,
  PCRS: 5,
  TPM_PROPERTIES: 6,
  PCR_PROPERTIES: 7,
  ECC_CURVES: 8,
  AUTH_POLICIES: 9,
  ACT: 10,
} as const

/** TPM_GENERATED_VALUE: what a TPM's own attestation structures begin with (Part 2, 6.2). */
export const TPM_GENERATED_VALUE = 0xff54_4347
