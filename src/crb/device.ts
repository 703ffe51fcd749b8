/**
 * The TPM 2.0 Command Response Buffer: 0x80 bytes of registers and 0xF80 bytes of RAM in one page, locality 0, polled.
 * Every observable of QEMU 7.2's hw/tpm/tpm_crb.c, or of 11.1's with chunks, with the chosen differences that
 * docs/deviations.md lists.
 *
 * @module
 */

import { MemoryRegion } from '../mmio/memory-region.ts'
import type { MemoryRegionOps } from '../mmio/region.ts'
import type { TpmBackend } from './backend.ts'
import { EventSender } from './event-sender.ts'
import { checkOptions, type TpmCrbOptions } from './options.ts'
import { TpmPpi } from './ppi.ts'
import type { CrbProfile } from './profile.ts'
import { CrbRegisterFile } from './register-file.ts'
import { CRB_REGISTERS_SIZE } from './registers.ts'
import { CommandRunner } from './runner.ts'
import { type DeviceParts, putState, type RestoreOptions, type SaveOptions, takeState } from './snapshot.ts'
import type { CrbState } from './state/crb-state.ts'
import { decodeCrbState, encodeCrbState } from './state/record.ts'
import { ChunkedTransfer, type Transfer, WholeTransfer } from './transfer.ts'
import { RegisterWindow } from './window.ts'

/** A region and the guest-physical address of its first byte. */
export interface MappedRegion {
  readonly region: MemoryRegion
  readonly base: number
}

/** What {@link TpmCrb.attach} needs of an AddressSpace. */
export interface RegionSpace {
  /** Maps `region` at guest-physical address `base`. */
  add(region: MemoryRegion, base: number): unknown
}

/**
 * A TPM CRB on two regions: registers (`tpm-crb-mmio`, device) and data buffer (`tpm-crb-cmd`, RAM); a third one for
 * the PPI (`tpm-ppi`) where there is one.
 *
 * START hands the command to the back end and returns; it reads 1 until the answer arrives, which may be within the
 * same store (EmbeddedTpm) or much later (Swtpm). Nothing that a guest writes or that a TPM answers throws.
 *
 * @example
 * ```ts
 * const crb = new TpmCrb({ tpm: new EmbeddedTpm(), base: 0xfed4_0000 })
 * const space = crb.attach(new AddressSpace())
 * const word = new Uint8Array(4)
 * space.read(0xfed4_0030, 4, word, 0) // 0: word has 11 58 02 00, INTF_ID 0x25811
 * const record = await crb.save()
 * await new TpmCrb({ tpm: new EmbeddedTpm(), base: 0xfed4_0000 }).restore(record)
 * ```
 */
export class TpmCrb {
  /** Guest-physical address of the page. */
  readonly base: number
  readonly profile: CrbProfile
  /** The regions with their addresses: for a bus of your own. {@link attach} maps them. */
  readonly regions: readonly MappedRegion[]
  /** The live bytes of the data buffer, 0xF80 of them, at base + 0x80. A reset leaves them. */
  readonly buffer: Uint8Array
  /** With `readAsRam` the live page, 0x1000 bytes that always read as the guest reads it: map it read-only. */
  readonly image: Uint8Array | undefined
  readonly ppi: TpmPpi | undefined

  readonly #tpm: TpmBackend
  readonly #events: EventSender
  readonly #registers: CrbRegisterFile
  readonly #transfer: Transfer
  readonly #runner: CommandRunner
  readonly #window: RegisterWindow
  readonly #parts: DeviceParts

  /** @throws CrbOptionError for an option that makes no sense. */
  constructor(options: TpmCrbOptions) {
    const { base, profile, ppi, page, readAsRam, deliverShort } = checkOptions(options)
    this.base = base
    this.profile = profile
    this.#tpm = options.tpm
    const events = new EventSender(options.onEvent)
    this.#events = events
    this.buffer = page.subarray(CRB_REGISTERS_SIZE)
    this.image = readAsRam ? page : undefined
    this.#registers = new CrbRegisterFile(base, profile, this.image)
    this.#transfer = profile.chunk ? new ChunkedTransfer(this.buffer) : new WholeTransfer(this.buffer, deliverShort)
    this.#transfer.reset(this.#tpm.bufferSize)
    this.#runner = new CommandRunner(this.#tpm, {
      fault: (reason, message, cause) => events.fault(reason, message, cause),
      delivered: (command) => {
        if (events.on) events.send({ type: 'command', locality: 0, command: command.slice() })
      },
      answered: (response) => this.#window.answered(response),
    })
    const parts = { profile, registers: this.#registers, transfer: this.#transfer, runner: this.#runner, events }
    this.#window = new RegisterWindow(parts)
    const ops: MemoryRegionOps = {
      read: (offset, size) => this.#window.read(offset, size),
      write: (offset, value, size) => this.#window.write(offset, value, size),
      valid: { min: 1, max: 4 },
    }
    const regions = [
      { region: MemoryRegion.io('tpm-crb-mmio', CRB_REGISTERS_SIZE, ops), base },
      { region: MemoryRegion.ram('tpm-crb-cmd', this.buffer), base: base + CRB_REGISTERS_SIZE },
    ]
    this.ppi = ppi === undefined ? undefined : new TpmPpi(ppi)
    if (this.ppi !== undefined) regions.push({ region: this.ppi.region, base: this.ppi.base })
    this.regions = regions
    this.#parts = { ...parts, tpm: this.#tpm, buffer: this.buffer, ppi: this.ppi }
    // An image has to be right before anybody has read LOC_STATE through us.
    if (readAsRam) this.#window.establishedBit()
  }

  /** A command runs: START reads 1. */
  get busy(): boolean {
    return this.#runner.busy
  }

  /**
   * Maps all regions into an AddressSpace.
   * @returns the same space.
   * @throws RegionError (of the space) where something else is mapped.
   */
  attach<Space extends RegionSpace>(space: Space): Space {
    for (const { region, base } of this.regions) space.add(region, base)
    return space
  }

  /**
   * Device reset: registers take their reset values at once, a running command is dropped (its answer is ignored), the
   * back end is reset, a memory overwrite request in the PPI is met. The data buffer and the cached established flag
   * stay, as in QEMU. A START before the back end is ready reads 1 and runs then. Calls during a reset join it.
   * @param ready - called when the back end takes commands again, possibly within this call.
   */
  reset(ready?: () => void): void {
    try {
      this.ppi?.reset()
    } catch (cause) {
      this.#events.fault('backend', 'clearMemory threw', cause)
    }
    this.#registers.reset()
    this.#transfer.reset(this.#tpm.bufferSize)
    this.#events.send({ type: 'reset' })
    this.#runner.reset(ready)
  }

  /**
   * The whole state as one record (src/crb/state/record.ts has its layout): registers, data buffer, PPI, the cached
   * established flag, and the TPM's own state where the back end can save it. A running command is waited for, so that
   * START is never saved set; one that the guest starts meanwhile runs when the state has been taken. A TPM whose
   * answer never comes keeps this from resolving: back ends bound their waits.
   * @throws (rejects) StateError `tpm` when the back end fails, `interrupted` when the device was reset meanwhile.
   */
  async save(options: SaveOptions = {}): Promise<Uint8Array> {
    return encodeCrbState(await this.saveState(options))
  }

  /** As {@link save}, as plain data. */
  saveState(options: SaveOptions = {}): Promise<CrbState> {
    return takeState(this.#parts, options)
  }

  /**
   * Puts a saved state in place of this one. A command that runs here is waited for; the state's own START is never set:
   * a state that has it (some other program's) gets tpmSts and the fatal error instead, since its command is lost. The
   * PPI of a state that has none becomes zeros.
   * @param saved - a record of {@link save}, or the state itself.
   * @throws (rejects) StateError for a record that is not whole, a state of another base, profile or equipment, or a TPM
   * that does not load its part. Nothing has changed then.
   */
  async restore(saved: Uint8Array | CrbState, options: RestoreOptions = {}): Promise<void> {
    const state = saved instanceof Uint8Array ? decodeCrbState(saved) : saved
    await putState(this.#parts, state, options, (lostCommand) => {
      if (this.image !== undefined) this.#window.establishedBit()
      this.#events.send({ type: 'restore' })
      if (lostCommand) {
        this.#events.fault('lost-command', 'the state has a command under way, whose answer cannot come any more')
      }
    })
  }
}
