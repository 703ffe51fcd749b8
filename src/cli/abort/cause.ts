import { type Plan, PlanStatus, type Syndrome, stageTwoSyndrome, Writeback } from '../../mmio/index.ts'
import { isExternal } from './syndrome.ts'

/** The rule, in short: what hardware reports with ISV=1. */
export const RULE: string =
  'stage 2 reports one general-purpose register, no exclusive, no write-back (DDI 0487, ESR_EL2, ISS of a Data Abort, ISV)'

/** Why the frame or the word has no instruction syndrome: sentences, the first the strongest; empty where one belongs. */
export function causes(s: Syndrome, plan: Plan): string[] {
  const found: string[] = []
  if (s.ec === 0x25) found.push('an abort of the same Exception level has none: only what stage 2 reports to EL2')
  if (s.tableWalk) found.push("the fault is on a walk of stage 1's tables")
  if (isExternal(s.status)) found.push('with FEAT_RAS a synchronous External abort has none')
  found.push(...ofWord(plan))
  return found
}

function ofWord(plan: Plan): string[] {
  if (plan.status === PlanStatus.UNALLOCATED) return ['the word is no instruction']
  if (plan.status === PlanStatus.NOT_MEMORY) return ['the word is no load or store']
  if (plan.status === PlanStatus.NO_ACCESS) return ['a prefetch or a maintenance instruction transfers no register']
  if (plan.copySet) return ['memory copy and set transfer bytes of memory, and have three registers']
  if (plan.scalable) return ['SVE and SME: the registers are vectors and predicates; SRT names a general-purpose one']
  if (plan.status === PlanStatus.REFUSED) return ['the word transfers no single general-purpose register']
  const found = ofForm(plan)
  if (plan.vector && found.length === 0) found.push('the register is a SIMD&FP one; SRT names a general-purpose one')
  if (plan.writeback !== Writeback.NONE) found.push('the base register is written back')
  return found
}

function ofForm(plan: Plan): string[] {
  const simd = plan.vector ? ', and SIMD&FP ones' : ''
  switch (plan.form) {
    case 'register':
      return []
    case 'pair':
      return [`two registers${simd}; SRT names one`]
    case 'exclusive':
    case 'exclusive-pair':
      return ['exclusives are left out by name']
    case 'atomic':
    case 'atomic-pair':
    case 'compare':
    case 'compare-pair':
      return ['an atomic reads and writes, and has two registers or more; SRT names one']
    case 'block64':
      return ['eight registers; SRT names one']
    case 'zero':
      return ['no register is transferred: a block is zeroed']
    case 'tag':
    case 'tag-zero':
      return ['Allocation Tags are transferred']
    case 'tag-pair':
      return ['two registers and an Allocation Tag; SRT names one']
    default:
      return ['structures: elements of SIMD&FP registers; SRT names a general-purpose one']
  }
}

/** Whether the manual gives the word a syndrome, in an abort of stage 2. */
export function hasSyndrome(plan: Plan): boolean {
  return (stageTwoSyndrome(plan, 7) & (1 << 24)) !== 0
}
