/**
 * Granule protection checks (FEAT_RME): which physical address space a granule of memory belongs to, by the tables at
 * GPTBR_EL3 (DDI 0487, D9; `GranuleProtectionCheck`).
 *
 * @module
 */
import { toNumber } from '../bits.ts'
import type { Features } from './features.ts'
import { type GranuleCheck, GranuleFault } from './granule-check.ts'
import type { TableMemory } from './memory.ts'
import { SecurityState } from './regime-register.ts'
import type { WalkRecorder } from './trace.ts'

const PPS_SIZES = [32, 36, 40, 42, 44, 48, 52]
const RESERVED_SHAREABILITY = 1
const OUTER_SHAREABLE = 2

/** Types of entries, bits [3:0]. Of level 1 entries any other is the first of 16 GPI fields. */
const BLOCK = 0b0001
const TABLE = 0b0011
const CONTIGUOUS = 0b0001

/** Values of GPI fields. */
const NO_ACCESS = 0b0000
const SECURE = 0b1000
const NON_SECURE = 0b1001
const ROOT = 0b1010
const REALM = 0b1011
const ANY = 0b1111
/** Bit n is set where n is a GPI. */
const VALID = (1 << NO_ACCESS) | (1 << SECURE) | (1 << NON_SECURE) | (1 << ROOT) | (1 << REALM) | (1 << ANY)

/**
 * The tables of a CPU: GPCCR_EL3 and GPTBR_EL3, parsed.
 *
 * GPCCR_EL3.GPCP allows checks to be left out; none is.
 */
export class GranuleProtection {
  /** GPCCR_EL3.GPC, on a CPU with FEAT_RME. */
  enabled = false
  /** `GPCRegistersConsistent`. */
  consistent = false
  /** Protected physical address size in bits: GPCCR_EL3.PPS. */
  pps = 32
  /** log2 of the granule: 12, 14 or 16, by GPCCR_EL3.PGS. */
  granuleBits = 12
  /** log2 of the bytes under a level 0 entry: 30, 34, 36 or 39, by GPCCR_EL3.L0GPTSZ. */
  level0Bits = 30
  /** GPTBR_EL3.BADDR is beyond PPS. */
  baseOutOfRange = false
  baseHi = 0
  baseLo = 0
  /** A bit for each value of GPI that this CPU has: without FEAT_SEL2 there is no Secure memory. */
  valid: number = VALID

  /** Parses the registers, GPTBR_EL3 in halves. */
  parse(features: Features, gpccr: number, gptbrHi: number, gptbrLo: number): void {
    this.enabled = features.rme && (gpccr & (1 << 16)) !== 0
    const pps = gpccr & 7
    const pgs = (gpccr >>> 14) & 3
    const sh = (gpccr >>> 12) & 3
    const nonCacheable = ((gpccr >>> 8) & 15) === 0
    this.pps = PPS_SIZES[pps] ?? 52
    this.consistent =
      pps !== 7 &&
      this.pps <= features.paSize &&
      pgs !== 3 &&
      sh !== RESERVED_SHAREABILITY &&
      !(nonCacheable && sh !== OUTER_SHAREABLE)
    this.granuleBits = pgs === 0 ? 12 : pgs === 2 ? 14 : 16
    this.level0Bits = level0Size((gpccr >>> 20) & 15)
    this.valid = features.sel2 ? VALID : VALID & ~(1 << SECURE)
    // BADDR is bits [51:12] of the address.
    const hi = ((gptbrHi & 0xff) << 12) | (gptbrLo >>> 20)
    const lo = (gptbrLo << 12) >>> 0
    this.baseOutOfRange = this.isAbove(hi)
    const alignment = Math.max(this.pps - this.level0Bits + 3, 12)
    this.baseHi = hi
    this.baseLo = (lo & (-1 << alignment)) >>> 0
  }

  /** `AbovePPS` of the address whose high half is `hi`. */
  isAbove(hi: number): boolean {
    return this.pps === 32 ? hi !== 0 : hi >>> (this.pps - 32) !== 0
  }
}

/** GPCCR_EL3.L0GPTSZ in bits of address; reserved values as 0. */
function level0Size(field: number): number {
  if (field === 0b0100) return 34
  if (field === 0b0110) return 36
  return field === 0b1001 ? 39 : 30
}

/**
 * Whether memory at the physical address `hi:lo` may be reached through the address space `paspace`
 * (`GranuleProtectionCheck`). Reads at most two entries, little-endian and in Root space.
 *
 * @param tables the parsed registers.
 * @param memory where the entries are read.
 * @param hi bits [55:32] of the address.
 * @param lo bits [31:0].
 * @param paspace a value of `SecurityState`.
 * @param out receives the result.
 * @param recorder is told every entry read.
 * @returns `out.fault`: a value of {@link GranuleFault}.
 *
 * @example
 * ```ts
 * const tables = new GranuleProtection()
 * tables.parse(ALL_FEATURES, 0x0001_2302, 0, 0x4_0000) // PPS 40 bits, 4 KB granules, GPC; tables at 0x4000_0000
 * granuleProtectionCheck(tables, memory, 0, 0x8000_0000, SecurityState.NON_SECURE, check) // GranuleFault.NONE
 * ```
 */
export function granuleProtectionCheck(
  tables: GranuleProtection,
  memory: TableMemory,
  hi: number,
  lo: number,
  paspace: number,
  out: GranuleCheck,
  recorder?: WalkRecorder,
): number {
  out.fault = GranuleFault.NONE
  out.level = 0
  out.sizeLog2 = 63
  if (!tables.enabled) return GranuleFault.NONE
  if (!tables.consistent) return failed(out, GranuleFault.WALK, 0)
  if (tables.isAbove(hi)) {
    out.sizeLog2 = tables.pps
    return paspace === SecurityState.NON_SECURE ? GranuleFault.NONE : failed(out, GranuleFault.FAIL, 0)
  }
  if (tables.baseOutOfRange) return failed(out, GranuleFault.ADDRESS_SIZE, 0)
  const gpi = identify(tables, memory, hi, lo, out, recorder)
  if (gpi < 0) return out.fault
  return permits(gpi, paspace) ? GranuleFault.NONE : failed(out, GranuleFault.FAIL, out.level)
}

/** `GPTWalk`: the GPI of the granule, or -1 after a fault. */
function identify(
  tables: GranuleProtection,
  memory: TableMemory,
  hi: number,
  lo: number,
  out: GranuleCheck,
  recorder: WalkRecorder | undefined,
): number {
  const { pps, level0Bits, granuleBits } = tables
  const index0 = pps <= level0Bits ? 0 : addressBits(hi, lo, level0Bits, pps)
  if (!read(memory, tables.baseHi, (tables.baseLo | (index0 << 3)) >>> 0, 0, out, recorder)) return -1
  if ((out.lo & 15) === BLOCK) return block(tables, out)
  if ((out.lo & 15) !== TABLE || !isTable(tables, out)) return invalid(out, 0)
  const { hi: tableHi, lo: tableLo } = out
  if (tables.isAbove(tableHi)) {
    failed(out, GranuleFault.ADDRESS_SIZE, 0)
    return -1
  }
  const index1 = addressBits(hi, lo, granuleBits + 4, level0Bits)
  if (!read(memory, tableHi, ((tableLo & ~0xfff) | (index1 << 3)) >>> 0, 1, out, recorder)) return -1
  out.level = 1
  return (out.lo & 15) === CONTIGUOUS ? contiguous(tables, out) : granule(tables, hi, lo, out)
}

/** `DecodeGPTBlock`. */
function block(tables: GranuleProtection, out: GranuleCheck): number {
  const gpi = (out.lo >>> 4) & 15
  if (out.hi !== 0 || out.lo >>> 8 !== 0 || ((tables.valid >> gpi) & 1) === 0) return invalid(out, 0)
  out.sizeLog2 = tables.level0Bits
  return gpi
}

/** The reserved bits of `DecodeGPTTable`, and the table's alignment to its size, are zero. */
function isTable(tables: GranuleProtection, out: GranuleCheck): boolean {
  const aligned = ~(-1 << (tables.level0Bits - tables.granuleBits - 1)) & ~0xfff
  return out.hi >>> 20 === 0 && (out.lo & (0xff0 | aligned)) === 0
}

/** `DecodeGPTContiguous`: a run of 2 MB, 32 MB or 512 MB. */
function contiguous(tables: GranuleProtection, out: GranuleCheck): number {
  const gpi = (out.lo >>> 4) & 15
  const size = (out.lo >>> 8) & 3
  if (out.hi !== 0 || out.lo >>> 10 !== 0 || size === 0 || ((tables.valid >> gpi) & 1) === 0) return invalid(out, 1)
  out.sizeLog2 = 17 + 4 * size
  return gpi
}

/** `DecodeGPTGranules`: 16 fields, each of them valid. */
function granule(tables: GranuleProtection, hi: number, lo: number, out: GranuleCheck): number {
  for (let at = 0; at < 32; at += 4) {
    const both = (tables.valid >> ((out.lo >>> at) & 15)) & (tables.valid >> ((out.hi >>> at) & 15))
    if ((both & 1) === 0) return invalid(out, 1)
  }
  const { granuleBits } = tables
  const index = addressBits(hi, lo, granuleBits, granuleBits + 4)
  out.sizeLog2 = granuleBits
  return ((index >= 8 ? out.hi : out.lo) >>> ((index & 7) * 4)) & 15
}

/** `GPICheck`. */
function permits(gpi: number, paspace: number): boolean {
  // The GPI of one space is 0b10 and the space.
  return gpi === ANY || (gpi !== NO_ACCESS && gpi - SECURE === paspace)
}

function read(
  memory: TableMemory,
  hi: number,
  lo: number,
  level: number,
  out: GranuleCheck,
  recorder: WalkRecorder | undefined,
): boolean {
  out.reads++
  const pa = toNumber(hi, lo)
  if (!memory.readDescriptor(pa, out, SecurityState.ROOT)) {
    failed(out, GranuleFault.EXTERNAL, level)
    return false
  }
  out.hi >>>= 0
  out.lo >>>= 0
  recorder?.granuleEntry?.(level, pa, out.hi, out.lo)
  return true
}

function invalid(out: GranuleCheck, level: number): number {
  failed(out, GranuleFault.WALK, level)
  return -1
}

function failed(out: GranuleCheck, fault: number, level: number): number {
  out.fault = fault
  out.level = level
  return fault
}

/** Bits `[top-1:lsb]` of an address, at most 23 of them; `lsb` is 12 or more. */
function addressBits(hi: number, lo: number, lsb: number, top: number): number {
  const field = lsb >= 32 ? hi >>> (lsb - 32) : (lo >>> lsb) | (hi << (32 - lsb))
  return field & ~(-1 << (top - lsb))
}

const STATUS_CODES = [0, 0b000000, 0b000100, 0b001100, 0b010100]

/**
 * ESR_EL3.ISS.GPCSC of a Granule Protection Check exception (`EncodeGPCSC`): 6 bits.
 *
 * @param fault a value of {@link GranuleFault} but `NONE`.
 * @param level 0 or 1.
 *
 * @example `granuleStatusCode(GranuleFault.FAIL, 1) // 0x0d`
 */
export function granuleStatusCode(fault: number, level: number): number {
  return (STATUS_CODES[fault] ?? 0) | (level & 1)
}
