import { type AccessOptions, load, store } from '../../access.ts'
import type { Row, RowOptions } from '../../encoding.ts'

// Both registers are of the SIMD&FP bank, so write-back never meets the data; only Rt == Rt2 of a load is
// CONSTRAINED UNPREDICTABLE (Unpredictable_LDPOVERLAP).
const pairOf = (size: number, feat: string, options: AccessOptions = {}): { ldp: RowOptions; stp: RowOptions } => ({
  ldp: { feat, access: load(size, { bank: 'V', ...options }, 'pair'), unpredictable: ['LDPOVERLAP'] },
  stp: { feat, access: store(size, { bank: 'V', ...options }, 'pair') },
})
const S = pairOf(4, 'FP')
const D = pairOf(8, 'FP')
const Q = pairOf(16, 'FP')
const nonTemporalS = pairOf(4, 'FP', { nonTemporal: true })
const nonTemporalD = pairOf(8, 'FP', { nonTemporal: true })
const nonTemporalQ = pairOf(16, 'FP', { nonTemporal: true })
const unprivilegedQ = pairOf(16, 'FP LSUI', { unprivileged: true })
const unprivilegedNonTemporalQ = pairOf(16, 'FP LSUI', { unprivileged: true, nonTemporal: true })

/** LDP, STP, LDNP, STNP (SIMD&FP) and their unprivileged forms: the classes "Load/store register pair" and "no-allocate pair". */
export function simdPair(): readonly Row[] { return [
  // no-allocate pair (offset)
  ['LDNP_S_ldstnapair_offs', '00 101 1 000 1 imm7 Rt2 Rn Rt', 'ldnp St, St2, [Xn|SP, #simm7*4]', nonTemporalS.ldp],
  ['STNP_S_ldstnapair_offs', '00 101 1 000 0 imm7 Rt2 Rn Rt', 'stnp St, St2, [Xn|SP, #simm7*4]', nonTemporalS.stp],
  ['LDNP_D_ldstnapair_offs', '01 101 1 000 1 imm7 Rt2 Rn Rt', 'ldnp Dt, Dt2, [Xn|SP, #simm7*8]', nonTemporalD.ldp],
  ['STNP_D_ldstnapair_offs', '01 101 1 000 0 imm7 Rt2 Rn Rt', 'stnp Dt, Dt2, [Xn|SP, #simm7*8]', nonTemporalD.stp],
  ['LDNP_Q_ldstnapair_offs', '10 101 1 000 1 imm7 Rt2 Rn Rt', 'ldnp Qt, Qt2, [Xn|SP, #simm7*16]', nonTemporalQ.ldp],
  ['STNP_Q_ldstnapair_offs', '10 101 1 000 0 imm7 Rt2 Rn Rt', 'stnp Qt, Qt2, [Xn|SP, #simm7*16]', nonTemporalQ.stp],
  ['LDTNP_Q_ldstnapair_offs', '11 101 1 000 1 imm7 Rt2 Rn Rt', 'ldtnp Qt, Qt2, [Xn|SP, #simm7*16]', unprivilegedNonTemporalQ.ldp],
  ['STTNP_Q_ldstnapair_offs', '11 101 1 000 0 imm7 Rt2 Rn Rt', 'sttnp Qt, Qt2, [Xn|SP, #simm7*16]', unprivilegedNonTemporalQ.stp],
  // post-indexed
  ['LDP_S_ldstpair_post', '00 101 1 001 1 imm7 Rt2 Rn Rt', 'ldp St, St2, [Xn|SP], #simm7*4', S.ldp],
  ['STP_S_ldstpair_post', '00 101 1 001 0 imm7 Rt2 Rn Rt', 'stp St, St2, [Xn|SP], #simm7*4', S.stp],
  ['LDP_D_ldstpair_post', '01 101 1 001 1 imm7 Rt2 Rn Rt', 'ldp Dt, Dt2, [Xn|SP], #simm7*8', D.ldp],
  ['STP_D_ldstpair_post', '01 101 1 001 0 imm7 Rt2 Rn Rt', 'stp Dt, Dt2, [Xn|SP], #simm7*8', D.stp],
  ['LDP_Q_ldstpair_post', '10 101 1 001 1 imm7 Rt2 Rn Rt', 'ldp Qt, Qt2, [Xn|SP], #simm7*16', Q.ldp],
  ['STP_Q_ldstpair_post', '10 101 1 001 0 imm7 Rt2 Rn Rt', 'stp Qt, Qt2, [Xn|SP], #simm7*16', Q.stp],
  ['LDTP_Q_ldstpair_post', '11 101 1 001 1 imm7 Rt2 Rn Rt', 'ldtp Qt, Qt2, [Xn|SP], #simm7*16', unprivilegedQ.ldp],
  ['STTP_Q_ldstpair_post', '11 101 1 001 0 imm7 Rt2 Rn Rt', 'sttp Qt, Qt2, [Xn|SP], #simm7*16', unprivilegedQ.stp],
  // offset
  ['LDP_S_ldstpair_off', '00 101 1 010 1 imm7 Rt2 Rn Rt', 'ldp St, St2, [Xn|SP, #simm7*4]', S.ldp],
  ['STP_S_ldstpair_off', '00 101 1 010 0 imm7 Rt2 Rn Rt', 'stp St, St2, [Xn|SP, #simm7*4]', S.stp],
  ['LDP_D_ldstpair_off', '01 101 1 010 1 imm7 Rt2 Rn Rt', 'ldp Dt, Dt2, [Xn|SP, #simm7*8]', D.ldp],
  ['STP_D_ldstpair_off', '01 101 1 010 0 imm7 Rt2 Rn Rt', 'stp Dt, Dt2, [Xn|SP, #simm7*8]', D.stp],
  ['LDP_Q_ldstpair_off', '10 101 1 010 1 imm7 Rt2 Rn Rt', 'ldp Qt, Qt2, [Xn|SP, #simm7*16]', Q.ldp],
  ['STP_Q_ldstpair_off', '10 101 1 010 0 imm7 Rt2 Rn Rt', 'stp Qt, Qt2, [Xn|SP, #simm7*16]', Q.stp],
  ['LDTP_Q_ldstpair_off', '11 101 1 010 1 imm7 Rt2 Rn Rt', 'ldtp Qt, Qt2, [Xn|SP, #simm7*16]', unprivilegedQ.ldp],
  ['STTP_Q_ldstpair_off', '11 101 1 010 0 imm7 Rt2 Rn Rt', 'sttp Qt, Qt2, [Xn|SP, #simm7*16]', unprivilegedQ.stp],
  // pre-indexed
  ['LDP_S_ldstpair_pre', '00 101 1 011 1 imm7 Rt2 Rn Rt', 'ldp St, St2, [Xn|SP, #simm7*4]!', S.ldp],
  ['STP_S_ldstpair_pre', '00 101 1 011 0 imm7 Rt2 Rn Rt', 'stp St, St2, [Xn|SP, #simm7*4]!', S.stp],
  ['LDP_D_ldstpair_pre', '01 101 1 011 1 imm7 Rt2 Rn Rt', 'ldp Dt, Dt2, [Xn|SP, #simm7*8]!', D.ldp],
  ['STP_D_ldstpair_pre', '01 101 1 011 0 imm7 Rt2 Rn Rt', 'stp Dt, Dt2, [Xn|SP, #simm7*8]!', D.stp],
  ['LDP_Q_ldstpair_pre', '10 101 1 011 1 imm7 Rt2 Rn Rt', 'ldp Qt, Qt2, [Xn|SP, #simm7*16]!', Q.ldp],
  ['STP_Q_ldstpair_pre', '10 101 1 011 0 imm7 Rt2 Rn Rt', 'stp Qt, Qt2, [Xn|SP, #simm7*16]!', Q.stp],
  ['LDTP_Q_ldstpair_pre', '11 101 1 011 1 imm7 Rt2 Rn Rt', 'ldtp Qt, Qt2, [Xn|SP, #simm7*16]!', unprivilegedQ.ldp],
  ['STTP_Q_ldstpair_pre', '11 101 1 011 0 imm7 Rt2 Rn Rt', 'sttp Qt, Qt2, [Xn|SP, #simm7*16]!', unprivilegedQ.stp],
] }
