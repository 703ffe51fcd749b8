/**
 * What the walk of one translation table tree needs, parsed once from the system registers.
 *
 * @module
 */
import type { Features } from './features.ts'

/** How bits [51:48] of an address are placed in a descriptor (DDI 0487, D8.3). */
export const HighBits = {
  /** Not there: addresses have 48 bits. */
  NONE: 0,
  /** FEAT_LPA, 64 KB granule: [51:48] in descriptor bits [15:12]. */
  LPA: 1,
  /** FEAT_LPA2, TCR_ELx.DS: [49:48] in place, [51:50] in descriptor bits [9:8]. */
  DS: 2,
} as const

/**
 * Protected of a 128-bit descriptor of stage 1, in `StageState.hi`: where it is in 64-bit ones there is the contiguous bit.
 */
export const PROTECTED_128: number = 1 << (56 - 32)

/**
 * Parameters of one tree of tables: a VA half of a stage 1 regime (Arm's `S1TTWParams`) or stage 2 (`S2TTWParams`).
 * One class for both keeps every step of the walk monomorphic. 64-bit values are unsigned halves.
 */
export class TableParameters {
  /** 1 or 2. */
  readonly stage: number
  /** log2 of the granule: 12, 14 or 16. */
  granuleBits = 12
  /** 128-bit descriptors (FEAT_D128). */
  d128 = false
  /** Bits resolved by a full table: `granuleBits - 3`, or with 128-bit descriptors `granuleBits - 4`. */
  stride = 9
  /** Input address size in bits: 64 - TxSZ. */
  iaSize = 48
  /** -2..3. */
  startLevel = 0
  /**
   * Width of the index into the first table; with concatenated stage 2 tables up to `stride + 4`, with 128-bit descriptors
   * up to 40.
   */
  startIndexBits = 9
  /** The tables cannot be walked: a level 0 Translation fault whatever the address (TxSZ or SL0 out of range). */
  invalid = false
  /** EPDn: a miss in this half is a level 0 Translation fault. */
  epd = false
  /** Address of the first table, aligned to its size. */
  baseHi = 0
  baseLo = 0
  /** Bits [63:32] that an output or table address may not have, by (I)PS and the CPU's PA size. */
  outOfRangeHi = 0
  /** A value of {@link HighBits}. */
  highBits: number = HighBits.NONE
  /** Descriptors hold address bits above [47:0] (with DS, above [49:0]). */
  descriptorHighBits = true
  /** Bit `level + 1` is set where a block descriptor is allowed. */
  blockLevels = 0
  /** Input address bits that must all equal the half's bit 55 (0 at stage 2), for data and for instruction accesses. */
  rangeHi = 0
  rangeLo = 0
  fetchRangeHi = 0
  fetchRangeLo = 0
  /** Bits [63:56] of the VA are ignored (TBIn), instruction fetches excepted where TBIDn is set. */
  tbi = false
  tbid = false
  /** Address space of the first table, and of stage 2's output: -1 where the descriptor says it (Realm). */
  tableSpace = 1
  outputSpace = 1
  /** Descriptors are big-endian: SCTLR_ELx.EE. */
  bigEndian = false
  /** Hardware management of the Access flag, and of dirty state. `hd` implies `ha`. */
  ha = false
  hd = false
  /** Hardware management of the Access flag of table descriptors (FEAT_HAFT). Implies `ha`. */
  haft = false
  /** `Features.qemu`. */
  qemu = false
  /** Shareability of DS descriptors, and of the walks: SH0, SH1. Cacheability of the walks: IRGN, ORGN. */
  sh = 0
  irgn = 0
  orgn = 0
  /** Permission indirection, and its registers: PIR_EL1 and PIRE0_EL1, or S2PIR_EL2 and nothing. */
  pie = false
  pirHi = 0
  pirLo = 0
  pire0Hi = 0
  pire0Lo = 0
  /** Permission overlay: of EL1 (POR_EL1) and EL0 (POR_EL0), or of stage 2 (S2POR_EL1, for both levels). */
  poe = false
  e0poe = false
  porHi = 0
  porLo = 0
  por0Hi = 0
  por0Lo = 0
  /** FEAT_GCS. */
  gcs = false
  /** Stage 1 only. AttrIndx has a fourth bit (TCR2_ELx.AIE), bit 52 of descriptors is Protected (TCR2_ELx.PnCH). */
  aie = false
  pnch = false
  /** Stage 1 only. Bit of `StageState.hi` that is Protected; 0 without (FEAT_THE). Mask of POIndex: 3 bits or 4. */
  protectedBit = 0
  poIndexMask = 7
  /** Stage 1 only. TCR2_ELx.DisCH: no contiguous entries in the first table. NFDn: EL0's non-fault accesses miss. */
  disch = false
  nfd = false
  /** Stage 1 only. TCR_ELx.MTX: VA[59:56] is a tag, and memory that is not Tagged is Canonically Tagged. */
  mtx = false
  /** Stage 1 only. Hierarchical permissions are ignored. */
  hpd = false
  wxn = false
  epan = false
  e0pd = false
  /** No EL0: the regime has none, or HCR_EL2.{NV, NV1} are {1, 1}. Bit 54 is XN of the one level there is. */
  nv1 = false
  /** Stage 2 only. HCR_EL2.PTW, HCR_EL2.FWB, FEAT_XNX. */
  ptw = false
  fwb = false
  xnx = false
  /** FEAT_MTE_PERM. */
  mtePerm = false
  /** FEAT_XS. */
  xs = false
  /** FEAT_THE: VTCR_EL2.AssuredOnly, TL0, TL1; VTCR_EL2.GCSH. */
  assuredOnly = false
  tl0 = false
  tl1 = false
  gcsh = false

  constructor(stage: number) {
    this.stage = stage
  }
}

const PA_SIZES = [32, 36, 40, 42, 44, 48, 52, 56]

/** `AArch64.PhysicalAddressSize`: bits of an output address by (I)PS, descriptors, granule and CPU. */
function outputSize(p: TableParameters, ps: number, paSize: number, lpa2: boolean): number {
  const most = p.d128 ? 56 : p.granuleBits === 16 || lpa2 ? 52 : 48
  return Math.min(PA_SIZES[ps & 7] as number, most, paSize)
}

/** Sets what follows from the granule, DS and (I)PS. `lpa2` is whether the CPU has FEAT_LPA2 for this granule. */
export function setOutput(p: TableParameters, ds: boolean, ps: number, paSize: number, lpa2: boolean): void {
  p.outOfRangeHi = (-1 << (outputSize(p, ps, paSize, lpa2) - 32)) >>> 0
  p.descriptorHighBits = !p.qemu || (PA_SIZES[ps & 7] as number) >= 52
  p.highBits = ds ? HighBits.DS : p.granuleBits === 16 && paSize >= 52 ? HighBits.LPA : HighBits.NONE
  // Of 128-bit descriptors it is of no more than shareability, which at stage 1 they always have.
  if (p.d128 && (p.stage === 1 || !ds)) p.highBits = HighBits.NONE
  // `AArch64.BlockDescSupported`
  if (p.granuleBits === 12) p.blockLevels = ds ? 0b01110 : 0b01100
  else if (p.granuleBits === 14) p.blockLevels = ds ? 0b01100 : 0b01000
  else p.blockLevels = paSize >= 52 ? 0b01100 : 0b01000
}

/**
 * `AArch64.S1TTBaseAddress`, `AArch64.S2TTBaseAddress`: the first table's address from a TTBR. Needs the sizes, the
 * start level and {@link setOutput} done.
 */
export function setBase(p: TableParameters, ttbrHi: number, ttbrLo: number, ps: number, f: Features): void {
  p.startIndexBits = p.iaSize - (p.granuleBits + (3 - p.startLevel) * p.stride)
  let align = Math.max(p.startIndexBits + 3, 1)
  p.baseHi = ttbrHi & 0xffff
  // (I)PS 0b111 is 56 bits with FEAT_D128, which is not 52; without, it is reserved, and taken as 0b110.
  if (p.highBits === HighBits.DS || (p.highBits === HighBits.LPA && (ps === 6 || (ps === 7 && !f.d128)))) {
    align = Math.max(align, 6)
    p.baseHi |= ((ttbrLo >>> 2) & 15) << 16
  }
  p.baseLo = (ttbrLo & (-1 << align)) >>> 0
}

/**
 * The same of 128-bit descriptors, and `AArch64.S1StartLevel`, `AArch64.S2StartLevel`: the first `skl` levels are skipped.
 * @param hi bits [55:32] of the address in the TTBR, wherever they are.
 * @param lo bits [31:0] of the TTBR.
 */
export function setBase128(p: TableParameters, hi: number, lo: number): void {
  const skl = (lo >>> 1) & 3
  p.startLevel = 3 - Math.floor((p.iaSize - 1 - p.granuleBits) / p.stride) + skl
  // There is no level 4: the pseudocode has no such table, and nothing else to say.
  if (p.startLevel > 3) p.invalid = true
  p.startIndexBits = p.iaSize - (p.granuleBits + (3 - p.startLevel) * p.stride)
  const align = Math.max(p.startIndexBits + 4, 5)
  p.baseHi = (align <= 32 ? hi : hi & (-1 << (align - 32))) >>> 0
  p.baseLo = (align >= 32 ? 0 : lo & (-1 << align)) >>> 0
}

/** `AArch64.S1TxSZFaults`, `AArch64.S2TxSZFaults`, and the clamping after them. */
export function setInputSize(
  p: TableParameters,
  txsz: number,
  min: number,
  belowMustFault: boolean,
  f: Features,
): void {
  const max = f.ttst ? (p.granuleBits === 16 ? 47 : 48) : 39
  p.invalid = (txsz < min && (f.txszFaults || belowMustFault)) || (txsz > max && f.txszFaults)
  p.iaSize = 64 - Math.min(Math.max(txsz, min), max)
}

/** Granule sizes as TG0 of TCR_ELx, VTCR_EL2 and VSTCR_EL2 encode them: 4 KB, 64 KB, 16 KB. */
export function decodeTg0(tg: number, has4k: boolean, has16k: boolean, has64k: boolean): number {
  const wanted = tg === 0 ? 12 : tg === 2 ? 14 : 16
  return implementedGranule(wanted, has4k, has16k, has64k)
}

/** TG1 of TCR_ELx has an encoding of its own: 16 KB, 4 KB, 64 KB from 0b01 on. */
export function decodeTg1(tg: number, f: Features): number {
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

/** Whether the CPU has FEAT_LPA2 for this granule. */
export function hasLpa2(granuleBits: number, granule4k: boolean, granule16k: boolean): boolean {
  return granuleBits === 12 ? granule4k : granuleBits === 14 && granule16k
}

/** Sets the bits `[top:iaSize]` of an input address that {@link TableParameters.rangeHi} and `rangeLo` hold. */
export function setRange(p: TableParameters, top: number, fetchTop: number): void {
  // iaSize is 16..56, top is 55 or 63: the low half of the mask is empty from 32 on.
  p.rangeLo = p.iaSize >= 32 ? 0 : (-1 << p.iaSize) >>> 0
  p.fetchRangeLo = p.rangeLo
  const from = p.iaSize <= 32 ? 0xffff_ffff : (-1 << (p.iaSize - 32)) >>> 0
  p.rangeHi = top === 55 ? from & 0x00ff_ffff : from
  p.fetchRangeHi = fetchTop === 55 ? from & 0x00ff_ffff : from
}
