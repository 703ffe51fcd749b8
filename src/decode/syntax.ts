import { type Encoding, takeFound } from './encoding.ts'
import type { Instruction } from './instruction.ts'
import type { Notation, Operand, OperandCodec } from './operand.ts'
import { conditionNotation } from './operands/condition.ts'
import { registerNotation } from './operands/general.ts'
import { immediateNotation, labelNotation } from './operands/immediate.ts'
import { memoryNotation } from './operands/memory.ts'
import { nameNotation } from './operands/name.ts'
import { shiftedNotation } from './operands/shifted.ts'
import { simdRegisterReader } from './operands/simd-fp.ts'
import { simdImmediateReader } from './operands/simd-fp-immediate.ts'
import { smeReader } from './operands/sme.ts'
import { sveRegisterReader } from './operands/sve.ts'
import { sveAddressReader } from './operands/sve-address.ts'
import { sveImmediateReader } from './operands/sve-immediate.ts'
import { sveMemoryNotation } from './operands/sve-memory.ts'
import { secondOfPairNotation, systemNotation } from './operands/system.ts'
import { listNotation, vectorNotation } from './operands/vector.ts'
import { wideNotation } from './operands/wide.ts'
import { TableError } from './pattern.ts'

/** What the tokens of a row's syntax may be; each kind documents its notation. The first that knows a token has it. */
const NOTATIONS: readonly Notation[] = [
  nameNotation,
  labelNotation,
  registerNotation,
  vectorNotation,
  listNotation,
  memoryNotation,
  immediateNotation,
  shiftedNotation,
  wideNotation,
  conditionNotation,
  systemNotation,
  secondOfPairNotation,
  simdRegisterReader,
  simdImmediateReader,
  sveRegisterReader,
  sveImmediateReader,
  sveAddressReader,
  sveMemoryNotation,
  smeReader,
]

/**
 * Splits a syntax into operand tokens at the commas outside brackets and braces. A post-index offset stays with its
 * memory operand: `[Xn|SP], #16` is one token.
 */
export function splitSyntax(syntax: string): string[] {
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

const compiled = new WeakMap<Encoding, readonly OperandCodec[]>()

/**
 * The codecs of an encoding's operands, compiled at first use.
 *
 * @throws TableError when a token of the row means nothing: a fault of the table, which its tests exclude.
 */
export function operandCodecs(encoding: Encoding): readonly OperandCodec[] {
  let codecs = compiled.get(encoding)
  if (!codecs) {
    codecs = splitSyntax(encoding.syntax).map((token) => compile(encoding, token))
    compiled.set(encoding, codecs)
  }
  return codecs
}

function compile(encoding: Encoding, token: string): OperandCodec {
  for (const notation of NOTATIONS) {
    takeFound()
    const form = notation(encoding, token)
    if (!form) continue
    const bits = takeFound()
    if (typeof form === 'function') return { bits, textBits: bits, read: form, write: undefined }
    const own = form.bits ?? bits
    return { bits: own, textBits: (own | (form.context ?? 0)) >>> 0, read: form.read, write: form.write }
  }
  throw new TableError(encoding.id, `operand '${token}' has no meaning here`)
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
  return operandCodecs(insn.encoding).map((codec) => codec.read(insn.word))
}
