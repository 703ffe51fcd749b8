import { alignDown, bit } from '../bits.ts'
import { Access, accessOf, FaultKind } from '../tlb/index.ts'
import type { Commit } from './commit.ts'
import { ACCESSED, BLOCKED, DIFFERS, type ElementBus } from './element-bus.ts'
import { type Fault, PAGE } from './fault.ts'
import type { GuestWalk } from './guest-walk.ts'
import type { Outcome, Reason } from './outcome.ts'
import { BASE_SP } from './plan.ts'
import { MemTxAttrs } from './region.ts'
import { Reg } from './register-file.ts'
import { retire } from './retire.ts'
import { MAX_SCALABLE_ELEMENTS, ScalableElements } from './scalable-elements.ts'
import type { ScalablePlan } from './scalable-plan.ts'
import { DFSC_ALIGNMENT, permissionSyndrome, walkSyndrome } from './syndrome.ts'
import { isVectorLength, MAX_VECTOR_BYTES, VectorReg, type VectorRegisters, vectorOffset } from './vector-file.ts'

/** SCTLR_ELx.A. */
const A = 1
/** LD1, ST1 of four vectors: bytes in memory. */
const MAX_BYTES = 4 * MAX_VECTOR_BYTES

/**
 * Loads and stores of scalable registers (DDI 0487, C8 and D1.4.4; pseudocode of LD1B, LDFF1B, LDNF1B, LDR and kin): the
 * active elements one by one, low addresses first, gathers in the order of their lanes. All pages are translated before
 * anything is accessed, an element that crosses into another page on both; under `architectural-order` the elements
 * before the one that is forbidden are then accessed. Of a first-fault load only the first active element may fault, and
 * others that cannot be read, or that are on a device, end the load in FFR.
 *
 * Work is bounded: 1024 elements on two pages, or 64 (LDn: 256) on as many pages each.
 */
export class ScalableAccess {
  readonly #fault: Fault
  readonly #walk: GuestWalk
  readonly #bus: ElementBus
  readonly #commit: Commit
  readonly #elements: ScalableElements = new ScalableElements()
  readonly #pa: Float64Array = new Float64Array(MAX_SCALABLE_ELEMENTS)
  /** Guest-physical address of the part of an element on a second page. */
  readonly #nextPa: Float64Array = new Float64Array(MAX_SCALABLE_ELEMENTS)
  /** The element is, or begins, in Normal Tagged memory. */
  readonly #inTagged: Uint8Array = new Uint8Array(MAX_SCALABLE_ELEMENTS)
  readonly #data: Uint8Array = new Uint8Array(MAX_BYTES)
  #vectors: VectorRegisters | undefined = undefined
  /** Which stage makes the page of the last translation Device memory: 1, 2, or 0 for none. */
  #device = 0
  #faulting = -1
  /** The guest may not access the element that follows those that it may: the exception is postponed. */
  #blocked = false
  /** Bytes of that element that it may access. */
  #blockedRoom = 0
  /** The page of the last translation, to be used again. */
  #pageHi = 0
  #pageKnown = false
  #pageLo = 0
  #pagePa = 0
  #pageDevice = 0
  #pageTagged = false

  constructor(fault: Fault, walk: GuestWalk, bus: ElementBus, commit: Commit) {
    this.#fault = fault
    this.#walk = walk
    this.#bus = bus
    this.#commit = commit
  }

  /** Does the instruction, or says why not. */
  run(plan: ScalablePlan): Outcome {
    const fault = this.#fault
    const { outcome, registers, syndrome } = fault
    const { vectors } = fault.vcpu
    if (!vectors || !isVectorLength(vectors.length) || !isVectorLength(vectors.streamingLength ?? 16)) {
      return fault.end('unhandled', 'no-vector-registers')
    }
    if (plan.form === 'replicate-octo' && vectors.length < 32) return fault.end('retry', 'word-changed')
    if (plan.load === syndrome.write) return fault.end('retry', 'direction-differs')
    this.#vectors = vectors
    const elements = this.#elements
    elements.list(plan, registers, vectors)
    if (elements.count === 0) return fault.end('retry', 'far-differs')
    outcome.vaHi = elements.hi[0] as number
    outcome.vaLo = elements.lo[0] as number
    if (plan.base === BASE_SP && fault.stackMisaligned()) return fault.stackAbort()
    const access = accessOf(plan.load ? Access.READ : Access.WRITE, registers.regs.lo(Reg.PSTATE))
    const user = fault.level() === 0 ? MemTxAttrs.USER : MemTxAttrs.NONE
    const count = this.#probe(plan, access)
    if (count < 0) return outcome
    const bigEndian = plan.form !== 'fill' && fault.bigEndian()
    return plan.load ? this.#load(plan, count, bigEndian, user) : this.#store(count, bigEndian, user)
  }

  /** Translates every element. @returns how many are to be accessed, or -1 when the outcome is set. */
  #probe(plan: ScalablePlan, access: number): number {
    const fault = this.#fault
    const { registers, syndrome, outcome } = fault
    const { count, size, hi, lo } = this.#elements
    const { sctlr } = registers.regime
    registers.read(sctlr)
    const strict = bit(registers.regs.lo(sctlr), A) === 1
    const gathers = plan.form === 'first-fault-gather'
    const first = plan.form === 'first-fault' || gathers
    // TCR_ELx.NFDn has no say in the first element of a gather, nor in contiguous first-fault loads.
    const next = gathers || plan.form === 'non-fault' ? access | Access.NON_FAULT : access
    this.#walk.useAttributes(registers)
    this.#pageKnown = false
    this.#faulting = -1
    this.#blocked = false
    let reached = count
    for (let i = 0; i < count; i++) {
      const rest = plan.form === 'non-fault' || (first && i > 0)
      // The page of the first element is asked for anew.
      if (gathers && i === 1) this.#pageKnown = false
      if (this.#element(i, rest ? next : access, strict, rest)) continue
      if (!rest && !this.#blocked) return -1
      reached = i
      break
    }
    if (this.#faulting < 0) {
      if (this.#blocked) fault.abortPostponed()
      else fault.stop('far-differs')
      return -1
    }
    const faulted = this.#faulting
    outcome.ipa = this.#pa[0] as number
    if (syndrome.translationFault && alignDown(faulted, PAGE) !== fault.page()) {
      fault.stop('translation-differs')
      return -1
    }
    if (fault.isPlainRam(faulted)) {
      fault.stop('not-mmio')
      return -1
    }
    if (fault.settings.tags) reached = this.#tagged(plan, first, reached)
    if (reached < 0) return -1
    if (reached < count && !this.#blocked) {
      outcome.constraint = 'SVELDNFZERO'
      if (fault.settings.choices.strict) {
        fault.end('unhandled', 'constrained-unpredictable')
        return -1
      }
    }
    if (!this.#updateTables(reached, access)) return -1
    outcome.vaHi = hi[0] as number
    outcome.vaLo = lo[0] as number
    return size > 0 ? reached : -1
  }

  /**
   * Checks the tag of each element; only in RAM are there any. One that differs is a fault, or ends a load that may not
   * fault there, whatever TCF says (pseudocode `MemSingleNF`).
   *
   * @returns how many elements are left, or -1 when the outcome is set.
   */
  #tagged(plan: ScalablePlan, first: boolean, count: number): number {
    const { outcome } = this.#fault
    const { tags, span } = this.#commit
    const { size, hi, lo } = this.#elements
    if (plan.base === BASE_SP && plan.index < 0 && plan.vectorIndex < 0) return count
    const unprivileged = this.#fault.level() === 0
    for (let i = 0; i < count; i++) {
      if (this.#inTagged[i] === 0) continue
      outcome.vaHi = hi[i] as number
      outcome.vaLo = lo[i] as number
      span.pa = this.#pa[i] as number
      span.room = Math.min(size, PAGE - (outcome.vaLo & (PAGE - 1)))
      span.nextPa = this.#nextPa[i] as number
      span.tagged = true
      span.nextTagged = true
      if (plan.form === 'non-fault' || (first && i > 0)) {
        if (tags.mismatch(size, unprivileged) >= 0) return i
      } else if (!tags.checkBytes(size, unprivileged, plan.load)) return -1
    }
    return count
  }

  /** Translates one element. @param rest - a fault ends the load. @returns whether it may be accessed. */
  #element(i: number, access: number, strict: boolean, rest: boolean): boolean {
    const fault = this.#fault
    const { size, hi, lo } = this.#elements
    // Signed numbers, which V8 need not allocate where they are passed.
    const vaHi = (hi[i] as number) | 0
    const vaLo = (lo[i] as number) | 0
    const unaligned = (vaLo & (size - 1)) !== 0
    if (unaligned && strict) return rest ? false : this.#alignment(i, vaHi, vaLo, -1)
    const offset = fault.farOffset(vaHi, vaLo)
    const mine = offset >= 0 && offset < size
    const room = PAGE - (vaLo & (PAGE - 1))
    if (!this.#page(i, 0, vaHi, vaLo, access, mine && offset < room, rest)) return false
    // Before its permissions in the pseudocode; only a device page that is also forbidden can tell.
    if (unaligned && this.#device !== 0 && !rest) return this.#alignment(i, vaHi, vaLo, this.#device === 2 ? 0 : -1)
    this.#pa[i] = this.#pagePa + (vaLo & (PAGE - 1))
    this.#inTagged[i] = this.#pageTagged ? 1 : 0
    if (mine && offset < room) this.#faulting = (this.#pa[i] as number) + offset
    // Of what may not fault nothing is read from Device memory.
    if (this.#device !== 0 && rest) return false
    if (rest && !this.#isRam(this.#pa[i] as number, Math.min(room, size))) return false
    if (room >= size) return true
    const nextLo = (vaLo + room) | 0
    const nextHi = (vaHi + (nextLo === 0 ? 1 : 0)) | 0
    if (!this.#page(i, room, nextHi, nextLo, access, mine && offset >= room, rest)) return false
    this.#nextPa[i] = this.#pagePa
    if (mine && offset >= room) this.#faulting = this.#pagePa + offset - room
    if (rest && !this.#isRam(this.#pagePa, size - room)) return false
    return true
  }

  #isRam(pa: number, size: number): boolean {
    return this.#fault.settings.space.isRam(pa, size)
  }

  /** @param ipa - of a fault of the guest's own stage 2, whose address is not told; otherwise -1. */
  #alignment(i: number, vaHi: number, vaLo: number, ipa: number): boolean {
    const { write } = this.#fault.syndrome
    return this.#refuse(i, 0, 'alignment-fault', DFSC_ALIGNMENT, write, vaHi >>> 0, vaLo >>> 0, 0, ipa)
  }

  /**
   * The guest may not access element `i`, or what follows its first `room` bytes: an abort now, or once all that comes
   * before is accessed.
   */
  #refuse(
    i: number,
    room: number,
    reason: Reason,
    status: number,
    write: boolean,
    hi: number,
    lo: number,
    iss2: number,
    ipa: number,
  ): boolean {
    const fault = this.#fault
    this.#blocked = fault.settings.inOrder && i + room > 0
    this.#blockedRoom = room
    if (this.#blocked) fault.postpone(reason, status, write, hi, lo, iss2, ipa)
    else fault.abort(reason, status, write, hi, lo, iss2, ipa)
    return false
  }

  /**
   * Translates one page, unless it was the last.
   *
   * @param room - bytes of element `i` that lie before it.
   * @param reported - stage 2 stopped the access here.
   */
  #page(
    i: number,
    room: number,
    vaHi: number,
    vaLo: number,
    access: number,
    reported: boolean,
    rest: boolean,
  ): boolean {
    if (this.#pageKnown && vaHi === this.#pageHi && ((vaLo ^ this.#pageLo) & -PAGE) === 0) {
      this.#device = this.#pageDevice
      return true
    }
    const fault = this.#fault
    const { page } = this.#walk
    const found = this.#walk.translate(fault.registers, vaHi, vaLo, access | Access.NO_UPDATE)
    if (found !== FaultKind.NONE) {
      if (rest) return false
      // The host's stage 2 also stops what the guest's own forbids.
      const own = page.stage === 2
      if ((reported && !own) || page.fsc < 0) return fault.stop('translation-differs')
      const status = walkSyndrome(page)
      const iss2 = permissionSyndrome(page)
      const ipa = own ? page.ipa : -1
      return this.#refuse(i, room, 'translation-fault', status, page.write, vaHi >>> 0, vaLo >>> 0, iss2, ipa)
    }
    fault.settings.trace?.translated?.(vaHi >>> 0, vaLo >>> 0, page.pa)
    this.#pageKnown = true
    this.#pageHi = vaHi
    this.#pageLo = vaLo
    this.#pagePa = alignDown(page.pa, PAGE)
    this.#pageDevice = this.#walk.deviceStage(fault.registers)
    this.#device = this.#pageDevice
    this.#pageTagged = this.#walk.isTagged()
    return true
  }

  /** Access flags and dirty state of the pages that are accessed. */
  #updateTables(count: number, access: number): boolean {
    const { size, hi, lo } = this.#elements
    let pageHi = 0
    let pageLo = 0
    for (let i = 0; i < count; i++) {
      for (let part = 0; part < size; part += size - 1 || 1) {
        const vaLo = ((lo[i] as number) + part) | 0
        const vaHi = ((hi[i] as number) + (vaLo >>> 0 < (lo[i] as number) ? 1 : 0)) | 0
        if ((i > 0 || part > 0) && vaHi === pageHi && ((vaLo ^ pageLo) & -PAGE) === 0) continue
        pageHi = vaHi
        pageLo = vaLo
        if (this.#walk.translate(this.#fault.registers, vaHi, vaLo, access) !== FaultKind.NONE) {
          return this.#fault.stop('translation-differs')
        }
      }
    }
    return true
  }

  /** Moves element `i` between memory and `data[at ..]`. */
  #transfer(store: boolean, i: number, data: Uint8Array, at: number, attrs: number): number {
    const { size, lo } = this.#elements
    const room = PAGE - ((lo[i] as number) & (PAGE - 1))
    const offset = i * size
    if (room >= size) return this.#bus.transfer(store, this.#pa[i] as number, size, data, at, offset, attrs)
    const refused = this.#bus.transfer(store, this.#pa[i] as number, room, data, at, offset, attrs)
    if (refused !== ACCESSED) return refused
    return this.#bus.transfer(store, this.#nextPa[i] as number, size - room, data, at + room, offset + room, attrs)
  }

  /** The element that was refused: FAR is of its first byte that was. */
  #refused(i: number, refused: number): Outcome {
    const { outcome } = this.#fault
    const { size, hi, lo } = this.#elements
    outcome.vaHi = hi[i] as number
    outcome.vaLo = lo[i] as number
    return this.#commit.refused(refused < ACCESSED ? refused : refused - i * size)
  }

  #store(count: number, bigEndian: boolean, attrs: number): Outcome {
    const { size, to } = this.#elements
    for (let i = 0; i < count; i++) {
      this.#gather(to[i] as number, bigEndian)
      const refused = this.#transfer(true, i, this.#data, 0, attrs)
      this.#commit.stored(this.#pa[i] as number, size)
      if (refused !== ACCESSED) return this.#refused(i, refused)
    }
    if (!this.#blocked) return this.#bus.replays ? this.#commit.refused(DIFFERS) : this.#retire()
    if (this.#blockedRoom > 0) this.#gather(to[count] as number, bigEndian)
    return this.#endBlocked(true, count, attrs)
  }

  /** Ends the access at element `i`: what the guest may access of it is accessed. */
  #endBlocked(store: boolean, i: number, attrs: number): Outcome {
    const room = this.#blockedRoom
    if (room === 0) return this.#commit.refused(BLOCKED)
    const pa = this.#pa[i] as number
    const refused = this.#bus.transfer(store, pa, room, this.#data, 0, i * this.#elements.size, attrs)
    if (store) this.#commit.stored(pa, room)
    return refused === ACCESSED ? this.#commit.refused(BLOCKED) : this.#refused(i, refused)
  }

  /** Copies an element of the vector file to the start of the data. */
  #gather(from: number, bigEndian: boolean): void {
    const { size } = this.#elements
    const { bytes } = (this.#vectors as VectorRegisters).file
    for (let k = 0; k < size; k++) this.#data[bigEndian ? size - 1 - k : k] = bytes[from + k] as number
  }

  #load(plan: ScalablePlan, count: number, bigEndian: boolean, attrs: number): Outcome {
    const { size } = this.#elements
    const data = this.#data
    const vectors = this.#vectors as VectorRegisters
    if (count < this.#elements.count && !this.#blocked) {
      vectors.pull(VectorReg.FFR)
      if (this.#fault.settings.choices.SVELDNFZERO === 'FALSE') for (const r of plan.registers) vectors.pull(r)
    }
    for (let i = 0; i < count; i++) {
      const refused = this.#transfer(false, i, data, i * size, attrs)
      if (refused !== ACCESSED) return this.#refused(i, refused)
      if (!bigEndian) continue
      for (let a = i * size, b = a + size - 1; a < b; a++, b--) {
        const byte = data[a] as number
        data[a] = data[b] as number
        data[b] = byte
      }
    }
    if (this.#blocked) return this.#endBlocked(false, count, attrs)
    if (this.#bus.replays) return this.#commit.refused(DIFFERS)
    this.#place(plan, count, vectors)
    if (count < this.#elements.count) this.#endFfr(vectors, count)
    return this.#retire()
  }

  /** Writes what was loaded; lanes that are inactive, or were not reached, become zero. */
  #place(plan: ScalablePlan, count: number, vectors: VectorRegisters): void {
    const elements = this.#elements
    const { size, lane, to, vl } = elements
    const { bytes } = vectors.file
    const data = this.#data
    if (plan.form === 'slice') this.#clearSlice(plan, bytes)
    else if (plan.form !== 'fill') {
      const kept = this.#fault.settings.choices.SVELDNFZERO === 'FALSE'
      for (const r of plan.registers) {
        if (kept && count < elements.count) this.#clearReached(r, count, bytes)
        else bytes.fill(0, vectorOffset(r), vectorOffset(r) + vl)
      }
    }
    for (let i = 0; i < count; i++) {
      const at = to[i] as number
      for (let k = 0; k < size; k++) bytes[at + k] = data[i * size + k] as number
      if (size < lane) {
        const sign = plan.signed && ((data[i * size + size - 1] as number) & 0x80) !== 0 ? 0xff : 0
        bytes.fill(sign, at + size, at + lane)
      }
    }
    if (plan.form === 'replicate') this.#replicate(plan, vectors)
    else if (plan.form === 'replicate-quad' || plan.form === 'replicate-octo') {
      const length = plan.form === 'replicate-quad' ? 16 : 32
      const at = vectorOffset(plan.registers[0] as number)
      for (let k = length; k < vl; k++) bytes[at + k] = bytes[at + (k % length)] as number
    }
    if (plan.form === 'fill') vectors.push(elements.register)
    else if (plan.form === 'slice') {
      const vertical = plan.vertical ? elements.svl / lane : 1
      for (let k = 0; k < vertical; k++) vectors.push(VectorReg.ZA0 + elements.sliceFrom + k * elements.sliceStep)
    } else for (const r of plan.registers) vectors.push(r)
  }

  /** Zeroes the lanes of a register but those active ones that the load did not reach. */
  #clearReached(register: number, count: number, bytes: Uint8Array): void {
    const { lane, lanes, vl } = this.#elements
    const at = vectorOffset(register)
    let next = count
    for (let n = 0; n < vl; n += lane) {
      if (next < this.#elements.count && n === (lanes[next] as number) * lane) next++
      else bytes.fill(0, at + n, at + n + lane)
    }
  }

  /** LD1R: the element to every active lane. */
  #replicate(plan: ScalablePlan, vectors: VectorRegisters): void {
    const { lane, vl } = this.#elements
    const { bytes } = vectors.file
    const at = vectorOffset(plan.registers[0] as number)
    const predicate = vectorOffset(VectorReg.P0 + plan.predicate)
    for (let n = vl - lane; n >= 0; n -= lane) {
      const active = bit(bytes[predicate + (n >>> 3)] as number, n & 7) === 1
      for (let k = 0; k < lane; k++) bytes[at + n + k] = active ? (bytes[at + k] as number) : 0
    }
  }

  #clearSlice(plan: ScalablePlan, bytes: Uint8Array): void {
    const { lane, svl, slice, sliceFrom } = this.#elements
    if (!plan.vertical) {
      const at = vectorOffset(VectorReg.ZA0 + sliceFrom)
      bytes.fill(0, at, at + svl)
      return
    }
    for (let e = 0; e < svl / lane; e++) {
      const at = vectorOffset(VectorReg.ZA0 + plan.tile + e * lane) + slice * lane
      bytes.fill(0, at, at + lane)
    }
  }

  /** FFR: the lane that could not be read and all behind it. */
  #endFfr(vectors: VectorRegisters, count: number): void {
    const { lane, lanes, vl } = this.#elements
    const { bytes } = vectors.file
    const at = vectorOffset(VectorReg.FFR)
    for (let n = (lanes[count] as number) * lane; n < vl; n++)
      bytes[at + (n >>> 3)] = (bytes[at + (n >>> 3)] as number) & ~(1 << (n & 7))
    vectors.push(VectorReg.FFR)
  }

  #retire(): Outcome {
    retire(this.#fault.registers)
    return this.#fault.end('retired', 'done')
  }
}
