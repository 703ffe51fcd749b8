import type { Row } from '../../encoding.ts'

/** Elements looked up, interleaved, extracted and copied. */
export function vectorPermute(): readonly Row[] { return [
  // Advanced SIMD table lookup
  ['TBL_asimdtbl_L1_1', '0 Q 001110 00 0 Rm 0 00 0 00 Rn Rd',       'tbl Vd.8b|16b, {Vn.16b x1}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['LUTI2_asimdtbl_L6', '0 1 001110 11 0 Rm 0 len:2 op:1 00 Rn Rd', 'luti2 Vd.8h, {Vn.8h x1}, Vm[len:op]',   { feat: 'AdvSIMD LUT' }],
  ['TBX_asimdtbl_L1_1', '0 Q 001110 00 0 Rm 0 00 1 00 Rn Rd',       'tbx Vd.8b|16b, {Vn.16b x1}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['LUTI4_asimdtbl_L7', '0 1 001110 01 0 Rm 0 len:2 1 00 Rn Rd',    'luti4 Vd.8h, {Vn.8h x2}, Vm[len]',      { feat: 'AdvSIMD LUT' }],
  ['LUTI2_asimdtbl_L5', '0 1 001110 10 0 Rm 0 len:2 1 00 Rn Rd',    'luti2 Vd.16b, {Vn.16b x1}, Vm[len]',    { feat: 'AdvSIMD LUT' }],
  ['TBL_asimdtbl_L2_2', '0 Q 001110 00 0 Rm 0 01 0 00 Rn Rd',       'tbl Vd.8b|16b, {Vn.16b x2}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['LUTI4_asimdtbl_L5', '0 1 001110 01 0 Rm 0 len:1 1 0 00 Rn Rd',  'luti4 Vd.16b, {Vn.16b x1}, Vm[len]',    { feat: 'AdvSIMD LUT' }],
  ['TBX_asimdtbl_L2_2', '0 Q 001110 00 0 Rm 0 01 1 00 Rn Rd',       'tbx Vd.8b|16b, {Vn.16b x2}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['TBL_asimdtbl_L3_3', '0 Q 001110 00 0 Rm 0 10 0 00 Rn Rd',       'tbl Vd.8b|16b, {Vn.16b x3}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['TBX_asimdtbl_L3_3', '0 Q 001110 00 0 Rm 0 10 1 00 Rn Rd',       'tbx Vd.8b|16b, {Vn.16b x3}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['TBL_asimdtbl_L4_4', '0 Q 001110 00 0 Rm 0 11 0 00 Rn Rd',       'tbl Vd.8b|16b, {Vn.16b x4}, Vm.8b|16b', { feat: 'AdvSIMD' }],
  ['TBX_asimdtbl_L4_4', '0 Q 001110 00 0 Rm 0 11 1 00 Rn Rd',       'tbx Vd.8b|16b, {Vn.16b x4}, Vm.8b|16b', { feat: 'AdvSIMD' }],

  // Advanced SIMD permute
  ['UZP1_asimdperm_only', '0 Q 0 01110 size 0 Rm 0 001 10 Rn Rd', 'uzp1 Vd.T, Vn.T, Vm.T', { feat: 'AdvSIMD', reserved: ['SIZE_1D'] }],
  ['TRN1_asimdperm_only', '0 Q 0 01110 size 0 Rm 0 010 10 Rn Rd', 'trn1 Vd.T, Vn.T, Vm.T', { feat: 'AdvSIMD', reserved: ['SIZE_1D'] }],
  ['ZIP1_asimdperm_only', '0 Q 0 01110 size 0 Rm 0 011 10 Rn Rd', 'zip1 Vd.T, Vn.T, Vm.T', { feat: 'AdvSIMD', reserved: ['SIZE_1D'] }],
  ['UZP2_asimdperm_only', '0 Q 0 01110 size 0 Rm 0 101 10 Rn Rd', 'uzp2 Vd.T, Vn.T, Vm.T', { feat: 'AdvSIMD', reserved: ['SIZE_1D'] }],
  ['TRN2_asimdperm_only', '0 Q 0 01110 size 0 Rm 0 110 10 Rn Rd', 'trn2 Vd.T, Vn.T, Vm.T', { feat: 'AdvSIMD', reserved: ['SIZE_1D'] }],
  ['ZIP2_asimdperm_only', '0 Q 0 01110 size 0 Rm 0 111 10 Rn Rd', 'zip2 Vd.T, Vn.T, Vm.T', { feat: 'AdvSIMD', reserved: ['SIZE_1D'] }],

  // Advanced SIMD extract
  ['EXT_asimdext_only', '0 Q 1 01110 00 0 Rm 0 imm4 0 Rn Rd', 'ext Vd.8b|16b, Vn.8b|16b, Vm.8b|16b, #imm4', { feat: 'AdvSIMD', reserved: ['EXT_BYTE'] }],

  // Advanced SIMD copy
  ['DUP_asimdins_DV_v', '0 Q 0 01110000 imm5!=x0000 0 0000 1 Rn Rd', 'dup Vd.Timm5, Vn.Timm5[imm5]',       { feat: 'AdvSIMD', reserved: ['IMM5_1D'] }],
  ['DUP_asimdins_DR_r', '0 Q 0 01110000 imm5!=x0000 0 0001 1 Rn Rd', 'dup Vd.Timm5, <Rimm5>n',             { feat: 'AdvSIMD', reserved: ['IMM5_1D'] }],
  ['INS_asimdins_IR_r', '0 1 0 01110000 imm5!=x0000 0 0011 1 Rn Rd', 'ins Vd.Timm5[imm5], <Rimm5>n',       { feat: 'AdvSIMD' }],
  ['SMOV_asimdins_W_w', '0 0 0 01110000 imm5!=xxx00 0 0101 1 Rn Rd', 'smov Wd, Vn.Timm5[imm5]',            { feat: 'AdvSIMD' }],
  ['SMOV_asimdins_X_x', '0 1 0 01110000 imm5!=xx000 0 0101 1 Rn Rd', 'smov Xd, Vn.Timm5[imm5]',            { feat: 'AdvSIMD' }],
  ['UMOV_asimdins_W_w', '0 0 0 01110000 imm5!=xx000 0 0111 1 Rn Rd', 'umov Wd, Vn.Timm5[imm5]',            { feat: 'AdvSIMD' }],
  ['UMOV_asimdins_X_x', '0 1 0 01110000 imm5=x1000 0 0111 1 Rn Rd',  'umov Xd, Vn.Timm5[imm5]',            { feat: 'AdvSIMD' }],
  ['INS_asimdins_IV_v', '0 1 1 01110000 imm5!=x0000 0 imm4 1 Rn Rd', 'ins Vd.Timm5[imm5], Vn.Timm5[imm4]', { feat: 'AdvSIMD' }],

  ['MOV_INS_asimdins_IR_r', '0 1 0 01110000 imm5!=x0000 0 0011 1 Rn Rd', 'mov Vd.Timm5[imm5], <Rimm5>n',       { aliasOf: 'INS_asimdins_IR_r' }],
  ['MOV_UMOV_asimdins_W_w', '0 0 0 01110000 imm5=xx100 0 0111 1 Rn Rd',  'mov Wd, Vn.Timm5[imm5]',             { aliasOf: 'UMOV_asimdins_W_w' }],
  ['MOV_UMOV_asimdins_X_x', '0 1 0 01110000 imm5=x1000 0 0111 1 Rn Rd',  'mov Xd, Vn.Timm5[imm5]',             { aliasOf: 'UMOV_asimdins_X_x' }],
  ['MOV_INS_asimdins_IV_v', '0 1 1 01110000 imm5!=x0000 0 imm4 1 Rn Rd', 'mov Vd.Timm5[imm5], Vn.Timm5[imm4]', { aliasOf: 'INS_asimdins_IV_v' }],
] }
