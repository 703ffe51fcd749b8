/**
 * One entry of a TLB.
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
import type { Translation } from './translation.ts'

const TAGS = Access.TAG_ACCESS | Access.TAG_CHECKED
const DBM = 1 << 19
const BIT_7 = 1 << 7
const VALID = 1
const FETCH = 2
const SIZE = 2
const CONTEXT = 8

/** What {@link TlbEntry.key} is of a live entry. @param sizeLog2 - of the translation. @param context - of `ContextTable`. */
export function keyOf(sizeLog2: number, context: number, fetch: boolean): number {
  return VALID | (fetch ? FETCH : 0) | (sizeLog2 << SIZE) | (context << CONTEXT)
}

/**
 * The translation of a whole walk, both stages in one. An object of small integers, and not a row in arrays: a hit looks at
 * 20 fields, each of which costs a bounds check and four loads in a typed array of its own.
 */
export class TlbEntry {
  /** Of the entry's path. */
  readonly index: number
  /** {@link keyOf} of what it is for; 0 while it is empty. */
  key = 0
  /** Page number of the VA (VA >> size), in signed halves. */
  pageHi = 0
  pageLo = 0
  /** `TranslationRegime.owner`. */
  owner = 0
  asid = 0
  /** Of the ASID only. */
  notGlobal = false
  sizeLog2 = 0
  /** Table bases of the walk: stage 1's and stage 2's, in signed halves. */
  private baseHi = 0
  private baseLo = 0
  private stage2BaseHi = 0
  private stage2BaseLo = 0
  /** Bits of `Access` that {@link allows} was last right for, or -1. */
  allowed = -1
  /** Descriptors read again before a hit counts. */
  reads = 0
  /** A write needs the walk: to fault, or to make the page dirty. */
  private clean = false
  private guarded = false
  private contiguous = false
  private attr = 0
  private sh = 0
  private paspace = 0
  private ns = 0
  private nse = 0
  private permissions = 0
  private stage2Permissions = 0
  private level = 0
  private stage = 0
  private stage1Size = 0
  private stage2Size = 0
  // NaN: from the start V8 keeps a double in place.
  private pa: number = Number.NaN
  private ipa: number = Number.NaN

  constructor(index: number) {
    this.index = index
  }

  /** Whether it is of the walk's tables, which `find` of a TLB that validates asks for. */
  isOf(regime: TranslationRegime, p: TableParameters): boolean {
    const s = regime.stage2
    return (
      this.baseLo === (p.baseLo | 0) &&
      this.baseHi === (p.baseHi | 0) &&
      this.stage2BaseLo === (s.baseLo | 0) &&
      this.stage2BaseHi === (s.baseHi | 0)
    )
  }

  /** Whether the access is one that the entry allows and that leaves the descriptors as they are. */
  allows(p: TableParameters, access: number): boolean {
    if ((access & Access.WRITE) !== 0 && this.clean) return false
    if ((p.e0pd || (p.nfd && (access & Access.NON_FAULT) !== 0)) && (access & Access.UNPRIVILEGED) !== 0) return false
    if ((access & TAGS) !== 0 && this.attr === TAGGED_NO_ACCESS) return false
    if (refused(this.permissions, access) !== 0) return false
    if (stage2Refused(this.stage2Permissions, access, false) !== 0) return false
    this.allowed = access
    return true
  }

  /** What a walk would have found. */
  answer(hi: number, lo: number, access: number, out: Translation): void {
    const offset = offsetIn(this.sizeLog2, hi, lo)
    out.fault = FaultKind.NONE
    out.level = this.level
    out.stage = this.stage
    out.s1ptw = false
    out.write = (access & (Access.READ | Access.WRITE)) === Access.WRITE
    out.dirtyBit = false
    out.overlay = false
    out.assuredOnly = false
    out.topLevel = false
    out.noTagAccess = false
    out.tagNotData = false
    out.fsc = 0
    out.ipa = this.ipa + offset
    out.pa = this.pa + offset
    out.sizeLog2 = this.sizeLog2
    out.stage1SizeLog2 = this.stage1Size
    out.stage2SizeLog2 = this.stage2Size
    out.attr = this.attr
    out.sh = this.sh
    out.paspace = this.paspace
    out.ns = this.ns
    out.nse = this.nse
    out.permissions = this.permissions
    out.stage2Permissions = this.stage2Permissions
    out.notGlobal = this.notGlobal
    out.guarded = this.guarded
    out.contiguous = this.contiguous
    out.updates = 0
    out.reads = this.reads
  }

  /** Takes a walk that succeeded for the address `hi:lo`; all but what it is found by. */
  fill(regime: TranslationRegime, p: TableParameters, hi: number, lo: number, out: Translation): void {
    const offset = offsetIn(out.sizeLog2, hi, lo)
    this.owner = regime.owner
    this.asid = regime.asid
    this.notGlobal = out.notGlobal
    this.sizeLog2 = out.sizeLog2
    this.baseHi = p.baseHi | 0
    this.baseLo = p.baseLo | 0
    this.stage2BaseHi = regime.stage2.baseHi | 0
    this.stage2BaseLo = regime.stage2.baseLo | 0
    this.allowed = -1
    this.reads = 0
    this.clean = isClean(regime, p, out)
    this.guarded = out.guarded
    this.contiguous = out.contiguous
    this.attr = out.attr
    this.sh = out.sh
    this.paspace = out.paspace
    this.ns = out.ns
    this.nse = out.nse
    this.permissions = out.permissions
    this.stage2Permissions = out.stage2Permissions
    this.level = out.level
    this.stage = out.stage
    this.stage1Size = out.stage1SizeLog2
    this.stage2Size = out.stage2SizeLog2
    this.pa = out.pa - offset
    this.ipa = out.ipa - offset
  }

  /** Forgets the translation. */
  drop(): void {
    this.key = 0
  }

  get isLive(): boolean {
    return this.key !== 0
  }

  /** It is of instruction fetches. */
  get isFetch(): boolean {
    return (this.key & FETCH) !== 0
  }

  /** The register state that it was made under. */
  get context(): number {
    return this.key >> CONTEXT
  }

  /** VA[55:0] of the entry's first byte. */
  get firstVa(): number {
    // Its page number without the bits of the top byte.
    const page = this.pageHi * 0x1_0000_0000 + (this.pageLo >>> 0)
    return (page % 2 ** (56 - this.sizeLog2)) * 2 ** this.sizeLog2
  }

  /** Whether it translates bytes of `[start, end)`. */
  overlaps(start: number, end: number): boolean {
    const first = this.firstVa
    return first < end && start < first + 2 ** this.sizeLog2
  }

  /** What it says of the address `va`, VA[55:0], which it translates. */
  side(va: number): TlbEventSide {
    const pa = this.pa + (va - this.firstVa)
    return { pa, sizeLog2: this.stage1Size, attr: this.attr, notGlobal: this.notGlobal }
  }

  /** Whether a TLBI of these VAs means it: by the size of stage 1's page or block, which stage 2 may have cut. */
  coversVa(start: number, end: number): boolean {
    return overlaps(this.firstVa, Math.max(this.stage1Size, this.sizeLog2), start, end)
  }

  /** The same of IPAs. */
  coversIpa(start: number, end: number): boolean {
    return (this.stage & 2) !== 0 && overlaps(this.ipa, Math.max(this.stage2Size, this.sizeLog2), start, end)
  }
}

/** How far `hi:lo` is into its page or block. */
function offsetIn(sizeLog2: number, hi: number, lo: number): number {
  if (sizeLog2 < 32) return (lo & ~(-1 << sizeLog2)) >>> 0
  return (hi & ~(-1 << (sizeLog2 - 32))) * 0x1_0000_0000 + (lo >>> 0)
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
