import { hex } from '../bits.ts'

/** What became of a fault. */
export type OutcomeKind = 'retired' | 'injected' | 'retry' | 'unhandled'

/** Why, by name; {@link describeReason} has a sentence for each. */
export type Reason = keyof typeof SENTENCES

const SENTENCES = {
  done: 'the instruction is done',
  'no-access': 'the instruction names an address and accesses nothing',
  'translation-fault': "the guest's tables do not map another page of the access",
  'external-abort': 'the device or the bus refused the access',
  'not-a-data-abort': 'the syndrome is not that of a data abort from a lower Exception level',
  'far-invalid': 'ESR.FnV: the hardware does not know the address',
  'not-a-stage-2-fault': 'the fault status is neither a translation nor a permission fault',
  'table-walk': "stage 2 stopped a walk of the guest's tables, not an access",
  'not-mmio': 'every byte of the access is RAM that the guest may use',
  'fetch-failed': "the guest's tables no longer map the instruction, or it is not in RAM",
  'word-changed': 'the word at PC is no load or store: code changed since the fault',
  'direction-differs': 'the word at PC reads where the syndrome says write, or writes where it says read',
  'syndrome-differs': 'the word at PC is not the one that the valid instruction syndrome describes',
  'far-differs': 'the word at PC does not access the address in FAR',
  'translation-differs': 'the address in FAR no longer translates to the page in HPFAR',
  aarch32: 'the vCPU executes AArch32',
  refused: 'the instruction is known, but its semantics are not emulated',
} as const

/** The sentence behind a reason. */
export function describeReason(reason: Reason): string {
  return SENTENCES[reason]
}

/**
 * What {@link DataAbortHandler.handle} answers: one object per handler, overwritten by the next fault; copy what is to
 * be kept.
 */
export class Outcome {
  kind: OutcomeKind = 'unhandled'
  reason: Reason = 'not-a-data-abort'
  /** Address of the instruction, in halves. */
  pcHi = 0
  pcLo = 0
  /** The instruction, or -1 when it was not fetched: an access with a valid syndrome needs no fetch. */
  word = -1
  /** First byte of the access, in halves. */
  vaHi = 0
  vaLo = 0
  /** Guest-physical address of that byte, or -1. */
  ipa = -1
  /** Fault status code of an injected abort; 0 otherwise. */
  status = 0

  /** One line for people: outcome, reason, word and addresses as far as known. */
  describe(): string {
    const pc = (BigInt(this.pcHi) << 32n) | BigInt(this.pcLo)
    const va = (BigInt(this.vaHi) << 32n) | BigInt(this.vaLo)
    const word = this.word < 0 ? '' : `, word ${hex(this.word, 8)}`
    const ipa = this.ipa < 0 ? '' : ` (IPA ${hex(this.ipa)})`
    return `${this.kind}: ${describeReason(this.reason)}; PC ${hex(pc)}${word}, VA ${hex(va)}${ipa}`
  }
}
