import { RegisterFile, type Vcpu } from '../mmio/index.ts'

/**
 * A vCPU whose registers live in this process and are always current: for tests, recordings, and hypervisors that map
 * the register block into the handler's memory.
 */
export class InProcessVcpu implements Vcpu {
  readonly regs: RegisterFile

  constructor(regs: RegisterFile = new RegisterFile()) {
    this.regs = regs
  }

  /** Nothing to do: the file is the truth. */
  pull(_reg: number): void {}

  /** Nothing to do: the file is the truth. */
  push(_reg: number): void {}
}
