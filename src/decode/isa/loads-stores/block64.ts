import { load, store } from '../../access.ts'
import type { Row } from '../../encoding.ts'

const eight = { registers: 8 } as const

/**
 * Atomic memory operations, the single-copy atomic 64-byte ones: eight registers from an even one up to X22 on. Rs
 * receives the answer of ST64BV and ST64BV0; ST64BV0 takes the low word of the first register from ACCDATA_EL1.
 */
export function block64(): readonly Row[] { return [
  ['ST64B_64L_memop',  '11 111 0 00 001 11111 1 001 00 Rn Rt!=11xxx|xxxx1', 'st64b Xt, [Xn|SP]',       { feat: 'LS64',         access: store(64, eight, 'block64') }],
  ['ST64BV0_64_memop', '11 111 0 00 001 Rs    1 010 00 Rn Rt!=11xxx|xxxx1', 'st64bv0 Xs, Xt, [Xn|SP]', { feat: 'LS64_ACCDATA', access: store(64, eight, 'block64') }],
  ['ST64BV_64_memop',  '11 111 0 00 001 Rs    1 011 00 Rn Rt!=11xxx|xxxx1', 'st64bv Xs, Xt, [Xn|SP]',  { feat: 'LS64_V',       access: store(64, eight, 'block64') }],
  ['LD64B_64L_memop',  '11 111 0 00 001 11111 1 101 00 Rn Rt!=11xxx|xxxx1', 'ld64b Xt, [Xn|SP]',       { feat: 'LS64',         access: load(64, eight, 'block64') }],
] }
