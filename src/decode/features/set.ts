import { RESERVED } from '../constraints.ts'
import { type Encoding, matches } from '../encoding.ts'
import { A64 } from '../isa/index.ts'
import { isWide } from './by-word.ts'
import { addFeature, featureInfo, featureList, featureSpellings, namedFeatures, removeFeature } from './names.ts'
import { versionFeatures, versions } from './versions.ts'

/** A list of features has a token that names none. */
export class FeatureError extends Error {
  override readonly name = 'FeatureError'
  /** The token as it was written. */
  readonly token: string
  /** Names like it, the closest first; at most three. */
  readonly suggestions: readonly string[]

  constructor(token: string, suggestions: readonly string[]) {
    const shown = token.length > 40 ? `${token.slice(0, 40)}...` : token
    const hint = suggestions.length > 0 ? `; did you mean ${suggestions.join(' or ')}?` : ''
    super(`'${shown}' is neither a feature nor a version of the architecture (v8.0 to v8.9, v9.0 to v9.7, all)${hint}`)
    this.token = token
    this.suggestions = suggestions
  }
}

const VERSION = /^(?:armv?|v)?([89])(?:\.(\d))?(?:-?a)?$/i

const UNKNOWN = 0
const AVAILABLE = 1
const MISSING = 2
/** Words of the row with a certain bit need a feature more, which is off. */
const SOME_WORDS = 3

/**
 * What a PE implements, as FEAT_ names. Immutable. Answers for encodings are remembered, one byte each.
 *
 * @example
 * ```ts
 * const features = FeatureSet.parse('armv8.2-a+sve')
 * features.has('FEAT_SVE') // true
 * features.has('LRCPC') // false
 * decode(0x38bfc020, { features }) // undefined: LDAPRB needs FEAT_LRCPC
 * ```
 */
export class FeatureSet {
  /** Names without `FEAT_`, in alphabetical order. */
  readonly names: readonly string[]
  readonly #set: ReadonlySet<string>
  #rows = new Uint8Array(0)
  #aliases = new Uint8Array(0)

  private constructor(set: ReadonlySet<string>) {
    this.#set = set
    this.names = [...set].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  }

  /** Every feature of the tables, those that no PE has together included. */
  static all(): FeatureSet {
    return new FeatureSet(new Set(featureList().map((f) => f.name)))
  }

  /**
   * Reads a list: items apart by commas, blanks or `+`, from the left to the right. An item is a version (`v8.2`,
   * `8.2`, `armv8.2-a`), `all`, a FEAT_ name with or without `FEAT_`, or LLVM's name of one (`fp16`, `rcpc-immo`);
   * `-` or `no` before a name takes the feature away, with those that cannot be without it. A feature brings those that
   * it implies. A list that names no version first, and not `all`, adds to Armv8.0.
   *
   * @throws FeatureError at the first item that is none of these.
   */
  static parse(list: string): FeatureSet {
    const items = list.split(/[\s,]+|(?=\+)/).filter((item) => item !== '' && item !== '+')
    const set = new Set<string>()
    const first = items[0] ?? ''
    if (baseOf(first) === undefined) for (const name of versionFeatures('8.0') as Set<string>) set.add(name)
    for (const item of items) {
      const off = /^[-]/.test(item)
      const name = item.replace(/^[-+]/, '')
      const base = off ? undefined : baseOf(name)
      if (base) for (const each of base) set.add(each)
      else if (off) for (const each of known(item, name)) removeFeature(each, set)
      else modify(item, name, set)
    }
    return new FeatureSet(set)
  }

  /**
   * The features named, and what they imply, and nothing else: no version underneath.
   *
   * @throws FeatureError at a name that is none.
   */
  static of(names: Iterable<string>): FeatureSet {
    const set = new Set<string>()
    for (const name of names) for (const each of known(name, name)) addFeature(each, set)
    return new FeatureSet(set)
  }

  /** True for a feature of the set, with or without `FEAT_`; false for a name that is none. */
  has(name: string): boolean {
    return this.#set.has(name.startsWith('FEAT_') ? name.slice(5) : name)
  }

  /** True when the set meets a requirement as rows write it: all of them, `A|B` meaning either. */
  meets(requirement: readonly string[]): boolean {
    return this.missing(requirement) === undefined
  }

  /** The first part of a requirement that the set does not meet, such as `SVE|SME`. */
  missing(requirement: readonly string[]): string | undefined {
    return requirement.find((part) => !part.split('|').some((name) => this.#set.has(name)))
  }

  /**
   * True when the PE has the encoding (or the alias), or at least some of its words: 64-bit forms of SME2 need more
   * than their row says, see {@link allows}. One load once it has been asked.
   */
  isAvailable(encoding: Encoding): boolean {
    return this.#state(encoding) !== MISSING
  }

  /** True when the PE has that word of the encoding. */
  allows(encoding: Encoding, word: number): boolean {
    const state = this.#state(encoding)
    return state === AVAILABLE || (state === SOME_WORDS && this.missingOf(encoding, word) === undefined)
  }

  /** The first requirement of a word of a row that the set does not meet. */
  missingOf(encoding: Encoding, word: number): string | undefined {
    const { features, feature64 } = encoding
    const needed = isWide(encoding, word) && !this.#set.has(feature64) ? feature64 : undefined
    return this.missing(features) ?? needed
  }

  #state(encoding: Encoding): number {
    const alias = encoding.aliasOf !== undefined
    const { index } = encoding
    const known = (alias ? this.#aliases : this.#rows)[index]
    if (known !== undefined && known !== UNKNOWN) return known
    let state = this.meets(encoding.features) ? AVAILABLE : MISSING
    const { feature64 } = encoding
    if (state === AVAILABLE && feature64 !== '' && !this.#set.has(feature64)) state = SOME_WORDS
    if (index < 0) return state
    const table = grown(alias ? this.#aliases : this.#rows, index)
    table[index] = state
    if (alias) this.#aliases = table
    else this.#rows = table
    return state
  }

  /**
   * The row that a word belongs to here: `encoding`, to which it belongs with all features, or, where that needs a
   * feature that is off, the row that it refines: a hint that a PE does not have is HINT, a NOP. `undefined` where the
   * word is unallocated.
   */
  resolve(encoding: Encoding, word: number): Encoding | undefined {
    if (this.allows(encoding, word)) return encoding
    for (const id of encoding.over) {
      const row = rowById(id)
      if (!row || !matches(row, word) || row.reserved.some((rule) => RESERVED[rule](word))) continue
      const found = this.resolve(row, word)
      if (found) return found
    }
    return undefined
  }
}

/** `features.isAvailable(encoding)`, for callers that filter with a function. */
export function isAvailable(encoding: Encoding, features: FeatureSet): boolean {
  return features.isAvailable(encoding)
}

/** The features of a version or of `all`; `undefined` for what names neither. */
function baseOf(item: string): Iterable<string> | undefined {
  if (/^all$/i.test(item)) return featureList().map((f) => f.name)
  const version = VERSION.exec(item)
  return version ? versionFeatures(`${version[1]}.${version[2] ?? 0}`) : undefined
}

/** Applies a name, which may have `no` before it. */
function modify(item: string, name: string, set: Set<string>): void {
  const found = namedFeatures(name)
  const negated = found ? undefined : /^no(.+)/i.exec(name)?.[1]
  const taken = negated === undefined ? undefined : namedFeatures(negated)
  if (taken) for (const each of taken) removeFeature(each, set)
  else for (const each of known(item, name)) addFeature(each, set)
}

function known(item: string, name: string): readonly string[] {
  const found = namedFeatures(name)
  if (!found) throw new FeatureError(item, closest(name))
  return found
}

function closest(name: string): string[] {
  // A longer one is like none; this bounds the work that hostile input can ask for.
  if (name.length > 24) return []
  const wanted = name
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^feat_/, '')
  const spellings = [...featureSpellings(), ...versions().map((version) => `v${version}`)]
  return spellings
    .map((spelling) => ({ spelling, distance: distance(wanted, spelling) }))
    .filter((each) => each.distance <= Math.max(1, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ spelling }) => {
      const found = namedFeatures(spelling)
      return found?.length === 1 && featureInfo(found[0] as string) ? (found[0] as string) : spelling
    })
    .filter((each, i, all) => all.indexOf(each) === i)
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

function grown(states: Uint8Array<ArrayBuffer>, index: number): Uint8Array<ArrayBuffer> {
  if (index < states.length) return states
  const longer = new Uint8Array(Math.max(index + 1, states.length * 2)).fill(UNKNOWN)
  longer.set(states)
  return longer
}

let byId: ReadonlyMap<string, Encoding> | undefined

function rowById(id: string): Encoding | undefined {
  byId ??= new Map(A64.encodings.map((e) => [e.id, e]))
  return byId.get(id)
}
