/**
 * The hash algorithms of the embedded TPM: its PCR banks and what TPM2_Hash takes.
 *
 * @module
 */

import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { TPM_ALG } from '../tpm2/constants.ts'

/** One hash algorithm. */
export interface HashAlgorithm {
  /** TPM_ALG_ID. */
  readonly alg: number
  /** Bytes of a digest. */
  readonly size: number
  readonly digest: (data: Uint8Array) => Uint8Array
}

/** All, ascending by algorithm: the order of GetCapability. */
export const HASHES: readonly HashAlgorithm[] = [
  { alg: TPM_ALG.SHA1, size: 20, digest: sha1 },
  { alg: TPM_ALG.SHA256, size: 32, digest: sha256 },
  { alg: TPM_ALG.SHA384, size: 48, digest: sha384 },
  { alg: TPM_ALG.SHA512, size: 64, digest: sha512 },
]

/** Bytes of the largest digest. */
export const MAX_DIGEST = 64

/** The algorithm of a TPM_ALG_ID, or `undefined` when the TPM lacks it. */
export function hashOf(alg: number): HashAlgorithm | undefined {
  return HASHES.find((hash) => hash.alg === alg)
}
