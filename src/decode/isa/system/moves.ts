import type { Row } from '../../encoding.ts'

// LLVM 22 also takes bit 20 = 0 for MRS, MSR, MRRS and MSRR, a system register with op0 0 or 1; the manual has none
// (C5.1.3: op0 is '1':o0). docs/deviations.md counts those words.

/** Moves to and from system registers and PSTATE, and barriers (C4.1.93). */
export function moves(): readonly Row[] { return [
  // Barriers
  ['CLREX_BN_barriers',    '11010101000000110011 CRm 010 11111',        'clrex #CRm'],
  ['DSB_BO_barriers',      '11010101000000110011 CRm 100 11111',        'dsb barrier'],
  ['DMB_BO_barriers',      '11010101000000110011 CRm 101 11111',        'dmb barrier'],
  ['ISB_BI_barriers',      '11010101000000110011 CRm 110 11111',        'isb isb_limit'],
  ['SB_only_barriers',     '11010101000000110011 CRm=(0000) 111 11111', 'sb',           { feat: 'SB' }],
  ['DSB_BOn_barriers_osh', '11010101000000110011 0010 001 11111',       "dsb 'oshnxs'", { feat: 'XS' }],
  ['DSB_BOn_barriers_nsh', '11010101000000110011 0110 001 11111',       "dsb 'nshnxs'", { feat: 'XS' }],
  ['DSB_BOn_barriers_ish', '11010101000000110011 1010 001 11111',       "dsb 'ishnxs'", { feat: 'XS' }],
  ['DSB_BOn_barriers_sy',  '11010101000000110011 1110 001 11111',       "dsb 'synxs'",  { feat: 'XS' }],

  ['CLREX_BN_barriers_15',  '11010101000000110011 1111 010 11111', 'clrex', { aliasOf: 'CLREX_BN_barriers' }],
  ['SSBB_DSB_BO_barriers',  '11010101000000110011 0000 100 11111', 'ssbb',  { aliasOf: 'DSB_BO_barriers' }],
  ['PSSBB_DSB_BO_barriers', '11010101000000110011 0100 100 11111', 'pssbb', { aliasOf: 'DSB_BO_barriers' }],
  ['DFB_DSB_BO_barriers',   '11010101000000110011 1100 100 11111', 'dfb',   { aliasOf: 'DSB_BO_barriers' }],
  ['ISB_BI_barriers_15',    '11010101000000110011 1111 110 11111', 'isb',   { aliasOf: 'ISB_BI_barriers' }],

  // PSTATE
  ['CFINV_M_pstate',         '1101010100000 000 0100 CRm=(0000) 000 11111', 'cfinv',                { feat: 'FlagM' }],
  ['XAFLAG_M_pstate',        '1101010100000 000 0100 CRm=(0000) 001 11111', 'xaflag',               { feat: 'FlagM2' }],
  ['AXFLAG_M_pstate',        '1101010100000 000 0100 CRm=(0000) 010 11111', 'axflag',               { feat: 'FlagM2' }],
  ['MSR_SI_pstate_UAO',      '1101010100000 000 0100 CRm 011 11111',        "msr 'UAO', #CRm",      { feat: 'UAO' }],
  ['MSR_SI_pstate_PAN',      '1101010100000 000 0100 CRm 100 11111',        "msr 'PAN', #CRm",      { feat: 'PAN' }],
  ['MSR_SI_pstate_SPSel',    '1101010100000 000 0100 CRm 101 11111',        "msr 'SPSel', #CRm"],
  ['MSR_SI_pstate_ALLINT',   '1101010100000 001 0100 000 imm:1 000 11111',  "msr 'ALLINT', #imm",   { feat: 'NMI' }],
  ['MSR_SI_pstate_PM',       '1101010100000 001 0100 001 imm:1 000 11111',  "msr 'PM', #imm",       { feat: 'EBEP' }],
  ['MSR_SI_pstate_SSBS',     '1101010100000 011 0100 CRm 001 11111',        "msr 'SSBS', #CRm",     { feat: 'SSBS' }],
  ['MSR_SI_pstate_DIT',      '1101010100000 011 0100 CRm 010 11111',        "msr 'DIT', #CRm",      { feat: 'DIT' }],
  ['MSR_SI_pstate_SVCRSM',   '1101010100000 011 0100 001 imm:1 011 11111',  "msr 'SVCRSM', #imm",   { feat: 'SME' }],
  ['MSR_SI_pstate_SVCRZA',   '1101010100000 011 0100 010 imm:1 011 11111',  "msr 'SVCRZA', #imm",   { feat: 'SME' }],
  ['MSR_SI_pstate_SVCRSMZA', '1101010100000 011 0100 011 imm:1 011 11111',  "msr 'SVCRSMZA', #imm", { feat: 'SME' }],
  ['MSR_SI_pstate_TCO',      '1101010100000 011 0100 CRm 100 11111',        "msr 'TCO', #CRm",      { feat: 'MTE' }],
  ['MSR_SI_pstate_DAIFSet',  '1101010100000 011 0100 CRm 110 11111',        "msr 'DAIFSet', #CRm"],
  ['MSR_SI_pstate_DAIFClr',  '1101010100000 011 0100 CRm 111 11111',        "msr 'DAIFClr', #CRm"],

  ['SMSTOP_MSR_SI_pstate_SM',    '1101010100000 011 0100 001 0 011 11111', "smstop 'sm'",  { aliasOf: 'MSR_SI_pstate_SVCRSM' }],
  ['SMSTART_MSR_SI_pstate_SM',   '1101010100000 011 0100 001 1 011 11111', "smstart 'sm'", { aliasOf: 'MSR_SI_pstate_SVCRSM' }],
  ['SMSTOP_MSR_SI_pstate_ZA',    '1101010100000 011 0100 010 0 011 11111', "smstop 'za'",  { aliasOf: 'MSR_SI_pstate_SVCRZA' }],
  ['SMSTART_MSR_SI_pstate_ZA',   '1101010100000 011 0100 010 1 011 11111', "smstart 'za'", { aliasOf: 'MSR_SI_pstate_SVCRZA' }],
  ['SMSTOP_MSR_SI_pstate_SMZA',  '1101010100000 011 0100 011 0 011 11111', 'smstop',       { aliasOf: 'MSR_SI_pstate_SVCRSMZA' }],
  ['SMSTART_MSR_SI_pstate_SMZA', '1101010100000 011 0100 011 1 011 11111', 'smstart',      { aliasOf: 'MSR_SI_pstate_SVCRSMZA' }],

  // System register move
  ['MSR_SR_systemmove', '1101010100 0 1 o0 op1 CRn CRm op2 Rt', 'msr sysreg_write, Xt'],
  ['MRS_RS_systemmove', '1101010100 1 1 o0 op1 CRn CRm op2 Rt', 'mrs Xt, sysreg_read'],

  // System register pair move
  ['MSRR_SR_systemmovepr', '1101010101 0 1 o0 op1 CRn CRm op2 Rt', 'msrr sysreg_write, Xt, Xt|1', { feat: 'SYSREG128', reserved: ['ODD_RT'] }],
  ['MRRS_RS_systemmovepr', '1101010101 1 1 o0 op1 CRn CRm op2 Rt', 'mrrs Xt, Xt|1, sysreg_read',  { feat: 'SYSREG128', reserved: ['ODD_RT'] }],
] }
