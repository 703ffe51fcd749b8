import type { Row } from '../../encoding.ts'

/** Comparisons of integers: vectors, immediates, and the scalars of WHILE and CTERM. */
export function compare(): readonly Row[] { return [
  // SVE Integer Compare - Vectors
  ['CMPHS_P_P_ZZ_', '00100100 size 0 Zm 000 Pg:3 Zn 0 Pd',     'cmphs Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CMPHI_P_P_ZZ_', '00100100 size 0 Zm 000 Pg:3 Zn 1 Pd',     'cmphi Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CMPEQ_P_P_ZW_', '00100100 size!=11 0 Zm 001 Pg:3 Zn 0 Pd', 'cmpeq Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPNE_P_P_ZW_', '00100100 size!=11 0 Zm 001 Pg:3 Zn 1 Pd', 'cmpne Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPGE_P_P_ZW_', '00100100 size!=11 0 Zm 010 Pg:3 Zn 0 Pd', 'cmpge Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPGT_P_P_ZW_', '00100100 size!=11 0 Zm 010 Pg:3 Zn 1 Pd', 'cmpgt Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPLT_P_P_ZW_', '00100100 size!=11 0 Zm 011 Pg:3 Zn 0 Pd', 'cmplt Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPLE_P_P_ZW_', '00100100 size!=11 0 Zm 011 Pg:3 Zn 1 Pd', 'cmple Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPGE_P_P_ZZ_', '00100100 size 0 Zm 100 Pg:3 Zn 0 Pd',     'cmpge Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CMPGT_P_P_ZZ_', '00100100 size 0 Zm 100 Pg:3 Zn 1 Pd',     'cmpgt Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CMPEQ_P_P_ZZ_', '00100100 size 0 Zm 101 Pg:3 Zn 0 Pd',     'cmpeq Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CMPNE_P_P_ZZ_', '00100100 size 0 Zm 101 Pg:3 Zn 1 Pd',     'cmpne Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CMPHS_P_P_ZW_', '00100100 size!=11 0 Zm 110 Pg:3 Zn 0 Pd', 'cmphs Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPHI_P_P_ZW_', '00100100 size!=11 0 Zm 110 Pg:3 Zn 1 Pd', 'cmphi Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPLO_P_P_ZW_', '00100100 size!=11 0 Zm 111 Pg:3 Zn 0 Pd', 'cmplo Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],
  ['CMPLS_P_P_ZW_', '00100100 size!=11 0 Zm 111 Pg:3 Zn 1 Pd', 'cmpls Pd.T, Pg/z, Zn.T, Zm.d', { feat: 'SVE|SME' }],

  // SVE integer compare with unsigned immediate
  ['CMPHS_P_P_ZI_', '00100100 size 1 imm7 0 Pg:3 Zn 0 Pd', 'cmphs Pd.T, Pg/z, Zn.T, #imm7', { feat: 'SVE|SME' }],
  ['CMPHI_P_P_ZI_', '00100100 size 1 imm7 0 Pg:3 Zn 1 Pd', 'cmphi Pd.T, Pg/z, Zn.T, #imm7', { feat: 'SVE|SME' }],
  ['CMPLO_P_P_ZI_', '00100100 size 1 imm7 1 Pg:3 Zn 0 Pd', 'cmplo Pd.T, Pg/z, Zn.T, #imm7', { feat: 'SVE|SME' }],
  ['CMPLS_P_P_ZI_', '00100100 size 1 imm7 1 Pg:3 Zn 1 Pd', 'cmpls Pd.T, Pg/z, Zn.T, #imm7', { feat: 'SVE|SME' }],

  // SVE integer compare with signed immediate
  ['CMPGE_P_P_ZI_', '00100101 size 0 imm5 000 Pg:3 Zn 0 Pd', 'cmpge Pd.T, Pg/z, Zn.T, #simm5', { feat: 'SVE|SME' }],
  ['CMPGT_P_P_ZI_', '00100101 size 0 imm5 000 Pg:3 Zn 1 Pd', 'cmpgt Pd.T, Pg/z, Zn.T, #simm5', { feat: 'SVE|SME' }],
  ['CMPLT_P_P_ZI_', '00100101 size 0 imm5 001 Pg:3 Zn 0 Pd', 'cmplt Pd.T, Pg/z, Zn.T, #simm5', { feat: 'SVE|SME' }],
  ['CMPLE_P_P_ZI_', '00100101 size 0 imm5 001 Pg:3 Zn 1 Pd', 'cmple Pd.T, Pg/z, Zn.T, #simm5', { feat: 'SVE|SME' }],
  ['CMPEQ_P_P_ZI_', '00100101 size 0 imm5 100 Pg:3 Zn 0 Pd', 'cmpeq Pd.T, Pg/z, Zn.T, #simm5', { feat: 'SVE|SME' }],
  ['CMPNE_P_P_ZI_', '00100101 size 0 imm5 100 Pg:3 Zn 1 Pd', 'cmpne Pd.T, Pg/z, Zn.T, #simm5', { feat: 'SVE|SME' }],

  // SVE Integer Compare - Scalars
  ['WHILEGE_P_P_RR_', '00100101 size 1 Rm 000 sf:1 00 Rn 0 Pd', 'whilege Pd.T, <R>n, <R>m', { feat: 'SVE2|SME' }],
  ['WHILEGT_P_P_RR_', '00100101 size 1 Rm 000 sf:1 00 Rn 1 Pd', 'whilegt Pd.T, <R>n, <R>m', { feat: 'SVE2|SME' }],
  ['WHILELT_P_P_RR_', '00100101 size 1 Rm 000 sf:1 01 Rn 0 Pd', 'whilelt Pd.T, <R>n, <R>m', { feat: 'SVE|SME' }],
  ['WHILELE_P_P_RR_', '00100101 size 1 Rm 000 sf:1 01 Rn 1 Pd', 'whilele Pd.T, <R>n, <R>m', { feat: 'SVE|SME' }],
  ['WHILEHS_P_P_RR_', '00100101 size 1 Rm 000 sf:1 10 Rn 0 Pd', 'whilehs Pd.T, <R>n, <R>m', { feat: 'SVE2|SME' }],
  ['WHILEHI_P_P_RR_', '00100101 size 1 Rm 000 sf:1 10 Rn 1 Pd', 'whilehi Pd.T, <R>n, <R>m', { feat: 'SVE2|SME' }],
  ['WHILELO_P_P_RR_', '00100101 size 1 Rm 000 sf:1 11 Rn 0 Pd', 'whilelo Pd.T, <R>n, <R>m', { feat: 'SVE|SME' }],
  ['WHILELS_P_P_RR_', '00100101 size 1 Rm 000 sf:1 11 Rn 1 Pd', 'whilels Pd.T, <R>n, <R>m', { feat: 'SVE|SME' }],
  ['WHILEWR_P_RR_',   '00100101 size 1 Rm 001100 Rn 0 Pd',      'whilewr Pd.T, Xn, Xm',     { feat: 'SVE2|SME' }],
  ['WHILERW_P_RR_',   '00100101 size 1 Rm 001100 Rn 1 Pd',      'whilerw Pd.T, Xn, Xm',     { feat: 'SVE2|SME' }],
  ['CTERMEQ_RR_',     '00100101 size=1x 1 Rm 001000 Rn 00000',  'ctermeq <R>n, <R>m',       { feat: 'SVE|SME' }],
  ['CTERMNE_RR_',     '00100101 size=1x 1 Rm 001000 Rn 10000',  'ctermne <R>n, <R>m',       { feat: 'SVE|SME' }],

  // SVE Scalar Integer Compare - Predicate-as-counter
  ['WHILEGE_PN_RR_', '00100101 size 1 Rm 01 vl:1 000 Rn 10 PNd:3',  'whilege PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILEGT_PN_RR_', '00100101 size 1 Rm 01 vl:1 000 Rn 11 PNd:3',  'whilegt PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILELT_PN_RR_', '00100101 size 1 Rm 01 vl:1 001 Rn 10 PNd:3',  'whilelt PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILELE_PN_RR_', '00100101 size 1 Rm 01 vl:1 001 Rn 11 PNd:3',  'whilele PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILEHS_PN_RR_', '00100101 size 1 Rm 01 vl:1 010 Rn 10 PNd:3',  'whilehs PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILEHI_PN_RR_', '00100101 size 1 Rm 01 vl:1 010 Rn 11 PNd:3',  'whilehi PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILELO_PN_RR_', '00100101 size 1 Rm 01 vl:1 011 Rn 10 PNd:3',  'whilelo PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILELS_PN_RR_', '00100101 size 1 Rm 01 vl:1 011 Rn 11 PNd:3',  'whilels PNd.T, Xn, Xm, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['WHILEGE_PP_RR_', '00100101 size 1 Rm 010100 Rn 1 Pd:3 0',       'whilege {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILEGT_PP_RR_', '00100101 size 1 Rm 010100 Rn 1 Pd:3 1',       'whilegt {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILELT_PP_RR_', '00100101 size 1 Rm 010101 Rn 1 Pd:3 0',       'whilelt {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILELE_PP_RR_', '00100101 size 1 Rm 010101 Rn 1 Pd:3 1',       'whilele {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILEHS_PP_RR_', '00100101 size 1 Rm 010110 Rn 1 Pd:3 0',       'whilehs {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILEHI_PP_RR_', '00100101 size 1 Rm 010110 Rn 1 Pd:3 1',       'whilehi {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILELO_PP_RR_', '00100101 size 1 Rm 010111 Rn 1 Pd:3 0',       'whilelo {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['WHILELS_PP_RR_', '00100101 size 1 Rm 010111 Rn 1 Pd:3 1',       'whilels {Pd*2.T x2}, Xn, Xm',    { feat: 'SVE2p1|SME2' }],
  ['PEXT_PN_RR_',    '00100101 size 100000011100 imm2 PNn:3 1 Pd',  'pext Pd.T, PNn[imm2]',           { feat: 'SVE2p1|SME2' }],
  ['PEXT_PP_RR_',    '00100101 size 1000000111010 i1:1 PNn:3 1 Pd', 'pext {Pd.T x2}, PNn[i1]',        { feat: 'SVE2p1|SME2' }],
  ['PTRUE_PN_I_',    '00100101 size 1000000111100000010 PNd:3',     'ptrue PNd.T',                    { feat: 'SVE2p1|SME2' }],
] }
