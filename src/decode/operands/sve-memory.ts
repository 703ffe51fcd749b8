import { bitExpression } from '../bit-expression.ts'
import { type Encoding, findField } from '../encoding.ts'
import {
  type MemoryOperand,
  type OperandForm,
  type RegisterClass,
  type RegisterOperand,
  registerSet,
  sameRegister,
} from '../operand.ts'
import { type NumberForm, numberForm } from './immediate.ts'

const ADDRESS = /^\[(Xn\|SP|Zn\.[sd])(, #[^,\]]+?|\{?, (?:Xm|Zm\.[sd])(?:, (?:lsl|xs))?(?: #\d)?\}?)(, mul vl)?\]$/
const INDEX = /^(\{)?, (?:Xm|Zm\.([sd]))(?:, (lsl|xs))?(?: #(\d))?(\})?$/

/**
 * Addresses of SVE and SME loads and stores:
 *
 * | token | meaning |
 * |---|---|
 * | `[Xn\|SP, #simm4*2, mul vl]` | base plus a multiple of the vector length |
 * | `[Xn\|SP, Xm, lsl #2]` | base plus a register shifted left; `lsl #0` is not written |
 * | `[Xn\|SP{, Xm, lsl #2}]` | the same, left out when it is XZR |
 * | `[Xn\|SP, Zm.d, lsl #3]` | base plus vector of offsets, shifted left |
 * | `[Xn\|SP, Zm.s, xs #1]` | the same, 32-bit offsets extended by the field xs: UXTW or SXTW |
 * | `[Zn.s, #imm5*4]` | vector of bases plus a number of bytes |
 * | `[Zn.d{, Xm}]` | vector of bases plus a register, left out when it is XZR |
 */
export function sveMemoryNotation(encoding: Encoding, token: string): OperandForm | undefined {
  const m = ADDRESS.exec(token)
  if (!m) return undefined
  const base = registerField(encoding, m[1] as string)
  const offset = m[2] as string
  if (!base) return undefined
  const mulVl = m[3] !== undefined
  if (offset.startsWith(', #')) {
    // Only what the base of general loads cannot say is ours.
    const number = mulVl || m[1] !== 'Xn|SP' ? numberForm(encoding, offset.slice(2)) : undefined
    return number && baseAndNumber(base, number, mulVl)
  }
  return mulVl ? undefined : baseAndIndex(encoding, base, offset)
}

/** A register field of 5 bits. */
interface RegisterField {
  readonly lsb: number
  readonly set: readonly RegisterOperand[]
}

function registerField(encoding: Encoding, token: string): RegisterField | undefined {
  const m = /^([XZ])([nm])(\|SP)?(?:\.(\w))?$/.exec(token)
  const field = m && findField(encoding, `${m[1] === 'Z' ? 'Z' : 'R'}${m[2]}`)
  if (!m || !field) return undefined
  return {
    lsb: field.lsb,
    set: registerSet(m[1] as RegisterClass, { sp: m[3] !== undefined, arrangement: m[4] ?? '' }),
  }
}

function read({ lsb, set }: RegisterField, word: number): RegisterOperand {
  return set[(word >>> lsb) & 31] as RegisterOperand
}

function write({ lsb, set }: RegisterField, register: RegisterOperand): number {
  return sameRegister(register, set[register.number]) ? (register.number << lsb) >>> 0 : -1
}

function baseAndNumber(base: RegisterField, number: NumberForm, mulVl: boolean): OperandForm {
  return {
    // Members in the order of every memory operand: one shape.
    read: (word): MemoryOperand => ({
      kind: 'memory',
      base: read(base, word),
      offset: number.read(word),
      index: undefined,
      extend: 'lsl',
      amount: 0,
      scale: 0,
      amountShown: false,
      mode: 'offset',
      mulVl,
      hasOffset: true,
    }),
    write: (o) => {
      if (o.kind !== 'memory' || o.mode !== 'offset' || o.index) return -1
      // `[x0]` is `[x0, #0, mul vl]`.
      if (o.mulVl !== mulVl && o.offset !== 0) return -1
      return both(write(base, o.base), number.write(o.offset))
    },
  }
}

function baseAndIndex(encoding: Encoding, base: RegisterField, token: string): OperandForm | undefined {
  const m = INDEX.exec(token)
  const index = m && registerField(encoding, m[2] === undefined ? 'Xm' : `Zm.${m[2]}`)
  const xs = m?.[3] === 'xs' ? bitExpression(encoding, 'xs') : undefined
  if (!m || !index || (m[3] === 'xs' && !xs) || (m[1] === undefined) !== (m[5] === undefined)) return undefined
  const amount = Number(m[4] ?? 0)
  const optional = m[1] !== undefined
  const plain = (word: number): MemoryOperand => ({
    kind: 'memory',
    base: read(base, word),
    offset: 0,
    index: read(index, word),
    extend: xs ? (xs.read(word) === 0 ? 'uxtw' : 'sxtw') : 'lsl',
    amount,
    scale: amount,
    amountShown: amount !== 0,
    mode: 'offset',
    mulVl: false,
    hasOffset: false,
  })
  return {
    read: optional ? (word) => ({ ...plain(word), indexOptional: true }) : plain,
    write: (o) => {
      if (o.kind !== 'memory' || o.mode !== 'offset' || o.mulVl || o.offset !== 0) return -1
      if (!o.index) return optional ? both(write(base, o.base), (31 << index.lsb) >>> 0) : -1
      if (o.amount !== amount) return -1
      const extended = xs ? xs.write(['uxtw', 'sxtw'].indexOf(o.extend)) : o.extend === 'lsl' ? 0 : -1
      return both(both(write(base, o.base), write(index, o.index)), extended)
    },
  }
}

/** The bits of two parts, or -1 when either has none. */
function both(a: number, b: number): number {
  return a < 0 || b < 0 ? -1 : (a | b) >>> 0
}
