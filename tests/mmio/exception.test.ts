import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { takeException } from '../../src/mmio/exception.ts'
import { Reg } from '../../src/mmio/index.ts'
import { RegisterAccess } from '../../src/mmio/register-access.ts'
import { LazyVcpu } from './machine.ts'

const ALL = { PAN: true, SSBS: true, MTE: true, NMI: true }
const NONE = { PAN: false, SSBS: false, MTE: false, NMI: false }

function taken(pstate: bigint, sctlr: bigint, features = ALL): LazyVcpu {
  const vcpu = new LazyVcpu()
  vcpu.truth.set(Reg.PC, 0x1234_5678_9abc_def0n)
  vcpu.truth.set(Reg.PSTATE, pstate)
  vcpu.truth.set(Reg.SCTLR_EL1, sctlr)
  vcpu.truth.set(Reg.VBAR_EL1, 0xffff_8000_8000_0fffn)
  vcpu.begin()
  const access = new RegisterAccess()
  access.begin(vcpu)
  takeException(access, features, 0x9600_0010, 0xffff_0000, 0x1234_5678)
  access.commit()
  return vcpu
}

describe('takeException', () => {
  it('sets ELR, SPSR, ESR and FAR, and tells of exactly six registers', () => {
    const vcpu = taken(0xf000_0005n, 0n)
    expect(vcpu.truth.get(Reg.ELR_EL1)).toBe(0x1234_5678_9abc_def0n)
    expect(vcpu.truth.get(Reg.SPSR_EL1)).toBe(0xf000_0005n)
    expect(vcpu.truth.get(Reg.ESR_EL1)).toBe(0x9600_0010n)
    expect(vcpu.truth.get(Reg.FAR_EL1)).toBe(0xffff_0000_1234_5678n)
    expect(vcpu.pushed).toHaveLength(6)
    expect(vcpu.pulled.toSorted()).toEqual([Reg.PC, Reg.PSTATE, Reg.SCTLR_EL1, Reg.VBAR_EL1])
  })

  it.each([
    ['EL1t', 0x3c4n, 0x000n],
    ['EL1h', 0x3c5n, 0x200n],
    ['EL0', 0x000n, 0x400n],
    ['AArch32 EL0', 0x010n, 0x600n],
  ])('from %s: vector offset', (_, pstate, offset) => {
    expect(taken(pstate, 0n).truth.get(Reg.PC)).toBe(0xffff_8000_8000_0800n + offset)
  })

  // DDI 0487, AArch64.TakeException, field by field: what goes in, SCTLR_EL1, what is at the vector.
  it.each([
    ['DAIF masked, EL1h', 0x000n, 1n << 23n, 0x3c5n, NONE],
    ['NZCV and DIT kept', 0xf100_03c5n, 0n, 0xf100_03c5n, NONE],
    ['SS, IL and BTYPE cleared', 0x0030_0fc5n, 0n, 0x3c5n, NONE],
    ['UAO cleared', 0x0080_03c5n, 0n, 0x3c5n, NONE],
    ['PAN set when SPAN is 0', 0x3c5n, 0n, 0x40_03c5n, { ...NONE, PAN: true }],
    ['PAN kept clear when SPAN is 1', 0x3c5n, 1n << 23n, 0x3c5n, { ...NONE, PAN: true }],
    ['PAN kept set when SPAN is 1', 0x40_03c5n, 1n << 23n, 0x40_03c5n, { ...NONE, PAN: true }],
    ['no PAN without FEAT_PAN', 0x3c5n, 0n, 0x3c5n, NONE],
    ['SSBS from DSSBS = 1', 0x3c5n, 1n << 44n, 0x13c5n, { ...NONE, SSBS: true }],
    ['SSBS from DSSBS = 0', 0x13c5n, 0n, 0x3c5n, { ...NONE, SSBS: true }],
    ['TCO set with FEAT_MTE', 0x3c5n, 0n, 0x200_03c5n, { ...NONE, MTE: true }],
    ['no TCO without', 0x200_03c5n, 0n, 0x3c5n, NONE],
    ['ALLINT set with FEAT_NMI', 0x3c5n, 0n, 0x23c5n, { ...NONE, NMI: true }],
    ['ALLINT clear with SPINTMASK', 0x23c5n, 1n << 62n, 0x3c5n, { ...NONE, NMI: true }],
  ])('%s', (_, pstate, sctlr, after, features) => {
    expect(taken(pstate, sctlr, features).truth.get(Reg.PSTATE)).toBe(after)
  })

  it('goes to an aligned vector at EL1h with DAIF masked from anywhere', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (pstate, sctlr) => {
          const { truth } = taken(pstate, sctlr)
          expect(truth.get(Reg.PSTATE) & 0x3fn).toBe(5n)
          expect(truth.get(Reg.PSTATE) & 0x3c0n).toBe(0x3c0n)
          expect(truth.get(Reg.PSTATE) & 0xf100_0000n).toBe(pstate & 0xf100_0000n)
          expect(truth.get(Reg.PC) & 0x1ffn).toBe(0n)
          expect(truth.get(Reg.SPSR_EL1)).toBe(pstate)
        },
      ),
    )
  })
})
