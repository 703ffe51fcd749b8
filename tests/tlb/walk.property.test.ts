import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALL_FEATURES,
  type Descriptor,
  type Descriptor128,
  FaultKind,
  faultStatusCode,
  featuresFromIdRegisters,
  QEMU_MAX_FEATURES,
  REGIME_REGISTERS,
  RegimeRegister,
  SecurityState,
  type TableMemory,
  Translation,
  TranslationRegime,
  walk,
} from '../../src/tlb/index.ts'

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const registers = fc.array(u32, { minLength: 2 * REGIME_REGISTERS, maxLength: 2 * REGIME_REGISTERS })
const features = fc.constantFrom(
  ALL_FEATURES,
  QEMU_MAX_FEATURES,
  { ...ALL_FEATURES, txszFaults: false },
  featuresFromIdRegisters({}),
  featuresFromIdRegisters({ ID_AA64MMFR0_EL1: 0x1124n }),
)

/** Descriptors by a hash of the address: any value, more often a valid one, sometimes an external abort. */
class HashMemory implements TableMemory {
  reads = 0
  misaligned = 0
  readonly seed: number
  readonly swap: boolean | undefined
  readonly compareAndSwapDescriptor?: (pa: number) => boolean
  readonly compareAndSwapDescriptor128?: (pa: number) => boolean

  constructor(seed: number, swap: boolean | undefined) {
    this.seed = seed
    this.swap = swap
    if (swap !== undefined) {
      this.compareAndSwapDescriptor = (pa) => {
        if (pa % 8 !== 0) this.misaligned++
        return swap
      }
      this.compareAndSwapDescriptor128 = (pa) => {
        if (pa % 16 !== 0) this.misaligned++
        return swap
      }
    }
  }

  readDescriptor128(pa: number, out: Descriptor128, paspace?: number): boolean {
    if (pa % 16 !== 0 || pa >= 2 ** 56) this.misaligned++
    if (!this.readDescriptor(pa, out, paspace)) return false
    const { hi, lo } = out
    const read = this.readDescriptor(pa + 8, out, paspace)
    this.reads--
    out.topHi = out.hi
    out.topLo = out.lo
    out.hi = hi
    out.lo = lo
    return read
  }

  readDescriptor(pa: number, out: Descriptor, paspace?: number): boolean {
    this.reads++
    if (![0, 1, 2, 3].includes(paspace as number)) this.misaligned++
    if (pa % 8 !== 0 || pa < 0 || pa >= 2 ** 56) this.misaligned++
    const hash = (n: number): number => {
      let x = Math.imul((pa ^ Math.floor(pa / 2 ** 32) ^ this.seed) + n, 0x9e37_79b1)
      x = Math.imul(x ^ (x >>> 15), 0x85eb_ca6b)
      return (x ^ (x >>> 13)) >>> 0
    }
    const kind = hash(1) & 15
    // One memory in two is kind: tables and pages in 36 bits only, so that the walk goes deep.
    const wild = (this.seed & 1) !== 0
    if (wild && kind === 0) return false
    // Entries of granule protection: of level 1 all granules of any space, of level 0 a table, and sometimes anything.
    if (paspace === SecurityState.ROOT && !wild && kind < 12) {
      const granules = kind < 4 ? 0x8888_8888 : 0xffff_ffff
      out.hi = pa < 2 ** 20 ? 0 : granules
      out.lo = pa < 2 ** 20 ? 0x4000_0003 : granules
      return true
    }
    out.hi = wild && kind < 4 ? hash(2) : hash(2) & 0xf
    out.lo = wild && kind < 2 ? hash(3) : ((hash(3) & ~0xf700) | ((kind & 1) === 1 ? 0xc3 : 0x4c3)) >>> 0
    return true
  }
}

/** A walk can also be set up to be possible: MMU on, sane sizes, in either endianness. */
const sane = fc.record({
  tsz: fc.integer({ min: 12, max: 48 }),
  tg: fc.constantFrom([0, 2], [1, 3], [2, 1]),
  ds: fc.boolean(),
  high: u32,
  sctlr: u32,
  vm: fc.boolean(),
  // Without indirection and overlays, with indirection, with all.
  tcr2: fc.constantFrom(0, 0, 2, 0x1f),
  // SL0 and SL2; -1 is a stage 2 that can be walked: 40 bits from level 1.
  sl: fc.constantFrom(-1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7),
  kind: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2, 3),
  // SCR_EL3: Non-secure, Secure with EL2, Secure without, Realm.
  scr: fc.constantFrom([0, 1], [0, 1], [0, 1], [0, 1 << 18], [0, 0], [1 << 30, 1]),
  gpc: fc.constantFrom(0, 0, 0, 0x0001_2306),
})

function regimeWith(
  raw: readonly number[],
  s: typeof sane extends fc.Arbitrary<infer T> ? T | undefined : never,
): TranslationRegime {
  const regime = new TranslationRegime()
  raw.forEach((value, index) => {
    if (index % 2 === 0) regime.set(index / 2, raw[index + 1] as number, value)
  })
  if (s !== undefined) {
    const [tg0, tg1] = s.tg as [number, number]
    const ds = s.ds ? 1 << 27 : 0
    const tcrLo = s.tsz | (s.tsz << 16) | (tg0 << 14) | (tg1 << 30)
    regime.set(RegimeRegister.TCR2_EL1, 0, s.tcr2)
    regime.set(RegimeRegister.TCR_EL1, ((s.high & ~0x0800_0007) | ds | 6) >>> 0, tcrLo >>> 0)
    regime.set(RegimeRegister.SCTLR_EL1, regime.hi(RegimeRegister.SCTLR_EL1), (s.sctlr | 1) >>> 0)
    regime.set(RegimeRegister.HCR_EL2, regime.hi(RegimeRegister.HCR_EL2), s.vm ? 1 : 0)
    for (const ttbr of [RegimeRegister.TTBR0_EL1, RegimeRegister.TTBR1_EL1]) {
      regime.set(ttbr, regime.hi(ttbr) & 0xf, regime.lo(ttbr) & ~0x3f)
    }
    regime.select(s.kind)
    regime.set(RegimeRegister.SCR_EL3, ...(s.scr as [number, number]))
    regime.set(RegimeRegister.GPCCR_EL3, 0, s.gpc)
    regime.set(RegimeRegister.GPTBR_EL3, 0, 0)
    const single = s.kind >= 2
    const tcr = single ? s.tsz | (tg0 << 14) | (6 << 16) | (s.high & (3 << 21)) : tcrLo
    for (const [sctlr, tcrOfEl, ttbr] of [
      [RegimeRegister.SCTLR_EL2, RegimeRegister.TCR_EL2, RegimeRegister.TTBR0_EL2],
      [RegimeRegister.SCTLR_EL3, RegimeRegister.TCR_EL3, RegimeRegister.TTBR0_EL3],
    ] as const) {
      regime.set(sctlr, 0, (s.sctlr | 1) >>> 0)
      regime.set(tcrOfEl, single ? (s.ds ? 1 : 0) : regime.hi(RegimeRegister.TCR_EL1), tcr >>> 0)
      regime.set(ttbr, 0, regime.lo(ttbr) & ~0x3f)
    }
    regime.set(RegimeRegister.TCR2_EL2, 0, s.tcr2)
    const own = s.sctlr & (3 << 21)
    const vtcr =
      s.sl === -1 ? 24 | (1 << 6) | (6 << 16) | own : s.tsz | ((s.sl & 3) << 6) | (tg0 << 14) | (6 << 16) | own
    regime.set(RegimeRegister.VTCR_EL2, s.sl === -1 ? 0 : (s.ds ? 1 : 0) | ((s.sl >> 2) << 1), vtcr >>> 0)
  }
  return regime
}

describe('walk, on any registers and any memory', () => {
  it('never throws, never reads more than the architecture does, and returns a fault or a sound translation', () => {
    const kinds = new Set<string>()
    const property = fc.property(
      registers,
      fc.option(sane, { nil: undefined, freq: 8 }),
      features,
      u32,
      u32,
      fc.integer({ min: 1, max: 1023 }),
      u32,
      fc.constantFrom(undefined, true, false),
      (raw, setup, cpu, vaHi, vaLo, access, seed, swap) => {
        const base = regimeWith(raw, setup)
        const regime = new TranslationRegime(cpu)
        for (let r = 0; r < REGIME_REGISTERS; r++) regime.set(r, base.hi(r), base.lo(r))
        regime.select(base.kind)
        regime.update()
        const memory = new HashMemory(seed, swap)
        const out = new Translation()
        // Bits above the input size rarely agree by chance.
        const hi = setup === undefined ? vaHi : vaHi % 2 ** Math.max(0, 64 - setup.tsz - 32)
        const fault = walk(regime, memory, hi, vaLo, access, out)
        expect(memory.misaligned).toBe(0)
        expect(fault).toBe(out.fault)
        // Five levels of stage 1, each behind five of stage 2; five more for an update, five for the output.
        const once = regime.stage2Enabled ? 5 * 6 + 5 + 5 : 5
        expect(memory.reads).toBe(out.reads + out.granule.reads)
        if (swap !== false) expect(out.reads).toBeLessThanOrEqual(once)
        // With every update refused, each stage starts over eight times.
        else expect(out.reads).toBeLessThanOrEqual(9 * (9 * once))
        // Two entries for each descriptor, for an update, and for the output.
        expect(out.granule.reads).toBeLessThanOrEqual(regime.granuleProtection.enabled ? 2 * (out.reads + 1) + 18 : 0)
        if (fault !== FaultKind.NONE && fault < FaultKind.GRANULE_PROTECTION_ON_WALK) expect(out.pa).toBe(0)
        kinds.add(`${fault}/${out.stage}`)
        if (regime.stage1Enabled) kinds.add(`${regime.kind} in ${regime.security}: ${fault === FaultKind.NONE}`)
        if (fault === FaultKind.NONE) {
          expect(out.fsc).toBe(0)
          expect(Number.isInteger(out.pa)).toBe(true)
          expect(out.pa).toBeLessThan(2 ** 56)
          expect([0, 1, 2, 3]).toContain(out.paspace)
          const shared = Math.min(out.sizeLog2, 12)
          // From 2^53 on a number has every eighth byte.
          const exact = out.pa < 2 ** 53 ? vaLo : vaLo - (vaLo % 8)
          expect(out.pa % 2 ** shared).toBe(exact % 2 ** shared)
        } else {
          expect(out.fsc).toBe(faultStatusCode(fault, out.level))
          expect(out.level).toBeGreaterThanOrEqual(-1)
          expect(out.level).toBeLessThanOrEqual(3)
          if (fault === FaultKind.RETRY) expect(swap).toBe(false)
        }
      },
    )
    fc.assert(property, { numRuns: 12_000, seed: 1 })
    // The generator reaches every way a walk can end, at both stages.
    for (const kind of [
      '0/0',
      '0/1',
      '0/3',
      '1/1',
      '1/2',
      '2/1',
      '2/2',
      '3/1',
      '3/2',
      '4/1',
      '4/2',
      '5/1',
      '5/2',
      '13/1',
      '14/1',
      '14/2',
      '15/1',
      ...[0, 1, 2].flatMap((kind) => [0, 1, 3].map((security) => `${kind} in ${security}: true`)),
      '3 in 0: true',
      '3 in 2: true',
    ]) {
      expect([...kinds]).toContain(kind)
    }
  })

  it('gives the same answer twice, whatever the result object held', () => {
    const property = fc.property(
      registers,
      sane,
      u32,
      u32,
      u32,
      fc.integer({ min: 1, max: 1023 }),
      (raw, s, hi, lo, seed, access) => {
        const regime = regimeWith(raw, s)
        regime.update()
        const memory = new HashMemory(seed, undefined)
        const fresh = new Translation()
        const used = new Translation()
        walk(regime, memory, lo, hi, access, used)
        const vaHi = hi & 0xffff
        walk(regime, memory, vaHi, lo, access, fresh)
        walk(regime, memory, vaHi, lo, access, used)
        const { fault, level, stage, s1ptw, fsc, ipa, pa, write, updates, reads } = fresh
        expect(used).toMatchObject({ fault, level, stage, s1ptw, fsc, ipa, pa, write, updates, reads })
        if (fault === FaultKind.NONE) {
          const { sizeLog2, stage1SizeLog2, stage2SizeLog2, attr, sh, permissions, stage2Permissions } = fresh
          expect(used).toMatchObject({
            sizeLog2,
            stage1SizeLog2,
            stage2SizeLog2,
            attr,
            sh,
            permissions,
            stage2Permissions,
          })
        }
      },
    )
    fc.assert(property, { numRuns: 2000, seed: 2 })
  })
})
