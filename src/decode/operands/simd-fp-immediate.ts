import { bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import type { OperandReader } from '../operand.ts'
import { expandFloat } from './sve-immediate.ts'

const SHIFTED = /^#([\w:]+) (lsl|msl) #cmode\*8(\+8)?$/
const FLOAT = /^#float\(([\w:]+)\)$/
const BYTES = /^#bytes\(([\w:]+)\)$/

/**
 * Constants of Advanced SIMD and floating-point:
 *
 * | token | meaning |
 * |---|---|
 * | `#shl`, `#shr` | the shift by immh:immb, left 0 to size-1, right (and fraction bits) 1 to size |
 * | `#abc:defgh lsl #cmode*8`, `#abc:defgh msl #cmode*8+8` | a modified immediate, shifted in zeros or ones |
 * | `#float(abc:defgh)` | the 8-bit floating-point number |
 * | `#bytes(abc:defgh)` | 64 bits, of which each bit makes 8 |
 */
export function simdImmediateReader(encoding: Encoding, token: string): OperandReader | undefined {
  return shiftAmount(encoding, token) ?? shifted(encoding, token) ?? float(encoding, token) ?? byteMask(encoding, token)
}

function shiftAmount(encoding: Encoding, token: string): OperandReader | undefined {
  if (token !== '#shl' && token !== '#shr') return undefined
  const field = bitExpression(encoding, 'immh:immb')
  const left = token === '#shl'
  return (
    field &&
    ((word) => {
      const value = field.read(word)
      // The highest set bit is the element size in bits.
      const size = 1 << (31 - Math.clz32(value))
      return { kind: 'immediate', value: left ? value - size : 2 * size - value, radix: 10 }
    })
  )
}

function shifted(encoding: Encoding, token: string): OperandReader | undefined {
  const m = SHIFTED.exec(token)
  const imm8 = m && bitExpression(encoding, m[1] as string)
  const cmode = m && bitExpression(encoding, 'cmode')
  if (!m || !imm8 || !cmode) return undefined
  const shift = m[2] as 'lsl' | 'msl'
  const least = m[3] === undefined ? 0 : 8
  return (word) => {
    const amount = cmode.read(word) * 8 + least
    return { kind: 'shifted-immediate', value: imm8.read(word), radix: 10, shift, amount, shown: amount !== 0 }
  }
}

function float(encoding: Encoding, token: string): OperandReader | undefined {
  const m = FLOAT.exec(token)
  const imm8 = m && bitExpression(encoding, m[1] as string)
  return imm8 ? (word) => ({ kind: 'float', value: expandFloat(imm8.read(word)), digits: 8 }) : undefined
}

function byteMask(encoding: Encoding, token: string): OperandReader | undefined {
  const m = BYTES.exec(token)
  const imm8 = m && bitExpression(encoding, m[1] as string)
  return imm8 ? (word) => ({ kind: 'byte-mask', value: spread(imm8.read(word)) }) : undefined
}

/** Each bit of a byte, eight times. */
function spread(byte: number): bigint {
  let value = 0n
  for (let bit = 7; bit >= 0; bit--) value = (value << 8n) | (((byte >>> bit) & 1) === 1 ? 0xffn : 0n)
  return value
}
