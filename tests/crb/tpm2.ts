/** Builders and readers of TPM 2.0 commands, for tests: TPM 2.0 Library, Part 3. */

/** Bytes of hexadecimal text; spaces are for the reader. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

const hexOf = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0')
export const u8 = (value: number): string => hexOf(value, 1)
export const u16 = (value: number): string => hexOf(value, 2)
export const u32 = (value: number): string => hexOf(value, 4)

/** A command with its true size; `body` is what follows the command code, in hexadecimal. */
export function command(code: number, body = '', tag = 0x8001): Uint8Array {
  const rest = body.replace(/\s/g, '')
  return fromHex(u16(tag) + u32(10 + rest.length / 2) + u32(code) + rest)
}

/** Authorisation area with one empty password. */
export const PASSWORD = '00000009 40000009 0000 01 0000'

export const startup = (type = 0): Uint8Array => command(0x144, u16(type))
export const shutdown = (type = 0): Uint8Array => command(0x145, u16(type))
export const getRandom = (n: number): Uint8Array => command(0x17b, u16(n))
export const readClock = (): Uint8Array => command(0x181)
export const capability = (kind: number, property: number, count: number): Uint8Array =>
  command(0x17a, u32(kind) + u32(property) + u32(count))

/** PCR_Read of some PCRs of one bank. */
export function pcrRead(alg: number, ...pcrs: number[]): Uint8Array {
  const select = [0, 0, 0]
  for (const pcr of pcrs) select[pcr >> 3] = (select[pcr >> 3] ?? 0) | (1 << (pcr & 7))
  return command(0x17e, `${u32(1) + u16(alg)}03${select.map(u8).join('')}`)
}

/** PCR_Extend with one digest. */
export const pcrExtend = (pcr: number, alg: number, digest: string): Uint8Array =>
  command(0x182, u32(pcr) + PASSWORD + u32(1) + u16(alg) + digest, 0x8002)

export const pcrReset = (pcr: number): Uint8Array => command(0x13d, u32(pcr) + PASSWORD, 0x8002)

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** A response's code. */
export const responseCode = (response: Uint8Array): number => view(response).getUint32(6)

/** A response's declared size. */
export const responseSize = (response: Uint8Array): number => view(response).getUint32(2)
