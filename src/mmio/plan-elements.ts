import { bits } from '../bits.ts'
import type { MemoryAccess, Operand } from '../decode/index.ts'
import {
  BLOCK_TAG_ZERO,
  BLOCK_TAGS,
  BLOCK_ZERO,
  DEFAULT_ZERO_BLOCK,
  type Plan,
  TAG_GRANULE,
  TAG_OF_ADDRESS,
  TAG_OF_SP,
  ZERO_ELEMENT,
} from './plan.ts'
import { Reg } from './register-file.ts'

/** Elements of a plan, by the registers that its operands name. */
export function planElements(plan: Plan, access: MemoryAccess, list: readonly Operand[]): void {
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
