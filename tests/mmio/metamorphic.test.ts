/**
 * What must hold between two runs, whatever the instruction: no model says what one run should give. NISV_LAW_RUNS is the
 * number of cases of each law: 4,000 unless told, 200,000 in a night.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, format } from '../../src/decode/index.ts'
import { type Outcome, type Plan, Reg, stageTwoSyndrome } from '../../src/mmio/index.ts'
import { aim, aimedWord, type FailingDevice, failingMachine, planOf } from './aim.ts'
import { DEV, DEV_VA, type Machine, VA } from './machine.ts'

const RUNS = { numRuns: Number(process.env.NISV_LAW_RUNS ?? 4000) }

/** Registers, the device around the target, and where the access begins. */
interface Case {
  readonly word: number
  readonly offset: number
  readonly seed: number
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  word: aimedWord,
  // Mostly aligned, sometimes at any byte; far enough from the ends of the page for every length.
  offset: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 8, max: 200 }).map((k) => 16 * k) },
    { weight: 1, arbitrary: fc.integer({ min: 128, max: 3200 }) },
  ),
  seed: fc.integer(),
})

/** One machine for all cases: registers and device are put back, all else is not written. */
class Bench {
  readonly m: Machine
  readonly device: FailingDevice
  readonly #registers: BigUint64Array

  constructor(bigEndian = false) {
    ;[this.m, this.device] = failingMachine('error')
    this.m.map(VA + 0x6000, DEV, 0x40)
    if (bigEndian) {
      // SCTLR_EL1.EE is also the order of the tables; not of the code between them.
      this.m.setX(Reg.SCTLR_EL1, this.m.x(Reg.SCTLR_EL1) | (1n << 25n))
      for (let at = 0; at < 0x6000; at += 8) {
        if (at < 0x4000 || at >= 0x5000) this.m.ram.subarray(at, at + 8).reverse()
      }
    }
    this.#registers = this.m.vcpu.truth.x.slice()
  }

  /** Fills registers and device by the seed, and aims. */
  set({ word, offset, seed }: Case, page: number = DEV_VA): void {
    const { m, device } = this
    const { truth } = m.vcpu
    truth.x.set(this.#registers)
    let state = seed | 1
    const next = (): number => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d)
      return state >>> 0
    }
    for (let r = 0; r < 31; r++) truth.setPair(r, next(), next())
    for (let v = Reg.V0; v < Reg.V0 + 64; v++) truth.setPair(v, next(), next())
    // Small numbers too, so that comparisons and minima are close.
    for (let k = 0; k < 0x1000; k++) device.bytes[k] = (seed & 1) === 0 ? next() : next() & 1
    device.left = Number.POSITIVE_INFINITY
    device.failed = false
    aim(m, word, page + offset)
  }

  run({ word, offset }: Case, page: number = DEV_VA, iss = 0): Outcome {
    const plan = planOf(word)
    return this.m.run(word, { far: page + offset, write: plan.store && !plan.load, iss })
  }

  /** Registers of the guest, but those of exception entry and of the fault. */
  registers(except: readonly number[] = []): string {
    const { x } = this.m.vcpu.truth
    return [...x.subarray(0, Reg.SCTLR_EL1), ...x.subarray(Reg.V0)]
      .map((value, r) => (except.includes(r) ? '' : value.toString(16)))
      .join()
  }

  memory(): string {
    return Buffer.from(this.device.bytes.buffer, 0, 0x1000).toString('latin1')
  }

  journal(outcome: Outcome): string {
    return [...outcome.journal].map((e) => `${e.write} ${e.pa} ${e.bytes}`).join('|')
  }
}

const text = (word: number): string => format(decode(word)!)

/** The register whose value is an address, so that it differs where addresses do. */
function baseSlot(plan: Plan): number {
  return plan.base < 0 ? Reg.SP_EL1 : plan.base
}

/** Milliseconds: for a night's number of cases too. */
const TIMEOUT = 60_000 + 5 * RUNS.numRuns

describe('laws of every load and store', { timeout: TIMEOUT }, () => {
  it('big-endian is little-endian with the bytes of each element reversed', () => {
    const little = new Bench()
    const big = new Bench(true)
    let held = 0
    fc.assert(
      fc.property(anyCase, (c) => {
        const plan = planOf(c.word)
        // A descriptor of 128 bits is a value of its own, not two elements; tags have no order.
        if ((plan.rcw !== '' && plan.count > 1) || plan.form.startsWith('tag')) return
        little.set(c)
        big.set(c)
        const reverse = (bytes: Uint8Array): void => {
          const length = plan.form === 'zero' ? 0 : plan.count
          for (let e = 0; e < length; e++) {
            bytes.subarray(c.offset + e * plan.size, c.offset + (e + 1) * plan.size).reverse()
          }
        }
        reverse(big.device.bytes)
        const first = little.run(c)
        const second = big.run(c)
        expect([second.kind, second.reason], text(c.word)).toEqual([first.kind, first.reason])
        if (first.kind !== 'retired') return
        held++
        reverse(big.device.bytes)
        expect(big.registers() === little.registers(), text(c.word)).toBe(true)
        expect(big.memory() === little.memory(), text(c.word)).toBe(true)
      }),
      RUNS,
    )
    expect(held).toBeGreaterThan(RUNS.numRuns / 2)
  })

  it('a load of n elements is n loads of one', () => {
    const whole = new Bench()
    const single = new Bench()
    let elements = 0
    fc.assert(
      fc.property(anyCase, (c) => {
        const plan = planOf(c.word)
        if (!plan.load || plan.store || plan.form.startsWith('tag')) return
        whole.set(c)
        if (whole.run(c).kind !== 'retired') return
        single.set(c)
        for (let e = 0; e < plan.count; e++) {
          // ldrb, ldrh, ldr w9, ldr x9, ldr q9, all from [x10].
          const load = { 1: 0x39400149, 2: 0x79400149, 4: 0xb9400149, 8: 0xf9400149, 16: 0x3dc00149 }[
            plan.size
          ] as number
          const one = { ...c, word: load, offset: c.offset + e * plan.size }
          single.m.setX(10, DEV_VA + one.offset)
          single.m.setX(Reg.PC, 0x40_0000)
          const outcome = single.run(one)
          if (outcome.kind !== 'retired') continue // one that is not single-copy atomic there
          elements++
          const loaded = plan.size === 16 ? single.m.v(9) : single.m.x(9)
          const slot = plan.slots[e] as number
          if (slot === Reg.XZR) continue
          const { bytes } = whole.m.vcpu.truth
          const at = slot * 8 + (plan.lanes[e] as number)
          let got = 0n
          for (let k = plan.size - 1; k >= 0; k--) got = (got << 8n) | BigInt(bytes[at + k] as number)
          expect(got, `${text(c.word)}, element ${e}`).toBe(loaded)
        }
      }),
      RUNS,
    )
    expect(elements).toBeGreaterThan(RUNS.numRuns / 2)
  })

  it('an atomic is a read and at most a write, both of the true size', () => {
    const bench = new Bench()
    let atomics = 0
    fc.assert(
      fc.property(anyCase, (c) => {
        const plan = planOf(c.word)
        if (!plan.load || !plan.store) return
        bench.set(c)
        const before = bench.device.bytes.slice()
        const outcome = bench.run(c)
        if (outcome.kind !== 'retired') return
        atomics++
        const entries = [...outcome.journal]
        const reads = entries.filter((e) => !e.write)
        const writes = entries.filter((e) => e.write)
        const shape = (list: typeof entries): string => list.map((e) => `${e.pa} ${e.bytes.length}`).join()
        const elements = Array.from({ length: plan.count }, (_, e) => `${DEV + c.offset + e * plan.size} ${plan.size}`)
        expect(shape(reads), text(c.word)).toBe(elements.join())
        if (writes.length > 0) expect(shape(writes), text(c.word)).toBe(elements.join())
        expect(shape(entries), text(c.word)).toBe(shape([...reads, ...writes]))
        for (const e of reads) expect([...before.subarray(e.pa - DEV, e.pa - DEV + e.bytes.length)]).toEqual(e.bytes)
        for (const e of writes) before.set(e.bytes, e.pa - DEV)
        expect(Buffer.compare(bench.device.bytes, before), text(c.word)).toBe(0)
      }),
      RUNS,
    )
    expect(atomics).toBeGreaterThan(RUNS.numRuns / 20)
  })

  it('an instruction restarted after an abort at its k-th callback is the instruction', () => {
    const plain = new Bench()
    const aborted = new Bench()
    let restarts = 0
    fc.assert(
      fc.property(anyCase, fc.nat(7), (c, k) => {
        const plan = planOf(c.word)
        // An atomic of which a half was stored finds another old value.
        if (plan.load && plan.store && (plan.count > 1 || c.offset % plan.size !== 0)) return
        plain.set(c)
        const first = plain.run(c)
        if (first.kind !== 'retired') return
        aborted.set(c)
        aborted.device.left = k
        const { x } = aborted.m.vcpu.truth
        const registers = x.slice()
        if (aborted.run(c).kind !== 'injected') return
        restarts++
        for (const r of [Reg.PC, Reg.PSTATE]) expect(x[r]).not.toBe(registers[r])
        // The handler of the exception returns: ELR and SPSR say where to.
        aborted.m.setX(Reg.PC, aborted.m.x(Reg.ELR_EL1))
        aborted.m.setX(Reg.PSTATE, aborted.m.x(Reg.SPSR_EL1))
        aborted.device.left = Number.POSITIVE_INFINITY
        if (plan.result >= 0) {
          // The monitor was cleared: the loop goes back to its load.
          const { bytes } = aborted.device
          const kept = bytes.slice()
          aim(aborted.m, c.word, DEV_VA + c.offset)
          bytes.set(kept)
        }
        const again = aborted.run(c)
        expect(again.describe(), text(c.word)).toBe(first.describe())
        expect(aborted.registers() === plain.registers(), text(c.word)).toBe(true)
        expect(aborted.memory() === plain.memory(), text(c.word)).toBe(true)
      }),
      RUNS,
    )
    expect(restarts).toBeGreaterThan(RUNS.numRuns / 8)
  })

  it('a valid syndrome says the same as the instruction', () => {
    const decoded = new Bench()
    const told = new Bench()
    let syndromes = 0
    fc.assert(
      fc.property(anyCase, (c) => {
        const plan = planOf(c.word)
        const iss = stageTwoSyndrome(plan, 0) & 0x1ff_ff80
        if ((iss & (1 << 24)) === 0) return
        decoded.set(c)
        told.set(c)
        const first = decoded.run(c)
        const second = told.run(c, DEV_VA, iss & ~0x40)
        if (first.kind !== 'retired') return
        syndromes++
        expect(second.kind, text(c.word)).toBe('retired')
        expect(told.registers() === decoded.registers(), text(c.word)).toBe(true)
        expect(told.journal(second), text(c.word)).toBe(decoded.journal(first))
      }),
      RUNS,
    )
    expect(syndromes).toBeGreaterThan(RUNS.numRuns / 50)
  })

  it('two addresses of one page are one page', () => {
    const here = new Bench()
    const there = new Bench()
    const alias = VA + 0x6000
    fc.assert(
      fc.property(anyCase, (c) => {
        const plan = planOf(c.word)
        const base = baseSlot(plan)
        // A base that is also stored or compared tells the address.
        if (plan.slots.subarray(0, plan.count).includes(base) || plan.sources.includes(base)) return
        here.set(c)
        there.set(c, alias)
        const first = here.run(c)
        const second = there.run(c, alias)
        expect([second.kind, second.reason], text(c.word)).toEqual([first.kind, first.reason])
        expect(there.journal(second), text(c.word)).toBe(here.journal(first))
        expect(there.memory() === here.memory(), text(c.word)).toBe(true)
        const moved = there.m.x(base) - here.m.x(base)
        expect([0n, BigInt(alias - DEV_VA)], text(c.word)).toContain(moved)
        if (first.kind !== 'retired') return
        expect(there.registers([base]) === here.registers([base]), text(c.word)).toBe(true)
      }),
      RUNS,
    )
  })
})
