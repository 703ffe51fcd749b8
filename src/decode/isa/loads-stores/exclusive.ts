import { type AccessOrder, load, type MemoryAccess, store } from '../../access.ts'
import type { Row, RowOptions } from '../../encoding.ts'

type Options = RowOptions & { readonly access: MemoryAccess }

function loadExclusive(size: number, order: AccessOrder = 'plain'): Options {
  return { access: load(size, { order }, 'exclusive') }
}

function storeExclusive(size: number, order: AccessOrder = 'plain'): Options {
  return { access: store(size, { order }, 'exclusive'), unpredictable: ['DATAOVERLAP', 'BASEOVERLAP'] }
}

function loadExclusivePair(size: number, order: AccessOrder = 'plain'): Options {
  return { access: load(size, { order }, 'exclusive-pair'), unpredictable: ['LDPOVERLAP'] }
}

function storeExclusivePair(size: number, order: AccessOrder = 'plain'): Options {
  return { access: store(size, { order }, 'exclusive-pair'), unpredictable: ['DATAOVERLAPPAIR', 'BASEOVERLAP'] }
}

function unprivileged(options: Options): Options {
  return { ...options, feat: 'LSUI', access: { ...options.access, unprivileged: true } }
}

/** Loads that set the exclusive monitors and stores that ask them; Ws receives 0 when the store was done. */
export function exclusive(): readonly Row[] { return [
  // Load/store exclusive register
  ['STXRB_SR32_ldstexclr',         '00 001000 0 0 0 Rs         0 Rt2=(11111) Rn Rt', 'stxrb Ws, Wt, [Xn|SP]',      storeExclusive(1)],
  ['STLXRB_SR32_ldstexclr',        '00 001000 0 0 0 Rs         1 Rt2=(11111) Rn Rt', 'stlxrb Ws, Wt, [Xn|SP]',     storeExclusive(1, 'release')],
  ['LDXRB_LR32_ldstexclr',         '00 001000 0 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldxrb Wt, [Xn|SP]',          loadExclusive(1)],
  ['LDAXRB_LR32_ldstexclr',        '00 001000 0 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldaxrb Wt, [Xn|SP]',         loadExclusive(1, 'acquire')],
  ['STXRH_SR32_ldstexclr',         '01 001000 0 0 0 Rs         0 Rt2=(11111) Rn Rt', 'stxrh Ws, Wt, [Xn|SP]',      storeExclusive(2)],
  ['STLXRH_SR32_ldstexclr',        '01 001000 0 0 0 Rs         1 Rt2=(11111) Rn Rt', 'stlxrh Ws, Wt, [Xn|SP]',     storeExclusive(2, 'release')],
  ['LDXRH_LR32_ldstexclr',         '01 001000 0 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldxrh Wt, [Xn|SP]',          loadExclusive(2)],
  ['LDAXRH_LR32_ldstexclr',        '01 001000 0 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldaxrh Wt, [Xn|SP]',         loadExclusive(2, 'acquire')],
  ['STXR_SR32_ldstexclr',          '10 001000 0 0 0 Rs         0 Rt2=(11111) Rn Rt', 'stxr Ws, Wt, [Xn|SP]',       storeExclusive(4)],
  ['STLXR_SR32_ldstexclr',         '10 001000 0 0 0 Rs         1 Rt2=(11111) Rn Rt', 'stlxr Ws, Wt, [Xn|SP]',      storeExclusive(4, 'release')],
  ['LDXR_LR32_ldstexclr',          '10 001000 0 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldxr Wt, [Xn|SP]',           loadExclusive(4)],
  ['LDAXR_LR32_ldstexclr',         '10 001000 0 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldaxr Wt, [Xn|SP]',          loadExclusive(4, 'acquire')],
  ['STXR_SR64_ldstexclr',          '11 001000 0 0 0 Rs         0 Rt2=(11111) Rn Rt', 'stxr Ws, Xt, [Xn|SP]',       storeExclusive(8)],
  ['STLXR_SR64_ldstexclr',         '11 001000 0 0 0 Rs         1 Rt2=(11111) Rn Rt', 'stlxr Ws, Xt, [Xn|SP]',      storeExclusive(8, 'release')],
  ['LDXR_LR64_ldstexclr',          '11 001000 0 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldxr Xt, [Xn|SP]',           loadExclusive(8)],
  ['LDAXR_LR64_ldstexclr',         '11 001000 0 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldaxr Xt, [Xn|SP]',          loadExclusive(8, 'acquire')],
  // Load/store exclusive pair
  ['STXP_SP32_ldstexclp',          '10 001000 0 0 1 Rs         0 Rt2         Rn Rt', 'stxp Ws, Wt, Wt2, [Xn|SP]',  storeExclusivePair(4)],
  ['STLXP_SP32_ldstexclp',         '10 001000 0 0 1 Rs         1 Rt2         Rn Rt', 'stlxp Ws, Wt, Wt2, [Xn|SP]', storeExclusivePair(4, 'release')],
  ['LDXP_LP32_ldstexclp',          '10 001000 0 1 1 Rs=(11111) 0 Rt2         Rn Rt', 'ldxp Wt, Wt2, [Xn|SP]',      loadExclusivePair(4)],
  ['LDAXP_LP32_ldstexclp',         '10 001000 0 1 1 Rs=(11111) 1 Rt2         Rn Rt', 'ldaxp Wt, Wt2, [Xn|SP]',     loadExclusivePair(4, 'acquire')],
  ['STXP_SP64_ldstexclp',          '11 001000 0 0 1 Rs         0 Rt2         Rn Rt', 'stxp Ws, Xt, Xt2, [Xn|SP]',  storeExclusivePair(8)],
  ['STLXP_SP64_ldstexclp',         '11 001000 0 0 1 Rs         1 Rt2         Rn Rt', 'stlxp Ws, Xt, Xt2, [Xn|SP]', storeExclusivePair(8, 'release')],
  ['LDXP_LP64_ldstexclp',          '11 001000 0 1 1 Rs=(11111) 0 Rt2         Rn Rt', 'ldxp Xt, Xt2, [Xn|SP]',      loadExclusivePair(8)],
  ['LDAXP_LP64_ldstexclp',         '11 001000 0 1 1 Rs=(11111) 1 Rt2         Rn Rt', 'ldaxp Xt, Xt2, [Xn|SP]',     loadExclusivePair(8, 'acquire')],
  // Load/store exclusive register unprivileged
  ['STTXR_SR32_ldstexclr_unpriv',  '10 001001 0 0 0 Rs         0 Rt2=(11111) Rn Rt', 'sttxr Ws, Wt, [Xn|SP]',      unprivileged(storeExclusive(4))],
  ['STLTXR_SR32_ldstexclr_unpriv', '10 001001 0 0 0 Rs         1 Rt2=(11111) Rn Rt', 'stltxr Ws, Wt, [Xn|SP]',     unprivileged(storeExclusive(4, 'release'))],
  ['LDTXR_LR32_ldstexclr_unpriv',  '10 001001 0 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldtxr Wt, [Xn|SP]',          unprivileged(loadExclusive(4))],
  ['LDATXR_LR32_ldstexclr_unpriv', '10 001001 0 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldatxr Wt, [Xn|SP]',         unprivileged(loadExclusive(4, 'acquire'))],
  ['STTXR_SR64_ldstexclr_unpriv',  '11 001001 0 0 0 Rs         0 Rt2=(11111) Rn Rt', 'sttxr Ws, Xt, [Xn|SP]',      unprivileged(storeExclusive(8))],
  ['STLTXR_SR64_ldstexclr_unpriv', '11 001001 0 0 0 Rs         1 Rt2=(11111) Rn Rt', 'stltxr Ws, Xt, [Xn|SP]',     unprivileged(storeExclusive(8, 'release'))],
  ['LDTXR_LR64_ldstexclr_unpriv',  '11 001001 0 1 0 Rs=(11111) 0 Rt2=(11111) Rn Rt', 'ldtxr Xt, [Xn|SP]',          unprivileged(loadExclusive(8))],
  ['LDATXR_LR64_ldstexclr_unpriv', '11 001001 0 1 0 Rs=(11111) 1 Rt2=(11111) Rn Rt', 'ldatxr Xt, [Xn|SP]',         unprivileged(loadExclusive(8, 'acquire'))],
] }
