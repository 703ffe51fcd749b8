import type { Row } from '../../encoding.ts'

/** Predicates: logic, breaks, counts, the first-fault register. */
export function predicate(): readonly Row[] { return [
  // SVE predicate logical operations
  ['AND_P_P_PP_Z',       '00100101 0000 Pm 01 Pg 0 Pn 0 Pd', 'and Pd.b, Pg/z, Pn.b, Pm.b',   { feat: 'SVE|SME' }],
  ['BIC_P_P_PP_Z',       '00100101 0000 Pm 01 Pg 0 Pn 1 Pd', 'bic Pd.b, Pg/z, Pn.b, Pm.b',   { feat: 'SVE|SME' }],
  ['EOR_P_P_PP_Z',       '00100101 0000 Pm 01 Pg 1 Pn 0 Pd', 'eor Pd.b, Pg/z, Pn.b, Pm.b',   { feat: 'SVE|SME' }],
  ['SEL_P_P_PP_',        '00100101 0000 Pm 01 Pg 1 Pn 1 Pd', 'sel Pd.b, Pg, Pn.b, Pm.b',     { feat: 'SVE|SME' }],
  ['ANDS_P_P_PP_Z',      '00100101 0100 Pm 01 Pg 0 Pn 0 Pd', 'ands Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['BICS_P_P_PP_Z',      '00100101 0100 Pm 01 Pg 0 Pn 1 Pd', 'bics Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['EORS_P_P_PP_Z',      '00100101 0100 Pm 01 Pg 1 Pn 0 Pd', 'eors Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['ORR_P_P_PP_Z',       '00100101 1000 Pm 01 Pg 0 Pn 0 Pd', 'orr Pd.b, Pg/z, Pn.b, Pm.b',   { feat: 'SVE|SME' }],
  ['ORN_P_P_PP_Z',       '00100101 1000 Pm 01 Pg 0 Pn 1 Pd', 'orn Pd.b, Pg/z, Pn.b, Pm.b',   { feat: 'SVE|SME' }],
  ['NOR_P_P_PP_Z',       '00100101 1000 Pm 01 Pg 1 Pn 0 Pd', 'nor Pd.b, Pg/z, Pn.b, Pm.b',   { feat: 'SVE|SME' }],
  ['NAND_P_P_PP_Z',      '00100101 1000 Pm 01 Pg 1 Pn 1 Pd', 'nand Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['ORRS_P_P_PP_Z',      '00100101 1100 Pm 01 Pg 0 Pn 0 Pd', 'orrs Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['ORNS_P_P_PP_Z',      '00100101 1100 Pm 01 Pg 0 Pn 1 Pd', 'orns Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['NORS_P_P_PP_Z',      '00100101 1100 Pm 01 Pg 1 Pn 0 Pd', 'nors Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['NANDS_P_P_PP_Z',     '00100101 1100 Pm 01 Pg 1 Pn 1 Pd', 'nands Pd.b, Pg/z, Pn.b, Pm.b', { feat: 'SVE|SME' }],
  ['MOV_AND_P_P_PP_Z',   '00100101 0000 Pm 01 Pg 0 Pn 0 Pd', 'mov Pd.b, Pg/z, Pn.b',         { aliasOf: 'AND_P_P_PP_Z', when: 'PN_EQUALS_PM' }],
  ['NOT_EOR_P_P_PP_Z',   '00100101 0000 Pm 01 Pg 1 Pn 0 Pd', 'not Pd.b, Pg/z, Pn.b',         { aliasOf: 'EOR_P_P_PP_Z', when: 'PM_EQUALS_PG' }],
  ['MOV_SEL_P_P_PP_',    '00100101 0000 Pm 01 Pg 1 Pn 1 Pd', 'mov Pd.b, Pg/m, Pn.b',         { aliasOf: 'SEL_P_P_PP_', when: 'PD_EQUALS_PM' }],
  ['MOVS_ANDS_P_P_PP_Z', '00100101 0100 Pm 01 Pg 0 Pn 0 Pd', 'movs Pd.b, Pg/z, Pn.b',        { aliasOf: 'ANDS_P_P_PP_Z', when: 'PN_EQUALS_PM' }],
  ['NOTS_EORS_P_P_PP_Z', '00100101 0100 Pm 01 Pg 1 Pn 0 Pd', 'nots Pd.b, Pg/z, Pn.b',        { aliasOf: 'EORS_P_P_PP_Z', when: 'PM_EQUALS_PG' }],
  ['MOV_ORR_P_P_PP_Z',   '00100101 1000 Pm 01 Pg 0 Pn 0 Pd', 'mov Pd.b, Pn.b',               { aliasOf: 'ORR_P_P_PP_Z', when: 'PN_PM_PG_EQUAL' }],
  ['MOVS_ORRS_P_P_PP_Z', '00100101 1100 Pm 01 Pg 0 Pn 0 Pd', 'movs Pd.b, Pn.b',              { aliasOf: 'ORRS_P_P_PP_Z', when: 'PN_PM_PG_EQUAL' }],

  // SVE Propagate Break
  ['BRKPA_P_P_PP_',  '00100101 0000 Pm 11 Pg 0 Pn 0 Pd', 'brkpa Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['BRKPB_P_P_PP_',  '00100101 0000 Pm 11 Pg 0 Pn 1 Pd', 'brkpb Pd.b, Pg/z, Pn.b, Pm.b',  { feat: 'SVE|SME' }],
  ['BRKPAS_P_P_PP_', '00100101 0100 Pm 11 Pg 0 Pn 0 Pd', 'brkpas Pd.b, Pg/z, Pn.b, Pm.b', { feat: 'SVE|SME' }],
  ['BRKPBS_P_P_PP_', '00100101 0100 Pm 11 Pg 0 Pn 1 Pd', 'brkpbs Pd.b, Pg/z, Pn.b, Pm.b', { feat: 'SVE|SME' }],

  // SVE Partition Break
  ['BRKA_P_P_P_',   '00100101 0001000001 Pg 0 Pn M:1 Pd', 'brka Pd.b, Pg/M, Pn.b',          { feat: 'SVE|SME' }],
  ['BRKN_P_P_PP_',  '00100101 0001100001 Pg 0 Pn 0 Pdm',  'brkn Pdm.b, Pg/z, Pn.b, Pdm.b',  { feat: 'SVE|SME' }],
  ['BRKAS_P_P_P_Z', '00100101 0101000001 Pg 0 Pn 0 Pd',   'brkas Pd.b, Pg/z, Pn.b',         { feat: 'SVE|SME' }],
  ['BRKNS_P_P_PP_', '00100101 0101100001 Pg 0 Pn 0 Pdm',  'brkns Pdm.b, Pg/z, Pn.b, Pdm.b', { feat: 'SVE|SME' }],
  ['BRKB_P_P_P_',   '00100101 1001000001 Pg 0 Pn M:1 Pd', 'brkb Pd.b, Pg/M, Pn.b',          { feat: 'SVE|SME' }],
  ['BRKBS_P_P_P_Z', '00100101 1101000001 Pg 0 Pn 0 Pd',   'brkbs Pd.b, Pg/z, Pn.b',         { feat: 'SVE|SME' }],

  // SVE Predicate Misc
  ['PTRUE_P_S_',    '00100101 size 011000111000 pattern 0 Pd', 'ptrue Pd.T, pattern',     { feat: 'SVE|SME' }],
  ['PFALSE_P_',     '00100101 00011000111001000000 Pd',        'pfalse Pd.b',             { feat: 'SVE|SME' }],
  ['RDFFR_P_P_F_',  '00100101 000110001111000 Pg 0 Pd',        'rdffr Pd.b, Pg/z',        { feat: 'SVE' }],
  ['PNEXT_P_P_P_',  '00100101 size 0110011100010 Pv 0 Pdn',    'pnext Pdn.T, Pv, Pdn.T',  { feat: 'SVE|SME' }],
  ['PTRUES_P_S_',   '00100101 size 011001111000 pattern 0 Pd', 'ptrues Pd.T, pattern',    { feat: 'SVE|SME' }],
  ['RDFFR_P_F_',    '00100101 00011001111100000000 Pd',        'rdffr Pd.b',              { feat: 'SVE' }],
  ['PTEST__P_P_',   '00100101 0101000011 Pg 0 Pn 00000',       'ptest Pg, Pn.b',          { feat: 'SVE|SME' }],
  ['PFIRST_P_P_P_', '00100101 010110001100000 Pg 0 Pdn',       'pfirst Pdn.b, Pg, Pdn.b', { feat: 'SVE|SME' }],
  ['RDFFRS_P_P_F_', '00100101 010110001111000 Pg 0 Pd',        'rdffrs Pd.b, Pg/z',       { feat: 'SVE' }],

  // SVE Broadcast Predicate Element
  ['PSEL_P_PPI_', '00100101 i1:1 tszh:1 1 tszl:3 Rv:2 01 Pn 0 Pm 0 Pd', 'psel Pd, Pn, Pm.Tlow[Wv+12, low]', { feat: 'SVE2p1|SME', reserved: ['PSEL_TSZ_ZERO'] }],

  // SVE Predicate Count
  ['CNTP_R_P_P_',   '00100101 size 10000010 Pg 0 Pn Rd',         'cntp Xd, Pg, Pn.T',       { feat: 'SVE|SME' }],
  ['CNTP_R_PN_',    '00100101 size 10000010000 vl:1 1 PNn:4 Rd', 'cntp Xd, PNn.T, vlx(vl)', { feat: 'SVE2p1|SME2' }],
  ['FIRSTP_R_P_P_', '00100101 size 10000110 Pg 0 Pn Rd',         'firstp Xd, Pg, Pn.T',     { feat: 'SVE2p2|SME2p2' }],
  ['LASTP_R_P_P_',  '00100101 size 10001010 Pg 0 Pn Rd',         'lastp Xd, Pg, Pn.T',      { feat: 'SVE2p2|SME2p2' }],

  // SVE Inc/Dec by Predicate Count
  ['SQINCP_Z_P_Z_',   '00100101 size!=00 1010001000000 Pm Zdn', 'sqincp Zdn.T, Pm.T',    { feat: 'SVE|SME' }],
  ['SQINCP_R_P_R_SX', '00100101 size 1010001000100 Pm Rdn',     'sqincp Xdn, Pm.T, Wdn', { feat: 'SVE|SME' }],
  ['SQINCP_R_P_R_X',  '00100101 size 1010001000110 Pm Rdn',     'sqincp Xdn, Pm.T',      { feat: 'SVE|SME' }],
  ['UQINCP_Z_P_Z_',   '00100101 size!=00 1010011000000 Pm Zdn', 'uqincp Zdn.T, Pm.T',    { feat: 'SVE|SME' }],
  ['UQINCP_R_P_R_UW', '00100101 size 1010011000100 Pm Rdn',     'uqincp Wdn, Pm.T',      { feat: 'SVE|SME' }],
  ['UQINCP_R_P_R_X',  '00100101 size 1010011000110 Pm Rdn',     'uqincp Xdn, Pm.T',      { feat: 'SVE|SME' }],
  ['SQDECP_Z_P_Z_',   '00100101 size!=00 1010101000000 Pm Zdn', 'sqdecp Zdn.T, Pm.T',    { feat: 'SVE|SME' }],
  ['SQDECP_R_P_R_SX', '00100101 size 1010101000100 Pm Rdn',     'sqdecp Xdn, Pm.T, Wdn', { feat: 'SVE|SME' }],
  ['SQDECP_R_P_R_X',  '00100101 size 1010101000110 Pm Rdn',     'sqdecp Xdn, Pm.T',      { feat: 'SVE|SME' }],
  ['UQDECP_Z_P_Z_',   '00100101 size!=00 1010111000000 Pm Zdn', 'uqdecp Zdn.T, Pm.T',    { feat: 'SVE|SME' }],
  ['UQDECP_R_P_R_UW', '00100101 size 1010111000100 Pm Rdn',     'uqdecp Wdn, Pm.T',      { feat: 'SVE|SME' }],
  ['UQDECP_R_P_R_X',  '00100101 size 1010111000110 Pm Rdn',     'uqdecp Xdn, Pm.T',      { feat: 'SVE|SME' }],
  ['INCP_Z_P_Z_',     '00100101 size!=00 1011001000000 Pm Zdn', 'incp Zdn.T, Pm.T',      { feat: 'SVE|SME' }],
  ['INCP_R_P_R_',     '00100101 size 1011001000100 Pm Rdn',     'incp Xdn, Pm.T',        { feat: 'SVE|SME' }],
  ['DECP_Z_P_Z_',     '00100101 size!=00 1011011000000 Pm Zdn', 'decp Zdn.T, Pm.T',      { feat: 'SVE|SME' }],
  ['DECP_R_P_R_',     '00100101 size 1011011000100 Pm Rdn',     'decp Xdn, Pm.T',        { feat: 'SVE|SME' }],

  // SVE Write FFR
  ['WRFFR_F_P_', '00100101 001010001001000 Pn 00000', 'wrffr Pn.b', { feat: 'SVE' }],
  ['SETFFR_F_',  '00100101 001011001001000000000000', 'setffr',     { feat: 'SVE' }],
] }
