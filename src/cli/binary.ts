import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { UsageError } from './command.ts'
import { ElfError } from './elf/reader.ts'
import { type ElfFile, isElf, readElf } from './elf.ts'
import { elfListing, instructionLine, type ListingOptions } from './listing.ts'
import { LineWriter } from './words.ts'

/** A raw binary that is no sequence of words. Names the file, and the place in it. */
export class BinaryError extends Error {
  override readonly name = 'BinaryError'
  /** Byte of the file. */
  readonly offset: number

  constructor(file: string, offset: number, problem: string) {
    super(`${file === '-' ? 'standard input' : file}: byte 0x${offset.toString(16)}: ${problem}`)
    this.offset = offset
  }
}

/** An address in hexadecimal, `0x` or not, as `--base` takes it. */
export function parseBase(text: string): bigint {
  if (!/^(?:0x)?[0-9a-f]{1,16}$/i.test(text))
    throw new UsageError(`--base takes an address in hexadecimal, not '${text}'`)
  const base = BigInt(`0x${text.replace(/^0x/i, '')}`)
  if (base % 4n !== 0n) throw new UsageError(`--base ${text} is no multiple of 4, as addresses of instructions are`)
  return base
}

/** True when a regular file begins as ELF files do: what a pipe gives once must not be spent on looking. */
export function isElfFile(file: string): boolean {
  if (!statSync(file).isFile()) return false
  const head = new Uint8Array(4)
  const fd = openSync(file, 'r')
  try {
    return readSync(fd, head) === 4 && isElf(head)
  } finally {
    closeSync(fd)
  }
}

/**
 * Prints the words of a raw binary from `base` on.
 *
 * @throws BinaryError after the last whole word, when bytes follow it.
 */
export async function listRaw(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  base: bigint,
  options: ListingOptions,
  out: LineWriter = new LineWriter(),
): Promise<void> {
  let rest: Uint8Array = new Uint8Array(0)
  let offset = 0
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    for (; at + 4 <= bytes.length; at += 4) {
      const address = BigInt.asUintN(64, base + BigInt(offset + at))
      const drained = out.line(instructionLine(address, view.getUint32(at, true), options))
      if (drained) await drained
    }
    offset += at
    rest = bytes.subarray(at)
  }
  await out.flush()
  if (rest.length > 0) throw new BinaryError(file, offset, `the file ends with ${rest.length} of the 4 bytes of a word`)
}

/** The bytes of a file, or of standard input, in pieces. */
export function readChunks(file: string): AsyncIterable<Uint8Array> {
  return file === '-' ? process.stdin : createReadStream(file)
}

/**
 * Prints the code of an ELF file.
 *
 * @throws ElfError when it is not of the format.
 */
export async function listElf(
  file: string,
  options: ListingOptions,
  out: LineWriter = new LineWriter(),
): Promise<void> {
  for (const line of elfListing(parse(file), options)) {
    const drained = out.line(line)
    if (drained) await drained
  }
  await out.flush()
}

function parse(file: string): ElfFile {
  try {
    return readElf(readFileSync(file))
  } catch (error) {
    if (error instanceof ElfError) throw new ElfError(error.offset, error.problem, file)
    if ((error as NodeJS.ErrnoException).code !== 'ERR_FS_FILE_TOO_LARGE') throw error
    throw new ElfError(0, 'the file has 2 GiB or more', file)
  }
}
