/**
 * swtpm's control channel (man swtpm_ioctls, include/swtpm/tpm_ioctl.h): a request is a big-endian u32 command and a
 * body, a reply begins with a u32 result, 0 for success.
 *
 * Measured on swtpm 0.7.1, and held to by the channels here: a request must arrive in one piece (a request cut in two,
 * or two requests in one, may be answered with an error and lost); one request in flight; an error's reply may be
 * shorter than a success's, so the result is read before the rest; a client that is not the first waits until that
 * one has gone.
 *
 * @module
 */

/** Control commands used here, with their reply's length on success. */
export const SWTPM_CONTROL = {
  INIT: { code: 0x02, reply: 4 },
  SHUTDOWN: { code: 0x03, reply: 4 },
  GET_TPMESTABLISHED: { code: 0x04, reply: 8 },
  SET_LOCALITY: { code: 0x05, reply: 4 },
  STORE_VOLATILE: { code: 0x0a, reply: 4 },
  GET_STATEBLOB: { code: 0x0c, reply: 16 },
  SET_STATEBLOB: { code: 0x0d, reply: 4 },
  STOP: { code: 0x0e, reply: 4 },
  SET_BUFFERSIZE: { code: 0x11, reply: 16 },
} as const

/** Name of a control command. */
export type SwtpmControlName = keyof typeof SWTPM_CONTROL

/** INIT: load the stored volatile state, if any, and delete it. */
export const INIT_DELETE_VOLATILE = 1

/**
 * The blobs of a TPM's state, in the order in which QEMU saves and loads them: `type` of GET_ and SET_STATEBLOB. A TPM
 * that has had INIT has the first two, before Startup too; the third was empty in all that was seen.
 */
export const SWTPM_BLOBS = [
  { name: 'permanent', type: 1, always: true },
  { name: 'volatile', type: 2, always: true },
  { name: 'savestate', type: 3, always: false },
] as const

/** GET_STATEBLOB: give it decrypted. */
export const STATE_FLAG_DECRYPTED = 1
/** Result of GET_STATEBLOB for a blob that is not there (libtpms' TPM_RETRY): no data follows. */
export const RESULT_NO_BLOB = 0x800
/** Longest blob taken; libtpms' are some ten KiB. */
const MAX_BLOB = 1 << 24

const RESULTS: Readonly<Record<number, string>> = {
  3: 'bad parameter',
  9: 'fail',
  10: 'bad ordinal or wrong state',
  31: 'I/O error',
  61: 'bad locality',
}

/** A control result in words. */
export function resultText(result: number): string {
  return `0x${result.toString(16)}${RESULTS[result] === undefined ? '' : ` (${RESULTS[result]})`}`
}

/** A control request. */
export function controlRequest(name: SwtpmControlName, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const request = new Uint8Array(4 + body.length)
  new DataView(request.buffer).setUint32(0, SWTPM_CONTROL[name].code)
  request.set(body, 4)
  return request
}

/** u32s as a request's body, with bytes behind them. */
export function u32Body(values: number | readonly number[], data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const words = typeof values === 'number' ? [values] : values
  const body = new Uint8Array(words.length * 4 + data.length)
  const view = new DataView(body.buffer)
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word)
  body.set(data, words.length * 4)
  return body
}

/** Bytes of the reply that begins with these; 0 while too few are there to tell, -1 for a size that cannot be. */
export function controlReplyLength(name: SwtpmControlName, received: Uint8Array): number {
  if (received.length < 4) return 0
  const result = controlResult(received)
  if (name === 'GET_STATEBLOB' && (result === 0 || result === RESULT_NO_BLOB)) {
    if (received.length < SWTPM_CONTROL.GET_STATEBLOB.reply) return 0
    const { data } = blobReply(received)
    return data > MAX_BLOB ? -1 : SWTPM_CONTROL.GET_STATEBLOB.reply + data
  }
  return result === 0 ? SWTPM_CONTROL[name].reply : 4
}

/** GET_STATEBLOB's reply: flags, bytes of the whole blob, bytes of it behind this head. */
export function blobReply(reply: Uint8Array): {
  readonly flags: number
  readonly total: number
  readonly data: number
} {
  const view = new DataView(reply.buffer, reply.byteOffset, reply.length)
  return { flags: view.getUint32(4), total: view.getUint32(8), data: view.getUint32(12) }
}

/** A reply's result. */
export function controlResult(reply: Uint8Array): number {
  return new DataView(reply.buffer, reply.byteOffset).getUint32(0)
}

/** Bytes of a TPM's header, and the most that a response may have. */
export const TPM_HEADER_SIZE = 10
const TPM_MAX_RESPONSE = 4096

/** Bytes of the response that begins with these; 0 while too few are there, -1 for a size that cannot be. */
export function responseLength(received: Uint8Array): number {
  if (received.length < TPM_HEADER_SIZE) return 0
  const size = new DataView(received.buffer, received.byteOffset).getUint32(2)
  return size < TPM_HEADER_SIZE || size > TPM_MAX_RESPONSE ? -1 : size
}
