/** What must hold of every load and store, whatever its form: tested against each other, not against a model. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64, decode, format, type Operand, operands } from '../../src/decode/index.ts'
import { BASE_SP, buildPlan, Plan, PlanStatus, Reg, Writeback } from '../../src/mmio/index.ts'
import { TAG_OF_ADDRESS, TAG_OF_SP } from '../../src/mmio/plan.ts'
import { anyInstructionWord, instructionWord } from '../../src/testing/index.ts'
import { CRB_VA, DEV, DEV_VA, Machine, RAM, VA } from './machine.ts'

const RUNS = { numRuns: 300 }
const base = fc.integer({ min: 0x10, max: 0x7f0 }).map((o) => DEV_VA + o)

describe('write-back is the access and an addition', () => {
  const forms = ['LDR_64', 'LDR_32', 'STR_64', 'STRH_32', 'LDRSB_64', 'LDR_Q', 'STR_D', 'LDR_B'] as const
  it.each(forms)('%s: pre-index, post-index, unscaled', (name) => {
    const write = name.startsWith('ST')
    fc.assert(
      fc.property(base, fc.integer({ min: -256, max: 255 }), (at, offset) => {
        const field = (offset & 0x1ff) << 12
        const encoding = A64.encodings.find((e) => e.id === `${name}_ldst_immpost`)!
        const post = (encoding.value | field | (2 << 5) | 3) >>> 0
        const pre = (post | (3 << 10)) >>> 0
        const unscaled = (post & ~(3 << 10) & ~(0x1ff << 12)) >>> 0
        const run = (word: number, x2: number): [Machine, string] => {
          const m = new Machine()
          m.setX(2, x2)
          expect(m.run(word, { far: at, write }).describe()).toMatch(/^retired/)
          return [m, `${m.shape()} ${m.callbacks()} ${m.v(3)} ${m.x(3)} ${m.device}`]
        }
        const [, plain] = run(unscaled, at)
        const [after, postState] = run(post, at)
        const [before, preState] = run(pre, at - offset)
        expect(postState).toBe(plain)
        expect(preState).toBe(plain)
        expect(after.x(2)).toBe(BigInt(at + offset))
        expect(before.x(2)).toBe(BigInt(at))
      }),
      { numRuns: 60 },
    )
  })
})

/** Forms without write-back, base x2, data in 3 and 4 or 3..6. */
const CROSSING = [
  ['ldr x3, [x2]', 0xf9400043],
  ['str x3, [x2]', 0xf9000043],
  ['ldr w3, [x2]', 0xb9400043],
  ['strh w3, [x2]', 0x79000043],
  ['ldp x3, x4, [x2]', 0xa9401043],
  ['stp w3, w4, [x2]', 0x29001043],
  ['ldp q3, q4, [x2]', 0xad401043],
  ['stp q3, q4, [x2]', 0xad001043],
  ['ldr q3, [x2]', 0x3dc00043],
  ['ld4 { v3.8h, v4.8h, v5.8h, v6.8h }, [x2]', 0x4c400443],
  ['st1 { v3.16b, v4.16b, v5.16b, v6.16b }, [x2]', 0x4c002043],
  ['ld3r { v3.4s, v4.4s, v5.4s }, [x2]', 0x4d40e843],
  ['st2 { v3.d, v4.d }[1], [x2]', 0x4d208443],
] as const

describe('a page crossing is its two halves', () => {
  it.each(CROSSING)('%s', (text, word) => {
    expect(format(decode(word)!)).toBe(text)
    const plan = new Plan()
    buildPlan(word, plan)
    const length = plan.count * plan.size
    const write = plan.store
    // RAM -> CRB, CRB -> RAM, RAM -> DEV, DEV -> RAM: FAR is on the page that is no RAM.
    for (const boundary of [CRB_VA, CRB_VA + 0x1000, DEV_VA, DEV_VA + 0x1000]) {
      for (let before = 1; before < length; before++) {
        const start = boundary - before
        const m = new Machine()
        m.setX(2, start)
        const intoDevice = boundary === CRB_VA || boundary === DEV_VA
        const state = m.state()
        const outcome = m.run(word, { far: intoDevice ? boundary : start, write })
        expect(outcome.kind).toBe('retired')
        // The two halves by single bytes: same addresses in order, same memory afterwards.
        const bytes = m.elements.flatMap((e) => e.bytes.map((b, k) => [e.pa + k, b] as const))
        const pages = [...Array(length).keys()].map((k) => physical(start + k))
        expect(bytes.map(([pa]) => pa)).toEqual(pages)
        for (const [pa, b] of bytes) expect(byteAt(m, pa)).toBe(b)
        const sizes = m.elements.map((e) => e.bytes.length)
        expect(sizes.filter((s) => s !== plan.size).length).toBeLessThanOrEqual(2)
        // An aligned instance of the same instruction on the same bytes leaves the same registers.
        if (write) continue
        const aligned = new Machine()
        for (const [k, [, b]] of bytes.entries()) aligned.device[0x100 + k] = b
        aligned.setX(2, DEV_VA + 0x100)
        expect(aligned.run(word, { far: DEV_VA + 0x100 }).kind).toBe('retired')
        for (const r of [3, 4, 5, 6]) expect([m.v(r), m.x(r)]).toEqual([aligned.v(r), aligned.x(r)])
        expect(state).not.toBe(m.state())
      }
    }
  })
})

/** Guest-physical address of a virtual one, by the list of pages. */
function physical(va: number): number {
  const pages = [0x4000_8000, 0xfed4_0000, 0x4000_a000, DEV, 0x4000_c000]
  return (pages[(va - VA) >> 12] as number) + (va & 0xfff)
}

function byteAt(m: Machine, pa: number): number {
  if (pa >= 0xfed4_0080) return m.command[pa - 0xfed4_0080] as number
  if (pa >= 0xfed4_0000) return m.registers[pa - 0xfed4_0000] as number
  return (pa >= DEV ? m.device[pa - DEV] : m.ram[pa - 0x4000_0000]) as number
}

/** Every word of a load or store that is emulated: the plan, and what the text says. */
const emulated = anyInstructionWord((e) => e.access !== undefined, { constrained: true }).filter((word) => {
  const plan = new Plan()
  buildPlan(word, plan)
  return plan.status === PlanStatus.ACCESS && !plan.copySet && !plan.scalable
})

describe('the plan names only registers that the text names', () => {
  it('data, base and index', () => {
    fc.assert(
      fc.property(emulated, (word) => {
        const plan = new Plan()
        buildPlan(word, plan)
        const insn = decode(word)!
        const text = format(insn)
        const names = new Set<number>()
        for (const o of operands(insn) as readonly Operand[]) {
          if (o.kind === 'register') names.add(o.class === 'X' || o.class === 'W' ? o.number : Reg.V0 + 2 * o.number)
          if (o.kind === 'list') for (const r of o.registers) names.add(Reg.V0 + 2 * r.number)
          if (o.kind === 'memory' && o.base.sp) expect(plan.base).toBe(BASE_SP)
          if (o.kind === 'memory' && !o.base.sp) expect(plan.base).toBe(o.base.number)
          if (o.kind === 'memory') expect(plan.index).toBe(o.index?.number ?? -1)
        }
        const planned = [...plan.slots.subarray(0, plan.count)]
        if (plan.load && plan.store) planned.push(...plan.sources.subarray(0, plan.count))
        // DC ZVA names its address, LD64B and ST64B the first of eight registers.
        if (plan.form === 'zero') expect(planned.fill(plan.base)).toHaveLength(8)
        if (plan.tags && plan.form !== 'tag-pair') {
          const named = plan.tagSource === TAG_OF_SP ? Reg.XZR : plan.tagSource
          planned.fill(plan.tagSource === TAG_OF_ADDRESS ? plan.base : named)
        }
        if (plan.whole) expect(planned.splice(1).map((slot, k) => slot - k - 1)).toEqual(Array(7).fill(planned[0]))
        if (plan.result >= 0) planned.push(plan.result)
        // STFADD and kin drop the old value.
        const dropped = plan.float !== '' && plan.slots[0] === Reg.XZR
        expect(new Set(planned.filter((slot) => !dropped || slot !== Reg.XZR))).toEqual(names)
        expect(plan.writeback !== Writeback.NONE).toBe(/\]!$|\], [#x]/.test(text))
        for (let e = 0; e < plan.count; e++) {
          expect((plan.lanes[e] as number) + plan.size).toBeLessThanOrEqual(plan.vector || plan.tags ? 16 : 8)
        }
        expect(plan.count * plan.size).toBeLessThanOrEqual(64)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the register file', () => {
  it('is pulled once for what the text names and stage 1 needs, pushed once for what changed', () => {
    const system = [Reg.PC, Reg.PSTATE, Reg.SCTLR_EL1, Reg.TCR_EL1, Reg.TTBR0_EL1]
    fc.assert(
      fc.property(instructionWord('LDP_64_ldstpair_post'), base, (word, at) => {
        const rn = (word >>> 5) & 31
        const offset = (((word >> 15) & 127) ^ 64) - 64
        const m = new Machine()
        const slot = rn === 31 ? Reg.SP_EL1 : rn
        m.setX(slot, at)
        const before = m.vcpu.truth.x.slice()
        expect(m.run(word, { far: at }).kind).toBe('retired')
        // Memory types count only where an access is unaligned.
        const types = at % 8 === 0 ? [] : [Reg.MAIR_EL1]
        expect(m.vcpu.pulled.toSorted()).toEqual([...new Set([...system, ...types, slot])].toSorted())
        const written = [word & 31, (word >>> 10) & 31].filter((r) => r !== 31)
        expect(m.vcpu.pushed.toSorted()).toEqual([...new Set([...written, slot, Reg.PC])].toSorted())
        expect(m.x(slot)).toBe(BigInt(at + 8 * offset))
        for (const [r, old] of before.entries()) if (!m.vcpu.pushed.includes(r)) expect(m.x(r)).toBe(old)
      }),
      RUNS,
    )
  })

  it('gives a store to RAM beside the device its register exactly once', () => {
    const m = new Machine()
    m.setX(2, VA + 0xff8)
    expect(m.run(0xa9000c40, { far: CRB_VA, write: true }).kind).toBe('retired')
    expect(m.vcpu.pulled.toSorted()).toEqual(
      [0, 2, 3, Reg.PC, Reg.PSTATE, Reg.SCTLR_EL1, Reg.TCR_EL1, Reg.TTBR0_EL1].toSorted(),
    )
    expect(m.vcpu.pushed).toEqual([Reg.PC])
  })
})

describe('the road of the syndrome is the road of the decoder', () => {
  const plain = anyInstructionWord(
    (e) =>
      e.access?.form === 'register' && e.access.bank === 'X' && !e.access.authenticated && !e.features.includes('GCS'),
  ).filter((word) => {
    const plan = new Plan()
    buildPlan(word, plan)
    return (
      plan.status === PlanStatus.ACCESS && plan.writeback === Writeback.NONE && plan.base >= 0 && !plan.unprivileged
    )
  })
  it('for every word that has a syndrome', () => {
    fc.assert(
      fc.property(plain, fc.integer({ min: 1, max: 0x1ff }), fc.boolean(), (word, slot, bigEndian) => {
        const plan = new Plan()
        buildPlan(word, plan)
        fc.pre(plan.index < 0 || plan.index === 31)
        // Big-endian data means big-endian tables: that half runs with stage 1 off.
        const far = (bigEndian ? DEV : DEV_VA) + 8 * slot
        const sas = Math.log2(plan.size)
        const rt = plan.slots[0] as number
        const ar = plan.order === 'plain' || plan.order.startsWith('lo') ? 0 : 1
        const [sse, sf] = [plan.signed > 0 ? 1 : 0, plan.sixtyFour ? 1 : 0]
        const iss = ((1 << 24) | (sas << 22) | (sse << 21) | (rt << 16) | (sf << 15) | (ar << 14)) >>> 0
        const run = (bits: number): [Machine, string] => {
          const m = new Machine()
          if (bigEndian) {
            m.vcpu.truth.set(Reg.SCTLR_EL1, (m.vcpu.truth.get(Reg.SCTLR_EL1) & ~1n) | (1n << 25n))
            m.vcpu.truth.set(Reg.PC, BigInt(RAM + 0x4000))
          }
          m.setX(plan.base, BigInt.asUintN(64, BigInt(far - (plan.index < 0 ? plan.offset : 0))))
          const hpfar = BigInt(DEV >>> 12) << 4n
          const outcome = m.run(word, { far, write: plan.store, iss: bits, hpfar })
          return [m, `${outcome.kind} ${m.shape()} ${m.callbacks()} ${m.state()}`]
        }
        const [direct, byIss] = run(iss)
        const [, byDecode] = run(0)
        expect(byIss).toBe(byDecode)
        expect(byIss).toMatch(/^retired/)
        expect(direct.vcpu.pulled.toSorted()).toEqual(
          [...new Set([Reg.PC, Reg.PSTATE, Reg.SCTLR_EL1, ...(plan.store && rt !== 31 ? [rt] : [])])].toSorted(),
        )
      }),
      { numRuns: 400 },
    )
  })
})
