/**
 * The TPM's parts of a stream: the CRB's registers (section `tpm-crb`), its data buffer (RAM block `tpm-crb-cmd`), the
 * PPI (`tpm-ppi`) and the TPM itself (section `tpm-emulator`), in the forms that they have had:
 *
 * | form | section `tpm-crb` | buffer |
 * |---|---|---|
 * | `version-0` | QEMU 2.12 and later: version 0, 32 words | RAM block `tpm-crb-cmd`, 0x1000 bytes |
 * | `chunk` | QEMU 11.1: the same, and a subsection `tpm-crb/chunk` while a command or answer is on its way | the same |
 * | `saved-regs` | van Dyne's series, v5: the same, but LOC_STATE bit 0 is stored as 1 | the same |
 * | `version-1` | her v2: version 1; the live registers are in the page | RAM block `tpm-crb-mem`: registers, buffer |
 *
 * Her v2 to v4 copied 32 bytes where 32 words were meant: words 8 to 31 of the section are then zero
 * (`truncated`), which no device ever has (INTF_ID would be 0).
 *
 * @module
 */

import { hex } from '../../bits.ts'
import { CRB_DEFAULT_BASE } from '../options.ts'
import { CRB_PROFILES } from '../profile.ts'
import { CrbRegisterFile } from '../register-file.ts'
import { CRB, CRB_BUFFER_SIZE, CRB_REGISTERS_SIZE, fieldMask } from '../registers.ts'
import type { ChunkState, CrbState, TpmStatePart } from '../state/crb-state.ts'
import { StateError } from '../state/error.ts'
import { endLostCommand, hasCommand } from '../state/lost-command.ts'
import { StateReader } from '../state/reader.ts'
import { readChunk } from '../state/record.ts'
import type { RamBlock } from './ram.ts'
import type { QemuSection, QemuStream } from './stream.ts'

/** Names in a stream. */
export const NAMES = {
  crb: 'tpm-crb',
  chunk: 'tpm-crb/chunk',
  emulator: 'tpm-emulator',
  buffer: 'tpm-crb-cmd',
  page: 'tpm-crb-mem',
  ppi: 'tpm-ppi',
} as const

/** libtpms' blobs in section `tpm-emulator`, in their order. */
export const BLOBS = ['permanent', 'volatile', 'savestate'] as const

/** Bytes of each TPM RAM block. */
export const BLOCK_SIZE = 0x1000
const PPI_SIZE = 0x400
const WORDS = CRB_REGISTERS_SIZE / 4
/** Words that the 32-byte copy reached. */
const COPIED_WORDS = 8
const MAX_BLOB = 1 << 24
const SUBSECTION = 5
const ESTABLISHED = fieldMask(CRB.LOC_STATE.fields.tpmEstablished)
const CHUNK_CAP = fieldMask(CRB.INTF_ID.fields.CapCRBChunk)

/** How the CRB is written in a stream. */
export type VmstateForm = 'version-0' | 'version-1' | 'saved-regs' | 'chunk'

/** The TPM's parts of a stream. */
export interface QemuTpm {
  readonly form: VmstateForm
  /** The section's words; reset values when there is no section, as QEMU leaves them. */
  readonly registers: Uint32Array
  /** Words 8 to 31 of the section were lost to the 32-byte copy. */
  readonly truncated: boolean
  /** The page of the RAM block, 0x1000 bytes; zeros when the stream has no such block. */
  readonly page: Uint8Array
  /** That page is the whole device's, registers first, as version 1 has it. */
  readonly registerPage: boolean
  readonly chunk: ChunkState | undefined
  readonly ppi: Uint8Array | undefined
  /** libtpms' blobs: permanent, volatile, savestate. */
  readonly emulator: readonly TpmStatePart[] | undefined
  readonly crbSection: QemuSection | undefined
  readonly emulatorSection: QemuSection | undefined
  /** What a user should know: why QEMU 7.2 does not load this, what is missing, what was repaired. */
  readonly notes: readonly string[]
  /**
   * What QEMU loads and then hangs on: a START whose command is lost, a TPM without its state. They are not thrown, since
   * the rest can be had; what is made of such a stream has the command ended, and no TPM.
   */
  readonly defects: readonly StateError[]
}

/**
 * The TPM's parts of a stream.
 * @throws StateError for what QEMU refuses too: unknown TPM sections, blocks, instances, versions, subsections, lengths.
 */
export function readQemuTpm(stream: QemuStream): QemuTpm {
  const notes: string[] = []
  const block = (name: string): RamBlock | undefined => checkBlock(stream, name)
  for (const { name, at } of stream.ramBlocks) {
    if (!name.startsWith('tpm-') || Object.values<string>(NAMES).includes(name)) continue
    const known = `${NAMES.buffer}, ${NAMES.page} and ${NAMES.ppi}`
    throw new StateError('section', 'ram', at, `RAM block '${name}' is of no TPM CRB; there are ${known}`)
  }
  const crbSection = sectionOf(stream, NAMES.crb, 1)
  const emulatorSection = sectionOf(stream, NAMES.emulator, 0)
  for (const { name, at } of stream.sections) {
    if (!name.startsWith('tpm') || name === NAMES.crb || name === NAMES.emulator) continue
    throw new StateError(
      'section',
      name,
      at,
      `no device of this name is read; a CRB's sections are ${NAMES.crb} and ${NAMES.emulator}`,
    )
  }
  const section = crbSection === undefined ? undefined : readSection(stream, crbSection)
  const ownPage = crbSection?.version === 1 && block(NAMES.page) !== undefined
  const page = pageOf(stream, ownPage ? NAMES.page : NAMES.buffer)
  if (crbSection === undefined) notes.push(`no section ${NAMES.crb}: the registers have their reset values`)
  if (!ownPage && block(NAMES.buffer) === undefined) notes.push(`no RAM block ${NAMES.buffer}: the buffer is zero`)
  const words = section?.words ?? resetWords()
  const truncated = section !== undefined && words.every((word, i) => i < COPIED_WORDS || word === 0)
  if (truncated) notes.push(`only 32 of the section's 128 bytes were saved (the copy counted bytes for words)`)
  const registerPage = ownPage && pageWords(page)[CRB.INTF_ID.offset >> 2] !== 0
  const registers = registerPage ? pageWords(page) : truncated ? repaired(words) : words
  if (truncated && !registerPage)
    notes.push('its other registers are taken to be as after a reset; CTRL_STS may have been 0')
  const form = formOf(crbSection, registers, section?.chunk)
  if (crbSection?.version === 1) notes.push("QEMU refuses version 1 (it knows 0): 'nisv vmstate downgrade' makes it 0")
  if (section?.chunk !== undefined) notes.push(`QEMU before 11.1 refuses subsection ${NAMES.chunk}`)
  const defects: StateError[] = []
  if (hasCommand(registers)) {
    const at = crbSection === undefined ? -1 : crbSection.body + CRB.CTRL_START.offset
    const problem = 'START is set: its command is lost, QEMU would wait for ever'
    defects.push(new StateError('value', NAMES.crb, at, problem))
  }
  const emulator = emulatorSection === undefined ? undefined : readBlobs(stream, emulatorSection)
  if (emulator === undefined) {
    const problem = 'there is no such section: the TPM is not powered on, QEMU 7.2 hangs at the first read of LOC_STATE'
    defects.push(new StateError('section', NAMES.emulator, stream.eof, problem))
  }
  const hasPpi = block(NAMES.ppi) !== undefined
  if (!hasPpi) notes.push(`no RAM block ${NAMES.ppi}: the PPI is zero`)
  const ppi = hasPpi ? pageOf(stream, NAMES.ppi).slice(0, PPI_SIZE) : undefined
  return {
    form,
    registers,
    truncated,
    page,
    registerPage,
    chunk: section?.chunk,
    ppi,
    emulator,
    crbSection,
    emulatorSection,
    notes: [...notes, ...defects.map(({ message }) => message)],
    defects,
  }
}

/**
 * The state that these parts are: for a record, or for a device on base 0xFED40000. A command that was under way has
 * ended: START is 0, tpmSts is 1, and the fatal error in the buffer.
 */
export function crbStateOf(tpm: QemuTpm): CrbState {
  const registers = tpm.registers.slice()
  registers[0] = ((registers[0] ?? 0) & ~ESTABLISHED) >>> 0
  const from = tpm.registerPage ? CRB_REGISTERS_SIZE : 0
  const buffer = tpm.page.slice(from, from + CRB_BUFFER_SIZE)
  endLostCommand(registers, buffer)
  return {
    registers,
    buffer,
    established: undefined,
    chunk: tpm.chunk,
    ppi: tpm.ppi?.slice(),
    tpm: tpm.emulator === undefined ? undefined : { kind: 'swtpm', parts: tpm.emulator },
  }
}

/** Words as after a reset at QEMU's base. */
function resetWords(): Uint32Array {
  return new CrbRegisterFile(CRB_DEFAULT_BASE, CRB_PROFILES['qemu-7.2']).save()
}

function formOf(section: QemuSection | undefined, registers: Uint32Array, chunk: ChunkState | undefined): VmstateForm {
  if (section?.version === 1) return 'version-1'
  if (chunk !== undefined || ((registers[CRB.INTF_ID.offset >> 2] ?? 0) & CHUNK_CAP) !== 0) return 'chunk'
  return ((registers[0] ?? 0) & ESTABLISHED) !== 0 ? 'saved-regs' : 'version-0'
}

function repaired(words: Uint32Array): Uint32Array {
  return resetWords().map((value, i) => (i < COPIED_WORDS ? (words[i] ?? 0) : value))
}

function pageWords(page: Uint8Array): Uint32Array {
  const view = new DataView(page.buffer, page.byteOffset, page.length)
  return Uint32Array.from({ length: WORDS }, (_, i) => view.getUint32(i * 4, true))
}

function sectionOf(stream: QemuStream, name: string, newest: number): QemuSection | undefined {
  const [section, ...more] = stream.sections.filter((s) => s.name === name)
  if (section === undefined) return undefined
  const second = more[0]
  if (second !== undefined)
    throw new StateError('section', name, second.at, 'a second section of this name: one TPM is permitted')
  if (section.instance !== 0) {
    throw new StateError('section', name, section.at, `instance ${section.instance}; a machine has one TPM, instance 0`)
  }
  if (section.version > newest) {
    throw new StateError('version', name, section.at, `version ${section.version}; 0 to ${newest} are known`)
  }
  return section
}

function readSection(stream: QemuStream, section: QemuSection): { words: Uint32Array; chunk: ChunkState | undefined } {
  const reader = new StateReader(stream.file, section.name, section.body, section.end)
  const words = Uint32Array.from({ length: WORDS }, () => reader.u32('a register'))
  if (reader.left === 0) return { words, chunk: undefined }
  const at = reader.at
  if (reader.u8('a subsection') !== SUBSECTION) {
    throw reader.error('value', `${section.end - at} bytes behind the registers that are no subsection`, at)
  }
  const name = reader.text(reader.u8("the length of the subsection's name"), "the subsection's name")
  if (name !== NAMES.chunk)
    throw reader.error('section', `subsection '${name}' is not known; there is ${NAMES.chunk}`, at)
  const version = reader.u32("the subsection's version")
  if (version !== 0) throw reader.error('version', `subsection ${name} has version ${version}; 0 is known`, at)
  const chunk = readChunk(reader)
  reader.finish()
  return { words, chunk }
}

function readBlobs(stream: QemuStream, section: QemuSection): TpmStatePart[] {
  const reader = new StateReader(stream.file, section.name, section.body, section.end)
  const parts = BLOBS.map((name) => ({
    name,
    flags: reader.u32(`the flags of the ${name} blob`),
    data: reader.sized(`the ${name} blob`, MAX_BLOB).slice(),
  }))
  reader.finish()
  return parts
}

function checkBlock(stream: QemuStream, name: string): RamBlock | undefined {
  const block = stream.ramBlocks.find((b) => b.name === name)
  if (block !== undefined && block.length !== BLOCK_SIZE) {
    throw new StateError(
      'value',
      'ram',
      block.at,
      `RAM block '${name}' has ${hex(block.length)} bytes; it is ${hex(BLOCK_SIZE)} long`,
    )
  }
  return block
}

/** The first page of a block as the loader leaves it: the last record counts; zeros without one. */
function pageOf(stream: QemuStream, block: string): Uint8Array {
  const page = stream.tpmPages.findLast((p) => p.block === block && p.address === 0)
  if (page === undefined) return new Uint8Array(BLOCK_SIZE)
  const payload = stream.file.read(page.payload, page.end - page.payload)
  return page.zero ? new Uint8Array(BLOCK_SIZE).fill(payload[0] ?? 0) : payload.slice(0, BLOCK_SIZE)
}
