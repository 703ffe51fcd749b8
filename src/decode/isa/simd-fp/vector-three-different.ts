import type { Row } from '../../encoding.ts'

/** Three vectors of different arrangements: long, wide, narrow. */
export function vectorThreeDifferent(): readonly Row[] { return [
  // Advanced SIMD three different. PMULL of doublewords needs FEAT_PMULL: a row of its own.
  ['SADDL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 0000 00 Rn Rd',    'saddl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SADDW_asimddiff_W',    '0 Q 0 01110 size!=11 1 Rm 0001 00 Rn Rd',    'saddw<|2> Vd.Tfull*2, Vn.Tfull*2, Vm.T',  { feat: 'AdvSIMD' }],
  ['SSUBL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 0010 00 Rn Rd',    'ssubl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SSUBW_asimddiff_W',    '0 Q 0 01110 size!=11 1 Rm 0011 00 Rn Rd',    'ssubw<|2> Vd.Tfull*2, Vn.Tfull*2, Vm.T',  { feat: 'AdvSIMD' }],
  ['ADDHN_asimddiff_N',    '0 Q 0 01110 size!=11 1 Rm 0100 00 Rn Rd',    'addhn<|2> Vd.T, Vn.Tfull*2, Vm.Tfull*2',  { feat: 'AdvSIMD' }],
  ['SABAL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 0101 00 Rn Rd',    'sabal<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SUBHN_asimddiff_N',    '0 Q 0 01110 size!=11 1 Rm 0110 00 Rn Rd',    'subhn<|2> Vd.T, Vn.Tfull*2, Vm.Tfull*2',  { feat: 'AdvSIMD' }],
  ['SABDL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 0111 00 Rn Rd',    'sabdl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SMLAL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 1000 00 Rn Rd',    'smlal<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SQDMLAL_asimddiff_L',  '0 Q 0 01110 size!=00|11 1 Rm 1001 00 Rn Rd', 'sqdmlal<|2> Vd.Tfull*2, Vn.T, Vm.T',      { feat: 'AdvSIMD' }],
  ['SMLSL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 1010 00 Rn Rd',    'smlsl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SQDMLSL_asimddiff_L',  '0 Q 0 01110 size!=00|11 1 Rm 1011 00 Rn Rd', 'sqdmlsl<|2> Vd.Tfull*2, Vn.T, Vm.T',      { feat: 'AdvSIMD' }],
  ['SMULL_asimddiff_L',    '0 Q 0 01110 size!=11 1 Rm 1100 00 Rn Rd',    'smull<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['SQDMULL_asimddiff_L',  '0 Q 0 01110 size!=00|11 1 Rm 1101 00 Rn Rd', 'sqdmull<|2> Vd.Tfull*2, Vn.T, Vm.T',      { feat: 'AdvSIMD' }],
  ['PMULL_asimddiff_L',    '0 Q 0 01110 00 1 Rm 1110 00 Rn Rd',          'pmull<|2> Vd.8h, Vn.8b|16b, Vm.8b|16b',   { feat: 'AdvSIMD' }],
  ['PMULL_asimddiff_L_1Q', '0 Q 0 01110 11 1 Rm 1110 00 Rn Rd',          'pmull<|2> Vd.1q, Vn.1d|2d, Vm.1d|2d',     { feat: 'AdvSIMD PMULL' }],
  ['UADDL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 0000 00 Rn Rd',    'uaddl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['UADDW_asimddiff_W',    '0 Q 1 01110 size!=11 1 Rm 0001 00 Rn Rd',    'uaddw<|2> Vd.Tfull*2, Vn.Tfull*2, Vm.T',  { feat: 'AdvSIMD' }],
  ['USUBL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 0010 00 Rn Rd',    'usubl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['USUBW_asimddiff_W',    '0 Q 1 01110 size!=11 1 Rm 0011 00 Rn Rd',    'usubw<|2> Vd.Tfull*2, Vn.Tfull*2, Vm.T',  { feat: 'AdvSIMD' }],
  ['RADDHN_asimddiff_N',   '0 Q 1 01110 size!=11 1 Rm 0100 00 Rn Rd',    'raddhn<|2> Vd.T, Vn.Tfull*2, Vm.Tfull*2', { feat: 'AdvSIMD' }],
  ['UABAL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 0101 00 Rn Rd',    'uabal<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['RSUBHN_asimddiff_N',   '0 Q 1 01110 size!=11 1 Rm 0110 00 Rn Rd',    'rsubhn<|2> Vd.T, Vn.Tfull*2, Vm.Tfull*2', { feat: 'AdvSIMD' }],
  ['UABDL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 0111 00 Rn Rd',    'uabdl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['UMLAL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 1000 00 Rn Rd',    'umlal<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['UMLSL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 1010 00 Rn Rd',    'umlsl<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
  ['UMULL_asimddiff_L',    '0 Q 1 01110 size!=11 1 Rm 1100 00 Rn Rd',    'umull<|2> Vd.Tfull*2, Vn.T, Vm.T',        { feat: 'AdvSIMD' }],
] }
