import type { MemoryAccess, MemoryOperand } from '../decode/index.ts'

/** What one SVE or SME word does to memory and registers, as data: what `Plan` has no place for. */
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
