import type { Encoding } from '../encoding.ts'

/** The feature that some words of a row need beside those of the row, and which: the words with the bit set. */
export interface WordFeature {
  readonly lsb: number
  readonly feature: string
}

/**
 * Rows with a bit `sz` on ZA that need no more than FEAT_SME2: their 64-bit form needs FEAT_SME_F64F64 where they are
 * floating-point, FEAT_SME_I16I64 where they are not (DDI 0487, C9.2: `if sz == '1' && !IsFeatureImplemented(...) then UNDEFINED`).
 */
export function wordFeature({ features, fields, mnemonic, syntax }: Encoding): WordFeature | undefined {
  if (features.length !== 1 || features[0] !== 'SME2' || !syntax.startsWith('ZA.')) return undefined
  const sz = fields.find((f) => f.name === 'sz')
  return sz && { lsb: sz.lsb, feature: mnemonic.startsWith('f') ? 'SME_F64F64' : 'SME_I16I64' }
}
