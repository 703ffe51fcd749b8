import { TWO32 } from '../../bits.ts'
import { type BitExpression, bitExpression } from '../bit-expression.ts'
import { decodeBitMask, encodeBitMask } from '../bitmask.ts'
import { type Encoding, findField } from '../encoding.ts'
import type { Operand, OperandForm, OperandReader } from '../operand.ts'

const HEX = /^#hex\((.+)\)$/
const SUM = /^#(\w+)((?:[+-]\w+)+)$/

/**
 * Immediates that are computed, or as wide as a register:
 *
 * | token | meaning |
 * |---|---|
 * | `#bitmask32`, `#bitmask64` | the logical immediate of N:immr:imms, written in hexadecimal |
 * | `#bitmask32s`, `#bitmask64s` | the same, signed and decimal, as MOV writes it |
 * | `#wide32`, `#wide64` | imm16 << (hw * 16), signed, as MOV writes it; `#~wide32` its inverse |
 * | `#hex(imm16)` | a field in hexadecimal |
 * | `#imms-immr+1` | sums of fields and numbers |
 */
export function wideNotation(encoding: Encoding, token: string): OperandForm | OperandReader | undefined {
  const hex = HEX.exec(token)
  if (hex) {
    const field = bitExpression(encoding, hex[1] as string)
    return (
      field && {
        read: (word) => ({ kind: 'immediate', value: field.read(word), radix: field.read(word) === 0 ? 10 : 16 }),
        write: (o) => (o.kind === 'immediate' ? field.write(Number(o.value)) : -1),
      }
    )
  }
  const halves = new Uint32Array(2)
  switch (token) {
    case '#bitmask32':
    case '#bitmask64':
    case '#bitmask32s':
    case '#bitmask64s': {
      const width = token.includes('64') ? 64 : 32
      const signed = token.endsWith('s')
      return {
        bits: 0x1fff << 10,
        read: (word) => {
          decodeBitMask((word >>> 22) & 1, (word >>> 16) & 63, (word >>> 10) & 63, halves)
          const value = registerValue(halves[0] as number, halves[1] as number, width, signed)
          return { kind: 'immediate', value, radix: signed ? 10 : 16 }
        },
        write: (o) => {
          if (!splitValue(o, width, halves)) return -1
          const mask = encodeBitMask(halves[0] as number, halves[width === 64 ? 1 : 0] as number)
          return mask < 0 ? -1 : mask << 10
        },
      }
    }
    case '#wide32':
    case '#wide64':
    case '#~wide32':
    case '#~wide64': {
      const width = token.endsWith('64') ? 64 : 32
      const invert = token.startsWith('#~') ? -1 : 0
      const read = (word: number): Operand => {
        const piece = (word >>> 5) & 0xffff
        const hw = (word >>> 21) & 3
        const shifted = (hw & 1) === 0 ? piece : piece << 16
        halves[0] = (hw < 2 ? shifted : 0) ^ invert
        halves[1] = (hw < 2 ? 0 : shifted) ^ invert
        const value = registerValue(halves[0] as number, halves[1] as number, width, true)
        return { kind: 'immediate', value, radix: 10 }
      }
      return {
        bits: 0x3_ffff << 5,
        read,
        write: (o) => {
          if (!splitValue(o, width, halves)) return -1
          const low = ((halves[0] as number) ^ invert) >>> 0
          const high = width === 64 ? ((halves[1] as number) ^ invert) >>> 0 : 0
          if (high !== 0 && low !== 0) return -1
          const half = high === 0 ? low : high
          const upper = half > 0xffff ? 1 : 0
          if (upper === 1 && (half & 0xffff) !== 0) return -1
          return (((high === 0 ? 0 : 2) + upper) << 21) | ((upper === 1 ? half >>> 16 : half) << 5)
        },
      }
    }
  }
  return sumNotation(encoding, token)
}

/** The 64 bits of an immediate, into `halves`; false when it does not fit `width` bits, signed or not. */
function splitValue(o: Operand, width: 32 | 64, halves: Uint32Array): boolean {
  if (o.kind !== 'immediate') return false
  if (typeof o.value === 'number' && !Number.isSafeInteger(o.value)) return false
  const value = BigInt(o.value)
  if (value >= 1n << BigInt(width) || value < -(1n << BigInt(width - 1))) return false
  const bits = BigInt.asUintN(width, value)
  halves[0] = Number(bits & 0xffff_ffffn)
  halves[1] = Number(bits >> 32n)
  return true
}

function registerValue(low: number, high: number, width: 32 | 64, signed: boolean): number | bigint {
  if (width === 32) return signed ? low | 0 : low
  const top = signed ? high | 0 : high
  // A double holds 53 bits.
  if (top < 0x20_0000 && top >= -0x20_0000) return top * TWO32 + low
  return BigInt(top) * 0x1_0000_0000n + BigInt(low)
}

function sumNotation(encoding: Encoding, token: string): OperandForm | OperandReader | undefined {
  const m = SUM.exec(token)
  if (!m) return undefined
  let constant = 0
  const terms: { readonly sign: number; readonly field: BitExpression }[] = []
  for (const [, sign, name] of `+${m[1]}${m[2]}`.matchAll(/([+-])(\w+)/g)) {
    const factor = sign === '-' ? -1 : 1
    if (/^\d+$/.test(name as string)) {
      constant += factor * Number(name)
      continue
    }
    const field = findField(encoding, name as string) && bitExpression(encoding, name as string)
    if (!field) return undefined
    terms.push({ sign: factor, field })
  }
  const read = (word: number): Operand => {
    let value = constant
    for (const t of terms) value += t.sign * t.field.read(word)
    return { kind: 'immediate', value, radix: 10 }
  }
  const only = terms[0]
  // Of two fields, another operand knows one: the encoder looks for the other.
  if (!only || terms.length > 1) return read
  return {
    read,
    write: (o) => (o.kind === 'immediate' ? only.field.write((Number(o.value) - constant) * only.sign) : -1),
  }
}
