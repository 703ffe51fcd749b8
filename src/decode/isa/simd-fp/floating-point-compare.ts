import type { Row } from '../../encoding.ts'

/** Floating-point comparisons, selection and constants. */
export function floatingPointCompare(): readonly Row[] { return [
  // Floating-point compare
  ['FCMP_S_floatcmp',   '0 0 0 11110 00 1 Rm 00 1000 Rn 00000',         'fcmp Sn, Sm',    { feat: 'FP' }],
  ['FCMP_D_floatcmp',   '0 0 0 11110 01 1 Rm 00 1000 Rn 00000',         'fcmp Dn, Dm',    { feat: 'FP' }],
  ['FCMP_H_floatcmp',   '0 0 0 11110 11 1 Rm 00 1000 Rn 00000',         'fcmp Hn, Hm',    { feat: 'FP FP16' }],
  ['FCMP_SZ_floatcmp',  '0 0 0 11110 00 1 Rm=(00000) 00 1000 Rn 01000', 'fcmp Sn, #0.0',  { feat: 'FP' }],
  ['FCMP_DZ_floatcmp',  '0 0 0 11110 01 1 Rm=(00000) 00 1000 Rn 01000', 'fcmp Dn, #0.0',  { feat: 'FP' }],
  ['FCMP_HZ_floatcmp',  '0 0 0 11110 11 1 Rm=(00000) 00 1000 Rn 01000', 'fcmp Hn, #0.0',  { feat: 'FP FP16' }],
  ['FCMPE_S_floatcmp',  '0 0 0 11110 00 1 Rm 00 1000 Rn 10000',         'fcmpe Sn, Sm',   { feat: 'FP' }],
  ['FCMPE_D_floatcmp',  '0 0 0 11110 01 1 Rm 00 1000 Rn 10000',         'fcmpe Dn, Dm',   { feat: 'FP' }],
  ['FCMPE_H_floatcmp',  '0 0 0 11110 11 1 Rm 00 1000 Rn 10000',         'fcmpe Hn, Hm',   { feat: 'FP FP16' }],
  ['FCMPE_SZ_floatcmp', '0 0 0 11110 00 1 Rm=(00000) 00 1000 Rn 11000', 'fcmpe Sn, #0.0', { feat: 'FP' }],
  ['FCMPE_DZ_floatcmp', '0 0 0 11110 01 1 Rm=(00000) 00 1000 Rn 11000', 'fcmpe Dn, #0.0', { feat: 'FP' }],
  ['FCMPE_HZ_floatcmp', '0 0 0 11110 11 1 Rm=(00000) 00 1000 Rn 11000', 'fcmpe Hn, #0.0', { feat: 'FP FP16' }],

  // Floating-point conditional compare
  ['FCCMP_S_floatccmp',  '0 0 0 11110 00 1 Rm cond 01 Rn 0 nzcv', 'fccmp Sn, Sm, #nzcv, cond',  { feat: 'FP' }],
  ['FCCMP_D_floatccmp',  '0 0 0 11110 01 1 Rm cond 01 Rn 0 nzcv', 'fccmp Dn, Dm, #nzcv, cond',  { feat: 'FP' }],
  ['FCCMP_H_floatccmp',  '0 0 0 11110 11 1 Rm cond 01 Rn 0 nzcv', 'fccmp Hn, Hm, #nzcv, cond',  { feat: 'FP FP16' }],
  ['FCCMPE_S_floatccmp', '0 0 0 11110 00 1 Rm cond 01 Rn 1 nzcv', 'fccmpe Sn, Sm, #nzcv, cond', { feat: 'FP' }],
  ['FCCMPE_D_floatccmp', '0 0 0 11110 01 1 Rm cond 01 Rn 1 nzcv', 'fccmpe Dn, Dm, #nzcv, cond', { feat: 'FP' }],
  ['FCCMPE_H_floatccmp', '0 0 0 11110 11 1 Rm cond 01 Rn 1 nzcv', 'fccmpe Hn, Hm, #nzcv, cond', { feat: 'FP FP16' }],

  // Floating-point conditional select
  ['FCSEL_S_floatsel', '0 0 0 11110 00 1 Rm cond 11 Rn Rd', 'fcsel Sd, Sn, Sm, cond', { feat: 'FP' }],
  ['FCSEL_D_floatsel', '0 0 0 11110 01 1 Rm cond 11 Rn Rd', 'fcsel Dd, Dn, Dm, cond', { feat: 'FP' }],
  ['FCSEL_H_floatsel', '0 0 0 11110 11 1 Rm cond 11 Rn Rd', 'fcsel Hd, Hn, Hm, cond', { feat: 'FP FP16' }],

  // Floating-point immediate
  ['FMOV_S_floatimm', '0 0 0 11110 00 1 imm8 100 00000 Rd', 'fmov Sd, #float(imm8)', { feat: 'FP' }],
  ['FMOV_D_floatimm', '0 0 0 11110 01 1 imm8 100 00000 Rd', 'fmov Dd, #float(imm8)', { feat: 'FP' }],
  ['FMOV_H_floatimm', '0 0 0 11110 11 1 imm8 100 00000 Rd', 'fmov Hd, #float(imm8)', { feat: 'FP FP16' }],
] }
