import { combine } from './atomic-operation.ts'
import { ACCESSED, BLOCKED, type ElementBus } from './element-bus.ts'
import { ElementData, gather, gatherOperands, readKeptLanes, reverseElements, scatter } from './elements.ts'
import { combineFloat } from './float-atomic.ts'
import { MAX_BYTES, type Plan, ZERO_ELEMENT } from './plan.ts'
import { RCW_DIFFERS, RCW_DONE, rcwCheck, readRcwRegisters } from './rcw.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'
import { Span } from './span.ts'

/** Most bytes that an atomic modifies: LSE128, CASP. */
const MAX_MODIFIED = 16

/**
 * Makes the element accesses of a plan whose pages are known, in order, and moves the data from and to registers.
 *
 * An element goes to the address space whole; one that crosses into another page goes as its two parts. An atomic
 * reads its elements, then writes them, each at its true size, unless a device takes it whole; a compare that fails writes nothing. Registers are
 * written only by {@link writeBack}, when no element was refused.
 */
export class Executor {
  /** Where the access lies: to be written before it is made. */
  readonly span: Span = new Span()
  readonly #bus: ElementBus
  readonly #elementData: ElementData = new ElementData(MAX_BYTES)
  readonly #data: Uint8Array = this.#elementData.bytes
  /** Atomics: what Rs compares with, operands or new values from registers, and what is written, in memory order. */
  readonly #expected: Uint8Array = new Uint8Array(MAX_MODIFIED)
  readonly #operand: Uint8Array = new Uint8Array(MAX_MODIFIED)
  readonly #next: Uint8Array = new Uint8Array(MAX_MODIFIED)

  /** NZCV after a read-check-write. */
  #flags = 0

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
      gather(plan, registers, this.#elementData)
      if (plan.accelerator) this.#acceleratorData(registers)
      if (bigEndian) reverseElements(plan, data)
    } else {
      readKeptLanes(plan, registers)
    }
    const refused = this.#elements(plan, store, data, attrs)
    if (refused !== ACCESSED) return refused
    if (!store && bigEndian) reverseElements(plan, data)
    return ACCESSED
  }

  /** ST64BV0: the low word of the first register is ACCDATA_EL1's. */
  #acceleratorData(registers: RegisterAccess): void {
    registers.read(Reg.ACCDATA_EL1)
    for (let i = 0; i < 4; i++) this.#data[i] = registers.regs.bytes[Reg.ACCDATA_EL1 * 8 + i] as number
  }

  /** Stores `length` bytes of zero, 4 to 2048: DC ZVA. @param most - bytes of each store, at most. */
  zero(length: number, attrs: number, most: number = ZERO_ELEMENT): number {
    const size = Math.min(length, most)
    const { pa, room, nextPa, blocked } = this.span
    this.#data.fill(0, 0, size)
    for (let offset = 0; offset < length; offset += size) {
      if (offset >= room && blocked) return BLOCKED
      const at = offset < room ? pa + offset : nextPa + offset - room
      const refused = this.#bus.transfer(true, at, size, this.#data, 0, offset, attrs)
      if (refused !== ACCESSED) return refused
    }
    return ACCESSED
  }

  /** Writes the data registers of a load whose {@link access} is done; those of an atomic get the old value. */
  writeBack(plan: Plan, registers: RegisterAccess): void {
    if (plan.load) scatter(plan, registers, this.#elementData)
    if (plan.rcw === '') return
    registers.read(Reg.PSTATE)
    const { regs } = registers
    regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE) | 0, (regs.lo(Reg.PSTATE) & 0xfff_ffff) | (this.#flags << 28))
    registers.wrote(Reg.PSTATE)
  }

  /** Reads every element, then writes every element (pseudocode `MemAtomic`, `MemAtomicRCW`). */
  #modify(plan: Plan, registers: RegisterAccess, bigEndian: boolean, attrs: number): number {
    const old = this.#data
    const next = this.#next
    const { count, size, operation } = plan
    const compares = operation === ''
    gatherOperands(plan, registers, plan.sources, this.#operand)
    if (compares) gatherOperands(plan, registers, plan.slots, this.#expected)
    if (plan.vector) registers.read(Reg.FPCR)
    if (plan.rcw !== '') readRcwRegisters(registers, count * size, plan.rcw === 'rcws')
    // Those of a float or a check are the CPU's own: no bus has them.
    const whole = plan.float === '' && plan.rcw === '' && this.#takesWhole(plan, bigEndian)
    const refused = whole ? this.#modifyWhole(plan, bigEndian, attrs) : this.#elements(plan, false, old, attrs)
    if (refused !== ACCESSED) return refused
    if (bigEndian) reverseElements(plan, old)
    this.#flags = RCW_DIFFERS
    if (compares) {
      for (let i = 0; i < count * size; i++) if (old[i] !== this.#expected[i]) return ACCESSED
    }
    if (plan.float !== '') {
      combineFloat(plan.float, plan.brain, size, 0, old, this.#operand, next, registers.regs.lo(Reg.FPCR) | 0)
    } else {
      for (let e = 0; e < count; e++) combine(compares ? 'swp' : operation, size, e * size, old, this.#operand, next)
    }
    if (plan.rcw !== '') {
      this.#flags = rcwCheck(registers.regs, old, next, count * size, plan.rcw === 'rcws', bigEndian)
      if (this.#flags !== RCW_DONE) return ACCESSED
    }
    if (bigEndian) reverseElements(plan, next)
    if (!whole) return this.#elements(plan, true, next, attrs)
    this.#bus.modified(this.span.pa, count * size, next)
    return ACCESSED
  }

  #takesWhole({ count, size, operation }: Plan, bigEndian: boolean): boolean {
    const { pa, room } = this.span
    return room >= count * size && this.#bus.takesAtomic(pa, count * size, operation, bigEndian)
  }

  /** The device does it all: the operands in memory order go there, and the old value comes back. */
  #modifyWhole(plan: Plan, bigEndian: boolean, attrs: number): number {
    const { count, size, operation } = plan
    const operand = this.#operand
    const expected = this.#expected
    if (bigEndian) {
      reverseElements(plan, operand)
      reverseElements(plan, expected)
    }
    const refused = this.#bus.modify(this.span.pa, count * size, operation, operand, expected, this.#data, attrs)
    if (bigEndian) {
      reverseElements(plan, operand)
      reverseElements(plan, expected)
    }
    return refused
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
    const { pa, room } = this.span
    if (room - offset < size) return this.#elementBeyond(store, offset, size, data, attrs)
    return this.#bus.transfer(store, pa + offset, size, data, offset, offset, attrs)
  }

  /** Apart: an element that crosses into another page, or is on it. */
  #elementBeyond(store: boolean, offset: number, size: number, data: Uint8Array, attrs: number): number {
    const { pa, room, nextPa, blocked } = this.span
    const here = room - offset
    if (blocked && here <= 0) return BLOCKED
    if (here <= 0) return this.#bus.transfer(store, nextPa - here, size, data, offset, offset, attrs)
    const refused = this.#bus.transfer(store, pa + offset, here, data, offset, offset, attrs)
    if (refused !== ACCESSED) return refused
    if (blocked) return BLOCKED
    return this.#bus.transfer(store, nextPa, size - here, data, offset + here, offset + here, attrs)
  }
}
