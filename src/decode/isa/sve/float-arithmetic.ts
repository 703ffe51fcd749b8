import type { Row } from '../../encoding.ts'

/** Floating-point arithmetic, reductions and comparisons. */
export function floatArithmetic(): readonly Row[] { return [
  // SVE2 floating-point pairwise operations
  ['FADDP_Z_P_ZZ_',   '01100100 size!=00 010000100 Pg:3 Zm Zdn', 'faddp Zdn.T, Pg/m, Zdn.T, Zm.T',   { feat: 'SVE2|SME' }],
  ['FMAXNMP_Z_P_ZZ_', '01100100 size!=00 010100100 Pg:3 Zm Zdn', 'fmaxnmp Zdn.T, Pg/m, Zdn.T, Zm.T', { feat: 'SVE2|SME' }],
  ['FMINNMP_Z_P_ZZ_', '01100100 size!=00 010101100 Pg:3 Zm Zdn', 'fminnmp Zdn.T, Pg/m, Zdn.T, Zm.T', { feat: 'SVE2|SME' }],
  ['FMAXP_Z_P_ZZ_',   '01100100 size!=00 010110100 Pg:3 Zm Zdn', 'fmaxp Zdn.T, Pg/m, Zdn.T, Zm.T',   { feat: 'SVE2|SME' }],
  ['FMINP_Z_P_ZZ_',   '01100100 size!=00 010111100 Pg:3 Zm Zdn', 'fminp Zdn.T, Pg/m, Zdn.T, Zm.T',   { feat: 'SVE2|SME' }],

  // SVE floating-point recursive reduction (quadwords)
  ['FADDQV_Z_P_Z_',   '01100100 size!=00 010000101 Pg:3 Zn Vd', 'faddqv Vd.Tfull, Pg, Zn.T',   { feat: 'SVE2p1|SME2p1' }],
  ['FMAXNMQV_Z_P_Z_', '01100100 size!=00 010100101 Pg:3 Zn Vd', 'fmaxnmqv Vd.Tfull, Pg, Zn.T', { feat: 'SVE2p1|SME2p1' }],
  ['FMINNMQV_Z_P_Z_', '01100100 size!=00 010101101 Pg:3 Zn Vd', 'fminnmqv Vd.Tfull, Pg, Zn.T', { feat: 'SVE2p1|SME2p1' }],
  ['FMAXQV_Z_P_Z_',   '01100100 size!=00 010110101 Pg:3 Zn Vd', 'fmaxqv Vd.Tfull, Pg, Zn.T',   { feat: 'SVE2p1|SME2p1' }],
  ['FMINQV_Z_P_Z_',   '01100100 size!=00 010111101 Pg:3 Zn Vd', 'fminqv Vd.Tfull, Pg, Zn.T',   { feat: 'SVE2p1|SME2p1' }],

  // SVE floating-point clamp
  ['FCLAMP_Z_ZZ_',  '01100100 size!=00 1 Zm 001001 Zn Zd', 'fclamp Zd.T, Zn.T, Zm.T',  { feat: 'SVE2p1|SME2' }],
  ['BFCLAMP_Z_ZZ_', '01100100 001 Zm 001001 Zn Zd',        'bfclamp Zd.h, Zn.h, Zm.h', { feat: 'SVE|SME2 SVE_B16B16' }],

  // SVE floating-point arithmetic (unpredicated)
  ['FADD_Z_ZZ_',    '01100101 size!=00 0 Zm 000000 Zn Zd', 'fadd Zd.T, Zn.T, Zm.T',    { feat: 'SVE|SME' }],
  ['BFADD_Z_ZZ_',   '01100101 000 Zm 000000 Zn Zd',        'bfadd Zd.h, Zn.h, Zm.h',   { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FSUB_Z_ZZ_',    '01100101 size!=00 0 Zm 000001 Zn Zd', 'fsub Zd.T, Zn.T, Zm.T',    { feat: 'SVE|SME' }],
  ['BFSUB_Z_ZZ_',   '01100101 000 Zm 000001 Zn Zd',        'bfsub Zd.h, Zn.h, Zm.h',   { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMUL_Z_ZZ_',    '01100101 size!=00 0 Zm 000010 Zn Zd', 'fmul Zd.T, Zn.T, Zm.T',    { feat: 'SVE|SME' }],
  ['BFMUL_Z_ZZ_',   '01100101 000 Zm 000010 Zn Zd',        'bfmul Zd.h, Zn.h, Zm.h',   { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FTSMUL_Z_ZZ_',  '01100101 size!=00 0 Zm 000011 Zn Zd', 'ftsmul Zd.T, Zn.T, Zm.T',  { feat: 'SVE' }],
  ['FRECPS_Z_ZZ_',  '01100101 size!=00 0 Zm 000110 Zn Zd', 'frecps Zd.T, Zn.T, Zm.T',  { feat: 'SVE|SME' }],
  ['FRSQRTS_Z_ZZ_', '01100101 size!=00 0 Zm 000111 Zn Zd', 'frsqrts Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],

  // SVE floating-point recursive reduction
  ['FADDV_V_P_Z_',   '01100101 size!=00 000000001 Pg:3 Zn Vd', 'faddv <V>d, Pg, Zn.T',   { feat: 'SVE|SME' }],
  ['FMAXNMV_V_P_Z_', '01100101 size!=00 000100001 Pg:3 Zn Vd', 'fmaxnmv <V>d, Pg, Zn.T', { feat: 'SVE|SME' }],
  ['FMINNMV_V_P_Z_', '01100101 size!=00 000101001 Pg:3 Zn Vd', 'fminnmv <V>d, Pg, Zn.T', { feat: 'SVE|SME' }],
  ['FMAXV_V_P_Z_',   '01100101 size!=00 000110001 Pg:3 Zn Vd', 'fmaxv <V>d, Pg, Zn.T',   { feat: 'SVE|SME' }],
  ['FMINV_V_P_Z_',   '01100101 size!=00 000111001 Pg:3 Zn Vd', 'fminv <V>d, Pg, Zn.T',   { feat: 'SVE|SME' }],

  // SVE Floating Point Compare - Vectors
  ['FCMGE_P_P_ZZ_', '01100101 size!=00 0 Zm 010 Pg:3 Zn 0 Pd', 'fcmge Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FCMGT_P_P_ZZ_', '01100101 size!=00 0 Zm 010 Pg:3 Zn 1 Pd', 'fcmgt Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FCMEQ_P_P_ZZ_', '01100101 size!=00 0 Zm 011 Pg:3 Zn 0 Pd', 'fcmeq Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FCMNE_P_P_ZZ_', '01100101 size!=00 0 Zm 011 Pg:3 Zn 1 Pd', 'fcmne Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FCMUO_P_P_ZZ_', '01100101 size!=00 0 Zm 110 Pg:3 Zn 0 Pd', 'fcmuo Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FACGE_P_P_ZZ_', '01100101 size!=00 0 Zm 110 Pg:3 Zn 1 Pd', 'facge Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['FACGT_P_P_ZZ_', '01100101 size!=00 0 Zm 111 Pg:3 Zn 1 Pd', 'facgt Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],

  // SVE Floating Point Arithmetic - Predicated
  ['FADD_Z_P_ZZ_',    '01100101 size!=00 000000100 Pg:3 Zm Zdn',        'fadd Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['BFADD_Z_P_ZZ_',   '01100101 00000000100 Pg:3 Zm Zdn',               'bfadd Zdn.h, Pg/m, Zdn.h, Zm.h',         { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FSUB_Z_P_ZZ_',    '01100101 size!=00 000001100 Pg:3 Zm Zdn',        'fsub Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['BFSUB_Z_P_ZZ_',   '01100101 00000001100 Pg:3 Zm Zdn',               'bfsub Zdn.h, Pg/m, Zdn.h, Zm.h',         { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMUL_Z_P_ZZ_',    '01100101 size!=00 000010100 Pg:3 Zm Zdn',        'fmul Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['BFMUL_Z_P_ZZ_',   '01100101 00000010100 Pg:3 Zm Zdn',               'bfmul Zdn.h, Pg/m, Zdn.h, Zm.h',         { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FSUBR_Z_P_ZZ_',   '01100101 size!=00 000011100 Pg:3 Zm Zdn',        'fsubr Zdn.T, Pg/m, Zdn.T, Zm.T',         { feat: 'SVE|SME' }],
  ['FMAXNM_Z_P_ZZ_',  '01100101 size!=00 000100100 Pg:3 Zm Zdn',        'fmaxnm Zdn.T, Pg/m, Zdn.T, Zm.T',        { feat: 'SVE|SME' }],
  ['BFMAXNM_Z_P_ZZ_', '01100101 00000100100 Pg:3 Zm Zdn',               'bfmaxnm Zdn.h, Pg/m, Zdn.h, Zm.h',       { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMINNM_Z_P_ZZ_',  '01100101 size!=00 000101100 Pg:3 Zm Zdn',        'fminnm Zdn.T, Pg/m, Zdn.T, Zm.T',        { feat: 'SVE|SME' }],
  ['BFMINNM_Z_P_ZZ_', '01100101 00000101100 Pg:3 Zm Zdn',               'bfminnm Zdn.h, Pg/m, Zdn.h, Zm.h',       { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMAX_Z_P_ZZ_',    '01100101 size!=00 000110100 Pg:3 Zm Zdn',        'fmax Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['BFMAX_Z_P_ZZ_',   '01100101 00000110100 Pg:3 Zm Zdn',               'bfmax Zdn.h, Pg/m, Zdn.h, Zm.h',         { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FMIN_Z_P_ZZ_',    '01100101 size!=00 000111100 Pg:3 Zm Zdn',        'fmin Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['BFMIN_Z_P_ZZ_',   '01100101 00000111100 Pg:3 Zm Zdn',               'bfmin Zdn.h, Pg/m, Zdn.h, Zm.h',         { feat: 'SVE|SME2 SVE_B16B16' }],
  ['FABD_Z_P_ZZ_',    '01100101 size!=00 001000100 Pg:3 Zm Zdn',        'fabd Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['FSCALE_Z_P_ZZ_',  '01100101 size!=00 001001100 Pg:3 Zm Zdn',        'fscale Zdn.T, Pg/m, Zdn.T, Zm.T',        { feat: 'SVE|SME' }],
  ['BFSCALE_Z_P_ZZ_', '01100101 00001001100 Pg:3 Zm Zdn',               'bfscale Zdn.h, Pg/m, Zdn.h, Zm.h',       { feat: 'SVE_BFSCALE' }],
  ['FMULX_Z_P_ZZ_',   '01100101 size!=00 001010100 Pg:3 Zm Zdn',        'fmulx Zdn.T, Pg/m, Zdn.T, Zm.T',         { feat: 'SVE|SME' }],
  ['FDIVR_Z_P_ZZ_',   '01100101 size!=00 001100100 Pg:3 Zm Zdn',        'fdivr Zdn.T, Pg/m, Zdn.T, Zm.T',         { feat: 'SVE|SME' }],
  ['FDIV_Z_P_ZZ_',    '01100101 size!=00 001101100 Pg:3 Zm Zdn',        'fdiv Zdn.T, Pg/m, Zdn.T, Zm.T',          { feat: 'SVE|SME' }],
  ['FAMAX_Z_P_ZZ_',   '01100101 size!=00 001110100 Pg:3 Zm Zdn',        'famax Zdn.T, Pg/m, Zdn.T, Zm.T',         { feat: 'SVE2|SME2 FAMINMAX' }],
  ['FAMIN_Z_P_ZZ_',   '01100101 size!=00 001111100 Pg:3 Zm Zdn',        'famin Zdn.T, Pg/m, Zdn.T, Zm.T',         { feat: 'SVE2|SME2 FAMINMAX' }],
  ['FTMAD_Z_ZZI_',    '01100101 size!=00 010 imm3 100000 Zm Zdn',       'ftmad Zdn.T, Zdn.T, Zm.T, #imm3',        { feat: 'SVE' }],
  ['FADD_Z_P_ZS_',    '01100101 size!=00 011000100 Pg:3 0000 i1:1 Zdn', 'fadd Zdn.T, Pg/m, Zdn.T, #0.5|1.0 i1',   { feat: 'SVE|SME' }],
  ['FSUB_Z_P_ZS_',    '01100101 size!=00 011001100 Pg:3 0000 i1:1 Zdn', 'fsub Zdn.T, Pg/m, Zdn.T, #0.5|1.0 i1',   { feat: 'SVE|SME' }],
  ['FMUL_Z_P_ZS_',    '01100101 size!=00 011010100 Pg:3 0000 i1:1 Zdn', 'fmul Zdn.T, Pg/m, Zdn.T, #0.5|2.0 i1',   { feat: 'SVE|SME' }],
  ['FSUBR_Z_P_ZS_',   '01100101 size!=00 011011100 Pg:3 0000 i1:1 Zdn', 'fsubr Zdn.T, Pg/m, Zdn.T, #0.5|1.0 i1',  { feat: 'SVE|SME' }],
  ['FMAXNM_Z_P_ZS_',  '01100101 size!=00 011100100 Pg:3 0000 i1:1 Zdn', 'fmaxnm Zdn.T, Pg/m, Zdn.T, #0.0|1.0 i1', { feat: 'SVE|SME' }],
  ['FMINNM_Z_P_ZS_',  '01100101 size!=00 011101100 Pg:3 0000 i1:1 Zdn', 'fminnm Zdn.T, Pg/m, Zdn.T, #0.0|1.0 i1', { feat: 'SVE|SME' }],
  ['FMAX_Z_P_ZS_',    '01100101 size!=00 011110100 Pg:3 0000 i1:1 Zdn', 'fmax Zdn.T, Pg/m, Zdn.T, #0.0|1.0 i1',   { feat: 'SVE|SME' }],
  ['FMIN_Z_P_ZS_',    '01100101 size!=00 011111100 Pg:3 0000 i1:1 Zdn', 'fmin Zdn.T, Pg/m, Zdn.T, #0.0|1.0 i1',   { feat: 'SVE|SME' }],

  // SVE floating-point compare with zero
  ['FCMGE_P_P_Z0_', '01100101 size!=00 010000001 Pg:3 Zn 0 Pd', 'fcmge Pd.T, Pg/z, Zn.T, #0.0', { feat: 'SVE|SME' }],
  ['FCMGT_P_P_Z0_', '01100101 size!=00 010000001 Pg:3 Zn 1 Pd', 'fcmgt Pd.T, Pg/z, Zn.T, #0.0', { feat: 'SVE|SME' }],
  ['FCMLT_P_P_Z0_', '01100101 size!=00 010001001 Pg:3 Zn 0 Pd', 'fcmlt Pd.T, Pg/z, Zn.T, #0.0', { feat: 'SVE|SME' }],
  ['FCMLE_P_P_Z0_', '01100101 size!=00 010001001 Pg:3 Zn 1 Pd', 'fcmle Pd.T, Pg/z, Zn.T, #0.0', { feat: 'SVE|SME' }],
  ['FCMEQ_P_P_Z0_', '01100101 size!=00 010010001 Pg:3 Zn 0 Pd', 'fcmeq Pd.T, Pg/z, Zn.T, #0.0', { feat: 'SVE|SME' }],
  ['FCMNE_P_P_Z0_', '01100101 size!=00 010011001 Pg:3 Zn 0 Pd', 'fcmne Pd.T, Pg/z, Zn.T, #0.0', { feat: 'SVE|SME' }],

  // SVE floating-point serial reduction (predicated)
  ['FADDA_V_P_Z_', '01100101 size!=00 011000001 Pg:3 Zm Vdn', 'fadda <V>dn, Pg, <V>dn, Zm.T', { feat: 'SVE' }],
] }
