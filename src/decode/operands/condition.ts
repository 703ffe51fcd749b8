import { type Encoding, findField } from '../encoding.ts'
import type { NameOperand, OperandReader } from '../operand.ts'

/** Condition codes 0..15 as LLVM writes them (DDI 0487, C1.2.4); the manual's CS and CC are HS and LO. */
export const CONDITIONS: readonly string[] = [
  'eq',
  'ne',
  'hs',
  'lo',
  'mi',
  'pl',
  'vs',
  'vc',
  'hi',
  'ls',
  'ge',
  'lt',
  'gt',
  'le',
  'al',
  'nv',
]

const OPERANDS: readonly NameOperand[] = CONDITIONS.map((name) => ({ kind: 'name', name }))

/** `cond`: the condition in that field; `!cond` its inverse, for CSET and its kin. */
export function conditionNotation(encoding: Encoding, token: string): OperandReader | undefined {
  if (token !== 'cond' && token !== '!cond') return undefined
  const field = findField(encoding, 'cond')
  if (!field) return undefined
  const { lsb } = field
  const invert = token === 'cond' ? 0 : 1
  return (word) => OPERANDS[((word >>> lsb) & 15) ^ invert] as NameOperand
}
