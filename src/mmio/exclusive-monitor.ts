import type { Vcpu } from './vcpu.ts'

/** What one vCPU's last load-exclusive marked. */
class Mark {
  readonly vcpu: Vcpu
  /** Guest-physical address of the first marked byte, or -1 for none. */
  pa = -1
  size = 0

  constructor(vcpu: Vcpu) {
    this.vcpu = vcpu
  }
}

/**
 * The exclusives monitors of the vCPUs that a handler serves (DDI 0487, B2.12; pseudocode `AArch64.SetExclusiveMonitors`,
 * `AArch64.ExclusiveMonitorsPass`), for exclusives that the handler emulates.
 *
 * A load-exclusive marks its own bytes. A store-exclusive passes when all its bytes are marked, and clears the mark
 * whatever came of it, be it an abort, but not an Alignment fault, which comes before; stores of other vCPUs that the handler
 * emulates clear a mark they touch, refused ones too. A plain store of the same vCPU leaves it, as the manual permits. A
 * load-exclusive that aborts has marked its bytes.
 *
 * The monitor of the CPU is another one: an emulated LDXR does not set it, so on hardware the STXR that follows may fail
 * without ever faulting. What the handler does not see - CLREX, an exception return, a context switch of the guest -
 * does not clear a mark here; a host that sees one calls {@link clear}.
 */
export class ExclusiveMonitor {
  /** One for each vCPU that ever made a load-exclusive fault. */
  readonly #marks: Mark[] = []
  #set = 0

  /** Marks `size` bytes at `pa` for `vcpu`, in place of what it had marked. */
  mark(vcpu: Vcpu, pa: number, size: number): void {
    const mark = this.#markOf(vcpu)
    if (mark.pa < 0) this.#set++
    mark.pa = pa
    mark.size = size
  }

  /** Whether `vcpu` has marked any bytes. */
  isSet(vcpu: Vcpu): boolean {
    if (this.#set === 0) return false
    for (const mark of this.#marks) if (mark.vcpu === vcpu) return mark.pa >= 0
    return false
  }

  /** Whether `size` bytes at `pa` are marked for `vcpu`. */
  covers(vcpu: Vcpu, pa: number, size: number): boolean {
    for (const mark of this.#marks) {
      if (mark.vcpu === vcpu) return mark.pa >= 0 && pa >= mark.pa && pa + size <= mark.pa + mark.size
    }
    return false
  }

  /** Clears the mark of `vcpu`: CLREX, an exception return, a reset, a store-exclusive. */
  clear(vcpu: Vcpu): void {
    if (this.#set === 0) return
    for (const mark of this.#marks) if (mark.vcpu === vcpu) this.#drop(mark)
  }

  /** `vcpu` stores `size` bytes at `pa`: marks of others that it touches are gone. */
  stored(vcpu: Vcpu, pa: number, size: number): void {
    if (this.#set === 0) return
    for (const mark of this.#marks) {
      if (mark.vcpu !== vcpu && mark.pa >= 0 && pa < mark.pa + mark.size && mark.pa < pa + size) this.#drop(mark)
    }
  }

  #drop(mark: Mark): void {
    if (mark.pa >= 0) this.#set--
    mark.pa = -1
  }

  #markOf(vcpu: Vcpu): Mark {
    for (const mark of this.#marks) if (mark.vcpu === vcpu) return mark
    const mark = new Mark(vcpu)
    this.#marks.push(mark)
    return mark
  }
}
