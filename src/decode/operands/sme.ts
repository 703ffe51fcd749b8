import { bitExpression } from '../bit-expression.ts'
import { type Encoding, findField } from '../encoding.ts'
import { type OperandReader, type RegisterOperand, registerSet, type ZaOperand } from '../operand.ts'
import { numberForm } from './immediate.ts'
import { elementSize, highestBit } from './sve-element.ts'

const TILE = /^ZA([a-z]+)\.([hsd])$/
const ZA =
  /^(\{)?ZA(0|[a-z]+)?(\.HV)?(?:\.(T\w*|[bhsdq]))?\[W([sv])\+(8|12), (\w+)(?:\*([24]))?(?::([24]))?(?:, vgx([24]))?\](\})?$/
const TABLE = /^ZT0\[([^,\]]+)(, mul vl)?\]$/
const TABLE_VECTOR = /^Z\(1:K:1:Zk\)\[(\w+)\]$/

const SIZES = ['b', 'h', 's', 'd', 'q'] as const

/**
 * Storage of SME. Ws and Wv are the fields Rs and Rv of 2 bits, which number from W8 or W12:
 *
 * | token | meaning |
 * |---|---|
 * | `ZAda.s` | a tile |
 * | `ZAd.HV.h[Ws+12, off3]` | a slice of a tile, horizontal or vertical by the field V; `ZA0` is the only tile of bytes |
 * | `ZAd.HV.h[Ws+12, off2*2:2]` | 2 (or 4) slices from a multiple of 2; the offset 0 may be no field |
 * | `{ZAt.HV.h[Ws+12, off3]}` | a slice that is loaded or stored |
 * | `ZA.d[Wv+8, off3, vgx2]` | array vectors, a group of 2 (or 4); `ZA.Tsz` has the element size of the word |
 * | `ZA.s[Wv+8, off2*4:4]` | 4 consecutive array vectors, in groups or not |
 * | `ZA[Wv+12, off4]` | one array vector, without an element size (LDR, STR) |
 * | `{imm8}` | a list of 64-bit tiles, a bit each (ZERO) |
 * | `ZT0[off3*8]`, `ZT0[off2, mul vl]` | a part of ZT0 |
 * | `#shr(tsize:imm5)` | a right shift, 1 to the element size, which is 32 or by the highest bit 64 |
 * | `Z(1:K:1:Zk)[i2]` | an element of Z20 to Z23 or Z28 to Z31 |
 */
export function smeReader(encoding: Encoding, token: string): OperandReader | undefined {
  return (
    tile(encoding, token) ??
    za(encoding, token) ??
    table(encoding, token) ??
    (token === '{imm8}' ? tiles(encoding) : undefined) ??
    (token === '#shr(tsize:imm5)' ? shift(encoding) : undefined) ??
    controlVector(encoding, token)
  )
}

function tile(encoding: Encoding, token: string): OperandReader | undefined {
  const m = TILE.exec(token)
  const number = m && bitExpression(encoding, `ZA${m[1]}`)
  if (!m || !number) return undefined
  const set = registerSet('ZA', { arrangement: m[2] as string })
  return (word) => set[number.read(word)] as RegisterOperand
}

function za(encoding: Encoding, token: string): OperandReader | undefined {
  const m = ZA.exec(token)
  if (!m) return undefined
  const [, open, tileName, direction, size, selector, first, offsetName, scale, count, group, close] = m
  const select = bitExpression(encoding, `R${selector}`)
  const vertical = direction === undefined ? undefined : bitExpression(encoding, 'V')
  const number = tileName === undefined || tileName === '0' ? undefined : bitExpression(encoding, `ZA${tileName}`)
  const offset = offsetName === '0' ? undefined : bitExpression(encoding, offsetName as string)
  const log2 = size?.startsWith('T') ? elementSize(encoding, size) : undefined
  if (!select || (direction !== undefined && !vertical) || (open === undefined) !== (close === undefined))
    return undefined
  if (
    (number === undefined && tileName !== undefined && tileName !== '0') ||
    (offset === undefined && offsetName !== '0')
  )
    return undefined
  if (size?.startsWith('T') && !log2) return undefined
  const w = registerSet('W')
  const base = Number(first)
  const factor = Number(scale ?? 1)
  const none = tileName === undefined ? -1 : 0
  return (word): ZaOperand => ({
    kind: 'za',
    tile: number ? number.read(word) : none,
    direction: vertical ? (vertical.read(word) === 0 ? 'h' : 'v') : '',
    arrangement: log2 ? (SIZES[log2(word)] as string) : (size ?? ''),
    select: w[base + select.read(word)] as RegisterOperand,
    offset: offset ? offset.read(word) * factor : 0,
    count: Number(count ?? 1) as ZaOperand['count'],
    group: Number(group ?? 0) as ZaOperand['group'],
    braces: open !== undefined,
  })
}

function tiles(encoding: Encoding): OperandReader | undefined {
  const imm8 = bitExpression(encoding, 'imm8')
  return imm8 && ((word) => ({ kind: 'tiles', mask: imm8.read(word) }))
}

function shift(encoding: Encoding): OperandReader | undefined {
  const field = bitExpression(encoding, 'tsize:imm5')
  return (
    field &&
    ((word) => {
      const value = field.read(word)
      return { kind: 'immediate', value: (2 << highestBit(value)) - value, radix: 10 }
    })
  )
}

function table(encoding: Encoding, token: string): OperandReader | undefined {
  const m = TABLE.exec(token)
  const offset = m && numberForm(encoding, `#${m[1]}`)
  if (!m || !offset) return undefined
  const mulVl = m[2] !== undefined
  return (word) => ({ kind: 'table', offset: offset.read(word), mulVl })
}

/** The vector that says which elements a TMOP product takes (DDI 0487, FTMOPA `<Zk>`). */
function controlVector(encoding: Encoding, token: string): OperandReader | undefined {
  const m = TABLE_VECTOR.exec(token)
  const k = findField(encoding, 'K')
  const low = findField(encoding, 'Zk')
  const index = m && bitExpression(encoding, m[1] as string)
  if (!k || !low || !index) return undefined
  const set = registerSet('Z')
  return (word) => ({
    ...(set[20 + ((word >>> k.lsb) & 1) * 8 + ((word >>> low.lsb) & 3)] as RegisterOperand),
    index: index.read(word),
  })
}
