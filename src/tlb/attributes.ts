/**
 * Memory attributes: MAIR bytes, shareability, and what stage 2 makes of them.
 *
 * @module
 */

/** Shareability encodings of SH[1:0]. */
export const Shareability = { NON: 0, OUTER: 2, INNER: 3 } as const

/** Attributes that need no table: what a disabled stage 1 gives. */
export const DEVICE_nGnRnE = 0x00
/** Normal, Inner and Outer Write-Back, Read- and Write-Allocate, non-transient. */
export const NORMAL_WRITE_BACK = 0xff
/** Normal, Inner and Outer Non-cacheable. */
const NON_CACHEABLE = 0x44
/** Normal Write-Back with Allocation Tags (FEAT_MTE2). */
const TAGGED = 0xf0
/** The same where stage 2 denies the tags (FEAT_MTE_PERM): an encoding of PAR_EL1 only. */
export const TAGGED_NO_ACCESS = 0xe0
/** The XS = 0 forms of Non-cacheable and of Write-Through (FEAT_XS). */
const NON_CACHEABLE_XS0 = 0x40
const WRITE_THROUGH_XS0 = 0xa0

/** Whether a MAIR byte is Device memory. */
export function isDevice(attr: number): boolean {
  return (attr & 0xf0) === 0
}

/** Whether a MAIR byte is memory with Allocation Tags. */
export function isTagged(attr: number): boolean {
  return attr === TAGGED
}

/** The byte of MAIR_EL1 that `AttrIndx` (0..7) selects. */
export function mairByte(mairHi: number, mairLo: number, index: number): number {
  return ((index >= 4 ? mairHi : mairLo) >>> ((index & 3) * 8)) & 0xff
}

/** `PAREncodeShareability`: Device and Normal Non-cacheable are Outer Shareable whatever the descriptor says. */
export function effectiveShareability(attr: number, sh: number): number {
  return isDevice(attr) || attr === NON_CACHEABLE || attr === NON_CACHEABLE_XS0 ? Shareability.OUTER : sh
}

/** `S2CombineS1Shareability`: the wider of two. */
export function combineShareability(a: number, b: number): number {
  if (a === Shareability.OUTER || b === Shareability.OUTER) return Shareability.OUTER
  return a === Shareability.INNER || b === Shareability.INNER ? Shareability.INNER : Shareability.NON
}

/** Cacheability of one nibble of a MAIR byte of Normal memory: 1 Non-cacheable, 2 Write-Through, 3 Write-Back. */
function cacheability(nibble: number): number {
  return nibble === 4 ? 1 : (nibble & 4) === 0 ? 2 : 3
}

/** `S2CombineS1AttrHints`: the weaker cacheability, with stage 1's allocation hints. */
function combineNibble(nibble: number, stage2: number): number {
  const weaker = Math.min(cacheability(nibble), stage2)
  if (weaker === 1) return 4
  // Write-Back to Write-Through is bit 2; hints and transience stay.
  return weaker === 2 ? nibble & ~4 : nibble
}

/** The XS = 0 bytes written as those of XS = 1. */
function withXs(attr: number): number {
  if (isDevice(attr)) return deviceType(attr)
  if (attr === NON_CACHEABLE_XS0) return NON_CACHEABLE
  return attr === WRITE_THROUGH_XS0 ? 0xaa : attr
}

/** The same, and the tagged byte as the plain memory type it is. */
function plain(attr: number): number {
  return attr === TAGGED ? NORMAL_WRITE_BACK : withXs(attr)
}

/** The Device type of a MAIR byte. Bits [1:0] are XS (0b01) or reserved; they do not change the type. */
function deviceType(attr: number): number {
  return attr & 0b1100
}

/**
 * `S2DecodeMemAttrs` and `S2CombineS1MemAttrs`: stage 1's byte under a stage 2 descriptor's MemAttr[3:0], without
 * FEAT_S2FWB in use, and without XS.
 */
function combineAttributes(attr: number, memAttr: number): number {
  if ((memAttr & 0b1100) === 0) {
    const stage2 = (memAttr & 3) << 2
    return isDevice(attr) ? Math.min(deviceType(attr), stage2) : stage2
  }
  if (isDevice(attr)) return deviceType(attr)
  const normal = plain(attr)
  const outer = combineNibble(normal >> 4, memAttr >> 2)
  // MemAttr[1:0] of 0 is reserved with a Normal outer attribute; taken as Write-Back.
  const inner = combineNibble(normal & 15, memAttr & 3 || 3)
  const combined = (outer << 4) | inner
  return combined === NORMAL_WRITE_BACK && attr === TAGGED ? TAGGED : combined
}

/** MemAttr[2:0] that makes memory Write-Back. */
const FORCED_WRITE_BACK = 6

/** `AArch64.S2ApplyFWBMemAttrs`: HCR_EL2.FWB makes MemAttr[2:0] say what the result is. */
function forceAttributes(attr: number, memAttr: number): number {
  const kind = memAttr & 7
  if (kind < 4) return isDevice(attr) ? Math.min(deviceType(attr), kind << 2) : kind << 2
  if (kind === 7) return withXs(attr)
  if (kind !== FORCED_WRITE_BACK) return isDevice(attr) ? deviceType(attr) : NON_CACHEABLE
  if (isDevice(attr)) return NORMAL_WRITE_BACK
  const normal = plain(attr)
  const forced = (forceWriteBack(normal >> 4) << 4) | forceWriteBack(normal & 15)
  return forced === NORMAL_WRITE_BACK && attr === TAGGED ? TAGGED : forced
}

/** Write-Back with the nibble's hints; Read- and Write-Allocate where it is Non-cacheable and has none. */
function forceWriteBack(nibble: number): number {
  return nibble === 4 ? 15 : nibble | 4
}

/** Whether memory with a MAIR byte, or one of PAR_EL1, has XS = 1 (FEAT_XS; `S1DecodeMemAttrs`): Write-Back has none. */
function hasXs(attr: number): boolean {
  if (isDevice(attr)) return (attr & 1) === 0
  if (attr === NON_CACHEABLE_XS0 || attr === WRITE_THROUGH_XS0 || attr === TAGGED) return false
  return cacheability(attr >> 4) !== 3 || cacheability(attr & 15) !== 3
}

/** Attributes that have XS = 0 (`EncodePARAttrs`), which no byte can say of most Write-Through memory. */
function withoutXs(attr: number): number {
  if (isDevice(attr)) return attr | 1
  if (attr === NON_CACHEABLE) return NON_CACHEABLE_XS0
  // The hints of the inner cacheability do not count.
  return attr >> 4 === 0xa && cacheability(attr & 15) === 2 ? WRITE_THROUGH_XS0 : attr
}

/** What of the stage 2 parameters bears on attributes: HCR_EL2.FWB, FEAT_MTE_PERM, FEAT_XS. */
export interface Stage2Memory {
  readonly fwb: boolean
  readonly mtePerm: boolean
  readonly xs: boolean
}

/** NoTagAccess of a stage 2 leaf (FEAT_MTE_PERM): MemAttr 0b0100, or 0b111x with HCR_EL2.FWB. */
function isNoTagAccess(memAttr: number, p: Stage2Memory): boolean {
  return p.mtePerm && (p.fwb ? memAttr >= 14 : memAttr === 4)
}

/** Whether stage 2 denies the Allocation Tags of memory that is Tagged at stage 1: `AArch64.S2CheckPermissions`. */
export function deniesTags(p: Stage2Memory, memAttr: number, attr: number): boolean {
  return attr === TAGGED && isNoTagAccess(memAttr, p)
}

/**
 * What stage 2 makes of stage 1's byte.
 * @param noXs FnXS, bit 11 of the descriptor: the memory has XS = 0 whatever stage 1 says.
 * @param cacheable HCR_EL2.CD or ID leaves Normal memory cacheable.
 * @param fetch an instruction fetch: Device memory is Non-cacheable to it.
 */
export function stage2Attributes(
  attr: number,
  memAttr: number,
  noXs: boolean,
  p: Stage2Memory,
  cacheable: boolean,
  fetch: boolean,
): number {
  const combined = plainStage2Attributes(attr, memAttr, p, cacheable)
  const result = fetch && isDevice(combined) ? NON_CACHEABLE : combined
  if (!p.xs) return result
  // What FWB makes Write-Back has XS = 0 before HCR_EL2.CD and ID have their say.
  const writeBack = p.fwb && (memAttr & 7) === FORCED_WRITE_BACK
  return noXs || writeBack || !hasXs(attr) ? withoutXs(result) : result
}

function plainStage2Attributes(attr: number, memAttr: number, p: Stage2Memory, cacheable: boolean): number {
  const noTagAccess = isNoTagAccess(memAttr, p)
  let result: number
  if (p.fwb) {
    const forced = forceAttributes(attr, memAttr)
    result = cacheable || isDevice(forced) ? forced : NON_CACHEABLE
  } else if (cacheable || (memAttr & 0b1100) === 0) {
    result = combineAttributes(attr, noTagAccess ? 15 : memAttr)
    // Normal at stage 2 becomes Normal Non-cacheable before the stages are combined.
  } else result = combineAttributes(attr, 0b0101)
  return noTagAccess && result === TAGGED ? TAGGED_NO_ACCESS : result
}

/**
 * Stage 1's byte under SCTLR_ELx.C (data) or I (fetches): uncached Normal is Non-cacheable, and so a Device fetch.
 * @param xs FEAT_XS; without, there are no bytes of XS = 0.
 */
export function stage1Attributes(attr: number, fetch: boolean, cacheable: boolean, xs: boolean): number {
  const own = xs ? attr : withXs(attr)
  if (isDevice(attr) ? !fetch : cacheable) return own
  return xs && !hasXs(attr) ? NON_CACHEABLE_XS0 : NON_CACHEABLE
}

/** Attributes of a fetch with stage 1 off: Write-Through, Read-Allocate where SCTLR_ELx.I allows, else Non-cacheable. */
export function disabledFetchAttributes(cacheable: boolean): number {
  return cacheable ? 0xaa : NON_CACHEABLE
}

/** Whether stage 2 itself makes a Normal access (a table walk's) Device: what HCR_EL2.PTW refuses. */
export function stage2IsDevice(memAttr: number, fwb: boolean): boolean {
  return fwb ? (memAttr & 4) === 0 : (memAttr & 0b1100) === 0
}
