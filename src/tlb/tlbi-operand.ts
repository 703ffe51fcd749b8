/**
 * Xt of TLB maintenance instructions by address: one page, or a range.
 *
 * @module
 */
import { toNumber } from '../bits.ts'

/** What of an invalidation the operand says. */
export interface TlbiRange {
  start: number
  end: number
  level: number
  granuleBits: number
}

/** Granules by TG, and by the upper half of TTL; 0 is none. */
const GRANULES = [0, 12, 14, 16]

/** Xt of the by-address forms: ASID [63:48], TTL [47:44], address [55:12] in [43:0], of an IPA [51:12] in [39:0]. */
export function setPage(out: TlbiRange, hi: number, lo: number, ipa: boolean): void {
  setTtl(out, hi)
  setOnePage(out, hi & (ipa ? 0xff : 0xfff), lo)
}

/** The same of TLBIP: the address in [107:64]. */
export function setPagePair(out: TlbiRange, hi: number, secondHi: number, secondLo: number): void {
  setTtl(out, hi)
  setOnePage(out, secondHi & 0xfff, secondLo)
}

function setTtl(out: TlbiRange, hi: number): void {
  const ttl = (hi >>> 12) & 15
  const granule = GRANULES[ttl >> 2] as number
  if (granule === 0) return
  out.granuleBits = granule
  out.level = ttl & 3
}

function setOnePage(out: TlbiRange, hi: number, lo: number): void {
  out.start = toNumber(hi, lo) * 0x1000
  out.end = out.start + 0x1000
}

/**
 * Xt of the range forms (`TLBIRange`): ASID [63:48], TG [47:46], SCALE [45:44], NUM [43:39], TTL [38:37], BaseADDR [36:0]. A
 * reserved TG is CONSTRAINED UNPREDICTABLE: all addresses.
 */
export function setRange(out: TlbiRange, hi: number, lo: number, ipa: boolean, large: boolean): void {
  const granule = setRangeHints(out, hi)
  if (granule === 0) return
  // Bit 36 of BaseADDR stands for all above it.
  const address = toNumber(hi & 31, lo) * 2 ** (large ? 16 : granule)
  const bits = large ? 53 : 37 + granule
  const negative = (hi & 16) !== 0 && !ipa
  setExtent(out, hi, negative ? address + 2 ** 56 - 2 ** bits : address, granule)
}

/** The same of TLBIP (`TLBIPRange`): bits [55:12] of the address in [107:64], those below the granule ignored. */
export function setRangePair(out: TlbiRange, hi: number, secondHi: number, secondLo: number): void {
  const granule = setRangeHints(out, hi)
  if (granule === 0) return
  const pages = toNumber(secondHi & 0xfff, (secondLo & (-1 << (granule - 12))) >>> 0)
  setExtent(out, hi, pages * 0x1000, granule)
}

/** @returns log2 of the granule, or 0. */
function setRangeHints(out: TlbiRange, hi: number): number {
  const granule = GRANULES[(hi >>> 14) & 3] as number
  const ttl = (hi >>> 5) & 3
  if (granule === 0 || ttl === 0) return granule
  out.granuleBits = granule
  out.level = ttl
  return granule
}

function setExtent(out: TlbiRange, hi: number, start: number, granule: number): void {
  const scale = (hi >>> 12) & 3
  const num = (hi >>> 7) & 31
  out.start = start
  out.end = start + (num + 1) * 2 ** (5 * scale + 1) * 2 ** granule
}
