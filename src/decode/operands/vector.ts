import { bitExpression } from '../bit-expression.ts'
import { type Encoding, findField } from '../encoding.ts'
import { type ListOperand, type OperandReader, type RegisterOperand, registerSet } from '../operand.ts'

const VECTOR = /^V([a-z]\d?)\.(T|\d*[bhsdq])$/
const LIST = /^\{V([a-z])\.(\w+) x([1-4])\}(?:\[(.+)\])?$/
const FULL = ['8b', '16b', '4h', '8h', '2s', '4s', '1d', '2d'] as const

/** The register sets that an arrangement may choose among, and which one a word chooses. */
function arrangements(
  encoding: Encoding,
  arrangement: string,
): { readonly sets: readonly (readonly RegisterOperand[])[]; readonly choose: (word: number) => number } | undefined {
  if (arrangement !== 'T') return { sets: [registerSet('V', { arrangement })], choose: () => 0 }
  const sizeQ = bitExpression(encoding, 'size:Q')
  return sizeQ && { sets: FULL.map((a) => registerSet('V', { arrangement: a })), choose: (word) => sizeQ.read(word) }
}

/** Vector registers: `Vd.16b` as written, `Vd.T` with the arrangement that `size:Q` chooses. */
export function vectorNotation(encoding: Encoding, token: string): OperandReader | undefined {
  const m = VECTOR.exec(token)
  const field = m && findField(encoding, `R${m[1]}`)
  const chosen = m && arrangements(encoding, m[2] as string)
  if (!m || !field || !chosen) return undefined
  const { lsb } = field
  return (word) =>
    (chosen.sets[chosen.choose(word)] as readonly RegisterOperand[])[(word >>> lsb) & 31] as RegisterOperand
}

/** Lists: `{Vt.T x4}` is Vt and the three registers after it; `{Vt.b x2}[Q:S:size]` one lane of each. */
export function listNotation(encoding: Encoding, token: string): OperandReader | undefined {
  const m = LIST.exec(token)
  const field = m && findField(encoding, `R${m[1]}`)
  const chosen = m && arrangements(encoding, m[2] as string)
  if (!m || !field || !chosen) return undefined
  const lane = m[4] === undefined ? undefined : bitExpression(encoding, m[4])
  if (m[4] !== undefined && !lane) return undefined
  const { lsb } = field
  const count = Number(m[3])
  return (word): ListOperand => {
    const set = chosen.sets[chosen.choose(word)] as readonly RegisterOperand[]
    const first = (word >>> lsb) & 31
    const registers: RegisterOperand[] = []
    for (let i = 0; i < count; i++) registers.push(set[(first + i) & 31] as RegisterOperand)
    return { kind: 'list', registers, index: lane ? lane.read(word) : -1 }
  }
}
