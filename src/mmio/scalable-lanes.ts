import { bit } from '../bits.ts'
import type { ScalableElements } from './scalable-elements.ts'
import type { ScalablePlan } from './scalable-plan.ts'
import { VectorReg, type VectorRegisters, vectorOffset } from './vector-file.ts'

/** Between the elements of a scalable access and the lanes of the vector file. */
export class ScalableLanes {
  readonly #elements: ScalableElements

  constructor(elements: ScalableElements) {
    this.#elements = elements
  }

  /** Copies an element of the vector file to the start of the data. */
  gather(from: number, bigEndian: boolean, vectors: VectorRegisters, data: Uint8Array): void {
    const { size } = this.#elements
    const { bytes } = vectors.file
    for (let k = 0; k < size; k++) data[bigEndian ? size - 1 - k : k] = bytes[from + k] as number
  }

  /**
   * Writes what was loaded; lanes that are inactive, or were not reached, become zero.
   *
   * @param kept - lanes that were not reached stay: `SVELDNFZERO` is `'FALSE'`.
   */
  place(plan: ScalablePlan, count: number, kept: boolean, vectors: VectorRegisters, data: Uint8Array): void {
    const elements = this.#elements
    const { size, lane, to, vl } = elements
    const { bytes } = vectors.file
    if (plan.form === 'slice') this.#clearSlice(plan, bytes)
    else if (plan.form !== 'fill') {
      for (const r of plan.registers) {
        if (kept && count < elements.count) this.#clearReached(r, count, bytes)
        else bytes.fill(0, vectorOffset(r), vectorOffset(r) + vl)
      }
    }
    for (let i = 0; i < count; i++) {
      const at = to[i] as number
      for (let k = 0; k < size; k++) bytes[at + k] = data[i * size + k] as number
      if (size < lane) {
        const sign = plan.signed && ((data[i * size + size - 1] as number) & 0x80) !== 0 ? 0xff : 0
        bytes.fill(sign, at + size, at + lane)
      }
    }
    if (plan.form === 'replicate') this.#replicate(plan, vectors)
    else if (plan.form === 'replicate-quad' || plan.form === 'replicate-octo') {
      const length = plan.form === 'replicate-quad' ? 16 : 32
      const at = vectorOffset(plan.registers[0] as number)
      for (let k = length; k < vl; k++) bytes[at + k] = bytes[at + (k % length)] as number
    }
    if (plan.form === 'fill') vectors.push(elements.register)
    else if (plan.form === 'slice') {
      const vertical = plan.vertical ? elements.svl / lane : 1
      for (let k = 0; k < vertical; k++) vectors.push(VectorReg.ZA0 + elements.sliceFrom + k * elements.sliceStep)
    } else for (const r of plan.registers) vectors.push(r)
  }

  /** Zeroes the lanes of a register but those active ones that the load did not reach. */
  #clearReached(register: number, count: number, bytes: Uint8Array): void {
    const { lane, lanes, vl } = this.#elements
    const at = vectorOffset(register)
    let next = count
    for (let n = 0; n < vl; n += lane) {
      if (next < this.#elements.count && n === (lanes[next] as number) * lane) next++
      else bytes.fill(0, at + n, at + n + lane)
    }
  }

  /** LD1R: the element to every active lane. */
  #replicate(plan: ScalablePlan, vectors: VectorRegisters): void {
    const { lane, vl } = this.#elements
    const { bytes } = vectors.file
    const at = vectorOffset(plan.registers[0] as number)
    const predicate = vectorOffset(VectorReg.P0 + plan.predicate)
    for (let n = vl - lane; n >= 0; n -= lane) {
      const active = bit(bytes[predicate + (n >>> 3)] as number, n & 7) === 1
      for (let k = 0; k < lane; k++) bytes[at + n + k] = active ? (bytes[at + k] as number) : 0
    }
  }

  #clearSlice(plan: ScalablePlan, bytes: Uint8Array): void {
    const { lane, svl, slice, sliceFrom } = this.#elements
    if (!plan.vertical) {
      const at = vectorOffset(VectorReg.ZA0 + sliceFrom)
      bytes.fill(0, at, at + svl)
      return
    }
    for (let e = 0; e < svl / lane; e++) {
      const at = vectorOffset(VectorReg.ZA0 + plan.tile + e * lane) + slice * lane
      bytes.fill(0, at, at + lane)
    }
  }

  /** FFR: the lane that could not be read and all behind it. */
  endFfr(vectors: VectorRegisters, count: number): void {
    const { lane, lanes, vl } = this.#elements
    const { bytes } = vectors.file
    const at = vectorOffset(VectorReg.FFR)
    for (let n = (lanes[count] as number) * lane; n < vl; n++)
      bytes[at + (n >>> 3)] = (bytes[at + (n >>> 3)] as number) & ~(1 << (n & 7))
    vectors.push(VectorReg.FFR)
  }
}
