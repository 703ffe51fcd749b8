import type { Encoding } from '../encoding.ts'
import type { ControlStackUse, FlowKind } from './types.ts'

const NONE: ControlStackUse = { kind: 'none', always: false, size: 0 }
/** Pushed and popped around a procedure, where the Exception level uses its stack: GCSCR_ELx.PCRSEL, GCSCRE0_EL1.PCRSEL. */
const CALL: ControlStackUse = { kind: 'push', always: false, size: 8 }
const RETURN: ControlStackUse = { kind: 'pop', always: false, size: 8 }

const INSTRUCTIONS: ReadonlyMap<string, ControlStackUse> = new Map([
  ['gcspushm', { kind: 'push', always: true, size: 8 }],
  ['gcspopm', { kind: 'pop', always: true, size: 8 }],
  // An exception record: ELR, SPSR, LR, and the token.
  ['gcspushx', { kind: 'push', always: true, size: 32 }],
  ['gcspopx', { kind: 'pop', always: true, size: 32 }],
  ['gcspopcx', { kind: 'pop', always: true, size: 32 }],
  ['gcsss1', { kind: 'switch', always: true, size: 8 }],
  ['gcsss2', { kind: 'switch', always: true, size: 8 }],
  ['gcsstr', { kind: 'store', always: true, size: 8 }],
  ['gcssttr', { kind: 'store', always: true, size: 8 }],
])

/**
 * What an instruction does to the Guarded Control Stack (DDI 0487, D11.2; pseudocode `AddGCSRecord`,
 * `LoadCheckGCSRecord`, `GCSPUSHM`, `GCSSS1` and kin).
 */
export function controlStackOf({ mnemonic }: Encoding, flow: FlowKind): ControlStackUse {
  if (flow === 'call' || flow === 'indirect-call') return CALL
  if (flow === 'return') return RETURN
  return INSTRUCTIONS.get(mnemonic) ?? NONE
}
