import type { Group } from '../table.ts'
import { crypto } from './simd-fp/crypto.ts'
import { floatingPointArithmetic } from './simd-fp/floating-point-arithmetic.ts'
import { floatingPointCompare } from './simd-fp/floating-point-compare.ts'
import { floatingPointConvert } from './simd-fp/floating-point-convert.ts'
import { scalarByElement } from './simd-fp/scalar-by-element.ts'
import { scalarImmediate } from './simd-fp/scalar-immediate.ts'
import { scalarThreeSame } from './simd-fp/scalar-three-same.ts'
import { scalarTwoRegister } from './simd-fp/scalar-two-register.ts'
import { vectorByElement } from './simd-fp/vector-by-element.ts'
import { vectorImmediate } from './simd-fp/vector-immediate.ts'
import { vectorPermute } from './simd-fp/vector-permute.ts'
import { vectorThreeDifferent } from './simd-fp/vector-three-different.ts'
import { vectorThreeSame } from './simd-fp/vector-three-same.ts'
import { vectorThreeSameExtra } from './simd-fp/vector-three-same-extra.ts'
import { vectorTwoRegister } from './simd-fp/vector-two-register.ts'

/** Data Processing -- Scalar Floating-Point and Advanced SIMD (C4.1.96), by what they do. */
export const simdFp: Group = {
  name: 'Data Processing -- Scalar Floating-Point and Advanced SIMD',
  op1: 'x111',
  rows: () => [
    ...crypto(),
    ...scalarThreeSame(),
    ...scalarTwoRegister(),
    ...scalarImmediate(),
    ...scalarByElement(),
    ...vectorPermute(),
    ...vectorThreeSame(),
    ...vectorThreeSameExtra(),
    ...vectorThreeDifferent(),
    ...vectorTwoRegister(),
    ...vectorImmediate(),
    ...vectorByElement(),
    ...floatingPointArithmetic(),
    ...floatingPointCompare(),
    ...floatingPointConvert(),
  ],
}
