import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExclusiveMonitor, Reg, RegisterFile, type Vcpu } from '../../src/mmio/index.ts'
import { DEV, DEV_VA, inProcess, Machine, value } from './machine.ts'

const LDXR = 0x085f_7c00
const STXR = 0x0800_7c00
/** Rn = X2; Rs = X3 is the status. */
const ldxr = (log2: number, rt = 4, acquire = 0): number =>
  ((log2 << 30) | LDXR | (acquire << 15) | (2 << 5) | rt) >>> 0
const stxr = (log2: number, rt = 5, rs = 3, release = 0): number =>
  ((log2 << 30) | STXR | (rs << 16) | (release << 15) | (2 << 5) | rt) >>> 0
const ldxp = (log2: number): number => (((log2 - 2) << 30) | 0x887f_0000 | (6 << 10) | (2 << 5) | 4) >>> 0
const stxp = (log2: number): number => (((log2 - 2) << 30) | 0x8820_0000 | (3 << 16) | (8 << 10) | (2 << 5) | 7) >>> 0

const far = DEV_VA + 0x40
function machine(): Machine {
  const m = new Machine()
  m.setX(2, far)
  return m
}

describe('load-exclusive, then store-exclusive', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 0],
    [3, 1],
  ])('of 1 << %d bytes, ordered %d: one read, one write, status 0', (log2, ordered) => {
    const m = machine()
    const size = 1 << log2
    const old = value(m.device.subarray(0x40, 0x40 + size))
    expect(m.run(ldxr(log2, 4, ordered), { far }).kind).toBe('retired')
    expect([m.shape(), m.x(4)]).toEqual([[`r ${(DEV + 0x40).toString(16)} ${size}`], old])
    m.setX(5, 0x1122_3344_5566_7788n)
    m.setX(3, ~0n)
    const outcome = m.run(stxr(log2, 5, 3, ordered), { far, write: true })
    expect([outcome.kind, outcome.reason]).toEqual(['retired', 'done'])
    expect([m.shape(), m.x(3)]).toEqual([[`w ${(DEV + 0x40).toString(16)} ${size}`], 0n])
    const stored = BigInt.asUintN(8 * size, 0x1122_3344_5566_7788n)
    expect(value(m.device.subarray(0x40, 0x40 + size))).toBe(stored)
    // The monitor is open again.
    expect(m.run(stxr(log2), { far, write: true }).reason).toBe('exclusive-failed')
    expect([m.shape(), m.x(3)]).toEqual([[], 1n])
  })

  it.each([2, 3])('pairs of 1 << %d bytes', (log2) => {
    const m = machine()
    const size = 1 << log2
    m.setX(7, 0xaaaa_aaaan)
    m.setX(8, 0xbbbb_bbbbn)
    const old = [0, 1].map((k) => value(m.device.subarray(0x40 + k * size, 0x40 + (k + 1) * size)))
    expect(m.run(ldxp(log2), { far }).kind).toBe('retired')
    expect([m.x(4), m.x(6)]).toEqual(old)
    expect(m.run(stxp(log2), { far, write: true }).reason).toBe('done')
    const page = (offset: number): string => (DEV + offset).toString(16)
    expect(m.shape()).toEqual([`w ${page(0x40)} ${size}`, `w ${page(0x40 + size)} ${size}`])
    expect(m.x(3)).toBe(0n)
  })

  it('fails without a load, at another address, for more than was loaded; stores nothing and clears', () => {
    const cases: readonly (readonly [(m: Machine) => unknown, number, number])[] = [
      [() => undefined, stxr(3), far],
      [(m) => m.run(ldxr(3), { far }), stxr(3), far + 8],
      [(m) => m.run(ldxr(2), { far }), stxr(3), far],
      [(m) => m.run(ldxr(3), { far }), stxp(3), far],
      [(m) => m.run(ldxr(3), { far }) && m.handler.clearExclusive(m.vcpu), stxr(3), far],
    ]
    for (const [before, word, address] of cases) {
      const m = machine()
      before(m)
      m.setX(2, address)
      const memory = m.device.slice()
      const outcome = m.run(word, { far: address, write: true })
      expect([outcome.kind, outcome.reason, m.elements, m.x(3)]).toEqual(['retired', 'exclusive-failed', [], 1n])
      expect(m.device).toEqual(memory)
      m.setX(2, far)
      expect(m.run(stxr(3), { far, write: true }).reason).toBe('exclusive-failed')
    }
  })

  it('a status register of 31 is dropped', () => {
    const m = machine()
    expect(m.run(stxr(3, 5, 31), { far, write: true }).reason).toBe('exclusive-failed')
    expect(m.vcpu.pushed).toEqual([Reg.PC])
  })

  it('another vCPU has a monitor of its own, and its stores open ours', () => {
    const m = machine()
    const other = inProcess(m)
    other.regs.set(2, BigInt(far + 1))
    const byOther = (word: number, at: number) => {
      m.place(word)
      return m.handler.handle(other, { esr: 0x9200_0047, far: at, hpfar: (DEV / 4096) * 16 })
    }
    expect(m.run(ldxr(3), { far }).kind).toBe('retired')
    // The other's STXR fails and leaves ours.
    other.regs.set(Reg.PC, m.x(Reg.PC))
    expect(byOther(stxr(0), far + 1).reason).toBe('exclusive-failed')
    expect(m.run(stxr(3), { far, write: true }).reason).toBe('done')
    // The other's plain store of one of the bytes opens ours.
    expect(m.run(ldxr(3), { far }).kind).toBe('retired')
    other.regs.set(Reg.PC, m.x(Reg.PC))
    expect(byOther(0x3900_0045, far + 1).kind).toBe('retired')
    expect(m.run(stxr(3), { far, write: true }).reason).toBe('exclusive-failed')
  })
})

describe('ExclusiveMonitor', () => {
  const vcpu = (): Vcpu => ({ regs: new RegisterFile(), pull: () => {}, push: () => {} })
  it('agrees with a map of vCPUs to the bytes they marked', () => {
    const step = fc.tuple(fc.constantFrom('mark', 'clear', 'stored'), fc.nat(2), fc.nat(40), fc.constantFrom(1, 4, 16))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const monitor = new ExclusiveMonitor()
        const vcpus = [vcpu(), vcpu(), vcpu()]
        const marks: (readonly [number, number] | undefined)[] = [undefined, undefined, undefined]
        for (const [what, who, pa, size] of steps) {
          const one = vcpus[who] as Vcpu
          if (what === 'mark') {
            monitor.mark(one, pa, size)
            marks[who] = [pa, pa + size]
          } else if (what === 'clear') {
            monitor.clear(one)
            marks[who] = undefined
          } else {
            monitor.stored(one, pa, size)
            for (const [k, m] of marks.entries())
              if (k !== who && m && pa < m[1] && m[0] < pa + size) marks[k] = undefined
          }
          for (const [k, m] of marks.entries()) {
            const each = vcpus[k] as Vcpu
            expect(monitor.isSet(each)).toBe(m !== undefined)
            expect(monitor.covers(each, pa, size)).toBe(m !== undefined && pa >= m[0] && pa + size <= m[1])
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
