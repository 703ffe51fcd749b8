import { signExtend } from '../../bits.ts'
import { bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import type { OperandReader } from '../operand.ts'

const NUMBER = /^#(-?\d+)(?:<<(.+))?$/
const FIELD = /^#?(s)?(imm[\w:<>]*|[A-Za-z][\w:<>]*)(?:\*(\d+))?$/
const LABEL = /^label\((-?)(\w[\w:<>]*)(?:\*(\d+))?\)$/

/**
 * A number that the word decides.
 *
 * `#imm12*8` unsigned and scaled, `#simm7*8` the same field signed (the `s` is ours, the field is imm7), `#8`
 * constant, `#8<<Q` constant shifted by a field.
 */
export function numberReader(encoding: Encoding, token: string): ((word: number) => number) | undefined {
  const constant = NUMBER.exec(token)
  if (constant) {
    const value = Number(constant[1])
    if (constant[2] === undefined) return () => value
    const by = bitExpression(encoding, constant[2])
    return by && ((word) => value << by.read(word))
  }
  const m = FIELD.exec(token)
  if (!m || !token.startsWith('#')) return undefined
  const scale = m[3] === undefined ? 1 : Number(m[3])
  const whole = m[1] === undefined ? undefined : bitExpression(encoding, m[2] as string)
  if (whole) return (word) => signExtend(whole.read(word), whole.width) * scale
  const unsigned = bitExpression(encoding, `${m[1] ?? ''}${m[2]}`)
  return unsigned && ((word) => unsigned.read(word) * scale)
}

/** An immediate operand of its own: see {@link numberReader}. */
export function immediateReader(encoding: Encoding, token: string): OperandReader | undefined {
  const read = numberReader(encoding, token)
  return read && ((word) => ({ kind: 'immediate', value: read(word), radix: 10 }))
}

/** `label(imm19*4)`: a signed byte offset from the instruction; `label(-imm16*4)` goes only backwards. */
export function labelReader(encoding: Encoding, token: string): OperandReader | undefined {
  const m = LABEL.exec(token)
  const field = m && bitExpression(encoding, m[2] as string)
  if (!m || !field) return undefined
  const scale = m[3] === undefined ? 1 : Number(m[3])
  if (m[1] === '-') return (word) => ({ kind: 'label', offset: 0 - field.read(word) * scale })
  return (word) => ({ kind: 'label', offset: signExtend(field.read(word), field.width) * scale })
}
