/**
 * TPM2_PCR_Read, TPM2_PCR_Extend, TPM2_PCR_Reset (TPM 2.0 Part 3, 22).
 *
 * @module
 */

import { RC_OF, TPM_RC, TPM_RH } from '../tpm2/constants.ts'
import type { CommandContext } from './command.ts'
import { HASHES, type HashAlgorithm, hashOf } from './hash.ts'
import { PCR_ATTRIBUTES, PCR_COUNT, PCR_SELECT_SIZE } from './pcr.ts'

/** Digests of a TPML_DIGEST. */
const MAX_DIGESTS = 8

/** TPMI_DH_PCR. */
export function isPcr(handle: number): boolean {
  return handle < PCR_COUNT
}

/** TPMI_DH_PCR+. */
export function isPcrOrNull(handle: number): boolean {
  return isPcr(handle) || handle === TPM_RH.NULL
}

/** One TPMS_PCR_SELECTION; `bits` is a copy. */
interface Selection {
  readonly alg: number
  readonly bits: Uint8Array
}

/** The action of TPM2_PCR_Read: the first eight selected PCRs, and which they are. */
export function pcrRead({ state, parameters, out }: CommandContext): number {
  const { pcrs } = state
  parameters.about(RC_OF.PARAMETER, 1)
  const count = parameters.u32()
  if (count > HASHES.length) parameters.fail(TPM_RC.SIZE)
  const selections: Selection[] = []
  for (let i = 0; i < count && parameters.rc === TPM_RC.SUCCESS; i++) {
    const alg = parameters.u16()
    if (hashOf(alg) === undefined) parameters.fail(TPM_RC.HASH)
    if (parameters.u8() !== PCR_SELECT_SIZE) parameters.fail(TPM_RC.VALUE)
    selections.push({ alg, bits: parameters.bytes(PCR_SELECT_SIZE).slice() })
  }
  const rc = parameters.end()
  if (rc !== TPM_RC.SUCCESS) return rc
  const digests: Uint8Array[] = []
  for (const { alg, bits } of selections) {
    for (let pcr = 0; pcr < PCR_COUNT; pcr++) {
      const mask = 1 << (pcr & 7)
      if (((bits[pcr >> 3] ?? 0) & mask) === 0) continue
      const value = pcrs.value(alg, pcr)
      if (value !== undefined && digests.length < MAX_DIGESTS) digests.push(value)
      else bits[pcr >> 3] = (bits[pcr >> 3] ?? 0) & ~mask
    }
  }
  out.u32(pcrs.updateCounter).u32(selections.length)
  for (const { alg, bits } of selections) out.u16(alg).u8(PCR_SELECT_SIZE).bytes(bits)
  out.u32(digests.length)
  for (const digest of digests) out.sized(digest)
  return TPM_RC.SUCCESS
}

/** The action of TPM2_PCR_Extend. Extending TPM_RH_NULL does nothing, with success. */
export function pcrExtend({ state, handles, locality, parameters }: CommandContext): number {
  parameters.about(RC_OF.PARAMETER, 1)
  const count = parameters.u32()
  if (count > HASHES.length) parameters.fail(TPM_RC.SIZE)
  const digests: [HashAlgorithm, Uint8Array][] = []
  for (let i = 0; i < count && parameters.rc === TPM_RC.SUCCESS; i++) {
    const hash = hashOf(parameters.u16())
    if (hash === undefined) parameters.fail(TPM_RC.HASH)
    else digests.push([hash, parameters.bytes(hash.size)])
  }
  const rc = parameters.end()
  if (rc !== TPM_RC.SUCCESS) return rc
  const pcr = handles[0] ?? TPM_RH.NULL
  const row = PCR_ATTRIBUTES[pcr]
  if (row === undefined) return TPM_RC.SUCCESS
  if (((row.extend >> locality) & 1) === 0) return TPM_RC.LOCALITY
  if (row.save) state.disorder()
  for (const [hash, digest] of digests) state.pcrs.extend(pcr, hash, digest)
  return TPM_RC.SUCCESS
}

/** The action of TPM2_PCR_Reset. Locality 4 resets by a dynamic launch, never by this command. */
export function pcrReset({ state, handles, locality, parameters }: CommandContext): number {
  const rc = parameters.end()
  if (rc !== TPM_RC.SUCCESS) return rc
  const pcr = handles[0] ?? 0
  if (locality > 3 || (((PCR_ATTRIBUTES[pcr]?.reset ?? 0) >> locality) & 1) === 0) return TPM_RC.LOCALITY
  state.pcrs.reset(pcr)
  return TPM_RC.SUCCESS
}
