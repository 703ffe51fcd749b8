/** What the journal lists, and what an access over two pages has done; laws/ has every row. */

import { describe, expect, it } from 'vitest'
import { decode, format } from '../../src/decode/index.ts'
import { JOURNAL_ENTRIES, Journal, type Plan, Reg } from '../../src/mmio/index.ts'
import { aim, planOf } from './aim.ts'
import { DEV, DEV_VA, Machine, VA } from './machine.ts'

/** What exception entry writes. */
const ENTRY: readonly number[] = [Reg.PC, Reg.PSTATE, Reg.ELR_EL1, Reg.SPSR_EL1, Reg.ESR_EL1, Reg.FAR_EL1]

/** Slots that differ. */
function changed(before: BigUint64Array, after: BigUint64Array): number[] {
  return [...before.keys()].filter((r) => before[r] !== after[r] && (r < Reg.ESR_EL2 || r > Reg.HPFAR_EL2))
}

const OVER_TWO_PAGES = [
  ['ldp x3, x4, [x2]', 0xa9401043],
  ['stp x3, x4, [x2]', 0xa9001043],
  ['stp q3, q4, [x2, #32]!', 0xad811043],
  ['ldr x3, [x2]', 0xf9400043],
  ['str x3, [x2], #8', 0xf8008443],
  ['st4 { v3.8h, v4.8h, v5.8h, v6.8h }, [x2]', 0x4c000443],
  ['ld1 { v3.16b, v4.16b, v5.16b, v6.16b }, [x2]', 0x4c402043],
] as const

/** How many bytes of an access lie on the first page. */
function splits(plan: Plan): number[] {
  return [1, 3, 8, 9, 16, 31, 63].filter((n) => n < plan.count * plan.size)
}

describe('the second page is one that the guest may not access', () => {
  // The device, then a page that is not mapped, or one that is read-only.
  const end = VA + 0x7000
  const run = (word: number, before: number, order: 'precise-probe' | 'architectural-order', readOnly: boolean) => {
    const m = new Machine({ order })
    if (readOnly) m.map(end, 0x4000_c000, 0x80)
    aim(m, word, end - before)
    const registers = m.vcpu.truth.x.slice()
    const memory = m.device.slice()
    const outcome = m.run(word, { far: end - before, write: planOf(word).store })
    return { m, outcome, registers, memory }
  }

  it.each(OVER_TWO_PAGES)('%s: nothing is done under precise-probe', (text, word) => {
    expect(format(decode(word)!)).toBe(text)
    const plan = planOf(word)
    for (const readOnly of plan.store ? [false, true] : [false]) {
      for (const before of splits(plan)) {
        const { m, outcome, registers, memory } = run(word, before, 'precise-probe', readOnly)
        expect([outcome.reason, outcome.status, m.shape()]).toEqual(['translation-fault', readOnly ? 15 : 7, []])
        expect([outcome.journal.length, m.x(Reg.FAR_EL1)]).toEqual([0, BigInt(end)])
        expect(Buffer.compare(m.device, memory)).toBe(0)
        for (const slot of changed(registers, m.vcpu.truth.x)) expect(ENTRY).toContain(slot)
      }
    }
  })

  it.each(OVER_TWO_PAGES)('%s: the first page is accessed under architectural-order', (_text, word) => {
    const plan = planOf(word)
    for (const readOnly of plan.store ? [false, true] : [false]) {
      for (const before of splits(plan)) {
        const { m, outcome, registers, memory } = run(word, before, 'architectural-order', readOnly)
        expect([outcome.reason, outcome.status]).toEqual(['translation-fault', readOnly ? 15 : 7])
        expect(m.x(Reg.FAR_EL1)).toBe(BigInt(end))
        for (const slot of changed(registers, m.vcpu.truth.x)) expect(ENTRY).toContain(slot)
        const entries = [...outcome.journal]
        expect(entries.flatMap((e) => e.bytes.map((_, k) => e.pa + k))).toEqual(
          Array.from({ length: before }, (_, k) => DEV + 0x1000 - before + k),
        )
        for (const e of entries) {
          expect([e.write, e.result]).toEqual([plan.store, 0])
          if (e.write) memory.set(e.bytes, e.pa - DEV)
        }
        expect(Buffer.compare(m.device, memory)).toBe(0)
      }
    }
  })

  it('an access that may be made is the same under both, and what stage 2 reported comes first', () => {
    for (const order of ['precise-probe', 'architectural-order'] as const) {
      const m = new Machine({ order })
      m.setX(2, DEV_VA + 0xff8)
      expect(m.run(0xa9001043, { far: DEV_VA + 0xff8, write: true }).kind).toBe('retired')
      expect(m.shape()).toEqual(['w 50000ff8 8', 'w 4000c000 8'])
      // FAR is on a page that the tables do not map any more: nothing is done before the guest tries again.
      m.setX(2, end - 8)
      const outcome = m.run(0xa9001043, { far: end, write: true })
      expect([outcome.kind, outcome.reason, m.shape()]).toEqual(['retry', 'translation-differs', []])
    }
  })
})

describe('Journal', () => {
  it('lists the accesses of an instruction that is done', () => {
    const m = new Machine()
    m.setX(2, DEV_VA + 8)
    m.setX(3, 0x1122_3344_5566_7788n)
    const outcome = m.run(0xf8230044, { far: DEV_VA + 8 }) // ldadd x3, x4, [x2]
    expect(outcome.kind).toBe('retired')
    const [read, write] = outcome.journal
    expect([read?.write, read?.pa, read?.offset, write?.write, write?.pa]).toEqual([false, DEV + 8, 0, true, DEV + 8])
    expect(write?.bytes).toEqual([...m.device.subarray(8, 16)])
    expect(m.run(0xd503201f, { far: DEV_VA }).journal.length).toBe(0) // nop
  })

  it('has the bytes of accesses of every size, one after the other', () => {
    const journal = new Journal()
    const data = Uint8Array.from({ length: 80 }, (_, i) => 7 * i + 200)
    for (let size = 1; size <= 64; size++) journal.record(size % 2 === 0, size, size, 0, data, size % 16, 0)
    const listed = [...journal].map(({ write, bytes }) => [write, ...bytes])
    const given = listed.map((_, i) => [i % 2 === 1, ...data.subarray((i + 1) % 16, ((i + 1) % 16) + i + 1)])
    expect(listed).toEqual(given)
    expect(listed.length).toBe(64)
  })

  it('counts what finds no room', () => {
    const journal = new Journal()
    const data = new Uint8Array(64)
    for (let i = 0; i < JOURNAL_ENTRIES + 3; i++) journal.record(true, i, 1, i, data, 0, 0)
    expect([journal.length, journal.dropped]).toEqual([JOURNAL_ENTRIES, 3])
    journal.clear()
    for (let i = 0; i < 258; i++) journal.record(false, i, 64, 0, data, 0, 0)
    expect([journal.length, journal.dropped, [...journal].length]).toEqual([256, 2, 256])
  })
})
