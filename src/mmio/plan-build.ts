import { bits } from '../bits.ts'
import {
  CONSTRAINED,
  decodeInto,
  Instruction,
  type MemoryAccess,
  type MemoryOperand,
  type Operand,
  operands,
  UNALLOCATED,
} from '../decode/index.ts'
import type { FloatOperation } from './float-atomic.ts'
import {
  BASE_PC,
  BASE_SP,
  BLOCK_TAG_ZERO,
  BLOCK_TAGS,
  BLOCK_ZERO,
  DEFAULT_ZERO_BLOCK,
  Extend,
  type Plan,
  PlanStatus,
  TAG_GRANULE,
  TAG_OF_ADDRESS,
  TAG_OF_SP,
  Writeback,
  ZERO_ELEMENT,
} from './plan.ts'
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
 * [...plan.slots.subarray(0, plan.count)] // [ 0, 1 ]
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

function planElements(plan: Plan, access: MemoryAccess, list: readonly Operand[]): void {
  const first = list[0]
  plan.sixtyFour = first?.kind === 'register' && first.class === 'X'
  const named = first?.kind === 'list' ? first.registers : list.filter((o) => o.kind === 'register')
  // Slots by place in the list; the element size of whole structures is the word's.
  const slots = named.map((r) => (plan.vector ? Reg.V0 + 2 * r.number : r.number))
  plan.size = access.size > 0 ? access.size : 1 << bits(plan.word, 10, 2)
  switch (access.form) {
    case 'exclusive':
    case 'exclusive-pair':
      // A store names its result first, by a W register: the others tell the width.
      if (plan.store) plan.result = slots.shift() as number
      for (const slot of slots) addElement(plan, slot, 0)
      return
    case 'atomic':
    case 'compare':
      if (plan.vector) plan.fill = plan.size
      planModify(plan, slots, access.form === 'atomic')
      return
    case 'atomic-pair':
    case 'compare-pair':
      // LSE128 has two registers for both operand and old value; CASP a pair compared, then a pair stored.
      planModify(plan, [...slots, ...slots].slice(0, 4), false)
      return
    case 'block64':
      plan.whole = true
      plan.size = 8
      // ST64BV names its result first.
      if (slots.length > 1) plan.result = slots.shift() as number
      for (let i = 0; i < 8; i++) addElement(plan, (slots[0] as number) + i, 0)
      return
    case 'zero':
      plan.block = BLOCK_ZERO
      plan.neverDevice = true
      plan.size = ZERO_ELEMENT
      for (let i = 0; i < DEFAULT_ZERO_BLOCK / ZERO_ELEMENT; i++) addElement(plan, Reg.XZR, 0)
      return
    case 'tag':
    case 'tag-zero':
    case 'tag-pair':
      planTags(plan, access, list)
      return
    case 'multiple':
      planMultiple(plan, access.structure, slots)
      return
    case 'lane':
      for (const slot of slots) addElement(plan, slot, (first?.kind === 'list' ? first.index : 0) * plan.size)
      return
    case 'replicate':
      plan.fill = 8 << bits(plan.word, 30, 1)
      plan.replicate = plan.fill
      for (const slot of slots) addElement(plan, slot, 0)
      return
    default:
      plan.fill = plan.size
      for (const slot of slots) addElement(plan, slot, 0)
  }
}

/**
 * Read-modify-write: half of the registers take the old value, the others are the operand. LD<op> and SWP name the
 * operand first.
 */
function planModify(plan: Plan, slots: readonly number[], operandFirst: boolean): void {
  // STFADD and kin have an operand and no old value.
  const count = Math.ceil(slots.length / 2)
  for (let i = 0; i < count; i++) {
    addElement(plan, slots[operandFirst ? count + i : i] ?? Reg.XZR, 0)
    plan.sources[i] = slots[operandFirst ? i : count + i] as number
  }
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

/** Tags, of one granule, of two, or of a block; with zeros or a pair of registers stored below them. */
function planTags(plan: Plan, access: MemoryAccess, list: readonly Operand[]): void {
  const first = list[0]
  plan.tags = true
  if (plan.encoding?.id.startsWith('DC_')) {
    plan.block = plan.encoding.id.includes('GBVA') ? BLOCK_TAG_ZERO : BLOCK_ZERO
    plan.neverDevice = true
    plan.tagSource = TAG_OF_ADDRESS
  } else if (access.form === 'tag-pair') {
    plan.tagSource = TAG_OF_ADDRESS
    plan.size = 8
    for (const o of list) if (o.kind === 'register') addElement(plan, o.number, 0)
    return
  } else if (first?.kind === 'register') {
    plan.tagSource = first.sp ? TAG_OF_SP : first.number
    plan.tagArray = access.size === 0
    if (plan.tagArray) plan.block = access.form === 'tag-zero' ? BLOCK_ZERO : BLOCK_TAGS
    else if (access.load) plan.block = TAG_GRANULE
  }
  plan.size = TAG_GRANULE
  for (let i = 0; i < Math.max(access.size / TAG_GRANULE, 1); i++) addElement(plan, Reg.XZR, 0)
}

/** LD1-4/ST1-4 (multiple structures): interleaved registers take turns; LD1/ST1 fill one after the other. */
function planMultiple(plan: Plan, structure: number, slots: readonly number[]): void {
  plan.fill = 8 << bits(plan.word, 30, 1)
  const lanes = plan.fill / plan.size
  for (let i = 0; i < lanes * slots.length; i++) {
    const register = structure > 1 ? i % structure : Math.floor(i / lanes)
    const lane = structure > 1 ? Math.floor(i / structure) : i % lanes
    addElement(plan, slots[register] as number, lane * plan.size)
  }
}

function addElement(plan: Plan, slot: number, lane: number): void {
  plan.slots[plan.count] = slot
  plan.lanes[plan.count] = lane
  plan.count++
}
