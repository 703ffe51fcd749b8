import { bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import { type OperandReader, type RegisterOperand, registerSet } from '../operand.ts'

const SIZED = /^V([a-z])\.(T|Tsz|Timmh|Timm5)(full)?([*/]2)?$/
const BY_Q = /^V([a-z])\.(\d+[bhsd])\|(\d+[bhsd])$/
const ELEMENT = /^V([a-z])\.(T|Tsz|Timm5)\[(index|imm5|imm4)\]$/
const LANE = /^V(?:([a-z])|\((.+)\))(?:\.(\d?[bhsd]))?\[(.+)\]$/
const SCALAR = /^<V(sz|immh|imm5)?([*/]2)?>([a-z])$/
const LETTERS = 'bhsdq'
const CLASSES = ['B', 'H', 'S', 'D', 'Q'] as const

type Read = (word: number) => number

/** log2 of the element size in bytes, as the word chooses it: by size, sz, the top bit of immh, the lowest of imm5. */
const SIZES: Readonly<Record<string, readonly [field: string, log2: Read]>> = {
  T: ['size', (size) => size],
  Tsz: ['sz', (sz) => 2 + sz],
  Timmh: ['immh', (immh) => 31 - Math.clz32(immh)],
  Timm5: ['imm5', (imm5) => 31 - Math.clz32(imm5 & -imm5)],
}

function elementSize(encoding: Encoding, name: string, change: string | undefined): Read | undefined {
  const [field, log2] = SIZES[name] as readonly [string, Read]
  const chosen = bitExpression(encoding, field)
  if (!chosen) return undefined
  const by = change === undefined ? 0 : change === '*2' ? 1 : -1
  return (word) => log2(chosen.read(word)) + by
}

/**
 * Registers of Advanced SIMD and floating-point:
 *
 * | token | meaning |
 * |---|---|
 * | `Vd.T`, `Vd.Tsz`, `Vd.Timmh`, `Vd.Timm5` | elements as size, sz, immh (shifts) or imm5 (DUP) chooses, 64 or 128 bits of them by Q |
 * | `Vd.Tfull` | the same, 128 bits always |
 * | `Vd.T*2`, `Vd.Timmh/2`, `Vd.Tfull*2` | elements of twice or half that size |
 * | `Vd.8b\|16b` | the first where Q (sz in a row without) is 0, the second where it is 1 |
 * | `<V>d`, `<Vsz>d`, `<Vimmh*2>d` | a scalar, B to D, of that size |
 * | `<Rimm5>n` | X where imm5 chooses doublewords, else W |
 * | `Vn.d[1]`, `Vm.s[imm2]`, `Vm[len]` | an element; the number or the bits between brackets are its index |
 * | `V(M:Rm).s[H:L]` | the same of a register whose number is spread |
 * | `Vn.Timm5[imm5]`, `Vn.Timm5[imm4]` | its index is what imm5 holds above the size, or imm4 of the same scale |
 * | `Vm.T[index]`, `Vm.Tsz[index]` | by element: halfword Rm[H:L:M], word M:Rm[H:L], doubleword M:Rm[H] |
 */
export function simdRegisterReader(encoding: Encoding, token: string): OperandReader | undefined {
  return (
    sized(encoding, token) ??
    chosenByBit(encoding, token) ??
    element(encoding, token) ??
    lane(encoding, token) ??
    scalar(encoding, token) ??
    general(encoding, token)
  )
}

function sized(encoding: Encoding, token: string): OperandReader | undefined {
  const m = SIZED.exec(token)
  const number = m && bitExpression(encoding, `R${m[1]}`)
  const log2 = m && elementSize(encoding, m[2] as string, m[4])
  const q = m?.[3] === 'full' ? undefined : bitExpression(encoding, 'Q')
  if (!m || !number || !log2 || (m[3] === undefined && !q)) return undefined
  const sets = [8, 16].map((bytes) =>
    [...LETTERS].map((letter, size) => registerSet('V', { arrangement: `${bytes >> size}${letter}` })),
  )
  return (word) => at(sets[q ? q.read(word) : 1]?.[log2(word)], number.read(word))
}

function chosenByBit(encoding: Encoding, token: string): OperandReader | undefined {
  const m = BY_Q.exec(token)
  const number = m && bitExpression(encoding, `R${m[1]}`)
  const q = bitExpression(encoding, 'Q') ?? bitExpression(encoding, 'sz')
  if (!m || !number || !q) return undefined
  const sets = [m[2], m[3]].map((arrangement) => registerSet('V', { arrangement: arrangement as string }))
  return (word) => at(sets[q.read(word)], number.read(word))
}

function element(encoding: Encoding, token: string): OperandReader | undefined {
  const m = ELEMENT.exec(token)
  const log2 = m && elementSize(encoding, m[2] as string, undefined)
  if (!m || !log2) return undefined
  const sets = [...LETTERS].map((arrangement) => registerSet('V', { arrangement }))
  const by = m[3] as string
  if (by === 'imm5' || by === 'imm4') {
    const number = bitExpression(encoding, `R${m[1]}`)
    const index = bitExpression(encoding, by)
    const above = by === 'imm5' ? 1 : 0
    if (!number || !index) return undefined
    return (word) => withIndex(sets[log2(word)], number.read(word), index.read(word) >>> (log2(word) + above))
  }
  const wide = bitExpression(encoding, 'M:Rm')
  const narrow = bitExpression(encoding, 'Rm')
  const hlm = bitExpression(encoding, 'H:L:M')
  if (!wide || !narrow || !hlm) return undefined
  return (word) => {
    const size = log2(word)
    const number = size === 1 ? narrow : wide
    return withIndex(sets[size], number.read(word), hlm.read(word) >>> (size - 1))
  }
}

function lane(encoding: Encoding, token: string): OperandReader | undefined {
  const m = LANE.exec(token)
  const number = m && bitExpression(encoding, m[2] ?? `R${m[1]}`)
  if (!m || !number) return undefined
  const set = registerSet('V', { arrangement: m[3] ?? '' })
  const constant = /^\d$/.test(m[4] as string) ? Number(m[4]) : undefined
  if (constant !== undefined) return (word) => withIndex(set, number.read(word), constant)
  const index = bitExpression(encoding, m[4] as string)
  return index && ((word) => withIndex(set, number.read(word), index.read(word)))
}

function scalar(encoding: Encoding, token: string): OperandReader | undefined {
  const m = SCALAR.exec(token)
  const number = m && bitExpression(encoding, `R${m[3]}`)
  const log2 = m && elementSize(encoding, `T${m[1] ?? ''}`, m[2])
  if (!m || !number || !log2) return undefined
  const sets = CLASSES.map((each) => registerSet(each))
  return (word) => at(sets[log2(word)], number.read(word))
}

function general(encoding: Encoding, token: string): OperandReader | undefined {
  if (token !== '<Rimm5>n') return undefined
  const number = bitExpression(encoding, 'Rn')
  const log2 = elementSize(encoding, 'Timm5', undefined)
  if (!number || !log2) return undefined
  const sets = [registerSet('W'), registerSet('X')] as const
  return (word) => at(sets[log2(word) === 3 ? 1 : 0], number.read(word))
}

function at(set: readonly RegisterOperand[] | undefined, number: number): RegisterOperand {
  return set?.[number] as RegisterOperand
}

function withIndex(set: readonly RegisterOperand[] | undefined, number: number, index: number): RegisterOperand {
  return { ...at(set, number), index }
}
