import type { Group } from '../table.ts'
import { atomic } from './loads-stores/atomic.ts'
import { block64 } from './loads-stores/block64.ts'
import { compareAndSwap } from './loads-stores/compare-and-swap.ts'
import { exclusive } from './loads-stores/exclusive.ts'
import { guardedControlStack } from './loads-stores/guarded-control-stack.ts'
import { literal } from './loads-stores/literal.ts'
import { memoryCopySet } from './loads-stores/memory-copy-set.ts'
import { ordered } from './loads-stores/ordered.ts'
import { pair } from './loads-stores/pair.ts'
import { readCheckWrite } from './loads-stores/read-check-write.ts'
import { register } from './loads-stores/register.ts'
import { simd } from './loads-stores/simd.ts'
import { tags } from './loads-stores/tags.ts'

/** Loads and Stores (C4.1.94) of general-purpose registers. Bit 26 is V, 0, but in memory copy and set. */
export const loadsStores: Group = {
  name: 'Loads and Stores',
  op1: 'x1x0',
  rows: () => [
    ...compareAndSwap(),
    ...readCheckWrite(),
    ...guardedControlStack(),
    ...tags(),
    ...exclusive(),
    ...ordered(),
    ...literal(),
    ...memoryCopySet(),
    ...pair(),
    ...register(),
    ...atomic(),
    ...block64(),
  ],
}

/** Loads and Stores of SIMD&FP registers: a group of its own, so that a program of plain loads does not pay for it. */
export const loadsStoresSimd: Group = { name: 'Loads and Stores', op1: 'x110', rows: simd }
