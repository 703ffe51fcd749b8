import type { Outcome, Reason } from './outcome.ts'
import { Reg, type RegisterFile } from './register-file.ts'
import type { Vcpu } from './vcpu.ts'

/** How many times in a row one fault of one vCPU is answered by `retry`. */
export const MAX_RETRIES = 64

/** The last fault of one vCPU that was to be retried. */
class Retried {
  readonly vcpu: Vcpu
  /** Times in a row; 0 once another outcome came. */
  times = 0
  pcHi = 0
  pcLo = 0
  farHi = 0
  farLo = 0
  esr = 0
  word = 0
  reason: Reason = 'not-mmio'

  constructor(vcpu: Vcpu) {
    this.vcpu = vcpu
  }
}

/**
 * Bounds `retry`. A retry is right when code or tables changed between the fault and its handling: executed again, the
 * instruction does something else. When the very same fault comes {@link MAX_RETRIES} times in a row nothing changes:
 * the CPU knows an instruction that nisv does not, or runs code from RAM that the host did not add to the address
 * space. That would spin for ever, and is `unhandled` instead. RAM that the host is to map is not counted: how often
 * that takes is the host's affair.
 */
export class RetryLimit {
  /** One for each vCPU that ever was to retry. */
  readonly #entries: Retried[] = []
  /** Entries that count something: while there is none, {@link settle} costs one comparison. */
  #counting = 0

  /** The fault of `vcpu` ended otherwise: it counts from 0 again. */
  settle(vcpu: Vcpu): void {
    if (this.#counting === 0) return
    for (const entry of this.#entries) {
      if (entry.vcpu !== vcpu || entry.times === 0) continue
      entry.times = 0
      this.#counting--
    }
  }

  /** Counts a retry. @returns whether it is one too many. */
  exceeded(vcpu: Vcpu, outcome: Outcome, regs: RegisterFile): boolean {
    const entry = this.#entryOf(vcpu)
    if (entry.times === 0) this.#counting++
    if (!isSame(entry, outcome, regs)) note(entry, outcome, regs)
    entry.times++
    return entry.times > MAX_RETRIES
  }

  #entryOf(vcpu: Vcpu): Retried {
    for (const entry of this.#entries) if (entry.vcpu === vcpu) return entry
    const entry = new Retried(vcpu)
    this.#entries.push(entry)
    return entry
  }
}

function isSame(entry: Retried, outcome: Outcome, regs: RegisterFile): boolean {
  return (
    entry.pcLo === outcome.pcLo &&
    entry.pcHi === outcome.pcHi &&
    entry.farLo === regs.lo(Reg.FAR_EL2) &&
    entry.farHi === regs.hi(Reg.FAR_EL2) &&
    entry.esr === regs.lo(Reg.ESR_EL2) &&
    entry.word === outcome.word &&
    entry.reason === outcome.reason
  )
}

function note(entry: Retried, outcome: Outcome, regs: RegisterFile): void {
  entry.pcHi = outcome.pcHi
  entry.pcLo = outcome.pcLo
  entry.farHi = regs.hi(Reg.FAR_EL2)
  entry.farLo = regs.lo(Reg.FAR_EL2)
  entry.esr = regs.lo(Reg.ESR_EL2)
  entry.word = outcome.word
  entry.reason = outcome.reason
  entry.times = 0
}
