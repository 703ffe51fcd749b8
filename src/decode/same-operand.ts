import { type Operand, type RegisterOperand, sameRegister } from './operand.ts'

/**
 * Whether two operands say the same to the instruction, however they are written: `radix`, `shown`, `digits`, `scale`
 * and `hasOffset` do not count, and names are the same in either case.
 *
 * @param b - what a word reads as; `undefined` when it reads as nothing, as words do that are none.
 */
export function sameOperand(a: Operand, b: Operand | undefined): boolean {
  if (b === undefined) return false
  if (a === b) return true
  switch (b.kind) {
    case 'register':
      return a.kind === 'register' && sameRegister(a, b)
    case 'immediate':
      return a.kind === 'immediate' && sameNumber(a.value, b.value)
    case 'byte-mask':
      return (a.kind === 'byte-mask' || a.kind === 'immediate') && sameNumber(a.value, b.value)
    case 'float':
      return (a.kind === 'float' || a.kind === 'immediate') && Number(a.value) === b.value
    case 'name':
      return a.kind === 'name' && a.name.toLowerCase() === b.name.toLowerCase()
    case 'system-register':
      return a.kind === 'system-register' && a.encoding === b.encoding
    case 'label':
      return a.kind === 'label' && a.offset === b.offset
    case 'pattern':
      return a.kind === 'pattern' && a.value === b.value && a.multiplier === b.multiplier
    case 'shifted':
      return a.kind === 'shifted' && sameRegister(a.register, b.register) && sameShift(a, b)
    case 'shifted-immediate':
      return a.kind === 'shifted-immediate' && a.value === b.value && sameShift(a, b)
    case 'list':
      return a.kind === 'list' && a.index === b.index && sameRegisters(a.registers, b.registers)
    case 'slice':
      return (
        a.kind === 'slice' &&
        sameRegister(a.register, b.register) &&
        sameRegister(a.select, b.select) &&
        a.offset === b.offset
      )
    case 'za':
      return (
        a.kind === 'za' &&
        a.tile === b.tile &&
        a.direction === b.direction &&
        a.arrangement === b.arrangement &&
        sameRegister(a.select, b.select) &&
        a.offset === b.offset &&
        a.count === b.count &&
        a.group === b.group &&
        a.braces === b.braces
      )
    case 'tiles':
      return a.kind === 'tiles' && a.mask === b.mask
    case 'table':
      return a.kind === 'table' && a.offset === b.offset && a.mulVl === b.mulVl
    case 'memory':
      // `[z5.d]` is `[z5.d, xzr]`.
      if (a.kind === 'memory' && b.indexOptional && b.index?.number === 31 && a.index === undefined)
        return a.mode === b.mode && a.offset === 0 && sameRegister(a.base, b.base)
      return (
        a.kind === 'memory' &&
        a.mode === b.mode &&
        a.offset === b.offset &&
        a.mulVl === b.mulVl &&
        a.extend === b.extend &&
        a.amount === b.amount &&
        a.amountShown === b.amountShown &&
        sameRegister(a.base, b.base) &&
        sameRegister(a.index, b.index)
      )
  }
}

function sameNumber(a: number | bigint, b: number | bigint): boolean {
  // Abstract equality compares a number with a bigint by value; both are exact.
  return typeof a === typeof b ? a === b : Number.isInteger(Number(a)) && BigInt(a) === BigInt(b)
}

function sameShift(
  a: { readonly shift: string; readonly amount: number },
  b: { readonly shift: string; readonly amount: number },
): boolean {
  return a.shift === b.shift && a.amount === b.amount
}

function sameRegisters(a: readonly RegisterOperand[], b: readonly RegisterOperand[]): boolean {
  return a.length === b.length && a.every((each, i) => sameRegister(each, b[i]))
}
