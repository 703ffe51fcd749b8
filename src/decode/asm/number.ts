import type { FloatOperand, ImmediateOperand } from '../operand.ts'
import { AsmError } from './error.ts'
import type { Cursor } from './lexer.ts'

const FLOAT = /^\d+(?:\.|\d*e)/i

/**
 * `#1`, `-0x10`, `#0b11`, `010` (octal, as LLVM has it), `#1.5`; the `#` may be left out.
 *
 * @throws AsmError when it is no number, or has more than 64 bits.
 */
export function number(cursor: Cursor): ImmediateOperand | FloatOperand {
  cursor.accept('#')
  const negative = cursor.accept('-')
  if (!negative) cursor.accept('+')
  const { kind, lower, column } = cursor.next
  if (kind !== 'number') throw cursor.error('a number')
  cursor.take()
  if (!lower.startsWith('0x') && FLOAT.test(lower)) {
    const value = Number(lower)
    return { kind: 'float', value: negative ? -value : value, digits: 8 }
  }
  const octal = /^0\d+$/.test(lower)
  if (octal && /[89]/.test(lower))
    throw new AsmError(column, `'${lower}' begins with 0: it is octal, which has no 8 or 9`)
  const magnitude = BigInt(octal ? `0o${lower.slice(1)}` : lower)
  const value = negative ? -magnitude : magnitude
  if (value >= 1n << 64n || value < -(1n << 63n)) throw new AsmError(column, 'the number has more than 64 bits')
  const small = Number(value)
  return {
    kind: 'immediate',
    value: Number.isSafeInteger(small) ? small : value,
    radix: lower.startsWith('0x') ? 16 : 10,
  }
}
