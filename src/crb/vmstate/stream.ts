/**
 * QEMU's migration stream as a file (`migrate exec:cat > FILE` of QEMU 7.2 and later, precopy): where its sections, its
 * RAM pages and its description lie. Everything is big-endian; facts from migration/savevm.c, ram.c, vmstate.c.
 *
 * ```text
 * 'QEVM' u32 3   07 configuration   { section footer }...   00   06 description (JSON)
 * section  01 start, 04 full:  u32 id, u8-led name, u32 instance, u32 version, body
 *          02 part, 03 end:    u32 id, body                    footer  7e u32 id
 * ```
 *
 * A device's body has no length of its own: the description gives it. In a file without one the next footer is looked
 * for that something plausible follows.
 *
 * @module
 */

import { StateError } from '../state/error.ts'
import { StateReader } from '../state/reader.ts'
import { type ByteSource, indexOfByte, sourceOf } from '../state/source.ts'
import { descriptionOf, type VmDescription } from './description.ts'
import { parseRam, type RamBlock, type RamContents, type RamPage } from './ram.ts'

const MAGIC = 0x5145_564d
const VERSION = 3
const TYPE = {
  EOF: 0,
  START: 1,
  PART: 2,
  END: 3,
  FULL: 4,
  SUBSECTION: 5,
  DESCRIPTION: 6,
  CONFIGURATION: 7,
  COMMAND: 8,
} as const
const FOOTER = 0x7e
/** Bytes of a footer. */
const FOOTER_SIZE = 5

/** One device's (or RAM's) part of the stream. Offsets count from the beginning of the file. */
export interface QemuSection {
  readonly name: string
  readonly id: number
  readonly instance: number
  readonly version: number
  /** Its first byte, of its body, behind its body, behind its footer. */
  readonly at: number
  readonly body: number
  readonly end: number
  readonly next: number
}

/** A parsed stream. */
export interface QemuStream {
  /** The whole, not copied. */
  readonly file: ByteSource
  /** Machine type and version, as `pc-q35-7.2`; empty when the file does not say. */
  readonly machine: string
  readonly pageSize: number
  /** In the order of the file; the four kinds of RAM sections as one of name `ram`. */
  readonly sections: readonly QemuSection[]
  readonly ramBlocks: readonly RamBlock[]
  /** The pages of blocks whose name begins with `tpm-`; a later one of the same address replaces an earlier one. */
  readonly tpmPages: readonly RamPage[]
  /** End of the last RAM section's pages: where another page may go. */
  readonly ramEnd: number
  /** The closing 00. */
  readonly eof: number
  /** Behind it; absent in a file without. */
  readonly description: VmDescription | undefined
}

/**
 * Reads a stream.
 * @param bytes - the whole of it; a source when it is large: a machine's RAM is gone over, not read into memory.
 * @throws StateError that names section and offset for anything that is no whole precopy stream of QEMU 7.2 or later.
 *
 * @example
 * ```ts
 * // (qemu) migrate "exec:cat > vm.state"
 * const tpm = readQemuTpm(parseQemuStream(readFileSync('vm.state')))
 * describeCrbRegister('LOC_STATE', tpm.registers[0]) // 'LOC_STATE 0x82 locAssigned tpmRegValidSts'
 * await new TpmCrb({ tpm: await Swtpm.spawn(), bus: 'legacy-isa' }).restore(crbStateOf(tpm))
 * ```
 */
export function parseQemuStream(bytes: Uint8Array | ByteSource): QemuStream {
  return new Parser(sourceOf(bytes)).parse()
}

class Parser {
  readonly #reader: StateReader
  readonly #file: ByteSource
  readonly #description: VmDescription | undefined
  readonly #names = new Map<number, string>()
  readonly #sections: QemuSection[] = []
  readonly #blocks: RamBlock[] = []
  readonly #pages: RamPage[] = []
  readonly #capabilities: string[] = []
  #ramContents: RamContents | undefined
  #machine = ''
  #pageSize = 4096
  #ramEnd = -1

  constructor(file: ByteSource) {
    this.#reader = new StateReader(file)
    this.#file = file
    this.#description = descriptionOf(file)
  }

  parse(): QemuStream {
    const reader = this.#reader
    if (reader.left < 4 || reader.u32('the magic') !== MAGIC) {
      throw reader.error('magic', "this is no QEMU migration stream: it does not begin with 'QEVM'", 0)
    }
    const version = reader.u32('the version')
    if (version !== VERSION)
      throw reader.error('version', `stream version ${version}; QEMU 7.2 and later write ${VERSION}`, 4)
    for (;;) {
      // Between sections: what stands there has no name yet.
      if (reader.section !== '') reader.section = `behind ${reader.section}`
      const at = reader.at
      const type = reader.u8('the type of the next section')
      if (type === TYPE.EOF) return this.#end(at)
      if (type === TYPE.CONFIGURATION) this.#configuration()
      else if (type === TYPE.START || type === TYPE.FULL) this.#section(at, type)
      else if (type === TYPE.PART || type === TYPE.END) this.#more(at)
      else if (type === TYPE.COMMAND) this.#command(at)
      else throw reader.error('section', `type ${type}; a section or the end is expected: a plain precopy file`, at)
    }
  }

  #end(eof: number): QemuStream {
    const description = this.#description
    const reader = this.#reader
    if (description !== undefined && description.at !== reader.at) {
      throw reader.error('section', `the description is expected here, it is at 0x${description.at.toString(16)}`)
    }
    if (description === undefined && reader.left !== 0) {
      throw reader.error('value', `${reader.left} bytes after the end that are no description`)
    }
    return {
      file: this.#file,
      machine: this.#machine,
      pageSize: this.#pageSize,
      sections: this.#sections,
      ramBlocks: this.#blocks,
      tpmPages: this.#pages,
      ramEnd: this.#ramEnd,
      eof,
      description,
    }
  }

  /** The machine's name, and subsections without a length: those that QEMU has are known. */
  #configuration(): void {
    const reader = this.#reader
    reader.section = 'configuration'
    this.#machine = reader.text(reader.u32("the length of the machine's name"), "the machine's name")
    while (this.#byteAt(reader.at) === TYPE.SUBSECTION) {
      const at = reader.at
      reader.u8('a subsection')
      const name = reader.text(reader.u8('the length of its name'), 'its name')
      reader.u32('its version')
      if (name === 'configuration/target-page-bits') {
        const bits = reader.u32('the target page bits')
        if (bits < 10 || bits > 20) throw reader.error('value', `pages of 2^${bits} bytes`, at)
        this.#pageSize = 2 ** bits
      } else if (name === 'configuration/capabilities') {
        for (let n = reader.u32('the number of capabilities'); n > 0; n--) {
          this.#capabilities.push(reader.text(reader.u8('the length of a capability'), 'a capability'))
        }
      } else if (name === 'configuration/x-validate-uuid') reader.skip(16, 'the UUID')
      else throw reader.error('section', `subsection '${name}' is not known`, at)
    }
  }

  #section(at: number, type: number): void {
    const reader = this.#reader
    const id = reader.u32("the section's id")
    const name = reader.text(reader.u8("the length of the section's name"), "the section's name")
    reader.section = name
    const instance = reader.u32('the instance')
    const version = reader.u32('the version')
    const body = reader.at
    this.#names.set(id, name)
    if (name === 'ram') this.#ram()
    else if (type === TYPE.START)
      throw reader.error('section', 'a live section other than ram: this is no plain precopy file', at)
    else reader.skip(this.#bodyLength(id, name, instance, body), 'the body')
    const end = reader.at
    this.#footer(id)
    this.#sections.push({ name, id, instance, version, at, body, end, next: reader.at })
  }

  /** A further part of the RAM. */
  #more(at: number): void {
    const reader = this.#reader
    const id = reader.u32("the section's id")
    const name = this.#names.get(id)
    if (name !== 'ram') throw reader.error('section', `a part of section ${id}, which is ${name ?? 'not begun'}`, at)
    reader.section = name
    this.#ram()
    this.#footer(id)
  }

  #ram(): void {
    this.#ramContents ??= {
      blocks: this.#blocks,
      pages: this.#pages,
      block: '',
      addresses: this.#capabilities.includes('x-ignore-shared'),
    }
    parseRam(this.#reader, this.#pageSize, this.#ramContents)
    this.#ramEnd = this.#reader.at - 8
  }

  #command(at: number): void {
    const reader = this.#reader
    reader.section = 'command'
    reader.u16('the command')
    reader.skip(reader.u16('its length'), `the command at 0x${at.toString(16)}`)
  }

  #footer(id: number): void {
    const reader = this.#reader
    const at = reader.at
    if (reader.u8('the footer') !== FOOTER || reader.u32("the footer's id") !== id) {
      const problem = `no footer of section ${id} behind its body: the body is longer or shorter than it should be`
      throw reader.error('section', problem, at)
    }
  }

  #bodyLength(id: number, name: string, instance: number, from: number): number {
    const described = this.#description?.bodyLength(name, instance)
    if (described !== undefined && this.#isFooter(from + described, id)) return described
    const found = this.#findFooter(id, from)
    if (found >= 0) return found - from
    throw new StateError('truncated', name, from, 'its end is not found: no footer of it follows')
  }

  /** The first place where a footer of `id` stands and something plausible follows; -1 when there is none. */
  #findFooter(id: number, from: number): number {
    for (let at = indexOfByte(this.#file, FOOTER, from); at >= 0; at = indexOfByte(this.#file, FOOTER, at + 1)) {
      if (this.#isFooter(at, id) && this.#plausible(at + FOOTER_SIZE)) return at
    }
    return -1
  }

  #isFooter(at: number, id: number): boolean {
    if (at + FOOTER_SIZE > this.#file.length || this.#byteAt(at) !== FOOTER) return false
    return this.#idAt(at + 1) === id
  }

  /** The next section's head, or the end of the stream. */
  #plausible(at: number): boolean {
    const type = this.#byteAt(at)
    if (type === TYPE.EOF) return at + 1 === this.#file.length || this.#byteAt(at + 1) === TYPE.DESCRIPTION
    try {
      if (type === TYPE.PART || type === TYPE.END) return this.#names.get(this.#idAt(at + 1)) === 'ram'
      if (type !== TYPE.START && type !== TYPE.FULL) return false
      const reader = new StateReader(this.#file, '', at + 5)
      return reader.text(reader.u8(''), '').length > 0 && !this.#names.has(this.#idAt(at + 1))
    } catch {
      return false
    }
  }

  /** `undefined` behind the end. */
  #byteAt(at: number): number | undefined {
    return at < this.#file.length ? this.#file.read(at, 1)[0] : undefined
  }

  /** @throws StateError at the end of the file. */
  #idAt(at: number): number {
    return new StateReader(this.#file, '', at).u32("a section's id")
  }
}
