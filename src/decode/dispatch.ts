import { RESERVED, type ReservedName } from './constraints.ts'
import { type Encoding, matches, type Row } from './encoding.ts'
import { scanPattern } from './pattern.ts'
import type { LazyTable, Section } from './table.ts'

// Words of a row in #rows: what scanPattern writes, then flags. Eight of them: half a cache line.
const MASK = 0
const VALUE = 1
const SHOULD_MASK = 2
const SHOULD_VALUE = 3
/** Not 0 where a row has excluded values or reserved rules: those need more than one comparison. */
const STRICT = 4
/** 1 where a rule may make words CONSTRAINED UNPREDICTABLE. */
const RULES = 5
/** 1 where a row refines others. */
const REFINES = 6
const STRIDE = 8

/** A section whose rows have been read, and the number of its first row here. */
interface Loaded {
  readonly section: Section
  readonly first: number
  readonly count: number
}

/**
 * Word -> row, through a 2048-entry root on bits 31:21 and a small trie below it, all in typed arrays.
 *
 * Measured on Node 20 with 866 rows, ns a word on real .text / uniform words: this shape 2.3 / 9.6, a generated
 * nested switch 20 / 76, a hash of row objects 15 / 44. With all 4,401 rows, and the Instruction filled: 16 ns of real
 * .text, where LLVM 22's getInstruction takes 62 (`npm run bench`).
 *
 * Everything is made when a word first needs it, so that importing costs nothing and the first word of a class costs
 * one pass over the patterns of that class: a section's rows are read with the first word whose bits 28:25 are its own,
 * the trie of a root entry with its first word, an encoding with the first word of its row.
 */
export class Dispatch {
  readonly #table: LazyTable
  /** What is loaded, by value of bits 28:25. */
  readonly #loaded: (readonly Loaded[] | undefined)[] = new Array(16).fill(undefined)
  readonly #bySection: Map<Section, Loaded> = new Map()
  /** Rows by number, in the order in which they were loaded. */
  #rows: Int32Array = new Int32Array(STRIDE * 1024)
  #count = 0
  readonly #encodings: (Encoding | undefined)[] = []
  /** Node of each value of bits 31:21: 0 not built yet, else a position in {@link #nodes}. */
  readonly #root: Int32Array = new Int32Array(2048)
  /**
   * Nodes: a leaf is `-count` and then row numbers; a branch is `lsb << 8 | width` and then 2^width positions.
   * Position 0 is unused, position 1 is the empty leaf.
   */
  #nodes: Int32Array = new Int32Array(4096)
  #used = 2

  constructor(table: LazyTable) {
    this.#table = table
  }

  /** The number of the row that `word` (any number, taken modulo 2^32) belongs to, or -1. */
  find(word: number): number {
    const top = word >>> 21
    let node = this.#root[top] as number
    if (node === 0) node = this.#build(top)
    const nodes = this.#nodes
    let head = nodes[node] as number
    while (head > 0) {
      node = nodes[node + 1 + ((word >>> (head >>> 8)) & ((1 << (head & 255)) - 1))] as number
      head = nodes[node] as number
    }
    const rows = this.#rows
    for (let i = node + 1, end = i - head; i < end; i++) {
      const row = nodes[i] as number
      const at = row * STRIDE
      if ((word & (rows[at + MASK] as number)) !== (rows[at + VALUE] as number)) continue
      if (rows[at + STRICT] === 0 || this.#admits(row, word)) return row
    }
    return -1
  }

  /** The encoding of a row that {@link find} has returned. */
  encoding(row: number): Encoding {
    return this.#encodings[row] ?? this.#make(row)
  }

  /** True when a should-be bit of a word of that row is not so. */
  strays(row: number, word: number): boolean {
    return ((word ^ this.#word(row, SHOULD_VALUE)) & this.#word(row, SHOULD_MASK)) !== 0
  }

  /** True when the row has rules that make words of it CONSTRAINED UNPREDICTABLE. */
  hasRules(row: number): boolean {
    return this.#word(row, RULES) !== 0
  }

  #word(row: number, which: number): number {
    return this.#rows[row * STRIDE + which] as number
  }

  #admits(row: number, word: number): boolean {
    const e = this.encoding(row)
    if (!matches(e, word)) return false
    for (let i = 0; i < e.reserved.length; i++) {
      if (RESERVED[e.reserved[i] as ReservedName](word)) return false
    }
    return true
  }

  #make(row: number): Encoding {
    let encoding: Encoding | undefined
    for (const { section, first, count } of this.#bySection.values()) {
      if (row >= first && row < first + count) encoding = section.encoding(row - first)
    }
    this.#encodings[row] = encoding
    return encoding as Encoding
  }

  /** Reads the rows of all sections that have words with this value of bits 28:25. */
  #load(op1: number): readonly Loaded[] {
    const loaded = this.#table.sections(op1).map((section) => {
      const known = this.#bySection.get(section)
      if (known) return known
      const { rows } = section
      const first = this.#count
      this.#count += rows.length
      this.#rows = grown(this.#rows, this.#count * STRIDE)
      for (let i = 0; i < rows.length; i++) {
        this.#scan(first + i, rows[i] as Row)
        this.#encodings.push(undefined)
      }
      const made = { section, first, count: rows.length }
      this.#bySection.set(section, made)
      return made
    })
    this.#loaded[op1] = loaded
    return loaded
  }

  #scan(row: number, [id, pattern, , options]: Row): void {
    const at = row * STRIDE
    scanPattern(id, pattern, this.#rows, at)
    if (options?.reserved !== undefined) this.#rows[at + STRICT] = 1
    if (options?.unpredictable !== undefined) this.#rows[at + RULES] = 1
    if (options?.over !== undefined) this.#rows[at + REFINES] = 1
  }

  #build(top: number): number {
    const op1 = (top >>> 4) & 15
    const loaded = this.#loaded[op1] ?? this.#load(op1)
    const word = top << 21
    const rows: number[] = []
    for (const { first, count } of loaded) {
      for (let row = first; row < first + count; row++) {
        if (((word ^ this.#word(row, VALUE)) & this.#word(row, MASK) & 0xffe0_0000) === 0) rows.push(row)
      }
    }
    const node = this.#node(this.#refinersFirst(rows, loaded), 0x1fffff)
    this.#root[top] = node
    return node
  }

  /** Sorts rows by how many others they refine, transitively. */
  #refinersFirst(rows: number[], loaded: readonly Loaded[]): number[] {
    if (rows.every((row) => this.#word(row, REFINES) === 0)) return rows
    const over = new Map<string, readonly string[]>()
    for (const { section } of loaded) for (const [id, , , options] of section.rows) over.set(id, options?.over ?? [])
    const depth = (id: string): number =>
      (over.get(id) ?? []).reduce((deepest, next) => (next === id ? deepest : Math.max(deepest, 1 + depth(next))), 0)
    const depths = new Map(rows.map((row) => [row, depth(this.encoding(row).id)]))
    return rows.sort((a, b) => (depths.get(b) as number) - (depths.get(a) as number))
  }

  /** Makes a node for `rows`; `open` has the bits below 21 that no branch above has used. */
  #node(rows: readonly number[], open: number): number {
    if (rows.length === 0) return 1
    const branch = rows.length > 2 ? this.#bestBranch(rows, open) : 0
    if (branch === 0) {
      const at = this.#allocate(rows.length + 1)
      this.#nodes[at] = -rows.length
      this.#nodes.set(rows, at + 1)
      return at
    }
    const lsb = branch >>> 8
    const width = branch & 255
    const below = ((1 << width) - 1) << lsb
    const at = this.#allocate(1 + (1 << width))
    this.#nodes[at] = branch
    for (let child = 0; child < 1 << width; child++) {
      const bits = child << lsb
      const kept = rows.filter((r) => ((bits ^ this.#word(r, VALUE)) & this.#word(r, MASK) & below) === 0)
      // First the node, then the place: making it may replace the array.
      const node = this.#node(kept, open & ~below)
      this.#nodes[at + 1 + child] = node
    }
    return at
  }

  /** The run of open bits whose branch leaves the fewest rows in its children, or 0 when none separates any. */
  #bestBranch(rows: readonly number[], open: number): number {
    let best = 0
    let bestCost = rows.length
    for (let width = 1; width <= 6; width++) {
      const ones = (1 << width) - 1
      for (let lsb = 0; lsb + width <= 21; lsb++) {
        const window = ones << lsb
        if ((open & window) !== window) continue
        let total = 0
        for (const r of rows) total += 2 ** (width - popCount(this.#word(r, MASK) & window))
        // Mean rows a child, plus a little for the size of the node, so that narrow branches win ties.
        const cost = total / 2 ** width + width * 0.05
        if (cost < bestCost - 0.25) {
          best = (lsb << 8) | width
          bestCost = cost
        }
      }
    }
    return best
  }

  #allocate(length: number): number {
    const at = this.#used
    this.#used += length
    this.#nodes = grown(this.#nodes, this.#used)
    return at
  }
}

/** `array`, or a longer copy when it has less than `length` elements. */
function grown(array: Int32Array, length: number): Int32Array {
  if (length <= array.length) return array
  const longer = new Int32Array(Math.max(length, array.length * 2))
  longer.set(array)
  return longer
}

function popCount(n: number): number {
  let count = 0
  for (let rest = n; rest !== 0; rest &= rest - 1) count++
  return count
}
