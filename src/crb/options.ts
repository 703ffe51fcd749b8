/**
 * How a CRB is made: the options, and what is wrong with them.
 *
 * @module
 */

import { hex } from '../bits.ts'
import { ADDRESS_LIMIT } from '../mmio/memory-region.ts'
import type { TpmBackend } from './backend.ts'
import type { CrbEventHook } from './events.ts'
import { PPI_SIZE, type PpiOptions } from './ppi.ts'
import { CRB_PROFILES, type CrbProfile, type CrbProfileName } from './profile.ts'
import { CRB_SIZE } from './registers.ts'
import { plain } from './state/source.ts'
import { HEADER_SIZE } from './transfer.ts'

/** Where QEMU puts the CRB of a PC (include/hw/acpi/tpm.h, TPM_CRB_ADDR_BASE). */
export const CRB_DEFAULT_BASE = 0xfed4_0000

/** What is wrong with a {@link TpmCrbOptions}. */
export type CrbOptionCode = 'base' | 'tpm' | 'profile' | 'bus' | 'ppi' | 'readAsRam' | 'shortCommands'

/** A host's mistake in making a CRB. No guest can cause one. */
export class CrbOptionError extends Error {
  override readonly name = 'CrbOptionError'
  readonly code: CrbOptionCode

  constructor(code: CrbOptionCode, message: string) {
    super(message)
    this.code = code
  }
}

/** How to make a {@link TpmCrb}. */
export interface TpmCrbOptions {
  /** Who runs the commands. */
  readonly tpm: TpmBackend
  /** Guest-physical address of the page, a multiple of 0x1000; {@link CRB_DEFAULT_BASE} unless told. */
  readonly base?: number
  /** Which CRB; `qemu-7.2` unless told. */
  readonly profile?: CrbProfileName
  /**
   * `sysbus` (unless told): a window of 4 KiB anywhere, as on an Arm machine. `legacy-isa`: a PC's, at
   * {@link CRB_DEFAULT_BASE} and nowhere else, with a PPI unless `ppi` is `false`.
   */
  readonly bus?: 'sysbus' | 'legacy-isa'
  /** The PPI memory, a region of its own. */
  readonly ppi?: boolean | PpiOptions
  /**
   * Keeps the whole page as memory that always reads as the device does (`TpmCrb.image`): a hypervisor maps it
   * read-only into the guest, so that only writes trap. `true`, or 0x1000 zeroed bytes to keep it in.
   *
   * An Arm guest maps a TPM as Device memory. On CPUs without FEAT_S2FWB (before Armv8.4) a cacheable mapping of the host
   * and that one of the guest are incoherent views of the same bytes: the guest may read what was there before. That is
   * why QEMU's Arm maintainer turned this mode down (qemu-devel, 2024-04-30). Use it where the CPU has FEAT_S2FWB, or
   * else let reads trap: nisv decodes every instruction that they can come from.
   */
  readonly readAsRam?: boolean | Uint8Array
  /**
   * What START does with a declared size below the header's 10 bytes. `refuse` (default, QEMU 11.1): tpmSts, START
   * stays 0. `deliver` (QEMU 7.2): the bytes go to the back end, and START stays 1 until it answers, if ever.
   */
  readonly shortCommands?: 'refuse' | 'deliver'
  /** Told of what happens; see {@link CrbEvent}. Without one no event object is made. */
  readonly onEvent?: CrbEventHook
}

/** The options with what was not told filled in, and checked. */
export interface CheckedOptions {
  readonly base: number
  readonly profile: CrbProfile
  readonly ppi: PpiOptions | undefined
  /** The page's bytes. */
  readonly page: Uint8Array
  readonly readAsRam: boolean
  readonly deliverShort: boolean
}

/** @throws CrbOptionError. */
export function checkOptions(options: TpmCrbOptions): CheckedOptions {
  const { tpm, base = CRB_DEFAULT_BASE, bus = 'sysbus', readAsRam = false } = options
  if (!isBase(base, CRB_SIZE)) {
    throw new CrbOptionError('base', `base is ${base}; give a multiple of ${hex(CRB_SIZE)} below 2^53`)
  }
  if (bus !== 'sysbus' && bus !== 'legacy-isa') {
    throw new CrbOptionError('bus', `bus is ${String(bus)}; give 'sysbus' or 'legacy-isa'`)
  }
  if (bus === 'legacy-isa' && base !== CRB_DEFAULT_BASE) {
    throw new CrbOptionError(
      'bus',
      `on legacy-isa the CRB is at ${hex(CRB_DEFAULT_BASE)}, not at ${hex(base)}; use sysbus`,
    )
  }
  if (typeof tpm?.execute !== 'function' || typeof tpm.reset !== 'function' || typeof tpm.cancel !== 'function') {
    throw new CrbOptionError('tpm', 'tpm is no TpmBackend; give an EmbeddedTpm, a Swtpm or a RecordedTpm')
  }
  if (!(tpm.bufferSize >= HEADER_SIZE)) {
    throw new CrbOptionError('tpm', `tpm.bufferSize is ${tpm.bufferSize}; a TPM takes at least a header of 10 bytes`)
  }
  const { profile: name = 'qemu-7.2', shortCommands = 'refuse' } = options
  const profile = Object.hasOwn(CRB_PROFILES, name) ? CRB_PROFILES[name] : undefined
  if (profile === undefined) {
    throw new CrbOptionError('profile', `profile is ${String(name)}; there are ${Object.keys(CRB_PROFILES).join(', ')}`)
  }
  if (profile.chunk && shortCommands === 'deliver') {
    throw new CrbOptionError('shortCommands', 'profile chunk refuses short commands; leave shortCommands out')
  }
  const page = typeof readAsRam === 'boolean' ? new Uint8Array(CRB_SIZE) : readAsRam
  if (!(page instanceof Uint8Array) || page.length !== CRB_SIZE) {
    throw new CrbOptionError('readAsRam', `readAsRam is true, or a Uint8Array of ${hex(CRB_SIZE)} bytes`)
  }
  return {
    base,
    profile,
    ppi: ppiOptions(options.ppi ?? bus === 'legacy-isa'),
    page: plain(page),
    readAsRam: readAsRam !== false,
    deliverShort: shortCommands === 'deliver',
  }
}

function ppiOptions(given: boolean | PpiOptions): PpiOptions | undefined {
  if (given === false) return undefined
  const ppi = given === true ? {} : given
  if (ppi.base !== undefined && !isBase(ppi.base, PPI_SIZE)) {
    throw new CrbOptionError('ppi', `ppi.base is ${ppi.base}; give a multiple of ${hex(PPI_SIZE)} below 2^53`)
  }
  return ppi
}

function isBase(base: number, size: number): boolean {
  return Number.isInteger(base) && base >= 0 && base % size === 0 && base <= ADDRESS_LIMIT - size
}
