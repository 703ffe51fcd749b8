import { describe, expect, it } from 'vitest'
import { buildPlan, type HandlerOptions, Plan, PlanStatus, Reg } from '../../src/mmio/index.ts'
import { CRB, CRB_VA, DEV, DEV_VA, Machine, PAGES, VA } from './machine.ts'

const GCSSTR = 0xd91f0c41 // gcsstr x1, [x2]
const GCSSTTR = 0xd91f1c41 // gcssttr x1, [x2]
const GCSSTR_SP = 0xd91f0fe1 // gcsstr x1, [sp]
const STREN = 1n << 9n
const EL0 = 0x3c0n
const UAO = 1n << 23n
const BOTH_PAGES = { features: { gcs: true } }
const GCS_BIT = 1n << 40n

/** Stage 1 of the device's page by PIIndex 1, all else by 0: read, write and execute for EL1. */
function machine(pir = 0x97n, pire0 = 0n, options: Omit<HandlerOptions, 'space' | 'trace'> = BOTH_PAGES): Machine {
  const m = new Machine(options)
  m.vcpu.truth.set(Reg.TCR2_EL1, 2n)
  m.vcpu.truth.set(Reg.PIR_EL1, pir)
  m.vcpu.truth.set(Reg.PIRE0_EL1, pire0)
  m.vcpu.truth.set(Reg.GCSCR_EL1, STREN)
  m.vcpu.truth.set(Reg.GCSCRE0_EL1, STREN)
  m.map(DEV_VA, DEV, 1 << 6)
  m.setX(1, 0x0123_4567_89ab_cdefn)
  m.setX(2, DEV_VA + 0x18)
  return m
}

const store = (m: Machine, word = GCSSTR, far = DEV_VA + 0x18): string => {
  const { kind, reason } = m.run(word, { far, write: true })
  return `${kind} ${reason}`
}

describe('GCSSTR and GCSSTTR', () => {
  it('are stores of eight bytes to a control stack', () => {
    const plan = new Plan()
    buildPlan(GCSSTR, plan)
    expect([plan.status, plan.guarded, plan.store, plan.load, plan.size, plan.count]).toEqual([
      PlanStatus.ACCESS,
      true,
      true,
      false,
      8,
      1,
    ])
    buildPlan(GCSSTTR, plan)
    expect([plan.guarded, plan.unprivileged]).toEqual([true, true])
    // str x1, [x2]
    buildPlan(0xf9000041, plan)
    expect(plan.guarded).toBe(false)
  })

  it('store where stage 1 has a control stack', () => {
    const m = machine()
    expect(store(m)).toBe('retired done')
    expect(m.shape()).toEqual([`w ${(DEV + 0x18).toString(16)} 8`])
    expect(m.elements[0]?.bytes).toEqual([0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01])
    expect(m.x(Reg.PC)).toBe(0x40_0004n)
  })

  it('store big-endian under SCTLR_EL1.EE', () => {
    const m = machine()
    // Tables are big-endian too: none is read with stage 1 off.
    m.vcpu.truth.set(Reg.SCTLR_EL1, 0x30d0_1804n | (1n << 25n))
    m.vcpu.truth.set(Reg.PC, 0x4000_4000n)
    m.setX(2, DEV + 0x18)
    m.run(GCSSTR, { far: DEV + 0x18, write: true, hpfar: BigInt(DEV / 0x1000) << 4n })
    expect(m.elements[0]?.bytes).toEqual([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef])
  })

  it('meet other pages with a fault, which is not the one that was reported', () => {
    // The device's page is readable and writable, and no control stack.
    expect(store(machine(0x57n))).toBe('retry translation-differs')
  })

  it('leave ordinary stores no control stack', () => {
    expect(store(machine(), 0xf9000041)).toBe('retry translation-differs')
    expect(store(machine(0x57n), 0xf9000041)).toBe('retired done')
  })

  it('need what TCR2_EL1 says: without a word of the host it is not asked for', () => {
    const m = machine(0x97n, 0n, {})
    expect(store(m)).toBe('retry translation-differs')
    expect(m.vcpu.pulled).not.toContain(Reg.TCR2_EL1)
    expect(store(machine(0x97n, 0n, { features: { GCS: true } }))).toBe('retired done')
  })
})

describe('CheckGCSSTREnabled', () => {
  const at = (pstate: bigint, gcscr: bigint, gcscre0: bigint, word: number): Machine => {
    // EL0 has the page as a control stack as well, and its code executable.
    const el0 = (pstate & 0xcn) === 0n || word === GCSSTTR
    const m = el0 ? machine(0x13n, 0x93n) : machine()
    m.vcpu.truth.set(Reg.PSTATE, pstate)
    m.vcpu.truth.set(Reg.GCSCR_EL1, gcscr)
    m.vcpu.truth.set(Reg.GCSCRE0_EL1, gcscre0)
    return m
  }
  const EL1 = 0x3c5n

  it.each([
    ['GCSSTR at EL1', EL1, STREN, 0n, GCSSTR, true],
    ['GCSSTR at EL1, STREn clear', EL1, ~STREN & 0x3ffn, STREN, GCSSTR, false],
    ['GCSSTR at EL0', EL0, 0n, STREN, GCSSTR, true],
    ['GCSSTR at EL0, STREn clear', EL0, STREN, 0n, GCSSTR, false],
    ['GCSSTTR at EL1, as EL0: not asked', EL1, 0n, 0n, GCSSTTR, true],
    ['GCSSTTR at EL0', EL0, 0n, STREN, GCSSTTR, true],
    ['GCSSTTR at EL0, STREn clear', EL0, STREN, 0n, GCSSTTR, false],
  ] as const)('%s', (_, pstate, gcscr, gcscre0, word, allowed) => {
    const m = at(pstate, gcscr, gcscre0, word)
    expect(store(m, word)).toBe(allowed ? 'retired done' : 'injected guarded-control-stack')
    expect(m.elements).toHaveLength(allowed ? 1 : 0)
    if (allowed) return
    expect(m.x(Reg.ESR_EL1)).toBe(0xb620_0820n)
    expect(m.x(Reg.ELR_EL1)).toBe(0x40_0000n)
  })

  it('asks GCSSTTR under PSTATE.UAO at its own level', () => {
    for (const [stren, expected] of [
      [STREN, 'retired done'],
      [0n, 'injected guarded-control-stack'],
    ] as const) {
      const m = machine()
      m.vcpu.truth.set(Reg.PSTATE, EL1 | UAO)
      m.vcpu.truth.set(Reg.GCSCR_EL1, stren)
      expect(store(m, GCSSTTR)).toBe(expected)
    }
  })

  it('tells the registers that the word names, SP as 31', () => {
    const m = machine()
    m.vcpu.truth.set(Reg.GCSCR_EL1, 0n)
    expect(store(m, 0xd91f0fff, DEV_VA + 0x400)).toBe('injected guarded-control-stack')
    expect(m.x(Reg.ESR_EL1)).toBe((0x2dn << 26n) | (1n << 25n) | (2n << 20n) | (31n << 10n) | (31n << 5n))
  })

  it('comes before the alignment of SP', () => {
    const m = machine()
    m.vcpu.truth.set(Reg.SCTLR_EL1, 0x30d0_180dn)
    m.vcpu.truth.set(Reg.SP_EL1, BigInt(DEV_VA + 0x18))
    expect(store(m, GCSSTR_SP)).toBe('injected sp-alignment-fault')
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    m.vcpu.truth.set(Reg.GCSCR_EL1, 0n)
    expect(store(m, GCSSTR_SP)).toBe('injected guarded-control-stack')
  })

  it('traps EL0 to EL2 under HCR_EL2.TGE', () => {
    const m = machine(0x13n, 0x93n, { features: { gcs: true, EL2: true } })
    m.vcpu.truth.set(Reg.PSTATE, EL0)
    m.vcpu.truth.set(Reg.GCSCRE0_EL1, 0n)
    m.vcpu.truth.set(Reg.HCR_EL2, 1n << 27n)
    // TGE turns stage 1 off.
    m.vcpu.truth.set(Reg.PC, 0x4000_4000n)
    m.setX(2, DEV + 0x18)
    m.run(GCSSTR, { far: DEV + 0x18, write: true, hpfar: BigInt(DEV / 0x1000) << 4n })
    expect(m.x(Reg.GUEST_ESR_EL2)).toBe(0xb620_0820n)
  })
})

describe('aborts of a store to a control stack', () => {
  it('are Alignment faults when it is not aligned, whatever SCTLR_EL1.A says: AArch64.UnalignedAccessFaults', () => {
    for (const offset of [1, 2, 4, 7]) {
      const m = machine()
      m.setX(2, DEV_VA + 0x18 + offset)
      expect(store(m, GCSSTR, DEV_VA + 0x18 + offset)).toBe('injected alignment-fault')
      expect(m.x(Reg.ESR_EL1)).toBe(GCS_BIT | 0x9600_0061n)
      expect(m.x(Reg.FAR_EL1)).toBe(BigInt(DEV_VA + 0x18 + offset))
    }
  })

  it('tell GCS in ISS2 of an external abort, and an ordinary store does not', () => {
    const m = machine(0x97n)
    m.map(VA + 0x8000, PAGES[8], 1 << 6)
    m.setX(2, VA + 0x8018)
    expect(store(m, GCSSTR, VA + 0x8018)).toBe('injected external-abort')
    expect(m.x(Reg.ESR_EL1)).toBe(GCS_BIT | 0x9600_0050n)
    const plain = machine(0x57n)
    plain.map(VA + 0x8000, PAGES[8], 1 << 6)
    plain.setX(2, VA + 0x8018)
    expect(store(plain, 0xf9000041, VA + 0x8018)).toBe('injected external-abort')
    expect(plain.x(Reg.ESR_EL1)).toBe(0x9600_0050n)
  })

  it('forget the bit with the next fault', () => {
    const m = machine()
    m.setX(2, DEV_VA + 0x19)
    store(m, GCSSTR, DEV_VA + 0x19)
    expect(m.x(Reg.ESR_EL1) >> 32n).toBe(0x100n)
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    m.vcpu.truth.set(Reg.PIR_EL1, 0x57n)
    m.map(VA + 0x8000, PAGES[8], 1 << 6)
    m.setX(2, VA + 0x8018)
    expect(store(m, 0xf9000041, VA + 0x8018)).toBe('injected external-abort')
    expect(m.x(Reg.ESR_EL1) >> 32n).toBe(0n)
  })
})

describe("extensions of the guest's tables that TCR2_EL1 enables", () => {
  const AIE = 16n
  const last = DEV_VA + 0x6ffc
  /** Two device pages, of which the second has these bits, and a store of eight bytes across both. */
  const across = (lo: number, hi: number, mair2: bigint, tcr2 = AIE): [string, bigint] => {
    const m = new Machine({ features: { aie: true } })
    m.vcpu.truth.set(Reg.TCR2_EL1, tcr2)
    m.vcpu.truth.set(Reg.MAIR2_EL1, mair2)
    m.map(DEV_VA + 0x6000, DEV)
    m.descriptor(5, ((last + 4) >>> 12) & 511, ((DEV + 0x1000) | 0x703 | lo) >>> 0, hi)
    m.setX(2, last)
    const { kind, reason } = m.run(0xf9000041, { far: last, write: true, hpfar: BigInt(DEV / 0x1000) << 4n })
    return [`${kind} ${reason}`, m.x(Reg.FAR_EL1)]
  }
  const INDEX_3 = 1 << (59 - 32)

  it('take the memory type from MAIR2_EL1 by AttrIndx[3]', () => {
    expect(across(0, 0, 0n)[0]).toBe('retired done')
    expect(across(0, INDEX_3, 0x44n)[0]).toBe('retired done')
    // Device memory refuses what is not aligned: DEVPAGE2 is the first page's then.
    expect(across(0, INDEX_3, 0x00n)).toEqual(across(4, 0, 0n))
    expect(across(0, INDEX_3, 0x00n, 0n)[0]).toBe('retired done')
  })

  it('and that of a page that is denied too', () => {
    const denied = 1 << 7
    const store = (lo: number, hi: number, mair2: bigint): string => {
      const m = new Machine({ features: { aie: true }, unpredictable: { DEVPAGE2: 'FAULT' } })
      m.vcpu.truth.set(Reg.TCR2_EL1, AIE)
      m.vcpu.truth.set(Reg.MAIR2_EL1, mair2)
      m.map(DEV_VA + 0x6000, DEV)
      m.descriptor(5, ((last + 4) >>> 12) & 511, ((DEV + 0x1000) | 0x703 | lo) >>> 0, hi)
      m.setX(2, last)
      return m.run(0xf9000041, { far: last, write: true, hpfar: BigInt(DEV / 0x1000) << 4n }).reason
    }
    expect(store(denied, 0, 0n)).toBe('translation-fault')
    expect(store(denied, INDEX_3, 0n)).toBe('alignment-fault')
    expect(store(denied, INDEX_3, 0x44n)).toBe('translation-fault')
  })

  it("overlay EL0's accesses by POR_EL0", () => {
    const m = new Machine({ features: { s1poe: true } })
    m.vcpu.truth.set(Reg.PSTATE, EL0)
    m.vcpu.truth.set(Reg.TCR2_EL1, 4n)
    m.map(DEV_VA, DEV, 1 << 6)
    m.map(0x40_0000, 0x4000_4000, 1 << 6)
    m.setX(2, DEV_VA + 0x18)
    m.vcpu.truth.set(Reg.POR_EL0, 7n)
    expect(store(m, 0xf9000041)).toBe('retired done')
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    // Read and execute.
    m.vcpu.truth.set(Reg.POR_EL0, 3n)
    expect(store(m, 0xf9000041)).toBe('retry translation-differs')
    expect(m.run(0xf9400041, { far: DEV_VA + 0x18 }).reason).toBe('done')
  })

  it('have control stacks whose tags are not checked', () => {
    const tags = { read: () => 5, write: () => undefined }
    for (const [word, expected] of [
      [GCSSTR, 'retired done'],
      [0xf9000041, 'injected tag-check-fault'],
    ] as const) {
      const m = machine(word === GCSSTR ? 0x97n : 0x57n, 0n, { features: { gcs: true }, tags })
      m.vcpu.truth.set(Reg.MAIR_EL1, 0xf0n)
      // SCTLR_EL1.TCF = 1, ATA = 1; TCR_EL1.TBI0.
      m.vcpu.truth.set(Reg.SCTLR_EL1, 0x30d0_1805n | (1n << 40n) | (1n << 43n))
      m.vcpu.truth.set(Reg.TCR_EL1, 0x0000_0025_0080_3510n)
      // RAM, in a page that a device shares.
      m.map(CRB_VA, CRB, 1 << 6)
      m.setX(2, CRB_VA + 0x100)
      expect(store(m, word, CRB_VA + 0x100)).toBe(expected)
    }
  })
})

describe('ISS2 of Permission faults of another page, AArch64.FaultSyndrome', () => {
  /** STP of the last eight bytes of one device page and the first of the next, which differ in the page's bits. */
  const second = (bits: bigint, registers: [number, bigint][]): bigint => {
    const m = new Machine({ features: { s1pie: true, s1poe: true } })
    for (const [slot, value] of registers) m.vcpu.truth.set(slot, value)
    const at = DEV_VA + 0x6000
    m.map(at, DEV)
    m.descriptor(
      5,
      ((at + 0x1000) >>> 12) & 511,
      (Number((DEV >>> 0) + 0x1000) | 0x703 | Number(bits & 0xfffn)) >>> 0,
      Number(bits >> 32n),
    )
    m.setX(2, at + 0xff8)
    const { kind, reason } = m.run(0xa9000440, { far: at + 0xff8, write: true, hpfar: BigInt(DEV / 0x1000) << 4n })
    expect([kind, reason]).toEqual(['injected', 'translation-fault'])
    expect(m.x(Reg.FAR_EL1)).toBe(BigInt(at + 0x1000))
    expect(m.x(Reg.ESR_EL1) & 0xffff_ffffn).toBe(0x9600_004fn)
    return m.x(Reg.ESR_EL1) >> 32n
  }

  it('says Overlay', () => {
    // POIndex 1 is read-only; 0 leaves all.
    expect(
      second(1n << 60n, [
        [Reg.TCR2_EL1, 8n],
        [Reg.POR_EL1, 0x17n],
      ]),
    ).toBe(1n << 6n)
  })

  it('says DirtyBit', () => {
    // nDirty is bit 7; no hardware dirty state.
    expect(
      second(0x80n, [
        [Reg.TCR2_EL1, 2n],
        [Reg.PIR_EL1, 7n],
      ]),
    ).toBe(1n << 5n)
  })

  it('says nothing of a plain one', () => {
    expect(second(0x80n, [])).toBe(0n)
  })
})
