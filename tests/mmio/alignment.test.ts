import { describe, expect, it } from 'vitest'
import { type HandlerOptions, Reg } from '../../src/mmio/index.ts'
import { CRB_VA, DEV, DEV_VA, Machine, VA } from './machine.ts'

/** What MAIR_EL1's first byte makes of every page. */
const DEVICE = 0x04n
const NON_CACHEABLE = 0x44n

type Options = Omit<HandlerOptions, 'space' | 'trace'>

/** X2 is the address; `sctlr` has bits of SCTLR_EL1 to set. */
function machine(at: number, mair: bigint, sctlr = 0n, options: Options = {}): Machine {
  const m = new Machine(options)
  m.setX(2, at)
  m.vcpu.truth.set(Reg.MAIR_EL1, mair)
  m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | sctlr)
  return m
}

/** The abort that EL1 gets, or the outcome's name. */
function outcome(m: Machine, word: number, far: number, write = false): string {
  const before = [0, 1, 2, 3, 4].map((r) => m.x(r))
  const { kind, reason } = m.run(word, { far, write })
  if (kind !== 'injected') return reason
  expect([m.elements, [0, 1, 2, 3, 4].map((r) => m.x(r))]).toEqual([[], before])
  return `${m.x(Reg.ESR_EL1).toString(16)} ${(Number(m.x(Reg.FAR_EL1)) - far).toString(16)}`
}

const ROWS: readonly (readonly [string, number, number, boolean])[] = [
  ['ldrh w1, [x2]', 0x7940_0041, 2, false],
  ['str x1, [x2]', 0xf900_0041, 8, true],
  ['ldp x0, x1, [x2]', 0xa940_0440, 8, false],
  ['stp w0, w1, [x2]', 0x2900_0440, 4, true],
  ['ldr q0, [x2]', 0x3dc0_0040, 16, false],
  ['ld1 { v0.2d, v1.2d }, [x2]', 0x4c40_ac40, 8, false],
  ['st2 { v0.4h, v1.4h }, [x2]', 0x0c00_8440, 2, true],
  ['ld1 { v0.s }[1], [x2]', 0x0d40_9040, 4, false],
  ['ldar x1, [x2]', 0xc8df_fc41, 8, false],
  ['ldadd w0, w1, [x2]', 0xb820_0041, 4, false],
  ['casp x4, x5, x6, x7, [x2]', 0x4824_7c46, 16, false],
  ['ldxp x4, x6, [x2]', 0xc87f_1844, 16, false],
  ['ld64b x4, [x2]', 0xf83f_d044, 64, false],
]

describe('Device memory', () => {
  it.each(ROWS)('%s: Alignment fault but where aligned', (_, word, size, write) => {
    for (let offset = 0; offset < 64; offset++) {
      const at = DEV_VA + 0x100 + offset
      const fault = `960000${write ? '61' : '21'} 0`
      expect(outcome(machine(at, DEVICE), word, at, write)).toBe(offset % size === 0 ? 'done' : fault)
    }
  })

  it('comes before permissions, after translation', () => {
    const m = machine(DEV_VA + 1, DEVICE)
    m.map(DEV_VA, DEV, 0x80)
    expect(outcome(m, 0xf900_0041, DEV_VA + 1, true)).toBe('96000061 0')
    const unmapped = machine(DEV_VA + 1, DEVICE)
    unmapped.unmap(DEV_VA)
    expect(unmapped.run(0xf900_0041, { far: DEV_VA + 1, write: true }).status).toBe(7)
  })

  it('on the second page alone: the first element that begins there', () => {
    // RAM is Normal (index 0), the device is Device (index 1).
    const crossing = (word: number, before: number): string => {
      const m = machine(DEV_VA - before, NON_CACHEABLE | (DEVICE << 8n))
      m.map(DEV_VA, DEV, 1 << 2)
      m.run(word, { far: DEV_VA })
      if (m.x(Reg.ESR_EL1) === 0n) return `done ${m.elements.length}`
      return `${m.x(Reg.ESR_EL1).toString(16)} ${Number(m.x(Reg.FAR_EL1)) - DEV_VA}`
    }
    expect(crossing(0xa940_0440, 12)).toBe('done 3')
    expect(crossing(0xa940_0440, 4)).toBe('96000021 4')
    expect(crossing(0xa940_0440, 8)).toBe('done 2')
    expect(crossing(0xf940_0040, 3)).toBe('done 2')
    expect(crossing(0x4c40_ac40, 9)).toBe('96000021 7')
  })

  it('stage 1 off is Device memory', () => {
    const m = machine(DEV + 0x101, NON_CACHEABLE)
    m.vcpu.truth.set(Reg.SCTLR_EL1, 0x30d0_1804n)
    m.setX(Reg.PC, 0x4000_4000)
    const got = m.run(0x7940_0041, { far: DEV + 0x101, hpfar: BigInt(DEV / 4096) << 4n })
    expect([got.reason, m.x(Reg.ESR_EL1)]).toEqual(['alignment-fault', 0x9600_0021n])
  })
})

describe('Normal memory', () => {
  it.each(ROWS)('%s: SCTLR_EL1.A', (_, word, size, write) => {
    for (let offset = 0; offset < 16; offset++) {
      const at = DEV_VA + 0x100 + offset
      const fault = `960000${write ? '61' : '21'} 0`
      expect(outcome(machine(at, NON_CACHEABLE, 2n), word, at, write)).toBe(offset % size === 0 ? 'done' : fault)
    }
  })

  it.each([
    ['ldr x1', 0xf940_0041, 8, 'none'],
    ['ldp x0, x1', 0xa940_0440, 16, 'none'],
    ['ldar x1', 0xc8df_fc41, 8, 'ordered'],
    ['ldapur x1', 0xd940_0041, 8, 'ordered'],
    ['ldadd w0, w1', 0xb820_0041, 4, 'atomic'],
    ['ldxr x1', 0xc85f_7c41, 8, 'atomic'],
    ['casp w4', 0x0824_7c46, 8, 'atomic'],
  ])('%s: LSE2 and nAA', (_, word, length, rule) => {
    for (const [lse2, naa] of [
      [false, 0n],
      [true, 0n],
      [true, 0x40n],
    ] as const) {
      for (let offset = 1; offset < 16; offset++) {
        const at = DEV_VA + 0x100 + offset
        const size = length === 16 ? 8 : length
        const inside = lse2 && offset + length <= 16
        const allowed = offset % size === 0 || rule === 'none' || inside || (rule === 'ordered' && lse2 && naa > 0n)
        const m = machine(at, NON_CACHEABLE, naa, { features: { LSE2: lse2 } })
        expect([offset, lse2, naa, outcome(m, word, at)]).toEqual([offset, lse2, naa, allowed ? 'done' : '96000021 0'])
      }
    }
  })

  it('SCTLR_EL1.A comes before translation', () => {
    const m = machine(DEV_VA + 1, NON_CACHEABLE, 2n)
    m.unmap(DEV_VA)
    expect(outcome(m, 0xf940_0041, DEV_VA + 1)).toBe('96000021 0')
  })
})

describe('SP', () => {
  const ldrSp = 0xf940_03e1
  it.each([
    ['SA at EL1', 0x3c5n, 8n, Reg.SP_EL1, 0x9a00_0000n],
    ['SA at EL1t', 0x3c4n, 8n, Reg.SP_EL0, 0x9a00_0000n],
    ['SA0 at EL0', 0x3c0n, 16n, Reg.SP_EL0, 0x9a00_0000n],
    ['SA0 at EL1', 0x3c5n, 16n, Reg.SP_EL1, 0n],
    ['SA at EL0', 0x3c0n, 8n, Reg.SP_EL0, 0n],
  ] as const)('%s', (_, pstate, sctlr, sp, esr) => {
    const m = machine(0, NON_CACHEABLE, sctlr)
    m.map(DEV_VA, DEV, 0x40)
    m.vcpu.truth.set(Reg.PSTATE, pstate)
    m.vcpu.truth.set(Reg.FAR_EL1, 0x1234n)
    m.vcpu.truth.set(sp, BigInt(DEV_VA + 0x108))
    const { reason } = m.run(ldrSp, { far: DEV_VA + 0x108 })
    expect([reason, m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([
      esr > 0n ? 'sp-alignment-fault' : 'done',
      esr,
      0x1234n,
    ])
    // A multiple of 16 is fine, and so is any other base.
    const aligned = machine(DEV_VA + 0x108, NON_CACHEABLE, sctlr)
    aligned.vcpu.truth.set(Reg.SP_EL1, BigInt(DEV_VA + 0x110))
    expect(aligned.run(ldrSp, { far: DEV_VA + 0x110 }).reason).toBe('done')
    expect(aligned.run(0xf940_0041, { far: DEV_VA + 0x108 }).reason).toBe('done')
  })
})

describe('DC ZVA', () => {
  const zva = 0xd50b_7422
  it.each([
    [undefined, 64, 8],
    [2048, 2048, 8],
    [16, 16, 8],
    [4, 4, 4],
  ])('option %s: %d zero bytes in stores of %d', (zeroBlock, length, size) => {
    for (const given of [0, 1, length - 1]) {
      const at = DEV_VA + 0x800 + given
      const m = machine(at, NON_CACHEABLE, 2n, zeroBlock === undefined ? {} : { zeroBlock })
      const expected = m.device.slice()
      expected.fill(0, 0x800, 0x800 + length)
      expect(outcome(m, zva, at, true)).toBe('done')
      expect(m.device).toEqual(expected)
      const shape = Array.from(
        { length: length / size },
        (_, k) => `w ${(DEV + 0x800 + k * size).toString(16)} ${size}`,
      )
      expect(m.shape()).toEqual(shape)
      expect(m.x(2)).toBe(BigInt(at))
    }
  })

  it('FAR may be the block, not an address outside; a read is none', () => {
    expect(machine(CRB_VA + 0x133, NON_CACHEABLE).run(zva, { far: CRB_VA + 0x100, write: true }).reason).toBe('done')
    for (const far of [CRB_VA + 0xff, CRB_VA + 0x140]) {
      expect(machine(CRB_VA + 0x133, NON_CACHEABLE).run(zva, { far, write: true }).reason).toBe('far-differs')
    }
    expect(machine(CRB_VA + 0x100, NON_CACHEABLE).run(zva, { far: CRB_VA + 0x100 }).reason).toBe('direction-differs')
  })

  it('Device memory: Alignment fault with the address as given', () => {
    expect(outcome(machine(DEV_VA + 0x147, DEVICE), zva, DEV_VA + 0x147, true)).toBe('96000061 0')
    expect(outcome(machine(DEV_VA + 0x140, DEVICE), zva, DEV_VA + 0x140, true)).toBe('96000061 0')
  })

  it('a block that the device refuses: external abort at the byte', () => {
    const m = machine(VA + 0x8033, NON_CACHEABLE)
    m.run(zva, { far: VA + 0x8033, write: true })
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([0x9600_0050n, BigInt(VA + 0x8000)])
  })

  it.each([3, 0, 24, 4096, Number.NaN])('a block of %s is no option', (zeroBlock) => {
    expect(() => new Machine({ zeroBlock })).toThrow(/zeroBlock/)
  })
})

describe('LD64B, ST64B', () => {
  it('one access of 64 bytes, cut by the bus', () => {
    const m = machine(DEV_VA + 0x140, NON_CACHEABLE)
    expect(outcome(m, 0xf83f_d044, DEV_VA + 0x140)).toBe('done')
    expect(m.shape()).toEqual([`r ${(DEV + 0x140).toString(16)} 64`])
    expect(m.callbacks()).toEqual(Array.from({ length: 8 }, (_, k) => `load dev+${(0x140 + 8 * k).toString(16)} 8`))
    const view = new DataView(m.device.buffer)
    for (let k = 0; k < 8; k++) expect(m.x(4 + k)).toBe(view.getBigUint64(0x140 + 8 * k, true))
    m.setX(2, DEV_VA + 0x180)
    expect(outcome(m, 0xf83f_9044, DEV_VA + 0x180, true)).toBe('done')
    expect(m.shape()).toEqual([`w ${(DEV + 0x180).toString(16)} 64`])
    expect(m.device.slice(0x180, 0x1c0)).toEqual(m.device.slice(0x140, 0x180))
  })
})
