/** Big-endian is little-endian with the bytes of each element reversed: nothing else differs. */

import { expect, it } from 'vitest'
import { type Plan, Reg } from '../../../src/mmio/index.ts'
import { DEV } from '../machine.ts'
import { Bench, physical } from './bench.ts'
import { check, same, timeoutOf } from './cases.ts'
import { type Span, valuesOf } from './elements.ts'

/** Reverses the bytes of each value in the device, once; the lanes of a gather may be one. */
function reverse(bench: Bench, values: readonly Span[]): void {
  const seen = new Set<number>()
  for (const { va, size } of values) {
    if (seen.has(va)) continue
    seen.add(va)
    const at = Array.from({ length: size }, (_, k) => physical(va + k) - DEV)
    const bytes = at.map((k) => bench.bytes[k] as number)
    for (const k of at) bench.bytes[k] = bytes.pop() as number
  }
}

/** Whether two values are neither one nor apart. */
function overlaps(values: readonly Span[]): boolean {
  const sorted = values.toSorted((a, b) => a.va - b.va)
  return sorted.some((one, i) => {
    const next = sorted[i + 1]
    return next !== undefined && next.va !== one.va && next.va < one.va + one.size
  })
}

it('every row, at EL1 and EL0: SCTLR_EL1.EE and E0E', { timeout: timeoutOf('endianness') }, () => {
  const little = new Bench()
  const both = new Bench({ bigEndian: 'both' })
  const el0 = new Bench({ bigEndian: 'el0' })
  let stores = 0
  const never = check(
    'endianness',
    // A descriptor of 128 bits is one value: the law below.
    ({ access }) => access?.form !== 'none' && !(access?.rcw !== '' && access?.form.endsWith('pair')),
    (c) => {
      const aim = little.set(c)
      const level = (little.m.x(Reg.PSTATE) >> 2n) & 3n
      const big = level === 0n && (c.seed & 1) === 0 ? el0 : both
      if (!big.set(c) || !aim) return false
      // What is a file of bytes has no order: whole scalable registers.
      const values = c.plan.scalable?.form === 'fill' ? [] : valuesOf(c.plan, little, aim.va)
      if (overlaps(values)) return false
      reverse(big, values)
      const first = little.run(c)
      const second = big.run(c)
      expect([second.kind, second.reason]).toEqual([first.kind, first.reason])
      same(big.m.shape(), little.m.shape())
      same(big.m.callbacks(), little.m.callbacks())
      reverse(big, values)
      big.equals(little)
      if (c.plan.store) stores++
      return first.kind === 'retired'
    },
    0.75,
  )
  expect(stores).toBeGreaterThan(500)
  expect([...never]).toEqual([])
})

/** Swaps the registers of each pair of a 128-bit atomic, once. @returns whether the base is none of them. */
function swapPairs(bench: Bench, { slots, sources, base }: Plan): boolean {
  const pairs = [[slots[0], slots[1]] as const, [sources[0], sources[1]] as const]
  // XZR cannot be swapped.
  if (pairs.some((pair) => pair.includes(base) || pair.includes(Reg.XZR) || pair[0] === pair[1])) return false
  for (const [k, [a = Reg.XZR, b = Reg.XZR]] of pairs.entries()) {
    if (k > 0 && a === pairs[0]?.[0]) continue
    const [first, second] = [bench.m.x(a), bench.m.x(b)]
    bench.m.setX(a, second)
    bench.m.setX(b, first)
  }
  return true
}

it('a descriptor of 128 bits is one value: big-endian, the first register has its upper half', {
  timeout: timeoutOf('descriptors'),
}, () => {
  const little = new Bench()
  const big = new Bench({ bigEndian: 'both' })
  const flags = new Set<bigint>()
  const never = check(
    'descriptors',
    ({ access }) => access !== undefined && access.rcw !== '' && access.form.endsWith('pair'),
    (c) => {
      const aim = little.set(c)
      if (!big.set(c) || !aim || !swapPairs(big, c.plan)) return false
      // Half of the descriptors are valid ones: bit 0.
      const low = physical(aim.va) - DEV
      for (const bench of [little, big]) bench.bytes[low] = ((bench.bytes[low] as number) & 0xfe) | ((c.seed >>> 3) & 1)
      const whole = [{ va: aim.va, size: 16 }]
      reverse(big, whole)
      const first = little.run(c)
      const second = big.run(c)
      expect([second.kind, second.reason]).toEqual([first.kind, first.reason])
      same(big.m.shape(), little.m.shape())
      reverse(big, whole)
      swapPairs(big, c.plan)
      big.equals(little)
      flags.add(little.m.x(Reg.PSTATE) >> 28n)
      return first.kind === 'retired'
    },
    0.5,
  )
  expect(flags.size).toBeGreaterThan(1)
  expect([...never]).toEqual([])
})

it('EE says nothing of EL0, nor E0E of EL1', { timeout: timeoutOf('orders') }, () => {
  const little = new Bench()
  const el0 = new Bench({ bigEndian: 'el0' })
  let held = 0
  check(
    'orders',
    ({ access }) => access?.form === 'register' && access.bank === 'X',
    (c) => {
      if (!little.set(c) || !el0.set(c)) return false
      if (((little.m.x(Reg.PSTATE) >> 2n) & 3n) === 0n) return true
      // LDTR of EL1 has the order of EL1.
      expect(el0.run(c).describe()).toBe(little.run(c).describe())
      expect(el0.m.elements).toEqual(little.m.elements)
      held++
      return true
    },
    0.9,
  )
  expect(held).toBeGreaterThan(100)
})
