import type { Row } from '../../encoding.ts'

/** Scalars shifted by an immediate, or converted with fraction bits. */
export function scalarImmediate(): readonly Row[] { return [
  // Advanced SIMD scalar shift by immediate. Conversions in half precision need FEAT_FP16: rows of their own, `_H`.
  ['SSHR_asisdshf_R',     '0 1 0 111110 immh=1xxx immb 00000 1 Rn Rd',       'sshr Dd, Dn, #shr',                   { feat: 'AdvSIMD' }],
  ['SSRA_asisdshf_R',     '0 1 0 111110 immh=1xxx immb 00010 1 Rn Rd',       'ssra Dd, Dn, #shr',                   { feat: 'AdvSIMD' }],
  ['SRSHR_asisdshf_R',    '0 1 0 111110 immh=1xxx immb 00100 1 Rn Rd',       'srshr Dd, Dn, #shr',                  { feat: 'AdvSIMD' }],
  ['SRSRA_asisdshf_R',    '0 1 0 111110 immh=1xxx immb 00110 1 Rn Rd',       'srsra Dd, Dn, #shr',                  { feat: 'AdvSIMD' }],
  ['SHL_asisdshf_R',      '0 1 0 111110 immh=1xxx immb 01010 1 Rn Rd',       'shl Dd, Dn, #shl',                    { feat: 'AdvSIMD' }],
  ['SQSHL_asisdshf_R',    '0 1 0 111110 immh!=0000 immb 01110 1 Rn Rd',      'sqshl <Vimmh>d, <Vimmh>n, #shl',      { feat: 'AdvSIMD' }],
  ['SQSHRN_asisdshf_N',   '0 1 0 111110 immh!=0000|1xxx immb 10010 1 Rn Rd', 'sqshrn <Vimmh>d, <Vimmh*2>n, #shr',   { feat: 'AdvSIMD' }],
  ['SQRSHRN_asisdshf_N',  '0 1 0 111110 immh!=0000|1xxx immb 10011 1 Rn Rd', 'sqrshrn <Vimmh>d, <Vimmh*2>n, #shr',  { feat: 'AdvSIMD' }],
  ['SCVTF_asisdshf_C',    '0 1 0 111110 immh!=00xx immb 11100 1 Rn Rd',      'scvtf <Vimmh>d, <Vimmh>n, #shr',      { feat: 'AdvSIMD' }],
  ['SCVTF_asisdshf_C_H',  '0 1 0 111110 immh=001x immb 11100 1 Rn Rd',       'scvtf Hd, Hn, #shr',                  { feat: 'AdvSIMD FP16' }],
  ['FCVTZS_asisdshf_C',   '0 1 0 111110 immh!=00xx immb 11111 1 Rn Rd',      'fcvtzs <Vimmh>d, <Vimmh>n, #shr',     { feat: 'AdvSIMD' }],
  ['FCVTZS_asisdshf_C_H', '0 1 0 111110 immh=001x immb 11111 1 Rn Rd',       'fcvtzs Hd, Hn, #shr',                 { feat: 'AdvSIMD FP16' }],
  ['USHR_asisdshf_R',     '0 1 1 111110 immh=1xxx immb 00000 1 Rn Rd',       'ushr Dd, Dn, #shr',                   { feat: 'AdvSIMD' }],
  ['USRA_asisdshf_R',     '0 1 1 111110 immh=1xxx immb 00010 1 Rn Rd',       'usra Dd, Dn, #shr',                   { feat: 'AdvSIMD' }],
  ['URSHR_asisdshf_R',    '0 1 1 111110 immh=1xxx immb 00100 1 Rn Rd',       'urshr Dd, Dn, #shr',                  { feat: 'AdvSIMD' }],
  ['URSRA_asisdshf_R',    '0 1 1 111110 immh=1xxx immb 00110 1 Rn Rd',       'ursra Dd, Dn, #shr',                  { feat: 'AdvSIMD' }],
  ['SRI_asisdshf_R',      '0 1 1 111110 immh=1xxx immb 01000 1 Rn Rd',       'sri Dd, Dn, #shr',                    { feat: 'AdvSIMD' }],
  ['SLI_asisdshf_R',      '0 1 1 111110 immh=1xxx immb 01010 1 Rn Rd',       'sli Dd, Dn, #shl',                    { feat: 'AdvSIMD' }],
  ['SQSHLU_asisdshf_R',   '0 1 1 111110 immh!=0000 immb 01100 1 Rn Rd',      'sqshlu <Vimmh>d, <Vimmh>n, #shl',     { feat: 'AdvSIMD' }],
  ['UQSHL_asisdshf_R',    '0 1 1 111110 immh!=0000 immb 01110 1 Rn Rd',      'uqshl <Vimmh>d, <Vimmh>n, #shl',      { feat: 'AdvSIMD' }],
  ['SQSHRUN_asisdshf_N',  '0 1 1 111110 immh!=0000|1xxx immb 10000 1 Rn Rd', 'sqshrun <Vimmh>d, <Vimmh*2>n, #shr',  { feat: 'AdvSIMD' }],
  ['SQRSHRUN_asisdshf_N', '0 1 1 111110 immh!=0000|1xxx immb 10001 1 Rn Rd', 'sqrshrun <Vimmh>d, <Vimmh*2>n, #shr', { feat: 'AdvSIMD' }],
  ['UQSHRN_asisdshf_N',   '0 1 1 111110 immh!=0000|1xxx immb 10010 1 Rn Rd', 'uqshrn <Vimmh>d, <Vimmh*2>n, #shr',   { feat: 'AdvSIMD' }],
  ['UQRSHRN_asisdshf_N',  '0 1 1 111110 immh!=0000|1xxx immb 10011 1 Rn Rd', 'uqrshrn <Vimmh>d, <Vimmh*2>n, #shr',  { feat: 'AdvSIMD' }],
  ['UCVTF_asisdshf_C',    '0 1 1 111110 immh!=00xx immb 11100 1 Rn Rd',      'ucvtf <Vimmh>d, <Vimmh>n, #shr',      { feat: 'AdvSIMD' }],
  ['UCVTF_asisdshf_C_H',  '0 1 1 111110 immh=001x immb 11100 1 Rn Rd',       'ucvtf Hd, Hn, #shr',                  { feat: 'AdvSIMD FP16' }],
  ['FCVTZU_asisdshf_C',   '0 1 1 111110 immh!=00xx immb 11111 1 Rn Rd',      'fcvtzu <Vimmh>d, <Vimmh>n, #shr',     { feat: 'AdvSIMD' }],
  ['FCVTZU_asisdshf_C_H', '0 1 1 111110 immh=001x immb 11111 1 Rn Rd',       'fcvtzu Hd, Hn, #shr',                 { feat: 'AdvSIMD FP16' }],
] }
