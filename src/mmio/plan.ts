import type { AccessForm, AccessOrder, AtomicOperation, Encoding, Unpredictable } from '../decode/index.ts'
import type { FloatOperation } from './float-atomic.ts'
import type { ScalablePlan } from './scalable-plan.ts'

/** Most elements that one instruction accesses: LD1/ST1 of four registers of sixteen bytes. */
export const MAX_ELEMENTS = 64

/** Most bytes that one instruction accesses: LD4/ST4, LD1/ST1 of four registers. */
export const MAX_BYTES = 64

/** Bytes that DC ZVA zeroes unless the handler is told another block (DCZID_EL0.BS = 4). */
export const DEFAULT_ZERO_BLOCK = 64
/** Bytes of each store that nisv cuts the block of DC ZVA into; a smaller block is one store. */
export const ZERO_ELEMENT = 8

/** Bytes that one Allocation Tag is for. */
export const TAG_GRANULE = 16

/** {@link Plan.block}: as many bytes as DC ZVA zeroes. */
export const BLOCK_ZERO = -1
/** {@link Plan.block}: as many bytes as LDGM and STGM have tags of. */
export const BLOCK_TAGS = -2
/** {@link Plan.block}: as many bytes as DC GBVA and DC ZGBVA set the tags of. */
export const BLOCK_TAG_ZERO = -3

/** {@link Plan.tagSource}: the stack pointer. */
export const TAG_OF_SP = -1
/** {@link Plan.tagSource}: the address of the access. */
export const TAG_OF_ADDRESS = -2

/** {@link Plan.base}: the stack pointer that PSTATE selects. */
export const BASE_SP = -1
/** {@link Plan.base}: the address of the instruction (literal loads). */
export const BASE_PC = -2

/** How a plan's index register is extended before the shift (DDI 0487, `ExtendReg`). */
export const Extend = { LSL: 0, UXTW: 1, SXTW: 2 } as const

/** When the base register is written: never; with the address of the access; with what follows the access. */
export const Writeback = { NONE: 0, PRE: 1, POST: 2 } as const

/** What a word is to the emulator. */
export const PlanStatus = {
  /** Elements to access. */
  ACCESS: 0,
  /** An address, but no access: PRFM, cache maintenance. */
  NO_ACCESS: 1,
  /** Not an instruction: UNDEFINED. */
  UNALLOCATED: 2,
  /** An instruction, but no load or store. */
  NOT_MEMORY: 3,
  /** A load or store that is not emulated; {@link Plan.refusal} says which kind. */
  REFUSED: 4,
} as const

/** A value of {@link PlanStatus}. */
export type PlanStatus = (typeof PlanStatus)[keyof typeof PlanStatus]

/** Kinds of loads and stores that are not emulated. */
export type Refusal = 'scalable-vector'

/**
 * What one word does to memory and registers, as data: pure in the word, made once, cached. Element `i` lies `i * size`
 * bytes from the effective address: all forms of A64 but gathers access ascending addresses without holes.
 *
 * One shape, every member written by `buildPlan`: a plan is reused for another word.
 */
export class Plan {
  /** The word, or -1 for none. */
  word = -1
  status: PlanStatus = PlanStatus.UNALLOCATED
  encoding: Encoding | undefined = undefined
  form: AccessForm = 'none'
  /** Why {@link status} is REFUSED; `''` otherwise. */
  refusal: Refusal | '' = ''
  /** The word is CONSTRAINED UNPREDICTABLE. nisv then accesses in order, writes the data, then the base. */
  constrained = false
  /** By which rule; `''` otherwise. */
  constraint: Unpredictable | '' = ''
  /** Both {@link load} and {@link store}: an atomic read-modify-write, CAS among them. */
  load = false
  store = false
  /** Data registers are SIMD&FP ones. */
  vector = false

  /** Slot of the base register, {@link BASE_SP} or {@link BASE_PC}. */
  base = 0
  /** Bytes added to the base before the access, or after it when {@link writeback} is POST. */
  offset = 0
  /** Slot of the register added instead of {@link offset}, 31 for XZR, or -1. */
  index = -1
  /** A value of {@link Extend}. */
  extend = 0
  /** Left shift of the extended index, 0..4. */
  shift = 0
  /** A value of {@link Writeback}. */
  writeback = 0

  /** Elements, 0..{@link MAX_ELEMENTS}. */
  count = 0
  /** Bytes of each element in memory: 1, 2, 4, 8, 16. */
  size = 0
  /** Register slot of each element; 31 is XZR. A SIMD&FP register takes two slots, of which this is the first. */
  readonly slots: Uint8Array = new Uint8Array(MAX_ELEMENTS)
  /** Byte of that register that each element begins at. */
  readonly lanes: Uint8Array = new Uint8Array(MAX_ELEMENTS)
  /** Loaded elements are sign-extended to 32 or 64 bits; 0 for zero-extended. */
  signed = 0
  /** The data register is an X register (ESR_ELx.SF). */
  sixtyFour = false
  /** Loaded SIMD&FP registers: the bytes that elements fill, the rest becomes zero; 0 leaves the other lanes alone. */
  fill = 0
  /** LD1R..LD4R: bytes that each element is repeated over; 0 otherwise. */
  replicate = 0

  /** Atomics: what becomes of the old value and {@link sources}; `''` for CAS and all that is no atomic. */
  operation: AtomicOperation | '' = ''
  /** Floating-point atomics: the operation without its format; and whether that is bfloat16. */
  float: FloatOperation | '' = ''
  brain = false
  /** Read-check-write: checked under RCWMASK_EL1 (`rcw`), or under RCWSMASK_EL1 as well. */
  rcw: '' | 'rcw' | 'rcws' = ''
  /** Atomics: register slot of the operand, or of the new value, of each element. {@link slots} get the old value. */
  readonly sources: Uint8Array = new Uint8Array(2)
  /** Store-exclusive, ST64BV: slot of the register that says whether the store was done; -1 otherwise. */
  result = -1
  /** ST64BV0: the low word of the first register is ACCDATA_EL1's. */
  accelerator = false
  /** The elements are one access of all their bytes: LD64B, ST64B. */
  whole = false
  /** The address is any in an aligned block of so many bytes, or of {@link BLOCK_ZERO} and kin; 0 otherwise. */
  block = 0
  /** Device memory refuses the access wherever it points: DC ZVA, GVA, GZVA. */
  neverDevice = false
  /** SVE and SME: all that the other members do not say; {@link count} is 0. */
  scalable: ScalablePlan | undefined = undefined
  /** Memory copy and set: {@link count} is 0, `MemoryCopySet` takes the word apart. */
  copySet = false
  /** Moves Allocation Tags, of all bytes of the access. */
  tags = false
  /** Slot of the register that holds or receives the tag, or {@link TAG_OF_SP}, {@link TAG_OF_ADDRESS}. */
  tagSource = 0
  /** That register has no address with a tag in it: LDGM, STGM, STZGM. */
  tagArray = false
  /** Bytes, a power of two: an effective address that is no multiple is unaligned, whatever memory it is in. */
  alignment = 1

  /** LDRAA, LDRAB: the key that the base register is signed with. */
  key: '' | 'DA' | 'DB' = ''
  order: AccessOrder = 'plain'
  /** Made with EL0's permissions unless PSTATE.UAO says otherwise. */
  unprivileged = false
  nonTemporal = false
  /** To a Guarded Control Stack: GCSSTR, GCSSTTR. */
  guarded = false
}
