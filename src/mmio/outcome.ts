import { hex, TWO32 } from '../bits.ts'
import { decode, format } from '../decode/index.ts'
import type { Constraint } from './constrained.ts'
import type { Continuation } from './continuation.ts'
import { Journal } from './journal.ts'
import { Reg, type RegisterFile } from './register-file.ts'

/** What became of a fault. */
export type OutcomeKind = 'retired' | 'injected' | 'retry' | 'deferred' | 'unhandled'

const SENTENCES = {
  // retired
  done: 'the instruction is done',
  'chunk-done': 'a chunk of the copy is done, and the instruction goes on where it stopped',
  'exclusive-failed': 'the exclusives monitor was not set: nothing was stored',
  'no-access': 'the instruction names an address and accesses nothing',
  'constrained-nop': 'the instruction is one that this CPU ignores (CONSTRAINED UNPREDICTABLE)',
  // injected
  'translation-fault': "the guest's tables do not permit another page of the access",
  'stage-2-fault': "the stage 2 of the guest's own EL2 does not permit the access, or a walk that it needs",
  'alignment-fault': 'the address is not aligned, and the instruction, the memory or SCTLR_ELx wants it to be',
  'sp-alignment-fault': 'SP is no multiple of 16, and SCTLR_ELx wants it to be',
  'authentication-failed': 'the base register of LDRAA or LDRAB is not signed as it should be',
  'tag-check-fault': 'the tag in the address is not the tag of the memory',
  'memory-copy-mismatch': 'the registers of the copy are those of another algorithm',
  'unsupported-exclusive': 'exclusive and atomic accesses are not supported here',
  'guarded-control-stack': 'GCSCR_ELx.STREn does not let the instruction store to a Guarded Control Stack',
  'external-abort': 'the device or the bus refused the access',
  'undefined-instruction': 'the instruction is one that this CPU does not take (CONSTRAINED UNPREDICTABLE)',
  // retry
  'not-mmio': 'the page that faulted is RAM throughout, for the host to map',
  'fetch-failed': "the guest's tables no longer map the instruction, or it is not in RAM",
  'word-changed': 'the word at PC is no load or store: code changed since the fault',
  'direction-differs': 'the word at PC reads where the syndrome says write, or writes where it says read',
  'syndrome-differs': 'the word at PC is not the one that the valid instruction syndrome describes',
  'far-differs': 'FAR is no byte that the word at PC accesses',
  'translation-differs': 'the address in FAR no longer translates to the page in HPFAR',
  'continuation-differs': 'the instruction does not make the accesses that its continuation lists',
  cancelled: 'the request that a device deferred was cancelled',
  // deferred
  'device-deferred': 'a device answers later: the continuation says how to go on',
  // unhandled: the frame
  'not-a-data-abort': 'the syndrome is not that of a data abort from a lower Exception level',
  aarch32: 'the vCPU executes AArch32 above EL0',
  'aarch32-syndrome': 'the vCPU executes AArch32, which is not decoded, and the syndrome does not describe the access',
  'exception-level': 'the vCPU is at EL3, or at EL2 and the options do not tell that it has one',
  'redirected-access': 'the access is one that FEAT_NV2 made of a system register access (ESR.VNCR)',
  'far-invalid': 'the hardware does not know the address (ESR.FnV)',
  'table-walk': "stage 2 stopped a walk of the guest's tables, not an access (ESR.S1PTW)",
  'not-a-stage-2-fault': 'the fault status is neither a Translation nor a Permission fault',
  // unhandled: the instruction
  'constrained-unpredictable': 'the manual leaves open what the instruction does (CONSTRAINED UNPREDICTABLE)',
  'scalable-vector': 'the instruction is of SVE or SME and not in the table',
  'no-vector-registers': 'the vCPU has no scalable registers to give',
} as const

/** Why, by name. */
export type Reason = keyof typeof SENTENCES

/** Every reason and its sentence. */
export const REASONS: Readonly<Record<Reason, string>> = SENTENCES

/** The sentence behind a reason. @example `describeReason('not-mmio')` */
export function describeReason(reason: Reason): string {
  return REASONS[reason]
}

/**
 * What `DataAbortHandler.handle` answers: one object per handler, overwritten by the next fault; copy what is to be
 * kept. 64-bit values are halves so that an answer costs no bigint; {@link pc} and {@link va} make one.
 */
export class Outcome {
  kind: OutcomeKind = 'unhandled'
  reason: Reason = 'not-a-data-abort'
  /** Address of the instruction that aborted. */
  pcHi = 0
  pcLo = 0
  /** The instruction, or -1 when it was not fetched: an access with a valid syndrome needs no fetch. */
  word = -1
  /** First byte of the access; FAR where the instruction is not known. */
  vaHi = 0
  vaLo = 0
  /** Guest-physical address of that byte, or -1. */
  ipa = -1
  /** ESR_ELx.DFSC of an injected abort, or of the fault that a walk of this handler ended in; 0 otherwise. */
  status = 0
  /** What was done to memory and devices, also where the outcome is an exception. */
  readonly journal: Journal = new Journal()
  /** Which rule makes the instruction, or its access, CONSTRAINED UNPREDICTABLE; `''` for none. */
  constraint: Constraint | '' = ''
  /** With `deferred`: plain JSON to be given to `DataAbortHandler.resume` or `cancel`. */
  continuation: Continuation | undefined = undefined

  /** Address of the instruction that aborted, 64 bits. */
  get pc(): bigint {
    return (BigInt(this.pcHi) << 32n) | BigInt(this.pcLo)
  }

  /** First byte of the access, 64 bits. */
  get va(): bigint {
    return (BigInt(this.vaHi) << 32n) | BigInt(this.vaLo)
  }

  /**
   * One line for people: outcome, reason, instruction and addresses as far as known.
   *
   * @example
   * ```ts
   * handler.handle(vcpu, abort).describe()
   * // 'retired: the instruction is done; PC 0x40000, word 0xc85f7c20 (ldxr x0, [x1]), VA 0xfed40000, IPA 0xfed40000'
   * ```
   */
  describe(): string {
    const status = this.status === 0 ? '' : ` (status ${hex(this.status, 2)})`
    const parts = [`${this.kind}: ${describeReason(this.reason)}${status}; PC ${hex(this.pc)}`]
    if (this.word >= 0) {
      const insn = decode(this.word)
      parts.push(`word ${hex(this.word, 8)} (${insn ? format(insn) : 'unallocated'})`)
    }
    parts.push(`VA ${hex(this.va)}`)
    if (this.ipa >= 0) parts.push(`IPA ${hex(this.ipa)}`)
    if (this.constraint !== '') parts.push(`CONSTRAINED UNPREDICTABLE: ${this.constraint}`)
    return parts.join(', ')
  }

  /** Starts anew: nothing known but PC and FAR. */
  begin(regs: RegisterFile): void {
    this.kind = 'unhandled'
    this.reason = 'not-a-data-abort'
    this.pcHi = regs.hi(Reg.PC)
    this.pcLo = regs.lo(Reg.PC)
    this.vaHi = regs.hi(Reg.FAR_EL2)
    this.vaLo = regs.lo(Reg.FAR_EL2)
    this.word = -1
    this.ipa = -1
    this.status = 0
    this.journal.clear()
    this.continuation = undefined
    this.constraint = ''
  }

  /** {@link vaHi}:{@link vaLo} plus `bytes` (0..2^31), as the low half; the high half is {@link plusHi}. */
  plusLo(bytes: number): number {
    return (this.vaLo + bytes) >>> 0
  }

  /** The high half of {@link vaHi}:{@link vaLo} plus `bytes`. */
  plusHi(bytes: number): number {
    return (this.vaHi + (this.vaLo + bytes >= TWO32 ? 1 : 0)) >>> 0
  }
}
