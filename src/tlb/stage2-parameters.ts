/**
 * Stage 2: registers in, {@link TableParameters} out.
 *
 * @module
 */
import type { Features } from './features.ts'
import {
  decodeTg0,
  hasLpa2,
  setBase,
  setBase128,
  setInputSize,
  setOutput,
  setRange,
  type TableParameters,
} from './parameters.ts'
import { RegimeRegister, type RegimeState, SecurityState } from './regime-register.ts'

const SCTLR_EE = 1 << 25
// HCR_EL2, halves
const HCR_PTW = 1 << 2
const HCR_TGE = 1 << 27
const HCR_HI_FWB = 1 << (46 - 32)
// VTCR_EL2.NSW and NSA, VSTCR_EL2.SW and SA
const VTCR_W = 1 << 29
const VTCR_A = 1 << 30
// VTCR_EL2, high half
const VTCR_HI_ASSURED_ONLY = 1 << (34 - 32)
const VTCR_HI_TL1 = 1 << (35 - 32)
const VTCR_HI_S2PIE = 1 << (36 - 32)
const VTCR_HI_S2POE = 1 << (37 - 32)
const VTCR_HI_D128 = 1 << (38 - 32)
const VTCR_HI_HAFT = 1 << (44 - 32)
const VTCR_HI_GCSH = 1 << (40 - 32)
const VTCR_HI_TL0 = 1 << (41 - 32)

/**
 * Parses the tables of one IPA space: `AArch64.NSS2TTWParams`, `AArch64.SS2TTWParams`, and the checks at the head of
 * `AArch64.S2Translate`.
 *
 * @param secure the IPA space is Secure: T0SZ, SL0, SL2, TG0 are VSTCR_EL2's and the tables VSTTBR_EL2's; all else is in
 * VTCR_EL2.
 */
export function parseStage2(r: RegimeState, p: TableParameters, secure: boolean): void {
  const f = r.features
  const lo = r.lo(RegimeRegister.VTCR_EL2)
  const hi = r.hi(RegimeRegister.VTCR_EL2)
  const hcr = r.lo(RegimeRegister.HCR_EL2)
  const space = secure ? RegimeRegister.VSTCR_EL2 : RegimeRegister.VTCR_EL2
  const spaceLo = r.lo(space)
  p.granuleBits = decodeTg0((spaceLo >>> 14) & 3, f.stage2Granule4k, f.stage2Granule16k, f.stage2Granule64k)
  p.d128 = f.stage2D128 && (hi & VTCR_HI_D128) !== 0
  p.stride = p.granuleBits - (p.d128 ? 4 : 3)
  p.irgn = (lo >>> 8) & 3
  p.orgn = (lo >>> 10) & 3
  p.sh = (lo >>> 12) & 3
  p.ha = f.accessFlag && (lo & (1 << 21)) !== 0
  p.hd = p.ha && f.dirtyState && (lo & (1 << 22)) !== 0
  p.haft = p.ha && f.haft && (hi & VTCR_HI_HAFT) !== 0
  p.pie = p.d128 || (f.s2pie && (hi & VTCR_HI_S2PIE) !== 0)
  p.poe = f.s2poe && p.pie && (hi & VTCR_HI_S2POE) !== 0
  p.porHi = r.hi(RegimeRegister.S2POR_EL1)
  p.porLo = r.lo(RegimeRegister.S2POR_EL1)
  p.gcsh = f.gcs && (hi & VTCR_HI_GCSH) !== 0
  p.assuredOnly = p.d128 || (f.the && (hi & VTCR_HI_ASSURED_ONLY) !== 0)
  p.tl0 = f.the && (hi & VTCR_HI_TL0) !== 0
  p.tl1 = f.the && (hi & VTCR_HI_TL1) !== 0
  p.pirHi = r.hi(RegimeRegister.S2PIR_EL2)
  p.pirLo = r.lo(RegimeRegister.S2PIR_EL2)
  p.ptw = (hcr & HCR_PTW) !== 0 && (hcr & HCR_TGE) === 0
  p.fwb = f.fwb && (r.hi(RegimeRegister.HCR_EL2) & HCR_HI_FWB) !== 0
  p.xnx = f.xnx
  setSpaces(r, p, secure)
  p.mtePerm = f.mtePerm
  p.xs = f.xs
  p.bigEndian = (r.lo(RegimeRegister.SCTLR_EL2) & SCTLR_EE) !== 0

  const lpa2 = hasLpa2(p.granuleBits, f.stage2Lpa2Granule4k, f.stage2Lpa2Granule16k)
  const ds = lpa2 && (hi & 1) !== 0
  const ps = (lo >>> 16) & 7
  // `AArch64.S2MinTxSZ`: the IPA space is as large as the PA space, 48 bits without a 52-bit descriptor format.
  const most = p.d128 ? 56 : p.granuleBits === 16 || ds ? 52 : 48
  setInputSize(p, spaceLo & 0x3f, 64 - Math.min(most, f.paSize), f.paSize >= 52, f)
  setOutput(p, ds, ps, f.paSize, lpa2)
  const sl0 = (spaceLo >>> 6) & 3
  const sl2 = p.granuleBits === 12 && ds ? (r.hi(space) >>> 1) & 1 : 0
  const base = secure ? RegimeRegister.VSTTBR_EL2 : RegimeRegister.VTTBR_EL2
  if (p.d128) setBase128(p, address128(r, p, base), r.lo(base))
  else {
    if (!setStartLevel(p, sl0, sl2, ds, f)) p.invalid = true
    setBase(p, r.hi(base), r.lo(base), ps, f)
  }
  setRange(p, 63, 63)
}

/**
 * Bits [55:32] of the first table's address (`AArch64.S2TTBaseAddress`): as they are where the table is in Secure space,
 * elsewhere [55:48] in bits [87:80], which VSTTBR_EL2 lacks.
 */
function address128(r: RegimeState, p: TableParameters, base: number): number {
  if (p.tableSpace === SecurityState.SECURE) return r.hi(base) & 0x00ff_ffff
  const top = base === RegimeRegister.VTTBR_EL2 ? r.lo(RegimeRegister.VTTBR_EL2_HIGH) : 0
  return (r.hi(base) & 0xffff) | (top & 0x00ff_0000)
}

/** `AArch64.SS2InitialTTWState`, `AArch64.S2InitialTTWState`, `AArch64.SS2OutputPASpace`. */
function setSpaces(r: RegimeState, p: TableParameters, secure: boolean): void {
  p.tableSpace = r.security
  p.outputSpace = r.security
  if (r.security === SecurityState.REALM) p.outputSpace = -1
  if (r.security !== SecurityState.SECURE) return
  const ofSecure = r.lo(RegimeRegister.VSTCR_EL2)
  const ofNonSecure = r.lo(RegimeRegister.VTCR_EL2)
  if (((secure ? ofSecure : ofNonSecure) & VTCR_W) !== 0) p.tableSpace = SecurityState.NON_SECURE
  const outside = secure ? ofSecure : ofSecure | ofNonSecure
  if ((outside & (VTCR_W | VTCR_A)) !== 0) p.outputSpace = SecurityState.NON_SECURE
}

/** `AArch64.S2StartLevel`, `AArch64.S2InvalidSL`, `AArch64.S2InconsistentSL`; `false` is a level 0 fault. */
function setStartLevel(p: TableParameters, sl0: number, sl2: number, ds: boolean, f: Features): boolean {
  const { paSize, ttst } = f
  let valid = true
  if (p.granuleBits === 12) {
    p.startLevel = sl2 !== 0 ? -1 : sl0 === 3 ? 3 : 2 - sl0
    if (sl2 !== 0) valid = sl0 === 0
    else if (sl0 === 2) valid = paSize >= 44
    else if (sl0 === 3) valid = ttst
  } else {
    p.startLevel = 3 - sl0
    if (sl0 === 3) valid = p.granuleBits === 14 && ds
    else if (sl0 === 2) valid = paSize >= (p.granuleBits === 14 ? 42 : 44)
  }
  // At most 16 concatenated tables: four more index bits than one table resolves.
  const indexBits = p.iaSize - (p.granuleBits + (3 - p.startLevel) * p.stride)
  return valid && indexBits >= 1 && indexBits <= p.stride + 4
}
