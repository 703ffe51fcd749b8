/**
 * A stream with another state in it, or the same state in another form. What comes out is parsed again before it is
 * given away: nothing is written that this program would not read.
 *
 * @module
 */

import { CRB, CRB_BUFFER_SIZE, CRB_REGISTERS_SIZE, fieldMask } from '../registers.ts'
import type { ChunkState, CrbState } from '../state/crb-state.ts'
import { StateError } from '../state/error.ts'
import { endLostCommand, hasCommand } from '../state/lost-command.ts'
import type { ByteSource } from '../state/source.ts'
import { WireWriter } from '../tpm2/wire.ts'
import type { DescribedState } from './description.ts'
import { StreamEdit } from './edit.ts'
import { parseQemuStream, type QemuSection } from './stream.ts'
import { BLOBS, BLOCK_SIZE, crbStateOf, NAMES, type QemuTpm, readQemuTpm, type VmstateForm } from './tpm.ts'

const ESTABLISHED = fieldMask(CRB.LOC_STATE.fields.tpmEstablished)
const CHUNK_CAP = fieldMask(CRB.INTF_ID.fields.CapCRBChunk)
const INTF_ID = CRB.INTF_ID.offset >> 2
const SUBSECTION = 5

/** What there is beside the form that every QEMU reads. */
type NewerForm = Exclude<VmstateForm, 'version-0'>

/**
 * Puts a state into a stream of a machine with a TPM CRB, in the form that the stream has.
 * @param state - of base 0xFED40000; from `TpmCrb.saveState` or a record. What it lacks (PPI, TPM) stays as it is.
 * @returns the new file: one that QEMU loads, START clear.
 * @throws StateError for a stream that cannot be read, or one without the sections and blocks that the state needs.
 *
 * @example
 * ```ts
 * writeFileSync('vm.new', injectState(readFileSync('vm.state'), await crb.saveState()))
 * // qemu-system-x86_64 ... -incoming "exec:cat vm.new"
 * ```
 */
export function injectState(file: Uint8Array, state: CrbState): Uint8Array
/** The same for a file that is not in memory; what comes out reads from it. */
export function injectState(file: ByteSource, state: CrbState): ByteSource
export function injectState(file: Uint8Array | ByteSource, state: CrbState): Uint8Array | ByteSource {
  const stream = parseQemuStream(file)
  const tpm = readQemuTpm(stream)
  const section = requireCrb(tpm)
  if (tpm.form === 'version-1') {
    throw new StateError('version', NAMES.crb, section.at, "this is a version 1 stream; 'nisv vmstate downgrade' first")
  }
  const parts = state.tpm?.parts.map(({ name }) => name).join(', ')
  if (state.tpm !== undefined && (state.tpm.kind !== 'swtpm' || parts !== BLOBS.join(', '))) {
    const problem = `the state is of a TPM of kind '${state.tpm.kind}' (${parts}); QEMU's tpm-emulator loads swtpm's ${BLOBS.join(', ')}`
    throw new StateError('tpm', 'tpm ', -1, problem)
  }
  const edit = new StreamEdit(stream)
  const registers = state.registers.slice()
  const page = withBuffer(tpm.page, state.buffer)
  endLostCommand(registers, page)
  if (tpm.form === 'saved-regs') registers[0] = ((registers[0] ?? 0) | ESTABLISHED) >>> 0
  putCrb(edit, section, 0, registers, state.chunk)
  edit.page(NAMES.buffer, page)
  if (state.ppi !== undefined) {
    const ppi = new Uint8Array(BLOCK_SIZE)
    ppi.set(state.ppi)
    edit.page(NAMES.ppi, ppi)
  }
  if (state.tpm !== undefined) putBlobs(edit, tpm, state)
  return checked(edit, file)
}

/**
 * Writes a stream's CRB in a newer form: `saved-regs`, `version-1` or `chunk`. {@link downgradeStream} brings it back,
 * every byte as it was; but a command that was under way, and is lost, ends here.
 * @throws StateError for a stream that is not of form `version-0`, or whose state has no place in the new form.
 *
 * @example
 * ```ts
 * const old = readFileSync('vm.state')
 * Buffer.from(downgradeStream(upgradeStream(old, 'version-1'))).equals(old) // true
 * ```
 */
export function upgradeStream(file: Uint8Array, to: NewerForm): Uint8Array
/** The same for a file that is not in memory; what comes out reads from it. */
export function upgradeStream(file: ByteSource, to: NewerForm): ByteSource
export function upgradeStream(file: Uint8Array | ByteSource, to: NewerForm): Uint8Array | ByteSource {
  const stream = parseQemuStream(file)
  const tpm = readQemuTpm(stream)
  const section = requireCrb(tpm)
  if (tpm.form !== 'version-0') {
    throw new StateError(
      'version',
      NAMES.crb,
      section.at,
      `the stream is of form ${tpm.form} already; downgrade it first`,
    )
  }
  const edit = new StreamEdit(stream)
  const { registers, buffer } = crbStateOf(tpm)
  const page = withBuffer(tpm.page, buffer)
  if (to === 'chunk') registers[INTF_ID] = ((registers[INTF_ID] ?? 0) | CHUNK_CAP) >>> 0
  else registers[0] = ((registers[0] ?? 0) | ESTABLISHED) >>> 0
  putCrb(edit, section, to === 'version-1' ? 1 : 0, registers, undefined)
  if (to !== 'version-1') {
    if (hasCommand(tpm.registers)) edit.page(NAMES.buffer, page)
  } else {
    if (page.subarray(CRB_BUFFER_SIZE).some((byte) => byte !== 0)) {
      const problem =
        'the 128 bytes behind the data buffer are not zero (an answer above 3968 bytes): version 1 has no place for them'
      throw new StateError('value', 'ram', -1, problem)
    }
    edit.rename(NAMES.buffer, NAMES.page)
    edit.page(NAMES.buffer, registerPage(registers, page), NAMES.page)
  }
  return checked(edit, file)
}

/**
 * Writes a stream's CRB in the form of version 0, which every QEMU reads. What was lost to the 32-byte copy gets its
 * reset value.
 * @throws StateError when a command or an answer is on its way in pieces: no older QEMU could go on with it.
 */
export function downgradeStream(file: Uint8Array): Uint8Array
/** The same for a file that is not in memory; what comes out reads from it. */
export function downgradeStream(file: ByteSource): ByteSource
export function downgradeStream(file: Uint8Array | ByteSource): Uint8Array | ByteSource {
  const stream = parseQemuStream(file)
  const tpm = readQemuTpm(stream)
  const section = requireCrb(tpm)
  const { chunk } = tpm
  if (chunk !== undefined && (chunk.command.length > 0 || chunk.responseOffset < chunk.response.length)) {
    const problem = 'a command or answer is on its way in pieces; save again when the guest has read the answer'
    throw new StateError('device', NAMES.crb, section.at, problem)
  }
  const edit = new StreamEdit(stream)
  const { registers, buffer } = crbStateOf(tpm)
  registers[INTF_ID] = ((registers[INTF_ID] ?? 0) & ~CHUNK_CAP) >>> 0
  putCrb(edit, section, 0, registers, undefined)
  if (tpm.registerPage) {
    edit.rename(NAMES.page, NAMES.buffer)
    edit.page(NAMES.page, withBuffer(new Uint8Array(BLOCK_SIZE), buffer), NAMES.buffer)
  } else if (hasCommand(tpm.registers)) edit.page(NAMES.buffer, withBuffer(tpm.page, buffer))
  return checked(edit, file)
}

/** A copy of a page with another buffer. */
function withBuffer(page: Uint8Array, buffer: Uint8Array): Uint8Array {
  const copy = page.slice()
  copy.set(buffer)
  return copy
}

/** The new stream, parsed once more; in memory where the old one is. */
function checked(edit: StreamEdit, old: Uint8Array | ByteSource): Uint8Array | ByteSource {
  const file = edit.finish()
  readQemuTpm(parseQemuStream(file))
  return old instanceof Uint8Array ? file.read(0, file.length) : file
}

function requireCrb(tpm: QemuTpm): QemuSection {
  if (tpm.crbSection !== undefined) return tpm.crbSection
  throw new StateError('section', NAMES.crb, -1, 'there is no such section: this machine has no TPM CRB')
}

/** The page of version 1: registers as the guest reads them, then the buffer. */
function registerPage(registers: Uint32Array, buffer: Uint8Array): Uint8Array {
  const page = new Uint8Array(BLOCK_SIZE)
  const view = new DataView(page.buffer)
  registers.forEach((word, i) => {
    view.setUint32(i * 4, word, true)
  })
  page.set(buffer.subarray(0, CRB_BUFFER_SIZE), CRB_REGISTERS_SIZE)
  return page
}

function putCrb(
  edit: StreamEdit,
  section: QemuSection,
  version: number,
  registers: Uint32Array,
  chunk: ChunkState | undefined,
): void {
  const body = new WireWriter()
  for (const word of registers) body.u32(word)
  if (chunk !== undefined) {
    body
      .u8(SUBSECTION)
      .u8(NAMES.chunk.length)
      .bytes(Uint8Array.from(NAMES.chunk, (c) => c.charCodeAt(0)))
      .u32(0)
    body.u32(chunk.command.length).bytes(chunk.command)
    body.u32(chunk.response.length).bytes(chunk.response).u32(chunk.responseOffset)
  }
  edit.body(section, version, body.finish(), (device) => {
    delete device.subsections
    if (chunk !== undefined) device.subsections = [describeChunk(chunk)]
  })
}

function describeChunk(chunk: ChunkState): DescribedState {
  return {
    vmsd_name: NAMES.chunk,
    version: 0,
    fields: [
      { name: 'command_buffer', type: 'GByteArray', size: 4 + chunk.command.length },
      { name: 'response_buffer', type: 'GByteArray', size: 4 + chunk.response.length },
      { name: 'response_offset', type: 'uint32', size: 4 },
    ],
  }
}

function putBlobs(edit: StreamEdit, tpm: QemuTpm, state: CrbState): void {
  const section = tpm.emulatorSection
  const parts = state.tpm?.parts ?? []
  if (section === undefined) {
    throw new StateError(
      'section',
      NAMES.emulator,
      -1,
      "there is no such section: the stream's machine has no tpm-emulator",
    )
  }
  const body = new WireWriter()
  for (const { flags, data } of parts) body.u32(flags).u32(data.length).bytes(data)
  edit.body(section, section.version, body.finish(), (device) => {
    // flags, size, buffer of each blob; the buffer's size is what varies.
    if (!Array.isArray(device.fields)) return
    const buffers = device.fields.filter((field) => field?.type === 'buffer')
    buffers.forEach((field, i) => {
      field.size = parts[i]?.data.length ?? 0
    })
  })
}
