/**
 * The simulator's protocol (src/crb/mssim/protocol.ts), served.
 *
 * @module
 */

import { MSSIM, MSSIM_RAW_PLATFORM, MSSIM_VERSION, sendReply } from '../mssim/protocol.ts'
import { HEADER_SIZE } from '../transfer.ts'
import type { ByteStream } from './byte-stream.ts'
import type { Front, Send } from './front.ts'
import type { ServedCrb } from './target.ts'

const OK = new Uint8Array(4)

/** Command port and platform port. */
export const mssimFront: Front = { ports: [commandPort, platformPort] }

async function commandPort(stream: ByteStream, send: Send, tpm: ServedCrb): Promise<string> {
  for (;;) {
    const code = await word(stream)
    switch (code) {
      case undefined:
      case MSSIM.SESSION_END:
      case MSSIM.STOP:
        return ''
      case MSSIM.SEND_COMMAND: {
        const head = await stream.read(5)
        if (head === undefined) return ''
        const size = new DataView(head.buffer).getUint32(1)
        if (size < HEADER_SIZE || size > tpm.bufferSize) return `a command of ${size} bytes`
        const command = await stream.read(size)
        if (command === undefined) return ''
        await send(sendReply(await tpm.transmit(command, head[0] ?? 0)))
        break
      }
      case MSSIM.REMOTE_HANDSHAKE: {
        if ((await stream.read(4)) === undefined) return ''
        const reply = new DataView(new ArrayBuffer(12))
        reply.setUint32(0, MSSIM_VERSION)
        reply.setUint32(4, MSSIM_RAW_PLATFORM)
        await send(new Uint8Array(reply.buffer))
        break
      }
      default:
        return `signal ${code} on the command port`
    }
  }
}

async function platformPort(stream: ByteStream, send: Send, tpm: ServedCrb): Promise<string> {
  for (;;) {
    const code = await word(stream)
    switch (code) {
      case undefined:
      case MSSIM.SESSION_END:
      case MSSIM.STOP:
        return ''
      case MSSIM.POWER_ON:
        await tpm.powerOn()
        break
      case MSSIM.POWER_OFF:
        tpm.powerOff()
        break
      case MSSIM.RESET:
        await tpm.reset()
        break
      case MSSIM.CANCEL_ON:
        tpm.cancel()
        break
      // The CRB's TPM has its NV, and no line for physical presence.
      case MSSIM.CANCEL_OFF:
      case MSSIM.NV_ON:
      case MSSIM.NV_OFF:
      case MSSIM.PHYS_PRES_ON:
      case MSSIM.PHYS_PRES_OFF:
        break
      default:
        return `signal ${code} on the platform port`
    }
    await send(OK)
  }
}

async function word(stream: ByteStream): Promise<number | undefined> {
  const bytes = await stream.read(4)
  return bytes && new DataView(bytes.buffer).getUint32(0)
}
