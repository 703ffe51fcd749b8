/**
 * Allocation Tags (FEAT_MTE; DDI 0487, D10; pseudocode `AArch64.MemTag`, `AArch64.AccessIsTagChecked`,
 * `AArch64.CheckTag`, `AArch64.TagCheckFault`): instructions that move tags, and the check of ordinary accesses.
 *
 * @module
 */

import { bit, bits } from '../bits.ts'
import type { Fault } from './fault.ts'
import { BASE_PC, BASE_SP, type Plan, TAG_GRANULE, TAG_OF_ADDRESS, TAG_OF_SP, Writeback } from './plan.ts'
import { EL10, ignoresMatchingTag, ignoresTopByte } from './regime-slots.ts'
import { Reg } from './register-file.ts'
import type { Span } from './span.ts'
import { DFSC_TAG_CHECK } from './syndrome.ts'

/** PSTATE.TCO; SCTLR_ELx fields of the upper half. */
const TCO = 25
const TCF0 = 38 - 32
const TCF = 40 - 32
const TCSO0 = 58 - 32
const TCSO = 59 - 32
const ATA0 = 42 - 32
const ATA = 43 - 32
/** HCR_EL2.ATA, likewise. */
const HCR_ATA = 56 - 32
const BIT_55 = 55 - 32

/** What a failed check does. */
const SYNCHRONOUS = 1
const ASYNCHRONOUS = 2
const ASYMMETRIC = 3

/** Tag accesses of one fault, whose pages are in the span. */
export class AllocationTags {
  readonly #fault: Fault
  readonly #span: Span
  #source = 0
  #enabled = false
  /** LDGM: what is loaded, tag by tag. */
  #arrayLo = 0
  #arrayHi = 0

  constructor(fault: Fault, span: Span) {
    this.#fault = fault
    this.#span = span
  }

  /**
   * Makes all registers current that a plan of tags needs: before memory is accessed.
   *
   * @param unprivileged - tags are accessed with EL0's permissions.
   */
  prepare(plan: Plan, unprivileged: boolean = this.#fault.level() === 0): void {
    const { registers } = this.#fault
    const { tagSource } = plan
    registers.read(registers.regime.sctlr)
    this.#enabled = this.#accessEnabled(unprivileged)
    this.#source = tagSource
    this.#arrayLo = 0
    this.#arrayHi = 0
    if (tagSource === TAG_OF_SP) this.#source = registers.stackSlot()
    if (this.#source >= 0 && this.#source !== Reg.XZR) registers.read(this.#source)
  }

  /** Moves the tags of `length` bytes from the first byte of the access on. Registers change only in a load. */
  transfer(plan: Plan, length: number): void {
    const { registers, outcome, settings } = this.#fault
    const { regs } = registers
    const slot = this.#source
    const first = (outcome.vaLo >>> 4) & 15
    let loaded = 0
    for (let at = 0; at < length; at += TAG_GRANULE) {
      const pa = this.#granule(at)
      const index = (first + at / TAG_GRANULE) & 15
      if (plan.load) {
        const tag = pa < 0 ? 0 : (settings.tags?.read(pa) ?? 0) & 15
        if (plan.tagArray) this.#setNibble(index, tag)
        else loaded = tag
        continue
      }
      if (pa < 0) continue
      // STGM has a tag for each granule, STZGM one in the lowest bits, the others one where addresses have theirs.
      let tag = bits(slot === TAG_OF_ADDRESS ? outcome.vaHi : regs.hi(slot), 24, 4)
      if (plan.tagArray) tag = this.#nibble(slot, plan.form === 'tag-zero' ? 0 : index)
      settings.tags?.write(pa, tag)
    }
    if (!plan.load || slot === Reg.XZR) return
    if (plan.tagArray) regs.setPair(slot, this.#arrayHi, this.#arrayLo)
    else regs.setPair(slot, (regs.hi(slot) & 0xf0ff_ffff) | (loaded << 24), regs.lo(slot) | 0)
    registers.wrote(slot)
  }

  #setNibble(index: number, tag: number): void {
    if (index < 8) this.#arrayLo |= tag << (4 * index)
    else this.#arrayHi |= tag << (4 * (index - 8))
  }

  #nibble(slot: number, index: number): number {
    const { regs } = this.#fault.registers
    if (slot === Reg.XZR) return 0
    return index < 8 ? bits(regs.lo(slot), 4 * index, 4) : bits(regs.hi(slot), 4 * (index - 8), 4)
  }

  /**
   * Checks the tags of an ordinary access, element by element, low addresses first.
   *
   * @param unprivileged - made with EL0's permissions.
   * @returns whether the access goes on; otherwise the outcome is set.
   */
  check(plan: Plan, length: number, unprivileged: boolean): boolean {
    const span = this.#span
    if ((!span.tagged && !span.nextTagged) || plan.tags || !isChecked(plan)) return true
    return this.checkBytes(length, unprivileged, plan.load, plan.store)
  }

  /** Checks the tags of `length` bytes from the address in the outcome on, whose pages are in the span. */
  checkBytes(length: number, unprivileged: boolean, load: boolean, store: boolean): boolean {
    const at = this.mismatch(length, unprivileged, store)
    if (at < 0) return true
    const fault = this.#fault
    const { registers, outcome } = fault
    const { regs } = registers
    // Where stores alone are checked, what reads and writes is one (pseudocode `MemAtomic`).
    const reads = load && !this.#checksStoresOnly(unprivileged)
    const kind = this.#kind(unprivileged, reads)
    if (kind === SYNCHRONOUS) {
      fault.abort('tag-check-fault', DFSC_TAG_CHECK, !reads, outcome.plusHi(at), outcome.plusLo(at))
      return false
    }
    if (kind === ASYNCHRONOUS) {
      // TFSR_ELx.TF0 and TF1, TFSRE0_EL1 for EL0: the access is made nevertheless.
      const slot = unprivileged ? Reg.TFSRE0_EL1 : registers.regime.tfsr
      registers.read(slot)
      regs.setPair(slot, regs.hi(slot) | 0, regs.lo(slot) | (1 << bit(outcome.vaHi, BIT_55)))
      registers.wrote(slot)
    }
    return true
  }

  /** Whether a tag that differs stops a read, or a write. */
  stops(unprivileged: boolean, read: boolean): boolean {
    return this.#kind(unprivileged, read) === SYNCHRONOUS
  }

  #kind(unprivileged: boolean, read: boolean): number {
    const { regs, regime } = this.#fault.registers
    const kind = bits(regs.hi(regime.sctlr), unprivileged ? TCF0 : TCF, 2)
    if (kind !== ASYMMETRIC) return kind
    return read ? SYNCHRONOUS : ASYNCHRONOUS
  }

  /** SCTLR_ELx.TCSO, TCSO0 (FEAT_MTE_STORE_ONLY; pseudocode `StoreOnlyTagCheckingEnabled`). */
  #checksStoresOnly(unprivileged: boolean): boolean {
    const { regs, regime } = this.#fault.registers
    return bit(regs.hi(regime.sctlr), unprivileged ? TCSO0 : TCSO) === 1
  }

  /**
   * How far on the first of `length` bytes lies whose tag is not that of the address in the outcome, or -1.
   *
   * @param store - the bytes are written.
   */
  mismatch(length: number, unprivileged: boolean, store: boolean): number {
    const { registers, outcome, settings } = this.#fault
    const { regs, regime } = registers
    registers.read(regime.sctlr)
    registers.read(regime.tcr)
    if (bit(regs.lo(Reg.PSTATE), TCO) === 1 || !this.#accessEnabled(unprivileged)) return -1
    if (!store && this.#checksStoresOnly(unprivileged)) return -1
    const upper = bit(outcome.vaHi, BIT_55)
    if (!ignoresTopByte(regs, regime, upper)) return -1
    const tag = bits(outcome.vaHi, 24, 4)
    if (ignoresMatchingTag(regs, regime, upper) && tag === 15 * upper) return -1
    for (let at = 0; at < length; at = nextGranule(outcome.vaLo, at)) {
      const pa = this.#granuleOf(outcome.vaLo, at)
      if (pa >= 0 && ((settings.tags?.read(pa) ?? 0) & 15) !== tag) return at
    }
    return -1
  }

  /**
   * Tags may be accessed: SCTLR_ELx.ATA, ATA0, and HCR_EL2.ATA of a guest that has EL2 (pseudocode
   * `AArch64.AllocationTagAccessIsEnabled`). The host's own HCR_EL2.ATA is told by its having tags.
   */
  #accessEnabled(unprivileged: boolean): boolean {
    const { registers, settings } = this.#fault
    const { regs, regime } = registers
    if (regime === EL10 && settings.pstate.EL2 === true && bit(regs.hi(Reg.HCR_EL2), HCR_ATA) === 0) return false
    return bit(regs.hi(regime.sctlr), unprivileged ? ATA0 : ATA) === 1
  }

  /** Guest-physical address of the granule `at` bytes on, or -1 where there are no tags to access. */
  #granule(at: number): number {
    return this.#enabled ? this.#granuleOf(0, at) : -1
  }

  #granuleOf(lo: number, at: number): number {
    const { room, pa, nextPa, tagged, nextTagged } = this.#span
    const here = at < room
    if (!(here ? tagged : nextTagged)) return -1
    const address = (here ? pa + at : nextPa + at - room) - ((lo + at) & (TAG_GRANULE - 1))
    return this.#fault.settings.space.isRam(address, TAG_GRANULE) ? address : -1
  }
}

/** Accesses relative to SP without write-back or index, and of literals, are never checked (DDI 0487, D10.4.1). */
function isChecked(plan: Plan): boolean {
  if (plan.base === BASE_PC || plan.guarded) return false
  return plan.base !== BASE_SP || plan.writeback !== Writeback.NONE || plan.index >= 0
}

function nextGranule(lo: number, at: number): number {
  return at + TAG_GRANULE - ((lo + at) & (TAG_GRANULE - 1))
}
