/**
 * The TPM 2.0 Command Response Buffer: 0x80 bytes of registers and 0xF80 bytes of RAM in one page, locality 0, polled.
 * Every observable of QEMU 7.2's hw/tpm/tpm_crb.c, with three chosen differences (docs/deviations.md): a declared size
 * below 10 sets tpmSts, as QEMU does today, instead of hanging; an answer's length is checked; a reset does not wait.
 *
 * @module
 */

import { hex, high, low } from '../bits.ts'
import { ADDRESS_LIMIT, MemoryRegion } from '../mmio/memory-region.ts'
import type { MemoryRegionOps } from '../mmio/region.ts'
import type { TpmBackend } from './backend.ts'
import type { CrbEvent, CrbEventHook, CrbFault, CrbIgnored } from './events.ts'
import {
  CRB,
  CRB_BUFFER_SIZE,
  CRB_REGISTERS_SIZE,
  CRB_SIZE,
  type CrbRegister,
  crbRegisterAt,
  fieldMask,
  resetValue,
} from './registers.ts'

/** Where QEMU puts the CRB of a PC (include/hw/acpi/tpm.h, TPM_CRB_ADDR_BASE). */
export const CRB_DEFAULT_BASE = 0xfed4_0000

/** Bytes of a TPM 2.0 command or response header: tag, size, code. */
const HEADER_SIZE = 10
/** TPM_ST_RSP_COMMAND, size 10, TPM_FAIL: what QEMU's tpm_util_write_fatal_error_response puts in the buffer. */
const FATAL_ERROR_RESPONSE: readonly number[] = [0x00, 0xc4, 0, 0, 0, 10, 0, 0, 0, 9]

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
const REQUEST_ACCESS = fieldMask(CRB.LOC_CTRL.fields.requestAccess)
const RELINQUISH = fieldMask(CRB.LOC_CTRL.fields.relinquish)
const CMD_READY = fieldMask(CRB.CTRL_REQ.fields.cmdReady)
const GO_IDLE = fieldMask(CRB.CTRL_REQ.fields.goIdle)
const CANCEL = fieldMask(CRB.CTRL_CANCEL.fields.Cancel)

/** What is wrong with a {@link TpmCrbOptions}. */
export type CrbOptionCode = 'base' | 'tpm'

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
  /**
   * What START does with a declared size below the header's 10 bytes. `refuse` (default, QEMU today): tpmSts, START
   * stays 0. `deliver` (QEMU 7.2): the bytes go to the back end, and START stays 1 until it answers, if ever.
   */
  readonly shortCommands?: 'refuse' | 'deliver'
  /** Told of what happens; see {@link CrbEvent}. Without one no event object is made. */
  readonly onEvent?: CrbEventHook
}

/** A region and the guest-physical address of its first byte. */
export interface MappedRegion {
  readonly region: MemoryRegion
  readonly base: number
}

/** What {@link TpmCrb.attach} needs of an AddressSpace. */
export interface RegionSpace {
  add(region: MemoryRegion, base: number): unknown
}

/**
 * A TPM CRB on two regions: registers (`tpm-crb-mmio`, device) and data buffer (`tpm-crb-cmd`, RAM).
 *
 * START hands the command to the back end and returns; it reads 1 until the answer arrives, which may be within the
 * same store (EmbeddedTpm) or much later (Swtpm). Nothing that a guest writes or that a TPM answers throws.
 *
 * @example
 * ```ts
 * const crb = new TpmCrb({ tpm: new EmbeddedTpm(), base: 0xfed4_0000 })
 * const space = crb.attach(new AddressSpace())
 * const word = new Uint8Array(4)
 * space.read(0xfed4_0030, 4, word, 0) // word is 11 58 02 00: INTF_ID 0x25811
 * ```
 */
export class TpmCrb {
  /** Guest-physical address of the page. */
  readonly base: number
  /** The two regions with their addresses, ascending: for a bus of your own. {@link attach} maps them. */
  readonly regions: readonly MappedRegion[]
  /** The live bytes of the data buffer, 0xF80 of them, at base + 0x80. A reset leaves them. */
  readonly buffer: Uint8Array = new Uint8Array(CRB_BUFFER_SIZE)

  readonly #tpm: TpmBackend
  readonly #onEvent: CrbEventHook | undefined
  readonly #deliverShort: boolean
  readonly #registers: Uint32Array = new Uint32Array(CRB_REGISTERS_SIZE / 4)
  /** Longest command and answer, bytes. */
  #limit = CRB_BUFFER_SIZE
  /** The back end's established flag once asked. */
  #established: boolean | undefined
  /** Number of the running command; 0 while none runs. An answer that bears another number is late. */
  #running = 0
  #commands = 0
  /** Callers of {@link reset} to be told when the back end is ready; `undefined` while no reset is under way. */
  #resetting: (() => void)[] | undefined
  /** A command started during a reset: it goes to the TPM once that is ready. */
  #held: Uint8Array | undefined

  /** @throws CrbOptionError for a base that is no page of the address space, or a back end without its methods. */
  constructor(options: TpmCrbOptions) {
    const { tpm, base = CRB_DEFAULT_BASE, shortCommands = 'refuse', onEvent } = options
    if (!Number.isInteger(base) || base < 0 || base % CRB_SIZE !== 0 || base > ADDRESS_LIMIT - CRB_SIZE) {
      throw new CrbOptionError('base', `base is ${base}; give a multiple of ${hex(CRB_SIZE)} below 2^53`)
    }
    if (typeof tpm?.execute !== 'function' || typeof tpm.reset !== 'function' || typeof tpm.cancel !== 'function') {
      throw new CrbOptionError('tpm', 'tpm is no TpmBackend; give an EmbeddedTpm, a Swtpm or a RecordedTpm')
    }
    if (!(tpm.bufferSize >= HEADER_SIZE)) {
      throw new CrbOptionError('tpm', `tpm.bufferSize is ${tpm.bufferSize}; a TPM takes at least a header of 10 bytes`)
    }
    this.base = base
    this.#tpm = tpm
    this.#onEvent = onEvent
    this.#deliverShort = shortCommands === 'deliver'
    const ops: MemoryRegionOps = {
      read: (offset, size) => this.#read(offset, size),
      write: (offset, value, size) => this.#write(offset, value, size),
      valid: { min: 1, max: 4 },
    }
    this.regions = [
      { region: MemoryRegion.io('tpm-crb-mmio', CRB_REGISTERS_SIZE, ops), base },
      { region: MemoryRegion.ram('tpm-crb-cmd', this.buffer), base: base + CRB_REGISTERS_SIZE },
    ]
    this.#resetRegisters()
  }

  /** A command runs: START reads 1. */
  get busy(): boolean {
    return this.#running !== 0
  }

  /**
   * Maps both regions into an AddressSpace.
   * @returns the same space.
   * @throws RegionError (of the space) where something else is mapped.
   */
  attach<Space extends RegionSpace>(space: Space): Space {
    for (const { region, base } of this.regions) space.add(region, base)
    return space
  }

  /**
   * Device reset: registers take their reset values at once, a running command is dropped (its answer is ignored), the
   * back end is reset. The data buffer and the cached established flag stay, as in QEMU. A START before the back end is
   * ready reads 1 and runs then. Calls during a reset join it.
   * @param ready - called when the back end takes commands again, possibly within this call.
   */
  reset(ready?: () => void): void {
    this.#running = 0
    this.#held = undefined
    this.#resetRegisters()
    if (this.#onEvent !== undefined) this.#emit({ type: 'reset' })
    if (this.#resetting !== undefined) {
      if (ready !== undefined) this.#resetting.push(ready)
      return
    }
    const waiting = ready === undefined ? [] : [ready]
    this.#resetting = waiting
    try {
      this.#tpm.reset(() => this.#ready(waiting))
    } catch (cause) {
      this.#fault('backend', 'the back end threw in reset()', cause)
      this.#ready(waiting)
    }
  }

  #ready(waiting: (() => void)[]): void {
    if (this.#resetting !== waiting) return
    this.#resetting = undefined
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#deliver(held, this.#running)
    for (const ready of waiting) ready()
  }

  #resetRegisters(): void {
    const regs = this.#registers
    regs.fill(0)
    for (const register of Object.values<CrbRegister>(CRB)) regs[register.offset >> 2] = resetValue(register)
    const buffer = this.base + CRB_REGISTERS_SIZE
    regs[CRB.CTRL_CMD_LADDR.offset >> 2] = low(buffer)
    regs[CRB.CTRL_CMD_HADDR.offset >> 2] = high(buffer)
    regs[CRB.CTRL_RSP_LADDR.offset >> 2] = low(buffer)
    regs[CRB.CTRL_RSP_HADDR.offset >> 2] = high(buffer)
    const { bufferSize } = this.#tpm
    this.#limit = bufferSize >= HEADER_SIZE ? Math.min(Math.floor(bufferSize), CRB_BUFFER_SIZE) : HEADER_SIZE
  }

  // One callback per piece of at most four bytes, aligned to its size: MemoryRegionOps.valid above.
  #read(offset: number, size: number): number {
    const stored = this.#registers[offset >> 2] ?? 0
    if (this.#onEvent !== undefined && crbRegisterAt(offset) === undefined) {
      this.#ignored('reserved', false, offset, size, 0)
    }
    const word = offset === CRB.LOC_STATE.offset ? stored | this.#establishedBit() : stored
    const value = word >>> (8 * (offset & 3))
    return size === 4 ? value : size === 2 ? value & 0xffff : value & 0xff
  }

  /** LOC_STATE.tpmEstablished as it reads: 1 while the TPM's flag is clear. */
  #establishedBit(): number {
    if (this.#established === undefined) {
      try {
        this.#established = this.#tpm.established() === true
      } catch (cause) {
        this.#established = false
        this.#fault('backend', 'the back end threw in established()', cause)
      }
    }
    return this.#established ? 0 : 1
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
          regs[WORD.LOC_STS] = ((regs[WORD.LOC_STS] ?? 0) | GRANTED) & ~BEEN_SEIZED
          regs[WORD.LOC_STATE] = (regs[WORD.LOC_STATE] ?? 0) | LOC_ASSIGNED
        } else if (value === RELINQUISH) {
          regs[WORD.LOC_STATE] = (regs[WORD.LOC_STATE] ?? 0) & ~LOC_ASSIGNED
          regs[WORD.LOC_STS] = (regs[WORD.LOC_STS] ?? 0) & ~GRANTED
        } else return 'value'
        if (this.#onEvent !== undefined) this.#emit({ type: 'locality', granted: value === REQUEST_ACCESS })
        return undefined
      case CRB.CTRL_REQ.offset:
        // The request bits are acknowledged at once: CTRL_REQ itself always reads 0.
        if (value === CMD_READY) regs[WORD.STS] = (regs[WORD.STS] ?? 0) & ~TPM_IDLE
        else if (value === GO_IDLE) regs[WORD.STS] = (regs[WORD.STS] ?? 0) | TPM_IDLE
        else return 'value'
        return undefined
      case CRB.CTRL_CANCEL.offset:
        if (value !== CANCEL) return 'value'
        if (this.#running === 0) return 'idle'
        this.#cancel()
        return undefined
      case CRB.CTRL_START.offset:
        if (value !== START) return 'value'
        if (this.#running !== 0) return 'busy'
        if (((regs[WORD.LOC_STATE] ?? 0) & LOC_ASSIGNED) === 0) return 'no-locality'
        this.#start()
        return undefined
      default: {
        const name = crbRegisterAt(offset)
        return name === undefined ? 'reserved' : CRB[name].access === 'ro' ? 'read-only' : 'offset'
      }
    }
  }

  #start(): void {
    const { buffer } = this
    // Big-endian u32 at 2; the top byte is multiplied so that 2^31 and more stay positive.
    const declared =
      (buffer[2] ?? 0) * 0x100_0000 + (((buffer[3] ?? 0) << 16) | ((buffer[4] ?? 0) << 8) | (buffer[5] ?? 0))
    if (declared < HEADER_SIZE && !this.#deliverShort) {
      this.#registers[WORD.STS] = (this.#registers[WORD.STS] ?? 0) | TPM_STS
      this.#fault('command-size', `the command declares ${declared} bytes, a header has ${HEADER_SIZE}`)
      return
    }
    const command = buffer.slice(0, Math.min(declared, this.#limit))
    this.#registers[WORD.START] = START
    this.#commands += 1
    this.#running = this.#commands
    if (this.#resetting !== undefined) this.#held = command
    else this.#deliver(command, this.#running)
  }

  #deliver(command: Uint8Array, ticket: number): void {
    if (this.#onEvent !== undefined) this.#emit({ type: 'command', locality: 0, command: command.slice() })
    try {
      this.#tpm.execute(command, 0, (response) => this.#complete(ticket, response))
    } catch (cause) {
      this.#fault('backend', 'the back end threw in execute()', cause)
      if (this.#running === ticket) this.#answer(undefined)
    }
  }

  #cancel(): void {
    if (this.#onEvent !== undefined) this.#emit({ type: 'cancel' })
    if (this.#held !== undefined) return // not yet with the TPM: there is nothing it could abandon
    try {
      this.#tpm.cancel()
    } catch (cause) {
      this.#fault('backend', 'the back end threw in cancel()', cause)
    }
  }

  #complete(ticket: number, response: Uint8Array | undefined): void {
    if (this.#running !== ticket) {
      this.#fault('late-answer', 'an answer to a command that has ended: ignored')
      return
    }
    if (!(response instanceof Uint8Array)) {
      this.#fault('no-answer', 'the TPM gave no answer')
      this.#answer(undefined)
      return
    }
    const { length } = response
    const declared =
      length < HEADER_SIZE ? -1 : new DataView(response.buffer, response.byteOffset, length).getUint32(2, false)
    if (declared !== length || length > this.#limit) {
      const says = declared < 0 ? 'no header' : `one of ${declared}`
      this.#fault('answer-size', `an answer of ${length} bytes with ${says}; 10..${this.#limit} bytes fit`)
      this.#answer(undefined)
      return
    }
    this.#answer(response)
  }

  /** Ends the running command: the answer, or the fatal error in its place, over the first bytes of the buffer. */
  #answer(response: Uint8Array | undefined): void {
    const regs = this.#registers
    this.#running = 0
    regs[WORD.START] = (regs[WORD.START] ?? 0) & ~START
    if (response === undefined) regs[WORD.STS] = (regs[WORD.STS] ?? 0) | TPM_STS
    const bytes = response ?? FATAL_ERROR_RESPONSE
    this.buffer.set(bytes, 0)
    if (this.#onEvent !== undefined) this.#emit({ type: 'answer', response: Uint8Array.from(bytes) })
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
