import { type BitExpression, bitExpression } from '../bit-expression.ts'
import { type Encoding, findField } from '../encoding.ts'

const NAME = /^(T|Tsz|Thigh|Tlow|Timm13)(?:([*/])([24]))?$/

/**
 * log2 of an element size in bytes, 0..4, as the word chooses it:
 *
 * | name | by |
 * |---|---|
 * | `T` | size: b, h, s, d |
 * | `Tsz` | sz: s, d |
 * | `Thigh` | the highest set bit of tszh:tszl or tsize, as in shifts by immediate |
 * | `Tlow` | the lowest set bit of tsz, or of tszh:tszl (DUP, DUPQ, PSEL) |
 * | `Timm13` | the element of the logical immediate imm13: b, h, s, d |
 *
 * followed by `/2` or `/4` for elements of half or a quarter of the size, `*2` or `*4` for twice or four times.
 *
 * @returns `undefined` when the encoding lacks the fields.
 */
export function elementSize(encoding: Encoding, name: string): ((word: number) => number) | undefined {
  const m = NAME.exec(name)
  const read = m && baseSize(encoding, m[1] as string)
  if (!m || !read) return undefined
  if (m[2] === undefined) return read
  const change = (m[3] === '2' ? 1 : 2) * (m[2] === '*' ? 1 : -1)
  return (word) => read(word) + change
}

function baseSize(encoding: Encoding, name: string): ((word: number) => number) | undefined {
  switch (name) {
    case 'T':
      return bitExpression(encoding, 'size')?.read
    case 'Tsz': {
      const sz = bitExpression(encoding, 'sz')
      return sz && ((word) => 2 + sz.read(word))
    }
    case 'Thigh': {
      const tsz = fieldsAmong(encoding, ['tszh', 'tszl', 'tsize'])
      return tsz && ((word) => highestBit(tsz.read(word)))
    }
    case 'Tlow': {
      const lane = laneField(encoding)
      return lane && ((word) => lowestBit(lane.read(word)))
    }
    default: {
      const imm13 = bitExpression(encoding, 'imm13')
      return imm13 && ((word) => maskElement(imm13.read(word)))
    }
  }
}

/** tsz:imm3 of a shift by immediate: its highest set bit, less 3, is the element size, what is below the amount. */
export function shiftField(encoding: Encoding): BitExpression | undefined {
  return fieldsAmong(encoding, ['tszh', 'tszl', 'tsize', 'imm3'])
}

/** imm2:tsz and its kin: the lowest set bit is the element size, what is above it the index. */
function laneField(encoding: Encoding): BitExpression | undefined {
  return fieldsAmong(encoding, ['imm2', 'i1', 'tsz', 'tszh', 'tszl'])
}

/** The index in {@link laneField}. */
export function laneOfLowest(encoding: Encoding): ((word: number) => number) | undefined {
  const lane = laneField(encoding)
  if (!lane) return undefined
  return (word) => {
    const value = lane.read(word)
    return value >>> (lowestBit(value) + 1)
  }
}

function fieldsAmong(encoding: Encoding, names: readonly string[]): BitExpression | undefined {
  const present = names.filter((name) => findField(encoding, name))
  return present.length === 0 ? undefined : bitExpression(encoding, present.join(':'))
}

/** Position of the highest set bit; -1 of 0. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value)
}

function lowestBit(value: number): number {
  return highestBit(value & -value)
}

/** log2 of the bytes that the logical immediate N:immr:imms repeats: runs of 2 and 4 bits fill a byte. */
function maskElement(imm13: number): number {
  const length = highestBit(((imm13 >>> 6) & 64) | (~imm13 & 63))
  return Math.max(0, length - 3)
}
