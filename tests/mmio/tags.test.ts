import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HandlerError, Reg, type TagMemory } from '../../src/mmio/index.ts'
import { DEV, DEV_VA, Machine } from './machine.ts'

/** The page behind the device: RAM, Normal Tagged. */
const RAM_VA = DEV_VA + 0x1000
const RAM_PA = 0x4000_c000
const NORMAL_TAGGED = 0xf044n
const ATA = 1n << 43n
const ATA0 = 1n << 42n
const TBI0 = 1n << 37n

const word = (opcode: number, form: number, imm9 = 0, rn = 2, rt = 1): number =>
  (0xd920_0000 | (opcode << 22) | ((imm9 & 0x1ff) << 12) | (form << 10) | (rn << 5) | rt) >>> 0
const POST = 1
const OFFSET = 2
const PRE = 3
const stg = (form: number, imm9 = 0, rt = 1): number => word(0, form, imm9, 2, rt)
const stzg = (form: number, imm9 = 0): number => word(1, form, imm9)
const st2g = (form: number, imm9 = 0): number => word(2, form, imm9)
const stz2g = (form: number, imm9 = 0): number => word(3, form, imm9)
const LDG = word(1, 0)
const STZGM = word(0, 0)
const STGM = word(2, 0)
const LDGM = word(3, 0)
const STGP = 0x6900_0000 | (4 << 10) | (2 << 5) | 3
const DC_GVA = 0xd50b_7462
const DC_GZVA = 0xd50b_7482
const LDP = 0xa940_1043
const STP = 0xa900_1043

class Tags implements TagMemory {
  readonly map: Map<number, number> = new Map()
  readonly calls: string[] = []

  read(pa: number): number {
    this.calls.push(`r ${pa.toString(16)}`)
    return this.map.get(pa) ?? 0
  }

  write(pa: number, tag: number): void {
    this.calls.push(`w ${pa.toString(16)} ${tag}`)
    this.map.set(pa, tag)
  }
}

function machine(options: ConstructorParameters<typeof Machine>[0] = {}): { m: Machine; tags: Tags } {
  const tags = new Tags()
  const m = new Machine({ tags, ...options })
  m.vcpu.truth.set(Reg.MAIR_EL1, NORMAL_TAGGED)
  m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | ATA)
  m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | TBI0)
  m.map(RAM_VA, RAM_PA, 4)
  m.setX(1, 0x0b00_0000_0000_1234n)
  return { m, tags }
}

const at = (kind: string, offset: number, size: number): string => `${kind} ${(DEV + offset).toString(16)} ${size}`

describe('canonical tags (FEAT_MTE4, TCR_EL1.MTX0)', () => {
  const MTX0 = 1n << 60n
  /** ST2G over two pages: the device's, and RAM with these attributes. */
  const store = (attributes: number): readonly [string, bigint] => {
    const { m } = machine()
    m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | MTX0)
    m.map(DEV_VA, DEV, 4)
    m.map(RAM_VA, RAM_PA, attributes)
    m.setX(2, DEV_VA + 0xff0)
    const { kind, reason } = m.run(st2g(OFFSET), { far: DEV_VA + 0xff0, write: true })
    return [`${kind} ${reason}`, kind === 'injected' ? m.x(Reg.ESR_EL1) >> 32n : 0n]
  }

  it('no tag is stored where memory is not Tagged: a Permission fault that says TnD', () => {
    expect(store(0)).toEqual(['injected translation-fault', 1n << 10n])
  })

  it('Tagged memory takes it', () => {
    expect(store(4)).toEqual(['retired done', 0n])
  })
})

describe('tags of a device', () => {
  it('LDG reads zero into bits 59:56, and accesses nothing', () => {
    const { m, tags } = machine()
    m.setX(2, DEV_VA + 0x4b)
    expect(m.run(LDG, { far: DEV_VA + 0x40 }).reason).toBe('done')
    expect([m.x(1), m.elements, tags.calls]).toEqual([0x1234n, [], []])
    expect(m.vcpu.pushed).toEqual([1, Reg.PC])
  })

  it.each([
    ['STG', stg(OFFSET), []],
    ['STZG', stzg(OFFSET), [at('w', 0x40, 16)]],
    ['ST2G', st2g(OFFSET), []],
    ['STZ2G', stz2g(OFFSET), [at('w', 0x40, 16), at('w', 0x50, 16)]],
    ['STGP', STGP, [at('w', 0x40, 8), at('w', 0x48, 8)]],
    ['DC GVA', DC_GVA, []],
    ['DC GZVA', DC_GZVA, [at('w', 0x40, 16), at('w', 0x50, 16), at('w', 0x60, 16), at('w', 0x70, 16)]],
    ['STGM', STGM, []],
    ['STZGM', STZGM, [at('w', 0x40, 16), at('w', 0x50, 16), at('w', 0x60, 16), at('w', 0x70, 16)]],
  ])('%s: drops the tags, stores the data', (_, each, shape) => {
    const { m, tags } = machine()
    m.setX(2, DEV_VA + 0x40)
    expect(m.run(each, { far: DEV_VA + 0x40, write: true }).reason).toBe('done')
    expect(m.shape()).toEqual(shape)
    expect(tags.calls).toEqual([])
    const stored = m.elements.flatMap((e) => e.bytes)
    if (each !== STGP) expect(stored.every((b) => b === 0)).toBe(true)
    expect(m.x(2)).toBe(BigInt(DEV_VA + 0x40))
  })

  it('LDGM reads no tags into the whole register', () => {
    const { m } = machine()
    m.setX(2, DEV_VA + 0x77)
    expect(m.run(LDGM, { far: DEV_VA + 0x77 }).reason).toBe('done')
    expect([m.x(1), m.elements]).toEqual([0n, []])
  })

  it.each([
    ['post', stz2g(POST, -3), 0x40, 0x10],
    ['pre', stz2g(PRE, 5), -0x10, 0x40],
    ['post', stg(POST, 255), 0x40, 0x1030],
  ])('writes the base back, %s-index', (_, each, start, end) => {
    const { m } = machine()
    m.setX(2, DEV_VA + start)
    expect(m.run(each, { far: DEV_VA + 0x40, write: true }).reason).toBe('done')
    expect(m.x(2)).toBe(BigInt(DEV_VA + end))
  })

  it.each([
    ['STG', stg(OFFSET)],
    ['STZG', stzg(OFFSET)],
    ['STGP', STGP],
  ])('%s to an address that is no multiple of 16: Alignment fault, WnR', (_, each) => {
    const { m } = machine()
    m.setX(2, DEV_VA + 0x48)
    expect(m.run(each, { far: DEV_VA + 0x48, write: true }).reason).toBe('alignment-fault')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1), m.elements]).toEqual([0x9600_0061n, BigInt(DEV_VA + 0x48), []])
  })
})

describe('tags of the RAM behind the device', () => {
  it('ST2G and STZ2G set the tag of the granule that has one', () => {
    for (const each of [st2g(OFFSET), stz2g(OFFSET)]) {
      const { m, tags } = machine()
      m.setX(2, DEV_VA + 0xff0)
      expect(m.run(each, { far: DEV_VA + 0xff0, write: true }).reason).toBe('done')
      expect(tags.calls).toEqual([`w ${RAM_PA.toString(16)} 11`])
      expect(m.shape()).toEqual(each === st2g(OFFSET) ? [] : [at('w', 0xff0, 16), `w ${RAM_PA.toString(16)} 16`])
    }
  })

  it('ST2G of SP takes the tag of SP', () => {
    const { m, tags } = machine()
    m.setX(2, DEV_VA + 0xff0)
    m.vcpu.truth.set(Reg.SP_EL1, 0x0700_0000_0000_0000n)
    expect(m.run(word(2, OFFSET, 0, 2, 31), { far: DEV_VA + 0xff0, write: true }).reason).toBe('done')
    expect(tags.calls).toEqual([`w ${RAM_PA.toString(16)} 7`])
  })

  it('drops them where SCTLR_EL1.ATA is clear, and where memory is not tagged', () => {
    const { m, tags } = machine()
    m.setX(2, DEV_VA + 0xff0)
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) & ~ATA)
    expect(m.run(st2g(OFFSET), { far: DEV_VA + 0xff0, write: true }).reason).toBe('done')
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | ATA)
    m.vcpu.truth.set(Reg.PC, BigInt(0x40_0000))
    m.map(RAM_VA, RAM_PA)
    expect(m.run(st2g(OFFSET), { far: DEV_VA + 0xff0, write: true }).reason).toBe('done')
    expect(tags.calls).toEqual([])
  })
})

describe('tag checks', () => {
  const TAG = 5n << 56n
  /** The second register of the pair lies in the RAM. */
  function cross(each: number, setup: (m: Machine, tags: Tags) => void): { m: Machine; tags: Tags; reason: string } {
    const { m, tags } = machine()
    m.setX(2, BigInt(DEV_VA + 0xff8) | TAG)
    setup(m, tags)
    const { reason } = m.run(each, { far: DEV_VA + 0xff8, write: each === STP })
    return { m, tags, reason }
  }
  const tcf = (kind: bigint): bigint => kind << 40n
  const control =
    (kind: bigint, tag = 0) =>
    (m: Machine, tags: Tags): void => {
      m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | tcf(kind))
      tags.map.set(RAM_PA, tag)
    }

  it.each([
    ['load, synchronous', LDP, 1n, 0x9600_0011n],
    ['store, synchronous', STP, 1n, 0x9600_0051n],
    ['load, asymmetric', LDP, 3n, 0x9600_0011n],
  ])('%s: a Tag Check fault at the first byte that fails, and nothing is accessed', (_, each, kind, esr) => {
    const { m, reason } = cross(each, control(kind))
    expect([reason, m.elements]).toEqual(['tag-check-fault', []])
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([esr, BigInt(RAM_VA) | TAG])
  })

  it.each([
    ['load, asynchronous', LDP, 2n],
    ['store, asynchronous', STP, 2n],
    ['store, asymmetric', STP, 3n],
  ])('%s: the access is made, TFSR_EL1.TF0 set', (_, each, kind) => {
    const { m, reason } = cross(each, control(kind))
    expect([reason, m.elements.length, m.x(Reg.TFSR_EL1)]).toEqual(['done', 2, 1n])
  })

  it.each<[string, (m: Machine, tags: Tags) => void]>([
    ['the tags are equal', control(1n, 5)],
    ['TCF is 0', control(0n)],
    [
      'PSTATE.TCO',
      (m, tags) => {
        control(1n)(m, tags)
        m.vcpu.truth.set(Reg.PSTATE, m.x(Reg.PSTATE) | (1n << 25n))
      },
    ],
    [
      'TBI is off and the address has no tag',
      (m, tags) => {
        control(1n, 3)(m, tags)
        m.setX(2, DEV_VA + 0xff8)
        m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) & ~TBI0)
      },
    ],
    [
      'TCMA and the tag is 0',
      (m, tags) => {
        control(1n, 3)(m, tags)
        m.setX(2, DEV_VA + 0xff8)
        m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 57n))
      },
    ],
    [
      'tags may not be accessed',
      (m, tags) => {
        control(1n)(m, tags)
        m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) & ~ATA)
      },
    ],
    [
      'memory is not tagged',
      (m, tags) => {
        control(1n)(m, tags)
        m.map(RAM_VA, RAM_PA)
      },
    ],
  ])('no fault: %s', (_, setup) => {
    const { reason, m } = cross(LDP, setup)
    expect([reason, m.x(Reg.TFSR_EL1)]).toEqual(['done', 0n])
  })

  it('needs the instruction, however valid the syndrome', () => {
    const { m } = machine()
    m.setX(2, DEV_VA + 0x40)
    // ldr w3, [x2]
    const { reason, word } = m.run(0xb940_0043, { far: DEV_VA + 0x40, iss: 0x0183_0000 })
    expect([reason, word]).toEqual(['done', 0xb940_0043])
  })

  it('does not check what is relative to SP', () => {
    const { m, tags } = machine()
    control(1n)(m, tags)
    m.vcpu.truth.set(Reg.SP_EL1, BigInt(DEV_VA + 0xff0) | TAG)
    // ldp x3, x4, [sp, #8]; with write-back it is checked.
    expect(m.run(0xa940_93e3, { far: DEV_VA + 0xff8 }).reason).toBe('done')
    expect(m.run(0xa9c0_93e3, { far: DEV_VA + 0xff8 }).reason).toBe('tag-check-fault')
  })

  it('EL0 has TCF0, ATA0 and TFSRE0_EL1; LDTR at EL1 too', () => {
    const { m, tags } = machine()
    m.vcpu.truth.set(Reg.SCTLR_EL1, (m.x(Reg.SCTLR_EL1) & ~ATA) | ATA0 | (2n << 38n))
    m.vcpu.truth.set(Reg.PSTATE, 0x3c0n)
    m.map(DEV_VA, DEV, 0x40)
    m.map(RAM_VA, RAM_PA, 0x44)
    tags.map.set(RAM_PA, 1)
    m.setX(2, BigInt(DEV_VA + 0xff8) | TAG)
    expect(m.run(LDP, { far: DEV_VA + 0xff8 }).reason).toBe('done')
    expect([m.x(Reg.TFSR_EL1), m.x(Reg.TFSRE0_EL1)]).toEqual([0n, 1n])
  })
})

describe('hostile words of tags', () => {
  it('never throw, nor reach outside the block', () => {
    const words = fc.oneof(
      fc.tuple(fc.nat(3), fc.nat(3), fc.nat(511), fc.nat(31), fc.nat(31)).map((t) => word(...t)),
      fc.constantFrom(DC_GVA, DC_GZVA, STGP),
    )
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: DEV_VA - 0x200, max: RAM_VA + 0x200 }),
        fc.boolean(),
        (each, address, write) => {
          const { m, tags } = machine()
          for (let r = 0; r < 31; r++) m.setX(r, address)
          const { kind } = m.run(each, { far: address, write })
          expect(['retired', 'injected', 'retry', 'unhandled']).toContain(kind)
          for (const call of tags.calls) expect(Number.parseInt(call.split(' ')[1] as string, 16) & 15).toBe(0)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('blocks of other sizes are options', () => {
    const { m } = machine({ zeroBlock: 32, tagBlock: 16, tagZeroBlock: 64 })
    m.setX(2, DEV_VA + 0x55)
    expect(m.run(DC_GZVA, { far: DEV_VA + 0x55, write: true }).reason).toBe('done')
    expect(m.shape()).toEqual([at('w', 0x40, 16), at('w', 0x50, 16)])
    expect(() => machine({ tagBlock: 24 })).toThrow(HandlerError)
    expect(() => machine({ tagZeroBlock: 8 })).toThrow(HandlerError)
  })
})
