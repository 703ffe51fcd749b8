import type { Rows } from '../../encoding.ts'
import { memoryContiguousLoad } from './memory-contiguous-load.ts'
import { memoryGather32 } from './memory-gather-32.ts'
import { memoryGather64 } from './memory-gather-64.ts'
import { memoryStore } from './memory-store.ts'

/** SVE loads, stores and prefetches. */
export const memory: Rows = () => [
  ...memoryGather32(),
  ...memoryGather64(),
  ...memoryContiguousLoad(),
  ...memoryStore(),
]
