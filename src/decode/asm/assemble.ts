import { isSpelling } from '../encode.ts'
import type { Encoding } from '../encoding.ts'
import type { Operand } from '../operand.ts'
import { NO_SOLUTION, Solver } from '../solve.ts'
import { operandCodecs, splitSyntax } from '../syntax.ts'
import { ALL, adapt, agrees, agreesModulo, type Slot, widthOf } from './adapt.ts'
import { type Candidate, candidates } from './candidates.ts'
import { AsmError } from './error.ts'
import { labelOffset } from './label.ts'
import { Cursor, lexemes } from './lexer.ts'
import { number } from './number.ts'
import type { AssembleOptions } from './options.ts'
import { type Written, writtenOperands } from './parser.ts'
import { isRewritten, rewritten, type Statement } from './rewrites.ts'

const DEFAULTS: AssembleOptions = {}

/**
 * The word of a line of assembly in LLVM's syntax: what `format` writes, in either of its spellings, and what people
 * write: any case, spaces, `#` or none, numbers in hexadecimal, binary or octal, `// comment`, `.inst 0x...`, system
 * registers by name or as `S3_0_C1_C0_0`.
 *
 * What LLVM reads beyond what it writes is read too: `add x0, x1, #-5`, `ldr x0, [x1, #-8]`, `bic x0, x1, #255`,
 * `fmov d0, #0.0`, `cmple`, `sxtl`, `beq` and so on. Not read: expressions, `ldr x0, =value`, labels, directives.
 *
 * Where several encodings fit, the first in the manual's order is taken, as LLVM does: `ldr x0, [x1, #8]` is LDR and
 * not LDUR.
 *
 * @throws AsmError when the line is no instruction: where, what is there, and what was expected.
 * @example
 * ```ts
 * assemble('ldp x0, x1, [x2]') // 0xa9400440
 * assemble('B.NE #-4 // again') // 0x54ffffe1
 * assemble('add x0, x1, #4097') // AsmError: operand 3 does not fit '#imm12 lsl #sh*12': add Xd|SP, Xn|SP, ...
 * ```
 */
export function assemble(line: string, options: AssembleOptions = DEFAULTS): number {
  const cursor = new Cursor(lexemes(line))
  const first = cursor.take()
  if (first.kind !== 'word') throw new AsmError(first.column, `no mnemonic at the beginning`)
  if (first.lower === '.inst') return inst(cursor)
  if (candidates(first.lower).length === 0 && !isRewritten(first.lower))
    throw new AsmError(
      first.column,
      `'${first.text}' is ${cursor.next.text === ':' ? 'a label' : 'no mnemonic of A64'}`,
    )
  const written = writtenOperands(cursor)
  return choose({ mnemonic: first.lower, written }, options, cursor.next.column)
}

function inst(cursor: Cursor): number {
  const { column } = cursor.next
  const { kind, value } = number(cursor)
  if (kind !== 'immediate' || typeof value !== 'number' || value < 0 || value > 0xffff_ffff)
    throw new AsmError(column, 'a word is an integer from 0 to 0xffffffff')
  if (!cursor.atEnd()) throw cursor.error('the end')
  return value
}

/** How far a row fits: the operand that does not, from 0; after the last when all do but not together. */
interface Misfit {
  readonly row: Encoding
  readonly operand: number
}

function choose({ mnemonic, written }: Statement, options: AssembleOptions, end: number): number {
  const found = search(candidates(mnemonic), written, options)
  if (typeof found === 'number') return found
  const other = rewritten({ mnemonic, written })
  const again = other && search(candidates(other.mnemonic), other.written, options)
  if (typeof again === 'number') return again
  const misfit = found ?? again
  throw misfit ? problem(misfit, written, end) : new AsmError(end, `'${mnemonic}' has other operands`)
}

/** The word of the first row that fits, or the row that comes nearest. */
function search(
  rows: readonly Candidate[],
  written: readonly Written[],
  options: AssembleOptions,
): number | Misfit | undefined {
  let best: Misfit | undefined
  for (const candidate of rows) {
    const { row } = candidate
    const word = place(candidate, slotsOf(row), written, (w) => labelOffset(w, row, options))
    if (word >= 0) return word
    const operand = ~word
    if (!best || operand > best.operand) best = { row, operand }
  }
  return best
}

/** The word, or the position of the operand that does not fit, inverted. */
function place(
  { row, mask, bits }: Candidate,
  slots: readonly Slot[],
  written: readonly Written[],
  label: (written: Written) => number | undefined,
): number {
  const given: Operand[] = []
  let taken = 0
  for (const slot of slots) {
    const next = written[taken]
    const missing = slots.length - written.length
    if (slot.sample?.kind === 'pattern' && missing === 1 && taken === given.length) {
      given.push(ALL)
      continue
    }
    const operand = next && adapt(next, slot, label)
    if (!operand) return ~taken
    given.push(operand)
    taken++
  }
  if (taken < written.length) return ~taken
  const codecs = operandCodecs(row)
  const same = slots.some((s) => MODULAR.test(s.token)) ? agreesModulo(widthOf(given[0])) : agrees
  const solver = new Solver(row, codecs, given, same)
  if (!solver.fix(mask, bits)) return ~0
  const word = solver.solve(
    (w) => isSpelling(row, w) && codecs.every((codec, i) => same(given[i] as Operand, codec.read(w))),
  )
  return word === NO_SOLUTION ? ~(solver.failed < 0 ? given.length : solver.failed) : word
}

/** Numbers as wide as a register or element: negative and unsigned ones are the same. */
const MODULAR = /^#(?:bitmask|~?wide|imm13|simm8<<sh)/

const slotLists = new WeakMap<Encoding, readonly Slot[]>()

function slotsOf(row: Encoding): readonly Slot[] {
  let slots = slotLists.get(row)
  if (!slots) {
    const codecs = operandCodecs(row)
    slots = splitSyntax(row.syntax).map((token, i) => {
      const codec = codecs[i] as Slot['codec']
      return { token, codec, sample: codec.read(row.value) as Operand | undefined }
    })
    slotLists.set(row, slots)
  }
  return slots
}

function problem({ row, operand }: Misfit, written: readonly Written[], end: number): AsmError {
  const syntax = `${row.mnemonic} ${row.syntax}`.trim()
  const at = written[operand]
  const token = splitSyntax(row.syntax)[operand]
  if (at && token === undefined && operand >= splitSyntax(row.syntax).length && operand < written.length)
    return new AsmError(at.column, `operand ${operand + 1} is one too many: ${syntax}`)
  if (at) return new AsmError(at.column, `operand ${operand + 1} does not fit '${token}': ${syntax}`)
  if (token !== undefined) return new AsmError(end, `operand ${operand + 1}, '${token}', is missing: ${syntax}`)
  return new AsmError(written[0]?.column ?? end, `no word has these operands together: ${syntax}`)
}
