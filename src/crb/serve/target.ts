/**
 * What a server serves: a CRB, driven through its registers as a guest's driver does it.
 *
 * @module
 */

import { setImmediate, setTimeout } from 'node:timers/promises'
import { AddressSpace } from '../../mmio/address-space.ts'
import type { TpmCrb } from '../device.ts'
import { CrbDriver, CrbDriverError } from '../driver.ts'
import { CRB, fieldMask } from '../registers.ts'

/** TPM_ST_NO_SESSIONS, size 10, a response code: what a TPM answers to what it does not run. */
function errorResponse(code: number): Uint8Array {
  return Uint8Array.of(0x80, 1, 0, 0, 0, 10, 0, 0, code >>> 8, code & 0xff)
}

/** TPM_RC_FAILURE. */
const FAILURE = errorResponse(0x101)
/** TPM_RC_LOCALITY. */
const LOCALITY = errorResponse(0x907)
/** TPM_RC_COMMAND_SIZE. */
const COMMAND_SIZE = errorResponse(0x142)

/** Polls of START before the driver begins to sleep. */
const EAGER_POLLS = 200

/** A powered CRB with its driver. Commands of all clients take turns. */
export class ServedCrb {
  readonly #crb: TpmCrb
  readonly #space: AddressSpace
  readonly #driver: CrbDriver
  #powered = true

  constructor(crb: TpmCrb) {
    this.#crb = crb
    this.#space = crb.attach(new AddressSpace())
    this.#driver = new CrbDriver(this.#space, crb.base, {
      pause: async (polls) => {
        if (polls < EAGER_POLLS) await setImmediate()
        else await setTimeout(1)
      },
    })
  }

  /** Longest command and answer. */
  get bufferSize(): number {
    return this.#crb.buffer.length
  }

  /** Runs a command; what the driver cannot run gets a TPM's answer for that. Never rejects. */
  async transmit(command: Uint8Array, locality: number): Promise<Uint8Array> {
    if (!this.#powered) return FAILURE
    if (locality !== 0) return LOCALITY
    try {
      return await this.#driver.transmit(command)
    } catch (error) {
      return error instanceof CrbDriverError && error.code === 'command' ? COMMAND_SIZE : FAILURE
    }
  }

  /** The TPM's established flag, by LOC_STATE, whose bit is its opposite; `undefined` while the power is off. */
  established(): boolean | undefined {
    const state = new Uint8Array(1)
    this.#space.read(this.#crb.base + CRB.LOC_STATE.offset, 1, state, 0)
    return this.#powered ? ((state[0] ?? 0) & fieldMask(CRB.LOC_STATE.fields.tpmEstablished)) === 0 : undefined
  }

  cancel(): void {
    this.#driver.cancel()
  }

  /** Power on. Nothing happens when it is on, as in the simulator. */
  async powerOn(): Promise<void> {
    if (this.#powered) return
    this.#powered = true
    await this.reset()
  }

  powerOff(): void {
    this.#powered = false
  }

  /** Device and TPM reset. */
  reset(): Promise<void> {
    return new Promise((resolve) => this.#crb.reset(resolve))
  }
}
