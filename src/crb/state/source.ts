/**
 * Where saved state is read from: memory, or a file that is too large for it.
 *
 * @module
 */

/** Bytes that are read piece by piece. They do not change meanwhile. */
export interface ByteSource {
  /** Bytes there are. */
  readonly length: number
  /** Bytes `[at, at + n)`, all of which there are: a view or a copy, to be read only. */
  read(at: number, n: number): Uint8Array
}

/** Bytes looked at in one piece when something is searched for. */
const SEARCHED = 1 << 16

/** Bytes in memory. */
class MemorySource implements ByteSource {
  readonly length: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = plain(bytes)
    this.length = bytes.length
  }

  read(at: number, n: number): Uint8Array {
    return this.#bytes.subarray(at, at + n)
  }
}

/** Bytes in memory as a source; a source stays what it is. */
export function sourceOf(bytes: Uint8Array | ByteSource): ByteSource {
  return bytes instanceof Uint8Array ? new MemorySource(bytes) : bytes
}

/** One after another: what a file becomes when parts of it are replaced. */
export class JoinedSource implements ByteSource {
  readonly length: number
  readonly #parts: readonly { readonly at: number; readonly source: ByteSource; readonly from: number }[]

  /** @param parts - bytes, or bytes `[from, end)` of another source. */
  constructor(
    parts: readonly (Uint8Array | { readonly source: ByteSource; readonly from: number; readonly end: number })[],
  ) {
    let at = 0
    this.#parts = parts.map((part) => {
      const here = at
      if (part instanceof Uint8Array) {
        at += part.length
        return { at: here, source: sourceOf(part), from: 0 }
      }
      at += part.end - part.from
      return { at: here, source: part.source, from: part.from }
    })
    this.length = at
  }

  read(at: number, n: number): Uint8Array {
    const out = new Uint8Array(n)
    for (const [i, part] of this.#parts.entries()) {
      const end = this.#parts[i + 1]?.at ?? this.length
      const [from, to] = [Math.max(at, part.at), Math.min(at + n, end)]
      if (from < to) out.set(part.source.read(part.from + from - part.at, to - from), from - at)
    }
    return out
  }
}

/** The first place of a byte from `from` on, or -1. */
export function indexOfByte(source: ByteSource, byte: number, from: number): number {
  for (let at = from; at < source.length; at += SEARCHED) {
    const found = source.read(at, Math.min(SEARCHED, source.length - at)).indexOf(byte)
    if (found >= 0) return at + found
  }
  return -1
}

/** The same bytes as no subclass: a Node Buffer's `slice` would share them. */
export function plain(bytes: Uint8Array): Uint8Array {
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
