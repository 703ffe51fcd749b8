import { load, store } from '../../access.ts'
import type { Row } from '../../encoding.ts'

/** Loads and stores of slices of ZA, of ZA vectors and of ZT0. */
export function memory(): readonly Row[] { return [
  // SME Memory
  ['LD1B_ZA_P_RRR_', '11100000 000 Rm V:1 Rs:2 Pg:3 Rn 0 off4:4',       'ld1b {ZA0.HV.b[Ws+12, off4]}, Pg/z, [Xn|SP{, Xm}]',         { feat: 'SME', access: load(1, { bank: 'ZA', lane: 1 }, 'slice') }],
  ['LD1H_ZA_P_RRR_', '11100000 010 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:1 off3:3', 'ld1h {ZAt.HV.h[Ws+12, off3]}, Pg/z, [Xn|SP{, Xm, lsl #1}]', { feat: 'SME', access: load(2, { bank: 'ZA', lane: 2 }, 'slice') }],
  ['LD1W_ZA_P_RRR_', '11100000 100 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:2 off2:2', 'ld1w {ZAt.HV.s[Ws+12, off2]}, Pg/z, [Xn|SP{, Xm, lsl #2}]', { feat: 'SME', access: load(4, { bank: 'ZA', lane: 4 }, 'slice') }],
  ['LD1D_ZA_P_RRR_', '11100000 110 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:3 o1:1',   'ld1d {ZAt.HV.d[Ws+12, o1]}, Pg/z, [Xn|SP{, Xm, lsl #3}]',   { feat: 'SME', access: load(8, { bank: 'ZA', lane: 8 }, 'slice') }],
  ['ST1B_ZA_P_RRR_', '11100000 001 Rm V:1 Rs:2 Pg:3 Rn 0 off4:4',       'st1b {ZA0.HV.b[Ws+12, off4]}, Pg, [Xn|SP{, Xm}]',           { feat: 'SME', access: store(1, { bank: 'ZA', lane: 1 }, 'slice') }],
  ['ST1H_ZA_P_RRR_', '11100000 011 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:1 off3:3', 'st1h {ZAt.HV.h[Ws+12, off3]}, Pg, [Xn|SP{, Xm, lsl #1}]',   { feat: 'SME', access: store(2, { bank: 'ZA', lane: 2 }, 'slice') }],
  ['ST1W_ZA_P_RRR_', '11100000 101 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:2 off2:2', 'st1w {ZAt.HV.s[Ws+12, off2]}, Pg, [Xn|SP{, Xm, lsl #2}]',   { feat: 'SME', access: store(4, { bank: 'ZA', lane: 4 }, 'slice') }],
  ['ST1D_ZA_P_RRR_', '11100000 111 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:3 o1:1',   'st1d {ZAt.HV.d[Ws+12, o1]}, Pg, [Xn|SP{, Xm, lsl #3}]',     { feat: 'SME', access: store(8, { bank: 'ZA', lane: 8 }, 'slice') }],
  ['LDR_ZA_RI_',     '11100001 000000000 Rv:2 000 Rn 0 off4:4',         'ldr ZA[Wv+12, off4], [Xn|SP, #off4, mul vl]',               { feat: 'SME', access: load(0, { bank: 'ZA' }, 'fill') }],
  ['STR_ZA_RI_',     '11100001 001000000 Rv:2 000 Rn 0 off4:4',         'str ZA[Wv+12, off4], [Xn|SP, #off4, mul vl]',               { feat: 'SME', access: store(0, { bank: 'ZA' }, 'fill') }],
  ['LDR_ZT_BR_',     '11100001 00011111100000 Rn 00000',                "ldr 'zt0', [Xn|SP]",                                        { feat: 'SME2', access: load(64, { bank: 'ZT0' }, 'fill') }],
  ['STR_ZT_BR_',     '11100001 00111111100000 Rn 00000',                "str 'zt0', [Xn|SP]",                                        { feat: 'SME2', access: store(64, { bank: 'ZT0' }, 'fill') }],
  ['LD1Q_ZA_P_RRR_', '11100001 110 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:4',        'ld1q {ZAt.HV.q[Ws+12, 0]}, Pg/z, [Xn|SP{, Xm, lsl #4}]',    { feat: 'SME', access: load(16, { bank: 'ZA', lane: 16 }, 'slice') }],
  ['ST1Q_ZA_P_RRR_', '11100001 111 Rm V:1 Rs:2 Pg:3 Rn 0 ZAt:4',        'st1q {ZAt.HV.q[Ws+12, 0]}, Pg, [Xn|SP{, Xm, lsl #4}]',      { feat: 'SME', access: store(16, { bank: 'ZA', lane: 16 }, 'slice') }],
] }
