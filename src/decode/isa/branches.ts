import type { Group } from '../table.ts'

/** Branches and exception generation: the first half of "Branches, Exception Generating and System instructions" (C4.1.93). */
export const branches: Group = {
  name: 'Branches and Exception Generation',
  op1: '101x',
  rows() { return [
    // Conditional branch (immediate)
    ['B_only_condbranch',  '0101010 0 imm19 0 cond', 'b.<cond> label(imm19*4)'],
    ['BC_only_condbranch', '0101010 0 imm19 1 cond', 'bc.<cond> label(imm19*4)', { feat: 'HBC' }],

    // Miscellaneous branch (immediate)
    ['RETAASPPC_only_miscbranch', '0101010 1 000 imm16 11111', 'retaasppc label(-imm16*4)', { feat: 'PAuth_LR' }],
    ['RETABSPPC_only_miscbranch', '0101010 1 001 imm16 11111', 'retabsppc label(-imm16*4)', { feat: 'PAuth_LR' }],

    // Compare and branch (register)
    ['CBGT_32_regs', '0 1110100 000 Rm 00 imm9 Rt', 'cbgt Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBGE_32_regs', '0 1110100 001 Rm 00 imm9 Rt', 'cbge Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHI_32_regs', '0 1110100 010 Rm 00 imm9 Rt', 'cbhi Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHS_32_regs', '0 1110100 011 Rm 00 imm9 Rt', 'cbhs Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBEQ_32_regs', '0 1110100 110 Rm 00 imm9 Rt', 'cbeq Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBNE_32_regs', '0 1110100 111 Rm 00 imm9 Rt', 'cbne Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBGT_64_regs', '1 1110100 000 Rm 00 imm9 Rt', 'cbgt Xt, Xm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBGE_64_regs', '1 1110100 001 Rm 00 imm9 Rt', 'cbge Xt, Xm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHI_64_regs', '1 1110100 010 Rm 00 imm9 Rt', 'cbhi Xt, Xm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHS_64_regs', '1 1110100 011 Rm 00 imm9 Rt', 'cbhs Xt, Xm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBEQ_64_regs', '1 1110100 110 Rm 00 imm9 Rt', 'cbeq Xt, Xm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBNE_64_regs', '1 1110100 111 Rm 00 imm9 Rt', 'cbne Xt, Xm, label(imm9*4)', { feat: 'CMPBR' }],

    // Compare bytes and halfwords and branch (register)
    ['CBBGT_8_regs',  '0 1110100 000 Rm 10 imm9 Rt', 'cbbgt Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBBGE_8_regs',  '0 1110100 001 Rm 10 imm9 Rt', 'cbbge Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBBHI_8_regs',  '0 1110100 010 Rm 10 imm9 Rt', 'cbbhi Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBBHS_8_regs',  '0 1110100 011 Rm 10 imm9 Rt', 'cbbhs Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBBEQ_8_regs',  '0 1110100 110 Rm 10 imm9 Rt', 'cbbeq Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBBNE_8_regs',  '0 1110100 111 Rm 10 imm9 Rt', 'cbbne Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHGT_16_regs', '0 1110100 000 Rm 11 imm9 Rt', 'cbhgt Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHGE_16_regs', '0 1110100 001 Rm 11 imm9 Rt', 'cbhge Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHHI_16_regs', '0 1110100 010 Rm 11 imm9 Rt', 'cbhhi Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHHS_16_regs', '0 1110100 011 Rm 11 imm9 Rt', 'cbhhs Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHEQ_16_regs', '0 1110100 110 Rm 11 imm9 Rt', 'cbheq Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHNE_16_regs', '0 1110100 111 Rm 11 imm9 Rt', 'cbhne Wt, Wm, label(imm9*4)', { feat: 'CMPBR' }],

    // Compare and branch (immediate)
    ['CBGT_32_imm', '0 1110101 000 imm6 0 imm9 Rt', 'cbgt Wt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBLT_32_imm', '0 1110101 001 imm6 0 imm9 Rt', 'cblt Wt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHI_32_imm', '0 1110101 010 imm6 0 imm9 Rt', 'cbhi Wt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBLO_32_imm', '0 1110101 011 imm6 0 imm9 Rt', 'cblo Wt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBEQ_32_imm', '0 1110101 110 imm6 0 imm9 Rt', 'cbeq Wt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBNE_32_imm', '0 1110101 111 imm6 0 imm9 Rt', 'cbne Wt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBGT_64_imm', '1 1110101 000 imm6 0 imm9 Rt', 'cbgt Xt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBLT_64_imm', '1 1110101 001 imm6 0 imm9 Rt', 'cblt Xt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBHI_64_imm', '1 1110101 010 imm6 0 imm9 Rt', 'cbhi Xt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBLO_64_imm', '1 1110101 011 imm6 0 imm9 Rt', 'cblo Xt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBEQ_64_imm', '1 1110101 110 imm6 0 imm9 Rt', 'cbeq Xt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],
    ['CBNE_64_imm', '1 1110101 111 imm6 0 imm9 Rt', 'cbne Xt, #imm6, label(imm9*4)', { feat: 'CMPBR' }],

    // Exception generation
    ['SVC_EX_exception',    '11010100 000 imm16 000 01',              'svc #hex(imm16)'],
    ['HVC_EX_exception',    '11010100 000 imm16 000 10',              'hvc #hex(imm16)'],
    ['SMC_EX_exception',    '11010100 000 imm16 000 11',              'smc #hex(imm16)'],
    ['BRK_EX_exception',    '11010100 001 imm16 000 00',              'brk #hex(imm16)'],
    ['HLT_EX_exception',    '11010100 010 imm16 000 00',              'hlt #hex(imm16)'],
    ['DCPS1_DC_exception',  '11010100 101 imm16 000 01',              'dcps1 #hex(imm16)'],
    ['DCPS2_DC_exception',  '11010100 101 imm16 000 10',              'dcps2 #hex(imm16)'],
    ['DCPS3_DC_exception',  '11010100 101 imm16 000 11',              'dcps3 #hex(imm16)'],
    ['TENTER_TE_exception', '11010100 111 000 nb:1 00000 imm7 00000', 'tenter #imm7, nb', { feat: 'TEV' }],

    ['DCPS1_DC_exception_0',  '11010100 101 0000000000000000 000 01', 'dcps1',        { aliasOf: 'DCPS1_DC_exception' }],
    ['DCPS2_DC_exception_0',  '11010100 101 0000000000000000 000 10', 'dcps2',        { aliasOf: 'DCPS2_DC_exception' }],
    ['DCPS3_DC_exception_0',  '11010100 101 0000000000000000 000 11', 'dcps3',        { aliasOf: 'DCPS3_DC_exception' }],
    ['TENTER_TE_exception_b', '11010100 111 000 0 00000 imm7 00000',  'tenter #imm7', { aliasOf: 'TENTER_TE_exception' }],

    // Change of TIndex (FEAT_S1POE2)
    ['TCHANGEF_reg', '11010101 1 000 00 nb:1 0 000000 Rn Rd', 'tchangef Xd, Xn, nb', { feat: 'S1POE2' }],
    ['TCHANGEB_reg', '11010101 1 000 01 nb:1 0 000000 Rn Rd', 'tchangeb Xd, Xn, nb', { feat: 'S1POE2' }],
    ['TCHANGEF_imm',  '11010101 1 001 00 nb:1 0 0000 imm7 Rd'  ,     'tchangef Xd, #imm7, nb', { feat: 'S1POE2' }],
    ['TCHANGEB_imm',  '11010101 1 001 01 nb:1 0 0000 imm7 Rd'  ,     'tchangeb Xd, #imm7, nb', { feat: 'S1POE2' }],

    ['TCHANGEF_reg_b', '11010101 1 000 00 0 0 000000 Rn Rd', 'tchangef Xd, Xn', { aliasOf: 'TCHANGEF_reg' }],
    ['TCHANGEB_reg_b', '11010101 1 000 01 0 0 000000 Rn Rd', 'tchangeb Xd, Xn', { aliasOf: 'TCHANGEB_reg' }],
    ['TCHANGEF_imm_b', '11010101 1 001 00 0 0 0000 imm7 Rd'  ,       'tchangef Xd, #imm7',     { aliasOf: 'TCHANGEF_imm' }],
    ['TCHANGEB_imm_b', '11010101 1 001 01 0 0 0000 imm7 Rd'  ,       'tchangeb Xd, #imm7',     { aliasOf: 'TCHANGEB_imm' }],

    // Unconditional branch (register)
    ['BR_64_branch_reg',          '1101011 0 000 11111 0000 00 Rn 00000',        'br Xn'],
    ['BRAAZ_64_branch_reg',       '1101011 0 000 11111 0000 10 Rn 11111',        'braaz Xn',        { feat: 'PAuth' }],
    ['BRABZ_64_branch_reg',       '1101011 0 000 11111 0000 11 Rn 11111',        'brabz Xn',        { feat: 'PAuth' }],
    ['BLR_64_branch_reg',         '1101011 0 001 11111 0000 00 Rn 00000',        'blr Xn'],
    ['BLRAAZ_64_branch_reg',      '1101011 0 001 11111 0000 10 Rn 11111',        'blraaz Xn',       { feat: 'PAuth' }],
    ['BLRABZ_64_branch_reg',      '1101011 0 001 11111 0000 11 Rn 11111',        'blrabz Xn',       { feat: 'PAuth' }],
    ['RET_64R_branch_reg',        '1101011 0 010 11111 0000 00 Rn 00000',        'ret Xn'],
    ['RETAA_64E_branch_reg',      '1101011 0 010 11111 0000 10 11111 11111',     'retaa',           { feat: 'PAuth' }],
    ['RETAASPPCR_64M_branch_reg', '1101011 0 010 11111 0000 10 11111 Rm!=11111', 'retaasppcr Xm',   { feat: 'PAuth_LR' }],
    ['RETAB_64E_branch_reg',      '1101011 0 010 11111 0000 11 11111 11111',     'retab',           { feat: 'PAuth' }],
    ['RETABSPPCR_64M_branch_reg', '1101011 0 010 11111 0000 11 11111 Rm!=11111', 'retabsppcr Xm',   { feat: 'PAuth_LR' }],
    ['ERET_64E_branch_reg',       '1101011 0 100 11111 0000 00 11111 00000',     'eret'],
    ['ERETAA_64E_branch_reg',     '1101011 0 100 11111 0000 10 11111 11111',     'eretaa',          { feat: 'PAuth' }],
    ['ERETAB_64E_branch_reg',     '1101011 0 100 11111 0000 11 11111 11111',     'eretab',          { feat: 'PAuth' }],
    ['DRPS_64E_branch_reg',       '1101011 0 101 11111 0000 00 11111 00000',     'drps'],
    ['TEXIT_64E_branch_reg',      '1101011 0 111 11111 0000 0 nb:1 11111 00000', 'texit nb',        { feat: 'TEV' }],
    ['BRAA_64P_branch_reg',       '1101011 1 000 11111 0000 10 Rn Rm',           'braa Xn, Xm|SP',  { feat: 'PAuth' }],
    ['BRAB_64P_branch_reg',       '1101011 1 000 11111 0000 11 Rn Rm',           'brab Xn, Xm|SP',  { feat: 'PAuth' }],
    ['BLRAA_64P_branch_reg',      '1101011 1 001 11111 0000 10 Rn Rm',           'blraa Xn, Xm|SP', { feat: 'PAuth' }],
    ['BLRAB_64P_branch_reg',      '1101011 1 001 11111 0000 11 Rn Rm',           'blrab Xn, Xm|SP', { feat: 'PAuth' }],

    ['RET_64R_branch_reg_x30', '1101011 0 010 11111 0000 00 11110 00000',  'ret',   { aliasOf: 'RET_64R_branch_reg' }],
    ['TEXIT_64E_branch_reg_b', '1101011 0 111 11111 0000 0 0 11111 00000', 'texit', { aliasOf: 'TEXIT_64E_branch_reg' }],

    // Unconditional branch (immediate)
    ['B_only_branch_imm',  '0 00101 imm26', 'b label(imm26*4)'],
    ['BL_only_branch_imm', '1 00101 imm26', 'bl label(imm26*4)'],

    // Compare and branch (immediate)
    ['CBZ_32_compbranch',  '0 011010 0 imm19 Rt', 'cbz Wt, label(imm19*4)'],
    ['CBNZ_32_compbranch', '0 011010 1 imm19 Rt', 'cbnz Wt, label(imm19*4)'],
    ['CBZ_64_compbranch',  '1 011010 0 imm19 Rt', 'cbz Xt, label(imm19*4)'],
    ['CBNZ_64_compbranch', '1 011010 1 imm19 Rt', 'cbnz Xt, label(imm19*4)'],

    // Test and branch (immediate)
    ['TBZ_only_testbranch',  'b5:1 011011 0 b40:5 imm14 Rt', 'tbz Rt(b5), #b5:b40, label(imm14*4)'],
    ['TBNZ_only_testbranch', 'b5:1 011011 1 b40:5 imm14 Rt', 'tbnz Rt(b5), #b5:b40, label(imm14*4)'],
  ] },
}
