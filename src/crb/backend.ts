/**
 * A TPM behind the CRB: what the device needs of it, whoever runs the commands.
 *
 * Answers arrive through callbacks and may arrive inside the call: a synchronous TPM makes no Promise, a remote one
 * answers when its socket does. The device accepts the first answer to a command and ignores any later one.
 */
export interface TpmBackend {
  /** Largest command or response in bytes that the TPM takes (QEMU: the backend's buffer size). */
  readonly bufferSize: number
  /**
   * Runs one command. One at a time: the device starts none before the last was answered.
   * @param command - the bytes as the guest declared them; the back end must not keep the array.
   * @param locality - 0..4.
   * @param done - called once, with the response bytes or with `undefined` when the TPM failed to give any.
   */
  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void
  /** Asks the TPM to abandon the running command; its answer still comes through `done`. */
  cancel(): void
  /** The TPM's tpmEstablished flag (TPM_ACCESS.tpmEstablishment): asked once, then cached by the device. */
  established(): boolean
  /**
   * TPM reset (_TPM_Init): ends a running command first, so that its `done` has been called when `ready` is.
   * @param ready - called once when the TPM takes commands again.
   */
  reset(ready: () => void): void
  /** Releases sockets, processes and timers. No call may follow. */
  close(): void
}
