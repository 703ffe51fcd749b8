import { bit, bits, TWO32 } from '../bits.ts'
import { Access } from './access.ts'
import { FaultType, faultStatusCode } from './fault.ts'
import type { Descriptor, TableMemory } from './memory.ts'
import type { AddressHalf, TranslationRegime } from './regime.ts'

/** The result of a walk: one reused object. After a fault, only {@link fault}, {@link level} and the VA are defined. */
export class Translation {
  /** Physical (for a guest under stage 2: intermediate physical) address of the byte asked for. */
  pa = 0
  fault: FaultType = FaultType.NONE
  /** Level of the descriptor that decided, -1..3. */
  level = 0
  /** log2 of the page or block. */
  size = 12
  /** Memory attributes: the byte of MAIR_EL1; 0 is Device-nGnRnE. */
  attributes = 0
  /** 0 non-, 2 outer, 3 inner shareable. */
  shareability = 0
  /** The page's translation is for one ASID (nG). */
  notGlobal = false
  /** AF was 0 and hardware would set it. */
  accessFlagUpdate = false

  /** The six-bit status code of {@link fault} at {@link level}; 0 without a fault. */
  get statusCode(): number {
    return this.fault === FaultType.NONE ? 0 : faultStatusCode(this.fault, this.level)
  }

  /** Device memory of any kind: MAIR attribute 0b0000xxxx. */
  get device(): boolean {
    return this.attributes < 16
  }
}

/** Told of each descriptor that a walk reads: level, physical address, value. */
export type WalkObserver = (level: number, pa: number, hi: number, lo: number) => void

/** Descriptor bits, low half. */
const VALID = 1
const TABLE = 2
const AP1_USER = 1 << 6
const AP2_READ_ONLY = 1 << 7
const AF = 1 << 10
const NOT_GLOBAL = 1 << 11
/** Descriptor bits, high half. */
const DBM = 51 - 32
const PXN = 53 - 32
const UXN = 54 - 32
const PXN_TABLE = 59 - 32
const UXN_TABLE = 60 - 32
const AP_TABLE = 61 - 32

const descriptor: Descriptor = { lo: 0, hi: 0 }

/**
 * Stage 1 of the EL1&0 regime: virtual to (intermediate) physical address. Pure in regime, memory and arguments; reads
 * one descriptor a level, five at most; allocates nothing.
 *
 * The checks come in the architecture's order (Sail `AArch64_S1Translate`, `AArch64_S1Walk`): address range, walk
 * disabled, base size, then per level external abort, validity, output size; then access flag, then permission.
 *
 * @param vaHi - bits 63:32, unsigned.
 * @param vaLo - bits 31:0, unsigned.
 * @param access - flags of {@link Access}.
 * @param out - receives the translation or the fault.
 * @returns a {@link FaultType}; 0 when `out.pa` is the address.
 */
export function walk(
  regime: TranslationRegime,
  memory: TableMemory,
  vaHi: number,
  vaLo: number,
  access: number,
  out: Translation,
  observe?: WalkObserver,
): FaultType {
  out.fault = FaultType.NONE
  out.accessFlagUpdate = false
  if (!regime.enabled) return flat(regime, vaHi, vaLo, access, out)
  const half = regime.half(vaHi)
  const upper = half === regime.upper
  const startLevel = half.startLevel
  // R_VZZSZ and kin: these all report level 0, whatever the first level is.
  if (half.sizeFault || !canonical(half, upper, vaHi, access)) return fault(out, FaultType.TRANSLATION, 0)
  if (!inRange(half, upper, vaHi, vaLo)) return fault(out, FaultType.TRANSLATION, 0)
  if (half.walkDisabled) return fault(out, FaultType.TRANSLATION, 0)
  if (half.noEl0 && (access & Access.USER) !== 0) return fault(out, FaultType.TRANSLATION, 0)
  if (half.baseFault) return fault(out, FaultType.ADDRESS_SIZE, 0)

  const granule = half.granule
  const stride = granule - 3
  let table = half.base
  let tableReadOnly = false
  let tableNoUser = false
  let tableUxn = false
  let tablePxn = false
  for (let level = startLevel; ; level++) {
    const shift = granule + (3 - level) * stride
    const width = level === startLevel ? half.inputBits - shift : stride
    const pa = table + 8 * field(vaHi, vaLo, shift, width)
    if (!memory.readDescriptor(pa, descriptor)) return fault(out, FaultType.EXTERNAL_WALK, level)
    if (regime.bigEndian) reverse(descriptor)
    const { lo, hi } = descriptor
    observe?.(level, pa, hi, lo)
    if ((lo & VALID) === 0) return fault(out, FaultType.TRANSLATION, level)
    const isTable = level < 3 && (lo & TABLE) !== 0
    if (!isTable) {
      if (level === 3 ? (lo & TABLE) === 0 : !blockAllowed(half, regime, level)) {
        return fault(out, FaultType.TRANSLATION, level)
      }
    }
    const base = outputAddress(half, hi, lo, isTable ? granule : shift)
    if (regime.outputBits < 52 && base >= 2 ** regime.outputBits) return fault(out, FaultType.ADDRESS_SIZE, level)
    if (isTable) {
      table = base
      if (!half.hierarchyDisabled) {
        if (bit(hi, AP_TABLE + 1) === 1) tableReadOnly = true
        if (bit(hi, AP_TABLE) === 1) tableNoUser = true
        if (bit(hi, UXN_TABLE) === 1) tableUxn = true
        if (bit(hi, PXN_TABLE) === 1) tablePxn = true
      }
      continue
    }
    out.level = level
    out.size = shift
    out.pa = base + offsetIn(vaHi, vaLo, shift)
    const index = bits(lo, 2, 3)
    out.attributes = bits(index < 4 ? regime.mairLo : regime.mairHi, (index & 3) * 8, 8)
    out.shareability = shareability(out.attributes, half.wide && granule !== 16 ? half.shareability : bits(lo, 8, 2))
    out.notGlobal = (lo & NOT_GLOBAL) !== 0
    if ((access & Access.DEBUG) !== 0) return FaultType.NONE
    if ((lo & AF) === 0) {
      if (!regime.hardwareAccess) return fault(out, FaultType.ACCESS_FLAG, level)
      out.accessFlagUpdate = true
    }
    // A clean page (DBM, read-only) takes stores, which make it dirty; until then it is not writable for fetches.
    const dirtied = regime.hardwareDirty && bit(hi, DBM) === 1 && (access & Access.STORE) !== 0
    const readOnly = tableReadOnly || ((lo & AP2_READ_ONLY) !== 0 && !dirtied)
    const user = (lo & AP1_USER) !== 0 && !tableNoUser
    const uxn = tableUxn || bit(hi, UXN) === 1
    const pxn = tablePxn || bit(hi, PXN) === 1
    return permitted(regime, access, readOnly, user, uxn, pxn) ? FaultType.NONE : fault(out, FaultType.PERMISSION, level)
  }
}

/** Direct permissions of a page against one access (Sail `AArch64_S1DirectBasePermissions`). */
function permitted(
  regime: TranslationRegime,
  access: number,
  readOnly: boolean,
  user: boolean,
  uxn: boolean,
  pxn: boolean,
): boolean {
  const asUser = (access & Access.USER) !== 0
  if ((access & Access.EXECUTE) !== 0) {
    const writable = !readOnly && (asUser ? user : true)
    if (regime.writeImpliesXN && writable) return false
    // Memory that EL0 can write is never executable at EL1.
    return asUser ? !uxn : !pxn && !(user && !readOnly)
  }
  if (asUser) {
    return user && !((access & Access.STORE) !== 0 && readOnly)
  }
  if ((access & Access.PAN) !== 0 && (user || (regime.enhancedPan && !uxn))) return false
  return !((access & Access.STORE) !== 0 && readOnly)
}

/** Device and Non-cacheable memory is Outer Shareable, whatever the field says (DDI 0487, D8.6.2). */
function shareability(attributes: number, field: number): number {
  return attributes < 16 || attributes === 0x44 || attributes === 0x40 ? 2 : field
}

/** SCTLR.M = 0: the address is its own translation (Sail `AArch64_S1DisabledOutput`). */
function flat(regime: TranslationRegime, vaHi: number, vaLo: number, access: number, out: Translation): FaultType {
  const half = regime.half(vaHi)
  const ignored = topIgnored(half, access)
  const hi = ignored ? (vaHi & 0xff_ffff) >>> 0 : vaHi
  out.level = 0
  out.size = 12
  if (hi >= 2 ** (regime.features.paRange - 32)) return fault(out, FaultType.ADDRESS_SIZE, 0)
  out.pa = hi * TWO32 + vaLo
  const execute = (access & Access.EXECUTE) !== 0
  out.attributes = execute ? 0x44 : 0
  out.shareability = 2
  out.notGlobal = false
  return FaultType.NONE
}

function topIgnored(half: AddressHalf, access: number): boolean {
  return half.topByteIgnored && !(half.topByteIgnoredDataOnly && (access & Access.EXECUTE) !== 0)
}

/** Bits 63:56 repeat bit 55, unless the top byte is ignored. */
function canonical(half: AddressHalf, upper: boolean, vaHi: number, access: number): boolean {
  return topIgnored(half, access) || vaHi >>> 24 === (upper ? 0xff : 0)
}

/** Bits 55 down to the input size are all those of the half. */
function inRange(half: AddressHalf, upper: boolean, vaHi: number, vaLo: number): boolean {
  const { inputBits } = half
  if (inputBits >= 56) return true
  const sign = upper ? 0xff_ffff : 0
  const high = vaHi & 0xff_ffff
  if (inputBits >= 32) return high >>> (inputBits - 32) === sign >>> (inputBits - 32)
  return high === sign && vaLo >>> inputBits === (upper ? 0xffff_ffff >>> inputBits : 0)
}

/** Blocks: level 2 always, level 1 with 4 KiB or 52-bit addresses, level 0 with 4 KiB and 52-bit addresses. */
function blockAllowed(half: AddressHalf, regime: TranslationRegime, level: number): boolean {
  if (level === 2) return true
  if (half.granule === 12) return level === 1 || (level === 0 && regime.ds)
  if (half.granule === 14) return level === 1 && regime.ds
  return level === 1 && regime.features.LPA
}

/** Bits `[shift - 1 : 0]` cleared; bits 51:48 or 51:50 from where wide descriptors keep them. */
function outputAddress(half: AddressHalf, hi: number, lo: number, shift: number): number {
  const low = shift >= 32 ? 0 : ((lo >>> shift) << shift) >>> 0
  let high = bits(hi, 0, 16)
  if (half.wide) {
    if (half.granule === 16) high |= bits(lo, 12, 4) << 16
    else high = bits(hi, 0, 18) | (bits(lo, 8, 2) << 18)
  }
  if (shift > 32) high = ((high >>> (shift - 32)) << (shift - 32)) >>> 0
  return high * TWO32 + low
}

/** Bits `[shift + width - 1 : shift]` of a virtual address; `width` is below 32. */
function field(vaHi: number, vaLo: number, shift: number, width: number): number {
  const ones = (1 << width) - 1
  if (shift >= 32) return (vaHi >>> (shift - 32)) & ones
  if (shift + width <= 32) return (vaLo >>> shift) & ones
  return ((vaLo >>> shift) | (vaHi << (32 - shift))) & ones
}

/** Bits `[shift - 1 : 0]` of a virtual address. */
function offsetIn(vaHi: number, vaLo: number, shift: number): number {
  if (shift < 32) return (vaLo & ((1 << shift) - 1)) >>> 0
  return shift === 32 ? vaLo : bits(vaHi, 0, shift - 32) * TWO32 + vaLo
}

function reverse(d: Descriptor): void {
  const { lo, hi } = d
  d.lo = byteReverse(hi)
  d.hi = byteReverse(lo)
}

function byteReverse(n: number): number {
  return ((n >>> 24) | ((n >>> 8) & 0xff00) | ((n & 0xff00) << 8) | (n << 24)) >>> 0
}

function fault(out: Translation, type: FaultType, level: number): FaultType {
  out.fault = type
  out.level = level
  return type
}
