import { bit, bits, TWO32, wordAt } from '../bits.ts'
import { baseSlot } from './effective-address.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'
import { BASE_VECTOR, type ScalablePlan } from './scalable-plan.ts'
import { MAX_VECTOR_BYTES, VectorReg, type VectorRegisters, vectorOffset } from './vector-file.ts'

/** Most elements of one instruction: four vectors of bytes. */
export const MAX_SCALABLE_ELEMENTS: number = 4 * MAX_VECTOR_BYTES
/** LDR and STR of whole registers go out in pieces of so many bytes, at most. */
const PIECE = 8

/**
 * The active elements of an SVE or SME load or store, in the order in which they are accessed: their addresses, and
 * where in the vector file they are (pseudocode of LD1B and kin; `ActivePredicateElement`, `CounterToPredicate`).
 */
export class ScalableElements {
  count = 0
  /** Bytes of each in memory. */
  size = 0
  /** What the address of an aligned one is a multiple of; of a whole register, the address of its first byte. */
  alignment = 0
  /** Bytes of each in its register. */
  lane = 0
  readonly hi: Uint32Array = new Uint32Array(MAX_SCALABLE_ELEMENTS)
  readonly lo: Uint32Array = new Uint32Array(MAX_SCALABLE_ELEMENTS)
  /** Position in the bytes of the vector file. */
  readonly to: Uint32Array = new Uint32Array(MAX_SCALABLE_ELEMENTS)
  /** Number of the element in its register. */
  readonly lanes: Uint16Array = new Uint16Array(MAX_SCALABLE_ELEMENTS)
  /** Bytes of a Z register. */
  vl = 0
  /** Bytes of a ZA vector. */
  svl = 0
  #baseHi = 0
  #baseLo = 0
  /** Predicate-as-counter: elements from the first on that are active, or inactive. */
  #counted = 0
  #inverted = false
  #counterLane = 0

  /** Lists the elements of a plan. Pulls base, index and predicate, and a store's data; a load's where some of it stays. */
  list(plan: ScalablePlan, registers: RegisterAccess, vectors: VectorRegisters): void {
    this.count = 0
    this.vl = vectors.length
    this.svl = vectors.streamingLength ?? vectors.length
    this.size = plan.size
    this.alignment = plan.size
    this.lane = plan.lane
    if (plan.predicate >= 0) vectors.pull(VectorReg.P0 + plan.predicate)
    this.#base(plan, registers)
    if (plan.form === 'fill') {
      this.#whole(plan, registers, vectors)
      return
    }
    if (plan.counter) this.#readCounter(plan, vectors)
    if (!plan.load) for (const r of plan.registers) vectors.pull(r)
    if (plan.vectorBase >= 0) vectors.pull(plan.vectorBase)
    if (plan.vectorIndex >= 0) vectors.pull(plan.vectorIndex)
    const { bytes } = vectors.file
    if (plan.form === 'slice') this.#slice(plan, registers, vectors)
    else if (plan.form === 'replicate') {
      // One element, if any lane is active.
      for (let e = 0; e < this.vl / plan.lane; e++) {
        if (!this.#active(plan, bytes, e)) continue
        this.#add(0, (plan.registers[0] as number) * MAX_VECTOR_BYTES, 0)
        return
      }
    } else if (plan.form === 'replicate-quad' || plan.form === 'replicate-octo') {
      this.#row(plan, bytes, (plan.form === 'replicate-quad' ? 16 : 32) / plan.lane)
    } else if (plan.vectorBase >= 0 || plan.vectorIndex >= 0) this.#scattered(plan, bytes)
    else this.#row(plan, bytes, this.vl / plan.lane)
  }

  /** Scalar part of every address. */
  #base(plan: ScalablePlan, registers: RegisterAccess): void {
    this.#baseHi = 0
    this.#baseLo = 0
    const { regs } = registers
    if (plan.base !== BASE_VECTOR) {
      const slot = baseSlot(plan, registers)
      registers.read(slot)
      this.#baseHi = regs.hi(slot)
      this.#baseLo = regs.lo(slot)
    }
    this.#add64(plan.mulVl ? plan.offset * this.#transferred(plan) : plan.offset)
    if (plan.index < 0 || plan.index === Reg.XZR) return
    registers.read(plan.index)
    const lo = regs.lo(plan.index)
    const high = plan.shift > 0 ? (regs.hi(plan.index) << plan.shift) | (lo >>> (32 - plan.shift)) : regs.hi(plan.index)
    this.#add64((lo << plan.shift) >>> 0)
    this.#baseHi = (this.#baseHi + high) >>> 0
  }

  #add64(n: number): void {
    const sum = this.#baseLo + n
    this.#baseHi = (this.#baseHi + Math.floor(sum / TWO32)) >>> 0
    this.#baseLo = sum >>> 0
  }

  /** Bytes that one register transfers: the unit of `mul vl`. */
  #transferred(plan: ScalablePlan): number {
    if (plan.form !== 'fill') return (this.vl / plan.lane) * plan.size
    if (plan.bank === 'P') return this.vl / 8
    return plan.bank === 'ZA' ? this.svl : this.vl
  }

  #active(plan: ScalablePlan, bytes: Uint8Array, e: number): boolean {
    if (plan.predicate < 0) return true
    if (plan.counter) {
      // The counter counts elements of its own size; an element is active when its lowest byte's is.
      if (this.#counterLane === 0) return false
      const k = (e * plan.lane) / this.#counterLane
      return Math.floor(k) === k && k < this.#counted !== this.#inverted
    }
    const n = e * plan.lane
    return bit(bytes[vectorOffset(VectorReg.P0 + plan.predicate) + (n >>> 3)] as number, n & 7) === 1
  }

  #readCounter(plan: ScalablePlan, vectors: VectorRegisters): void {
    const at = vectorOffset(VectorReg.P0 + plan.predicate)
    const { bytes } = vectors.file
    const value = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
    const low = value & 15
    // The lowest set bit tells the size, what is above it the count, as far as a count of four vectors goes.
    const log2 = low === 0 ? -1 : 31 - Math.clz32(low & -low)
    this.#counterLane = log2 < 0 ? 0 : 1 << log2
    this.#counted = log2 < 0 ? 0 : bits(value, log2 + 1, Math.log2(this.vl) + 2 - log2)
    this.#inverted = (value & 0x8000) !== 0
  }

  /** Elements that follow one another in memory. */
  #row(plan: ScalablePlan, bytes: Uint8Array, elements: number): void {
    const count = plan.registers.length
    for (let k = 0; k < elements * count; k++) {
      const e = plan.interleaved ? Math.floor(k / count) : k % elements
      const r = plan.interleaved ? k % count : Math.floor(k / elements)
      if (!this.#active(plan, bytes, plan.interleaved ? e : k)) continue
      this.#add(k * plan.size, (plan.registers[r] as number) * MAX_VECTOR_BYTES + e * plan.lane, e)
    }
  }

  /** Each at its own address: a vector of bases, or one of offsets. */
  #scattered(plan: ScalablePlan, bytes: Uint8Array): void {
    const vector = Math.max(plan.vectorBase, plan.vectorIndex) * MAX_VECTOR_BYTES
    const to = (plan.registers[0] as number) * MAX_VECTOR_BYTES
    const count = plan.registers.length
    for (let e = 0; e < this.vl / plan.lane; e++) {
      if (!this.#active(plan, bytes, e)) continue
      const at = vector + e * plan.lane
      let lo = wordAt(bytes, at)
      let hi = plan.addressLane === 8 ? wordAt(bytes, at + 4) : 0
      if (plan.extend === 'uxtw') hi = 0
      else if (plan.extend === 'sxtw') hi = lo >> 31
      if (plan.shift > 0) {
        hi = (hi << plan.shift) | (lo >>> (32 - plan.shift))
        lo <<= plan.shift
      }
      for (let r = 0; r < count; r++) {
        const i = this.count
        const sum = this.#baseLo + (lo >>> 0) + r * plan.size
        this.lo[i] = sum
        this.hi[i] = this.#baseHi + hi + Math.floor(sum / TWO32)
        this.to[i] =
          to + (((plan.registers[r] as number) - (plan.registers[0] as number)) * MAX_VECTOR_BYTES + e * plan.lane)
        this.lanes[i] = e
        this.count++
      }
    }
  }

  /** A slice of a ZA tile: a vector of ZA, or one element of every n-th. */
  #slice(plan: ScalablePlan, registers: RegisterAccess, vectors: VectorRegisters): void {
    const elements = this.svl / plan.lane
    registers.read(plan.select)
    const slice = (registers.regs.lo(plan.select) + plan.selectOffset) % elements
    const { bytes } = vectors.file
    const row = plan.tile + slice * plan.lane
    const from = plan.vertical ? plan.tile : row
    const step = plan.vertical ? plan.lane : this.svl
    for (let k = 0; k < (plan.vertical ? elements : 1); k++) vectors.pull(VectorReg.ZA0 + from + k * step)
    for (let e = 0; e < elements; e++) {
      const at = plan.vertical
        ? vectorOffset(VectorReg.ZA0 + plan.tile + e * plan.lane) + slice * plan.lane
        : vectorOffset(VectorReg.ZA0 + row) + e * plan.lane
      if (this.#active(plan, bytes, e)) this.#add(e * plan.size, at, e)
    }
    this.sliceFrom = from
    this.sliceStep = step
    this.slice = slice
  }

  /** ZA: first vector of the slice, how far apart its vectors are, and which slice it is. */
  sliceFrom = 0
  sliceStep = 0
  slice = 0

  /** LDR, STR: the register's bytes, in pieces. */
  #whole(plan: ScalablePlan, registers: RegisterAccess, vectors: VectorRegisters): void {
    let register = plan.registers[0] as number
    let length = this.vl
    if (plan.bank === 'P') {
      register += VectorReg.P0
      length = this.vl / 8
    } else if (plan.bank === 'ZT0') {
      register = VectorReg.ZT0
      length = 64
    } else if (plan.bank === 'ZA') {
      registers.read(plan.select)
      register = VectorReg.ZA0 + ((registers.regs.lo(plan.select) + plan.selectOffset) % this.svl)
      length = this.svl
    }
    this.register = register
    if (!plan.load) vectors.pull(register)
    this.size = Math.min(PIECE, length)
    this.alignment = plan.bank === 'P' ? 2 : 16
    this.lane = this.size
    for (let at = 0; at < length; at += this.size) this.#add(at, vectorOffset(register) + at, at / this.size)
  }

  /** LDR, STR: number of the register. */
  register = 0

  #add(offset: number, to: number, lane: number): void {
    const i = this.count
    const sum = this.#baseLo + offset
    this.lo[i] = sum
    this.hi[i] = this.#baseHi + (sum >= TWO32 ? 1 : 0)
    this.to[i] = to
    this.lanes[i] = lane
    this.count++
  }
}
