import type { MemoryAccess, MemoryOperand, Operand, RegisterOperand } from '../decode/index.ts'
import { BASE_SP } from './plan.ts'
import { BASE_VECTOR, type ScalablePlan } from './scalable-plan.ts'

const LANES: Readonly<Record<string, number>> = { b: 1, h: 2, s: 4, d: 8, q: 16 }

/** Makes the plan of an SVE or SME load or store, or undefined for an operand that it does not know. */
export function scalablePlan(access: MemoryAccess, list: readonly Operand[]): ScalablePlan | undefined {
  const memory = list.find((o): o is MemoryOperand => o.kind === 'memory')
  if (!memory) return undefined
  const first = list[0]
  const named = first?.kind === 'list' ? first.registers : first?.kind === 'register' ? [first] : []
  const predicate = list.slice(1).find((o): o is RegisterOperand => o.kind === 'register')
  const za = first?.kind === 'za' ? first : undefined
  const { base, index } = memory
  const addresses = base.class === 'Z' ? base : index?.class === 'Z' ? index : undefined
  return {
    form: access.form,
    bank: access.bank,
    load: access.load,
    size: access.size,
    lane: access.lane > 0 ? access.lane : (LANES[(named[0] ?? base).arrangement] ?? 0),
    signed: access.signed > 0,
    registers: named.map((r) => r.number),
    interleaved: access.structure > 1,
    predicate: predicate?.number ?? -1,
    counter: predicate?.class === 'PN',
    base: base.class === 'Z' ? BASE_VECTOR : base.sp ? BASE_SP : base.number,
    vectorBase: base.class === 'Z' ? base.number : -1,
    addressLane: LANES[addresses?.arrangement ?? ''] ?? 0,
    offset: memory.offset,
    mulVl: memory.mulVl,
    index: index && index.class !== 'Z' ? index.number : -1,
    vectorIndex: index?.class === 'Z' ? index.number : -1,
    extend: memory.extend,
    shift: memory.amount,
    tile: za?.tile ?? -1,
    vertical: za?.direction === 'v',
    select: za?.select.number ?? -1,
    selectOffset: za?.offset ?? 0,
  }
}
