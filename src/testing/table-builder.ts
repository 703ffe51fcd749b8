/**
 * Builds translation tables: a page or block at a time, as an operating system or a hypervisor does.
 *
 * @module
 */
import type { SparseTables } from './table-memory.ts'

/** Which tables a {@link TableBuilder} makes. */
export interface TableLayout {
  readonly stage: 1 | 2
  /** log2 of the granule: 12, 14 or 16. */
  readonly granuleBits: 12 | 14 | 16
  /** Bits of input addresses, 64 - TxSZ: 16 to 48, to 52 with `ds` or the 64 KB granule. */
  readonly inputBits: number
  /**
   * Output addresses have 52 bits: FEAT_LPA with the 64 KB granule, TCR_ELx.DS (FEAT_LPA2) with the others. `false` unless
   * given.
   */
  readonly wide?: boolean
  /** Stage 2: tables of the first level side by side, so that one level is saved; 1 (none) to 16. 1 unless given. */
  readonly concatenated?: number
  /** Tables are big-endian: SCTLR_ELx.EE. `false` unless given. */
  readonly bigEndian?: boolean
}

/** The layout cannot be, or an address does not fit it. */
export class TableLayoutError extends RangeError {
  override readonly name = 'TableLayoutError'
}

/** log2 of the most tables that may be side by side at stage 2. */
const MAX_CONCATENATED_BITS = 4

/**
 * Tables of one stage in a {@link SparseTables}: {@link TableBuilder.map} makes the levels that are missing.
 *
 * @example
 * ```ts
 * const memory = new SparseTables()
 * const tables = new TableBuilder(memory, 0x4000_0000, { stage: 1, granuleBits: 12, inputBits: 39 })
 * tables.map(0x1000n, 0x0c00_0000n, 0x703n) // true
 * memory.toJSON() // { '0x40000000': '0x40001003', '0x40001000': '0x40002003', '0x40002008': '0xc000703' }
 * ```
 */
export class TableBuilder {
  readonly layout: TableLayout
  /** Address of the first table, what TTBR0_EL1 or VTTBR_EL2 holds: an IPA where stage 2 is in force. */
  readonly root: number
  /** Level of the first table, -1..3. */
  readonly startLevel: number
  /** First address behind the tables made so far. */
  end: number
  private readonly memory: SparseTables
  private readonly place: (address: number) => number
  private readonly stride: number
  private readonly indexBits: number

  /**
   * @param root where the first table goes; the others follow it. A multiple of the first table's size.
   * @param place the physical address of a table's address: for stage 1 tables under stage 2.
   * @throws TableLayoutError when such tables cannot be, or `root` is not aligned.
   */
  constructor(memory: SparseTables, root: number, layout: TableLayout, place = (address: number): number => address) {
    const { granuleBits, inputBits, concatenated = 1, wide = false } = layout
    if (granuleBits !== 12 && granuleBits !== 14 && granuleBits !== 16) {
      throw new TableLayoutError(`granuleBits is ${granuleBits}: granules have 12, 14 or 16`)
    }
    const most = wide || granuleBits === 16 ? 52 : 48
    const least = Math.max(16, granuleBits + 1)
    if (!Number.isInteger(inputBits) || inputBits < least || inputBits > most) {
      throw new TableLayoutError(`inputBits is ${inputBits}: tables of this granule take ${least} to ${most}`)
    }
    this.layout = layout
    this.memory = memory
    this.place = place
    this.stride = granuleBits - 3
    let level = 3 - Math.floor((inputBits - 1 - granuleBits) / this.stride)
    const saved = Math.log2(concatenated)
    if (!Number.isInteger(saved) || saved < 0 || saved > MAX_CONCATENATED_BITS || (saved > 0 && layout.stage === 1)) {
      throw new TableLayoutError(`concatenated is ${concatenated}: 1, or at stage 2 also 2, 4, 8 or 16`)
    }
    if (saved > 0) {
      if (level === 3 || this.widthAt(level, inputBits) !== saved) {
        const can = level === 3 ? 1 : 2 ** this.widthAt(level, inputBits)
        throw new TableLayoutError(`${concatenated} tables side by side do not make ${inputBits} bits; ${can} would`)
      }
      level++
    }
    if (layout.stage === 2 && granuleBits === 14 && level === 0 && !wide) {
      throw new TableLayoutError('stage 2 of the 16 KB granule has no level 0 without 52-bit addresses: concatenate 2')
    }
    this.startLevel = level
    this.indexBits = this.widthAt(level, inputBits)
    const bytes = 8 * 2 ** this.indexBits
    if (!Number.isSafeInteger(root) || root < 0 || root % Math.max(bytes, 64) !== 0) {
      throw new TableLayoutError(`the root 0x${root.toString(16)} is not a multiple of its table's ${bytes} bytes`)
    }
    this.root = root
    this.end = root + Math.ceil(bytes / 2 ** granuleBits) * 2 ** granuleBits
  }

  /** log2 of the bytes that a leaf at `level` maps. */
  sizeLog2(level: number): number {
    return this.layout.granuleBits + (3 - level) * this.stride
  }

  /** Whether a descriptor of `level` may be a leaf: `AArch64.BlockDescSupported`. */
  hasLeaf(level: number): boolean {
    const { granuleBits, wide = false } = this.layout
    if (level < this.startLevel || level > 3) return false
    if (level >= 2) return true
    return level === 1 ? granuleBits === 12 || wide : level === 0 && granuleBits === 12 && wide
  }

  /**
   * Maps the page or block around `input` to the one around `output`.
   * @param attributes the descriptor's bits but for the address; bits [1:0], and those of the address, are not taken.
   * @param level 3 for a page, less for a block.
   * @returns `false` where something is mapped already: nothing is changed.
   * @throws TableLayoutError for an address or a level that the layout cannot have.
   */
  map(input: bigint, output: bigint, attributes: bigint, level = 3): boolean {
    if (!this.hasLeaf(level)) throw new TableLayoutError(`level ${level} has no leaf in these tables`)
    const size = BigInt(this.sizeLog2(level))
    const type = level === 3 ? 3n : 1n
    // With `wide`, SH of a 4 KB or 16 KB leaf is part of the address: TCR_ELx.SHn says it for all.
    const own = attributes & ~(this.address(-1n << BigInt(this.layout.granuleBits)) | 3n)
    return this.put(input, level, this.address((output >> size) << size) | own | type, false)
  }

  /**
   * Writes any descriptor at `level` of the input address, over what is there; `false` where a leaf is above.
   * @throws TableLayoutError for an address or a level that the layout cannot have.
   */
  replace(input: bigint, level: number, descriptor: bigint): boolean {
    return this.put(input, level, descriptor, true)
  }

  /** Sets bits [63:59] of the table descriptors above `level`, made so far: hierarchical permissions, NSTable. */
  limit(input: bigint, level: number, attributes: bigint): void {
    const at = this.entry(input, level)
    if (at !== undefined) this.write(at, this.readAt(at) | (attributes & (31n << 59n)))
  }

  /** Address of the entry of `level` for an input address; `undefined` where no table leads there. */
  entry(input: bigint, level: number): number | undefined {
    let table = this.root
    for (let l = this.startLevel; ; l++) {
      const at = table + 8 * this.index(input, l)
      if (l === level) return at
      const descriptor = this.readAt(at)
      if ((descriptor & 3n) !== 3n || l === 3) return undefined
      table = this.target(descriptor)
    }
  }

  private put(input: bigint, level: number, descriptor: bigint, over: boolean): boolean {
    if (input >> BigInt(this.layout.inputBits) !== 0n || input < 0n) {
      throw new TableLayoutError(`0x${input.toString(16)} has more than ${this.layout.inputBits} bits`)
    }
    if (!Number.isInteger(level) || level < this.startLevel || level > 3) {
      throw new TableLayoutError(`level is ${level}: these tables have ${this.startLevel} to 3`)
    }
    let table = this.root
    for (let l = this.startLevel; l < level; l++) {
      const at = table + 8 * this.index(input, l)
      const found = this.readAt(at)
      if ((found & 1n) === 0n) {
        table = this.end
        this.end += 2 ** this.layout.granuleBits
        this.write(at, this.address(BigInt(table)) | 3n)
      } else if ((found & 2n) === 0n) return false
      else table = this.target(found)
    }
    const at = table + 8 * this.index(input, level)
    const found = this.readAt(at)
    if (!over && (found & 1n) !== 0n) return false
    this.write(at, descriptor)
    return true
  }

  private widthAt(level: number, inputBits: number): number {
    return inputBits - (this.layout.granuleBits + (3 - level) * (this.layout.granuleBits - 3))
  }

  private index(input: bigint, level: number): number {
    const bits = level === this.startLevel ? this.indexBits : this.stride
    return Number((input >> BigInt(this.sizeLog2(level))) & ((1n << BigInt(bits)) - 1n))
  }

  /** An output address where descriptors have it. */
  private address(output: bigint): bigint {
    const { granuleBits, wide = false } = this.layout
    const low = output & 0xffff_ffff_ffffn
    const high = (output >> 48n) & 15n
    if (!wide) return low
    if (granuleBits === 16) return low | (high << 12n)
    return low | ((high & 3n) << 48n) | ((high >> 2n) << 8n)
  }

  /** The next table of a table descriptor. */
  private target(descriptor: bigint): number {
    const { granuleBits, wide = false } = this.layout
    let high = 0n
    if (wide && granuleBits === 16) high = (descriptor >> 12n) & 15n
    else if (wide) high = ((descriptor >> 48n) & 3n) | (((descriptor >> 8n) & 3n) << 2n)
    return Number((high << 48n) | (descriptor & 0xffff_ffff_ffffn & (-1n << BigInt(granuleBits))))
  }

  private readAt(at: number): bigint {
    const value = this.memory.read(this.place(at))
    return this.layout.bigEndian === true ? swapBytes(value) : value
  }

  private write(at: number, value: bigint): void {
    this.memory.write(this.place(at), this.layout.bigEndian === true ? swapBytes(value) : value)
  }
}

/** The eight bytes of a doubleword in reverse order. */
function swapBytes(value: bigint): bigint {
  let out = 0n
  for (let i = 0n; i < 64n; i += 8n) out |= ((value >> i) & 0xffn) << (56n - i)
  return out
}
