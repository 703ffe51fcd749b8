import type { Row } from '../../encoding.ts'

/** Outer products of vectors into tiles; with structured sparsity (FEAT_SME_TMOP). */
export function outerProduct(): readonly Row[] { return [
  // SME Outer Product - floating-point, 32-bit tiles
  ['FMOPA_ZA_PP_ZZ_32',    '10000000 100 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'fmopa ZAda.s, Pn/m, Pm/m, Zn.s, Zm.s',  { feat: 'SME' }],
  ['FMOPS_ZA_PP_ZZ_32',    '10000000 100 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'fmops ZAda.s, Pn/m, Pm/m, Zn.s, Zm.s',  { feat: 'SME' }],
  ['FMOPA_ZA32_PP_Z8Z8_8', '10000000 101 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'fmopa ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b',  { feat: 'SME_F8F32' }],
  ['BFMOPA_ZA32_PP_ZZ_',   '10000001 100 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'bfmopa ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME' }],
  ['BFMOPS_ZA32_PP_ZZ_',   '10000001 100 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'bfmops ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME' }],
  ['FMOPA_ZA32_PP_ZZ_16',  '10000001 101 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'fmopa ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME' }],
  ['FMOPS_ZA32_PP_ZZ_16',  '10000001 101 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'fmops ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME' }],

  // SME Outer Product - integer, 32-bit tiles
  ['SMOPA_ZA_PP_ZZ_32',   '10100000 100 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'smopa ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b',  { feat: 'SME' }],
  ['SMOPS_ZA_PP_ZZ_32',   '10100000 100 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'smops ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b',  { feat: 'SME' }],
  ['SUMOPA_ZA_PP_ZZ_32',  '10100000 101 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'sumopa ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b', { feat: 'SME' }],
  ['SUMOPS_ZA_PP_ZZ_32',  '10100000 101 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'sumops ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b', { feat: 'SME' }],
  ['USMOPA_ZA_PP_ZZ_32',  '10100001 100 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'usmopa ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b', { feat: 'SME' }],
  ['USMOPS_ZA_PP_ZZ_32',  '10100001 100 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'usmops ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b', { feat: 'SME' }],
  ['UMOPA_ZA_PP_ZZ_32',   '10100001 101 Zm Pm:3 Pn:3 Zn 000 ZAda:2', 'umopa ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b',  { feat: 'SME' }],
  ['UMOPS_ZA_PP_ZZ_32',   '10100001 101 Zm Pm:3 Pn:3 Zn 100 ZAda:2', 'umops ZAda.s, Pn/m, Pm/m, Zn.b, Zm.b',  { feat: 'SME' }],
  ['SMOPA_ZA32_PP_ZZ_16', '10100000 100 Zm Pm:3 Pn:3 Zn 010 ZAda:2', 'smopa ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME2' }],
  ['SMOPS_ZA32_PP_ZZ_16', '10100000 100 Zm Pm:3 Pn:3 Zn 110 ZAda:2', 'smops ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME2' }],
  ['UMOPA_ZA32_PP_ZZ_16', '10100001 100 Zm Pm:3 Pn:3 Zn 010 ZAda:2', 'umopa ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME2' }],
  ['UMOPS_ZA32_PP_ZZ_16', '10100001 100 Zm Pm:3 Pn:3 Zn 110 ZAda:2', 'umops ZAda.s, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME2' }],

  // SME Outer Product - 64 bit
  ['FMOPA_ZA_PP_ZZ_64',  '10000000 110 Zm Pm:3 Pn:3 Zn 00 ZAda:3', 'fmopa ZAda.d, Pn/m, Pm/m, Zn.d, Zm.d',  { feat: 'SME_F64F64' }],
  ['FMOPS_ZA_PP_ZZ_64',  '10000000 110 Zm Pm:3 Pn:3 Zn 10 ZAda:3', 'fmops ZAda.d, Pn/m, Pm/m, Zn.d, Zm.d',  { feat: 'SME_F64F64' }],
  ['SMOPA_ZA_PP_ZZ_64',  '10100000 110 Zm Pm:3 Pn:3 Zn 00 ZAda:3', 'smopa ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME_I16I64' }],
  ['SMOPS_ZA_PP_ZZ_64',  '10100000 110 Zm Pm:3 Pn:3 Zn 10 ZAda:3', 'smops ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME_I16I64' }],
  ['SUMOPA_ZA_PP_ZZ_64', '10100000 111 Zm Pm:3 Pn:3 Zn 00 ZAda:3', 'sumopa ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME_I16I64' }],
  ['SUMOPS_ZA_PP_ZZ_64', '10100000 111 Zm Pm:3 Pn:3 Zn 10 ZAda:3', 'sumops ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME_I16I64' }],
  ['USMOPA_ZA_PP_ZZ_64', '10100001 110 Zm Pm:3 Pn:3 Zn 00 ZAda:3', 'usmopa ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME_I16I64' }],
  ['USMOPS_ZA_PP_ZZ_64', '10100001 110 Zm Pm:3 Pn:3 Zn 10 ZAda:3', 'usmops ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME_I16I64' }],
  ['UMOPA_ZA_PP_ZZ_64',  '10100001 111 Zm Pm:3 Pn:3 Zn 00 ZAda:3', 'umopa ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME_I16I64' }],
  ['UMOPS_ZA_PP_ZZ_64',  '10100001 111 Zm Pm:3 Pn:3 Zn 10 ZAda:3', 'umops ZAda.d, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME_I16I64' }],

  // SME2 Outer Product - Misc
  ['BMOPA_ZA_PP_ZZ_32',    '10000000 100 Zm Pm:3 Pn:3 Zn 010 ZAda:2',  'bmopa ZAda.s, Pn/m, Pm/m, Zn.s, Zm.s',  { feat: 'SME2' }],
  ['BMOPS_ZA_PP_ZZ_32',    '10000000 100 Zm Pm:3 Pn:3 Zn 110 ZAda:2',  'bmops ZAda.s, Pn/m, Pm/m, Zn.s, Zm.s',  { feat: 'SME2' }],
  ['FMOPA_ZA16_PP_Z8Z8_8', '10000000 101 Zm Pm:3 Pn:3 Zn 0100 ZAda:1', 'fmopa ZAda.h, Pn/m, Pm/m, Zn.b, Zm.b',  { feat: 'SME_F8F16' }],
  ['FMOPA_ZA_PP_ZZ_16',    '10000001 100 Zm Pm:3 Pn:3 Zn 0100 ZAda:1', 'fmopa ZAda.h, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME_F16F16' }],
  ['FMOPS_ZA_PP_ZZ_16',    '10000001 100 Zm Pm:3 Pn:3 Zn 1100 ZAda:1', 'fmops ZAda.h, Pn/m, Pm/m, Zn.h, Zm.h',  { feat: 'SME_F16F16' }],
  ['BFMOPA_ZA_PP_ZZ_16',   '10000001 101 Zm Pm:3 Pn:3 Zn 0100 ZAda:1', 'bfmopa ZAda.h, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME_B16B16' }],
  ['BFMOPS_ZA_PP_ZZ_16',   '10000001 101 Zm Pm:3 Pn:3 Zn 1100 ZAda:1', 'bfmops ZAda.h, Pn/m, Pm/m, Zn.h, Zm.h', { feat: 'SME_B16B16' }],

  // SME2 sparse outer product
  ['FTMOPA_ZA_ZZZI_S2X1',     '10000000 010 Zm 000 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'ftmopa ZAda.s, {Zn*2.s x2}, Zm.s, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP' }],
  ['STMOPA_ZA_ZZZI_B2X1',     '10000000 010 Zm 100 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'stmopa ZAda.s, {Zn*2.b x2}, Zm.b, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP' }],
  ['SUTMOPA_ZA_ZZZI_B2X1',    '10000000 011 Zm 100 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'sutmopa ZAda.s, {Zn*2.b x2}, Zm.b, Z(1:K:1:Zk)[i2]', { feat: 'SME_TMOP' }],
  ['USTMOPA_ZA_ZZZI_B2X1',    '10000001 010 Zm 100 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'ustmopa ZAda.s, {Zn*2.b x2}, Zm.b, Z(1:K:1:Zk)[i2]', { feat: 'SME_TMOP' }],
  ['UTMOPA_ZA_ZZZI_B2X1',     '10000001 011 Zm 100 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'utmopa ZAda.s, {Zn*2.b x2}, Zm.b, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP' }],
  ['STMOPA_ZA32_ZZZI_H2X1',   '10000000 010 Zm 100 K:1 Zk:2 Zn:4 i2:2 10 ZAda:2',  'stmopa ZAda.s, {Zn*2.h x2}, Zm.h, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP' }],
  ['UTMOPA_ZA32_ZZZI_H2X1',   '10000001 010 Zm 100 K:1 Zk:2 Zn:4 i2:2 10 ZAda:2',  'utmopa ZAda.s, {Zn*2.h x2}, Zm.h, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP' }],
  ['FTMOPA_ZA32_Z8Z8ZI_B2X1', '10000000 011 Zm 000 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'ftmopa ZAda.s, {Zn*2.b x2}, Zm.b, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP SME_F8F32' }],
  ['FTMOPA_ZA16_Z8Z8ZI_B2X1', '10000000 011 Zm 000 K:1 Zk:2 Zn:4 i2:2 100 ZAda:1', 'ftmopa ZAda.h, {Zn*2.b x2}, Zm.b, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP SME_F8F16' }],
  ['BFTMOPA_ZA32_ZZZI_H2X1',  '10000001 010 Zm 000 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'bftmopa ZAda.s, {Zn*2.h x2}, Zm.h, Z(1:K:1:Zk)[i2]', { feat: 'SME_TMOP' }],
  ['FTMOPA_ZA_ZZZI_H2X1',     '10000001 010 Zm 000 K:1 Zk:2 Zn:4 i2:2 100 ZAda:1', 'ftmopa ZAda.h, {Zn*2.h x2}, Zm.h, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP SME_F16F16' }],
  ['FTMOPA_ZA32_ZZZI_H2X1',   '10000001 011 Zm 000 K:1 Zk:2 Zn:4 i2:2 00 ZAda:2',  'ftmopa ZAda.s, {Zn*2.h x2}, Zm.h, Z(1:K:1:Zk)[i2]',  { feat: 'SME_TMOP' }],
  ['BFTMOPA_ZA_ZZZI_H2X1',    '10000001 011 Zm 000 K:1 Zk:2 Zn:4 i2:2 100 ZAda:1', 'bftmopa ZAda.h, {Zn*2.h x2}, Zm.h, Z(1:K:1:Zk)[i2]', { feat: 'SME_TMOP SME_B16B16' }],

  // SME Add Vector to Array
  ['ADDHA_ZA_PP_Z_32', '11000000 10010000 Pm:3 Pn:3 Zn 000 ZAda:2', 'addha ZAda.s, Pn/m, Pm/m, Zn.s', { feat: 'SME' }],
  ['ADDVA_ZA_PP_Z_32', '11000000 10010001 Pm:3 Pn:3 Zn 000 ZAda:2', 'addva ZAda.s, Pn/m, Pm/m, Zn.s', { feat: 'SME' }],
  ['ADDHA_ZA_PP_Z_64', '11000000 11010000 Pm:3 Pn:3 Zn 00 ZAda:3',  'addha ZAda.d, Pn/m, Pm/m, Zn.d', { feat: 'SME_I16I64' }],
  ['ADDVA_ZA_PP_Z_64', '11000000 11010001 Pm:3 Pn:3 Zn 00 ZAda:3',  'addva ZAda.d, Pn/m, Pm/m, Zn.d', { feat: 'SME_I16I64' }],
] }
