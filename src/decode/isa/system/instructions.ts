import type { Row, RowOptions } from '../../encoding.ts'

const SYS = ['SYS_CR_systeminstrs']
const SYSL = ['SYSL_RC_systeminstrs']
// LLVM writes these names whether aliases are wanted or not.
const sys = (more: RowOptions = {}): RowOptions => ({ aliasOf: 'SYS_CR_systeminstrs', always: true, ...more })
const sysl = (more: RowOptions = {}): RowOptions => ({ aliasOf: 'SYSL_RC_systeminstrs', always: true, ...more })
const sysp = (more: RowOptions = {}): RowOptions => ({ aliasOf: 'SYSP_CR_syspairinstrs', always: true, ...more })

/** System instructions with a register, with a result, or with neither (C4.1.93); DC is in `data-cache.ts`. */
export function instructions(): readonly Row[] { return [
  // System instructions with register argument
  ['WFET_only_systeminstrswithreg', '11010101000000110001 0000 000 Rt', 'wfet Xt', { feat: 'WFxT' }],
  ['WFIT_only_systeminstrswithreg', '11010101000000110001 0000 001 Rt', 'wfit Xt', { feat: 'WFxT' }],

  // System instructions
  ['SYS_CR_systeminstrs',  '1101010100 0 01 op1 CRn CRm op2 Rt', 'sys #op1, Cn, Cm, #op2, Xt'],
  ['SYSL_RC_systeminstrs', '1101010100 1 01 op1 CRn CRm op2 Rt', 'sysl Xt, #op1, Cn, Cm, #op2'],

  // System instructions that LLVM and nisv keep apart from SYS: each has an effect of its own
  ['GCSPUSHX_SYS_CR_systeminstrs', '1101010100 0 01 000 0111 0111 100 11111', 'gcspushx',    { feat: 'GCS', over: SYS }],
  ['GCSPOPCX_SYS_CR_systeminstrs', '1101010100 0 01 000 0111 0111 101 11111', 'gcspopcx',    { feat: 'GCS', over: SYS }],
  ['GCSPOPX_SYS_CR_systeminstrs',  '1101010100 0 01 000 0111 0111 110 11111', 'gcspopx',     { feat: 'GCS', over: SYS }],
  ['BRB_IALL_SYS_CR_systeminstrs', '1101010100 0 01 001 0111 0010 100 11111', "brb 'iall'",  { feat: 'BRBE', over: SYS }],
  ['BRB_INJ_SYS_CR_systeminstrs',  '1101010100 0 01 001 0111 0010 101 11111', "brb 'inj'",   { feat: 'BRBE', over: SYS }],
  ['TRCIT_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 0010 111 Rt',    'trcit Xt',    { feat: 'ITE', over: SYS }],
  ['GCSPUSHM_SYS_CR_systeminstrs', '1101010100 0 01 011 0111 0111 000 Rt',    'gcspushm Xt', { feat: 'GCS', over: SYS }],
  ['GCSSS1_SYS_CR_systeminstrs',   '1101010100 0 01 011 0111 0111 010 Rt',    'gcsss1 Xt',   { feat: 'GCS', over: SYS }],
  ['APAS_SYS_CR_systeminstrs',     '1101010100 0 01 110 0111 0000 000 Rt',    'apas Xt',     { feat: 'RME_GPC2', over: SYS }],
  ['GCSPOPM_SYSL_RC_systeminstrs', '1101010100 1 01 011 0111 0111 001 Rt',    'gcspopm Xt',  { feat: 'GCS', over: SYSL }],
  ['GCSSS2_SYSL_RC_systeminstrs',  '1101010100 1 01 011 0111 0111 011 Rt',    'gcsss2 Xt',   { feat: 'GCS', over: SYSL }],

  ['GCSPOPM_SYSL_RC_systeminstrs_xzr', '1101010100 1 01 011 0111 0111 001 11111', 'gcspopm', { aliasOf: 'GCSPOPM_SYSL_RC_systeminstrs' }],

  // Aliases of SYS
  ['CFP_SYS_CR_systeminstrs',       '1101010100 0 01 011 0111 0011 100 Rt',    "cfp 'rctx', Xt",         sys({ feat: 'SPECRES' })],
  ['DVP_SYS_CR_systeminstrs',       '1101010100 0 01 011 0111 0011 101 Rt',    "dvp 'rctx', Xt",         sys({ feat: 'SPECRES' })],
  ['COSP_SYS_CR_systeminstrs',      '1101010100 0 01 011 0111 0011 110 Rt',    "cosp 'rctx', Xt",        sys({ feat: 'SPECRES2' })],
  ['CPP_SYS_CR_systeminstrs',       '1101010100 0 01 011 0111 0011 111 Rt',    "cpp 'rctx', Xt",         sys({ feat: 'SPECRES' })],
  ['GSB_SYS_SYS_CR_systeminstrs',   '1101010100 0 01 000 1100 0000 000 11111', "gsb 'sys'",              sys({ feat: 'GCIE' })],
  ['GSB_ACK_SYS_CR_systeminstrs',   '1101010100 0 01 000 1100 0000 001 11111', "gsb 'ack'",              sys({ feat: 'GCIE' })],
  ['IC_SYS_CR_systeminstrs_i',      '1101010100 0 01 op1 0111 CRm op2 11111',  'ic ic_op',               sys({ when: 'IC_ALL' })],
  ['IC_SYS_CR_systeminstrs',        '1101010100 0 01 op1 0111 CRm op2 Rt',     'ic ic_op, Xt',           sys({ when: 'IC_OPERATION' })],
  ['AT_SYS_CR_systeminstrs',        '1101010100 0 01 op1 0111 CRm op2 Rt',     'at at_op, Xt',           sys({ when: 'AT_OPERATION' })],
  ['TLBI_SYS_CR_systeminstrs_all',  '1101010100 0 01 op1 100x CRm op2 11111',  'tlbi tlbi_op',           sys({ when: 'TLBI_ALL' })],
  ['TLBI_SYS_CR_systeminstrs',      '1101010100 0 01 op1 100x CRm op2 Rt',     'tlbi tlbi_op, Xt',       sys({ when: 'TLBI_OPERATION' })],
  ['PLBI_SYS_CR_systeminstrs_all',  '1101010100 0 01 op1 1010 CRm op2 11111',  'plbi plbi_op',           sys({ feat: 'S1POE2', when: 'PLBI_ALL' })],
  ['PLBI_SYS_CR_systeminstrs',      '1101010100 0 01 op1 1010 CRm op2 Rt',     'plbi plbi_op, Xt',       sys({ feat: 'S1POE2', when: 'PLBI_OPERATION' })],
  ['MLBI_SYS_CR_systeminstrs_all',  '1101010100 0 01 100 0111 0000 op2 11111', 'mlbi mlbi_op',           sys({ feat: 'MPAMv2', when: 'MLBI_ALL' })],
  ['MLBI_SYS_CR_systeminstrs',      '1101010100 0 01 100 0111 0000 op2 Rt',    'mlbi mlbi_op, Xt',       sys({ feat: 'MPAMv2', when: 'MLBI_OPERATION' })],
  ['GIC_CDEOI_SYS_CR_systeminstrs', '1101010100 0 01 000 1100 0001 111 11111', "gic 'cdeoi'",            sys({ feat: 'GCIE' })],
  ['GIC_SYS_CR_systeminstrs',       '1101010100 0 01 op1 1100 CRm op2 Rt',     'gic gic_op, Xt',         sys({ feat: 'GCIE', when: 'GIC_OPERATION' })],
  ['SYS_CR_systeminstrs_xzr',       '1101010100 0 01 op1 CRn CRm op2 11111',   'sys #op1, Cn, Cm, #op2', { aliasOf: 'SYS_CR_systeminstrs' }],

  // Aliases of SYSL
  ['GICR_CDIA_SYSL_RC_systeminstrs',   '1101010100 1 01 000 1100 0011 000 Rt', "gicr Xt, 'cdia'",   sysl({ feat: 'GCIE' })],
  ['GICR_CDNMIA_SYSL_RC_systeminstrs', '1101010100 1 01 000 1100 0011 001 Rt', "gicr Xt, 'cdnmia'", sysl({ feat: 'GCIE' })],

  // System pair instructions
  ['SYSP_CR_syspairinstrs', '1101010101 0 01 op1 CRn CRm op2 Rt', 'sysp #op1, Cn, Cm, #op2, Xt, Xt|1', { feat: 'SYSINSTR128', reserved: ['ODD_RT_NOT_31'] }],

  ['TLBIP_SYSP_CR_syspairinstrs', '1101010101 0 01 op1 1000 CRm op2 Rt',   'tlbip tlbip_op, Xt, Xt|1', sysp({ feat: 'D128', when: 'TLBIP_OPERATION' })],
  ['SYSP_CR_syspairinstrs_xzr',   '1101010101 0 01 op1 CRn CRm op2 11111', 'sysp #op1, Cn, Cm, #op2',  { aliasOf: 'SYSP_CR_syspairinstrs' }],
] }
