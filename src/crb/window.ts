/**
 * What the 0x80 bytes of registers do when they are read and written, and when a command ends: hw/tpm/tpm_crb.c of QEMU
 * 7.2, or of 11.1 with chunks.
 *
 * @module
 */

import type { EventSender } from './event-sender.ts'
import type { CrbIgnored } from './events.ts'
import type { CrbProfile } from './profile.ts'
import type { CrbRegisterFile } from './register-file.ts'
import { CRB, crbRegisterAt, fieldMask } from './registers.ts'
import type { CommandRunner } from './runner.ts'
import { declaredSize, HEADER_SIZE, type Transfer } from './transfer.ts'

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

/** What the window acts on. */
export interface WindowParts {
  readonly profile: CrbProfile
  readonly registers: CrbRegisterFile
  readonly transfer: Transfer
  readonly runner: CommandRunner
  readonly events: EventSender
}

/** The window of one device. Nothing in it throws. */
export class RegisterWindow {
  readonly #profile: CrbProfile
  readonly #registers: CrbRegisterFile
  readonly #transfer: Transfer
  readonly #runner: CommandRunner
  readonly #events: EventSender

  constructor({ profile, registers, transfer, runner, events }: WindowParts) {
    this.#profile = profile
    this.#registers = registers
    this.#transfer = transfer
    this.#runner = runner
    this.#events = events
  }

  /**
   * @param offset - 0..0x7F.
   * @param size - 1, 2 or 4 bytes, to which the offset is aligned: the bus cuts what is not so.
   */
  read(offset: number, size: number): number {
    const stored = this.#registers.get(offset >> 2)
    if (this.#events.on && crbRegisterAt(offset) === undefined) {
      this.#events.ignored('reserved', false, offset, size, 0)
    }
    const word = offset === CRB.LOC_STATE.offset ? stored | this.establishedBit() : stored
    const value = word >>> (8 * (offset & 3))
    return size === 4 ? value : size === 2 ? value & 0xffff : value & 0xff
  }

  /** LOC_STATE.tpmEstablished as it reads: 1 while the TPM's flag is clear. An image of the registers has it from here. */
  establishedBit(): number {
    const bit = this.#runner.established() ? 0 : 1
    this.#registers.showEstablished(bit)
    return bit
  }

  /** As {@link read}. */
  write(offset: number, value: number, size: number): void {
    const ignored = this.#writeRegister(offset, value)
    if (ignored !== undefined && this.#events.on) this.#events.ignored(ignored, true, offset, size, value)
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
        if (this.#events.on) this.#events.send({ type: 'locality', granted: value === REQUEST_ACCESS })
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
        if (this.#events.on) this.#events.send({ type: 'cancel' })
        this.#runner.cancel()
        return undefined
      case CRB.CTRL_START.offset:
        return this.#profile.chunk ? this.#startBits(value) : this.#startValue(value)
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
    this.#events.fault('command-size', `the command declares ${declared} bytes, a header has ${HEADER_SIZE}`)
  }

  /** The running command has ended: the answer, if it is one, goes into the buffer. */
  answered(response: Uint8Array | undefined): void {
    const regs = this.#registers
    const good = this.#isAnswer(response) ? response : undefined
    regs.set(WORD.START, 0)
    if (good === undefined) regs.set(WORD.STS, regs.get(WORD.STS) | TPM_STS)
    const given = this.#transfer.answer(good)
    if (this.#events.on) this.#events.send({ type: 'answer', response: given })
  }

  #isAnswer(response: Uint8Array | undefined): response is Uint8Array {
    if (response === undefined) return false
    const { length } = response
    const declared = length < HEADER_SIZE ? -1 : declaredSize(response)
    const { limit } = this.#transfer
    if (declared === length && length <= limit) return true
    const says = declared < 0 ? 'no header' : `one of ${declared}`
    this.#events.fault('answer-size', `an answer of ${length} bytes with ${says}; 10..${limit} bytes fit`)
    return false
  }
}
