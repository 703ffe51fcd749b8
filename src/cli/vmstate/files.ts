import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type ByteSource, StateError } from '../../crb/index.ts'

/** Bytes written in one go. */
const WRITTEN = 1 << 20

/** A file's bytes. */
export function readBytes(file: string): Uint8Array {
  return readFileSync(file)
}

/**
 * Has `use` look at a file of any size: a saved machine is as large as its RAM. What is no regular file (a pipe) is read
 * into memory first.
 */
export async function withFile<T>(file: string, use: (bytes: ByteSource) => T | Promise<T>): Promise<T> {
  const fd = openSync(file, 'r')
  try {
    const stat = fstatSync(fd)
    const whole = stat.isFile() ? undefined : Uint8Array.from(readFileSync(fd))
    const length = whole?.length ?? stat.size
    const read = (at: number, n: number): Uint8Array => whole?.subarray(at, at + n) ?? readExactly(fd, at, n)
    return await use({ length, read })
  } finally {
    closeSync(fd)
  }
}

function readExactly(fd: number, at: number, n: number): Uint8Array {
  const bytes = new Uint8Array(n)
  for (let got = 0; got < n; ) {
    const more = readSync(fd, bytes, got, n - got, at + got)
    if (more === 0) throw new StateError('truncated', '', at + got, 'the file has become shorter while it was read')
    got += more
  }
  return bytes
}

/** A file that is written, but not yet in its place. */
export interface StagedFile {
  place(): void
  drop(): void
}

/**
 * Writes a file beside its place: whoever looks finds the old one until {@link StagedFile.place}, and from there on the
 * whole new one, whatever happens in between. Only its owner may read it, since a TPM's state holds secrets. A link's
 * target is replaced, not the link; what is no regular file (a pipe, /dev/stdout) is written to as it is, when placed.
 */
export function stageFile(file: string, bytes: Uint8Array | ByteSource): StagedFile {
  const there = statSync(file, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile()) {
    return { place: () => write(openSync(file, 'w'), bytes), drop: () => {} }
  }
  const target = there === undefined ? file : realpathSync(file)
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.new`)
  const drop = (): void => rmSync(beside, { force: true })
  const orDrop = (step: () => void): void => {
    try {
      step()
    } catch (error) {
      drop()
      throw error
    }
  }
  const fd = openSync(beside, 'wx', 0o600)
  orDrop(() => write(fd, bytes, fsyncSync))
  return { place: () => orDrop(() => renameSync(beside, target)), drop }
}

/** Writes a file and puts it in its place: all of it or nothing. */
export function writeWhole(file: string, bytes: Uint8Array | ByteSource): void {
  stageFile(file, bytes).place()
}

function write(fd: number, bytes: Uint8Array | ByteSource, finish: (fd: number) => void = () => {}): void {
  try {
    for (let at = 0; at < bytes.length; ) {
      const n = Math.min(WRITTEN, bytes.length - at)
      at += writeSync(fd, bytes instanceof Uint8Array ? bytes.subarray(at, at + n) : bytes.read(at, n))
    }
    finish(fd)
  } finally {
    closeSync(fd)
  }
}
