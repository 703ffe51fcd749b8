import type { Rows } from '../../encoding.ts'
import { simdMultiple } from './simd-multiple.ts'
import { simdOrdered } from './simd-ordered.ts'
import { simdPair } from './simd-pair.ts'
import { simdRegister } from './simd-register.ts'
import { simdSingle } from './simd-single.ts'

/** Loads and stores with V=1: SIMD&FP registers. */
export const simd: Rows = () => [
  ...simdMultiple(),
  ...simdSingle(),
  ...simdRegister(),
  ...simdPair(),
  ...simdOrdered(),
]
