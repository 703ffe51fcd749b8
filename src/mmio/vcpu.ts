import type { RegisterFile } from './register-file.ts'
import type { VectorRegisters } from './vector-file.ts'

/**
 * What nisv needs of a virtual CPU that stopped at a data abort.
 *
 * The shim owns a {@link RegisterFile}. nisv calls {@link pull} before it reads a slot for the first time in a fault
 * and {@link push} after it changed one, and never touches any other: a shim that pays a system call per register
 * pays only for those that the instruction needs. A shim whose file is always current leaves both empty.
 */
export interface Vcpu {
  readonly regs: RegisterFile
  /** Scalable registers, where the vCPU has SVE or SME; their instructions are not emulated without. */
  readonly vectors?: VectorRegisters
  /** Make slot `reg` (a value of `Reg`) current in {@link regs}. */
  pull(reg: number): void
  /** Slot `reg` of {@link regs} has a new value that must reach the guest. */
  push(reg: number): void
}
