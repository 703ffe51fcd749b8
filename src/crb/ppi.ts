/**
 * Memory of the TCG Physical Presence Interface, through which firmware and ACPI talk about requests such as clearing
 * the TPM (docs/specs/tpm.rst, hw/tpm/tpm_ppi.c of QEMU).
 *
 * @module
 */

import { MemoryRegion } from '../mmio/memory-region.ts'

/** Where QEMU puts it on a PC (include/hw/acpi/tpm.h, TPM_PPI_ADDR_BASE). */
export const PPI_DEFAULT_BASE = 0xfed4_5000
/** Bytes of it. */
export const PPI_SIZE = 0x400

/** Byte offsets and sizes of its fields, all little-endian. */
export const PPI_FIELDS = {
  /** One byte for each operation: what the firmware implements of it. */
  func: { offset: 0x000, size: 0x100 },
  /** Set by the firmware: the SMI to use, 0 for none. */
  ppin: { offset: 0x100, size: 1 },
  ppip: { offset: 0x101, size: 4 },
  /** The last operation's answer. */
  pprp: { offset: 0x105, size: 4 },
  /** The operation asked for, and its parameter. */
  pprq: { offset: 0x109, size: 4 },
  pprm: { offset: 0x10d, size: 4 },
  /** The operation last carried out. */
  lppr: { offset: 0x111, size: 4 },
  fret: { offset: 0x115, size: 4 },
  res1: { offset: 0x119, size: 0x40 },
  next_step: { offset: 0x159, size: 1 },
  /** Memory overwrite request: with bit 0 set a reset clears the guest's RAM. */
  movv: { offset: 0x15a, size: 1 },
} as const

/** How to have a PPI. */
export interface PpiOptions {
  /** Guest-physical address of its 0x400 bytes; {@link PPI_DEFAULT_BASE} unless told. */
  readonly base?: number
  /**
   * Zeroes all of the guest's RAM: called at a device reset when the guest has set movv bit 0 (the TCG's memory
   * overwrite request, MOR), so that no secret outlives the reset. Without one the request is not met, as on a machine
   * whose firmware knows no MOR. What it throws is an `error` event.
   */
  readonly clearMemory?: () => void
}

/** The memory and its one rule. */
export class TpmPpi {
  /** The live bytes. A reset leaves them, movv included. */
  readonly bytes: Uint8Array = new Uint8Array(PPI_SIZE)
  readonly region: MemoryRegion
  readonly base: number
  readonly #clearMemory: (() => void) | undefined

  constructor(options: PpiOptions) {
    this.base = options.base ?? PPI_DEFAULT_BASE
    this.#clearMemory = options.clearMemory
    this.region = MemoryRegion.ram('tpm-ppi', this.bytes)
  }

  /** Device reset: meets the memory overwrite request, if there is one. */
  reset(): void {
    if (((this.bytes[PPI_FIELDS.movv.offset] ?? 0) & 1) !== 0) this.#clearMemory?.()
  }
}

/**
 * QEMU's fw_cfg file `etc/tpm/config`, by which firmware finds the PPI: u32 address, u8 TPM version (2), u8 PPI version
 * (1), little-endian.
 * @param base - guest-physical address of the PPI, below 2^32.
 */
export function tpmConfigFile(base: number = PPI_DEFAULT_BASE): Uint8Array {
  const file = Uint8Array.of(0, 0, 0, 0, 2, 1)
  new DataView(file.buffer).setUint32(0, base, true)
  return file
}
