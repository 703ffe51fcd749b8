import type { EffectiveAddress } from './effective-address.ts'
import { ACCESSED, BLOCKED, DEFERRED, DIFFERS, type ElementBus } from './element-bus.ts'
import { ExclusiveMonitor } from './exclusive-monitor.ts'
import type { Executor } from './execute.ts'
import type { Fault } from './fault.ts'
import type { Outcome } from './outcome.ts'
import { type Plan, TAG_GRANULE } from './plan.ts'
import { MEMTX_ACCESS_ERROR, MEMTX_DECODE_ERROR, MemTxAttrs } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import type { Span } from './span.ts'
import { DFSC_EXTERNAL } from './syndrome.ts'
import { AllocationTags } from './tags.ts'
import type { Vcpu } from './vcpu.ts'

/**
 * Makes the accesses of a plan whose pages are known, then writes the registers: the second half of a transaction.
 * Nothing of the destination or of the base changes when an access was refused.
 */
export class Commit {
  readonly #fault: Fault
  readonly #bus: ElementBus
  readonly #executor: Executor
  readonly #address: EffectiveAddress
  readonly #monitor: ExclusiveMonitor = new ExclusiveMonitor()

  readonly tags: AllocationTags
  readonly span: Span

  constructor(fault: Fault, bus: ElementBus, executor: Executor, address: EffectiveAddress) {
    this.#fault = fault
    this.#bus = bus
    this.#executor = executor
    this.#address = address
    this.span = executor.span
    this.tags = new AllocationTags(fault, executor.span)
  }

  /** The accesses, then the registers: data, base, PC. */
  access(plan: Plan, attrs: number): Outcome {
    const fault = this.#fault
    const { registers, outcome, settings } = fault
    const executor = this.#executor
    const { tags } = this
    const block = plan.block === 0 ? 0 : fault.blockOf(plan)
    if (block > 0) outcome.vaLo = (outcome.vaLo & -block) >>> 0
    const length = block > 0 ? block : plan.count * plan.size
    if (settings.tags && !tags.check(plan, length, attrs === MemTxAttrs.USER)) return outcome
    if (plan.tags) tags.prepare(plan)
    let refused =
      block > 0 || plan.tags
        ? this.#accessBlock(plan, length, attrs)
        : executor.access(plan, registers, fault.bigEndian(), attrs)
    if (plan.store) this.#storedSpan(length)
    if (refused === ACCESSED && this.#bus.replays) refused = DIFFERS
    if (refused < ACCESSED || (refused > ACCESSED && !this.#answersRefusal(plan))) return this.refused(refused)
    if (plan.tags) tags.transfer(plan, length)
    else executor.writeBack(plan, registers)
    this.#writeResult(plan, refused === ACCESSED ? 0 : this.#bus.refusal === MEMTX_ACCESS_ERROR ? 1 : -1)
    if (!fault.suppressesBase) this.#address.writeBack(plan, registers)
    retire(registers)
    return fault.end('retired', 'done')
  }

  /** Apart: DC ZVA and its kin, instructions of tags. */
  #accessBlock(plan: Plan, length: number, attrs: number): number {
    const executor = this.#executor
    if (plan.form === 'zero') return executor.zero(length, attrs)
    if (plan.form === 'tag-zero') return executor.zero(length, attrs, TAG_GRANULE)
    if (plan.form === 'tag') return executor.span.blocked ? BLOCKED : ACCESSED
    return executor.access(plan, this.#fault.registers, this.#fault.bigEndian(), attrs)
  }

  /** Ends an instruction of which an access was not made. @param refused - what ElementBus.transfer returned. */
  refused(refused: number): Outcome {
    const fault = this.#fault
    const { outcome } = fault
    if (refused === BLOCKED) return fault.abortPostponed()
    if (refused === DEFERRED) return fault.end('deferred', 'device-deferred')
    if (refused === DIFFERS) return fault.end('retry', 'continuation-differs')
    const { refusedWrite } = this.#bus
    return fault.abort('external-abort', DFSC_EXTERNAL, refusedWrite, outcome.plusHi(refused), outcome.plusLo(refused))
  }

  /** A store-exclusive asks the monitor, and clears it. @returns whether nothing is to be stored: the outcome is set. */
  exclusiveFails(plan: Plan): boolean {
    // What goes on from a continuation has passed, and the monitor may be another handler's.
    if (plan.result < 0 || plan.form === 'block64' || this.#fault.resuming) return false
    const { vcpu, registers } = this.#fault
    const covered = this.#monitor.covers(vcpu, this.#executor.span.pa, plan.count * plan.size)
    this.#monitor.clear(vcpu)
    if (covered) return false
    // Nothing is stored, and the result register says so.
    this.#writeResult(plan, 1)
    retire(registers)
    this.#fault.end('retired', 'exclusive-failed')
    return true
  }

  /** Other vCPUs' monitors lose what was stored over. */
  stored(pa: number, length: number): void {
    if (length > 0) this.#monitor.stored(this.#fault.vcpu, pa, length)
  }

  /** A load-exclusive marks what it is about to load. */
  mark(plan: Plan): void {
    this.#monitor.mark(this.#fault.vcpu, this.#executor.span.pa, plan.count * plan.size)
  }

  /** Clears the exclusives monitor of a vCPU. */
  clearExclusive(vcpu: Vcpu): void {
    this.#monitor.clear(vcpu)
  }

  /**
   * ST64BV, ST64BV0: what becomes an abort elsewhere is an answer (DDI 0487, C6.2 ST64BV): all ones where the location
   * does not support the instruction (MEMTX_DECODE_ERROR). Any other value is the peripheral's to define; ours for one
   * that did not accept the bytes (MEMTX_ACCESS_ERROR) is 1.
   */
  #answersRefusal(plan: Plan): boolean {
    const { refusal } = this.#bus
    return (
      plan.form === 'block64' && plan.result >= 0 && (refusal === MEMTX_ACCESS_ERROR || refusal === MEMTX_DECODE_ERROR)
    )
  }

  /** @param result - -1 for all ones. */
  #writeResult(plan: Plan, result: number): void {
    if (plan.result < 0 || plan.result === Reg.XZR) return
    const { registers } = this.#fault
    registers.regs.setPair(plan.result, result >> 31, result)
    registers.wrote(plan.result)
  }

  /** Other vCPUs' monitors lose what was stored over, or may have been. */
  #storedSpan(length: number): void {
    const { vcpu } = this.#fault
    const { pa, nextPa, room, blocked } = this.#executor.span
    this.#monitor.stored(vcpu, pa, Math.min(room, length))
    if (room < length && !blocked) this.#monitor.stored(vcpu, nextPa, length - room)
  }
}
