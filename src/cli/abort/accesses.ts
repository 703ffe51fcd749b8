import { TWO32 } from '../../bits.ts'
import {
  BLOCK_ZERO,
  MAX_VECTOR_BYTES,
  type Plan,
  Reg,
  ScalableElements,
  type ScalablePlan,
  VectorFile,
  VectorReg,
  type VectorRegisters,
} from '../../mmio/index.ts'
import { type AbortFrame, blockBytes, registersOf } from './frame.ts'

/** One access that the instruction makes. */
export interface ToldAccess {
  /** Bytes from the first byte of the whole. */
  readonly offset: number
  readonly size: number
  readonly kind: 'load' | 'store' | 'tag load' | 'tag store'
  /** Where the data goes or comes from; `''` for none. */
  readonly register: string
  /** Ordering and the rest: `acquire`, `exclusive`, `atomic`, ... */
  readonly attributes: readonly string[]
}

/** Bytes of a store of DC ZVA, as nisv makes them. */
const ZERO_SIZE = 8

/** The accesses of a word, in the order in which they are made; none where registers that are not given decide. */
export function toldAccesses(plan: Plan, frame: AbortFrame): ToldAccess[] {
  if (plan.copySet || plan.count + Number(plan.scalable !== undefined) === 0) return []
  if (plan.scalable) return scalableAccesses(plan, frame)
  const attributes = attributesOf(plan)
  if (plan.tags && plan.form !== 'tag-pair' && plan.block !== BLOCK_ZERO) {
    const size = blockBytes(plan) > 0 ? blockBytes(plan) : plan.count * plan.size
    const tag: ToldAccess = { offset: 0, size, kind: plan.load ? 'tag load' : 'tag store', register: '', attributes }
    return plan.form === 'tag-zero' ? [tag, ...zeros(size)] : [tag]
  }
  if (plan.block !== 0) return zeros(blockBytes(plan))
  if (plan.whole) {
    const first = plan.slots[0] as number
    const register = `X${first} to X${first + plan.count - 1}`
    return [{ offset: 0, size: plan.count * plan.size, kind: plan.load ? 'load' : 'store', register, attributes }]
  }
  const list: ToldAccess[] = []
  for (const kind of ['load', 'store'] as const) {
    if (!plan[kind]) continue
    for (let e = 0; e < plan.count; e++) {
      const both = plan.load && plan.store
      const slot = both && kind === 'store' ? (plan.sources[e] as number) : (plan.slots[e] as number)
      const register =
        both && kind === 'store' && plan.operation !== '' ? `${plan.operation.toUpperCase()} of it and ` : ''
      list.push({
        offset: e * plan.size,
        size: plan.size,
        kind,
        register: register + elementName(plan, slot, e),
        attributes: both ? orderOf(attributes, kind) : attributes,
      })
    }
  }
  return list
}

function zeros(length: number): ToldAccess[] {
  return Array.from({ length: length / ZERO_SIZE }, (_, k) => ({
    offset: k * ZERO_SIZE,
    size: ZERO_SIZE,
    kind: 'store',
    register: 'zeros',
    attributes: [],
  }))
}

function attributesOf(plan: Plan): string[] {
  const { form } = plan
  return [
    plan.order === 'plain' ? '' : plan.order,
    form === 'exclusive' || form === 'exclusive-pair' ? 'exclusive' : '',
    (plan.load && plan.store) || plan.whole ? 'atomic' : '',
    plan.unprivileged ? 'unprivileged' : '',
    plan.nonTemporal ? 'non-temporal' : '',
    plan.signed > 0 ? `sign-extended to ${plan.signed} bits` : '',
  ].filter((text) => text !== '')
}

/** An atomic acquires with its read and releases with its write. */
function orderOf(attributes: readonly string[], kind: 'load' | 'store'): string[] {
  return attributes.flatMap((a) => {
    if (a === 'acquire-release') return [kind === 'load' ? 'acquire' : 'release']
    return (a === 'acquire' && kind === 'store') || (a === 'release' && kind === 'load') ? [] : [a]
  })
}

const LETTERS: Readonly<Record<number, string>> = { 1: 'B', 2: 'H', 4: 'S', 8: 'D', 16: 'Q' }

function elementName(plan: Plan, slot: number, e: number): string {
  if (slot < Reg.V0) {
    const wide = plan.sixtyFour || plan.size === 8
    return `${wide ? 'X' : 'W'}${slot === Reg.XZR ? 'ZR' : slot}`
  }
  const v = (slot - Reg.V0) >> 1
  const letter = LETTERS[plan.size] as string
  if (plan.replicate > 0) return `V${v}.${letter}, every lane`
  if (plan.form === 'register' || plan.form === 'pair' || plan.form === 'atomic') return `${letter}${v}`
  return `V${v}.${letter}[${(plan.lanes[e] as number) / plan.size}]`
}

/**
 * The elements of an SVE or SME word with every lane active: predicates are not given. None for gathers and scatters,
 * whose addresses are in vectors, which are not given either.
 */
export function scalableElements(plan: Plan, frame: AbortFrame): ScalableElements | undefined {
  const { scalable } = plan
  if (!scalable || scalable.vectorBase >= 0 || scalable.vectorIndex >= 0) return undefined
  const file = new VectorFile()
  for (let p = 0; p <= 16; p++) file.view(VectorReg.P0 + p).fill(0xff)
  const vectors: VectorRegisters = { file, length: frame.vl, pull: () => {}, push: () => {} }
  const elements = new ScalableElements()
  elements.list({ ...scalable, counter: false }, registersOf(frame), vectors)
  return elements
}

function scalableAccesses(plan: Plan, frame: AbortFrame): ToldAccess[] {
  const { scalable } = plan
  const elements = scalableElements(plan, frame)
  if (!scalable || !elements) return []
  const [hi, lo] = [elements.hi[0] as number, elements.lo[0] as number]
  return Array.from({ length: elements.count }, (_, e) => ({
    offset: ((elements.hi[e] as number) - hi) * TWO32 + (elements.lo[e] as number) - lo,
    size: elements.size,
    kind: scalable.load ? 'load' : 'store',
    register: scalableName(scalable, elements, e),
    attributes: scalable.form === 'first-fault' && e > 0 ? ['may be left out'] : [],
  }))
}

function scalableName(plan: ScalablePlan, elements: ScalableElements, e: number): string {
  const lane = elements.lanes[e] as number
  if (plan.bank !== 'Z' || plan.form === 'fill') return `${plan.bank}, piece ${lane}`
  return `Z${Math.floor((elements.to[e] as number) / MAX_VECTOR_BYTES)}.${LETTERS[plan.lane] as string}[${lane}]`
}
