import { alignDown, hex, high, low } from '../bits.ts'
import {
  Access,
  ALL_FEATURES,
  accessOf,
  type Descriptor,
  FaultKind,
  type Features,
  isDevice,
  RegimeRegister,
  Tlb,
  Translation,
  TranslationRegime,
  walk,
} from '../tlb/index.ts'
import type { AddressSpace } from './address-space.ts'
import { MAX_PAGES, type TranslatedPage } from './continuation.ts'
import type { PstateFeatures } from './exception.ts'
import { EL10, hasStage2 } from './regime-slots.ts'
import type { RegisterAccess } from './register-access.ts'
import { REGISTER_SLOTS, Reg } from './register-file.ts'

/** MAIR_ELx attribute: Normal Tagged memory. */
const TAGGED = 0xf0

/** What counts only if the host tells of it: TCR2_ELx and its kin are asked of the shim then. */
const EXTENSIONS = ['s1pie', 's1poe', 'aie', 'gcs', 'the', 'haft', 'd128'] as const
/** TCR2_ELx fields. */
const TCR2_PIE = 1 << 1
const TCR2_E0POE = 1 << 2
const TCR2_POE = 1 << 3
const TCR2_AIE = 1 << 4
const TCR2_D128 = 1 << 5
/** VTCR_EL2 fields, in the upper half. */
const VTCR_S2PIE = 1 << (36 - 32)
const VTCR_S2POE = 1 << (37 - 32)
const VTCR_D128 = 1 << (38 - 32)
/** AttrIndx[3] of a leaf, with TCR2_ELx.AIE. */
const ATTR_INDX_3 = 1 << (59 - 32)

/** VA bit 55 in the high half: chooses TTBR1_ELx. */
const BIT_55 = 1 << (55 - 32)
const LOWER = 1
const UPPER = 2

/** The value of `RegimeRegister` that has the name of a slot. */
const RAW: Uint8Array = new Uint8Array(REGISTER_SLOTS)
for (const [name, slot] of Object.entries(Reg)) RAW[slot] = RegimeRegister[name as keyof typeof RegimeRegister] ?? 0

/**
 * Walks of the stopped guest's own stage 1, with the registers of the fault at hand: only those a walk needs are asked
 * of the shim. The guest's tables lie at addresses of the address space.
 */
export class GuestWalk {
  /** What the last walk found. */
  readonly page: Translation = new Translation()
  /** Pages of data that were translated in this fault: for a continuation. */
  readonly #va: Int32Array = new Int32Array(2 * MAX_PAGES)
  readonly #pa: Float64Array = new Float64Array(MAX_PAGES)
  readonly #attr: Uint8Array = new Uint8Array(MAX_PAGES)
  #pages = 0
  /** How many of these are a continuation's: they are taken for the translation. */
  #known = 0
  /** The instruction of the last {@link fetch}, as a signed number, which V8 need not allocate. */
  word = 0
  readonly #regime: TranslationRegime
  /** Halves of the addresses whose registers the regime has in this fault: {@link LOWER}, {@link UPPER}. */
  #prepared = 0
  /** EL1&0 is under a stage 2 of the guest's own. */
  #nested = false
  /** EL1&0 with stage 1 off. */
  #stage2: TranslationRegime | undefined = undefined
  readonly #space: AddressSpace
  readonly #el2: boolean
  /** TCR2_ELx counts, and what it enables. */
  readonly #extended: boolean
  /**
   * Reads again the descriptors that led to a translation and takes it if none has changed: guests' TLBIs are not seen
   * here. 55 ns less than a walk of four levels, and a fault makes two.
   */
  readonly #tlb: Tlb = new Tlb({ entries: 64, validated: true })
  readonly #fetched: Descriptor = { lo: 0, hi: 0 }

  /** @param pstate - EL2: HCR_EL2.TGE turns stage 1 off. GCS: the guest may have pages of control stacks. */
  constructor(space: AddressSpace, features: Partial<Features>, pstate: PstateFeatures) {
    this.#el2 = pstate.EL2 === true
    this.#extended = pstate.GCS === true || EXTENSIONS.some((name) => features[name] === true)
    this.#space = space
    this.#regime = new TranslationRegime({ ...ALL_FEATURES, ...features })
  }

  /**
   * Translates one address into {@link page}.
   *
   * @param vaHi - bits 63:32, best as a signed number, which V8 need not allocate; so with bits 31:0.
   * @param access - bits of `Access`. With `NO_UPDATE` no descriptor is changed, only `page.updates` set.
   * @returns a value of `FaultKind`.
   */
  translate(registers: RegisterAccess, vaHi: number, vaLo: number, access: number): number {
    if (this.#known > 0 && this.#recall(vaHi, vaLo)) return FaultKind.NONE
    const fault = this.#translate(registers, vaHi, vaLo, access)
    if (fault === FaultKind.NONE && (access & Access.EXECUTE) === 0) this.#note(vaHi, vaLo)
    return fault
  }

  /** A fault begins: no page is translated. */
  begin(): void {
    this.#pages = 0
    this.#known = 0
    this.#prepared = 0
  }

  /** The pages of data that this fault translated. */
  get pages(): TranslatedPage[] {
    return Array.from({ length: this.#pages }, (_, i) => {
      const hi = BigInt((this.#va[2 * i + 1] as number) >>> 0)
      const va = (hi << 32n) | BigInt((this.#va[2 * i] as number) >>> 0)
      return { va: hex(va), pa: this.#pa[i] as number, attr: this.#attr[i] as number }
    })
  }

  /** Takes these pages as they are in a continuation, whatever the tables say by now. */
  know(pages: readonly TranslatedPage[]): void {
    for (const [i, { va, pa, attr }] of pages.entries()) {
      const n = BigInt(va)
      this.#va[2 * i] = Number(n & 0xffff_ffffn)
      this.#va[2 * i + 1] = Number(n >> 32n)
      this.#pa[i] = pa
      this.#attr[i] = attr
    }
    this.#pages = pages.length
    this.#known = pages.length
  }

  #note(vaHi: number, vaLo: number): void {
    const i = this.#pages
    const page = vaLo & -4096
    if (i >= MAX_PAGES || (i > 0 && this.#va[2 * i - 2] === page && this.#va[2 * i - 1] === (vaHi | 0))) return
    const { pa } = this.page
    this.#va[2 * i] = page
    this.#va[2 * i + 1] = vaHi
    this.#pa[i] = alignDown(pa, 4096)
    this.#attr[i] = this.page.attr
    this.#pages = i + 1
  }

  #recall(vaHi: number, vaLo: number): boolean {
    const { page } = this
    for (let i = 0; i < this.#known; i++) {
      if (this.#va[2 * i] !== (vaLo & -4096) || this.#va[2 * i + 1] !== (vaHi | 0)) continue
      page.fault = FaultKind.NONE
      page.fsc = 0
      page.stage = 1
      page.updates = 0
      page.pa = (this.#pa[i] as number) + (vaLo & 4095)
      page.attr = this.#attr[i] as number
      return true
    }
    return false
  }

  #translate(registers: RegisterAccess, vaHi: number, vaLo: number, access: number): number {
    const regime = this.#regime
    const half = registers.regime.ranges && (vaHi & BIT_55) !== 0 ? UPPER : LOWER
    if ((this.#prepared & half) === 0) this.#prepare(registers, half)
    regime.update()
    // A TLB does not tell of which stage a memory type is.
    if (this.#nested) return walk(regime, this.#space, vaHi, vaLo, access, this.page)
    return this.#tlb.translate(regime, this.#space, vaHi, vaLo, access, this.page)
  }

  /** Gives the regime the registers of a half of the addresses: once a fault. */
  #prepare(registers: RegisterAccess, half: number): void {
    const regime = this.#regime
    const slots = registers.regime
    this.#nested = this.#el2 && slots === EL10 && this.#useStage2(regime, registers)
    regime.select(slots.kind)
    set(regime, registers, slots.sctlr)
    set(regime, registers, slots.tcr)
    set(regime, registers, half === UPPER ? slots.ttbr1 : slots.ttbr0)
    if (this.#extended) this.#useExtensions(registers, half === UPPER)
    this.#prepared |= half
  }

  /**
   * HCR_EL2 of a guest that has EL2, and its own stage 2 of EL1 and EL0 under VM or DC.
   * @returns whether there is one.
   */
  #useStage2(regime: TranslationRegime, registers: RegisterAccess): boolean {
    set(regime, registers, Reg.HCR_EL2)
    if (!hasStage2(registers.regs)) return false
    // EE is that of the tables of stage 2.
    set(regime, registers, Reg.SCTLR_EL2)
    set(regime, registers, Reg.VTCR_EL2)
    set(regime, registers, Reg.VTTBR_EL2)
    const vtcr = registers.regs.hi(Reg.VTCR_EL2)
    if ((vtcr & (VTCR_S2PIE | VTCR_D128)) !== 0) set(regime, registers, Reg.S2PIR_EL2)
    if ((vtcr & VTCR_S2POE) !== 0) set(regime, registers, Reg.S2POR_EL1)
    if ((vtcr & VTCR_D128) !== 0) set(regime, registers, Reg.VTTBR_EL2_HIGH)
    return true
  }

  /**
   * Translates an address by the guest's own stage 2 alone, into {@link page}; with a continuation, as that had it.
   *
   * @param ipa - what HPFAR_EL2 and FAR_EL2 say, a number below 2^53.
   * @returns a value of `FaultKind`.
   */
  translateStage2(registers: RegisterAccess, ipa: number, access: number): number {
    const { regs } = registers
    if (this.#known > 0 && this.#recall(regs.hi(Reg.FAR_EL2) | 0, regs.lo(Reg.FAR_EL2) | 0)) return FaultKind.NONE
    this.#stage2 ??= new TranslationRegime(this.#regime.features)
    this.#useStage2(this.#stage2, registers)
    this.#stage2.update()
    return walk(this.#stage2, this.#space, high(ipa), low(ipa), access, this.page)
  }

  /** Keeps what {@link translateStage2} found for a continuation: nothing else will translate FAR. */
  noteReported(registers: RegisterAccess): void {
    const { regs } = registers
    this.#note(regs.hi(Reg.FAR_EL2) | 0, regs.lo(Reg.FAR_EL2) | 0)
  }

  /** What TCR2_ELx enables: permission indirection and overlays, descriptors of 128 bits. */
  #useExtensions(registers: RegisterAccess, upper: boolean): void {
    const regime = this.#regime
    const slots = registers.regime
    set(regime, registers, slots.tcr2)
    const tcr2 = registers.regs.lo(slots.tcr2)
    if ((tcr2 & (TCR2_PIE | TCR2_D128)) !== 0) {
      set(regime, registers, slots.pir)
      if (slots.ranges) set(regime, registers, slots.pire0)
    }
    if ((tcr2 & TCR2_POE) !== 0) set(regime, registers, slots.por)
    if (slots.ranges && (tcr2 & TCR2_E0POE) !== 0) set(regime, registers, Reg.POR_EL0)
    if (slots.ranges && (tcr2 & TCR2_D128) !== 0) set(regime, registers, upper ? slots.ttbr1High : slots.ttbr0High)
  }

  /**
   * Makes the memory types of {@link page} those that MAIR_ELx gives. Only alignment depends on them: other faults spare
   * the shim the register, and their memory types mean nothing.
   */
  useAttributes(registers: RegisterAccess): void {
    const slots = registers.regime
    set(this.#regime, registers, slots.mair)
    if (!this.#extended) return
    registers.read(slots.tcr2)
    if ((registers.regs.lo(slots.tcr2) & TCR2_AIE) === 0) return
    set(this.#regime, registers, slots.mair2)
  }

  /** Whether the last {@link translate} came to Normal Tagged memory. */
  isTagged(): boolean {
    return this.page.attr === TAGGED
  }

  /** Whether the last {@link translate} came to memory that is Normal, inner and outer Write-Back. */
  isWriteBack(): boolean {
    const { attr } = this.page
    // Of Normal Tagged memory the low half says so.
    return isWriteBackHalf(attr >>> 4) && (isWriteBackHalf(attr & 15) || attr === TAGGED)
  }

  /** Whether the last {@link translate} came to, or was denied, a page of Device memory. */
  onDeviceMemory(registers: RegisterAccess): boolean {
    return this.deviceStage(registers) !== 0
  }

  /**
   * Which stage makes the page of the last {@link translate} Device memory: 1, 2 (the guest's own), or 0 for none. A walk
   * that is denied stops at the leaf, before it has a memory type: then the descriptor says.
   */
  deviceStage(registers: RegisterAccess): number {
    const { page } = this
    const { fault } = page
    if (fault === FaultKind.NONE && (page.stage & 2) === 0) return isDevice(page.attr) ? 1 : 0
    if ((fault !== FaultKind.NONE && fault !== FaultKind.PERMISSION) || page.s1ptw) return 0
    if (this.#isStage1Device(registers)) return 1
    if ((page.stage & 2) === 0) return 0
    // Where HCR_EL2.FWB is 1 stage 2 has Device types by one bit.
    const mask = this.#regime.stage2.fwb ? 0b0100 : 0b1100
    return ((page.stage2.lo >>> 2) & mask) === 0 ? 2 : 0
  }

  /** By the leaf of stage 1. */
  #isStage1Device(registers: RegisterAccess): boolean {
    const { page } = this
    if (!this.#regime.stage1Enabled) return !this.#regime.defaultCacheable
    const index = (page.stage1.lo >>> 2) & 7
    const { regs } = registers
    const second = (page.stage1.hi & ATTR_INDX_3) !== 0 && this.#regime.lower.aie
    const mair = second ? registers.regime.mair2 : registers.regime.mair
    const half = index < 4 ? regs.lo(mair) : regs.hi(mair)
    return isDevice((half >>> ((index & 3) * 8)) & 0xff)
  }

  /**
   * Reads the instruction at PC into {@link word}; little-endian whatever the data are.
   *
   * @returns `false` where there is none: PC is not aligned, not mapped, not executable, or not in RAM. Resumed there,
   * the CPU raises the exception itself.
   */
  fetch(registers: RegisterAccess): boolean {
    const { regs } = registers
    const pcLo = regs.lo(Reg.PC)
    if ((pcLo & 3) !== 0) return false
    const access = accessOf(Access.EXECUTE, regs.lo(Reg.PSTATE)) | Access.NO_UPDATE
    if (this.translate(registers, regs.hi(Reg.PC) | 0, pcLo | 0, access) !== FaultKind.NONE) return false
    if (!this.#space.readInstruction(this.page.pa, this.#fetched)) return false
    this.word = this.#fetched.lo | 0
    return true
  }
}

/** A half of a MAIR_ELx attribute: Write-Back, or Write-Back Transient, which needs a hint. */
function isWriteBackHalf(half: number): boolean {
  return half >>> 2 === 3 || (half >>> 2 === 1 && (half & 3) !== 0)
}

/** Gives the regime the register in a slot. */
function set(regime: TranslationRegime, registers: RegisterAccess, slot: number): void {
  registers.read(slot)
  // As signed numbers: V8 allocates for a u32 above 2^31 that is passed to a function it does not inline.
  regime.set(RAW[slot] as number, registers.regs.hi(slot) | 0, registers.regs.lo(slot) | 0)
}
