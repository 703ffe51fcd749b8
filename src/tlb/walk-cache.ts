/**
 * Walk-cache entries: where the last table of a stage 1 walk is, so that the next address below it starts there.
 *
 * @module
 */
import type { TableParameters } from './parameters.ts'
import { type TlbInvalidation, TlbiKind } from './tlbi.ts'
import type { StageState } from './translation.ts'

const ENTRIES = 64
/** Levels of a table that is not the first: 0..3. */
const LEVELS = 4

/**
 * Keeps the last table of walks: by VA, level, ASID, owner and register state. The hierarchical
 * permissions of the tables above are remembered with it. Direct-mapped; a start allocates nothing.
 *
 * The architecture lets such entries live until a TLBI of their VMID and ASID names an address below the table, or all
 * addresses; TLBI of the last level only (VALE1 and its kin) leaves them, and so does IPAS2E1: the table's IPA still goes
 * through stage 2 (DDI 0487, D8.14).
 */
export class WalkCache {
  /** Walks that started at a kept table. */
  starts = 0
  /** Whose walk is at hand. */
  private context = 0
  private asid = 0
  private owner = 0
  private readonly valid: Uint8Array = new Uint8Array(ENTRIES)
  /** VA[55:0] shifted right by {@link shift}, in halves. */
  private readonly regionHi: Uint32Array = new Uint32Array(ENTRIES)
  private readonly regionLo: Uint32Array = new Uint32Array(ENTRIES)
  /** log2 of the bytes below the table. */
  private readonly shift: Uint8Array = new Uint8Array(ENTRIES)
  private readonly level: Int8Array = new Int8Array(ENTRIES)
  private readonly contexts: Uint8Array = new Uint8Array(ENTRIES)
  private readonly asids: Uint16Array = new Uint16Array(ENTRIES)
  private readonly owners: Int32Array = new Int32Array(ENTRIES)
  private readonly tableHi: Uint32Array = new Uint32Array(ENTRIES)
  private readonly tableLo: Uint32Array = new Uint32Array(ENTRIES)
  private readonly attributes: Uint8Array = new Uint8Array(ENTRIES)
  /** Entries of each level: a start tries only levels that there are. */
  private readonly count: Int32Array = new Int32Array(LEVELS)

  /** Names the register state, ASID and owner of the walks to come. */
  begin(context: number, asid: number, owner: number): void {
    this.context = context
    this.asid = asid
    this.owner = owner
  }

  /** Puts a walk at its entry of the deepest table kept for the address: `WalkRecorder.start`. */
  start(p: TableParameters, hi: number, lo: number, s: StageState): boolean {
    for (let level = 3; level > p.startLevel; level--) {
      if ((this.count[level] as number) === 0) continue
      const shift = regionBits(p, level)
      const regionHi = shift < 32 ? (hi & 0x00ff_ffff) >>> shift : 0
      const regionLo = halfOf(hi & 0x00ff_ffff, lo, shift)
      const e = slot(regionLo, level)
      if (
        this.valid[e] === 0 ||
        this.regionLo[e] !== regionLo ||
        this.regionHi[e] !== regionHi ||
        this.level[e] !== level ||
        this.shift[e] !== shift ||
        this.context !== this.contexts[e] ||
        this.asid !== this.asids[e] ||
        this.owner !== this.owners[e]
      ) {
        continue
      }
      s.level = level
      s.tableAttributes = this.attributes[e] as number
      s.assured = p.protectedBit !== 0
      const index = halfOf(hi, lo, shift - p.stride) & ((1 << p.stride) - 1)
      s.entryHi = this.tableHi[e] as number
      s.entryLo = ((this.tableLo[e] as number) | (index << (p.granuleBits - p.stride))) >>> 0
      this.starts++
      return true
    }
    return false
  }

  /** `WalkRecorder.descriptor`: nothing to note. */
  descriptor(): void {}

  /** Keeps the table in which a walk that succeeded found its leaf; the first table is not worth it. */
  keep(p: TableParameters, hi: number, lo: number, s: StageState, underStage2: boolean): void {
    const { level } = s
    // FEAT_THE: only whole paths that are assured, since which descriptor was not is forgotten by now. Without stage 2 no
    // path is.
    if (level <= p.startLevel || (underStage2 && p.protectedBit !== 0 && !s.assured)) return
    const shift = regionBits(p, level)
    const regionLo = halfOf(hi & 0x00ff_ffff, lo, shift)
    const e = slot(regionLo, level)
    if (this.valid[e] !== 0) this.drop(e)
    this.valid[e] = 1
    this.count[level] = (this.count[level] as number) + 1
    this.regionHi[e] = shift < 32 ? (hi & 0x00ff_ffff) >>> shift : 0
    this.regionLo[e] = regionLo
    this.shift[e] = shift
    this.level[e] = level
    this.contexts[e] = this.context
    this.asids[e] = this.asid
    this.owners[e] = this.owner
    this.tableHi[e] = s.entryHi
    this.tableLo[e] = s.entryLo & (-1 << p.granuleBits)
    this.attributes[e] = s.tableAttributes
  }

  /** Forgets what a TLBI names. @returns entries dropped. */
  invalidate(operation: TlbInvalidation): number {
    const { kind, asid, start, end, leafOnly } = operation
    if (kind === TlbiKind.IPA || leafOnly) return 0
    let dropped = 0
    for (let e = 0; e < ENTRIES; e++) {
      if (this.valid[e] === 0 || !operation.concerns(this.owners[e] as number)) continue
      if ((kind === TlbiKind.ASID || kind === TlbiKind.VA) && this.asids[e] !== asid) continue
      if (kind >= TlbiKind.VA) {
        const size = 2 ** (this.shift[e] as number)
        const first = ((this.regionHi[e] as number) * 0x1_0000_0000 + (this.regionLo[e] as number)) * size
        if (first >= end || start >= first + size) continue
      }
      this.drop(e)
      dropped++
    }
    return dropped
  }

  /** Forgets the entries of a register state. */
  dropContext(context: number): void {
    for (let e = 0; e < ENTRIES; e++) if (this.valid[e] !== 0 && this.contexts[e] === context) this.drop(e)
  }

  /** Forgets everything. */
  clear(): void {
    this.valid.fill(0)
    this.count.fill(0)
  }

  private drop(e: number): void {
    this.valid[e] = 0
    const level = this.level[e] as number
    this.count[level] = (this.count[level] as number) - 1
  }
}

/** log2 of the bytes below a whole table of `level`. */
function regionBits(p: TableParameters, level: number): number {
  return p.granuleBits + p.stride * (4 - level)
}

/** Bits [31:0] of `hi:lo` shifted right by `shift`, 1..63. */
function halfOf(hi: number, lo: number, shift: number): number {
  return (shift < 32 ? (lo >>> shift) | (hi << (32 - shift)) : hi >>> (shift - 32)) >>> 0
}

function slot(regionLo: number, level: number): number {
  return (regionLo ^ (regionLo >>> 6) ^ (level << 4)) & (ENTRIES - 1)
}
