/** QEMU migration files for tests: one of a real QEMU 7.2, and ways to change it. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { CrbState } from '../../src/crb/state/crb-state.ts'
import { StateError } from '../../src/crb/state/error.ts'
import { encodeCrbState } from '../../src/crb/state/record.ts'
import { parseQemuStream, type QemuSection } from '../../src/crb/vmstate/stream.ts'
import { type QemuTpm, readQemuTpm } from '../../src/crb/vmstate/tpm.ts'
import { toHex } from './tpm2.ts'

/**
 * A q35 machine with tpm-crb and swtpm (Debian 1:7.2+dfsg-7+deb12u18), stopped at power-on, locality granted, not idle,
 * PCR 16 extended by 0xab..., `HELLO-CMDBUF-` in the data buffer, `PPI-PPI-PPI` in the PPI. RAM pages other than the
 * TPM's are left out.
 */
export const SAVED: Uint8Array = Uint8Array.from(
  gunzipSync(readFileSync(new URL('vectors/qemu-7.2-state.bin.gz', import.meta.url))),
)

export const PCR16 = 'debb3e7acfff6dd18d501042273629f0b79cb206bb8c24f59f62ddb80849403b'

/** Bytes `[at, end)` become others. */
export function splice(
  bytes: Uint8Array,
  at: number,
  end: number,
  ...others: (Uint8Array | readonly number[])[]
): Uint8Array {
  return Uint8Array.from(
    Buffer.concat([bytes.subarray(0, at), ...others.map((o) => Uint8Array.from(o)), bytes.subarray(end)]),
  )
}

export function sectionOf(bytes: Uint8Array, name: string): QemuSection {
  const section = parseQemuStream(bytes).sections.find((s) => s.name === name)
  if (section === undefined) throw new Error(`no section ${name}`)
  return section
}

const u32 = (value: number): number[] => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]
const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0))

/** Another value of a word of the saved registers. */
export function withRegister(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const { body } = sectionOf(bytes, 'tpm-crb')
  return splice(bytes, body + offset, body + offset + 4, u32(value))
}

export function withoutSection(bytes: Uint8Array, name: string): Uint8Array {
  const { at, next } = sectionOf(bytes, name)
  return splice(bytes, at, next)
}

/** Without a RAM block: its entry of the list, its length in the sum, its page. */
export function withoutBlock(bytes: Uint8Array, name: string): Uint8Array {
  const { ramBlocks, tpmPages } = parseQemuStream(bytes)
  const block = ramBlocks.find((b) => b.name === name)
  const page = tpmPages.find((p) => p.block === name)
  if (block === undefined || page === undefined) throw new Error(`no block ${name}`)
  const total = ramBlocks.reduce((sum, { length }) => sum + length, 0) - block.length
  const less = splice(splice(bytes, page.at, page.end), block.at, block.end)
  return splice(less, block.totalAt, block.totalAt + 8, u32(0), u32(total | 4))
}

/** With another length of a RAM block. */
export function withBlockLength(bytes: Uint8Array, name: string, length: number): Uint8Array {
  const { ramBlocks } = parseQemuStream(bytes)
  const block = ramBlocks.find((b) => b.name === name)
  if (block === undefined) throw new Error(`no block ${name}`)
  const total = ramBlocks.reduce((sum, b) => sum + b.length, 0) - block.length + length
  const longer = splice(bytes, block.end - 4, block.end, u32(length))
  return splice(longer, block.totalAt, block.totalAt + 8, u32(0), u32(total | 4))
}

/** With another name of the same length, wherever a block or section is called so. */
export function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const named = (name: string): Buffer => Buffer.from([name.length, ...ascii(name)])
  let text = Buffer.from(bytes)
  for (let at = text.indexOf(named(from)); at >= 0; at = text.indexOf(named(from), at + 1)) {
    text = Buffer.from(splice(text, at, at + 1 + from.length, named(to)))
  }
  return Uint8Array.from(text)
}

/** Bytes behind a section's body. */
export function withExtra(bytes: Uint8Array, name: string, extra: readonly number[]): Uint8Array {
  const { end } = sectionOf(bytes, name)
  return splice(bytes, end, end, extra)
}

/** A subsection without a place in the description. */
export function subsection(name: string, body: readonly number[]): number[] {
  return [5, name.length, ...ascii(name), ...u32(0), ...body]
}

/** Without the description. */
export function withoutDescription(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, parseQemuStream(bytes).description?.at)
}

/** With another instance or version of a section. */
export function withHead(bytes: Uint8Array, name: string, head: { instance?: number; version?: number }): Uint8Array {
  const section = sectionOf(bytes, name)
  return splice(
    bytes,
    section.body - 8,
    section.body,
    u32(head.instance ?? section.instance),
    u32(head.version ?? section.version),
  )
}

/** A state as its record: equal records are equal states, and text is compared fast. */
export const stateText = (state: CrbState): string => toHex(encodeCrbState(state))

export const readTpm = (bytes: Uint8Array): QemuTpm => readQemuTpm(parseQemuStream(bytes))

/** Reads, and gives a StateError back; anything else fails the test. */
export function attempt(bytes: Uint8Array): QemuTpm | StateError {
  try {
    return readTpm(bytes)
  } catch (error) {
    if (error instanceof StateError) return error
    throw error
  }
}

/** The error's message, or `read`. */
export const message = (bytes: Uint8Array): string => {
  const result = attempt(bytes)
  return result instanceof StateError ? result.message : 'read'
}
