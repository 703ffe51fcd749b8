import { type Encoding, findField } from '../encoding.ts'
import { type MemoryOperand, type OperandForm, registerSet, sameRegister } from '../operand.ts'
import { type RegisterForm, registerNotation } from './general.ts'
import { type NumberForm, numberForm } from './immediate.ts'

const MEMORY = /^\[([^,\]]+)(?:, ([^\]]+))?\](!)?(?:, (.+))?$/
const EXTENDED = /^Rm ext (\d)$/
const EXTENDS = ['', '', 'uxtw', 'lsl', '', '', 'sxtw', 'sxtx'] as const

/**
 * Memory operands, written as the manual does:
 *
 * `[Xn|SP]`, `[Xn|SP, #imm12*8]`, `[Xn|SP, #simm7*8]!`, `[Xn|SP], #simm9`, `[Xn|SP], Xm`; `[Xn|SP, Rm ext 3]` is the
 * register offset whose `option` and `S` fields choose W or X, the extension and a shift by 3.
 */
export function memoryNotation(encoding: Encoding, token: string): OperandForm | undefined {
  const m = MEMORY.exec(token)
  if (!m) return undefined
  const base = registerNotation(encoding, m[1] as string)
  if (!base) return undefined
  const post = m[4]
  const inside = m[2]
  const offsetToken = inside ?? post
  const mode = m[3] === '!' ? 'pre' : post !== undefined ? 'post' : 'offset'
  const extended = inside === undefined ? undefined : extendedReader(encoding, inside, base)
  if (extended) return extended
  const offset = offsetToken === undefined ? NO_OFFSET : numberForm(encoding, offsetToken)
  const index = offset || offsetToken === undefined ? undefined : registerNotation(encoding, offsetToken)
  if (!offset && !index) return undefined
  const read = (word: number): MemoryOperand => ({
    kind: 'memory',
    base: base.read(word),
    offset: offset ? offset.read(word) : 0,
    index: index?.read(word),
    extend: 'lsl',
    amount: 0,
    scale: 0,
    amountShown: false,
    mode,
    mulVl: false,
    hasOffset: offsetToken !== undefined,
  })
  return {
    read,
    write: (o) => {
      if (o.kind !== 'memory' || o.mode !== mode || o.mulVl || o.extend !== 'lsl' || o.amount !== 0) return -1
      if ((o.index === undefined) !== (index === undefined)) return -1
      return both(base.write(o.base), index && o.index ? index.write(o.index) : offset ? offset.write(o.offset) : -1)
    },
  }
}

const NO_OFFSET: NumberForm = { read: () => 0, write: (n) => (n === 0 ? 0 : -1) }

/** The bits of two parts, or -1 when either has none. */
function both(a: number, b: number): number {
  return a < 0 || b < 0 ? -1 : (a | b) >>> 0
}

function extendedReader(encoding: Encoding, token: string, base: RegisterForm): OperandForm | undefined {
  const m = EXTENDED.exec(token)
  if (!m) return undefined
  const option = findField(encoding, 'option')
  const s = findField(encoding, 'S')
  const rm = findField(encoding, 'Rm')
  if (!option || !s || !rm) return undefined
  const log2 = Number(m[1])
  const w = registerSet('W')
  const x = registerSet('X')
  const read = (word: number): MemoryOperand => {
    const kind = (word >>> option.lsb) & 7
    const shifted = (word >>> s.lsb) & 1
    return {
      kind: 'memory',
      base: base.read(word),
      offset: 0,
      index: ((kind & 1) === 1 ? x : w)[(word >>> rm.lsb) & 31],
      extend: EXTENDS[kind] || 'lsl',
      amount: shifted * log2,
      scale: log2,
      amountShown: shifted === 1,
      mode: 'offset',
      mulVl: false,
      hasOffset: true,
    }
  }
  return {
    read,
    write: (o) => {
      if (o.kind !== 'memory' || o.mode !== 'offset' || !o.index || o.mulVl) return -1
      const wide = o.index.class === 'X' ? 1 : 0
      const kind = EXTENDS.indexOf(o.extend)
      if (kind < 0 || (kind & 1) !== wide || !sameRegister(o.index, (wide === 1 ? x : w)[o.index.number])) return -1
      if (o.amount !== 0 && o.amount !== log2) return -1
      const shifted = o.amount !== 0 || o.amountShown ? 1 : 0
      return both(base.write(o.base), ((kind << option.lsb) | (shifted << s.lsb) | (o.index.number << rm.lsb)) >>> 0)
    },
  }
}
