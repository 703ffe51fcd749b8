/**
 * swtpm's socket protocol (src/crb/swtpm/protocol.ts), served: TPM commands bare on the data port, and as much of the
 * control channel as a TPM behind a CRB has.
 *
 * @module
 */

import { SWTPM_CONTROL } from '../swtpm/protocol.ts'
import { declaredSize, HEADER_SIZE } from '../transfer.ts'
import type { ByteStream } from './byte-stream.ts'
import type { Front, Send } from './front.ts'
import type { ServedCrb } from './target.ts'

/** PTM_CAP_INIT, SHUTDOWN, GET_TPMESTABLISHED, SET_LOCALITY, CANCEL_TPM_CMD, STOP, SET_BUFFERSIZE. */
const CAPABILITIES = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x400 | 0x1000
/** Control commands that no client of ours sends. */
const GET_CAPABILITY = 0x01
const CANCEL_TPM_CMD = 0x09
const BAD_PARAMETER = 3
const BAD_ORDINAL = 10
const BAD_LOCALITY = 61
const OK = u32s(0)

/** Data port and control port. */
export const swtpmFront: Front = { ports: [dataPort, controlPort] }

async function dataPort(stream: ByteStream, send: Send, tpm: ServedCrb): Promise<string> {
  for (;;) {
    const head = await stream.read(HEADER_SIZE)
    if (head === undefined) return ''
    const size = declaredSize(head)
    if (size < HEADER_SIZE || size > tpm.bufferSize) return `a command of ${size} bytes`
    const rest = await stream.read(size - HEADER_SIZE)
    if (rest === undefined) return ''
    const command = new Uint8Array(size)
    command.set(head)
    command.set(rest, HEADER_SIZE)
    await send(await tpm.transmit(command, 0))
  }
}

async function controlPort(stream: ByteStream, send: Send, tpm: ServedCrb): Promise<string> {
  for (;;) {
    // As swtpm does it: a segment is a request.
    const request = await stream.segment(4)
    if (request === undefined) return ''
    const code = new DataView(request.buffer).getUint32(0)
    switch (code) {
      case GET_CAPABILITY:
        // 0.7 has a u64 of capabilities; later ones result 0 and a u32: the same bytes.
        await send(u32s(0, CAPABILITIES))
        break
      case SWTPM_CONTROL.INIT.code:
        await tpm.powerOn()
        await tpm.reset()
        await send(OK)
        break
      case SWTPM_CONTROL.STOP.code:
        tpm.powerOff()
        await send(OK)
        break
      case SWTPM_CONTROL.SHUTDOWN.code:
        tpm.powerOff()
        await send(OK)
        return ''
      case SWTPM_CONTROL.GET_TPMESTABLISHED.code:
        await send(establishedReply(tpm.established()))
        break
      case SWTPM_CONTROL.SET_LOCALITY.code:
        await send(request.length < 5 ? u32s(BAD_PARAMETER) : request[4] === 0 ? OK : u32s(BAD_LOCALITY))
        break
      case CANCEL_TPM_CMD:
        tpm.cancel()
        await send(OK)
        break
      case SWTPM_CONTROL.SET_BUFFERSIZE.code:
        await send(u32s(0, tpm.bufferSize, tpm.bufferSize, tpm.bufferSize))
        break
      default:
        await send(u32s(BAD_ORDINAL))
    }
  }
}

/** A u8 behind the result, and three bytes to fill up; a TPM without power has no flag. */
function establishedReply(flag: boolean | undefined): Uint8Array {
  return flag === undefined ? u32s(BAD_ORDINAL) : u32s(0, flag ? 0x100_0000 : 0)
}

function u32s(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value)
  return new Uint8Array(view.buffer)
}
