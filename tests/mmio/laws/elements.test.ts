/** An instruction that loads n elements is n loads of one; one that modifies is a read, and at most a write. */

import { describe, expect, it } from 'vitest'
import type { Encoding } from '../../../src/decode/index.ts'
import { Reg, VectorReg } from '../../../src/mmio/index.ts'
import { vectorOffset } from '../../../src/mmio/vector-file.ts'
import { CODE_VA, DEV } from '../machine.ts'
import { Bench, PAGE, physical, WINDOW } from './bench.ts'
import { type Case, check, same, sameBytes, timeoutOf } from './cases.ts'
import { afterLoad, scalableElements } from './elements.ts'

/** ldrb w9, ldrh w9, ldr w9, ldr x9, ldr q9, all from [x10]. */
const LOADS: Readonly<Record<number, number>> = {
  1: 0x39400149,
  2: 0x79400149,
  4: 0xb9400149,
  8: 0xf9400149,
  16: 0x3dc00149,
}

/** One element: its address, and the bytes that it was loaded into. */
interface Loaded {
  readonly va: number
  readonly size: number
  /** `undefined` for XZR. */
  readonly to: Uint8Array | undefined
}

const isLoad = ({ access }: Encoding): boolean => access?.load === true && !access.store && access.form !== 'none'

/** The elements of a load of general-purpose or SIMD&FP registers. */
function loadedOf({ plan }: Case, bench: Bench, va: number): Loaded[] {
  const { bytes } = bench.m.vcpu.truth
  return Array.from({ length: plan.count }, (_, e): Loaded => {
    const slot = plan.slots[e] as number
    const at = slot * 8 + (plan.lanes[e] as number)
    const to = slot === Reg.XZR ? undefined : bytes.subarray(at, at + (plan.vector ? plan.size : 8))
    return { va: va + e * plan.size, size: plan.size, to }
  })
}

/** What the bytes of an element are in a register. */
function extended({ plan }: Case, loaded: readonly number[]): number[] {
  if (plan.vector) return [...loaded]
  const sign = plan.signed > 0 && ((loaded.at(-1) as number) & 0x80) !== 0 ? 0xff : 0
  const wide = plan.sixtyFour ? 8 : 4
  return [...loaded, ...Array<number>(wide - loaded.length).fill(sign), ...Array<number>(8 - wide).fill(0)]
}

describe('elements', { timeout: timeoutOf('elements') }, () => {
  it('a load of n elements is n loads of one: order, addresses, sizes, kinds, registers', () => {
    const whole = new Bench()
    const single = new Bench()
    const never = check(
      'elements',
      isLoad,
      (c) => {
        const { plan } = c
        const aim = whole.set(c)
        if (!aim) return false
        const elements = plan.scalable ? scalableElements(plan.scalable, whole) : []
        const before = plan.scalable ? whole.vectors.truth.slice() : undefined
        const outcome = whole.run(c)
        // What may not fault reads nothing of a device, and of a first-fault load only the first.
        const form = plan.scalable?.form
        if (outcome.kind !== 'retired' || plan.tags) return plan.tags
        let list: Loaded[] = plan.scalable
          ? elements.map(({ va, size }) => ({ va: Number(va), size, to: undefined }))
          : loadedOf(c, whole, aim.va)
        if (form === 'first-fault' || form === 'first-fault-gather') list = list.slice(0, 1)
        else if (form === 'non-fault') list = []
        const loaded: number[][] = []
        single.set(c)
        const shape: string[] = []
        const callbacks: string[] = []
        for (const one of list) {
          const wanted: number[] = []
          single.m.setX(10, one.va)
          single.m.setX(Reg.PC, CODE_VA)
          single.m.setX(Reg.PSTATE, 0x3c5)
          same([single.runAt(LOADS[one.size] as number, one.va, false).kind], ['retired'])
          for (const e of single.m.elements) wanted.push(...e.bytes)
          shape.push(...single.m.shape())
          callbacks.push(...single.m.callbacks())
          const inRegister = one.size === 16 ? single.m.v(9) : single.m.x(9)
          same([inRegister], [wanted.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)])
          if (one.to) same([...one.to], extended(c, wanted))
          loaded.push(wanted)
        }
        if (plan.scalable && before) {
          const expected = afterLoad(plan.scalable, whole, before, elements, loaded)
          expected.set(whole.vector(VectorReg.FFR).subarray(0, 32), vectorOffset(VectorReg.FFR))
          sameBytes(whole.vectors.truth, expected, 'the vector file')
        }
        if (plan.whole) {
          // 64 bytes as one: the same bytes in one access.
          expect(whole.m.shape()).toEqual([`r ${physical(aim.va).toString(16)} 64`])
        } else same(whole.m.shape(), shape)
        same(whole.m.callbacks(), callbacks)
        return true
      },
      0.9,
    )
    expect([...never]).toEqual([])
  })
})

describe('atomics', { timeout: timeoutOf('atomics') }, () => {
  it('an atomic is a read and at most a write, both of the true size, and the write is what memory has', () => {
    const bench = new Bench()
    let writes = 0
    const never = check(
      'atomics',
      ({ access }) => access?.load === true && access.store && access.form !== 'copy',
      (c) => {
        const { plan } = c
        const aim = bench.set(c)
        if (!aim) return false
        const before = bench.save()
        const outcome = bench.run(c)
        if (outcome.kind !== 'retired') {
          expect([outcome.kind, outcome.reason, bench.m.elements]).toEqual(['injected', 'alignment-fault', []])
          return false
        }
        const entries = [...outcome.journal]
        const parts: string[] = []
        for (let e = 0; e < plan.count; e++) {
          const va = aim.va + e * plan.size
          const here = Math.min(plan.size, va < WINDOW + PAGE ? WINDOW + PAGE - va : plan.size)
          parts.push(`${physical(va)} ${here}`)
          if (here < plan.size) parts.push(`${physical(va + here)} ${plan.size - here}`)
        }
        const shape = (write: boolean): string[] =>
          entries.filter((e) => e.write === write).map((e) => `${e.pa} ${e.bytes.length}`)
        expect(shape(false)).toEqual(parts)
        if (entries.some((e) => e.write)) {
          writes++
          expect(shape(true)).toEqual(parts)
        }
        // All reads come before the first write.
        expect(entries.map((e) => e.write)).toEqual(entries.map((e) => e.write).toSorted())
        for (const e of entries) {
          const at = e.pa - DEV
          if (!e.write) expect([...before.bytes.subarray(at, at + e.bytes.length)]).toEqual(e.bytes)
          else before.bytes.set(e.bytes, at)
        }
        expect(Buffer.compare(bench.bytes, before.bytes)).toBe(0)
        // The old value, in the registers that take it.
        const { bytes } = bench.m.vcpu.truth
        const old = entries.filter((e) => !e.write).flatMap((e) => e.bytes)
        for (let e = 0; e < plan.count; e++) {
          const slot = plan.slots[e] as number
          if (slot === Reg.XZR || plan.slots.indexOf(slot, e + 1) >= 0) continue
          expect([...bytes.subarray(slot * 8, slot * 8 + plan.size)]).toEqual(
            old.slice(e * plan.size, (e + 1) * plan.size),
          )
        }
        return true
      },
      0.7,
    )
    expect(writes).toBeGreaterThan(200)
    expect([...never]).toEqual([])
  })
})
