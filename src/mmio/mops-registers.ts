import { bit } from '../bits.ts'
import { MemoryCopyPlan } from './mops-plan.ts'
import { below, Value } from './mops-value.ts'
import { TAG_GRANULE } from './plan.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'

/** Bytes of the longest copy and set, upper half: what a larger size becomes. */
const LONGEST_CPY = 0x007f_ffff
const LONGEST_SET = 0x7fff_ffff

/**
 * The registers of a memory copy or set, as the algorithm of the CPU has them (option A or B), and where they say that
 * the next byte is. Reused.
 */
export class MemoryCopyRegisters {
  readonly plan: MemoryCopyPlan = new MemoryCopyPlan()
  /** Bytes left, without its sign. */
  readonly left: Value = new Value()
  /** Where the next byte is, or for a copy downwards the byte behind it. */
  readonly target: Value = new Value()
  readonly source: Value = new Value()
  backward = false
  readonly #to: Value = new Value()
  readonly #from: Value = new Value()
  readonly #size: Value = new Value()

  /** Takes the word apart, and reads the registers that it names. */
  read(word: number, registers: RegisterAccess): void {
    const p = this.plan
    p.read(word)
    const { regs } = registers
    registers.read(p.rd)
    registers.read(p.rn)
    if (p.rs !== Reg.XZR) registers.read(p.rs)
    this.#to.set(regs.hi(p.rd), regs.lo(p.rd))
    this.#size.set(regs.hi(p.rn), regs.lo(p.rn))
    if (p.copies) this.#from.set(regs.hi(p.rs), regs.lo(p.rs))
  }

  /** The register of the target: FAR of a SETG that is misaligned. */
  get to(): { readonly hi: number; readonly lo: number } {
    return this.#to
  }

  /** Nothing is left to copy or set. */
  get isEmpty(): boolean {
    return this.#size.hi === 0 && this.#size.lo === 0
  }

  /** PSTATE.C is that of the algorithm. */
  agrees(optionA: boolean, registers: RegisterAccess): boolean {
    return (bit(registers.regs.lo(Reg.PSTATE), 29) === 0) === optionA
  }

  /** SETG: address and size are multiples of 16. Others: always. */
  get isGranular(): boolean {
    if (!this.plan.granules) return true
    return ((this.isEmpty ? 0 : this.#to.lo) & (TAG_GRANULE - 1)) === 0 && (this.#size.lo & (TAG_GRANULE - 1)) === 0
  }

  /** A prologue: a size that is too large becomes the largest. */
  saturate(): void {
    const { either, granules } = this.plan
    const size = this.#size
    if (either ? size.hi >>> 23 !== 0 : size.hi > LONGEST_SET) {
      size.set(either ? LONGEST_CPY : LONGEST_SET, granules ? -TAG_GRANULE : -1)
    }
  }

  /** A prologue: the registers as the main part wants them: end and negative count (A), or count, C and N (B). */
  prepare(optionA: boolean, registers: RegisterAccess): void {
    const p = this.plan
    const to = this.#to
    const from = this.#from
    const size = this.#size
    let forward = true
    if (p.either && below(from, to)) {
      // Overlap from below: the end of the source first.
      this.target.set(from.hi, from.lo)
      this.target.plus(size, 1)
      forward = !below(to, this.target)
    }
    if (optionA === forward) {
      to.plus(size, 1)
      from.plus(size, 1)
    }
    if (optionA && forward) {
      this.left.set(size.hi, size.lo)
      size.set(0, 0)
      size.plus(this.left, -1)
    }
    write(registers, p.rd, to)
    write(registers, p.rn, size)
    if (p.copies) write(registers, p.rs, from)
    const { regs } = registers
    const flags = optionA ? 0 : forward ? 0b0010 : 0b1010
    regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE) | 0, (regs.lo(Reg.PSTATE) & 0xfff_ffff) | (flags << 28))
    registers.wrote(Reg.PSTATE)
  }

  /** A main part or epilogue: finds direction, bytes left, and where they are. */
  place(optionA: boolean, registers: RegisterAccess): void {
    const { left, target, source } = this
    left.set(this.#size.hi, this.#size.lo)
    target.set(this.#to.hi, this.#to.lo)
    source.set(this.#from.hi, this.#from.lo)
    if (!optionA) {
      this.backward = this.plan.either && bit(registers.regs.lo(Reg.PSTATE), 31) === 1
      return
    }
    // The registers are the ends (forward) or the beginnings (backward); the count leads to the next byte.
    this.backward = left.hi >>> 31 === 0
    target.plus(left, 1)
    source.plus(left, 1)
    if (this.backward) return
    left.set(0, 0)
    left.plus(this.#size, -1)
  }

  /** Writes the registers as they are after `done` bytes. */
  advance(optionA: boolean, done: number, registers: RegisterAccess): void {
    const p = this.plan
    if (done === 0) return
    const size = this.#size
    if (optionA) {
      size.add(this.backward ? -done : done)
      write(registers, p.rn, size)
      return
    }
    const sign = this.backward ? -1 : 1
    size.add(-done)
    this.#to.add(sign * done)
    this.#from.add(sign * done)
    write(registers, p.rn, size)
    write(registers, p.rd, this.#to)
    if (p.copies) write(registers, p.rs, this.#from)
  }
}

function write(registers: RegisterAccess, slot: number, value: Value): void {
  registers.regs.setPair(slot, value.hi | 0, value.lo | 0)
  registers.wrote(slot)
}
