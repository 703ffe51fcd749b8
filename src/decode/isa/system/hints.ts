import type { Row } from '../../encoding.ts'

// The manual's hints are encodings of their own; here they spell words of HINT, since a hint that an implementation
// does not have is a NOP (C6.2 "HINT") and assemblers write all of them as `hint #imm`. Rows beside HINT are those
// that LLVM never writes that way. STSHH is op2 = 00x alone: LLVM 22 writes `stshh #5` to `#7` for words that the manual
// leaves to HINT (docs/deviations.md, stshh-policy).
const alias = (feat?: string): NonNullable<Row[3]> => ({ aliasOf: 'HINT_HM_hints', ...(feat === undefined ? {} : { feat }) })

/** Hints (C4.1 "Hints"). */
export function hints(): readonly Row[] { return [
  ['HINT_HM_hints',       '11010101000000110010 CRm op2 11111',  'hint #CRm:op2'],
  ['TSB_HC_hints',        '11010101000000110010 0010 010 11111', "tsb 'csync'",  { feat: 'TRF', over: ['HINT_HM_hints'] }],
  ['SHUH_HI_hints',       '11010101000000110010 0110 010 11111', 'shuh #0',      { feat: 'CMH', over: ['HINT_HM_hints'] }],
  ['SHUH_HI_hints_ph',    '11010101000000110010 0110 011 11111', "shuh 'ph'",    { feat: 'CMH', over: ['HINT_HM_hints'] }],
  ['STCPH_HI_hints',      '11010101000000110010 0110 100 11111', 'stcph',        { feat: 'CMH', over: ['HINT_HM_hints'] }],
  ['STSHH_HI_hints_keep', '11010101000000110010 0110 000 11111', "stshh 'keep'", { feat: 'PCDPHINT', over: ['HINT_HM_hints'] }],
  ['STSHH_HI_hints_strm', '11010101000000110010 0110 001 11111', "stshh 'strm'", { feat: 'PCDPHINT', over: ['HINT_HM_hints'] }],

  ['NOP_HI_hints',       '11010101000000110010 0000 000 11111', 'nop',           alias()],
  ['YIELD_HI_hints',     '11010101000000110010 0000 001 11111', 'yield',         alias()],
  ['WFE_HI_hints',       '11010101000000110010 0000 010 11111', 'wfe',           alias()],
  ['WFI_HI_hints',       '11010101000000110010 0000 011 11111', 'wfi',           alias()],
  ['SEV_HI_hints',       '11010101000000110010 0000 100 11111', 'sev',           alias()],
  ['SEVL_HI_hints',      '11010101000000110010 0000 101 11111', 'sevl',          alias()],
  ['DGH_HI_hints',       '11010101000000110010 0000 110 11111', 'dgh',           alias('DGH')],
  ['XPACLRI_HI_hints',   '11010101000000110010 0000 111 11111', 'xpaclri',       alias('PAuth')],
  ['PACIA1716_HI_hints', '11010101000000110010 0001 000 11111', 'pacia1716',     alias('PAuth')],
  ['PACIB1716_HI_hints', '11010101000000110010 0001 010 11111', 'pacib1716',     alias('PAuth')],
  ['AUTIA1716_HI_hints', '11010101000000110010 0001 100 11111', 'autia1716',     alias('PAuth')],
  ['AUTIB1716_HI_hints', '11010101000000110010 0001 110 11111', 'autib1716',     alias('PAuth')],
  ['ESB_HI_hints',       '11010101000000110010 0010 000 11111', 'esb',           alias('RAS')],
  ['PSB_HC_hints',       '11010101000000110010 0010 001 11111', "psb 'csync'",   alias('SPE')],
  ['GCSB_HD_hints',      '11010101000000110010 0010 011 11111', "gcsb 'dsync'",  alias('GCS')],
  ['CSDB_HI_hints',      '11010101000000110010 0010 100 11111', 'csdb',          alias()],
  ['CLRBHB_HI_hints',    '11010101000000110010 0010 110 11111', 'clrbhb',        alias('CLRBHB')],
  ['PACIAZ_HI_hints',    '11010101000000110010 0011 000 11111', 'paciaz',        alias('PAuth')],
  ['PACIASP_HI_hints',   '11010101000000110010 0011 001 11111', 'paciasp',       alias('PAuth')],
  ['PACIBZ_HI_hints',    '11010101000000110010 0011 010 11111', 'pacibz',        alias('PAuth')],
  ['PACIBSP_HI_hints',   '11010101000000110010 0011 011 11111', 'pacibsp',       alias('PAuth')],
  ['AUTIAZ_HI_hints',    '11010101000000110010 0011 100 11111', 'autiaz',        alias('PAuth')],
  ['AUTIASP_HI_hints',   '11010101000000110010 0011 101 11111', 'autiasp',       alias('PAuth')],
  ['AUTIBZ_HI_hints',    '11010101000000110010 0011 110 11111', 'autibz',        alias('PAuth')],
  ['AUTIBSP_HI_hints',   '11010101000000110010 0011 111 11111', 'autibsp',       alias('PAuth')],
  ['BTI_HB_hints_r',     '11010101000000110010 0100 000 11111', "bti 'r'",       alias('BTI')],
  ['BTI_HB_hints_c',     '11010101000000110010 0100 010 11111', "bti 'c'",       alias('BTI')],
  ['BTI_HB_hints_j',     '11010101000000110010 0100 100 11111', "bti 'j'",       alias('BTI')],
  ['BTI_HB_hints_jc',    '11010101000000110010 0100 110 11111', "bti 'jc'",      alias('BTI')],
  ['PACM_HI_hints',      '11010101000000110010 0100 111 11111', 'pacm',          alias('PAuth_LR')],
  ['CHKFEAT_HF_hints',   '11010101000000110010 0101 000 11111', "chkfeat 'x16'", alias('CHK')],
  ['SHUH_HI_hints_none', '11010101000000110010 0110 010 11111', 'shuh',          { aliasOf: 'SHUH_HI_hints' }],
] }
