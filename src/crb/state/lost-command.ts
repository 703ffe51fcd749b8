import { CRB, fieldMask } from '../registers.ts'
import { FATAL_ERROR_RESPONSE } from '../transfer.ts'

const CTRL_STS = CRB.CTRL_STS.offset >> 2
const CTRL_START = CRB.CTRL_START.offset >> 2
const TPM_STS = fieldMask(CRB.CTRL_STS.fields.tpmSts)
const START = fieldMask(CRB.CTRL_START.fields.Start)

/** Whether these registers have a command under way. */
export function hasCommand(registers: Uint32Array): boolean {
  return ((registers[CTRL_START] ?? 0) & START) !== 0
}

/**
 * Ends a command that was under way when a state was saved: nobody answers it any more. START falls, and the guest reads
 * tpmSts and the fatal error; with START alone cleared it would take the command for its answer.
 * @param registers - changed in place.
 * @param buffer - the data buffer, changed in place.
 * @returns whether there was one.
 */
export function endLostCommand(registers: Uint32Array, buffer: Uint8Array): boolean {
  if (!hasCommand(registers)) return false
  registers[CTRL_START] = ((registers[CTRL_START] ?? 0) & ~START) >>> 0
  registers[CTRL_STS] = ((registers[CTRL_STS] ?? 0) | TPM_STS) >>> 0
  buffer.set(FATAL_ERROR_RESPONSE)
  return true
}
