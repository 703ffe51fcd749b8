import type { Encoding } from '../encoding.ts'
import { AsmError } from './error.ts'
import type { AssembleOptions } from './options.ts'
import type { Written } from './parser.ts'

/**
 * The offset of a target in bytes (of its page, for ADRP); `undefined` when it is none.
 *
 * @throws AsmError when a symbol is unknown, or an address is given and the place of the instruction is not.
 */
export function labelOffset(
  { operand, column, text, hash }: Written,
  row: Encoding,
  options: AssembleOptions,
): number | undefined {
  const { symbol } = options
  const page = row.mnemonic === 'adrp'
  if (operand.kind === 'immediate') {
    if (hash || options.pc === undefined) return Number(operand.value)
    return distance(BigInt(operand.value), origin(options.pc, column), page)
  }
  if (operand.kind !== 'name') return undefined
  const address = symbol?.(text)
  if (address === undefined)
    throw new AsmError(
      column,
      symbol ? `there is no symbol '${text}'` : `'${text}' is a symbol, and nothing resolves symbols here`,
    )
  if (options.pc === undefined)
    throw new AsmError(column, `the distance to '${text}' needs the address of the instruction`)
  return distance(origin(address, column), origin(options.pc, column), page)
}

function distance(target: bigint, pc: bigint, page: boolean): number {
  const from = page ? pc & ~0xfffn : pc
  return Number(BigInt.asIntN(64, (page ? target & ~0xfffn : target) - from))
}

function origin(address: unknown, column: number): bigint {
  if (typeof address === 'bigint' || Number.isSafeInteger(address)) return BigInt(address as bigint | number)
  throw new AsmError(column, 'an address is a bigint, or a safe integer')
}
