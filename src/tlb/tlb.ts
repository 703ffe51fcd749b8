/**
 * A translation lookaside buffer in front of {@link walk}.
 *
 * @module
 */
import { shown } from '../bits.ts'
import { Access } from './access.ts'
import { FaultKind } from './fault.ts'
import type { TableMemory } from './memory.ts'
import type { TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { ContextTable } from './tlb-context.ts'
import { TlbEntries, WAYS } from './tlb-entries.ts'
import type { TlbEvent } from './tlb-event.ts'
import { MAX_PATH, PathRecorder, PathTable } from './tlb-path.ts'
import { reportDisagreements } from './tlb-report.ts'
import type { TlbInvalidation } from './tlbi.ts'
import { type Translation, Update } from './translation.ts'
import { walk } from './walk.ts'
import { WalkCache } from './walk-cache.ts'

/** How a {@link Tlb} is made. */
export interface TlbOptions {
  /** Entries, a power of two from 4 to 65,536; 256 unless given. */
  readonly entries?: number
  /**
   * A hit reads the descriptors of its path again, and counts only if they are unchanged: no translation is ever stale, for
   * hosts that do not see the guest's TLBI. Without it the guest's TLBI instructions must reach {@link Tlb.invalidate}.
   */
  readonly validated?: boolean
  /**
   * Is told what breaks the rules of break-before-make, when a walk shows it. Costs a look at every entry after each walk.
   * Not with {@link validated}, which has no stale entries and is not told of TLBI.
   */
  readonly onEvent?: (event: TlbEvent) => void
}

/** The size or kind of a {@link Tlb} is not one of those that it can have. */
export class TlbOptionError extends RangeError {
  override readonly name = 'TlbOptionError'
}

/** Accesses whose result is the walk's own: they ask for less or for something else than a translation. */
const UNCACHED = Access.STAGE1_ONLY | Access.ADDRESS_TRANSLATION

/**
 * Keeps translations of whole walks, both stages in one entry: by VA, size, ASID (unless global), VMID and register state,
 * instruction fetches apart from data. Bounded, 4-way, replaced in turn; a hit allocates nothing. Faults are not kept, nor is
 * a translation that updated a descriptor: its next access finds it settled. Misses start at the last table of an earlier walk
 * near by, where one is kept.
 *
 * @example
 * ```ts
 * const tlb = new Tlb({ validated: true })
 * tlb.translate(regime, memory, 0xffff_8000, 0x0996_5008, LOAD, out) // a walk
 * tlb.translate(regime, memory, 0xffff_8000, 0x0996_500c, LOAD, out) // a hit: tlb.hits is 1
 * ```
 */
export class Tlb {
  readonly validated: boolean
  /** Entries. */
  readonly size: number
  /** Translations answered from an entry, and by a walk. */
  hits = 0
  misses = 0
  /** Told of broken rules; see {@link TlbOptions.onEvent}. */
  private readonly onEvent: ((event: TlbEvent) => void) | undefined
  private readonly entries: TlbEntries
  private readonly contexts: ContextTable = new ContextTable()
  private readonly recorder: PathRecorder = new PathRecorder()
  private readonly paths: PathTable
  private readonly tables: WalkCache = new WalkCache()

  /** @throws TlbOptionError for a size that it cannot have, and for events of a TLB that has none. */
  constructor(options: TlbOptions = {}) {
    const { entries = 256, validated = false, onEvent } = options
    if (!Number.isInteger(entries) || entries < WAYS || entries > 65_536 || (entries & (entries - 1)) !== 0) {
      throw new TlbOptionError(`entries is ${shown(entries)}: a TLB has a power of two from ${WAYS} to 65536`)
    }
    if (validated && onEvent !== undefined) {
      throw new TlbOptionError(
        'onEvent and validated: a TLB that validates has no stale entries to report; leave one out',
      )
    }
    this.validated = validated
    this.size = entries
    this.onEvent = onEvent
    this.entries = new TlbEntries(entries, validated)
    this.paths = new PathTable(validated ? entries : 0)
  }

  /** Walks that started at a table of the walk cache instead of the first one. */
  get shortWalks(): number {
    return this.tables.starts
  }

  /**
   * {@link walk} with the TLB before it; the same arguments and results. On a hit `out.reads` is the number of descriptors
   * read again, `out.stage1` and `out.stage2` are as they were.
   */
  translate(
    regime: TranslationRegime,
    memory: TableMemory,
    vaHi: number,
    vaLo: number,
    access: number,
    out: Translation,
  ): number {
    // A path says nothing of granule protection, nor which space its descriptors are in.
    if ((access & UNCACHED) !== 0 || (this.validated && !regime.isPlain))
      return walk(regime, memory, vaHi, vaLo, access, out)
    const known = this.contexts.known(regime)
    const context = known >= 0 ? known : this.enter(regime)
    const p = (vaHi & (1 << 23)) !== 0 ? regime.upper : regime.lower
    const fetch = (access & Access.EXECUTE) !== 0
    // Halves as signed numbers: V8 allocates for a u32 above 2^31 that is passed to a function it does not inline.
    const lo = vaLo | 0
    // The top byte that is ignored is not part of the tag.
    const hi = p.tbi && !(fetch && p.tbid) ? (vaHi << 8) >> 8 : vaHi | 0
    const entry = this.entries.find(regime, p, context, hi, lo, fetch)
    if (entry !== undefined && (entry.allowed === access || entry.allows(p, access))) {
      // The tables are the same: `find` looks at them.
      if (!this.validated || this.paths.unchanged(entry, memory)) {
        this.hits++
        entry.answer(hi, lo, access, out)
        return FaultKind.NONE
      }
      entry.drop()
    }
    return this.miss(regime, p, memory, context, vaHi, vaLo, access, out)
  }

  /** The number of a register state that is not the last one's. */
  private enter(regime: TranslationRegime): number {
    const context = this.contexts.of(regime)
    const { recycled } = this.contexts
    if (recycled >= 0) {
      this.entries.dropContext(recycled)
      this.tables.dropContext(recycled)
    }
    return context
  }

  /** Walks, and keeps what it finds. */
  private miss(
    regime: TranslationRegime,
    p: TableParameters,
    memory: TableMemory,
    context: number,
    vaHi: number,
    vaLo: number,
    access: number,
    out: Translation,
  ): number {
    const fetch = (access & Access.EXECUTE) !== 0
    const lo = vaLo | 0
    const hi = p.tbi && !(fetch && p.tbid) ? (vaHi << 8) >> 8 : vaHi | 0
    this.misses++
    // A TLB that validates reads the whole path: every descriptor of it has to be looked at again.
    const recorder = this.validated ? this.recorder : this.tables
    if (this.validated) this.recorder.begin(p.bigEndian, regime.stage2.bigEndian)
    else this.tables.begin(context, regime.asid, regime.owner)
    if (walk(regime, memory, vaHi, vaLo, access, out, recorder) !== FaultKind.NONE) return out.fault
    // Only tables whose Access flags are set, where hardware manages them.
    if (!this.validated && (out.stage & 1) !== 0 && out.updates < Update.STAGE1_TABLE_ACCESS_FLAG)
      this.tables.keep(p, hi, lo, out.stage1, (out.stage & 2) !== 0)
    // Not a walk that changed descriptors, started over or had no table.
    if (out.updates !== 0 || out.sizeLog2 === 0 || this.recorder.length > MAX_PATH) return FaultKind.NONE
    // Nor addresses that a number does not hold whole.
    if (out.pa > Number.MAX_SAFE_INTEGER || out.ipa > Number.MAX_SAFE_INTEGER) return FaultKind.NONE
    if (this.onEvent !== undefined) reportDisagreements(this.entries, regime, context, hi, lo, fetch, out, this.onEvent)
    const kept = this.entries.fill(regime, p, context, hi, lo, fetch, out)
    if (this.validated) this.paths.keep(kept, this.recorder)
    return FaultKind.NONE
  }

  /** Forgets everything. */
  clear(): void {
    this.entries.clear()
    this.tables.clear()
  }

  /**
   * Does what a TLBI instruction asks, by entries of stage 1 and 2 combined. Entries of a block that was cut to a smaller
   * size go together: a TLBI names the block by any of its addresses. Tables of the walk cache go unless only the last level
   * is meant.
   *
   * @returns translations dropped.
   */
  invalidate(operation: TlbInvalidation): number {
    this.tables.invalidate(operation)
    return this.entries.invalidate(operation)
  }
}
