import { load, noAccess } from '../../access.ts'
import type { Row } from '../../encoding.ts'

/** Load register (literal). */
export function literal(): readonly Row[] { return [
  ['LDR_32_loadlit',   '00 011 0 00 imm19 Rt', 'ldr Wt, label(imm19*4)',     { access: load(4) }],
  ['LDR_64_loadlit',   '01 011 0 00 imm19 Rt', 'ldr Xt, label(imm19*4)',     { access: load(8) }],
  ['LDRSW_64_loadlit', '10 011 0 00 imm19 Rt', 'ldrsw Xt, label(imm19*4)',   { access: load(4, { signed: 64 }) }],
  ['PRFM_P_loadlit',   '11 011 0 00 imm19 Rt', 'prfm prfop, label(imm19*4)', { access: noAccess() }],
] }
