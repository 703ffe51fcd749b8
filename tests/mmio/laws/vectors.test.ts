/** Laws of SVE and SME that hold at any vector length. */

import { describe, expect, it } from 'vitest'
import { A64, type Encoding } from '../../../src/decode/index.ts'
import { VectorReg } from '../../../src/mmio/index.ts'
import { vectorOffset } from '../../../src/mmio/vector-file.ts'
import { DEV } from '../machine.ts'
import { Bench, PAGE, physical, WINDOW } from './bench.ts'
import { type Case, check, planOf, Random, same, sameBytes, timeoutOf } from './cases.ts'
import { type ScalableElement, scalableElements } from './elements.ts'

type Scalable = NonNullable<Case['plan']['scalable']>

const isScalable = ({ access }: Encoding): boolean =>
  access?.bank === 'Z' || access?.bank === 'ZA' || access?.bank === 'P'
const isFirstFault = ({ access }: Encoding): boolean => access?.form.startsWith('first-fault') === true

/** Bytes that a vector of `length` transfers. */
const unitOf = (p: Scalable, length: number): number => {
  if (p.form === 'fill') return p.bank === 'P' ? length / 8 : length
  return (length / p.lane) * p.size
}

/** Runs half of an instruction of twice the vector length: the elements `from` .. of its registers. */
function half(bench: Bench, c: Case, length: number, upper: boolean, start: bigint): string[] {
  const p = c.plan.scalable as Scalable
  const { m, vectors } = bench
  vectors.length = length
  vectors.streamingLength = length
  const shift = upper ? length : 0
  const halve = (register: number, bytes: number): void => {
    const view = bench.vector(register)
    if (upper) view.copyWithin(0, bytes, 2 * bytes)
  }
  if (p.predicate >= 0) halve(VectorReg.P0 + p.predicate, length / 8)
  const lanes = Math.max(p.vectorBase, p.vectorIndex)
  if (lanes >= 0) halve(lanes, length)
  if (!p.load) {
    for (const r of p.registers) if (p.bank !== 'P' && r !== lanes) halve(r, length)
    if (p.bank === 'P') halve(VectorReg.P0 + (p.registers[0] as number), length / 8)
  }
  if (p.base !== -3) {
    const rows =
      lanes >= 0 ? 0n : BigInt((shift / length) * unitOf(p, length) * (p.interleaved ? p.registers.length : 1))
    const units = p.mulVl ? BigInt(p.offset * (unitOf(p, 2 * length) - unitOf(p, length))) : 0n
    m.setX(bench.slotOf(p.base), BigInt.asUintN(64, start + units + rows))
  }
  const [first] = scalableElements(p, bench)
  if (!first) {
    // No lane is active: the CPU could not have faulted, and what is loaded is zero.
    if (p.load) for (const r of p.registers) bench.vector(r).subarray(0, length).fill(0)
    return []
  }
  const outcome = bench.runAt(c.word, Number(first.va), c.plan.store)
  expect([outcome.kind, outcome.reason]).toEqual(['retired', 'done'])
  return [...outcome.journal].flatMap((e) => e.bytes.map((byte, k) => `${e.pa + k} ${byte}`))
}

describe('vector lengths', { timeout: timeoutOf('lengths') }, () => {
  it('an instruction of 2N bytes is two of N: the same accesses in the same order, the same bytes in each half', () => {
    const whole = new Bench()
    const halves = new Bench()
    check(
      'lengths',
      // Of replicating loads memory has nothing of the length, of slices the tile.
      (row) =>
        isScalable(row) &&
        row.access?.bank !== 'ZA' &&
        ['contiguous', 'gather', 'scatter', 'fill'].includes(row.access?.form ?? ''),
      (c) => {
        const p = c.plan.scalable as Scalable
        if (p.counter || (p.registers.length > 1 && !p.interleaved)) return false
        const length = new Random(c.seed).pick([16, 32, 64, 128])
        if (!whole.set(c, { length: 2 * length }) || !halves.set(c, { length: 2 * length })) return false
        const start = p.base === -3 ? 0n : whole.m.x(whole.slotOf(p.base))
        const before = whole.vectors.truth.slice()
        const outcome = whole.run(c)
        if (outcome.kind !== 'retired') return false
        const registers = p.registers.map((r) => (p.bank === 'P' ? VectorReg.P0 + r : r))
        const bytes = p.bank === 'P' ? length / 8 : length
        const accesses: string[] = []
        const loaded: Uint8Array[] = registers.map(() => new Uint8Array(2 * bytes))
        const pc = halves.m.x(35)
        for (const upper of [false, true]) {
          halves.vectors.truth.set(before)
          halves.m.setX(35, pc)
          accesses.push(...half(halves, c, length, upper, start))
          for (const [i, r] of registers.entries()) {
            loaded[i]?.set(halves.vector(r).subarray(0, bytes), upper ? bytes : 0)
          }
        }
        same(
          [...outcome.journal].flatMap((e) => e.bytes.map((byte, k) => `${e.pa + k} ${byte}`)),
          accesses,
        )
        sameBytes(whole.bytes, halves.bytes, 'the device')
        if (!p.load) return true
        for (const [i, r] of registers.entries()) {
          sameBytes(whole.vector(r).subarray(0, 2 * bytes), loaded[i] as Uint8Array, `register ${r}`)
        }
        return true
      },
      0.4,
    )
  })

  it('a predicate that is all false: no access, so that no fault of it can be', () => {
    const bench = new Bench()
    const never = check(
      'inactive',
      (row) => isScalable(row) && row.access?.form !== 'fill',
      (c) => {
        const p = c.plan.scalable as Scalable
        const aim = bench.set(c)
        if (!aim || p.predicate < 0) return false
        bench.vector(VectorReg.P0 + p.predicate).fill(0, 0, 32)
        const before = bench.save()
        const outcome = bench.run(c)
        same([outcome.kind, outcome.reason, bench.m.elements.length], ['retry', 'far-differs', 0])
        same(bench.changed(before), [])
        sameBytes(bench.bytes, before.bytes, 'the device')
        return true
      },
      0.9,
    )
    expect([...never]).toEqual([])
  })
})

/** Sets FFR by a seed: all lanes, or some. */
function setFfr(bench: Bench, random: Random): void {
  const view = bench.vector(VectorReg.FFR).subarray(0, 32)
  const all = random.once(2)
  for (let k = 0; k < 32; k++) view[k] = all ? 0xff : random.next()
}

/** FFR once the load has ended before `element`: what is from its lane on is false. */
function ended(ffr: Uint8Array, element: ScalableElement | undefined, length: number): Uint8Array {
  const out = ffr.slice()
  if (!element) return out
  for (let bit = element.at; bit < length; bit++) out[bit >> 3] = (out[bit >> 3] as number) & ~(1 << (bit & 7))
  return out
}

describe('loads that may not fault', { timeout: timeoutOf('firstFault') }, () => {
  it('of a device only the first active element is read; what follows in RAM is read as far as that goes', () => {
    const bench = new Bench()
    const reads = new Map<string, number>()
    const never = check(
      'firstFault',
      isFirstFault,
      (c) => {
        const p = c.plan.scalable as Scalable
        const random = new Random(c.seed ^ 0x1234)
        // The device, then RAM.
        const aim = bench.set(c, { va: WINDOW + PAGE - p.size * (random.once(2) ? 1 : 1 + random.below(4)) })
        if (!aim || aim.va >= WINDOW + PAGE) return false
        // RAM that is Device memory to the guest is read no more than a device.
        const asDevice = random.once(4)
        bench.map(WINDOW + PAGE, 0x4000_c000, asDevice ? 0x44 : 0x40)
        setFfr(bench, random)
        const ffr = bench.vector(VectorReg.FFR).slice(0, 32)
        const elements = scalableElements(p, bench)
        const { length } = bench.vectors
        const inRam = (e: ScalableElement): boolean => {
          const va = Number(e.va)
          return !asDevice && va >= WINDOW + PAGE && va + p.size <= WINDOW + 2 * PAGE
        }
        const stop = elements.findIndex((e, i) => i > 0 && !inRam(e))
        const reached = stop < 0 ? elements.length : stop
        const outcome = bench.run(c)
        // An element over both pages, the first: from the device into RAM.
        same([outcome.kind, outcome.reason], ['retired', 'done'])
        const pa = (va: number): number => (va < WINDOW + PAGE ? physical(va) : 0x4000_c000 + va - WINDOW - PAGE)
        const wanted = elements.slice(0, reached).flatMap((e) => {
          return Array.from({ length: p.size }, (_, k) => pa(Number(e.va) + k))
        })
        same(
          [...outcome.journal].flatMap((e) => e.bytes.map((_, k) => e.pa + k)),
          wanted,
        )
        sameBytes(bench.vector(VectorReg.FFR).subarray(0, 32), ended(ffr, elements[reached], length), 'FFR')
        expect(bench.vectors.pushed.includes(VectorReg.FFR)).toBe(reached < elements.length)
        reads.set(reached > 1 ? 'some' : 'one', 1)
        return true
      },
      0.7,
    )
    expect([...reads.keys()].sort()).toEqual(['one', 'some'])
    expect([...never]).toEqual([])
  })

  it('of a device a non-fault load reads nothing, and says so in FFR', () => {
    const bench = new Bench()
    check(
      'nonFault',
      ({ access }) => access?.form === 'non-fault',
      (c) => {
        const p = c.plan.scalable as Scalable
        if (!bench.set(c)) return false
        setFfr(bench, new Random(c.seed))
        const ffr = bench.vector(VectorReg.FFR).slice(0, 32)
        const [first] = scalableElements(p, bench)
        const outcome = bench.run(c)
        same([outcome.kind, outcome.reason, bench.m.elements.length], ['retired', 'done', 0])
        sameBytes(bench.vector(VectorReg.FFR).subarray(0, 32), ended(ffr, first, bench.vectors.length), 'FFR')
        const z = bench.vector(p.registers[0] as number).subarray(0, bench.vectors.length)
        expect(z.every((byte) => byte === 0)).toBe(true)
        return true
      },
      0.9,
    )
  })
})

it('LDR of what STR stored: Z, P, ZA, ZT0 at every length', () => {
  const bench = new Bench()
  const bankOf = (row: Encoding): string => row.access?.bank ?? ''
  const loads = new Map(
    A64.encodings.filter((e) => e.access?.form === 'fill' && e.access.load).map((e) => [bankOf(e), e]),
  )
  let trips = 0
  for (const row of A64.encodings.filter((e) => e.access?.form === 'fill' && e.access.store)) {
    const load = loads.get(bankOf(row)) as Encoding
    for (const length of [16, 32, 64, 128, 256]) {
      for (let seed = 1; seed < 8; seed++) {
        const word = (row.value | (bankOf(row) === 'ZT0' ? 0 : seed) | (2 << 5)) >>> 0
        const c: Case = { row, word, plan: planOf(word), seed, first: true }
        const aim = bench.set(c, { length })
        if (!aim) throw new Error('a store of a whole register can be aimed')
        expect(bench.run(c).reason).toBe('done')
        const wanted = bench.vectors.truth.slice()
        const stored = bench.bytes.slice()
        const elements = scalableElements(c.plan.scalable as Scalable, bench)
        for (const e of elements)
          bench.vectors.truth.fill(0x5a, vectorOffset(e.register) + e.at, vectorOffset(e.register) + e.at + e.size)
        const back = (word - row.value + load.value) >>> 0
        bench.m.setX(35, 0x40_0000)
        expect(bench.runAt(back, aim.va, false).reason).toBe('done')
        sameBytes(bench.vectors.truth, wanted, 'the vector file')
        const first = elements[0] as ScalableElement
        const at = vectorOffset(first.register)
        sameBytes(
          stored.subarray(physical(aim.va) - DEV).subarray(0, 16 / 8),
          wanted.subarray(at, at + 2),
          'the device',
        )
        trips++
      }
    }
  }
  expect(trips).toBe(4 * 5 * 7)
})
