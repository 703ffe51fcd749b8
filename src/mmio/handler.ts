import { bit, bits, TWO32 } from '../bits.ts'
import {
  Access,
  ALL_FEATURES,
  accessOf,
  FaultKind,
  type Features,
  RegimeRegister,
  Translation,
  TranslationRegime,
  walk,
} from '../tlb/index.ts'
import type { AddressSpace } from './address-space.ts'
import { type PstateFeatures, takeException } from './exception.ts'
import { Outcome, type OutcomeKind, type Reason } from './outcome.ts'
import { BASE_PC, BASE_SP, Extend, type Plan, PlanCache, PlanStatus, Writeback } from './plan.ts'
import { MEMTX_OK, MemTxAttrs } from './region.ts'
import { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'
import { DFSC_EXTERNAL, ExceptionClass, Syndrome } from './syndrome.ts'
import type { TraceObserver } from './trace.ts'
import type { Vcpu } from './vcpu.ts'

/** What the hardware reported: ESR_EL2, FAR_EL2, HPFAR_EL2. */
export interface Abort {
  readonly esr: bigint
  readonly far: bigint
  readonly hpfar: bigint
}

/** Options of a {@link DataAbortHandler}. */
export interface HandlerOptions {
  /** Where the guest's RAM and devices are. */
  readonly space: AddressSpace
  /** What the guest's CPU implements; everything unless told. */
  readonly features?: Partial<Features & PstateFeatures>
  /**
   * What a device's or the bus's error does: a synchronous external abort in the guest (default), or nothing, as
   * hypervisors that drop MemTxResult do.
   */
  readonly busErrors?: 'inject' | 'ignore'
  /**
   * Bytes that the host maps as one: 4096 (default), 16384 or 65536. A page that shares such a unit with a device
   * faults too, and its accesses are emulated; a fault in a unit that is RAM throughout is the host's to map.
   */
  readonly granule?: 4096 | 16384 | 65536
  /** Told of each stage. */
  readonly trace?: TraceObserver
}

const ALL_PSTATE: PstateFeatures = { PAN: true, UAO: true, SSBS: true, BTI: true, MTE: true, NMI: false }
const PAGE = 4096
/** Registers of stage 1: index in the regime, slot in the register file. The IPA is the address space's address. */
const REGIME_SOURCES = [
  RegimeRegister.SCTLR_EL1,
  Reg.SCTLR_EL1,
  RegimeRegister.TCR_EL1,
  Reg.TCR_EL1,
  RegimeRegister.TTBR0_EL1,
  Reg.TTBR0_EL1,
  RegimeRegister.TTBR1_EL1,
  Reg.TTBR1_EL1,
  RegimeRegister.MAIR_EL1,
  Reg.MAIR_EL1,
] as const
/** PSTATE.SS and PSTATE.BTYPE: zero after any instruction that retires. */
const RETIRE_CLEARS = (1 << 21) | (3 << 10)
/** Bytes of the longest access: LD4/ST4 and LDP Q are 64 at most. */
const LONGEST = 64

/**
 * Handles the data aborts of guests: decodes the instruction where hardware gives no syndrome, walks the guest's
 * tables, sends each element to RAM or device in order, and retires the instruction. Never throws on anything that a
 * guest controls, and allocates nothing once a word's plan is cached.
 *
 * Work per fault is bounded: one instruction fetch, two pages of data (five descriptors each), 64 elements.
 *
 * @example
 * ```ts
 * const handler = new DataAbortHandler({ space })
 * const outcome = handler.handle(vcpu, { esr: 0x9200_0007n, far: 0x8030n, hpfar: 0xfed400n })
 * outcome.kind // 'retired'
 * ```
 */
export class DataAbortHandler {
  readonly #space: AddressSpace
  readonly #regime: TranslationRegime
  readonly #pstate: PstateFeatures
  readonly #inject: boolean
  readonly #granule: number
  readonly #trace: TraceObserver | undefined
  readonly #plans: PlanCache = new PlanCache()
  readonly #registers: RegisterAccess = new RegisterAccess()
  readonly #syndrome: Syndrome = new Syndrome()
  readonly #outcome: Outcome = new Outcome()
  readonly #page: Translation = new Translation()
  readonly #data: Uint8Array = new Uint8Array(LONGEST)
  readonly #word: Uint8Array = new Uint8Array(4)
  /** Effective address, and guest-physical addresses of its page and of the next one that the access reaches. */
  #eaHi = 0
  #eaLo = 0
  #pa0 = 0
  #pa1 = 0
  /** Bytes of the access on the first page. */
  #room = 0

  constructor(options: HandlerOptions) {
    this.#space = options.space
    this.#regime = new TranslationRegime({ ...ALL_FEATURES, ...options.features })
    this.#pstate = { ...ALL_PSTATE, ...options.features }
    this.#inject = options.busErrors !== 'ignore'
    this.#trace = options.trace
    this.#granule = options.granule ?? PAGE
  }

  /**
   * Handles one data abort.
   *
   * @param vcpu - stopped at the instruction that aborted.
   * @param abort - what the hardware reported. A shim that keeps ESR_EL2, FAR_EL2 and HPFAR_EL2 in the register file
   * leaves it out and so makes no bigint.
   * @returns the handler's own object, overwritten by the next fault.
   */
  handle(vcpu: Vcpu, abort?: Abort): Outcome {
    const registers = this.#registers
    registers.begin(vcpu)
    if (abort) {
      vcpu.regs.set(Reg.ESR_EL2, abort.esr)
      vcpu.regs.set(Reg.FAR_EL2, abort.far)
      vcpu.regs.set(Reg.HPFAR_EL2, abort.hpfar)
    } else {
      registers.read(Reg.ESR_EL2)
      registers.read(Reg.FAR_EL2)
      registers.read(Reg.HPFAR_EL2)
    }
    registers.read(Reg.PC)
    registers.read(Reg.PSTATE)
    const { regs } = registers
    const outcome = this.#outcome
    outcome.pcHi = regs.hi(Reg.PC)
    outcome.pcLo = regs.lo(Reg.PC)
    outcome.vaHi = regs.hi(Reg.FAR_EL2)
    outcome.vaLo = regs.lo(Reg.FAR_EL2)
    outcome.word = -1
    outcome.ipa = -1
    outcome.status = 0
    this.#road()
    this.#trace?.finished?.(outcome)
    return outcome
  }

  #end(kind: OutcomeKind, reason: Reason): Outcome {
    this.#outcome.kind = kind
    this.#outcome.reason = reason
    return this.#outcome
  }

  #road(): Outcome {
    const { regs } = this.#registers
    this.#pa1 = -1
    const s = this.#syndrome.parse(regs.lo(Reg.ESR_EL2))
    if (s.ec !== ExceptionClass.DATA_ABORT_LOWER) return this.#end('unhandled', 'not-a-data-abort')
    if (bit(regs.lo(Reg.PSTATE), 4) === 1) return this.#end('unhandled', 'aarch32')
    if (s.farInvalid) return this.#end('unhandled', 'far-invalid')
    if (s.tableWalk) return this.#end('unhandled', 'table-walk')
    if (!s.translationFault && !s.permissionFault) return this.#end('unhandled', 'not-a-stage-2-fault')
    if (s.isv && s.translationFault && this.#contained(s.size)) return this.#bySyndrome(s)
    return this.#byDecode(s)
  }

  /**
   * Whether FAR is the first byte of an access of `size` bytes for certain. An access that crosses into the page
   * reports the page's first byte, with a valid syndrome and its whole size, so the first byte of a page proves nothing.
   */
  #contained(size: number): boolean {
    const offset = this.#registers.regs.lo(Reg.FAR_EL2) & (PAGE - 1)
    return offset !== 0 && offset % size === 0
  }

  // --- The valid syndrome's road ---------------------------------------------------------------------------------

  #bySyndrome(s: Syndrome): Outcome {
    const registers = this.#registers
    const { regs } = registers
    const pa = this.#faultPage() + (regs.lo(Reg.FAR_EL2) & (PAGE - 1))
    this.#outcome.ipa = pa
    if (this.#isPlainRam(pa)) return this.#end('retry', 'not-mmio')
    const data = this.#data
    const attrs = bits(regs.lo(Reg.PSTATE), 2, 2) === 0 ? MemTxAttrs.USER : MemTxAttrs.NONE
    let result: number
    if (s.write) {
      this.#gather(s.srt, 0, s.size, 0)
      if (this.#bigEndian()) reverse(data, 0, s.size)
      result = this.#space.write(pa, s.size, data, 0, attrs)
    } else {
      result = this.#space.read(pa, s.size, data, 0, attrs)
    }
    this.#trace?.accessed?.(s.write, pa, s.size, data, 0, result)
    if (result !== MEMTX_OK && this.#inject) return this.#externalAbort(s.write)
    if (!s.write) {
      if (this.#bigEndian()) reverse(data, 0, s.size)
      this.#loadGeneral(s.srt, 0, s.size, s.signExtend ? (s.sixtyFour ? 64 : 32) : 0)
    }
    this.#retire()
    return this.#end('retired', 'done')
  }

  /** HPFAR_EL2.FIPA: the guest-physical page that faulted. */
  #faultPage(): number {
    const { regs } = this.#registers
    const hi = regs.hi(Reg.HPFAR_EL2) & 0xfff
    return (hi * TWO32 + ((regs.lo(Reg.HPFAR_EL2) & ~15) >>> 0)) * 256
  }

  // --- The decoder's road ----------------------------------------------------------------------------------------

  #byDecode(s: Syndrome): Outcome {
    this.#updateRegime()
    const word = this.#fetch()
    this.#outcome.word = word
    if (word < 0) return this.#end('retry', 'fetch-failed')
    const plan = this.#plans.get(word)
    this.#trace?.planned?.(plan)
    switch (plan.status) {
      case PlanStatus.UNALLOCATED:
      case PlanStatus.NOT_MEMORY:
        return this.#end('retry', 'word-changed')
      case PlanStatus.REFUSED:
        return this.#end('unhandled', 'refused')
      case PlanStatus.NO_ACCESS:
        this.#address(plan)
        this.#writeBack(plan)
        this.#retire()
        return this.#end('retired', 'no-access')
      case PlanStatus.ACCESS:
        return this.#access(plan, s)
    }
  }

  #access(plan: Plan, s: Syndrome): Outcome {
    if (plan.store !== s.write) return this.#end('retry', 'direction-differs')
    if (s.isv && !agrees(plan, s)) return this.#end('retry', 'syndrome-differs')
    this.#address(plan)
    this.#outcome.vaHi = this.#eaHi
    this.#outcome.vaLo = this.#eaLo
    if (!this.#probe(plan, s)) return this.#outcome
    return plan.store ? this.#storeElements(plan) : this.#loadElements(plan)
  }

  #updateRegime(): void {
    const r = this.#registers
    for (let i = 0; i < REGIME_SOURCES.length; i += 2) {
      const slot = REGIME_SOURCES[i + 1] as number
      r.read(slot)
      this.#regime.set(REGIME_SOURCES[i] as number, r.regs.hi(slot), r.regs.lo(slot))
    }
    this.#regime.update()
  }

  /** The word at PC, or -1: not mapped, not executable, not aligned, not in RAM. Instructions are little-endian. */
  #fetch(): number {
    const { regs } = this.#registers
    const pcLo = regs.lo(Reg.PC)
    if ((pcLo & 3) !== 0) return -1
    const access = accessOf(Access.EXECUTE, regs.lo(Reg.PSTATE))
    if (walk(this.#regime, this.#space, regs.hi(Reg.PC), pcLo, access, this.#page) !== FaultKind.NONE) return -1
    const b = this.#word
    if (!this.#space.readRam(this.#page.pa, 4, b, 0)) return -1
    return ((b[0] as number) | ((b[1] as number) << 8) | ((b[2] as number) << 16) | ((b[3] as number) << 24)) >>> 0
  }

  /** Computes the effective address (DDI 0487, C1.3.3) into `#eaHi:#eaLo`. */
  #address(plan: Plan): void {
    const registers = this.#registers
    const slot = this.#baseSlot(plan)
    registers.read(slot)
    const { regs } = registers
    this.#eaHi = regs.hi(slot)
    this.#eaLo = regs.lo(slot)
    if (plan.writeback === Writeback.POST) return
    this.#addOffset(plan)
  }

  #baseSlot(plan: Plan): number {
    if (plan.base === BASE_PC) return Reg.PC
    if (plan.base !== BASE_SP) return plan.base
    const pstate = this.#registers.regs.lo(Reg.PSTATE)
    // SPSel chooses between SP_EL0 and the stack pointer of the current Exception level; EL0 always has SP_EL0.
    return (pstate & 1) === 0 ? Reg.SP_EL0 : Reg.SP_EL0 + bits(pstate, 2, 2)
  }

  /** Adds the plan's offset or extended index to `#eaHi:#eaLo`, modulo 2^64. */
  #addOffset(plan: Plan): void {
    if (plan.index < 0) {
      this.#add(plan.offset < 0 ? 0xffff_ffff : 0, plan.offset >>> 0)
      return
    }
    this.#registers.read(plan.index)
    const { regs } = this.#registers
    let lo = plan.index === Reg.XZR ? 0 : regs.lo(plan.index)
    let hi = plan.index === Reg.XZR ? 0 : regs.hi(plan.index)
    if (plan.extend !== Extend.LSL) hi = plan.extend === Extend.SXTW && (lo | 0) < 0 ? 0xffff_ffff : 0
    if (plan.shift > 0) {
      hi = ((hi << plan.shift) | (lo >>> (32 - plan.shift))) >>> 0
      lo = (lo << plan.shift) >>> 0
    }
    this.#add(hi, lo)
  }

  #add(hi: number, lo: number): void {
    const sum = this.#eaLo + lo
    this.#eaLo = sum >>> 0
    this.#eaHi = (this.#eaHi + hi + (sum >= TWO32 ? 1 : 0)) >>> 0
  }

  /**
   * Translates every page of the access before anything happens, and holds the result against FAR and HPFAR.
   *
   * @returns whether the access may go on; otherwise the outcome is set.
   */
  #probe(plan: Plan, s: Syndrome): boolean {
    const { regs } = this.#registers
    const length = plan.count * plan.size
    const access = accessOf(plan.store ? Access.WRITE : Access.READ, regs.lo(Reg.PSTATE), plan.unprivileged)
    this.#room = Math.min(length, PAGE - (this.#eaLo & (PAGE - 1)))
    const startHi = this.#eaHi
    const startLo = this.#eaLo
    const nextLo = (startLo + this.#room) >>> 0
    const nextHi = (startHi + (startLo + this.#room >= TWO32 ? 1 : 0)) >>> 0
    const farLo = regs.lo(Reg.FAR_EL2)
    const onFirst = within(startLo, this.#room, farLo, startHi, regs.hi(Reg.FAR_EL2))
    const onNext = !onFirst && within(nextLo, length - this.#room, farLo, nextHi, regs.hi(Reg.FAR_EL2))
    if (!onFirst && !onNext) {
      this.#end('retry', 'far-differs')
      return false
    }
    if (!this.#translate(startHi, startLo, access, onFirst, plan.store)) return false
    this.#pa0 = this.#page.pa
    this.#outcome.ipa = this.#pa0
    if (this.#room < length) {
      if (!this.#translate(nextHi, nextLo, access, onNext, plan.store)) return false
      this.#pa1 = this.#page.pa
    }
    const faulting = onFirst ? this.#pa0 : this.#pa1
    // HPFAR is not written by permission faults that are not on a table walk.
    if (s.translationFault && faulting - (faulting % PAGE) !== this.#faultPage()) {
      this.#end('retry', 'translation-differs')
      return false
    }
    if (this.#isPlainRam(faulting)) {
      this.#end('retry', 'not-mmio')
      return false
    }
    return true
  }

  /** The page that faulted is RAM from end to end: the host has to map it, there is nothing to emulate. */
  #isPlainRam(pa: number): boolean {
    const granule = this.#granule
    return this.#space.isRam(pa - (pa % granule), granule, true)
  }

  /** Translates one page. A fault of the page that stage 2 reported means that tables changed; of another, an abort. */
  #translate(vaHi: number, vaLo: number, access: number, reported: boolean, write: boolean): boolean {
    const type = walk(this.#regime, this.#space, vaHi, vaLo, access, this.#page)
    if (type === FaultKind.NONE) {
      this.#trace?.translated?.(vaHi, vaLo, this.#page.pa)
      return true
    }
    if (reported) this.#end('retry', 'translation-differs')
    else this.#abort('translation-fault', this.#page.fsc, write, vaHi, vaLo)
    return false
  }

  #loadElements(plan: Plan): Outcome {
    const { count, size } = plan
    const data = this.#data
    const attrs = this.#attrs(plan)
    for (let i = 0; i < count; i++) {
      if (!this.#element(false, i * size, size, attrs)) return this.#externalAbort(false)
    }
    if (size > 1 && this.#bigEndian()) for (let i = 0; i < count; i++) reverse(data, i * size, size)
    if (plan.vector) this.#loadVectors(plan)
    else for (let i = 0; i < count; i++) this.#loadGeneral(plan.slots[i] as number, i * size, size, plan.signed)
    this.#writeBack(plan)
    this.#retire()
    return this.#end('retired', 'done')
  }

  #storeElements(plan: Plan): Outcome {
    const { count, size } = plan
    const data = this.#data
    const attrs = this.#attrs(plan)
    const swap = size > 1 && this.#bigEndian()
    for (let i = 0; i < count; i++) {
      this.#gather(plan.slots[i] as number, plan.lanes[i] as number, size, i * size)
      if (swap) reverse(data, i * size, size)
    }
    for (let i = 0; i < count; i++) {
      if (!this.#element(true, i * size, size, attrs)) return this.#externalAbort(true)
    }
    this.#writeBack(plan)
    this.#retire()
    return this.#end('retired', 'done')
  }

  #attrs(plan: Plan): number {
    const el0 = bits(this.#registers.regs.lo(Reg.PSTATE), 2, 2) === 0
    return el0 || plan.unprivileged ? MemTxAttrs.USER : MemTxAttrs.NONE
  }

  /** One element at `offset` from the effective address: one access, or two where it crosses into the next page. */
  #element(write: boolean, offset: number, size: number, attrs: number): boolean {
    const left = this.#room - offset
    if (left >= size) return this.#transfer(write, this.#pa0 + offset, size, offset, attrs)
    if (left <= 0) return this.#transfer(write, this.#pa1 - left, size, offset, attrs)
    const first = this.#transfer(write, this.#pa0 + offset, left, offset, attrs)
    return first && this.#transfer(write, this.#pa1, size - left, offset + left, attrs)
  }

  #transfer(write: boolean, pa: number, size: number, at: number, attrs: number): boolean {
    const data = this.#data
    const result = write ? this.#space.write(pa, size, data, at, attrs) : this.#space.read(pa, size, data, at, attrs)
    this.#trace?.accessed?.(write, pa, size, data, at, result)
    return result === MEMTX_OK || !this.#inject
  }

  // --- Registers -------------------------------------------------------------------------------------------------

  /** Copies `size` bytes of register `slot`, from its byte `lane` on, to the data buffer; XZR is zeros. */
  #gather(slot: number, lane: number, size: number, at: number): void {
    const data = this.#data
    if (slot === Reg.XZR) {
      data.fill(0, at, at + size)
      return
    }
    const registers = this.#registers
    registers.read(slot + (lane >>> 3))
    if (lane + size > 8) registers.read(slot + 1)
    const { bytes } = registers.regs
    const from = slot * 8 + lane
    for (let i = 0; i < size; i++) data[at + i] = bytes[from + i] as number
  }

  /** Writes a general-purpose register from `size` bytes of the data buffer, extended; XZR takes nothing. */
  #loadGeneral(slot: number, at: number, size: number, signed: number): void {
    if (slot === Reg.XZR) return
    const registers = this.#registers
    const data = this.#data
    let lo = 0
    let hi = 0
    for (let i = Math.min(size, 4) - 1; i >= 0; i--) lo = (lo << 8) | (data[at + i] as number)
    for (let i = size - 1; i >= 4; i--) hi = (hi << 8) | (data[at + i] as number)
    if (signed !== 0 && size < 8) {
      const shift = 32 - 8 * size
      lo = (lo << shift) >> shift
      if (signed === 64 && lo < 0) hi = -1
    }
    registers.regs.setPair(slot, hi >>> 0, lo >>> 0)
    registers.wrote(slot)
  }

  /** Writes vector registers: whole ones are zeroed above what is loaded, a lane leaves the rest as it was. */
  #loadVectors(plan: Plan): void {
    const registers = this.#registers
    const { bytes } = registers.regs
    const data = this.#data
    const { count, size } = plan
    for (let i = 0; i < count; i++) {
      const slot = plan.slots[i] as number
      const lane = plan.lanes[i] as number
      const from = i * size
      const to = slot * 8 + lane
      if (plan.replicate > 0) {
        for (let k = 0; k < plan.replicate; k++) bytes[to + k] = data[from + (k % size)] as number
      } else {
        if (plan.fill === 0) {
          registers.read(slot)
          registers.read(slot + 1)
        }
        for (let k = 0; k < size; k++) bytes[to + k] = data[from + k] as number
      }
      if (plan.fill > 0 && plan.fill < 16) bytes.fill(0, slot * 8 + plan.fill, slot * 8 + 16)
      registers.wrote(slot)
      registers.wrote(slot + 1)
    }
  }

  /** Writes the base register where the addressing mode does. */
  #writeBack(plan: Plan): void {
    if (plan.writeback === Writeback.NONE) return
    if (plan.writeback === Writeback.POST) this.#addOffset(plan)
    const slot = this.#baseSlot(plan)
    this.#registers.regs.setPair(slot, this.#eaHi, this.#eaLo)
    this.#registers.wrote(slot)
  }

  /** Ends the instruction: PC, PSTATE.SS, PSTATE.BTYPE. The only place that advances. */
  #retire(): void {
    const registers = this.#registers
    const { regs } = registers
    const lo = regs.lo(Reg.PC) + 4
    regs.setPair(Reg.PC, (regs.hi(Reg.PC) + (lo >= TWO32 ? 1 : 0)) >>> 0, lo >>> 0)
    registers.wrote(Reg.PC)
    const pstate = regs.lo(Reg.PSTATE)
    if ((pstate & RETIRE_CLEARS) === 0) return
    regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE), (pstate & ~RETIRE_CLEARS) >>> 0)
    registers.wrote(Reg.PSTATE)
  }

  /** SCTLR_EL1.EE, or E0E at EL0. */
  #bigEndian(): boolean {
    const registers = this.#registers
    registers.read(Reg.SCTLR_EL1)
    const { regs } = registers
    return bit(regs.lo(Reg.SCTLR_EL1), bits(regs.lo(Reg.PSTATE), 2, 2) === 0 ? 24 : 25) === 1
  }

  // --- Exceptions ------------------------------------------------------------------------------------------------

  /** A synchronous external abort at the first byte that the bus refused. */
  #externalAbort(write: boolean): Outcome {
    const pa = this.#space.errorAddress
    const onNext = this.#pa1 >= 0 && pa >= this.#pa1 && pa < this.#pa1 + PAGE && this.#outcome.word >= 0
    const offset = onNext ? this.#room + (pa - this.#pa1) : Math.max(0, pa - this.#outcome.ipa)
    const lo = this.#outcome.vaLo + offset
    const hi = (this.#outcome.vaHi + (lo >= TWO32 ? 1 : 0)) >>> 0
    return this.#abort('external-abort', DFSC_EXTERNAL, write, hi, lo >>> 0)
  }

  #abort(reason: Reason, status: number, write: boolean, farHi: number, farLo: number): Outcome {
    const el0 = bits(this.#registers.regs.lo(Reg.PSTATE), 2, 2) === 0
    const ec = el0 ? ExceptionClass.DATA_ABORT_LOWER : ExceptionClass.DATA_ABORT_SAME
    const esr = ((ec << 26) | (1 << 25) | ((write ? 1 : 0) << 6) | status) >>> 0
    takeException(this.#registers, this.#pstate, esr, farHi, farLo)
    this.#outcome.status = status
    return this.#end('injected', reason)
  }
}

/** Whether a valid instruction syndrome describes the plan. */
function agrees(plan: Plan, s: Syndrome): boolean {
  if (plan.vector || plan.count !== 1 || plan.size !== s.size || plan.writeback !== Writeback.NONE) return false
  if (plan.slots[0] !== s.srt || plan.ordered !== s.ordered) return false
  if (plan.load && s.signExtend !== plan.signed > 0) return false
  return plan.sixtyFour === s.sixtyFour
}

/** Whether FAR lies in `length` bytes from an address on one page; the top byte is a tag for all that this can know. */
function within(lo: number, length: number, farLo: number, hi: number, farHi: number): boolean {
  const offset = farLo - lo
  return (hi & 0xff_ffff) === (farHi & 0xff_ffff) && offset >= 0 && offset < length
}

function reverse(data: Uint8Array, at: number, size: number): void {
  for (let i = at, j = at + size - 1; i < j; i++, j--) {
    const byte = data[i] as number
    data[i] = data[j] as number
    data[j] = byte
  }
}
