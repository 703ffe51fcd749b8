/**
 * Replays a register trace of a real QEMU tpm-crb on our device: every value read, every byte that reached the back
 * end, and every call into it at the very step where QEMU made the same one.
 */

import type { TpmBackend } from '../../src/crb/backend.ts'
import { TpmCrb } from '../../src/crb/device.ts'
import { AddressSpace } from '../../src/mmio/address-space.ts'

/** One line of a trace. */
export type TraceLine =
  | { op: 'hdr'; seed: number; qemu: string; base: number; established: 0 | 1; startup_ctl: [string, string][] }
  | { op: 'r' | 'w'; off: number; sz: number; val: string }
  | { op: 'mr' | 'mw'; off: number; data: string }
  | { op: 'be'; req: string }
  | { op: 'rel'; rsp: string }
  | { op: 'ctl'; cmds: [string, string][] }
  | { op: 'reset' }

export interface Mismatch {
  readonly line: number
  readonly op: string
  readonly expected: string
  readonly got: string
}

/** Holds each command until the trace releases its answer, and notes QEMU's control commands as our calls imply them. */
class HeldTpm implements TpmBackend {
  readonly bufferSize = 3968
  readonly isEstablished: boolean
  request: Uint8Array | undefined
  answer: ((response: Uint8Array) => void) | undefined
  control: string[] = []
  #locality = -1

  constructor(established: boolean) {
    this.isEstablished = established
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    if (locality !== this.#locality) this.control.push('SET_LOCALITY')
    this.#locality = locality
    this.request = command
    this.answer = done
  }

  cancel(): void {
    this.control.push('CANCEL_TPM_CMD')
  }

  established(): boolean {
    this.control.push('GET_TPMESTABLISHED')
    return this.isEstablished
  }

  reset(ready: () => void): void {
    this.control.push('STOP', 'SET_BUFFERSIZE', 'STOP', 'SET_BUFFERSIZE', 'INIT')
    ready()
  }

  close(): void {}
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const little = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex')).reverse()

/** Replays lines, which may hold several traces behind one another; at most `limit` mismatches are kept. */
export function replayTrace(lines: Iterable<string>, limit = 10): { steps: number; mismatches: Mismatch[] } {
  const mismatches: Mismatch[] = []
  let steps = 0
  let number = 0
  let base = 0
  let tpm = new HeldTpm(false)
  let crb = new TpmCrb({ tpm })
  let space = crb.attach(new AddressSpace())
  const check = (op: string, expected: string, got: string): void => {
    if (expected !== got && mismatches.length < limit) mismatches.push({ line: number, op, expected, got })
  }
  for (const text of lines) {
    number += 1
    if (text === '') continue
    const line = JSON.parse(text) as TraceLine
    // QEMU's control commands of a step follow it in a line of their own; a step without one made none.
    if (line.op !== 'ctl') {
      check('ctl', '', tpm.control.join())
      tpm.control = []
    }
    steps += 1
    switch (line.op) {
      case 'hdr':
        base = line.base
        tpm = new HeldTpm(line.established === 1)
        crb = new TpmCrb({ tpm, base, shortCommands: 'deliver' })
        space = crb.attach(new AddressSpace())
        break
      case 'r': {
        const bytes = new Uint8Array(line.sz)
        space.read(base + line.off, line.sz, bytes, 0)
        check('r', line.val, hex(bytes.reverse()))
        break
      }
      case 'w':
        space.write(base + line.off, line.sz, little(line.val), 0)
        break
      case 'mr': {
        const bytes = new Uint8Array(line.data.length / 2)
        space.read(base + line.off, bytes.length, bytes, 0)
        check('mr', line.data, hex(bytes))
        break
      }
      case 'mw':
        space.write(base + line.off, line.data.length / 2, Buffer.from(line.data, 'hex'), 0)
        break
      case 'be':
        check('be', line.req, tpm.request === undefined ? 'none' : hex(tpm.request))
        tpm.request = undefined
        break
      case 'rel':
        tpm.answer?.(Uint8Array.from(Buffer.from(line.rsp, 'hex')))
        break
      case 'ctl':
        check('ctl', line.cmds.map(([name]) => name).join(), tpm.control.join())
        tpm.control = []
        break
      case 'reset':
        crb.reset()
        break
    }
  }
  return { steps, mismatches }
}
