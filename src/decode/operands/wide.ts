import { TWO32 } from '../../bits.ts'
import { bitExpression } from '../bit-expression.ts'
import { decodeBitMask } from '../bitmask.ts'
import { type Encoding, findField } from '../encoding.ts'
import type { OperandReader } from '../operand.ts'

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
export function wideReader(encoding: Encoding, token: string): OperandReader | undefined {
  const hex = HEX.exec(token)
  if (hex) {
    const field = bitExpression(encoding, hex[1] as string)
    return (
      field && ((word) => ({ kind: 'immediate', value: field.read(word), radix: field.read(word) === 0 ? 10 : 16 }))
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
      return (word) => {
        decodeBitMask((word >>> 22) & 1, (word >>> 16) & 63, (word >>> 10) & 63, halves)
        const value = registerValue(halves[0] as number, halves[1] as number, width, signed)
        return { kind: 'immediate', value, radix: signed ? 10 : 16 }
      }
    }
    case '#wide32':
    case '#wide64':
    case '#~wide32':
    case '#~wide64': {
      const width = token.endsWith('64') ? 64 : 32
      const invert = token.startsWith('#~') ? -1 : 0
      return (word) => {
        const piece = (word >>> 5) & 0xffff
        const hw = (word >>> 21) & 3
        const shifted = (hw & 1) === 0 ? piece : piece << 16
        halves[0] = (hw < 2 ? shifted : 0) ^ invert
        halves[1] = (hw < 2 ? 0 : shifted) ^ invert
        const value = registerValue(halves[0] as number, halves[1] as number, width, true)
        return { kind: 'immediate', value, radix: 10 }
      }
    }
  }
  return sumReader(encoding, token)
}

function registerValue(low: number, high: number, width: 32 | 64, signed: boolean): number | bigint {
  if (width === 32) return signed ? low | 0 : low
  const top = signed ? high | 0 : high
  // A double holds 53 bits.
  if (top < 0x20_0000 && top >= -0x20_0000) return top * TWO32 + low
  return BigInt(top) * 0x1_0000_0000n + BigInt(low)
}

function sumReader(encoding: Encoding, token: string): OperandReader | undefined {
  const m = SUM.exec(token)
  if (!m) return undefined
  let constant = 0
  const terms: { readonly sign: number; readonly read: (word: number) => number }[] = []
  for (const [, sign, name] of `+${m[1]}${m[2]}`.matchAll(/([+-])(\w+)/g)) {
    const factor = sign === '-' ? -1 : 1
    if (/^\d+$/.test(name as string)) {
      constant += factor * Number(name)
      continue
    }
    const field = findField(encoding, name as string) && bitExpression(encoding, name as string)
    if (!field) return undefined
    terms.push({ sign: factor, read: field.read })
  }
  return (word) => {
    let value = constant
    for (const t of terms) value += t.sign * t.read(word)
    return { kind: 'immediate', value, radix: 10 }
  }
}
