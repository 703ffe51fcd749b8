import { bit, bits } from '../bits.ts'

/**
 * What the CPU implements, as far as a walk can tell. Names are the manual's FEAT_ names; `paRange` is
 * ID_AA64MMFR0_EL1.PARange in bits.
 */
export interface TranslationFeatures {
  /** Physical address bits: 32, 36, 40, 42, 44, 48 or 52. */
  readonly paRange: number
  /** 52-bit virtual addresses with 64 KiB granules. */
  readonly LVA: boolean
  /** 52-bit physical addresses with 64 KiB granules. */
  readonly LPA: boolean
  /** TCR.DS: 52-bit addresses with 4 and 16 KiB granules. */
  readonly LPA2: boolean
  /** TxSZ up to 48 (47 with 64 KiB granules). */
  readonly TTST: boolean
  /** Hardware management of the access flag and dirty state. */
  readonly HAFDBS: boolean
  readonly PAN: boolean
  /** SCTLR.EPAN: PAN also stops data accesses to pages that EL0 can only execute. */
  readonly PAN3: boolean
  readonly UAO: boolean
  readonly E0PD: boolean
  /** Hierarchical permission disable. */
  readonly HPDS: boolean
}

/** A CPU with everything: what a guest does not have it cannot enable, so this serves any guest that is correct. */
export const ALL_FEATURES: TranslationFeatures = {
  paRange: 52,
  LVA: true,
  LPA: true,
  LPA2: true,
  TTST: true,
  HAFDBS: true,
  PAN: true,
  PAN3: true,
  UAO: true,
  E0PD: true,
  HPDS: true,
}

const IPS_BITS = [32, 36, 40, 42, 44, 48, 52, 52] as const
/** Granule shifts by TG0 and TG1; the reserved values are taken as 4 KiB (an IMPLEMENTATION DEFINED choice). */
const TG0 = [12, 16, 14, 12] as const
const TG1 = [12, 14, 12, 16] as const

/** One half of the address space: what TCR_EL1 and a TTBR say of it. All members are derived by the regime. */
export class AddressHalf {
  /** log2 of the granule: 12, 14 or 16. */
  granule = 12
  /** Input address bits, 64 - TxSZ. */
  inputBits = 48
  /** TxSZ is a value that the granule does not allow: every walk is a level 0 Translation fault. */
  sizeFault = false
  /** Level of the first table, -1..3. */
  startLevel = 0
  /** EPDx: walks are disabled. */
  walkDisabled = false
  topByteIgnored = false
  /** TBIDx: the top byte counts for instruction fetches. */
  topByteIgnoredDataOnly = false
  /** HPDx: hierarchical permissions are disabled. */
  hierarchyDisabled = false
  /** E0PDx: EL0 has no access to this half. */
  noEl0 = false
  /** Output addresses have 52 bits in this half's descriptors (TCR.DS, or LPA with 64 KiB granules). */
  wide = false
  /** Shareability of all pages when TCR.DS takes the field's bits in descriptors. */
  shareability = 0
  /** Physical address of the first table. */
  base = 0
  /** The first table is not inside the physical address size. */
  baseFault = false
}

/**
 * The EL1&0 translation regime, stage 1: SCTLR_EL1, TCR_EL1, TTBRn_EL1 and MAIR_EL1 parsed once and kept while the raw
 * values stay the same.
 *
 * @example
 * ```ts
 * const regime = new TranslationRegime()
 * regime.update({ ...registers }) // true: something changed
 * regime.update({ ...registers }) // false
 * ```
 */
export class TranslationRegime {
  readonly features: TranslationFeatures
  /** VA bit 55 = 0: TTBR0_EL1. */
  readonly lower: AddressHalf = new AddressHalf()
  /** VA bit 55 = 1: TTBR1_EL1. */
  readonly upper: AddressHalf = new AddressHalf()
  /** SCTLR.M. */
  enabled = false
  /** SCTLR.WXN: writable memory is not executable. */
  writeImpliesXN = false
  /** SCTLR.EE: tables are big-endian. */
  bigEndian = false
  /** SCTLR.EPAN. */
  enhancedPan = false
  /** TCR.HA and TCR.HD. */
  hardwareAccess = false
  hardwareDirty = false
  /** TCR.DS. */
  ds = false
  /** Physical address bits that descriptors may use: the smaller of IPS and PARange. */
  outputBits = 48
  mairLo = 0
  mairHi = 0

  /** Raw values of the last update, low and high: SCTLR, TCR, TTBR0, TTBR1, MAIR. */
  readonly #raw: Uint32Array = new Uint32Array(10)
  #parsed = false

  constructor(features: TranslationFeatures = ALL_FEATURES) {
    this.features = features
  }

  /**
   * Takes the raw registers, low and high half each, and parses them when one changed.
   *
   * @returns whether anything changed: translations cached under the old values are void.
   */
  update(
    sctlrLo: number,
    sctlrHi: number,
    tcrLo: number,
    tcrHi: number,
    ttbr0Lo: number,
    ttbr0Hi: number,
    ttbr1Lo: number,
    ttbr1Hi: number,
    mairLo: number,
    mairHi: number,
  ): boolean {
    const r = this.#raw
    const same =
      this.#parsed &&
      r[0] === sctlrLo &&
      r[1] === sctlrHi &&
      r[2] === tcrLo &&
      r[3] === tcrHi &&
      r[4] === ttbr0Lo &&
      r[5] === ttbr0Hi &&
      r[6] === ttbr1Lo &&
      r[7] === ttbr1Hi &&
      r[8] === mairLo &&
      r[9] === mairHi
    if (same) return false
    r[0] = sctlrLo
    r[1] = sctlrHi
    r[2] = tcrLo
    r[3] = tcrHi
    r[4] = ttbr0Lo
    r[5] = ttbr0Hi
    r[6] = ttbr1Lo
    r[7] = ttbr1Hi
    r[8] = mairLo
    r[9] = mairHi
    this.#parsed = true
    this.#parse()
    return true
  }

  /** The half that a virtual address belongs to: bit 55 selects (DDI 0487, D8.2.1). */
  half(vaHi: number): AddressHalf {
    return bit(vaHi, 23) === 1 ? this.upper : this.lower
  }

  #parse(): void {
    const r = this.#raw
    const sctlr = r[0] as number
    const sctlrHi = r[1] as number
    const tcr = r[2] as number
    const tcrHi = r[3] as number
    const f = this.features
    this.enabled = bit(sctlr, 0) === 1
    this.writeImpliesXN = bit(sctlr, 19) === 1
    this.bigEndian = bit(sctlr, 25) === 1
    this.enhancedPan = f.PAN3 && bit(sctlrHi, 57 - 32) === 1
    this.hardwareAccess = f.HAFDBS && bit(tcrHi, 39 - 32) === 1
    this.hardwareDirty = this.hardwareAccess && bit(tcrHi, 40 - 32) === 1
    this.ds = f.LPA2 && bit(tcrHi, 59 - 32) === 1
    this.outputBits = Math.min(IPS_BITS[bits(tcrHi, 0, 3)] as number, f.paRange)
    this.mairLo = r[8] as number
    this.mairHi = r[9] as number
    this.#parseHalf(this.lower, TG0[bits(tcr, 14, 2)] as number, tcr, tcrHi, 0, r[4] as number, r[5] as number)
    this.#parseHalf(this.upper, TG1[bits(tcr, 30, 2)] as number, tcr >>> 16, tcrHi, 1, r[6] as number, r[7] as number)
  }

  /** `tcr` has the half's fields T0SZ, EPD0 and SH0 at bits 0, 7 and 12; `n` picks TBIn and the like. */
  #parseHalf(h: AddressHalf, granule: number, tcr: number, tcrHi: number, n: number, ttbrLo: number, ttbrHi: number): void {
    const f = this.features
    const txsz = bits(tcr, 0, 6)
    const ds = this.ds && granule !== 16
    const smallest = ds || (granule === 16 && f.LVA) ? 12 : 16
    const largest = f.TTST ? (granule === 16 ? 47 : 48) : 39
    h.granule = granule
    h.sizeFault = txsz < smallest || txsz > largest
    h.inputBits = 64 - Math.min(Math.max(txsz, smallest), largest)
    const stride = granule - 3
    h.startLevel = 4 - Math.ceil((h.inputBits - granule) / stride)
    h.walkDisabled = bit(tcr, 7) === 1
    h.topByteIgnored = bit(tcrHi, 37 + n - 32) === 1
    h.topByteIgnoredDataOnly = bit(tcrHi, 51 + n - 32) === 1
    h.hierarchyDisabled = f.HPDS && bit(tcrHi, 41 + n - 32) === 1
    h.noEl0 = f.E0PD && bit(tcrHi, 55 + n - 32) === 1
    h.wide = ds || (granule === 16 && f.LPA && this.outputBits === 52)
    h.shareability = bits(tcr, 12, 2)
    this.#parseBase(h, stride, ttbrLo, ttbrHi)
  }

  /** TTBRn_EL1.BADDR: aligned to the size of the first table, which may be far below a granule (64 bytes at least). */
  #parseBase(h: AddressHalf, stride: number, ttbrLo: number, ttbrHi: number): void {
    const indexBits = h.inputBits - (3 - h.startLevel) * stride - h.granule
    const alignment = Math.max(h.wide ? 6 : 0, indexBits + 3)
    const low = alignment >= 32 ? 0 : ((ttbrLo >>> alignment) << alignment) >>> 0
    const top = h.wide ? bits(ttbrLo, 2, 4) : 0
    const high = bits(ttbrHi, 0, 16)
    h.base = (top * 0x10000 + high) * 0x1_0000_0000 + (alignment <= 1 ? (low & ~1) >>> 0 : low)
    h.baseFault = this.outputBits < 52 && h.base >= 2 ** this.outputBits
  }
}
