/**
 * Why LLVM 22 and binutils 2.40 disagree on whether a word is an instruction: the first rule that applies to a word.
 * Each says whose side nisv takes, which the comparison checks on every word.
 */

/** FEAT_ names (of nisv's rows) that binutils 2.40 (January 2023) has no instructions of. */
const NEWER = new Set(
  `CMPBR CMH CPA CSSC2 D128 F16F32DOT F16F32MM F16MM F8F16MM F8F32MM FAMINMAX FP8 FP8DOT2 FP8DOT4 FP8FMA FPRCVT GCIE GCS LRCPC3 LSCP LSE128
  LSFE LSUI LUT MOPS_GO OCCMO PAuth_LR PCDPHINT POPS S1POE2 SME2 SME2p1 SME2p2 SME2p3 SME_B16B16 SME_F16F16 SME_F8F16 SME_F8F32
  SME_LUTv2 SME_MOP4 SME_TMOP SSVE_AES SSVE_BitPerm SSVE_FEXPA SSVE_FP8DOT2 SSVE_FP8DOT4 SSVE_FP8FMA SVE2p1 SVE2p2 SVE2p3 SVE_AES2
  SVE_B16B16 SVE_B16MM SVE_BFSCALE SVE_F16F32MM SYSINSTR128 SYSREG128 THE TEV TLBID`.split(/\s+/),
)

/** The feature of a row that makes it newer than binutils 2.40: a requirement that no older feature meets. */
function newerFeature(encoding) {
  return encoding.features.find((any) => any.split('|').every((name) => NEWER.has(name)))
}

const only = (side) => (facts) => (facts.llvm === 0 ? 'binutils' : 'LLVM') === side
const onlyLlvm = only('LLVM')
const onlyBinutils = only('binutils')

/**
 * `facts`: word, llvm (0 undecodable, 1 potentially undefined, 3 plain), insn (nisv's Instruction), text (binutils').
 * `nisv`: whose validity it shares. `split` divides the words of a rule further in the table.
 */
export const RULES = [
  {
    id: 'newer-feature',
    accepts: 'LLVM',
    nisv: 'LLVM',
    holds: (f) => onlyLlvm(f) && newerFeature(f.insn.encoding) !== undefined,
    split: (f) => newerFeature(f.insn.encoding),
    why: 'binutils 2.40 is older than the feature',
  },
  {
    id: 'should-be',
    accepts: 'LLVM',
    nisv: 'LLVM',
    holds: (f) => onlyLlvm(f) && f.insn.unpredictable === 'SHOULD_BE',
    why: 'should-be-zero or should-be-one bits are not so: CONSTRAINED UNPREDICTABLE, not unallocated; binutils requires the bits',
  },
  {
    id: 'ldpsw-overlap',
    accepts: 'LLVM',
    nisv: 'LLVM',
    holds: (f) => onlyLlvm(f) && ['LDPOVERLAP', 'WBOVERLAPPAIR'].includes(f.insn.unpredictable) && isLdpsw(f.word),
    why: 'LDPSW whose registers overlap is CONSTRAINED UNPREDICTABLE; binutils refuses it (not LDP, which it takes)',
  },
  {
    id: 'mops-registers',
    accepts: 'LLVM',
    nisv: 'LLVM',
    holds: (f) => onlyLlvm(f) && f.insn.unpredictable.startsWith('MOPSOVERLAP31'),
    why: 'CPY*, SET* whose size register alone is 31: CONSTRAINED UNPREDICTABLE; binutils refuses it, as LLVM does the other such cases',
  },
  {
    id: 'msrr-bit20',
    accepts: 'LLVM',
    nisv: 'binutils',
    holds: (f) => onlyLlvm(f) && (f.word & 0xffd00000) >>> 0 === 0xd5400000,
    why: 'MSRR, MRRS with op0 0 or 1 (bit 20 zero): no such system register; binutils 2.40 knows neither instruction',
  },
  {
    id: 'psel-fixed-bits',
    accepts: 'binutils',
    nisv: 'LLVM',
    holds: (f) => onlyBinutils(f) && (f.word & 0xff20c000) >>> 0 === 0x25204000 && (f.word & 0x210) !== 0,
    why: 'PSEL has bits 9 and 4 zero; binutils passes over them and shows what is unallocated or newer as psel',
  },
  {
    id: 'sme-mov',
    accepts: 'binutils',
    nisv: 'LLVM',
    holds: (f) => onlyBinutils(f) && (f.word & 0xff3d0000) >>> 0 === 0xc0010000 && f.word >>> 22 !== 0x303,
    why: 'MOVA between tile slices and vectors: Q (bit 16) one is of quadwords and has size 11; binutils takes any size',
  },
  {
    id: 'fmlal-sz',
    accepts: 'binutils',
    nisv: 'LLVM',
    holds: (f) => onlyBinutils(f) && (f.word & 0x9f60dc00) >>> 0 === 0x0e60cc00 && /^fml[as]l/.test(f.text),
    why: 'FMLAL, FMLSL and their second forms (vector) have sz (bit 22) zero; one is unallocated',
  },
  {
    id: 'tme-tcancel',
    accepts: 'binutils',
    nisv: 'LLVM',
    holds: (f) => onlyBinutils(f) && (f.word & 0xffe0001f) >>> 0 === 0xd4600000,
    why: 'TCANCEL: FEAT_TME is withdrawn from the architecture (known issue D24093 of DDI 0487); LLVM 22 dropped it',
  },
  {
    id: 'ls64-odd-register',
    accepts: 'binutils',
    nisv: 'LLVM',
    holds: (f) => onlyBinutils(f) && /^(ld64b|st64b)/.test(f.text) && ((f.word & 1) !== 0 || (f.word & 0x18) === 0x18),
    why: 'LD64B, ST64B, ST64BV, ST64BV0 use Xt to X(t+7): an odd t or one above 22 is UNDEFINED',
  },
  {
    id: 'sve-mov-byte-shift',
    accepts: 'binutils',
    nisv: 'LLVM',
    holds: (f) =>
      onlyBinutils(f) &&
      ((f.word & 0xfff0a000) >>> 0 === 0x05102000 || (f.word & 0xffffe000) >>> 0 === 0x2538e000) &&
      f.text.startsWith('mov'),
    why: 'SVE immediates of bytes have no shift by 8 (size:sh = 00:1 is UNDEFINED); binutils takes that of imm8 255, as #-256',
  },
]

/** LDPSW, pre- and post-indexed and offset. */
function isLdpsw(word) {
  return (word & 0xfe400000) >>> 0 === 0x68400000
}
