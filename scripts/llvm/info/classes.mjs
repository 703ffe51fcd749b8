/**
 * Where nisv's `info` and LLVM 22's descriptions disagree, and who is right. A difference is told apart by its `kind`
 * (`llvm` or `nisv`: who alone says it), its `effect` (`def`, `use`, `load`, `store`, `raises`, `flow`), the register
 * file, and the row; each falls into the first class that takes it. None may fall into no class.
 */

const FLOAT = /^(?:bf|f|[su]cvtf)/
const CONDITIONAL = /^(?:bc?\.|ccm[np]|csel|csin[cv]|csneg|fccmpe?$|fcsel)/

export const CLASSES = [
  // Registers
  {
    id: 'call-sp',
    judge: 'manual: BL and kin do not touch SP; LLVM gives its calls a use of SP',
    takes: (d) => d.is('llvm', 'use', 'SP') && /^bl/.test(d.mnemonic),
  },
  {
    id: 'eret-lr',
    judge: 'manual, ERETAA: ELR is authenticated with SP; LLVM shares the operands of RETAA',
    takes: (d) => d.is('llvm', 'use', 'X') && /^ereta[ab]$/.test(d.mnemonic),
  },
  {
    id: 'sysl-input',
    judge: 'manual, SYSL: Rt is the result; LLVM describes it as an input',
    takes: (d) => d.file === 'X' && d.mnemonic === 'sysl' && (d.is('llvm', 'use') || d.is('nisv', 'def')),
  },
  {
    id: 'nzcv-any-register',
    judge: 'manual: only RNDR and RNDRRS write the flags on MRS, only NZCV on MSR; LLVM says so of all registers',
    takes: (d) => d.is('llvm', 'def', 'NZCV') && /^m(?:rs|sr)$/.test(d.mnemonic),
  },
  {
    id: 'nzcv-always',
    judge: 'manual, ConditionHolds: AL and NV ask no flag',
    takes: (d) => d.is('llvm', 'use', 'NZCV') && CONDITIONAL.test(d.mnemonic) && d.always,
  },
  {
    id: 'rmif-mask',
    judge: 'manual, RMIF: writes the flags that its mask names, and reads none; nisv looks at the mask',
    takes: (d) => d.file === 'NZCV' && d.mnemonic === 'rmif' && d.kind === 'llvm',
  },
  {
    id: 'cterm-carry',
    judge: 'manual, CTERMEQ: V becomes NOT C when the condition fails; LLVM has no use of the flags',
    takes: (d) => d.is('nisv', 'use', 'NZCV') && /^cterm/.test(d.mnemonic),
  },
  {
    id: 'setgo-flags',
    judge: 'manual, SETGOP: the prologue writes the flags and the other stages read them, as SETGP does; LLVM omits it',
    takes: (d) => d.kind === 'nisv' && d.file === 'NZCV' && d.mnemonic.startsWith('setgo'),
  },
  {
    id: 'pmov-first',
    judge: 'manual, PMOV (to vector): part 0 zeroes the rest; LLVM ties the destination for every part',
    takes: (d) => d.is('llvm', 'use', 'V') && d.mnemonic === 'pmov',
  },
  {
    id: 'fmov-top',
    judge: 'manual, FMOV (to the top half of 128 bits): the low half stays; LLVM does not tie the destination',
    takes: (d) => d.is('nisv', 'use', 'V') && d.id === 'FMOV_V64I_float2int',
  },
  {
    id: 'fault-merge',
    judge:
      'manual, LDFF1 and LDNF1: elements from the fault on may keep their value; LLVM does not tie the destination',
    takes: (d) => d.is('nisv', 'use', 'V') && /^ld[fn]f1/.test(d.mnemonic),
  },
  {
    id: 'za-load',
    judge: 'manual: a load of a slice or vector leaves the rest of ZA, hence a merge; LLVM shows a write alone',
    takes: (d) => d.is('nisv', 'use', 'ZA') && /^ld/.test(d.mnemonic),
  },
  {
    id: 'za-mask',
    judge: 'manual, ZERO: LLVM keeps the tiles in an immediate and names no register',
    takes: (d) => d.is('nisv', 'def', 'ZA') && d.mnemonic === 'zero',
  },
  {
    id: 'zt0-part',
    judge: 'manual, MOVT: 8 bytes or one vector of ZT0 are written, the rest stays; LLVM shows a write alone',
    takes: (d) => d.is('nisv', 'use', 'ZT0') && d.mnemonic === 'movt',
  },
  {
    id: 'svcr',
    judge:
      'manual, SMSTART and SMSTOP: vectors, predicates, FFR, FPSR, FPMR, ZA and ZT0 are reset; LLVM leaves that to its pseudo-instructions',
    takes: (d) => d.kind === 'nisv' && d.mnemonic === 'msr' && (d.id.includes('SVCR') || d.text.includes(' SVCR,')),
  },
  {
    id: 'sysreg-float',
    judge: 'manual: MRS and MSR of FPCR, FPSR and FPMR; LLVM names them in its own pseudo-instructions only',
    takes: (d) => d.kind === 'nisv' && /^FP/.test(d.file) && /^m(?:rs|sr)$/.test(d.mnemonic),
  },

  // Floating-point control and exceptions
  {
    id: 'doubling-multiply',
    judge: 'manual, SQDMULH and SQRDMULH: integers; LLVM describes a form as floating-point',
    takes: (d) => d.kind === 'llvm' && /^sqr?dmulh$/.test(d.mnemonic) && (d.file === 'FPCR' || d.effect === 'raises'),
  },
  {
    id: 'bfdot-quiet',
    judge: 'Sail, BFDotAdd: BFloat16 dot products raise no exception',
    takes: (d) => d.is('llvm', 'raises') && /^(?:bfdot|bfmmla)$/.test(d.mnemonic),
  },
  {
    id: 'fpcr-scalable',
    judge:
      'manual: SVE and SME arithmetic rounds by FPCR, and FABS and FNEG look at FPCR.AH; LLVM names FPCR in few of them',
    takes: (d) => d.is('nisv', 'use', 'FPCR') && d.scalable && FLOAT.test(d.mnemonic),
  },
  {
    id: 'fpcr-simd',
    judge:
      'manual: FPCR in FP8 products, BFloat16 products (EBF), fixed-point conversions, FCCMP, and AH in FABS and FNEG; LLVM omits it',
    takes: (d) =>
      d.is('nisv', 'use', 'FPCR') &&
      /^(?:[su]cvtf|fcvtz[su]|fmmla|fdot|bfmmla|bfdot|fabs|fneg|fccmpe?)$/.test(d.mnemonic),
  },
  {
    id: 'fpcr-atomic',
    judge: 'manual, LDFADD and kin (FEAT_LSFE): FPCR has the rounding; LLVM omits it',
    takes: (d) => d.is('nisv', 'use', 'FPCR') && /^(?:ld|st)b?f/.test(d.mnemonic),
  },
  {
    id: 'raises-scalable',
    judge:
      'manual: multi-vector, unpredicated conversion, clamping and FP8 forms accumulate exceptions in FPSR; LLVM marks the older SVE forms alone',
    takes: (d) => d.is('nisv', 'raises') && d.scalable && FLOAT.test(d.mnemonic),
  },
  {
    id: 'raises-simd',
    judge:
      'manual: FP8 instructions and fixed-point conversions accumulate exceptions in FPSR; LLVM does not mark them',
    takes: (d) =>
      d.is('nisv', 'raises') &&
      /^(?:[su]cvtf|fcvtz[su]|b?f[12]cvtl|fcvtn|fdot|fmmla|fmlal(?:l?[bt]+))/.test(d.mnemonic),
  },

  // Memory
  {
    id: 'exclusive-monitor',
    judge:
      'manual: a store exclusive reads the monitor, not memory, and a load exclusive writes none; LLVM marks some as both to keep their order',
    takes: (d) =>
      d.kind === 'llvm' && /^(?:load|store)$/.test(d.effect) && /^(?:ld|st)l?a?t?x[rp]|^stltx/.test(d.mnemonic),
  },
  {
    id: 'prefetch',
    judge:
      'manual: a prefetch accesses nothing that a program sees; LLVM marks those of SVE as both, those of PRFM as neither',
    takes: (d) => d.kind === 'llvm' && /^(?:load|store)$/.test(d.effect) && /^prf[bhwd]$/.test(d.mnemonic),
  },
  {
    id: 'side-effects',
    judge:
      'manual: no memory access; LLVM marks hints, barriers and what uses FFR, FPMR, ZA or ZT0 as memory to keep its order',
    takes: (d) =>
      d.kind === 'llvm' &&
      /^(?:load|store)$/.test(d.effect) &&
      /^(?:hint|clrex|[di][ms]b|isb|dsb|rdffrs?|wrffr|setffr|movaz?|luti[246]|b?fcvtn?[bt]?|fcvtn|b?f[12]cvtl?t?|fdot|fmmla|fmlal(?:l?[bt]+))$/.test(
        d.base,
      ),
  },
  {
    id: 'sme-store',
    judge: 'manual: ST1B and kin of a slice only store; LLVM marks them as loads too',
    takes: (d) => d.is('llvm', 'load') && /^st1[bhwdq]$/.test(d.mnemonic) && d.scalable,
  },
  {
    id: 'gcspopm-store',
    judge: 'Sail, GCSPOPM: loads an entry and stores none',
    takes: (d) => d.is('llvm', 'store') && d.mnemonic === 'gcspopm',
  },
  {
    id: 'unmarked-access',
    judge: 'manual: LSUI, GCSSTR, GCSPUSHX, GCSPOPX and DC ZVA access memory; LLVM does not mark them',
    takes: (d) =>
      d.kind === 'nisv' &&
      /^(?:load|store)$/.test(d.effect) &&
      /^(?:lda?txr|ldt(?:add|clr|set)a?l?|swpta?l?|gcsst?tr|gcspushx|gcspopc?x|dc)$/.test(d.mnemonic),
  },

  // Flow
  {
    id: 'texit',
    judge: 'manual, TEXIT: returns as ERET does; LLVM does not mark it',
    takes: (d) => d.effect === 'flow' && d.mnemonic === 'texit',
  },
]
