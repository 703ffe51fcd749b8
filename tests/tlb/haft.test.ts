import { describe, expect, it } from 'vitest'
import {
  Access,
  ALL_FEATURES,
  type Descriptor,
  FaultKind,
  LOAD,
  Regime,
  RegimeRegister,
  STORE,
  type TableMemory,
  Tlb,
  Translation,
  TranslationRegime,
  Update,
  walk,
} from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

const L1 = 0x4000_0000
const L2 = 0x4010_0000
const L3 = 0x4020_0000
const S2 = 0x4030_0000
const AF = 1n << 10n
const HA = 1n << 39n
const HAFT = 1n << 11n
const NO_FLAGS = 0n
const TABLES = Update.STAGE1_TABLE_ACCESS_FLAG

/** Doublewords whose reads and updates are logged in order. */
class Memory implements TableMemory {
  readonly words = new Map<number, bigint>()
  readonly log: string[] = []
  losing = 0

  readDescriptor(pa: number, out: Descriptor): boolean {
    this.log.push(`read ${pa.toString(16)}`)
    const word = this.words.get(pa)
    if (word === undefined) return false
    out.hi = high(word)
    out.lo = low(word)
    return true
  }

  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    this.log.push(`swap ${pa.toString(16)}`)
    const now = this.words.get(pa) ?? 0n
    if (this.losing-- > 0 || high(now) !== oldHi || low(now) !== oldLo) return false
    this.words.set(pa, (BigInt(hi) << 32n) | BigInt(lo))
    return true
  }

  flags(): boolean[] {
    return [L1, L2, L3 + 8].map((pa) => ((this.words.get(pa) ?? 0n) & AF) !== 0n)
  }
}

type Setting = readonly [keyof typeof RegimeRegister, bigint]

/** VA 0x1000 by levels 1, 2 and 3; `flags` are the Access flags that are set already. */
function machine(flags: readonly bigint[], settings: readonly Setting[] = [], features = ALL_FEATURES) {
  const regime = new TranslationRegime(features)
  const memory = new Memory()
  const all: readonly Setting[] = [
    ['SCTLR_EL1', 0x1005n],
    ['TCR_EL1', 25n | (5n << 32n) | HA],
    ['TCR2_EL1', HAFT],
    ['TTBR0_EL1', BigInt(L1)],
    ['MAIR_EL1', 0xffn],
    ...settings,
  ]
  for (const [name, value] of all) regime.set(RegimeRegister[name], high(value), low(value))
  const [one = 0n, two = 0n, three = 0n] = flags
  memory.words.set(L1, BigInt(L2) | 3n | one).set(L2, BigInt(L3) | 3n | two)
  memory.words.set(L3 + 8, 0x8000_0303n | three)
  return { regime, memory }
}

function translated({ regime, memory }: ReturnType<typeof machine>, access = LOAD): Translation {
  const out = new Translation()
  regime.update()
  walk(regime, memory, 0, 0x1000, access, out)
  return out
}

const at = (pa: number): string => pa.toString(16)

describe('Access flags of tables (FEAT_HAFT), AArch64.S1Walk', () => {
  it('are set one after the other, each before its table is read', () => {
    const one = machine([NO_FLAGS, NO_FLAGS, NO_FLAGS])
    expect(translated(one).updates).toBe(TABLES | Update.STAGE1_ACCESS_FLAG)
    expect(one.memory.log).toEqual([
      `read ${at(L1)}`,
      `swap ${at(L1)}`,
      `read ${at(L2)}`,
      `swap ${at(L2)}`,
      `read ${at(L3 + 8)}`,
      `swap ${at(L3 + 8)}`,
    ])
    expect(one.memory.flags()).toEqual([true, true, true])
  })

  it.each([
    ['all set', [AF, AF, AF], 0],
    ['second table', [AF, NO_FLAGS, AF], TABLES],
    ['first table', [NO_FLAGS, AF, AF], TABLES],
    ['page', [AF, AF, NO_FLAGS], Update.STAGE1_ACCESS_FLAG],
  ])('%s: updates', (_, flags, updates) => {
    const one = machine(flags)
    expect(translated(one).updates).toBe(updates)
    expect(one.memory.flags()).toEqual([true, true, true])
    expect(one.memory.log.filter((entry) => entry.startsWith('swap'))).toHaveLength(updates === 0 ? 0 : 1)
  })

  it.each<[string, readonly Setting[], Partial<typeof ALL_FEATURES>]>([
    ['without TCR2_EL1.HAFT', [['TCR2_EL1', 0n]], {}],
    ['without FEAT_HAFT', [], { haft: false }],
  ])('are left %s', (_, settings, features) => {
    const one = machine([NO_FLAGS, NO_FLAGS, NO_FLAGS], settings, { ...ALL_FEATURES, ...features })
    expect(translated(one).updates).toBe(Update.STAGE1_ACCESS_FLAG)
    expect(one.memory.flags()).toEqual([false, false, true])
  })

  it('are left without TCR_EL1.HA: a table needs none', () => {
    const one = machine([NO_FLAGS, NO_FLAGS, AF], [['TCR_EL1', 25n | (5n << 32n)]])
    expect(translated(one)).toMatchObject({ fault: FaultKind.NONE, updates: 0 })
  })

  it('are told, and left, by a look', () => {
    const one = machine([NO_FLAGS, NO_FLAGS, AF])
    expect(translated(one, LOAD | Access.NO_UPDATE)).toMatchObject({ fault: FaultKind.NONE, updates: TABLES })
    expect(one.memory.flags()).toEqual([false, false, true])
  })

  it('stay set when the walk comes to nothing', () => {
    const one = machine([NO_FLAGS, NO_FLAGS])
    one.memory.words.set(L3 + 8, 0n)
    expect(translated(one).fault).toBe(FaultKind.TRANSLATION)
    expect(one.memory.flags()).toEqual([true, true, false])
  })

  it('are not set of a table beyond the output size', () => {
    const one = machine([NO_FLAGS, NO_FLAGS])
    one.memory.words.set(L2, (1n << 47n) | 3n)
    one.regime.set(RegimeRegister.TCR_EL1, high(25n | HA), low(25n | HA))
    expect(translated(one)).toMatchObject({ fault: FaultKind.ADDRESS_SIZE, level: 2 })
    expect(one.memory.flags()).toEqual([true, false, false])
  })

  it('are not set of an invalid descriptor', () => {
    const one = machine([NO_FLAGS, NO_FLAGS])
    one.memory.words.set(L2, 0n)
    translated(one)
    expect(one.memory.flags()).toEqual([true, false, false])
  })

  it('make the walk start over when the table descriptor changed', () => {
    const one = machine([NO_FLAGS, NO_FLAGS, AF])
    one.memory.losing = 3
    expect(translated(one).fault).toBe(FaultKind.NONE)
    one.memory.words.set(L1, BigInt(L2) | 3n)
    one.memory.losing = 100
    expect(translated(one).fault).toBe(FaultKind.RETRY)
  })

  it.each<[string, number, readonly Setting[]]>([
    [
      'EL2',
      Regime.EL2,
      [
        ['SCTLR_EL2', 1n],
        ['TCR_EL2', 25n | (5n << 16n) | (1n << 21n)],
        ['TCR2_EL2', HAFT],
      ],
    ],
    [
      'EL2&0',
      Regime.EL20,
      [
        ['SCTLR_EL2', 1n],
        ['TCR_EL2', 25n | (5n << 32n) | HA],
        ['TCR2_EL2', HAFT],
      ],
    ],
    [
      'EL3',
      Regime.EL3,
      [
        ['SCTLR_EL3', 1n],
        ['TCR_EL3', 25n | (5n << 16n) | (1n << 21n) | (1n << 42n)],
      ],
    ],
  ])('of %s', (_, kind, settings) => {
    const bases: readonly Setting[] = [
      ['TTBR0_EL2', BigInt(L1)],
      ['TTBR0_EL3', BigInt(L1)],
    ]
    const one = machine([NO_FLAGS, NO_FLAGS, AF], [...bases, ...settings])
    one.regime.select(kind)
    expect(translated(one)).toMatchObject({ fault: FaultKind.NONE, updates: TABLES })
    expect(one.memory.flags()).toEqual([true, true, true])
  })
})

/** Stage 2 with one table above blocks of 2 MB, and stage 1 off: VA 0x1000 is 0x9000_1000. */
function guest(flags: bigint, vtcr: bigint): ReturnType<typeof machine> {
  const one = machine(
    [],
    [
      ['SCTLR_EL1', 0n],
      ['HCR_EL2', 1n],
      ['VTCR_EL2', 25n | (1n << 6n) | (5n << 16n) | vtcr],
      ['VTTBR_EL2', BigInt(S2)],
    ],
  )
  one.memory.words.set(S2, BigInt(S2 + 0x1000) | 3n | flags).set(S2 + 0x1000, 0x9000_07fdn)
  return one
}

describe('Access flags of stage 2 tables, AArch64.S2Walk', () => {
  const MANAGED = (1n << 44n) | (1n << 21n)
  it.each([
    [NO_FLAGS, MANAGED, Update.STAGE2_TABLE_ACCESS_FLAG],
    [AF, MANAGED, 0],
    [NO_FLAGS, 1n << 21n, 0],
    [NO_FLAGS, 1n << 44n, 0],
  ])('flag %i, VTCR_EL2 bits %i: updates %i', (flags, vtcr, updates) => {
    const one = guest(flags, vtcr)
    expect(translated(one, STORE)).toMatchObject({ fault: FaultKind.NONE, pa: 0x9000_1000, updates })
    expect((one.memory.words.get(S2) as bigint) & AF).toBe(updates !== 0 ? AF : flags)
  })

  it('start over, and give up', () => {
    const one = guest(NO_FLAGS, MANAGED)
    one.memory.losing = 3
    expect(translated(one).fault).toBe(FaultKind.NONE)
    one.memory.words.set(S2, BigInt(S2 + 0x1000) | 3n)
    one.memory.losing = 100
    expect(translated(one).fault).toBe(FaultKind.RETRY)
  })
})

describe('a TLB', () => {
  it('keeps no walk that set a flag, and starts none below a table without', () => {
    const { regime, memory } = machine([NO_FLAGS, NO_FLAGS, AF])
    regime.update()
    const tlb = new Tlb()
    const out = new Translation()
    for (let i = 0; i < 3; i++) tlb.translate(regime, memory, 0, 0x1000, LOAD, out)
    expect([tlb.misses, tlb.hits, tlb.shortWalks]).toEqual([2, 1, 0])
  })
})
