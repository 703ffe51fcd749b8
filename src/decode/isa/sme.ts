import type { Group } from '../table.ts'
import { arrayIndexed } from './sme/array-indexed.ts'
import { arrayMultiple } from './sme/array-multiple.ts'
import { arraySingle } from './sme/array-single.ts'
import { memory } from './sme/memory.ts'
import { move } from './sme/move.ts'
import { multipleMemory } from './sme/multiple-memory.ts'
import { multipleVector } from './sme/multiple-vector.ts'
import { outerProduct } from './sme/outer-product.ts'
import { outerProductQuarter } from './sme/outer-product-quarter.ts'

/** SME encodings (C4.1.2): bit 31 is 1, bits 28:25 are 0000. */
export const sme: Group = {
  name: 'SME encodings',
  op1: '0000',
  rows: () => [
    ...outerProductQuarter(),
    ...outerProduct(),
    ...multipleMemory(),
    ...move(),
    ...arrayIndexed(),
    ...arraySingle(),
    ...arrayMultiple(),
    ...multipleVector(),
    ...memory(),
  ],
}
