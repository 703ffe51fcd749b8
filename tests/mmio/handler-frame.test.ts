/** What the hardware reported, held against what the handler found: what it accepts, and that it never waits for ever. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reg } from '../../src/mmio/index.ts'
import { CRB, CRB_VA, DEV, DEV_VA, Machine, RAM, VA } from './machine.ts'

const LDP_X = 0xa9400440 // ldp x0, x1, [x2]
const at = DEV_VA + 0x40
const page = (pa: number): bigint => BigInt(Math.floor(pa / 4096)) << 4n

describe('FAR', () => {
  it.each([
    ['ldp x0, x1, [x2]', LDP_X, 16, false],
    ['stp q0, q1, [x2]', 0xad000440, 32, true],
    ['ld4 { v0.8h - v3.8h }, [x2]', 0x4c400440, 64, false],
    ['ldr x0, [x2]', 0xf9400040, 8, false],
  ])(
    '%s: any byte that it accesses, for elements have no order; the access list is the same',
    (_, word, size, write) => {
      const runs = Array.from({ length: size + 2 }, (__, k) => {
        const m = new Machine()
        m.setX(2, at)
        const { reason } = m.run(word, { far: at - 1 + k, write })
        return `${reason} ${m.shape()} ${m.state()}`
      })
      expect(runs[0]).toMatch(/^far-differs {2}/)
      expect(runs.at(-1)).toMatch(/^far-differs {2}/)
      expect(runs[1]).toMatch(/^done [rw] 50000040 /)
      expect(new Set(runs.slice(1, -1)).size).toBe(1)
    },
  )

  it('has no tag where the address has one, and the base keeps its own', () => {
    const tag = 0x5a00_0000_0000_0000n
    const m = new Machine()
    m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 37n))
    m.setX(2, tag + BigInt(at))
    expect(m.run(0xa8c10440, { far: at }).kind).toBe('retired') // ldp x0, x1, [x2], #16
    expect(m.x(2)).toBe(tag + BigInt(at + 16))
  })

  it('of the first byte when the second page faulted: HPFAR says which page it was', () => {
    const own = new Machine()
    own.setX(2, CRB_VA - 4)
    expect(own.run(0xf9400041, { far: CRB_VA }).kind).toBe('retired') // ldr x1, [x2]
    const other = new Machine()
    other.setX(2, CRB_VA - 4)
    expect(other.run(0xf9400041, { far: CRB_VA - 4, hpfar: page(CRB) }).kind).toBe('retired')
    expect([other.shape(), other.callbacks(), other.state()]).toEqual([own.shape(), own.callbacks(), own.state()])
    // Of neither page: the tables changed.
    const neither = new Machine()
    neither.setX(2, CRB_VA - 4)
    expect(neither.run(0xf9400041, { far: CRB_VA - 4, hpfar: page(DEV) }).reason).toBe('translation-differs')
  })
})

/** Exclusives and atomics of X1, X3 at [X2]: text, word, whether it stores only. */
const EXCLUSIVE = [
  ['ldxr x1, [x2]', 0xc85f7c41, false],
  ['ldaxp x1, x3, [x2]', 0xc87f8c41, false],
  ['stxr w0, x1, [x2]', 0xc8007c41, true],
  ['stlxp w0, x1, x3, [x2]', 0xc8208c41, true],
  ['ldadd x0, x1, [x2]', 0xf8200041, true],
  ['cas x0, x1, [x2]', 0xc8a07c41, true],
] as const

describe('exclusives and atomics of RAM are the host’s to let through', () => {
  it.each(EXCLUSIVE)('%s: not-mmio, whatever the option and the monitor', (_, word, write) => {
    for (const exclusives of ['monitor', 'unsupported'] as const) {
      for (const [status, name] of [
        [7, 'not mapped'],
        [0x0f, 'write-protected'],
      ] as const) {
        const m = new Machine({ exclusives })
        m.setX(2, VA + 0x40)
        m.place(word)
        const before = m.state()
        const outcome = m.run(word, { far: VA + 0x40, write, status })
        expect([name, outcome.kind, outcome.reason]).toEqual([name, 'retry', 'not-mmio'])
        expect([m.elements, m.vcpu.pushed, m.state()]).toEqual([[], [], before])
      }
    }
  })

  it.each(EXCLUSIVE)('%s: of another address than FAR: nothing is decided', (_, word, write) => {
    for (const exclusives of ['monitor', 'unsupported'] as const) {
      const m = new Machine({ exclusives })
      m.setX(2, VA + 0x40)
      expect(m.run(word, { far: at, write }).reason).toBe('far-differs')
      expect(m.vcpu.pushed).toEqual([])
    }
  })

  it('an STXR that fails leaves the Access flag and dirty state alone', () => {
    const m = new Machine()
    m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 39n))
    m.descriptor(5, (DEV_VA >>> 12) & 511, (DEV | 0x303) >>> 0)
    m.setX(2, at)
    const table = m.ram.slice(0x5000, 0x6000)
    expect(m.run(0xc8007c41, { far: at, write: true }).reason).toBe('exclusive-failed')
    expect(m.ram.slice(0x5000, 0x6000)).toEqual(table)
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    expect(m.run(0xc85f7c41, { far: at }).reason).toBe('done')
    expect(m.ram.slice(0x5000, 0x6000)).not.toEqual(table)
  })

  it('a load-exclusive whose tables changed on the way marks nothing', () => {
    const m = new Machine()
    m.setX(2, at)
    expect(m.run(0xc85f7c41, { far: at, hpfar: page(CRB) }).reason).toBe('translation-differs')
    expect(m.run(0xc8007c41, { far: at, write: true }).reason).toBe('exclusive-failed')
  })
})

describe('numbers that are no register', () => {
  const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -Infinity, -1, -0, 0.5, 2 ** 53, 2 ** 64, 1e300)
  const big = fc.constantFrom(-1n, 2n ** 64n, -(2n ** 80n), 2n ** 64n - 1n)
  const value = fc.oneof(odd, big, fc.double(), fc.bigInt())

  it('never throw, whichever of the three they are', () => {
    fc.assert(
      fc.property(fc.constantFrom('esr', 'far', 'hpfar'), value, fc.constantFrom(0, 0x01c0_8000), (name, v, iss) => {
        const m = new Machine()
        m.setX(2, at)
        m.place(iss === 0 ? LDP_X : 0xf9400040)
        m.vcpu.begin()
        const before = m.state()
        const abort = { esr: 0x9200_0007 + iss, far: at, hpfar: page(DEV), [name]: v }
        const { kind } = m.handler.handle(m.vcpu, abort)
        if (kind === 'retry' || kind === 'unhandled') expect([m.state(), m.elements]).toEqual([before, []])
      }),
      { numRuns: 500 },
    )
  })
})

describe('the end of the address space', () => {
  it('an access that runs over 2^64 goes on at 0', () => {
    // Stage 1 off: the bytes at the end of 64 bits translate to nothing, those at 0 to 0.
    const m = new Machine()
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) & ~1n)
    m.vcpu.truth.set(Reg.PC, BigInt(RAM + 0x4000))
    m.setX(2, 2n ** 64n - 8n)
    m.place(LDP_X)
    m.vcpu.begin()
    const outcome = m.handler.handle(m.vcpu, { esr: 0x9200_0007, far: 0n, hpfar: 0n })
    // The first page has no translation: the guest's own fault, at the first byte of the access.
    expect([outcome.kind, outcome.reason]).toEqual(['injected', 'translation-fault'])
    expect(m.x(Reg.FAR_EL1)).toBe(2n ** 64n - 8n)
    expect(m.elements).toEqual([])
  })
})
