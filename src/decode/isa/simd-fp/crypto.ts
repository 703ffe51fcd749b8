import type { Row } from '../../encoding.ts'

/** AES, SHA-1, SHA-2, SHA-3, SM3 and SM4. */
export function crypto(): readonly Row[] { return [
  // Cryptographic AES
  ['AESE_B_cryptoaes',   '01001110 00 10100 00100 10 Rn Rd', 'aese Vd.16b, Vn.16b',   { feat: 'AdvSIMD AES' }],
  ['AESD_B_cryptoaes',   '01001110 00 10100 00101 10 Rn Rd', 'aesd Vd.16b, Vn.16b',   { feat: 'AdvSIMD AES' }],
  ['AESMC_B_cryptoaes',  '01001110 00 10100 00110 10 Rn Rd', 'aesmc Vd.16b, Vn.16b',  { feat: 'AdvSIMD AES' }],
  ['AESIMC_B_cryptoaes', '01001110 00 10100 00111 10 Rn Rd', 'aesimc Vd.16b, Vn.16b', { feat: 'AdvSIMD AES' }],

  // Cryptographic three-register SHA
  ['SHA1C_QSV_cryptosha3',     '01011110 00 0 Rm 0 000 00 Rn Rd', 'sha1c Qd, Sn, Vm.4s',           { feat: 'AdvSIMD SHA1' }],
  ['SHA1P_QSV_cryptosha3',     '01011110 00 0 Rm 0 001 00 Rn Rd', 'sha1p Qd, Sn, Vm.4s',           { feat: 'AdvSIMD SHA1' }],
  ['SHA1M_QSV_cryptosha3',     '01011110 00 0 Rm 0 010 00 Rn Rd', 'sha1m Qd, Sn, Vm.4s',           { feat: 'AdvSIMD SHA1' }],
  ['SHA1SU0_VVV_cryptosha3',   '01011110 00 0 Rm 0 011 00 Rn Rd', 'sha1su0 Vd.4s, Vn.4s, Vm.4s',   { feat: 'AdvSIMD SHA1' }],
  ['SHA256H_QQV_cryptosha3',   '01011110 00 0 Rm 0 100 00 Rn Rd', 'sha256h Qd, Qn, Vm.4s',         { feat: 'AdvSIMD SHA256' }],
  ['SHA256H2_QQV_cryptosha3',  '01011110 00 0 Rm 0 101 00 Rn Rd', 'sha256h2 Qd, Qn, Vm.4s',        { feat: 'AdvSIMD SHA256' }],
  ['SHA256SU1_VVV_cryptosha3', '01011110 00 0 Rm 0 110 00 Rn Rd', 'sha256su1 Vd.4s, Vn.4s, Vm.4s', { feat: 'AdvSIMD SHA256' }],

  // Cryptographic two-register SHA
  ['SHA1H_SS_cryptosha2',     '01011110 00 10100 00000 10 Rn Rd', 'sha1h Sd, Sn',           { feat: 'AdvSIMD SHA1' }],
  ['SHA1SU1_VV_cryptosha2',   '01011110 00 10100 00001 10 Rn Rd', 'sha1su1 Vd.4s, Vn.4s',   { feat: 'AdvSIMD SHA1' }],
  ['SHA256SU0_VV_cryptosha2', '01011110 00 10100 00010 10 Rn Rd', 'sha256su0 Vd.4s, Vn.4s', { feat: 'AdvSIMD SHA256' }],

  // Cryptographic three-register, imm2
  ['SM3TT1A_VVV4_crypto3_imm2', '11001110 010 Rm 10 imm2 00 Rn Rd', 'sm3tt1a Vd.4s, Vn.4s, Vm.s[imm2]', { feat: 'AdvSIMD SM3' }],
  ['SM3TT1B_VVV4_crypto3_imm2', '11001110 010 Rm 10 imm2 01 Rn Rd', 'sm3tt1b Vd.4s, Vn.4s, Vm.s[imm2]', { feat: 'AdvSIMD SM3' }],
  ['SM3TT2A_VVV4_crypto3_imm2', '11001110 010 Rm 10 imm2 10 Rn Rd', 'sm3tt2a Vd.4s, Vn.4s, Vm.s[imm2]', { feat: 'AdvSIMD SM3' }],
  ['SM3TT2B_VVV_crypto3_imm2',  '11001110 010 Rm 10 imm2 11 Rn Rd', 'sm3tt2b Vd.4s, Vn.4s, Vm.s[imm2]', { feat: 'AdvSIMD SM3' }],

  // Cryptographic three-register SHA 512
  ['SHA512H_QQV_cryptosha512_3',    '11001110 011 Rm 1 0 00 00 Rn Rd', 'sha512h Qd, Qn, Vm.2d',         { feat: 'AdvSIMD SHA512' }],
  ['SHA512H2_QQV_cryptosha512_3',   '11001110 011 Rm 1 0 00 01 Rn Rd', 'sha512h2 Qd, Qn, Vm.2d',        { feat: 'AdvSIMD SHA512' }],
  ['SHA512SU1_VVV2_cryptosha512_3', '11001110 011 Rm 1 0 00 10 Rn Rd', 'sha512su1 Vd.2d, Vn.2d, Vm.2d', { feat: 'AdvSIMD SHA512' }],
  ['RAX1_VVV2_cryptosha512_3',      '11001110 011 Rm 1 0 00 11 Rn Rd', 'rax1 Vd.2d, Vn.2d, Vm.2d',      { feat: 'AdvSIMD SHA3' }],
  ['SM3PARTW1_VVV4_cryptosha512_3', '11001110 011 Rm 1 1 00 00 Rn Rd', 'sm3partw1 Vd.4s, Vn.4s, Vm.4s', { feat: 'AdvSIMD SM3' }],
  ['SM3PARTW2_VVV4_cryptosha512_3', '11001110 011 Rm 1 1 00 01 Rn Rd', 'sm3partw2 Vd.4s, Vn.4s, Vm.4s', { feat: 'AdvSIMD SM3' }],
  ['SM4EKEY_VVV4_cryptosha512_3',   '11001110 011 Rm 1 1 00 10 Rn Rd', 'sm4ekey Vd.4s, Vn.4s, Vm.4s',   { feat: 'AdvSIMD SM4' }],

  // Cryptographic four-register
  ['EOR3_VVV16_crypto4',  '11001110 0 00 Rm 0 Ra Rn Rd', 'eor3 Vd.16b, Vn.16b, Vm.16b, Va.16b', { feat: 'AdvSIMD SHA3' }],
  ['SM3SS1_VVV4_crypto4', '11001110 0 10 Rm 0 Ra Rn Rd', 'sm3ss1 Vd.4s, Vn.4s, Vm.4s, Va.4s',   { feat: 'AdvSIMD SM3' }],
  ['BCAX_VVV16_crypto4',  '11001110 0 01 Rm 0 Ra Rn Rd', 'bcax Vd.16b, Vn.16b, Vm.16b, Va.16b', { feat: 'AdvSIMD SHA3' }],

  // XAR
  ['XAR_VVV2_crypto3_imm6', '11001110 100 Rm imm6 Rn Rd', 'xar Vd.2d, Vn.2d, Vm.2d, #imm6', { feat: 'AdvSIMD SHA3' }],

  // Cryptographic two-register SHA 512
  ['SHA512SU0_VV2_cryptosha512_2', '11001110 110 00000 1000 00 Rn Rd', 'sha512su0 Vd.2d, Vn.2d', { feat: 'AdvSIMD SHA512' }],
  ['SM4E_VV4_cryptosha512_2',      '11001110 110 00000 1000 01 Rn Rd', 'sm4e Vd.4s, Vn.4s',      { feat: 'AdvSIMD SM4' }],
] }
