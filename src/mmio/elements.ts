/**
 * Between registers and the bytes of an access: what the manual writes as `Mem[address, size] = X[t]` without the
 * memory. Bytes are in memory order, low addresses first.
 *
 * @module
 */

import type { Plan } from './plan.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'

/** Reverses the bytes of each element from `at` on: big-endian data (pseudocode `BigEndianReverse`). */
export function reverseElements(plan: Plan, data: Uint8Array, at = 0): void {
  const { count, size } = plan
  if (size === 1) return
  for (let e = 0; e < count; e++) {
    for (let i = at + e * size, j = i + size - 1; i < j; i++, j--) {
      const byte = data[i] as number
      data[i] = data[j] as number
      data[j] = byte
    }
  }
}

/** Bytes of elements in memory order, and the same in words: elements of four bytes and more begin at words. */
export class ElementData {
  readonly bytes: Uint8Array
  readonly words: Uint32Array

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
    this.words = new Uint32Array(this.bytes.buffer)
  }
}

/** Copies the data registers of a store to `data`. XZR is zeros. In words where it can. */
export function gather(plan: Plan, registers: RegisterAccess, data: ElementData): void {
  const { count, size } = plan
  for (let e = 0; e < count; e++) {
    const slot = plan.slots[e] as number
    const at = e * size
    if (slot === Reg.XZR) {
      data.bytes.fill(0, at, at + size)
      continue
    }
    const lane = plan.lanes[e] as number
    registers.read(slot + (lane >>> 3))
    if (size > 8) registers.read(slot + 1)
    const from = slot * 8 + lane
    if (size >= 4) copyWords(registers.regs.w, from >>> 2, data.words, at >>> 2, size >>> 2)
    else {
      const { bytes } = registers.regs
      for (let i = 0; i < size; i++) data.bytes[at + i] = bytes[from + i] as number
    }
  }
}

function copyWords(from: Uint32Array, first: number, to: Uint32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[first + i] as number
}

/** Copies the registers of `slots`, one for each element of an atomic, to `data`. XZR is zeros. */
export function gatherOperands(plan: Plan, registers: RegisterAccess, slots: Uint8Array, data: Uint8Array): void {
  const { count, size } = plan
  const { bytes } = registers.regs
  for (let e = 0; e < count; e++) {
    const slot = slots[e] as number
    if (slot !== Reg.XZR) registers.read(slot)
    for (let i = 0; i < size; i++) data[e * size + i] = slot === Reg.XZR ? 0 : (bytes[slot * 8 + i] as number)
  }
}

/** Reads the registers of which a load keeps a part, so that nothing is read from the shim after the access. */
export function readKeptLanes(plan: Plan, registers: RegisterAccess): void {
  if (!plan.vector || plan.fill > 0) return
  for (let e = 0; e < plan.count; e++) registers.read((plan.slots[e] as number) + ((plan.lanes[e] as number) >>> 3))
}

/** Writes what was loaded into the data registers: extended, or with the rest of a SIMD&FP register zeroed. */
export function scatter(plan: Plan, registers: RegisterAccess, data: ElementData): void {
  if (plan.vector) {
    scatterVectors(plan, registers, data)
    return
  }
  for (let e = 0; e < plan.count; e++) {
    const slot = plan.slots[e] as number
    if (slot !== Reg.XZR) loadGeneral(plan, registers, slot, data, e * plan.size)
  }
}

function loadGeneral(plan: Plan, registers: RegisterAccess, slot: number, data: ElementData, at: number): void {
  const { size, signed } = plan
  let lo = 0
  let hi = 0
  if (size >= 4) {
    lo = (data.words[at >>> 2] as number) | 0
    if (size === 8) hi = (data.words[(at >>> 2) + 1] as number) | 0
  } else {
    lo = data.bytes[at] as number
    if (size === 2) lo |= (data.bytes[at + 1] as number) << 8
  }
  if (signed !== 0 && size <= 4) {
    const shift = 32 - 8 * size
    lo = (lo << shift) >> shift
    hi = lo >> 31
  }
  // A W register zeroes the upper half of its X register.
  registers.regs.setPair(slot, plan.sixtyFour ? hi : 0, lo)
  registers.wrote(slot)
}

function scatterVectors(plan: Plan, registers: RegisterAccess, data: ElementData): void {
  const { count, size, replicate, fill } = plan
  const { bytes } = registers.regs
  for (let e = 0; e < count; e++) {
    const slot = plan.slots[e] as number
    if (slot === Reg.XZR) continue
    const lane = plan.lanes[e] as number
    const from = e * size
    const to = slot * 8 + lane
    if (size >= 4 && replicate === 0) copyWords(data.words, from >>> 2, registers.regs.w, to >>> 2, size >>> 2)
    else {
      const length = replicate > 0 ? replicate : size
      for (let k = 0; k < length; k++) bytes[to + k] = data.bytes[from + (k % size)] as number
    }
    if (fill === 0) {
      registers.wrote(slot + (lane >>> 3))
      continue
    }
    // Once for each register; elements of a list fill its first `fill` bytes one by one.
    if (lane !== 0) continue
    if (fill < 16) bytes.fill(0, slot * 8 + fill, slot * 8 + 16)
    registers.wrote(slot)
    registers.wrote(slot + 1)
  }
}
