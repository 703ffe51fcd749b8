/**
 * The state of a CRB as plain data: what `TpmCrb.save` writes into a record and QEMU's migration streams carry.
 *
 * @module
 */

/** One part of a TPM's saved state. */
export interface TpmStatePart {
  readonly name: string
  /** Of swtpm: bit 1 (value 2) says that it is encrypted with a key of swtpm's. 0 otherwise. */
  readonly flags: number
  readonly data: Uint8Array
}

/** What a back end saves of its TPM. */
export interface TpmSavedState {
  /** `swtpm` (parts `permanent`, `volatile`, `savestate`: libtpms' own blobs), `embedded`, or a back end of your own. */
  readonly kind: string
  readonly parts: readonly TpmStatePart[]
}

/** A command or answer on its way through the window in pieces (profile `chunk`). */
export interface ChunkState {
  /** What has come of the command. */
  readonly command: Uint8Array
  /** The whole answer. */
  readonly response: Uint8Array
  /** Bytes of it that the guest has been given. */
  readonly responseOffset: number
}

/** All that a CRB remembers. */
export interface CrbState {
  /** The 32 register words as stored: LOC_STATE without tpmEstablished, CTRL_START 0. */
  readonly registers: Uint32Array
  /** The data buffer, 0xF80 bytes. */
  readonly buffer: Uint8Array
  /** The TPM's established flag, if it has been asked for. */
  readonly established: boolean | undefined
  /** Absent when nothing is on its way, and always in profile `qemu-7.2`. */
  readonly chunk: ChunkState | undefined
  /** The PPI memory, 0x400 bytes, of a device that has it. */
  readonly ppi: Uint8Array | undefined
  /** The TPM's own state, of a back end that can save it. */
  readonly tpm: TpmSavedState | undefined
}
