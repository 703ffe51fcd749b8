import type { Group } from '../table.ts'
import { load, store } from '../access.ts'

export const loadsStores: Group = {
  name: 'Loads and Stores',
  rows: [
    // Load/store register pair (offset) (C4.1.94.15)
    ['LDP_64_ldstpair_off', '10 101 0 010 1 imm7 Rt2 Rn Rt', 'ldp Xt, Xt2, [Xn|SP, #simm7*8]', { access: load(8, {}, 'pair'), unpredictable: ['LDPOVERLAP'] }],
    ['STP_64_ldstpair_off', '10 101 0 010 0 imm7 Rt2 Rn Rt', 'stp Xt, Xt2, [Xn|SP, #simm7*8]', { access: store(8, {}, 'pair') }],
    ['LDR_64_ldst_regoff', '11 111 0 00 01 1 Rm option=x1x S 10 Rn Rt', 'ldr Xt, [Xn|SP, Rm ext 3]', { access: load(8) }],
  ],
}
