/**
 * Every form at every offset of a CRB-like window: 0x80 bytes of registers that take 1 to 4 bytes, RAM behind. The rule
 * of the pieces is written here anew: from the low address, the largest power of two that is at most 4, at most the
 * address's alignment, at most what remains, and does not cross 0x80.
 */

import { describe, expect, it } from 'vitest'
import { decode, format } from '../../src/decode/index.ts'
import { CRB, CRB_VA, Machine, value } from './machine.ts'

/** Text, word, bytes of an element, elements, what the base gets added; data in 0 and 1, base x2. */
const LOADS = [
  ['ldp w0, w1, [x2]', 0x29400440, 4, 2, 0],
  ['ldp x0, x1, [x2]', 0xa9400440, 8, 2, 0],
  ['ldpsw x0, x1, [x2]', 0x69400440, 4, 2, 0],
  ['ldnp x0, x1, [x2]', 0xa8400440, 8, 2, 0],
  ['ldp s0, s1, [x2]', 0x2d400440, 4, 2, 0],
  ['ldp d0, d1, [x2]', 0x6d400440, 8, 2, 0],
  ['ldp q0, q1, [x2]', 0xad400440, 16, 2, 0],
  ['ldr q0, [x2]', 0x3dc00040, 16, 1, 0],
  ['ldr d0, [x2]', 0xfd400040, 8, 1, 0],
  ['ldr h0, [x2]', 0x7d400040, 2, 1, 0],
  ['ldr x0, [x2]', 0xf9400040, 8, 1, 0],
  ['ldrsb w0, [x2]', 0x39c00040, 1, 1, 0],
  ['ldrsh x0, [x2]', 0x79800040, 2, 1, 0],
  ['ldr w0, [x2], #4', 0xb8404440, 4, 1, 4],
  ['ldr w0, [x2, #4]!', 0xb8404c40, 4, 1, 4],
  ['ldrb w0, [x2], #-1', 0x385ff440, 1, 1, -1],
  ['ldr q0, [x2], #16', 0x3cc10440, 16, 1, 16],
  ['ldp x0, x1, [x2], #16', 0xa8c10440, 8, 2, 16],
  ['ldp x0, x1, [x2, #16]!', 0xa9c10440, 8, 2, 16],
  ['ldp w0, w1, [x2, #-8]!', 0x29ff0440, 4, 2, -8],
] as const

const STORES = [
  ['stp w0, w1, [x2]', 0x29000440, 4, 2, 0],
  ['stp x0, x1, [x2]', 0xa9000440, 8, 2, 0],
  ['stp s0, s1, [x2]', 0x2d000440, 4, 2, 0],
  ['stp d0, d1, [x2]', 0x6d000440, 8, 2, 0],
  ['stp q0, q1, [x2]', 0xad000440, 16, 2, 0],
  ['str q0, [x2]', 0x3d800040, 16, 1, 0],
  ['str x0, [x2]', 0xf9000040, 8, 1, 0],
  ['strh w0, [x2]', 0x79000040, 2, 1, 0],
  ['str w0, [x2], #4', 0xb8004440, 4, 1, 4],
  ['str x0, [x2, #-8]!', 0xf81f8c40, 8, 1, -8],
  ['str q0, [x2, #16]!', 0x3c810c40, 16, 1, 16],
  ['stp x0, x1, [x2, #-16]!', 0xa9bf0440, 8, 2, -16],
  ['stp q0, q1, [x2], #32', 0xac810440, 16, 2, 32],
] as const

function pieces(kind: string, offset: number, size: number): string[] {
  const out: string[] = []
  const end = Math.min(offset + size, 0x80)
  for (let at = offset; at < end; ) {
    const n = at % 4 === 0 && at + 4 <= end ? 4 : at % 2 === 0 && at + 2 <= end ? 2 : 1
    out.push(`${kind} crb+${at.toString(16)} ${n}`)
    at += n
  }
  return out
}

const elementsAt = (offset: number, size: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => offset + i * size)

/** The register or vector that element `i` of a load makes of its bytes. */
function expected(text: string, bytes: readonly number[]): bigint {
  const raw = value(bytes)
  const signed = /^ld(rs|psw)/.test(text)
  if (!signed) return raw
  return BigInt.asUintN(/ x0/.test(text) ? 64 : 32, BigInt.asIntN(8 * bytes.length, raw))
}

describe.each(LOADS)('%s', (text, word, size, count, step) => {
  it('reads each element once, in order, cut by the rule, at every offset', () => {
    expect(format(decode(word)!)).toBe(text)
    const pre = text.endsWith('!')
    const m = new Machine()
    const window = [...m.registers, ...m.command]
    for (let offset = 0; offset <= 0x84; offset++) {
      const base = CRB_VA + offset - (pre ? step : 0)
      m.setX(2, base)
      m.setX(0, 0x5555n)
      m.setX(1, 0x6666n)
      m.vcpu.truth.set(35, 0x40_0000n)
      const outcome = m.run(word, { far: CRB_VA + offset })
      expect(outcome.describe()).toContain('retired')
      const at = elementsAt(offset, size, count)
      expect(m.shape()).toEqual(at.map((o) => `r ${(CRB + o).toString(16)} ${size}`))
      expect(m.callbacks()).toEqual(at.flatMap((o) => pieces('load', o, size)))
      const vector = / [shdq]0/.test(text)
      const got = [0, 1].map((r) => (vector ? m.v(r) : m.x(r)))
      const want = at.map((o) => expected(text, window.slice(o, o + size)))
      expect(got.slice(0, count)).toEqual(want)
      expect(m.x(2)).toBe(BigInt(base + step))
      expect(m.x(35)).toBe(0x40_0004n)
    }
  })
})

describe.each(STORES)('%s', (text, word, size, count, step) => {
  it('writes each element once, in order, cut by the rule, at every offset', () => {
    expect(format(decode(word)!)).toBe(text)
    const pre = text.endsWith('!')
    for (let offset = 0; offset <= 0x84; offset++) {
      const m = new Machine()
      const before = [...m.registers, ...m.command]
      const base = CRB_VA + offset - (pre ? step : 0)
      m.setX(2, base)
      m.setX(0, 0x0123_4567_89ab_cdefn)
      m.setX(1, 0xfedc_ba98_7654_3210n)
      const vector = / [shdq]0/.test(text)
      const data = [0, 1].slice(0, count).flatMap((r) => {
        const register = vector ? m.v(r) : m.x(r)
        return Array.from({ length: size }, (_, k) => Number((register >> BigInt(8 * k)) & 0xffn))
      })
      expect(m.run(word, { far: CRB_VA + offset, write: true }).kind).toBe('retired')
      const at = elementsAt(offset, size, count)
      expect(m.shape()).toEqual(at.map((o) => `w ${(CRB + o).toString(16)} ${size}`))
      expect(m.callbacks()).toEqual(at.flatMap((o) => pieces('store', o, size)))
      expect([...m.registers, ...m.command].join()).toBe(before.toSpliced(offset, data.length, ...data).join())
      expect(m.x(2)).toBe(BigInt(base + step))
    }
  })
})
