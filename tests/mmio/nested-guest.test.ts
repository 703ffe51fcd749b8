/** A guest with a guest: the host's hardware reports what goes into the guest's own stage 2, which decides what follows. */

import { describe, expect, it } from 'vitest'
import { type HandlerOptions, MEMTX_DEFERRED, type MemoryRegionOps, Reg } from '../../src/mmio/index.ts'
import { CODE_VA, DEV, DEV_VA, Machine, RAM, VA } from './machine.ts'

const VM = 1n
const DC = 1n << 12n
const RW = 1n << 31n
const EL1H = 0x3c5n
const EL0 = 0x3c0n
/** Addresses that the nested guest takes for physical: of the device, and of a page of RAM behind it. */
const DEV_IPA = 0x7000_0000
const NEXT_IPA = 0x7000_1000
const NEXT_VA = DEV_VA + 0x1000
/** VTCR_EL2: 39 bits from level 1 on, 4 KiB, PS of 40 bits. */
const VTCR = 0x2_0059n
/** Tables of stage 2: levels 1 and 2, and level 3 of what is from DEV_IPA on. */
const [LEVEL1, LEVEL2, LEVEL3] = [0x6, 0x7, 0xb] as const
/** A descriptor of stage 2: Normal Write-Back, all access, Access flag. */
const LEAF = 0x4ff
const BLOCK = 0x4fd
const READ_ONLY = 0x80
const AF = 0x400

const LDR = 0xf940_0041 // ldr x1, [x2]
const LDP = 0xa940_0440 // ldp x0, x1, [x2]
const STR = 0xf900_0041 // str x1, [x2]
const SWP = 0xf820_8041 // swp x0, x1, [x2]
/** ISV, SAS 3, SRT 1, SF. */
const VALID = 0x01c1_8000

function nested(options: Omit<HandlerOptions, 'space'> = {}, ops?: MemoryRegionOps): Machine {
  const m = new Machine({ ...options, features: { EL2: true, ...options.features } }, ops)
  const { truth } = m.vcpu
  m.map(DEV_VA, DEV_IPA)
  m.map(NEXT_VA, NEXT_IPA)
  m.descriptor(LEVEL1, 1, (RAM + 0x7000) | 3)
  m.descriptor(LEVEL2, 0, RAM | BLOCK)
  m.descriptor(LEVEL2, (DEV_IPA >>> 21) & 511, (RAM + 0xb000) | 3)
  m.descriptor(LEVEL3, 0, DEV | LEAF)
  m.descriptor(LEVEL3, 1, (RAM + 0xc000) | LEAF)
  truth.set(Reg.HCR_EL2, RW | VM)
  truth.set(Reg.VTCR_EL2, VTCR)
  truth.set(Reg.VTTBR_EL2, BigInt(RAM + 0x6000))
  truth.set(Reg.VBAR_EL2, 0x8_0000n)
  m.setX(2, DEV_VA + 0x10)
  return m
}

/** Hardware's frame: HPFAR names an IPA. */
function run(m: Machine, word: number, far: number, ipa: number, { write = false, iss = 0, status = 7 } = {}) {
  return m.run(word, { far, write, iss, status, hpfar: BigInt(ipa >>> 12) << 4n })
}

/** What is at the vector of EL2: ESR, FAR, HPFAR, offset, SPSR. */
const taken = (m: Machine): (string | bigint)[] => [
  m.x(Reg.GUEST_ESR_EL2).toString(16),
  m.x(Reg.GUEST_FAR_EL2) - BigInt(VA),
  m.x(Reg.GUEST_HPFAR_EL2).toString(16),
  m.x(Reg.PC) - 0x8_0000n,
  m.x(Reg.SPSR_EL2),
]

describe('an access that its own stage 2 permits', () => {
  it('LDP X, by two stages', () => {
    const m = nested()
    const outcome = run(m, LDP, DEV_VA + 0x10, DEV_IPA)
    expect([outcome.reason, outcome.ipa]).toEqual(['done', DEV + 0x10])
    expect(m.shape()).toEqual(['r 50000010 8', 'r 50000018 8'])
    expect(m.vcpu.pulled).toContain(Reg.VTTBR_EL2)
    expect(m.vcpu.pulled).not.toContain(Reg.S2PIR_EL2)
    expect(m.vcpu.pulled).not.toContain(Reg.VTTBR_EL2_HIGH)
  })

  it('a valid syndrome, by stage 2 alone', () => {
    const m = nested()
    const outcome = run(m, LDR, DEV_VA + 0x10, DEV_IPA, { iss: VALID })
    expect([outcome.reason, m.shape()]).toEqual(['done', ['r 50000010 8']])
    expect(m.vcpu.pulled).not.toContain(Reg.TTBR0_EL1)
  })

  it('HCR_EL2.DC enables it too', () => {
    const m = nested()
    m.setX(Reg.HCR_EL2, RW | DC)
    // Stage 1 is off: addresses are IPAs.
    m.setX(Reg.PC, RAM + 0x4000)
    m.setX(2, DEV_IPA + 8)
    expect(run(m, LDP, DEV_IPA + 8, DEV_IPA).reason).toBe('done')
    expect(m.shape()).toEqual(['r 50000008 8', 'r 50000010 8'])
  })

  it('a page of RAM is for the host to map, by either road', () => {
    for (const iss of [0, VALID]) {
      const m = nested()
      m.setX(2, NEXT_VA + 0x10)
      const outcome = run(m, LDR, NEXT_VA + 0x10, NEXT_IPA, { iss })
      expect([outcome.kind, outcome.reason]).toEqual(['retry', 'not-mmio'])
    }
  })

  it('a page of another IPA than HPFAR names is a change of tables', () => {
    const m = nested()
    m.map(DEV_VA, 0x7000_2000)
    m.descriptor(LEVEL3, 2, (DEV + 0x1000) | LEAF)
    const outcome = run(m, LDP, DEV_VA + 0x10, DEV_IPA)
    expect([outcome.kind, outcome.reason]).toEqual(['retry', 'translation-differs'])
  })

  it('sets flags of its descriptors as hardware would, by either road', () => {
    for (const iss of [0, VALID]) {
      const m = nested()
      // HA
      m.setX(Reg.VTCR_EL2, VTCR | (1n << 21n))
      m.descriptor(LEVEL3, 0, DEV | (LEAF & ~AF))
      expect(run(m, LDR, DEV_VA + 0x10, DEV_IPA, { iss }).reason).toBe('done')
      expect(new DataView(m.ram.buffer).getUint32(0xb000, true)).toBe(DEV | LEAF)
      // Not of what is no MMIO.
      m.descriptor(LEVEL3, 1, (RAM + 0xc000) | (LEAF & ~AF))
      m.setX(2, NEXT_VA + 0x10)
      m.setX(Reg.PC, CODE_VA)
      expect(run(m, LDR, NEXT_VA + 0x10, NEXT_IPA, { iss }).reason).toBe('not-mmio')
      expect(new DataView(m.ram.buffer).getUint32(0xb008, true)).toBe((RAM + 0xc000) | (LEAF & ~AF))
    }
  })

  it('goes on from a continuation whatever its tables say by then', () => {
    for (const [word, iss] of [
      [LDR, VALID],
      [LDP, 0],
    ] as const) {
      let asked = 0
      const device: MemoryRegionOps = {
        valid: { max: 8 },
        impl: { max: 8 },
        read: (_offset, _size, tx) => {
          if (asked++ > 0) return 5
          tx.result = MEMTX_DEFERRED
          tx.token = 'later'
          return 0
        },
        write: () => {},
      }
      const m = nested({}, device)
      const outcome = run(m, word, DEV_VA + 0x10, DEV_IPA, { iss })
      expect(outcome.kind).toBe('deferred')
      const text = JSON.stringify(outcome.continuation)
      m.descriptor(LEVEL3, 0, 0)
      m.vcpu.begin()
      expect(m.handler.resume(m.vcpu, JSON.parse(text), 0x2an).reason).toBe('done')
      expect(m.x(word === LDR ? 1 : 0)).toBe(0x2an)
    }
  })
})

describe('an access that its own stage 2 forbids is a fault at its EL2', () => {
  it('a page that is not there: the syndrome is that of the hardware', () => {
    const m = nested()
    m.descriptor(LEVEL3, 0, 0)
    const outcome = run(m, LDR, DEV_VA + 0x10, DEV_IPA, { iss: VALID })
    expect([outcome.kind, outcome.reason, outcome.status]).toEqual(['injected', 'stage-2-fault', 7])
    expect(taken(m)).toEqual(['93c18007', 0x3010n, '700000', 0x400n, EL1H])
    expect([m.elements, m.x(Reg.ESR_EL1), m.x(Reg.ELR_EL2)]).toEqual([[], 0n, BigInt(CODE_VA)])
    expect(m.vcpu.pushed.toSorted((a, b) => a - b)).toEqual([
      Reg.PC,
      Reg.PSTATE,
      Reg.ELR_EL2,
      Reg.SPSR_EL2,
      Reg.GUEST_ESR_EL2,
      Reg.GUEST_FAR_EL2,
      Reg.GUEST_HPFAR_EL2,
    ])
  })

  it('and without one where hardware has none; its level is that of its own tables', () => {
    const m = nested()
    m.descriptor(LEVEL2, (DEV_IPA >>> 21) & 511, 0)
    m.setX(Reg.PSTATE, EL0)
    expect(run(m, LDP, DEV_VA + 0x10, DEV_IPA, { status: 5 }).reason).toBe('stage-2-fault')
    expect(taken(m)).toEqual(['92000006', 0x3010n, '700000', 0x400n, EL0])
  })

  it('cache maintenance', () => {
    const m = nested()
    m.descriptor(LEVEL3, 0, 0)
    // dc civac, x2: CM, WnR
    expect(run(m, 0xd50b_7e22, DEV_VA + 0x10, DEV_IPA, { write: true, iss: 0x100 }).reason).toBe('stage-2-fault')
    expect(taken(m)[0]).toBe('92000147')
  })

  it('a page without Access flag, and one out of range', () => {
    const m = nested()
    m.descriptor(LEVEL3, 0, DEV | (LEAF & ~AF))
    run(m, LDP, DEV_VA + 0x10, DEV_IPA)
    expect(taken(m).slice(0, 3)).toEqual(['9200000b', 0x3010n, '700000'])
    const n = nested()
    n.descriptor(LEVEL3, 0, DEV | LEAF, 0x400)
    run(n, LDP, DEV_VA + 0x10, DEV_IPA)
    expect(taken(n).slice(0, 3)).toEqual(['92000003', 0x3010n, '700000'])
  })

  it('a table where no RAM is: an external abort, without address', () => {
    const m = nested()
    m.descriptor(LEVEL2, (DEV_IPA >>> 21) & 511, 0x6000_0003)
    expect(run(m, LDR, DEV_VA + 0x10, DEV_IPA, { iss: VALID }).reason).toBe('stage-2-fault')
    expect(taken(m).slice(0, 4)).toEqual(['92000017', 0x3010n, '0', 0x400n])
    expect(m.vcpu.pushed).not.toContain(Reg.GUEST_HPFAR_EL2)
  })

  it('a read-only page: WnR, no address', () => {
    const m = nested()
    m.descriptor(LEVEL3, 0, (DEV | LEAF) & ~READ_ONLY)
    // The shadow has it read-only too: a Permission fault, whose HPFAR is UNKNOWN.
    expect(run(m, STR, DEV_VA + 0x10, 0, { write: true, status: 15, iss: VALID }).reason).toBe('stage-2-fault')
    expect(taken(m).slice(0, 3)).toEqual(['93c1804f', 0x3010n, '0'])
    // An atomic that was reported as the read that it begins with.
    const n = nested()
    n.descriptor(LEVEL3, 0, (DEV | LEAF) & ~READ_ONLY)
    expect(run(n, SWP, DEV_VA + 0x10, DEV_IPA).reason).toBe('stage-2-fault')
    expect(taken(n)[0]).toBe('9200004f')
    // It may be read.
    const r = nested()
    r.descriptor(LEVEL3, 0, (DEV | LEAF) & ~READ_ONLY)
    expect(run(r, LDR, DEV_VA + 0x10, DEV_IPA, { iss: VALID }).reason).toBe('done')
  })

  it('the page that an access reaches into: nothing is accessed, or what comes before', () => {
    for (const order of ['precise-probe', 'architectural-order'] as const) {
      const m = nested({ order })
      m.descriptor(LEVEL3, 1, 0)
      m.setX(2, NEXT_VA - 8)
      expect(run(m, LDP, NEXT_VA - 8, DEV_IPA).reason).toBe('stage-2-fault')
      expect(taken(m).slice(0, 3)).toEqual(['92000007', 0x4000n, '700010'])
      expect(m.shape()).toEqual(order === 'precise-probe' ? [] : ['r 50000ff8 8'])
    }
  })

  it('a page that stage 1 does not have stays a fault at EL1', () => {
    const m = nested()
    m.unmap(NEXT_VA)
    m.setX(2, NEXT_VA - 8)
    expect(run(m, LDP, NEXT_VA - 8, DEV_IPA).reason).toBe('translation-fault')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([0x9600_0007n, BigInt(NEXT_VA)])
    expect([m.x(Reg.GUEST_ESR_EL2), m.vcpu.pushed.includes(Reg.GUEST_HPFAR_EL2)]).toEqual([0n, false])
  })

  it('unaligned in memory that stage 2 makes Device: Alignment fault at EL2; that stage 1 does: at EL1', () => {
    const m = nested()
    m.setX(2, DEV_VA + 0x11)
    m.descriptor(LEVEL3, 0, DEV | (LEAF & ~0x3c))
    expect(run(m, LDR, DEV_VA + 0x11, DEV_IPA).reason).toBe('alignment-fault')
    expect(taken(m).slice(0, 4)).toEqual(['92000021', 0x3011n, '0', 0x400n])
    const n = nested()
    n.setX(2, DEV_VA + 0x11)
    n.setX(Reg.MAIR_EL1, 0x04n)
    expect(run(n, LDR, DEV_VA + 0x11, DEV_IPA).reason).toBe('alignment-fault')
    expect([n.x(Reg.ESR_EL1), n.x(Reg.GUEST_ESR_EL2)]).toEqual([0x9600_0021n, 0n])
    // Normal memory takes it.
    const plain = nested()
    plain.setX(2, DEV_VA + 0x11)
    expect(run(plain, LDR, DEV_VA + 0x11, DEV_IPA).reason).toBe('done')
  })

  it('memory copy: the page of the target', () => {
    const m = nested()
    // cpym [x0]!, [x1]!, x2! with option A: counts run up to zero.
    m.setX(0, DEV_VA + 0x20)
    m.setX(1, NEXT_VA + 0x20)
    m.setX(2, -16n)
    m.descriptor(LEVEL3, 0, (DEV | LEAF) & ~READ_ONLY)
    const outcome = run(m, 0x1d41_0440, DEV_VA + 0x10, DEV_IPA, { write: true })
    expect(outcome.reason).toBe('stage-2-fault')
    expect(taken(m).slice(0, 3)).toEqual(['9200004f', 0x3010n, '0'])
  })
})

describe('a walk of the nested guest that was stopped (S1PTW)', () => {
  const S1PTW = 0x80

  /** The table of level 3 of the data lies at an IPA of its own. */
  function withTable(descriptor: number): Machine {
    const m = nested()
    m.descriptor(2, VA >>> 21, 0x7000_3003)
    m.descriptor(LEVEL3, 3, descriptor)
    return m
  }

  it('by its own stage 2: a fault at its EL2', () => {
    const m = withTable(0)
    const outcome = run(m, LDP, DEV_VA + 0x10, 0x7000_3000, { iss: S1PTW })
    expect([outcome.kind, outcome.reason]).toEqual(['injected', 'stage-2-fault'])
    expect(taken(m)).toEqual(['92000087', 0x3010n, '700030', 0x400n, EL1H])
    // WnR is the access's own.
    const n = withTable(0)
    expect(run(n, STR, DEV_VA + 0x10, 0x7000_3000, { iss: S1PTW, write: true }).kind).toBe('injected')
    expect(taken(n)[0]).toBe('920000c7')
  })

  it('by the shadow alone: the host', () => {
    const m = withTable((RAM + 0x5000) | LEAF)
    const outcome = run(m, LDP, DEV_VA + 0x10, 0x7000_3000, { iss: S1PTW })
    expect([outcome.kind, outcome.reason, m.vcpu.pushed]).toEqual(['unhandled', 'table-walk', []])
  })

  it('a table that hardware may not mark: Permission fault, with the address', () => {
    const m = withTable(((RAM + 0x5000) | LEAF) & ~READ_ONLY)
    m.setX(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 39n)) // HA
    m.descriptor(5, (DEV_VA >>> 12) & 511, DEV_IPA | 0x303)
    const outcome = run(m, LDP, DEV_VA + 0x10, 0x7000_3000, { iss: S1PTW, status: 15 })
    expect(outcome.reason).toBe('stage-2-fault')
    expect(taken(m).slice(0, 3)).toEqual(['9200008f', 0x3010n, '700030'])
    expect(new DataView(m.ram.buffer).getUint32(0x5000 + ((DEV_VA >>> 12) & 511) * 8, true)).toBe(DEV_IPA | 0x303)
  })

  it('of another table than HPFAR names: tables changed', () => {
    const m = withTable(0)
    const outcome = run(m, LDP, DEV_VA + 0x10, 0x7000_4000, { iss: S1PTW })
    expect([outcome.kind, outcome.reason]).toEqual(['retry', 'translation-differs'])
  })

  it('of a guest that has no stage 2 of its own: the host', () => {
    const m = nested()
    m.setX(Reg.HCR_EL2, RW)
    const outcome = run(m, LDP, DEV_VA + 0x10, 0x7000_3000, { iss: S1PTW })
    expect([outcome.kind, outcome.reason]).toEqual(['unhandled', 'table-walk'])
  })
})
