import { decode } from '../../decode/index.ts'
import {
  AddressSpace,
  buildPlan,
  DataAbortHandler,
  EffectiveAddress,
  MemoryRegion,
  Plan,
  PlanStatus,
  Reg,
  RegisterAccess,
  ScalableElements,
  type ScalablePlan,
  VectorReg,
} from '../../mmio/index.ts'
import { Access, accessOf, FaultKind, RegimeRegister, Translation, TranslationRegime, walk } from '../../tlb/index.ts'
import { contractWord } from './access-machine.ts'
import { VectorVcpu } from './vector-vcpu.ts'

/** The one page that a program may access, at the same virtual and physical address. */
export const WINDOW = 0x2000_0000
/** Bytes of a Z register; of a P register. */
export const VECTOR_BYTES = 32
export const PREDICATE_BYTES: number = VECTOR_BYTES / 8

const PAGE = 4096
const TABLES = 0x4b00_0000
/** Level 1, level 2, level 3 of the code and of the window; then the one page of code, which is mapped where PC is. */
const LEVEL_2 = TABLES + PAGE
const CODE_PAGES = TABLES + 2 * PAGE
const WINDOW_PAGES = TABLES + 3 * PAGE
const CODE_PA = TABLES + 4 * PAGE
/** Normal Tagged, and Normal Write-Back. */
const MAIR = 0xff_f0n
const TAGGED = 0 << 2
const WRITE_BACK = 1 << 2
/** A page: Access flag, inner shareable, readable and writable at EL0. */
const PAGE_BITS = 0x743
/** 39-bit addresses, 4 KiB granule, top byte ignored. */
const TCR = 25n | (1n << 8n) | (1n << 10n) | (3n << 12n) | (1n << 23n) | (2n << 32n) | (1n << 37n)
/** M, C, I, DZE, UCI, UCT; tags as Linux gives them: ATA0, TCF0 synchronous; keys for pointers. */
const SCTLR =
  0x30d0_1805n | (1n << 14n) | (1n << 15n) | (1n << 26n) | (1n << 42n) | (1n << 38n) | (1n << 27n) | (1n << 13n)
/** Words of a slot, from its start to the next: the case's code is the second to fifth. */
const SLOT_WORDS = 16
const NOP = 0xd503_201f
/** MRS X30, TPIDR_EL0: the first word of every slot. */
const SLOT_ENTRY = 0xd53b_d05e
/** DC ZVA of QEMU's `max`. */
const ZERO_BLOCK = 512
/** Chunks of one memory copy. */
const MOST_CHUNKS = 4096

const MEMORY_AT_START = BigUint64Array.from({ length: PAGE / 8 }, (_, k) => contractWord(10000 + k))
const X_AT_START = BigUint64Array.from({ length: 31 }, (_, r) => contractWord(r))
const Z_AT_START = BigUint64Array.from({ length: 128 }, (_, k) => contractWord(1000 + k))
const P_AT_START = Uint32Array.from({ length: 16 }, (_, p) => Number(contractWord(5000 + p) & 0xffff_ffffn))
const POOL = BigUint64Array.from({ length: 5 }, (_, k) => contractWord(20003 + k))

/** How a word ends: as the file has it, or `refused` with the reason. */
export interface ExecEnd {
  readonly end: 'ok' | 'SIGILL' | 'fault' | 'refused'
  /** Of a fault, without the tag; -1 where no address comes with it. */
  readonly address: number
  readonly reason: string
}

/** LDGM and kin need EL1. */
const NOT_AT_EL0 = /^(?:ldgm|stz?gm)$/

const OK: ExecEnd = { end: 'ok', address: -1, reason: '' }
const UNDEFINED: ExecEnd = { end: 'SIGILL', address: -1, reason: '' }
const fault = (address: number, reason: string): ExecEnd => ({ end: 'fault', address, reason })
const refused = (reason: string): ExecEnd => ({ end: 'refused', address: -1, reason })

/**
 * The machine of an exec file: a program at EL0 with one page of tagged memory. Every access goes the way of a data
 * abort, as if stage 2 had stopped it, and is executed against RAM.
 */
export class ExecMachine {
  readonly vcpu: VectorVcpu = new VectorVcpu(VECTOR_BYTES)
  readonly memory: Uint8Array = new Uint8Array(PAGE)
  readonly plan: Plan = new Plan()
  readonly #tables: Uint8Array = new Uint8Array(5 * PAGE)
  readonly #tags: Uint8Array = new Uint8Array(PAGE / 16)
  readonly #space: AddressSpace
  #codePage = 0
  readonly #handler: DataAbortHandler
  readonly #regime: TranslationRegime = new TranslationRegime()
  readonly #page: Translation = new Translation()
  readonly #address: EffectiveAddress = new EffectiveAddress()
  readonly #registers: RegisterAccess = new RegisterAccess()
  readonly #elements: ScalableElements = new ScalableElements()

  /** @param lse2 - the CPU has FEAT_LSE2. */
  constructor(lse2: boolean = true) {
    this.#space = new AddressSpace()
      .add(MemoryRegion.ram('window', this.memory), WINDOW)
      .add(MemoryRegion.ram('tables', this.#tables), TABLES)
    this.#handler = new DataAbortHandler({
      space: this.#space,
      // No unit of this size is RAM throughout: RAM faults too, and is emulated.
      granule: 65536,
      features: { LSE2: lse2 },
      zeroBlock: ZERO_BLOCK,
      tags: {
        read: (pa) => this.#tags[(pa - WINDOW) >>> 4] ?? 0,
        write: (pa, tag) => {
          this.#tags[(pa - WINDOW) >>> 4] = tag
        },
      },
    })
    this.#map()
  }

  /** The state of the header's formula, and a case's code where its PC is. */
  reset(pc: number, words: readonly number[]): void {
    const { regs, vectors } = this.vcpu
    this.#handler.clearExclusive(this.vcpu)
    this.#tags.fill(0)
    new BigUint64Array(this.memory.buffer).set(MEMORY_AT_START)
    regs.x.set(X_AT_START)
    for (let z = 0; z < 32; z++) this.setVector(z, new Uint8Array(Z_AT_START.buffer, VECTOR_BYTES * z, VECTOR_BYTES))
    for (let p = 0; p < 16; p++) this.setPredicate(VectorReg.P0 + p, P_AT_START[p] as number)
    vectors.file.view(VectorReg.FFR).fill(0xff, 0, PREDICATE_BYTES)
    regs.set(Reg.SP_EL0, BigInt(WINDOW + PAGE / 2))
    regs.set(Reg.PSTATE, 0n)
    regs.set(Reg.PC, BigInt(pc))
    this.#mapCode(pc)
    const slot = (CODE_PA - TABLES + (pc & (PAGE - 1)) - 4) & -4
    if (slot + 4 * SLOT_WORDS > this.#tables.length || slot < CODE_PA - TABLES) return
    const code = new DataView(this.#tables.buffer, slot)
    code.setUint32(0, SLOT_ENTRY, true)
    // The slot that follows; that of the page's last is the first again.
    new DataView(this.#tables.buffer, CODE_PA - TABLES).setUint32((slot + 4 * SLOT_WORDS) % PAGE, SLOT_ENTRY, true)
    for (let k = 0; k < 5; k++) code.setUint32(4 + 4 * k, words[k] ?? NOP, true)
    for (const [k, word] of POOL.entries()) code.setBigUint64(24 + 8 * k, word, true)
  }

  /** @param bytes - from the lowest; what is missing of a vector becomes zero. */
  setVector(reg: number, bytes: Uint8Array): void {
    const view = this.vcpu.vectors.file.view(reg)
    view.fill(0)
    view.set(bytes.subarray(0, VECTOR_BYTES))
    this.vcpu.vectors.push(reg)
  }

  setPredicate(reg: number, value: number): void {
    this.vcpu.vectors.file.view(reg).set(new Uint8Array(Uint32Array.of(value).buffer))
  }

  predicate(reg: number): number {
    const { buffer, byteOffset } = this.vcpu.vectors.file.view(reg)
    return new DataView(buffer, byteOffset).getUint32(0, true)
  }

  /** Executes the word at PC; memory copies until they are done. */
  step(word: number): ExecEnd {
    const { regs } = this.vcpu
    const pc = regs.get(Reg.PC)
    for (let chunk = 0; chunk < MOST_CHUNKS; chunk++) {
      const result = this.#once(word)
      if (result !== OK) return result
      if (regs.get(Reg.PC) !== pc) return OK
    }
    return refused('endless')
  }

  #once(word: number): ExecEnd {
    const { plan } = this
    buildPlan(word, plan)
    const mnemonic = decode(word)?.encoding.mnemonic ?? ''
    if (mnemonic === '' || NOT_AT_EL0.test(mnemonic)) return UNDEFINED
    switch (plan.status) {
      case PlanStatus.REFUSED:
        return refused(plan.refusal)
      case PlanStatus.UNALLOCATED:
        return UNDEFINED
      case PlanStatus.NOT_MEMORY:
        // Pointers are signed and stripped around LDRAA; here the signature is nothing, and every pointer authentic.
        if (mnemonic === 'xpacd') this.#strip(word & 31)
        return /^pac|^xpacd$|^nop$/.test(mnemonic) ? this.#next() : refused('no-memory-access')
      case PlanStatus.NO_ACCESS:
        return this.#next()
      default:
    }
    this.#registers.begin(this.vcpu)
    if (plan.copySet) return this.#copy(word, mnemonic)
    let { hi, lo } = this.#address
    if (plan.scalable) {
      const { scalable } = plan
      const elements = this.#elements
      elements.list(scalable, this.#registers, this.vcpu.vectors)
      if (elements.count === 0) return this.#withoutElements(scalable, VECTOR_BYTES)
      hi = elements.hi[0] as number
      lo = elements.lo[0] as number
      if (scalable.form === 'non-fault' && !this.#readable(hi, lo)) {
        return this.#withoutElements(scalable, (elements.lanes[0] as number) * elements.lane)
      }
    } else {
      this.#address.compute(plan, this.#registers)
      hi = this.#address.hi
      lo = this.#address.lo
    }
    return this.#access(hi, lo)
  }

  /** The access as stage 2 of this machine stops it, unless stage 1 does first. */
  #access(hi: number, lo: number, write: boolean = this.plan.store && !this.plan.load): ExecEnd {
    const { regs } = this.vcpu
    const { plan } = this
    const access = accessOf((plan.load ? Access.READ : 0) | (plan.store ? Access.WRITE : 0), 0, plan.unprivileged)
    const found = walk(this.#regime, this.#space, hi, lo, access, this.#page)
    const mapped = found === FaultKind.NONE
    const outcome = this.#handler.handle(this.vcpu, {
      esr: 0x9200_0007 | (write ? 0x40 : 0),
      far: (BigInt(hi) << 32n) | BigInt(lo),
      hpfar: mapped ? BigInt(Math.floor(this.#page.pa / PAGE)) << 4n : 0n,
    })
    if (outcome.kind === 'retired') return OK
    if (outcome.kind === 'injected') {
      // Linux would begin the copy anew; QEMU's user mode has SIGILL for both.
      if (outcome.reason === 'undefined-instruction' || outcome.reason === 'memory-copy-mismatch') return UNDEFINED
      const translation = outcome.reason === 'translation-fault'
      return fault(translation ? untagged(regs.get(Reg.FAR_EL1)) : -1, outcome.reason)
    }
    if (!mapped && outcome.reason !== 'far-differs')
      return fault(untagged((BigInt(hi) << 32n) | BigInt(lo)), 'first byte')
    return refused(outcome.reason)
  }

  /**
   * Memory copy and set: with nothing to copy the CPU accesses nothing. Where the next byte is depends on direction and
   * stage, and only the handler knows: it refuses an address that is not accessed, and changes nothing.
   */
  #copy(word: number, mnemonic: string): ExecEnd {
    const { regs } = this.vcpu
    const copies = mnemonic.startsWith('cpy')
    const left = regs.get((word >>> 5) & 31)
    const first = regs.get(copies ? (word >>> 16) & 31 : word & 31)
    if (left === 0n) {
      // The prologue chooses option A.
      if (/^(?:cpyf?|setg?)p/.test(mnemonic)) regs.set(Reg.PSTATE, 0n)
      return this.#next()
    }
    let end = refused('')
    for (const at of [first, first + left, first + left - 1n]) {
      const address = BigInt.asUintN(64, at)
      end = this.#access(Number(address >> 32n), Number(address & 0xffff_ffffn), !copies)
      if (end.reason !== 'far-differs') break
    }
    return end
  }

  /** XPACD: the code taken out of a pointer, 48 bits of address, and the top byte where it is ignored. */
  #strip(reg: number): void {
    const { regs } = this.vcpu
    const code = 0x007f_0000_0000_0000n
    const value = regs.get(reg)
    regs.set(reg, (value >> 55n) & 1n ? value | 0xffff_0000_0000_0000n : value & ~code)
  }

  #readable(hi: number, lo: number): boolean {
    const access = accessOf(Access.READ, 0, false)
    return walk(this.#regime, this.#space, hi, lo, access, this.#page) === FaultKind.NONE
  }

  /** No element is accessed: a load zeroes its registers, one that may not fault ends in FFR from lane `end` on. */
  #withoutElements(plan: ScalablePlan, end: number): ExecEnd {
    const { vectors } = this.vcpu
    if (plan.load && plan.bank === 'Z') for (const r of plan.registers) this.setVector(r, new Uint8Array(0))
    const ffr = vectors.file.view(VectorReg.FFR)
    for (let n = end; n < VECTOR_BYTES; n++) ffr[n >>> 3] = (ffr[n >>> 3] as number) & ~(1 << (n & 7))
    return this.#next()
  }

  #next(): ExecEnd {
    const { regs } = this.vcpu
    regs.set(Reg.PC, regs.get(Reg.PC) + 4n)
    return OK
  }

  #descriptor(table: number, index: number, value: number): void {
    new DataView(this.#tables.buffer).setBigUint64(table - TABLES + 8 * index, BigInt(value), true)
  }

  /** Maps the page of a PC in the first GiB, and the next, where a literal may end; no other. */
  #mapCode(pc: number): void {
    const mapped = CODE_PA | PAGE_BITS | WRITE_BACK
    this.#descriptor(LEVEL_2, this.#codePage >>> 9, 0)
    for (const k of [0, 1]) this.#descriptor(CODE_PAGES, (this.#codePage + k) & 511, 0)
    this.#codePage = (pc & 0x3fff_ffff) >>> 12
    this.#descriptor(LEVEL_2, this.#codePage >>> 9, CODE_PAGES | 3)
    for (const k of [0, 1]) this.#descriptor(CODE_PAGES, (this.#codePage + k) & 511, mapped)
    this.#descriptor(LEVEL_2, WINDOW >> 21, WINDOW_PAGES | 3)
  }

  #map(): void {
    const set = (pa: number, index: number, value: number): void => this.#descriptor(pa, index, value)
    set(TABLES, 0, LEVEL_2 | 3)
    set(LEVEL_2, WINDOW >> 21, WINDOW_PAGES | 3)
    set(WINDOW_PAGES, 0, WINDOW | PAGE_BITS | TAGGED)
    const { regs } = this.vcpu
    const system = [
      [Reg.SCTLR_EL1, RegimeRegister.SCTLR_EL1, SCTLR],
      [Reg.TCR_EL1, RegimeRegister.TCR_EL1, TCR],
      [Reg.TTBR0_EL1, RegimeRegister.TTBR0_EL1, BigInt(TABLES)],
      [Reg.MAIR_EL1, RegimeRegister.MAIR_EL1, MAIR],
    ] as const
    for (const [slot, register, value] of system) {
      regs.set(slot, value)
      this.#regime.set(register, regs.hi(slot), regs.lo(slot))
    }
    this.#regime.update()
  }
}

/** The address of a fault below 2^53, without its tag; -1 for another. */
function untagged(address: bigint): number {
  const low = address & 0x00ff_ffff_ffff_ffffn
  return low < 1n << 53n ? Number(low) : -1
}
