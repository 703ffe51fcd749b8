import { type AccessForm, load, store } from '../../access.ts'
import type { Row, RowOptions } from '../../encoding.ts'

/** FEAT_LRCPC3: the write-back and the ordered pair forms. */
const acquirePC3 = (size: number, form: AccessForm = 'register'): RowOptions =>
  ({ feat: 'LRCPC3', access: load(size, { order: 'acquire-pc' }, form) })
const releasePC3 = (size: number, form: AccessForm = 'register'): RowOptions =>
  ({ feat: 'LRCPC3', access: store(size, { order: 'release' }, form) })

/** Loads with acquire and stores with release semantics, those limited to a LORegion (LO) among them. */
export function ordered(): readonly Row[] { return [
  // Load/store ordered
  ['STLLRB_SL32_ldstord',          '00 001000 1 0 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'stllrb Wt, [Xn|SP]',            { feat: 'LOR', access: store(1, { order: 'lo-release' }) }],
  ['STLRB_SL32_ldstord',           '00 001000 1 0 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'stlrb Wt, [Xn|SP]',             { access: store(1, { order: 'release' }) }],
  ['LDLARB_LR32_ldstord',          '00 001000 1 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldlarb Wt, [Xn|SP]',            { feat: 'LOR', access: load(1, { order: 'lo-acquire' }) }],
  ['LDARB_LR32_ldstord',           '00 001000 1 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldarb Wt, [Xn|SP]',             { access: load(1, { order: 'acquire' }) }],
  ['STLLRH_SL32_ldstord',          '01 001000 1 0 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'stllrh Wt, [Xn|SP]',            { feat: 'LOR', access: store(2, { order: 'lo-release' }) }],
  ['STLRH_SL32_ldstord',           '01 001000 1 0 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'stlrh Wt, [Xn|SP]',             { access: store(2, { order: 'release' }) }],
  ['LDLARH_LR32_ldstord',          '01 001000 1 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldlarh Wt, [Xn|SP]',            { feat: 'LOR', access: load(2, { order: 'lo-acquire' }) }],
  ['LDARH_LR32_ldstord',           '01 001000 1 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldarh Wt, [Xn|SP]',             { access: load(2, { order: 'acquire' }) }],
  ['STLLR_SL32_ldstord',           '10 001000 1 0 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'stllr Wt, [Xn|SP]',             { feat: 'LOR', access: store(4, { order: 'lo-release' }) }],
  ['STLR_SL32_ldstord',            '10 001000 1 0 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'stlr Wt, [Xn|SP]',              { access: store(4, { order: 'release' }) }],
  ['LDLAR_LR32_ldstord',           '10 001000 1 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldlar Wt, [Xn|SP]',             { feat: 'LOR', access: load(4, { order: 'lo-acquire' }) }],
  ['LDAR_LR32_ldstord',            '10 001000 1 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldar Wt, [Xn|SP]',              { access: load(4, { order: 'acquire' }) }],
  ['STLLR_SL64_ldstord',           '11 001000 1 0 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'stllr Xt, [Xn|SP]',             { feat: 'LOR', access: store(8, { order: 'lo-release' }) }],
  ['STLR_SL64_ldstord',            '11 001000 1 0 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'stlr Xt, [Xn|SP]',              { access: store(8, { order: 'release' }) }],
  ['LDLAR_LR64_ldstord',           '11 001000 1 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldlar Xt, [Xn|SP]',             { feat: 'LOR', access: load(8, { order: 'lo-acquire' }) }],
  ['LDAR_LR64_ldstord',            '11 001000 1 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldar Xt, [Xn|SP]',              { access: load(8, { order: 'acquire' }) }],
  // LDAPR/STLR (writeback)
  ['STLR_32S_ldapstl_writeback',   '10 011 0 01 10 0 000000000 10 Rn Rt',            'stlr Wt, [Xn|SP, #-4]!',        { ...releasePC3(4), unpredictable: ['WBOVERLAPST'] }],
  ['LDAPR_32L_ldapstl_writeback',  '10 011 0 01 11 0 000000000 10 Rn Rt',            'ldapr Wt, [Xn|SP], #4',         { ...acquirePC3(4), unpredictable: ['WBOVERLAPLD'] }],
  ['STLR_64S_ldapstl_writeback',   '11 011 0 01 10 0 000000000 10 Rn Rt',            'stlr Xt, [Xn|SP, #-8]!',        { ...releasePC3(8), unpredictable: ['WBOVERLAPST'] }],
  ['LDAPR_64L_ldapstl_writeback',  '11 011 0 01 11 0 000000000 10 Rn Rt',            'ldapr Xt, [Xn|SP], #8',         { ...acquirePC3(8), unpredictable: ['WBOVERLAPLD'] }],
  // LDIAPP/STILP
  ['STILP_32SE_ldiappstilp',       '10 011 0 01 00 0 Rt2 0000 10 Rn Rt',             'stilp Wt, Wt2, [Xn|SP, #-8]!',  { ...releasePC3(4, 'pair'), unpredictable: ['WBOVERLAPPAIR_ORDERED'] }],
  ['STILP_32S_ldiappstilp',        '10 011 0 01 00 0 Rt2 0001 10 Rn Rt',             'stilp Wt, Wt2, [Xn|SP]',        releasePC3(4, 'pair')],
  ['LDIAPP_32LE_ldiappstilp',      '10 011 0 01 01 0 Rt2 0000 10 Rn Rt',             'ldiapp Wt, Wt2, [Xn|SP], #8',   { ...acquirePC3(4, 'pair'), unpredictable: ['WBOVERLAPPAIR_ORDERED', 'LDPOVERLAP_ORDERED'] }],
  ['LDIAPP_32L_ldiappstilp',       '10 011 0 01 01 0 Rt2 0001 10 Rn Rt',             'ldiapp Wt, Wt2, [Xn|SP]',       { ...acquirePC3(4, 'pair'), unpredictable: ['LDPOVERLAP_ORDERED'] }],
  ['STILP_64SS_ldiappstilp',       '11 011 0 01 00 0 Rt2 0000 10 Rn Rt',             'stilp Xt, Xt2, [Xn|SP, #-16]!', { ...releasePC3(8, 'pair'), unpredictable: ['WBOVERLAPPAIR_ORDERED'] }],
  ['STILP_64S_ldiappstilp',        '11 011 0 01 00 0 Rt2 0001 10 Rn Rt',             'stilp Xt, Xt2, [Xn|SP]',        releasePC3(8, 'pair')],
  ['LDIAPP_64LS_ldiappstilp',      '11 011 0 01 01 0 Rt2 0000 10 Rn Rt',             'ldiapp Xt, Xt2, [Xn|SP], #16',  { ...acquirePC3(8, 'pair'), unpredictable: ['WBOVERLAPPAIR_ORDERED', 'LDPOVERLAP_ORDERED'] }],
  ['LDIAPP_64L_ldiappstilp',       '11 011 0 01 01 0 Rt2 0001 10 Rn Rt',             'ldiapp Xt, Xt2, [Xn|SP]',       { ...acquirePC3(8, 'pair'), unpredictable: ['LDPOVERLAP_ORDERED'] }],
  ['STLP_64S_ldiappstilp',         '11 011 0 01 00 0 Rt2 0101 10 Rn Rt',             'stlp Xt, Xt2, [Xn|SP, #0]',     { feat: 'LSCP', access: store(8, { order: 'release' }, 'pair') }],
  ['LDAP_64L_ldiappstilp',         '11 011 0 01 01 0 Rt2 0101 10 Rn Rt',             'ldap Xt, Xt2, [Xn|SP, #0]',     { feat: 'LSCP', access: load(8, { order: 'acquire' }, 'pair'), unpredictable: ['LDPOVERLAP_ORDERED'] }],
  ['LDAPP_64L_ldiappstilp',        '11 011 0 01 01 0 Rt2 0111 10 Rn Rt',             'ldapp Xt, Xt2, [Xn|SP, #0]',    { feat: 'LSCP', access: load(8, { order: 'acquire-pc' }, 'pair'), unpredictable: ['LDPOVERLAP_ORDERED'] }],
  // LDAPR/STLR (unscaled immediate)
  ['STLURB_32_ldapstl_unscaled',   '00 011 0 01 00 0 imm9 00 Rn Rt',                 'stlurb Wt, [Xn|SP, #simm9]',    { feat: 'LRCPC2', access: store(1, { order: 'release' }) }],
  ['LDAPURB_32_ldapstl_unscaled',  '00 011 0 01 01 0 imm9 00 Rn Rt',                 'ldapurb Wt, [Xn|SP, #simm9]',   { feat: 'LRCPC2', access: load(1, { order: 'acquire-pc' }) }],
  ['LDAPURSB_64_ldapstl_unscaled', '00 011 0 01 10 0 imm9 00 Rn Rt',                 'ldapursb Xt, [Xn|SP, #simm9]',  { feat: 'LRCPC2', access: load(1, { order: 'acquire-pc', signed: 64 }) }],
  ['LDAPURSB_32_ldapstl_unscaled', '00 011 0 01 11 0 imm9 00 Rn Rt',                 'ldapursb Wt, [Xn|SP, #simm9]',  { feat: 'LRCPC2', access: load(1, { order: 'acquire-pc', signed: 32 }) }],
  ['STLURH_32_ldapstl_unscaled',   '01 011 0 01 00 0 imm9 00 Rn Rt',                 'stlurh Wt, [Xn|SP, #simm9]',    { feat: 'LRCPC2', access: store(2, { order: 'release' }) }],
  ['LDAPURH_32_ldapstl_unscaled',  '01 011 0 01 01 0 imm9 00 Rn Rt',                 'ldapurh Wt, [Xn|SP, #simm9]',   { feat: 'LRCPC2', access: load(2, { order: 'acquire-pc' }) }],
  ['LDAPURSH_64_ldapstl_unscaled', '01 011 0 01 10 0 imm9 00 Rn Rt',                 'ldapursh Xt, [Xn|SP, #simm9]',  { feat: 'LRCPC2', access: load(2, { order: 'acquire-pc', signed: 64 }) }],
  ['LDAPURSH_32_ldapstl_unscaled', '01 011 0 01 11 0 imm9 00 Rn Rt',                 'ldapursh Wt, [Xn|SP, #simm9]',  { feat: 'LRCPC2', access: load(2, { order: 'acquire-pc', signed: 32 }) }],
  ['STLUR_32_ldapstl_unscaled',    '10 011 0 01 00 0 imm9 00 Rn Rt',                 'stlur Wt, [Xn|SP, #simm9]',     { feat: 'LRCPC2', access: store(4, { order: 'release' }) }],
  ['LDAPUR_32_ldapstl_unscaled',   '10 011 0 01 01 0 imm9 00 Rn Rt',                 'ldapur Wt, [Xn|SP, #simm9]',    { feat: 'LRCPC2', access: load(4, { order: 'acquire-pc' }) }],
  ['LDAPURSW_64_ldapstl_unscaled', '10 011 0 01 10 0 imm9 00 Rn Rt',                 'ldapursw Xt, [Xn|SP, #simm9]',  { feat: 'LRCPC2', access: load(4, { order: 'acquire-pc', signed: 64 }) }],
  ['STLUR_64_ldapstl_unscaled',    '11 011 0 01 00 0 imm9 00 Rn Rt',                 'stlur Xt, [Xn|SP, #simm9]',     { feat: 'LRCPC2', access: store(8, { order: 'release' }) }],
  ['LDAPUR_64_ldapstl_unscaled',   '11 011 0 01 01 0 imm9 00 Rn Rt',                 'ldapur Xt, [Xn|SP, #simm9]',    { feat: 'LRCPC2', access: load(8, { order: 'acquire-pc' }) }],
  // Atomic memory operations: LDAPR
  ['LDAPRB_32L_memop',             '00 111 0 00 1 0 1 11111 1 100 00 Rn Rt',         'ldaprb Wt, [Xn|SP]',            { feat: 'LRCPC', access: load(1, { order: 'acquire-pc' }) }],
  ['LDAPRH_32L_memop',             '01 111 0 00 1 0 1 11111 1 100 00 Rn Rt',         'ldaprh Wt, [Xn|SP]',            { feat: 'LRCPC', access: load(2, { order: 'acquire-pc' }) }],
  ['LDAPR_32L_memop',              '10 111 0 00 1 0 1 11111 1 100 00 Rn Rt',         'ldapr Wt, [Xn|SP]',             { feat: 'LRCPC', access: load(4, { order: 'acquire-pc' }) }],
  ['LDAPR_64L_memop',              '11 111 0 00 1 0 1 11111 1 100 00 Rn Rt',         'ldapr Xt, [Xn|SP]',             { feat: 'LRCPC', access: load(8, { order: 'acquire-pc' }) }],
] }
