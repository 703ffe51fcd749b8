import { hex } from '../../bits.ts'
import { decode, format, info } from '../../decode/index.ts'
import {
  agreesWithSyndrome,
  buildPlan,
  describeReason,
  type OutcomeKind,
  Plan,
  PlanStatus,
  type Reason,
  Syndrome,
} from '../../mmio/index.ts'
import { infoLines } from '../info-text.ts'
import { type ToldAccess, toldAccesses } from './accesses.ts'
import { type AddressTold, toldAddress } from './address.ts'
import { causes, hasSyndrome, RULE } from './cause.ts'
import type { AbortFrame } from './frame.ts'
import { type SafeForm, safeForm } from './safe-form.ts'
import { className, type Field, syndromeFields } from './syndrome.ts'

/** All that is told of an abort, as data. */
export interface AbortExplanation {
  readonly frame: AbortFrame
  readonly class: string
  readonly fields: readonly Field[]
  /** As it is disassembled; `unallocated` for none. */
  readonly text: string
  /** Why ISV is 0, or what a valid syndrome says of the word. */
  readonly syndrome: readonly string[]
  readonly address: AddressTold | undefined
  readonly accesses: readonly ToldAccess[]
  /** What is read and written, by label. */
  readonly effects: readonly (readonly [label: string, text: string])[]
  /** What the handler makes of frame and word, as far as registers and memory that it would ask for do not matter. */
  readonly outcome: { readonly kind: OutcomeKind; readonly reason: Reason; readonly text: string }
  /** Where frame and word do not go together, or memory decides. */
  readonly problems: readonly string[]
  readonly instead: SafeForm
}

/** Explains an abort. Never throws, whatever the frame, the word and the registers are. */
export function explainAbort(frame: AbortFrame): AbortExplanation {
  const s = new Syndrome().parse(Number(frame.esr & 0xffff_ffffn))
  const plan = new Plan()
  buildPlan(frame.word, plan)
  const insn = decode(frame.word)
  const accessing = plan.status === PlanStatus.ACCESS && !plan.copySet
  const address = accessing ? toldAddress(plan, frame) : undefined
  return {
    frame,
    class: className(s.ec),
    fields: syndromeFields(frame.esr),
    text: insn ? format(insn) : 'unallocated',
    syndrome: syndromeText(s, plan),
    address,
    accesses: accessing ? toldAccesses(plan, frame) : [],
    effects: insn ? infoLines(info(insn)).filter(([label]) => label === 'reads' || label === 'writes') : [],
    outcome: outcomeOf(s, plan, address),
    problems: problems(s, plan, frame, address),
    instead: safeForm(plan),
  }
}

function syndromeText(s: Syndrome, plan: Plan): string[] {
  if (s.isv) {
    const agrees = plan.status === PlanStatus.ACCESS && agreesWithSyndrome(plan, s)
    return [
      agrees ? 'the syndrome describes this word: no decoder is needed' : 'the syndrome does not describe this word',
    ]
  }
  const found = causes(s, plan)
  if (found.length > 0) return [...found, `the rule: ${RULE}`]
  if (hasSyndrome(plan)) {
    return ['the rule gives this word a syndrome: the CPU, or a hypervisor below, left it away', `the rule: ${RULE}`]
  }
  return [`the rule: ${RULE}`]
}

/** The checks of the handler, in its order. */
function outcomeOf(s: Syndrome, plan: Plan, address: AddressTold | undefined): AbortExplanation['outcome'] {
  const [kind, reason] = verdict(s, plan, address)
  return { kind, reason, text: describeReason(reason) }
}

function verdict(s: Syndrome, plan: Plan, address: AddressTold | undefined): [OutcomeKind, Reason] {
  if (s.ec !== 0x24) return ['unhandled', 'not-a-data-abort']
  if (s.tableWalk) return ['unhandled', 'table-walk']
  if (!s.translationFault && !s.permissionFault) return ['unhandled', 'not-a-stage-2-fault']
  if (s.vncr) return ['unhandled', 'redirected-access']
  if (s.farInvalid) return ['unhandled', 'far-invalid']
  if (plan.status === PlanStatus.REFUSED && plan.refusal !== '') return ['unhandled', plan.refusal]
  if (plan.status === PlanStatus.NO_ACCESS) return ['retired', 'no-access']
  if (plan.status !== PlanStatus.ACCESS) return ['retry', 'word-changed']
  if (!(plan.load && plan.store) && plan.store !== s.write) return ['retry', 'direction-differs']
  if (s.isv && !agreesWithSyndrome(plan, s)) return ['retry', 'syndrome-differs']
  if (isOutside(address)) return ['retry', 'far-differs']
  if (plan.constraint.startsWith('MOPSOVERLAP31')) return ['injected', 'undefined-instruction']
  return ['retired', plan.copySet ? 'chunk-done' : 'done']
}

function isOutside(address: AddressTold | undefined): boolean {
  return address?.faulted !== undefined && address.faulted >= BigInt(address.length)
}

function problems(s: Syndrome, plan: Plan, frame: AbortFrame, address: AddressTold | undefined): string[] {
  const found: string[] = []
  const accesses = plan.status === PlanStatus.ACCESS
  if (accesses && !(plan.load && plan.store) && plan.store !== s.write) {
    found.push(`WnR is ${Number(s.write)}, the word ${plan.store ? 'stores' : 'loads'}: it is not the one that aborted`)
  }
  if (isOutside(address)) {
    found.push(
      `FAR is outside of the ${address?.length} bytes from ${hex(address?.effective ?? 0n)}: other registers, or another word`,
    )
  }
  if (s.isv && accesses && !agreesWithSyndrome(plan, s)) found.push('SAS, SSE, SRT, SF or AR are not those of the word')
  if (s.isv && !hasSyndrome(plan)) found.push('ISV is 1 for a word that has no syndrome')
  if (!s.il) found.push('IL is 0: an instruction of 16 bits, which A64 has not')
  if (s.cacheMaintenance && accesses) found.push('CM is 1, the word is no cache maintenance')
  if (frame.hpfar !== undefined && (frame.hpfar & ~0x8000_ffff_ffff_fff0n) !== 0n) {
    found.push('HPFAR has bits outside of NS and FIPA: it is the page of the IPA shifted right by 8')
  }
  if (s.status === 0x35) found.push('DFSC 0x35: the memory or the CPU does not do exclusives and atomics there')
  const unaligned = address?.effective !== undefined && address.effective % BigInt(plan.alignment) !== 0n
  if (unaligned)
    found.push(`the address is no multiple of ${plan.alignment}: an Alignment fault where it is Device memory`)
  if (plan.neverDevice) found.push('an Alignment fault where the guest maps it as Device memory')
  if (plan.constraint !== '') found.push(`the word is CONSTRAINED UNPREDICTABLE: ${plan.constraint}`)
  return found
}
