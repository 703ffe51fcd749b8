import type { Group } from '../table.ts'

/** Reserved (C4.1.1). */
export const reserved: Group = {
  name: 'Reserved',
  op1: '0000',
  rows() { return [
    ['UDF_only_perm_undef', '0000000000000000 imm16', 'udf #imm16'],
  ] },
}
