import { describe, expect, it } from 'vitest'
import { MAX_RETRIES, type Outcome, Reg } from '../../src/mmio/index.ts'
import { CODE_VA, DEV_VA, inProcess, Machine, VA } from './machine.ts'

const LDP_X = 0xa9400440 // ldp x0, x1, [x2]
const UNKNOWN = 0x0000_0001
const at = DEV_VA + 0x40

const kinds = (run: () => Outcome, times: number): string[] => Array.from({ length: times }, () => run().kind)

describe('a fault that comes again and again', () => {
  it.each([
    ['an instruction that only the CPU knows', 'word-changed', (m: Machine) => m.run(UNKNOWN, { far: at })],
    ['code in RAM that nobody declared', 'fetch-failed', (m: Machine) => m.run(LDP_X, { far: at })],
    ['another direction', 'direction-differs', (m: Machine) => m.run(LDP_X, { far: at, write: true })],
    ['another page', 'translation-differs', (m: Machine) => m.run(LDP_X, { far: at, hpfar: 0n })],
  ])('%s: unhandled after MAX_RETRIES, with its reason, nothing changed', (_, reason, run) => {
    const m = new Machine()
    m.setX(2, at)
    if (reason === 'fetch-failed') m.map(CODE_VA, 0x7000_0000)
    run(m)
    const before = m.state()
    expect(kinds(() => run(m), MAX_RETRIES - 1)).toEqual(Array(MAX_RETRIES - 1).fill('retry'))
    const outcome = run(m)
    expect([outcome.kind, outcome.reason]).toEqual(['unhandled', reason])
    expect(run(m).kind).toBe('unhandled')
    expect([m.elements, m.vcpu.pushed, m.state()]).toEqual([[], [], before])
  })

  it('counts from 0 after any other outcome of that vCPU, or another fault', () => {
    const m = new Machine()
    m.setX(2, at)
    const unknown = (): Outcome => m.run(UNKNOWN, { far: at })
    kinds(unknown, MAX_RETRIES)
    m.vcpu.truth.set(Reg.PC, BigInt(CODE_VA))
    expect(m.run(LDP_X, { far: at }).kind).toBe('retired')
    m.vcpu.truth.set(Reg.PC, BigInt(CODE_VA))
    expect(kinds(unknown, MAX_RETRIES)).not.toContain('unhandled')
    // Another word, address or syndrome is another fault.
    expect(m.run(UNKNOWN + 1, { far: at }).kind).toBe('retry')
    expect(kinds(unknown, MAX_RETRIES)).not.toContain('unhandled')
    expect(m.run(UNKNOWN, { far: at + 1 }).kind).toBe('retry')
    expect(m.run(UNKNOWN, { far: at + 1, write: true }).kind).toBe('retry')
    expect(unknown().kind).toBe('retry')
  })

  it('each vCPU has a count of its own', () => {
    const m = new Machine()
    m.setX(2, at)
    const other = inProcess(m)
    const byOther = (): Outcome => m.handler.handle(other, { esr: 0x9200_0007, far: at, hpfar: 0x50_0000n })
    m.place(UNKNOWN)
    for (let k = 0; k < MAX_RETRIES; k++) {
      expect(m.run(UNKNOWN, { far: at }).kind).toBe('retry')
      expect(byOther().kind).toBe('retry')
    }
    expect([m.run(UNKNOWN, { far: at }).kind, byOther().kind]).toEqual(['unhandled', 'unhandled'])
    // The one retires; the other goes on as it was.
    m.run(LDP_X, { far: at })
    m.vcpu.truth.set(Reg.PC, BigInt(CODE_VA))
    expect(m.run(UNKNOWN, { far: at }).kind).toBe('retry')
    expect(byOther().kind).toBe('unhandled')
  })

  it('RAM is the host’s to map, however long it takes', () => {
    const m = new Machine()
    m.setX(2, VA + 0x40)
    expect(new Set(kinds(() => m.run(LDP_X, { far: VA + 0x40 }), 2 * MAX_RETRIES))).toEqual(new Set(['retry']))
  })
})
