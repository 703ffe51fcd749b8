/** What the manual leaves open is the host's to choose, and strict mode reports it. */

import { describe, expect, it } from 'vitest'
import { decode, format } from '../../src/decode/index.ts'
import {
  HandlerError,
  type HandlerOptions,
  type MemoryRegionOps,
  Reg,
  type TagMemory,
  type UnpredictableOptions,
} from '../../src/mmio/index.ts'
import { aim, emulatedRows, planOf } from './aim.ts'
import { DEV, DEV_VA, Machine, value } from './machine.ts'

const AT = DEV_VA + 0x40
const LDXR = 0xc85f7c44 // ldxr x4, [x2]

/** Words whose choices are UNDEF and NOP beside the one that is made unless told, with the name of their choice. */
const WORDS = [
  ['WBOVERLAPLD', 'ldr x2, [x2], #8', 0xf8408442],
  ['WBOVERLAPLD', 'ldp x2, x3, [x2, #16]!', 0xa9c10c42],
  ['WBOVERLAPST', 'str x2, [x2, #8]!', 0xf8008c42],
  ['WBOVERLAPST', 'stp x3, x2, [x2], #16', 0xa8810843],
  ['LDPOVERLAP', 'ldp x3, x3, [x2]', 0xa9400c43],
  ['LSE128OVERLAP', 'swpp x3, x3, [x2]', 0x19238043],
  ['BASEOVERLAP', 'stxr w2, x3, [x2]', 0xc8027c43],
  ['DATAOVERLAP', 'stxr w3, x3, [x2]', 0xc8037c43],
] as const

function run(word: number, unpredictable: UnpredictableOptions): [Machine, ReturnType<Machine['run']>, string] {
  const m = new Machine({ unpredictable })
  const plan = planOf(word)
  m.setX(2, AT)
  if (plan.result >= 0) {
    m.run(LDXR, { far: AT })
    m.setX(Reg.PC, 0x40_0000)
  }
  aim(m, word, AT)
  m.place(word)
  const before = m.state()
  return [m, m.run(word, { far: AT, write: plan.store }), before]
}

describe('a CONSTRAINED UNPREDICTABLE instruction', () => {
  it.each(WORDS)('%s: %s', (name, text, word) => {
    expect(format(decode(word)!)).toBe(text)
    const plan = planOf(word)
    const [done, outcome] = run(word, {})
    expect([outcome.kind, outcome.reason, outcome.constraint.startsWith('WBOVERLAP')]).toEqual([
      'retired',
      'done',
      name.startsWith('WBOVERLAP'),
    ])
    expect(done.elements.length).toBe(plan.load && plan.store ? 2 * plan.count : plan.count)

    const [nop, ignored] = run(word, { [name]: 'NOP' })
    expect([ignored.kind, ignored.reason, nop.elements]).toEqual(['retired', 'constrained-nop', []])
    expect(nop.vcpu.pushed).toEqual([Reg.PC])

    const [undef, refused] = run(word, { [name]: 'UNDEF' })
    expect([refused.kind, refused.reason, undef.elements]).toEqual(['injected', 'undefined-instruction', []])
    expect([undef.x(Reg.ESR_EL1), undef.x(Reg.ELR_EL1)]).toEqual([0x0200_0000n, 0x40_0000n])
    expect(undef.vcpu.pushed).not.toContain(Reg.FAR_EL1)

    const [same, reported, before] = run(word, { strict: true })
    expect([reported.kind, reported.reason]).toEqual(['unhandled', 'constrained-unpredictable'])
    expect(reported.describe()).toMatch(/CONSTRAINED UNPREDICTABLE: \w*OVERLAP/)
    expect(same.state() === before).toBe(true)
  })

  it('LSE128OVERLAP: the register has the high half, and is both halves of what is stored', () => {
    const [m] = run(0x19238043, {}) // swpp x3, x3, [x2]
    const operand = m.x(3)
    const halves = [0x40, 0x48].map((at) => value(m.device.subarray(at, at + 8)))
    const high = value(new Machine({}).device.subarray(0x48, 0x50))
    expect([operand, ...halves.map((half) => half === halves[0])]).toEqual([high, true, true])
  })

  it('WBOVERLAPLD: the base gets the address, or keeps the data', () => {
    const word = 0xf8408442 // ldr x2, [x2], #8
    const [unknown] = run(word, {})
    expect(unknown.x(2)).toBe(BigInt(AT + 8))
    const [suppressed] = run(word, { WBOVERLAPLD: 'WBSUPPRESS' })
    expect(suppressed.x(2)).toBe(value(suppressed.device.subarray(0x40, 0x48)))
    // Of the next instruction nothing is suppressed.
    suppressed.setX(2, AT)
    suppressed.setX(Reg.PC, 0x40_0000)
    expect(suppressed.run(0xf8408443, { far: AT }).kind).toBe('retired')
    expect(suppressed.x(2)).toBe(BigInt(AT + 8))
  })

  it('stores what the register was, and loads what comes last', () => {
    const [st] = run(0xf8008c42, {})
    expect(value(st.elements[0]?.bytes ?? [])).toBe(BigInt(AT - 8))
    expect(st.x(2)).toBe(BigInt(AT))
    const [ld] = run(0xa9400c43, {})
    expect(ld.x(3)).toBe(value(ld.device.subarray(0x48, 0x50)))
  })

  it('is none of those that are not', () => {
    const m = new Machine({ unpredictable: { strict: true }, features: { gcs: true } })
    m.map(DEV_VA, DEV, 0x40)
    const registers = m.vcpu.truth.x.slice()
    for (const [id, words] of emulatedRows(1)) {
      const word = words[0]!
      // The device takes eight bytes at most: LS64UNSUPPORTED.
      if (planOf(word).form === 'block64' && planOf(word).result < 0) continue
      m.vcpu.truth.x.set(registers)
      aim(m, word, AT)
      const outcome = m.run(word, { far: AT, write: planOf(word).store && !planOf(word).load })
      expect([outcome.constraint, outcome.kind], id).toEqual(['', 'retired'])
    }
  })
})

describe('DEVPAGE2: an element from Normal into Device memory', () => {
  // The page before the device is Normal; the device's is index 1, Device-nGnRE.
  const machine = (options: Omit<HandlerOptions, 'space' | 'trace'>, word: number, before: number) => {
    const m = new Machine(options)
    m.setX(Reg.MAIR_EL1, 0x0444)
    m.map(DEV_VA, DEV, 1 << 2)
    m.setX(2, DEV_VA - before)
    return [m, m.run(word, { far: DEV_VA, write: planOf(word).store })] as const
  }
  const LDR = 0xf9400043 // ldr x3, [x2]
  const STP = 0xa9000c43 // stp x3, x3, [x2]

  it('is accessed, or faults at the first byte of Device memory', () => {
    const [m, outcome] = machine({}, LDR, 4)
    expect([outcome.kind, outcome.constraint, m.elements.length]).toEqual(['retired', 'DEVPAGE2', 2])
    const [f, fault] = machine({ unpredictable: { DEVPAGE2: 'FAULT' } }, LDR, 4)
    expect([fault.reason, f.x(Reg.FAR_EL1), f.elements]).toEqual(['alignment-fault', BigInt(DEV_VA), []])
    const [, strict] = machine({ unpredictable: { strict: true } }, LDR, 4)
    expect([strict.kind, strict.reason, strict.constraint]).toEqual([
      'unhandled',
      'constrained-unpredictable',
      'DEVPAGE2',
    ])
  })

  it('another element behind it faults in any case, after the first in architectural order', () => {
    const [a, first] = machine({}, STP, 4)
    expect([first.reason, a.x(Reg.FAR_EL1)]).toEqual(['alignment-fault', BigInt(DEV_VA + 4)])
    const [b, second] = machine({ unpredictable: { DEVPAGE2: 'FAULT' } }, STP, 4)
    expect([second.reason, b.x(Reg.FAR_EL1)]).toEqual(['alignment-fault', BigInt(DEV_VA)])
  })

  it('says nothing where both pages are Normal, or the element is aligned', () => {
    const m = new Machine({ unpredictable: { strict: true } })
    m.setX(2, DEV_VA - 4)
    expect([m.run(LDR, { far: DEV_VA }).kind, m.elements.length]).toEqual(['retired', 2])
    expect(machine({ unpredictable: { strict: true } }, STP, 8)[1].kind).toBe('retired')
  })
})

describe('MOPSOVERLAP31: a memory copy of registers that are one, or 31', () => {
  it.each([
    ['cpyfp [x3]!, [x3]!, x2!', 0x19030443],
    ['setp [xzr]!, x2!, x1', 0x19c1045f],
    ['setgop [x2]!, x2!', 0x1ddf0042],
  ])('%s is UNDEFINED, or does nothing; it is never executed', (text, word) => {
    expect(format(decode(word)!)).toBe(text)
    const go = (unpredictable: UnpredictableOptions) => {
      const m = new Machine({ unpredictable })
      m.setX(3, AT)
      m.setX(2, 16)
      return [m, m.run(word, { far: AT, write: true })] as const
    }
    const [undefined_, refused] = go({})
    expect([refused.kind, refused.reason, undefined_.elements]).toEqual(['injected', 'undefined-instruction', []])
    const [nop, ignored] = go({ MOPSOVERLAP31: 'NOP' })
    expect([ignored.kind, ignored.reason, nop.elements, nop.vcpu.pushed]).toEqual([
      'retired',
      'constrained-nop',
      [],
      [Reg.PC],
    ])
    const [, strict] = go({ strict: true })
    expect([strict.reason, strict.constraint.startsWith('MOPSOVERLAP31')]).toEqual(['constrained-unpredictable', true])
  })
})

/** Normal Non-cacheable, Write-Back, Write-Back Transient, Write-Through, and Tagged memory, by MAIR_EL1. */
const TYPES = [
  ['Normal Non-cacheable', 0x44, true],
  ['Write-Back', 0xff, false],
  ['Write-Back Transient', 0x77, false],
  ['Write-Through', 0xbb, true],
  ['inner Write-Back only', 0x4f, true],
  ['Normal Tagged', 0xf0, false],
] as const

describe('MISALIGNEDATOMIC: an unaligned atomic or ordered access inside 16 bytes', () => {
  const WORDS = [
    ['ldadd x3, x4, [x2]', 0xf8230044],
    ['ldar x3, [x2]', 0xc8dffc43],
    ['ldapr x3, [x2]', 0xf8bfc043],
    ['stlr x3, [x2]', 0xc89ffc43],
    ['ldxr x4, [x2]', LDXR],
  ] as const
  const go = (word: number, mair: number, unpredictable: UnpredictableOptions) => {
    const m = new Machine({ unpredictable })
    m.setX(Reg.MAIR_EL1, mair)
    m.setX(2, AT + 1)
    const { load, store } = planOf(word)
    return [m, m.run(word, { far: AT + 1, write: store && !load })] as const
  }

  it.each(WORDS)('%s', (text, word) => {
    expect(format(decode(word)!)).toBe(text)
    for (const [name, mair, open] of TYPES) {
      const [, done] = go(word, mair, {})
      expect([done.kind, done.constraint], name).toEqual(['retired', open ? 'MISALIGNEDATOMIC' : ''])
      const [m, faulted] = go(word, mair, { MISALIGNEDATOMIC: 'FALSE' })
      expect(faulted.reason, name).toBe(open ? 'alignment-fault' : 'done')
      if (open) expect([m.x(Reg.FAR_EL1), m.elements], name).toEqual([BigInt(AT + 1), []])
      const [, strict] = go(word, mair, { strict: true })
      expect(strict.reason, name).toBe(open ? 'constrained-unpredictable' : 'done')
    }
  })

  it('says nothing of what is aligned, or plain', () => {
    const m = new Machine({ unpredictable: { strict: true } })
    m.setX(2, AT)
    expect(m.run(0xf8230044, { far: AT }).reason).toBe('done')
    m.setX(Reg.PC, 0x40_0000)
    m.setX(2, AT + 1)
    expect(m.run(0xf9400043, { far: AT + 1 }).reason).toBe('done')
  })
})

describe('LS64UNSUPPORTED: LD64B and ST64B of a device of smaller accesses', () => {
  it.each([
    ['ld64b x8, [x2]', 0xf83fd048, false],
    ['st64b x8, [x2]', 0xf83f9048, true],
  ])('%s', (text, word, write) => {
    expect(format(decode(word)!)).toBe(text)
    const go = (unpredictable: UnpredictableOptions) => {
      const m = new Machine({ unpredictable })
      m.setX(2, AT)
      return [m, m.run(word, { far: AT, write })] as const
    }
    const [, done] = go({})
    expect([done.reason, done.constraint]).toEqual(['done', 'LS64UNSUPPORTED'])
    const [m, faulted] = go({ LS64UNSUPPORTED: 'FAULT' })
    expect([faulted.reason, m.x(Reg.ESR_EL1) & 0x7fn, m.x(Reg.FAR_EL1), m.elements]).toEqual([
      'unsupported-exclusive',
      write ? 0x75n : 0x35n,
      BigInt(AT),
      [],
    ])
    expect(go({ strict: true })[1].reason).toBe('constrained-unpredictable')
  })

  it('says nothing of a device that takes 64 bytes, nor of ST64BV, which answers', () => {
    const asked: number[] = []
    const ops: MemoryRegionOps = {
      read: () => 0,
      write: () => {},
      valid: { max: 8 },
      impl: { max: 8 },
      whole: { sizes: [64], read: (_offset, bytes) => void asked.push(bytes.length), write: () => {} },
    }
    for (const [word, wanted] of [
      [0xf83fd048, 'done'],
      [0xf820b048, 'done'], // st64bv x0, x8, [x2]
    ] as const) {
      const m = new Machine({ unpredictable: { strict: true, LS64UNSUPPORTED: 'FAULT' } }, ops)
      m.setX(2, AT)
      expect([m.run(word, { far: AT, write: planOf(word).store }).reason]).toEqual([wanted])
    }
    expect(asked).toEqual([64])
  })
})

describe('DEVICETAGSTORE: a tag for Device memory', () => {
  it.each([
    ['stg x2, [x2]', 0xd9200842, 0],
    ['stzg x2, [x2]', 0xd9600842, 2],
  ])('%s goes nowhere, or faults', (text, word, stores) => {
    expect(format(decode(word)!)).toBe(text)
    const tags = new Map<number, number>()
    const memory: TagMemory = { read: (pa) => tags.get(pa) ?? 0, write: (pa, tag) => void tags.set(pa, tag) }
    for (const withTags of [{}, { tags: memory }]) {
      const go = (mair: number, unpredictable: UnpredictableOptions) => {
        const m = new Machine({ unpredictable, ...withTags })
        m.setX(Reg.MAIR_EL1, mair)
        m.setX(2, AT)
        return [m, m.run(word, { far: AT, write: true })] as const
      }
      const [m, done] = go(0x04, {})
      expect([done.reason, done.constraint, m.log.length]).toEqual(['done', 'DEVICETAGSTORE', stores])
      const [f, faulted] = go(0x04, { DEVICETAGSTORE: 'FAULT' })
      expect([faulted.reason, f.x(Reg.FAR_EL1), f.log.length]).toEqual(['alignment-fault', BigInt(AT), 0])
      expect(go(0x04, { strict: true })[1].reason).toBe('constrained-unpredictable')
      // Of Normal memory there is nothing to choose.
      expect(go(0x44, { strict: true, DEVICETAGSTORE: 'FAULT' })[1].reason).toBe('done')
    }
    expect(tags.size).toBe(0)
  })
})

describe('ZEROBTYPE and options', () => {
  it('BTYPE is in the SPSR of an abort, or is not', () => {
    for (const [ZEROBTYPE, spsr] of [
      ['FALSE', 0xfc5n],
      ['TRUE', 0x3c5n],
    ] as const) {
      const m = new Machine({ unpredictable: { ZEROBTYPE } })
      m.setX(Reg.PSTATE, 0xfc5)
      m.setX(2, 0x1000_8000) // no region is there
      expect(m.run(0xf9400043, { far: 0x1000_8000 }).reason).toBe('external-abort')
      expect(m.x(Reg.SPSR_EL1)).toBe(spsr)
    }
  })

  it.each([
    [{ WBOVERLAPLD: 'NONE' }, /WBOVERLAPLD is NONE: give UNKNOWN, WBSUPPRESS/],
    [{ strict: 1 }, /strict is 1/],
    [{ LDP: 'NOP' }, /has LDP: give WBOVERLAPLD/],
    [{ toString: 'NOP' }, /has toString: give WBOVERLAPLD/],
  ])('%j is refused', (unpredictable, message) => {
    const make = () => new Machine({ unpredictable: unpredictable as UnpredictableOptions })
    expect(make).toThrow(HandlerError)
    expect(make).toThrow(message)
  })
})
