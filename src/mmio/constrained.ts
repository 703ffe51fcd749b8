import type { Unpredictable } from '../decode/index.ts'
import type { Plan } from './plan.ts'

/**
 * What the guest's CPU does where the manual leaves a choice (DDI 0487, K1.2): names and values are those of the manual's
 * pseudocode, `Unpredictable_X` and `Constraint_Y`. The first value of each is what is done unless told.
 *
 * A CPU whose access stage 2 stopped did not choose UNDEF or NOP; they are for hosts that emulate another CPU.
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
  /** An unaligned element that begins in Normal memory and ends in Device memory. `NONE`: it is accessed. */
  readonly DEVPAGE2?: 'NONE' | 'FAULT'
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
  DEVPAGE2: ['NONE', 'FAULT'],
  ZEROBTYPE: ['FALSE', 'TRUE'],
  strict: [false, true],
} as const

/** Fills in the defaults. @returns the choices, or a text that says what is wrong. */
export function choicesOf(options: UnpredictableOptions): Choices | string {
  for (const key of Object.keys(options)) {
    if (!(key in VALUES)) return `options.unpredictable has ${key}: give ${Object.keys(VALUES).join(', ')}`
  }
  const choices: Record<string, unknown> = {}
  for (const [key, values] of Object.entries(VALUES)) {
    const value: unknown = options[key as keyof UnpredictableOptions] ?? values[0]
    if (!(values as readonly unknown[]).includes(value)) {
      return `options.unpredictable.${key} is ${String(value)}: give ${values.join(', ')}`
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
    default:
      return 'NONE'
  }
}

/** Names that an outcome reports: rules of words, and of accesses. */
export type Constraint = Unpredictable | 'DEVPAGE2'
