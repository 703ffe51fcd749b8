import { shown } from '../bits.ts'
import type { Features } from '../tlb/index.ts'
import type { AddressSpace } from './address-space.ts'
import type { Authenticate } from './authenticate.ts'
import { type Choices, choicesOf, type UnpredictableOptions } from './constrained.ts'
import type { PstateFeatures } from './exception.ts'
import { DEFAULT_ZERO_BLOCK } from './plan.ts'
import type { TagMemory } from './tag-memory.ts'
import type { TraceObserver } from './trace.ts'

/** Options of a {@link DataAbortHandler}. */
export interface HandlerOptions {
  /** Where the guest's RAM, its translation tables and its devices are. */
  readonly space: AddressSpace
  /**
   * What the guest's CPU implements; everything unless told. But `s1pie`, `s1poe`, `aie` and `gcs` (or `GCS`) count only
   * where one of them is told to be there: the shim is then asked for TCR2_EL1, and for what it enables.
   */
  readonly features?: Partial<Features & PstateFeatures & AccessFeatures>
  /**
   * What an error of a device or of the bus does: a synchronous external abort in the guest (default), or nothing but
   * a value of zero, as hypervisors that drop QEMU's MemTxResult have it.
   */
  readonly busErrors?: 'inject' | 'ignore'
  /**
   * Bytes that the host maps as one: 4096 (default), 16384 or 65536. RAM that shares such a unit with a device faults
   * too, and is emulated; a fault in a unit that is RAM throughout is the host's to map.
   */
  readonly granule?: 4096 | 16384 | 65536
  /**
   * Exclusives and atomics: emulated with a monitor of the handler's own (default; see {@link ExclusiveMonitor}), or
   * refused with an abort of status 0x35, as CPUs do whose bus has no exclusive accesses to devices. The manual leaves
   * the choice to the implementation (DDI 0487, B2.12.5 "Load-Exclusive and Store-Exclusive instruction usage").
   */
  readonly exclusives?: 'monitor' | 'unsupported'
  /**
   * When the second page of an access that crosses is looked at. `precise-probe` (default): before anything happens, so
   * that an access which the guest's tables forbid has no effect at all. `architectural-order`: as in the manual's
   * pseudocode, once the elements on the first page were accessed; the journal of the outcome then lists them. What
   * stage 2 reported is held against the instruction first under both.
   */
  readonly order?: 'precise-probe' | 'architectural-order'
  /** What is done where the manual leaves a choice. */
  readonly unpredictable?: UnpredictableOptions
  /** Bytes that DC ZVA zeroes: 4 << DCZID_EL0.BS, a power of two in 4..2048; 64 unless told. */
  readonly zeroBlock?: number
  /**
   * Authenticates the pointers of LDRAA and LDRAB. Without it the code is only taken away: hardware that reports such an
   * abort authenticated the pointer first.
   */
  readonly authenticate?: Authenticate
  /** The guest's Allocation Tags; without them no memory is tagged. */
  readonly tags?: TagMemory
  /** Bytes that LDGM and STGM have tags of: 4 << GMID_EL1.BS, a power of two in 16..256; 256 unless told. */
  readonly tagBlock?: number
  /** Bytes that DC GBVA and DC ZGBVA set the tags of: 4 << DCZID_EL0.TBS, a power of two in 16..2048; as `zeroBlock` unless told. */
  readonly tagZeroBlock?: number
  /**
   * The algorithm of memory copy and set that the guest's CPU has: A (default, as QEMU) with a count that runs to zero,
   * B with addresses that run. The same for CPY, CPYF, SET and SETG.
   */
  readonly memoryCopy?: 'A' | 'B'
  /** Told of each stage. */
  readonly trace?: TraceObserver
}

/** Features of the guest's CPU that change what an access does. */
export interface AccessFeatures {
  /** FEAT_LSE2: unaligned atomic and ordered accesses inside 16 aligned bytes. */
  readonly LSE2: boolean
  /** FEAT_FPACCOMBINE: LDRAA of a pointer that is not authentic is an exception of its own. */
  readonly FPACCOMBINE: boolean
}

/** A host's mistake in making a handler. No guest can cause one. */
export class HandlerError extends TypeError {
  override readonly name = 'HandlerError'
}

/** The options with every default filled in. */
export interface Settings {
  readonly space: AddressSpace
  readonly features: Partial<Features>
  readonly pstate: PstateFeatures
  readonly lse2: boolean
  readonly fpacCombine: boolean
  readonly authenticate: Authenticate | undefined
  readonly tags: TagMemory | undefined
  readonly tagBlock: number
  /** Memory copy and set by option A. */
  readonly optionA: boolean
  readonly tagZeroBlock: number
  readonly ignoreErrors: boolean
  readonly granule: number
  /** Exclusives and atomics are emulated. */
  readonly exclusives: boolean
  /** `architectural-order`. */
  readonly inOrder: boolean
  readonly choices: Choices
  readonly zeroBlock: number
  readonly trace: TraceObserver | undefined
}

const ALL_PSTATE: PstateFeatures = { PAN: true, SSBS: true, MTE: true, NMI: false }

/** Checks the options and fills in what is not told. @throws HandlerError for options that are none of those listed. */
export function settingsOf(options: HandlerOptions): Settings {
  if (!isObject(options)) throw new HandlerError(`the options are ${shown(options)}: give an object with a space`)
  const { space, trace, authenticate, tags } = options
  if (typeof space?.read !== 'function') throw new HandlerError('options.space is missing: give an AddressSpace')
  const features = member('features', options.features ?? {})
  const exclusives = oneOf('exclusives', options.exclusives, 'monitor', 'unsupported')
  const order = oneOf('order', options.order, 'precise-probe', 'architectural-order')
  const busErrors = oneOf('busErrors', options.busErrors, 'inject', 'ignore')
  const granule = oneOf('granule', options.granule, 4096, 16384, 65536)
  const memoryCopy = oneOf('memoryCopy', options.memoryCopy, 'A', 'B')
  const zeroBlock = powerOfTwo('zeroBlock', options.zeroBlock, DEFAULT_ZERO_BLOCK, 4, 2048)
  const tagBlock = powerOfTwo('tagBlock', options.tagBlock, 256, 16, 256)
  const tagZeroBlock = powerOfTwo('tagZeroBlock', options.tagZeroBlock, Math.max(zeroBlock, 16), 16, 2048)
  if (authenticate !== undefined && typeof authenticate !== 'function') {
    throw new HandlerError(`options.authenticate is ${shown(authenticate)}: give a function`)
  }
  if (tags !== undefined && (typeof tags?.read !== 'function' || typeof tags.write !== 'function')) {
    throw new HandlerError('options.tags has no methods read and write: give a TagMemory')
  }
  if (trace !== undefined) {
    const observer = member('trace', trace)
    for (const name of ['planned', 'translated', 'accessed', 'finished'] as const) {
      const told = observer[name]
      if (told !== undefined && typeof told !== 'function')
        throw new HandlerError(`options.trace.${name} is ${shown(told)}: give a function`)
    }
  }
  const choices = choicesOf(member('unpredictable', options.unpredictable ?? {}))
  if (typeof choices === 'string') throw new HandlerError(choices)
  return {
    space,
    features,
    pstate: { ...ALL_PSTATE, ...features, ZEROBTYPE: choices.ZEROBTYPE === 'TRUE' },
    lse2: features.LSE2 ?? true,
    fpacCombine: features.FPACCOMBINE ?? true,
    authenticate,
    tags,
    tagBlock,
    optionA: memoryCopy === 'A',
    tagZeroBlock,
    ignoreErrors: busErrors === 'ignore',
    granule,
    exclusives: exclusives === 'monitor',
    choices,
    inOrder: order === 'architectural-order',
    zeroBlock,
    trace,
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function member<T extends object>(name: string, value: T): T {
  if (isObject(value)) return value
  throw new HandlerError(`options.${name} is ${shown(value)}: give an object`)
}

/** An option that is one of these, the first unless told. */
function oneOf<const T extends string | number>(name: string, told: T | undefined, ...values: readonly [T, ...T[]]): T {
  if (told === undefined) return values[0]
  if (values.includes(told)) return told
  const all = values.map((v) => (typeof v === 'string' ? `'${v}'` : v))
  throw new HandlerError(`options.${name} is ${shown(told)}: give ${all.slice(0, -1).join(', ')} or ${all.at(-1)}`)
}

/** An option that is a power of two between two others. */
function powerOfTwo(name: string, told: number | undefined, unlessTold: number, least: number, most: number): number {
  if (told === undefined) return unlessTold
  if (typeof told === 'number' && told >= least && told <= most && Number.isInteger(Math.log2(told))) return told
  throw new HandlerError(`options.${name} is ${shown(told)}: give a power of two in ${least}..${most}`)
}
