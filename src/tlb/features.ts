/**
 * What a CPU implements of VMSAv8-64: the FEAT_ names a walk asks for, and the choices that the architecture leaves to
 * an implementation.
 *
 * @module
 */

/** Features of the CPU whose tables are walked. Each field names the ID register field it comes from. */
export interface Features {
  /** Physical address size in bits, 32..56: ID_AA64MMFR0_EL1.PARange. 52 is FEAT_LPA; 56 needs FEAT_D128. */
  readonly paSize: number
  /** Stage 1 and stage 2 granules: ID_AA64MMFR0_EL1.TGran4, TGran16, TGran64 and TGran4_2 .. TGran64_2. */
  readonly granule4k: boolean
  readonly granule16k: boolean
  readonly granule64k: boolean
  readonly stage2Granule4k: boolean
  readonly stage2Granule16k: boolean
  readonly stage2Granule64k: boolean
  /** FEAT_LPA2 per granule: TCR_ELx.DS, 52-bit addresses, level -1. */
  readonly lpa2Granule4k: boolean
  readonly lpa2Granule16k: boolean
  readonly stage2Lpa2Granule4k: boolean
  readonly stage2Lpa2Granule16k: boolean
  /** FEAT_LVA, 52-bit VAs with the 64 KB granule: ID_AA64MMFR2_EL1.VARange. */
  readonly lva: boolean
  /** FEAT_LVA3, 56-bit VAs with 128-bit descriptors: the same field. */
  readonly lva3: boolean
  /** FEAT_D128, 128-bit descriptors at stage 1 and stage 2: ID_AA64MMFR3_EL1.D128, D128_2. */
  readonly d128: boolean
  readonly stage2D128: boolean
  /** FEAT_TTST, small translation tables: ID_AA64MMFR2_EL1.ST. */
  readonly ttst: boolean
  /** Hardware Access flag, and dirty state: ID_AA64MMFR1_EL1.HAFDBS. */
  readonly accessFlag: boolean
  readonly dirtyState: boolean
  /** FEAT_HAFT, hardware Access flag of table descriptors: the same field. */
  readonly haft: boolean
  /** FEAT_HPDS: ID_AA64MMFR1_EL1.HPDS. */
  readonly hpds: boolean
  /** FEAT_PAN3, SCTLR_ELx.EPAN: ID_AA64MMFR1_EL1.PAN. (Without FEAT_PAN, PSTATE.PAN reads 0.) */
  readonly pan3: boolean
  /** FEAT_S1PIE, FEAT_S2PIE, permission indirection: ID_AA64MMFR3_EL1.S1PIE, S2PIE. */
  readonly s1pie: boolean
  readonly s2pie: boolean
  /** FEAT_S1POE, FEAT_S2POE, permission overlays: ID_AA64MMFR3_EL1.S1POE, S2POE. */
  readonly s1poe: boolean
  readonly s2poe: boolean
  /** FEAT_AIE, MAIR2_EL1 and AttrIndx[3]: ID_AA64MMFR3_EL1.AIE. */
  readonly aie: boolean
  /** FEAT_GCS, Guarded Control Stacks: ID_AA64PFR1_EL1.GCS. */
  readonly gcs: boolean
  /** FEAT_THE, tables that a hypervisor assures: ID_AA64PFR1_EL1.THE. */
  readonly the: boolean
  /** FEAT_XS, memory attributes with XS = 0: ID_AA64ISAR1_EL1.XS. */
  readonly xs: boolean
  /** FEAT_XNX: ID_AA64MMFR1_EL1.XNX. */
  readonly xnx: boolean
  /** FEAT_S2FWB: ID_AA64MMFR2_EL1.FWB. */
  readonly fwb: boolean
  /** FEAT_MTE_PERM, NoTagAccess at stage 2: ID_AA64PFR2_EL1.MTEPERM. */
  readonly mtePerm: boolean
  /** FEAT_E0PD: ID_AA64MMFR2_EL1.E0PD. */
  readonly e0pd: boolean
  /** FEAT_NV, for HCR_EL2.NV1: ID_AA64MMFR2_EL1.NV. */
  readonly nv: boolean
  /** FEAT_VHE, hosts at EL2: ID_AA64MMFR1_EL1.VH. */
  readonly vhe: boolean
  /** FEAT_SEL2, EL2 in Secure state: ID_AA64PFR0_EL1.SEL2. */
  readonly sel2: boolean
  /** FEAT_RME, Root and Realm state, granule protection: ID_AA64PFR0_EL1.RME. */
  readonly rme: boolean
  /** FEAT_SVE, for TCR_ELx.NFD0 and NFD1: ID_AA64PFR0_EL1.SVE. */
  readonly sve: boolean
  /** FEAT_MTE4, for TCR_ELx.MTX0 and MTX1: ID_AA64PFR1_EL1.MTEX. */
  readonly mtx: boolean
  /** FEAT_PAuth, for TCR_ELx.TBID: ID_AA64ISAR1_EL1.API, APA, ID_AA64ISAR2_EL1.APA3. */
  readonly pauth: boolean
  /**
   * IMPLEMENTATION DEFINED: a TxSZ outside what the CPU supports faults (`true`, as QEMU does) or is taken as the
   * nearest supported value. Below the minimum FEAT_LVA requires the fault whatever is chosen.
   */
  readonly txszFaults: boolean
  /**
   * Translate as QEMU 10 and 11 do where they leave the pseudocode. The differences, each of them in corners that no
   * operating system enters on purpose:
   *
   * - a block larger than the output address space faults by its own address only, not by the offset in it;
   * - with 64 KB granules or DS, bits [51:48] ([51:50]) of a descriptor's address are ignored when (I)PS is below 52 bits;
   * - WXN, and "EL1 does not execute what EL0 writes", take a writable-clean page (DBM set, AP[2] set) as read-only;
   * - PSTATE.PAN, where it denies EL1's writes, keeps WXN from denying the fetch;
   * - with permission indirection a store to a clean page is not refused for want of hardware dirty state,
   *   and PAN overlooks reserved fields of PIRE0_EL1;
   * - a stage 1 table in Device memory with HCR_EL2.PTW is a Permission fault of level 0, not of the stage 2 leaf's level;
   * - an AT instruction takes a writable-clean page (DBM set) as read-only, and sets the Access flag in the stage 2
   *   descriptors under the tables of stage 1;
   * - memory attributes: SCTLR_ELx.C and I are ignored, transient hints are lost under stage 2 Write-Through,
   *   HCR_EL2.FWB overrides stage 1's Device type, Device-GRE meets Normal Non-cacheable in Device-nGnRE.
   */
  readonly qemu: boolean
}

/** A CPU with every feature, IMPLEMENTATION DEFINED choices as the pseudocode's. The default of `TranslationRegime`. */
export const ALL_FEATURES: Features = {
  paSize: 56,
  granule4k: true,
  granule16k: true,
  granule64k: true,
  stage2Granule4k: true,
  stage2Granule16k: true,
  stage2Granule64k: true,
  lpa2Granule4k: true,
  lpa2Granule16k: true,
  stage2Lpa2Granule4k: true,
  stage2Lpa2Granule16k: true,
  lva: true,
  lva3: true,
  d128: true,
  stage2D128: true,
  ttst: true,
  accessFlag: true,
  dirtyState: true,
  haft: true,
  hpds: true,
  pan3: true,
  s1pie: true,
  s2pie: true,
  s1poe: true,
  s2poe: true,
  aie: true,
  gcs: true,
  the: true,
  xs: true,
  xnx: true,
  fwb: true,
  mtePerm: true,
  e0pd: true,
  nv: true,
  vhe: true,
  sel2: true,
  rme: true,
  sve: true,
  mtx: true,
  pauth: true,
  txszFaults: true,
  qemu: false,
}

/** QEMU's `max`, where it differs from the pseudocode too: for comparing with QEMU, and for guests made under it. */
export const QEMU_MAX_FEATURES: Features = {
  ...ALL_FEATURES,
  paSize: 52,
  lva3: false,
  d128: false,
  stage2D128: false,
  haft: false,
  mtx: false,
  s1poe: false,
  s2poe: false,
  the: false,
  xs: false,
  qemu: true,
}

/** ID registers as the vCPU reads them. An absent one reads zero. */
export interface IdRegisters {
  readonly ID_AA64MMFR0_EL1?: bigint
  readonly ID_AA64MMFR1_EL1?: bigint
  readonly ID_AA64MMFR2_EL1?: bigint
  readonly ID_AA64MMFR3_EL1?: bigint
  readonly ID_AA64PFR0_EL1?: bigint
  readonly ID_AA64PFR1_EL1?: bigint
  readonly ID_AA64PFR2_EL1?: bigint
  readonly ID_AA64ISAR1_EL1?: bigint
  readonly ID_AA64ISAR2_EL1?: bigint
}

/** ID_AA64MMFR0_EL1.PARange to bits. */
const PA_SIZES = [32, 36, 40, 42, 44, 48, 52, 56]

/** The 4-bit field at `lsb`. */
function field(register: bigint | undefined, lsb: number): number {
  return Number(((register ?? 0n) >> BigInt(lsb)) & 15n)
}

/**
 * The features that ID registers announce.
 *
 * @param ids the vCPU's ID registers; values beyond the known ones count as the highest known.
 *
 * @example
 * ```ts
 * // Cortex-A72
 * const a72 = featuresFromIdRegisters({ ID_AA64MMFR0_EL1: 0x1124n })
 * a72.paSize // 44
 * a72.granule16k // false
 * ```
 */
export function featuresFromIdRegisters(ids: IdRegisters): Features {
  const { ID_AA64MMFR0_EL1: mmfr0, ID_AA64MMFR1_EL1: mmfr1, ID_AA64MMFR2_EL1: mmfr2 } = ids
  const tgran4 = field(mmfr0, 28)
  const tgran64 = field(mmfr0, 24)
  const tgran16 = field(mmfr0, 20)
  const tgran4s2 = field(mmfr0, 40)
  const tgran64s2 = field(mmfr0, 36)
  const tgran16s2 = field(mmfr0, 32)
  // 0b0000 in a _2 field refers to the stage 1 field; 0b0001 is "not supported".
  const stage2 = (own: number, stage1: boolean): boolean => (own === 0 ? stage1 : own >= 2)
  const lpa2Stage2 = (own: number, stage1: boolean): boolean => (own === 0 ? stage1 : own >= 3)
  const granule4k = tgran4 < 8
  const granule16k = tgran16 >= 1
  const granule64k = tgran64 < 8
  const lpa2Granule4k = tgran4 >= 1 && tgran4 < 8
  const lpa2Granule16k = tgran16 >= 2
  const hafdbs = field(mmfr1, 0)
  return {
    paSize: PA_SIZES[field(mmfr0, 0)] ?? 56,
    granule4k,
    granule16k,
    granule64k,
    stage2Granule4k: stage2(tgran4s2, granule4k),
    stage2Granule16k: stage2(tgran16s2, granule16k),
    stage2Granule64k: stage2(tgran64s2, granule64k),
    lpa2Granule4k,
    lpa2Granule16k,
    stage2Lpa2Granule4k: lpa2Stage2(tgran4s2, lpa2Granule4k),
    stage2Lpa2Granule16k: lpa2Stage2(tgran16s2, lpa2Granule16k),
    lva: field(mmfr2, 16) >= 1,
    lva3: field(mmfr2, 16) >= 2,
    d128: field(ids.ID_AA64MMFR3_EL1, 32) >= 1,
    stage2D128: field(ids.ID_AA64MMFR3_EL1, 36) >= 1,
    ttst: field(mmfr2, 28) >= 1,
    accessFlag: hafdbs >= 1,
    dirtyState: hafdbs >= 2,
    haft: hafdbs >= 3,
    hpds: field(mmfr1, 12) >= 1,
    pan3: field(mmfr1, 20) >= 3,
    s1pie: field(ids.ID_AA64MMFR3_EL1, 8) >= 1,
    s2pie: field(ids.ID_AA64MMFR3_EL1, 12) >= 1,
    s1poe: field(ids.ID_AA64MMFR3_EL1, 16) >= 1,
    s2poe: field(ids.ID_AA64MMFR3_EL1, 20) >= 1,
    aie: field(ids.ID_AA64MMFR3_EL1, 24) >= 1,
    gcs: field(ids.ID_AA64PFR1_EL1, 44) >= 1,
    the: field(ids.ID_AA64PFR1_EL1, 48) >= 1,
    xs: field(ids.ID_AA64ISAR1_EL1, 56) >= 1,
    xnx: field(mmfr1, 28) >= 1,
    fwb: field(mmfr2, 40) >= 1,
    mtePerm: field(ids.ID_AA64PFR2_EL1, 0) >= 1,
    e0pd: field(mmfr2, 60) >= 1,
    nv: field(mmfr2, 24) >= 1,
    vhe: field(mmfr1, 8) >= 1,
    sel2: field(ids.ID_AA64PFR0_EL1, 36) >= 1,
    rme: field(ids.ID_AA64PFR0_EL1, 52) >= 1,
    sve: field(ids.ID_AA64PFR0_EL1, 32) >= 1,
    mtx: field(ids.ID_AA64PFR1_EL1, 52) >= 1,
    pauth: field(ids.ID_AA64ISAR1_EL1, 4) + field(ids.ID_AA64ISAR1_EL1, 8) + field(ids.ID_AA64ISAR2_EL1, 12) > 0,
    txszFaults: true,
    qemu: false,
  }
}
