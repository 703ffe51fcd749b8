/**
 * LD1 to LD4 and ST1 to ST4: every arrangement, against a model that goes from the fields of the word, as the manual's
 * pseudocode does, to a list of (register, byte, address). Nothing here asks the decoder.
 */

import { describe, expect, it } from 'vitest'
import { Reg } from '../../src/mmio/index.ts'
import { CODE_VA, DEV, DEV_VA, Machine, RAM } from './machine.ts'

const at = DEV_VA + 0x123
const pa = DEV + 0x123

/** One element: `size` bytes of vector `v` from its byte `lane`; the n-th lies behind the n-1-th in memory. */
interface Element {
  readonly v: number
  readonly lane: number
  readonly size: number
}

interface Structure {
  readonly name: string
  readonly word: number
  readonly load: boolean
  readonly elements: readonly Element[]
  /** Bytes of each register that a load writes; the rest becomes zero. 0: only the lane. */
  readonly fill: number
  readonly replicate: boolean
}

/** X2 is the base, `rm` the post-index field: none, the immediate (31), or X3. */
function forms(q: number, opcode: number, size: number, rm: number, load: boolean, single: number): number {
  const post = rm < 0 ? 0 : (1 << 23) | (rm << 16)
  return ((q << 30) | 0x0c00_0000 | single | post | (load ? 1 << 22 : 0) | opcode | (size << 10) | (2 << 5) | 30) >>> 0
}

/** Multiple structures: opcode 15:12 is (registers, interleaved). The first register is V30, so lists wrap. */
function* multiple(load: boolean, rm: number): Generator<Structure> {
  const opcodes = [
    [0b0000, 1, 4],
    [0b0010, 4, 1],
    [0b0100, 1, 3],
    [0b0110, 3, 1],
    [0b0111, 1, 1],
    [0b1000, 1, 2],
    [0b1010, 2, 1],
  ] as const
  for (const [opcode, rpt, selem] of opcodes) {
    for (const q of [0, 1]) {
      for (let size = 0; size < 4; size++) {
        if (size === 3 && q === 0 && selem !== 1) continue
        const bytes = 1 << size
        const lanes = (8 << q) / bytes
        const elements: Element[] = []
        for (let r = 0; r < rpt; r++) {
          for (let e = 0; e < lanes; e++) {
            for (let s = 0; s < selem; s++) elements.push({ v: (30 + r + s) % 32, lane: e * bytes, size: bytes })
          }
        }
        const word = forms(q, opcode << 12, size, rm, load, 0)
        yield { name: `multiple ${opcode} ${q} ${size}`, word, load, elements, fill: 8 << q, replicate: false }
      }
    }
  }
}

/** One lane, or one element to all lanes: opcode 15:13, S bit 12, R bit 21. */
function* single(load: boolean, rm: number): Generator<Structure> {
  for (let selem = 1; selem <= 4; selem++) {
    const group = (((selem - 1) >> 1) << 13) | (((selem - 1) & 1) << 21)
    const one = (v: number, lane: number, size: number): Element[] =>
      Array.from({ length: selem }, (_, s) => ({ v: (v + s) % 32, lane, size }))
    for (let index = 0; index < 16; index++) {
      for (let scale = 0; scale < 4; scale++) {
        if (index >= 16 >> scale) continue
        // The index is Q:S:size, shifted up by the scale; D lanes have size 01.
        const place = index << scale
        const low = (place & 3) | (scale === 3 ? 1 : 0)
        const opcode = group | (Math.min(scale, 2) << 14) | (((place >> 2) & 1) << 12)
        const word = forms(place >> 3, opcode, low, rm, load, 1 << 24)
        const elements = one(30, index << scale, 1 << scale)
        yield { name: `lane ${selem} ${index} ${scale}`, word, load, elements, fill: 0, replicate: false }
      }
    }
    if (!load) continue
    for (const q of [0, 1]) {
      for (let size = 0; size < 4; size++) {
        const word = forms(q, group | (0b110 << 13), size, rm, true, 1 << 24)
        const elements = one(30, 0, 1 << size)
        yield { name: `replicate ${selem} ${q} ${size}`, word, load, elements, fill: 8 << q, replicate: true }
      }
    }
  }
}

/** Registers after a load, 16 bytes each, and bytes stored: what the model says. */
function model(s: Structure, before: readonly (readonly number[])[], memory: readonly number[], bigEndian: boolean) {
  const vectors = before.map((v) => [...v])
  const stored: number[] = []
  if (s.load && s.fill > 0) for (const { v } of s.elements) vectors[v] = Array(16).fill(0)
  let address = 0
  for (const { v, lane, size } of s.elements) {
    const order = Array.from({ length: size }, (_, k) => (bigEndian ? size - 1 - k : k))
    for (const [k, from] of order.entries()) {
      if (!s.load) stored[address + from] = (vectors[v] as number[])[lane + k] as number
      else if (!s.replicate) (vectors[v] as number[])[lane + k] = memory[address + from] as number
      else {
        for (let to = k; to < s.fill; to += size) (vectors[v] as number[])[to] = memory[address + from] as number
      }
    }
    address += size
  }
  return { vectors, stored, length: address }
}

const vectorsOf = (m: Machine): number[][] =>
  Array.from({ length: 32 }, (_, v) => Array.from({ length: 16 }, (__, k) => Number((m.v(v) >> BigInt(8 * k)) & 0xffn)))

function check(s: Structure, rm: number, bigEndian: boolean): void {
  const m = new Machine()
  if (bigEndian) {
    // At EL0 by E0E: EE would turn the tables round too.
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 24n))
    m.vcpu.truth.set(Reg.PSTATE, 0n)
    m.map(CODE_VA, RAM + 0x4000, 0x40)
    m.map(DEV_VA, DEV, 0x40)
  }
  m.setX(2, at)
  m.setX(3, 0x1_0000_0001n)
  const before = vectorsOf(m)
  const memory = [...m.device.subarray(0x123, 0x163)]
  const { vectors, stored, length } = model(s, before, memory, bigEndian)
  const outcome = m.run(s.word, { far: at, write: !s.load })
  expect([s.name, outcome.kind]).toEqual([s.name, 'retired'])
  const shape = s.elements.map(({ size }, e) => `${s.load ? 'r' : 'w'} ${(pa + e * size).toString(16)} ${size}`)
  expect([s.name, m.shape()]).toEqual([s.name, shape])
  expect([s.name, vectorsOf(m)]).toEqual([s.name, vectors])
  const after = s.load ? memory : [...stored, ...memory.slice(length)]
  expect([s.name, [...m.device.subarray(0x123, 0x163)]]).toEqual([s.name, after])
  const step = rm < 0 ? 0n : rm === 31 ? BigInt(length) : 0x1_0000_0001n
  expect([s.name, m.x(2)]).toEqual([s.name, BigInt(at) + step])
  // A register that is filled is not read; one that keeps lanes, or is stored, is read once.
  const read = s.load && s.fill > 0 ? [] : s.elements.flatMap(({ v, lane }) => [Reg.V0 + 2 * v + (lane >>> 3)])
  const pulled = m.vcpu.pulled.filter((r) => r >= Reg.V0)
  expect([s.name, pulled.toSorted()]).toEqual([s.name, [...new Set(read)].toSorted()])
}

describe.each([
  ['no post-index', -1],
  ['post-index by the length', 31],
  ['post-index by X3', 3],
])('%s', (_, rm) => {
  it.each([true, false])('every arrangement, load %s: accesses, registers, memory, base', (load) => {
    let count = 0
    for (const s of [...multiple(load, rm), ...single(load, rm)]) {
      check(s, rm, false)
      count++
    }
    // 7 opcodes of 8 arrangements less 3 of 1D; 30 lanes of 4; replicating loads of 8 arrangements of 4.
    expect(count).toBe(7 * 8 - 3 + 30 * 4 + (load ? 32 : 0))
  })
})

it.each([true, false])('big-endian: each element reversed on its own, load %s', (load) => {
  for (const s of [...multiple(load, -1), ...single(load, -1)]) check(s, -1, true)
})
