import { type AccessOptions, load, type MemoryAccess, store } from '../../access.ts'
import type { Row, RowOptions } from '../../encoding.ts'

type Options = RowOptions & { readonly access: MemoryAccess }

function loadPair(size: number, how: AccessOptions = {}): Options {
  return { access: load(size, how, 'pair'), unpredictable: ['LDPOVERLAP'] }
}

function storePair(size: number, how: AccessOptions = {}): Options {
  return { access: store(size, how, 'pair') }
}

function unprivileged(options: Options): Options {
  return { ...options, feat: 'LSUI', access: { ...options.access, unprivileged: true } }
}

function writeBack(options: Options): Options {
  return { ...options, unpredictable: ['WBOVERLAPPAIR', ...(options.unpredictable ?? [])] }
}

/** STGP reads its data before it writes the base back: unlike STP, the manual lets the two be one register. */
const tagPair: Options = { feat: 'MTE', access: store(8, {}, 'tag-pair') }

/** Two registers at ascending addresses. */
export function pair(): readonly Row[] { return [
  // Load/store no-allocate pair (offset)
  ['STNP_32_ldstnapair_offs',  '00 101 0 000 0 imm7 Rt2 Rn Rt', 'stnp Wt, Wt2, [Xn|SP, #simm7*4]',   storePair(4, { nonTemporal: true })],
  ['LDNP_32_ldstnapair_offs',  '00 101 0 000 1 imm7 Rt2 Rn Rt', 'ldnp Wt, Wt2, [Xn|SP, #simm7*4]',   loadPair(4, { nonTemporal: true })],
  ['STNP_64_ldstnapair_offs',  '10 101 0 000 0 imm7 Rt2 Rn Rt', 'stnp Xt, Xt2, [Xn|SP, #simm7*8]',   storePair(8, { nonTemporal: true })],
  ['LDNP_64_ldstnapair_offs',  '10 101 0 000 1 imm7 Rt2 Rn Rt', 'ldnp Xt, Xt2, [Xn|SP, #simm7*8]',   loadPair(8, { nonTemporal: true })],
  ['STTNP_64_ldstnapair_offs', '11 101 0 000 0 imm7 Rt2 Rn Rt', 'sttnp Xt, Xt2, [Xn|SP, #simm7*8]',  unprivileged(storePair(8, { nonTemporal: true }))],
  ['LDTNP_64_ldstnapair_offs', '11 101 0 000 1 imm7 Rt2 Rn Rt', 'ldtnp Xt, Xt2, [Xn|SP, #simm7*8]',  unprivileged(loadPair(8, { nonTemporal: true }))],
  // Load/store register pair (post-indexed)
  ['STP_32_ldstpair_post',     '00 101 0 001 0 imm7 Rt2 Rn Rt', 'stp Wt, Wt2, [Xn|SP], #simm7*4',    writeBack(storePair(4))],
  ['LDP_32_ldstpair_post',     '00 101 0 001 1 imm7 Rt2 Rn Rt', 'ldp Wt, Wt2, [Xn|SP], #simm7*4',    writeBack(loadPair(4))],
  ['STGP_64_ldstpair_post',    '01 101 0 001 0 imm7 Rt2 Rn Rt', 'stgp Xt, Xt2, [Xn|SP], #simm7*16',  tagPair],
  ['LDPSW_64_ldstpair_post',   '01 101 0 001 1 imm7 Rt2 Rn Rt', 'ldpsw Xt, Xt2, [Xn|SP], #simm7*4',  writeBack(loadPair(4, { signed: 64 }))],
  ['STP_64_ldstpair_post',     '10 101 0 001 0 imm7 Rt2 Rn Rt', 'stp Xt, Xt2, [Xn|SP], #simm7*8',    writeBack(storePair(8))],
  ['LDP_64_ldstpair_post',     '10 101 0 001 1 imm7 Rt2 Rn Rt', 'ldp Xt, Xt2, [Xn|SP], #simm7*8',    writeBack(loadPair(8))],
  ['STTP_64_ldstpair_post',    '11 101 0 001 0 imm7 Rt2 Rn Rt', 'sttp Xt, Xt2, [Xn|SP], #simm7*8',   writeBack(unprivileged(storePair(8)))],
  ['LDTP_64_ldstpair_post',    '11 101 0 001 1 imm7 Rt2 Rn Rt', 'ldtp Xt, Xt2, [Xn|SP], #simm7*8',   writeBack(unprivileged(loadPair(8)))],
  // Load/store register pair (offset)
  ['STP_32_ldstpair_off',      '00 101 0 010 0 imm7 Rt2 Rn Rt', 'stp Wt, Wt2, [Xn|SP, #simm7*4]',    storePair(4)],
  ['LDP_32_ldstpair_off',      '00 101 0 010 1 imm7 Rt2 Rn Rt', 'ldp Wt, Wt2, [Xn|SP, #simm7*4]',    loadPair(4)],
  ['STGP_64_ldstpair_off',     '01 101 0 010 0 imm7 Rt2 Rn Rt', 'stgp Xt, Xt2, [Xn|SP, #simm7*16]',  tagPair],
  ['LDPSW_64_ldstpair_off',    '01 101 0 010 1 imm7 Rt2 Rn Rt', 'ldpsw Xt, Xt2, [Xn|SP, #simm7*4]',  loadPair(4, { signed: 64 })],
  ['STP_64_ldstpair_off',      '10 101 0 010 0 imm7 Rt2 Rn Rt', 'stp Xt, Xt2, [Xn|SP, #simm7*8]',    storePair(8)],
  ['LDP_64_ldstpair_off',      '10 101 0 010 1 imm7 Rt2 Rn Rt', 'ldp Xt, Xt2, [Xn|SP, #simm7*8]',    loadPair(8)],
  ['STTP_64_ldstpair_off',     '11 101 0 010 0 imm7 Rt2 Rn Rt', 'sttp Xt, Xt2, [Xn|SP, #simm7*8]',   unprivileged(storePair(8))],
  ['LDTP_64_ldstpair_off',     '11 101 0 010 1 imm7 Rt2 Rn Rt', 'ldtp Xt, Xt2, [Xn|SP, #simm7*8]',   unprivileged(loadPair(8))],
  // Load/store register pair (pre-indexed)
  ['STP_32_ldstpair_pre',      '00 101 0 011 0 imm7 Rt2 Rn Rt', 'stp Wt, Wt2, [Xn|SP, #simm7*4]!',   writeBack(storePair(4))],
  ['LDP_32_ldstpair_pre',      '00 101 0 011 1 imm7 Rt2 Rn Rt', 'ldp Wt, Wt2, [Xn|SP, #simm7*4]!',   writeBack(loadPair(4))],
  ['STGP_64_ldstpair_pre',     '01 101 0 011 0 imm7 Rt2 Rn Rt', 'stgp Xt, Xt2, [Xn|SP, #simm7*16]!', tagPair],
  ['LDPSW_64_ldstpair_pre',    '01 101 0 011 1 imm7 Rt2 Rn Rt', 'ldpsw Xt, Xt2, [Xn|SP, #simm7*4]!', writeBack(loadPair(4, { signed: 64 }))],
  ['STP_64_ldstpair_pre',      '10 101 0 011 0 imm7 Rt2 Rn Rt', 'stp Xt, Xt2, [Xn|SP, #simm7*8]!',   writeBack(storePair(8))],
  ['LDP_64_ldstpair_pre',      '10 101 0 011 1 imm7 Rt2 Rn Rt', 'ldp Xt, Xt2, [Xn|SP, #simm7*8]!',   writeBack(loadPair(8))],
  ['STTP_64_ldstpair_pre',     '11 101 0 011 0 imm7 Rt2 Rn Rt', 'sttp Xt, Xt2, [Xn|SP, #simm7*8]!',  writeBack(unprivileged(storePair(8)))],
  ['LDTP_64_ldstpair_pre',     '11 101 0 011 1 imm7 Rt2 Rn Rt', 'ldtp Xt, Xt2, [Xn|SP, #simm7*8]!',  writeBack(unprivileged(loadPair(8)))],
] }
