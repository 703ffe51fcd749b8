import { shown } from '../bits.ts'
import type { Unpredictable } from '../decode/index.ts'
import type { Plan } from './plan.ts'

/**
 * What the guest's CPU does where the manual leaves a choice (DDI 0487, K1.2): names and values are those of the manual's
 * pseudocode, `Unpredictable_X` and `Constraint_Y`. The first value of each is what is done unless told.
 *
 * A CPU whose access stage 2 stopped did not choose UNDEF or NOP; they are for hosts that emulate another CPU. Of other
 * choices of the pseudocode that concern loads and stores, `NONFAULT` and `SVELDNFDATA` are always FALSE and TRUE: an element
 * that can be read is read, and kept; `CHECKSPNONEACTIVE` is of instructions without an access.
 */
export interface UnpredictableOptions {
  /**
   * A load with write-back whose base is a destination. `UNKNOWN`: the base gets the address after the data, as in QEMU.
   * `WBSUPPRESS`: it keeps the data.
   */
  readonly WBOVERLAPLD?: 'UNKNOWN' | 'WBSUPPRESS' | 'UNDEF' | 'NOP'
  /** A store with write-back whose base is the data. `NONE`: the value before the write-back is stored. */
  readonly WBOVERLAPST?: 'NONE' | 'UNDEF' | 'NOP'
  /** A load of one register twice. `UNKNOWN`: the second element is what it has in the end. */
  readonly LDPOVERLAP?: 'UNKNOWN' | 'UNDEF' | 'NOP'
  /** A 128-bit atomic operation on one register twice. `UNKNOWN`: the register has the high half in the end. */
  readonly LSE128OVERLAP?: 'UNKNOWN' | 'UNDEF' | 'NOP'
  /** A store-exclusive whose result register is the base. `NONE`: the address is taken before the result is written. */
  readonly BASEOVERLAP?: 'NONE' | 'UNDEF' | 'NOP'
  /** A store-exclusive whose result register is the data. `NONE`: the data are stored before the result is written. */
  readonly DATAOVERLAP?: 'NONE' | 'UNDEF' | 'NOP'
  /**
   * A memory copy or set of which two registers are one, or one is 31. `UNDEF`: as in QEMU. There is no choice to execute it.
   */
  readonly MOPSOVERLAP31?: 'UNDEF' | 'NOP'
  /** An unaligned element that begins in Normal memory and ends in Device memory. `NONE`: it is accessed. */
  readonly DEVPAGE2?: 'NONE' | 'FAULT'
  /**
   * An exclusive, atomic or ordered access inside 16 aligned bytes (FEAT_LSE2) that is unaligned, of Normal memory that is
   * not Write-Back. `TRUE`: it is done, as in QEMU. `FALSE`: an Alignment fault.
   */
  readonly MISALIGNEDATOMIC?: 'TRUE' | 'FALSE'
  /**
   * LD64B and ST64B of a device that does not take 64 bytes whole. `LIMITED_ATOMICITY`: it is asked for the pieces that
   * it takes. `FAULT`: an abort of status 0x35.
   */
  readonly LS64UNSUPPORTED?: 'LIMITED_ATOMICITY' | 'FAULT'
  /** A store of an Allocation Tag to Device memory. `NONE`: data are stored, the tag goes nowhere. `FAULT`: an Alignment fault. */
  readonly DEVICETAGSTORE?: 'NONE' | 'FAULT'
  /** Lanes that a first-fault or non-fault load does not reach. `TRUE`: zero, as in QEMU. `FALSE`: as they were. */
  readonly SVELDNFZERO?: 'TRUE' | 'FALSE'
  /** Whether PSTATE.BTYPE is zero in the SPSR of an abort. */
  readonly ZEROBTYPE?: 'FALSE' | 'TRUE'
  /** Such an instruction ends in `unhandled`, with the name in the outcome. `false` unless told. */
  readonly strict?: boolean
}

/** {@link UnpredictableOptions} with every default filled in. */
export type Choices = { readonly [K in keyof UnpredictableOptions]-?: UnpredictableOptions[K] & {} }

/** The values of each option, its default first. */
const VALUES = {
  WBOVERLAPLD: ['UNKNOWN', 'WBSUPPRESS', 'UNDEF', 'NOP'],
  WBOVERLAPST: ['NONE', 'UNDEF', 'NOP'],
  LDPOVERLAP: ['UNKNOWN', 'UNDEF', 'NOP'],
  LSE128OVERLAP: ['UNKNOWN', 'UNDEF', 'NOP'],
  BASEOVERLAP: ['NONE', 'UNDEF', 'NOP'],
  DATAOVERLAP: ['NONE', 'UNDEF', 'NOP'],
  MOPSOVERLAP31: ['UNDEF', 'NOP'],
  DEVPAGE2: ['NONE', 'FAULT'],
  MISALIGNEDATOMIC: ['TRUE', 'FALSE'],
  LS64UNSUPPORTED: ['LIMITED_ATOMICITY', 'FAULT'],
  DEVICETAGSTORE: ['NONE', 'FAULT'],
  SVELDNFZERO: ['TRUE', 'FALSE'],
  ZEROBTYPE: ['FALSE', 'TRUE'],
  strict: [false, true],
} as const

/** Fills in the defaults. @returns the choices, or a text that says what is wrong. */
export function choicesOf(options: UnpredictableOptions): Choices | string {
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(VALUES, key)) return `options.unpredictable has ${key}: give ${Object.keys(VALUES).join(', ')}`
  }
  const choices: Record<string, unknown> = {}
  for (const [key, values] of Object.entries(VALUES)) {
    const value: unknown = options[key as keyof UnpredictableOptions] ?? values[0]
    if (!(values as readonly unknown[]).includes(value)) {
      return `options.unpredictable.${key} is ${shown(value)}: give ${values.join(', ')}`
    }
    choices[key] = value
  }
  return choices as unknown as Choices
}

/** What becomes of a CONSTRAINED UNPREDICTABLE word. Bits that should be 0 or 1 and are not change nothing. */
export function constraintOf(plan: Plan, choices: Choices): string {
  switch (plan.constraint) {
    case 'WBOVERLAPLD':
      return choices.WBOVERLAPLD
    case 'WBOVERLAPST':
      return choices.WBOVERLAPST
    case 'WBOVERLAPPAIR':
    case 'WBOVERLAPPAIR_ORDERED':
      return plan.load ? choices.WBOVERLAPLD : choices.WBOVERLAPST
    case 'LDPOVERLAP':
    case 'LDPOVERLAP_ORDERED':
      return choices.LDPOVERLAP
    case 'LSE128OVERLAP':
      return choices.LSE128OVERLAP
    case 'DATAOVERLAP':
    case 'DATAOVERLAPPAIR':
      return choices.DATAOVERLAP
    case 'BASEOVERLAP':
      return choices.BASEOVERLAP
    case 'MOPSOVERLAP31':
    case 'MOPSOVERLAP31_SET':
    case 'MOPSOVERLAP31_SETGO':
      return choices.MOPSOVERLAP31
    default:
      return 'NONE'
  }
}

/** Names that an outcome reports: rules of words, and of accesses. */
export type Constraint =
  | Unpredictable
  | 'DEVPAGE2'
  | 'MISALIGNEDATOMIC'
  | 'LS64UNSUPPORTED'
  | 'DEVICETAGSTORE'
  | 'SVELDNFZERO'
