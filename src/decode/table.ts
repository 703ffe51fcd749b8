import { type Encoding, parseRows, type Row } from './encoding.ts'
import { commonWord, TableError } from './pattern.ts'

/** The rows of one top-level class, as its file in `isa/` exports them. */
export interface Group {
  readonly name: string
  readonly rows: readonly Row[]
}

/** Every encoding, in the order of the files: those that decode words, and the aliases hung on them. */
export interface Table {
  /** Encodings that decode words; an encoding's {@link Encoding.index} is its position here. */
  readonly encodings: readonly Encoding[]
  /** Alias rows, which only spell words of another row. */
  readonly aliases: readonly Encoding[]
}

/**
 * Parses all groups and hangs the aliases on the rows they spell. Cheap enough for start-up: it does not look for
 * overlaps, which {@link checkTable} does in the tests.
 *
 * @throws TableError on a malformed row or an alias of an unknown row.
 */
export function buildTable(groups: readonly Group[]): Table {
  const encodings: Encoding[] = []
  const aliases: Encoding[] = []
  for (const { name, rows } of groups) {
    const own = rows.filter((r) => r[3]?.aliasOf === undefined)
    const spellings = rows.filter((r) => r[3]?.aliasOf !== undefined)
    for (const e of parseRows(name, own, encodings.length)) encodings.push(e)
    for (const e of parseRows(name, spellings, aliases.length)) aliases.push(e)
  }
  if (aliases.length > 0) {
    const byId = new Map(encodings.map((e) => [e.id, e]))
    for (const alias of aliases) {
      const target = byId.get(alias.aliasOf as string)
      if (!target) throw new TableError(alias.id, `is an alias of '${alias.aliasOf}', which is no row`)
      ;(target.aliases as Encoding[]).push(alias)
    }
  }
  return { encodings, aliases }
}

/**
 * Everything that must hold of a table beyond its syntax: ids unique, no two rows share a word unless one says that it
 * refines the other, aliases spell only words of their row. Operands are checked by `checkSyntax`.
 *
 * @returns one {@link TableError} per fault; empty when the table is sound.
 */
export function checkTable({ encodings, aliases }: Table): TableError[] {
  const faults: TableError[] = []
  const byId = new Map<string, Encoding>()
  for (const e of [...encodings, ...aliases]) {
    if (byId.has(e.id)) faults.push(new TableError(e.id, 'id is used twice'))
    byId.set(e.id, e)
  }
  for (const e of encodings) {
    for (const id of e.over) {
      const refined = byId.get(id)
      if (!refined) faults.push(new TableError(e.id, `refines '${id}', which is no row`))
      else if (commonWord(e, refined) === undefined) faults.push(new TableError(e.id, `shares no word with '${id}'`))
    }
  }
  for (let i = 0; i < encodings.length; i++) {
    const a = encodings[i] as Encoding
    for (let j = i + 1; j < encodings.length; j++) {
      const b = encodings[j] as Encoding
      if (((a.value ^ b.value) & a.mask & b.mask) !== 0) continue
      if (refines(a, b, byId) || refines(b, a, byId)) continue
      const word = commonWord(a, b)
      if (word !== undefined) faults.push(new TableError(b.id, `shares ${wordText(word)} with '${a.id}'; say over:`))
    }
  }
  for (const alias of aliases) {
    const target = byId.get(alias.aliasOf as string) as Encoding
    if (((alias.value ^ target.value) & target.mask & alias.mask) !== 0)
      faults.push(new TableError(alias.id, `spells no word of '${target.id}'`))
  }
  return faults
}

/** True when `a` says, itself or through rows that it refines, that it takes words out of `b`. */
function refines(a: Encoding, b: Encoding, byId: ReadonlyMap<string, Encoding>): boolean {
  return a.over.some((id) => {
    const next = byId.get(id)
    return next !== undefined && next !== a && (next === b || refines(next, b, byId))
  })
}

function wordText(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
