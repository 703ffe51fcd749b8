import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'

/** One access as a recorder saw it: kind, offset into the device window, bytes in memory order. */
export interface RecordedAccess {
  readonly kind: 'r' | 'w'
  readonly offset: number
  readonly bytes: Uint8Array
}

/** The system registers that a stage-1 walk of the EL1&0 regime needs. */
export interface RecordedSystem {
  readonly sctlr_el1: bigint
  readonly tcr_el1: bigint
  readonly ttbr0_el1: bigint
  readonly ttbr1_el1: bigint
  readonly mair_el1: bigint
  readonly vbar_el1: bigint
}

/** A data abort: the vCPU as it stopped, what the recorder's device saw, what had changed when it went on. */
export interface RecordedFault {
  readonly kind: 'fault'
  readonly line: number
  readonly esr: bigint
  readonly far: bigint
  readonly hpfar: bigint
  readonly x: readonly bigint[]
  readonly spEl0: bigint
  readonly spEl1: bigint
  readonly pc: bigint
  readonly pstate: bigint
  /** SIMD&FP registers that were not zero, 16 bytes each, in memory order. */
  readonly v: ReadonlyMap<number, Uint8Array>
  readonly sys: RecordedSystem
  readonly word: number
  /** Guest-physical memory that the walks read: address -> little-endian doubleword. */
  readonly memory: ReadonlyMap<number, bigint>
  readonly accesses: readonly RecordedAccess[]
  /** Registers that the instruction changed, by name: `x3`, `v7`, `spEl0`, `pc`, ... */
  readonly after: ReadonlyMap<string, bigint>
}

/** The TPM's answer arrived here: CTRL_START falls at this point of the recording. */
export interface RecordedAnswer {
  readonly kind: 'answer'
  readonly line: number
  readonly request: Uint8Array
  readonly response: Uint8Array
}

export type RecordedEvent = RecordedFault | RecordedAnswer

/** A recording is not of the format, or ends too early. Names the file, the line and what was expected there. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly file: string
  /** 1-based; 0 for the file as a whole. */
  readonly line: number
  constructor(file: string, line: number, problem: string) {
    super(line > 0 ? `${file}:${line}: ${problem}` : `${file}: ${problem}`)
    this.file = file
    this.line = line
  }
}

/** Longest line taken: a fault of a 16-level walk with all vector registers is under 8 KiB. */
const LONGEST_LINE = 1 << 20

/**
 * Reads a recording (JSON Lines, plain or gzip) event by event, in constant memory.
 *
 * @throws RecordingError on the first line that is not of the format; nothing before it is lost.
 */
export async function* readRecording(file: string): AsyncGenerator<RecordedEvent> {
  const raw = createReadStream(file)
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  // A read error reaches the gunzip as a premature end without this.
  raw.on('error', (error) => stream.destroy(error))
  let number = 0
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line.trim() !== '') yield parseEvent(file, number, line)
    }
  } catch (error) {
    if (error instanceof RecordingError) throw error
    const problem = error instanceof Error ? error.message : String(error)
    throw new RecordingError(file, number, `cannot be read on (${problem}); is it complete?`)
  }
  if (number === 0) throw new RecordingError(file, 0, 'is empty: expected one JSON object a line')
}

/** Fault `number`, from 1, of a recording. @throws RecordingError when it has not so many. */
export async function readFault(file: string, number: number): Promise<RecordedFault> {
  let faults = 0
  for await (const event of readRecording(file)) {
    if (event.kind === 'fault' && ++faults === number) return event
  }
  throw new RecordingError(file, 0, `has ${faults} faults; there is no ${number}`)
}

/** Parses one line of a recording. */
export function parseEvent(file: string, line: number, text: string): RecordedEvent {
  if (text.length > LONGEST_LINE) throw new RecordingError(file, line, `is longer than ${LONGEST_LINE} characters`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new RecordingError(file, line, 'is not JSON: cut short, or not a recording')
  }
  const at = new Cursor(file, line)
  const event = at.object(json, 'line')
  if ('tpm' in event) {
    const tpm = at.object(event.tpm, 'tpm')
    return { kind: 'answer', line, request: at.bytes(tpm.req, 'tpm.req'), response: at.bytes(tpm.rsp, 'tpm.rsp') }
  }
  if (!('abort' in event)) at.fail('has neither "abort" nor "tpm"')
  return parseFault(at, event, line)
}

function parseFault(at: Cursor, event: Record<string, unknown>, line: number): RecordedFault {
  const abort = at.object(event.abort, 'abort')
  const sys = at.object(event.sys, 'sys')
  const x = at.list(event.x, 'x').map((value, i) => at.u64(value, `x[${i}]`))
  if (x.length !== 31) at.fail(`x has ${x.length} registers, not 31`)
  return {
    kind: 'fault',
    line,
    esr: at.u64(abort.esr, 'abort.esr'),
    far: at.u64(abort.far, 'abort.far'),
    hpfar: at.u64(abort.hpfar, 'abort.hpfar'),
    x,
    spEl0: at.u64(event.spEl0, 'spEl0'),
    spEl1: at.u64(event.spEl1, 'spEl1'),
    pc: at.u64(event.pc, 'pc'),
    pstate: at.u64(event.pstate, 'pstate'),
    v: at.vectors(event.v ?? {}),
    sys: {
      sctlr_el1: at.u64(sys.sctlr_el1, 'sys.sctlr_el1'),
      tcr_el1: at.u64(sys.tcr_el1, 'sys.tcr_el1'),
      ttbr0_el1: at.u64(sys.ttbr0_el1, 'sys.ttbr0_el1'),
      ttbr1_el1: at.u64(sys.ttbr1_el1, 'sys.ttbr1_el1'),
      mair_el1: at.u64(sys.mair_el1, 'sys.mair_el1'),
      vbar_el1: at.u64(sys.vbar_el1, 'sys.vbar_el1'),
    },
    word: Number(at.u64(event.word, 'word') & 0xffff_ffffn),
    memory: at.memory(event.mem ?? {}),
    accesses: at.list(event.dev, 'dev').map((entry, i) => at.access(entry, `dev[${i}]`)),
    after: at.after(at.object(event.after, 'after')),
  }
}

/** Checks values and says where the first wrong one is. */
class Cursor {
  readonly #file: string
  readonly #line: number

  constructor(file: string, line: number) {
    this.#file = file
    this.#line = line
  }

  fail(problem: string): never {
    throw new RecordingError(this.#file, this.#line, problem)
  }

  object(value: unknown, name: string): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail(`${name} is not an object`)
    return value as Record<string, unknown>
  }

  list(value: unknown, name: string): unknown[] {
    if (!Array.isArray(value)) this.fail(`${name} is not a list`)
    return value
  }

  u64(value: unknown, name: string): bigint {
    if (typeof value !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(value))
      this.fail(`${name} is ${JSON.stringify(value) ?? 'missing'}, not a "0x" string of 64 bits`)
    return BigInt(value)
  }

  bytes(value: unknown, name: string, length?: number): Uint8Array {
    if (typeof value !== 'string' || !/^(?:[0-9a-f]{2})*$/i.test(value))
      this.fail(`${name} is not a string of hex bytes`)
    const bytes = Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    if (length !== undefined && bytes.length !== length) this.fail(`${name} has ${bytes.length} bytes, not ${length}`)
    return bytes
  }

  register(name: string, limit: number, where: string): number {
    const n = Number(name)
    if (!/^\d{1,2}$/.test(name) || n >= limit) this.fail(`${where} names '${name}', which is no register`)
    return n
  }

  vectors(value: unknown): Map<number, Uint8Array> {
    const entries = Object.entries(this.object(value, 'v'))
    return new Map(entries.map(([n, bytes]) => [this.register(n, 32, 'v'), this.bytes(bytes, `v.${n}`, 16)]))
  }

  memory(value: unknown): Map<number, bigint> {
    const words = new Map<number, bigint>()
    for (const [address, word] of Object.entries(this.object(value, 'mem'))) {
      const pa = this.u64(address, 'an address of mem')
      if (pa >= 1n << 52n || (pa & 7n) !== 0n) this.fail(`mem address ${address} is not a multiple of 8 below 2^52`)
      words.set(Number(pa), this.u64(word, `mem[${address}]`))
    }
    return words
  }

  access(value: unknown, name: string): RecordedAccess {
    const [kind, offset, size, bytes] = this.list(value, name)
    if (kind !== 'r' && kind !== 'w') this.fail(`${name} is neither "r" nor "w"`)
    if (!Number.isInteger(offset) || (offset as number) < 0) this.fail(`${name} has no offset`)
    if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > 64)
      this.fail(`${name} has no size of 1..64`)
    return { kind, offset: offset as number, bytes: this.bytes(bytes, name, size as number) }
  }

  after(entries: Record<string, unknown>): Map<string, bigint> {
    const registers = new Map<string, bigint>()
    for (const [name, value] of Object.entries(entries)) {
      const numbered = /^([xv])(.+)$/.exec(name)
      if (numbered) this.register(numbered[2] as string, numbered[1] === 'x' ? 31 : 32, 'after')
      else if (!['pc', 'pstate', 'spEl0', 'spEl1'].includes(name))
        this.fail(`after names '${name}', which is no register`)
      registers.set(name, numbered?.[1] === 'v' ? this.vector(value, name) : this.u64(value, `after.${name}`))
    }
    return registers
  }

  /** Sixteen bytes in memory order as the 128-bit number that they are. */
  vector(value: unknown, name: string): bigint {
    return this.bytes(value, `after.${name}`, 16).reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)
  }
}
