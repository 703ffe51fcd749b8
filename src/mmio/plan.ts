import { bits } from '../bits.ts'
import {
  CONSTRAINED,
  decodeInto,
  type Encoding,
  Instruction,
  type MemoryOperand,
  operands,
  UNALLOCATED,
} from '../decode/index.ts'
import { Reg } from './register-file.ts'

/** Most elements that one instruction accesses: LD4/ST4 of bytes. */
export const MAX_ELEMENTS = 64

/** Where the address of a plan begins. */
export const BASE_SP = -1
export const BASE_PC = -2

/** How a plan's index register is extended before the shift. */
export const Extend = { LSL: 0, UXTW: 1, SXTW: 2 } as const

/** When the base register is written: never, before the access with the address, after it. */
export const Writeback = { NONE: 0, PRE: 1, POST: 2 } as const

/** What a word is to the emulator. */
export const PlanStatus = {
  /** Elements to access. */
  ACCESS: 0,
  /** An address, but no access: PRFM. */
  NO_ACCESS: 1,
  /** Not an instruction. */
  UNALLOCATED: 2,
  /** An instruction, but no load or store. */
  NOT_MEMORY: 3,
  /** A load or store whose semantics are refused. */
  REFUSED: 4,
} as const

/** A value of {@link PlanStatus}. */
export type PlanStatus = (typeof PlanStatus)[keyof typeof PlanStatus]

/**
 * What one word does to memory, as data: pure in the word, made once, cached. Elements lie at ascending addresses from
 * the effective address on, each {@link size} bytes.
 */
export class Plan {
  word = -1
  status: PlanStatus = PlanStatus.UNALLOCATED
  encoding: Encoding | undefined = undefined
  load = false
  store = false
  /** Data registers are SIMD&FP. */
  vector = false
  /** Slot of the base register, {@link BASE_SP} or {@link BASE_PC}. */
  base = 0
  /** Bytes added to the base (offset, pre-index) or to it after the access (post-index). */
  offset = 0
  /** Slot of the index register, or -1. */
  index = -1
  extend = 0
  shift = 0
  writeback = 0
  /** Elements and bytes of each. */
  count = 0
  size = 0
  /** Sign extension of loaded elements to 32 or 64 bits; 0 for none. */
  signed = 0
  /** The data register is X, not W: only ESR.SF tells. */
  sixtyFour = false
  ordered = false
  unprivileged = false
  /** Loaded vectors: bytes of the register that the elements fill, the rest is zeroed; 0 keeps the other lanes. */
  fill = 0
  /** LD1R..LD4R: bytes that each element is repeated over; 0 otherwise. */
  replicate = 0
  /** Register slot of each element, and its byte in that register. */
  readonly slots: Uint8Array = new Uint8Array(MAX_ELEMENTS)
  readonly lanes: Uint8Array = new Uint8Array(MAX_ELEMENTS)
  /** The word is CONSTRAINED UNPREDICTABLE; nisv does the access in order and the write-back last. */
  constrained = false
}

const insn = new Instruction()

/** Fills `plan` for `word`. Allocates; meant to run once per distinct word. */
export function makePlan(word: number, plan: Plan): void {
  plan.word = word
  plan.encoding = undefined
  plan.constrained = false
  if (decodeInto(word, insn) === UNALLOCATED) {
    plan.status = PlanStatus.UNALLOCATED
    return
  }
  const { encoding } = insn
  const { access } = encoding
  plan.encoding = encoding
  plan.constrained = insn.verdict === CONSTRAINED
  if (!access) {
    plan.status = PlanStatus.NOT_MEMORY
    return
  }
  plan.load = access.load
  plan.store = access.store
  plan.vector = access.bank === 'V'
  plan.signed = access.signed
  plan.ordered = access.order !== 'plain'
  plan.unprivileged = access.unprivileged
  plan.size = access.size
  plan.fill = 0
  plan.replicate = 0
  plan.status = PlanStatus.ACCESS
  const list = operands(insn)
  const first = list[0]
  plan.sixtyFour = first?.kind === 'register' && first.class === 'X'
  if (
    !planAddress(
      plan,
      list.find((o): o is MemoryOperand => o.kind === 'memory'),
      list.find((o) => o.kind === 'label')?.offset,
    )
  ) {
    plan.status = access.form === 'none' ? PlanStatus.NO_ACCESS : PlanStatus.REFUSED
    return
  }
  switch (access.form) {
    case 'none':
      plan.status = PlanStatus.NO_ACCESS
      return
    case 'register':
      planRegisters(plan, [bits(word, 0, 5)])
      return
    case 'pair':
      planRegisters(plan, list.flatMap((o) => (o.kind === 'register' ? [o.number] : [])).slice(0, 2))
      return
    case 'multiple':
      planMultiple(plan, access.structure, access.registers)
      return
    case 'lane':
    case 'replicate':
      planLane(plan, access.structure, list[0]?.kind === 'list' ? list[0].index : -1)
      return
    default:
      plan.status = PlanStatus.REFUSED
  }
}

function planAddress(plan: Plan, memory: MemoryOperand | undefined, label: number | undefined): boolean {
  plan.index = -1
  plan.extend = Extend.LSL
  plan.shift = 0
  plan.writeback = Writeback.NONE
  if (!memory) {
    plan.base = BASE_PC
    plan.offset = label ?? 0
    return label !== undefined
  }
  plan.base = memory.base.sp ? BASE_SP : memory.base.number
  plan.offset = memory.offset
  if (memory.mode !== 'offset') plan.writeback = memory.mode === 'pre' ? Writeback.PRE : Writeback.POST
  if (memory.index) {
    plan.index = memory.index.number
    plan.shift = memory.amount
    if (memory.extend === 'uxtw') plan.extend = Extend.UXTW
    else if (memory.extend === 'sxtw') plan.extend = Extend.SXTW
  }
  return true
}

/** Slot of data register `n`: 31 is XZR, which reads zero and takes nothing. */
function dataSlot(plan: Plan, n: number): number {
  return plan.vector ? Reg.V0 + 2 * n : n
}

function planRegisters(plan: Plan, numbers: readonly number[]): void {
  plan.count = numbers.length
  plan.fill = plan.size
  for (const [i, n] of numbers.entries()) {
    plan.slots[i] = dataSlot(plan, n)
    plan.lanes[i] = 0
  }
}

/** LD1-4/ST1-4 (multiple structures): `size` and `Q` are in the word. */
function planMultiple(plan: Plan, structure: number, registers: number): void {
  const { word } = plan
  plan.size = 1 << bits(word, 10, 2)
  plan.fill = 8 << bits(word, 30, 1)
  const lanes = plan.fill / plan.size
  const first = bits(word, 0, 5)
  plan.count = lanes * registers
  for (let i = 0; i < plan.count; i++) {
    // Interleaved: the registers take turns. LD1/ST1: one register after the other.
    const register = structure > 1 ? i % structure : Math.floor(i / lanes)
    const lane = structure > 1 ? Math.floor(i / structure) : i % lanes
    plan.slots[i] = dataSlot(plan, (first + register) & 31)
    plan.lanes[i] = lane * plan.size
  }
}

/** One element for each register of a list: in lane `index`, or in all lanes. */
function planLane(plan: Plan, structure: number, index: number): void {
  const { word } = plan
  const first = bits(word, 0, 5)
  if (index < 0) {
    plan.size = 1 << bits(word, 10, 2)
    plan.fill = 8 << bits(word, 30, 1)
    plan.replicate = plan.fill
  }
  plan.count = structure
  for (let i = 0; i < structure; i++) {
    plan.slots[i] = dataSlot(plan, (first + i) & 31)
    plan.lanes[i] = index < 0 ? 0 : index * plan.size
  }
}

/**
 * Plans by word, direct-mapped: a hit is one comparison and no allocation, a miss makes the plan in place.
 */
export class PlanCache {
  readonly #plans: Plan[]

  /** @param entries - a power of two. */
  constructor(entries = 512) {
    this.#plans = Array.from({ length: entries }, () => new Plan())
  }

  /** The plan of `word`; valid until another word takes its place. */
  get(word: number): Plan {
    const at = (Math.imul(word, 0x9e37_79b1) >>> 16) & (this.#plans.length - 1)
    const plan = this.#plans[at] as Plan
    if (plan.word !== word) makePlan(word, plan)
    return plan
  }
}
