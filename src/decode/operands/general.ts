import { type Encoding, findField } from '../encoding.ts'
import { type OperandReader, type RegisterClass, registerSet } from '../operand.ts'

const REGISTER = /^([WXBHSDQ])([a-z]\d?)(\|W?SP)?(\+1|!)?$/

/**
 * General-purpose and scalar SIMD&FP registers: a class letter and the field without its R.
 *
 * `Xt` (field Rt, 31 is XZR), `Xn|SP` (31 is SP), `Wd|WSP`, `Qt2`; `Xs+1` is the register after Xs in a pair, `Xn!` is
 * written back.
 */
export function registerReader(encoding: Encoding, token: string): OperandReader | undefined {
  const m = REGISTER.exec(token)
  if (!m) return undefined
  const field = findField(encoding, `R${m[2]}`)
  if (!field) return undefined
  const set = registerSet(m[1] as RegisterClass, { sp: m[3] !== undefined, mode: m[4] === '!' ? '!' : '' })
  const { lsb } = field
  const next = m[4] === '+1' ? 1 : 0
  return (word) => set[(((word >>> lsb) & 31) + next) & 31] as (typeof set)[number]
}
