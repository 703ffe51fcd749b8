import type { Group } from '../table.ts'
import { compare } from './sve/compare.ts'
import { elementCount } from './sve/element-count.ts'
import { floatArithmetic } from './sve/float-arithmetic.ts'
import { floatMultiply } from './sve/float-multiply.ts'
import { floatUnary } from './sve/float-unary.ts'
import { immediate } from './sve/immediate.ts'
import { integerPredicated } from './sve/integer-predicated.ts'
import { integerUnpredicated } from './sve/integer-unpredicated.ts'
import { matchAndCrypto } from './sve/match-and-crypto.ts'
import { memory } from './sve/memory.ts'
import { multiply } from './sve/multiply.ts'
import { multiplyIndexed } from './sve/multiply-indexed.ts'
import { permute } from './sve/permute.ts'
import { predicate } from './sve/predicate.ts'
import { widening } from './sve/widening.ts'

/** SVE encodings (C4.1.91), by what they do. */
export const sve: Group = {
  name: 'SVE encodings',
  op1: '0010',
  rows: () => [
    ...integerPredicated(),
    ...integerUnpredicated(),
    ...elementCount(),
    ...immediate(),
    ...permute(),
    ...compare(),
    ...predicate(),
    ...multiply(),
    ...multiplyIndexed(),
    ...widening(),
    ...matchAndCrypto(),
    ...floatMultiply(),
    ...floatArithmetic(),
    ...floatUnary(),
    ...memory(),
  ],
}
