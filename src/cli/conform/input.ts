import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A file of cases is not of its format. Names the file, the line and what was expected there. */
export class ConformInputError extends Error {
  override readonly name = 'ConformInputError'
  /** 1-based; 0 for the file as a whole. */
  readonly line: number

  constructor(file: string, line: number, problem: string) {
    super(line > 0 ? `${file}:${line}: ${problem}` : `${file}: ${problem}`)
    this.line = line
  }
}

/** A line of a case file: its place and what it holds. */
export interface CaseLine {
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly value: Readonly<Record<string, unknown>>
}

/**
 * Whether the CPU that made a file has FEAT_LSE2, by `ID_AA64MMFR2_EL1.AT` of the header's `id_regs`. A file that does
 * not tell is of one that has.
 */
export function hasLse2(header: unknown): boolean {
  const { id_regs: ids } = (header ?? {}) as { readonly id_regs?: Readonly<Record<string, unknown>> }
  const told = ids?.ID_AA64MMFR2_EL1
  if (typeof told !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(told)) return true
  return (BigInt(told) >> 32n) % 16n !== 0n
}

/** Longest line taken, characters. */
const LONGEST_LINE = 1 << 24

/**
 * The objects of a file of JSON Lines (`-` for standard input; gzip when the name ends in `.gz`), one by one, in
 * constant memory. Blank lines are passed over.
 *
 * @throws ConformInputError on a line that is no JSON object; Node's error when the file cannot be read.
 */
export async function* readCases(file: string): AsyncGenerator<CaseLine> {
  const raw: Readable = file === '-' ? process.stdin : createReadStream(file)
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  // A read error reaches the gunzip as a premature end without this.
  if (stream !== raw) raw.on('error', (error) => stream.destroy(error))
  let failure: unknown
  stream.on('error', (error) => {
    failure = error
  })
  let line = 0
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    if (text === '') continue
    if (text.length > LONGEST_LINE) throw new ConformInputError(file, line, `longer than ${LONGEST_LINE} characters`)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw new ConformInputError(file, line, `no JSON: ${(error as Error).message}`)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ConformInputError(file, line, 'no JSON object')
    }
    yield { file, line, value: value as Record<string, unknown> }
  }
  if (failure === undefined) return
  const { code } = failure as NodeJS.ErrnoException
  // Node's own errors of files are clear; those of a broken gzip stream name no file.
  if (code?.startsWith('Z_')) throw new ConformInputError(file, 0, `broken gzip: ${(failure as Error).message}`)
  throw failure
}
