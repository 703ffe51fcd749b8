import type { ElfReader, Extent } from './reader.ts'

/** A name for a place in a piece of code. */
export interface ElfSymbol {
  /** Bytes from the start of the code. */
  readonly offset: number
  readonly name: string
}

/** From here on lie instructions, or data. */
export interface ElfMapping {
  readonly offset: number
  readonly data: boolean
}

/** Executable bytes of the file. */
export interface Area extends Extent {
  readonly name: string
  /** Of the section header; -1 for a segment. */
  readonly index: number
  readonly address: bigint
}

/** Names in an {@link Area}. */
export interface Names {
  /** Ascending, one for each offset. */
  readonly symbols: readonly ElfSymbol[]
  /** Ascending: the mapping symbols `$x` and `$d` (ELF for the Arm 64-bit Architecture, "Mapping symbols"). */
  readonly mapping: readonly ElfMapping[]
}

/** A symbol table and the strings that it names. */
export interface SymbolTable {
  readonly symbols: Extent
  readonly strings: Extent
}

/** Bytes of an Elf64_Sym. */
export const SYMBOL_SIZE = 24

const STB_LOCAL = 0
const STB_GLOBAL = 1
const STT_NOTYPE = 0
const STT_OBJECT = 1
const STT_FUNC = 2
const STT_GNU_IFUNC = 10
const SHN_LORESERVE = 0xff00

/** A symbol that may name its offset: the best of those that share it does. */
interface Candidate {
  readonly rank: number
  readonly strings: Extent
  readonly nameOffset: number
}

/**
 * The names in each area that is a section. A relocatable file's values count from their section's start. Names are
 * read only of the symbols that win, so that work is bounded by the sizes of the tables.
 */
export function readSymbols(
  reader: ElfReader,
  tables: readonly SymbolTable[],
  areas: readonly Area[],
  relocatable: boolean,
): Names[] {
  const areaOf = new Map(areas.map((area, i) => [area.index, i]))
  const best = areas.map(() => new Map<number, Candidate>())
  const mapping = areas.map(() => new Map<number, boolean>())
  for (const { symbols, strings } of tables) {
    for (let at = symbols.offset; at + SYMBOL_SIZE <= symbols.offset + symbols.size; at += SYMBOL_SIZE) {
      const nameOffset = reader.u32(at)
      const section = reader.u16(at + 6)
      if (nameOffset === 0 || section === 0 || section >= SHN_LORESERVE) continue
      const area = areaOf.get(section)
      if (area === undefined) continue
      const { address, size } = areas[area] as Area
      const place = reader.u64(at + 8) - (relocatable ? 0n : address)
      if (place < 0n || place >= size) continue
      const offset = Number(place)
      const info = reader.u8(at + 4)
      if (isMapping(reader, strings, nameOffset)) {
        ;(mapping[area] as Map<number, boolean>).set(offset, reader.u8(strings.offset + nameOffset + 1) === 0x64)
        continue
      }
      const rank = rankOf(info & 15, info >>> 4)
      const names = best[area] as Map<number, Candidate>
      if (rank > (names.get(offset)?.rank ?? 0)) names.set(offset, { rank, strings, nameOffset })
    }
  }
  return areas.map((_, i) => ({
    symbols: ascending(best[i] as Map<number, Candidate>)
      .map(([offset, { strings, nameOffset }]) => ({ offset, name: reader.string(strings, nameOffset) }))
      .filter((s) => s.name !== ''),
    mapping: ascending(mapping[i] as Map<number, boolean>).map(([offset, data]) => ({ offset, data })),
  }))
}

/** `$x` or `$d`, alone or before a dot. */
function isMapping(reader: ElfReader, strings: Extent, nameOffset: number): boolean {
  if (nameOffset + 2 >= strings.size) return false
  const at = strings.offset + nameOffset
  if (reader.u8(at) !== 0x24) return false
  const kind = reader.u8(at + 1)
  const end = reader.u8(at + 2)
  return (kind === 0x64 || kind === 0x78) && (end === 0 || end === 0x2e)
}

/** Functions before labels before objects; global before weak before local; 0 for what names no place. */
function rankOf(type: number, binding: number): number {
  const kind = type === STT_FUNC || type === STT_GNU_IFUNC ? 3 : type === STT_NOTYPE ? 2 : type === STT_OBJECT ? 1 : 0
  return kind === 0 ? 0 : kind * 3 + (binding === STB_GLOBAL ? 2 : binding === STB_LOCAL ? 0 : 1)
}

function ascending<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort((a, b) => a[0] - b[0])
}
