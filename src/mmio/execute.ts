import { combine } from './atomic-operation.ts'
import { ACCESSED, BLOCKED, type ElementBus } from './element-bus.ts'
import { gather, gatherGeneral, readKeptLanes, reverseElements, scatter } from './elements.ts'
import { MAX_BYTES, type Plan, ZERO_ELEMENT } from './plan.ts'
import type { RegisterAccess } from './register-access.ts'
import { Span } from './span.ts'

/** Most bytes that an atomic modifies: LSE128, CASP. */
const MAX_MODIFIED = 16

/**
 * Makes the element accesses of a plan whose pages are known, in order, and moves the data from and to registers.
 *
 * An element goes to the address space whole; one that crosses into another page goes as its two parts. An atomic
 * reads its elements, then writes them, each at its true size; a compare that fails writes nothing. Registers are
 * written only by {@link writeBack}, when no element was refused.
 */
export class Executor {
  /** Where the access lies: to be written before it is made. */
  readonly span: Span = new Span()
  readonly #bus: ElementBus
  readonly #data: Uint8Array = new Uint8Array(MAX_BYTES)
  /** Atomics: what Rs compares with, operands or new values from registers, and what is written, in memory order. */
  readonly #expected: Uint8Array = new Uint8Array(MAX_MODIFIED)
  readonly #operand: Uint8Array = new Uint8Array(MAX_MODIFIED)
  readonly #next: Uint8Array = new Uint8Array(MAX_MODIFIED)

  constructor(bus: ElementBus) {
    this.#bus = bus
  }

  /**
   * Accesses the elements in order, and stops at the first that the bus refuses.
   *
   * @param attrs - MemTxAttrs bits.
   * @returns ACCESSED, BLOCKED, or how many bytes from the effective address the first refused byte lies.
   */
  access(plan: Plan, registers: RegisterAccess, bigEndian: boolean, attrs: number): number {
    if (plan.load && plan.store) return this.#modify(plan, registers, bigEndian, attrs)
    const data = this.#data
    const { store } = plan
    if (store) {
      gather(plan, registers, data)
      if (bigEndian) reverseElements(plan, data)
    } else {
      readKeptLanes(plan, registers)
    }
    const refused = this.#elements(plan, store, data, attrs)
    if (refused !== ACCESSED) return refused
    if (!store && bigEndian) reverseElements(plan, data)
    return ACCESSED
  }

  /** Stores `length` bytes of zero, a power of two up to 2048: DC ZVA. */
  zero(length: number, attrs: number): number {
    const size = Math.min(length, ZERO_ELEMENT)
    this.#data.fill(0, 0, size)
    for (let offset = 0; offset < length; offset += size) {
      const refused = this.#bus.transfer(true, this.span.pa + offset, size, this.#data, 0, offset, attrs)
      if (refused !== ACCESSED) return refused
    }
    return ACCESSED
  }

  /** Writes the data registers of a load whose {@link access} is done; those of an atomic get the old value. */
  writeBack(plan: Plan, registers: RegisterAccess): void {
    if (plan.load) scatter(plan, registers, this.#data)
  }

  /** Reads every element, then writes every element (pseudocode `MemAtomic`, `MemAtomicCompareAndSwap`). */
  #modify(plan: Plan, registers: RegisterAccess, bigEndian: boolean, attrs: number): number {
    const old = this.#data
    const next = this.#next
    const { count, size, operation } = plan
    const compares = operation === ''
    gatherGeneral(plan, registers, plan.sources, this.#operand)
    if (compares) gatherGeneral(plan, registers, plan.slots, this.#expected)
    const refused = this.#elements(plan, false, old, attrs)
    if (refused !== ACCESSED) return refused
    if (bigEndian) reverseElements(plan, old)
    if (compares) {
      for (let i = 0; i < count * size; i++) if (old[i] !== this.#expected[i]) return ACCESSED
    }
    for (let e = 0; e < count; e++) combine(compares ? 'swp' : operation, size, e * size, old, this.#operand, next)
    if (bigEndian) reverseElements(plan, next)
    return this.#elements(plan, true, next, attrs)
  }

  #elements(plan: Plan, store: boolean, data: Uint8Array, attrs: number): number {
    const count = plan.whole ? 1 : plan.count
    const size = plan.whole ? plan.count * plan.size : plan.size
    for (let e = 0; e < count; e++) {
      const refused = this.#element(store, e * size, size, data, attrs)
      if (refused !== ACCESSED) return refused
    }
    return ACCESSED
  }

  #element(store: boolean, offset: number, size: number, data: Uint8Array, attrs: number): number {
    const { pa, room, nextPa, blocked } = this.span
    const here = room - offset
    if (here >= size) return this.#bus.transfer(store, pa + offset, size, data, offset, offset, attrs)
    if (blocked && here <= 0) return BLOCKED
    if (here <= 0) return this.#bus.transfer(store, nextPa - here, size, data, offset, offset, attrs)
    const refused = this.#bus.transfer(store, pa + offset, here, data, offset, offset, attrs)
    if (refused !== ACCESSED) return refused
    if (blocked) return BLOCKED
    return this.#bus.transfer(store, nextPa, size - here, data, offset + here, offset + here, attrs)
  }
}
