/**
 * A guest driver of the CRB: the register sequence of Linux' drivers/char/tpm/tpm_crb.c, without interrupts, with one
 * look more: whether the device was reset meanwhile. For hosts that want a TPM behind registers to talk to, and for tests
 * of devices.
 *
 * @module
 */

import { CRB, crbRegisterAt } from './registers.ts'
import { declaredSize, HEADER_SIZE } from './transfer.ts'

/** How the driver reaches the registers: an AddressSpace, or anything that reads and writes guest-physical memory. */
export interface CrbBus {
  /** Reads `size` bytes at guest-physical address `pa` into `dst` from index `at`; 0 when all went well. */
  read(pa: number, size: number, dst: Uint8Array, at: number): number
  /** Writes `size` bytes of `src` from index `at` to guest-physical address `pa`; 0 when all went well. */
  write(pa: number, size: number, src: Uint8Array, at: number): number
}

/** Why a {@link CrbDriver} gives up. */
export type CrbDriverErrorCode =
  /** The registers are not those of a CRB, or the bus refuses an access. */
  | 'device'
  /** The command is no command or larger than the buffer. */
  | 'command'
  /** A register did not change in time. */
  | 'timeout'
  /** CTRL_STS.tpmSts: the device failed; a reset helps. */
  | 'fatal'
  /** What the buffer holds is no answer. */
  | 'answer'
  /** The device was reset while the command ran. */
  | 'reset'

/** The device did not behave as a CRB should. The message names register and value. */
export class CrbDriverError extends Error {
  override readonly name = 'CrbDriverError'
  readonly code: CrbDriverErrorCode

  constructor(code: CrbDriverErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** How to make a {@link CrbDriver}. */
export interface CrbDriverOptions {
  /** Longest that a command may take before it is cancelled, milliseconds; 300,000 unless told (Linux' longest). */
  readonly commandTimeout?: number
  /** Longest that a register handshake may take, milliseconds; 750 unless told (TIMEOUT_A of the PTP). */
  readonly registerTimeout?: number
  /**
   * Waits between two polls of a register: `polls` were in vain so far. Unless told, `setTimeout` of 1 ms, which every
   * platform has; in Node a `setImmediate` answers sooner.
   */
  readonly pause?: (polls: number) => Promise<void>
}

const LOC_STATE = CRB.LOC_STATE.offset
const LOC_CTRL = CRB.LOC_CTRL.offset
const REQ = CRB.CTRL_REQ.offset
const STS = CRB.CTRL_STS.offset
const CANCEL = CRB.CTRL_CANCEL.offset
const START = CRB.CTRL_START.offset
const CMD_SIZE = CRB.CTRL_CMD_SIZE.offset
const CMD_LADDR = CRB.CTRL_CMD_LADDR.offset
const CMD_HADDR = CRB.CTRL_CMD_HADDR.offset
const RSP_SIZE = CRB.CTRL_RSP_SIZE.offset
const RSP_ADDR = CRB.CTRL_RSP_LADDR.offset
/** LOC_STATE.locAssigned and tpmRegValidSts. */
const ASSIGNED = 0x82
/** A device that declares a larger buffer lies: TPM 2.0 commands have at most 4096 bytes, with post-quantum keys 16 KiB. */
const MOST_BUFFER = 0x1_0000
/** Bytes that the driver reads first: tag and size are among them. */
const FIRST = 8

/**
 * Sends commands through the registers, one at a time, in the order of the calls.
 *
 * @example
 * ```ts
 * const crb = new TpmCrb({ tpm: new EmbeddedTpm() })
 * const driver = new CrbDriver(crb.attach(new AddressSpace()), crb.base)
 * const startup = Uint8Array.from([0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0])
 * await driver.transmit(startup) // 80 01 00 00 00 0a 00 00 00 00
 * ```
 */
export class CrbDriver {
  readonly #bus: CrbBus
  readonly #base: number
  readonly #commandTimeout: number
  readonly #registerTimeout: number
  readonly #pause: (polls: number) => Promise<void>
  readonly #word = new Uint8Array(8)
  #last: Promise<unknown> = Promise.resolve()
  #cancelled = false
  #busy = false

  /** @param base - guest-physical address of the CRB's page. */
  constructor(bus: CrbBus, base: number, options: CrbDriverOptions = {}) {
    this.#bus = bus
    this.#base = base
    this.#commandTimeout = options.commandTimeout ?? 300_000
    this.#registerTimeout = options.registerTimeout ?? 750
    this.#pause = options.pause ?? (() => new Promise((resolve) => setTimeout(resolve, 1)))
  }

  /**
   * Runs one command and gives its answer; a call while another runs waits for its turn.
   * @param command - header and parameters; its length is the size that its header declares.
   * @throws (rejects) CrbDriverError. The locality is given back in every case.
   */
  transmit(command: Uint8Array): Promise<Uint8Array> {
    const turn = this.#last.then(() => this.#transmit(command))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Asks the TPM to abandon the running command; its answer (often TPM_RC_CANCELED) still comes. */
  cancel(): void {
    if (this.#busy) this.#cancelled = true
  }

  async #transmit(command: Uint8Array): Promise<Uint8Array> {
    await this.#requestLocality()
    this.#busy = true
    this.#cancelled = false
    try {
      this.#put(REQ, 1)
      await this.#until(REQ, 1, 0)
      this.#send(command)
      await this.#completion()
      return this.#receive()
    } finally {
      this.#busy = false
      this.#put(REQ, 2)
      this.#put(LOC_CTRL, 2)
    }
  }

  async #requestLocality(): Promise<void> {
    this.#put(LOC_CTRL, 1)
    await this.#until(LOC_STATE, ASSIGNED, ASSIGNED)
  }

  #send(command: Uint8Array): void {
    const size = this.#size(CMD_SIZE)
    const declared = command.length < HEADER_SIZE ? -1 : declaredSize(command)
    if (declared !== command.length) {
      const says = declared < 0 ? 'a header has 10' : `its header says ${declared}`
      throw new CrbDriverError('command', `the command has ${command.length} bytes, ${says}`)
    }
    if (command.length > size) {
      throw new CrbDriverError('command', `the command has ${command.length} bytes, CTRL_CMD_SIZE is ${size}`)
    }
    // A cancel that came too late for the last command must not hit this one.
    this.#put(CANCEL, 0)
    this.#copyIn(this.#get(CMD_HADDR) * 2 ** 32 + this.#get(CMD_LADDR), command)
    this.#put(START, 1)
  }

  async #completion(): Promise<void> {
    const until = Date.now() + this.#commandTimeout
    let late = false
    for (let polls = 0; (this.#get(START) & 1) !== 0; polls++) {
      if (this.#cancelled || (!late && Date.now() > until)) {
        late ||= !this.#cancelled
        this.#cancelled = false
        this.#put(CANCEL, 1)
      }
      if (late && Date.now() > until + this.#registerTimeout) {
        throw new CrbDriverError('timeout', `CTRL_START is still 1 after ${this.#commandTimeout} ms and a cancel`)
      }
      await this.#pause(polls)
    }
  }

  #receive(): Uint8Array {
    // A reset lets START fall too, and leaves the command in the buffer. It takes the locality away.
    const state = this.#get(LOC_STATE)
    if ((state & ASSIGNED) !== ASSIGNED) {
      const text = `LOC_STATE is 0x${state.toString(16)}: the device was reset while the command ran`
      throw new CrbDriverError('reset', text)
    }
    const sts = this.#get(STS)
    if ((sts & 1) !== 0) throw new CrbDriverError('fatal', `CTRL_STS is 0x${sts.toString(16)}: tpmSts, a fatal error`)
    const size = this.#size(RSP_SIZE)
    this.#read(this.#base + RSP_ADDR, 8)
    const view = new DataView(this.#word.buffer)
    const address = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true)
    const head = this.#copyOut(address, new Uint8Array(FIRST), 0)
    const length = declaredSize(head)
    if (length < HEADER_SIZE || length > size) {
      throw new CrbDriverError('answer', `the answer declares ${length} bytes; 10..${size} fit`)
    }
    const answer = new Uint8Array(length)
    answer.set(head)
    return this.#copyOut(address, answer, FIRST)
  }

  /** Polls a register until `value & mask` is `wanted`. */
  async #until(offset: number, mask: number, wanted: number): Promise<void> {
    const until = Date.now() + this.#registerTimeout
    for (let polls = 0; ; polls++) {
      const value = this.#get(offset)
      if ((value & mask) === wanted) return
      if (Date.now() > until) {
        throw new CrbDriverError(
          'timeout',
          `${nameAt(offset)} is 0x${value.toString(16)} after ${this.#registerTimeout} ms: is there a CRB at 0x${this.#base.toString(16)}?`,
        )
      }
      await this.#pause(polls)
    }
  }

  #size(offset: number): number {
    const size = this.#get(offset)
    if (size >= HEADER_SIZE && size <= MOST_BUFFER) return size
    throw new CrbDriverError('device', `${nameAt(offset)} is ${size}; a CRB's buffer has 10..${MOST_BUFFER} bytes`)
  }

  #get(offset: number): number {
    this.#read(this.#base + offset, 4)
    return new DataView(this.#word.buffer).getUint32(0, true)
  }

  #put(offset: number, value: number): void {
    new DataView(this.#word.buffer).setUint32(0, value, true)
    this.#write(this.#base + offset, 4, this.#word, 0)
  }

  #read(pa: number, size: number, dst: Uint8Array = this.#word, at = 0): void {
    const result = this.#bus.read(pa, size, dst, at)
    if (result !== 0)
      throw new CrbDriverError('device', `the bus answers a read at 0x${pa.toString(16)} with ${result}`)
  }

  #write(pa: number, size: number, src: Uint8Array, at: number): void {
    const result = this.#bus.write(pa, size, src, at)
    if (result !== 0)
      throw new CrbDriverError('device', `the bus answers a write at 0x${pa.toString(16)} with ${result}`)
  }

  /** As arm64's memcpy_toio: 8 bytes at a time, the rest by bytes. */
  #copyIn(pa: number, bytes: Uint8Array): void {
    let at = 0
    for (; at + 8 <= bytes.length; at += 8) this.#write(pa + at, 8, bytes, at)
    for (; at < bytes.length; at++) this.#write(pa + at, 1, bytes, at)
  }

  #copyOut(pa: number, bytes: Uint8Array, from: number): Uint8Array {
    let at = from
    for (; at + 8 <= bytes.length; at += 8) this.#read(pa + at, 8, bytes, at)
    for (; at < bytes.length; at++) this.#read(pa + at, 1, bytes, at)
    return bytes
  }
}

function nameAt(offset: number): string {
  return crbRegisterAt(offset) ?? `offset 0x${offset.toString(16)}`
}
