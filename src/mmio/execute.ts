import type { AddressSpace } from './address-space.ts'
import { gather, readKeptLanes, reverseElements, scatter } from './elements.ts'
import { MAX_BYTES, type Plan } from './plan.ts'
import { MEMTX_OK } from './region.ts'
import type { RegisterAccess } from './register-access.ts'
import type { TraceObserver } from './trace.ts'

/** {@link Executor.access}: every byte was accessed. */
export const ACCESSED = -1

/**
 * Makes the element accesses of a plan whose pages are known, in order, and moves the data from and to registers.
 *
 * An element goes to the address space whole; one that crosses into another page goes as its two parts. Registers are
 * written only by {@link writeBack}, when no element was refused.
 */
export class Executor {
  /** Guest-physical address of the first byte. */
  pa = 0
  /** Bytes of the access that lie on the first page. */
  room = 0
  /** Guest-physical address of the byte that follows these, at the start of another page. */
  nextPa = 0
  readonly #space: AddressSpace
  readonly #ignoreErrors: boolean
  readonly #trace: TraceObserver | undefined
  readonly #data: Uint8Array = new Uint8Array(MAX_BYTES)

  constructor(space: AddressSpace, ignoreErrors: boolean, trace: TraceObserver | undefined) {
    this.#space = space
    this.#ignoreErrors = ignoreErrors
    this.#trace = trace
  }

  /**
   * Accesses the elements in order, and stops at the first that the bus refuses.
   *
   * @param attrs - MemTxAttrs bits.
   * @returns {@link ACCESSED}, or how many bytes from the effective address the first refused byte lies.
   */
  access(plan: Plan, registers: RegisterAccess, bigEndian: boolean, attrs: number): number {
    const data = this.#data
    if (plan.store) {
      gather(plan, registers, data)
      if (bigEndian) reverseElements(plan, data)
    } else {
      readKeptLanes(plan, registers)
    }
    const { count, size, store } = plan
    for (let e = 0; e < count; e++) {
      const refused = this.#element(store, e * size, size, attrs)
      if (refused !== ACCESSED) return refused
    }
    if (plan.load && bigEndian) reverseElements(plan, data)
    return ACCESSED
  }

  /** Writes the data registers of a load whose {@link access} is done. */
  writeBack(plan: Plan, registers: RegisterAccess): void {
    if (plan.load) scatter(plan, registers, this.#data)
  }

  #element(store: boolean, offset: number, size: number, attrs: number): number {
    const here = this.room - offset
    if (here >= size) return this.#transfer(store, this.pa + offset, size, offset, attrs)
    if (here <= 0) return this.#transfer(store, this.nextPa - here, size, offset, attrs)
    const refused = this.#transfer(store, this.pa + offset, here, offset, attrs)
    return refused === ACCESSED ? this.#transfer(store, this.nextPa, size - here, offset + here, attrs) : refused
  }

  #transfer(store: boolean, pa: number, size: number, at: number, attrs: number): number {
    const data = this.#data
    const space = this.#space
    const result = store ? space.write(pa, size, data, at, attrs) : space.read(pa, size, data, at, attrs)
    this.#trace?.accessed?.(store, pa, size, data, at, result)
    return result === MEMTX_OK || this.#ignoreErrors ? ACCESSED : at + (space.errorAddress - pa)
  }
}
