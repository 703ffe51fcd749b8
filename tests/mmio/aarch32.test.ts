/** A 32-bit process under an AArch64 kernel: what the syndrome says is done, and nothing else is known. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeReason, MEMTX_DEFERRED, Reg } from '../../src/mmio/index.ts'
import { byteDevice, CODE_VA, CRB_VA, DEV, DEV_VA, HOLE_VA, Machine, VA } from './machine.ts'

const USER = 0x1d0n
const T = 1n << 5n
const E = 1n << 9n
const SS = 1n << 21n
const FLAGS = 0xf00f_0000n
/** ISV, SAS, SSE, SRT; IL is told apart, AR changes nothing. */
const iss = (size: number, srt: number, signed = false): number =>
  (1 << 24) | (Math.log2(size) << 22) | (signed ? 1 << 21 : 0) | (srt << 16)
const NARROW = -(1 << 25)
/** PSTATE.IT in its two places. */
const it8 = (it: number): bigint => (BigInt(it >> 2) << 10n) | (BigInt(it & 3) << 25n)

function machine(pstate: bigint = USER, options: ConstructorParameters<typeof Machine>[0] = {}): Machine {
  const m = new Machine(options)
  for (const va of [VA, CRB_VA, VA + 0x2000, DEV_VA, VA + 0x4000, VA + 0x6000, HOLE_VA]) {
    m.map(va, [0x4000_8000, 0xfed4_0000, 0x4000_a000, DEV, 0x4000_c000, 0, DEV, 0, 0x6000_0000][(va - VA) >> 12]!, 0x40)
  }
  m.setX(Reg.PSTATE, pstate)
  m.setX(Reg.PC, CODE_VA + 2)
  return m
}

describe('an access that the syndrome describes', () => {
  const SIZES = [1, 2, 4] as const

  it.each(SIZES)('a load of %i bytes into each register of User mode', (size) => {
    for (let rt = 0; rt <= 14; rt++) {
      for (const signed of size < 4 ? [false, true] : [false]) {
        const m = machine()
        const before = m.vcpu.truth.x.slice()
        const at = DEV_VA + 0x10 + rt * size
        expect(m.run(0, { far: at, iss: iss(size, rt, signed) }).reason).toBe('done')
        expect(m.shape()).toEqual([`r ${(DEV + at - DEV_VA).toString(16)} ${size}`])
        const bytes = m.device.subarray(at - DEV_VA, at - DEV_VA + size)
        let want = BigInt(Buffer.from(bytes).readUIntLE(0, size))
        if (signed) want = BigInt.asUintN(32, BigInt.asIntN(8 * size, want))
        expect(m.x(rt)).toBe(want)
        expect(m.x(Reg.PC)).toBe(BigInt(CODE_VA + 6))
        // R13 and R14 are X13 and X14: neither SP_EL0 nor X30.
        for (const [r, old] of before.entries()) if (r !== rt && r !== Reg.PC) expect(m.x(r)).toBe(old)
        expect(m.vcpu.pulled.toSorted()).toEqual([Reg.PC, Reg.PSTATE].toSorted())
      }
    }
  })

  it.each(SIZES)('a store of %i bytes, little and big-endian', (size) => {
    for (let rt = 0; rt <= 14; rt++) {
      for (const big of [false, true]) {
        const m = machine(big ? USER | E : USER)
        // SCTLR_EL1.E0E is of AArch64 only.
        if (rt % 2 === 0) m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 24n))
        m.setX(rt, 0xffff_ffff_4433_2211n)
        expect(m.run(0, { far: DEV_VA + 0x13, write: true, iss: iss(size, rt) }).reason).toBe('done')
        const bytes = [0x11, 0x22, 0x33, 0x44].slice(0, size)
        expect(m.elements).toEqual([{ kind: 'w', pa: DEV + 0x13, bytes: big ? bytes.reverse() : bytes }])
      }
    }
  })

  it('a big-endian load', () => {
    const m = machine(USER | E)
    m.device.set([0x81, 2, 3, 4], 0x20)
    expect(m.run(0, { far: DEV_VA + 0x20, iss: iss(2, 3, true) }).reason).toBe('done')
    expect(m.x(3)).toBe(0xffff_8102n)
    expect(m.run(0, { far: DEV_VA + 0x20, iss: iss(4, 3) }).reason).toBe('done')
    expect(m.x(3)).toBe(0x8102_0304n)
  })

  it('at the first byte of a page, and over the end of one', () => {
    const m = machine()
    expect(m.run(0, { far: DEV_VA, iss: iss(4, 1) }).reason).toBe('done')
    expect(m.shape()).toEqual([`r ${DEV.toString(16)} 4`])
    // The device, then the RAM behind it.
    expect(m.run(0, { far: DEV_VA + 0xfff, write: true, iss: iss(4, 2) }).reason).toBe('done')
    expect(m.shape()).toEqual(['w 50000fff 1', 'w 4000c000 3'])
    // The device, then a page that is not mapped.
    const registers = m.vcpu.truth.x.slice(0, 32)
    const outcome = m.run(0, { far: VA + 0x6ffe, iss: iss(4, 2) })
    expect([outcome.kind, outcome.reason, m.elements]).toEqual(['injected', 'translation-fault', []])
    expect([m.x(Reg.FAR_EL1), m.x(Reg.ESR_EL1)]).toEqual([BigInt(VA + 0x7000), 0x9200_0007n])
    expect(m.vcpu.truth.x.slice(0, 32)).toEqual(registers)
  })

  it('a Permission fault, where HPFAR says nothing: the tables say the page', () => {
    const m = machine()
    const permission = { far: DEV_VA + 0x28, write: true, iss: iss(4, 2), status: 15, hpfar: 0xffff_fff0n }
    expect(m.run(0, permission).reason).toBe('done')
    expect(m.shape()).toEqual(['w 50000028 4'])
    m.unmap(DEV_VA)
    expect(m.run(0, permission).reason).toBe('translation-differs')
    // RAM is the host's to map.
    expect(m.run(0, { ...permission, far: VA + 0x28 }).reason).toBe('not-mmio')
  })

  it('tags are not checked', () => {
    const reads: number[] = []
    const tags = { read: (pa: number) => reads.push(pa), write: () => {} }
    const m = machine(USER, { tags })
    m.setX(Reg.MAIR_EL1, 0xf044n)
    m.map(VA + 0x4000, 0x4000_c000, 0x44)
    // ATA0 and TCF0 of SCTLR_EL1, TBI0 of TCR_EL1.
    m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 42n) | (1n << 38n))
    m.setX(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 37n))
    for (const at of [0xffe, 0xff0]) {
      m.setX(Reg.PSTATE, USER)
      expect(m.run(0, { far: DEV_VA + at, iss: iss(4, 2) }).reason).toBe('done')
    }
    expect(reads).toEqual([])
  })

  it('the device may answer later', () => {
    const bytes = new Uint8Array(0x2000)
    const sizes = { valid: { max: 8 }, impl: { max: 8 } }
    const plain = byteDevice(bytes, sizes)
    const m = new Machine(
      {},
      {
        ...plain,
        read: (_offset, _size, tx) => {
          tx.result = MEMTX_DEFERRED
          tx.token = 1
          return 0
        },
      },
    )
    m.setX(Reg.PSTATE, USER | T | it8(0x04))
    const { kind, continuation } = m.run(0, { far: DEV_VA + 4, iss: iss(2, 13, true) + NARROW })
    expect([kind, continuation?.word]).toEqual(['deferred', -1])
    m.vcpu.begin()
    const resumed = m.handler.resume(m.vcpu, JSON.parse(JSON.stringify(continuation)), 0x8001)
    expect([resumed.reason, m.x(13), m.x(Reg.PC)]).toEqual(['done', 0xffff_8001n, BigInt(CODE_VA + 2)])
    expect(m.x(Reg.PSTATE)).toBe(USER | T | it8(0x08))
  })
})

describe('the end of the instruction', () => {
  it('PC by ESR.IL, IT by one instruction, SS cleared, all else kept', () => {
    // AArch32.ITAdvance, written out: the last three bits say when the block is over.
    const advance = (it: number): number => ((it & 7) === 0 ? 0 : (it & 0xe0) | ((it & 15) << 1))
    fc.assert(
      fc.property(fc.nat(255), fc.boolean(), fc.boolean(), fc.bigInt({ min: 0n, max: 0xffffn }), (it, wide, big, f) => {
        const kept = USER | T | (big ? E : 0n) | ((f << 16n) & FLAGS)
        const m = machine(kept | it8(it) | SS)
        expect(m.run(0, { far: DEV_VA + 8, iss: iss(4, 0) + (wide ? 0 : NARROW) }).reason).toBe('done')
        expect(m.x(Reg.PC)).toBe(BigInt(CODE_VA + (wide ? 6 : 4)))
        expect(m.x(Reg.PSTATE)).toBe(kept | it8(advance(it)))
      }),
      { numRuns: 500 },
    )
  })

  it('PC has 32 bits', () => {
    const m = machine()
    m.setX(Reg.PC, 0xffff_fffe)
    expect(m.run(0, { far: DEV_VA + 8, iss: iss(4, 0) + NARROW }).reason).toBe('done')
    expect(m.x(Reg.PC)).toBe(0n)
  })
})

describe('what is no access', () => {
  it('an external abort goes to the vector of AArch32, with IT and T in SPSR', () => {
    const pstate = USER | T | E | it8(0x1c)
    const m = machine(pstate)
    const before = m.vcpu.truth.x.slice(0, 32)
    expect(m.run(0, { far: HOLE_VA + 4, write: true, iss: iss(4, 1) + NARROW }).reason).toBe('external-abort')
    expect(m.vcpu.truth.x.slice(0, 32)).toEqual(before)
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([0x9200_0050n, BigInt(HOLE_VA + 4)])
    expect([m.x(Reg.ELR_EL1), m.x(Reg.SPSR_EL1)]).toEqual([BigInt(CODE_VA + 2), pstate])
    expect(m.x(Reg.PC)).toBe((m.x(Reg.VBAR_EL1) & ~0x7ffn) + 0x600n)
    expect(m.x(Reg.PSTATE) & 0x1fn).toBe(5n)
  })

  it('RAM is the host’s', () => {
    const m = machine()
    expect(m.run(0, { far: VA + 8, iss: iss(4, 1) }).reason).toBe('not-mmio')
  })

  it.each([
    ['without ISV: LDRD, LDM, LDREX, write-back', 0],
    ['R15', iss(4, 15)],
    ['no register of User mode', iss(4, 31)],
    ['a doubleword', iss(8, 1)],
    ['SF', iss(4, 1) | (1 << 15)],
  ])('%s: unhandled, by name, with nothing changed', (_name, syndrome) => {
    const m = machine(USER | T)
    const state = m.state()
    const outcome = m.run(0xf940_0041, { far: DEV_VA + 8, iss: syndrome })
    expect([outcome.kind, outcome.reason, outcome.word, m.elements]).toEqual(['unhandled', 'aarch32-syndrome', -1, []])
    expect(describeReason(outcome.reason)).toContain('AArch32')
    m.place(0)
    expect([m.state(), m.vcpu.pushed]).toEqual([state, []])
  })

  it.each([0x11n, 0x12n, 0x13n, 0x16n, 0x17n, 0x1an, 0x1bn, 0x1fn])('mode %i: a kernel of AArch32', (mode) => {
    const m = machine(0x1c0n | mode)
    expect(m.run(0, { far: DEV_VA + 8, iss: iss(4, 1) }).reason).toBe('aarch32')
  })
})

it('whatever the syndrome and the registers: an outcome, and no word is fetched', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0x3ff_ffff }),
      fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
      fc.integer({ min: VA, max: VA + 0xb000 }),
      (syndrome, pstate, far) => {
        const m = machine((pstate & ~0x1fn) | 0x10n)
        const { kind, word } = m.run(0xf940_0041, { far, iss: (syndrome & ~0x3ff) - (1 << 25), write: (far & 1) === 0 })
        expect(['retired', 'injected', 'retry', 'unhandled']).toContain(kind)
        expect(word).toBe(-1)
      },
    ),
    { numRuns: 1000 },
  )
})
