import { ElfError, ElfReader, type Extent } from './elf/reader.ts'
import { type Area, type Names, readSymbols, SYMBOL_SIZE, type SymbolTable } from './elf/symbols.ts'

/** Executable bytes of a file, and the names in them. */
export interface ElfCode extends Names {
  readonly name: string
  /** Address of the first byte, 64 bits; 0 in a relocatable file. */
  readonly address: bigint
  readonly bytes: Uint8Array
}

/** What {@link readElf} makes of a file. */
export interface ElfFile {
  readonly bigEndian: boolean
  /** Sections have no addresses yet: an offset in one says nothing about another. */
  readonly relocatable: boolean
  readonly code: readonly ElfCode[]
}

const HEADER_SIZE = 64
const SECTION_SIZE = 64
const SEGMENT_SIZE = 56
const EM_AARCH64 = 183
const ET_REL = 1
const SHT_SYMTAB = 2
const SHT_NOBITS = 8
const SHT_DYNSYM = 11
const SHF_EXECINSTR = 4n
const SHN_XINDEX = 0xffff
const PT_LOAD = 1
const PF_X = 1

/** True of the first bytes of an ELF file. */
export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}

/**
 * The code of an arm64 ELF file and the names in it: its executable sections, or its executable segments where it has
 * no such section. ELF64 of either byte order; instructions are little-endian in both.
 *
 * Reads nothing outside `bytes`. Time and memory grow with their length, whatever they say: each table is read once,
 * and no byte may belong to two pieces of code.
 *
 * @throws ElfError when the bytes are no such file, or a header points outside them.
 */
export function readElf(bytes: Uint8Array): ElfFile {
  if (!isElf(bytes)) throw new ElfError(0, 'not an ELF file, which begins with 7f 45 4c 46')
  if (bytes.length < HEADER_SIZE) throw new ElfError(bytes.length, 'the file ends inside its header of 64 bytes')
  if (bytes[4] !== 2) throw new ElfError(4, `class ${bytes[4]} is not 2 (ELF64): A64 is the code of ELF64 files`)
  if (bytes[5] !== 1 && bytes[5] !== 2) throw new ElfError(5, `byte order ${bytes[5]} is neither 1 (LSB) nor 2 (MSB)`)
  const reader = new ElfReader(bytes, bytes[5] === 1)
  const machine = reader.u16(18)
  if (machine !== EM_AARCH64) throw new ElfError(18, `machine ${machine} is not 183 (AArch64)`)

  const relocatable = reader.u16(16) === ET_REL
  const sections = readSections(reader)
  const areas = sections.filter((s) => s.executable && s.size > 0)
  const found: Area[] = areas.length > 0 ? areas : executableSegments(reader)
  refuseOverlaps(found)
  const names = readSymbols(reader, symbolTables(sections), found, relocatable)
  return {
    bigEndian: bytes[5] === 2,
    relocatable,
    code: found.map(({ name, address, offset, size }, i) => ({
      name,
      address,
      bytes: bytes.subarray(offset, offset + size),
      ...(names[i] as Names),
    })),
  }
}

/** A section header, checked. */
interface Section extends Area {
  /** Byte of the file where the header is. */
  readonly header: number
  readonly type: number
  readonly executable: boolean
  readonly link: number
}

function readSections(reader: ElfReader): Section[] {
  if (reader.u64(0x28) === 0n) return []
  const entry = reader.u16(0x3a)
  if (entry !== SECTION_SIZE) throw new ElfError(0x3a, `a section header of ${entry} bytes, not ${SECTION_SIZE}`)
  const first = reader.table('section headers', 0x28, 1, entry)
  // Counts that need more than 16 bits are in the first header, which is otherwise unused.
  let count = reader.u16(0x3c)
  if (count === 0) {
    const large = reader.u64(first + 0x20)
    if (large > reader.length) throw new ElfError(first + 0x20, `${large} section headers are more than the file holds`)
    count = Number(large)
  }
  reader.table('section headers', 0x28, count, entry)
  let namesIndex = reader.u16(0x3e)
  if (namesIndex === SHN_XINDEX) namesIndex = reader.u32(first + 0x28)
  if (namesIndex >= Math.max(count, 1))
    throw new ElfError(0x3e, `section ${namesIndex} would hold the names; there are ${count}`)
  const header = first + namesIndex * entry
  const names = namesIndex === 0 ? undefined : reader.extent('the table of names', header + 0x18, header + 0x20)
  const sections: Section[] = []
  for (let index = 1; index < count; index++) sections.push(readSection(reader, index, first + index * entry, names))
  return sections
}

function readSection(reader: ElfReader, index: number, header: number, names: Extent | undefined): Section {
  const type = reader.u32(header + 4)
  // SHT_NULL says nothing, SHT_NOBITS takes no room in the file.
  const absent = type === 0 || type === SHT_NOBITS
  const executable = !absent && (reader.u64(header + 8) & SHF_EXECINSTR) !== 0n
  const needed = executable || type === SHT_SYMTAB || type === SHT_DYNSYM || type === 3
  const extent = needed ? reader.extent(`section ${index}`, header + 0x18, header + 0x20) : { offset: 0, size: 0 }
  const name = executable && names ? reader.string(names, reader.u32(header)) : ''
  return {
    ...extent,
    header,
    type,
    executable,
    index,
    name: name === '' ? `section ${index}` : name,
    address: reader.u64(header + 0x10),
    link: reader.u32(header + 0x28),
  }
}

/** The table of all symbols and that of the dynamic ones: a file has at most one of each. */
function symbolTables(sections: readonly Section[]): SymbolTable[] {
  const tables: SymbolTable[] = []
  for (const type of [SHT_SYMTAB, SHT_DYNSYM]) {
    const [symbols, second] = sections.filter((s) => s.type === type)
    if (!symbols) continue
    if (second) throw new ElfError(second.header + 4, `a second symbol table of type ${type}`)
    if (symbols.size % SYMBOL_SIZE !== 0)
      throw new ElfError(
        symbols.header + 0x20,
        `a symbol table of ${symbols.size} bytes: no multiple of ${SYMBOL_SIZE}`,
      )
    const strings = sections[symbols.link - 1]
    if (strings?.type !== 3)
      throw new ElfError(
        symbols.header + 0x28,
        `section ${symbols.link} would hold the symbols' names, and is no table of them`,
      )
    tables.push({ symbols, strings })
  }
  return tables
}

function executableSegments(reader: ElfReader): Area[] {
  const count = reader.u16(0x38)
  if (count === 0 || reader.u64(0x20) === 0n) return []
  const entry = reader.u16(0x36)
  if (entry !== SEGMENT_SIZE) throw new ElfError(0x36, `a program header of ${entry} bytes, not ${SEGMENT_SIZE}`)
  const first = reader.table('program headers', 0x20, count, entry)
  const areas: Area[] = []
  for (let i = 0; i < count; i++) {
    const at = first + i * entry
    if (reader.u32(at) !== PT_LOAD || (reader.u32(at + 4) & PF_X) === 0) continue
    const extent = reader.extent(`segment ${i}`, at + 0x08, at + 0x20)
    if (extent.size > 0) areas.push({ ...extent, name: `segment ${i}`, index: -1, address: reader.u64(at + 0x10) })
  }
  return areas
}

/** Code that lies in the file twice would let a short file ask for endless output. */
function refuseOverlaps(areas: readonly Area[]): void {
  const sorted = [...areas].sort((a, b) => a.offset - b.offset)
  for (let i = 1; i < sorted.length; i++) {
    const [a, b] = [sorted[i - 1] as Area, sorted[i] as Area]
    if (b.offset < a.offset + a.size) throw new ElfError(b.offset, `'${b.name}' begins inside '${a.name}'`)
  }
}
