import { hex } from '../bits.ts'
import type { Deferral } from './deferral.ts'
import { JOURNAL_ENTRIES, type JournalEntry } from './journal.ts'
import { MEMTX_ACCESS_ERROR, MEMTX_DECODE_ERROR, MEMTX_ERROR, type MemTxResult } from './region.ts'

/** An access of which a part waits for its device. */
export interface WaitingAccess {
  readonly write: boolean
  /** Guest-physical address of the first byte. */
  readonly pa: number
  /** Bytes from the effective address of the instruction. */
  readonly offset: number
  /** What is stored; of a load what was read so far. */
  readonly bytes: readonly number[]
  /** Where it stands. */
  readonly at: Readonly<Deferral>
}

/** A page of the access, as it was translated when the instruction began. */
export interface TranslatedPage {
  /** Virtual address, 64 bits in hexadecimal with `0x`. */
  readonly va: string
  /** Guest-physical address. */
  readonly pa: number
  /** Memory type, as MAIR_ELx has it. */
  readonly attr: number
}

/**
 * An instruction whose device answers later, as plain JSON: all that is needed, beside the registers of its vCPU, to go
 * on with it in this process or another. What is done is not done again: accesses are taken from the journal, addresses
 * from the pages.
 *
 * The vCPU must stay stopped where it is; the instruction has changed nothing of it so far.
 */
export interface Continuation {
  readonly version: 1
  /** The device's own name for the request. */
  readonly token: string | number
  /** Address of the instruction, 64 bits in hexadecimal with `0x`; so the three that the hardware reported. */
  readonly pc: string
  readonly esr: string
  readonly far: string
  readonly hpfar: string
  /** The instruction, or -1 where a valid syndrome said enough. */
  readonly word: number
  readonly pages: readonly TranslatedPage[]
  readonly journal: readonly JournalEntry[]
  readonly waiting: WaitingAccess
}

/** A continuation that no handler made, or an answer or a vCPU that is not its own. A host's mistake, or a damaged file. */
export class ContinuationError extends TypeError {
  override readonly name = 'ContinuationError'
}

/** Most pages that one instruction accesses. */
export const MAX_PAGES = 64
/** Most bytes of one access. */
const MAX_ACCESS = 64
const RESULTS = MEMTX_ERROR | MEMTX_DECODE_ERROR | MEMTX_ACCESS_ERROR

/** Takes a continuation from a file or a wire. @throws ContinuationError unless it is one. */
export function checkContinuation(value: unknown): Continuation {
  const c = value as Continuation
  must(c !== null && typeof c === 'object' && c.version === 1, 'version is not 1')
  must(typeof c.token === 'string' || Number.isFinite(c.token), 'token is neither a text nor a number')
  for (const name of ['pc', 'esr', 'far', 'hpfar'] as const) must(is64(c[name]), `${name} is no 64-bit number in hex`)
  must(c.word === -1 || isBelow(c.word, 2 ** 32), 'word is no 32-bit number')
  must(Array.isArray(c.pages) && c.pages.length <= MAX_PAGES, `pages is no list of ${MAX_PAGES} at most`)
  for (const p of c.pages)
    must(is64(p?.va) && isBelow(p.pa, 2 ** 53) && isBelow(p.attr, 256), 'pages has one that is none')
  must(Array.isArray(c.journal) && c.journal.length <= JOURNAL_ENTRIES, 'journal is no list, or too long')
  for (const e of c.journal) must(isAccess(e) && isResult(e.result), 'journal has an entry that is none')
  must(isAccess(c.waiting) && isDeferral(c.waiting.at, c.waiting.bytes.length), 'waiting is no access')
  return c
}

/**
 * Checks the answer to a continuation.
 * @returns the value, 0 for a write.
 * @throws ContinuationError for a value that the callback could not have returned, or a result that is no MEMTX_ code.
 */
export function checkAnswer(c: Continuation, value: bigint | number, result: MemTxResult): bigint {
  must(isResult(result), `the result ${String(result)} is no OR of MEMTX_ codes, or MEMTX_DEFERRED`)
  if (c.waiting.write) return 0n
  const { size } = c.waiting.at
  must(typeof value === 'bigint' || Number.isSafeInteger(value), `the value ${String(value)} is no integer`)
  const n = BigInt(value)
  must(n >= 0n && n < 1n << BigInt(8 * size), `the value ${hex(n)} has more than ${size} bytes, or a sign`)
  return n
}

function isAccess(e: WaitingAccess | JournalEntry): boolean {
  return (
    e !== null &&
    typeof e === 'object' &&
    typeof e.write === 'boolean' &&
    isBelow(e.pa, 2 ** 53) &&
    isBelow(e.offset, 2 ** 31) &&
    Array.isArray(e.bytes) &&
    e.bytes.length >= 1 &&
    e.bytes.length <= MAX_ACCESS &&
    e.bytes.every((b) => isBelow(b, 256))
  )
}

function isDeferral(d: Deferral, length: number): boolean {
  return (
    d !== null &&
    typeof d === 'object' &&
    typeof d.region === 'string' &&
    isBelow(d.offset, 2 ** 53) &&
    isSize(d.size) &&
    isSize(d.piece) &&
    isBelow(d.before, length) &&
    d.before + d.piece <= length &&
    isBelow(d.done, d.piece) &&
    isResult(d.result) &&
    (d.errorAddress === -1 || isBelow(d.errorAddress, 2 ** 53))
  )
}

function isSize(n: unknown): boolean {
  return n === 1 || n === 2 || n === 4 || n === 8
}

function isBelow(n: unknown, limit: number): boolean {
  return Number.isInteger(n) && (n as number) >= 0 && (n as number) < limit
}

function isResult(n: unknown): boolean {
  return isBelow(n, RESULTS + 1)
}

function is64(text: unknown): boolean {
  return typeof text === 'string' && /^0x[0-9a-f]{1,16}$/.test(text)
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ContinuationError(`${what}: give what Outcome.continuation was, with an answer to it`)
}
