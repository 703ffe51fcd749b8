import type { Group } from '../table.ts'
import { dataCache } from './system/data-cache.ts'
import { hints } from './system/hints.ts'
import { instructions } from './system/instructions.ts'
import { moves } from './system/moves.ts'

/** System instructions: the second half of "Branches, Exception Generating and System instructions" (C4.1.93). */
export const system: Group = {
  name: 'System',
  op1: '101x',
  rows: () => [...hints(), ...moves(), ...instructions(), ...dataCache()],
}
