/** A CRB whose TPM answers when the test says so. */

import { ManualTpm } from './backends.ts'
import { Guest } from './bus.ts'
import { fromHex } from './tpm2.ts'

/** GetRandom(8). */
export const COMMAND: Uint8Array = fromHex('80010000000c0000017b0008')

/** All 32 words after a reset, as real QEMU reads them. */
export const RESET: Readonly<Record<number, number>> = {
  0: 0x81,
  48: 0x0002_5811,
  52: 0x0000_1014,
  68: 2,
  88: 0xf80,
  92: 0xfed4_0080,
  100: 0xf80,
  104: 0xfed4_0080,
}

export function guest(): { g: Guest; tpm: ManualTpm } {
  const tpm = new ManualTpm()
  return { g: new Guest({ tpm }), tpm }
}
