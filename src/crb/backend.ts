import type { TpmSavedState } from './state/crb-state.ts'

/**
 * A TPM behind the CRB: what the device needs of it, whoever runs the commands.
 *
 * Answers arrive through callbacks and may arrive inside the call: a synchronous TPM makes no Promise, a remote one
 * answers when its socket does. The device accepts the first answer to a command and ignores any later one.
 *
 * The device has no clock. A back end that waits for something outside of this process bounds its own wait and then
 * answers `undefined` (or calls `ready`); that is what keeps a guest from hanging on a dead TPM.
 */
export interface TpmBackend {
  /**
   * Largest command or response in bytes that the TPM takes, at least 10 (QEMU: the backend's buffer size). The
   * device reads it when it is made and at every reset, and never uses more than its own buffer, 3968 bytes.
   */
  readonly bufferSize: number
  /**
   * Runs one command. One at a time: the device starts none before the last was answered or reset away, and none
   * between `reset` and its `ready`.
   * @param command - the bytes as the guest declared them; the array belongs to the back end from here on.
   * @param locality - 0..4.
   * @param done - called once, with the response bytes or with `undefined` when the TPM failed to give any.
   */
  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void
  /** Asks the TPM to abandon the running command; its answer still comes through `done`. */
  cancel(): void
  /** The TPM's tpmEstablished flag (TPM_ACCESS.tpmEstablishment): asked once, then cached by the device. */
  established(): boolean
  /**
   * TPM reset (_TPM_Init): ends a running command first, so that its `done` has been called when `ready` is. Not
   * called again before `ready` was.
   * @param ready - called once when the TPM takes commands again, or answers that it is dead.
   */
  reset(ready: () => void): void
  /** Releases sockets, processes and timers. No call may follow. */
  close(): void
  /**
   * The TPM's own state: keys, counters, PCRs. Asked for while no command runs. A TPM that cannot be saved lacks the
   * method.
   * @throws (rejects) when the state cannot be had.
   */
  saveState?(): Promise<TpmSavedState>
  /**
   * Puts saved state in place of the TPM's own, and has it run from there without a Startup. Asked for while no
   * command of the device runs, and never before an earlier call has settled.
   * @throws (rejects) when that cannot be done; the TPM is then as it was.
   */
  loadState?(state: TpmSavedState): Promise<void>
}
