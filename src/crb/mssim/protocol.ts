/**
 * The TCP protocol of the TPM 2.0 reference implementation's simulator (TpmTcpProtocol.h; tpm2-tss' TCTI `mssim`
 * speaks it): a command port, and a platform port one above. Every request begins with a big-endian u32 signal and
 * ends with a reply of u32 0; SESSION_END and STOP have none. A TPM command is
 * {SEND_COMMAND, u8 locality, u32 size, bytes}, its reply {u32 size, bytes, u32 0}.
 *
 * @module
 */

/** Signals, by name. Those of the command port and of the platform port share their numbers. */
export const MSSIM = {
  POWER_ON: 1,
  POWER_OFF: 2,
  PHYS_PRES_ON: 3,
  PHYS_PRES_OFF: 4,
  SEND_COMMAND: 8,
  CANCEL_ON: 9,
  CANCEL_OFF: 10,
  NV_ON: 11,
  NV_OFF: 12,
  REMOTE_HANDSHAKE: 15,
  RESET: 17,
  SESSION_END: 20,
  STOP: 21,
} as const

/** Name of a {@link MSSIM} signal. */
export type MssimSignal = keyof typeof MSSIM

/** The server's version in REMOTE_HANDSHAKE. */
export const MSSIM_VERSION = 1
/** REMOTE_HANDSHAKE: the TPM is reached raw (not through an operating system), and has a platform port. */
export const MSSIM_RAW_PLATFORM = 3

/** Bytes before a command: signal, locality, size. */
const SEND_HEADER = 9

/** Where the command port is unless told. */
export const MSSIM_PORT = 2321

/** A request to run `command`. */
export function sendCommand(command: Uint8Array, locality: number): Uint8Array {
  const request = new Uint8Array(SEND_HEADER + command.length)
  const view = new DataView(request.buffer)
  view.setUint32(0, MSSIM.SEND_COMMAND)
  view.setUint8(4, locality)
  view.setUint32(5, command.length)
  request.set(command, SEND_HEADER)
  return request
}

/** A signal without parameters. */
export function signal(name: MssimSignal): Uint8Array {
  const request = new Uint8Array(4)
  new DataView(request.buffer).setUint32(0, MSSIM[name])
  return request
}

/** The reply to a command: its size, the answer, 0. */
export function sendReply(answer: Uint8Array): Uint8Array {
  const reply = new Uint8Array(answer.length + 8)
  new DataView(reply.buffer).setUint32(0, answer.length)
  reply.set(answer, 4)
  return reply
}

/**
 * Bytes of the reply to SEND_COMMAND that begins with these; 0 while too few are there, -1 for a size above `limit`.
 */
export function sendReplyLength(received: Uint8Array, limit: number): number {
  if (received.length < 4) return 0
  const size = new DataView(received.buffer, received.byteOffset).getUint32(0)
  return size > limit ? -1 : size + 8
}
