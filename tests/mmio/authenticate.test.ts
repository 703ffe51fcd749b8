import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEMTX_ACCESS_ERROR, MEMTX_DECODE_ERROR, MEMTX_ERROR, Reg } from '../../src/mmio/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import { DEV, DEV_VA, Machine, value } from './machine.ts'

const LDRAA = 0xf820_0440
const LDRAB_PRE = 0xf8a0_1c40
const ENABLED = (1n << 27n) | (1n << 13n)

function machine(options: ConstructorParameters<typeof Machine>[0] = {}): Machine {
  const m = new Machine(options)
  m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | ENABLED)
  return m
}

/** LDRAA and LDRAB of every offset, with and without write-back. */
const anyLoad = anyInstructionWord((e) => e.access?.authenticated === true).filter((word) => {
  const [rn, rt] = [(word >>> 5) & 31, word & 31]
  return rn !== 31 && rn !== rt
})
/** Bits 63:56 and 54:48: where a pointer of 48 bits without a tag has its code. */
const code = fc.bigInt({ min: 1n, max: 0x7fffn }).map((n) => ((n >> 7n) << 56n) | ((n & 0x7fn) << 48n))

describe('a pointer with any code', () => {
  const aimed = (word: number, upper: bigint, m: Machine): number => {
    const imm = ((word >>> 12) & 0x1ff) | ((word >>> 13) & 0x200)
    const offset = 8 * ((imm ^ 0x200) - 0x200)
    m.setX((word >>> 5) & 31, BigInt(DEV_VA + 0x800 - (offset % 0x800)) | upper)
    return DEV_VA + 0x800 - (offset % 0x800) + offset
  }

  it('leads to the address without it, whatever the code, where the key is in use', () => {
    fc.assert(
      fc.property(anyLoad, code, (word, upper) => {
        const m = machine()
        const far = aimed(word, upper, m)
        fc.pre(far >= DEV_VA && far < DEV_VA + 0x1000)
        expect(m.run(word, { far }).reason).toBe('done')
        expect(m.shape()).toEqual([`r ${(DEV + far - DEV_VA).toString(16)} 8`])
        if ((word & 0x800) !== 0) expect(m.x((word >>> 5) & 31)).toBe(BigInt(far))
      }),
      { numRuns: 300 },
    )
  })

  // The CPU adds the offset to the pointer as it is: no address that stage 1 translates, so that FAR cannot be of it.
  it.each([
    ['the key is not in use', (m: Machine) => m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) & ~ENABLED), {}],
    ['the code is wrong', () => {}, { features: { FPACCOMBINE: false }, authenticate: () => false }],
    ['bit 55 is of the other half', (m: Machine, rn: number) => m.setX(rn, m.x(rn) | (1n << 55n)), {}],
  ] as const)('is not the one of FAR where %s: retry, and nothing is accessed', (_name, spoil, options) => {
    fc.assert(
      fc.property(anyLoad, code, (word, upper) => {
        const m = machine(options)
        // Below the tag, which FAR is compared without.
        const far = aimed(word, upper | (1n << 54n), m)
        fc.pre(far >= DEV_VA && far < DEV_VA + 0x1000)
        spoil(m, (word >>> 5) & 31)
        const before = m.vcpu.truth.x.slice()
        const outcome = m.run(word, { far })
        expect([outcome.kind, outcome.reason, m.elements]).toEqual(['retry', 'far-differs', []])
        expect(m.vcpu.truth.x.slice(0, 47)).toEqual(before.slice(0, 47))
      }),
      { numRuns: 100 },
    )
  })
})

describe('LDRAA and LDRAB', () => {
  it('takes the code away where hardware authenticated', () => {
    const m = machine()
    // Bits 54:48 and 63:56 of a 48-bit address without a tag.
    m.setX(2, 0xa57f_0000_0000_0000n | BigInt(DEV_VA + 0x20))
    expect(m.run(LDRAA, { far: DEV_VA + 0x20 }).reason).toBe('done')
    expect(m.shape()).toEqual([`r ${(DEV + 0x20).toString(16)} 8`])
    expect(m.x(0)).toBe(value(m.device.subarray(0x20, 0x28)))
    expect(m.x(2)).toBe(0xa57f_0000_0000_0000n | BigInt(DEV_VA + 0x20))
  })

  it('writes the address back without the code, at a pre-index', () => {
    const m = machine()
    m.setX(2, 0x2a00_0000_0000_0000n | BigInt(DEV_VA + 0x20))
    expect(m.run(LDRAB_PRE, { far: DEV_VA + 0x28 }).reason).toBe('done')
    expect(m.shape()).toEqual([`r ${(DEV + 0x28).toString(16)} 8`])
    expect(m.x(2)).toBe(BigInt(DEV_VA + 0x28))
  })

  it('leaves the pointer alone when the key is not in use', () => {
    const m = machine({ authenticate: () => false })
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) & ~ENABLED)
    m.setX(2, DEV_VA + 0x20)
    expect(m.run(LDRAA, { far: DEV_VA + 0x20 }).reason).toBe('done')
  })

  it('asks the callback, which changes the pointer', () => {
    const asked: string[] = []
    const m = machine({
      authenticate: (vcpu, pointer) => {
        asked.push(`${pointer.key} ${pointer.hi.toString(16)} ${vcpu === m.vcpu}`)
        pointer.hi = 0
        return true
      },
    })
    m.setX(2, 0x1234_5678_0000_0000n | BigInt(DEV_VA + 0x40))
    expect(m.run(LDRAA, { far: DEV_VA + 0x40 }).reason).toBe('done')
    expect(m.run(LDRAB_PRE, { far: DEV_VA + 0x48 }).reason).toBe('done')
    expect(asked).toEqual(['DA 12345678 true', 'DB 12345678 true'])
  })

  it.each([
    [LDRAA, 0x7200_0002n],
    [LDRAB_PRE, 0x7200_0003n],
  ])('0x%x: a wrong code is a PAC Fail exception, and nothing is accessed', (word, esr) => {
    const m = machine({ authenticate: () => false })
    m.setX(2, DEV_VA)
    const outcome = m.run(word, { far: DEV_VA })
    expect([outcome.kind, outcome.reason, m.elements]).toEqual(['injected', 'authentication-failed', []])
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1), m.x(2)]).toEqual([esr, 0n, BigInt(DEV_VA)])
  })

  it('without FEAT_FPACCOMBINE goes on with the pointer that the callback made invalid', () => {
    const m = machine({
      features: { FPACCOMBINE: false },
      authenticate: (_, pointer) => {
        pointer.hi = 0x20_0000
        return false
      },
    })
    m.setX(2, DEV_VA)
    const outcome = m.run(LDRAA, { far: DEV_VA })
    expect([outcome.kind, outcome.reason]).toEqual(['retry', 'far-differs'])
  })
})

describe('ST64BV and ST64BV0', () => {
  const ST64BV = 0xf821_b042 + (12 << 16) - (1 << 16) + 2
  const ST64BV0 = ST64BV - 0x1000
  const run = (word: number, result = 0): Machine => {
    const stored: number[] = []
    const m = new Machine({}, {
      valid: { max: 8 },
      impl: { max: 8 },
      read: () => 0,
      write: (offset: number, low: number, size: number, tx: { result: number; hi: number }) => {
        stored.push(offset, size)
        new DataView(m.device.buffer).setUint32(offset, low, true)
        new DataView(m.device.buffer).setUint32(offset + 4, tx.hi, true)
        tx.result = result
      },
    } as never)
    m.setX(2, DEV_VA + 0x40)
    m.vcpu.truth.set(Reg.ACCDATA_EL1, 0xcafe_f00d_1234_5678n)
    m.run(word, { far: DEV_VA + 0x40, write: true })
    return m
  }

  it('store eight registers whole and answer 0', () => {
    const m = run(ST64BV)
    expect(m.shape()).toEqual([`w ${(DEV + 0x40).toString(16)} 64`])
    expect(Array.from({ length: 8 }, (_, k) => value(m.device.subarray(0x40 + 8 * k, 0x48 + 8 * k)))).toEqual(
      Array.from({ length: 8 }, (_, k) => m.x(4 + k)),
    )
    expect(m.x(12)).toBe(0n)
  })

  it('ST64BV0 takes the low word from ACCDATA_EL1', () => {
    const m = run(ST64BV0)
    expect(value(m.device.subarray(0x40, 0x48))).toBe(((m.x(4) >> 32n) << 32n) | 0x1234_5678n)
    expect(value(m.device.subarray(0x48, 0x50))).toBe(m.x(5))
  })

  it.each([
    [MEMTX_ACCESS_ERROR, 1n],
    [MEMTX_DECODE_ERROR, 0xffff_ffff_ffff_ffffn],
  ])('answer what the device says: %d', (result, answer) => {
    const m = run(ST64BV, result)
    expect([m.x(12), m.x(Reg.PC)]).toEqual([answer, 0x40_0004n])
  })

  it('abort on an error of the device', () => {
    const m = run(ST64BV, MEMTX_ERROR)
    expect(m.x(Reg.ESR_EL1)).toBe(0x9600_0050n)
  })
})
