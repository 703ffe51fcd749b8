/**
 * The vCPU's registers as one block of 64-bit slots.
 *
 * One ArrayBuffer with two views: whole registers through a BigUint64Array (add, xor: about 1 ns), halves and fields
 * through a Uint32Array. Nothing is boxed on the fault path.
 *
 * @module
 */

/**
 * Slot numbers of a {@link RegisterFile}. X0..X30 are 0..30, so the field `Rt` of an instruction *is* the slot of Xt
 * (31 is never stored: the instruction says whether it means XZR or SP).
 */
export const Reg = {
  X0: 0,
  LR: 30,
  /** Reads zero, is never written: the slot behind an `Rt` of 31. */
  XZR: 31,
  SP_EL0: 32,
  SP_EL1: 33,
  SP_EL2: 34,
  PC: 35,
  /** PSTATE in the layout of SPSR_ELx for an exception taken from AArch64 (DDI 0487, C5.2.19). */
  PSTATE: 36,
  SCTLR_EL1: 37,
  TCR_EL1: 38,
  TTBR0_EL1: 39,
  TTBR1_EL1: 40,
  MAIR_EL1: 41,
  VBAR_EL1: 42,
  ESR_EL1: 43,
  FAR_EL1: 44,
  ELR_EL1: 45,
  SPSR_EL1: 46,
  /** The fault itself: what the hypervisor's hardware reported. */
  ESR_EL2: 47,
  FAR_EL2: 48,
  HPFAR_EL2: 49,
  /** Read by floating-point atomics. */
  FPCR: 50,
  /** Low half first, as the next: 128 bits each. Read by read-check-write instructions. */
  RCWMASK_EL1: 51,
  RCWSMASK_EL1: 53,
  /** As it takes effect: zero where SCR_EL3.TCR2En or HCRX_EL2.TCR2En disables it. */
  TCR2_EL1: 55,
  /** Read by ST64BV0. */
  ACCDATA_EL1: 56,
  /** Written by asynchronous tag checks. */
  TFSR_EL1: 57,
  TFSRE0_EL1: 58,
  /** First of the 32 SIMD&FP registers: each V takes two slots, low half first. */
  V0: 64,
  /** The guest's own EL2, where it has one; ESR_EL2 and FAR_EL2 above are what stopped it. */
  HCR_EL2: 128,
  SCTLR_EL2: 129,
  VBAR_EL2: 130,
  ELR_EL2: 131,
  SPSR_EL2: 132,
  /** ESR_EL2 and FAR_EL2 as the guest sees them. */
  GUEST_ESR_EL2: 133,
  GUEST_FAR_EL2: 134,
  /** As they take effect (SCR_EL3.SCTLR2En, HCRX_EL2.SCTLR2En). Read where the CPU has FEAT_DoubleFault2. */
  SCTLR2_EL1: 135,
  SCTLR2_EL2: 136,
  /** Read where the CPU has FEAT_GCS, and by GCSSTR and GCSSTTR. */
  GCSCR_EL1: 137,
  GCSCR_EL2: 138,
  GCSCRE0_EL1: 139,
  /** Read where TCR2_EL1 says that they are in use: `HandlerOptions.features`. */
  PIR_EL1: 140,
  PIRE0_EL1: 141,
  POR_EL1: 142,
  POR_EL0: 143,
  MAIR2_EL1: 144,
  /** As it takes effect (SCR_EL3.HXEn). Read where it may send an exception of EL1 to the guest's own EL2. */
  HCRX_EL2: 145,
  /** Translation at the guest's own EL2: read for accesses that are made there, or at EL0 under HCR_EL2.{E2H, TGE}. */
  TCR_EL2: 146,
  TTBR0_EL2: 147,
  /** Of the EL2&0 regime. */
  TTBR1_EL2: 148,
  MAIR_EL2: 149,
  /** As it takes effect (SCR_EL3.TCR2En). As TCR2_EL1, and what it enables. */
  TCR2_EL2: 150,
  PIR_EL2: 151,
  PIRE0_EL2: 152,
  POR_EL2: 153,
  MAIR2_EL2: 154,
  /** Written by asynchronous tag checks at EL2. */
  TFSR_EL2: 155,
  /** The guest's own stage 2: read under HCR_EL2.VM or DC. */
  VTCR_EL2: 156,
  VTTBR_EL2: 157,
  /** Read where VTCR_EL2 says that they are in use. */
  S2PIR_EL2: 158,
  S2POR_EL1: 159,
  /** HPFAR_EL2 as the guest sees it: written by a fault of its own stage 2. */
  GUEST_HPFAR_EL2: 160,
  /** Bits [127:64] of registers that FEAT_D128 widens. Read where TCR2_ELx or VTCR_EL2 says that descriptors are of 128 bits. */
  TTBR0_EL1_HIGH: 161,
  TTBR1_EL1_HIGH: 162,
  TTBR0_EL2_HIGH: 163,
  TTBR1_EL2_HIGH: 164,
  VTTBR_EL2_HIGH: 165,
} as const

/** Number of 64-bit slots in a {@link RegisterFile}. */
export const REGISTER_SLOTS = 168

/**
 * A fixed block of 64-bit register slots.
 *
 * @example
 * ```ts
 * const regs = new RegisterFile()
 * regs.set(Reg.X0 + 2, 0xfed4_0000n)
 * regs.lo(2).toString(16) // 'fed40000'
 * ```
 */
export class RegisterFile {
  /** Whole registers. */
  readonly x: BigUint64Array
  /** Halves: slot `r` is `w[2 * r]` (low) and `w[2 * r + 1]` (high), on every host byte order nisv runs on. */
  readonly w: Uint32Array
  /** Bytes, little-endian inside each slot. */
  readonly bytes: Uint8Array

  constructor() {
    const buffer = new ArrayBuffer(REGISTER_SLOTS * 8)
    this.x = new BigUint64Array(buffer)
    this.w = new Uint32Array(buffer)
    this.bytes = new Uint8Array(buffer)
  }

  /** Low 32 bits of slot `r`. */
  lo(r: number): number {
    return this.w[2 * r] as number
  }

  /** High 32 bits of slot `r`. */
  hi(r: number): number {
    return this.w[2 * r + 1] as number
  }

  /** Writes both halves of slot `r`. */
  setPair(r: number, hi: number, lo: number): void {
    this.w[2 * r] = lo
    this.w[2 * r + 1] = hi
  }

  /** Slot `r` as a bigint; for the edge of the API, not for the fault path. */
  get(r: number): bigint {
    return this.x[r] as bigint
  }

  /** Writes slot `r`, modulo 2^64. */
  set(r: number, value: bigint): void {
    this.x[r] = value
  }
}
