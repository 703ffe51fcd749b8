import { RESERVED, type ReservedName } from './constraints.ts'
import type { Encoding } from './encoding.ts'
import { matches } from './encoding.ts'

/**
 * Word -> row, through a 2048-entry root on bits 31:21 and a small trie below it, all in typed arrays.
 *
 * Measured on Node 20 with 866 rows, ns a word on real .text / uniform words: this shape 2.3 / 9.6, a generated
 * nested switch 20 / 76, a hash of row objects 15 / 44. Tries are built when their root entry is first met, so that
 * importing costs no more than one pass over the rows.
 */
export class Dispatch {
  readonly #encodings: readonly Encoding[]
  readonly #masks: Int32Array
  readonly #values: Int32Array
  /** 1 where a row has excluded values or reserved rules: those need more than one comparison. */
  readonly #strict: Uint8Array
  /** How many rows a row refines, transitively: refiners are tried first. */
  readonly #depth: Uint8Array
  /** Row indices by bits 31:21. */
  readonly #buckets: number[][]
  /** Node of each bucket: 0 not built yet, else a position in {@link #nodes}. */
  readonly #root: Int32Array = new Int32Array(2048)
  /**
   * Nodes: a leaf is `-count` and then row indices; a branch is `lsb << 8 | width` and then 2^width positions.
   * Position 0 is unused, position 1 is the empty leaf.
   */
  #nodes: Int32Array = new Int32Array(4096)
  #used = 2

  constructor(encodings: readonly Encoding[]) {
    const n = encodings.length
    this.#encodings = encodings
    this.#masks = new Int32Array(n)
    this.#values = new Int32Array(n)
    this.#strict = new Uint8Array(n)
    this.#depth = new Uint8Array(n)
    this.#buckets = Array.from({ length: 2048 }, () => [])
    const byId = new Map(encodings.map((e) => [e.id, e]))
    const depthOf = (e: Encoding): number =>
      e.over.reduce((deepest, id) => {
        const refined = byId.get(id)
        return refined && refined !== e ? Math.max(deepest, 1 + depthOf(refined)) : deepest
      }, 0)
    for (const e of encodings) {
      this.#masks[e.index] = e.mask
      this.#values[e.index] = e.value
      this.#strict[e.index] = e.excluded.length > 0 || e.reserved.length > 0 ? 1 : 0
      this.#depth[e.index] = e.over.length > 0 ? depthOf(e) : 0
      const fixed = e.value >>> 21
      const free = ~(e.mask >>> 21) & 0x7ff
      let subset = free
      for (;;) {
        ;(this.#buckets[fixed | subset] as number[]).push(e.index)
        if (subset === 0) break
        subset = (subset - 1) & free
      }
    }
  }

  /** The index of the row that `word` (any number, taken modulo 2^32) belongs to, or -1. */
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
    for (let i = node + 1, end = i - head; i < end; i++) {
      const row = nodes[i] as number
      if ((word & (this.#masks[row] as number)) !== (this.#values[row] as number)) continue
      if (this.#strict[row] === 0 || this.#admits(row, word)) return row
    }
    return -1
  }

  #admits(row: number, word: number): boolean {
    const e = this.#encodings[row] as Encoding
    if (!matches(e, word)) return false
    for (let i = 0; i < e.reserved.length; i++) {
      if (RESERVED[e.reserved[i] as ReservedName](word)) return false
    }
    return true
  }

  #build(top: number): number {
    const rows = this.#buckets[top] as number[]
    rows.sort((a, b) => (this.#depth[b] as number) - (this.#depth[a] as number))
    const node = this.#node(rows, 0x1fffff)
    this.#root[top] = node
    return node
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
      const kept = rows.filter((r) => ((bits ^ (this.#values[r] as number)) & (this.#masks[r] as number) & below) === 0)
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
        for (const r of rows) total += 2 ** (width - popCount((this.#masks[r] as number) & window))
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
    if (this.#used > this.#nodes.length) {
      const grown = new Int32Array(Math.max(this.#used, this.#nodes.length * 2))
      grown.set(this.#nodes)
      this.#nodes = grown
    }
    return at
  }
}

function popCount(n: number): number {
  let count = 0
  for (let rest = n; rest !== 0; rest &= rest - 1) count++
  return count
}
