import type { Encoding } from './encoding.ts'
import type { Instruction } from './instruction.ts'
import type { Operand, OperandReader } from './operand.ts'
import { conditionReader } from './operands/condition.ts'
import { registerReader } from './operands/general.ts'
import { immediateReader, labelReader } from './operands/immediate.ts'
import { memoryReader } from './operands/memory.ts'
import { nameReader } from './operands/name.ts'
import { shiftedReader } from './operands/shifted.ts'
import { simdRegisterReader } from './operands/simd-fp.ts'
import { simdImmediateReader } from './operands/simd-fp-immediate.ts'
import { sveRegisterReader } from './operands/sve.ts'
import { sveAddressReader } from './operands/sve-address.ts'
import { sveImmediateReader } from './operands/sve-immediate.ts'
import { secondOfPairReader, systemReader } from './operands/system.ts'
import { listReader, vectorReader } from './operands/vector.ts'
import { wideReader } from './operands/wide.ts'
import { TableError } from './pattern.ts'

/** What the tokens of a row's syntax may be; each kind documents its notation. The first that knows a token reads it. */
const READERS: readonly ((encoding: Encoding, token: string) => OperandReader | undefined)[] = [
  nameReader,
  labelReader,
  registerReader,
  vectorReader,
  listReader,
  memoryReader,
  immediateReader,
  shiftedReader,
  wideReader,
  conditionReader,
  systemReader,
  secondOfPairReader,
  simdRegisterReader,
  simdImmediateReader,
  sveRegisterReader,
  sveImmediateReader,
  sveAddressReader,
]

/**
 * Splits a syntax into operand tokens at the commas outside brackets and braces. A post-index offset stays with its
 * memory operand: `[Xn|SP], #16` is one token.
 */
function splitSyntax(syntax: string): string[] {
  const tokens: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < syntax.length; i++) {
    const c = syntax[i] as string
    if (c === '[' || c === '{' || c === '(') depth++
    else if (c === ']' || c === '}' || c === ')') depth--
    else if (c === ',' && depth === 0 && !(syntax[start] === '[' && syntax[i - 1] === ']')) {
      tokens.push(syntax.slice(start, i))
      start = i + 2
    }
  }
  if (start < syntax.length) tokens.push(syntax.slice(start))
  return tokens
}

const compiled = new WeakMap<Encoding, readonly OperandReader[]>()

/**
 * The readers of an encoding's operands, compiled at first use.
 *
 * @throws TableError when a token of the row means nothing: a fault of the table, which its tests exclude.
 */
export function operandReaders(encoding: Encoding): readonly OperandReader[] {
  let readers = compiled.get(encoding)
  if (!readers) {
    readers = splitSyntax(encoding.syntax).map((token) => {
      for (const make of READERS) {
        const reader = make(encoding, token)
        if (reader) return reader
      }
      throw new TableError(encoding.id, `operand '${token}' has no meaning here`)
    })
    compiled.set(encoding, readers)
  }
  return readers
}

/**
 * The operands of an instruction, in the order of the syntax.
 *
 * @example
 * ```ts
 * operands(decode(0xa9400440)!).map((o) => o.kind) // ['register', 'register', 'memory']
 * ```
 */
export function operands(insn: Instruction): Operand[] {
  return operandReaders(insn.encoding).map((read) => read(insn.word))
}
