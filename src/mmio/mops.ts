/**
 * Memory copy and set (FEAT_MOPS; DDI 0487, C3.2.15; pseudocode of CPYP, CPYM, CPYE, SETP and kin in C6.2).
 *
 * @module
 */

import { alignDown, bits, TWO32 } from '../bits.ts'
import { Access, FaultKind } from '../tlb/index.ts'
import type { Commit } from './commit.ts'
import { ACCESSED, DIFFERS, type ElementBus } from './element-bus.ts'
import { memoryCopyLevel } from './exception.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import { isUnprivileged, type MemoryCopyPlan, Stage } from './mops-plan.ts'
import { MemoryCopyRegisters } from './mops-registers.ts'
import { Value } from './mops-value.ts'
import type { Outcome } from './outcome.ts'
import { type Plan, TAG_GRANULE } from './plan.ts'
import { MemTxAttrs } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import type { Span } from './span.ts'
import { DFSC_ALIGNMENT, ExceptionClass, IL, permissionSyndrome, walkSyndrome } from './syndrome.ts'
import type { AllocationTags } from './tags.ts'

/** Most bytes that one fault copies or sets: as many reads and writes of one byte; never past a page of either side. */
export const MEMORY_COPY_CHUNK = 256

/** Farther than this from the next byte FAR is not looked for. */
const LONGEST = 0x7fff_ffff

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
  readonly #cursor: MemoryCopyRegisters = new MemoryCopyRegisters()
  readonly #next: Value = new Value()
  readonly #data: Uint8Array = new Uint8Array(TAG_GRANULE)
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
    const cursor = this.#cursor
    const fault = this.#fault
    const { registers } = fault
    cursor.read(plan.word, registers)
    const p = cursor.plan
    const { optionA } = fault.settings
    if (p.stage === Stage.PROLOGUE) {
      cursor.saturate()
      if (!cursor.isGranular) return this.#misaligned()
      cursor.prepare(optionA, registers)
      return this.#retire()
    }
    if (cursor.isEmpty) return this.#retire()
    if (!cursor.agrees(optionA, registers)) {
      const level = memoryCopyLevel(registers, fault.settings.pstate)
      return fault.exceptionTo(level, 'memory-copy-mismatch', mismatchSyndrome(p, optionA))
    }
    if (!cursor.isGranular) return this.#misaligned()
    if (!p.copies) this.#data.fill(p.rs === Reg.XZR ? 0 : registers.regs.lo(p.rs) & 0xff)
    cursor.place(optionA, registers)
    return this.#chunk(plan, optionA)
  }

  #misaligned(): Outcome {
    const { hi, lo } = this.#cursor.to
    return this.#fault.abort('alignment-fault', DFSC_ALIGNMENT, true, hi, lo)
  }

  #chunk(plan: Plan, optionA: boolean): Outcome {
    const fault = this.#fault
    const p = this.#cursor.plan
    const { outcome, syndrome } = fault
    if (!p.copies && !syndrome.write) return fault.end('retry', 'direction-differs')
    if (!this.#reaches(syndrome.write ? this.#cursor.target : this.#cursor.source))
      return fault.end('retry', 'far-differs')
    if (syndrome.translationFault && fault.isPlainRam(fault.page())) return fault.end('retry', 'not-mmio')
    let count = Math.min(
      this.#roomAt(this.#cursor.target),
      this.#cursor.left.hi > 0 ? PAGE : this.#cursor.left.lo,
      MEMORY_COPY_CHUNK,
    )
    if (p.copies) count = Math.min(count, this.#roomAt(this.#cursor.source))
    if (p.granules) count -= count % TAG_GRANULE
    const reads = fault.accessOf(Access.READ, p.readsUnprivileged)
    const stores = p.granules ? Access.WRITE | Access.TAG_ACCESS : Access.WRITE
    const writes = fault.accessOf(stores, p.writesUnprivileged)
    if (fault.settings.tags || p.granules) this.#walk.useAttributes(fault.registers)
    if (p.copies && !this.#translate(this.#cursor.source, reads, !syndrome.write)) return outcome
    if (p.copies) {
      this.#sourcePa = this.#walk.page.pa
      count = this.#asTagged(this.#cursor.source, this.#sourcePa, count, false, isUnprivileged(reads))
      if (count === 0) return outcome
    }
    this.#readUpdates = p.copies ? this.#walk.page.updates : 0
    if (!this.#translate(this.#cursor.target, writes, syndrome.write)) return outcome
    this.#targetPa = this.#walk.page.pa
    this.#writeUpdates = this.#walk.page.updates
    if (!p.granules) count = this.#asTagged(this.#cursor.target, this.#targetPa, count, true, isUnprivileged(writes))
    if (count === 0) return outcome
    if (this.#cursor.backward) {
      this.#sourcePa -= count - 1
      this.#targetPa -= count - 1
    }
    if (p.granules) this.#tagSpan(this.#targetPa, count)
    if (!this.#update(reads, writes)) return fault.end('retry', 'translation-differs')
    return this.#move(plan, optionA, count, reads, writes)
  }

  /** Whether FAR is a byte that is left to access on this side. */
  #reaches(at: Value): boolean {
    const span = this.#cursor.left.hi > 0 ? LONGEST : Math.min(this.#cursor.left.lo, LONGEST)
    const start = this.#next
    start.set(at.hi, at.lo)
    if (this.#cursor.backward) start.add(-span)
    const offset = this.#fault.farOffset(start.hi | 0, start.lo | 0)
    return offset >= 0 && offset < span
  }

  /** Bytes from a cursor to the end of its page, or to its beginning. */
  #roomAt(at: Value): number {
    return this.#cursor.backward ? ((at.lo - 1) & (PAGE - 1)) + 1 : PAGE - (at.lo & (PAGE - 1))
  }

  /** Translates the next byte of a side. @param reported - FAR is of this side. */
  #translate(at: Value, access: number, reported: boolean): boolean {
    const fault = this.#fault
    const next = this.#next
    next.set(at.hi, at.lo)
    if (this.#cursor.backward) next.add(-1)
    const { page } = this.#walk
    const found = this.#walk.translate(fault.registers, next.hi | 0, next.lo | 0, access | Access.NO_UPDATE)
    // The page that stage 2 stopped is translated by the tables, unless they changed.
    const same = reported && ((fault.registers.regs.lo(Reg.FAR_EL2) ^ next.lo) & -PAGE) === 0
    if (found !== FaultKind.NONE) {
      // The host's stage 2 also stops what the guest's own forbids.
      const own = page.stage === 2
      if ((same && !own) || page.fsc < 0) return fault.stop('translation-differs')
      const { hi, lo } = next
      const iss2 = permissionSyndrome(page)
      fault.abort('translation-fault', walkSyndrome(page), page.write, hi, lo, iss2, own ? page.ipa : -1)
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
    if (fault.syndrome.translationFault && alignDown(page.pa, PAGE) !== fault.page())
      return fault.stop('translation-differs')
    return fault.syndrome.translationFault || !fault.isPlainRam(page.pa) || fault.stop('not-mmio')
  }

  #update(reads: number, writes: number): boolean {
    return (
      (this.#readUpdates === 0 || this.#again(this.#cursor.source, reads)) &&
      (this.#writeUpdates === 0 || this.#again(this.#cursor.target, writes))
    )
  }

  #again(at: Value, access: number): boolean {
    const next = this.#next
    next.set(at.hi, at.lo)
    if (this.#cursor.backward) next.add(-1)
    return this.#walk.translate(this.#fault.registers, next.hi | 0, next.lo | 0, access) === FaultKind.NONE
  }

  #tagSpan(pa: number, count: number): void {
    const span = this.#span
    span.pa = pa
    span.room = count
    span.tagged = this.#fault.settings.tags !== undefined && this.#walk.isTagged()
    span.nextTagged = false
  }

  /**
   * How many of the bytes from a cursor on have the tag of its address, granule by granule as the copy goes.
   *
   * @param pa - of the byte that is next.
   * @returns `count` where tags do not matter; 0 when the outcome is set.
   */
  #asTagged(at: Value, pa: number, count: number, write: boolean, unprivileged: boolean): number {
    const { settings, outcome } = this.#fault
    if (!settings.tags) return count
    this.#tagSpan(pa, 1)
    if (!this.#span.tagged) return count
    const { backward } = this.#cursor
    const { vaHi, vaLo } = outcome
    const next = this.#next
    next.set(at.hi, at.lo)
    if (backward) next.add(-1)
    let done = 0
    while (done < count) {
      outcome.vaHi = next.hi
      outcome.vaLo = next.lo
      this.#span.pa = backward ? pa - done : pa + done
      if (this.#tags.mismatch(1, unprivileged, write) >= 0) break
      const inGranule = next.lo & (TAG_GRANULE - 1)
      const step = backward ? inGranule + 1 : TAG_GRANULE - inGranule
      next.add(backward ? -step : step)
      done += step
    }
    // The bytes before are moved first; one that is next is a fault, or is noted and moved.
    if (done >= count || !this.#tags.stops(unprivileged, !write)) {
      if (done < count) this.#tags.checkBytes(1, unprivileged, !write, write)
      done = count
    } else if (done === 0) this.#tags.checkBytes(1, unprivileged, !write, write)
    outcome.vaHi = vaHi
    outcome.vaLo = vaLo
    return done
  }

  /** The accesses, then the registers as far as they came. */
  #move(plan: Plan, optionA: boolean, count: number, reads: number, writes: number): Outcome {
    const readAttrs = attrsOf(reads)
    const writeAttrs = attrsOf(writes)
    const p = this.#cursor.plan
    const data = this.#data
    const bus = this.#bus
    const step = p.granules ? TAG_GRANULE : 1
    let done = 0
    let refused = ACCESSED
    let refusedAt = this.#cursor.target
    for (; done < count; done += step) {
      const offset = this.#cursor.backward ? count - 1 - done : done
      if (p.copies) {
        refused = bus.transfer(false, this.#sourcePa + offset, 1, data, 0, 0, readAttrs)
        refusedAt = this.#cursor.source
      }
      if (refused !== ACCESSED) break
      if (!p.tagsOnly) refused = bus.transfer(true, this.#targetPa + offset, step, data, 0, 0, writeAttrs)
      refusedAt = this.#cursor.target
      if (refused !== ACCESSED) break
    }
    if (done > 0 || refused >= 0)
      this.#commit.stored(this.#cursor.backward ? this.#targetPa + count - done : this.#targetPa, done)
    if (refused === ACCESSED && bus.replays) refused = DIFFERS
    if (refused < ACCESSED) return this.#commit.refused(refused)
    if (p.granules && done > 0) this.#setTags(plan, done, isUnprivileged(writes))
    const { outcome } = this.#fault
    outcome.vaHi = refusedAt.hi
    outcome.vaLo = refusedAt.lo
    this.#cursor.advance(optionA, done, this.#fault.registers)
    if (refused !== ACCESSED) return this.#commit.refused(this.#cursor.backward ? -done - 1 + TWO32 : done)
    if (this.#cursor.left.hi === 0 && this.#cursor.left.lo === done) return this.#retire()
    return this.#fault.end('retired', 'chunk-done')
  }

  #setTags(plan: Plan, count: number, unprivileged: boolean): void {
    const { outcome } = this.#fault
    outcome.vaHi = this.#cursor.target.hi
    outcome.vaLo = this.#cursor.target.lo
    this.#tags.prepare(plan, unprivileged)
    this.#tags.transfer(plan, count)
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
