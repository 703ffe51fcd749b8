import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A file's bytes. */
export function readBytes(file: string): Uint8Array {
  return readFileSync(file)
}

/**
 * Writes a file beside its place and then puts it there: whoever looks finds the old one or the whole new one, whatever
 * happens in between. Only its owner may read it, since a TPM's state holds secrets.
 */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.new`)
  try {
    const fd = openSync(beside, 'wx', 0o600)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(beside, file)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
