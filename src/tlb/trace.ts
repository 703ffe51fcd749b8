/**
 * Who wants to see a walk: one call for each descriptor read.
 *
 * @module
 */
import { hex, TWO32 } from '../bits.ts'
import type { TableParameters } from './parameters.ts'
import type { StageState } from './translation.ts'

/** Is told each descriptor as it is read, in the order of the reads; may know where a walk of stage 1 can start. */
export interface WalkRecorder {
  /**
   * Asked before a walk of stage 1 reads its first table: a walk cache.
   *
   * @param p the half's parameters.
   * @param hi bits [63:32] of the VA.
   * @param lo bits [31:0].
   * @param state where `true` leaves the level and address of the entry to read, and the attributes of the tables above it.
   * @returns whether the walk starts there; `false` starts it at the first table.
   */
  start?(p: TableParameters, hi: number, lo: number, state: StageState): boolean

  /**
   * A descriptor was read.
   *
   * @param stage 1 or 2.
   * @param level level of the descriptor, -1..3.
   * @param pa where it was read.
   * @param address its address before stage 2: an IPA for stage 1 descriptors under stage 2, else `pa`.
   * @param hi bits [63:32] of the descriptor, big-endian tables swapped.
   * @param lo bits [31:0].
   * @param topHi bits [127:96] of a 128-bit descriptor; one of 64 bits has none.
   * @param topLo bits [95:64].
   */
  descriptor(
    stage: number,
    level: number,
    pa: number,
    address: number,
    hi: number,
    lo: number,
    topHi?: number,
    topLo?: number,
  ): void

  /**
   * An entry of the granule protection tables was read (FEAT_RME), before the descriptor or output that it is about.
   *
   * @param level 0 or 1.
   * @param pa where it was read, in Root space.
   * @param hi bits [63:32] of the entry.
   * @param lo bits [31:0].
   */
  granuleEntry?(level: number, pa: number, hi: number, lo: number): void
}

/** One descriptor that a walk read. */
export interface DescriptorRead {
  readonly stage: number
  readonly level: number
  readonly pa: number
  readonly address: number
  readonly hi: number
  readonly lo: number
  /** Bits [127:96] and [95:64] of a 128-bit descriptor (FEAT_D128). */
  readonly topHi?: number
  readonly topLo?: number
}

/** One entry of the granule protection tables that a walk read. */
export interface GranuleRead {
  readonly level: number
  readonly pa: number
  readonly hi: number
  readonly lo: number
  /** How many descriptors the walk had read before: the next one, or the output, is what the entry is about. */
  readonly after: number
}

/**
 * Keeps the descriptors of a walk, for people.
 *
 * @example
 * ```ts
 * const trace = new WalkTrace()
 * walk(regime, memory, 0, 0x1234, LOAD, out, trace)
 * trace.lines()[0] // 'stage 1 level 1 at 0x40000000: 0x0000000040001003'
 * ```
 */
export class WalkTrace implements WalkRecorder {
  readonly reads: DescriptorRead[] = []
  /** Entries of the granule protection tables (FEAT_RME). */
  readonly granules: GranuleRead[] = []

  /** Keeps a descriptor. */
  descriptor(
    stage: number,
    level: number,
    pa: number,
    address: number,
    hi: number,
    lo: number,
    topHi?: number,
    topLo?: number,
  ): void {
    const read = { stage, level, pa, address, hi, lo }
    this.reads.push(topHi === undefined || topLo === undefined ? read : { ...read, topHi, topLo })
  }

  /** Keeps an entry of the granule protection tables. */
  granuleEntry(level: number, pa: number, hi: number, lo: number): void {
    this.granules.push({ level, pa, hi, lo, after: this.reads.length })
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.reads.length = 0
    this.granules.length = 0
  }

  /** One line for each read. */
  lines(): string[] {
    return this.reads.map((read) => {
      const { stage, level, pa, address } = read
      const at = address === pa ? hex(pa) : `${hex(address)} (PA ${hex(pa)})`
      return `stage ${stage} level ${level} at ${at}: ${descriptorText(read)}`
    })
  }
}

/** A descriptor in hexadecimal, 16 digits or 32. */
function descriptorText({ hi, lo, topHi, topLo }: DescriptorRead): string {
  const half = (high: number, low: number): bigint => BigInt(high) * BigInt(TWO32) + BigInt(low)
  if (topHi === undefined || topLo === undefined) return hex(half(hi, lo), 16)
  return hex((half(topHi, topLo) << 64n) | half(hi, lo), 32)
}
