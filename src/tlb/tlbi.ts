/**
 * TLB maintenance instructions of the EL1&0 regime, decoded to one kind of operation.
 *
 * @module
 */
import { toNumber } from '../bits.ts'

/** What of the address space a {@link TlbInvalidation} names. */
export const TlbiKind = {
  /** Every entry: TLBI ALLE1. */
  ALL: 0,
  /** Every entry of the VMID: TLBI VMALLE1, VMALLS12E1. */
  VMID: 1,
  /** Entries of the VMID and ASID that are not global: TLBI ASIDE1. */
  ASID: 2,
  /** Entries of the VMID for a range of VAs, of the ASID or global: TLBI VAE1, VALE1, RVAE1, RVALE1. */
  VA: 3,
  /** The same for every ASID: TLBI VAAE1, VAALE1, RVAAE1, RVAALE1. */
  VA_ALL_ASIDS: 4,
  /** Entries of the VMID for a range of IPAs: TLBI IPAS2E1, IPAS2LE1, RIPAS2E1, RIPAS2LE1. */
  IPA: 5,
} as const

/**
 * One invalidation, reused from call to call. TTL hints and last-level forms only let hardware do less: the range is what
 * they name, whatever the level. The same goes for nXS and for the shareability, which the caller broadcasts by.
 */
export class TlbInvalidation {
  /** A value of {@link TlbiKind}. */
  kind = 0
  asid = 0
  /** First byte and byte after the last, of VA[55:0] or an IPA. */
  start = 0
  end = 0
  /** TTL: level hint 0..3 and log2 of the granule, or -1 and 0 where there is none. */
  level = -1
  granuleBits = 0
  /** VALE1 and its kin: only leaf entries need to go. */
  leafOnly = false
  /** FEAT_XS: only translations with XS = 0 are waited for. */
  nxs = false
  /** Inner (`3`) or Outer (`2`) Shareable, or this PE only (`0`). */
  shareability = 0
}

/** CRm of `op1` 0 and 4: which domain, and whether it is a range form. */
const DOMAIN: Readonly<Record<number, number>> = { 1: 2, 3: 3, 7: 0, 2: 3, 5: 2, 6: 0 }
/** Kinds of op1 = 0 by op2; undefined are holes. */
const BY_VA = [
  TlbiKind.VMID,
  TlbiKind.VA,
  TlbiKind.ASID,
  TlbiKind.VA_ALL_ASIDS,
  -1,
  TlbiKind.VA,
  -1,
  TlbiKind.VA_ALL_ASIDS,
]
const GRANULES = [0, 12, 14, 16]

/**
 * Decodes `SYS #op1, Cn, Cm, #op2, Xt` as a TLB invalidation of the EL1&0 regime.
 *
 * @param op1 0 or 4.
 * @param crn 8, or 9 for the nXS forms.
 * @param ds TCR_EL1.DS (op1 = 0) or VTCR_EL2.DS (op1 = 4): range forms count the address in 64 KB then.
 * @param out receives the operation.
 * @returns `false` where the encoding is no such instruction (EL2's and EL3's own regimes included): `out` is unchanged.
 *
 * @example
 * ```ts
 * // TLBI VAE1IS, X0
 * decodeTlbi(0, 8, 3, 1, 0x0005_0000, 0x0000_0123, false, op) // true
 * op.asid // 5
 * op.start // 0x123000
 * ```
 */
export function decodeTlbi(
  op1: number,
  crn: number,
  crm: number,
  op2: number,
  xtHi: number,
  xtLo: number,
  ds: boolean,
  out: TlbInvalidation,
): boolean {
  if ((crn !== 8 && crn !== 9) || (op1 !== 0 && op1 !== 4) || op2 < 0 || op2 > 7) return false
  let kind = -1
  let range = false
  let domain = DOMAIN[crm]
  if (op1 === 0) {
    kind = domain === undefined ? -1 : (BY_VA[op2] ?? -1)
    range = crm === 2 || crm === 5 || crm === 6
    if (range && (kind === TlbiKind.VMID || kind === TlbiKind.ASID)) return false
  } else if (crm === 0 || crm === 4) {
    // Cm 0 has the IS forms, Cm 4 the local ones and, with other op2, the OS ones.
    const outer = crm === 4 && (op2 === 0 || op2 === 3 || op2 === 4 || op2 === 7)
    const form = outer ? [1, -1, -1, 2, 5, -1, -1, 6][op2] : op2
    if (form === 1 || form === 2 || form === 5 || form === 6) kind = TlbiKind.IPA
    range = form === 2 || form === 6
    domain = crm === 0 ? 3 : outer ? 2 : 0
  } else if (crm === 1 || crm === 3 || crm === 7) {
    if (op2 === 4) kind = TlbiKind.ALL
    if (op2 === 6) kind = TlbiKind.VMID
  }
  if (kind < 0) return false
  out.kind = kind
  out.nxs = crn === 9
  out.shareability = domain as number
  out.leafOnly = kind >= TlbiKind.VA && (op1 === 0 ? op2 >= 5 : op2 >= 4)
  out.asid = xtHi >>> 16
  out.level = -1
  out.granuleBits = 0
  out.start = 0
  out.end = 2 ** 56
  if (kind < TlbiKind.VA) return true
  if (range) setRange(out, xtHi, xtLo, ds)
  else setPage(out, xtHi, xtLo)
  return true
}

/** Xt of the by-address forms: ASID [63:48], TTL [47:44], address [55:12] in [43:0]. */
function setPage(out: TlbInvalidation, hi: number, lo: number): void {
  const ttl = (hi >>> 12) & 15
  const granule = GRANULES[ttl >> 2] as number
  if (granule !== 0) {
    out.granuleBits = granule
    out.level = ttl & 3
  }
  out.start = toNumber(hi & 0xfff, lo) * 0x1000
  out.end = out.start + 0x1000
}

/**
 * Xt of the range forms: ASID [63:48], TG [47:46], SCALE [45:44], NUM [43:39], TTL [38:37], BaseADDR [36:0]. A reserved TG
 * is CONSTRAINED UNPREDICTABLE: all addresses.
 */
function setRange(out: TlbInvalidation, hi: number, lo: number, ds: boolean): void {
  const granule = GRANULES[(hi >>> 14) & 3] as number
  if (granule === 0) return
  const scale = (hi >>> 12) & 3
  const num = (hi >>> 7) & 31
  const ttl = (hi >>> 5) & 3
  if (ttl !== 0) {
    out.granuleBits = granule
    out.level = ttl
  }
  // Bit 36 of BaseADDR stands for all above it.
  const address = toNumber(hi & 31, lo) * 2 ** (ds ? 16 : granule)
  const bits = ds ? 53 : 37 + granule
  const negative = (hi & 16) !== 0 && out.kind !== TlbiKind.IPA
  out.start = negative && bits < 56 ? address + 2 ** 56 - 2 ** bits : address
  out.end = out.start + (num + 1) * 2 ** (5 * scale + 1) * 2 ** granule
}
