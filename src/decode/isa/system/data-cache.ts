import { type MemoryAccess, noAccess, store } from '../../access.ts'
import type { Row, Rows } from '../../encoding.ts'

// DC is an alias of SYS in the manual, by op1, CRn, CRm and op2; each operation is a row here because each does
// something else to memory. A block's size is DCZID_EL0.BS, hence size 0; Rt holds the address, not data.
const zero: MemoryAccess = store(0, { registers: 0 }, 'zero')
const tag: MemoryAccess = store(0, { registers: 0 }, 'tag')
const tagZero: MemoryAccess = store(0, { registers: 0 }, 'tag-zero')
// By virtual address: the address is translated and may fault, no data moves.
const none: MemoryAccess = { ...noAccess(), registers: 0 }

function operations(): readonly Row[] { return [
  ['DC_IVAC_SYS_CR_systeminstrs',     '1101010100 0 01 000 0111 0110 001 Rt', "dc 'ivac', Xt",     { access: none }],
  ['DC_ISW_SYS_CR_systeminstrs',      '1101010100 0 01 000 0111 0110 010 Rt', "dc 'isw', Xt"],
  ['DC_IGVAC_SYS_CR_systeminstrs',    '1101010100 0 01 000 0111 0110 011 Rt', "dc 'igvac', Xt",    { feat: 'MTE2', access: none }],
  ['DC_IGSW_SYS_CR_systeminstrs',     '1101010100 0 01 000 0111 0110 100 Rt', "dc 'igsw', Xt",     { feat: 'MTE2' }],
  ['DC_IGDVAC_SYS_CR_systeminstrs',   '1101010100 0 01 000 0111 0110 101 Rt', "dc 'igdvac', Xt",   { feat: 'MTE2', access: none }],
  ['DC_IGDSW_SYS_CR_systeminstrs',    '1101010100 0 01 000 0111 0110 110 Rt', "dc 'igdsw', Xt",    { feat: 'MTE2' }],
  ['DC_CSW_SYS_CR_systeminstrs',      '1101010100 0 01 000 0111 1010 010 Rt', "dc 'csw', Xt"],
  ['DC_CGSW_SYS_CR_systeminstrs',     '1101010100 0 01 000 0111 1010 100 Rt', "dc 'cgsw', Xt",     { feat: 'MTE2' }],
  ['DC_CGDSW_SYS_CR_systeminstrs',    '1101010100 0 01 000 0111 1010 110 Rt', "dc 'cgdsw', Xt",    { feat: 'MTE2' }],
  ['DC_CISW_SYS_CR_systeminstrs',     '1101010100 0 01 000 0111 1110 010 Rt', "dc 'cisw', Xt"],
  ['DC_CIGSW_SYS_CR_systeminstrs',    '1101010100 0 01 000 0111 1110 100 Rt', "dc 'cigsw', Xt",    { feat: 'MTE2' }],
  ['DC_CIGDSW_SYS_CR_systeminstrs',   '1101010100 0 01 000 0111 1110 110 Rt', "dc 'cigdsw', Xt",   { feat: 'MTE2' }],
  ['DC_CIVAPS_SYS_CR_systeminstrs',   '1101010100 0 01 000 0111 1111 001 Rt', "dc 'civaps', Xt",   { feat: 'PoPS', access: none }],
  ['DC_CIGDVAPS_SYS_CR_systeminstrs', '1101010100 0 01 000 0111 1111 101 Rt', "dc 'cigdvaps', Xt", { feat: 'PoPS MTE2', access: none }],
  ['DC_ZVA_SYS_CR_systeminstrs',      '1101010100 0 01 011 0111 0100 001 Rt', "dc 'zva', Xt",      { access: zero }],
  ['DC_GVA_SYS_CR_systeminstrs',      '1101010100 0 01 011 0111 0100 011 Rt', "dc 'gva', Xt",      { feat: 'MTE', access: tag }],
  ['DC_GZVA_SYS_CR_systeminstrs',     '1101010100 0 01 011 0111 0100 100 Rt', "dc 'gzva', Xt",     { feat: 'MTE', access: tagZero }],
  ['DC_ZGBVA_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 0100 101 Rt', "dc 'zgbva', Xt",    { feat: 'MTETC', access: tagZero }],
  ['DC_GBVA_SYS_CR_systeminstrs',     '1101010100 0 01 011 0111 0100 111 Rt', "dc 'gbva', Xt",     { feat: 'MTETC', access: tag }],
  ['DC_CVAC_SYS_CR_systeminstrs',     '1101010100 0 01 011 0111 1010 001 Rt', "dc 'cvac', Xt",     { access: none }],
  ['DC_CGVAC_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 1010 011 Rt', "dc 'cgvac', Xt",    { feat: 'MTE', access: none }],
  ['DC_CGDVAC_SYS_CR_systeminstrs',   '1101010100 0 01 011 0111 1010 101 Rt', "dc 'cgdvac', Xt",   { feat: 'MTE', access: none }],
  ['DC_CVAOC_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 1011 000 Rt', "dc 'cvaoc', Xt",    { feat: 'OCCMO', access: none }],
  ['DC_CVAU_SYS_CR_systeminstrs',     '1101010100 0 01 011 0111 1011 001 Rt', "dc 'cvau', Xt",     { access: none }],
  ['DC_CGDVAOC_SYS_CR_systeminstrs',  '1101010100 0 01 011 0111 1011 111 Rt', "dc 'cgdvaoc', Xt",  { feat: 'OCCMO MTE', access: none }],
  ['DC_CVAP_SYS_CR_systeminstrs',     '1101010100 0 01 011 0111 1100 001 Rt', "dc 'cvap', Xt",     { feat: 'DPB', access: none }],
  ['DC_CGVAP_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 1100 011 Rt', "dc 'cgvap', Xt",    { feat: 'MTE', access: none }],
  ['DC_CGDVAP_SYS_CR_systeminstrs',   '1101010100 0 01 011 0111 1100 101 Rt', "dc 'cgdvap', Xt",   { feat: 'MTE', access: none }],
  ['DC_CVADP_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 1101 001 Rt', "dc 'cvadp', Xt",    { feat: 'DPB2', access: none }],
  ['DC_CGVADP_SYS_CR_systeminstrs',   '1101010100 0 01 011 0111 1101 011 Rt', "dc 'cgvadp', Xt",   { feat: 'MTE', access: none }],
  ['DC_CGDVADP_SYS_CR_systeminstrs',  '1101010100 0 01 011 0111 1101 101 Rt', "dc 'cgdvadp', Xt",  { feat: 'MTE', access: none }],
  ['DC_CIVAC_SYS_CR_systeminstrs',    '1101010100 0 01 011 0111 1110 001 Rt', "dc 'civac', Xt",    { access: none }],
  ['DC_CIGVAC_SYS_CR_systeminstrs',   '1101010100 0 01 011 0111 1110 011 Rt', "dc 'cigvac', Xt",   { feat: 'MTE', access: none }],
  ['DC_CIGDVAC_SYS_CR_systeminstrs',  '1101010100 0 01 011 0111 1110 101 Rt', "dc 'cigdvac', Xt",  { feat: 'MTE', access: none }],
  ['DC_CIVAOC_SYS_CR_systeminstrs',   '1101010100 0 01 011 0111 1111 000 Rt', "dc 'civaoc', Xt",   { feat: 'OCCMO', access: none }],
  ['DC_CIGDVAOC_SYS_CR_systeminstrs', '1101010100 0 01 011 0111 1111 111 Rt', "dc 'cigdvaoc', Xt", { feat: 'OCCMO MTE', access: none }],
  ['DC_CIPAE_SYS_CR_systeminstrs',    '1101010100 0 01 100 0111 1110 000 Rt', "dc 'cipae', Xt",    { feat: 'MEC' }],
  ['DC_CIGDPAE_SYS_CR_systeminstrs',  '1101010100 0 01 100 0111 1110 111 Rt', "dc 'cigdpae', Xt",  { feat: 'MEC MTE2' }],
  ['DC_CIPAPA_SYS_CR_systeminstrs',   '1101010100 0 01 110 0111 1110 001 Rt', "dc 'cipapa', Xt",   { feat: 'RME' }],
  ['DC_CIGDPAPA_SYS_CR_systeminstrs', '1101010100 0 01 110 0111 1110 101 Rt', "dc 'cigdpapa', Xt", { feat: 'RME MTE2' }],
] }

/** Data cache operations (C5.3 "A64 System instructions for cache maintenance"). */
export const dataCache: Rows = () => operations().map(([id, bits, syntax, options]) => [
  id, bits, syntax, { ...options, over: ['SYS_CR_systeminstrs'] },
])
