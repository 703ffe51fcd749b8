/**
 * The steps of a walk through 128-bit descriptors (FEAT_D128): as `table.ts`, whose functions call these.
 *
 * @module
 */
import { swapBytes, toNumber } from '../bits.ts'
import { FaultKind } from './fault.ts'
import type { Descriptor128, TableMemory } from './memory.ts'
import { PROTECTED_128, type TableParameters } from './parameters.ts'
import { Step } from './step.ts'
import type { WalkRecorder } from './trace.ts'
import { NS_TABLE, type StageState } from './translation.ts'

/** Words of a new descriptor, for the memory's compare-and-swap. */
const NOW: Descriptor128 = { lo: 0, hi: 0, topLo: 0, topHi: 0 }
const OLD: Descriptor128 = { lo: 0, hi: 0, topLo: 0, topHi: 0 }

/** DisCH of the table at hand, in `StageState.tableAttributes`. */
const DISCH = 1 << 5
/** Bits of the descriptor's last word, [127:96]. */
const SKL = 109 - 96
const TOP_CONTIGUOUS = 1 << (111 - 96)
const TOP_DISCH = 112 - 96
const TOP_GUARDED = 113 - 96
const TOP_PROTECTED = 114 - 96
const TOP_PI_INDEX = 115 - 96
const TOP_PO_INDEX = 121 - 96
const TOP_NS = 127 - 96

/** Levels that a descriptor skips: SKL, bits [110:109]. */
function skipLevel(topHi: number): number {
  return (topHi >>> SKL) & 3
}

/** The Step of a descriptor (`AArch64.DecodeDescriptorType`), or `FaultKind.TRANSLATION`. */
function decodeType128(granuleBits: number, level: number, lo: number, topHi: number): number {
  const skl = skipLevel(topHi)
  if ((lo & 1) === 0 || level + skl > 3 || (skl === 3 && granuleBits !== 12)) return FaultKind.TRANSLATION
  return level + skl === 3 ? Step.LEAF : Step.TABLE
}

/** Leaves the address of the entry for `hi:lo` in a table of `width` bits of index from bit `lsb` on; true if out of range. */
function toEntry(
  p: TableParameters,
  s: StageState,
  baseHi: number,
  baseLo: number,
  hi: number,
  lo: number,
  lsb: number,
  width: number,
): boolean {
  // The index times 16: the address shifted right, without the bits below and above the index.
  const shift = lsb - 4
  const low = (shift < 32 ? (lo >>> shift) | (hi << (32 - shift)) : hi >>> (shift - 32)) & ~15
  const high = shift < 32 ? hi >>> shift : 0
  const size = width + 4
  s.entryLo = (baseLo | (size >= 32 ? low : low & ~(-1 << size))) >>> 0
  s.entryHi = (baseHi | (size > 32 ? high & ~(-1 << (size - 32)) : 0)) >>> 0
  return (s.entryHi & p.outOfRangeHi) !== 0
}

/** `AArch64.S1SLTTEntryAddress`, `AArch64.S2SLTTEntryAddress`: see `begin`. */
export function begin128(p: TableParameters, hi: number, lo: number, s: StageState): number {
  s.level = p.startLevel
  s.tableAttributes = p.disch ? DISCH : 0
  const lsb = p.granuleBits + p.stride * (3 - p.startLevel)
  if (!toEntry(p, s, p.baseHi, p.baseLo, hi, lo, lsb, p.startIndexBits)) return FaultKind.NONE
  s.level = 0
  return FaultKind.ADDRESS_SIZE
}

/** `FetchDescriptor`: see `fetch`. The last eight bytes are read first of big-endian tables, as they are the low half. */
export function fetch128(
  p: TableParameters,
  memory: TableMemory,
  pa: number,
  s: StageState,
  recorder: WalkRecorder | undefined,
): boolean {
  const { wide } = s
  if (memory.readDescriptor128 !== undefined) {
    if (!memory.readDescriptor128(pa, wide, s.entrySpace)) return false
  } else {
    if (!memory.readDescriptor(pa, s, s.entrySpace)) return false
    wide.lo = s.lo
    wide.hi = s.hi
    if (!memory.readDescriptor(pa + 8, s, s.entrySpace)) return false
    wide.topLo = s.lo
    wide.topHi = s.hi
  }
  if (p.bigEndian) reverse(wide, wide)
  else {
    wide.lo >>>= 0
    wide.hi >>>= 0
    wide.topLo >>>= 0
    wide.topHi >>>= 0
  }
  describe(p, s)
  recorder?.descriptor(p.stage, s.level, pa, toNumber(s.entryHi, s.entryLo), wide.hi, wide.lo, wide.topHi, wide.topLo)
  return true
}

/** `BigEndianReverse` of sixteen bytes. */
function reverse(from: Descriptor128, to: Descriptor128): void {
  const { lo, hi, topLo, topHi } = from
  to.lo = swapBytes(topHi)
  to.hi = swapBytes(topLo)
  to.topLo = swapBytes(hi)
  to.topHi = swapBytes(lo)
}

/**
 * Puts the attributes where a 64-bit descriptor has them, for all that comes after the walk (`AArch64.S1NextWalkStateLeaf`,
 * `AArch64.S2NextWalkStateLeaf`). AF, nDirty or Dirty, SH, nG and NSE, and MemAttr are in the same place.
 */
function describe(p: TableParameters, s: StageState): void {
  const { lo, topHi } = s.wide
  const piIndex = topHi >>> TOP_PI_INDEX
  let hi = ((piIndex & 2) << 18) | ((piIndex & 0b1100) << 19)
  const bit6 = (piIndex & 1) << 6
  if (isContiguous(p, s, topHi)) hi |= 1 << (52 - 32)
  const ns = topHi >>> TOP_NS
  if (p.stage === 2) {
    s.lo = ((lo & ~0x40) | bit6) >>> 0
    hi |= (ns << (55 - 32)) | (((topHi >>> TOP_PROTECTED) & 1) << (58 - 32))
    s.hi = (hi | (((topHi >>> TOP_PO_INDEX) & 15) << (59 - 32))) >>> 0
    return
  }
  s.lo = ((lo & ~0x60) | bit6 | (ns << 5)) >>> 0
  if (((topHi >>> TOP_PROTECTED) & 1) !== 0) hi |= PROTECTED_128
  hi |= (((topHi >>> TOP_GUARDED) & 1) << (50 - 32)) | (((lo >>> 5) & 1) << (59 - 32))
  // POIndex has a fourth bit, where 64-bit descriptors have nothing of the leaf's.
  s.hi = (hi | (((topHi >>> TOP_PO_INDEX) & 15) << (60 - 32))) >>> 0
}

/** `AArch64.ContiguousBit`, and DisCH of the table that the leaf is in. */
function isContiguous(p: TableParameters, s: StageState, topHi: number): boolean {
  const largest = p.granuleBits === 16 ? s.level === 1 : p.granuleBits === 12 && s.level === 0
  return (topHi & TOP_CONTIGUOUS) !== 0 && !largest && (s.tableAttributes & DISCH) === 0
}

/** `AArch64.NextTableBase`, `AArch64.TTEntryAddress`, `AArch64.LeafBase`: see `step`. */
export function step128(p: TableParameters, hi: number, lo: number, s: StageState): number {
  const { wide, level } = s
  const type = decodeType128(p.granuleBits, level, wide.lo, wide.topHi)
  if (type === FaultKind.TRANSLATION) return type
  const baseHi = wide.hi & 0x00ff_ffff
  if (type === Step.TABLE) {
    const { topHi } = wide
    const skl = skipLevel(topHi)
    const next = level + skl + 1
    const lsb = p.granuleBits + p.stride * (3 - next)
    const baseLo = wide.lo & (-1 << p.granuleBits)
    if (toEntry(p, s, baseHi, baseLo, hi, lo, lsb, p.stride * (1 + skl))) return FaultKind.ADDRESS_SIZE
    s.level = next
    // With permission indirection, which is always on, NSTable is all that is hierarchical.
    const nsTable = (s.tableAttributes & NS_TABLE) | ((topHi >>> TOP_NS) << 4)
    s.tableAttributes = nsTable | (((topHi >>> TOP_DISCH) & 1) << 5)
    return type
  }
  const size = p.granuleBits + p.stride * (3 - level)
  s.sizeLog2 = size
  const offsetLo = size >= 32 ? -1 : ~(-1 << size)
  const offsetHi = size > 32 ? ~(-1 << (size - 32)) : 0
  s.oaLo = ((wide.lo & ~offsetLo) | (lo & offsetLo)) >>> 0
  s.oaHi = ((baseHi & ~offsetHi) | (hi & offsetHi)) >>> 0
  return (s.oaHi & p.outOfRangeHi) === 0 ? type : FaultKind.ADDRESS_SIZE
}

/** `AArch64.MemSwapTableDesc`: see `swapDescriptor`. */
export function swapDescriptor128(
  p: TableParameters,
  memory: TableMemory,
  pa: number,
  s: StageState,
  setLo: number,
  clearLo: number,
): boolean {
  const { wide } = s
  OLD.lo = wide.lo
  OLD.hi = NOW.hi = wide.hi
  OLD.topLo = NOW.topLo = wide.topLo
  OLD.topHi = NOW.topHi = wide.topHi
  wide.lo = NOW.lo = ((wide.lo | setLo) & ~clearLo) >>> 0
  s.lo = ((s.lo | setLo) & ~clearLo) >>> 0
  if (memory.compareAndSwapDescriptor128 === undefined) return true
  if (p.bigEndian) {
    reverse(OLD, OLD)
    reverse(NOW, NOW)
  }
  return memory.compareAndSwapDescriptor128(pa, OLD, NOW, s.entrySpace)
}
