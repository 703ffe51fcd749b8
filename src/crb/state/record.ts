/**
 * The record of a saved CRB. All numbers are big-endian:
 *
 * ```text
 * 'nisv-crb'  u32 version (1)  u32 length of the whole record
 * sections:   4 characters of name, u32 length, body, u32 CRC-32 of name, length and body
 * u32 CRC-32 of everything before
 * ```
 *
 * | section | body | |
 * |---|---|---|
 * | `regs` | 32 x u32, the words of offsets 0x00..0x7C as stored, CTRL_START 0 | always |
 * | `buff` | the data buffer, 3968 bytes | always |
 * | `estb` | u8: the TPM's established flag, 2 when it was never asked for | always |
 * | `chnk` | sized command, sized response, u32 bytes of the response given; sized: u32 length, bytes | when not empty |
 * | `ppi ` | the PPI memory, 1024 bytes | with a PPI |
 * | `tpm ` | sized kind, u32 count, then of each part: sized name, u32 flags, sized data | from a back end that saves |
 *
 * The checksums find accidents, not forgery, and a TPM's state holds its secrets: keep records where you keep keys.
 *
 * @module
 */

import { CRB_BUFFER_SIZE, CRB_REGISTERS_SIZE } from '../registers.ts'
import { WireWriter } from '../tpm2/wire.ts'
import type { ChunkState, CrbState, TpmSavedState, TpmStatePart } from './crb-state.ts'
import { crc32 } from './crc32.ts'
import { StateError } from './error.ts'
import { StateReader } from './reader.ts'

const MAGIC = 'nisv-crb'
const VERSION = 1
const HEADER_SIZE = 16
/** Bytes of PPI memory (docs/specs/tpm.rst). */
const PPI_SIZE = 0x400
/** The longest command, answer or blob taken. */
const MAX_BLOB = 1 << 24
const MAX_PARTS = 16

const NAMES = ['regs', 'buff', 'estb', 'chnk', 'ppi ', 'tpm '] as const
type SectionName = (typeof NAMES)[number]

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

/** The record of a state. */
export function encodeCrbState(state: CrbState): Uint8Array {
  const sections: [SectionName, WireWriter][] = []
  const section = (name: SectionName): WireWriter => {
    const body = new WireWriter()
    sections.push([name, body])
    return body
  }
  const regs = section('regs')
  for (const word of state.registers) regs.u32(word)
  section('buff').bytes(state.buffer)
  section('estb').u8(state.established === undefined ? 2 : Number(state.established))
  const { chunk, ppi, tpm } = state
  if (chunk !== undefined) {
    sized(sized(section('chnk'), chunk.command), chunk.response).u32(chunk.responseOffset)
  }
  if (ppi !== undefined) section('ppi ').bytes(ppi)
  if (tpm !== undefined) {
    const out = sized(section('tpm '), ascii(tpm.kind)).u32(tpm.parts.length)
    for (const { name, flags, data } of tpm.parts) sized(sized(out, ascii(name)).u32(flags), data)
  }
  const bodies = sections.map(([name, body]) => {
    const bytes = new WireWriter().bytes(ascii(name)).u32(body.length).bytes(body.finish()).finish()
    return new WireWriter().bytes(bytes).u32(crc32(bytes)).finish()
  })
  const length = bodies.reduce((sum, { length }) => sum + length, HEADER_SIZE + 4)
  const record = new WireWriter().bytes(ascii(MAGIC)).u32(VERSION).u32(length)
  for (const body of bodies) record.bytes(body)
  return record.u32(crc32(record.finish())).finish()
}

function sized(out: WireWriter, bytes: Uint8Array): WireWriter {
  return out.u32(bytes.length).bytes(bytes)
}

/**
 * The state in a record.
 *
 * @example
 * ```ts
 * const { registers } = decodeCrbState(await new TpmCrb({ tpm: new EmbeddedTpm() }).save())
 * describeCrbRegister('CTRL_STS', registers[0x44 >> 2]) // 'CTRL_STS 0x2 tpmIdle'
 * ```
 * @throws StateError for bytes that are no whole, unchanged record of a known version.
 */
export function decodeCrbState(record: Uint8Array): CrbState {
  const reader = new StateReader(record)
  const magic = reader.take(Math.min(MAGIC.length, record.length), 'the magic')
  if (String.fromCharCode(...magic) !== MAGIC) throw reader.error('magic', 'this is no nisv-crb record', 0)
  const version = reader.u32('the version')
  if (version !== VERSION) throw reader.error('version', `record version ${version}; this program reads ${VERSION}`, 8)
  const length = reader.u32('the length')
  if (length !== record.length || length < HEADER_SIZE + 4) {
    throw reader.error('truncated', `the record says ${length} bytes and has ${record.length}`, 12)
  }
  const found = readSections(record)
  const sum = crc32(record.subarray(0, length - 4))
  const stored = new StateReader(record, '', length - 4).u32('the checksum')
  if (sum !== stored) throw reader.error('checksum', `the record's CRC-32 is ${sum}, it says ${stored}`, length - 4)
  return readState(found)
}

/** The sections by name, each with its checksum right. */
function readSections(record: Uint8Array): Map<SectionName, StateReader> {
  const found = new Map<SectionName, StateReader>()
  const reader = new StateReader(record, '', HEADER_SIZE, record.length - 4)
  while (reader.left > 0) {
    const at = reader.at
    reader.section = ''
    const name = reader.text(4, "a section's name")
    reader.section = name
    const length = reader.u32("the section's length")
    const from = reader.at
    reader.take(length, 'the section')
    const sum = crc32(record.subarray(at, reader.at))
    const stored = reader.u32("the section's checksum")
    if (sum !== stored) throw reader.error('checksum', `its CRC-32 is ${sum}, it says ${stored}`, at)
    const known = NAMES.find((n) => n === name)
    if (known === undefined) throw reader.error('section', 'a section that this program does not know', at)
    if (found.has(known)) throw reader.error('section', 'a second section of this name', at)
    found.set(known, new StateReader(record, name, from, from + length))
  }
  return found
}

function readState(found: ReadonlyMap<SectionName, StateReader>): CrbState {
  const section = (name: SectionName): StateReader => {
    const reader = found.get(name)
    if (reader === undefined) throw new StateError('section', name, -1, 'it is missing from the record')
    return reader
  }
  const regs = section('regs')
  const registers = Uint32Array.from({ length: CRB_REGISTERS_SIZE / 4 }, () => regs.u32('a register'))
  const buff = section('buff')
  const buffer = buff.take(CRB_BUFFER_SIZE, 'the buffer').slice()
  const estb = section('estb')
  const established = estb.u8('the established flag')
  if (established > 2) throw estb.error('value', `the established flag is ${established}; it is 0, 1 or 2`, estb.at - 1)
  const ppi = found.get('ppi ')
  const state = {
    registers,
    buffer,
    established: established === 2 ? undefined : established === 1,
    chunk: found.has('chnk') ? readChunk(section('chnk')) : undefined,
    ppi: ppi?.take(PPI_SIZE, 'the PPI memory').slice(),
    tpm: found.has('tpm ') ? readTpm(section('tpm ')) : undefined,
  }
  for (const reader of found.values()) reader.finish()
  return state
}

/** A chunk state as record and QEMU's subsection write it. */
export function readChunk(reader: StateReader): ChunkState {
  const command = reader.sized('the command', MAX_BLOB).slice()
  const response = reader.sized('the response', MAX_BLOB).slice()
  const responseOffset = reader.u32('the offset into the response')
  if (responseOffset > response.length) {
    throw reader.error('value', `offset ${responseOffset} into a response of ${response.length} bytes`, reader.at - 4)
  }
  return { command, response, responseOffset }
}

function readTpm(reader: StateReader): TpmSavedState {
  const kind = readText(reader, "the TPM's kind")
  const count = reader.u32('the number of parts')
  if (count > MAX_PARTS) throw reader.error('value', `${count} parts; at most ${MAX_PARTS} can be`, reader.at - 4)
  const parts: TpmStatePart[] = Array.from({ length: count }, () => ({
    name: readText(reader, "a part's name"),
    flags: reader.u32("a part's flags"),
    data: reader.sized("a part's data", MAX_BLOB).slice(),
  }))
  return { kind, parts }
}

function readText(reader: StateReader, what: string): string {
  return reader.text(reader.u32(`the length of ${what}`), what)
}
