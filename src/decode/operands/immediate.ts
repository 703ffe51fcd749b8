import { signExtend } from '../../bits.ts'
import { type BitExpression, bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import type { OperandForm } from '../operand.ts'

const NUMBER = /^#(-?\d+)(?:<<(.+))?$/
const FIELD = /^#?(s)?(imm[\w:<>]*|[A-Za-z][\w:<>]*)(?:\*(\d+))?$/
/** A number in the word, both ways; writing gives -1 where the word cannot hold it. */
export interface NumberForm {
  read(word: number): number
  write(value: number): number
}

const LABEL = /^label\((-?)(\w[\w:<>]*)(?:\*(\d+))?\)$/

/**
 * A number that the word decides.
 *
 * `#imm12*8` unsigned and scaled, `#simm7*8` the same field signed (the `s` is ours, the field is imm7), `#8`
 * constant, `#8<<Q` constant shifted by a field.
 */
export function numberForm(encoding: Encoding, token: string): NumberForm | undefined {
  const constant = NUMBER.exec(token)
  if (constant) {
    const value = Number(constant[1])
    if (constant[2] === undefined) return { read: () => value, write: (n) => (n === value ? 0 : -1) }
    const by = bitExpression(encoding, constant[2])
    return by && { read: (word) => value << by.read(word), write: (n) => by.write(Math.log2(n / value)) }
  }
  const m = FIELD.exec(token)
  if (!m || !token.startsWith('#')) return undefined
  const scale = m[3] === undefined ? 1 : Number(m[3])
  const whole = m[1] === undefined ? undefined : bitExpression(encoding, m[2] as string)
  if (whole) return signed(whole, scale)
  const unsigned = bitExpression(encoding, `${m[1] ?? ''}${m[2]}`)
  return unsigned && { read: (word) => unsigned.read(word) * scale, write: (n) => unsigned.write(n / scale) }
}

/** A two's complement number, scaled. */
function signed(field: BitExpression, scale: number): NumberForm {
  const { width } = field
  const half = 2 ** (width - 1)
  return {
    read: (word) => signExtend(field.read(word), width) * scale,
    write: (n) => {
      const units = n / scale
      return Number.isInteger(units) && units >= -half && units < half
        ? field.write(units < 0 ? units + 2 * half : units)
        : -1
    },
  }
}

/** An immediate operand of its own: see {@link numberForm}. */
export function immediateNotation(encoding: Encoding, token: string): OperandForm | undefined {
  const number = numberForm(encoding, token)
  return (
    number && {
      read: (word) => ({ kind: 'immediate', value: number.read(word), radix: 10 }),
      write: (o) => (o.kind === 'immediate' ? number.write(Number(o.value)) : -1),
    }
  )
}

/** `label(imm19*4)`: a signed byte offset from the instruction; `label(-imm16*4)` goes only backwards. */
export function labelNotation(encoding: Encoding, token: string): OperandForm | undefined {
  const m = LABEL.exec(token)
  const field = m && bitExpression(encoding, m[2] as string)
  if (!m || !field) return undefined
  const scale = m[3] === undefined ? 1 : Number(m[3])
  const number: NumberForm =
    m[1] === '-'
      ? { read: (word) => 0 - field.read(word) * scale, write: (n) => field.write((0 - n) / scale) }
      : signed(field, scale)
  return {
    read: (word) => ({ kind: 'label', offset: number.read(word) }),
    write: (o) => (o.kind === 'label' ? number.write(o.offset) : -1),
  }
}
