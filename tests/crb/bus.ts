/** A guest's view of a CRB: loads and stores through an address space, little-endian. */

import { TpmCrb } from '../../src/crb/device.ts'
import type { CrbEvent } from '../../src/crb/events.ts'
import type { TpmCrbOptions } from '../../src/crb/options.ts'
import { StateError } from '../../src/crb/state/error.ts'
import { AddressSpace } from '../../src/mmio/address-space.ts'

export class Guest {
  readonly crb: TpmCrb
  readonly events: CrbEvent[] = []
  readonly #space: AddressSpace

  constructor(options: TpmCrbOptions) {
    this.crb = new TpmCrb({ onEvent: (event) => this.events.push(event), ...options })
    this.#space = this.crb.attach(new AddressSpace())
  }

  read(offset: number, size = 4): number {
    return Number(this.read64(offset, size))
  }

  read64(offset: number, size = 8): bigint {
    const bytes = new Uint8Array(size)
    this.#space.read(this.crb.base + offset, size, bytes, 0)
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
  }

  write(offset: number, value: number | bigint, size = 4): void {
    const bytes = Uint8Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn))
    this.#space.write(this.crb.base + offset, size, bytes, 0)
  }

  /** What tpm_crb drivers do for a command, up to START. */
  submit(command: Uint8Array): void {
    this.write(0x08, 1)
    this.write(0x40, 1)
    this.#space.write(this.crb.base + 0x80, command.length, command, 0)
    this.write(0x4c, 1)
  }

  /** The answer in the buffer, as long as its header says. */
  answer(): Uint8Array {
    const { buffer } = this.crb
    return buffer.slice(0, new DataView(buffer.buffer, buffer.byteOffset).getUint32(2))
  }
}

/** The StateError that a promise is rejected with; it must be. */
export async function stateFailure(promise: Promise<unknown>): Promise<StateError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (error instanceof StateError) return error
  throw new Error(`a StateError is expected, there is ${error}`)
}
