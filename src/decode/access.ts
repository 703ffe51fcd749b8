/**
 * What an encoding does to memory: the part of a row that the emulator's plan and the instruction information derive
 * from. Everything that the word decides (registers, offsets, lanes) stays in the fields.
 *
 * @module
 */

/** How the data registers and memory elements pair up. */
export type AccessForm =
  /** One register, one element. */
  | 'register'
  /** Rt and Rt2, two elements at ascending addresses. */
  | 'pair'
  /** LD1-LD4/ST1-ST4 (multiple structures): `registers` registers, `structure`-way interleaved. */
  | 'multiple'
  /** LD1-LD4/ST1-ST4 (single structure): one lane of each of `structure` registers. */
  | 'lane'
  /** LD1R-LD4R; SVE's LD1R: one element for each of `structure` registers, replicated to all lanes. */
  | 'replicate'
  /** LDXR/STXR, LDXP/STXP and their ordered kin; Rs is the status of a store. */
  | 'exclusive'
  | 'exclusive-pair'
  /** Rs operand, Rt old value: LD<op>, SWP; with Rt2 the 128-bit forms. */
  | 'atomic'
  | 'atomic-pair'
  /** CAS: Rs compared and old value, Rt new; CASP: register pairs. */
  | 'compare'
  | 'compare-pair'
  /** LD64B, ST64B, ST64BV, ST64BV0: eight registers, one 64-byte single-copy access. */
  | 'block64'
  /** CPY*: memory copy; SET*: memory set; in prologue, main, epilogue. */
  | 'copy'
  | 'set'
  /** DC ZVA: a block of zeros. */
  | 'zero'
  /** Allocation tags alone: LDG, STG, ST2G, LDGM, STGM, DC GVA. */
  | 'tag'
  /** Tags and zeros: STZG, STZ2G, STZGM, DC GZVA. */
  | 'tag-zero'
  /** A tag and a pair: STGP. */
  | 'tag-pair'
  /** SVE, elements under a predicate at ascending addresses; `structure`-way interleaved (LD2 to LD4, ST2 to ST4). */
  | 'contiguous'
  /** The same; a fault of any active element but the first stops the load and is noted in FFR (LDFF1). */
  | 'first-fault'
  /** The same; any fault stops the load and is noted in FFR (LDNF1). */
  | 'non-fault'
  /** SVE, each active element at its own address. */
  | 'gather'
  | 'first-fault-gather'
  | 'scatter'
  /** LD1RQ and LD1RO: 16 or 32 bytes, replicated to the whole vector. */
  | 'replicate-quad'
  | 'replicate-octo'
  /** SME, one horizontal or vertical slice of a tile. */
  | 'slice'
  /** LDR and STR of a whole vector, predicate, ZA vector or ZT0: bytes in order. */
  | 'fill'
  /** PRFM and cache maintenance: an address, but no access. */
  | 'none'

/** Which register bank holds the data. */
export type RegisterBank = 'X' | 'V' | 'Z' | 'P' | 'ZA' | 'ZT0'

/** Memory ordering of an access (DDI 0487, B2.3). */
export type AccessOrder =
  | 'plain'
  | 'acquire'
  | 'acquire-pc'
  | 'release'
  | 'acquire-release'
  | 'lo-acquire'
  | 'lo-release'

/** What an atomic does with old value and operand. */
export type AtomicOperation =
  | 'add'
  | 'clr'
  | 'eor'
  | 'set'
  | 'smax'
  | 'smin'
  | 'umax'
  | 'umin'
  | 'swp'
  | 'fadd'
  | 'fmax'
  | 'fmin'
  | 'fmaxnm'
  | 'fminnm'
  | 'bfadd'
  | 'bfmax'
  | 'bfmin'
  | 'bfmaxnm'
  | 'bfminnm'

/** The memory semantics of an encoding. */
export interface MemoryAccess {
  readonly form: AccessForm
  readonly load: boolean
  readonly store: boolean
  readonly bank: RegisterBank
  /** Bytes of one element in memory; 0 where the word's fields decide (structures), or the register's length. */
  readonly size: number
  /** Bytes of one element of the scalable register; 0 elsewhere, and where the word's fields decide. */
  readonly lane: number
  /** Data registers named by one instruction (structures: 1..4). */
  readonly registers: number
  /** Interleave of a structure: the n of LDn/STn; 1 otherwise. */
  readonly structure: number
  /** A loaded element is sign-extended to this many bits; 0: zero-extended. */
  readonly signed: 0 | 16 | 32 | 64
  readonly order: AccessOrder
  readonly unprivileged: boolean
  readonly nonTemporal: boolean
  readonly operation: AtomicOperation | ''
  /** FEAT_THE read-check-write: the access is checked against the RCW masks; `soft` for RCWS. */
  readonly rcw: '' | 'rcw' | 'rcws'
  /** The loaded pointer is authenticated (LDRAA, LDRAB). */
  readonly authenticated: boolean
}

/** The members of a {@link MemoryAccess} that a row may set beside its shape. */
export type AccessOptions = Partial<Omit<MemoryAccess, 'form' | 'load' | 'store' | 'size'>>

const PLAIN: MemoryAccess = {
  form: 'register',
  load: false,
  store: false,
  bank: 'X',
  size: 0,
  lane: 0,
  registers: 1,
  structure: 1,
  signed: 0,
  order: 'plain',
  unprivileged: false,
  nonTemporal: false,
  operation: '',
  rcw: '',
  authenticated: false,
}

/** A load of `size`-byte elements. */
export function load(size: number, options: AccessOptions = {}, form: AccessForm = 'register'): MemoryAccess {
  return { ...PLAIN, ...options, form, load: true, size }
}

/** A store of `size`-byte elements. */
export function store(size: number, options: AccessOptions = {}, form: AccessForm = 'register'): MemoryAccess {
  return { ...PLAIN, ...options, form, store: true, size }
}

/** A read-modify-write of one `size`-byte element (or a pair of them). */
export function modify(form: AccessForm, size: number, options: AccessOptions = {}): MemoryAccess {
  return { ...PLAIN, ...options, form, load: true, store: true, size }
}

/** An instruction that names an address and accesses nothing. */
export function noAccess(): MemoryAccess {
  return { ...PLAIN, form: 'none' }
}
