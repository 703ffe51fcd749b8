import { ALIAS_RULES } from './alias-rules.ts'
import { type Encoding, fieldMask, matches } from './encoding.ts'
import { decodeInto, Instruction, UNALLOCATED } from './instruction.ts'
import { A64 } from './isa/index.ts'
import type { Operand } from './operand.ts'
import { sameOperand } from './same-operand.ts'
import { NO_SOLUTION, Solver } from './solve.ts'
import { operandCodecs, operands, splitSyntax } from './syntax.ts'

/** Operands that no word of an encoding has. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
  /** Id of the encoding. */
  readonly encoding: string
  /** Position of the operand that does not fit, from 0; -1 when the fault is none of a single operand. */
  readonly operand: number
  constructor(encoding: string, operand: number, problem: string) {
    super(`${encoding}: ${problem}`)
    this.encoding = encoding
    this.operand = operand
  }
}

let byId: ReadonlyMap<string, Encoding> | undefined

/** The row or alias of that id, or `undefined`. */
export function findEncoding(id: string): Encoding | undefined {
  byId ??= new Map([...A64.encodings, ...A64.aliases].map((e) => [e.id, e]))
  return byId.get(id)
}

/**
 * The word of an instruction: the inverse of `decode`.
 *
 * A word is *canonical* when it comes back, `encode(decode(word)) === word`. Those that do not are of two kinds:
 *
 * - should-be-zero or should-be-one bits are not so (their `unpredictable` is `'SHOULD_BE'`): they come out as they
 *   should be;
 * - AND, ORR, EOR, ANDS (immediate) whose `immr` is not below the element size: the bits above it mean nothing
 *   (`DecodeBitMasks`), and come out 0.
 *
 * Other bits that no operand tells come back as they were.
 *
 * @throws EncodeError when the word is unallocated.
 * @example
 * ```ts
 * encode(decode(0xa9400440)!) // 0xa9400440
 * ```
 */
export function encode(insn: Instruction): number
/**
 * The word of that encoding (or alias) with those operands.
 *
 * @param id - the manual's encoding id, such as `LDP_64_ldstpair_off`.
 * @param operands - in the order of the syntax, as `operands` gives them. What only says how an operand is
 *   written (`radix`, `shown`, `hasOffset` and so on) is not looked at.
 * @param fields - values of fields that no operand holds, such as `cond` of `b.<cond>`; the others are 0.
 * @throws EncodeError when there is no such encoding, or no word of it has these operands: which one, and why.
 * @example
 * ```ts
 * const [rt, rt2, memory] = operands(decode(0xa9400440)!)
 * encode('STP_64_ldstpair_off', [rt, rt2, memory]) // 0xa9000440: stp x0, x1, [x2]
 * ```
 */
export function encode(id: string, operands: readonly Operand[], fields?: Readonly<Record<string, number>>): number
export function encode(
  what: Instruction | string,
  given: readonly Operand[] = [],
  fields: Readonly<Record<string, number>> = {},
): number {
  if (typeof what === 'string') return encodeOperands(what, given, fields)
  const { encoding, word } = what
  if (encoding.index < 0) throw new EncodeError(encoding.id, -1, 'an unallocated word has no encoding')
  const solver = new Solver(encoding, operandCodecs(encoding), operands(what), sameOperand)
  solver.prefer(word)
  return accepted(encoding, solver)
}

function encodeOperands(id: string, given: readonly Operand[], fields: Readonly<Record<string, number>>): number {
  const encoding = findEncoding(id)
  if (!encoding) throw new EncodeError(id, -1, 'is no encoding of A64')
  const codecs = operandCodecs(encoding)
  if (codecs.length !== given.length)
    throw new EncodeError(id, -1, `has ${codecs.length} operands (${encoding.syntax}), not ${given.length}`)
  const solver = new Solver(encoding, codecs, given, sameOperand)
  for (const [name, value] of Object.entries(fields)) {
    const field = encoding.fields.find((f) => f.name === name)
    if (!field) throw new EncodeError(id, -1, `has no field ${name}`)
    const bits = (value << field.lsb) >>> 0
    const mask = fieldMask(field)
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** field.width)
      throw new EncodeError(id, -1, `field ${name} holds ${field.width} bits, not ${value}`)
    if (!solver.fix(mask, bits)) throw new EncodeError(id, -1, `field ${name} cannot be ${value}`)
  }
  return accepted(encoding, solver)
}

function accepted(encoding: Encoding, solver: Solver): number {
  const word = solver.solve((candidate) => isSpelling(encoding, candidate))
  if (word !== NO_SOLUTION) return word
  const { failed } = solver
  if (failed < 0) throw new EncodeError(encoding.id, -1, 'no word has these operands together: they are reserved')
  const token = splitSyntax(encoding.syntax)[failed]
  throw new EncodeError(encoding.id, failed, `operand ${failed + 1} does not fit ${token}`)
}

const probe = /* @__PURE__ */ new Instruction()

/** The word decodes as the encoding, or is one that the alias spells. */
export function isSpelling(encoding: Encoding, word: number): boolean {
  if (decodeInto(word, probe) === UNALLOCATED) return false
  if (encoding.aliasOf === undefined) return probe.encoding === encoding
  return (
    probe.encoding.id === encoding.aliasOf &&
    matches(encoding, word) &&
    (encoding.when === undefined || ALIAS_RULES[encoding.when](word))
  )
}
