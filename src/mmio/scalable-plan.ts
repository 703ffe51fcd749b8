import type { MemoryAccess, MemoryOperand, Operand, RegisterOperand } from '../decode/index.ts'
import { BASE_SP } from './plan.ts'

const LANES: Readonly<Record<string, number>> = { b: 1, h: 2, s: 4, d: 8, q: 16 }

/** What one SVE or SME word does to memory and registers, as data: what {@link Plan} has no place for. */
export interface ScalablePlan {
  readonly form: MemoryAccess['form']
  readonly bank: MemoryAccess['bank']
  readonly load: boolean
  /** Bytes of an element in memory, and in the register; 0 for whole registers. */
  readonly size: number
  readonly lane: number
  /** A loaded element is sign-extended to its lane. */
  readonly signed: boolean
  /** Data registers, by number. */
  readonly registers: readonly number[]
  /** Elements of all registers take turns in memory. */
  readonly interleaved: boolean
  /** Number of the governing predicate, or -1; {@link counter} says that it is a predicate-as-counter. */
  readonly predicate: number
  readonly counter: boolean
  /** Slot of the scalar base, or BASE_SP; -3 where addresses come from {@link vectorBase}. */
  readonly base: number
  readonly vectorBase: number
  /** Bytes of an address in the vector of bases, or of an offset in the vector of offsets. */
  readonly addressLane: number
  /** Bytes, or multiples of what all registers transfer when {@link mulVl}. */
  readonly offset: number
  readonly mulVl: boolean
  /** Slot of a scalar offset, or -1; number of a vector of offsets, or -1. */
  readonly index: number
  readonly vectorIndex: number
  readonly extend: MemoryOperand['extend']
  readonly shift: number
  /** ZA: tile or -1, its slices' direction, and the register and constant that select one. */
  readonly tile: number
  readonly vertical: boolean
  readonly select: number
  readonly selectOffset: number
}

/** {@link ScalablePlan.base}: none. */
export const BASE_VECTOR = -3

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
