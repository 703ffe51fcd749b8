/**
 * How commands leave the data buffer and answers come into it: whole, as in QEMU up to 11.0, or in pieces (TCG PTP
 * 1.07; hw/tpm/tpm_crb.c of QEMU 11.1).
 *
 * @module
 */

import type { ChunkState } from './state/crb-state.ts'

/** Bytes of a TPM 2.0 command or response header: tag, size, code. */
export const HEADER_SIZE = 10
/** TPM_ST_RSP_COMMAND, size 10, TPM_FAIL: what QEMU's tpm_util_write_fatal_error_response puts in the buffer. */
export const FATAL_ERROR_RESPONSE: readonly number[] = [0x00, 0xc4, 0, 0, 0, 10, 0, 0, 0, 9]

const NOTHING = new Uint8Array(0)

/** The size that a header declares: the big-endian u32 at 2. */
export function declaredSize(bytes: Uint8Array): number {
  // The top byte is multiplied so that 2^31 and more stay positive.
  return (bytes[2] ?? 0) * 0x100_0000 + (((bytes[3] ?? 0) << 16) | ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0))
}

/** The buffer with what it is used for. */
export interface Transfer {
  /** Bytes of the longest command and answer. */
  readonly limit: number
  /** START: a copy of the command, or the size below a header's that it declares. */
  take(): Uint8Array | number
  /** The answer to it, 10..limit bytes, or `undefined` for a failure. @returns what the guest reads of it. */
  answer(response: Uint8Array | undefined): Uint8Array
  /** nextChunk. @returns the too small size declared, or `undefined` when all is well. */
  next(): number | undefined
  /** crbRspRetry. */
  retry(): void
  /** Device reset: `bufferSize` is the back end's. The buffer itself stays. */
  reset(bufferSize: number): void
  /** What is on its way, if anything. */
  save(): ChunkState | undefined
  load(state: ChunkState | undefined): void
}

/** One command, one answer, both in the buffer. */
export class WholeTransfer implements Transfer {
  limit: number
  readonly #buffer: Uint8Array
  readonly #deliverShort: boolean

  constructor(buffer: Uint8Array, deliverShort: boolean) {
    this.#buffer = buffer
    this.#deliverShort = deliverShort
    this.limit = buffer.length
  }

  take(): Uint8Array | number {
    const declared = declaredSize(this.#buffer)
    if (declared < HEADER_SIZE && !this.#deliverShort) return declared
    return this.#buffer.slice(0, Math.min(declared, this.limit))
  }

  answer(response: Uint8Array | undefined): Uint8Array {
    // What the command had behind the answer's end stays there.
    this.#buffer.set(response ?? FATAL_ERROR_RESPONSE, 0)
    return Uint8Array.from(response ?? FATAL_ERROR_RESPONSE)
  }

  next(): undefined {}

  retry(): void {}

  reset(bufferSize: number): void {
    this.limit = usable(bufferSize, this.#buffer.length)
  }

  save(): undefined {}

  load(): void {}
}

/** Commands and answers of up to the back end's size, through the buffer piece by piece. */
export class ChunkedTransfer implements Transfer {
  limit: number = HEADER_SIZE
  readonly #buffer: Uint8Array
  #command: Uint8Array = NOTHING
  #response: Uint8Array = NOTHING
  #given = 0

  constructor(buffer: Uint8Array) {
    this.#buffer = buffer
  }

  take(): Uint8Array | number {
    return this.#append() ?? this.#command.slice()
  }

  answer(response: Uint8Array | undefined): Uint8Array {
    this.#command = NOTHING
    // QEMU 11.1 forgets a failed command's answer: the guest reads tpmSts, and zeros in the buffer.
    this.#response = response === undefined ? NOTHING : Uint8Array.from(response)
    this.#given = 0
    this.#fill()
    return this.#response.slice()
  }

  next(): number | undefined {
    // The same bit asks for more of an answer and offers more of a command: an answer not yet given whole goes first.
    if (this.#given >= this.#response.length) return this.#append()
    this.#fill()
    return undefined
  }

  retry(): void {
    if (this.#response.length === 0) return
    this.#given = 0
    this.#fill()
  }

  reset(bufferSize: number): void {
    this.load(undefined)
    this.limit = usable(bufferSize, Number.MAX_SAFE_INTEGER)
  }

  save(): ChunkState | undefined {
    if (this.#command.length === 0 && this.#response.length === 0) return undefined
    return { command: this.#command.slice(), response: this.#response.slice(), responseOffset: this.#given }
  }

  load(state: ChunkState | undefined): void {
    this.#command = state?.command.slice() ?? NOTHING
    this.#response = state?.response.slice() ?? NOTHING
    this.#given = state?.responseOffset ?? 0
  }

  /** Adds what the buffer has of the command. @returns the size declared when it is below a header's. */
  #append(): number | undefined {
    const had = this.#command.length
    const declared = declaredSize(had === 0 ? this.#buffer : this.#command)
    if (had === 0 && declared < HEADER_SIZE) {
      this.load(undefined)
      return declared
    }
    const total = Math.min(declared, this.limit)
    if (total <= had) return undefined
    const piece = this.#buffer.subarray(0, Math.min(total - had, this.#buffer.length))
    const grown = new Uint8Array(had + piece.length)
    grown.set(this.#command)
    grown.set(piece, had)
    this.#command = grown
    return undefined
  }

  /** The next piece of the answer, the rest of the buffer zero. */
  #fill(): void {
    const piece = this.#response.subarray(this.#given, this.#given + this.#buffer.length)
    this.#buffer.set(piece)
    this.#buffer.fill(0, piece.length)
    this.#given += piece.length
  }
}

/** What of a back end's size can be used; nothing that it says becomes less than a header. */
function usable(bufferSize: number, most: number): number {
  return bufferSize >= HEADER_SIZE ? Math.min(Math.floor(bufferSize), most) : HEADER_SIZE
}
