/**
 * Commands from power-on, in order, with the response that libtpms 0.9.2 (swtpm 0.7.1) gave; the live tests hold them
 * against the real one again. `?` stands for any hexadecimal digit.
 */

import { PASSWORD } from './tpm2.ts'

export interface CommandCase {
  readonly name: string
  /** Hexadecimal. */
  readonly command: string
  readonly locality: number
  /** The EmbeddedTpm's response, hexadecimal. */
  readonly response: string
  /** libtpms' response where ours differs on purpose. */
  readonly differs?: string
}

const fail = (rc: string): string => `80010000000a0000${rc}`
const OK = fail('0000')
const DONE = '80020000001300000000000000000000010000'
const DIGEST = '11'.repeat(32)
const PW = PASSWORD.replace(/\s/g, '')

/** Builds a case: `body` follows the command code. */
function row(
  name: string,
  code: string,
  body: string,
  response: string,
  more: Partial<CommandCase> & { tag?: string } = {},
): CommandCase {
  const rest = body.replace(/\s/g, '')
  const size = (10 + rest.length / 2).toString(16).padStart(8, '0')
  const { tag = '8001', ...others } = more
  return { name, command: tag + size + code + rest, locality: 0, response, ...others }
}
const auth = { tag: '8002' }
const one = (digest: string): string => `00000001 000b ${digest}`

export const COMMAND_CASES: readonly CommandCase[] = [
  row('GetRandom before Startup', '0000017b', '0008', fail('0100')),
  row('unknown command before Startup', '0000ffff', '', fail('0143')),
  // Part 3, 5.2 wants TPM_RC_BAD_TAG in a TPM_ST_RSP_COMMAND response; libtpms answers TPM_RC_VALUE.
  row('unknown tag', '0000017b', '0008', '00c40000000a0000001e', { tag: '1234', differs: fail('0084') }),
  row('Startup with an unknown type', '00000144', '0005', fail('01c4')),
  row('Startup one byte short', '00000144', '00', fail('01da')),
  row('Startup one byte long', '00000144', '000000', fail('0095')),
  row('Startup(STATE) without a Shutdown(STATE)', '00000144', '0001', fail('01c4')),
  row('Startup at locality 1', '00000144', '0000', fail('0907'), { locality: 1 }),
  row('Startup with a session', '00000144', `${PW}0000`, fail('0145'), auth),
  row('Startup(CLEAR)', '00000144', '0000', OK),
  row('Startup again', '00000144', '0000', fail('0100')),
  row('unknown command', '0000012f', '', fail('0143')),
  row('SelfTest(YES)', '00000143', '01', OK),
  row('SelfTest(2)', '00000143', '02', fail('01c4')),
  row('GetTestResult', '0000017c', '', '80010000001000000000000000000000'),
  row('GetRandom(0)', '0000017b', '0000', '80010000000c000000000000'),
  row('GetRandom short', '0000017b', '00', fail('01da')),
  row('GetRandom long', '0000017b', '000800', fail('0095')),
  row('GetRandom with a password', '0000017b', `${PW}0008`, fail('098b'), auth),
  row('GetRandom, authorizationSize 8', '0000017b', '00000008 40000009 0000 01 0000 0008', fail('0095'), auth),
  row('GetRandom, no authorizationSize', '0000017b', '0000', fail('009a'), auth),
  row('StirRandom(3 bytes)', '00000146', '0003 010203', OK),
  row('StirRandom(129 bytes)', '00000146', `0081${'00'.repeat(129)}`, fail('01d5')),
  row('StirRandom cut', '00000146', '0008 00', fail('01da')),
  row(
    'Hash(abc) of the NULL hierarchy',
    '0000017d',
    '0003 616263 000b 40000007',
    '800100000034000000000020ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad8024400000070000',
  ),
  row(
    "Hash of what looks like the TPM's own",
    '0000017d',
    '0004 ff544347 000b 40000001',
    '800100000034000000000020110d884922d680f956eaba9c137420c223252b57d4a12d4afb4ee43e72c737208024400000070000',
  ),
  row('Hash with no algorithm', '0000017d', '0003 616263 0010 40000007', fail('02c3')),
  row('Hash with SM3', '0000017d', '0003 616263 0012 40000007', fail('02c3')),
  row('Hash for no hierarchy', '0000017d', '0003 616263 000b 40000009', fail('03c4')),
  row('Hash of 1025 bytes', '0000017d', `0401${'00'.repeat(1025)}000b40000007`, fail('01d5')),
  row('Hash without an algorithm', '0000017d', '0003 616263', fail('02da')),
  row('PCR_Read of nothing: the counter', '0000017e', '00000000', '80010000001600000000000000140000000000000000'),
  row(
    'PCR_Read of PCR 0 after Startup',
    '0000017e',
    '00000001 000b 03 010000',
    `80010000003e000000000000001400000001000b03010000000000010020${'00'.repeat(32)}`,
  ),
  row('PCR_Read of five banks', '0000017e', `00000005${'000b03010000'.repeat(5)}`, fail('01d5')),
  row('PCR_Read, sizeofSelect 2', '0000017e', '00000001 000b 02 0100', fail('01c4')),
  row('PCR_Read, sizeofSelect 4', '0000017e', '00000001 000b 04 01000000', fail('01c4')),
  row('PCR_Read of no bank', '0000017e', '00000001 0010 03 010000', fail('01c3')),
  row('PCR_Read cut', '0000017e', '00000001 000b 03 0100', fail('01da')),
  row('PCR_Extend 0', '00000182', `00000000 ${PW} ${one(DIGEST)}`, DONE, auth),
  row('PCR_Extend 16', '00000182', `00000010 ${PW} ${one(DIGEST)}`, DONE, auth),
  row('PCR_Extend without a session', '00000182', `00000000 ${one(DIGEST)}`, fail('0125')),
  row('PCR_Extend 24', '00000182', `00000018 ${PW} ${one(DIGEST)}`, fail('0184'), auth),
  row('PCR_Extend TPM_RH_NULL', '00000182', `40000007 ${PW} ${one(DIGEST)}`, DONE, auth),
  row('PCR_Extend 17 at locality 0', '00000182', `00000011 ${PW} ${one(DIGEST)}`, fail('0907'), auth),
  row('PCR_Extend 17 at locality 4', '00000182', `00000011 ${PW} ${one(DIGEST)}`, DONE, { ...auth, locality: 4 }),
  row('PCR_Extend with no digest', '00000182', `00000000 ${PW} 00000000`, DONE, auth),
  row(
    'PCR_Extend with five digests',
    '00000182',
    `00000000 ${PW} 00000005 ${`000b${DIGEST}`.repeat(5)}`,
    fail('01d5'),
    auth,
  ),
  row('PCR_Extend with no algorithm', '00000182', `00000000 ${PW} 00000001 0010 ${DIGEST}`, fail('01c3'), auth),
  row('PCR_Extend cut', '00000182', `00000000 ${PW} 00000001 000b ${DIGEST.slice(2)}`, fail('01da'), auth),
  row('PCR_Extend long', '00000182', `00000000 ${PW} ${one(DIGEST)}00`, fail('0095'), auth),
  row('wrong password', '00000182', `00000000 0000000a 40000009 0000 01 0001 41 ${one(DIGEST)}`, fail('09a2'), auth),
  row('zeros as a password', '00000182', `00000000 0000000a 40000009 0000 01 0001 00 ${one(DIGEST)}`, DONE, auth),
  row(
    'password with a nonce',
    '00000182',
    `00000000 0000000a 40000009 0001 aa 01 0000 ${one(DIGEST)}`,
    fail('098f'),
    auth,
  ),
  row('password to encrypt', '00000182', `00000000 00000009 40000009 0000 41 0000 ${one(DIGEST)}`, fail('0982'), auth),
  row('reserved session bit', '00000182', `00000000 00000009 40000009 0000 09 0000 ${one(DIGEST)}`, fail('09a1'), auth),
  row(
    'HMAC session not loaded',
    '00000182',
    `00000000 00000009 02000000 0000 01 0000 ${one(DIGEST)}`,
    fail('0918'),
    auth,
  ),
  row(
    'second password',
    '00000182',
    `00000000 00000012 ${'400000090000010000'.repeat(2)} ${one(DIGEST)}`,
    fail('0a8b'),
    auth,
  ),
  row(
    'four sessions',
    '00000182',
    `00000000 00000024 ${'400000090000010000'.repeat(4)} ${one(DIGEST)}`,
    fail('0c95'),
    auth,
  ),
  row('session cut', '00000182', `00000000 0000000a 40000009 0000 01 0000 00 ${one(DIGEST)}`, fail('0a9a'), auth),
  row('no handle', '00000182', '0000', fail('019a'), auth),
  row('PCR_Reset 16', '0000013d', `00000010 ${PW}`, DONE, auth),
  row('PCR_Reset 0', '0000013d', `00000000 ${PW}`, fail('0907'), auth),
  row('PCR_Reset TPM_RH_NULL', '0000013d', `40000007 ${PW}`, fail('0184'), auth),
  row(
    'PCR_Read of PCR 0 and 16 after it all',
    '0000017e',
    '00000001 000b 03 010001',
    `800100000060000000000000001700000001000b03010001000000020020${'?'.repeat(64)}0020${'00'.repeat(32)}`,
  ),
  row('GetCapability of an unknown kind', '0000017a', '0000000b 00000000 00000040', fail('01c4')),
  row('GetCapability of handles of an unknown kind', '0000017a', '00000001 05000000 00000040', fail('02cb')),
  row('GetCapability of PCRs, property 1', '0000017a', '00000005 00000001 00000001', fail('02c4')),
  row(
    'GetCapability of no entries',
    '0000017a',
    '00000005 00000000 00000000',
    '80010000001300000000010000000500000000',
  ),
  row('GetCapability cut', '0000017a', '00000000 00000000 0000', fail('03da')),
  row('Shutdown with an unknown type', '00000145', '0002', fail('01c4')),
]
