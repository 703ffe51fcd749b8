/**
 * Translation tables in a map, and what a walk does to them.
 *
 * @module
 */
import type { Descriptor, TableMemory } from '../tlb/index.ts'

const HALF = 0xffff_ffffn

/**
 * Memory of doublewords for translation tables: what was never written reads 0 inside `[base, base + size)`, and outside
 * there is no memory. Hardware updates are made and noted.
 *
 * @example
 * ```ts
 * const memory = new SparseTables()
 * memory.write(0x4000_0000, 0x4000_1003n)
 * memory.toJSON() // { '0x40000000': '0x40001003' }
 * ```
 */
export class SparseTables implements TableMemory {
  /** First physical address, and bytes from there. */
  readonly base: number
  readonly size: number
  /** Descriptors that a walk replaced, in order: address, value before, value after. */
  readonly updates: (readonly [number, bigint, bigint])[] = []
  private readonly words: Map<number, bigint> = new Map()

  /**
   * @param base first byte, a multiple of 8.
   * @param size bytes; 2^52 unless given, so that there is memory everywhere.
   */
  constructor(base = 0, size: number = 2 ** 52) {
    this.base = base
    this.size = size
  }

  /** Physical addresses of the doublewords written, in order of first writing. */
  addresses(): number[] {
    return [...this.words.keys()]
  }

  /** The little-endian doubleword at `pa`, a multiple of 8. */
  read(pa: number): bigint {
    return this.words.get(pa) ?? 0n
  }

  /** Writes the little-endian doubleword at `pa`, a multiple of 8. */
  write(pa: number, value: bigint): void {
    this.words.set(pa, BigInt.asUintN(64, value))
  }

  /** A copy with the same words and no updates. */
  clone(): SparseTables {
    const copy = new SparseTables(this.base, this.size)
    for (const [pa, value] of this.words) copy.words.set(pa, value)
    return copy
  }

  readDescriptor(pa: number, out: Descriptor): boolean {
    if (pa < this.base || pa - this.base >= this.size) return false
    const value = this.words.get(pa) ?? 0n
    out.hi = Number(value >> 32n)
    out.lo = Number(value & HALF)
    return true
  }

  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const before = this.read(pa)
    if (before !== (BigInt(oldHi >>> 0) << 32n) + BigInt(oldLo >>> 0)) return false
    const after = (BigInt(hi >>> 0) << 32n) + BigInt(lo >>> 0)
    this.write(pa, after)
    this.updates.push([pa, before, after])
    return true
  }

  /** The words as `nisv walk --mem` and the `walk` files of `nisv conform` write them. */
  toJSON(): Record<string, string> {
    return Object.fromEntries([...this.words].map(([pa, value]) => [`0x${pa.toString(16)}`, `0x${value.toString(16)}`]))
  }
}
