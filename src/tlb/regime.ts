/**
 * The EL1&0 translation regime: system registers in, walk parameters out.
 *
 * @module
 */
import { ALL_FEATURES, type Features } from './features.ts'
import { setBase, setOutput, setRange, TableParameters } from './parameters.ts'

/** The system registers that a regime reads: indices for {@link TranslationRegime.set}. */
export const RegimeRegister = {
  SCTLR_EL1: 0,
  TCR_EL1: 1,
  TTBR0_EL1: 2,
  TTBR1_EL1: 3,
  MAIR_EL1: 4,
  HCR_EL2: 5,
  VTCR_EL2: 6,
  VTTBR_EL2: 7,
  SCTLR_EL2: 8,
  /** As it takes effect: zero where SCR_EL3.TCR2En or HCRX_EL2.TCR2En disables it. */
  TCR2_EL1: 9,
  PIR_EL1: 10,
  PIRE0_EL1: 11,
  S2PIR_EL2: 12,
  TCR_EL2: 13,
  TTBR0_EL2: 14,
  TTBR1_EL2: 15,
  MAIR_EL2: 16,
  /** As it takes effect: zero where SCR_EL3.TCR2En disables it. */
  TCR2_EL2: 17,
  PIR_EL2: 18,
  PIRE0_EL2: 19,
  SCTLR_EL3: 20,
  TCR_EL3: 21,
  TTBR0_EL3: 22,
  MAIR_EL3: 23,
  PIR_EL3: 24,
  MAIR2_EL1: 25,
  MAIR2_EL2: 26,
  MAIR2_EL3: 27,
  POR_EL0: 28,
  POR_EL1: 29,
  POR_EL2: 30,
  POR_EL3: 31,
  S2POR_EL1: 32,
  HCRX_EL2: 33,
  SCR_EL3: 34,
  VSTCR_EL2: 35,
  VSTTBR_EL2: 36,
  GPCCR_EL3: 37,
  GPTBR_EL3: 38,
  /** Bits [127:64] of registers that FEAT_D128 widens; zero without. */
  TTBR0_EL1_HIGH: 39,
  TTBR1_EL1_HIGH: 40,
  TTBR0_EL2_HIGH: 41,
  TTBR1_EL2_HIGH: 42,
  VTTBR_EL2_HIGH: 43,
} as const

/** Number of indices in {@link RegimeRegister}. */
export const REGIME_REGISTERS = 44

// SCTLR_EL1, halves
const SCTLR_M = 1 << 0
const SCTLR_C = 1 << 2
const SCTLR_I = 1 << 12
const SCTLR_WXN = 1 << 19
const SCTLR_EE = 1 << 25
const SCTLR_HI_EPAN = 1 << (57 - 32)
// TCR2_EL1
const TCR2_PNCH = 1 << 0
const TCR2_PIE = 1 << 1
const TCR2_E0POE = 1 << 2
const TCR2_POE = 1 << 3
const TCR2_AIE = 1 << 4
// VTCR_EL2, high half
const VTCR_HI_ASSURED_ONLY = 1 << (34 - 32)
const VTCR_HI_TL1 = 1 << (35 - 32)
const VTCR_HI_S2PIE = 1 << (36 - 32)
const VTCR_HI_S2POE = 1 << (37 - 32)
const VTCR_HI_GCSH = 1 << (40 - 32)
const VTCR_HI_TL0 = 1 << (41 - 32)
// HCR_EL2, halves
const HCR_VM = 1 << 0
const HCR_PTW = 1 << 2
const HCR_DC = 1 << 12
const HCR_TGE = 1 << 27
const HCR_HI_NV1 = 1 << (43 - 32)
const HCR_HI_NV = 1 << (42 - 32)
const HCR_HI_CD = 1 << (32 - 32)
const HCR_HI_ID = 1 << (33 - 32)
const HCR_HI_FWB = 1 << (46 - 32)

/**
 * The translation regime of a vCPU at EL1 and EL0, with stage 2 if HCR_EL2 enables one.
 *
 * Raw registers go in by {@link set}; {@link update} parses them, only if one has changed. A walk reads nothing but
 * parsed fields. Registers never set read zero: with only the EL1 ones set, stage 2 is off.
 *
 * @example
 * ```ts
 * const regime = new TranslationRegime()
 * regime.set(RegimeRegister.SCTLR_EL1, 0, 1) // MMU on
 * regime.set(RegimeRegister.TCR_EL1, 0, 0x19) // T0SZ 25, 4 KB granule
 * regime.set(RegimeRegister.TTBR0_EL1, 0, 0x4000_0000)
 * regime.update() // true
 * regime.update() // false: nothing changed
 * regime.lower.startLevel // 1
 * ```
 */
export class TranslationRegime {
  readonly features: Features
  /** Stage 1 of VAs with bit 55 clear (TTBR0_EL1) and set (TTBR1_EL1). */
  readonly lower: TableParameters = new TableParameters(1)
  readonly upper: TableParameters = new TableParameters(1)
  readonly stage2: TableParameters = new TableParameters(2)
  /** `AArch64.S1Enabled`: SCTLR_EL1.M, unless HCR_EL2.DC or TGE overrules it. */
  stage1Enabled = false
  /** HCR_EL2.VM or HCR_EL2.DC. */
  stage2Enabled = false
  /** HCR_EL2.DC: a disabled stage 1 gives Normal Write-Back instead of Device-nGnRnE. */
  defaultCacheable = false
  /** Stage 1 and stage 2 leave Normal memory cacheable: SCTLR_EL1.C and I, not HCR_EL2.CD and ID. */
  dataCacheable = false
  fetchCacheable = false
  stage2DataCacheable = false
  stage2FetchCacheable = false
  /** MAIR_EL1. */
  mairHi = 0
  mairLo = 0
  /** MAIR2_EL1. */
  mair2Hi = 0
  mair2Lo = 0
  /** ASID by TCR_EL1.A1 and AS, VMID by VTCR_EL2.VS: tags for a TLB. */
  asid = 0
  vmid = 0
  private readonly raw = new Uint32Array(2 * REGIME_REGISTERS)
  private stale = true
  /** Counts the parses: another number, other registers. */
  version = 0

  /** @param features what the CPU implements; {@link ALL_FEATURES} without. */
  constructor(features: Features = ALL_FEATURES) {
    this.features = features
    for (const p of [this.lower, this.upper, this.stage2]) p.qemu = features.qemu
  }

  /**
   * Writes a register; costs two compares when the value is the same.
   * @param register a value of {@link RegimeRegister}.
   * @returns whether the value differs from the one before.
   */
  set(register: number, hi: number, lo: number): boolean {
    const at = 2 * register
    const { raw } = this
    if (raw[at] === lo >>> 0 && raw[at + 1] === hi >>> 0) return false
    raw[at] = lo
    raw[at + 1] = hi
    this.stale = true
    return true
  }

  /** A register's low half as last set. */
  lo(register: number): number {
    return this.raw[2 * register] as number
  }

  /** A register's high half as last set. */
  hi(register: number): number {
    return this.raw[2 * register + 1] as number
  }

  /**
   * Parses the registers if one changed since the last call. Call it before a walk.
   * @returns whether anything changed: cached translations of this regime's object are then of another context.
   */
  update(): boolean {
    if (!this.stale) return false
    this.stale = false
    this.version++
    const sctlr = this.lo(RegimeRegister.SCTLR_EL1)
    const hcr = this.lo(RegimeRegister.HCR_EL2)
    this.stage1Enabled = (hcr & (HCR_DC | HCR_TGE)) === 0 && (sctlr & SCTLR_M) !== 0
    this.stage2Enabled = (hcr & (HCR_VM | HCR_DC)) !== 0
    this.defaultCacheable = (hcr & HCR_DC) !== 0
    this.dataCacheable = (sctlr & SCTLR_C) !== 0
    this.fetchCacheable = (sctlr & SCTLR_I) !== 0
    const hcrHi = this.hi(RegimeRegister.HCR_EL2)
    this.stage2DataCacheable = (hcrHi & HCR_HI_CD) === 0
    this.stage2FetchCacheable = (hcrHi & HCR_HI_ID) === 0
    this.mairHi = this.hi(RegimeRegister.MAIR_EL1)
    this.mairLo = this.lo(RegimeRegister.MAIR_EL1)
    this.mair2Hi = this.hi(RegimeRegister.MAIR2_EL1)
    this.mair2Lo = this.lo(RegimeRegister.MAIR2_EL1)
    this.parseHalf(this.lower, false)
    this.parseHalf(this.upper, true)
    this.parseStage2()
    const tcrHi = this.hi(RegimeRegister.TCR_EL1)
    const a1 = (this.lo(RegimeRegister.TCR_EL1) & (1 << 22)) !== 0
    const asid = this.hi(a1 ? RegimeRegister.TTBR1_EL1 : RegimeRegister.TTBR0_EL1) >>> 16
    this.asid = (tcrHi & (1 << (36 - 32))) !== 0 ? asid : asid & 0xff
    const vmid = this.hi(RegimeRegister.VTTBR_EL2) >>> 16
    this.vmid = (this.lo(RegimeRegister.VTCR_EL2) & (1 << 19)) !== 0 ? vmid : vmid & 0xff
    return true
  }

  /** `AArch64.S1TTWParamsEL10` and the checks of TxSZ at the head of `AArch64.S1Translate`. */
  private parseHalf(p: TableParameters, upper: boolean): void {
    const f = this.features
    const lo = this.lo(RegimeRegister.TCR_EL1)
    const hi = this.hi(RegimeRegister.TCR_EL1)
    const sctlr = this.lo(RegimeRegister.SCTLR_EL1)
    const own = upper ? lo >>> 16 : lo & 0xffff
    // Bits of TCR_EL1[63:32] that come in pairs, the lower half's first.
    const pair = (bit: number): boolean => ((hi >>> (bit - 32 + (upper ? 1 : 0))) & 1) !== 0
    const tg = (own >>> 14) & 3
    p.granuleBits = upper ? decodeTg1(tg, f) : decodeTg0(tg, f.granule4k, f.granule16k, f.granule64k)
    p.stride = p.granuleBits - 3
    p.irgn = (own >>> 8) & 3
    p.orgn = (own >>> 10) & 3
    p.sh = (own >>> 12) & 3
    p.epd = ((own >>> 7) & 1) !== 0
    p.tbi = pair(37)
    p.tbid = f.pauth && pair(51)
    p.e0pd = f.e0pd && pair(55)
    p.hpd = f.hpds && pair(41)
    p.ha = f.accessFlag && (hi & (1 << (39 - 32))) !== 0
    p.hd = p.ha && f.dirtyState && (hi & (1 << (40 - 32))) !== 0
    const tcr2 = this.lo(RegimeRegister.TCR2_EL1)
    p.pie = f.s1pie && (tcr2 & TCR2_PIE) !== 0
    p.gcs = f.gcs
    p.aie = f.aie && (tcr2 & TCR2_AIE) !== 0
    p.pnch = f.the && (tcr2 & TCR2_PNCH) !== 0
    p.porHi = this.hi(RegimeRegister.POR_EL1)
    p.porLo = this.lo(RegimeRegister.POR_EL1)
    p.por0Hi = this.hi(RegimeRegister.POR_EL0)
    p.por0Lo = this.lo(RegimeRegister.POR_EL0)
    p.pirHi = this.hi(RegimeRegister.PIR_EL1)
    p.pirLo = this.lo(RegimeRegister.PIR_EL1)
    p.pire0Hi = this.hi(RegimeRegister.PIRE0_EL1)
    p.pire0Lo = this.lo(RegimeRegister.PIRE0_EL1)
    p.wxn = (sctlr & SCTLR_WXN) !== 0
    p.epan = f.pan3 && (this.hi(RegimeRegister.SCTLR_EL1) & SCTLR_HI_EPAN) !== 0
    p.bigEndian = (sctlr & SCTLR_EE) !== 0
    const hcrHi = this.hi(RegimeRegister.HCR_EL2)
    p.nv1 = f.nv && (hcrHi & HCR_HI_NV) !== 0 && (hcrHi & HCR_HI_NV1) !== 0
    p.poe = f.s1poe && (tcr2 & TCR2_POE) !== 0
    p.e0poe = f.s1poe && (tcr2 & TCR2_E0POE) !== 0 && !p.nv1
    // R_BVXDG: descriptor bits [62:59] of tables are no hierarchical permissions where those of leaves are POIndex.
    p.hpd ||= p.poe || p.e0poe

    const lpa2 = hasLpa2(p.granuleBits, f.lpa2Granule4k, f.lpa2Granule16k)
    const ds = lpa2 && (hi & (1 << (59 - 32))) !== 0
    const ps = hi & 7
    const min = ds || (f.lva && p.granuleBits === 16) ? 12 : 16
    this.setInputSize(p, own & 0x3f, min, f.lva)
    p.startLevel = 3 - Math.floor((p.iaSize - 1 - p.granuleBits) / p.stride)
    setOutput(p, ds, ps, f.paSize, lpa2)
    const ttbr = upper ? RegimeRegister.TTBR1_EL1 : RegimeRegister.TTBR0_EL1
    setBase(p, this.hi(ttbr), this.lo(ttbr), ps)
    setRange(p, p.tbi ? 55 : 63, p.tbi && !p.tbid ? 55 : 63)
  }

  /** `AArch64.NSS2TTWParams` and the checks at the head of `AArch64.S2Translate`. */
  private parseStage2(): void {
    const f = this.features
    const p = this.stage2
    const lo = this.lo(RegimeRegister.VTCR_EL2)
    const hi = this.hi(RegimeRegister.VTCR_EL2)
    const hcr = this.lo(RegimeRegister.HCR_EL2)
    p.granuleBits = decodeTg0((lo >>> 14) & 3, f.stage2Granule4k, f.stage2Granule16k, f.stage2Granule64k)
    p.stride = p.granuleBits - 3
    p.irgn = (lo >>> 8) & 3
    p.orgn = (lo >>> 10) & 3
    p.sh = (lo >>> 12) & 3
    p.ha = f.accessFlag && (lo & (1 << 21)) !== 0
    p.hd = p.ha && f.dirtyState && (lo & (1 << 22)) !== 0
    p.pie = f.s2pie && (hi & VTCR_HI_S2PIE) !== 0
    p.poe = f.s2poe && p.pie && (hi & VTCR_HI_S2POE) !== 0
    p.porHi = this.hi(RegimeRegister.S2POR_EL1)
    p.porLo = this.lo(RegimeRegister.S2POR_EL1)
    p.gcsh = f.gcs && (hi & VTCR_HI_GCSH) !== 0
    p.assuredOnly = f.the && (hi & VTCR_HI_ASSURED_ONLY) !== 0
    p.tl0 = f.the && (hi & VTCR_HI_TL0) !== 0
    p.tl1 = f.the && (hi & VTCR_HI_TL1) !== 0
    p.pirHi = this.hi(RegimeRegister.S2PIR_EL2)
    p.pirLo = this.lo(RegimeRegister.S2PIR_EL2)
    p.ptw = (hcr & HCR_PTW) !== 0 && (hcr & HCR_TGE) === 0
    p.fwb = f.fwb && (this.hi(RegimeRegister.HCR_EL2) & HCR_HI_FWB) !== 0
    p.xnx = f.xnx
    p.mtePerm = f.mtePerm
    p.bigEndian = (this.lo(RegimeRegister.SCTLR_EL2) & SCTLR_EE) !== 0

    const lpa2 = hasLpa2(p.granuleBits, f.stage2Lpa2Granule4k, f.stage2Lpa2Granule16k)
    const ds = lpa2 && (hi & 1) !== 0
    const ps = (lo >>> 16) & 7
    // `AArch64.S2MinTxSZ`: the IPA space is as large as the PA space, 48 bits without a 52-bit descriptor format.
    const most = p.granuleBits === 16 || ds ? 52 : 48
    this.setInputSize(p, lo & 0x3f, 64 - Math.min(most, f.paSize), f.paSize >= 52)
    setOutput(p, ds, ps, f.paSize, lpa2)
    const sl0 = (lo >>> 6) & 3
    const sl2 = p.granuleBits === 12 && ds ? (hi >>> 1) & 1 : 0
    if (!this.setStage2StartLevel(p, sl0, sl2, ds)) p.invalid = true
    setBase(p, this.hi(RegimeRegister.VTTBR_EL2), this.lo(RegimeRegister.VTTBR_EL2), ps)
    setRange(p, 63, 63)
  }

  /** `AArch64.S1TxSZFaults`, `AArch64.S2TxSZFaults`, and the clamping after them. */
  private setInputSize(p: TableParameters, txsz: number, min: number, belowMustFault: boolean): void {
    const f = this.features
    const max = f.ttst ? (p.granuleBits === 16 ? 47 : 48) : 39
    p.invalid = (txsz < min && (f.txszFaults || belowMustFault)) || (txsz > max && f.txszFaults)
    p.iaSize = 64 - Math.min(Math.max(txsz, min), max)
  }

  /** `AArch64.S2StartLevel`, `AArch64.S2InvalidSL`, `AArch64.S2InconsistentSL`; `false` is a level 0 fault. */
  private setStage2StartLevel(p: TableParameters, sl0: number, sl2: number, ds: boolean): boolean {
    const { paSize, ttst } = this.features
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
}

/** Granule sizes as TG0 of TCR_EL1 and VTCR_EL2 encode them: 4 KB, 64 KB, 16 KB. */
function decodeTg0(tg: number, has4k: boolean, has16k: boolean, has64k: boolean): number {
  const wanted = tg === 0 ? 12 : tg === 2 ? 14 : 16
  return implementedGranule(wanted, has4k, has16k, has64k)
}

/** TCR_EL1.TG1 has an encoding of its own: 16 KB, 4 KB, 64 KB from 0b01 on. */
function decodeTg1(tg: number, f: Features): number {
  const wanted = tg === 2 ? 12 : tg === 1 ? 14 : 16
  return implementedGranule(wanted, f.granule4k, f.granule16k, f.granule64k)
}

/**
 * Reserved encodings are taken as 64 KB by the callers above, as QEMU does; a granule that the CPU lacks is the
 * smallest one it has. Both choices are IMPLEMENTATION DEFINED (`AArch64.S1DecodeTG0`).
 */
function implementedGranule(wanted: number, has4k: boolean, has16k: boolean, has64k: boolean): number {
  if ((wanted === 12 && has4k) || (wanted === 14 && has16k) || (wanted === 16 && has64k)) return wanted
  return has4k ? 12 : has16k ? 14 : 16
}

function hasLpa2(granuleBits: number, granule4k: boolean, granule16k: boolean): boolean {
  return granuleBits === 12 ? granule4k : granuleBits === 14 && granule16k
}
