import type { Encoding } from '../encoding.ts'
import { bitRange, type RegisterUses, whole } from './registers.ts'

/** Moves and permutations of floating-point numbers: no rounding, no exception, no NaN changed. */
const MOVES = /^(?:fmov|fcsel|fcpy|fdup|fexpa|ftssel|firstp)/
/** Arithmetic that raises no exception: signs, and BFloat16 dot products (`BFDotAdd`). */
const QUIET = /^(?:fabs|fneg|bfdot|bfmmla)$/
const SATURATING = /^(?:[su]q|suq|usq)/

/** Elements of one byte are FP8, whose format FPMR tells. */
const BYTES = /\.\d*b\b/

/** FPSR's cumulative bits IOC, DZC, OFC, UFC, IXC and IDC. */
const EXCEPTIONS = bitRange(0, 8)
/** FPSR.QC, which only Advanced SIMD sets. */
const QC = bitRange(27, 1)

/**
 * FPCR, FPSR and FPMR of floating-point instructions. Products into ZA and atomic memory operations round by FPCR, but
 * raise nothing (DDI 0487, B1.5 and A1.5).
 */
export function addFloat(uses: RegisterUses, { mnemonic, group, syntax, access }: Encoding): void {
  const vector = group.startsWith('Data Processing -- Scalar')
  if (access) {
    if (/^b?f/.test(access.operation)) uses.add('FPCR', 0, whole('FPCR'))
    return
  }
  if (!vector && !group.startsWith('S')) return
  if (/^(?:bf(?!m$)|f|[su]cvtf)/.test(mnemonic) && !MOVES.test(mnemonic)) {
    uses.add('FPCR', 0, whole('FPCR'))
    if (BYTES.test(syntax)) uses.add('FPMR', 0, whole('FPMR'))
    const quiet = QUIET.test(mnemonic) || syntax.startsWith('ZA')
    if (!quiet) uses.add('FPSR', 0, EXCEPTIONS, 'merging', EXCEPTIONS)
  } else if (vector && SATURATING.test(mnemonic)) uses.add('FPSR', 0, QC, 'merging', QC)
}
