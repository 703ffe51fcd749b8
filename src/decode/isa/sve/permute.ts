import type { Row } from '../../encoding.ts'

/** Permutations of vectors and predicates, table lookups, moves between both, selection. */
export function permute(): readonly Row[] { return [
  // SVE Permute Vector - Extract
  ['EXT_Z_ZI_DES', '00000101 001 imm8h:5 000 imm8l:3 Zm Zdn', 'ext Zdn.b, Zdn.b, Zm.b, #imm8h:imm8l', { feat: 'SVE|SME' }],
  ['EXT_Z_ZI_CON', '00000101 011 imm8h:5 000 imm8l:3 Zn Zd',  'ext Zd.b, {Zn.b x2}, #imm8h:imm8l',    { feat: 'SVE2|SME' }],

  // SVE Permute Vector - Segments (indexed element, extract)
  ['DUPQ_Z_ZI_',    '00000101 001 i1:1 tsz!=0000 001001 Zn Zd', 'dupq Zd.Tlow, Zn.Tlow[low]',     { feat: 'SVE2p1|SME2p1' }],
  ['EXTQ_Z_ZI_DES', '00000101 0110 imm4 001001 Zm Zdn',         'extq Zdn.b, Zdn.b, Zm.b, #imm4', { feat: 'SVE2p1|SME2p1' }],

  // SVE Permute Vector - Unpredicated (indexed element)
  ['DUP_Z_ZI_',      '00000101 imm2 1 tsz!=00000 001000 Zn Zd', 'dup Zd.Tlow, Zn.Tlow[low]', { feat: 'SVE|SME' }],
  ['MOV_DUP_Z_ZI_V', '00000101 imm2 1 tsz!=00000 001000 Zn Zd', 'mov Zd.Tlow, <Vlow>n',      { aliasOf: 'DUP_Z_ZI_', when: 'LANE_0' }],
  ['MOV_DUP_Z_ZI_',  '00000101 imm2 1 tsz!=00000 001000 Zn Zd', 'mov Zd.Tlow, Zn.Tlow[low]', { aliasOf: 'DUP_Z_ZI_' }],

  // SVE table lookup (two sources, merging)
  ['TBL_Z_ZZ_2', '00000101 size 1 Zm 001010 Zn Zd', 'tbl Zd.T, {Zn.T x2}, Zm.T', { feat: 'SVE2|SME' }],
  ['TBX_Z_ZZ_',  '00000101 size 1 Zm 001011 Zn Zd', 'tbx Zd.T, Zn.T, Zm.T',      { feat: 'SVE2|SME' }],

  // SVE table lookup (one source)
  ['TBL_Z_ZZ_1', '00000101 size 1 Zm 001100 Zn Zd', 'tbl Zd.T, {Zn.T x1}, Zm.T', { feat: 'SVE|SME' }],

  // SVE table lookup quadword (merging)
  ['TBXQ_Z_ZZ_', '00000101 size 1 Zm 001101 Zn Zd', 'tbxq Zd.T, Zn.T, Zm.T', { feat: 'SVE2p1|SME2p1' }],

  // SVE Permute Vector - Unpredicated
  ['DUP_Z_R_',      '00000101 size 100000001110 Rn Zd',           'dup Zd.T, <R>n|SP',      { feat: 'SVE|SME' }],
  ['MOV_DUP_Z_R_',  '00000101 size 100000001110 Rn Zd',           'mov Zd.T, <R>n|SP',      { aliasOf: 'DUP_Z_R_' }],
  ['INSR_Z_R_',     '00000101 size 100100001110 Rm Zdn',          'insr Zdn.T, <R>m',       { feat: 'SVE|SME' }],
  ['PMOV_P_ZI_B',   '00000101 00101010001110 Zn 0 Pd',            'pmov Pd.b, Zn[0]',       { feat: 'SVE2p1|SME2p1' }],
  ['PMOV_P_ZI_B_0', '00000101 00101010001110 Zn 0 Pd',            'pmov Pd.b, Zn',          { aliasOf: 'PMOV_P_ZI_B' }],
  ['PMOV_Z_PI_B',   '00000101 001010110011100 Pn Zd',             'pmov Zd[0], Pn.b',       { feat: 'SVE2p1|SME2p1' }],
  ['PMOV_Z_PI_B_0', '00000101 001010110011100 Pn Zd',             'pmov Zd, Pn.b',          { aliasOf: 'PMOV_Z_PI_B' }],
  ['PMOV_P_ZI_H',   '00000101 001011 i1:1 0001110 Zn 0 Pd',       'pmov Pd.h, Zn[i1]',      { feat: 'SVE2p1|SME2p1' }],
  ['PMOV_Z_PI_H',   '00000101 001011 i1:1 10011100 Pn Zd',        'pmov Zd[i1], Pn.h',      { feat: 'SVE2p1|SME2p1' }],
  ['SUNPKLO_Z_Z_',  '00000101 size!=00 110000001110 Zn Zd',       'sunpklo Zd.T, Zn.T/2',   { feat: 'SVE|SME' }],
  ['SUNPKHI_Z_Z_',  '00000101 size!=00 110001001110 Zn Zd',       'sunpkhi Zd.T, Zn.T/2',   { feat: 'SVE|SME' }],
  ['UUNPKLO_Z_Z_',  '00000101 size!=00 110010001110 Zn Zd',       'uunpklo Zd.T, Zn.T/2',   { feat: 'SVE|SME' }],
  ['UUNPKHI_Z_Z_',  '00000101 size!=00 110011001110 Zn Zd',       'uunpkhi Zd.T, Zn.T/2',   { feat: 'SVE|SME' }],
  ['INSR_Z_V_',     '00000101 size 110100001110 Vm Zdn',          'insr Zdn.T, <V>m',       { feat: 'SVE|SME' }],
  ['REV_Z_Z_',      '00000101 size 111000001110 Zn Zd',           'rev Zd.T, Zn.T',         { feat: 'SVE|SME' }],
  ['PMOV_P_ZI_S',   '00000101 01101 i2:2 0001110 Zn 0 Pd',        'pmov Pd.s, Zn[i2]',      { feat: 'SVE2p1|SME2p1' }],
  ['PMOV_Z_PI_S',   '00000101 01101 i2:2 10011100 Pn Zd',         'pmov Zd[i2], Pn.s',      { feat: 'SVE2p1|SME2p1' }],
  ['PMOV_P_ZI_D',   '00000101 1 i3h:1 101 i3l:2 0001110 Zn 0 Pd', 'pmov Pd.d, Zn[i3h:i3l]', { feat: 'SVE2p1|SME2p1' }],
  ['PMOV_Z_PI_D',   '00000101 1 i3h:1 101 i3l:2 10011100 Pn Zd',  'pmov Zd[i3h:i3l], Pn.d', { feat: 'SVE2p1|SME2p1' }],

  // SVE Permute Predicate
  ['ZIP1_P_PP_',   '00000101 size 10 Pm 0100000 Pn 0 Pd', 'zip1 Pd.T, Pn.T, Pm.T', { feat: 'SVE|SME' }],
  ['ZIP2_P_PP_',   '00000101 size 10 Pm 0100010 Pn 0 Pd', 'zip2 Pd.T, Pn.T, Pm.T', { feat: 'SVE|SME' }],
  ['UZP1_P_PP_',   '00000101 size 10 Pm 0100100 Pn 0 Pd', 'uzp1 Pd.T, Pn.T, Pm.T', { feat: 'SVE|SME' }],
  ['UZP2_P_PP_',   '00000101 size 10 Pm 0100110 Pn 0 Pd', 'uzp2 Pd.T, Pn.T, Pm.T', { feat: 'SVE|SME' }],
  ['TRN1_P_PP_',   '00000101 size 10 Pm 0101000 Pn 0 Pd', 'trn1 Pd.T, Pn.T, Pm.T', { feat: 'SVE|SME' }],
  ['TRN2_P_PP_',   '00000101 size 10 Pm 0101010 Pn 0 Pd', 'trn2 Pd.T, Pn.T, Pm.T', { feat: 'SVE|SME' }],
  ['PUNPKLO_P_P_', '00000101 001100000100000 Pn 0 Pd',    'punpklo Pd.h, Pn.b',    { feat: 'SVE|SME' }],
  ['PUNPKHI_P_P_', '00000101 001100010100000 Pn 0 Pd',    'punpkhi Pd.h, Pn.b',    { feat: 'SVE|SME' }],
  ['REV_P_P_',     '00000101 size 1101000100000 Pn 0 Pd', 'rev Pd.T, Pn.T',        { feat: 'SVE|SME' }],

  // SVE permute vector elements
  ['ZIP1_Z_ZZ_', '00000101 size 1 Zm 011000 Zn Zd', 'zip1 Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['ZIP2_Z_ZZ_', '00000101 size 1 Zm 011001 Zn Zd', 'zip2 Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['UZP1_Z_ZZ_', '00000101 size 1 Zm 011010 Zn Zd', 'uzp1 Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['UZP2_Z_ZZ_', '00000101 size 1 Zm 011011 Zn Zd', 'uzp2 Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['TRN1_Z_ZZ_', '00000101 size 1 Zm 011100 Zn Zd', 'trn1 Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['TRN2_Z_ZZ_', '00000101 size 1 Zm 011101 Zn Zd', 'trn2 Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],

  // SVE Permute Vector - Predicated
  ['CPY_Z_P_V_',        '00000101 size 100000100 Pg:3 Vn Zd',     'cpy Zd.T, Pg/m, <V>n',          { feat: 'SVE|SME' }],
  ['MOV_CPY_Z_P_V_',    '00000101 size 100000100 Pg:3 Vn Zd',     'mov Zd.T, Pg/m, <V>n',          { aliasOf: 'CPY_Z_P_V_' }],
  ['LASTA_R_P_Z_',      '00000101 size 100000101 Pg:3 Zn Rd',     'lasta <R>d, Pg, Zn.T',          { feat: 'SVE|SME' }],
  ['COMPACT_Z_P_Z_S',   '00000101 size=0x 100001100 Pg:3 Zn Zd',  'compact Zd.T, Pg, Zn.T',        { feat: 'SVE2p2|SME2p2' }],
  ['LASTB_R_P_Z_',      '00000101 size 100001101 Pg:3 Zn Rd',     'lastb <R>d, Pg, Zn.T',          { feat: 'SVE|SME' }],
  ['LASTA_V_P_Z_',      '00000101 size 100010100 Pg:3 Zn Vd',     'lasta <V>d, Pg, Zn.T',          { feat: 'SVE|SME' }],
  ['LASTB_V_P_Z_',      '00000101 size 100011100 Pg:3 Zn Vd',     'lastb <V>d, Pg, Zn.T',          { feat: 'SVE|SME' }],
  ['REVB_Z_Z_M',        '00000101 size!=00 100100100 Pg:3 Zn Zd', 'revb Zd.T, Pg/m, Zn.T',         { feat: 'SVE|SME' }],
  ['REVB_Z_Z_Z',        '00000101 size!=00 100100101 Pg:3 Zn Zd', 'revb Zd.T, Pg/z, Zn.T',         { feat: 'SVE2p2|SME2p2' }],
  ['REVH_Z_Z_M',        '00000101 size=1x 100101100 Pg:3 Zn Zd',  'revh Zd.T, Pg/m, Zn.T',         { feat: 'SVE|SME' }],
  ['REVH_Z_Z_Z',        '00000101 size=1x 100101101 Pg:3 Zn Zd',  'revh Zd.T, Pg/z, Zn.T',         { feat: 'SVE2p2|SME2p2' }],
  ['REVW_Z_Z_M',        '00000101 11 100110100 Pg:3 Zn Zd',       'revw Zd.d, Pg/m, Zn.d',         { feat: 'SVE|SME' }],
  ['REVW_Z_Z_Z',        '00000101 11 100110101 Pg:3 Zn Zd',       'revw Zd.d, Pg/z, Zn.d',         { feat: 'SVE2p2|SME2p2' }],
  ['RBIT_Z_P_Z_M',      '00000101 size 100111100 Pg:3 Zn Zd',     'rbit Zd.T, Pg/m, Zn.T',         { feat: 'SVE|SME' }],
  ['RBIT_Z_P_Z_Z',      '00000101 size 100111101 Pg:3 Zn Zd',     'rbit Zd.T, Pg/z, Zn.T',         { feat: 'SVE2p2|SME2p2' }],
  ['CLASTA_Z_P_ZZ_',    '00000101 size 101000100 Pg:3 Zm Zdn',    'clasta Zdn.T, Pg, Zdn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CPY_Z_P_R_',        '00000101 size 101000101 Pg:3 Rn Zd',     'cpy Zd.T, Pg/m, <R>n|SP',       { feat: 'SVE|SME' }],
  ['MOV_CPY_Z_P_R_',    '00000101 size 101000101 Pg:3 Rn Zd',     'mov Zd.T, Pg/m, <R>n|SP',       { aliasOf: 'CPY_Z_P_R_' }],
  ['CLASTB_Z_P_ZZ_',    '00000101 size 101001100 Pg:3 Zm Zdn',    'clastb Zdn.T, Pg, Zdn.T, Zm.T', { feat: 'SVE|SME' }],
  ['CLASTA_V_P_Z_',     '00000101 size 101010100 Pg:3 Zm Vdn',    'clasta <V>dn, Pg, <V>dn, Zm.T', { feat: 'SVE|SME' }],
  ['CLASTB_V_P_Z_',     '00000101 size 101011100 Pg:3 Zm Vdn',    'clastb <V>dn, Pg, <V>dn, Zm.T', { feat: 'SVE|SME' }],
  ['SPLICE_Z_P_ZZ_DES', '00000101 size 101100100 Pv:3 Zm Zdn',    'splice Zdn.T, Pv, Zdn.T, Zm.T', { feat: 'SVE|SME' }],
  ['SPLICE_Z_P_ZZ_CON', '00000101 size 101101100 Pv:3 Zn Zd',     'splice Zd.T, Pv, {Zn.T x2}',    { feat: 'SVE2|SME' }],
  ['REVD_Z_P_Z_M',      '00000101 00101110100 Pg:3 Zn Zd',        'revd Zd.q, Pg/m, Zn.q',         { feat: 'SVE2p1|SME' }],
  ['REVD_Z_P_Z_Z',      '00000101 00101110101 Pg:3 Zn Zd',        'revd Zd.q, Pg/z, Zn.q',         { feat: 'SVE2p2|SME2p2' }],
  ['CLASTA_R_P_Z_',     '00000101 size 110000101 Pg:3 Zm Rdn',    'clasta <R>dn, Pg, <R>dn, Zm.T', { feat: 'SVE|SME' }],
  ['EXPAND_Z_P_Z_',     '00000101 size 110001100 Pg:3 Zn Zd',     'expand Zd.T, Pg, Zn.T',         { feat: 'SVE2p2|SME2p2' }],
  ['CLASTB_R_P_Z_',     '00000101 size 110001101 Pg:3 Zm Rdn',    'clastb <R>dn, Pg, <R>dn, Zm.T', { feat: 'SVE|SME' }],
  ['COMPACT_Z_P_Z_',    '00000101 size=1x 100001100 Pg:3 Zn Zd',  'compact Zd.T, Pg, Zn.T',        { feat: 'SVE|SME2p2' }],

  // SVE select vector elements (predicated)
  ['SEL_Z_P_ZZ_',     '00000101 size 1 Zm 11 Pv Zn Zd', 'sel Zd.T, Pv, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['MOV_SEL_Z_P_ZZ_', '00000101 size 1 Zm 11 Pv Zn Zd', 'mov Zd.T, Pv/m, Zn.T',     { aliasOf: 'SEL_Z_P_ZZ_', when: 'ZD_EQUALS_ZM' }],

  // SVE permute vector segments
  ['ZIP1_Z_ZZ_Q', '00000101 101 Zm 000000 Zn Zd', 'zip1 Zd.q, Zn.q, Zm.q', { feat: 'F64MM' }],
  ['ZIP2_Z_ZZ_Q', '00000101 101 Zm 000001 Zn Zd', 'zip2 Zd.q, Zn.q, Zm.q', { feat: 'F64MM' }],
  ['UZP1_Z_ZZ_Q', '00000101 101 Zm 000010 Zn Zd', 'uzp1 Zd.q, Zn.q, Zm.q', { feat: 'F64MM' }],
  ['UZP2_Z_ZZ_Q', '00000101 101 Zm 000011 Zn Zd', 'uzp2 Zd.q, Zn.q, Zm.q', { feat: 'F64MM' }],
  ['TRN1_Z_ZZ_Q', '00000101 101 Zm 000110 Zn Zd', 'trn1 Zd.q, Zn.q, Zm.q', { feat: 'F64MM' }],
  ['TRN2_Z_ZZ_Q', '00000101 101 Zm 000111 Zn Zd', 'trn2 Zd.q, Zn.q, Zm.q', { feat: 'F64MM' }],

  // SVE permute vector elements (quadwords)
  ['ZIPQ1_Z_ZZ_', '01000100 size 0 Zm 111000 Zn Zd', 'zipq1 Zd.T, Zn.T, Zm.T',     { feat: 'SVE2p1|SME2p1' }],
  ['ZIPQ2_Z_ZZ_', '01000100 size 0 Zm 111001 Zn Zd', 'zipq2 Zd.T, Zn.T, Zm.T',     { feat: 'SVE2p1|SME2p1' }],
  ['UZPQ1_Z_ZZ_', '01000100 size 0 Zm 111010 Zn Zd', 'uzpq1 Zd.T, Zn.T, Zm.T',     { feat: 'SVE2p1|SME2p1' }],
  ['UZPQ2_Z_ZZ_', '01000100 size 0 Zm 111011 Zn Zd', 'uzpq2 Zd.T, Zn.T, Zm.T',     { feat: 'SVE2p1|SME2p1' }],
  ['TBLQ_Z_ZZ_',  '01000100 size 0 Zm 111110 Zn Zd', 'tblq Zd.T, {Zn.T x1}, Zm.T', { feat: 'SVE2p1|SME2p1' }],
] }
