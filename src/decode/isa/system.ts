import type { Group } from '../table.ts'
import { dataCache } from './system/data-cache.ts'
import { hints } from './system/hints.ts'

/** Branches, exception generating and system instructions (C4.1.66). */
export const system: Group = {
  name: 'System',
  rows: [...hints, ...dataCache],
}
