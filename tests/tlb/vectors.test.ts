import { describe, expect, it } from 'vitest'
import { Access, accessOf, FaultKind, Translation, walk } from '../../src/tlb/index.ts'
import { grade } from './grade.ts'
import { high, low, readJsonLines, readWalkFile, regimeOf, VectorMemory } from './vector.ts'

const file = (name: string): URL => new URL(`vectors/${name}.jsonl.gz`, import.meta.url)

describe('translations by QEMU 10.0.2 and 11.1.3, where both agree', () => {
  it('AT S1E0R .. S12E1W: PA, attributes, shareability; fault, level, stage, S1PTW', () => {
    const { probes, mismatches } = grade(readWalkFile(file('walk-at')))
    expect(mismatches).toEqual([])
    expect(probes).toBe(2705)
  })

  it('loads, stores, fetches: status code, level, S1PTW, WnR, HPFAR_EL2, updated descriptors', () => {
    const { probes, mismatches } = grade(readWalkFile(file('walk-real')))
    expect(mismatches).toEqual([])
    expect(probes).toBe(2590)
  })
})

interface LinuxRecord {
  readonly kernel: string
  readonly abort: { readonly esr: string; readonly far: string; readonly hpfar: string }
  readonly pc: string
  readonly pstate: string
  readonly sys: Readonly<Record<string, string>>
  readonly mem: Readonly<Record<string, string>>
}

describe('MMIO faults of real Linux kernels', () => {
  const records = readJsonLines(file('linux')) as LinuxRecord[]

  it('come from two kernels, at EL0 and EL1', () => {
    expect(new Set(records.map((r) => r.kernel))).toEqual(new Set(['6.1-4k', '6.12-lpa2']))
    expect(new Set(records.map((r) => Number(r.pstate) & 12))).toEqual(new Set([0, 4]))
  })

  it.each(records)('$kernel: $abort.far is the page of $abort.hpfar', ({ abort, pc, pstate, sys, mem }) => {
    const regime = regimeOf(sys)
    const memory = new VectorMemory(mem)
    const out = new Translation()
    const far = BigInt(abort.far)
    const kind = (Number(abort.esr) & 0x40) !== 0 ? Access.WRITE : Access.READ
    expect(walk(regime, memory, high(far), low(far), accessOf(kind, Number(pstate)), out)).toBe(FaultKind.NONE)
    expect(BigInt(out.pa)).toBe(((BigInt(abort.hpfar) >> 4n) << 12n) | (far & 0xfffn))
    expect(memory.written.size).toBe(0)
    const at = BigInt(pc)
    expect(walk(regime, memory, high(at), low(at), accessOf(Access.EXECUTE, Number(pstate)), out)).toBe(FaultKind.NONE)
  })
})
