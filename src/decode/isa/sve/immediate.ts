import type { Row } from '../../encoding.ts'

/** Logical and wide immediates, predicated and not. */
export function immediate(): readonly Row[] { return [
  // SVE Bitwise Immediate
  ['ORR_Z_ZI_',     '00000101 000000 imm13 Zdn', 'orr Zdn.d, Zdn.d, #imm13.64',          { feat: 'SVE|SME', reserved: ['BITMASK_IMM13'] }],
  ['EOR_Z_ZI_',     '00000101 010000 imm13 Zdn', 'eor Zdn.d, Zdn.d, #imm13.64',          { feat: 'SVE|SME', reserved: ['BITMASK_IMM13'] }],
  ['AND_Z_ZI_',     '00000101 100000 imm13 Zdn', 'and Zdn.d, Zdn.d, #imm13.64',          { feat: 'SVE|SME', reserved: ['BITMASK_IMM13'] }],
  ['ORR_Z_ZI_T',    '00000101 000000 imm13 Zdn', 'orr Zdn.Timm13, Zdn.Timm13, #imm13.T', { aliasOf: 'ORR_Z_ZI_' }],
  ['EOR_Z_ZI_T',    '00000101 010000 imm13 Zdn', 'eor Zdn.Timm13, Zdn.Timm13, #imm13.T', { aliasOf: 'EOR_Z_ZI_' }],
  ['AND_Z_ZI_T',    '00000101 100000 imm13 Zdn', 'and Zdn.Timm13, Zdn.Timm13, #imm13.T', { aliasOf: 'AND_Z_ZI_' }],
  ['DUPM_Z_I_',     '00000101 110000 imm13 Zd',  'dupm Zd.d, #imm13.64',                 { feat: 'SVE|SME', reserved: ['BITMASK_IMM13'] }],
  ['MOV_DUPM_Z_I_', '00000101 110000 imm13 Zd',  'mov Zd.Timm13, #imm13.T mov',          { aliasOf: 'DUPM_Z_I_', when: 'MOVE_MASK' }],
  ['DUPM_Z_I_T',    '00000101 110000 imm13 Zd',  'dupm Zd.Timm13, #imm13.T',             { aliasOf: 'DUPM_Z_I_' }],

  // SVE Integer Wide Immediate - Predicated
  ['CPY_Z_O_I_',       '00000101 size 01 Pg 00 sh:1 imm8 Zd', 'cpy Zd.T, Pg/z, #simm8<<sh*8',  { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['CPY_Z_P_I_',       '00000101 size 01 Pg 01 sh:1 imm8 Zd', 'cpy Zd.T, Pg/m, #simm8<<sh*8',  { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['MOV_CPY_Z_O_I_',   '00000101 size 01 Pg 00 sh:1 imm8 Zd', 'mov Zd.T, Pg/z, #simm8<<sh*8',  { aliasOf: 'CPY_Z_O_I_' }],
  ['MOV_CPY_Z_P_I_',   '00000101 size 01 Pg 01 sh:1 imm8 Zd', 'mov Zd.T, Pg/m, #simm8<<sh*8',  { aliasOf: 'CPY_Z_P_I_' }],
  ['FCPY_Z_P_I_',      '00000101 size!=00 01 Pg 110 imm8 Zd', 'fcpy Zd.T, Pg/m, #float(imm8)', { feat: 'SVE|SME' }],
  ['FMOV_FCPY_Z_P_I_', '00000101 size!=00 01 Pg 110 imm8 Zd', 'fmov Zd.T, Pg/m, #float(imm8)', { aliasOf: 'FCPY_Z_P_I_' }],

  // SVE Integer Wide Immediate - Unpredicated
  ['ADD_Z_ZI_',      '00100101 size 10000011 sh:1 imm8 Zdn', 'add Zdn.T, Zdn.T, #imm8<<sh*8',   { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['SUB_Z_ZI_',      '00100101 size 10000111 sh:1 imm8 Zdn', 'sub Zdn.T, Zdn.T, #imm8<<sh*8',   { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['SUBR_Z_ZI_',     '00100101 size 10001111 sh:1 imm8 Zdn', 'subr Zdn.T, Zdn.T, #imm8<<sh*8',  { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['SQADD_Z_ZI_',    '00100101 size 10010011 sh:1 imm8 Zdn', 'sqadd Zdn.T, Zdn.T, #imm8<<sh*8', { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['UQADD_Z_ZI_',    '00100101 size 10010111 sh:1 imm8 Zdn', 'uqadd Zdn.T, Zdn.T, #imm8<<sh*8', { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['SQSUB_Z_ZI_',    '00100101 size 10011011 sh:1 imm8 Zdn', 'sqsub Zdn.T, Zdn.T, #imm8<<sh*8', { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['UQSUB_Z_ZI_',    '00100101 size 10011111 sh:1 imm8 Zdn', 'uqsub Zdn.T, Zdn.T, #imm8<<sh*8', { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['SMAX_Z_ZI_',     '00100101 size 101000110 imm8 Zdn',     'smax Zdn.T, Zdn.T, #simm8',       { feat: 'SVE|SME' }],
  ['UMAX_Z_ZI_',     '00100101 size 101001110 imm8 Zdn',     'umax Zdn.T, Zdn.T, #imm8',        { feat: 'SVE|SME' }],
  ['SMIN_Z_ZI_',     '00100101 size 101010110 imm8 Zdn',     'smin Zdn.T, Zdn.T, #simm8',       { feat: 'SVE|SME' }],
  ['UMIN_Z_ZI_',     '00100101 size 101011110 imm8 Zdn',     'umin Zdn.T, Zdn.T, #imm8',        { feat: 'SVE|SME' }],
  ['MUL_Z_ZI_',      '00100101 size 110000110 imm8 Zdn',     'mul Zdn.T, Zdn.T, #simm8',        { feat: 'SVE|SME' }],
  ['DUP_Z_I_',       '00100101 size 11100011 sh:1 imm8 Zd',  'dup Zd.T, #simm8<<sh*8',          { feat: 'SVE|SME', reserved: ['SHIFTED_BYTE'] }],
  ['MOV_DUP_Z_I_',   '00100101 size 11100011 sh:1 imm8 Zd',  'mov Zd.T, #simm8<<sh*8',          { aliasOf: 'DUP_Z_I_' }],
  ['FDUP_Z_I_',      '00100101 size!=00 111001110 imm8 Zd',  'fdup Zd.T, #float(imm8)',         { feat: 'SVE|SME' }],
  ['FMOV_FDUP_Z_I_', '00100101 size!=00 111001110 imm8 Zd',  'fmov Zd.T, #float(imm8)',         { aliasOf: 'FDUP_Z_I_' }],
] }
