/**
 * Accesses as Linux mmiotrace text (Documentation/trace/mmiotrace.rst, version 20070824), for the tools that read it.
 *
 * @module
 */

import { hex } from '../bits.ts'
import type { AccessRecord } from './access-log.ts'
import type { JournalEntry } from './journal.ts'

/** Widest value of the format: an `unsigned long`. */
const WIDEST = 8
const MICROSECONDS = 1_000_000

/** Options of an {@link MmioTrace}. */
export interface MmioTraceOptions {
  /** Takes each line with its line feed, as it comes. */
  readonly write: (line: string) => void
  /** The time in whole microseconds from any start, 0..2^53-1. Unless told, each line is a microsecond after the one before. */
  readonly now?: () => number
}

interface Mapped {
  readonly id: number
  readonly base: number
  readonly size: number
}

/**
 * Writes accesses as mmiotrace has them, a line each: nothing is kept but the mappings.
 *
 * ```text
 * VERSION 20070824
 * MAP timestamp id physical virtual length PC PID
 * R width timestamp id physical value PC PID
 * W width timestamp id physical value PC PID
 * MARK timestamp text
 * ```
 *
 * Timestamps are seconds; the id is that of the mapping that the address lies in, 0 for none; PID is always 0, as in
 * Linux. A value has eight bytes at most: a wider access is as many lines of eight, ascending. What the format has no
 * line for is a MARK: an atomic that a device took whole, bytes that an {@link AccessLog} does not keep, and the error of
 * an access that was refused, after its line.
 *
 * @example
 * ```ts
 * const trace = new MmioTrace({ write: (line) => process.stdout.write(line) })
 * trace.map('tpm-crb', 0xfed4_0000, 0x1000)
 * const outcome = handler.handle(vcpu) // ldp x0, x1, [x2]
 * for (const entry of outcome.journal) trace.entry(entry, outcome.pc)
 * // VERSION 20070824
 * // MARK 0.000000 map 1: tpm-crb
 * // MAP 0.000001 1 0xfed40000 0x0 0x1000 0x0 0
 * // R 8 0.000002 1 0xfed40030 0x101400025811 0xffff800008a1c0f4 0
 * // R 8 0.000003 1 0xfed40038 0x0 0xffff800008a1c0f4 0
 * ```
 */
export class MmioTrace {
  readonly #write: (line: string) => void
  readonly #now: () => number
  readonly #maps: Mapped[] = []
  #ids = 0
  #time = 0

  /** Writes the VERSION line. */
  constructor(options: MmioTraceOptions) {
    this.#write = options.write
    this.#now = options.now ?? (() => this.#time++)
    this.#write('VERSION 20070824\n')
  }

  /**
   * Tells of a device's window; accesses in it have its id from now on.
   * @param base - guest-physical address; `size` in bytes.
   * @param virtual - where the guest has mapped it; 0 where that is not known.
   * @returns the id, from 1.
   */
  map(name: string, base: number, size: number, virtual: bigint | number = 0): number {
    const id = ++this.#ids
    this.#maps.push({ id, base, size })
    this.mark(`map ${id}: ${name}`)
    this.#write(`MAP ${this.#stamp()} ${id} ${hex(base)} ${hex(virtual)} ${hex(size)} 0x0 0\n`)
    return id
  }

  /** The window of `id` is gone. An id that is none is passed over. */
  unmap(id: number): void {
    const at = this.#maps.findIndex((m) => m.id === id)
    if (at < 0) return
    this.#maps.splice(at, 1)
    this.#write(`UNMAP ${this.#stamp()} ${id} 0x0 0\n`)
  }

  /** A line of text of its own. */
  mark(text: string): void {
    this.#write(`MARK ${this.#stamp()} ${text.replace(/[\r\n]+/g, ' ')}\n`)
  }

  /** An access of an instruction: what the CPU asked for. @param pc - of the instruction; 0 where it is not known. */
  entry(entry: JournalEntry, pc: bigint | number = 0): void {
    const { write, pa, bytes, result } = entry
    for (let at = 0; at < bytes.length; at += WIDEST) {
      const piece = bytes.slice(at, at + WIDEST)
      const value = piece.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)
      this.#line(write, piece.length, pa + at, value, pc)
    }
    this.#refused(result, pa)
  }

  /** An access of a device: a callback, as an {@link AccessLog} has it. @param pc - as in {@link entry}. */
  access(record: AccessRecord, pc: bigint | number = 0): void {
    const { kind, size, pa, value, result } = record
    const write = kind === 'store' || kind === 'zero'
    if (!write && kind !== 'load') {
      this.mark(`${kind} of ${size} bytes at ${hex(pa)}`)
    } else {
      const width = Math.min(size, WIDEST)
      this.#line(write, width, pa, value, pc)
      if (size > width) this.mark(`${size - width} bytes more at ${hex(pa + width)}`)
    }
    this.#refused(result, pa)
  }

  #line(write: boolean, width: number, pa: number, value: bigint, pc: bigint | number): void {
    const id = this.#maps.find((m) => pa >= m.base && pa < m.base + m.size)?.id ?? 0
    this.#write(`${write ? 'W' : 'R'} ${width} ${this.#stamp()} ${id} ${hex(pa)} ${hex(value)} ${hex(pc)} 0\n`)
  }

  #refused(result: number, pa: number): void {
    if (result !== 0) this.mark(`refused at ${hex(pa)}: MEMTX ${result}`)
  }

  #stamp(): string {
    const now = this.#now()
    return `${Math.floor(now / MICROSECONDS)}.${String(now % MICROSECONDS).padStart(6, '0')}`
  }
}
