import { type Encoding, type Neighbours, parseRow, type Row, type Rows } from './encoding.ts'
import { type Bits, commonWord, parsePattern, TableError } from './pattern.ts'

/** The rows of one top-level class, as its file in `isa/` exports them. */
export interface Group {
  /** Groups of one class have one name; what refines or spells a row is in the group of that row. */
  readonly name: string
  /** Bits 28:25 of all its words, as the manual's main table (C4.1) writes them: `'x1x0'`. */
  readonly op1: string
  readonly rows: Rows
}

/** Every encoding, in the order of the files: those that decode words, and the aliases hung on them. */
export interface Table {
  /** Encodings that decode words; an encoding's {@link Encoding.index} is its position here. */
  readonly encodings: readonly Encoding[]
  /** Alias rows, which only spell words of another row. */
  readonly aliases: readonly Encoding[]
}

/**
 * Rows of one group that decode words, or its aliases. Nothing is made before it is asked for: the literals with the
 * first word of the class, an encoding with the first word of the row.
 */
export class Section implements Neighbours {
  readonly name: string
  readonly #list: () => readonly Row[]
  readonly #before: Section | undefined
  readonly #aliases: Section | undefined
  #rows: readonly Row[] | undefined
  #made: (Encoding | undefined)[] = []
  #byTarget: Map<string, Encoding[]> | undefined

  constructor(name: string, list: () => readonly Row[], before: Section | undefined, aliases?: Section) {
    this.name = name
    this.#list = list
    this.#before = before
    this.#aliases = aliases
  }

  get rows(): readonly Row[] {
    if (this.#rows === undefined) {
      this.#rows = this.#list()
      this.#made = new Array(this.#rows.length).fill(undefined)
    }
    return this.#rows
  }

  first(): number {
    return this.#before ? this.#before.first() + this.#before.rows.length : 0
  }

  encoding(position: number): Encoding {
    const row = this.rows[position] as Row
    const encoding = this.#made[position] ?? parseRow(row, this, position)
    this.#made[position] = encoding
    return encoding
  }

  all(): Encoding[] {
    return this.rows.map((_, position) => this.encoding(position))
  }

  aliasesOf(id: string): readonly Encoding[] {
    return this.#aliases?.spelling(id) ?? []
  }

  /** The aliases in this section of the row called `id`, in order. */
  spelling(id: string): readonly Encoding[] | undefined {
    if (this.#byTarget === undefined) {
      this.#byTarget = new Map()
      for (const alias of this.all()) {
        const target = alias.aliasOf as string
        const known = this.#byTarget.get(target)
        if (known) known.push(alias)
        else this.#byTarget.set(target, [alias])
      }
    }
    return this.#byTarget.get(id)
  }
}

/** A group, its rows in the two sections that number them apart. */
interface Part {
  readonly name: string
  /** {@link Group.op1}, in its place. */
  readonly bits: Bits
  readonly own: Section
  readonly aliases: Section
}

/** A table that makes its encodings as they are asked for; `encodings` and `aliases` make all of them. */
export class LazyTable implements Table {
  readonly parts: readonly Part[]
  #encodings: readonly Encoding[] | undefined
  #aliases: readonly Encoding[] | undefined

  constructor(groups: readonly Group[]) {
    let own: Section | undefined
    let aliases: Section | undefined
    this.parts = groups.map((group) => {
      let rows: readonly Row[] | undefined
      const list = (alias: boolean) => (): readonly Row[] => {
        rows ??= group.rows()
        return rows.filter((row) => (row[3]?.aliasOf !== undefined) === alias)
      }
      aliases = new Section(group.name, list(true), aliases)
      own = new Section(group.name, list(false), own, aliases)
      return { name: group.name, bits: parsePattern(group.name, `xxx ${group.op1} ${'x'.repeat(25)}`), own, aliases }
    })
  }

  /** @throws TableError on a malformed row; so do all members that make encodings. */
  get encodings(): readonly Encoding[] {
    this.#encodings ??= this.parts.flatMap((part) => part.own.all())
    return this.#encodings
  }

  get aliases(): readonly Encoding[] {
    this.#aliases ??= this.parts.flatMap((part) => part.aliases.all())
    return this.#aliases
  }

  /** The sections that may have words with that value of bits 28:25. */
  sections(op1: number): Section[] {
    return this.parts.filter(({ bits }) => (((op1 << 25) ^ bits.value) & bits.mask) === 0).map((part) => part.own)
  }
}

/**
 * Everything that must hold of a table beyond its syntax: ids unique, no two rows share a word unless one says that it
 * refines the other, rows lie in their group, aliases spell only words of their row. Operands are checked by `checkSyntax`.
 *
 * @returns one {@link TableError} per fault; empty when the table is sound.
 */
export function checkTable({ encodings, aliases, parts }: LazyTable): TableError[] {
  const faults: TableError[] = []
  const byId = new Map<string, Encoding>()
  for (const e of [...encodings, ...aliases]) {
    if (byId.has(e.id)) faults.push(new TableError(e.id, 'id is used twice'))
    byId.set(e.id, e)
  }
  for (const { name, bits, own, aliases: spellings } of parts) {
    for (const e of own.all()) {
      if ((e.mask & bits.mask) >>> 0 !== bits.mask || ((e.value ^ bits.value) & bits.mask) !== 0)
        faults.push(new TableError(e.id, `has words that bits 28:25 of '${name}' leave out`))
    }
    const ids = new Set(own.all().map((e) => e.id))
    for (const alias of spellings.all()) {
      if (!ids.has(alias.aliasOf as string))
        faults.push(new TableError(alias.id, `is an alias of '${alias.aliasOf}', which is no row of its group`))
    }
  }
  for (const e of encodings) {
    if (e.feature64 !== '' && !e.fields.some((f) => f.name === 'sz' && f.width === 1))
      faults.push(new TableError(e.id, 'has a feature of its 64-bit form, and no field sz'))
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
    const target = byId.get(alias.aliasOf as string)
    if (target && ((alias.value ^ target.value) & target.mask & alias.mask) !== 0)
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
