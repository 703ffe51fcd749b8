import { bitExpression } from '../bit-expression.ts'
import { type Encoding, findField } from '../encoding.ts'
import {
  type OperandForm,
  type OperandReader,
  type RegisterOperand,
  registerSet,
  type ShiftedRegisterOperand,
  type ShiftKind,
  sameRegister,
} from '../operand.ts'
import { registerNotation } from './general.ts'
import { numberForm } from './immediate.ts'

const SHIFTED = /^([WX][a-z]) (shift|lsl) #(\w+)$/
const EXTENDED = /^([WX]?)Rm extend #imm3$/
const IMMEDIATE = /^(#\w+) lsl #(\w+)\*(\d+)$/
const CHOSEN = /^Rt\((\w+)\)$/

const SHIFTS = ['lsl', 'lsr', 'asr', 'ror'] as const
const EXTENDS = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'] as const

/**
 * Registers and immediates that are shifted or extended before use:
 *
 * | token | meaning |
 * |---|---|
 * | `Wm shift #imm6` | Wm shifted by imm6 the way the field `shift` says |
 * | `Xm lsl #imm3` | Xm shifted left |
 * | `WRm extend #imm3`, `XRm extend #imm3` | Rm extended as `option` says and shifted left, in a 32-bit or 64-bit row |
 * | `#imm12 lsl #sh*12` | an immediate, shifted left by 0 or 12 |
 * | `Rt(b5)` | Wt where b5 is 0, Xt where it is 1 |
 */
export function shiftedNotation(encoding: Encoding, token: string): OperandForm | OperandReader | undefined {
  return (
    shiftedRegister(encoding, token) ??
    extendedRegister(encoding, token) ??
    shiftedImmediate(encoding, token) ??
    chosenRegister(encoding, token)
  )
}

function shiftedRegister(encoding: Encoding, token: string): OperandForm | undefined {
  const m = SHIFTED.exec(token)
  const register = m && registerNotation(encoding, m[1] as string)
  const amount = m && bitExpression(encoding, m[3] as string)
  const kind = m?.[2] === 'shift' ? findField(encoding, 'shift') : undefined
  if (!m || !register || !amount || (m[2] === 'shift' && !kind)) return undefined
  const lsb = kind ? kind.lsb : -1
  return {
    read: (word) => {
      const shift = lsb < 0 ? 'lsl' : (SHIFTS[(word >>> lsb) & 3] as ShiftKind)
      const bits = amount.read(word)
      return {
        kind: 'shifted',
        register: register.read(word),
        shift,
        amount: bits,
        shown: shift !== 'lsl' || bits !== 0,
      }
    },
    write: (o) => {
      if (o.kind !== 'shifted') return -1
      const number = register.write(o.register)
      const bits = amount.write(o.amount)
      const shift = (SHIFTS as readonly ShiftKind[]).indexOf(o.shift)
      if (number < 0 || bits < 0 || shift < 0 || (lsb < 0 && shift > 0)) return -1
      return (number | bits | (lsb < 0 ? 0 : shift << lsb)) >>> 0
    },
  }
}

/**
 * ADD and its kin (extended register). With SP as a source or destination, the extension of the row's own width is
 * written `lsl`, and not at all when it does nothing (DDI 0487, C6.2 "ADD (extended register)").
 */
function extendedRegister(encoding: Encoding, token: string): OperandForm | undefined {
  const m = EXTENDED.exec(token)
  const option = findField(encoding, 'option')
  const rm = findField(encoding, 'Rm')
  const imm3 = findField(encoding, 'imm3')
  if (!m || !option || !rm || !imm3) return undefined
  const own = m[1] === 'X' ? 3 : 2
  // ADDS and SUBS write XZR where ADD and SUB write SP.
  const writesSp = !encoding.id.includes('S_addsub_ext') && encoding.fields.some((f) => f.name === 'Rd')
  const w = registerSet('W')
  const x = registerSet('X')
  const read = (word: number): ShiftedRegisterOperand => {
    const kind = (word >>> option.lsb) & 7
    const amount = (word >>> imm3.lsb) & 7
    const number = (word >>> rm.lsb) & 31
    const sp = ((word >>> 5) & 31) === 31 || (writesSp && (word & 31) === 31)
    const plain = kind === own && sp
    return {
      kind: 'shifted',
      register: (m[1] === 'X' && (kind & 3) === 3 ? x[number] : w[number]) as RegisterOperand,
      shift: plain ? 'lsl' : (EXTENDS[kind] as ShiftKind),
      amount,
      shown: !plain || amount !== 0,
    }
  }
  return {
    read,
    // Rn and Rd, which may be SP.
    context: 0x3ff,
    write: (o) => {
      if (o.kind !== 'shifted') return -1
      const kind = o.shift === 'lsl' ? own : (EXTENDS as readonly ShiftKind[]).indexOf(o.shift)
      const set = m[1] === 'X' && (kind & 3) === 3 ? x : w
      if (kind < 0 || o.amount < 0 || o.amount > 7 || !sameRegister(o.register, set[o.register.number])) return -1
      return ((kind << option.lsb) | (o.amount << imm3.lsb) | (o.register.number << rm.lsb)) >>> 0
    },
  }
}

function shiftedImmediate(encoding: Encoding, token: string): OperandForm | undefined {
  const m = IMMEDIATE.exec(token)
  const value = m && numberForm(encoding, m[1] as string)
  const by = m && bitExpression(encoding, m[2] as string)
  if (!m || !value || !by) return undefined
  const scale = Number(m[3])
  return {
    read: (word) => {
      const amount = by.read(word) * scale
      return {
        kind: 'shifted-immediate',
        value: value.read(word),
        radix: 10,
        shift: 'lsl',
        amount,
        shown: amount !== 0,
      }
    },
    write: (o) => {
      if (o.kind !== 'shifted-immediate' || o.shift !== 'lsl') return -1
      const number = value.write(o.value)
      const shift = by.write(o.amount / scale)
      return number < 0 || shift < 0 ? -1 : (number | shift) >>> 0
    },
  }
}

function chosenRegister(encoding: Encoding, token: string): OperandReader | undefined {
  const m = CHOSEN.exec(token)
  const rt = findField(encoding, 'Rt')
  const choice = m && bitExpression(encoding, m[1] as string)
  if (!choice || !rt) return undefined
  const sets = [registerSet('W'), registerSet('X')] as const
  return (word) => (choice.read(word) === 0 ? sets[0] : sets[1])[(word >>> rt.lsb) & 31] as RegisterOperand
}
