import type { Row } from '../../encoding.ts'

/** A scalar multiplied by an element of a vector. */
export function scalarByElement(): readonly Row[] { return [
  // Advanced SIMD scalar x indexed element
  ['FMLA_asisdelem_RH_H',  '0 1 0 11111 00 L M Rm:4 0001 H 0 Rn Rd',          'fmla Hd, Hn, Vm.h[H:L:M]',            { feat: 'AdvSIMD FP16' }],
  ['FMLA_asisdelem_R_SD',  '0 1 0 11111 1 sz L M Rm:4 0001 H 0 Rn Rd',        'fmla <Vsz>d, <Vsz>n, Vm.Tsz[index]',  { feat: 'AdvSIMD', reserved: ['SZ_1D_INDEX'] }],
  ['SQDMLAL_asisdelem_L',  '0 1 0 11111 size!=00|11 L M Rm:4 0011 H 0 Rn Rd', 'sqdmlal <V*2>d, <V>n, Vm.T[index]',   { feat: 'AdvSIMD' }],
  ['FMLS_asisdelem_RH_H',  '0 1 0 11111 00 L M Rm:4 0101 H 0 Rn Rd',          'fmls Hd, Hn, Vm.h[H:L:M]',            { feat: 'AdvSIMD FP16' }],
  ['FMLS_asisdelem_R_SD',  '0 1 0 11111 1 sz L M Rm:4 0101 H 0 Rn Rd',        'fmls <Vsz>d, <Vsz>n, Vm.Tsz[index]',  { feat: 'AdvSIMD', reserved: ['SZ_1D_INDEX'] }],
  ['SQDMLSL_asisdelem_L',  '0 1 0 11111 size!=00|11 L M Rm:4 0111 H 0 Rn Rd', 'sqdmlsl <V*2>d, <V>n, Vm.T[index]',   { feat: 'AdvSIMD' }],
  ['FMUL_asisdelem_RH_H',  '0 1 0 11111 00 L M Rm:4 1001 H 0 Rn Rd',          'fmul Hd, Hn, Vm.h[H:L:M]',            { feat: 'AdvSIMD FP16' }],
  ['FMUL_asisdelem_R_SD',  '0 1 0 11111 1 sz L M Rm:4 1001 H 0 Rn Rd',        'fmul <Vsz>d, <Vsz>n, Vm.Tsz[index]',  { feat: 'AdvSIMD', reserved: ['SZ_1D_INDEX'] }],
  ['SQDMULL_asisdelem_L',  '0 1 0 11111 size!=00|11 L M Rm:4 1011 H 0 Rn Rd', 'sqdmull <V*2>d, <V>n, Vm.T[index]',   { feat: 'AdvSIMD' }],
  ['SQDMULH_asisdelem_R',  '0 1 0 11111 size!=00|11 L M Rm:4 1100 H 0 Rn Rd', 'sqdmulh <V>d, <V>n, Vm.T[index]',     { feat: 'AdvSIMD' }],
  ['SQRDMULH_asisdelem_R', '0 1 0 11111 size!=00|11 L M Rm:4 1101 H 0 Rn Rd', 'sqrdmulh <V>d, <V>n, Vm.T[index]',    { feat: 'AdvSIMD' }],
  ['FMULX_asisdelem_RH_H', '0 1 1 11111 00 L M Rm:4 1001 H 0 Rn Rd',          'fmulx Hd, Hn, Vm.h[H:L:M]',           { feat: 'AdvSIMD FP16' }],
  ['FMULX_asisdelem_R_SD', '0 1 1 11111 1 sz L M Rm:4 1001 H 0 Rn Rd',        'fmulx <Vsz>d, <Vsz>n, Vm.Tsz[index]', { feat: 'AdvSIMD', reserved: ['SZ_1D_INDEX'] }],
  ['SQRDMLAH_asisdelem_R', '0 1 1 11111 size!=00|11 L M Rm:4 1101 H 0 Rn Rd', 'sqrdmlah <V>d, <V>n, Vm.T[index]',    { feat: 'AdvSIMD RDM' }],
  ['SQRDMLSH_asisdelem_R', '0 1 1 11111 size!=00|11 L M Rm:4 1111 H 0 Rn Rd', 'sqrdmlsh <V>d, <V>n, Vm.T[index]',    { feat: 'AdvSIMD RDM' }],
] }
