/**
 * Arbitraries of whole address spaces: registers, tables of one or two stages, and what they map.
 *
 * @module
 */
import fc from 'fast-check'
import { type Features, RegimeRegister, TranslationRegime } from '../tlb/index.ts'
import {
  DESCRIPTOR_FIELDS,
  type FieldMap,
  fieldOf,
  REGISTER_FIELDS,
  STAGE1_LEAF_FIELDS,
  STAGE2_LEAF_FIELDS,
  TABLE_FIELDS,
  withField,
} from './descriptor-fields.ts'
import { TableBuilder, type TableLayout } from './table-builder.ts'
import { SparseTables } from './table-memory.ts'

/** Values of system registers by name; those that are left out are 0. */
export type RegisterValues = Readonly<Partial<Record<keyof typeof RegimeRegister, bigint>>>

/** A page or block of an {@link AddressSpaceCase}. */
export interface Mapping {
  /** First virtual address, 64 bits. */
  readonly va: bigint
  /** First address behind stage 1: physical without stage 2. */
  readonly ipa: bigint
  /** First physical address. */
  readonly pa: bigint
  /** log2 of the bytes that stage 1 maps in one piece; stage 2 maps them in pieces that are as large. */
  readonly sizeLog2: number
  /** The leaf descriptors' attributes, without address and type; 0 for stage 2 where there is none. */
  readonly stage1: bigint
  readonly stage2: bigint
}

/** Registers and tables. */
export interface AddressSpaceCase {
  readonly registers: RegisterValues
  readonly memory: SparseTables
  readonly mappings: readonly Mapping[]
}

/** What {@link addressSpace} generates. */
export interface AddressSpaceOptions {
  /** With a stage 2: always, never, or both (unless given). */
  readonly stage2?: boolean
  /** Most pages and blocks; 6 unless given. */
  readonly maxMappings?: number
}

/** A change of one field of a register or descriptor. */
export interface FieldChange {
  /** A register's name, or a descriptor's physical address in hexadecimal. */
  readonly where: string
  readonly field: string
  readonly from: bigint
  readonly to: bigint
}

/** Stage 1 tables are from here on (an IPA under stage 2), stage 2's from there on. */
const STAGE1_TABLES = 0x4000_0000
const STAGE2_TABLES = 0x8000_0000
/** Where stage 2 puts the pages of stage 1's tables: that much above their IPA. */
const TABLES_MOVED = 0x1_0000_0000
/** TG0 and TG1 of TCR_EL1, by log2 of the granule. */
const TG0 = { 12: 0n, 14: 2n, 16: 1n } as const
const TG1 = { 12: 2n, 14: 1n, 16: 3n } as const
/** Normal Write-Back, Non-cacheable, Device-nGnRnE, nGnRE, nGRE, GRE, Write-Through, tagged. */
const MAIR = 0xf0_bb_0c_08_04_00_44_ffn

/** Attributes of a leaf: every field any value, the Access flag mostly set. */
export function leafAttributes(stage: 1 | 2): fc.Arbitrary<bigint> {
  const fields = stage === 1 ? STAGE1_LEAF_FIELDS : STAGE2_LEAF_FIELDS
  const parts = Object.entries(fields).map(([name, at]) => {
    const most = (1n << BigInt(at[0] - at[1] + 1)) - 1n
    const any = fc.bigInt({ min: 0n, max: most })
    if (name === 'AF') return fc.oneof({ weight: 7, arbitrary: fc.constant(1n) }, { weight: 1, arbitrary: any })
    if (name === 'Contiguous' || name === 'XN') {
      return fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: any })
    }
    if (name === 'S2AP') return fc.oneof({ weight: 3, arbitrary: fc.constant(3n) }, { weight: 1, arbitrary: any })
    return any
  })
  return fc
    .tuple(...parts)
    .map((values) => Object.values(fields).reduce((word, at, i) => withField(word, at, values[i] as bigint), 0n))
}

/** Registers as {@link TranslationRegime} takes them, parsed. */
export function regimeOf(registers: RegisterValues, features?: Features): TranslationRegime {
  const regime = new TranslationRegime(features)
  for (const [name, value] of Object.entries(registers)) {
    const index = RegimeRegister[name as keyof typeof RegimeRegister]
    regime.set(index, Number((value >> 32n) & 0xffff_ffffn), Number(value & 0xffff_ffffn))
  }
  regime.update()
  return regime
}

/** Sizes that a builder of stage 1 or 2 can have. */
function layout(stage: 1 | 2, wide: boolean): fc.Arbitrary<TableLayout> {
  return fc.constantFrom<12 | 14 | 16>(12, 14, 16).chain((granuleBits) => {
    const least = stage === 2 ? 34 : granuleBits + 1
    return fc.record({
      stage: fc.constant(stage),
      granuleBits: fc.constant(granuleBits),
      inputBits: fc.integer({ min: Math.max(least, 25), max: wide ? 52 : 48 }),
      wide: fc.constant(wide),
      bigEndian: fc.boolean(),
    })
  })
}

/** The same tables with the first level saved, where up to 16 of the second one side by side do for it. */
function concatenate(layout: TableLayout): TableLayout {
  const { granuleBits, inputBits } = layout
  const stride = granuleBits - 3
  const first = ((inputBits - 1 - granuleBits) % stride) + 1
  return first > 4 || inputBits - first <= granuleBits ? layout : { ...layout, concatenated: 2 ** first }
}

/**
 * Address spaces of the EL1&0 regime: 4, 16 and 64 KB granules, any TxSZ, 52-bit addresses, both halves, pages and blocks,
 * either endianness, with or without a stage 2 (which then maps stage 1's tables and outputs, page by page).
 *
 * @example
 * ```ts
 * const space = addressSpace({ stage2: false })
 * fc.assert(fc.property(space, ({ registers, memory, mappings: [page] }) => {
 *   walk(regimeOf(registers), memory, Number(page.va >> 32n), Number(page.va & 0xffff_ffffn), DEBUG_LOAD, out)
 *   return out.fault !== FaultKind.NONE || BigInt(out.pa) === page.pa
 * }))
 * ```
 */
export function addressSpace(options: AddressSpaceOptions = {}): fc.Arbitrary<AddressSpaceCase> {
  const { stage2, maxMappings = 6 } = options
  const mapping = fc.record({
    upper: fc.boolean(),
    level: fc.integer({ min: 0, max: 3 }),
    va: fc.bigInt({ min: 0n, max: (1n << 52n) - 1n }),
    output: fc.bigInt({ min: 0n, max: (1n << 52n) - 1n }),
    pa: fc.bigInt({ min: 0n, max: (1n << 52n) - 1n }),
    stage1: leafAttributes(1),
    stage2: leafAttributes(2),
    table: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0n) },
      { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 31n }) },
    ),
  })
  return fc
    .record({
      wide: fc.boolean(),
      nested: stage2 === undefined ? fc.boolean() : fc.constant(stage2),
    })
    .chain(({ wide, nested }) =>
      fc.record({
        wide: fc.constant(wide),
        nested: fc.constant(nested),
        lower: layout(1, wide),
        upper: layout(1, wide),
        second: fc.tuple(layout(2, wide), fc.boolean()).map(([tables, save]) => {
          const must = tables.granuleBits === 14 && tables.inputBits === 48 && !wide
          return save || must ? concatenate(tables) : tables
        }),
        mappings: fc.array(mapping, { minLength: 1, maxLength: maxMappings }),
        tags: fc.tuple(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xff })),
      }),
    )
    .map(build)
}

interface Recipe {
  readonly wide: boolean
  readonly nested: boolean
  readonly lower: TableLayout
  readonly upper: TableLayout
  readonly second: TableLayout
  readonly mappings: readonly (Omit<Mapping, 'va' | 'ipa' | 'sizeLog2'> & {
    readonly upper: boolean
    readonly level: number
    readonly va: bigint
    readonly output: bigint
    readonly table: bigint
  })[]
  readonly tags: readonly [number, number]
}

function build(recipe: Recipe): AddressSpaceCase {
  const { wide, nested, second, tags } = recipe
  const memory = new SparseTables()
  const place = nested ? (address: number): number => address + TABLES_MOVED : undefined
  // SCTLR_EL1.EE is one bit for both halves, and DS one for both granules.
  const bigEndian = recipe.lower.bigEndian === true
  const lower = new TableBuilder(memory, STAGE1_TABLES, recipe.lower, place)
  const upperAt = STAGE1_TABLES + 0x1000_0000
  const upper = new TableBuilder(memory, upperAt, { ...recipe.upper, bigEndian }, place)
  const stage2 = nested ? new TableBuilder(memory, STAGE2_TABLES, second) : undefined
  const mappings: Mapping[] = []
  const taken = new Set<bigint>()
  for (const m of recipe.mappings) {
    const tables = m.upper ? upper : lower
    let { level } = m
    while (!tables.hasLeaf(level) || tables.sizeLog2(level) >= tables.layout.inputBits) level++
    const sizeLog2 = tables.sizeLog2(level)
    const size = BigInt(sizeLog2)
    const { inputBits } = tables.layout
    const input = ((m.va & ((1n << BigInt(inputBits)) - 1n)) >> size) << size
    const outputBits = nested ? second.inputBits : wide ? 52 : 48
    const ipa = ((m.output & ((1n << BigInt(outputBits)) - 1n)) >> size) << size
    let pa = ipa
    if (stage2 !== undefined) {
      // The first bytes of the page go through one page of stage 2, which no other mapping has.
      const page = 1n << BigInt(second.granuleBits)
      const output = m.pa & ((1n << (wide ? 52n : 48n)) - 1n)
      pa = output - (output % page) + (ipa % page)
      if (overTables(ipa) || taken.has(ipa / page)) continue
      taken.add(ipa / page)
    }
    if (!tables.map(input, ipa, m.stage1, level)) continue
    stage2?.map(ipa, pa, m.stage2)
    if (m.table !== 0n && level > tables.startLevel) tables.limit(input, level - 1, m.table << 59n)
    const sign = m.upper ? -1n << BigInt(inputBits) : 0n
    mappings.push({
      va: BigInt.asUintN(64, sign | input),
      ipa,
      pa,
      sizeLog2,
      stage1: m.stage1,
      stage2: nested ? m.stage2 : 0n,
    })
  }
  if (stage2 !== undefined) {
    const size = 2 ** second.granuleBits
    for (const { root, end } of [lower, upper]) {
      for (let at = root - (root % size); at < end; at += size) {
        stage2.map(BigInt(at), BigInt(at + TABLES_MOVED), 0x7fcn)
      }
    }
  }
  return { registers: registersOf(lower, upper, stage2, wide, tags), memory, mappings }
}

function overTables(ipa: bigint): boolean {
  return ipa >= BigInt(STAGE1_TABLES) && ipa < BigInt(STAGE1_TABLES) * 2n
}

function registersOf(
  lower: TableBuilder,
  upper: TableBuilder,
  stage2: TableBuilder | undefined,
  wide: boolean,
  [asid, vmid]: readonly [number, number],
): RegisterValues {
  const t = REGISTER_FIELDS.TCR_EL1
  // DS is about the 4 KB and 16 KB granules; IPS 6 is 52 bits, 5 is 48.
  let tcr = withField(withField(0n, t.IPS, wide ? 6n : 5n), t.DS, wide ? 1n : 0n)
  tcr = withField(tcr, t.T0SZ, BigInt(64 - lower.layout.inputBits))
  tcr = withField(tcr, t.T1SZ, BigInt(64 - upper.layout.inputBits))
  tcr = withField(withField(tcr, t.TG0, TG0[lower.layout.granuleBits]), t.TG1, TG1[upper.layout.granuleBits])
  const registers = {
    SCTLR_EL1: lower.layout.bigEndian === true ? 0x200_1005n : 0x1005n,
    TCR_EL1: tcr,
    TTBR0_EL1: BigInt(lower.root) | (BigInt(asid) << 48n),
    TTBR1_EL1: BigInt(upper.root) | (BigInt(asid) << 48n),
    MAIR_EL1: MAIR,
  }
  if (stage2 === undefined) return registers
  const v = REGISTER_FIELDS.VTCR_EL2
  const { granuleBits, inputBits, bigEndian } = stage2.layout
  let vtcr = withField(withField(0n, v.PS, wide ? 6n : 5n), v.DS, wide && granuleBits !== 16 ? 1n : 0n)
  vtcr = withField(withField(vtcr, v.T0SZ, BigInt(64 - inputBits)), v.TG0, TG0[granuleBits])
  if (granuleBits === 12) {
    // SL0 counts 2, 1, 0, 3 for the levels 0 to 3; level -1 is SL2 with SL0 = 0.
    const sl0 = ([0n, 2n, 1n, 0n, 3n] as const)[stage2.startLevel + 1] as bigint
    vtcr = withField(withField(vtcr, v.SL0, sl0), v.SL2, stage2.startLevel < 0 ? 1n : 0n)
  } else vtcr = withField(vtcr, v.SL0, BigInt(3 - stage2.startLevel))
  return {
    ...registers,
    HCR_EL2: 1n,
    VTCR_EL2: vtcr,
    VTTBR_EL2: BigInt(stage2.root) | (BigInt(vmid) << 48n),
    SCTLR_EL2: bigEndian === true ? 0x200_0000n : 0n,
  }
}

/** Descriptor fields of all kinds: which one a descriptor is depends on the walk. */
const ANY_DESCRIPTOR: FieldMap = {
  ...DESCRIPTOR_FIELDS,
  ...STAGE1_LEAF_FIELDS,
  ...STAGE2_LEAF_FIELDS,
  ...TABLE_FIELDS,
}

/**
 * Address spaces with one field of one register or descriptor changed to any other value: the neighbours of valid
 * configurations, where walkers err.
 *
 * @example
 * ```ts
 * addressSpace().chain(oneFieldChange) // for example { space, change: { where: 'TCR_EL1', field: 'T0SZ', from: 16n, to: 48n } }
 * ```
 */
export function oneFieldChange(
  space: AddressSpaceCase,
): fc.Arbitrary<{ readonly space: AddressSpaceCase; readonly change: FieldChange }> {
  const registers = Object.entries(REGISTER_FIELDS).flatMap(([where, fields]) =>
    Object.entries(fields as FieldMap).map(([field, at]) => ({ where, field, at, pa: -1 })),
  )
  const descriptors = space.memory
    .addresses()
    .flatMap((pa) =>
      Object.entries(ANY_DESCRIPTOR).map(([field, at]) => ({ where: `0x${pa.toString(16)}`, field, at, pa })),
    )
  return fc
    .oneof(fc.constantFrom(...registers), fc.constantFrom(...descriptors))
    .chain((place) => {
      const most = (1n << BigInt(place.at[0] - place.at[1] + 1)) - 1n
      return fc.tuple(fc.constant(place), fc.bigInt({ min: 1n, max: most }))
    })
    .map(([{ where, field, at, pa }, flip]) => {
      const memory = space.memory.clone()
      const name = where as keyof RegisterValues
      const before = pa < 0 ? (space.registers[name] ?? 0n) : memory.read(pa)
      const from = fieldOf(before, at)
      const to = from ^ flip
      const after = withField(before, at, to)
      if (pa >= 0) memory.write(pa, after)
      const changed = pa < 0 ? { ...space.registers, [name]: after } : space.registers
      return { space: { ...space, registers: changed, memory }, change: { where, field, from, to } }
    })
}
