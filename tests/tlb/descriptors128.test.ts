import { describe, expect, it } from 'vitest'
import {
  Access,
  type Descriptor,
  type Descriptor128,
  FaultKind,
  LOAD,
  RegimeRegister,
  STORE,
  type TableMemory,
  Translation,
  TranslationRegime,
  Update,
  WalkTrace,
  walk,
} from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

/** RAM of doublewords, with 16-byte reads and compare-and-swap; keeps a log of them. */
class Memory implements TableMemory {
  readonly words = new Map<number, bigint>()
  readonly log: string[] = []
  /** Answers so many compare-and-swaps with `false`. */
  losing = 0

  put(pa: number, bottom: bigint, top = 0n): this {
    this.words.set(pa, bottom).set(pa + 8, top)
    return this
  }

  readDescriptor(pa: number, out: Descriptor): boolean {
    this.log.push(`read 0x${pa.toString(16)}`)
    const word = this.words.get(pa)
    if (word === undefined) return false
    out.hi = high(word)
    out.lo = low(word)
    return true
  }

  compareAndSwapDescriptor128(pa: number, old: Descriptor128, now: Descriptor128): boolean {
    const word = (hi: number, lo: number): bigint => (BigInt(hi) << 32n) | BigInt(lo)
    this.log.push(`swap 0x${pa.toString(16)}`)
    if (this.losing-- > 0) return false
    if (this.words.get(pa) !== word(old.hi, old.lo) || this.words.get(pa + 8) !== word(old.topHi, old.topLo))
      return false
    this.put(pa, word(now.hi, now.lo), word(now.topHi, now.topLo))
    return true
  }
}

const TABLE1 = 0x4000_0000
const TABLE2 = 0x4100_0000
const TABLE3 = 0x4200_0000
const AF = 1n << 10n
const CLEAN = 1n << 7n
/** In the upper doubleword: SKL, Contiguous, DisCH, GP, PIIndex, POIndex. */
const SKL = 45n
const CONTIGUOUS = 1n << 47n
const DISCH = 1n << 48n
const GP = 1n << 49n
const PI = 51n
const PO = 57n
const HA = 1n << 39n
const HD = 1n << 40n

function set(regime: TranslationRegime, name: keyof typeof RegimeRegister, value: bigint): void {
  regime.set(RegimeRegister[name], high(value), low(value))
}

/** A 32-bit VA of 4 KB pages: levels 1, 2 and 3 of 256 entries each. VA 0x1000 is the page at 0x8000_0000. */
function machine(page: bigint, top = 0n, tcr = 0n): { regime: TranslationRegime; memory: Memory } {
  const regime = new TranslationRegime()
  set(regime, 'SCTLR_EL1', 0x1005n)
  set(regime, 'TCR_EL1', (7n << 32n) | 32n | tcr)
  set(regime, 'TCR2_EL1', 1n << 5n)
  set(regime, 'TTBR0_EL1', BigInt(TABLE1))
  set(regime, 'MAIR_EL1', 0xffn)
  set(regime, 'PIR_EL1', 0x5n)
  const memory = new Memory()
    .put(TABLE1, BigInt(TABLE2) | 0x401n)
    .put(TABLE2, BigInt(TABLE3) | 0x401n)
    .put(TABLE3 + 16, 0x8000_0001n | page, top)
  return { regime, memory }
}

function translated(
  { regime, memory }: { regime: TranslationRegime; memory: Memory },
  va = 0x1000,
  access = LOAD,
): Translation {
  const out = new Translation()
  regime.update()
  walk(regime, memory, 0, va, access, out)
  return out
}

describe('128-bit descriptors, AArch64.S1Walk', () => {
  it('are read from their low half on, and told whole', () => {
    const { regime, memory } = machine(AF, GP)
    const trace = new WalkTrace()
    regime.update()
    const out = new Translation()
    expect(walk(regime, memory, 0, 0x1234, LOAD, out, trace)).toBe(FaultKind.NONE)
    expect([out.pa, out.level, out.sizeLog2, out.guarded, out.reads]).toEqual([0x8000_0234, 3, 12, true, 3])
    expect(memory.log.slice(0, 2)).toEqual([`read 0x${TABLE1.toString(16)}`, `read 0x${(TABLE1 + 8).toString(16)}`])
    expect(trace.lines()[2]).toBe(
      `stage 1 level 3 at 0x${(TABLE3 + 16).toString(16)}: 0x00020000000000000000000080000401`,
    )
  })

  it('are read in one step where memory can', () => {
    const { regime, memory } = machine(AF)
    const wide = Object.assign(memory, {
      readDescriptor128(pa: number, to: Descriptor128): boolean {
        memory.log.push(`wide 0x${pa.toString(16)}`)
        const [bottom, top] = [memory.words.get(pa) ?? 0n, memory.words.get(pa + 8) ?? 0n]
        Object.assign(to, { lo: low(bottom), hi: high(bottom), topLo: low(top), topHi: high(top) })
        return true
      },
    })
    expect(translated({ regime, memory: wide }).pa).toBe(0x8000_0000)
    expect(memory.log).toEqual([TABLE1, TABLE2, TABLE3 + 16].map((pa) => `wide 0x${pa.toString(16)}`))
  })

  it.each([0, 8])('are an External abort where either half has no memory: +%i', (offset) => {
    const one = machine(AF)
    one.memory.words.delete(TABLE2 + offset)
    const out = translated(one)
    expect([out.fault, out.level, out.fsc]).toEqual([FaultKind.EXTERNAL_ON_WALK, 2, 0x16])
  })

  it('of big-endian tables have their low half last, each of it swapped', () => {
    const one = machine(0n, 0n, HA)
    set(one.regime, 'SCTLR_EL1', 0x200_1005n)
    const swap = (word: bigint): bigint =>
      [0n, 8n, 16n, 24n, 32n, 40n, 48n, 56n].reduce((all, at) => all | (((word >> at) & 0xffn) << (56n - at)), 0n)
    for (const pa of [TABLE1, TABLE2, TABLE3 + 16]) {
      one.memory.put(pa, swap(one.memory.words.get(pa + 8) as bigint), swap(one.memory.words.get(pa) as bigint))
    }
    expect(translated(one).pa).toBe(0x8000_0000)
    expect(one.memory.words.get(TABLE3 + 24)).toBe(swap(0x8000_0401n))
  })

  it.each([
    // Level of the entry, SKL, result: `AArch64.DecodeDescriptorType`.
    [1, 0n, 'table'],
    [1, 1n, 'table'],
    [1, 2n, 'block'],
    [1, 3n, 'fault'],
    [2, 1n, 'block'],
    [2, 2n, 'fault'],
    [3, 0n, 'page'],
    [3, 1n, 'fault'],
  ])('level %i with SKL %i: %s', (level, skl, kind) => {
    const one = machine(AF)
    const pa = [TABLE1, TABLE2, TABLE3 + 16][level - 1] as number
    const target = level === 3 ? 0x8000_0000n : skl === 1n && level === 1 ? BigInt(TABLE3) : 0x9000_0000n
    one.memory.put(pa, (level === 1 && skl === 0n ? BigInt(TABLE2) : target) | 0x401n, skl << SKL)
    const out = translated(one)
    if (kind === 'fault') expect([out.fault, out.level]).toEqual([FaultKind.TRANSLATION, level])
    else expect(out.fault).toBe(FaultKind.NONE)
    if (kind === 'block') expect([out.pa, out.sizeLog2]).toEqual([0x9000_1000, level === 1 ? 28 : 20])
    if (kind === 'table' && skl === 1n) expect([out.pa, out.reads, out.sizeLog2]).toEqual([0x8000_0000, 2, 12])
  })

  it.each<[string, bigint, bigint, bigint, boolean]>([
    ['contiguous', CONTIGUOUS, 0n, 0n, true],
    ['not', 0n, 0n, 0n, false],
    ['DisCH of the table above', CONTIGUOUS, DISCH, 0n, false],
    ['TCR2_EL1.DisCH0 is of the first table only', CONTIGUOUS, 0n, 1n << 14n, true],
  ])('%s: AArch64.ContiguousBit', (_, page, table, tcr2, contiguous) => {
    const one = machine(AF, page)
    set(one.regime, 'TCR2_EL1', (1n << 5n) | tcr2)
    one.memory.put(TABLE2, BigInt(TABLE3) | 0x401n, table)
    expect(translated(one).contiguous).toBe(contiguous)
  })

  it.each([
    [0n, true],
    [1n << 14n, false],
    [1n << 15n, true],
  ])('blocks of the first table under TCR2_EL1 bits %i', (disch, contiguous) => {
    const one = machine(AF)
    set(one.regime, 'TCR2_EL1', (1n << 5n) | disch)
    one.memory.put(TABLE1, 0x9000_0401n, CONTIGUOUS | (2n << SKL))
    expect(translated(one).contiguous).toBe(contiguous)
  })

  it.each([0n, 1n, 7n, 15n])('have four bits of PIIndex and of POIndex: %i', (index) => {
    const one = machine(AF, (index << PI) | (index << PO))
    set(one.regime, 'TCR2_EL1', (1n << 5n) | (1n << 3n))
    set(one.regime, 'PIR_EL1', 0x5n << (4n * index))
    set(one.regime, 'POR_EL1', 0x5n << (4n * index))
    expect(translated(one, 0x1000, STORE).fault).toBe(FaultKind.NONE)
    set(one.regime, 'POR_EL1', ~(0x5n << (4n * index)) & 0x1111_1111_1111_1111n)
    const out = translated(one, 0x1000, STORE)
    expect([out.fault, out.overlay]).toEqual([FaultKind.PERMISSION, true])
  })
})

describe('hardware updates of 128-bit descriptors, AArch64.MemSwapTableDesc', () => {
  it('set AF and clear nDirty in one swap of sixteen bytes', () => {
    const one = machine(CLEAN, GP, HA | HD)
    expect(translated(one, 0x1000, STORE).updates).toBe(Update.STAGE1_ACCESS_FLAG | Update.STAGE1_DIRTY)
    expect(one.memory.words.get(TABLE3 + 16)).toBe(0x8000_0401n)
    expect(one.memory.words.get(TABLE3 + 24)).toBe(GP)
    expect(one.memory.log.at(-1)).toBe(`swap 0x${(TABLE3 + 16).toString(16)}`)
  })

  it('start over when the descriptor changed', () => {
    const one = machine(0n, 0n, HA)
    one.memory.losing = 2
    const out = translated(one)
    expect([out.fault, out.reads]).toEqual([FaultKind.NONE, 9])
    one.memory.words.set(TABLE3 + 16, 0x8000_0001n)
    one.memory.losing = 100
    expect(translated(one).fault).toBe(FaultKind.RETRY)
  })

  it('are left to others by a look', () => {
    const one = machine(0n, 0n, HA)
    const out = translated(one, 0x1000, LOAD | Access.NO_UPDATE)
    expect([out.fault, out.updates]).toEqual([FaultKind.NONE, Update.STAGE1_ACCESS_FLAG])
    expect(one.memory.log.filter((entry) => entry.startsWith('swap'))).toEqual([])
  })

  it('fault without: AF is 0', () => {
    expect(translated(machine(0n)).fault).toBe(FaultKind.ACCESS_FLAG)
    expect(translated(machine(AF | CLEAN, 0n, HA), 0x1000, STORE)).toMatchObject({
      fault: FaultKind.PERMISSION,
      dirtyBit: true,
    })
  })
})
