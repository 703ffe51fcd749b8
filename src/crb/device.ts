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
import type { CrbEvent, CrbEventHook, CrbFault, CrbIgnored } from './events.ts'
import { checkOptions, type TpmCrbOptions } from './options.ts'
import { TpmPpi } from './ppi.ts'
import type { CrbProfile } from './profile.ts'
import { CrbRegisterFile } from './register-file.ts'
import { CRB, CRB_REGISTERS_SIZE, crbRegisterAt, fieldMask } from './registers.ts'
import { CommandRunner } from './runner.ts'
import { type DeviceParts, putState, type RestoreOptions, type SaveOptions, takeState } from './snapshot.ts'
import type { CrbState } from './state/crb-state.ts'
import { decodeCrbState, encodeCrbState } from './state/record.ts'
import { ChunkedTransfer, declaredSize, HEADER_SIZE, type Transfer, WholeTransfer } from './transfer.ts'

const WORD = {
  LOC_STATE: CRB.LOC_STATE.offset >> 2,
  LOC_STS: CRB.LOC_STS.offset >> 2,
  STS: CRB.CTRL_STS.offset >> 2,
  START: CRB.CTRL_START.offset >> 2,
} as const

const LOC_ASSIGNED = fieldMask(CRB.LOC_STATE.fields.locAssigned)
const GRANTED = fieldMask(CRB.LOC_STS.fields.Granted)
const BEEN_SEIZED = fieldMask(CRB.LOC_STS.fields.beenSeized)
const TPM_STS = fieldMask(CRB.CTRL_STS.fields.tpmSts)
const TPM_IDLE = fieldMask(CRB.CTRL_STS.fields.tpmIdle)
const START = fieldMask(CRB.CTRL_START.fields.Start)
const RSP_RETRY = fieldMask(CRB.CTRL_START.fields.crbRspRetry)
const NEXT_CHUNK = fieldMask(CRB.CTRL_START.fields.nextChunk)
const REQUEST_ACCESS = fieldMask(CRB.LOC_CTRL.fields.requestAccess)
const RELINQUISH = fieldMask(CRB.LOC_CTRL.fields.relinquish)
const CMD_READY = fieldMask(CRB.CTRL_REQ.fields.cmdReady)
const GO_IDLE = fieldMask(CRB.CTRL_REQ.fields.goIdle)
const CANCEL = fieldMask(CRB.CTRL_CANCEL.fields.Cancel)

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
  readonly #onEvent: CrbEventHook | undefined
  readonly #registers: CrbRegisterFile
  readonly #transfer: Transfer
  readonly #runner: CommandRunner
  readonly #parts: DeviceParts

  /** @throws CrbOptionError for an option that makes no sense. */
  constructor(options: TpmCrbOptions) {
    const { base, profile, ppi, page, readAsRam, deliverShort } = checkOptions(options)
    this.base = base
    this.profile = profile
    this.#tpm = options.tpm
    this.#onEvent = options.onEvent
    this.buffer = page.subarray(CRB_REGISTERS_SIZE)
    this.image = readAsRam ? page : undefined
    this.#registers = new CrbRegisterFile(base, profile, this.image)
    this.#transfer = profile.chunk ? new ChunkedTransfer(this.buffer) : new WholeTransfer(this.buffer, deliverShort)
    this.#transfer.reset(this.#tpm.bufferSize)
    this.#runner = new CommandRunner(this.#tpm, {
      fault: (reason, message, cause) => this.#fault(reason, message, cause),
      delivered: (command) => {
        if (this.#onEvent !== undefined) this.#emit({ type: 'command', locality: 0, command: command.slice() })
      },
      answered: (response) => this.#answered(response),
    })
    const ops: MemoryRegionOps = {
      read: (offset, size) => this.#read(offset, size),
      write: (offset, value, size) => this.#write(offset, value, size),
      valid: { min: 1, max: 4 },
    }
    const regions = [
      { region: MemoryRegion.io('tpm-crb-mmio', CRB_REGISTERS_SIZE, ops), base },
      { region: MemoryRegion.ram('tpm-crb-cmd', this.buffer), base: base + CRB_REGISTERS_SIZE },
    ]
    this.ppi = ppi === undefined ? undefined : new TpmPpi(ppi)
    if (this.ppi !== undefined) regions.push({ region: this.ppi.region, base: this.ppi.base })
    this.regions = regions
    this.#parts = {
      tpm: this.#tpm,
      registers: this.#registers,
      buffer: this.buffer,
      ppi: this.ppi,
      transfer: this.#transfer,
      runner: this.#runner,
      chunk: profile.chunk,
    }
    // An image has to be right before anybody has read LOC_STATE through us.
    if (readAsRam) this.#establishedBit()
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
      this.#fault('backend', 'clearMemory threw', cause)
    }
    this.#registers.reset()
    this.#transfer.reset(this.#tpm.bufferSize)
    if (this.#onEvent !== undefined) this.#emit({ type: 'reset' })
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
      if (this.image !== undefined) this.#establishedBit()
      if (this.#onEvent !== undefined) this.#emit({ type: 'restore' })
      if (lostCommand) {
        this.#fault('lost-command', 'the state has a command under way, whose answer cannot come any more')
      }
    })
  }

  // One callback per piece of at most four bytes, aligned to its size: MemoryRegionOps.valid above.
  #read(offset: number, size: number): number {
    const stored = this.#registers.get(offset >> 2)
    if (this.#onEvent !== undefined && crbRegisterAt(offset) === undefined) {
      this.#ignored('reserved', false, offset, size, 0)
    }
    const word = offset === CRB.LOC_STATE.offset ? stored | this.#establishedBit() : stored
    const value = word >>> (8 * (offset & 3))
    return size === 4 ? value : size === 2 ? value & 0xffff : value & 0xff
  }

  /** LOC_STATE.tpmEstablished as it reads: 1 while the TPM's flag is clear. */
  #establishedBit(): number {
    const bit = this.#runner.established() ? 0 : 1
    if (this.image !== undefined) this.#registers.showEstablished(bit)
    return bit
  }

  #write(offset: number, value: number, size: number): void {
    const ignored = this.#writeRegister(offset, value)
    if (ignored !== undefined && this.#onEvent !== undefined) this.#ignored(ignored, true, offset, size, value)
  }

  /** @returns why nothing happened, or `undefined` when something did. */
  #writeRegister(offset: number, value: number): CrbIgnored | undefined {
    const regs = this.#registers
    switch (offset) {
      case CRB.LOC_CTRL.offset:
        if (value === REQUEST_ACCESS) {
          regs.set(WORD.LOC_STS, (regs.get(WORD.LOC_STS) | GRANTED) & ~BEEN_SEIZED)
          regs.set(WORD.LOC_STATE, regs.get(WORD.LOC_STATE) | LOC_ASSIGNED)
        } else if (value === RELINQUISH) {
          regs.set(WORD.LOC_STATE, regs.get(WORD.LOC_STATE) & ~LOC_ASSIGNED)
          regs.set(WORD.LOC_STS, regs.get(WORD.LOC_STS) & ~GRANTED)
        } else return 'value'
        if (this.#onEvent !== undefined) this.#emit({ type: 'locality', granted: value === REQUEST_ACCESS })
        return undefined
      case CRB.CTRL_REQ.offset:
        // The request bits are acknowledged at once: CTRL_REQ itself always reads 0.
        if (value === CMD_READY) regs.set(WORD.STS, regs.get(WORD.STS) & ~TPM_IDLE)
        else if (value === GO_IDLE) regs.set(WORD.STS, regs.get(WORD.STS) | TPM_IDLE)
        else return 'value'
        return undefined
      case CRB.CTRL_CANCEL.offset:
        if (value !== CANCEL) return 'value'
        if (!this.#runner.busy) return 'idle'
        if (this.#onEvent !== undefined) this.#emit({ type: 'cancel' })
        this.#runner.cancel()
        return undefined
      case CRB.CTRL_START.offset:
        return this.profile.chunk ? this.#startBits(value) : this.#startValue(value)
      default: {
        const name = crbRegisterAt(offset)
        return name === undefined ? 'reserved' : CRB[name].access === 'ro' ? 'read-only' : 'offset'
      }
    }
  }

  /** CTRL_START of QEMU 7.2: the value is compared whole. */
  #startValue(value: number): CrbIgnored | undefined {
    if (value !== START) return 'value'
    if (this.#runner.busy) return 'busy'
    if (!this.#hasLocality()) return 'no-locality'
    this.#start()
    return undefined
  }

  /** CTRL_START of QEMU 11.1: one bit acts, the lowest but for nextChunk before crbRspRetry. */
  #startBits(value: number): CrbIgnored | undefined {
    if (!this.#hasLocality()) return 'no-locality'
    if (this.#runner.busy) return 'busy'
    if ((value & START) !== 0) this.#start()
    else if ((value & NEXT_CHUNK) !== 0) {
      const declared = this.#transfer.next()
      if (declared !== undefined) this.#short(declared)
    } else if ((value & RSP_RETRY) !== 0) this.#transfer.retry()
    else return 'value'
    return undefined
  }

  #hasLocality(): boolean {
    return (this.#registers.get(WORD.LOC_STATE) & LOC_ASSIGNED) !== 0
  }

  #start(): void {
    const command = this.#transfer.take()
    if (typeof command === 'number') {
      this.#short(command)
      return
    }
    this.#registers.set(WORD.START, START)
    this.#runner.start(command)
  }

  /** A command that declares less than a header is refused. */
  #short(declared: number): void {
    this.#registers.set(WORD.STS, this.#registers.get(WORD.STS) | TPM_STS)
    this.#fault('command-size', `the command declares ${declared} bytes, a header has ${HEADER_SIZE}`)
  }

  /** The running command has ended: the answer, if it is one, goes into the buffer. */
  #answered(response: Uint8Array | undefined): void {
    const regs = this.#registers
    const good = this.#isAnswer(response) ? response : undefined
    regs.set(WORD.START, 0)
    if (good === undefined) regs.set(WORD.STS, regs.get(WORD.STS) | TPM_STS)
    const given = this.#transfer.answer(good)
    if (this.#onEvent !== undefined) this.#emit({ type: 'answer', response: given })
  }

  #isAnswer(response: Uint8Array | undefined): response is Uint8Array {
    if (response === undefined) return false
    const { length } = response
    const declared = length < HEADER_SIZE ? -1 : declaredSize(response)
    const { limit } = this.#transfer
    if (declared === length && length <= limit) return true
    const says = declared < 0 ? 'no header' : `one of ${declared}`
    this.#fault('answer-size', `an answer of ${length} bytes with ${says}; 10..${limit} bytes fit`)
    return false
  }

  #fault(reason: CrbFault, message: string, cause?: unknown): void {
    if (this.#onEvent !== undefined) this.#emit({ type: 'error', reason, message, cause })
  }

  #ignored(reason: CrbIgnored, write: boolean, offset: number, size: number, value: number): void {
    this.#emit({ type: 'ignored', reason, write, offset, size, value })
  }

  #emit(event: CrbEvent): void {
    try {
      this.#onEvent?.(event)
    } catch {
      // A host's hook must not fail a guest's access.
    }
  }
}
