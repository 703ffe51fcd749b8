import type { ImmediateOperand, Operand, RegisterOperand } from '../operand.ts'
import { widthOf } from './adapt.ts'
import type { Written } from './parser.ts'
import { registerNamed } from './register.ts'

/**
 * Spellings that LLVM's assembler reads and its disassembler never writes. They have no rows: each becomes a spelling
 * that has one. Asked only about lines that fit no row as they are.
 *
 * @module
 */

/** A mnemonic with its operands. */
export interface Statement {
  readonly mnemonic: string
  readonly written: readonly Written[]
}

const UNSCALED = /* @__PURE__ */ pairs('ldr ldur, str stur, ldrb ldurb, strb sturb, ldrh ldurh, strh sturh, prfm prfum')
const UNSCALED_SIGNED = /* @__PURE__ */ pairs('ldrsb ldursb, ldrsh ldursh, ldrsw ldursw')
const NEGATED = /* @__PURE__ */ pairs('add sub, sub add, adds subs, subs adds, cmp cmn, cmn cmp')
const INVERTED = /* @__PURE__ */ pairs('bic and, bics ands, orn orr, eon eor')
const SWAPPED = /* @__PURE__ */ pairs(
  'cmle cmge, cmlt cmgt, cmlo cmhi, cmls cmhs, cmple cmpge, cmplt cmpgt, cmplo cmphi, cmpls cmphs, ' +
    'fcmle fcmge, fcmlt fcmgt, facle facge, faclt facgt',
)
const LENGTHENED = /* @__PURE__ */ pairs('sxtl sshll, sxtl2 sshll2, uxtl ushll, uxtl2 ushll2')

function pairs(text: string): Readonly<Record<string, string>> {
  return Object.assign(Object.create(null), Object.fromEntries(text.split(', ').map((pair) => pair.split(' '))))
}

/** No row has the mnemonic, and a rewrite may. */
export function isRewritten(mnemonic: string): boolean {
  return mnemonic === 'bfc' || mnemonic in LENGTHENED || mnemonic in SWAPPED
}

/** The statement in another spelling, or `undefined`. */
export function rewritten({ mnemonic, written }: Statement): Statement | undefined {
  const last = written[written.length - 1]
  const first = written[0]
  if (!first || !last) return mnemonic === 'bti' ? hint(32) : undefined
  const unscaled = UNSCALED[mnemonic] ?? UNSCALED_SIGNED[mnemonic]
  if (unscaled !== undefined && last.operand.kind === 'memory') return { mnemonic: unscaled, written }
  const negated = NEGATED[mnemonic]
  if (negated !== undefined) return withLast(negated, written, opposite(last.operand))
  const inverted = INVERTED[mnemonic]
  if (inverted !== undefined) return withLast(inverted, written, complement(last.operand, widthOf(first.operand)))
  const swapped = SWAPPED[mnemonic]
  if (swapped !== undefined && written.length > 2 && last.operand.kind === 'register')
    return { mnemonic: swapped, written: [...written.slice(0, -2), last, written[written.length - 2] as Written] }
  const lengthened = LENGTHENED[mnemonic]
  if (lengthened !== undefined) return { mnemonic: lengthened, written: [...written, { ...last, operand: integer(0) }] }
  return rewrittenRegisters(mnemonic, written, first, last)
}

function rewrittenRegisters(
  mnemonic: string,
  written: readonly Written[],
  first: Written,
  last: Written,
): Statement | undefined {
  if (first.operand.kind !== 'register') return undefined
  const { class: cls, number } = first.operand
  const rest = written.slice(1)
  switch (mnemonic) {
    case 'fmov':
      return isZero(last.operand) ? zero(written, first.operand, last) : undefined
    case 'rev64':
      return cls === 'X' ? { mnemonic: 'rev', written } : undefined
    case 'bfc':
      return { mnemonic: 'bfi', written: [first, { ...first, operand: registerOf(cls, 31) }, ...rest] }
    case 'tbz':
    case 'tbnz':
      // The lower 32 bits of Xt are Wt.
      return cls === 'X' ? { mnemonic, written: [{ ...first, operand: registerOf('W', number) }, ...rest] } : undefined
    case 'uxtb':
    case 'uxth':
      return cls === 'X' ? { mnemonic, written: [{ ...first, operand: registerOf('W', number) }, ...rest] } : undefined
    case 'uxtw': {
      if (cls !== 'X' || last.operand.kind !== 'register' || last.operand.class !== 'W') return undefined
      const source = { ...last, operand: registerOf('X', last.operand.number) }
      const bits = [integer(0), integer(31)].map((operand) => ({ ...last, operand }))
      return { mnemonic: 'ubfm', written: [first, source, ...bits] }
    }
    default:
      return undefined
  }
}

/** FMOV of +0.0, which no 8 bits make: from the zero register, or DUP and CPY of 0. */
function zero(written: readonly Written[], { class: cls }: RegisterOperand, last: Written): Statement | undefined {
  if (cls === 'Z') return withLast(written.length === 2 ? 'dup' : 'cpy', written, integer(0))
  return withLast('fmov', written, cls === 'D' ? registerOf('X', 31) : registerOf('W', 31), last)
}

function hint(n: number): Statement {
  return { mnemonic: 'hint', written: [{ operand: integer(n), column: 1, text: '', hash: true }] }
}

function withLast(
  mnemonic: string,
  written: readonly Written[],
  operand: Operand | undefined,
  last: Written | undefined = written[written.length - 1],
): Statement | undefined {
  return operand && last && { mnemonic, written: [...written.slice(0, -1), { ...last, operand }] }
}

function opposite(o: Operand): Operand | undefined {
  if (o.kind === 'immediate' && o.value < 0) return { ...o, value: -o.value }
  if (o.kind === 'shifted-immediate' && o.value < 0) return { ...o, value: -o.value }
  return undefined
}

function complement(o: Operand, width: number): ImmediateOperand | undefined {
  return o.kind === 'immediate' ? { ...o, value: BigInt.asUintN(width, ~BigInt(o.value)) } : undefined
}

function isZero(o: Operand): boolean {
  return (o.kind === 'float' && Object.is(o.value, 0)) || (o.kind === 'immediate' && o.value === 0)
}

function integer(value: number): ImmediateOperand {
  return { kind: 'immediate', value, radix: 10 }
}

/** Register 0..31 of W or X, 31 being zero; of another class as it is called. */
function registerOf(cls: RegisterOperand['class'], number: number): RegisterOperand {
  const letter = cls.toLowerCase()
  return registerNamed(number === 31 ? `${letter}zr` : `${letter}${number}`) as RegisterOperand
}
