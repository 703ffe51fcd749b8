import type { Row } from '../../encoding.ts'

/** Three scalars of one size, or a product of twice the size. */
export function scalarThreeSame(): readonly Row[] { return [
  // Advanced SIMD scalar three same
  ['SQADD_asisdsame_only',    '0 1 0 11110 size 1 Rm 00001 1 Rn Rd',        'sqadd <V>d, <V>n, <V>m',         { feat: 'AdvSIMD' }],
  ['SQSUB_asisdsame_only',    '0 1 0 11110 size 1 Rm 00101 1 Rn Rd',        'sqsub <V>d, <V>n, <V>m',         { feat: 'AdvSIMD' }],
  ['CMGT_asisdsame_only',     '0 1 0 11110 11 1 Rm 00110 1 Rn Rd',          'cmgt Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['CMGE_asisdsame_only',     '0 1 0 11110 11 1 Rm 00111 1 Rn Rd',          'cmge Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['SSHL_asisdsame_only',     '0 1 0 11110 11 1 Rm 01000 1 Rn Rd',          'sshl Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['SQSHL_asisdsame_only',    '0 1 0 11110 size 1 Rm 01001 1 Rn Rd',        'sqshl <V>d, <V>n, <V>m',         { feat: 'AdvSIMD' }],
  ['SRSHL_asisdsame_only',    '0 1 0 11110 11 1 Rm 01010 1 Rn Rd',          'srshl Dd, Dn, Dm',               { feat: 'AdvSIMD' }],
  ['SQRSHL_asisdsame_only',   '0 1 0 11110 size 1 Rm 01011 1 Rn Rd',        'sqrshl <V>d, <V>n, <V>m',        { feat: 'AdvSIMD' }],
  ['ADD_asisdsame_only',      '0 1 0 11110 11 1 Rm 10000 1 Rn Rd',          'add Dd, Dn, Dm',                 { feat: 'AdvSIMD' }],
  ['CMTST_asisdsame_only',    '0 1 0 11110 11 1 Rm 10001 1 Rn Rd',          'cmtst Dd, Dn, Dm',               { feat: 'AdvSIMD' }],
  ['SQDMULH_asisdsame_only',  '0 1 0 11110 size!=00|11 1 Rm 10110 1 Rn Rd', 'sqdmulh <V>d, <V>n, <V>m',       { feat: 'AdvSIMD' }],
  ['FMULX_asisdsame_only',    '0 1 0 11110 0 sz 1 Rm 11011 1 Rn Rd',        'fmulx <Vsz>d, <Vsz>n, <Vsz>m',   { feat: 'AdvSIMD' }],
  ['FCMEQ_asisdsame_only',    '0 1 0 11110 0 sz 1 Rm 11100 1 Rn Rd',        'fcmeq <Vsz>d, <Vsz>n, <Vsz>m',   { feat: 'AdvSIMD' }],
  ['FRECPS_asisdsame_only',   '0 1 0 11110 0 sz 1 Rm 11111 1 Rn Rd',        'frecps <Vsz>d, <Vsz>n, <Vsz>m',  { feat: 'AdvSIMD' }],
  ['FRSQRTS_asisdsame_only',  '0 1 0 11110 1 sz 1 Rm 11111 1 Rn Rd',        'frsqrts <Vsz>d, <Vsz>n, <Vsz>m', { feat: 'AdvSIMD' }],
  ['UQADD_asisdsame_only',    '0 1 1 11110 size 1 Rm 00001 1 Rn Rd',        'uqadd <V>d, <V>n, <V>m',         { feat: 'AdvSIMD' }],
  ['UQSUB_asisdsame_only',    '0 1 1 11110 size 1 Rm 00101 1 Rn Rd',        'uqsub <V>d, <V>n, <V>m',         { feat: 'AdvSIMD' }],
  ['CMHI_asisdsame_only',     '0 1 1 11110 11 1 Rm 00110 1 Rn Rd',          'cmhi Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['CMHS_asisdsame_only',     '0 1 1 11110 11 1 Rm 00111 1 Rn Rd',          'cmhs Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['USHL_asisdsame_only',     '0 1 1 11110 11 1 Rm 01000 1 Rn Rd',          'ushl Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['UQSHL_asisdsame_only',    '0 1 1 11110 size 1 Rm 01001 1 Rn Rd',        'uqshl <V>d, <V>n, <V>m',         { feat: 'AdvSIMD' }],
  ['URSHL_asisdsame_only',    '0 1 1 11110 11 1 Rm 01010 1 Rn Rd',          'urshl Dd, Dn, Dm',               { feat: 'AdvSIMD' }],
  ['UQRSHL_asisdsame_only',   '0 1 1 11110 size 1 Rm 01011 1 Rn Rd',        'uqrshl <V>d, <V>n, <V>m',        { feat: 'AdvSIMD' }],
  ['SUB_asisdsame_only',      '0 1 1 11110 11 1 Rm 10000 1 Rn Rd',          'sub Dd, Dn, Dm',                 { feat: 'AdvSIMD' }],
  ['CMEQ_asisdsame_only',     '0 1 1 11110 11 1 Rm 10001 1 Rn Rd',          'cmeq Dd, Dn, Dm',                { feat: 'AdvSIMD' }],
  ['SQRDMULH_asisdsame_only', '0 1 1 11110 size!=00|11 1 Rm 10110 1 Rn Rd', 'sqrdmulh <V>d, <V>n, <V>m',      { feat: 'AdvSIMD' }],
  ['FABD_asisdsame_only',     '0 1 1 11110 1 sz 1 Rm 11010 1 Rn Rd',        'fabd <Vsz>d, <Vsz>n, <Vsz>m',    { feat: 'AdvSIMD' }],
  ['FCMGE_asisdsame_only',    '0 1 1 11110 0 sz 1 Rm 11100 1 Rn Rd',        'fcmge <Vsz>d, <Vsz>n, <Vsz>m',   { feat: 'AdvSIMD' }],
  ['FCMGT_asisdsame_only',    '0 1 1 11110 1 sz 1 Rm 11100 1 Rn Rd',        'fcmgt <Vsz>d, <Vsz>n, <Vsz>m',   { feat: 'AdvSIMD' }],
  ['FACGE_asisdsame_only',    '0 1 1 11110 0 sz 1 Rm 11101 1 Rn Rd',        'facge <Vsz>d, <Vsz>n, <Vsz>m',   { feat: 'AdvSIMD' }],
  ['FACGT_asisdsame_only',    '0 1 1 11110 1 sz 1 Rm 11101 1 Rn Rd',        'facgt <Vsz>d, <Vsz>n, <Vsz>m',   { feat: 'AdvSIMD' }],

  // Advanced SIMD scalar three same FP16
  ['FMULX_asisdsamefp16_only',   '0 1 0 11110 0 10 Rm 00 011 1 Rn Rd', 'fmulx Hd, Hn, Hm',   { feat: 'AdvSIMD FP16' }],
  ['FCMEQ_asisdsamefp16_only',   '0 1 0 11110 0 10 Rm 00 100 1 Rn Rd', 'fcmeq Hd, Hn, Hm',   { feat: 'AdvSIMD FP16' }],
  ['FRECPS_asisdsamefp16_only',  '0 1 0 11110 0 10 Rm 00 111 1 Rn Rd', 'frecps Hd, Hn, Hm',  { feat: 'AdvSIMD FP16' }],
  ['FRSQRTS_asisdsamefp16_only', '0 1 0 11110 1 10 Rm 00 111 1 Rn Rd', 'frsqrts Hd, Hn, Hm', { feat: 'AdvSIMD FP16' }],
  ['FABD_asisdsamefp16_only',    '0 1 1 11110 1 10 Rm 00 010 1 Rn Rd', 'fabd Hd, Hn, Hm',    { feat: 'AdvSIMD FP16' }],
  ['FCMGE_asisdsamefp16_only',   '0 1 1 11110 0 10 Rm 00 100 1 Rn Rd', 'fcmge Hd, Hn, Hm',   { feat: 'AdvSIMD FP16' }],
  ['FCMGT_asisdsamefp16_only',   '0 1 1 11110 1 10 Rm 00 100 1 Rn Rd', 'fcmgt Hd, Hn, Hm',   { feat: 'AdvSIMD FP16' }],
  ['FACGE_asisdsamefp16_only',   '0 1 1 11110 0 10 Rm 00 101 1 Rn Rd', 'facge Hd, Hn, Hm',   { feat: 'AdvSIMD FP16' }],
  ['FACGT_asisdsamefp16_only',   '0 1 1 11110 1 10 Rm 00 101 1 Rn Rd', 'facgt Hd, Hn, Hm',   { feat: 'AdvSIMD FP16' }],

  // Advanced SIMD scalar three same extra
  ['SQRDMLAH_asisdsame2_only', '0 1 1 11110 size!=00|11 0 Rm 1 0000 1 Rn Rd', 'sqrdmlah <V>d, <V>n, <V>m', { feat: 'AdvSIMD RDM' }],
  ['SQRDMLSH_asisdsame2_only', '0 1 1 11110 size!=00|11 0 Rm 1 0001 1 Rn Rd', 'sqrdmlsh <V>d, <V>n, <V>m', { feat: 'AdvSIMD RDM' }],

  // Advanced SIMD scalar three different
  ['SQDMLAL_asisddiff_only', '0 1 0 11110 size!=00|11 1 Rm 1001 00 Rn Rd', 'sqdmlal <V*2>d, <V>n, <V>m', { feat: 'AdvSIMD' }],
  ['SQDMLSL_asisddiff_only', '0 1 0 11110 size!=00|11 1 Rm 1011 00 Rn Rd', 'sqdmlsl <V*2>d, <V>n, <V>m', { feat: 'AdvSIMD' }],
  ['SQDMULL_asisddiff_only', '0 1 0 11110 size!=00|11 1 Rm 1101 00 Rn Rd', 'sqdmull <V*2>d, <V>n, <V>m', { feat: 'AdvSIMD' }],
] }
