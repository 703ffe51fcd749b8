import { describe, expect, it } from 'vitest'
import { Access, accessOf, FaultKind, Translation, walk } from '../../src/tlb/index.ts'
import { high, low, readJsonLines, regimeOf, VectorMemory } from './vector.ts'

const file = (name: string): URL => new URL(`vectors/${name}.jsonl.gz`, import.meta.url)

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
