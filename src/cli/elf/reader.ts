/** A file says of itself what is not so, or is not what we read. Names the place in the file. */
export class ElfError extends Error {
  override readonly name = 'ElfError'
  /** Byte of the file that holds what is wrong. */
  readonly offset: number
  readonly problem: string

  constructor(offset: number, problem: string, file = '') {
    super(`${file === '' ? '' : `${file}: `}byte 0x${offset.toString(16)}: ${problem}`)
    this.offset = offset
    this.problem = problem
  }
}

/** Where something lies in the file, bytes. */
export interface Extent {
  readonly offset: number
  readonly size: number
}

/** Bytes of a name that are shown: the tables of a hostile file make one long string serve many symbols. */
export const LONGEST_NAME = 512

const utf8 = new TextDecoder()

/** Numbers in the file's byte order. What is said to lie outside the file is an {@link ElfError}. */
export class ElfReader {
  readonly length: number
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean

  constructor(bytes: Uint8Array, little: boolean) {
    this.length = bytes.length
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
  }

  u8(at: number): number {
    return this.#view.getUint8(at)
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.#little)
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.#little)
  }

  u64(at: number): bigint {
    return this.#view.getBigUint64(at, this.#little)
  }

  /** An offset and a size, 64 bits each, at the bytes `offsetAt` and `sizeAt` of the file. */
  extent(what: string, offsetAt: number, sizeAt: number): Extent {
    const offset = this.u64(offsetAt)
    if (offset > this.length) throw new ElfError(offsetAt, `${what} begins at ${offset}${this.#beyond()}`)
    const end = offset + this.u64(sizeAt)
    if (end > this.length) throw new ElfError(sizeAt, `${what} ends at ${end}${this.#beyond()}`)
    return { offset: Number(offset), size: Number(end - offset) }
  }

  /** The offset, at `offsetAt`, of a table of `count` entries of `entry` bytes. */
  table(what: string, offsetAt: number, count: number, entry: number): number {
    const offset = this.u64(offsetAt)
    const end = offset + BigInt(count) * BigInt(entry)
    if (end > this.length) throw new ElfError(offsetAt, `the table of ${count} ${what} ends at ${end}${this.#beyond()}`)
    return Number(offset)
  }

  /** A string of a string table. Control characters are escaped: a name must not drive the terminal. */
  string(table: Extent, offset: number): string {
    if (offset >= table.size) return ''
    const start = table.offset + offset
    const limit = Math.min(table.offset + table.size, start + LONGEST_NAME)
    const nul = this.#bytes.subarray(start, limit).indexOf(0)
    const text = utf8.decode(this.#bytes.subarray(start, nul < 0 ? limit : start + nul))
    return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`)
  }

  #beyond(): string {
    return `, past the end of the file at ${this.length}`
  }
}
