/** How the road may end: the classification of the abort, the cross-check, the faults that the guest gets. */

import { describe, expect, it } from 'vitest'
import {
  AddressSpace,
  DataAbortHandler,
  HandlerError,
  MEMTX_ERROR,
  MemoryRegion,
  type MemTx,
  type Outcome,
  REASONS,
  Reg,
} from '../../src/mmio/index.ts'
import { byteDevice, CODE_VA, CRB_VA, DEV, DEV_VA, HOLE_VA, inProcess, Machine, POISON, RAM, VA } from './machine.ts'

const LDP_X = 0xa9400440 // ldp x0, x1, [x2]
const LDR_X = 0xf9400040 // ldr x0, [x2]
const STR_X = 0xf9000040 // str x0, [x2]
const LDTR_X = 0xf8400840 // ldtr x0, [x2]
const LDP_POST = 0xa8c10440 // ldp x0, x1, [x2], #16
const PRFM = 0xf9800040 // prfm pldl1keep, [x2]
const DC_CVAC = 0xd50b7a22 // dc cvac, x2
const PRFUM = 0xf8800040 // prfum pldl1keep, [x2]
const RPRFM = 0xf8a24858 // rprfm pldkeep, x2, [x2]
const IC_IVAU = 0xd50b7522 // ic ivau, x2

/** A machine whose x2 is `at`, and the end of one fault, which must leave no trace. */
function untouched(run: (m: Machine) => Outcome, prepare: (m: Machine) => void = () => {}): Outcome {
  const m = new Machine()
  prepare(m)
  const before = m.state()
  const outcome = run(m)
  // The word that `run` places is the only change.
  new DataView(m.ram.buffer).setUint32(0x4000 + Number(m.vcpu.truth.get(Reg.PC) & 0xfffn), 0, true)
  expect(m.state()).toBe(before)
  expect(m.vcpu.pushed).toEqual([])
  expect(m.elements).toEqual([])
  return outcome
}

describe('an abort that is not one of a stage 2 access is unhandled, by name', () => {
  it.each([
    ['not-a-data-abort', 0x8200_0007, 0x3c5n],
    ['not-a-data-abort', 0x9600_0007, 0x3c5n],
    ['not-a-data-abort', 0, 0x3c5n],
    ['aarch32', 0x9200_0007, 0x1d3n],
    ['exception-level', 0x9200_0007, 0x3c9n],
    ['exception-level', 0x9200_0007, 0x3cdn],
    ['table-walk', 0x9200_0087, 0x3c5n],
    ['not-a-stage-2-fault', 0x9200_0010, 0x3c5n],
    ['not-a-stage-2-fault', 0x9200_0000, 0x3c5n],
    ['not-a-stage-2-fault', 0x9200_000b, 0x3c5n],
    ['not-a-stage-2-fault', 0x9200_0021, 0x3c5n],
    ['redirected-access', 0x9200_2007, 0x3c5n],
    ['far-invalid', 0x9200_0407, 0x3c5n],
  ] as const)('%s: ESR 0x%x, PSTATE 0x%x', (reason, esr, pstate) => {
    const outcome = untouched(
      (m) => {
        m.vcpu.begin()
        m.place(LDP_X)
        return m.handler.handle(m.vcpu, { esr, far: DEV_VA + 8, hpfar: (DEV / 4096) * 16 })
      },
      (m) => {
        m.setX(2, DEV_VA + 8)
        m.vcpu.truth.set(Reg.PSTATE, pstate)
      },
    )
    expect([outcome.kind, outcome.reason]).toEqual(['unhandled', reason])
    expect(outcome.describe()).toContain(REASONS[reason])
  })

  it.each([['no-vector-registers', 0xa5e0a040]] as const)('%s: word 0x%x', (reason, word) => {
    const outcome = untouched(
      (m) => m.run(word, { far: DEV_VA }),
      (m) => m.setX(2, DEV_VA),
    )
    expect([outcome.kind, outcome.reason, outcome.word]).toEqual(['unhandled', reason, word])
  })
})

describe('retry: frame and decode disagree, or it is no MMIO', () => {
  const at = DEV_VA + 0x20
  const cases: readonly [string, string, (m: Machine) => Outcome][] = [
    ['the word is not allocated', 'word-changed', (m) => m.run(0, { far: at })],
    ['the word is no load or store', 'word-changed', (m) => m.run(0x8b020020, { far: at })],
    ['a load where a store aborted', 'direction-differs', (m) => m.run(LDP_X, { far: at, write: true })],
    ['a store where a load aborted', 'direction-differs', (m) => m.run(STR_X, { far: at })],
    ['the byte before the access', 'far-differs', (m) => m.run(LDP_X, { far: at - 1 })],
    ['the byte behind the access', 'far-differs', (m) => m.run(LDP_X, { far: at + 16 })],
    ['another guest-physical page', 'translation-differs', (m) => m.run(LDP_X, { far: at, hpfar: 0x50_0010n })],
    [
      'other size in the syndrome',
      'syndrome-differs',
      (m) => m.run(LDR_X, { far: DEV_VA + 0x20, iss: 0x0180_8000, status: 0x0f }),
    ],
    [
      'other register in the syndrome',
      'syndrome-differs',
      (m) => m.run(LDR_X, { far: at, iss: 0x01c3_8000, status: 0x0f }),
    ],
    [
      'a syndrome where there can be none',
      'syndrome-differs',
      (m) => m.run(LDP_X, { far: at, iss: 0x01c0_8000, status: 0x0f }),
    ],
  ]
  it.each(cases)('%s: %s', (_, reason, run) => {
    const outcome = untouched(run, (m) => m.setX(2, at))
    expect([outcome.kind, outcome.reason]).toEqual(['retry', reason])
  })

  it('the page of the access is not mapped any more', () => {
    const outcome = untouched(
      (m) => m.run(LDP_X, { far: at }),
      (m) => {
        m.setX(2, at)
        m.unmap(DEV_VA)
      },
    )
    expect([outcome.kind, outcome.reason, outcome.status]).toEqual(['retry', 'translation-differs', 0x07])
  })

  it.each([
    ['unmapped', CODE_VA + 0x1000],
    ['misaligned', CODE_VA + 2],
    ['in a device', DEV_VA],
    ['outside the address range', 0x8000_0000_0000],
  ])('the instruction is %s', (_, pc) => {
    const m = new Machine()
    m.setX(2, at)
    m.vcpu.truth.set(Reg.PC, BigInt(pc))
    m.vcpu.begin()
    const before = m.state()
    const outcome = m.handler.handle(m.vcpu, { esr: 0x9200_0007, far: at, hpfar: 0x50_0000n })
    expect([outcome.kind, outcome.reason, outcome.word]).toEqual(['retry', 'fetch-failed', -1])
    expect(m.state()).toBe(before)
  })

  it('RAM is the host’s to map, by either road; RAM beside a device in one granule is emulated', () => {
    for (const iss of [0, 0x01c0_8000]) {
      const outcome = untouched(
        (m) => m.run(LDR_X, { far: VA + 8, iss }),
        (m) => m.setX(2, VA + 8),
      )
      expect([outcome.kind, outcome.reason]).toEqual(['retry', 'not-mmio'])
      const m = new Machine()
      m.setX(2, CRB_VA + 0x100)
      expect(m.run(LDR_X, { far: CRB_VA + 0x100, iss }).kind).toBe('retired')
      expect(m.shape()).toEqual(['r fed40100 8'])
    }
    const wide = new Machine({ granule: 65536 })
    wide.setX(2, VA + 8)
    expect(wide.run(LDR_X, { far: VA + 8 }).reason).toBe('not-mmio')
  })

  it('cache maintenance and prefetch: done on a device, the host’s on RAM', () => {
    for (const word of [PRFM, PRFUM, RPRFM, DC_CVAC, IC_IVAU]) {
      for (const status of [0x07, 0x0f]) {
        const ram = untouched(
          (m) => m.run(word, { far: VA, status, iss: 0x100 }),
          (m) => m.setX(2, VA),
        )
        expect([ram.kind, ram.reason]).toEqual(['retry', 'not-mmio'])
        const m = new Machine()
        m.setX(2, DEV_VA)
        expect([m.run(word, { far: DEV_VA, status, iss: 0x100, write: true }).kind, m.elements]).toEqual([
          'retired',
          [],
        ])
        expect(m.x(Reg.PC)).toBe(BigInt(CODE_VA + 4))
      }
    }
  })
})

describe('the guest’s own faults', () => {
  it.each([
    ['unmapped', (m: Machine, va: number) => m.unmap(va), 0x07],
    ['without Access flag', (m: Machine, va: number) => m.map(va, DEV, 0), 0x0b],
    ['read-only', (m: Machine, va: number) => m.map(va, DEV, 0x80), 0x0f],
  ])('the second page is %s: abort at its first byte, nothing accessed', (name, prepare, status) => {
    const m = new Machine()
    const page = DEV_VA + 0x1000
    prepare(m, page)
    if (status === 0x0b) m.descriptor(5, (page >>> 12) & 511, (DEV | 0x303) >>> 0)
    m.setX(2, page - 4)
    const outcome = m.run(STR_X, { far: page - 4, write: true })
    expect([name, outcome.kind, outcome.reason, outcome.status]).toEqual([
      name,
      'injected',
      'translation-fault',
      status,
    ])
    expect(m.elements).toEqual([])
    expect(m.x(Reg.ESR_EL1)).toBe(BigInt(0x9600_0040 + status))
    expect(m.x(Reg.FAR_EL1)).toBe(BigInt(page))
    expect(m.x(Reg.ELR_EL1)).toBe(BigInt(CODE_VA))
    expect(m.x(2)).toBe(BigInt(page - 4))
  })

  it('the first page faults, the second is the device: abort at the first byte of the access', () => {
    const m = new Machine()
    m.unmap(DEV_VA - 0x1000)
    m.setX(2, DEV_VA - 4)
    expect(m.run(LDP_X, { far: DEV_VA }).kind).toBe('injected')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1), m.elements]).toEqual([0x9600_0007n, BigInt(DEV_VA - 4), []])
  })

  it('LDTR at EL1 has EL0’s permissions unless PSTATE.UAO; PAN denies LDR what EL0 may read', () => {
    const outcomes = (word: number, pstate: bigint, el0: boolean): string => {
      const m = new Machine()
      m.map(DEV_VA + 0x1000, 0x4000_c000, el0 ? 0x40 : 0)
      m.map(DEV_VA, DEV, 0x40)
      m.vcpu.truth.set(Reg.PSTATE, pstate)
      m.setX(2, DEV_VA + 0x1000 - 4)
      const { kind, status } = m.run(word, { far: DEV_VA + 0x1000 - 4 })
      return `${kind} ${status}`
    }
    const [el1, pan, uao] = [0x3c5n, 0x40_03c5n, 0x80_03c5n]
    expect(outcomes(LDTR_X, el1, true)).toBe('retired 0')
    expect(outcomes(LDTR_X, el1, false)).toBe('injected 15')
    expect(outcomes(LDTR_X, uao, false)).toBe('retired 0')
    expect(outcomes(LDR_X, el1, false)).toBe('retired 0')
    // The page that aborted at stage 2 would have aborted at stage 1: tables or PSTATE changed.
    expect(outcomes(LDR_X, pan, true)).toBe('retry 15')
    expect(outcomes(LDTR_X, pan, true)).toBe('retired 0')
  })

  it('a device sees whether EL0’s permissions were used', () => {
    const users: boolean[] = []
    const ops = {
      read: (_o: number, _s: number, tx: MemTx): number => users.push(tx.user) * 0,
      write: () => {},
      valid: { max: 8 },
      impl: { max: 8 },
    }
    const m = new Machine({}, ops)
    m.map(DEV_VA, DEV, 0x40)
    m.map(CODE_VA, RAM + 0x4000, 0x40)
    for (const [word, pstate] of [
      [LDR_X, 0x3c5n],
      [LDTR_X, 0x3c5n],
      [LDTR_X, 0x80_03c5n],
      [LDR_X, 0n],
    ] as const) {
      m.vcpu.truth.set(Reg.PC, BigInt(CODE_VA))
      m.vcpu.truth.set(Reg.PSTATE, pstate)
      if (pstate !== 0n) m.map(CODE_VA, RAM + 0x4000)
      else m.map(CODE_VA, RAM + 0x4000, 0x40)
      m.setX(2, DEV_VA)
      expect(m.run(word, { far: DEV_VA }).kind).toBe('retired')
    }
    expect(users).toEqual([false, true, false, true])
  })

  it('the Access flag is set by hardware only when the access happens', () => {
    const leaf = (m: Machine): number =>
      new DataView(m.ram.buffer).getUint32(0x5000 + 8 * ((DEV_VA >>> 12) & 511), true)
    const prepared = (): Machine => {
      const m = new Machine()
      m.vcpu.truth.set(Reg.TCR_EL1, m.vcpu.truth.get(Reg.TCR_EL1) | (1n << 39n))
      m.descriptor(5, (DEV_VA >>> 12) & 511, (DEV | 0x303) >>> 0)
      m.setX(2, DEV_VA)
      return m
    }
    const done = prepared()
    expect(done.run(LDP_X, { far: DEV_VA }).kind).toBe('retired')
    expect(leaf(done)).toBe((DEV | 0x703) >>> 0)
    const refused = prepared()
    expect(refused.run(LDP_X, { far: DEV_VA, hpfar: 0n }).reason).toBe('translation-differs')
    expect(leaf(refused)).toBe((DEV | 0x303) >>> 0)
  })
})

describe('bus errors', () => {
  it.each([
    ['ldp x0, x1, [x2], #16', LDP_POST, 0x3f8, 0x400, false, 0x9600_0010n],
    ['stp', 0xa9000440, 0x3f8, 0x400, true, 0x9600_0050n],
    ['str x0, [x2], the second half', STR_X, 0x3fc, 0x400, true, 0x9600_0050n],
    ['ldr x0, [x2], the first byte', LDR_X, 0x400, 0x400, false, 0x9600_0010n],
  ])(
    '%s: external abort at the first byte refused, destination and base as before',
    (_, word, from, failing, write, esr) => {
      const bytes = new Uint8Array(0x2000)
      const ops = byteDevice(bytes, { valid: { max: 4 } })
      const read = (o: number, s: number, tx: MemTx): number => {
        if (o >= failing) tx.result = MEMTX_ERROR
        return ops.read(o, s, tx)
      }
      const store = (o: number, v: number, s: number, tx: MemTx): void => {
        if (o >= failing) tx.result = MEMTX_ERROR
        else ops.write(o, v, s, tx)
      }
      for (const busErrors of ['inject', 'ignore'] as const) {
        const m = new Machine({ busErrors }, { ...ops, read, write: store })
        m.setX(2, DEV_VA + from)
        const x0 = m.x(0)
        const outcome = m.run(word, { far: DEV_VA + from, write })
        expect(outcome.kind).toBe(busErrors === 'inject' ? 'injected' : 'retired')
        if (busErrors === 'ignore') continue
        expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([esr, BigInt(DEV_VA + failing)])
        expect([m.x(0), m.x(2)]).toEqual([x0, BigInt(DEV_VA + from)])
      }
    },
  )

  it('where no region is: by either road', () => {
    for (const iss of [0, 0x01c0_8000]) {
      const m = new Machine()
      m.setX(2, HOLE_VA + 0x10)
      expect(m.run(LDR_X, { far: HOLE_VA + 0x10, iss }).reason).toBe('external-abort')
      expect(m.x(Reg.FAR_EL1)).toBe(BigInt(HOLE_VA + 0x10))
      expect(m.vcpu.pushed.toSorted()).toEqual(
        [Reg.PC, Reg.PSTATE, Reg.ESR_EL1, Reg.FAR_EL1, Reg.ELR_EL1, Reg.SPSR_EL1].toSorted(),
      )
    }
  })

  it('a crossing access: the address is on the page that refused', () => {
    const m = new Machine()
    m.setX(2, HOLE_VA + 0xffc)
    expect(m.run(LDR_X, { far: HOLE_VA + 0xffc }).reason).toBe('external-abort')
    expect(m.x(Reg.FAR_EL1)).toBe(BigInt(HOLE_VA + 0xffc))
    const n = new Machine()
    n.setX(2, HOLE_VA - 12)
    n.map(HOLE_VA - 0x1000, 0x4000_c000)
    expect(n.run(LDP_X, { far: HOLE_VA }).reason).toBe('external-abort')
    expect(n.x(Reg.FAR_EL1)).toBe(BigInt(HOLE_VA))
    expect(n.shape()).toEqual(['r 4000cff4 8', 'r 4000cffc 4', 'r 60000000 4'])
  })
})

describe('a crossing access with a valid syndrome', () => {
  it('is taken apart: FAR is the second page’s first byte, SAS the whole size', () => {
    // Measured on QEMU: an unaligned LDR X from RAM into the hole has ISV=1, SAS=3 and FAR at the page.
    for (const before of [1, 4, 7]) {
      const m = new Machine()
      m.setX(2, CRB_VA - before)
      const outcome = m.run(LDR_X, { far: CRB_VA, iss: 0x01c0_8000 })
      expect(outcome.kind).toBe('retired')
      expect(m.shape()).toEqual([`r ${(0x4000_9000 - before).toString(16)} ${before}`, `r fed40000 ${8 - before}`])
    }
  })
  it('and one that begins on the page is not', () => {
    const m = new Machine()
    m.setX(2, CRB_VA)
    expect(m.run(LDR_X, { far: CRB_VA, iss: 0x01c0_8000 }).kind).toBe('retired')
    expect(m.shape()).toEqual(['r fed40000 8'])
  })
})

describe('retire', () => {
  it('advances PC over 2^32 and clears SS and BTYPE, no other bit', () => {
    const m = new Machine()
    m.vcpu.truth.set(Reg.PSTATE, 0xf3fe_0fc5n & ~0x10n)
    m.vcpu.truth.set(Reg.PC, 0x1_ffff_fffcn)
    m.vcpu.begin()
    const outcome = m.handler.handle(m.vcpu, { esr: 0x93c0_8007, far: DEV_VA + 8, hpfar: 0x50_0000n })
    expect(outcome.kind).toBe('retired')
    expect(m.x(Reg.PC)).toBe(0x2_0000_0000n)
    expect(m.x(Reg.PSTATE)).toBe(0xf3fe_0fc5n & ~0x10n & ~0x20_0c00n)
    expect(m.vcpu.regs.get(Reg.TCR_EL1)).toBe(POISON)
  })
})

describe('the ways to call', () => {
  it('bigint, number, or the slots of the register file: one answer', () => {
    const answers = [0, 1, 2].map((how) => {
      const m = new Machine()
      m.setX(2, DEV_VA + 8)
      m.place(LDP_X)
      const vcpu = inProcess(m)
      const abort = { esr: 0x9200_0007, far: DEV_VA + 8, hpfar: (DEV / 4096) * 16 }
      if (how === 2) {
        vcpu.regs.set(Reg.ESR_EL2, BigInt(abort.esr))
        vcpu.regs.set(Reg.FAR_EL2, BigInt(abort.far))
        vcpu.regs.set(Reg.HPFAR_EL2, BigInt(abort.hpfar))
      }
      const big = { esr: BigInt(abort.esr), far: BigInt(abort.far), hpfar: BigInt(abort.hpfar) }
      const outcome = how === 2 ? m.handler.handle(vcpu) : m.handler.handle(vcpu, how === 0 ? big : abort)
      return [outcome.describe(), outcome.pc, outcome.va, outcome.ipa, m.shape(), vcpu.regs.x.join()].join()
    })
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('retired: the instruction is done; PC 0x400000, word 0xa9400440 (ldp x0, x1, [x2])')
  })

  it('wrong options are refused by name', () => {
    const space = new AddressSpace().add(MemoryRegion.ram('ram', new Uint8Array(4096)), RAM)
    expect(() => new DataAbortHandler({ space, granule: 8192 as 4096 })).toThrow(HandlerError)
    expect(() => new DataAbortHandler({ space, busErrors: 'panic' as 'ignore' })).toThrow(/'inject' or 'ignore'/)
    expect(() => new DataAbortHandler({} as { space: AddressSpace })).toThrow(/give an AddressSpace/)
  })
})
