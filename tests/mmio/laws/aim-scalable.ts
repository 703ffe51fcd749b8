/** Addresses and predicates of SVE and SME: in X registers, in the lanes of Z registers, all lanes or some. */

import { Reg, VectorReg } from '../../../src/mmio/index.ts'
import type { ScalablePlan } from '../../../src/mmio/scalable-plan.ts'
import type { Aim, Bench } from './bench.ts'
import type { Case, Random } from './cases.ts'
import { scalableElements } from './elements.ts'

/** Aims a word at `va`: there its first active element is. @returns `undefined` where none is. */
export function aimScalable(bench: Bench, c: Case, random: Random, va: number): Aim | undefined {
  const { m } = bench
  const p = c.plan.scalable
  if (!p) return undefined
  const base = p.base === -3 ? -1 : bench.slotOf(p.base)
  if (p.index >= 0 && p.index !== Reg.XZR) {
    const value = random.below(16) - 8
    m.setX(p.index, BigInt.asUintN(64, BigInt(value)))
  }
  if (p.predicate >= 0) setPredicate(bench, p, random, c.first)
  if (p.vectorBase >= 0 || p.vectorIndex >= 0) setLanes(bench, c, p, random)
  const [first] = scalableElements(p, bench)
  if (!first) return undefined
  const by = BigInt(va) - first.va
  if (base >= 0) m.setX(base, BigInt.asUintN(64, m.x(base) + by))
  else eachLane(bench, p, p.vectorBase, (value) => value + by)
  return { va, write: c.plan.store }
}

/** Addresses of a gather near one another, or offsets near zero; of those that are extended the rest is anything. */
function setLanes(bench: Bench, c: Case, p: ScalablePlan, random: Random): void {
  const signed = p.vectorIndex >= 0 && p.extend !== 'uxtw' && (p.addressLane === 8 || p.extend === 'sxtw')
  const stride = BigInt(c.first ? p.size : random.pick([1, p.size, p.size]))
  const upper = p.addressLane === 8 && (p.extend === 'uxtw' || p.extend === 'sxtw')
  eachLane(bench, p, Math.max(p.vectorBase, p.vectorIndex), () => {
    const value = BigInt(random.below(24) - (signed ? 12 : 0)) * stride
    return upper ? BigInt.asUintN(32, value) | (random.u64() << 32n) : value
  })
}

function eachLane(bench: Bench, p: ScalablePlan, register: number, change: (value: bigint) => bigint): void {
  const view = bench.vector(register)
  const data = new DataView(view.buffer, view.byteOffset, 256)
  for (let at = 0; at < bench.vectors.length; at += p.addressLane) {
    if (p.addressLane === 4)
      data.setUint32(at, Number(BigInt.asUintN(32, change(BigInt(data.getUint32(at, true))))), true)
    else data.setBigUint64(at, BigInt.asUintN(64, change(data.getBigUint64(at, true))), true)
  }
}

/** All lanes, some, or one; the predicates of other instructions are left. */
function setPredicate(bench: Bench, p: ScalablePlan, random: Random, first: boolean): void {
  const view = bench.vector(VectorReg.P0 + p.predicate).subarray(0, 32)
  if (p.counter) {
    const count = random.below((4 * bench.vectors.length) / p.lane - 1) + 1
    // The lowest bit set tells the size; the highest, that the counted are the inactive.
    const counter = (2 * count + 1) * p.lane + (random.once(4) && !first ? 0x8000 : 0)
    view.fill(0)
    view.set([counter & 0xff, counter >> 8])
    return
  }
  const kind = random.below(4)
  for (let k = 0; k < 32; k++)
    view[k] = kind === 0 ? 0xff : kind === 1 ? random.next() : kind === 2 ? random.next() & random.next() : 0
  // At least one lane is active, or all but a few tests are of nothing.
  const length = p.form === 'slice' ? bench.vectors.streamingLength : bench.vectors.length
  const most = p.form === 'replicate-quad' ? 16 : p.form === 'replicate-octo' ? 32 : length
  const bit = p.lane * random.below(Math.max(most / p.lane, 1))
  view[bit >> 3] = (view[bit >> 3] as number) | (1 << (bit & 7))
}
