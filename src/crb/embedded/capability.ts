/**
 * TPM2_GetCapability (TPM 2.0 Part 3, 30.2). Every list goes the same way: entries from `property` on, at most `count`,
 * moreData when some are left.
 *
 * @module
 */

import { RC_OF, TPM_ALG, TPM_CAP, TPM_RC, TPM_RH } from '../tpm2/constants.ts'
import type { WireWriter } from '../tpm2/wire.ts'
import { type CommandContext, type CommandRow, ofParameter } from './command.ts'
import { HASHES } from './hash.ts'
import { PCR_ATTRIBUTES, PCR_COUNT, PCR_SELECT_SIZE, type PcrAttributes } from './pcr.ts'
import { PT_FIXED, properties } from './properties.ts'

/** An entry: what it is sorted and selected by, and its bytes. */
interface Entry {
  readonly id: number
  readonly write: (out: WireWriter) => void
}

/** TPMA_ALGORITHM.hash. */
const ALGORITHM_IS_HASH = 1 << 2
/** TPMA_CC: nv, and the number of handles. */
const CC_NV = 1 << 22
const CC_HANDLES_LSB = 25

const PERMANENT_HANDLES: readonly number[] = [TPM_RH.OWNER, TPM_RH.NULL, TPM_RH.PW, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM]

/** Those with an authPolicy, which is empty. */
const HIERARCHIES: readonly number[] = [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM]
/** Authenticated countdown timers are 0x40000110..0x4000011F. */
const ACT_HANDLES = 0x400_0011

/** TPM_PT_PCR: a property of PCRs as the set of those that have it (Part 2, 6.14). */
const PCR_PROPERTIES: readonly (readonly [number, (row: PcrAttributes) => boolean])[] = [
  [0x00, (row) => row.save],
  ...[0, 1, 2, 3, 4].flatMap((locality): [number, (row: PcrAttributes) => boolean][] => [
    [0x01 + 2 * locality, (row) => ((row.extend >> locality) & 1) === 1],
    [0x02 + 2 * locality, (row) => ((row.reset >> locality) & 1) === 1],
  ]),
  [0x11, (row) => row.noIncrement],
  [0x12, (row) => row.ones], // DRTM_RESET
  [0x13, () => false], // POLICY
  [0x14, () => false], // AUTH
]

/** A TPMS_PCR_SELECT. */
function writeSelect(out: WireWriter, has: (pcr: number) => boolean): void {
  out.u8(PCR_SELECT_SIZE)
  for (let first = 0; first < PCR_COUNT; first += 8) {
    let byte = 0
    for (let i = 0; i < 8; i++) if (has(first + i)) byte |= 1 << i
    out.u8(byte)
  }
}

const u32 = (id: number): Entry => ({ id, write: (out) => out.u32(id) })

/** Handles of the kind that the property's top byte names; `undefined` for a kind that does not exist. */
function handles(property: number): readonly Entry[] | undefined {
  switch (property >>> 24) {
    case 0x00: // PCR
      return Array.from({ length: PCR_COUNT }, (_, pcr) => u32(pcr))
    case 0x40: // permanent
      return PERMANENT_HANDLES.map(u32)
    case 0x01: // NV index
    case 0x02: // loaded session
    case 0x03: // saved session
    case 0x80: // transient object
    case 0x81: // persistent object
      return []
    default:
      return undefined
  }
}

function commandAttributes(row: CommandRow): number {
  return row.code | (row.nv ? CC_NV : 0) | (row.handles.length << CC_HANDLES_LSB)
}

/** The whole list of a capability, or the response code of a capability or property that does not exist. */
function list(capability: number, property: number, context: CommandContext): readonly Entry[] | number {
  switch (capability) {
    case TPM_CAP.ALGS:
      return HASHES.map(({ alg }) => ({ id: alg, write: (out) => out.u16(alg).u32(ALGORITHM_IS_HASH) }))
    case TPM_CAP.HANDLES:
      return handles(property) ?? ofParameter(TPM_RC.HANDLE, 2)
    case TPM_CAP.COMMANDS:
      return context.commands.map((row) => ({ id: row.code, write: (out) => out.u32(commandAttributes(row)) }))
    case TPM_CAP.PCRS:
      if (property !== 0) return ofParameter(TPM_RC.VALUE, 2)
      return HASHES.map(({ alg }) => ({ id: 0, write: (out) => writeSelect(out.u16(alg), () => true) }))
    case TPM_CAP.TPM_PROPERTIES: {
      // A list stays within its group of 256 (TPM_PT_FIXED, TPM_PT_VAR).
      const group = Math.max(property, PT_FIXED) >>> 8
      return properties(context.state, context.commands.length)
        .filter(({ id }) => id >>> 8 === group)
        .map(({ id, value }) => ({ id, write: (out) => out.u32(id).u32(value) }))
    }
    case TPM_CAP.PCR_PROPERTIES:
      return PCR_PROPERTIES.map(([id, has]) => ({
        id,
        write: (out) => writeSelect(out.u32(id), (pcr) => has(PCR_ATTRIBUTES[pcr] as PcrAttributes)),
      }))
    case TPM_CAP.PP_COMMANDS:
    case TPM_CAP.AUDIT_COMMANDS:
    case TPM_CAP.ECC_CURVES:
      return []
    case TPM_CAP.AUTH_POLICIES:
      if (property >>> 24 !== 0x40) return ofParameter(TPM_RC.VALUE, 2)
      return HIERARCHIES.map((id) => ({ id, write: (out) => out.u32(id).u16(TPM_ALG.NULL) }))
    case TPM_CAP.ACT:
      return property >>> 4 === ACT_HANDLES ? [] : ofParameter(TPM_RC.VALUE, 2)
    default:
      return ofParameter(TPM_RC.VALUE, 1)
  }
}

/** The action of TPM2_GetCapability. */
export function getCapability(context: CommandContext): number {
  const { parameters, out } = context
  const capability = parameters.about(RC_OF.PARAMETER, 1).u32()
  // The capability is an enumeration: an unknown one fails before the next parameter is read.
  const known = Object.values<number>(TPM_CAP).includes(capability)
  if (!known) parameters.fail(TPM_RC.VALUE)
  const property = parameters.about(RC_OF.PARAMETER, 2).u32()
  const count = parameters.about(RC_OF.PARAMETER, 3).u32()
  const rc = parameters.end()
  if (rc !== TPM_RC.SUCCESS) return rc
  const all = list(capability, property, context)
  if (typeof all === 'number') return all
  const from = all.filter(({ id }) => id >= property)
  // The allocation of PCRs comes whole: PCRCapGetAllocation only looks whether anything is asked for.
  const entries = from.slice(0, capability === TPM_CAP.PCRS && count > 0 ? from.length : count)
  out
    .u8(entries.length < from.length ? 1 : 0)
    .u32(capability)
    .u32(entries.length)
  for (const { write } of entries) write(out)
  return TPM_RC.SUCCESS
}
