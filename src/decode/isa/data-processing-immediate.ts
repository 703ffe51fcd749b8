import type { Group } from '../table.ts'

/** Data Processing -- Immediate (C4.1.92). */
export const dataProcessingImmediate: Group = {
  name: 'Data Processing -- Immediate',
  op1: '100x',
  rows() { return [
    // Data-processing (1 source immediate)
    ['AUTIASPPC_only_dp_1src_imm', '1 11 100111 00 imm16 11111', 'autiasppc label(-imm16*4)', { feat: 'PAuth_LR' }],
    ['AUTIBSPPC_only_dp_1src_imm', '1 11 100111 01 imm16 11111', 'autibsppc label(-imm16*4)', { feat: 'PAuth_LR' }],

    // PC-rel. addressing
    ['ADR_only_pcreladdr',  '0 immlo 10000 immhi Rd', 'adr Xd, label(immhi:immlo)'],
    ['ADRP_only_pcreladdr', '1 immlo 10000 immhi Rd', 'adrp Xd, label(immhi:immlo*4096)'],

    // Add/subtract (immediate)
    ['ADD_32_addsub_imm',   '0 0 0 100010 sh:1 imm12 Rn Rd', 'add Wd|WSP, Wn|WSP, #imm12 lsl #sh*12'],
    ['ADDS_32S_addsub_imm', '0 0 1 100010 sh:1 imm12 Rn Rd', 'adds Wd, Wn|WSP, #imm12 lsl #sh*12'],
    ['SUB_32_addsub_imm',   '0 1 0 100010 sh:1 imm12 Rn Rd', 'sub Wd|WSP, Wn|WSP, #imm12 lsl #sh*12'],
    ['SUBS_32S_addsub_imm', '0 1 1 100010 sh:1 imm12 Rn Rd', 'subs Wd, Wn|WSP, #imm12 lsl #sh*12'],
    ['ADD_64_addsub_imm',   '1 0 0 100010 sh:1 imm12 Rn Rd', 'add Xd|SP, Xn|SP, #imm12 lsl #sh*12'],
    ['ADDS_64S_addsub_imm', '1 0 1 100010 sh:1 imm12 Rn Rd', 'adds Xd, Xn|SP, #imm12 lsl #sh*12'],
    ['SUB_64_addsub_imm',   '1 1 0 100010 sh:1 imm12 Rn Rd', 'sub Xd|SP, Xn|SP, #imm12 lsl #sh*12'],
    ['SUBS_64S_addsub_imm', '1 1 1 100010 sh:1 imm12 Rn Rd', 'subs Xd, Xn|SP, #imm12 lsl #sh*12'],

    ['MOV_ADD_32_addsub_imm',   '0 0 0 100010 0 000000000000 Rn Rd',   'mov Wd|WSP, Wn|WSP',            { aliasOf: 'ADD_32_addsub_imm', when: 'RD_OR_RN_IS_SP' }],
    ['MOV_ADD_64_addsub_imm',   '1 0 0 100010 0 000000000000 Rn Rd',   'mov Xd|SP, Xn|SP',              { aliasOf: 'ADD_64_addsub_imm', when: 'RD_OR_RN_IS_SP' }],
    ['CMN_ADDS_32S_addsub_imm', '0 0 1 100010 sh:1 imm12 Rn Rd=11111', 'cmn Wn|WSP, #imm12 lsl #sh*12', { aliasOf: 'ADDS_32S_addsub_imm' }],
    ['CMN_ADDS_64S_addsub_imm', '1 0 1 100010 sh:1 imm12 Rn Rd=11111', 'cmn Xn|SP, #imm12 lsl #sh*12',  { aliasOf: 'ADDS_64S_addsub_imm' }],
    ['CMP_SUBS_32S_addsub_imm', '0 1 1 100010 sh:1 imm12 Rn Rd=11111', 'cmp Wn|WSP, #imm12 lsl #sh*12', { aliasOf: 'SUBS_32S_addsub_imm' }],
    ['CMP_SUBS_64S_addsub_imm', '1 1 1 100010 sh:1 imm12 Rn Rd=11111', 'cmp Xn|SP, #imm12 lsl #sh*12',  { aliasOf: 'SUBS_64S_addsub_imm' }],

    // Add/subtract (immediate, with tags)
    ['ADDG_64_addsub_immtags', '1 0 0 100011 0 uimm6 op3=(00) uimm4 Rn Rd', 'addg Xd|SP, Xn|SP, #uimm6*16, #uimm4', { feat: 'MTE' }],
    ['SUBG_64_addsub_immtags', '1 1 0 100011 0 uimm6 op3=(00) uimm4 Rn Rd', 'subg Xd|SP, Xn|SP, #uimm6*16, #uimm4', { feat: 'MTE' }],

    // Min/max (immediate)
    ['SMAX_32_minmax_imm',  '0 0 0 1000111 0000 imm8 Rn Rd', 'smax Wd, Wn, #simm8', { feat: 'CSSC' }],
    ['UMAX_32U_minmax_imm', '0 0 0 1000111 0001 imm8 Rn Rd', 'umax Wd, Wn, #imm8',  { feat: 'CSSC' }],
    ['SMIN_32_minmax_imm',  '0 0 0 1000111 0010 imm8 Rn Rd', 'smin Wd, Wn, #simm8', { feat: 'CSSC' }],
    ['UMIN_32U_minmax_imm', '0 0 0 1000111 0011 imm8 Rn Rd', 'umin Wd, Wn, #imm8',  { feat: 'CSSC' }],
    ['SMAX_64_minmax_imm',  '1 0 0 1000111 0000 imm8 Rn Rd', 'smax Xd, Xn, #simm8', { feat: 'CSSC' }],
    ['UMAX_64U_minmax_imm', '1 0 0 1000111 0001 imm8 Rn Rd', 'umax Xd, Xn, #imm8',  { feat: 'CSSC' }],
    ['SMIN_64_minmax_imm',  '1 0 0 1000111 0010 imm8 Rn Rd', 'smin Xd, Xn, #simm8', { feat: 'CSSC' }],
    ['UMIN_64U_minmax_imm', '1 0 0 1000111 0011 imm8 Rn Rd', 'umin Xd, Xn, #imm8',  { feat: 'CSSC' }],

    // Logical (immediate)
    ['AND_32_log_imm',   '0 00 100100 N=0 immr imms Rn Rd', 'and Wd|WSP, Wn, #bitmask32', { reserved: ['BITMASK'] }],
    ['ORR_32_log_imm',   '0 01 100100 N=0 immr imms Rn Rd', 'orr Wd|WSP, Wn, #bitmask32', { reserved: ['BITMASK'] }],
    ['EOR_32_log_imm',   '0 10 100100 N=0 immr imms Rn Rd', 'eor Wd|WSP, Wn, #bitmask32', { reserved: ['BITMASK'] }],
    ['ANDS_32S_log_imm', '0 11 100100 N=0 immr imms Rn Rd', 'ands Wd, Wn, #bitmask32',    { reserved: ['BITMASK'] }],
    ['AND_64_log_imm',   '1 00 100100 N   immr imms Rn Rd', 'and Xd|SP, Xn, #bitmask64',  { reserved: ['BITMASK'] }],
    ['ORR_64_log_imm',   '1 01 100100 N   immr imms Rn Rd', 'orr Xd|SP, Xn, #bitmask64',  { reserved: ['BITMASK'] }],
    ['EOR_64_log_imm',   '1 10 100100 N   immr imms Rn Rd', 'eor Xd|SP, Xn, #bitmask64',  { reserved: ['BITMASK'] }],
    ['ANDS_64S_log_imm', '1 11 100100 N   immr imms Rn Rd', 'ands Xd, Xn, #bitmask64',    { reserved: ['BITMASK'] }],

    ['MOV_ORR_32_log_imm',   '0 01 100100 N=0 immr imms 11111 Rd', 'mov Wd|WSP, #bitmask32s', { aliasOf: 'ORR_32_log_imm', when: 'NOT_MOVE_WIDE', always: true }],
    ['MOV_ORR_64_log_imm',   '1 01 100100 N   immr imms 11111 Rd', 'mov Xd|SP, #bitmask64s',  { aliasOf: 'ORR_64_log_imm', when: 'NOT_MOVE_WIDE', always: true }],
    ['TST_ANDS_32S_log_imm', '0 11 100100 N=0 immr imms Rn 11111', 'tst Wn, #bitmask32',      { aliasOf: 'ANDS_32S_log_imm' }],
    ['TST_ANDS_64S_log_imm', '1 11 100100 N   immr imms Rn 11111', 'tst Xn, #bitmask64',      { aliasOf: 'ANDS_64S_log_imm' }],

    // Move wide (immediate)
    ['MOVN_32_movewide', '0 00 100101 hw=0x imm16 Rd', 'movn Wd, #imm16 lsl #hw*16'],
    ['MOVZ_32_movewide', '0 10 100101 hw=0x imm16 Rd', 'movz Wd, #imm16 lsl #hw*16'],
    ['MOVK_32_movewide', '0 11 100101 hw=0x imm16 Rd', 'movk Wd, #imm16 lsl #hw*16'],
    ['MOVN_64_movewide', '1 00 100101 hw    imm16 Rd', 'movn Xd, #imm16 lsl #hw*16'],
    ['MOVZ_64_movewide', '1 10 100101 hw    imm16 Rd', 'movz Xd, #imm16 lsl #hw*16'],
    ['MOVK_64_movewide', '1 11 100101 hw    imm16 Rd', 'movk Xd, #imm16 lsl #hw*16'],

    ['MOV_MOVN_32_movewide', '0 00 100101 hw=0x imm16 Rd', 'mov Wd, #~wide32', { aliasOf: 'MOVN_32_movewide', when: 'MOVE_WIDE_INVERTED', always: true }],
    ['MOV_MOVZ_32_movewide', '0 10 100101 hw=0x imm16 Rd', 'mov Wd, #wide32',  { aliasOf: 'MOVZ_32_movewide', when: 'MOVE_WIDE_ZERO', always: true }],
    ['MOV_MOVN_64_movewide', '1 00 100101 hw    imm16 Rd', 'mov Xd, #~wide64', { aliasOf: 'MOVN_64_movewide', when: 'MOVE_WIDE_INVERTED', always: true }],
    ['MOV_MOVZ_64_movewide', '1 10 100101 hw    imm16 Rd', 'mov Xd, #wide64',  { aliasOf: 'MOVZ_64_movewide', when: 'MOVE_WIDE_ZERO', always: true }],

    // Bitfield
    ['SBFM_32M_bitfield', '0 00 100110 N=0 immr=0xxxxx imms=0xxxxx Rn Rd', 'sbfm Wd, Wn, #immr, #imms'],
    ['BFM_32M_bitfield',  '0 01 100110 N=0 immr=0xxxxx imms=0xxxxx Rn Rd', 'bfm Wd, Wn, #immr, #imms'],
    ['UBFM_32M_bitfield', '0 10 100110 N=0 immr=0xxxxx imms=0xxxxx Rn Rd', 'ubfm Wd, Wn, #immr, #imms'],
    ['SBFM_64M_bitfield', '1 00 100110 N=1 immr        imms        Rn Rd', 'sbfm Xd, Xn, #immr, #imms'],
    ['BFM_64M_bitfield',  '1 01 100110 N=1 immr        imms        Rn Rd', 'bfm Xd, Xn, #immr, #imms'],
    ['UBFM_64M_bitfield', '1 10 100110 N=1 immr        imms        Rn Rd', 'ubfm Xd, Xn, #immr, #imms'],

    ['SXTB_SBFM_32M_bitfield',  '0 00 100110 0 000000 000111 Rn Rd', 'sxtb Wd, Wn',                       { aliasOf: 'SBFM_32M_bitfield', always: true }],
    ['SXTH_SBFM_32M_bitfield',  '0 00 100110 0 000000 001111 Rn Rd', 'sxth Wd, Wn',                       { aliasOf: 'SBFM_32M_bitfield', always: true }],
    ['ASR_SBFM_32M_bitfield',   '0 00 100110 0 immr   011111 Rn Rd', 'asr Wd, Wn, #immr',                 { aliasOf: 'SBFM_32M_bitfield', always: true }],
    ['SBFIZ_SBFM_32M_bitfield', '0 00 100110 0 immr   imms   Rn Rd', 'sbfiz Wd, Wn, #32-immr, #imms+1',   { aliasOf: 'SBFM_32M_bitfield', when: 'IMMS_BELOW_IMMR', always: true }],
    ['SBFX_SBFM_32M_bitfield',  '0 00 100110 0 immr   imms   Rn Rd', 'sbfx Wd, Wn, #immr, #imms-immr+1',  { aliasOf: 'SBFM_32M_bitfield', always: true }],
    ['SXTB_SBFM_64M_bitfield',  '1 00 100110 1 000000 000111 Rn Rd', 'sxtb Xd, Wn',                       { aliasOf: 'SBFM_64M_bitfield', always: true }],
    ['SXTH_SBFM_64M_bitfield',  '1 00 100110 1 000000 001111 Rn Rd', 'sxth Xd, Wn',                       { aliasOf: 'SBFM_64M_bitfield', always: true }],
    ['SXTW_SBFM_64M_bitfield',  '1 00 100110 1 000000 011111 Rn Rd', 'sxtw Xd, Wn',                       { aliasOf: 'SBFM_64M_bitfield', always: true }],
    ['ASR_SBFM_64M_bitfield',   '1 00 100110 1 immr   111111 Rn Rd', 'asr Xd, Xn, #immr',                 { aliasOf: 'SBFM_64M_bitfield', always: true }],
    ['SBFIZ_SBFM_64M_bitfield', '1 00 100110 1 immr   imms   Rn Rd', 'sbfiz Xd, Xn, #64-immr, #imms+1',   { aliasOf: 'SBFM_64M_bitfield', when: 'IMMS_BELOW_IMMR', always: true }],
    ['SBFX_SBFM_64M_bitfield',  '1 00 100110 1 immr   imms   Rn Rd', 'sbfx Xd, Xn, #immr, #imms-immr+1',  { aliasOf: 'SBFM_64M_bitfield', always: true }],
    ['BFI_BFM_32M_bitfield',    '0 01 100110 0 immr   imms   Rn Rd', 'bfi Wd, Wn, #32-immr, #imms+1',     { aliasOf: 'BFM_32M_bitfield', when: 'IMMS_BELOW_IMMR', always: true }],
    ['BFXIL_BFM_32M_bitfield',  '0 01 100110 0 immr   imms   Rn Rd', 'bfxil Wd, Wn, #immr, #imms-immr+1', { aliasOf: 'BFM_32M_bitfield', always: true }],
    ['BFI_BFM_64M_bitfield',    '1 01 100110 1 immr   imms   Rn Rd', 'bfi Xd, Xn, #64-immr, #imms+1',     { aliasOf: 'BFM_64M_bitfield', when: 'IMMS_BELOW_IMMR', always: true }],
    ['BFXIL_BFM_64M_bitfield',  '1 01 100110 1 immr   imms   Rn Rd', 'bfxil Xd, Xn, #immr, #imms-immr+1', { aliasOf: 'BFM_64M_bitfield', always: true }],
    ['UXTB_UBFM_32M_bitfield',  '0 10 100110 0 000000 000111 Rn Rd', 'uxtb Wd, Wn',                       { aliasOf: 'UBFM_32M_bitfield', always: true }],
    ['UXTH_UBFM_32M_bitfield',  '0 10 100110 0 000000 001111 Rn Rd', 'uxth Wd, Wn',                       { aliasOf: 'UBFM_32M_bitfield', always: true }],
    ['LSR_UBFM_32M_bitfield',   '0 10 100110 0 immr   011111 Rn Rd', 'lsr Wd, Wn, #immr',                 { aliasOf: 'UBFM_32M_bitfield', always: true }],
    ['LSL_UBFM_32M_bitfield',   '0 10 100110 0 immr   imms   Rn Rd', 'lsl Wd, Wn, #31-imms',              { aliasOf: 'UBFM_32M_bitfield', when: 'IMMS_PLUS_1_IS_IMMR', always: true }],
    ['UBFIZ_UBFM_32M_bitfield', '0 10 100110 0 immr   imms   Rn Rd', 'ubfiz Wd, Wn, #32-immr, #imms+1',   { aliasOf: 'UBFM_32M_bitfield', when: 'IMMS_BELOW_IMMR', always: true }],
    ['UBFX_UBFM_32M_bitfield',  '0 10 100110 0 immr   imms   Rn Rd', 'ubfx Wd, Wn, #immr, #imms-immr+1',  { aliasOf: 'UBFM_32M_bitfield', always: true }],
    ['LSR_UBFM_64M_bitfield',   '1 10 100110 1 immr   111111 Rn Rd', 'lsr Xd, Xn, #immr',                 { aliasOf: 'UBFM_64M_bitfield', always: true }],
    ['LSL_UBFM_64M_bitfield',   '1 10 100110 1 immr   imms   Rn Rd', 'lsl Xd, Xn, #63-imms',              { aliasOf: 'UBFM_64M_bitfield', when: 'IMMS_PLUS_1_IS_IMMR', always: true }],
    ['UBFIZ_UBFM_64M_bitfield', '1 10 100110 1 immr   imms   Rn Rd', 'ubfiz Xd, Xn, #64-immr, #imms+1',   { aliasOf: 'UBFM_64M_bitfield', when: 'IMMS_BELOW_IMMR', always: true }],
    ['UBFX_UBFM_64M_bitfield',  '1 10 100110 1 immr   imms   Rn Rd', 'ubfx Xd, Xn, #immr, #imms-immr+1',  { aliasOf: 'UBFM_64M_bitfield', always: true }],

    // Extract
    ['EXTR_32_extract', '0 00 100111 0 0 Rm imms=0xxxxx Rn Rd', 'extr Wd, Wn, Wm, #imms'],
    ['EXTR_64_extract', '1 00 100111 1 0 Rm imms        Rn Rd', 'extr Xd, Xn, Xm, #imms'],

    ['ROR_EXTR_32_extract', '0 00 100111 0 0 Rm imms=0xxxxx Rn Rd', 'ror Wd, Wn, #imms', { aliasOf: 'EXTR_32_extract', when: 'RN_EQUALS_RM' }],
    ['ROR_EXTR_64_extract', '1 00 100111 1 0 Rm imms        Rn Rd', 'ror Xd, Xn, #imms', { aliasOf: 'EXTR_64_extract', when: 'RN_EQUALS_RM' }],
  ] },
}
