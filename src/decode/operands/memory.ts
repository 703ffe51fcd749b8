import { type Encoding, findField } from '../encoding.ts'
import { type MemoryOperand, type OperandReader, type RegisterOperand, registerSet } from '../operand.ts'
import { registerReader } from './general.ts'
import { numberReader } from './immediate.ts'

const MEMORY = /^\[([^,\]]+)(?:, ([^\]]+))?\](!)?(?:, (.+))?$/
const EXTENDED = /^Rm ext (\d)$/
const EXTENDS = ['', '', 'uxtw', 'lsl', '', '', 'sxtw', 'sxtx'] as const

/**
 * Memory operands, written as the manual does:
 *
 * `[Xn|SP]`, `[Xn|SP, #imm12*8]`, `[Xn|SP, #simm7*8]!`, `[Xn|SP], #simm9`, `[Xn|SP], Xm`; `[Xn|SP, Rm ext 3]` is the
 * register offset whose `option` and `S` fields choose W or X, the extension and a shift by 3.
 */
export function memoryReader(encoding: Encoding, token: string): OperandReader | undefined {
  const m = MEMORY.exec(token)
  if (!m) return undefined
  const base = registerReader(encoding, m[1] as string)
  if (!base) return undefined
  const post = m[4]
  const inside = m[2]
  const offsetToken = inside ?? post
  const mode = m[3] === '!' ? 'pre' : post !== undefined ? 'post' : 'offset'
  const extended = inside === undefined ? undefined : extendedReader(encoding, inside, base)
  if (extended) return extended
  const offset = offsetToken === undefined ? () => 0 : numberReader(encoding, offsetToken)
  const index = offset || offsetToken === undefined ? undefined : registerReader(encoding, offsetToken)
  if (!offset && !index) return undefined
  return (word): MemoryOperand => ({
    kind: 'memory',
    base: base(word) as RegisterOperand,
    offset: offset ? offset(word) : 0,
    index: index?.(word) as RegisterOperand | undefined,
    extend: 'lsl',
    amount: 0,
    scale: 0,
    amountShown: false,
    mode,
    mulVl: false,
    hasOffset: offsetToken !== undefined,
  })
}

function extendedReader(encoding: Encoding, token: string, base: OperandReader): OperandReader | undefined {
  const m = EXTENDED.exec(token)
  const option = findField(encoding, 'option')
  const s = findField(encoding, 'S')
  const rm = findField(encoding, 'Rm')
  if (!m || !option || !s || !rm) return undefined
  const log2 = Number(m[1])
  const w = registerSet('W')
  const x = registerSet('X')
  return (word): MemoryOperand => {
    const kind = (word >>> option.lsb) & 7
    const shifted = (word >>> s.lsb) & 1
    return {
      kind: 'memory',
      base: base(word) as RegisterOperand,
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
}
