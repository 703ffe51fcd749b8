import { hex } from '../../bits.ts'
import {
  type ChunkState,
  type CrbRegisterName,
  type CrbState,
  crbRegisterAt,
  describeCrbRegister,
  type QemuStream,
  type QemuTpm,
  type TpmStatePart,
} from '../../crb/index.ts'
import { table } from '../terminal.ts'

/** Everything about a stream, for people. */
export function showStream(stream: QemuStream, tpm: QemuTpm): string {
  const lines = [`machine ${stream.machine || 'not named'}, ${stream.file.length} bytes, form ${tpm.form}`, '']
  lines.push(table([['RAM block', 'bytes'], ...stream.ramBlocks.map(({ name, length }) => [name, hex(length)])]), '')
  const rows = stream.sections.map((s) => [
    s.name,
    String(s.instance),
    String(s.version),
    hex(s.at),
    String(s.end - s.body),
  ])
  lines.push(table([['section', 'instance', 'version', 'offset', 'bytes'], ...rows]), '')
  if (tpm.crbSection !== undefined) lines.push('registers', ...showRegisters(tpm.registers), '')
  lines.push(`data buffer  ${start(tpm.registerPage ? tpm.page.subarray(0x80) : tpm.page)}`)
  if (tpm.chunk !== undefined) lines.push(showChunk(tpm.chunk))
  if (tpm.ppi !== undefined) lines.push(`PPI          ${start(tpm.ppi)}`)
  lines.push(...showParts(tpm.emulator ?? []))
  if (tpm.notes.length > 0) lines.push('', ...tpm.notes.map((note) => `note: ${note}`))
  return `${lines.join('\n')}\n`
}

/** A record of nisv's own. */
export function showState(state: CrbState): string {
  const { registers, buffer, established, chunk, ppi, tpm } = state
  const lines = ['registers', ...showRegisters(registers), '', `data buffer  ${start(buffer)}`]
  lines.push(`established  ${established === undefined ? 'not asked for' : established}`)
  if (chunk !== undefined) lines.push(showChunk(chunk))
  if (ppi !== undefined) lines.push(`PPI          ${start(ppi)}`)
  lines.push(
    tpm === undefined ? 'TPM          not in the record' : `TPM          ${tpm.kind}`,
    ...showParts(tpm?.parts ?? []),
  )
  return `${lines.join('\n')}\n`
}

function showParts(parts: readonly TpmStatePart[]): string[] {
  return parts.map(({ name, flags, data }) => {
    return `TPM blob     ${name}, ${data.length} bytes${flags === 0 ? '' : `, flags ${hex(flags)}`}`
  })
}

function showChunk({ command, response, responseOffset }: ChunkState): string {
  return `chunks       command ${command.length} bytes, answer ${responseOffset} of ${response.length} given`
}

/** The registers that are not zero, field by field. */
function showRegisters(registers: Uint32Array): string[] {
  const lines: string[] = []
  registers.forEach((value, word) => {
    const offset = word * 4
    const name: CrbRegisterName | undefined = crbRegisterAt(offset)
    if (name !== undefined && value !== 0) lines.push(`  ${hex(offset, 2)} ${describeCrbRegister(name, value)}`)
    else if (value !== 0) lines.push(`  ${hex(offset, 2)} reserved ${hex(value)}`)
  })
  return lines
}

/** The same for programs. */
export function streamJson(stream: QemuStream, tpm: QemuTpm): string {
  const bytes = (data: Uint8Array): string => Buffer.from(data).toString('hex')
  const json = {
    machine: stream.machine,
    form: tpm.form,
    ramBlocks: stream.ramBlocks.map(({ name, length }) => ({ name, length })),
    sections: stream.sections.map(({ name, instance, version, at, body, end }) => ({
      name,
      instance,
      version,
      at,
      bytes: end - body,
    })),
    registers: [...tpm.registers],
    buffer: bytes(tpm.registerPage ? tpm.page.subarray(0x80) : tpm.page.subarray(0, 0xf80)),
    ppi: tpm.ppi === undefined ? null : bytes(tpm.ppi),
    tpm: tpm.emulator?.map(({ name, flags, data }) => ({ name, flags, bytes: data.length })) ?? null,
    notes: tpm.notes,
  }
  return `${JSON.stringify(json)}\n`
}

function start(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, 32)).toString('hex')
  return `${shown.replace(/(.{8})(?=.)/g, '$1 ')} ...`
}
