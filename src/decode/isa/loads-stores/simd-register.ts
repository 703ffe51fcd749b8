import { load, store } from '../../access.ts'
import type { Row, RowOptions, Rows } from '../../encoding.ts'

// One SIMD&FP register and one element, zero-extended into the register.
const ldrB: RowOptions = { feat: 'FP', access: load(1, { bank: 'V' }) }
const ldrH: RowOptions = { feat: 'FP', access: load(2, { bank: 'V' }) }
const ldrS: RowOptions = { feat: 'FP', access: load(4, { bank: 'V' }) }
const ldrD: RowOptions = { feat: 'FP', access: load(8, { bank: 'V' }) }
const ldrQ: RowOptions = { feat: 'FP', access: load(16, { bank: 'V' }) }
const strB: RowOptions = { feat: 'FP', access: store(1, { bank: 'V' }) }
const strH: RowOptions = { feat: 'FP', access: store(2, { bank: 'V' }) }
const strS: RowOptions = { feat: 'FP', access: store(4, { bank: 'V' }) }
const strD: RowOptions = { feat: 'FP', access: store(8, { bank: 'V' }) }
const strQ: RowOptions = { feat: 'FP', access: store(16, { bank: 'V' }) }

/** LDR, STR (immediate, SIMD&FP), unsigned offset (C4 "Load/store register (unsigned immediate)"). */
function unsignedOffset(): readonly Row[] { return [
  ['LDR_B_ldst_pos', '00 111 1 01 01 imm12 Rn Rt', 'ldr Bt, [Xn|SP, #imm12]', ldrB],
  ['STR_B_ldst_pos', '00 111 1 01 00 imm12 Rn Rt', 'str Bt, [Xn|SP, #imm12]', strB],
  ['LDR_H_ldst_pos', '01 111 1 01 01 imm12 Rn Rt', 'ldr Ht, [Xn|SP, #imm12*2]', ldrH],
  ['STR_H_ldst_pos', '01 111 1 01 00 imm12 Rn Rt', 'str Ht, [Xn|SP, #imm12*2]', strH],
  ['LDR_S_ldst_pos', '10 111 1 01 01 imm12 Rn Rt', 'ldr St, [Xn|SP, #imm12*4]', ldrS],
  ['STR_S_ldst_pos', '10 111 1 01 00 imm12 Rn Rt', 'str St, [Xn|SP, #imm12*4]', strS],
  ['LDR_D_ldst_pos', '11 111 1 01 01 imm12 Rn Rt', 'ldr Dt, [Xn|SP, #imm12*8]', ldrD],
  ['STR_D_ldst_pos', '11 111 1 01 00 imm12 Rn Rt', 'str Dt, [Xn|SP, #imm12*8]', strD],
  ['LDR_Q_ldst_pos', '00 111 1 01 11 imm12 Rn Rt', 'ldr Qt, [Xn|SP, #imm12*16]', ldrQ],
  ['STR_Q_ldst_pos', '00 111 1 01 10 imm12 Rn Rt', 'str Qt, [Xn|SP, #imm12*16]', strQ],
] }

/** LDUR, STUR (SIMD&FP): "Load/store register (unscaled immediate)". */
function unscaled(): readonly Row[] { return [
  ['LDUR_B_ldst_unscaled', '00 111 1 00 01 0 imm9 00 Rn Rt', 'ldur Bt, [Xn|SP, #simm9]', ldrB],
  ['STUR_B_ldst_unscaled', '00 111 1 00 00 0 imm9 00 Rn Rt', 'stur Bt, [Xn|SP, #simm9]', strB],
  ['LDUR_H_ldst_unscaled', '01 111 1 00 01 0 imm9 00 Rn Rt', 'ldur Ht, [Xn|SP, #simm9]', ldrH],
  ['STUR_H_ldst_unscaled', '01 111 1 00 00 0 imm9 00 Rn Rt', 'stur Ht, [Xn|SP, #simm9]', strH],
  ['LDUR_S_ldst_unscaled', '10 111 1 00 01 0 imm9 00 Rn Rt', 'ldur St, [Xn|SP, #simm9]', ldrS],
  ['STUR_S_ldst_unscaled', '10 111 1 00 00 0 imm9 00 Rn Rt', 'stur St, [Xn|SP, #simm9]', strS],
  ['LDUR_D_ldst_unscaled', '11 111 1 00 01 0 imm9 00 Rn Rt', 'ldur Dt, [Xn|SP, #simm9]', ldrD],
  ['STUR_D_ldst_unscaled', '11 111 1 00 00 0 imm9 00 Rn Rt', 'stur Dt, [Xn|SP, #simm9]', strD],
  ['LDUR_Q_ldst_unscaled', '00 111 1 00 11 0 imm9 00 Rn Rt', 'ldur Qt, [Xn|SP, #simm9]', ldrQ],
  ['STUR_Q_ldst_unscaled', '00 111 1 00 10 0 imm9 00 Rn Rt', 'stur Qt, [Xn|SP, #simm9]', strQ],
] }

/** "Load/store register (immediate post-indexed)". */
function postIndexed(): readonly Row[] { return [
  ['LDR_B_ldst_immpost', '00 111 1 00 01 0 imm9 01 Rn Rt', 'ldr Bt, [Xn|SP], #simm9', ldrB],
  ['STR_B_ldst_immpost', '00 111 1 00 00 0 imm9 01 Rn Rt', 'str Bt, [Xn|SP], #simm9', strB],
  ['LDR_H_ldst_immpost', '01 111 1 00 01 0 imm9 01 Rn Rt', 'ldr Ht, [Xn|SP], #simm9', ldrH],
  ['STR_H_ldst_immpost', '01 111 1 00 00 0 imm9 01 Rn Rt', 'str Ht, [Xn|SP], #simm9', strH],
  ['LDR_S_ldst_immpost', '10 111 1 00 01 0 imm9 01 Rn Rt', 'ldr St, [Xn|SP], #simm9', ldrS],
  ['STR_S_ldst_immpost', '10 111 1 00 00 0 imm9 01 Rn Rt', 'str St, [Xn|SP], #simm9', strS],
  ['LDR_D_ldst_immpost', '11 111 1 00 01 0 imm9 01 Rn Rt', 'ldr Dt, [Xn|SP], #simm9', ldrD],
  ['STR_D_ldst_immpost', '11 111 1 00 00 0 imm9 01 Rn Rt', 'str Dt, [Xn|SP], #simm9', strD],
  ['LDR_Q_ldst_immpost', '00 111 1 00 11 0 imm9 01 Rn Rt', 'ldr Qt, [Xn|SP], #simm9', ldrQ],
  ['STR_Q_ldst_immpost', '00 111 1 00 10 0 imm9 01 Rn Rt', 'str Qt, [Xn|SP], #simm9', strQ],
] }

/** "Load/store register (immediate pre-indexed)". */
function preIndexed(): readonly Row[] { return [
  ['LDR_B_ldst_immpre', '00 111 1 00 01 0 imm9 11 Rn Rt', 'ldr Bt, [Xn|SP, #simm9]!', ldrB],
  ['STR_B_ldst_immpre', '00 111 1 00 00 0 imm9 11 Rn Rt', 'str Bt, [Xn|SP, #simm9]!', strB],
  ['LDR_H_ldst_immpre', '01 111 1 00 01 0 imm9 11 Rn Rt', 'ldr Ht, [Xn|SP, #simm9]!', ldrH],
  ['STR_H_ldst_immpre', '01 111 1 00 00 0 imm9 11 Rn Rt', 'str Ht, [Xn|SP, #simm9]!', strH],
  ['LDR_S_ldst_immpre', '10 111 1 00 01 0 imm9 11 Rn Rt', 'ldr St, [Xn|SP, #simm9]!', ldrS],
  ['STR_S_ldst_immpre', '10 111 1 00 00 0 imm9 11 Rn Rt', 'str St, [Xn|SP, #simm9]!', strS],
  ['LDR_D_ldst_immpre', '11 111 1 00 01 0 imm9 11 Rn Rt', 'ldr Dt, [Xn|SP, #simm9]!', ldrD],
  ['STR_D_ldst_immpre', '11 111 1 00 00 0 imm9 11 Rn Rt', 'str Dt, [Xn|SP, #simm9]!', strD],
  ['LDR_Q_ldst_immpre', '00 111 1 00 11 0 imm9 11 Rn Rt', 'ldr Qt, [Xn|SP, #simm9]!', ldrQ],
  ['STR_Q_ldst_immpre', '00 111 1 00 10 0 imm9 11 Rn Rt', 'str Qt, [Xn|SP, #simm9]!', strQ],
] }

/** "Load/store register (register offset)". Byte accesses by a shifted register (by 0) are a row of their own. */
function registerOffset(): readonly Row[] { return [
  ['LDR_B_ldst_regoff', '00 111 1 00 01 1 Rm option=x1x S 10 Rn Rt', 'ldr Bt, [Xn|SP, Rm ext 0]', ldrB],
  ['LDR_BL_ldst_regoff', '00 111 1 00 01 1 Rm option=011 S 10 Rn Rt', 'ldr Bt, [Xn|SP, Rm ext 0]', { ...ldrB, over: ['LDR_B_ldst_regoff'] }],
  ['STR_B_ldst_regoff', '00 111 1 00 00 1 Rm option=x1x S 10 Rn Rt', 'str Bt, [Xn|SP, Rm ext 0]', strB],
  ['STR_BL_ldst_regoff', '00 111 1 00 00 1 Rm option=011 S 10 Rn Rt', 'str Bt, [Xn|SP, Rm ext 0]', { ...strB, over: ['STR_B_ldst_regoff'] }],
  ['LDR_H_ldst_regoff', '01 111 1 00 01 1 Rm option=x1x S 10 Rn Rt', 'ldr Ht, [Xn|SP, Rm ext 1]', ldrH],
  ['STR_H_ldst_regoff', '01 111 1 00 00 1 Rm option=x1x S 10 Rn Rt', 'str Ht, [Xn|SP, Rm ext 1]', strH],
  ['LDR_S_ldst_regoff', '10 111 1 00 01 1 Rm option=x1x S 10 Rn Rt', 'ldr St, [Xn|SP, Rm ext 2]', ldrS],
  ['STR_S_ldst_regoff', '10 111 1 00 00 1 Rm option=x1x S 10 Rn Rt', 'str St, [Xn|SP, Rm ext 2]', strS],
  ['LDR_D_ldst_regoff', '11 111 1 00 01 1 Rm option=x1x S 10 Rn Rt', 'ldr Dt, [Xn|SP, Rm ext 3]', ldrD],
  ['STR_D_ldst_regoff', '11 111 1 00 00 1 Rm option=x1x S 10 Rn Rt', 'str Dt, [Xn|SP, Rm ext 3]', strD],
  ['LDR_Q_ldst_regoff', '00 111 1 00 11 1 Rm option=x1x S 10 Rn Rt', 'ldr Qt, [Xn|SP, Rm ext 4]', ldrQ],
  ['STR_Q_ldst_regoff', '00 111 1 00 10 1 Rm option=x1x S 10 Rn Rt', 'str Qt, [Xn|SP, Rm ext 4]', strQ],
] }

/** LDR (literal, SIMD&FP): "Load register (literal)". */
function literal(): readonly Row[] { return [
  ['LDR_S_loadlit', '00 011 1 00 imm19 Rt', 'ldr St, label(imm19*4)', ldrS],
  ['LDR_D_loadlit', '01 011 1 00 imm19 Rt', 'ldr Dt, label(imm19*4)', ldrD],
  ['LDR_Q_loadlit', '10 011 1 00 imm19 Rt', 'ldr Qt, label(imm19*4)', ldrQ],
] }

/** Loads and stores of one SIMD&FP register. */
export const simdRegister: Rows = () => [
  ...unsignedOffset(), ...unscaled(), ...postIndexed(), ...preIndexed(), ...registerOffset(), ...literal(),
]
