import { type Encoding, findField } from '../encoding.ts'
import { type OperandWriter, type RegisterClass, type RegisterOperand, registerSet, sameRegister } from '../operand.ts'

const REGISTER = /^([WXBHSDQ])([a-z]\d?)(\|W?SP)?(\+1|!)?$/

/** One register of fixed class, both ways. */
export interface RegisterForm {
  read(word: number): RegisterOperand
  readonly write: OperandWriter
}

/**
 * General-purpose and scalar SIMD&FP registers: a class letter and the field without its R.
 *
 * `Xt` (field Rt, 31 is XZR), `Xn|SP` (31 is SP), `Wd|WSP`, `Qt2`; `Xs+1` is the register after Xs in a pair, `Xn!` is
 * written back.
 */
export function registerNotation(encoding: Encoding, token: string): RegisterForm | undefined {
  const m = REGISTER.exec(token)
  if (!m) return undefined
  const field = findField(encoding, `R${m[2]}`)
  if (!field) return undefined
  const set = registerSet(m[1] as RegisterClass, { sp: m[3] !== undefined, mode: m[4] === '!' ? '!' : '' })
  const { lsb } = field
  const next = m[4] === '+1' ? 1 : 0
  return {
    read: (word) => set[(((word >>> lsb) & 31) + next) & 31] as RegisterOperand,
    write: (o) =>
      o.kind === 'register' && sameRegister(o, set[o.number]) ? (((o.number - next) & 31) << lsb) >>> 0 : -1,
  }
}
