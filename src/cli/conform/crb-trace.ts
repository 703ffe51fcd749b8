import { CRB_BUFFER_SIZE, CRB_PROFILES, type CrbProfileName, type TpmBackend, TpmCrb } from '../../crb/index.ts'
import { AddressSpace } from '../../mmio/index.ts'
import { type CaseLine, ConformInputError } from './input.ts'

/** A control command as QEMU's tpm-emulator back end sends it: name, body in hexadecimal. */
export type ControlCommand = readonly [name: string, body: string]

/** What a step of a trace shows: the fields that a device fills in. */
export interface CrbOutcome {
  readonly field: 'val' | 'data' | 'req' | 'cmds'
  readonly value: string | readonly ControlCommand[]
}

/** Longest buffer that a trace's TPM may have: a command of TPM 2.0 with post-quantum keys is shorter. */
const MOST_BUFFER = 0x1_0000

function resetCommands(bufferSize: number): readonly ControlCommand[] {
  return [
    ['STOP', ''],
    ['SET_BUFFERSIZE', '00000000'],
    ['STOP', ''],
    ['SET_BUFFERSIZE', bufferSize.toString(16).padStart(8, '0')],
    ['INIT', '00000000'],
  ]
}

/** Holds each command until the trace releases its answer, and notes the control commands that QEMU would send. */
class HeldTpm implements TpmBackend {
  readonly bufferSize: number
  readonly #established: boolean
  request: Uint8Array | undefined
  answer: ((response: Uint8Array | undefined) => void) | undefined
  control: ControlCommand[] = []
  #locality = -1

  constructor(established: boolean, bufferSize: number) {
    this.#established = established
    this.bufferSize = bufferSize
  }

  execute(command: Uint8Array, locality: number, done: (response: Uint8Array | undefined) => void): void {
    if (locality !== this.#locality) this.control.push(['SET_LOCALITY', toHex(Uint8Array.of(locality, 0, 0, 0))])
    this.#locality = locality
    this.request = command
    this.answer = done
  }

  cancel(): void {
    this.control.push(['CANCEL_TPM_CMD', ''])
  }

  established(): boolean {
    this.control.push(['GET_TPMESTABLISHED', ''])
    return this.#established
  }

  reset(ready: () => void): void {
    this.control.push(...resetCommands(this.bufferSize))
    ready()
  }

  close(): void {}
}

/**
 * Plays the guest's, the TPM's and the machine's side of a register trace (`hdr`, `r`, `w`, `mr`, `mw`, `be`, `rel`,
 * `ctl`, `reset`) on our device.
 */
export class CrbTracePlayer {
  #base = 0
  #tpm = new HeldTpm(false, CRB_BUFFER_SIZE)
  #crb = new TpmCrb({ tpm: this.#tpm })
  #space = this.#crb.attach(new AddressSpace())

  /** Control commands sent since they were last taken by a `ctl` step. */
  get control(): readonly ControlCommand[] {
    return this.#tpm.control
  }

  /** Forgets them. */
  clearControl(): void {
    this.#tpm.control = []
  }

  /**
   * Does one step.
   * @returns what our device showed; `undefined` for a step that shows nothing.
   * @throws ConformInputError for a step that is not of the format.
   */
  step(line: CaseLine): CrbOutcome | undefined {
    const { op } = line.value
    switch (op) {
      case 'hdr':
        this.#base = natural(line, 'base', 2 ** 52)
        this.#make(line)
        this.#space = this.#crb.attach(new AddressSpace())
        return undefined
      case 'r': {
        const bytes = this.#read(line, size(line))
        return { field: 'val', value: toHex(bytes.reverse()) }
      }
      case 'mr':
        return { field: 'data', value: toHex(this.#read(line, hexBytes(line, 'data').length)) }
      case 'w': {
        const bytes = hexBytes(line, 'val').reverse()
        if (bytes.length !== size(line)) throw wrong(line, `val to have ${size(line)} bytes`)
        this.#write(line, bytes)
        return undefined
      }
      case 'mw':
        this.#write(line, hexBytes(line, 'data'))
        return undefined
      case 'be': {
        const { request } = this.#tpm
        this.#tpm.request = undefined
        return { field: 'req', value: request === undefined ? 'nothing' : toHex(request) }
      }
      case 'rel': {
        const { answer } = this.#tpm
        this.#tpm.answer = undefined
        const bytes = hexBytes(line, 'rsp')
        answer?.(bytes.length === 0 ? undefined : bytes)
        return undefined
      }
      case 'ctl': {
        const cmds = this.#tpm.control
        this.#tpm.control = []
        return { field: 'cmds', value: cmds }
      }
      case 'reset':
        this.#crb.reset()
        return undefined
      default:
        throw wrong(line, 'op to be hdr, r, w, mr, mw, be, rel, ctl or reset')
    }
  }

  #make(line: CaseLine): void {
    const { profile = 'qemu-7.2', bufferSize, established } = line.value
    if (typeof profile !== 'string' || !Object.hasOwn(CRB_PROFILES, profile)) {
      throw wrong(line, `profile among ${Object.keys(CRB_PROFILES).join(', ')}`)
    }
    const size = bufferSize === undefined ? CRB_BUFFER_SIZE : natural(line, 'bufferSize', MOST_BUFFER)
    this.#tpm = new HeldTpm(established === 1 || established === true, size)
    // What QEMU 7.2 does with a declared size below 10, to wait for ever, is in its traces.
    const short = profile === 'qemu-7.2' ? ({ shortCommands: 'deliver' } as const) : {}
    this.#crb = new TpmCrb({ tpm: this.#tpm, base: this.#base, profile: profile as CrbProfileName, ...short })
  }

  #read(line: CaseLine, count: number): Uint8Array {
    const bytes = new Uint8Array(count)
    this.#space.read(this.#base + natural(line, 'off', 0x10_0000), count, bytes, 0)
    return bytes
  }

  #write(line: CaseLine, bytes: Uint8Array): void {
    this.#space.write(this.#base + natural(line, 'off', 0x10_0000), bytes.length, bytes, 0)
  }
}

function wrong(line: CaseLine, expected: string): ConformInputError {
  return new ConformInputError(line.file, line.line, `expected ${expected}`)
}

function natural(line: CaseLine, field: string, below: number): number {
  const n = line.value[field]
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 0 || n >= below)
    throw wrong(line, `${field} in 0..${below - 1}`)
  return n
}

function size(line: CaseLine): number {
  const n = line.value.sz
  if (n !== 1 && n !== 2 && n !== 4 && n !== 8) throw wrong(line, 'sz to be 1, 2, 4 or 8')
  return n
}

function hexBytes(line: CaseLine, field: string): Uint8Array {
  const text = line.value[field]
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/i.test(text))
    throw wrong(line, `${field} to be bytes in hexadecimal`)
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
