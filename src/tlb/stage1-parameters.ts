/**
 * Stage 1 of each regime: registers in, {@link TableParameters} out.
 *
 * @module
 */
import {
  decodeTg0,
  decodeTg1,
  hasLpa2,
  setBase,
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
// TCR2_ELx
const TCR2_PNCH = 1 << 0
const TCR2_PIE = 1 << 1
const TCR2_E0POE = 1 << 2
const TCR2_POE = 1 << 3
const TCR2_AIE = 1 << 4

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
  p.stride = p.granuleBits - 3
  p.irgn = (own >>> 8) & 3
  p.orgn = (own >>> 10) & 3
  p.sh = (own >>> 12) & 3
  p.wxn = (sctlr & SCTLR_WXN) !== 0
  p.bigEndian = (sctlr & SCTLR_EE) !== 0
  p.tableSpace = r.security
  p.nv1 = nv1 || !registers.hasUnprivileged
  if (registers.hasUnprivileged) {
    // Bits of TCR_ELx[63:32] that come in pairs, the lower half's first.
    const pair = (bit: number): boolean => ((hi >>> (bit - 32 + (upper ? 1 : 0))) & 1) !== 0
    p.epd = ((own >>> 7) & 1) !== 0
    p.tbi = pair(37)
    p.tbid = f.pauth && pair(51)
    p.e0pd = f.e0pd && pair(55)
    p.hpd = f.hpds && pair(41)
    p.epan = f.pan3 && (r.hi(registers.sctlr) & SCTLR_HI_EPAN) !== 0
  } else {
    p.epd = false
    p.tbi = (lo & (1 << 20)) !== 0
    p.tbid = f.pauth && (lo & (1 << 29)) !== 0
    p.e0pd = false
    p.hpd = f.hpds && (lo & (1 << 24)) !== 0
    p.epan = false
  }
  parseManagement(r, registers, p)
  parseIndirection(r, registers, p)

  const lpa2 = hasLpa2(p.granuleBits, f.lpa2Granule4k, f.lpa2Granule16k)
  const ds = lpa2 && (hi & (registers.hasUnprivileged ? 1 << (59 - 32) : 1 << (32 - 32))) !== 0
  const ps = registers.hasUnprivileged ? hi & 7 : (lo >>> 16) & 7
  const min = ds || (f.lva && p.granuleBits === 16) ? 12 : 16
  setInputSize(p, own & 0x3f, min, f.lva, f)
  p.startLevel = 3 - Math.floor((p.iaSize - 1 - p.granuleBits) / p.stride)
  setOutput(p, ds, ps, f.paSize, lpa2)
  const ttbr = upper ? registers.ttbr1 : registers.ttbr0
  setBase(p, r.hi(ttbr), r.lo(ttbr), ps)
  setRange(p, p.tbi ? 55 : 63, p.tbi && !p.tbid ? 55 : 63)
}

/** TCR_ELx.HA and HD. */
function parseManagement(r: RegimeState, registers: Stage1Registers, p: TableParameters): void {
  const f = r.features
  const { tcr, hasUnprivileged } = registers
  const ha = hasUnprivileged ? r.hi(tcr) >>> (39 - 32) : r.lo(tcr) >>> 21
  p.ha = f.accessFlag && (ha & 1) !== 0
  p.hd = p.ha && f.dirtyState && (ha & 2) !== 0
}

/** What TCR2_ELx enables, and its registers. */
function parseIndirection(r: RegimeState, registers: Stage1Registers, p: TableParameters): void {
  const f = r.features
  const { tcr, tcr2, pir, pire0, por } = registers
  const enabled = tcr2 === undefined ? tcr2OfTcr(r.hi(tcr)) : r.lo(tcr2)
  p.pie = f.s1pie && (enabled & TCR2_PIE) !== 0
  p.gcs = f.gcs
  p.aie = f.aie && (enabled & TCR2_AIE) !== 0
  p.pnch = f.the && (enabled & TCR2_PNCH) !== 0
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

/** TCR_EL3[37:34], PnCH, PIE, POE and AIE, where TCR2_ELx has them. */
function tcr2OfTcr(hi: number): number {
  return ((hi >>> (34 - 32)) & (TCR2_PNCH | TCR2_PIE)) | (((hi >>> (36 - 32)) << 3) & (TCR2_POE | TCR2_AIE))
}
