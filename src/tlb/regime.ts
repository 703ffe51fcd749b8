/**
 * Translation regimes: system registers in, walk parameters out.
 *
 * @module
 */
import { ALL_FEATURES, type Features } from './features.ts'
import { GranuleProtection } from './granule-protection.ts'
import { TableParameters } from './parameters.ts'
import { ownerOf, REGIME_REGISTERS, Regime, RegimeRegister, SecurityState } from './regime-register.ts'
import { parseStage1, STAGE1_REGISTERS, type Stage1Registers } from './stage1-parameters.ts'
import { parseStage2 } from './stage2-parameters.ts'

// SCTLR_ELx
const SCTLR_M = 1 << 0
const SCTLR_C = 1 << 2
const SCTLR_I = 1 << 12
// HCR_EL2, halves
const HCR_VM = 1 << 0
const HCR_DC = 1 << 12
const HCR_TGE = 1 << 27
const HCR_HI_CD = 1 << (32 - 32)
const HCR_HI_ID = 1 << (33 - 32)
const HCR_HI_E2H = 1 << (34 - 32)
const HCR_HI_NV = 1 << (42 - 32)
const HCR_HI_NV1 = 1 << (43 - 32)
// SCR_EL3, halves
const SCR_NS = 1 << 0
const SCR_SIF = 1 << 9
const SCR_EEL2 = 1 << 18
const SCR_HI_NSE = 1 << (62 - 32)
const VTCR_VS = 1 << 19

/**
 * A translation regime of a vCPU: EL1&0, with stage 2 if HCR_EL2 enables one, EL2&0, EL2 or EL3.
 *
 * Raw registers go in by {@link set}; {@link update} parses them, only if one has changed. A walk reads nothing but
 * parsed fields. Registers never set read zero, but for SCR_EL3, which says Non-secure: with only the EL1 ones set, stage 2
 * is off.
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
 *
 * regime.set(RegimeRegister.HCR_EL2, 1 << 2, 0) // E2H
 * regime.selectFor(2) // the regime of accesses made at EL2: Regime.EL20
 * regime.update() // true
 * ```
 */
export class TranslationRegime {
  readonly features: Features
  /** Stage 1 of VAs with bit 55 clear (TTBR0_ELx) and set (TTBR1_ELx); the same where a regime has one range. */
  readonly lower: TableParameters = new TableParameters(1)
  upper: TableParameters
  private readonly upperRange = new TableParameters(1)
  /** Stage 2; in Secure state of Non-secure IPAs, and {@link secureStage2} of Secure ones. */
  readonly stage2: TableParameters = new TableParameters(2)
  readonly secureStage2: TableParameters = new TableParameters(2)
  /** `HasUnprivileged`: there is EL0 in the regime, and two ranges of VAs. */
  hasUnprivileged = true
  /** A value of {@link SecurityState}: of the regime's Exception level, and of its first table's PA. */
  security: number = SecurityState.NON_SECURE
  /** SCR_EL3.SIF: Secure state executes nothing in Non-secure memory. */
  sif = false
  /** The granule protection tables. */
  readonly granuleProtection: GranuleProtection = new GranuleProtection()
  /** Non-secure without granule protection: every physical address is Non-secure, and not checked. */
  isPlain = true
  /** `AArch64.S1Enabled`: SCTLR_ELx.M; at EL1&0 HCR_EL2.DC or TGE overrules it. */
  stage1Enabled = false
  /** EL1&0 with HCR_EL2.VM or HCR_EL2.DC. */
  stage2Enabled = false
  /** HCR_EL2.DC: a disabled stage 1 gives Normal Write-Back instead of Device-nGnRnE. */
  defaultCacheable = false
  /** Stage 1 and stage 2 leave Normal memory cacheable: SCTLR_ELx.C and I, not HCR_EL2.CD and ID. */
  dataCacheable = false
  fetchCacheable = false
  stage2DataCacheable = false
  stage2FetchCacheable = false
  /** MAIR_ELx. */
  mairHi = 0
  mairLo = 0
  /** MAIR2_ELx. */
  mair2Hi = 0
  mair2Lo = 0
  /** ASID by TCR_ELx.A1 and AS, VMID by VTCR_EL2.VS. Zero in regimes without. */
  asid = 0
  vmid = 0
  /** Whose translations these are to a TLB: a number of the regime and its VMID. */
  owner = 0
  private readonly raw = new Uint32Array(2 * REGIME_REGISTERS)
  private selected: number
  private stale = true
  /** Counts the parses: another number, other registers. */
  version = 0

  /**
   * @param features what the CPU implements; {@link ALL_FEATURES} without.
   * @param kind a value of {@link Regime}; {@link select} chooses another.
   */
  constructor(features: Features = ALL_FEATURES, kind: number = Regime.EL10) {
    this.features = features
    this.selected = kind
    this.upper = this.upperRange
    for (const p of [this.lower, this.upperRange, this.stage2, this.secureStage2]) p.qemu = features.qemu
    this.raw[2 * RegimeRegister.SCR_EL3] = SCR_NS
  }

  /** A value of {@link Regime}. */
  get kind(): number {
    return this.selected
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
   * Makes this the regime `kind`, a value of {@link Regime}; what is none is taken as EL1&0. The registers stay.
   * @returns whether it was another.
   */
  select(kind: number): boolean {
    if (kind === this.selected) return false
    this.selected = kind
    this.stale = true
    return true
  }

  /**
   * Makes this the regime of accesses that are made at Exception level `el`, by the registers as they are set
   * (`TranslationRegime`): EL2 is EL2&0 with HCR_EL2.E2H, and so is EL0 with TGE too.
   * @returns whether it was another.
   */
  selectFor(el: number): boolean {
    return this.select(this.kindFor(el))
  }

  /** The value of {@link Regime} that {@link selectFor} selects. */
  kindFor(el: number): number {
    if (el >= 3) return Regime.EL3
    const host = this.features.vhe && el2Enabled(this) && (this.hi(RegimeRegister.HCR_EL2) & HCR_HI_E2H) !== 0
    if (el === 2) return host ? Regime.EL20 : Regime.EL2
    const tge = (this.lo(RegimeRegister.HCR_EL2) & HCR_TGE) !== 0
    return el === 0 && host && tge ? Regime.EL20 : Regime.EL10
  }

  /** The VMID of EL1&0, whichever regime is selected; 0 while EL2 is not enabled. */
  currentVmid(): number {
    if (!el2Enabled(this)) return 0
    const vmid = this.hi(RegimeRegister.VTTBR_EL2) >>> 16
    return (this.lo(RegimeRegister.VTCR_EL2) & VTCR_VS) !== 0 ? vmid : vmid & 0xff
  }

  /**
   * Parses the registers if one changed since the last call. Call it before a walk.
   * @returns whether anything changed: cached translations of this regime's object are then of another context.
   */
  update(): boolean {
    // Apart, so that V8 has the question where it is asked.
    return this.stale && this.parse()
  }

  private parse(): boolean {
    this.stale = false
    this.version++
    const registers = STAGE1_REGISTERS[this.selected] ?? (STAGE1_REGISTERS[Regime.EL10] as Stage1Registers)
    // HCR_EL2 has a part in EL1&0 only, and there only if EL2 is enabled.
    const guest = registers.sctlr === RegimeRegister.SCTLR_EL1 && el2Enabled(this)
    const hcrHi = guest ? this.hi(RegimeRegister.HCR_EL2) : 0
    let hcr = guest ? this.lo(RegimeRegister.HCR_EL2) : 0
    // A host's own EL1&0 has neither (DDI 0487, HCR_EL2.VM, DC).
    if (this.features.vhe && (hcrHi & HCR_HI_E2H) !== 0 && (hcr & HCR_TGE) !== 0) hcr &= ~(HCR_VM | HCR_DC)
    const sctlr = this.lo(registers.sctlr)
    this.hasUnprivileged = registers.hasUnprivileged
    this.security = securityState(this)
    this.sif = (!this.features.rme || this.features.sel2) && (this.lo(RegimeRegister.SCR_EL3) & SCR_SIF) !== 0
    this.granuleProtection.parse(
      this.features,
      this.lo(RegimeRegister.GPCCR_EL3),
      this.hi(RegimeRegister.GPTBR_EL3),
      this.lo(RegimeRegister.GPTBR_EL3),
    )
    this.isPlain = this.security === SecurityState.NON_SECURE && !this.granuleProtection.enabled
    this.stage1Enabled = (hcr & (HCR_DC | HCR_TGE)) === 0 && (sctlr & SCTLR_M) !== 0
    this.stage2Enabled = (hcr & (HCR_VM | HCR_DC)) !== 0
    this.defaultCacheable = (hcr & HCR_DC) !== 0
    this.dataCacheable = (sctlr & SCTLR_C) !== 0
    this.fetchCacheable = (sctlr & SCTLR_I) !== 0
    this.stage2DataCacheable = (hcrHi & HCR_HI_CD) === 0
    this.stage2FetchCacheable = (hcrHi & HCR_HI_ID) === 0
    this.mairHi = this.hi(registers.mair)
    this.mairLo = this.lo(registers.mair)
    this.mair2Hi = this.hi(registers.mair2)
    this.mair2Lo = this.lo(registers.mair2)
    const nv1 = this.features.nv && (hcrHi & HCR_HI_NV) !== 0 && (hcrHi & HCR_HI_NV1) !== 0
    parseStage1(this, registers, this.lower, false, nv1)
    this.upper = registers.hasUnprivileged ? this.upperRange : this.lower
    if (registers.hasUnprivileged) parseStage1(this, registers, this.upper, true, nv1)
    if (guest) {
      parseStage2(this, this.stage2, false)
      if (this.security === SecurityState.SECURE) parseStage2(this, this.secureStage2, true)
    }
    this.asid = registers.hasUnprivileged ? this.asidOf(registers) : 0
    this.vmid = guest ? this.currentVmid() : 0
    this.owner = ownerOf(this.selected, this.vmid)
    return true
  }

  private asidOf(registers: Stage1Registers): number {
    const a1 = (this.lo(registers.tcr) & (1 << 22)) !== 0
    const asid = this.hi(a1 ? registers.ttbr1 : registers.ttbr0) >>> 16
    return (this.hi(registers.tcr) & (1 << (36 - 32))) !== 0 ? asid : asid & 0xff
  }
}

/** `EffectiveSCR_EL3_NS`: with FEAT_RME and without FEAT_SEL2 there is no Secure state. */
function isNonSecure(r: TranslationRegime): boolean {
  return (r.features.rme && !r.features.sel2) || (r.lo(RegimeRegister.SCR_EL3) & SCR_NS) !== 0
}

/** `EL2Enabled`. */
function el2Enabled(r: TranslationRegime): boolean {
  return isNonSecure(r) || (r.features.sel2 && (r.lo(RegimeRegister.SCR_EL3) & SCR_EEL2) !== 0)
}

/** `SecurityStateForRegime`. SCR_EL3.{NSE, NS} of {1, 0} are reserved, and taken as Secure. */
function securityState(r: TranslationRegime): number {
  const { rme } = r.features
  if (r.kind === Regime.EL3) return rme ? SecurityState.ROOT : SecurityState.SECURE
  if (!isNonSecure(r)) return SecurityState.SECURE
  const nse = (r.hi(RegimeRegister.SCR_EL3) & SCR_HI_NSE) !== 0
  return rme && nse ? SecurityState.REALM : SecurityState.NON_SECURE
}
