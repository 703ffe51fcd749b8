/** Which elements an instruction accesses, as the manual's loops have it: in bigints, one object an element. */

import { type Plan, Reg, VectorReg } from '../../../src/mmio/index.ts'
import type { ScalablePlan } from '../../../src/mmio/scalable-plan.ts'
import { vectorOffset } from '../../../src/mmio/vector-file.ts'
import type { Bench } from './bench.ts'

/** One element of an SVE or SME access. */
export interface ScalableElement {
  readonly va: bigint
  readonly size: number
  /** A value of `VectorReg`, and the byte of it where the element begins. */
  readonly register: number
  readonly at: number
}

/** Low bytes of a register of the vector file, as a number. */
function little(bytes: Uint8Array, at: number, size: number): bigint {
  let value = 0n
  for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[at + k] as number)
  return value
}

/** Whether element `k` of `lane` bytes is active. */
function activity(p: ScalablePlan, bench: Bench): (k: number) => boolean {
  if (p.predicate < 0) return () => true
  const bits = bench.vector(VectorReg.P0 + p.predicate)
  const { length } = bench.vectors
  if (!p.counter) return (k) => (((bits[(k * p.lane) >> 3] as number) >> ((k * p.lane) & 7)) & 1) === 1
  // CounterToPredicate: a bit for each byte of four vectors.
  const counter = (bits[0] as number) | ((bits[1] as number) << 8)
  const esize = counter & 15
  if (esize === 0) return () => false
  const unit = esize & -esize
  const most = (4 * length) / unit
  const count = ((counter & 0x7fff) / (2 * unit)) & (most - 1)
  const predicate = Array.from({ length: 4 * length }, (_, byte) => {
    return byte % unit === 0 && byte / unit < count !== counter >= 0x8000
  })
  return (k) => predicate[k * p.lane] === true
}

/** The elements of an SVE or SME access, in order, as the registers of a bench have them. */
export function scalableElements(p: ScalablePlan, bench: Bench): ScalableElement[] {
  const { length, streamingLength } = bench.vectors
  const list: ScalableElement[] = []
  const { lane, size } = p
  const active = activity(p, bench)
  let base = p.base === -3 ? 0n : bench.m.x(bench.slotOf(p.base))
  const unit =
    p.form !== 'fill'
      ? (length / lane) * size
      : p.bank === 'P'
        ? length / 8
        : p.bank === 'ZA'
          ? streamingLength
          : length
  base += BigInt(p.offset) * (p.mulVl ? BigInt(unit) : 1n)
  if (p.index >= 0 && p.index !== Reg.XZR) base += bench.m.x(p.index) << BigInt(p.shift)
  const add = (va: bigint, register: number, at: number, bytes = size): void => {
    list.push({ va: BigInt.asUintN(64, va), size: bytes, register, at })
  }
  const lanes = length / lane
  const first = p.registers[0] as number
  if (p.form === 'fill') {
    let register = first
    let bytes = length
    if (p.bank === 'P') {
      register += VectorReg.P0
      bytes = length / 8
    } else if (p.bank === 'ZT0') {
      register = VectorReg.ZT0
      bytes = 64
    } else if (p.bank === 'ZA') {
      register = VectorReg.ZA0 + ((Number(bench.m.x(p.select) & 0xffff_ffffn) + p.selectOffset) % streamingLength)
      bytes = streamingLength
    }
    const piece = Math.min(8, bytes)
    for (let at = 0; at < bytes; at += piece) add(base + BigInt(at), register, at, piece)
  } else if (p.form === 'slice') {
    const dim = streamingLength / lane
    const slice = (Number(bench.m.x(p.select) & 0xffff_ffffn) + p.selectOffset) % dim
    for (let e = 0; e < dim; e++) {
      if (!active(e)) continue
      const [row, column] = p.vertical ? [e, slice] : [slice, e]
      add(base + BigInt(e * size), VectorReg.ZA0 + p.tile + row * lane, column * lane)
    }
  } else if (p.form === 'replicate') {
    const e = Array.from({ length: lanes }, (_, k) => active(k)).indexOf(true)
    if (e >= 0) add(base, first, e * lane)
  } else if (p.vectorBase >= 0 || p.vectorIndex >= 0) {
    const addresses = bench.vector(Math.max(p.vectorBase, p.vectorIndex))
    for (let e = 0; e < lanes; e++) {
      if (!active(e)) continue
      let offset = little(addresses, e * lane, p.extend === 'uxtw' || p.extend === 'sxtw' ? 4 : p.addressLane)
      if (p.extend === 'sxtw') offset = BigInt.asIntN(32, offset)
      const shift = p.vectorIndex >= 0 ? BigInt(p.shift) : 0n
      for (const [r, register] of p.registers.entries()) {
        add(base + (offset << shift) + BigInt(r * size), register, e * lane)
      }
    }
  } else {
    const count = p.form === 'replicate-quad' ? 16 / lane : p.form === 'replicate-octo' ? 32 / lane : lanes
    const { registers } = p
    if (p.interleaved) {
      for (let e = 0; e < count; e++) {
        if (!active(e)) continue
        for (const [r, register] of registers.entries()) {
          add(base + BigInt((e * registers.length + r) * size), register, e * lane)
        }
      }
    } else {
      for (const [r, register] of registers.entries()) {
        for (let e = 0; e < count; e++) {
          const k = r * count + e
          if (active(k)) add(base + BigInt(k * size), register, e * lane)
        }
      }
    }
  }
  return list
}

/**
 * The vector file after a load: elements extended to their lanes, all else of the destination zero; replicated where the
 * instruction does that. FFR is left.
 *
 * @param loaded - the bytes of each element that was reached.
 */
export function afterLoad(
  p: ScalablePlan,
  bench: Bench,
  before: Uint8Array,
  elements: readonly ScalableElement[],
  loaded: readonly (readonly number[])[],
): Uint8Array {
  const { length, streamingLength } = bench.vectors
  const out = before.slice()
  const { lane } = p
  if (p.form === 'slice') {
    const dim = streamingLength / lane
    const slice = (Number(bench.m.x(p.select) & 0xffff_ffffn) + p.selectOffset) % dim
    for (let e = 0; e < dim; e++) {
      const [row, column] = p.vertical ? [e, slice] : [slice, e]
      const at = vectorOffset(VectorReg.ZA0 + p.tile + row * lane) + column * lane
      out.fill(0, at, at + lane)
    }
  } else if (p.form !== 'fill') {
    for (const r of p.registers) out.fill(0, vectorOffset(r), vectorOffset(r) + length)
  }
  for (const [i, bytes] of loaded.entries()) {
    const { register, at, size } = elements[i] as ScalableElement
    const to = vectorOffset(register) + at
    const sign = p.signed && ((bytes.at(-1) as number) & 0x80) !== 0 ? 0xff : 0
    out.fill(sign, to, to + Math.max(lane, size))
    out.set(bytes, to)
  }
  const z = vectorOffset(p.registers[0] ?? 0)
  if (p.form === 'replicate' && elements[0]) {
    const active = activity(p, bench)
    const value = out.slice(z + elements[0].at, z + elements[0].at + lane)
    for (let e = 0; e < length / lane; e++) if (active(e)) out.set(value, z + e * lane)
  } else if (p.form === 'replicate-quad' || p.form === 'replicate-octo') {
    const row = out.slice(z, z + (p.form === 'replicate-quad' ? 16 : 32))
    for (let at = 0; at < length; at += row.length) out.set(row, z + at)
  }
  return out
}

/** One access: address and bytes. */
export interface Span {
  readonly va: number
  readonly size: number
}

/** The values that an instruction moves, in order, each of which has an order of bytes; none for blocks and tags. */
export function valuesOf(plan: Plan, bench: Bench, va: number): Span[] {
  if (plan.scalable) return scalableElements(plan.scalable, bench).map((e) => ({ va: Number(e.va), size: e.size }))
  if (plan.copySet || plan.form === 'zero' || plan.form === 'tag' || plan.form === 'tag-zero') return []
  return Array.from({ length: plan.count }, (_, e) => ({ va: va + e * plan.size, size: plan.size }))
}
