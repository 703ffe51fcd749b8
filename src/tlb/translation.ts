/**
 * The result of a walk.
 *
 * @module
 */
import { GranuleCheck } from './granule-check.ts'
import type { Descriptor, Descriptor128 } from './memory.ts'

/** Permission bits of a leaf. The low three line up with `Access.READ`, `WRITE`, `EXECUTE`. */
export const Permission = {
  PRIVILEGED_READ: 1,
  PRIVILEGED_WRITE: 2,
  PRIVILEGED_EXECUTE: 4,
  UNPRIVILEGED_READ: 8,
  UNPRIVILEGED_WRITE: 16,
  UNPRIVILEGED_EXECUTE: 32,
  /** PSTATE.PAN takes the privileged read and write away: EL0 can access the page, or execute it and EPAN is 1. */
  PAN_DENIES: 64,
  /** PSTATE.PAN lets EL1 execute what WXN denies. Only with `Features.qemu`. */
  PAN_EXECUTES: 128,
  /** Guarded Control Stack accesses (FEAT_GCS): stage 1's. */
  PRIVILEGED_GCS: 0x100,
  UNPRIVILEGED_GCS: 0x200,
  /**
   * What an overlay takes away (FEAT_S1POE, FEAT_S2POE): the bits of read, write and execute, shifted left by ten. Zero
   * without an overlay.
   */
  OVERLAY_DENIES_PRIVILEGED_READ: 0x400,
  OVERLAY_DENIES_PRIVILEGED_WRITE: 0x800,
  OVERLAY_DENIES_PRIVILEGED_EXECUTE: 0x1000,
  OVERLAY_DENIES_UNPRIVILEGED_READ: 0x2000,
  OVERLAY_DENIES_UNPRIVILEGED_WRITE: 0x4000,
  OVERLAY_DENIES_UNPRIVILEGED_EXECUTE: 0x8000,
  /**
   * Stage 2: walks of stage 1 and read-check-write instructions write the page though its write bit is clear; and they do
   * though an overlay denies the write.
   */
  MOSTLY_READ_ONLY: 0x1_0000,
  OVERLAY_MOSTLY_READ_ONLY: 0x2_0000,
  /** Stage 2: the page may be the first table of TTBR0_EL1's half, of TTBR1_EL1's (FEAT_THE). */
  TOP_LEVEL_0: 0x4_0000,
  TOP_LEVEL_1: 0x8_0000,
  /** Stage 2: privileged Guarded Control Stacks are not to be here (FEAT_THE, VTCR_EL2.GCSH). */
  DENIES_PRIVILEGED_GCS: 0x10_0000,
} as const

/** Descriptor updates that a translation makes, or leaves due (`Translation.updates`). */
export const Update = {
  STAGE1_ACCESS_FLAG: 1,
  STAGE1_DIRTY: 2,
  STAGE2_ACCESS_FLAG: 4,
  STAGE2_DIRTY: 8,
  /** Access flags of table descriptors (FEAT_HAFT). */
  STAGE1_TABLE_ACCESS_FLAG: 16,
  STAGE2_TABLE_ACCESS_FLAG: 32,
} as const

/** Bit 63 of a table descriptor passed, in `StageState.tableAttributes`: NSTable. */
export const NS_TABLE = 16

/** Where a walk of one stage stands: the state that Arm's `TTWState` holds. Addresses are unsigned halves. */
export class StageState implements Descriptor {
  /** Level of the descriptor in {@link hi}, {@link lo}: -2..3. */
  level = 0
  /** Address of the descriptor: a PA, or an IPA in stage 1 under stage 2. */
  entryHi = 0
  entryLo = 0
  /** PA at which it was read. */
  entryPa = 0
  /** The descriptor, after the swap of big-endian tables. Of one of 128 bits the attributes, where one of 64 has them. */
  hi = 0
  lo = 0
  /** A descriptor of 128 bits. */
  readonly wide: Descriptor128 = { lo: 0, hi: 0, topLo: 0, topHi: 0 }
  /**
   * Bits [63:59] of every table descriptor passed, ORed: PXNTable, UXNTable, APTable[0], APTable[1], NSTable. With 128-bit
   * descriptors the last of them only, and DisCH of the table at hand in bit 5.
   */
  tableAttributes = 0
  /** Stage 1: every descriptor so far is protected, and in a page that is mostly read-only at stage 2 (FEAT_THE). */
  assured = false
  /** Output address of the leaf for the input address. */
  oaHi = 0
  oaLo = 0
  /**
   * Address spaces, values of `SecurityState`: of the table, of {@link entryPa}, and of the output address. A stage 1 under
   * stage 2 has IPAs, whose spaces they are but for the entry's.
   */
  paspace = 1
  entrySpace = 1
  oaSpace = 1
  /** log2 of the page or block. */
  sizeLog2 = 0
}

/**
 * What an address translates to, or why it does not. Reused from walk to walk: a walk writes every field.
 *
 * After a fault {@link fault}, {@link level}, {@link stage}, {@link s1ptw}, {@link fsc} and, at stage 2, {@link ipa} are
 * meaningful; after a success all but these.
 */
export class Translation {
  /** A value of `FaultKind`; 0 where the address translates. */
  fault = 0
  /** Level of the fault, or of the leaf that gave {@link pa}: -2..3. */
  level = 0
  /** Stage of the fault: 1 or 2. Without a fault the stages that took part: 0 (none enabled), 1, 2, 3 (both). */
  stage = 0
  /** The fault is stage 2's, on an access to a stage 1 descriptor: ESR_EL2.S1PTW. */
  s1ptw = false
  /** ESR_ELx.WnR: the access writes, and if it also reads, the read would not have faulted. */
  write = false
  /** The page is clean and hardware does not manage dirty state (FEAT_S1PIE, FEAT_S2PIE): ESR_ELx.ISS2 DirtyBit. */
  dirtyBit = false
  /** An overlay denied the access (FEAT_S1POE, FEAT_S2POE): ISS2 Overlay. */
  overlay = false
  /** Stage 2 wants a mapping that it assures, and this is none (FEAT_THE): ISS2 AssuredOnly. */
  assuredOnly = false
  /** Stage 2 does not have the page for a first table (FEAT_THE): ESR_EL2.ISS TopLevel. */
  topLevel = false
  /** Stage 2 denies the Allocation Tags of the page (FEAT_MTE_PERM): ISS2 NoTagAccess. */
  noTagAccess = false
  /** Stage 1: a store of Allocation Tags to memory that is Canonically Tagged (FEAT_MTE4; ESR_ELx.ISS2.TnD). */
  tagNotData = false
  /** ESR_ELx.DFSC or IFSC, 6 bits; 0 without a fault, -1 for `FaultKind.RETRY`. */
  fsc = 0
  /**
   * Output address of stage 1 (byte address; from 2^53 on rounded down to a multiple of 8). At a stage 2 fault the IPA that failed: HPFAR_EL2 holds its page.
   */
  ipa = 0
  /**
   * Physical address (byte address; from 2^53 on rounded down to a multiple of 8). With `Access.STAGE1_ONLY` the IPA. After a Granule Protection Fault the address that
   * was checked: MFAR_EL3.
   */
  pa = 0
  /**
   * Physical address space of {@link pa}, a value of `SecurityState`; after a fault of stage 2 the IPA's.
   */
  paspace = 1
  /**
   * log2 of the page or block: the smaller of both stages, and with granule protection checks of what they have in one. VA
   * and PA agree in these low bits.
   */
  sizeLog2 = 0
  stage1SizeLog2 = 0
  stage2SizeLog2 = 0
  /**
   * Memory attributes as PAR_EL1.ATTR holds them: the MAIR_EL1 byte under SCTLR_EL1.C or I, combined with stage 2's.
   */
  attr = 0
  /** Shareability as PAR_EL1.SH holds it: 0 Non-, 2 Outer, 3 Inner Shareable. Device and Non-cacheable are Outer. */
  sh = 0
  /** PAR_EL1.NS and NSE; 1 where they are UNKNOWN, or RES1. */
  ns = 1
  nse = 1
  /** Stage 1's bits of {@link Permission}. */
  permissions = 0
  /** Stage 2's bits of the same: with read, write and execute of both levels, all set without stage 2. */
  stage2Permissions = 0
  /** Leaf bits of stage 1: nG, GP (guarded page, FEAT_BTI), Contiguous. */
  notGlobal = false
  guarded = false
  contiguous = false
  /** Bits of {@link Update}. */
  updates = 0
  /** Descriptors read. */
  reads = 0
  /** The last granule protection check (FEAT_RME): the cause of a Granule Protection Fault. */
  readonly granule: GranuleCheck = new GranuleCheck()
  /** The walk's own state of each stage; after a walk, the last descriptor of each. */
  readonly stage1: StageState = new StageState()
  readonly stage2: StageState = new StageState()
}
