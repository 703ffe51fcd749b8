/**
 * The entries of a TLB, in 4-way sets.
 *
 * @module
 */
import type { TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { keyOf, TlbEntry } from './tlb-entry.ts'
import { type TlbInvalidation, TlbiKind } from './tlbi.ts'
import type { Translation } from './translation.ts'

/** Entries of a set. */
export const WAYS = 4

/** Translations of whole walks. Replaced in turn; nothing here allocates after the constructor. */
export class TlbEntries {
  readonly all: readonly TlbEntry[]
  private readonly exact: boolean
  private readonly sets: number
  /** Next way to replace, by set. */
  private readonly victim: Uint8Array
  /** Entries ever made of each size, and the sizes there are: what a lookup tries. */
  private readonly sizes: Uint8Array = new Uint8Array(64)
  private sizeCount = 0

  /**
   * @param size entries, a power of two from {@link WAYS} on.
   * @param exact entries of other tables than the regime's are not found: for a TLB that validates.
   */
  constructor(size: number, exact: boolean) {
    this.all = Array.from({ length: size }, (_, index) => new TlbEntry(index))
    this.exact = exact
    this.sets = size / WAYS
    this.victim = new Uint8Array(this.sets)
  }

  /**
   * Does what a TLBI instruction asks, by entries of stage 1 and 2 combined. Entries of a block that was cut to a smaller
   * size go together: a TLBI names the block by any of its addresses.
   *
   * @returns entries dropped.
   */
  invalidate(operation: TlbInvalidation): number {
    const { kind, asid, start, end } = operation
    let dropped = 0
    for (const entry of this.all) {
      if (!entry.isLive || !operation.concerns(entry.owner)) continue
      const own = entry.notGlobal ? entry.asid === asid : kind !== TlbiKind.ASID
      if ((kind === TlbiKind.ASID || kind === TlbiKind.VA) && !own) continue
      if (kind === TlbiKind.IPA ? !entry.coversIpa(start, end) : kind >= TlbiKind.VA && !entry.coversVa(start, end)) {
        continue
      }
      entry.drop()
      dropped++
    }
    return dropped
  }

  /** The entry of an address whose halves are signed numbers. */
  find(
    regime: TranslationRegime,
    p: TableParameters,
    context: number,
    hi: number,
    lo: number,
    fetch: boolean,
  ): TlbEntry | undefined {
    for (let i = 0; i < this.sizeCount; i++) {
      const size = this.sizes[i] as number
      const key = keyOf(size, context, fetch)
      const pageLo = pageLow(hi, lo, size)
      const pageHi = pageHigh(hi, size)
      const first = this.setOf(pageLo, size) * WAYS
      for (let e = first; e < first + WAYS; e++) {
        const entry = this.all[e] as TlbEntry
        if (
          entry.pageLo === pageLo &&
          entry.key === key &&
          entry.pageHi === pageHi &&
          entry.owner === regime.owner &&
          (!entry.notGlobal || entry.asid === regime.asid) &&
          // Validated, an entry of other tables is a miss, and need not hide one of these.
          (!this.exact || entry.isOf(regime, p))
        ) {
          return entry
        }
      }
    }
    return undefined
  }

  private setOf(pageLo: number, size: number): number {
    return (pageLo ^ (pageLo >>> 8) ^ size) & (this.sets - 1)
  }

  /** Forgets everything. */
  clear(): void {
    for (const entry of this.all) entry.drop()
    this.sizeCount = 0
  }

  /** Keeps a walk that succeeded. @returns the entry. */
  fill(
    regime: TranslationRegime,
    p: TableParameters,
    context: number,
    hi: number,
    lo: number,
    fetch: boolean,
    out: Translation,
  ): TlbEntry {
    const size = out.sizeLog2
    this.noteSize(size)
    const pageLo = pageLow(hi, lo, size)
    // An address has one entry: the same page takes its own place again, one of another size gives way.
    let entry = this.find(regime, p, context, hi, lo, fetch)
    while (entry !== undefined && entry.sizeLog2 !== size) {
      entry.drop()
      entry = this.find(regime, p, context, hi, lo, fetch)
    }
    entry ??= this.next(this.setOf(pageLo, size))
    entry.key = keyOf(size, context, fetch)
    entry.pageHi = pageHigh(hi, size)
    entry.pageLo = pageLo
    entry.fill(regime, p, hi, lo, out)
    return entry
  }

  /** The entry of a set that is to be replaced. */
  private next(set: number): TlbEntry {
    const way = this.victim[set] as number
    this.victim[set] = (way + 1) & (WAYS - 1)
    return this.all[set * WAYS + way] as TlbEntry
  }

  private noteSize(size: number): void {
    for (let i = 0; i < this.sizeCount; i++) if (this.sizes[i] === size) return
    this.sizes[this.sizeCount++] = size
  }

  /** Forgets the entries of a register state. */
  dropContext(context: number): void {
    for (const entry of this.all) if (entry.context === context) entry.drop()
  }
}

/** Bits [31:0] of the page number, as a signed number. */
function pageLow(hi: number, lo: number, size: number): number {
  return size < 32 ? (lo >>> size) | (hi << (32 - size)) : (hi >>> (size - 32)) | 0
}

/** Bits [63:32] of the page number. */
function pageHigh(hi: number, size: number): number {
  return size < 32 ? hi >>> size : 0
}
