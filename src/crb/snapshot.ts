/**
 * The state of a device taken and put: between two commands, all or nothing.
 *
 * @module
 */

import type { TpmBackend } from './backend.ts'
import type { TpmPpi } from './ppi.ts'
import type { CrbProfile } from './profile.ts'
import type { CrbRegisterFile } from './register-file.ts'
import { CRB, fieldMask } from './registers.ts'
import type { CommandRunner } from './runner.ts'
import { checkState } from './state/check.ts'
import type { CrbState } from './state/crb-state.ts'
import { StateError } from './state/error.ts'
import { endLostCommand } from './state/lost-command.ts'
import type { Transfer } from './transfer.ts'

/** How to save. */
export interface SaveOptions {
  /** What to do about a running command: `wait` for its answer (unless told), or `cancel` it and wait. */
  readonly running?: 'wait' | 'cancel'
}

/** How to restore. */
export interface RestoreOptions {
  /**
   * `restore` (unless told): the TPM's part too; a state without one, or a TPM that cannot load, is an error. `keep`:
   * the device alone; the TPM stays as it is.
   */
  readonly tpm?: 'restore' | 'keep'
}

/** What a device's state is in. */
export interface DeviceParts {
  readonly tpm: TpmBackend
  readonly registers: CrbRegisterFile
  readonly buffer: Uint8Array
  readonly ppi: TpmPpi | undefined
  readonly transfer: Transfer
  readonly runner: CommandRunner
  readonly profile: CrbProfile
}

const LOC_STATE = CRB.LOC_STATE.offset >> 2
const ESTABLISHED = fieldMask(CRB.LOC_STATE.fields.tpmEstablished)

/** See `TpmCrb.saveState`. */
export function takeState(device: DeviceParts, options: SaveOptions): Promise<CrbState> {
  const { tpm, registers, buffer, ppi, transfer, runner } = device
  if (options.running === 'cancel' && runner.busy) runner.cancel()
  return runner.quietly(async () => {
    const { resets } = runner
    // All of the device at once; what the guest does from here on is not in the state.
    const state = {
      registers: registers.save(),
      buffer: buffer.slice(),
      established: runner.knownEstablished,
      chunk: transfer.save(),
      ppi: ppi?.bytes.slice(),
    }
    const part = await withTpm('saved', () => tpm.saveState?.())
    if (resets !== runner.resets) {
      throw new StateError('interrupted', '', -1, 'the device was reset while its state was saved; save again')
    }
    return { ...state, tpm: part }
  })
}

/**
 * See `TpmCrb.restore`.
 * @param done - called when all is in its place, before a command can run: whether the state has lost one.
 */
export async function putState(
  device: DeviceParts,
  state: CrbState,
  options: RestoreOptions,
  done: (lostCommand: boolean) => void,
): Promise<void> {
  const { registers, profile, transfer, ppi, runner } = device
  checkState(state, { registers, chunk: profile.chunk, limit: transfer.limit, ppi: ppi !== undefined })
  const { tpm } = state
  const keep = options.tpm === 'keep'
  if (!keep && (tpm === undefined) !== (device.tpm.loadState === undefined)) {
    const what = tpm === undefined ? 'the state has no TPM part' : 'this back end cannot load the TPM part'
    throw new StateError('tpm', 'tpm ', -1, `${what}; to restore the device alone, say tpm: 'keep'`)
  }
  await runner.quietly(async () => {
    const { resets } = runner
    if (!keep && tpm !== undefined) await withTpm('loaded', () => device.tpm.loadState?.(tpm))
    if (resets !== runner.resets) {
      throw new StateError('interrupted', '', -1, 'the device was reset while a state was restored; restore again')
    }
    runner.drop()
    done(put(device, state))
  })
}

/** @returns whether the state has a command under way, whose answer cannot come any more. */
function put({ registers, buffer, ppi, transfer, runner }: DeviceParts, state: CrbState): boolean {
  const words = state.registers.slice()
  buffer.set(state.buffer)
  const lost = endLostCommand(words, buffer)
  words.forEach((value, word) => {
    registers.set(word, word === LOC_STATE ? value & ~ESTABLISHED : value)
  })
  if (state.ppi !== undefined) ppi?.bytes.set(state.ppi)
  else ppi?.bytes.fill(0)
  transfer.load(state.chunk)
  runner.knownEstablished = state.established
  return lost
}

async function withTpm<T>(done: string, call: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await call()
  } catch (cause) {
    if (cause instanceof StateError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StateError('tpm', 'tpm ', -1, `the TPM's state could not be ${done}: ${why}`, cause)
  }
}
