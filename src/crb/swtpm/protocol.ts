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
  STOP: { code: 0x0e, reply: 4 },
  SET_BUFFERSIZE: { code: 0x11, reply: 16 },
} as const

/** Name of a control command. */
export type SwtpmControlName = keyof typeof SWTPM_CONTROL

/** INIT: load the stored volatile state, if any, and delete it. */
export const INIT_DELETE_VOLATILE = 1

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

/** A u32 as a request's body. */
export function u32Body(value: number): Uint8Array {
  const body = new Uint8Array(4)
  new DataView(body.buffer).setUint32(0, value)
  return body
}

/** Bytes of the reply that begins with these; 0 while too few are there to tell. */
export function controlReplyLength(name: SwtpmControlName, received: Uint8Array): number {
  if (received.length < 4) return 0
  return controlResult(received) === 0 ? SWTPM_CONTROL[name].reply : 4
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
