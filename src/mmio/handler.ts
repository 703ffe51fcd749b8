import { hex } from '../bits.ts'
import { Commit } from './commit.ts'
import { type Continuation, ContinuationError, checkAnswer, checkContinuation } from './continuation.ts'
import { EffectiveAddress } from './effective-address.ts'
import { ElementBus } from './element-bus.ts'
import { Executor } from './execute.ts'
import { type Abort, Fault } from './fault.ts'
import { FaultRoad } from './fault-road.ts'
import { GuestWalk } from './guest-walk.ts'
import { type HandlerOptions, settingsOf } from './handler-options.ts'
import type { Outcome } from './outcome.ts'
import { PlanRoad } from './plan-road.ts'
import { Probe } from './probe.ts'
import { MEMTX_OK, type MemTxResult } from './region.ts'
import { Reg } from './register-file.ts'
import { RetryLimit } from './retry-limit.ts'
import type { Vcpu } from './vcpu.ts'

/**
 * Handles the data aborts of a guest at EL1 or EL0: decodes the instruction where hardware gives no syndrome, walks the
 * guest's tables, sends each element to RAM or device in order, and retires the instruction.
 *
 * Never throws on anything that a guest controls, and allocates nothing once a word's plan is cached. What the shim's
 * own `pull`, `push` or observer throws passes through; so far nothing is changed, save by devices and by `push` itself.
 *
 * Work per fault is bounded, and the bounds are in docs/bounds.md: one instruction fetch; 65 accesses of 64 bytes on two
 * pages; DC ZVA 256; memory copy and set `MEMORY_COPY_CHUNK` bytes, each read and written; SVE and SME 1024 elements side by
 * side, or 64 on two pages each.
 *
 * Speed is bound by V8's budget for inlining, 920 bytes of bytecode for each function that it compiles: with
 * `node --max-inlined-bytecode-size-cumulative=2000` a warm LDP X at the TPM CRB takes 425 ns instead of 517
 * (Node 20). So what is rare is in functions of its own, and bundles have literals where the source has names.
 *
 * One handler serves any number of vCPUs, one fault at a time.
 *
 * @example
 * ```ts
 * const handler = new DataAbortHandler({ space })
 * const outcome = handler.handle(vcpu, { esr: 0x9200_0007n, far: 0x8030n, hpfar: 0xfed400n })
 * outcome.kind // 'retired'
 * ```
 */
export class DataAbortHandler {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #bus: ElementBus
  readonly #commit: Commit
  readonly #road: FaultRoad
  readonly #retries: RetryLimit = new RetryLimit()

  /** @throws HandlerError for options that are none of those listed. */
  constructor(options: HandlerOptions) {
    const settings = settingsOf(options)
    const { space, features, ignoreErrors, trace } = settings
    const fault = new Fault(settings)
    const walk = new GuestWalk(space, features, settings.pstate)
    const bus = new ElementBus(space, ignoreErrors, trace, fault.outcome.journal)
    const executor = new Executor(bus)
    const address = new EffectiveAddress()
    const commit = new Commit(fault, bus, executor, address)
    const probe = new Probe(fault, walk, executor.span)
    const planned = new PlanRoad(fault, walk, bus, probe, commit, address)
    this.#fault = fault
    this.#walk = walk
    this.#bus = bus
    this.#commit = commit
    this.#road = new FaultRoad(fault, walk, probe, commit, planned)
  }

  /**
   * Handles one data abort.
   *
   * @param vcpu - stopped at the instruction that aborted.
   * @param abort - what the hardware reported. A shim on the fast path leaves it out and keeps ESR_EL2, FAR_EL2 and
   * HPFAR_EL2 in their slots of the register file, so that no bigint is made.
   * @returns the handler's own object, overwritten by the next fault. Registers of the guest have changed if and only
   * if its `kind` is `retired` or `injected`. A `retry` that comes `MAX_RETRIES` times in a row for the very same
   * fault is `unhandled` from then on, with its reason; `not-mmio`, where the host has something to do, never is.
   */
  handle(vcpu: Vcpu, abort?: Abort): Outcome {
    this.#fault.begin(vcpu, abort)
    this.#walk.begin()
    return this.#finish(this.#road.run())
  }

  /**
   * Goes on with an instruction that ended in `deferred`, from the callback on that its device now answers. Another
   * callback may be deferred in turn.
   *
   * @param vcpu - the one that was stopped, with the registers that it had then.
   * @param continuation - what the outcome gave; it may have been written as JSON and read by another process.
   * @param value - what the callback would have returned, all bytes of it; nothing for a write.
   * @param result - MEMTX_ codes that the callback would have left.
   * @returns as {@link handle}.
   * @throws ContinuationError for a continuation that no handler made, another vCPU, or a value that does not fit.
   *
   * @example
   * ```ts
   * const { kind, continuation } = handler.handle(vcpu)
   * if (kind === 'deferred') pending.set(continuation.token, [vcpu, JSON.stringify(continuation)])
   * // later, perhaps elsewhere
   * handler.resume(vcpu, JSON.parse(text), 0x2a).kind // 'retired'
   * ```
   */
  resume(vcpu: Vcpu, continuation: Continuation, value: bigint | number = 0, result: MemTxResult = MEMTX_OK): Outcome {
    const c = checkContinuation(continuation)
    const n = checkAnswer(c, value, result)
    this.#restart(vcpu, c)
    const fault = this.#fault
    fault.resuming = true
    this.#walk.know(c.pages)
    const hi = Number(n >> 32n)
    this.#bus.replay({ journal: c.journal, waiting: c.waiting, hi, lo: Number(n & 0xffff_ffffn), result })
    try {
      this.#walk.word = c.word | 0
      return this.#finish(this.#road.run())
    } finally {
      fault.resuming = false
      this.#bus.replay(undefined)
    }
  }

  /**
   * Gives up an instruction that ended in `deferred`: its device is told, and the guest executes it anew. What its journal
   * lists was done, and will be done again.
   *
   * @throws ContinuationError as {@link resume}.
   */
  cancel(vcpu: Vcpu, continuation: Continuation): Outcome {
    const c = checkContinuation(continuation)
    this.#restart(vcpu, c)
    this.#fault.settings.space.cancel(c.waiting.pa + c.waiting.at.before, c.token)
    return this.#finish(this.#fault.end('retry', 'cancelled'))
  }

  /** Begins a fault anew as a continuation has it. */
  #restart(vcpu: Vcpu, c: Continuation): void {
    const fault = this.#fault
    const { regs } = vcpu
    const kept = [Reg.ESR_EL2, Reg.FAR_EL2, Reg.HPFAR_EL2].map((slot) => [slot, regs.get(slot)] as const)
    fault.begin(vcpu, { esr: BigInt(c.esr), far: BigInt(c.far), hpfar: BigInt(c.hpfar) })
    this.#walk.begin()
    if (fault.outcome.pc !== BigInt(c.pc)) {
      for (const [slot, value] of kept) regs.set(slot, value)
      throw new ContinuationError(
        `the vCPU is at PC ${hex(fault.outcome.pc)}, its continuation at ${c.pc}: give its own`,
      )
    }
  }

  /** What one fault leaves behind. */
  #finish(outcome: Outcome): Outcome {
    const fault = this.#fault
    const { registers, vcpu } = fault
    if (outcome.kind === 'deferred') this.#suspend(outcome)
    if (outcome.kind !== 'retry') this.#retries.settle(vcpu)
    else if (
      outcome.reason !== 'not-mmio' &&
      outcome.reason !== 'cancelled' &&
      this.#retries.exceeded(vcpu, outcome, registers.regs)
    ) {
      outcome.kind = 'unhandled'
    }
    registers.commit()
    fault.settings.trace?.finished?.(outcome)
    return outcome
  }

  #suspend(outcome: Outcome): void {
    const { waiting } = this.#bus
    const { regs } = this.#fault.registers
    if (waiting === undefined) return
    outcome.continuation = {
      version: 1,
      token: waiting.at.token,
      pc: hex(outcome.pc),
      esr: hex(regs.get(Reg.ESR_EL2)),
      far: hex(regs.get(Reg.FAR_EL2)),
      hpfar: hex(regs.get(Reg.HPFAR_EL2)),
      word: outcome.word,
      pages: this.#walk.pages,
      journal: [...outcome.journal],
      waiting,
    }
    this.#bus.waiting = undefined
  }

  /**
   * Clears the exclusives monitor of a vCPU: for a host that sees the guest execute CLREX or return from an exception,
   * or that resets the vCPU.
   */
  clearExclusive(vcpu: Vcpu): void {
    this.#commit.clearExclusive(vcpu)
  }
}
