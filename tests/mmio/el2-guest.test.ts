/**
 * Guests at EL2, and EL0 under a host there: whose registers translate, align, order, tag and authenticate, and where the
 * exceptions go. The registers of EL1 hold what would go wrong.
 */

import { describe, expect, it } from 'vitest'
import { type HandlerOptions, type MemoryRegionOps, Reg } from '../../src/mmio/index.ts'
import { CODE_VA, DEV, DEV_VA, Machine, PAGES, POISON, RAM, VA } from './machine.ts'

const TGE = 1n << 27n
const RW = 1n << 31n
const E2H = 1n << 34n
const HOST = TGE | E2H | RW
const EL0 = 0x3c0n
const EL2T = 0x3c8n
const EL2H = 0x3c9n
const PAN = 1n << 22n
const UAO = 1n << 23n
/** TCR_EL2 of one range: T0SZ 16, inner shareable Write-Back, 4 KiB, PS of 48 bits. */
const ONE_RANGE = 0x5_3510n
/** TCR_EL2 of two: the same, EPD1, IPS. */
const TWO_RANGES = 0x5_0080_3510n
const SCTLR = 0x30d0_1805n
/** The page that follows the device's. */
const NEXT_VA = DEV_VA + 0x1000
/** AP[1]: EL0 has it too. */
const USER = 0x40
const READ_ONLY = 0x80

const LDR = 0xf940_0041 // ldr x1, [x2]
const LDTR = 0xf840_0841 // ldtr x1, [x2]
const STTR = 0xf800_0841 // sttr x1, [x2]
const LDP = 0xa940_0440 // ldp x0, x1, [x2]
const STR_SP = 0xf800_8fe1 // str x1, [sp, #8]!

/** A guest whose EL1 has neither tables nor sense. */
function guest(
  hcr: bigint,
  pstate: bigint,
  options: Omit<HandlerOptions, 'space'> = {},
  ops?: MemoryRegionOps,
): Machine {
  const m = new Machine({ ...options, features: { EL2: true, ...options.features } }, ops)
  const { truth } = m.vcpu
  for (const [name, slot] of Object.entries(Reg)) if (/_EL1$/.test(name) && !/^SP_/.test(name)) truth.set(slot, POISON)
  truth.set(Reg.HCR_EL2, hcr)
  truth.set(Reg.PSTATE, pstate)
  truth.set(Reg.SCTLR_EL2, SCTLR)
  truth.set(Reg.TCR_EL2, (hcr & E2H) === 0n ? ONE_RANGE : TWO_RANGES)
  truth.set(Reg.TTBR0_EL2, BigInt(RAM))
  truth.set(Reg.TTBR1_EL2, POISON)
  truth.set(Reg.MAIR_EL2, 0x44n)
  truth.set(Reg.VBAR_EL2, 0x8_0000n)
  truth.set(Reg.SP_EL2, BigInt(DEV_VA + 0x600))
  if (pstate === EL0) {
    for (const [i, pa] of PAGES.entries()) if (pa >= 0) m.map(VA + 0x1000 * i, pa, USER)
    m.map(CODE_VA, RAM + 0x4000, USER)
  }
  m.setX(2, DEV_VA + 0x10)
  return m
}

const isEl1 = (slot: number): boolean =>
  Object.entries(Reg).some(([name, r]) => r === slot && /_EL1$/.test(name) && name !== 'POR_EL0')

const REGIMES = [
  ['EL2', RW, EL2H],
  ['EL2&0, at EL2', E2H | RW, EL2H],
  ['EL2&0, at EL2, the host of EL0', HOST, EL2H],
  ['EL2&0, at EL0', HOST, EL0],
] as const

describe.each(REGIMES)('%s', (_, hcr, pstate) => {
  it('LDP X is translated by its own tables', () => {
    const m = guest(hcr, pstate)
    expect(m.run(LDP, { far: DEV_VA + 0x10 }).reason).toBe('done')
    expect(m.shape()).toEqual(['r 50000010 8', 'r 50000018 8'])
    expect(m.callbacks()).toEqual(['load dev+10 8', 'load dev+18 8'])
    const word = (at: number): bigint => new DataView(m.device.buffer).getBigUint64(at, true)
    expect([m.x(0), m.x(1), m.x(Reg.PC)]).toEqual([word(0x10), word(0x18), 0x40_0004n])
    expect(m.vcpu.pulled.filter(isEl1)).toEqual([])
    expect(m.vcpu.pulled).not.toContain(Reg.TTBR1_EL2)
    expect(m.vcpu.pulled).not.toContain(Reg.MAIR_EL2)
  })

  it('a store by a valid syndrome asks for no table at all', () => {
    const m = guest(hcr, pstate)
    m.setX(1, 0x1122_3344n)
    // ISV, SAS 2, SRT 1
    const outcome = m.run(0xb900_0041, { far: DEV_VA + 0x10, write: true, iss: 0x0181_0000 })
    expect([outcome.reason, m.shape()]).toEqual(['done', ['w 50000010 4']])
    expect(m.vcpu.pulled).not.toContain(Reg.TTBR0_EL2)
    expect(m.vcpu.pulled.filter(isEl1)).toEqual([])
  })

  it('its data have its byte order', () => {
    const m = guest(hcr, pstate)
    const before = m.run(LDR, { far: DEV_VA + 0x10 }) && m.x(1)
    const n = guest(hcr, pstate)
    // EE or E0E; EE is that of the tables too.
    n.setX(Reg.SCTLR_EL2, SCTLR | (pstate === EL0 ? 1n << 24n : 1n << 25n))
    if (pstate !== EL0) {
      const tables = new DataView(n.ram.buffer)
      for (let at = 0; at < 0x6000; at += 8)
        if (at < 0x4000 || at >= 0x5000) tables.setBigUint64(at, tables.getBigUint64(at, true), false)
    }
    expect(n.run(LDR, { far: DEV_VA + 0x10 }).reason).toBe('done')
    const swapped = before.toString(16).padStart(16, '0').match(/../g)?.toReversed().join('')
    expect(n.x(1)).toBe(BigInt(`0x${swapped}`))
  })

  it('SCTLR_EL2 says what is to be aligned', () => {
    const m = guest(hcr, pstate)
    m.setX(2, DEV_VA + 0x11)
    expect(m.run(LDR, { far: DEV_VA + 0x11 }).reason).toBe('done')
    const n = guest(hcr, pstate)
    n.setX(2, DEV_VA + 0x11)
    n.setX(Reg.SCTLR_EL2, SCTLR | 2n)
    expect(n.run(LDR, { far: DEV_VA + 0x11 }).reason).toBe('alignment-fault')
    const lower = pstate === EL0
    expect(n.x(Reg.GUEST_ESR_EL2)).toBe(lower ? 0x9200_0021n : 0x9600_0021n)
    expect(n.x(Reg.GUEST_FAR_EL2)).toBe(BigInt(DEV_VA + 0x11))
    expect([n.x(Reg.PC), n.x(Reg.ELR_EL2)]).toEqual([lower ? 0x8_0400n : 0x8_0200n, 0x40_0000n])
    expect([n.x(Reg.SPSR_EL2), n.x(Reg.PSTATE) & 0x1fn]).toEqual([pstate, 9n])
    expect([n.x(Reg.ESR_EL1), n.elements]).toEqual([POISON, []])
    // nAA: an ordered access may cross 16 bytes. ldar x1, [x2]
    const naa = guest(hcr, pstate)
    naa.setX(2, DEV_VA + 0x1c)
    expect(naa.run(0xc8df_fc41, { far: DEV_VA + 0x1c }).reason).toBe('alignment-fault')
    const crossing = guest(hcr, pstate)
    crossing.setX(2, DEV_VA + 0x1c)
    crossing.setX(Reg.SCTLR_EL2, SCTLR | (1n << 6n))
    expect(crossing.run(0xc8df_fc41, { far: DEV_VA + 0x1c }).reason).toBe('done')
  })

  it('MAIR_EL2 says what is Device memory', () => {
    const m = guest(hcr, pstate)
    m.setX(2, DEV_VA + 0x11)
    m.setX(Reg.MAIR_EL2, 0x04n)
    expect(m.run(LDR, { far: DEV_VA + 0x11 }).reason).toBe('alignment-fault')
    expect(m.vcpu.pulled.filter(isEl1)).toEqual([])
  })

  it('and a page that is not mapped is a fault of its own', () => {
    const m = guest(hcr, pstate)
    m.unmap(NEXT_VA)
    m.setX(2, NEXT_VA - 4)
    expect(m.run(LDR, { far: NEXT_VA - 4 }).reason).toBe('translation-fault')
    expect([m.x(Reg.GUEST_ESR_EL2) & 0x3fn, m.x(Reg.GUEST_FAR_EL2)]).toEqual([7n, BigInt(NEXT_VA)])
    expect(m.vcpu.pushed).not.toContain(Reg.GUEST_HPFAR_EL2)
  })
})

describe('two ranges of addresses', () => {
  const high = 0xffff_0000_0000_0000n
  it('with E2H bit 55 chooses TTBR1_EL2', () => {
    const m = guest(E2H | RW, EL2H)
    m.setX(Reg.TTBR1_EL2, RAM)
    // EPD1 off, EPD0 on would stop the fetch; T1SZ 16, TG1 of 4 KiB.
    m.setX(Reg.TCR_EL2, 0x5_b510_3510n)
    m.setX(2, high | BigInt(DEV_VA + 8))
    m.place(LDP)
    m.vcpu.begin()
    const far = high | BigInt(DEV_VA + 8)
    expect(m.handler.handle(m.vcpu, { esr: 0x9200_0007, far, hpfar: 0x50_0000 }).reason).toBe('done')
    expect(m.shape()).toEqual(['r 50000008 8', 'r 50000010 8'])
    expect(m.vcpu.pulled).toContain(Reg.TTBR1_EL2)
  })

  it('without there is one, in TTBR0_EL2: high addresses have no translation', () => {
    const m = guest(RW, EL2H)
    m.setX(Reg.TTBR1_EL2, RAM)
    m.setX(2, high | BigInt(DEV_VA + 8))
    m.place(LDP)
    m.vcpu.begin()
    const far = high | BigInt(DEV_VA + 8)
    const outcome = m.handler.handle(m.vcpu, { esr: 0x9200_0007, far, hpfar: 0x50_0000 })
    expect([outcome.kind, outcome.reason, outcome.status]).toEqual(['retry', 'translation-differs', 4])
    expect(m.vcpu.pulled).not.toContain(Reg.TTBR1_EL2)
  })
})

describe('the stack of EL2', () => {
  it.each([
    ['EL2h', EL2H, Reg.SP_EL2],
    ['EL2t', EL2T, Reg.SP_EL0],
  ] as const)('%s: base, write-back, and its alignment', (_, pstate, slot) => {
    const m = guest(RW, pstate)
    for (const sp of [Reg.SP_EL0, Reg.SP_EL1, Reg.SP_EL2]) m.setX(sp, POISON)
    m.setX(slot, DEV_VA + 0x40)
    m.setX(1, 0x0807_0605_0403_0201n)
    expect(m.run(STR_SP, { far: DEV_VA + 0x48, write: true }).reason).toBe('done')
    expect([m.shape(), m.x(slot)]).toEqual([['w 50000048 8'], BigInt(DEV_VA + 0x48)])
    // Now no multiple of 16.
    m.setX(Reg.SCTLR_EL2, SCTLR | 8n)
    m.setX(Reg.PC, 0x40_0000)
    expect(m.run(STR_SP, { far: DEV_VA + 0x50, write: true }).reason).toBe('sp-alignment-fault')
    expect([m.x(Reg.GUEST_ESR_EL2), m.x(Reg.PC)]).toEqual([0x9a00_0000n, pstate === EL2T ? 0x8_0000n : 0x8_0200n])
  })

  it('EL0 under a host: SA0', () => {
    const m = guest(HOST, EL0)
    m.setX(Reg.SP_EL0, DEV_VA + 8)
    m.setX(Reg.SCTLR_EL2, SCTLR | 8n)
    expect(m.run(STR_SP, { far: DEV_VA + 0x10, write: true }).reason).toBe('done')
    m.setX(Reg.SP_EL0, DEV_VA + 8)
    m.setX(Reg.PC, 0x40_0000)
    m.setX(Reg.SCTLR_EL2, SCTLR | 16n)
    expect(m.run(STR_SP, { far: DEV_VA + 0x10, write: true }).reason).toBe('sp-alignment-fault')
    expect(m.x(Reg.PC)).toBe(0x8_0400n)
  })
})

describe('permissions', () => {
  // HCR_EL2, PSTATE, word, bits of the next page; DFSC, or done
  it.each([
    ['LDTR at EL2 is plain', RW, EL2H, LDTR, 0, undefined],
    ['LDTR with E2H alone is plain', E2H | RW, EL2H, LDTR, 0, undefined],
    ['LDTR of a host has the permissions of EL0', HOST, EL2H, LDTR, 0, 0xf],
    ['LDTR of a host to a page of EL0', HOST, EL2H, LDTR, USER, undefined],
    ['LDTR of a host under UAO is plain', HOST, EL2H | UAO, LDTR, 0, undefined],
    ['STTR of a host to a page that EL0 reads', HOST, EL2H, STTR, USER | READ_ONLY, 0x4f],
    ['LDR at EL2 under PAN: there is no EL0', RW, EL2H | PAN, LDR, USER, undefined],
    ['LDR in EL2&0 under PAN', E2H | RW, EL2H | PAN, LDR, USER, 0xf],
    ['LDTR of a host under PAN', HOST, EL2H | PAN, LDTR, USER, undefined],
    ['LDR of EL0', HOST, EL0, LDR, 0, 0xf],
  ] as const)('%s', (_, hcr, pstate, word, bits, status) => {
    const m = guest(hcr, pstate)
    const write = word === STTR
    // The first page has all; under PAN the next alone is EL0's.
    if ((pstate & PAN) === 0n) m.map(DEV_VA, DEV, (hcr & E2H) === 0n ? 0 : USER)
    if (word === LDTR && (pstate & PAN) !== 0n) m.map(DEV_VA, DEV, USER)
    m.map(NEXT_VA, RAM + 0xc000, bits)
    m.setX(2, NEXT_VA - 4)
    const { reason } = m.run(word, { far: NEXT_VA - 4, write })
    if (status === undefined) {
      expect(reason).toBe('done')
      expect(m.shape()).toEqual([`r ${(DEV + 0xffc).toString(16)} 4`, `r ${(RAM + 0xc000).toString(16)} 4`])
      return
    }
    expect(reason).toBe('translation-fault')
    expect(m.x(Reg.GUEST_ESR_EL2)).toBe((pstate === EL0 ? 0x9200_0000n : 0x9600_0000n) + BigInt(status))
    expect(m.elements).toEqual([])
  })

  it('the device is told of EL0 where the permissions are its', () => {
    for (const [hcr, pstate, word, user] of [
      [RW, EL2H, LDTR, false],
      [E2H | RW, EL2H, LDTR, false],
      [HOST, EL2H, LDTR, true],
      [HOST, EL2H, LDR, false],
      [HOST, EL0, LDR, true],
    ] as const) {
      const seen: boolean[] = []
      const m = guest(
        hcr,
        pstate,
        {},
        { read: (_offset, _size, tx) => seen.push(tx.user), write: () => {}, valid: { max: 8 }, impl: { max: 8 } },
      )
      m.map(DEV_VA, DEV, user ? USER : 0)
      expect([m.run(word, { far: DEV_VA + 0x10 }).reason, seen]).toEqual(['done', [user]])
    }
  })
})

describe('what else depends on the regime', () => {
  const TAGGED = 0xf044n
  const ATA = 1n << 43n
  const SYNC = 1n << 40n
  const ASYNC = 2n << 40n
  const LDR_TAGGED = 0xf8404041 // ldur x1, [x2, #4]

  /** The second page is Tagged RAM of tag 3; an access with tag `tag` crosses into it. */
  function crossing(
    hcr: bigint,
    pstate: bigint,
    tcr: bigint,
    sctlr: bigint,
    tag: bigint,
    regs: [number, bigint][] = [],
  ) {
    const m = guest(hcr, pstate, { tags: { read: () => 3, write: () => {} } })
    m.setX(Reg.MAIR_EL2, TAGGED)
    m.setX(Reg.TCR_EL2, m.x(Reg.TCR_EL2) | tcr)
    m.setX(Reg.SCTLR_EL2, SCTLR | sctlr)
    m.setX(Reg.TFSR_EL2, 0)
    m.setX(Reg.TFSRE0_EL1, 0)
    for (const [slot, value] of regs) m.setX(slot, value)
    m.map(NEXT_VA, RAM + 0xc000, pstate === EL0 ? USER | 4 : 4)
    const va = (tag << 56n) | BigInt(NEXT_VA - 4)
    m.setX(2, va - 4n)
    m.place(LDR_TAGGED)
    m.vcpu.begin()
    const outcome = m.handler.handle(m.vcpu, { esr: 0x9200_0007, far: va, hpfar: 0x50_0000 })
    return { m, reason: outcome.reason }
  }

  it.each([
    ['TCR_EL2.TBI', RW, EL2H, 1n << 20n, ATA | SYNC],
    ['TCR_EL2.TBI0', E2H | RW, EL2H, 1n << 37n, ATA | SYNC],
    ['TCR_EL2.TBI0 of EL0, ATA0, TCF0', HOST, EL0, 1n << 37n, (1n << 42n) | (1n << 38n)],
  ] as const)('tags are in an ignored top byte: %s', (_, hcr, pstate, tcr, sctlr) => {
    expect(crossing(hcr, pstate, tcr, sctlr, 3n).reason).toBe('done')
    const { m, reason } = crossing(hcr, pstate, tcr, sctlr, 5n)
    expect([reason, m.x(Reg.GUEST_ESR_EL2) & 0x3fn]).toEqual(['tag-check-fault', 0x11n])
    expect(m.x(Reg.GUEST_FAR_EL2)).toBe((5n << 56n) | BigInt(NEXT_VA))
    expect(crossing(hcr, pstate, tcr, 0n, 5n).reason).toBe('done')
    expect(m.vcpu.pulled.filter(isEl1)).toEqual([])
    // TCMA, TCMA0: an address without a tag is not checked.
    const tcma = (hcr & E2H) === 0n ? 1n << 30n : 1n << 57n
    expect(crossing(hcr, pstate, tcr, sctlr, 0n).reason).toBe('tag-check-fault')
    expect(crossing(hcr, pstate, tcr | tcma, sctlr, 0n).reason).toBe('done')
  })

  it('an asynchronous check leaves its mark in TFSR_EL2, of EL0 in TFSRE0_EL1', () => {
    const own = crossing(RW, EL2H, 1n << 20n, ATA | ASYNC, 5n)
    expect([own.reason, own.m.x(Reg.TFSR_EL2), own.m.x(Reg.TFSRE0_EL1)]).toEqual(['done', 1n, 0n])
    const user = crossing(HOST, EL0, 1n << 37n, (1n << 42n) | (2n << 38n), 5n)
    expect([user.reason, user.m.x(Reg.TFSR_EL2), user.m.x(Reg.TFSRE0_EL1)]).toEqual(['done', 0n, 1n])
  })

  it('EL1 under a guest EL2 has tags by HCR_EL2.ATA', () => {
    const registers = (hcr: bigint): [number, bigint][] => [
      [Reg.SCTLR_EL1, SCTLR | ATA | SYNC],
      [Reg.TCR_EL1, TWO_RANGES | (1n << 37n)],
      [Reg.TTBR0_EL1, BigInt(RAM)],
      [Reg.MAIR_EL1, TAGGED],
      [Reg.HCR_EL2, hcr],
    ]
    expect(crossing(RW, 0x3c5n, 0n, 0n, 5n, registers(RW | (1n << 56n))).reason).toBe('tag-check-fault')
    expect(crossing(RW, 0x3c5n, 0n, 0n, 5n, registers(RW)).reason).toBe('done')
  })

  // ldraa x0, [x2]: the code is above the address, below bit 55, and in the top byte unless that is ignored.
  it.each([
    ['one range', RW, EL2H, 0n, 0xff7f_0000_0000_0000n],
    ['one range, TBI', RW, EL2H, 1n << 20n, 0x007f_0000_0000_0000n],
    ['two ranges', E2H | RW, EL2H, 0n, 0xff7f_0000_0000_0000n],
    ['two ranges, TBI0', HOST, EL0, 1n << 37n, 0x007f_0000_0000_0000n],
  ] as const)('a pointer is signed by TCR_EL2 and SCTLR_EL2: %s', (_, hcr, pstate, tcr, code) => {
    const m = guest(hcr, pstate)
    m.setX(Reg.TCR_EL2, m.x(Reg.TCR_EL2) | tcr)
    m.setX(Reg.SCTLR_EL2, SCTLR | (1n << 27n))
    m.setX(2, code | BigInt(DEV_VA + 0x10))
    expect(m.run(0xf820_0440, { far: DEV_VA + 0x10 }).reason).toBe('done')
    expect(m.shape()).toEqual(['r 50000010 8'])
    // A key that is not in use leaves the pointer as it is.
    const n = guest(hcr, pstate)
    n.setX(2, code | BigInt(DEV_VA + 0x10))
    n.setX(Reg.SCTLR_EL1, SCTLR | (1n << 27n))
    expect(n.run(0xf820_0440, { far: DEV_VA + 0x10 }).kind).toBe('retry')
    expect([...m.vcpu.pulled, ...n.vcpu.pulled].filter(isEl1)).toEqual([])
  })

  it('GCSSTR asks GCSCR_EL2, GCSSTTR of a host nobody', () => {
    const GCSSTR = 0xd91f_0c41 // gcsstr x1, [x2]
    const GCSSTTR = 0xd91f_1c41 // gcssttr x1, [x2]
    const go = (hcr: bigint, word: number): [string, number[]] => {
      const m = guest(hcr, EL2H, { features: { GCS: true } })
      m.setX(Reg.GCSCR_EL2, 0)
      m.setX(Reg.TCR2_EL2, 0)
      const { reason } = m.run(word, { far: DEV_VA + 0x10, write: true })
      return [reason, m.vcpu.pulled.filter((r) => r >= Reg.GCSCR_EL1 && r <= Reg.GCSCRE0_EL1)]
    }
    expect(go(RW, GCSSTR)).toEqual(['guarded-control-stack', [Reg.GCSCR_EL2]])
    expect(go(RW, GCSSTTR)).toEqual(['guarded-control-stack', [Reg.GCSCR_EL2]])
    expect(go(HOST, GCSSTTR)[1]).toEqual([])
  })

  it('TCR2_EL2 enables indirection and overlays, with the registers of EL2', () => {
    const go = (hcr: bigint, tcr2: bigint, registers: [number, bigint][]): [string, number[]] => {
      const m = guest(hcr, EL2H, { features: { s1pie: true, s1poe: true } })
      m.setX(Reg.TCR2_EL2, tcr2)
      for (const [slot, value] of registers) m.setX(slot, value)
      m.run(LDR, { far: DEV_VA + 0x10 })
      const { reason } = m.run(LDR, { far: DEV_VA + 0x10 })
      return [reason, m.vcpu.pulled.filter((r) => r >= Reg.TCR2_EL2 && r <= Reg.MAIR2_EL2).sort((a, b) => a - b)]
    }
    // PIE, all of index 0: read, write, execute. Without, nothing.
    expect(go(RW, 2n, [[Reg.PIR_EL2, 7n]])).toEqual(['done', [Reg.TCR2_EL2, Reg.PIR_EL2]])
    expect(go(RW, 2n, [[Reg.PIR_EL2, 0n]])[0]).toBe('fetch-failed')
    const both: [number, bigint][] = [
      [Reg.PIR_EL2, 7n],
      [Reg.PIRE0_EL2, 0n],
    ]
    expect(go(E2H | RW, 2n, both)).toEqual(['done', [Reg.TCR2_EL2, Reg.PIR_EL2, Reg.PIRE0_EL2]])
    // POE, all of overlay 0.
    expect(go(RW, 8n, [[Reg.POR_EL2, 7n]])).toEqual(['done', [Reg.TCR2_EL2, Reg.POR_EL2]])
    expect(go(RW, 8n, [[Reg.POR_EL2, 0n]])[0]).toBe('fetch-failed')
    expect(go(RW, 0n, [])).toEqual(['done', [Reg.TCR2_EL2]])
  })
})

describe('registers asked for', () => {
  it('a guest without EL2 is asked for what it always was', () => {
    const m = new Machine()
    m.setX(2, DEV_VA + 0x10)
    expect(m.run(LDP, { far: DEV_VA + 0x10 }).reason).toBe('done')
    expect(m.vcpu.pulled).toEqual([Reg.PC, Reg.PSTATE, Reg.SCTLR_EL1, Reg.TCR_EL1, Reg.TTBR0_EL1, 2])
  })

  it('EL1 of a guest that has EL2: HCR_EL2 and no more', () => {
    const m = new Machine({ features: { EL2: true } })
    m.setX(Reg.HCR_EL2, RW)
    m.setX(2, DEV_VA + 0x10)
    expect(m.run(LDP, { far: DEV_VA + 0x10 }).reason).toBe('done')
    expect(m.vcpu.pulled.filter((r) => r >= Reg.HCR_EL2)).toEqual([Reg.HCR_EL2])
  })

  it("EL3, and EL2 that nobody told of, stay the host's", () => {
    for (const [el2, pstate] of [
      [true, 0x3cdn],
      [false, 0x3cdn],
      [false, EL2H],
    ] as const) {
      const m = new Machine({ features: { EL2: el2 } })
      m.setX(Reg.PSTATE, pstate)
      const outcome = m.run(LDP, { far: DEV_VA + 0x10 })
      expect([outcome.kind, outcome.reason]).toEqual(['unhandled', 'exception-level'])
    }
  })
})
