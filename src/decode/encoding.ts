import type { MemoryAccess } from './access.ts'
import type { AliasRuleName } from './alias-rules.ts'
import type { ConstraintName, ReservedName } from './constraints.ts'
import type { Field } from './fields.ts'
import type { Bits, Pattern } from './pattern.ts'
import { parsePattern, TableError } from './pattern.ts'

/** What a row says beside its bits and its text. All optional. */
export interface RowOptions {
  /** FEAT_ names without the prefix, all of which are needed: `'LSE'`, `'LSE128 THE'`; `A|B` means either. */
  readonly feat?: string
  /** FEAT_ name that the 64-bit form, the words whose field sz is 1, needs beside {@link feat}. */
  readonly feat64?: string
  /** What the instruction does to memory. */
  readonly access?: MemoryAccess
  /** Named rules under which an allocated word is CONSTRAINED UNPREDICTABLE. */
  readonly unpredictable?: readonly ConstraintName[]
  /** Named rules under which a word of this pattern is unallocated. */
  readonly reserved?: readonly ReservedName[]
  /** Ids of rows that this one refines: its words are taken out of them. */
  readonly over?: readonly string[]
  /** This row is another spelling of that row: it decodes nothing, {@link format} prefers it where it matches. */
  readonly aliasOf?: string
  /** An alias row spells only the words of which this named rule is true. */
  readonly when?: AliasRuleName
  /** LLVM spells an alias this way even when aliases are off (shifts and bit-field moves, DC, TLBI and so on). */
  readonly always?: true
}

/** One encoding, one line: id (the manual's), bits, LLVM's syntax, the rest. */
export type Row = readonly [id: string, pattern: string, syntax: string, options?: RowOptions]

/**
 * A list of rows: a function, so that the literals are made only where a word or a caller needs them. Long ones are
 * function declarations: V8 skims those at import (4 ms for all, where as arrow functions they take 9).
 */
export type Rows = () => readonly Row[]

/** A row, parsed. Immutable; one object per encoding for the life of the program. */
export interface Encoding extends Pattern {
  /** The manual's encoding id, such as `LDP_64_ldstpair_off`. */
  readonly id: string
  /** Position in the table. */
  readonly index: number
  /** Name of the top-level class whose file holds the row. */
  readonly group: string
  /** Mnemonic as the row has it: `ldp`; `b.<cond>`, which cond completes; `saddl<|2>`, saddl or saddl2 by Q. */
  readonly mnemonic: string
  /** Operands as the row writes them. */
  readonly syntax: string
  readonly features: readonly string[]
  /** What the words whose field sz is 1 need beside {@link features}; `''` for nothing. */
  readonly feature64: string
  readonly access: MemoryAccess | undefined
  readonly unpredictable: readonly ConstraintName[]
  readonly reserved: readonly ReservedName[]
  readonly over: readonly string[]
  readonly aliasOf: string | undefined
  readonly when: AliasRuleName | undefined
  readonly always: boolean
  /** Rows that spell some of this encoding's words otherwise, in the order of preference. */
  readonly aliases: readonly Encoding[]
}

let found = 0

/** The field called `name`, or `undefined` when the encoding has none. */
export function findField(encoding: Encoding, name: string): Field | undefined {
  const field = encoding.fields.find((f) => f.name === name)
  if (field) found |= fieldMask(field)
  return field
}

/**
 * The bits of all fields that {@link findField} has found since the last call: what a token that has just been
 * compiled may depend on. So no notation needs to list its fields twice.
 */
export function takeFound(): number {
  const bits = found >>> 0
  found = 0
  return bits
}

/** The bits of a word that a field occupies. */
export function fieldMask({ lsb, width }: Field): number {
  return width === 32 ? 0xffff_ffff : (((1 << width) - 1) << lsb) >>> 0
}

/** What a row is part of: the answers that need its neighbours, which are asked for only when a caller wants them. */
export interface Neighbours {
  readonly name: string
  /** The index of the first of them. */
  first(): number
  aliasesOf(id: string): readonly Encoding[]
}

const ALONE: Neighbours = { name: '', first: () => 0, aliasesOf: () => [] }

/**
 * Parses the row at `position` of a list, or one that stands alone.
 *
 * @throws TableError when it is malformed.
 */
export function parseRow(
  [id, pattern, syntax, options = {}]: Row,
  neighbours: Neighbours = ALONE,
  position: number = 0,
): Encoding {
  return new RowEncoding(id, parsePattern(id, pattern), syntax, options, neighbours, position)
}

/** Members first used together stand together; all are set here, in one order, so that reading one is a plain load. */
class RowEncoding implements Encoding {
  readonly mask: number
  readonly value: number
  readonly should: Bits
  readonly excluded: readonly Bits[]
  readonly fields: readonly Field[]
  readonly id: string
  readonly group: string
  readonly mnemonic: string
  readonly syntax: string
  readonly features: readonly string[]
  readonly feature64: string
  readonly access: MemoryAccess | undefined
  readonly unpredictable: readonly ConstraintName[]
  readonly reserved: readonly ReservedName[]
  readonly over: readonly string[]
  readonly aliasOf: string | undefined
  readonly when: AliasRuleName | undefined
  readonly always: boolean
  readonly #neighbours: Neighbours
  readonly #position: number
  #index = -1
  #aliases: readonly Encoding[] | undefined

  constructor(
    id: string,
    pattern: Pattern,
    syntax: string,
    options: RowOptions,
    neighbours: Neighbours,
    position: number,
  ) {
    const space = syntax.indexOf(' ')
    const mnemonic = space < 0 ? syntax : syntax.slice(0, space)
    if (mnemonic === '') throw new TableError(id, 'syntax has no mnemonic')
    this.mask = pattern.mask
    this.value = pattern.value
    this.should = pattern.should
    this.excluded = pattern.excluded
    this.fields = pattern.fields
    this.id = id
    this.group = neighbours.name
    this.mnemonic = mnemonic
    this.syntax = space < 0 ? '' : syntax.slice(space + 1).trim()
    this.features = options.feat?.split(' ') ?? []
    this.feature64 = options.feat64 ?? ''
    this.access = options.access
    this.unpredictable = options.unpredictable ?? []
    this.reserved = options.reserved ?? []
    this.over = options.over ?? []
    this.aliasOf = options.aliasOf
    this.when = options.when
    this.always = options.always === true
    this.#neighbours = neighbours
    this.#position = position
  }

  get index(): number {
    if (this.#index < 0) this.#index = this.#neighbours.first() + this.#position
    return this.#index
  }

  get aliases(): readonly Encoding[] {
    this.#aliases ??= this.#neighbours.aliasesOf(this.id)
    return this.#aliases
  }
}

/** True when `word` carries the fixed bits of `encoding` and none of its excluded values. */
export function matches(encoding: Pattern, word: number): boolean {
  if (((word ^ encoding.value) & encoding.mask) !== 0) return false
  const excluded: readonly Bits[] = encoding.excluded
  for (let i = 0; i < excluded.length; i++) {
    const e = excluded[i] as Bits
    if (((word ^ e.value) & e.mask) === 0) return false
  }
  return true
}
