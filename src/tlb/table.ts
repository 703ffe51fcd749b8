/**
 * The steps of a walk that both stages share: which descriptor is next, and what one descriptor says.
 *
 * @module
 */
import { swapBytes, toNumber } from '../bits.ts'
import { FaultKind } from './fault.ts'
import { granuleProtectionCheck } from './granule-protection.ts'
import type { TableMemory } from './memory.ts'
import { HighBits, type TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import { Step } from './step.ts'
import { begin128, fetch128, step128, swapDescriptor128 } from './table128.ts'
import type { WalkRecorder } from './trace.ts'
import type { StageState, Translation } from './translation.ts'

/** `width` (1..20) bits of the 64-bit address `hi:lo` from bit `lsb` (12..60). */
function addressField(hi: number, lo: number, lsb: number, width: number): number {
  const field = lsb >= 32 ? hi >>> (lsb - 32) : (lo >>> lsb) | (hi << (32 - lsb))
  return field & ((1 << width) - 1)
}

/**
 * Goes to the entry of the first table (`AArch64.S1SLTTEntryAddress`, `AArch64.S2SLTTEntryAddress`).
 * @returns 0, or `FaultKind.ADDRESS_SIZE`: then of level 0, whatever the start level.
 */
export function begin(p: TableParameters, hi: number, lo: number, s: StageState): number {
  if (p.d128) return begin128(p, hi, lo, s)
  s.level = p.startLevel
  s.tableAttributes = 0
  const lsb = p.granuleBits + p.stride * (3 - p.startLevel)
  s.entryHi = p.baseHi
  s.entryLo = (p.baseLo | (addressField(hi, lo, lsb, p.startIndexBits) << 3)) >>> 0
  if ((p.baseHi & p.outOfRangeHi) === 0) return FaultKind.NONE
  s.level = 0
  return FaultKind.ADDRESS_SIZE
}

/**
 * `FetchDescriptor`: reads the entry, at physical address `hi:lo` of `s.entrySpace`, into the state; `false` is an external
 * abort.
 */
export function fetch(
  p: TableParameters,
  memory: TableMemory,
  hi: number,
  lo: number,
  s: StageState,
  recorder: WalkRecorder | undefined,
): boolean {
  const pa = toNumber(hi, lo)
  s.entryPa = pa
  if (p.d128) return fetch128(p, memory, pa, s, recorder)
  if (!memory.readDescriptor(pa, s, s.entrySpace)) return false
  const { hi: readHi, lo: readLo } = s
  s.hi = p.bigEndian ? swapBytes(readLo) : readHi >>> 0
  s.lo = p.bigEndian ? swapBytes(readHi) : readLo >>> 0
  recorder?.descriptor(p.stage, s.level, pa, toNumber(s.entryHi, s.entryLo), s.hi, s.lo)
  return true
}

/**
 * Reads the descriptor in the state: `AArch64.DecodeDescriptorType`, `AArch64.NextTableBase`, `AArch64.LeafBase`.
 *
 * @param hi input address, with {@link lo}.
 * @returns a value of {@link Step}, `FaultKind.TRANSLATION` or `FaultKind.ADDRESS_SIZE`; the level is in the state.
 */
export function step(p: TableParameters, hi: number, lo: number, s: StageState): number {
  if (p.d128) return step128(p, hi, lo, s)
  const descriptor = s.lo
  if ((descriptor & 1) === 0) return FaultKind.TRANSLATION
  const leafBit = (descriptor & 2) === 0
  const { level } = s
  // Bit 1 set is a table above level 3 and the page at it; clear, a block where the granule has them.
  const leaf = leafBit || level === 3
  if (leafBit && (level === 3 || ((p.blockLevels >> (level + 1)) & 1) === 0)) return FaultKind.TRANSLATION
  let highBits = s.hi & 0xffff
  if (p.highBits === HighBits.DS) {
    highBits = s.hi & 0x3_ffff
    if (p.descriptorHighBits) highBits |= ((descriptor >>> 8) & 3) << 18
  } else if (p.highBits === HighBits.LPA && p.descriptorHighBits) highBits |= ((descriptor >>> 12) & 15) << 16
  if (!leaf) {
    s.tableAttributes |= s.hi >>> 27
    if ((highBits & p.outOfRangeHi) !== 0) return FaultKind.ADDRESS_SIZE
    s.level = level + 1
    const lsb = p.granuleBits + p.stride * (2 - level)
    s.entryHi = highBits
    s.entryLo = ((descriptor & (-1 << p.granuleBits)) | (addressField(hi, lo, lsb, p.stride) << 3)) >>> 0
    return Step.TABLE
  }
  const size = p.granuleBits + p.stride * (3 - level)
  s.sizeLog2 = size
  if (size < 32) {
    const offset = ~(-1 << size)
    s.oaHi = highBits
    s.oaLo = ((descriptor & ~offset) | (lo & offset)) >>> 0
  } else {
    const offset = ~(-1 << (size - 32))
    s.oaHi = ((highBits & ~offset) | (hi & offset)) >>> 0
    s.oaLo = lo >>> 0
  }
  const checked = p.qemu ? highBits : s.oaHi
  return (checked & p.outOfRangeHi) === 0 ? Step.LEAF : FaultKind.ADDRESS_SIZE
}

/**
 * `AArch64.MemSwapTableDesc`: replaces the descriptor in the state by one with `setLo` bits set and `clearLo` cleared.
 * Both the Access flag and dirty state are in bits [31:0].
 * @returns whether memory now holds the new descriptor; `false` when someone else had changed it.
 */
export function swapDescriptor(
  p: TableParameters,
  memory: TableMemory,
  pa: number,
  s: StageState,
  setLo: number,
  clearLo: number,
): boolean {
  if (p.d128) return swapDescriptor128(p, memory, pa, s, setLo, clearLo)
  const newLo = ((s.lo | setLo) & ~clearLo) >>> 0
  const { hi, lo } = s
  s.lo = newLo
  if (memory.compareAndSwapDescriptor === undefined) return true
  return p.bigEndian
    ? memory.compareAndSwapDescriptor(pa, swapBytes(lo), swapBytes(hi), swapBytes(newLo), swapBytes(hi), s.entrySpace)
    : memory.compareAndSwapDescriptor(pa, hi, lo, hi, newLo, s.entrySpace)
}

/**
 * Whether the granule of the entry at the PA `hi:lo` of `s.entrySpace` may be read; if not, `out` has the address.
 */
export function granuleAllows(
  regime: TranslationRegime,
  memory: TableMemory,
  s: StageState,
  hi: number,
  lo: number,
  out: Translation,
  recorder: WalkRecorder | undefined,
): boolean {
  const { granule } = out
  if (granuleProtectionCheck(regime.granuleProtection, memory, hi, lo, s.entrySpace, granule, recorder) === 0)
    return true
  out.pa = toNumber(hi, lo)
  out.paspace = s.entrySpace
  return false
}
