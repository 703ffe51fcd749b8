import type { Row } from '../../encoding.ts'

/** Character match, histograms, lookup tables, AES, SHA3, SM4. */
export function matchAndCrypto(): readonly Row[] { return [
  // SVE2 character match
  ['MATCH_P_P_ZZ_',  '01000101 size=0x 1 Zm 100 Pg:3 Zn 0 Pd', 'match Pd.T, Pg/z, Zn.T, Zm.T',  { feat: 'SVE2' }],
  ['NMATCH_P_P_ZZ_', '01000101 size=0x 1 Zm 100 Pg:3 Zn 1 Pd', 'nmatch Pd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE2' }],

  // SVE2 Histogram Computation (Segment) and Lookup Table
  ['HISTSEG_Z_ZZ_',   '01000101 00 1 Zm 101000 Zn Zd',          'histseg Zd.b, Zn.b, Zm.b',           { feat: 'SVE2' }],
  ['LUTI2_Z_ZZ_16',   '01000101 i3h:2 1 Zm 101 i3l:1 10 Zn Zd', 'luti2 Zd.h, {Zn.h x1}, Zm[i3h:i3l]', { feat: 'SVE2|SME2 LUT' }],
  ['LUTI6_Z_ZZZ_8',   '01000101 001 Zm 101011 Zn Zd',           'luti6 Zd.b, {Zn.b x2}, Zm',          { feat: 'SVE2p3' }],
  ['LUTI2_Z_ZZ_8',    '01000101 i2:2 1 Zm 101100 Zn Zd',        'luti2 Zd.b, {Zn.b x1}, Zm[i2]',      { feat: 'SVE2|SME2 LUT' }],
  ['LUTI4_Z_ZZ_2X16', '01000101 i2:2 1 Zm 101101 Zn Zd',        'luti4 Zd.h, {Zn.h x2}, Zm[i2]',      { feat: 'SVE2|SME2 LUT' }],
  ['LUTI4_Z_ZZ_1X16', '01000101 i2:2 1 Zm 101111 Zn Zd',        'luti4 Zd.h, {Zn.h x1}, Zm[i2]',      { feat: 'SVE2|SME2 LUT' }],
  ['LUTI4_Z_ZZ_8',    '01000101 i1:1 11 Zm 101001 Zn Zd',       'luti4 Zd.b, {Zn.b x1}, Zm[i1]',      { feat: 'SVE2|SME2 LUT' }],
  ['LUTI6_Z_ZZZ_16',  '01000101 i1:1 11 Zm 101011 Zn Zd',       'luti6 Zd.h, {Zn.h x2}, Zm[i1]',      { feat: 'SVE2p3|SME2p3' }],

  // SVE2 histogram generation (vector)
  ['HISTCNT_Z_P_ZZ_', '01000101 size=1x 1 Zm 110 Pg:3 Zn Zd', 'histcnt Zd.T, Pg/z, Zn.T, Zm.T', { feat: 'SVE2' }],

  // SVE2 Crypto Extensions
  ['AESMC_Z_Z_',         '01000101 0010000011100000000 Zdn',        'aesmc Zdn.b, Zdn.b',                           { feat: 'SVE|SSVE_AES SVE_AES|SSVE_AES' }],
  ['AESIMC_Z_Z_',        '01000101 0010000011100100000 Zdn',        'aesimc Zdn.b, Zdn.b',                          { feat: 'SVE|SSVE_AES SVE_AES|SSVE_AES' }],
  ['SM4EKEY_Z_ZZ_',      '01000101 001 Zm 111100 Zn Zd',            'sm4ekey Zd.s, Zn.s, Zm.s',                     { feat: 'SVE_SM4' }],
  ['RAX1_Z_ZZ_',         '01000101 001 Zm 111101 Zn Zd',            'rax1 Zd.d, Zn.d, Zm.d',                        { feat: 'SVE|SME2p1 SVE_SHA3' }],
  ['PMULL_MZ_ZZW_1X2',   '01000101 001 Zm 111110 Zn Zd:4 0',        'pmull {Zd*2.q x2}, Zn.d, Zm.d',                { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['PMLAL_MZ_ZZZW_1X2',  '01000101 001 Zm 111111 Zn Zda:4 0',       'pmlal {Zda*2.q x2}, Zn.d, Zm.d',               { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESE_Z_ZZ_',         '01000101 00100010111000 Zm Zdn',          'aese Zdn.b, Zdn.b, Zm.b',                      { feat: 'SVE|SSVE_AES SVE_AES|SSVE_AES' }],
  ['AESD_Z_ZZ_',         '01000101 00100010111001 Zm Zdn',          'aesd Zdn.b, Zdn.b, Zm.b',                      { feat: 'SVE|SSVE_AES SVE_AES|SSVE_AES' }],
  ['AESE_MZ_ZZI_2X1',    '01000101 001 i2:2 010111010 Zm Zdn:4 0',  'aese {Zdn*2.b x2}, {Zdn*2.b x2}, Zm.q[i2]',    { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESD_MZ_ZZI_2X1',    '01000101 001 i2:2 010111011 Zm Zdn:4 0',  'aesd {Zdn*2.b x2}, {Zdn*2.b x2}, Zm.q[i2]',    { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['SM4E_Z_ZZ_',         '01000101 00100011111000 Zm Zdn',          'sm4e Zdn.s, Zdn.s, Zm.s',                      { feat: 'SVE_SM4' }],
  ['AESEMC_MZ_ZZI_2X1',  '01000101 001 i2:2 011111010 Zm Zdn:4 0',  'aesemc {Zdn*2.b x2}, {Zdn*2.b x2}, Zm.q[i2]',  { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESDIMC_MZ_ZZI_2X1', '01000101 001 i2:2 011111011 Zm Zdn:4 0',  'aesdimc {Zdn*2.b x2}, {Zdn*2.b x2}, Zm.q[i2]', { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESE_MZ_ZZI_4X1',    '01000101 001 i2:2 110111010 Zm Zdn:3 00', 'aese {Zdn*4.b x4}, {Zdn*4.b x4}, Zm.q[i2]',    { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESD_MZ_ZZI_4X1',    '01000101 001 i2:2 110111011 Zm Zdn:3 00', 'aesd {Zdn*4.b x4}, {Zdn*4.b x4}, Zm.q[i2]',    { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESEMC_MZ_ZZI_4X1',  '01000101 001 i2:2 111111010 Zm Zdn:3 00', 'aesemc {Zdn*4.b x4}, {Zdn*4.b x4}, Zm.q[i2]',  { feat: 'SVE_AES2 SVE|SSVE_AES' }],
  ['AESDIMC_MZ_ZZI_4X1', '01000101 001 i2:2 111111011 Zm Zdn:3 00', 'aesdimc {Zdn*4.b x4}, {Zdn*4.b x4}, Zm.q[i2]', { feat: 'SVE_AES2 SVE|SSVE_AES' }],
] }
