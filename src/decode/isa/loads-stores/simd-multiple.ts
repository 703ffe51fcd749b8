import { load, store } from '../../access.ts'
import type { Row, RowOptions, Rows } from '../../encoding.ts'

// The element size is the word's `size` field; registers and interleave are the row's.
const ld = (registers: number, structure: number): RowOptions => ({
  feat: 'AdvSIMD',
  access: load(0, { bank: 'V', registers, structure }, 'multiple'),
  ...(structure > 1 ? { reserved: ['ARRANGEMENT_1D'] } : {}),
})
const st = (registers: number, structure: number): RowOptions => ({
  feat: 'AdvSIMD',
  access: store(0, { bank: 'V', registers, structure }, 'multiple'),
  ...(structure > 1 ? { reserved: ['ARRANGEMENT_1D'] } : {}),
})

/** "Advanced SIMD load/store multiple structures". */
function noOffset(): readonly Row[] { return [
  ['LD4_asisdlse_R4', '0 Q 0011000 1 000000 0000 size Rn Rt', 'ld4 {Vt.T x4}, [Xn|SP]', ld(4, 4)],
  ['LD1_asisdlse_R4_4v', '0 Q 0011000 1 000000 0010 size Rn Rt', 'ld1 {Vt.T x4}, [Xn|SP]', ld(4, 1)],
  ['LD3_asisdlse_R3', '0 Q 0011000 1 000000 0100 size Rn Rt', 'ld3 {Vt.T x3}, [Xn|SP]', ld(3, 3)],
  ['LD1_asisdlse_R3_3v', '0 Q 0011000 1 000000 0110 size Rn Rt', 'ld1 {Vt.T x3}, [Xn|SP]', ld(3, 1)],
  ['LD1_asisdlse_R1_1v', '0 Q 0011000 1 000000 0111 size Rn Rt', 'ld1 {Vt.T x1}, [Xn|SP]', ld(1, 1)],
  ['LD2_asisdlse_R2', '0 Q 0011000 1 000000 1000 size Rn Rt', 'ld2 {Vt.T x2}, [Xn|SP]', ld(2, 2)],
  ['LD1_asisdlse_R2_2v', '0 Q 0011000 1 000000 1010 size Rn Rt', 'ld1 {Vt.T x2}, [Xn|SP]', ld(2, 1)],
  ['ST4_asisdlse_R4', '0 Q 0011000 0 000000 0000 size Rn Rt', 'st4 {Vt.T x4}, [Xn|SP]', st(4, 4)],
  ['ST1_asisdlse_R4_4v', '0 Q 0011000 0 000000 0010 size Rn Rt', 'st1 {Vt.T x4}, [Xn|SP]', st(4, 1)],
  ['ST3_asisdlse_R3', '0 Q 0011000 0 000000 0100 size Rn Rt', 'st3 {Vt.T x3}, [Xn|SP]', st(3, 3)],
  ['ST1_asisdlse_R3_3v', '0 Q 0011000 0 000000 0110 size Rn Rt', 'st1 {Vt.T x3}, [Xn|SP]', st(3, 1)],
  ['ST1_asisdlse_R1_1v', '0 Q 0011000 0 000000 0111 size Rn Rt', 'st1 {Vt.T x1}, [Xn|SP]', st(1, 1)],
  ['ST2_asisdlse_R2', '0 Q 0011000 0 000000 1000 size Rn Rt', 'st2 {Vt.T x2}, [Xn|SP]', st(2, 2)],
  ['ST1_asisdlse_R2_2v', '0 Q 0011000 0 000000 1010 size Rn Rt', 'st1 {Vt.T x2}, [Xn|SP]', st(2, 1)],
] }

/** The same, post-indexed by a register (Rm is not 31) or by the bytes transferred (Rm is 31). */
function postIndexed(): readonly Row[] { return [
  ['LD4_asisdlsep_R4_r', '0 Q 0011001 1 0 Rm!=11111 0000 size Rn Rt', 'ld4 {Vt.T x4}, [Xn|SP], Xm', ld(4, 4)],
  ['LD4_asisdlsep_I4_i', '0 Q 0011001 1 0 11111 0000 size Rn Rt', 'ld4 {Vt.T x4}, [Xn|SP], #32<<Q', ld(4, 4)],
  ['LD1_asisdlsep_R4_r4', '0 Q 0011001 1 0 Rm!=11111 0010 size Rn Rt', 'ld1 {Vt.T x4}, [Xn|SP], Xm', ld(4, 1)],
  ['LD1_asisdlsep_I4_i4', '0 Q 0011001 1 0 11111 0010 size Rn Rt', 'ld1 {Vt.T x4}, [Xn|SP], #32<<Q', ld(4, 1)],
  ['LD3_asisdlsep_R3_r', '0 Q 0011001 1 0 Rm!=11111 0100 size Rn Rt', 'ld3 {Vt.T x3}, [Xn|SP], Xm', ld(3, 3)],
  ['LD3_asisdlsep_I3_i', '0 Q 0011001 1 0 11111 0100 size Rn Rt', 'ld3 {Vt.T x3}, [Xn|SP], #24<<Q', ld(3, 3)],
  ['LD1_asisdlsep_R3_r3', '0 Q 0011001 1 0 Rm!=11111 0110 size Rn Rt', 'ld1 {Vt.T x3}, [Xn|SP], Xm', ld(3, 1)],
  ['LD1_asisdlsep_I3_i3', '0 Q 0011001 1 0 11111 0110 size Rn Rt', 'ld1 {Vt.T x3}, [Xn|SP], #24<<Q', ld(3, 1)],
  ['LD1_asisdlsep_R1_r1', '0 Q 0011001 1 0 Rm!=11111 0111 size Rn Rt', 'ld1 {Vt.T x1}, [Xn|SP], Xm', ld(1, 1)],
  ['LD1_asisdlsep_I1_i1', '0 Q 0011001 1 0 11111 0111 size Rn Rt', 'ld1 {Vt.T x1}, [Xn|SP], #8<<Q', ld(1, 1)],
  ['LD2_asisdlsep_R2_r', '0 Q 0011001 1 0 Rm!=11111 1000 size Rn Rt', 'ld2 {Vt.T x2}, [Xn|SP], Xm', ld(2, 2)],
  ['LD2_asisdlsep_I2_i', '0 Q 0011001 1 0 11111 1000 size Rn Rt', 'ld2 {Vt.T x2}, [Xn|SP], #16<<Q', ld(2, 2)],
  ['LD1_asisdlsep_R2_r2', '0 Q 0011001 1 0 Rm!=11111 1010 size Rn Rt', 'ld1 {Vt.T x2}, [Xn|SP], Xm', ld(2, 1)],
  ['LD1_asisdlsep_I2_i2', '0 Q 0011001 1 0 11111 1010 size Rn Rt', 'ld1 {Vt.T x2}, [Xn|SP], #16<<Q', ld(2, 1)],
  ['ST4_asisdlsep_R4_r', '0 Q 0011001 0 0 Rm!=11111 0000 size Rn Rt', 'st4 {Vt.T x4}, [Xn|SP], Xm', st(4, 4)],
  ['ST4_asisdlsep_I4_i', '0 Q 0011001 0 0 11111 0000 size Rn Rt', 'st4 {Vt.T x4}, [Xn|SP], #32<<Q', st(4, 4)],
  ['ST1_asisdlsep_R4_r4', '0 Q 0011001 0 0 Rm!=11111 0010 size Rn Rt', 'st1 {Vt.T x4}, [Xn|SP], Xm', st(4, 1)],
  ['ST1_asisdlsep_I4_i4', '0 Q 0011001 0 0 11111 0010 size Rn Rt', 'st1 {Vt.T x4}, [Xn|SP], #32<<Q', st(4, 1)],
  ['ST3_asisdlsep_R3_r', '0 Q 0011001 0 0 Rm!=11111 0100 size Rn Rt', 'st3 {Vt.T x3}, [Xn|SP], Xm', st(3, 3)],
  ['ST3_asisdlsep_I3_i', '0 Q 0011001 0 0 11111 0100 size Rn Rt', 'st3 {Vt.T x3}, [Xn|SP], #24<<Q', st(3, 3)],
  ['ST1_asisdlsep_R3_r3', '0 Q 0011001 0 0 Rm!=11111 0110 size Rn Rt', 'st1 {Vt.T x3}, [Xn|SP], Xm', st(3, 1)],
  ['ST1_asisdlsep_I3_i3', '0 Q 0011001 0 0 11111 0110 size Rn Rt', 'st1 {Vt.T x3}, [Xn|SP], #24<<Q', st(3, 1)],
  ['ST1_asisdlsep_R1_r1', '0 Q 0011001 0 0 Rm!=11111 0111 size Rn Rt', 'st1 {Vt.T x1}, [Xn|SP], Xm', st(1, 1)],
  ['ST1_asisdlsep_I1_i1', '0 Q 0011001 0 0 11111 0111 size Rn Rt', 'st1 {Vt.T x1}, [Xn|SP], #8<<Q', st(1, 1)],
  ['ST2_asisdlsep_R2_r', '0 Q 0011001 0 0 Rm!=11111 1000 size Rn Rt', 'st2 {Vt.T x2}, [Xn|SP], Xm', st(2, 2)],
  ['ST2_asisdlsep_I2_i', '0 Q 0011001 0 0 11111 1000 size Rn Rt', 'st2 {Vt.T x2}, [Xn|SP], #16<<Q', st(2, 2)],
  ['ST1_asisdlsep_R2_r2', '0 Q 0011001 0 0 Rm!=11111 1010 size Rn Rt', 'st1 {Vt.T x2}, [Xn|SP], Xm', st(2, 1)],
  ['ST1_asisdlsep_I2_i2', '0 Q 0011001 0 0 11111 1010 size Rn Rt', 'st1 {Vt.T x2}, [Xn|SP], #16<<Q', st(2, 1)],
] }

/** LD1-LD4, ST1-ST4 (multiple structures). */
export const simdMultiple: Rows = () => [...noOffset(), ...postIndexed()]
