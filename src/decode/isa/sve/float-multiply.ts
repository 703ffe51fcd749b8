import type { Row } from '../../encoding.ts'

/** Floating-point multiply-add: complex, indexed, widening, FP8, matrices. */
export function floatMultiply(): readonly Row[] { return [
  // SVE floating-point complex add (predicated)
  ['FCADD_Z_P_ZZ_', '01100100 size!=00 00000 rot:1 100 Pg:3 Zm Zdn', 'fcadd Zdn.T, Pg/m, Zdn.T, Zm.T, #rot*180+90', { feat: 'SVE|SME' }],

  // SVE floating-point complex multiply-add (predicated)
  ['FCMLA_Z_P_ZZZ_', '01100100 size!=00 0 Zm 0 rot:2 Pg:3 Zn Zda', 'fcmla Zda.T, Pg/m, Zn.T, Zm.T, #rot*90', { feat: 'SVE|SME' }],

  // SVE floating-point multiply-add (indexed)
  ['FMLA_Z_ZZZI_H',  '01100100 0 i3h:1 1 i3l:2 Zm:3 000000 Zn Zda', 'fmla Zda.h, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE|SME' }],
  ['FMLS_Z_ZZZI_H',  '01100100 0 i3h:1 1 i3l:2 Zm:3 000001 Zn Zda', 'fmls Zda.h, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE|SME' }],
  ['BFMLA_Z_ZZZI_H', '01100100 0 i3h:1 1 i3l:2 Zm:3 000010 Zn Zda', 'bfmla Zda.h, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE|SME2 SVE_B16B16' }],
  ['BFMLS_Z_ZZZI_H', '01100100 0 i3h:1 1 i3l:2 Zm:3 000011 Zn Zda', 'bfmls Zda.h, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMLA_Z_ZZZI_S',  '01100100 101 i2:2 Zm:3 000000 Zn Zda',        'fmla Zda.s, Zn.s, Zm.s[i2]',       { feat: 'SVE|SME' }],
  ['FMLS_Z_ZZZI_S',  '01100100 101 i2:2 Zm:3 000001 Zn Zda',        'fmls Zda.s, Zn.s, Zm.s[i2]',       { feat: 'SVE|SME' }],
  ['FMLA_Z_ZZZI_D',  '01100100 111 i1:1 Zm:4 000000 Zn Zda',        'fmla Zda.d, Zn.d, Zm.d[i1]',       { feat: 'SVE|SME' }],
  ['FMLS_Z_ZZZI_D',  '01100100 111 i1:1 Zm:4 000001 Zn Zda',        'fmls Zda.d, Zn.d, Zm.d[i1]',       { feat: 'SVE|SME' }],

  // SVE floating-point complex multiply-add (indexed)
  ['FCMLA_Z_ZZZI_H', '01100100 101 i2:2 Zm:3 0001 rot:2 Zn Zda', 'fcmla Zda.h, Zn.h, Zm.h[i2], #rot*90', { feat: 'SVE|SME' }],
  ['FCMLA_Z_ZZZI_S', '01100100 111 i1:1 Zm:4 0001 rot:2 Zn Zda', 'fcmla Zda.s, Zn.s, Zm.s[i1], #rot*90', { feat: 'SVE|SME' }],

  // SVE floating-point multiply (indexed)
  ['FMUL_Z_ZZI_H',  '01100100 0 i3h:1 1 i3l:2 Zm:3 001000 Zn Zd', 'fmul Zd.h, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE|SME' }],
  ['BFMUL_Z_ZZI_H', '01100100 0 i3h:1 1 i3l:2 Zm:3 001010 Zn Zd', 'bfmul Zd.h, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMUL_Z_ZZI_S',  '01100100 101 i2:2 Zm:3 001000 Zn Zd',        'fmul Zd.s, Zn.s, Zm.s[i2]',       { feat: 'SVE|SME' }],
  ['FMUL_Z_ZZI_D',  '01100100 111 i1:1 Zm:4 001000 Zn Zd',        'fmul Zd.d, Zn.d, Zm.d[i1]',       { feat: 'SVE|SME' }],

  // SVE Floating Point Widening Multiply-Add - Indexed
  ['FDOT_Z_ZZZI_',     '01100100 001 i2:2 Zm:3 010000 Zn Zda',        'fdot Zda.s, Zn.h, Zm.h[i2]',         { feat: 'SVE2p1|SME2' }],
  ['FDOT_Z_ZZ8Z8I_',   '01100100 001 i3h:2 Zm:3 0100 i3l:1 1 Zn Zda', 'fdot Zda.h, Zn.b, Zm.b[i3h:i3l]',    { feat: 'SVE2|SSVE_FP8DOT2 FP8DOT2|SSVE_FP8DOT2' }],
  ['BFDOT_Z_ZZZI_',    '01100100 011 i2:2 Zm:3 010000 Zn Zda',        'bfdot Zda.s, Zn.h, Zm.h[i2]',        { feat: 'SVE|SME BF16|SME' }],
  ['FDOT_Z32_ZZ8Z8I_', '01100100 011 i2:2 Zm:3 010001 Zn Zda',        'fdot Zda.s, Zn.b, Zm.b[i2]',         { feat: 'SVE2|SSVE_FP8DOT4 FP8DOT4|SSVE_FP8DOT4' }],
  ['FMLALB_Z_ZZZI_S',  '01100100 101 i3h:2 Zm:3 0100 i3l:1 0 Zn Zda', 'fmlalb Zda.s, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE2|SME' }],
  ['FMLALT_Z_ZZZI_S',  '01100100 101 i3h:2 Zm:3 0100 i3l:1 1 Zn Zda', 'fmlalt Zda.s, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE2|SME' }],
  ['FMLSLB_Z_ZZZI_S',  '01100100 101 i3h:2 Zm:3 0110 i3l:1 0 Zn Zda', 'fmlslb Zda.s, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE2|SME' }],
  ['FMLSLT_Z_ZZZI_S',  '01100100 101 i3h:2 Zm:3 0110 i3l:1 1 Zn Zda', 'fmlslt Zda.s, Zn.h, Zm.h[i3h:i3l]',  { feat: 'SVE2|SME' }],
  ['BFMLALB_Z_ZZZI_',  '01100100 111 i3h:2 Zm:3 0100 i3l:1 0 Zn Zda', 'bfmlalb Zda.s, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE|SME BF16|SME' }],
  ['BFMLALT_Z_ZZZI_',  '01100100 111 i3h:2 Zm:3 0100 i3l:1 1 Zn Zda', 'bfmlalt Zda.s, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE|SME BF16|SME' }],
  ['BFMLSLB_Z_ZZZI_',  '01100100 111 i3h:2 Zm:3 0110 i3l:1 0 Zn Zda', 'bfmlslb Zda.s, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE2p1|SME2' }],
  ['BFMLSLT_Z_ZZZI_',  '01100100 111 i3h:2 Zm:3 0110 i3l:1 1 Zn Zda', 'bfmlslt Zda.s, Zn.h, Zm.h[i3h:i3l]', { feat: 'SVE2p1|SME2' }],

  // SVE FP8 multiply-add long (indexed)
  ['FMLALB_Z_Z8Z8Z8I_', '01100100 001 i4h:2 Zm:3 0101 i4l:2 Zn Zda', 'fmlalb Zda.h, Zn.b, Zm.b[i4h:i4l]', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALT_Z_Z8Z8Z8I_', '01100100 101 i4h:2 Zm:3 0101 i4l:2 Zn Zda', 'fmlalt Zda.h, Zn.b, Zm.b[i4h:i4l]', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],

  // SVE FP8 multiply-add long long (indexed)
  ['FMLALLBB_Z32_Z8Z8Z8I_', '01100100 001 i4h:2 Zm:3 1100 i4l:2 Zn Zda', 'fmlallbb Zda.s, Zn.b, Zm.b[i4h:i4l]', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALLBT_Z32_Z8Z8Z8I_', '01100100 011 i4h:2 Zm:3 1100 i4l:2 Zn Zda', 'fmlallbt Zda.s, Zn.b, Zm.b[i4h:i4l]', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALLTB_Z32_Z8Z8Z8I_', '01100100 101 i4h:2 Zm:3 1100 i4l:2 Zn Zda', 'fmlalltb Zda.s, Zn.b, Zm.b[i4h:i4l]', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALLTT_Z32_Z8Z8Z8I_', '01100100 111 i4h:2 Zm:3 1100 i4l:2 Zn Zda', 'fmlalltt Zda.s, Zn.b, Zm.b[i4h:i4l]', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],

  // SVE Floating Point Widening Multiply-Add
  ['FDOT_Z_ZZZ_',     '01100100 001 Zm 100000 Zn Zda', 'fdot Zda.s, Zn.h, Zm.h',    { feat: 'SVE2p1|SME2' }],
  ['FDOT_Z_ZZ8Z8_',   '01100100 001 Zm 100001 Zn Zda', 'fdot Zda.h, Zn.b, Zm.b',    { feat: 'SVE2|SSVE_FP8DOT2 FP8DOT2|SSVE_FP8DOT2' }],
  ['BFDOT_Z_ZZZ_',    '01100100 011 Zm 100000 Zn Zda', 'bfdot Zda.s, Zn.h, Zm.h',   { feat: 'SVE|SME BF16|SME' }],
  ['FDOT_Z32_ZZ8Z8_', '01100100 011 Zm 100001 Zn Zda', 'fdot Zda.s, Zn.b, Zm.b',    { feat: 'SVE2|SSVE_FP8DOT4 FP8DOT4|SSVE_FP8DOT4' }],
  ['FMLALB_Z_ZZZ_',   '01100100 101 Zm 100000 Zn Zda', 'fmlalb Zda.s, Zn.h, Zm.h',  { feat: 'SVE2|SME' }],
  ['FMLALT_Z_ZZZ_',   '01100100 101 Zm 100001 Zn Zda', 'fmlalt Zda.s, Zn.h, Zm.h',  { feat: 'SVE2|SME' }],
  ['FMLSLB_Z_ZZZ_',   '01100100 101 Zm 101000 Zn Zda', 'fmlslb Zda.s, Zn.h, Zm.h',  { feat: 'SVE2|SME' }],
  ['FMLSLT_Z_ZZZ_',   '01100100 101 Zm 101001 Zn Zda', 'fmlslt Zda.s, Zn.h, Zm.h',  { feat: 'SVE2|SME' }],
  ['BFMLALB_Z_ZZZ_',  '01100100 111 Zm 100000 Zn Zda', 'bfmlalb Zda.s, Zn.h, Zm.h', { feat: 'SVE|SME BF16|SME' }],
  ['BFMLALT_Z_ZZZ_',  '01100100 111 Zm 100001 Zn Zda', 'bfmlalt Zda.s, Zn.h, Zm.h', { feat: 'SVE|SME BF16|SME' }],
  ['BFMLSLB_Z_ZZZ_',  '01100100 111 Zm 101000 Zn Zda', 'bfmlslb Zda.s, Zn.h, Zm.h', { feat: 'SVE2p1|SME2' }],
  ['BFMLSLT_Z_ZZZ_',  '01100100 111 Zm 101001 Zn Zda', 'bfmlslt Zda.s, Zn.h, Zm.h', { feat: 'SVE2p1|SME2' }],

  // SVE FP8 multiply-add long
  ['FMLALLBB_Z32_Z8Z8Z8_', '01100100 001 Zm 100010 Zn Zda', 'fmlallbb Zda.s, Zn.b, Zm.b', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALLBT_Z32_Z8Z8Z8_', '01100100 001 Zm 100110 Zn Zda', 'fmlallbt Zda.s, Zn.b, Zm.b', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALLTB_Z32_Z8Z8Z8_', '01100100 001 Zm 101010 Zn Zda', 'fmlalltb Zda.s, Zn.b, Zm.b', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALLTT_Z32_Z8Z8Z8_', '01100100 001 Zm 101110 Zn Zda', 'fmlalltt Zda.s, Zn.b, Zm.b', { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALB_Z_Z8Z8Z8_',     '01100100 101 Zm 100010 Zn Zda', 'fmlalb Zda.h, Zn.b, Zm.b',   { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],
  ['FMLALT_Z_Z8Z8Z8_',     '01100100 101 Zm 100110 Zn Zda', 'fmlalt Zda.h, Zn.b, Zm.b',   { feat: 'SVE2|SSVE_FP8FMA FP8FMA|SSVE_FP8FMA' }],

  // SVE FP8 matrix multiply accumulate
  ['FMMLA_Z32_ZZ8Z8_', '01100100 001 Zm 111000 Zn Zda', 'fmmla Zda.s, Zn.b, Zm.b', { feat: 'SVE2 F8F32MM' }],
  ['FMMLA_Z16_ZZ8Z8_', '01100100 011 Zm 111000 Zn Zda', 'fmmla Zda.h, Zn.b, Zm.b', { feat: 'SVE2 F8F16MM' }],

  // SVE floating-point matrix multiply accumulate
  ['FMMLA_Z32_ZZZ_H', '01100100 001 Zm 111001 Zn Zda', 'fmmla Zda.s, Zn.h, Zm.h',  { feat: 'SVE_F16F32MM' }],
  ['BFMMLA_Z_ZZZ_',   '01100100 011 Zm 111001 Zn Zda', 'bfmmla Zda.s, Zn.h, Zm.h', { feat: 'SVE BF16' }],
  ['FMMLA_Z_ZZZ_S',   '01100100 101 Zm 111001 Zn Zda', 'fmmla Zda.s, Zn.s, Zm.s',  { feat: 'F32MM' }],
  ['FMMLA_Z_ZZZ_D',   '01100100 111 Zm 111001 Zn Zda', 'fmmla Zda.d, Zn.d, Zm.d',  { feat: 'F64MM' }],

  // SVE floating-point matrix multiply accumulate (non-widening)
  ['FMMLA_Z_ZZZ_H',  '01100100 101 Zm 111000 Zn Zda', 'fmmla Zda.h, Zn.h, Zm.h',  { feat: 'SVE2p2 F16MM' }],
  ['BFMMLA_Z_ZZZ_H', '01100100 111 Zm 111000 Zn Zda', 'bfmmla Zda.h, Zn.h, Zm.h', { feat: 'SVE_B16MM' }],

  // SVE Floating Point Multiply-Add
  ['FMLA_Z_P_ZZZ_',  '01100101 size!=00 1 Zm 000 Pg:3 Zn Zda', 'fmla Zda.T, Pg/m, Zn.T, Zm.T',  { feat: 'SVE|SME' }],
  ['BFMLA_Z_P_ZZZ_', '01100101 001 Zm 000 Pg:3 Zn Zda',        'bfmla Zda.h, Pg/m, Zn.h, Zm.h', { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMLS_Z_P_ZZZ_',  '01100101 size!=00 1 Zm 001 Pg:3 Zn Zda', 'fmls Zda.T, Pg/m, Zn.T, Zm.T',  { feat: 'SVE|SME' }],
  ['BFMLS_Z_P_ZZZ_', '01100101 001 Zm 001 Pg:3 Zn Zda',        'bfmls Zda.h, Pg/m, Zn.h, Zm.h', { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FNMLA_Z_P_ZZZ_', '01100101 size!=00 1 Zm 010 Pg:3 Zn Zda', 'fnmla Zda.T, Pg/m, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FNMLS_Z_P_ZZZ_', '01100101 size!=00 1 Zm 011 Pg:3 Zn Zda', 'fnmls Zda.T, Pg/m, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FMAD_Z_P_ZZZ_',  '01100101 size!=00 1 Za 100 Pg:3 Zm Zdn', 'fmad Zdn.T, Pg/m, Zm.T, Za.T',  { feat: 'SVE|SME' }],
  ['FMSB_Z_P_ZZZ_',  '01100101 size!=00 1 Za 101 Pg:3 Zm Zdn', 'fmsb Zdn.T, Pg/m, Zm.T, Za.T',  { feat: 'SVE|SME' }],
  ['FNMAD_Z_P_ZZZ_', '01100101 size!=00 1 Za 110 Pg:3 Zm Zdn', 'fnmad Zdn.T, Pg/m, Zm.T, Za.T', { feat: 'SVE|SME' }],
  ['FNMSB_Z_P_ZZZ_', '01100101 size!=00 1 Za 111 Pg:3 Zm Zdn', 'fnmsb Zdn.T, Pg/m, Zm.T, Za.T', { feat: 'SVE|SME' }],
] }
