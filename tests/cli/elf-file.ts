/** A section of a made-up ELF file. */
export interface MadeSection {
  readonly name: string
  readonly type: number
  readonly flags?: number
  readonly address?: bigint
  readonly bytes: Uint8Array
  readonly link?: number
}

/** A symbol of a made-up ELF file. */
export interface MadeSymbol {
  readonly name: string
  readonly value: bigint
  readonly section: number
  /** binding << 4 | type; a global function unless told. */
  readonly info?: number
}

/** Instructions as bytes: little-endian in every file. */
export function words(...list: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(list.length * 4)
  const view = new DataView(bytes.buffer)
  list.forEach((w, i) => {
    view.setUint32(i * 4, w, true)
  })
  return bytes
}

/** Strings with a NUL after each, and where each begins. */
function strings(list: readonly string[]): { bytes: Uint8Array; at: Map<string, number> } {
  const at = new Map<string, number>([['', 0]])
  let text = '\0'
  for (const s of list) {
    if (at.has(s)) continue
    at.set(s, text.length)
    text += `${s}\0`
  }
  return { bytes: new TextEncoder().encode(text), at }
}

/**
 * An arm64 ELF64 file: header, the sections' bytes, their headers. The sections given are numbered from 1; `.symtab`,
 * `.strtab` and `.shstrtab` follow them.
 */
export function makeElf(
  sections: readonly MadeSection[],
  symbols: readonly MadeSymbol[] = [],
  { bigEndian = false, type = 2 }: { bigEndian?: boolean; type?: number } = {},
): Uint8Array {
  const little = !bigEndian
  const names = strings(symbols.map((s) => s.name))
  const table = new Uint8Array(24 * (symbols.length + 1))
  const entries = new DataView(table.buffer)
  symbols.forEach((s, i) => {
    const at = 24 * (i + 1)
    entries.setUint32(at, names.at.get(s.name)!, little)
    entries.setUint8(at + 4, s.info ?? 0x12)
    entries.setUint16(at + 6, s.section, little)
    entries.setBigUint64(at + 8, s.value, little)
  })
  const all: MadeSection[] = [
    ...sections,
    { name: '.symtab', type: 2, bytes: table, link: sections.length + 2 },
    { name: '.strtab', type: 3, bytes: names.bytes },
  ]
  const headings = strings([...all.map((s) => s.name), '.shstrtab'])
  all.push({ name: '.shstrtab', type: 3, bytes: headings.bytes })

  let end = 64
  const offsets = all.map((s) => {
    const at = end
    end = at + Math.ceil(s.bytes.length / 8) * 8
    return at
  })
  const file = new Uint8Array(end + 64 * (all.length + 1))
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, bigEndian ? 2 : 1, 1])
  view.setUint16(16, type, little)
  view.setUint16(18, 183, little)
  view.setBigUint64(0x28, BigInt(end), little)
  view.setUint16(0x34, 64, little)
  view.setUint16(0x3a, 64, little)
  view.setUint16(0x3c, all.length + 1, little)
  view.setUint16(0x3e, all.length, little)
  all.forEach((s, i) => {
    file.set(s.bytes, offsets[i]!)
    const at = end + 64 * (i + 1)
    view.setUint32(at, headings.at.get(s.name)!, little)
    view.setUint32(at + 4, s.type, little)
    view.setBigUint64(at + 8, BigInt(s.flags ?? 0), little)
    view.setBigUint64(at + 0x10, s.address ?? 0n, little)
    view.setBigUint64(at + 0x18, BigInt(offsets[i]!), little)
    view.setBigUint64(at + 0x20, BigInt(s.bytes.length), little)
    view.setUint32(at + 0x28, s.link ?? 0, little)
  })
  return file
}
