import { Access, accessOf } from '../tlb/index.ts'
import type { Commit } from './commit.ts'
import { ACCESSED, BLOCKED, DIFFERS, type ElementBus } from './element-bus.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import type { Outcome } from './outcome.ts'
import { BASE_SP } from './plan.ts'
import { MemTxAttrs } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import { ScalableElements } from './scalable-elements.ts'
import { ScalableLanes } from './scalable-lanes.ts'
import type { ScalablePlan } from './scalable-plan.ts'
import { ScalableProbe } from './scalable-probe.ts'
import { isVectorLength, MAX_VECTOR_BYTES, VectorReg, type VectorRegisters } from './vector-file.ts'

/** LD1, ST1 of four vectors: bytes in memory. */
const MAX_BYTES = 4 * MAX_VECTOR_BYTES

/**
 * Loads and stores of scalable registers (DDI 0487, C8 and D1.4.4; pseudocode of LD1B, LDFF1B, LDNF1B, LDR and kin): the
 * active elements one by one, low addresses first, gathers in the order of their lanes. All pages are translated before
 * anything is accessed, an element that crosses into another page on both; under `architectural-order` the elements
 * before the one that is forbidden are then accessed. Of a first-fault load only the first active element may fault, and
 * others that cannot be read, or that are on a device, end the load in FFR.
 *
 * Work is bounded: 1024 elements on two pages, or 64 (LDn: 256) on as many pages each.
 */
export class ScalableAccess {
  readonly #fault: Fault
  readonly #bus: ElementBus
  readonly #commit: Commit
  readonly #elements: ScalableElements = new ScalableElements()
  readonly #probe: ScalableProbe
  readonly #lanes: ScalableLanes = new ScalableLanes(this.#elements)
  readonly #data: Uint8Array = new Uint8Array(MAX_BYTES)
  #vectors: VectorRegisters | undefined = undefined

  constructor(fault: Fault, walk: GuestWalk, bus: ElementBus, commit: Commit) {
    this.#fault = fault
    this.#probe = new ScalableProbe(fault, walk, commit, this.#elements)
    this.#bus = bus
    this.#commit = commit
  }

  /** Does the instruction, or says why not. */
  run(plan: ScalablePlan): Outcome {
    const fault = this.#fault
    const { outcome, registers, syndrome } = fault
    const { vectors } = fault.vcpu
    if (!vectors || !isVectorLength(vectors.length) || !isVectorLength(vectors.streamingLength ?? 16)) {
      return fault.end('unhandled', 'no-vector-registers')
    }
    if (plan.form === 'replicate-octo' && vectors.length < 32) return fault.end('retry', 'word-changed')
    if (plan.load === syndrome.write) return fault.end('retry', 'direction-differs')
    this.#vectors = vectors
    const elements = this.#elements
    elements.list(plan, registers, vectors)
    if (elements.count === 0) return fault.end('retry', 'far-differs')
    outcome.vaHi = elements.hi[0] as number
    outcome.vaLo = elements.lo[0] as number
    if (plan.base === BASE_SP && fault.stackMisaligned()) return fault.stackAbort()
    const access = accessOf(plan.load ? Access.READ : Access.WRITE, registers.regs.lo(Reg.PSTATE))
    const user = fault.level() === 0 ? MemTxAttrs.USER : MemTxAttrs.NONE
    const count = this.#probe.elements(plan, access)
    if (count < 0) return outcome
    const bigEndian = plan.form !== 'fill' && fault.bigEndian()
    return plan.load ? this.#load(plan, count, bigEndian, user) : this.#store(count, bigEndian, user)
  }

  /** Moves element `i` between memory and `data[at ..]`. */
  #transfer(store: boolean, i: number, data: Uint8Array, at: number, attrs: number): number {
    const { size, lo } = this.#elements
    const room = PAGE - ((lo[i] as number) & (PAGE - 1))
    const offset = i * size
    if (room >= size) return this.#bus.transfer(store, this.#probe.pa[i] as number, size, data, at, offset, attrs)
    const refused = this.#bus.transfer(store, this.#probe.pa[i] as number, room, data, at, offset, attrs)
    if (refused !== ACCESSED) return refused
    return this.#bus.transfer(
      store,
      this.#probe.nextPa[i] as number,
      size - room,
      data,
      at + room,
      offset + room,
      attrs,
    )
  }

  /** The element that was refused: FAR is of its first byte that was. */
  #refused(i: number, refused: number): Outcome {
    const { outcome } = this.#fault
    const { size, hi, lo } = this.#elements
    outcome.vaHi = hi[i] as number
    outcome.vaLo = lo[i] as number
    return this.#commit.refused(refused < ACCESSED ? refused : refused - i * size)
  }

  #store(count: number, bigEndian: boolean, attrs: number): Outcome {
    const { size } = this.#elements
    for (let i = 0; i < count; i++) {
      this.#gather(i, bigEndian)
      const refused = this.#transfer(true, i, this.#data, 0, attrs)
      this.#commit.stored(this.#probe.pa[i] as number, size)
      if (refused !== ACCESSED) return this.#refused(i, refused)
    }
    if (!this.#probe.blocked) return this.#bus.replays ? this.#commit.refused(DIFFERS) : this.#retire()
    if (this.#probe.blockedRoom > 0) this.#gather(count, bigEndian)
    return this.#endBlocked(true, count, attrs)
  }

  /** Ends the access at element `i`: what the guest may access of it is accessed. */
  #endBlocked(store: boolean, i: number, attrs: number): Outcome {
    const room = this.#probe.blockedRoom
    if (room === 0) return this.#commit.refused(BLOCKED)
    const pa = this.#probe.pa[i] as number
    const refused = this.#bus.transfer(store, pa, room, this.#data, 0, i * this.#elements.size, attrs)
    if (store) this.#commit.stored(pa, room)
    return refused === ACCESSED ? this.#commit.refused(BLOCKED) : this.#refused(i, refused)
  }

  /** Copies element `i` from the vector file to the start of the data. */
  #gather(i: number, bigEndian: boolean): void {
    const from = this.#elements.to[i] as number
    this.#lanes.gather(from, bigEndian, this.#vectors as VectorRegisters, this.#data)
  }

  #load(plan: ScalablePlan, count: number, bigEndian: boolean, attrs: number): Outcome {
    const { size } = this.#elements
    const data = this.#data
    const vectors = this.#vectors as VectorRegisters
    const kept = this.#fault.settings.choices.SVELDNFZERO === 'FALSE'
    if (count < this.#elements.count && !this.#probe.blocked) {
      vectors.pull(VectorReg.FFR)
      if (kept) for (const r of plan.registers) vectors.pull(r)
    }
    for (let i = 0; i < count; i++) {
      const refused = this.#transfer(false, i, data, i * size, attrs)
      if (refused !== ACCESSED) return this.#refused(i, refused)
      if (!bigEndian) continue
      for (let a = i * size, b = a + size - 1; a < b; a++, b--) {
        const byte = data[a] as number
        data[a] = data[b] as number
        data[b] = byte
      }
    }
    if (this.#probe.blocked) return this.#endBlocked(false, count, attrs)
    if (this.#bus.replays) return this.#commit.refused(DIFFERS)
    this.#lanes.place(plan, count, kept, vectors, data)
    if (count < this.#elements.count) this.#lanes.endFfr(vectors, count)
    return this.#retire()
  }

  #retire(): Outcome {
    retire(this.#fault.registers)
    return this.#fault.end('retired', 'done')
  }
}
