/**
 * The entries of a TLB: 4-way sets in typed arrays.
 *
 * @module
 */
import { Access } from './access.ts'
import { TAGGED_NO_ACCESS } from './attributes.ts'
import { FaultKind } from './fault.ts'
import type { TableParameters } from './parameters.ts'
import { refused, stage2Refused } from './permissions.ts'
import type { TranslationRegime } from './regime.ts'
import type { TlbEventSide } from './tlb-event.ts'
import { type TlbInvalidation, TlbiKind } from './tlbi.ts'
import type { Translation } from './translation.ts'

/** Entries of a set. */
export const WAYS = 4
/** Bits of an entry's flags. */
const VALID = 1
const FETCH = 2
const NOT_GLOBAL = 4
const GUARDED = 8
const CONTIGUOUS = 16
/** A write through this entry needs the walk: to fault, or to make the page dirty. */
const CLEAN = 32
const TAGS = Access.TAG_ACCESS | Access.TAG_CHECKED
const DBM = 1 << 19
const BIT_7 = 1 << 7

/** Translations of whole walks, both stages in one entry. Replaced in turn; nothing here allocates after the constructor. */
export class TlbEntries {
  readonly size: number
  private readonly exact: boolean
  private readonly sets: number
  // One element an entry. Page number of the VA (VA >> size), in halves.
  private readonly pageHi: Uint32Array
  private readonly pageLo: Uint32Array
  private readonly flags: Uint8Array
  private readonly sizeLog2: Uint8Array
  private readonly context: Uint8Array
  private readonly asid: Uint16Array
  private readonly vmid: Uint16Array
  private readonly pa: Float64Array
  private readonly ipa: Float64Array
  /** Table bases of the walk: stage 1's and stage 2's, in halves. */
  private readonly bases: Uint32Array
  private readonly attr: Uint8Array
  /** PA space, PAR_EL1.NS and NSE. */
  private readonly spaces: Uint8Array
  private readonly sh: Uint8Array
  private readonly permissions: Int32Array
  private readonly stage2Permissions: Int32Array
  private readonly level: Int8Array
  private readonly stage: Uint8Array
  private readonly stage1Size: Uint8Array
  private readonly stage2Size: Uint8Array
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
    const entries = size
    this.size = size
    this.exact = exact
    this.sets = size / WAYS
    this.pageHi = new Uint32Array(entries)
    this.pageLo = new Uint32Array(entries)
    this.flags = new Uint8Array(entries)
    this.sizeLog2 = new Uint8Array(entries)
    this.context = new Uint8Array(entries)
    this.asid = new Uint16Array(entries)
    this.vmid = new Uint16Array(entries)
    this.pa = new Float64Array(entries)
    this.ipa = new Float64Array(entries)
    this.bases = new Uint32Array(4 * entries)
    this.attr = new Uint8Array(entries)
    this.spaces = new Uint8Array(entries)
    this.sh = new Uint8Array(entries)
    this.permissions = new Int32Array(entries)
    this.stage2Permissions = new Int32Array(entries)
    this.level = new Int8Array(entries)
    this.stage = new Uint8Array(entries)
    this.stage1Size = new Uint8Array(entries)
    this.stage2Size = new Uint8Array(entries)
    this.victim = new Uint8Array(this.sets)
  }

  /**
   * Does what a TLBI instruction asks, by entries of stage 1 and 2 combined. Entries of a block that was cut to a smaller
   * size go together: a TLBI names the block by any of its addresses.
   *
   * @param vmid VMID of the PE that executed it: `TranslationRegime.vmid`.
   * @returns entries dropped.
   */
  invalidate(operation: TlbInvalidation, vmid: number): number {
    const { kind, asid, start, end } = operation
    let dropped = 0
    for (let e = 0; e < this.size; e++) {
      const flags = this.flags[e] as number
      if ((flags & VALID) === 0 || (kind !== TlbiKind.ALL && this.vmid[e] !== vmid)) continue
      const own = (flags & NOT_GLOBAL) === 0 ? kind !== TlbiKind.ASID : this.asid[e] === asid
      if ((kind === TlbiKind.ASID || kind === TlbiKind.VA) && !own) continue
      if (
        kind === TlbiKind.IPA ? !this.coversIpa(e, start, end) : kind >= TlbiKind.VA && !this.coversVa(e, start, end)
      ) {
        continue
      }
      this.flags[e] = 0
      dropped++
    }
    return dropped
  }

  /** The entry of an address, or -1. */
  find(regime: TranslationRegime, p: TableParameters, context: number, hi: number, lo: number, fetch: boolean): number {
    const wanted = fetch ? VALID | FETCH : VALID
    for (let i = 0; i < this.sizeCount; i++) {
      const size = this.sizes[i] as number
      const pageLo = size < 32 ? ((lo >>> size) | (hi << (32 - size))) >>> 0 : hi >>> (size - 32)
      const pageHi = size < 32 ? hi >>> size : 0
      const first = this.setOf(pageLo, size) * WAYS
      for (let e = first; e < first + WAYS; e++) {
        const flags = this.flags[e] as number
        if (
          this.pageLo[e] === pageLo &&
          (flags & (VALID | FETCH)) === wanted &&
          this.sizeLog2[e] === size &&
          this.pageHi[e] === pageHi &&
          this.context[e] === context &&
          this.vmid[e] === regime.vmid &&
          ((flags & NOT_GLOBAL) === 0 || this.asid[e] === regime.asid) &&
          // Validated, an entry of other tables is a miss, and need not hide one of these.
          (!this.exact || this.sameTables(e, regime, p))
        ) {
          return e
        }
      }
    }
    return -1
  }

  private setOf(pageLo: number, size: number): number {
    return (pageLo ^ (pageLo >>> 8) ^ size) & (this.sets - 1)
  }

  /** Whether the access is one that the entry allows and that leaves the descriptors as they are. */
  usable(e: number, p: TableParameters, access: number): boolean {
    if ((access & Access.WRITE) !== 0 && ((this.flags[e] as number) & CLEAN) !== 0) return false
    if ((p.e0pd || (p.nfd && (access & Access.NON_FAULT) !== 0)) && (access & Access.UNPRIVILEGED) !== 0) return false
    if ((access & TAGS) !== 0 && this.attr[e] === TAGGED_NO_ACCESS) return false
    const denied = refused(this.permissions[e] as number, access)
    return denied === 0 && stage2Refused(this.stage2Permissions[e] as number, access, false) === 0
  }

  /** Forgets one entry. */
  drop(e: number): void {
    this.flags[e] = 0
  }

  /** Forgets everything. */
  clear(): void {
    this.flags.fill(0)
    this.sizeCount = 0
  }

  private sameTables(e: number, regime: TranslationRegime, p: TableParameters): boolean {
    const { bases } = this
    const at = 4 * e
    const s = regime.stage2
    return (
      bases[at] === p.baseLo && bases[at + 1] === p.baseHi && bases[at + 2] === s.baseLo && bases[at + 3] === s.baseHi
    )
  }

  answer(e: number, hi: number, lo: number, access: number, out: Translation): void {
    const size = this.sizeLog2[e] as number
    const offset = size < 32 ? (lo & ~(-1 << size)) >>> 0 : (hi & ~(-1 << (size - 32))) * 0x1_0000_0000 + (lo >>> 0)
    const flags = this.flags[e] as number
    out.fault = FaultKind.NONE
    out.level = this.level[e] as number
    out.stage = this.stage[e] as number
    out.s1ptw = false
    out.write = (access & (Access.READ | Access.WRITE)) === Access.WRITE
    out.dirtyBit = false
    out.overlay = false
    out.assuredOnly = false
    out.topLevel = false
    out.noTagAccess = false
    out.fsc = 0
    out.ipa = (this.ipa[e] as number) + offset
    out.pa = (this.pa[e] as number) + offset
    out.sizeLog2 = size
    out.stage1SizeLog2 = this.stage1Size[e] as number
    out.stage2SizeLog2 = this.stage2Size[e] as number
    out.attr = this.attr[e] as number
    out.sh = this.sh[e] as number
    const spaces = this.spaces[e] as number
    out.paspace = spaces & 3
    out.ns = (spaces >> 2) & 1
    out.nse = spaces >> 3
    out.permissions = this.permissions[e] as number
    out.stage2Permissions = this.stage2Permissions[e] as number
    out.notGlobal = (flags & NOT_GLOBAL) !== 0
    out.guarded = (flags & GUARDED) !== 0
    out.contiguous = (flags & CONTIGUOUS) !== 0
    out.updates = 0
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
  ): number {
    const size = out.sizeLog2
    this.noteSize(size)
    const pageLo = size < 32 ? ((lo >>> size) | (hi << (32 - size))) >>> 0 : hi >>> (size - 32)
    const pageHi = size < 32 ? hi >>> size : 0
    const set = this.setOf(pageLo, size)
    // An address has one entry: the same page takes its own place again, one of another size gives way.
    let e = this.find(regime, p, context, hi, lo, fetch)
    while (e >= 0 && this.sizeLog2[e] !== size) {
      this.flags[e] = 0
      e = this.find(regime, p, context, hi, lo, fetch)
    }
    if (e < 0) {
      const way = this.victim[set] as number
      this.victim[set] = (way + 1) & (WAYS - 1)
      e = set * WAYS + way
    }
    const offset = size < 32 ? (lo & ~(-1 << size)) >>> 0 : (hi & ~(-1 << (size - 32))) * 0x1_0000_0000 + (lo >>> 0)
    this.pageHi[e] = pageHi
    this.pageLo[e] = pageLo
    this.sizeLog2[e] = size
    this.context[e] = context
    this.asid[e] = regime.asid
    this.vmid[e] = regime.vmid
    this.pa[e] = out.pa - offset
    this.ipa[e] = out.ipa - offset
    this.attr[e] = out.attr
    this.spaces[e] = out.paspace | (out.ns << 2) | (out.nse << 3)
    this.sh[e] = out.sh
    this.permissions[e] = out.permissions
    this.stage2Permissions[e] = out.stage2Permissions
    this.level[e] = out.level
    this.stage[e] = out.stage
    this.stage1Size[e] = out.stage1SizeLog2
    this.stage2Size[e] = out.stage2SizeLog2
    this.bases[4 * e] = p.baseLo
    this.bases[4 * e + 1] = p.baseHi
    this.bases[4 * e + 2] = regime.stage2.baseLo
    this.bases[4 * e + 3] = regime.stage2.baseHi
    this.flags[e] =
      VALID |
      (fetch ? FETCH : 0) |
      (out.notGlobal ? NOT_GLOBAL : 0) |
      (out.guarded ? GUARDED : 0) |
      (out.contiguous ? CONTIGUOUS : 0) |
      (isClean(regime, p, out) ? CLEAN : 0)
    return e
  }

  private noteSize(size: number): void {
    for (let i = 0; i < this.sizeCount; i++) if (this.sizes[i] === size) return
    this.sizes[this.sizeCount++] = size
  }

  /** Forgets the entries of a register state. */
  dropContext(context: number): void {
    for (let e = 0; e < this.size; e++) if (this.context[e] === context) this.flags[e] = 0
  }

  /** Whether the entry is one of this register state, VMID and ASID. */
  isLive(e: number, regime: TranslationRegime, context: number): boolean {
    const flags = this.flags[e] as number
    const own = (flags & NOT_GLOBAL) === 0 || this.asid[e] === regime.asid
    return (flags & VALID) !== 0 && own && this.context[e] === context && this.vmid[e] === regime.vmid
  }

  /** Whether the entry is of instruction fetches. */
  isFetch(e: number): boolean {
    return ((this.flags[e] as number) & FETCH) !== 0
  }

  /** VA[55:0] of the entry's first byte. */
  firstVa(e: number): number {
    const own = this.sizeLog2[e] as number
    // Its page number without the bits of the top byte.
    const page = (this.pageHi[e] as number) * 0x1_0000_0000 + (this.pageLo[e] as number)
    return (page % 2 ** (56 - own)) * 2 ** own
  }

  /** Whether the entry translates bytes of `[start, end)`. */
  overlaps(e: number, start: number, end: number): boolean {
    const first = this.firstVa(e)
    return first < end && start < first + 2 ** (this.sizeLog2[e] as number)
  }

  /** What the entry says of the address `va`, VA[55:0], which it translates. */
  side(e: number, va: number): TlbEventSide {
    return {
      pa: (this.pa[e] as number) + (va - this.firstVa(e)),
      sizeLog2: this.stage1Size[e] as number,
      attr: this.attr[e] as number,
      notGlobal: ((this.flags[e] as number) & NOT_GLOBAL) !== 0,
    }
  }

  /** By the size of stage 1's page or block: stage 2 may have cut it. */
  private coversVa(e: number, start: number, end: number): boolean {
    const size = Math.max(this.stage1Size[e] as number, this.sizeLog2[e] as number)
    return overlaps(this.firstVa(e), size, start, end)
  }

  private coversIpa(e: number, start: number, end: number): boolean {
    const size = Math.max(this.stage2Size[e] as number, this.sizeLog2[e] as number)
    return ((this.stage[e] as number) & 2) !== 0 && overlaps(this.ipa[e] as number, size, start, end)
  }
}

/** Whether the block of 2^size bytes around `address` has bytes of `[start, end)`. */
function overlaps(address: number, size: number, start: number, end: number): boolean {
  const block = 2 ** size
  const base = address - (address % block)
  return base < end && start < base + block
}

/** Whether a write has more to do than the permissions say: dirty state that is managed or missing. */
function isClean(regime: TranslationRegime, p: TableParameters, out: Translation): boolean {
  const s2 = regime.stage2
  const stage1 = (out.stage & 1) !== 0 && (out.stage1.lo & BIT_7) !== 0 && (p.pie || (out.stage1.hi & DBM) !== 0)
  const stage2 = (out.stage & 2) !== 0 && (out.stage2.lo & BIT_7) === 0 && (s2.pie || (out.stage2.hi & DBM) !== 0)
  return stage1 || stage2
}
