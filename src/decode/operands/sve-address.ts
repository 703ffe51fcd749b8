import { bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import type { MemoryOperand, OperandReader, RegisterOperand } from '../operand.ts'
import { sveRegisterReader } from './sve.ts'

const ADDRESS = /^\[(Zn\.\w+), (Zm\.\w+), (lsl|uxtw|sxtw) #msz\]$/

/** Vectors of addresses, as ADR computes them: `[Zn.d, Zm.d, sxtw #msz]`, Zm extended and shifted left by msz. */
export function sveAddressReader(encoding: Encoding, token: string): OperandReader | undefined {
  const m = ADDRESS.exec(token)
  const base = m && sveRegisterReader(encoding, m[1] as string)
  const index = m && sveRegisterReader(encoding, m[2] as string)
  const msz = m && bitExpression(encoding, 'msz')
  if (!m || !base || !index || !msz) return undefined
  const extend = m[3] as MemoryOperand['extend']
  return (word): MemoryOperand => {
    const amount = msz.read(word)
    return {
      kind: 'memory',
      base: base(word) as RegisterOperand,
      offset: 0,
      index: index(word) as RegisterOperand,
      extend,
      amount,
      scale: amount,
      amountShown: amount !== 0,
      mode: 'offset',
      mulVl: false,
      hasOffset: true,
    }
  }
}
