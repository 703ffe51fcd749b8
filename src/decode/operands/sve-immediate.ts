import { signExtend, TWO32 } from '../../bits.ts'
import { bitExpression } from '../bit-expression.ts'
import { decodeBitMask } from '../bitmask.ts'
import { type Encoding, findField } from '../encoding.ts'
import type { NameOperand, Operand, OperandReader } from '../operand.ts'
import { elementSize, highestBit, shiftField } from './sve-element.ts'

const BYTE_SHIFTED = /^#(s?)imm8<<sh\*8$/
const CHOICE = /^#(\d\.\d)\|(\d\.\d) (\w+)$/
const CONSTANT = /^#(\d\.\d)$/
const ROTATION = /^#rot\*(\d+)\+(\d+)$/
const MASK = /^#imm13\.(T|64)( mov)?$/

/** Predicate constraints (DDI 0487, `DecodePredCount`); 14 to 28 have no name and select nothing. */
const PATTERNS: readonly string[] = [
  ...['pow2', 'vl1', 'vl2', 'vl3', 'vl4', 'vl5', 'vl6', 'vl7', 'vl8', 'vl16', 'vl32', 'vl64', 'vl128', 'vl256'],
  ...Array.from({ length: 15 }, () => ''),
  ...['mul4', 'mul3', 'all'],
]

const LENGTHS: readonly NameOperand[] = [
  { kind: 'name', name: 'vlx2' },
  { kind: 'name', name: 'vlx4' },
]

/**
 * Constants of SVE:
 *
 * | token | meaning |
 * |---|---|
 * | `#shl`, `#shr` | the shift by tsz:imm3, left 0 to size-1, right 1 to size |
 * | `#imm8<<sh*8`, `#simm8<<sh*8` | imm8, shifted by 0 or 8, as one number; only `#0, lsl #8` shows its shift |
 * | `#float(imm8)` | the 8-bit floating-point number |
 * | `#0.5\|2.0 i1` | one of two constants, by the field i1; `#0.0` is always the same |
 * | `#rot*180+90` | degrees of a complex rotation |
 * | `#imm13.64`, `#imm13.T` | the logical immediate, 64 bits or one element of it, in hexadecimal |
 * | `#imm13.T mov` | the element as MOV writes it: decimal where 16 bits hold it, signed or not |
 * | `pattern`, `pattern mul #imm4+1` | predicate constraint, with multiplier |
 * | `vlx(vl)` | VLx2 or VLx4 |
 */
export function sveImmediateReader(encoding: Encoding, token: string): OperandReader | undefined {
  if (token === '#shl' || token === '#shr') return shiftAmount(encoding, token === '#shl')
  if (token === 'pattern' || token === 'pattern mul #imm4+1') return pattern(encoding, token !== 'pattern')
  if (token === 'vlx(vl)') {
    const vl = bitExpression(encoding, 'vl')
    return vl && ((word) => LENGTHS[vl.read(word)] as NameOperand)
  }
  return byteShifted(encoding, token) ?? float(encoding, token) ?? rotation(encoding, token) ?? mask(encoding, token)
}

function shiftAmount(encoding: Encoding, left: boolean): OperandReader | undefined {
  const field = shiftField(encoding)
  return (
    field &&
    ((word) => {
      const value = field.read(word)
      // The highest set bit is the element size in bits, so subtracting it leaves what is below.
      const size = 1 << highestBit(value)
      return { kind: 'immediate', value: left ? value - size : 2 * size - value, radix: 10 }
    })
  )
}

function pattern(encoding: Encoding, multiplied: boolean): OperandReader | undefined {
  const which = bitExpression(encoding, 'pattern')
  const imm4 = multiplied ? bitExpression(encoding, 'imm4') : undefined
  if (!which || (multiplied && !imm4)) return undefined
  return (word) => {
    const value = which.read(word)
    return { kind: 'pattern', value, name: PATTERNS[value] as string, multiplier: imm4 ? imm4.read(word) + 1 : 0 }
  }
}

function byteShifted(encoding: Encoding, token: string): OperandReader | undefined {
  const m = BYTE_SHIFTED.exec(token)
  const imm8 = m && bitExpression(encoding, 'imm8')
  const sh = m && bitExpression(encoding, 'sh')
  if (!m || !imm8 || !sh) return undefined
  const signed = m[1] === 's'
  return (word): Operand => {
    const value = signed ? signExtend(imm8.read(word), 8) : imm8.read(word)
    if (sh.read(word) === 0) return { kind: 'immediate', value, radix: 10 }
    if (value === 0) return { kind: 'shifted-immediate', value, radix: 10, shift: 'lsl', amount: 8, shown: true }
    return { kind: 'immediate', value: value * 256, radix: 10 }
  }
}

function float(encoding: Encoding, token: string): OperandReader | undefined {
  const constant = CONSTANT.exec(token)
  if (constant) {
    const operand: Operand = { kind: 'float', value: Number(constant[1]), digits: 1 }
    return () => operand
  }
  if (token === '#float(imm8)') {
    const imm8 = bitExpression(encoding, 'imm8')
    return imm8 && ((word) => ({ kind: 'float', value: expandFloat(imm8.read(word)), digits: 8 }))
  }
  const choice = CHOICE.exec(token)
  const by = choice && bitExpression(encoding, choice[3] as string)
  if (!choice || !by) return undefined
  const operands = [choice[1], choice[2]].map((value): Operand => ({ kind: 'float', value: Number(value), digits: 1 }))
  return (word) => operands[by.read(word)] as Operand
}

/** `VFPExpandImm`: sign, 3 bits of exponent -3..4, 4 bits of fraction. */
export function expandFloat(imm8: number): number {
  const exponent = ((imm8 >>> 4) & 7) ^ 4
  const magnitude = (16 + (imm8 & 15)) * 2 ** (exponent - 7)
  return imm8 >>> 7 === 1 ? -magnitude : magnitude
}

function rotation(encoding: Encoding, token: string): OperandReader | undefined {
  const m = ROTATION.exec(token)
  const rot = m && bitExpression(encoding, 'rot')
  if (!m || !rot) return undefined
  const step = Number(m[1])
  const first = Number(m[2])
  return (word) => ({ kind: 'immediate', value: rot.read(word) * step + first, radix: 10 })
}

function mask(encoding: Encoding, token: string): OperandReader | undefined {
  const m = MASK.exec(token)
  const field = m && findField(encoding, 'imm13')
  const log2 = m?.[1] === 'T' ? elementSize(encoding, 'Timm13') : () => 3
  if (!m || !field || !log2) return undefined
  const { lsb } = field
  const move = m[2] !== undefined
  const halves = new Uint32Array(2)
  return (word): Operand => {
    const imm13 = (word >>> lsb) & 0x1fff
    decodeBitMask(imm13 >>> 12, (imm13 >>> 6) & 63, imm13 & 63, halves)
    const low = halves[0] as number
    const bits = 8 << log2(word)
    if (move) {
      const short = shortNumber(low, halves[1] as number, bits)
      if (short !== undefined) return { kind: 'immediate', value: short, radix: 10 }
    }
    const value = bits === 64 ? wide(low, halves[1] as number) : bits === 32 ? low : low & ((1 << bits) - 1)
    return { kind: 'immediate', value, radix: 16 }
  }
}

/** The element as a signed or, failing that, an unsigned number of 16 bits. */
function shortNumber(low: number, high: number, bits: number): number | undefined {
  const signed = bits >= 32 ? low | 0 : signExtend(low & ((1 << bits) - 1), bits)
  const extends32 = bits < 64 || high >>> 0 === (signed < 0 ? 0xffff_ffff : 0)
  if (extends32 && signed >= -0x8000 && signed <= 0x7fff) return signed
  const unsigned = bits >= 32 ? low : low & ((1 << bits) - 1)
  return unsigned <= 0xffff && (bits < 64 || high === 0) ? unsigned : undefined
}

function wide(low: number, high: number): number | bigint {
  return high < 0x20_0000 ? high * TWO32 + low : BigInt(high) * 0x1_0000_0000n + BigInt(low)
}
