/** Every export of `nisv/tlb` under hostile input: registers, tables, addresses and accesses of any value. */

import fc from 'fast-check'
import { describe, expect } from 'vitest'
import * as tlb from '../../src/tlb/index.ts'
import { anyBigint, anyNumber, anyOptions, DATA, type Draw, ERROR, ends, everyEntry, u32 } from '../public-entries.ts'

const { GranuleCheck, GranuleProtection, StageState, TableParameters, Tlb, TlbInvalidation, Translation } = tlb

/** Any registers, selected as any Exception level would. */
function regime(draw: Draw): tlb.TranslationRegime {
  const made = new tlb.TranslationRegime(tlb.ALL_FEATURES, draw(fc.constantFrom(...Object.values(tlb.Regime))))
  for (const register of Object.values(tlb.RegimeRegister)) {
    if (draw(fc.boolean())) made.set(register, draw(u32), draw(u32))
  }
  made.update()
  return made
}

/** Memory that holds the same descriptor everywhere, or none. */
function memory(draw: Draw): tlb.TableMemory {
  const [hi, lo, there] = [draw(u32), draw(u32), draw(fc.boolean())]
  return {
    readDescriptor: (_pa, out) => {
      out.hi = hi
      out.lo = lo
      return there
    },
    compareAndSwapDescriptor: () => there,
  }
}

const access = fc.oneof(fc.constantFrom(tlb.LOAD, tlb.STORE, tlb.FETCH, tlb.DEBUG_LOAD), u32)
const KINDS = Object.values(tlb.FaultKind)

describe('nisv/tlb', () => {
  everyEntry(tlb, {
    ALL_FEATURES: DATA,
    Access: DATA,
    DEBUG_LOAD: DATA,
    FETCH: DATA,
    FaultKind: DATA,
    GranuleCheck: (draw) => {
      const check = new GranuleCheck()
      Object.assign(check, { fault: draw(u32), level: draw(u32) })
      check.begin()
      expect(check.fault).toBe(tlb.GranuleFault.NONE)
    },
    GranuleFault: DATA,
    GranuleProtection: (draw) => {
      const tables = new GranuleProtection()
      tables.parse(tlb.ALL_FEATURES, draw(anyNumber), draw(anyNumber), draw(anyNumber))
      expect(tables.isAbove(draw(anyNumber))).toBeTypeOf('boolean')
    },
    HighBits: DATA,
    LOAD: DATA,
    NO_STATUS_CODE: DATA,
    Permission: DATA,
    QEMU_MAX_FEATURES: DATA,
    REGIME_REGISTERS: DATA,
    Regime: DATA,
    RegimeRegister: DATA,
    STORE: DATA,
    SecurityState: DATA,
    Shareability: DATA,
    StageState: () => {
      expect(new StageState()).toBeDefined()
    },
    TableParameters: (draw) => {
      expect(new TableParameters(draw(fc.constantFrom(1, 2)))).toBeDefined()
    },
    Tlb: (draw) => {
      const options = draw(anyOptions(['entries', 'validated', 'onEvent'], { entries: [4, 64], onEvent: [() => {}] }))
      ends([tlb.TlbOptionError], () => new Tlb(options as tlb.TlbOptions))
      const made = new Tlb({ entries: 4, validated: draw(fc.boolean()) })
      const [registers, tables, out] = [regime(draw), memory(draw), new Translation()]
      for (let i = 0; i < 4; i++) {
        const fault = made.translate(registers, tables, draw(u32), draw(u32), draw(access), out)
        expect(KINDS).toContain(fault)
        const operation = new TlbInvalidation()
        if (tlb.decodeTlbi(draw(u32) & 7, 8, draw(u32) & 15, draw(u32) & 7, draw(u32), draw(u32), registers, operation))
          expect(made.invalidate(operation)).toBeGreaterThanOrEqual(0)
      }
      made.clear()
    },
    TlbInvalidation: (draw) => {
      expect(new TlbInvalidation().concerns(draw(anyNumber))).toBeTypeOf('boolean')
    },
    TlbOptionError: ERROR,
    TlbiKind: DATA,
    Translation: (draw) => {
      const out = new Translation()
      tlb.walk(regime(draw), memory(draw), draw(u32), draw(u32), draw(access), out)
      expect(KINDS).toContain(out.fault)
    },
    TranslationRegime: (draw) => {
      const made = regime(draw)
      expect(made.select(draw(fc.constantFrom(...Object.values(tlb.Regime))))).toBeTypeOf('boolean')
      expect(made.selectFor(draw(fc.integer({ min: 0, max: 3 })))).toBeTypeOf('boolean')
      made.update()
      expect(made.currentVmid()).toBeGreaterThanOrEqual(0)
    },
    Update: DATA,
    WalkTrace: (draw) => {
      const trace = new tlb.WalkTrace()
      tlb.walk(regime(draw), memory(draw), draw(u32), draw(u32), draw(access), new Translation(), trace)
      // Each of 5 descriptors of stage 1 on 7 of stage 2 at most, 8 times at most at each stage.
      expect(trace.reads.length).toBeLessThan(64 * 40)
      expect(trace.lines().length).toBe(trace.reads.length)
      trace.clear()
    },
    accessOf: (draw) => {
      expect(tlb.accessOf(draw(anyNumber), draw(anyNumber), draw(fc.boolean()))).toBeTypeOf('number')
    },
    decodeTlbi: (draw) => {
      const n = (): number => draw(anyNumber)
      const found = tlb.decodeTlbi(n(), n(), n(), n(), n(), n(), regime(draw), new TlbInvalidation())
      expect(found).toBeTypeOf('boolean')
    },
    decodeTlbip: (draw) => {
      const n = (): number => draw(anyNumber)
      const found = tlb.decodeTlbip(n(), n(), n(), n(), n(), n(), n(), regime(draw), new TlbInvalidation())
      expect(found).toBeTypeOf('boolean')
    },
    encodePar: (draw) => {
      const [registers, out, par] = [regime(draw), new Translation(), { hi: 0, lo: 0, topHi: 0, topLo: 0 }]
      tlb.walk(registers, memory(draw), draw(u32), draw(u32), draw(access), out)
      tlb.encodePar(registers, draw(access), out, par)
      expect(par.lo & 1).toBe(out.fault === tlb.FaultKind.NONE ? 0 : 1)
    },
    explain: (draw) => {
      const told = tlb.explain(regime(draw), memory(draw), draw(u32), draw(u32), draw(access))
      expect(told.rule.text.length).toBeGreaterThan(0)
    },
    faultKindOf: (draw) => {
      expect(KINDS).toContain(tlb.faultKindOf(draw(anyNumber)))
    },
    faultLevelOf: (draw) => {
      expect(tlb.faultLevelOf(draw(anyNumber)) ?? 0).toBeTypeOf('number')
    },
    faultName: (draw) => {
      expect(tlb.faultName(draw(fc.constantFrom(...KINDS)), draw(fc.integer({ min: -1, max: 3 })))).toMatch(/\w/)
    },
    faultStatusCode: (draw) => {
      const code = tlb.faultStatusCode(draw(fc.constantFrom(...KINDS)), draw(fc.integer({ min: -2, max: 3 })))
      expect(code).toBeLessThan(64)
    },
    featuresFromIdRegisters: (draw) => {
      const names = ['MMFR0', 'MMFR1', 'MMFR2', 'MMFR3', 'PFR0', 'PFR1', 'PFR2', 'ISAR1', 'ISAR2']
      const ids = draw(fc.dictionary(fc.constantFrom(...names.map((name) => `ID_AA64${name}_EL1`)), anyBigint))
      expect(tlb.featuresFromIdRegisters(ids).paSize).toBeGreaterThanOrEqual(32)
    },
    granuleProtectionCheck: (draw) => {
      const tables = new GranuleProtection()
      tables.parse(tlb.ALL_FEATURES, draw(u32), draw(u32), draw(u32))
      const out = new GranuleCheck()
      tlb.granuleProtectionCheck(tables, memory(draw), draw(u32), draw(u32), draw(u32) & 3, out)
      expect(Object.values(tlb.GranuleFault)).toContain(out.fault)
    },
    granuleStatusCode: (draw) => {
      const fault = draw(fc.constantFrom(...Object.values(tlb.GranuleFault)))
      expect(tlb.granuleStatusCode(fault, draw(fc.integer({ min: 0, max: 1 })))).toBeTypeOf('number')
    },
    isDevice: (draw) => {
      expect(tlb.isDevice(draw(anyNumber))).toBeTypeOf('boolean')
    },
    isPar128: (draw) => {
      expect(tlb.isPar128(regime(draw), draw(access))).toBeTypeOf('boolean')
    },
    memoryType: (draw) => {
      expect(tlb.memoryType(draw(fc.integer({ min: 0, max: 255 })))).toMatch(/\w/)
    },
    parHigh: (draw) => {
      const out = new Translation()
      tlb.walk(regime(draw), memory(draw), draw(u32), draw(u32), draw(access), out)
      expect(tlb.parHigh(out) >>> 0).toBe(tlb.parHigh(out))
    },
    parLow: (draw) => {
      const out = new Translation()
      tlb.walk(regime(draw), memory(draw), draw(u32), draw(u32), draw(access), out)
      expect(tlb.parLow(out) & 1).toBe(out.fault === tlb.FaultKind.NONE ? 0 : 1)
    },
    sizeText: (draw) => {
      expect(tlb.sizeText(draw(fc.integer({ min: 0, max: 63 })))).toMatch(/\d/)
    },
    walk: (draw) => {
      const out = new Translation()
      const fault = tlb.walk(regime(draw), memory(draw), draw(anyNumber), draw(anyNumber), draw(access), out)
      expect([KINDS.includes(fault as never), Number.isInteger(out.pa)]).toEqual([true, true])
      expect(fault !== tlb.FaultKind.NONE || (out.pa >= 0 && out.pa < 2 ** 56)).toBe(true)
    },
  })
})
