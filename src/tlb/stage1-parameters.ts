/**
 * Stage 1 of each regime: registers in, {@link TableParameters} out.
 *
 * @module
 */
import type { Features } from './features.ts'
import {
  decodeTg0,
  decodeTg1,
  hasLpa2,
  PROTECTED_128,
  setBase,
  setBase128,
  setInputSize,
  setOutput,
  setRange,
  type TableParameters,
} from './parameters.ts'
import { RegimeRegister, type RegimeState } from './regime-register.ts'

/** Indices of the registers that stage 1 of a regime reads. */
export interface Stage1Registers {
  /** Two ranges of VAs, by bit 55, and EL0 in them (`HasUnprivileged`). */
  readonly hasUnprivileged: boolean
  readonly sctlr: number
  readonly tcr: number
  /** TCR2_ELx; EL3 has none, but the fields in TCR_EL3. */
  readonly tcr2: number | undefined
  readonly ttbr0: number
  readonly ttbr1: number
  readonly mair: number
  readonly mair2: number
  readonly pir: number
  readonly pire0: number
  readonly por: number
}

const EL2_REGISTERS: Stage1Registers = {
  hasUnprivileged: false,
  sctlr: RegimeRegister.SCTLR_EL2,
  tcr: RegimeRegister.TCR_EL2,
  tcr2: RegimeRegister.TCR2_EL2,
  ttbr0: RegimeRegister.TTBR0_EL2,
  ttbr1: RegimeRegister.TTBR1_EL2,
  mair: RegimeRegister.MAIR_EL2,
  mair2: RegimeRegister.MAIR2_EL2,
  pir: RegimeRegister.PIR_EL2,
  pire0: RegimeRegister.PIRE0_EL2,
  por: RegimeRegister.POR_EL2,
}

/** By the values of `Regime`. */
export const STAGE1_REGISTERS: readonly Stage1Registers[] = [
  {
    hasUnprivileged: true,
    sctlr: RegimeRegister.SCTLR_EL1,
    tcr: RegimeRegister.TCR_EL1,
    tcr2: RegimeRegister.TCR2_EL1,
    ttbr0: RegimeRegister.TTBR0_EL1,
    ttbr1: RegimeRegister.TTBR1_EL1,
    mair: RegimeRegister.MAIR_EL1,
    mair2: RegimeRegister.MAIR2_EL1,
    pir: RegimeRegister.PIR_EL1,
    pire0: RegimeRegister.PIRE0_EL1,
    por: RegimeRegister.POR_EL1,
  },
  { ...EL2_REGISTERS, hasUnprivileged: true },
  EL2_REGISTERS,
  {
    hasUnprivileged: false,
    sctlr: RegimeRegister.SCTLR_EL3,
    tcr: RegimeRegister.TCR_EL3,
    tcr2: undefined,
    ttbr0: RegimeRegister.TTBR0_EL3,
    ttbr1: RegimeRegister.TTBR0_EL3,
    mair: RegimeRegister.MAIR_EL3,
    mair2: RegimeRegister.MAIR2_EL3,
    pir: RegimeRegister.PIR_EL3,
    pire0: RegimeRegister.PIR_EL3,
    por: RegimeRegister.POR_EL3,
  },
]

// SCTLR_ELx, halves
const SCTLR_WXN = 1 << 19
const SCTLR_EE = 1 << 25
const SCTLR_HI_EPAN = 1 << (57 - 32)
const LOGICAL_TAG = 0x0f00_0000
/** With TCR2_ELx.PnCH the contiguous hint of 64-bit descriptors is Protected (FEAT_THE). */
const PROTECTED = 1 << (52 - 32)
// TCR2_ELx
const TCR2_PNCH = 1 << 0
const TCR2_PIE = 1 << 1
const TCR2_E0POE = 1 << 2
const TCR2_POE = 1 << 3
const TCR2_AIE = 1 << 4
const TCR2_D128 = 1 << 5
const TCR2_HAFT = 1 << 11
const TCR2_DISCH0 = 1 << 14

/**
 * Parses one range of VAs: `AArch64.S1TTWParamsEL10`, `S1TTWParamsEL20`, `S1TTWParamsEL2`, `S1TTWParamsEL3`, and the checks
 * of TxSZ at the head of `AArch64.S1Translate`.
 *
 * @param upper the range of TTBR1_ELx.
 * @param nv1 HCR_EL2.{NV, NV1} are {1, 1}, and the regime is EL1&0.
 */
export function parseStage1(
  r: RegimeState,
  registers: Stage1Registers,
  p: TableParameters,
  upper: boolean,
  nv1: boolean,
): void {
  const f = r.features
  const lo = r.lo(registers.tcr)
  const hi = r.hi(registers.tcr)
  const sctlr = r.lo(registers.sctlr)
  const own = upper ? lo >>> 16 : lo & 0xffff
  const tg = (own >>> 14) & 3
  p.granuleBits = upper ? decodeTg1(tg, f) : decodeTg0(tg, f.granule4k, f.granule16k, f.granule64k)
  const enabled = tcr2Of(r, registers)
  p.d128 = f.d128 && (enabled & TCR2_D128) !== 0
  p.disch = p.d128 && (enabled & (upper ? TCR2_DISCH0 << 1 : TCR2_DISCH0)) !== 0
  p.stride = p.granuleBits - (p.d128 ? 4 : 3)
  p.irgn = (own >>> 8) & 3
  p.orgn = (own >>> 10) & 3
  p.sh = (own >>> 12) & 3
  p.wxn = (sctlr & SCTLR_WXN) !== 0
  p.bigEndian = (sctlr & SCTLR_EE) !== 0
  p.tableSpace = r.security
  p.xs = f.xs
  p.nv1 = nv1 || !registers.hasUnprivileged
  if (registers.hasUnprivileged) {
    // Bits of TCR_ELx[63:32] that come in pairs, the lower half's first.
    const pair = (bit: number): boolean => ((hi >>> (bit - 32 + (upper ? 1 : 0))) & 1) !== 0
    p.epd = ((own >>> 7) & 1) !== 0
    p.tbi = pair(37)
    p.tbid = f.pauth && pair(51)
    p.e0pd = f.e0pd && pair(55)
    p.nfd = f.sve && pair(53)
    p.hpd = f.hpds && pair(41)
    p.epan = f.pan3 && (r.hi(registers.sctlr) & SCTLR_HI_EPAN) !== 0
  } else {
    p.epd = false
    p.tbi = (lo & (1 << 20)) !== 0
    p.tbid = f.pauth && (lo & (1 << 29)) !== 0
    p.e0pd = false
    p.nfd = false
    p.hpd = f.hpds && (lo & (1 << 24)) !== 0
    p.epan = false
  }
  parseManagement(r, registers, p, enabled)
  parseIndirection(r, registers, p, enabled)

  const lpa2 = hasLpa2(p.granuleBits, f.lpa2Granule4k, f.lpa2Granule16k)
  const ds = lpa2 && (hi & (registers.hasUnprivileged ? 1 << (59 - 32) : 1 << (32 - 32))) !== 0
  const ps = registers.hasUnprivileged ? hi & 7 : (lo >>> 16) & 7
  setInputSize(p, own & 0x3f, minTxsz(p, registers, ds, f), f.lva, f)
  p.startLevel = 3 - Math.floor((p.iaSize - 1 - p.granuleBits) / p.stride)
  setOutput(p, ds, ps, f.paSize, lpa2)
  const ttbr = upper ? registers.ttbr1 : registers.ttbr0
  if (p.d128) setBase128(p, address128(r, registers, upper), r.lo(ttbr))
  else setBase(p, r.hi(ttbr), r.lo(ttbr), ps, f)
  setRange(p, p.tbi ? 55 : 63, p.tbi && !p.tbid ? 55 : 63)
  const mtx = registers.hasUnprivileged ? 1 << (60 - 32 + (upper ? 1 : 0)) : 1 << (33 - 32)
  p.mtx = f.mtx && (hi & mtx) !== 0
  if (p.mtx) {
    // `AArch64.VAIsOutOfRange`: VA[59:56] hold a tag, which is as bit 55 is.
    p.rangeHi = (p.rangeHi & ~LOGICAL_TAG) >>> 0
    p.fetchRangeHi = (p.fetchRangeHi & ~LOGICAL_TAG) >>> 0
  }
}

/** TCR_ELx.HA and HD, TCR2_ELx.HAFT. */
function parseManagement(r: RegimeState, registers: Stage1Registers, p: TableParameters, enabled: number): void {
  const f = r.features
  const { tcr, hasUnprivileged } = registers
  const ha = hasUnprivileged ? r.hi(tcr) >>> (39 - 32) : r.lo(tcr) >>> 21
  p.ha = f.accessFlag && (ha & 1) !== 0
  p.hd = p.ha && f.dirtyState && (ha & 2) !== 0
  p.haft = p.ha && f.haft && (enabled & TCR2_HAFT) !== 0
}

/** What TCR2_ELx enables, and its registers. */
function parseIndirection(r: RegimeState, registers: Stage1Registers, p: TableParameters, enabled: number): void {
  const f = r.features
  const { pir, pire0, por } = registers
  p.pie = p.d128 || (f.s1pie && (enabled & TCR2_PIE) !== 0)
  p.gcs = f.gcs
  p.aie = f.aie && (enabled & TCR2_AIE) !== 0
  p.pnch = f.the && !p.d128 && (enabled & TCR2_PNCH) !== 0
  p.protectedBit = p.d128 ? PROTECTED_128 : p.pnch ? PROTECTED : 0
  p.poIndexMask = p.d128 ? 15 : 7
  p.porHi = r.hi(por)
  p.porLo = r.lo(por)
  p.por0Hi = r.hi(RegimeRegister.POR_EL0)
  p.por0Lo = r.lo(RegimeRegister.POR_EL0)
  p.pirHi = r.hi(pir)
  p.pirLo = r.lo(pir)
  p.pire0Hi = r.hi(pire0)
  p.pire0Lo = r.lo(pire0)
  p.poe = f.s1poe && (enabled & TCR2_POE) !== 0
  p.e0poe = f.s1poe && (enabled & TCR2_E0POE) !== 0 && !p.nv1
  // R_BVXDG: descriptor bits [62:59] of tables are no hierarchical permissions where those of leaves are POIndex.
  p.hpd ||= p.poe || p.e0poe
}

/** TCR2_ELx, with no D128 in the EL2 regime, which has none; TCR_EL3[43:34] where TCR2_ELx has the same fields. */
function tcr2Of(r: RegimeState, registers: Stage1Registers): number {
  const { tcr2, hasUnprivileged } = registers
  if (tcr2 !== undefined) return hasUnprivileged ? r.lo(tcr2) : r.lo(tcr2) & ~TCR2_D128
  const hi = r.hi(registers.tcr)
  return (
    ((hi >>> (34 - 32)) & (TCR2_PNCH | TCR2_PIE)) |
    (((hi >>> (36 - 32)) << 3) & (TCR2_POE | TCR2_AIE | TCR2_D128)) |
    (((hi >>> (42 - 32)) << 11) & TCR2_HAFT) |
    (((hi >>> (43 - 32)) << 14) & TCR2_DISCH0)
  )
}

/** `AArch64.S1MinTxSZ`. */
function minTxsz(p: TableParameters, registers: Stage1Registers, ds: boolean, f: Features): number {
  if (p.d128 && f.lva3) return registers.hasUnprivileged ? 9 : 8
  return ds || (f.lva && p.granuleBits === 16) ? 12 : 16
}

/** Bits [55:32] of the first table's address: in TTBR0_EL3 as they are, elsewhere [55:48] in bits [87:80]. */
function address128(r: RegimeState, registers: Stage1Registers, upper: boolean): number {
  const { hasUnprivileged, sctlr, ttbr0, ttbr1 } = registers
  if (!hasUnprivileged) return r.hi(ttbr0) & 0x00ff_ffff
  const first = sctlr === RegimeRegister.SCTLR_EL1 ? RegimeRegister.TTBR0_EL1_HIGH : RegimeRegister.TTBR0_EL2_HIGH
  return (r.hi(upper ? ttbr1 : ttbr0) & 0xffff) | (r.lo(first + (upper ? 1 : 0)) & 0x00ff_0000)
}
