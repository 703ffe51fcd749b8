/** A guest that has EL2: where exceptions go, and what is at the vector (AArch64.TakeException, field by field). */

import { describe, expect, it } from 'vitest'
import { takeException, targetLevel } from '../../src/mmio/exception.ts'
import { Reg } from '../../src/mmio/index.ts'
import { RegisterAccess } from '../../src/mmio/register-access.ts'
import { DEV_VA, LazyVcpu, Machine } from './machine.ts'

const EL2 = { PAN: true, SSBS: true, MTE: true, NMI: true, EL2: true }
const TGE = 1n << 27n
const RW = 1n << 31n
const E2H = 1n << 34n
const TEA = 1n << 37n
const NV = 1n << 42n
const NV1 = 1n << 43n
const NV2 = 1n << 45n
const EL0 = 0x3c0n
const EL1H = 0x3c5n
const EL2T = 0x3c8n
const EL2H = 0x3c9n

function taken(pstate: bigint, hcr: bigint, level: 1 | 2, sctlr = 0n): LazyVcpu {
  const vcpu = new LazyVcpu()
  vcpu.truth.set(Reg.PC, 0x1234_5678_9abc_def0n)
  vcpu.truth.set(Reg.PSTATE, pstate)
  vcpu.truth.set(Reg.HCR_EL2, hcr)
  vcpu.truth.set(level === 2 ? Reg.SCTLR_EL2 : Reg.SCTLR_EL1, sctlr)
  vcpu.truth.set(Reg.VBAR_EL1, 0x1_0000n)
  vcpu.truth.set(Reg.VBAR_EL2, 0xffff_8000_8000_0fffn)
  vcpu.begin()
  const access = new RegisterAccess()
  access.begin(vcpu)
  takeException(access, EL2, 0x9200_0010, 0xffff_0000, 0x1234_5678, level)
  access.commit()
  return vcpu
}

describe('the level that an exception goes to', () => {
  // PSTATE, HCR_EL2, external abort, EL2 featured; level
  it.each([
    ['EL0', EL0, 0n, false, true, 1],
    ['EL0 under TGE', EL0, TGE, false, true, 2],
    ['EL0 under TGE, of a guest without EL2', EL0, TGE, false, false, 1],
    ['EL1: TGE is about EL0', EL1H, TGE, false, true, 1],
    ['EL1, external, TEA', EL1H, TEA, true, true, 2],
    ['EL0, external, TEA', EL0, TEA, true, true, 2],
    ['EL1, not external, TEA', EL1H, TEA, false, true, 1],
  ] as const)('%s', (_, pstate, hcr, external, el2, level) => {
    const vcpu = new LazyVcpu()
    vcpu.truth.set(Reg.PSTATE, pstate)
    vcpu.truth.set(Reg.HCR_EL2, hcr)
    vcpu.begin()
    const access = new RegisterAccess()
    access.begin(vcpu)
    access.read(Reg.PSTATE)
    expect(targetLevel(access, { ...EL2, EL2: el2 }, external)).toBe(level)
    if (!el2) expect(vcpu.pulled).toEqual([Reg.PSTATE])
  })
})

describe('an exception to EL2', () => {
  it('writes the registers of EL2 and none of EL1', () => {
    const vcpu = taken(EL0 | 0xf000_0000n, TGE | RW, 2)
    expect(vcpu.pushed.toSorted((a, b) => a - b)).toEqual([
      Reg.PC,
      Reg.PSTATE,
      Reg.ELR_EL2,
      Reg.SPSR_EL2,
      Reg.GUEST_ESR_EL2,
      Reg.GUEST_FAR_EL2,
    ])
    const get = (r: number) => vcpu.truth.get(r)
    expect([get(Reg.ELR_EL2), get(Reg.SPSR_EL2)]).toEqual([0x1234_5678_9abc_def0n, EL0 | 0xf000_0000n])
    expect([get(Reg.GUEST_ESR_EL2), get(Reg.GUEST_FAR_EL2)]).toEqual([0x9200_0010n, 0xffff_0000_1234_5678n])
  })

  // PSTATE, HCR_EL2, vector offset
  it.each([
    ['EL2t', EL2T, RW, 0x000n],
    ['EL2h', EL2H, RW, 0x200n],
    ['EL1', EL1H, RW, 0x400n],
    ['EL0, TGE, EL1 would be AArch64', EL0, TGE | RW, 0x400n],
    ['EL0, TGE, EL1 would be AArch32', EL0, TGE, 0x600n],
    ['EL0 whose host is EL2', EL0, TGE | E2H, 0x400n],
    ['AArch32 EL0 whose host is EL2', 0x1d0n, TGE | E2H | RW, 0x600n],
    ['AArch32 EL0 of an AArch64 EL1', 0x1d0n, TGE | RW, 0x400n],
    ['AArch32 EL1', 0x1d3n, 0n, 0x600n],
  ])('from %s: vector offset', (_, pstate, hcr, offset) => {
    expect(taken(pstate, hcr, 2).truth.get(Reg.PC)).toBe(0xffff_8000_8000_0800n + offset)
  })

  // PSTATE, HCR_EL2, SCTLR_EL2; PSTATE at the vector. TCO is always set, ALLINT by SPINTMASK = 0.
  const TCO_ALLINT = 0x200_2000n
  it.each([
    ['DAIF, EL2h', 0n, TGE | RW, 0n, 0x3c9n],
    ['NZCV and DIT kept', 0xf100_0000n, TGE | RW, 0n, 0xf100_03c9n],
    ['SS, IL, BTYPE, UAO cleared', 0x00b0_0c00n, TGE | RW, 0n, 0x3c9n],
    ['PAN kept clear: EL2 is not the host', 0n, TGE | RW, 0n, 0x3c9n],
    ['PAN kept set', 0x40_0000n, TGE | RW, 1n << 23n, 0x40_03c9n],
    ['PAN set by the host of EL0', 0n, TGE | E2H, 0n, 0x40_03c9n],
    ['PAN kept by SPAN', 0n, TGE | E2H, 1n << 23n, 0x3c9n],
    ['E2H alone is no host of EL0', EL1H, E2H | RW, 0n, 0x3c9n],
    ['SSBS from SCTLR_EL2', 0n, TGE | RW, 1n << 44n, 0x13c9n],
  ])('%s', (_, pstate, hcr, sctlr, at) => {
    expect(taken(pstate, hcr, 2, sctlr).truth.get(Reg.PSTATE)).toBe(at | TCO_ALLINT)
  })
})

describe('SPSR_EL1 under HCR_EL2.NV', () => {
  it.each([
    ['no NV', EL1H, 0n, EL1H],
    ['NV', EL1H, NV, EL2H],
    ['NV, NV2', EL1H, NV | NV2, EL2H],
    ['NV, NV1', EL1H, NV | NV1, EL1H],
    ['NV, NV1, NV2', EL1H, NV | NV1 | NV2, EL2H],
    ['NV at EL0', EL0, NV, EL0],
    ['NV, SP0', 0x3c4n, NV, 0x3c8n],
  ])('%s', (_, pstate, hcr, spsr) => {
    expect(taken(pstate, hcr, 1).truth.get(Reg.SPSR_EL1)).toBe(spsr)
  })
})

describe('features that change an exception to its own level', () => {
  const entry = (features: object, gcscr: bigint, sctlr2: bigint, pstate: bigint, external: boolean, level: 1 | 2) => {
    const vcpu = new LazyVcpu()
    vcpu.truth.set(Reg.PSTATE, pstate)
    vcpu.truth.set(Reg.HCR_EL2, RW)
    vcpu.truth.set(level === 2 ? Reg.GCSCR_EL2 : Reg.GCSCR_EL1, gcscr)
    vcpu.truth.set(level === 2 ? Reg.SCTLR2_EL2 : Reg.SCTLR2_EL1, sctlr2)
    vcpu.begin()
    const access = new RegisterAccess()
    access.begin(vcpu)
    takeException(access, { ...EL2, ...features }, 0, 0, 0, level, external)
    access.commit()
    return [vcpu.truth.get(Reg.PSTATE) >> 32n, vcpu.truth.get(Reg.PC)]
  }
  const EXLOCKEN = 1n << 6n
  const EASE = 1n << 5n

  it.each([1, 2] as const)('EL%i: EXLOCK by GCSCR, the vector of SErrors by SCTLR2', (level) => {
    const own = level === 2 ? EL2H : EL1H
    const both = { GCS: true, DoubleFault2: true }
    expect(entry(both, EXLOCKEN, 0n, own, false, level)).toEqual([4n, 0x200n])
    expect(entry(both, 0n, 0n, own | (1n << 34n), false, level)).toEqual([0n, 0x200n])
    expect(entry(both, EXLOCKEN, 0n, EL0, false, level)).toEqual([0n, 0x400n])
    expect(entry({}, EXLOCKEN, EASE, own, true, level)).toEqual([0n, 0x200n])
    expect(entry(both, 0n, EASE, own, true, level)).toEqual([0n, 0x380n])
    expect(entry(both, 0n, EASE, own, false, level)).toEqual([0n, 0x200n])
    expect(entry(both, 0n, EASE, EL0, true, level)).toEqual([0n, 0x580n])
  })

  it('an external abort of the guest goes there', () => {
    const m = new Machine({ features: { DoubleFault2: true } })
    m.setX(Reg.SCTLR2_EL1, EASE)
    m.setX(2, 0x1000_8000n) // no region is there
    expect(m.run(0xf9400041, { far: 0x1000_8000 }).reason).toBe('external-abort')
    expect(m.x(Reg.PC) & 0x7ffn).toBe(0x380n)
    m.setX(Reg.PC, 0x40_0000)
    m.setX(Reg.PSTATE, EL1H)
    m.setX(2, DEV_VA + 1)
    m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | 2n)
    expect(m.run(0xf9400041, { far: DEV_VA + 1 }).reason).toBe('alignment-fault')
    expect(m.x(Reg.PC) & 0x7ffn).toBe(0x200n)
  })
})

describe('the handler of a guest that has EL2', () => {
  const word = 0xf9400041 // ldr x1, [x2]
  const machine = (hcr: bigint, options: ConstructorParameters<typeof Machine>[0] = {}): Machine => {
    const m = new Machine({ ...options, features: { EL2: true } })
    m.setX(Reg.HCR_EL2, hcr)
    m.setX(Reg.VBAR_EL2, 0x8_0000n)
    m.setX(2, DEV_VA + 8)
    return m
  }

  it('injects an external abort to EL2 under TEA, with the class of a lower level', () => {
    const m = machine(RW | TEA)
    m.setX(2, 0x1000_8000n) // no region is there
    expect(m.run(word, { far: 0x1000_8000 }).reason).toBe('external-abort')
    expect(m.x(Reg.GUEST_ESR_EL2)).toBe(0x9200_0010n)
    expect(m.x(Reg.PC)).toBe(0x8_0400n)
    expect([m.x(Reg.ESR_EL1), m.x(Reg.PSTATE) & 0xfn]).toEqual([0n, 9n])
  })

  it('and an alignment fault of EL0 under TGE, where stage 1 is off', () => {
    const m = machine(TGE | RW)
    m.setX(Reg.PSTATE, EL0)
    // With stage 1 off addresses are guest-physical, memory is Device, and alignment counts.
    m.setX(Reg.PC, 0x4000_4000n)
    m.setX(2, 0x5000_0001n)
    m.place(word)
    m.vcpu.begin()
    const abort = { esr: 0x9200_0007, far: 0x5000_0001, hpfar: 0x50_0000 }
    expect(m.handler.handle(m.vcpu, abort).reason).toBe('alignment-fault')
    expect(m.x(Reg.GUEST_ESR_EL2)).toBe(0x9200_0021n)
    expect(m.x(Reg.GUEST_FAR_EL2)).toBe(0x5000_0001n)
    expect(m.x(Reg.PC)).toBe(0x8_0400n)
  })

  it('a guest without EL2 is asked for none of its registers', () => {
    const m = new Machine()
    m.setX(2, 0x1000_8000n)
    expect(m.run(word, { far: 0x1000_8000 }).reason).toBe('external-abort')
    expect(m.vcpu.pulled.filter((r) => r >= Reg.HCR_EL2)).toEqual([])
  })
})
