/**
 * TLB maintenance instructions of every regime, decoded to one kind of operation.
 *
 * @module
 */
import type { TranslationRegime } from './regime.ts'
import { ownerOf, Regime, RegimeRegister } from './regime-register.ts'
import { setPage, setPagePair, setRange, setRangePair } from './tlbi-operand.ts'

/** What of the address space a {@link TlbInvalidation} names. */
export const TlbiKind = {
  /** Every entry of the regime: TLBI ALLE1, ALLE2, ALLE3; PAALL, RPAOS and RPALOS, of all regimes. */
  ALL: 0,
  /** Every entry of the VMID: TLBI VMALLE1, VMALLS12E1, VMALLWS2E1. */
  VMID: 1,
  /** Entries of the VMID and ASID that are not global: TLBI ASIDE1. */
  ASID: 2,
  /** Entries for a range of VAs, of the ASID or global: TLBI VAE1, VALE1, RVAE1, RVALE1; of a host also VAE2 and so on. */
  VA: 3,
  /** The same for every ASID: TLBI VAAE1, VAALE1, RVAAE1, RVAALE1; and VAE2, VAE3 and so on where there are no ASIDs. */
  VA_ALL_ASIDS: 4,
  /** Entries of the VMID for a range of IPAs: TLBI IPAS2E1, IPAS2LE1, RIPAS2E1, RIPAS2LE1. */
  IPA: 5,
} as const

/**
 * One invalidation, reused from call to call. TTL hints and last-level forms only let hardware do less: the range is what
 * they name, whatever the level. The same goes for nXS and for the shareability, which the caller broadcasts by; and for the
 * security state: entries of all go.
 */
export class TlbInvalidation {
  /** A value of {@link TlbiKind}. */
  kind = 0
  /** Whose entries, both included: VMIDs of EL1&0, and the other regimes, as `TranslationRegime.owner`. */
  firstOwner = 0
  lastOwner = 0
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

  /** Whether entries of this owner (`TranslationRegime.owner`) are meant. */
  concerns(owner: number): boolean {
    return this.firstOwner <= owner && owner <= this.lastOwner
  }
}

/** The last owner there is. */
const LAST_OWNER = ownerOf(Regime.EL3, 0)
/** Outer (2) and Inner (3) Shareable and local (0) by CRm; -1 where there is none. */
const DOMAINS: readonly number[] = [-1, 2, 3, 3, -1, 2, 0, 0]
const RANGES = (1 << 2) | (1 << 5) | (1 << 6)
/** Kinds at op1 = 0 by op2; -1 are holes. */
const OF_EL1 = [
  TlbiKind.VMID,
  TlbiKind.VA,
  TlbiKind.ASID,
  TlbiKind.VA_ALL_ASIDS,
  -1,
  TlbiKind.VA,
  -1,
  TlbiKind.VA_ALL_ASIDS,
]

/**
 * Decodes `SYS #op1, Cn, Cm, #op2, Xt` as a TLB invalidation.
 *
 * @param op1 0 (EL1&0, or with HCR_EL2.{E2H, TGE} = {1, 1} EL2&0), 4 (EL2 or EL2&0, and all of EL1&0) or 6 (EL3).
 * @param crn 8, or 9 for the nXS forms.
 * @param regime the PE's registers, whichever regime is selected: VMID, HCR_EL2.E2H and TGE, and DS of the tables' TCR_ELx or
 * VTCR_EL2, by which range forms count addresses in 64 KB.
 * @param out receives the operation.
 * @returns `false` where the encoding is no such instruction: `out` is unchanged.
 *
 * @example
 * ```ts
 * // TLBI VAE1IS, X0
 * decodeTlbi(0, 8, 3, 1, 0x0005_0000, 0x0000_0123, regime, op) // true
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
  regime: TranslationRegime,
  out: TlbInvalidation,
): boolean {
  if (!decode(op1, crn, crm, op2, xtHi, regime, out)) return false
  if (out.kind < TlbiKind.VA) return true
  const ipa = out.kind === TlbiKind.IPA
  if (isRange(op1, crm, op2)) setRange(out, xtHi, xtLo, ipa, hasLargeAddress(regime, op1, ipa))
  else setPage(out, xtHi, xtLo, ipa)
  return true
}

/**
 * Decodes `SYSP #op1, Cn, Cm, #op2, Xt, Xt2` likewise (TLBIP, FEAT_D128): forms by address alone, and that in Xt2.
 *
 * @param xtHi bits [63:32] of Xt; the others say nothing.
 * @param xt2Hi bits [63:32] of Xt2.
 * @param xt2Lo bits [31:0] of Xt2.
 */
export function decodeTlbip(
  op1: number,
  crn: number,
  crm: number,
  op2: number,
  xtHi: number,
  xt2Hi: number,
  xt2Lo: number,
  regime: TranslationRegime,
  out: TlbInvalidation,
): boolean {
  if (kindOf(op1, crm, op2) < TlbiKind.VA || !decode(op1, crn, crm, op2, xtHi, regime, out)) return false
  if (isRange(op1, crm, op2)) setRangePair(out, xtHi, xt2Hi, xt2Lo)
  else setPagePair(out, xtHi, xt2Hi, xt2Lo)
  return true
}

/** All but the address. */
function decode(
  op1: number,
  crn: number,
  crm: number,
  op2: number,
  xtHi: number,
  regime: TranslationRegime,
  out: TlbInvalidation,
): boolean {
  const kind = kindOf(op1, crm, op2)
  if ((crn !== 8 && crn !== 9) || kind < 0) return false
  out.kind = kind
  out.nxs = crn === 9
  out.shareability = domainOf(op1, crm, op2)
  out.asid = xtHi >>> 16
  out.level = -1
  out.granuleBits = 0
  out.start = 0
  out.end = 2 ** 56
  // Last-level forms are those with op2 in the upper half.
  out.leafOnly = kind >= TlbiKind.VA && (isIpa(op1, crm) ? ipaForm(crm, op2) >= 5 : op2 >= 5)
  setOwner(op1, op2, regime, out)
  return true
}

function setOwner(op1: number, op2: number, regime: TranslationRegime, out: TlbInvalidation): void {
  if (op1 === 0) {
    const kind = regime.kindFor(0)
    out.firstOwner = out.lastOwner = ownerOf(kind, regime.currentVmid())
    return
  }
  if (op1 === 6) {
    // Physical addresses: whose translation a granule is part of is not known.
    const all = out.kind === TlbiKind.ALL && op2 !== 0
    out.firstOwner = all ? 0 : LAST_OWNER
    out.lastOwner = LAST_OWNER
    return
  }
  if (out.kind === TlbiKind.IPA || out.kind === TlbiKind.VMID) {
    out.firstOwner = out.lastOwner = regime.currentVmid()
  } else if (op2 === 4) {
    // ALLE1
    out.firstOwner = 0
    out.lastOwner = 0xffff
  } else {
    const kind = regime.kindFor(2)
    out.firstOwner = out.lastOwner = ownerOf(kind, 0)
    if (out.kind === TlbiKind.VA_ALL_ASIDS && kind === Regime.EL20) out.kind = TlbiKind.VA
  }
}

/** A value of {@link TlbiKind}, or -1. By address of EL2 it is `VA_ALL_ASIDS`. */
function kindOf(op1: number, crm: number, op2: number): number {
  if (op2 < 0 || op2 > 7) return -1
  if (op1 === 0) {
    const kind = domainOf(op1, crm, op2) < 0 ? -1 : (OF_EL1[op2] as number)
    return isRange(op1, crm, op2) && (kind === TlbiKind.VMID || kind === TlbiKind.ASID) ? -1 : kind
  }
  if (op1 === 4 && isIpa(op1, crm)) return ipaForm(crm, op2) < 0 ? -1 : TlbiKind.IPA
  // RPAOS, RPALOS
  if (op1 === 6 && crm === 4) return op2 === 3 || op2 === 7 ? TlbiKind.ALL : -1
  if ((op1 !== 4 && op1 !== 6) || domainOf(op1, crm, op2) < 0) return -1
  if (op2 === 1 || op2 === 5) return TlbiKind.VA_ALL_ASIDS
  if (isRange(op1, crm, op2)) return op1 === 4 && op2 === 2 ? TlbiKind.VMID : -1
  if (op2 === 0) return TlbiKind.ALL
  // ALLE1 and its kin; PAALL, which is not Inner Shareable.
  if (op2 === 4) return op1 === 6 && crm === 3 ? -1 : TlbiKind.ALL
  return op1 === 4 && op2 === 6 ? TlbiKind.VMID : -1
}

function isIpa(op1: number, crm: number): boolean {
  return op1 === 4 && (crm === 0 || crm === 4)
}

/** op2 of the local form of IPAS2 that the encoding is a form of, or -1: CRm 4 has the local and the OS ones. */
function ipaForm(crm: number, op2: number): number {
  if (crm === 4) return [1, 1, 2, 2, 5, 5, 6, 6][op2] as number
  return op2 === 1 || op2 === 2 || op2 === 5 || op2 === 6 ? op2 : -1
}

function isRange(op1: number, crm: number, op2: number): boolean {
  if (isIpa(op1, crm)) return (ipaForm(crm, op2) & 2) !== 0
  return ((RANGES >> crm) & 1) !== 0
}

/** Inner (3) or Outer (2) Shareable, local (0); -1 where there is none. */
function domainOf(op1: number, crm: number, op2: number): number {
  if (isIpa(op1, crm)) return crm === 0 ? 3 : op2 === 0 || op2 === 3 || op2 === 4 || op2 === 7 ? 2 : 0
  if (op1 === 6 && crm === 4) return 2
  return DOMAINS[crm] ?? -1
}

/** `HasLargeAddress`: DS of the regime whose entries are named; of IPAs stage 2's. */
function hasLargeAddress(regime: TranslationRegime, op1: number, ipa: boolean): boolean {
  const { features } = regime
  if (!features.lpa2Granule4k && !features.lpa2Granule16k) return false
  if (ipa) return (regime.hi(RegimeRegister.VTCR_EL2) & 1) !== 0
  const kind = op1 === 6 ? Regime.EL3 : regime.kindFor(op1 === 0 ? 0 : 2)
  if (kind === Regime.EL3) return (regime.hi(RegimeRegister.TCR_EL3) & 1) !== 0
  if (kind === Regime.EL2) return (regime.hi(RegimeRegister.TCR_EL2) & 1) !== 0
  const tcr = kind === Regime.EL20 ? RegimeRegister.TCR_EL2 : RegimeRegister.TCR_EL1
  return (regime.hi(tcr) & (1 << (59 - 32))) !== 0
}
