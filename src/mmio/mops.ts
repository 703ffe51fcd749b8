/**
 * Memory copy and set (FEAT_MOPS; DDI 0487, C3.2.15; pseudocode of CPYP, CPYM, CPYE, SETP and kin in C6.2).
 *
 * @module
 */

import { bit, bits, TWO32 } from '../bits.ts'
import { Access, accessOf, FaultKind } from '../tlb/index.ts'
import type { Commit } from './commit.ts'
import { ACCESSED, type ElementBus } from './element-bus.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import { isUnprivileged, MemoryCopyPlan, Stage } from './mops-plan.ts'
import type { Outcome } from './outcome.ts'
import { type Plan, TAG_GRANULE } from './plan.ts'
import { MemTxAttrs } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import type { Span } from './span.ts'
import { DFSC_ALIGNMENT, ExceptionClass, IL, permissionSyndrome } from './syndrome.ts'
import type { AllocationTags } from './tags.ts'

/** Most bytes that one fault copies or sets: as many reads and writes of one byte; never past a page of either side. */
export const MEMORY_COPY_CHUNK = 256

/** Bytes of the longest copy and set, upper half: what a larger size becomes. */
const LONGEST_CPY = 0x007f_ffff
const LONGEST = 0x7fff_ffff

/** A 64-bit register or address, in halves. */
class Value {
  hi = 0
  lo = 0

  set(hi: number, lo: number): void {
    this.hi = hi >>> 0
    this.lo = lo >>> 0
  }

  /** Adds a number between -2^31 and 2^32. */
  add(n: number): void {
    const sum = this.lo + n
    this.hi = (this.hi + Math.floor(sum / TWO32)) >>> 0
    this.lo = sum >>> 0
  }

  plus(other: Value, sign: 1 | -1): void {
    const sum = this.lo + sign * other.lo
    this.hi = (this.hi + sign * other.hi + Math.floor(sum / TWO32)) >>> 0
    this.lo = sum >>> 0
  }

  /** 56 bits: what orders the addresses of a copy. */
  get address(): number {
    // Rounding to 53 bits may make unequal addresses equal; `below` compares exactly.
    return (this.hi & 0xff_ffff) * TWO32 + this.lo
  }
}

/** Whether `a` is below `b` as 56-bit addresses. */
function below(a: Value, b: Value): boolean {
  const x = a.hi & 0xff_ffff
  const y = b.hi & 0xff_ffff
  return x < y || (x === y && a.lo < b.lo)
}

/**
 * CPY*, CPYF*, SET*, SETG*, SETGO*: registers as the algorithm of the CPU has them (option A or B), bytes one at a time
 * from the first that is left, and {@link MEMORY_COPY_CHUNK} of them at most; the guest then executes the instruction
 * again and the CPU, or the next fault, goes on.
 *
 * A prologue copies nothing, as the manual permits: it makes the registers what the main part wants. A main part may
 * copy all, which leaves nothing for the epilogue. When an access is refused the registers say how far it came, as the
 * pseudocode has it: they are written after each byte.
 */
export class MemoryCopySet {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #bus: ElementBus
  readonly #commit: Commit
  readonly #tags: AllocationTags
  readonly #span: Span
  readonly #to: Value = new Value()
  readonly #from: Value = new Value()
  readonly #size: Value = new Value()
  /** Bytes left, without its sign. */
  readonly #left: Value = new Value()
  /** Where the next byte is, or for a copy downwards the byte behind it. */
  readonly #target: Value = new Value()
  readonly #source: Value = new Value()
  readonly #plan: MemoryCopyPlan = new MemoryCopyPlan()
  readonly #data: Uint8Array = new Uint8Array(TAG_GRANULE)
  #backward = false
  #writeUpdates = 0
  #readUpdates = 0
  #targetPa = 0
  #sourcePa = 0

  constructor(fault: Fault, walk: GuestWalk, bus: ElementBus, commit: Commit) {
    this.#fault = fault
    this.#walk = walk
    this.#bus = bus
    this.#commit = commit
    this.#tags = commit.tags
    this.#span = commit.span
  }

  /** Does as much of the instruction as one fault may. */
  run(plan: Plan): Outcome {
    const p = this.#plan
    const fault = this.#fault
    p.read(plan.word)
    // Equal registers: UNDEFINED or NOP, neither of which accesses memory.
    if (plan.constrained) return fault.end('retry', 'word-changed')
    this.#readRegisters()
    const optionA = fault.settings.optionA
    if (p.stage === Stage.PROLOGUE) return this.#prologue(optionA)
    const empty = this.#size.hi === 0 && this.#size.lo === 0
    if (!empty && (bit(fault.registers.regs.lo(Reg.PSTATE), 29) === 0) !== optionA) {
      return fault.exception('memory-copy-mismatch', mismatchSyndrome(p, optionA))
    }
    if (empty) return this.#retire()
    if (p.granules && !this.#granular()) return this.#misaligned()
    this.#place(optionA)
    return this.#chunk(plan, optionA)
  }

  #readRegisters(): void {
    const { registers } = this.#fault
    const { regs } = registers
    const p = this.#plan
    registers.read(p.rd)
    registers.read(p.rn)
    if (p.rs !== Reg.XZR) registers.read(p.rs)
    this.#to.set(regs.hi(p.rd), regs.lo(p.rd))
    this.#size.set(regs.hi(p.rn), regs.lo(p.rn))
    if (p.copies) this.#from.set(regs.hi(p.rs), regs.lo(p.rs))
    else this.#data.fill(p.rs === Reg.XZR ? 0 : regs.lo(p.rs) & 0xff)
  }

  /** SETG: address and size are multiples of 16. */
  #granular(): boolean {
    const empty = this.#size.hi === 0 && this.#size.lo === 0
    return ((empty ? 0 : this.#to.lo) & (TAG_GRANULE - 1)) === 0 && (this.#size.lo & (TAG_GRANULE - 1)) === 0
  }

  #misaligned(): Outcome {
    return this.#fault.abort('alignment-fault', DFSC_ALIGNMENT, true, this.#to.hi, this.#to.lo)
  }

  /** The registers as the main part wants them: end and negative count (A), or count, C and N (B). */
  #prologue(optionA: boolean): Outcome {
    const p = this.#plan
    const to = this.#to
    const from = this.#from
    const size = this.#size
    if (p.either ? size.hi >>> 23 !== 0 : size.hi > LONGEST) {
      size.set(p.either ? LONGEST_CPY : LONGEST, p.granules ? -TAG_GRANULE : -1)
    }
    if (p.granules && !this.#granular()) return this.#misaligned()
    let forward = true
    if (p.either && below(from, to)) {
      // Overlap from below: the end of the source first.
      this.#target.set(from.hi, from.lo)
      this.#target.plus(size, 1)
      forward = !below(to, this.#target)
    }
    if (optionA === forward) {
      to.plus(size, 1)
      from.plus(size, 1)
    }
    if (optionA && forward) {
      this.#left.set(size.hi, size.lo)
      size.set(0, 0)
      size.plus(this.#left, -1)
    }
    this.#write(p.rd, to)
    this.#write(p.rn, size)
    if (p.copies) this.#write(p.rs, from)
    const { registers } = this.#fault
    const { regs } = registers
    const flags = optionA ? 0 : forward ? 0b0010 : 0b1010
    regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE) | 0, (regs.lo(Reg.PSTATE) & 0xfff_ffff) | (flags << 28))
    registers.wrote(Reg.PSTATE)
    return this.#retire()
  }

  /** Finds direction, bytes left, and where they are. */
  #place(optionA: boolean): void {
    const { regs } = this.#fault.registers
    const left = this.#left
    const target = this.#target
    const source = this.#source
    left.set(this.#size.hi, this.#size.lo)
    target.set(this.#to.hi, this.#to.lo)
    source.set(this.#from.hi, this.#from.lo)
    if (!optionA) {
      this.#backward = this.#plan.either && bit(regs.lo(Reg.PSTATE), 31) === 1
      return
    }
    // The registers are the ends (forward) or the beginnings (backward); the count leads to the next byte.
    this.#backward = left.hi >>> 31 === 0
    target.plus(left, 1)
    source.plus(left, 1)
    if (this.#backward) return
    left.set(0, 0)
    left.plus(this.#size, -1)
  }

  #chunk(plan: Plan, optionA: boolean): Outcome {
    const fault = this.#fault
    const p = this.#plan
    const { outcome, syndrome } = fault
    if (!p.copies && !syndrome.write) return fault.end('retry', 'direction-differs')
    if (!this.#reaches(syndrome.write ? this.#target : this.#source)) return fault.end('retry', 'far-differs')
    if (syndrome.translationFault && fault.isPlainRam(fault.page())) return fault.end('retry', 'not-mmio')
    const pstate = fault.registers.regs.lo(Reg.PSTATE) | 0
    let count = Math.min(this.#roomAt(this.#target), this.#left.hi > 0 ? PAGE : this.#left.lo, MEMORY_COPY_CHUNK)
    if (p.copies) count = Math.min(count, this.#roomAt(this.#source))
    if (p.granules) count -= count % TAG_GRANULE
    const reads = accessOf(Access.READ, pstate, p.readsUnprivileged)
    const writes = accessOf(Access.WRITE, pstate, p.writesUnprivileged)
    if (fault.settings.tags) this.#walk.useAttributes(fault.registers)
    if (p.copies && !this.#translate(this.#source, reads, !syndrome.write)) return outcome
    if (p.copies) this.#sourcePa = this.#walk.page.pa - (this.#backward ? count - 1 : 0)
    if (p.copies && !this.#tagsAgree(plan, this.#source, this.#sourcePa, count, false, isUnprivileged(reads)))
      return outcome
    this.#readUpdates = p.copies ? this.#walk.page.updates : 0
    if (!this.#translate(this.#target, writes, syndrome.write)) return outcome
    this.#targetPa = this.#walk.page.pa - (this.#backward ? count - 1 : 0)
    this.#writeUpdates = this.#walk.page.updates
    if (!p.granules && !this.#tagsAgree(plan, this.#target, this.#targetPa, count, true, isUnprivileged(writes)))
      return outcome
    if (p.granules) this.#tagSpan(this.#targetPa, count)
    if (!this.#update(reads, writes)) return fault.end('retry', 'translation-differs')
    return this.#move(plan, optionA, count, attrsOf(reads), attrsOf(writes))
  }

  /** Whether FAR is a byte that is left to access on this side. */
  #reaches(at: Value): boolean {
    const span = this.#left.hi > 0 ? LONGEST : Math.min(this.#left.lo, LONGEST)
    const start = this.#left
    const { hi, lo } = start
    start.set(at.hi, at.lo)
    if (this.#backward) start.add(-span)
    const offset = this.#fault.farOffset(start.hi | 0, start.lo | 0)
    start.set(hi, lo)
    return offset >= 0 && offset < span
  }

  /** Bytes from a cursor to the end of its page, or to its beginning. */
  #roomAt(at: Value): number {
    return this.#backward ? ((at.lo - 1) & (PAGE - 1)) + 1 : PAGE - (at.lo & (PAGE - 1))
  }

  /** Translates the next byte of a side. @param reported - FAR is of this side. */
  #translate(at: Value, access: number, reported: boolean): boolean {
    const fault = this.#fault
    const next = this.#size
    next.set(at.hi, at.lo)
    if (this.#backward) next.add(-1)
    const { page } = this.#walk
    const found = this.#walk.translate(fault.registers, next.hi | 0, next.lo | 0, access | Access.NO_UPDATE)
    // The page that stage 2 stopped is translated by the tables, unless they changed.
    const same = reported && ((fault.registers.regs.lo(Reg.FAR_EL2) ^ next.lo) & -PAGE) === 0
    if (found !== FaultKind.NONE) {
      if (same || page.fsc < 0) return fault.stop('translation-differs')
      fault.abort('translation-fault', page.fsc, page.write, next.hi, next.lo, permissionSyndrome(page))
      return false
    }
    fault.settings.trace?.translated?.(next.hi, next.lo, page.pa)
    if (reported) {
      const { outcome } = fault
      outcome.vaHi = next.hi
      outcome.vaLo = next.lo
      outcome.ipa = page.pa
    }
    if (!same) return true
    if (fault.syndrome.translationFault && page.pa - (page.pa % PAGE) !== fault.page())
      return fault.stop('translation-differs')
    return fault.syndrome.translationFault || !fault.isPlainRam(page.pa) || fault.stop('not-mmio')
  }

  /** The scratch value is the size again. */
  #restore(): void {
    const { regs } = this.#fault.registers
    this.#size.set(regs.hi(this.#plan.rn), regs.lo(this.#plan.rn))
  }

  #update(reads: number, writes: number): boolean {
    return (
      (this.#readUpdates === 0 || this.#again(this.#source, reads)) &&
      (this.#writeUpdates === 0 || this.#again(this.#target, writes))
    )
  }

  #again(at: Value, access: number): boolean {
    const next = this.#size
    next.set(at.hi, at.lo)
    if (this.#backward) next.add(-1)
    return this.#walk.translate(this.#fault.registers, next.hi | 0, next.lo | 0, access) === FaultKind.NONE
  }

  #tagSpan(pa: number, count: number): void {
    const span = this.#span
    span.pa = pa
    span.room = count
    span.tagged = this.#fault.settings.tags !== undefined && this.#walk.isTagged()
    span.nextTagged = false
  }

  /** Checks tags of the chunk of one side. */
  #tagsAgree(plan: Plan, at: Value, pa: number, count: number, write: boolean, unprivileged: boolean): boolean {
    const { settings, outcome } = this.#fault
    if (!settings.tags) return true
    this.#tagSpan(pa, count)
    const { vaHi, vaLo } = outcome
    const next = this.#size
    next.set(at.hi, at.lo)
    if (this.#backward) next.add(-count)
    outcome.vaHi = next.hi
    outcome.vaLo = next.lo
    const agree = this.#tags.check(plan, count, unprivileged, !write)
    outcome.vaHi = vaHi
    outcome.vaLo = vaLo
    return agree
  }

  /** The accesses, then the registers as far as they came. */
  #move(plan: Plan, optionA: boolean, count: number, readAttrs: number, writeAttrs: number): Outcome {
    const p = this.#plan
    const data = this.#data
    const bus = this.#bus
    const step = p.granules ? TAG_GRANULE : 1
    let done = 0
    let refused = ACCESSED
    let refusedAt = this.#target
    for (; done < count; done += step) {
      const offset = this.#backward ? count - 1 - done : done
      if (p.copies) {
        refused = bus.transfer(false, this.#sourcePa + offset, 1, data, 0, 0, readAttrs)
        refusedAt = this.#source
      }
      if (refused !== ACCESSED) break
      if (!p.tagsOnly) refused = bus.transfer(true, this.#targetPa + offset, step, data, 0, 0, writeAttrs)
      refusedAt = this.#target
      if (refused !== ACCESSED) break
    }
    if (done > 0 || refused >= 0)
      this.#commit.stored(this.#backward ? this.#targetPa + count - done : this.#targetPa, done)
    if (refused < ACCESSED) return this.#commit.refused(refused)
    if (p.granules && done > 0) this.#setTags(plan, done)
    const { outcome } = this.#fault
    outcome.vaHi = refusedAt.hi
    outcome.vaLo = refusedAt.lo
    this.#advance(optionA, done)
    if (refused !== ACCESSED) return this.#commit.refused(this.#backward ? -done - 1 + TWO32 : done)
    if (this.#left.hi === 0 && this.#left.lo === done) return this.#retire()
    return this.#fault.end('retired', 'chunk-done')
  }

  #setTags(plan: Plan, count: number): void {
    const { outcome } = this.#fault
    outcome.vaHi = this.#target.hi
    outcome.vaLo = this.#target.lo
    this.#tags.prepare(plan)
    this.#tags.transfer(plan, count)
  }

  /** Registers after `done` bytes. */
  #advance(optionA: boolean, done: number): void {
    const p = this.#plan
    this.#restore()
    const size = this.#size
    if (done === 0) return
    if (optionA) {
      size.add(this.#backward ? -done : done)
      this.#write(p.rn, size)
      return
    }
    const sign = this.#backward ? -1 : 1
    size.add(-done)
    this.#to.add(sign * done)
    this.#from.add(sign * done)
    this.#write(p.rn, size)
    this.#write(p.rd, this.#to)
    if (p.copies) this.#write(p.rs, this.#from)
  }

  #write(slot: number, value: Value): void {
    const { registers } = this.#fault
    registers.regs.setPair(slot, value.hi | 0, value.lo | 0)
    registers.wrote(slot)
  }

  #retire(): Outcome {
    retire(this.#fault.registers)
    return this.#fault.end('retired', 'done')
  }
}

function attrsOf(access: number): number {
  return isUnprivileged(access) ? MemTxAttrs.USER : MemTxAttrs.NONE
}

/** ESR_ELx of registers that another algorithm left (pseudocode `MismatchedMemCpyException`, `MismatchedMemSetException`). */
function mismatchSyndrome(p: MemoryCopyPlan, optionA: boolean): number {
  const kind = p.copies ? 0 : (1 << 24) | (p.granules ? 1 << 23 : 0)
  const options = bits(p.options, 0, p.copies ? 4 : 2) << 19
  const stage = p.stage === Stage.EPILOGUE ? 1 << 18 : 0
  const registers = (p.rd << 10) | (p.rs << 5) | p.rn
  const wrongOption = 1 << 17
  const iss = kind | options | stage | wrongOption | (optionA ? 1 << 16 : 0) | registers
  return ((ExceptionClass.MEMORY_COPY_SET << 26) | IL | iss) >>> 0
}
