import type { Group } from '../table.ts'

/** Branches, exception generating and system instructions (C4.1.66). */
export const system: Group = {
  name: 'System',
  rows: [
    ['NOP_HI_hints', '11010101000000110010 0000 000 11111', 'nop'],
  ],
}
