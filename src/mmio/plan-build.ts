import { bits } from '../bits.ts'
import {
  CONSTRAINED,
  decodeInto,
  Instruction,
  type MemoryOperand,
  type Operand,
  operands,
  UNALLOCATED,
} from '../decode/index.ts'
import type { FloatOperation } from './float-atomic.ts'
import { BASE_PC, BASE_SP, Extend, type Plan, PlanStatus, TAG_GRANULE, TAG_OF_ADDRESS, Writeback } from './plan.ts'
import { planElements } from './plan-elements.ts'
import { Reg } from './register-file.ts'
import { scalablePlan } from './scalable-plan-build.ts'

const insn = new Instruction()

/** IC IVAU, X0: the one operation of the instruction cache that has an address; a row of its own it has none. */
const IC_IVAU = 0xd50b_7520

/**
 * Makes the plan of a word. Never throws; allocates, and is meant to run once per distinct word.
 *
 * @param word - 0..2^32-1.
 * @param plan - overwritten.
 *
 * @example
 * ```ts
 * const plan = new Plan()
 * buildPlan(0xa9400440, plan) // ldp x0, x1, [x2]
 * plan.count // 2
 * plan.size // 8
 * Array.from(plan.slots.subarray(0, plan.count)) // [0, 1]
 * ```
 */
export function buildPlan(word: number, plan: Plan): void {
  reset(plan)
  plan.word = word
  if (decodeInto(word, insn) === UNALLOCATED) {
    // Of these groups the table need not have every row: better refused by name than retried for ever.
    if (!isScalable(word)) return
    plan.refusal = 'scalable-vector'
    plan.status = PlanStatus.REFUSED
    return
  }
  const { encoding } = insn
  const { access } = encoding
  plan.encoding = encoding
  plan.constrained = insn.verdict === CONSTRAINED
  plan.constraint = insn.unpredictable
  plan.status = (word & ~31) >>> 0 === IC_IVAU ? PlanStatus.NO_ACCESS : PlanStatus.NOT_MEMORY
  if (!access) return
  plan.form = access.form
  plan.load = access.load
  plan.store = access.store
  plan.vector = access.bank === 'V'
  plan.signed = access.signed
  plan.order = access.order
  plan.unprivileged = access.unprivileged
  plan.nonTemporal = access.nonTemporal
  plan.operation = access.operation
  const float = /^(b?)f(add|maxnm|minnm|max|min)$/.exec(access.operation)
  if (float) {
    plan.float = float[2] as FloatOperation
    plan.brain = float[1] === 'b'
  }
  plan.rcw = access.rcw
  if (access.authenticated) plan.key = encoding.id.startsWith('LDRAA') ? 'DA' : 'DB'
  plan.accelerator = encoding.id.startsWith('ST64BV0')
  plan.guarded = encoding.features.includes('GCS')
  plan.status = PlanStatus.NO_ACCESS
  if (access.form === 'none') return
  if (encoding.features.some((f) => f.startsWith('MOPS'))) {
    // Registers, stage and options are taken from the word when it is executed.
    plan.copySet = true
    plan.base = bits(word, 0, 5)
    plan.tags = access.form === 'tag' || encoding.features.includes('MTE')
    plan.tagSource = TAG_OF_ADDRESS
    plan.status = PlanStatus.ACCESS
    return
  }
  const list = operands(insn)
  if (access.bank !== 'X' && access.bank !== 'V') {
    plan.scalable = scalablePlan(access, list)
    plan.base = plan.scalable?.base ?? 0
    plan.status = plan.scalable ? PlanStatus.ACCESS : PlanStatus.REFUSED
    if (!plan.scalable) plan.refusal = 'scalable-vector'
    return
  }
  planAddress(plan, list)
  planElements(plan, access, list)
  plan.alignment = alignmentOf(plan)
  plan.status = PlanStatus.ACCESS
}

/** The top-level groups SVE (op0 = 0010) and SME (op0 = 0000, bit 31 set) of DDI 0487, C4.1. */
function isScalable(word: number): boolean {
  const op0 = bits(word, 25, 4)
  return op0 === 0b0010 || (op0 === 0 && word >>> 31 === 1)
}

function reset(plan: Plan): void {
  plan.status = PlanStatus.UNALLOCATED
  plan.encoding = undefined
  plan.form = 'none'
  plan.refusal = ''
  plan.constrained = false
  plan.constraint = ''
  plan.load = false
  plan.store = false
  plan.vector = false
  plan.base = 0
  plan.offset = 0
  plan.index = -1
  plan.extend = Extend.LSL
  plan.shift = 0
  plan.writeback = Writeback.NONE
  plan.count = 0
  plan.size = 0
  plan.signed = 0
  plan.sixtyFour = false
  plan.fill = 0
  plan.replicate = 0
  plan.operation = ''
  plan.float = ''
  plan.brain = false
  plan.rcw = ''
  plan.key = ''
  plan.accelerator = false
  plan.sources.fill(Reg.XZR)
  plan.result = -1
  plan.whole = false
  plan.block = 0
  plan.neverDevice = false
  plan.tags = false
  plan.copySet = false
  plan.scalable = undefined
  plan.tagSource = 0
  plan.tagArray = false
  plan.alignment = 1
  plan.order = 'plain'
  plan.unprivileged = false
  plan.nonTemporal = false
  plan.guarded = false
}

function planAddress(plan: Plan, list: readonly Operand[]): void {
  if (plan.encoding?.id.startsWith('DC_')) {
    plan.base = bits(plan.word, 0, 5)
    return
  }
  const memory = list.find((o): o is MemoryOperand => o.kind === 'memory')
  if (!memory) {
    plan.base = BASE_PC
    for (const o of list) if (o.kind === 'label') plan.offset = o.offset
    return
  }
  plan.base = memory.base.sp ? BASE_SP : memory.base.number
  plan.offset = memory.offset
  if (memory.mode !== 'offset') plan.writeback = memory.mode === 'pre' ? Writeback.PRE : Writeback.POST
  if (!memory.index) return
  plan.index = memory.index.number
  plan.shift = memory.amount
  if (memory.extend === 'uxtw') plan.extend = Extend.UXTW
  else if (memory.extend === 'sxtw') plan.extend = Extend.SXTW
}

/**
 * Bytes that the address must be a multiple of to be aligned (the `alignment` of pseudocode `Mem`, and `CheckAlignment`'s
 * kin): of each element, but of the whole where all elements are one single-copy atomic access.
 */
function alignmentOf(plan: Plan): number {
  switch (plan.form) {
    case 'exclusive-pair':
    case 'atomic-pair':
    case 'compare-pair':
    case 'block64':
      return plan.count * plan.size
    case 'tag':
    case 'tag-zero':
    case 'tag-pair':
      return plan.block === 0 ? TAG_GRANULE : 1
    case 'zero':
      return 1
    default:
      return plan.size
  }
}
