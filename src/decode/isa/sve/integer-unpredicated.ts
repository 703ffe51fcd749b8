import type { Row } from '../../encoding.ts'

/** Integer arithmetic and logic on whole vectors, indices, addresses. */
export function integerUnpredicated(): readonly Row[] { return [
  // SVE integer add/subtract vectors (unpredicated)
  ['ADD_Z_ZZ_',   '00000100 size 1 Zm 000000 Zn Zd', 'add Zd.T, Zn.T, Zm.T',   { feat: 'SVE|SME' }],
  ['SUB_Z_ZZ_',   '00000100 size 1 Zm 000001 Zn Zd', 'sub Zd.T, Zn.T, Zm.T',   { feat: 'SVE|SME' }],
  ['SQADD_Z_ZZ_', '00000100 size 1 Zm 000100 Zn Zd', 'sqadd Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['UQADD_Z_ZZ_', '00000100 size 1 Zm 000101 Zn Zd', 'uqadd Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['SQSUB_Z_ZZ_', '00000100 size 1 Zm 000110 Zn Zd', 'sqsub Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['UQSUB_Z_ZZ_', '00000100 size 1 Zm 000111 Zn Zd', 'uqsub Zd.T, Zn.T, Zm.T', { feat: 'SVE|SME' }],
  ['ADDPT_Z_ZZ_', '00000100 111 Zm 000010 Zn Zd',    'addpt Zd.d, Zn.d, Zm.d', { feat: 'SVE CPA' }],
  ['SUBPT_Z_ZZ_', '00000100 111 Zm 000011 Zn Zd',    'subpt Zd.d, Zn.d, Zm.d', { feat: 'SVE CPA' }],

  // SVE Bitwise Logical - Unpredicated
  ['AND_Z_ZZ_',     '00000100 001 Zm 001100 Zn Zd',                'and Zd.d, Zn.d, Zm.d',                     { feat: 'SVE|SME' }],
  ['XAR_Z_ZZI_',    '00000100 tszh:2 1 tszl:2 imm3 001101 Zm Zdn', 'xar Zdn.Thigh, Zdn.Thigh, Zm.Thigh, #shr', { feat: 'SVE2|SME', reserved: ['TSZ_ZERO'] }],
  ['EOR3_Z_ZZZ_',   '00000100 001 Zm 001110 Zk Zdn',               'eor3 Zdn.d, Zdn.d, Zm.d, Zk.d',            { feat: 'SVE2|SME' }],
  ['BSL_Z_ZZZ_',    '00000100 001 Zm 001111 Zk Zdn',               'bsl Zdn.d, Zdn.d, Zm.d, Zk.d',             { feat: 'SVE2|SME' }],
  ['ORR_Z_ZZ_',     '00000100 011 Zm 001100 Zn Zd',                'orr Zd.d, Zn.d, Zm.d',                     { feat: 'SVE|SME' }],
  ['MOV_ORR_Z_ZZ_', '00000100 011 Zm 001100 Zn Zd',                'mov Zd.d, Zn.d',                           { aliasOf: 'ORR_Z_ZZ_', when: 'RN_EQUALS_RM' }],
  ['BCAX_Z_ZZZ_',   '00000100 011 Zm 001110 Zk Zdn',               'bcax Zdn.d, Zdn.d, Zm.d, Zk.d',            { feat: 'SVE2|SME' }],
  ['BSL1N_Z_ZZZ_',  '00000100 011 Zm 001111 Zk Zdn',               'bsl1n Zdn.d, Zdn.d, Zm.d, Zk.d',           { feat: 'SVE2|SME' }],
  ['EOR_Z_ZZ_',     '00000100 101 Zm 001100 Zn Zd',                'eor Zd.d, Zn.d, Zm.d',                     { feat: 'SVE|SME' }],
  ['BSL2N_Z_ZZZ_',  '00000100 101 Zm 001111 Zk Zdn',               'bsl2n Zdn.d, Zdn.d, Zm.d, Zk.d',           { feat: 'SVE2|SME' }],
  ['BIC_Z_ZZ_',     '00000100 111 Zm 001100 Zn Zd',                'bic Zd.d, Zn.d, Zm.d',                     { feat: 'SVE|SME' }],
  ['NBSL_Z_ZZZ_',   '00000100 111 Zm 001111 Zk Zdn',               'nbsl Zdn.d, Zdn.d, Zm.d, Zk.d',            { feat: 'SVE2|SME' }],

  // SVE Index Generation
  ['INDEX_Z_II_', '00000100 size 1 imm5b:5 010000 imm5 Zd', 'index Zd.T, #simm5, #simm5b', { feat: 'SVE|SME' }],
  ['INDEX_Z_RI_', '00000100 size 1 imm5 010001 Rn Zd',      'index Zd.T, <R>n, #simm5',    { feat: 'SVE|SME' }],
  ['INDEX_Z_IR_', '00000100 size 1 Rm 010010 imm5 Zd',      'index Zd.T, #simm5, <R>m',    { feat: 'SVE|SME' }],
  ['INDEX_Z_RR_', '00000100 size 1 Rm 010011 Rn Zd',        'index Zd.T, <R>n, <R>m',      { feat: 'SVE|SME' }],

  // SVE Stack Allocation
  ['ADDVL_R_RI_',  '00000100 001 Rn 01010 imm6 Rd',  'addvl Xd|SP, Xn|SP, #simm6',  { feat: 'SVE|SME' }],
  ['ADDSVL_R_RI_', '00000100 001 Rn 01011 imm6 Rd',  'addsvl Xd|SP, Xn|SP, #simm6', { feat: 'SME' }],
  ['ADDPL_R_RI_',  '00000100 011 Rn 01010 imm6 Rd',  'addpl Xd|SP, Xn|SP, #simm6',  { feat: 'SVE|SME' }],
  ['ADDSPL_R_RI_', '00000100 011 Rn 01011 imm6 Rd',  'addspl Xd|SP, Xn|SP, #simm6', { feat: 'SME' }],
  ['RDVL_R_I_',    '00000100 1011111101010 imm6 Rd', 'rdvl Xd, #simm6',             { feat: 'SVE|SME' }],
  ['RDSVL_R_I_',   '00000100 1011111101011 imm6 Rd', 'rdsvl Xd, #simm6',            { feat: 'SME' }],

  // SVE2 Integer Multiply - Unpredicated
  ['MUL_Z_ZZ_',      '00000100 size 1 Zm 011000 Zn Zd', 'mul Zd.T, Zn.T, Zm.T',      { feat: 'SVE2|SME' }],
  ['PMUL_Z_ZZ_',     '00000100 001 Zm 011001 Zn Zd',    'pmul Zd.b, Zn.b, Zm.b',     { feat: 'SVE2|SME' }],
  ['SMULH_Z_ZZ_',    '00000100 size 1 Zm 011010 Zn Zd', 'smulh Zd.T, Zn.T, Zm.T',    { feat: 'SVE2|SME' }],
  ['UMULH_Z_ZZ_',    '00000100 size 1 Zm 011011 Zn Zd', 'umulh Zd.T, Zn.T, Zm.T',    { feat: 'SVE2|SME' }],
  ['SQDMULH_Z_ZZ_',  '00000100 size 1 Zm 011100 Zn Zd', 'sqdmulh Zd.T, Zn.T, Zm.T',  { feat: 'SVE2|SME' }],
  ['SQRDMULH_Z_ZZ_', '00000100 size 1 Zm 011101 Zn Zd', 'sqrdmulh Zd.T, Zn.T, Zm.T', { feat: 'SVE2|SME' }],
  ['ADDQP_Z_ZZ_',    '00000100 size 1 Zm 011110 Zn Zd', 'addqp Zd.T, Zn.T, Zm.T',    { feat: 'SVE2p3|SME2p3' }],
  ['ADDSUBP_Z_ZZ_',  '00000100 size 1 Zm 011111 Zn Zd', 'addsubp Zd.T, Zn.T, Zm.T',  { feat: 'SVE2p3|SME2p3' }],

  // SVE Bitwise Shift - Unpredicated
  ['ASR_Z_ZW_', '00000100 size!=11 1 Zm 100000 Zn Zd',        'asr Zd.T, Zn.T, Zm.d',         { feat: 'SVE|SME' }],
  ['LSR_Z_ZW_', '00000100 size!=11 1 Zm 100001 Zn Zd',        'lsr Zd.T, Zn.T, Zm.d',         { feat: 'SVE|SME' }],
  ['LSL_Z_ZW_', '00000100 size!=11 1 Zm 100011 Zn Zd',        'lsl Zd.T, Zn.T, Zm.d',         { feat: 'SVE|SME' }],
  ['ASR_Z_ZI_', '00000100 tszh:2 1 tszl:2 imm3 100100 Zn Zd', 'asr Zd.Thigh, Zn.Thigh, #shr', { feat: 'SVE|SME', reserved: ['TSZ_ZERO'] }],
  ['LSR_Z_ZI_', '00000100 tszh:2 1 tszl:2 imm3 100101 Zn Zd', 'lsr Zd.Thigh, Zn.Thigh, #shr', { feat: 'SVE|SME', reserved: ['TSZ_ZERO'] }],
  ['LSL_Z_ZI_', '00000100 tszh:2 1 tszl:2 imm3 100111 Zn Zd', 'lsl Zd.Thigh, Zn.Thigh, #shl', { feat: 'SVE|SME', reserved: ['TSZ_ZERO'] }],

  // SVE address generation
  ['ADR_Z_AZ_D_S32_SCALED',   '00000100 001 Zm 1010 msz:2 Zn Zd',       'adr Zd.d, [Zn.d, Zm.d, sxtw #msz]', { feat: 'SVE' }],
  ['ADR_Z_AZ_D_U32_SCALED',   '00000100 011 Zm 1010 msz:2 Zn Zd',       'adr Zd.d, [Zn.d, Zm.d, uxtw #msz]', { feat: 'SVE' }],
  ['ADR_Z_AZ_SD_SAME_SCALED', '00000100 size=1x 1 Zm 1010 msz:2 Zn Zd', 'adr Zd.T, [Zn.T, Zm.T, lsl #msz]',  { feat: 'SVE' }],

  // SVE Integer Misc - Unpredicated
  ['FTSSEL_Z_ZZ_', '00000100 size!=00 1 Zm 101100 Zn Zd',  'ftssel Zd.T, Zn.T, Zm.T', { feat: 'SVE' }],
  ['FEXPA_Z_Z_',   '00000100 size!=00 100000101110 Zn Zd', 'fexpa Zd.T, Zn.T',        { feat: 'SVE|SSVE_FEXPA' }],
  ['MOVPRFX_Z_Z_', '00000100 00100000101111 Zn Zd',        'movprfx Zd, Zn',          { feat: 'SVE|SME' }],
] }
