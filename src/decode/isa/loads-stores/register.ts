import { load, noAccess, store } from '../../access.ts'
import type { Row, Rows } from '../../encoding.ts'

/** Load/store register (unscaled immediate). */
function unscaled(): readonly Row[] { return [
  ['STURB_32_ldst_unscaled',  '00 111 0 00 00 0 imm9 00 Rn Rt', 'sturb Wt, [Xn|SP, #simm9]',    { access: store(1) }],
  ['LDURB_32_ldst_unscaled',  '00 111 0 00 01 0 imm9 00 Rn Rt', 'ldurb Wt, [Xn|SP, #simm9]',    { access: load(1) }],
  ['LDURSB_64_ldst_unscaled', '00 111 0 00 10 0 imm9 00 Rn Rt', 'ldursb Xt, [Xn|SP, #simm9]',   { access: load(1, { signed: 64 }) }],
  ['LDURSB_32_ldst_unscaled', '00 111 0 00 11 0 imm9 00 Rn Rt', 'ldursb Wt, [Xn|SP, #simm9]',   { access: load(1, { signed: 32 }) }],
  ['STURH_32_ldst_unscaled',  '01 111 0 00 00 0 imm9 00 Rn Rt', 'sturh Wt, [Xn|SP, #simm9]',    { access: store(2) }],
  ['LDURH_32_ldst_unscaled',  '01 111 0 00 01 0 imm9 00 Rn Rt', 'ldurh Wt, [Xn|SP, #simm9]',    { access: load(2) }],
  ['LDURSH_64_ldst_unscaled', '01 111 0 00 10 0 imm9 00 Rn Rt', 'ldursh Xt, [Xn|SP, #simm9]',   { access: load(2, { signed: 64 }) }],
  ['LDURSH_32_ldst_unscaled', '01 111 0 00 11 0 imm9 00 Rn Rt', 'ldursh Wt, [Xn|SP, #simm9]',   { access: load(2, { signed: 32 }) }],
  ['STUR_32_ldst_unscaled',   '10 111 0 00 00 0 imm9 00 Rn Rt', 'stur Wt, [Xn|SP, #simm9]',     { access: store(4) }],
  ['LDUR_32_ldst_unscaled',   '10 111 0 00 01 0 imm9 00 Rn Rt', 'ldur Wt, [Xn|SP, #simm9]',     { access: load(4) }],
  ['LDURSW_64_ldst_unscaled', '10 111 0 00 10 0 imm9 00 Rn Rt', 'ldursw Xt, [Xn|SP, #simm9]',   { access: load(4, { signed: 64 }) }],
  ['STUR_64_ldst_unscaled',   '11 111 0 00 00 0 imm9 00 Rn Rt', 'stur Xt, [Xn|SP, #simm9]',     { access: store(8) }],
  ['LDUR_64_ldst_unscaled',   '11 111 0 00 01 0 imm9 00 Rn Rt', 'ldur Xt, [Xn|SP, #simm9]',     { access: load(8) }],
  ['PRFUM_P_ldst_unscaled',   '11 111 0 00 10 0 imm9 00 Rn Rt', 'prfum prfop, [Xn|SP, #simm9]', { access: noAccess() }],
] }

/** Load/store register (immediate post-indexed). */
function postIndexed(): readonly Row[] { return [
  ['STRB_32_ldst_immpost',  '00 111 0 00 00 0 imm9 01 Rn Rt', 'strb Wt, [Xn|SP], #simm9',  { access: store(1), unpredictable: ['WBOVERLAPST'] }],
  ['LDRB_32_ldst_immpost',  '00 111 0 00 01 0 imm9 01 Rn Rt', 'ldrb Wt, [Xn|SP], #simm9',  { access: load(1), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSB_64_ldst_immpost', '00 111 0 00 10 0 imm9 01 Rn Rt', 'ldrsb Xt, [Xn|SP], #simm9', { access: load(1, { signed: 64 }), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSB_32_ldst_immpost', '00 111 0 00 11 0 imm9 01 Rn Rt', 'ldrsb Wt, [Xn|SP], #simm9', { access: load(1, { signed: 32 }), unpredictable: ['WBOVERLAPLD'] }],
  ['STRH_32_ldst_immpost',  '01 111 0 00 00 0 imm9 01 Rn Rt', 'strh Wt, [Xn|SP], #simm9',  { access: store(2), unpredictable: ['WBOVERLAPST'] }],
  ['LDRH_32_ldst_immpost',  '01 111 0 00 01 0 imm9 01 Rn Rt', 'ldrh Wt, [Xn|SP], #simm9',  { access: load(2), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSH_64_ldst_immpost', '01 111 0 00 10 0 imm9 01 Rn Rt', 'ldrsh Xt, [Xn|SP], #simm9', { access: load(2, { signed: 64 }), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSH_32_ldst_immpost', '01 111 0 00 11 0 imm9 01 Rn Rt', 'ldrsh Wt, [Xn|SP], #simm9', { access: load(2, { signed: 32 }), unpredictable: ['WBOVERLAPLD'] }],
  ['STR_32_ldst_immpost',   '10 111 0 00 00 0 imm9 01 Rn Rt', 'str Wt, [Xn|SP], #simm9',   { access: store(4), unpredictable: ['WBOVERLAPST'] }],
  ['LDR_32_ldst_immpost',   '10 111 0 00 01 0 imm9 01 Rn Rt', 'ldr Wt, [Xn|SP], #simm9',   { access: load(4), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSW_64_ldst_immpost', '10 111 0 00 10 0 imm9 01 Rn Rt', 'ldrsw Xt, [Xn|SP], #simm9', { access: load(4, { signed: 64 }), unpredictable: ['WBOVERLAPLD'] }],
  ['STR_64_ldst_immpost',   '11 111 0 00 00 0 imm9 01 Rn Rt', 'str Xt, [Xn|SP], #simm9',   { access: store(8), unpredictable: ['WBOVERLAPST'] }],
  ['LDR_64_ldst_immpost',   '11 111 0 00 01 0 imm9 01 Rn Rt', 'ldr Xt, [Xn|SP], #simm9',   { access: load(8), unpredictable: ['WBOVERLAPLD'] }],
] }

/** Load/store register (unprivileged). */
function unprivileged(): readonly Row[] { return [
  ['STTRB_32_ldst_unpriv',  '00 111 0 00 00 0 imm9 10 Rn Rt', 'sttrb Wt, [Xn|SP, #simm9]',  { access: store(1, { unprivileged: true }) }],
  ['LDTRB_32_ldst_unpriv',  '00 111 0 00 01 0 imm9 10 Rn Rt', 'ldtrb Wt, [Xn|SP, #simm9]',  { access: load(1, { unprivileged: true }) }],
  ['LDTRSB_64_ldst_unpriv', '00 111 0 00 10 0 imm9 10 Rn Rt', 'ldtrsb Xt, [Xn|SP, #simm9]', { access: load(1, { signed: 64, unprivileged: true }) }],
  ['LDTRSB_32_ldst_unpriv', '00 111 0 00 11 0 imm9 10 Rn Rt', 'ldtrsb Wt, [Xn|SP, #simm9]', { access: load(1, { signed: 32, unprivileged: true }) }],
  ['STTRH_32_ldst_unpriv',  '01 111 0 00 00 0 imm9 10 Rn Rt', 'sttrh Wt, [Xn|SP, #simm9]',  { access: store(2, { unprivileged: true }) }],
  ['LDTRH_32_ldst_unpriv',  '01 111 0 00 01 0 imm9 10 Rn Rt', 'ldtrh Wt, [Xn|SP, #simm9]',  { access: load(2, { unprivileged: true }) }],
  ['LDTRSH_64_ldst_unpriv', '01 111 0 00 10 0 imm9 10 Rn Rt', 'ldtrsh Xt, [Xn|SP, #simm9]', { access: load(2, { signed: 64, unprivileged: true }) }],
  ['LDTRSH_32_ldst_unpriv', '01 111 0 00 11 0 imm9 10 Rn Rt', 'ldtrsh Wt, [Xn|SP, #simm9]', { access: load(2, { signed: 32, unprivileged: true }) }],
  ['STTR_32_ldst_unpriv',   '10 111 0 00 00 0 imm9 10 Rn Rt', 'sttr Wt, [Xn|SP, #simm9]',   { access: store(4, { unprivileged: true }) }],
  ['LDTR_32_ldst_unpriv',   '10 111 0 00 01 0 imm9 10 Rn Rt', 'ldtr Wt, [Xn|SP, #simm9]',   { access: load(4, { unprivileged: true }) }],
  ['LDTRSW_64_ldst_unpriv', '10 111 0 00 10 0 imm9 10 Rn Rt', 'ldtrsw Xt, [Xn|SP, #simm9]', { access: load(4, { signed: 64, unprivileged: true }) }],
  ['STTR_64_ldst_unpriv',   '11 111 0 00 00 0 imm9 10 Rn Rt', 'sttr Xt, [Xn|SP, #simm9]',   { access: store(8, { unprivileged: true }) }],
  ['LDTR_64_ldst_unpriv',   '11 111 0 00 01 0 imm9 10 Rn Rt', 'ldtr Xt, [Xn|SP, #simm9]',   { access: load(8, { unprivileged: true }) }],
] }

/** Load/store register (immediate pre-indexed). */
function preIndexed(): readonly Row[] { return [
  ['STRB_32_ldst_immpre',  '00 111 0 00 00 0 imm9 11 Rn Rt', 'strb Wt, [Xn|SP, #simm9]!',  { access: store(1), unpredictable: ['WBOVERLAPST'] }],
  ['LDRB_32_ldst_immpre',  '00 111 0 00 01 0 imm9 11 Rn Rt', 'ldrb Wt, [Xn|SP, #simm9]!',  { access: load(1), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSB_64_ldst_immpre', '00 111 0 00 10 0 imm9 11 Rn Rt', 'ldrsb Xt, [Xn|SP, #simm9]!', { access: load(1, { signed: 64 }), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSB_32_ldst_immpre', '00 111 0 00 11 0 imm9 11 Rn Rt', 'ldrsb Wt, [Xn|SP, #simm9]!', { access: load(1, { signed: 32 }), unpredictable: ['WBOVERLAPLD'] }],
  ['STRH_32_ldst_immpre',  '01 111 0 00 00 0 imm9 11 Rn Rt', 'strh Wt, [Xn|SP, #simm9]!',  { access: store(2), unpredictable: ['WBOVERLAPST'] }],
  ['LDRH_32_ldst_immpre',  '01 111 0 00 01 0 imm9 11 Rn Rt', 'ldrh Wt, [Xn|SP, #simm9]!',  { access: load(2), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSH_64_ldst_immpre', '01 111 0 00 10 0 imm9 11 Rn Rt', 'ldrsh Xt, [Xn|SP, #simm9]!', { access: load(2, { signed: 64 }), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSH_32_ldst_immpre', '01 111 0 00 11 0 imm9 11 Rn Rt', 'ldrsh Wt, [Xn|SP, #simm9]!', { access: load(2, { signed: 32 }), unpredictable: ['WBOVERLAPLD'] }],
  ['STR_32_ldst_immpre',   '10 111 0 00 00 0 imm9 11 Rn Rt', 'str Wt, [Xn|SP, #simm9]!',   { access: store(4), unpredictable: ['WBOVERLAPST'] }],
  ['LDR_32_ldst_immpre',   '10 111 0 00 01 0 imm9 11 Rn Rt', 'ldr Wt, [Xn|SP, #simm9]!',   { access: load(4), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRSW_64_ldst_immpre', '10 111 0 00 10 0 imm9 11 Rn Rt', 'ldrsw Xt, [Xn|SP, #simm9]!', { access: load(4, { signed: 64 }), unpredictable: ['WBOVERLAPLD'] }],
  ['STR_64_ldst_immpre',   '11 111 0 00 00 0 imm9 11 Rn Rt', 'str Xt, [Xn|SP, #simm9]!',   { access: store(8), unpredictable: ['WBOVERLAPST'] }],
  ['LDR_64_ldst_immpre',   '11 111 0 00 01 0 imm9 11 Rn Rt', 'ldr Xt, [Xn|SP, #simm9]!',   { access: load(8), unpredictable: ['WBOVERLAPLD'] }],
] }

/** Load/store register (register offset). */
function registerOffset(): readonly Row[] { return [
  ['STRB_32B_ldst_regoff',   '00 111 0 00 00 1 Rm option!=x0x|011 S 10 Rn Rt',   'strb Wt, [Xn|SP, Rm ext 0]',    { access: store(1) }],
  ['STRB_32BL_ldst_regoff',  '00 111 0 00 00 1 Rm option=011 S 10 Rn Rt',        'strb Wt, [Xn|SP, Rm ext 0]',    { access: store(1) }],
  ['LDRB_32B_ldst_regoff',   '00 111 0 00 01 1 Rm option!=x0x|011 S 10 Rn Rt',   'ldrb Wt, [Xn|SP, Rm ext 0]',    { access: load(1) }],
  ['LDRB_32BL_ldst_regoff',  '00 111 0 00 01 1 Rm option=011 S 10 Rn Rt',        'ldrb Wt, [Xn|SP, Rm ext 0]',    { access: load(1) }],
  ['LDRSB_64B_ldst_regoff',  '00 111 0 00 10 1 Rm option!=x0x|011 S 10 Rn Rt',   'ldrsb Xt, [Xn|SP, Rm ext 0]',   { access: load(1, { signed: 64 }) }],
  ['LDRSB_64BL_ldst_regoff', '00 111 0 00 10 1 Rm option=011 S 10 Rn Rt',        'ldrsb Xt, [Xn|SP, Rm ext 0]',   { access: load(1, { signed: 64 }) }],
  ['LDRSB_32B_ldst_regoff',  '00 111 0 00 11 1 Rm option!=x0x|011 S 10 Rn Rt',   'ldrsb Wt, [Xn|SP, Rm ext 0]',   { access: load(1, { signed: 32 }) }],
  ['LDRSB_32BL_ldst_regoff', '00 111 0 00 11 1 Rm option=011 S 10 Rn Rt',        'ldrsb Wt, [Xn|SP, Rm ext 0]',   { access: load(1, { signed: 32 }) }],
  ['STRH_32_ldst_regoff',    '01 111 0 00 00 1 Rm option=x1x S 10 Rn Rt',        'strh Wt, [Xn|SP, Rm ext 1]',    { access: store(2) }],
  ['LDRH_32_ldst_regoff',    '01 111 0 00 01 1 Rm option=x1x S 10 Rn Rt',        'ldrh Wt, [Xn|SP, Rm ext 1]',    { access: load(2) }],
  ['LDRSH_64_ldst_regoff',   '01 111 0 00 10 1 Rm option=x1x S 10 Rn Rt',        'ldrsh Xt, [Xn|SP, Rm ext 1]',   { access: load(2, { signed: 64 }) }],
  ['LDRSH_32_ldst_regoff',   '01 111 0 00 11 1 Rm option=x1x S 10 Rn Rt',        'ldrsh Wt, [Xn|SP, Rm ext 1]',   { access: load(2, { signed: 32 }) }],
  ['STR_32_ldst_regoff',     '10 111 0 00 00 1 Rm option=x1x S 10 Rn Rt',        'str Wt, [Xn|SP, Rm ext 2]',     { access: store(4) }],
  ['LDR_32_ldst_regoff',     '10 111 0 00 01 1 Rm option=x1x S 10 Rn Rt',        'ldr Wt, [Xn|SP, Rm ext 2]',     { access: load(4) }],
  ['LDRSW_64_ldst_regoff',   '10 111 0 00 10 1 Rm option=x1x S 10 Rn Rt',        'ldrsw Xt, [Xn|SP, Rm ext 2]',   { access: load(4, { signed: 64 }) }],
  ['STR_64_ldst_regoff',     '11 111 0 00 00 1 Rm option=x1x S 10 Rn Rt',        'str Xt, [Xn|SP, Rm ext 3]',     { access: store(8) }],
  ['LDR_64_ldst_regoff',     '11 111 0 00 01 1 Rm option=x1x S 10 Rn Rt',        'ldr Xt, [Xn|SP, Rm ext 3]',     { access: load(8) }],
  ['PRFM_P_ldst_regoff',     '11 111 0 00 10 1 Rm option=x1x S 10 Rn Rt!=11xxx', 'prfm prfop, [Xn|SP, Rm ext 3]', { access: noAccess() }],
  // A hint of PRFM's where FEAT_RPRFM is not implemented: no feature makes it UNDEFINED.
  ['RPRFM_R_ldst_regoff',    '11 111 0 00 10 1 Rm option=x1x S 10 Rn Rt=11xxx',  'rprfm rprfop, Xm, [Xn|SP]',     { access: noAccess() }],
] }

/** Load/store register (pac). */
function authenticated(): readonly Row[] { return [
  ['LDRAA_64_ldst_pac',  '11 111 0 00 M=0 S 1 imm9 0 1 Rn Rt', 'ldraa Xt, [Xn|SP, #sS:imm9*8]',  { feat: 'PAuth', access: load(8, { authenticated: true }) }],
  ['LDRAA_64W_ldst_pac', '11 111 0 00 M=0 S 1 imm9 1 1 Rn Rt', 'ldraa Xt, [Xn|SP, #sS:imm9*8]!', { feat: 'PAuth', access: load(8, { authenticated: true }), unpredictable: ['WBOVERLAPLD'] }],
  ['LDRAB_64_ldst_pac',  '11 111 0 00 M=1 S 1 imm9 0 1 Rn Rt', 'ldrab Xt, [Xn|SP, #sS:imm9*8]',  { feat: 'PAuth', access: load(8, { authenticated: true }) }],
  ['LDRAB_64W_ldst_pac', '11 111 0 00 M=1 S 1 imm9 1 1 Rn Rt', 'ldrab Xt, [Xn|SP, #sS:imm9*8]!', { feat: 'PAuth', access: load(8, { authenticated: true }), unpredictable: ['WBOVERLAPLD'] }],
] }

/** Load/store register (unsigned immediate). */
function unsignedOffset(): readonly Row[] { return [
  ['STRB_32_ldst_pos',  '00 111 0 01 00 imm12 Rn Rt', 'strb Wt, [Xn|SP, #imm12*1]',    { access: store(1) }],
  ['LDRB_32_ldst_pos',  '00 111 0 01 01 imm12 Rn Rt', 'ldrb Wt, [Xn|SP, #imm12*1]',    { access: load(1) }],
  ['LDRSB_64_ldst_pos', '00 111 0 01 10 imm12 Rn Rt', 'ldrsb Xt, [Xn|SP, #imm12*1]',   { access: load(1, { signed: 64 }) }],
  ['LDRSB_32_ldst_pos', '00 111 0 01 11 imm12 Rn Rt', 'ldrsb Wt, [Xn|SP, #imm12*1]',   { access: load(1, { signed: 32 }) }],
  ['STRH_32_ldst_pos',  '01 111 0 01 00 imm12 Rn Rt', 'strh Wt, [Xn|SP, #imm12*2]',    { access: store(2) }],
  ['LDRH_32_ldst_pos',  '01 111 0 01 01 imm12 Rn Rt', 'ldrh Wt, [Xn|SP, #imm12*2]',    { access: load(2) }],
  ['LDRSH_64_ldst_pos', '01 111 0 01 10 imm12 Rn Rt', 'ldrsh Xt, [Xn|SP, #imm12*2]',   { access: load(2, { signed: 64 }) }],
  ['LDRSH_32_ldst_pos', '01 111 0 01 11 imm12 Rn Rt', 'ldrsh Wt, [Xn|SP, #imm12*2]',   { access: load(2, { signed: 32 }) }],
  ['STR_32_ldst_pos',   '10 111 0 01 00 imm12 Rn Rt', 'str Wt, [Xn|SP, #imm12*4]',     { access: store(4) }],
  ['LDR_32_ldst_pos',   '10 111 0 01 01 imm12 Rn Rt', 'ldr Wt, [Xn|SP, #imm12*4]',     { access: load(4) }],
  ['LDRSW_64_ldst_pos', '10 111 0 01 10 imm12 Rn Rt', 'ldrsw Xt, [Xn|SP, #imm12*4]',   { access: load(4, { signed: 64 }) }],
  ['STR_64_ldst_pos',   '11 111 0 01 00 imm12 Rn Rt', 'str Xt, [Xn|SP, #imm12*8]',     { access: store(8) }],
  ['LDR_64_ldst_pos',   '11 111 0 01 01 imm12 Rn Rt', 'ldr Xt, [Xn|SP, #imm12*8]',     { access: load(8) }],
  ['PRFM_P_ldst_pos',   '11 111 0 01 10 imm12 Rn Rt', 'prfm prfop, [Xn|SP, #imm12*8]', { access: noAccess() }],
] }

/** One register, and the address in all its forms. */
export const register: Rows = () => [
  ...unscaled(),
  ...postIndexed(),
  ...unprivileged(),
  ...preIndexed(),
  ...registerOffset(),
  ...authenticated(),
  ...unsignedOffset(),
]
