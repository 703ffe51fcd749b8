/**
 * Changes to a stream: bytes replaced in place, everything else as it was, the description brought up to date.
 *
 * @module
 */

import { StateError } from '../state/error.ts'
import { type ByteSource, JoinedSource } from '../state/source.ts'
import { WireWriter } from '../tpm2/wire.ts'
import { type DescribedState, encodeDescription } from './description.ts'
import { RAM_FLAG, ramWord } from './ram.ts'
import type { QemuSection, QemuStream } from './stream.ts'

/** Bytes `[at, end)` of the file become others. */
interface Splice {
  readonly at: number
  readonly end: number
  readonly bytes: Uint8Array
}

/** Collects changes; {@link finish} makes the new file. */
export class StreamEdit {
  readonly #stream: QemuStream
  readonly #splices: Splice[] = []
  readonly #described: ((device: DescribedState) => void)[] = []
  readonly #devices: string[] = []

  constructor(stream: QemuStream) {
    this.#stream = stream
  }

  /**
   * Gives a section another body and version.
   * @param describe - brings its entry of the description up to date.
   */
  body(section: QemuSection, version: number, body: Uint8Array, describe: (device: DescribedState) => void): void {
    this.#splices.push({
      at: section.body - 4,
      end: section.end,
      bytes: new WireWriter().u32(version).bytes(body).finish(),
    })
    this.#devices.push(section.name)
    this.#described.push((device) => {
      if (device.version !== undefined) device.version = version
      describe(device)
    })
  }

  /** Gives a RAM block another name, in the list and in its pages. */
  rename(from: string, to: string): void {
    const named = new WireWriter().u8(to.length).bytes(ascii(to)).finish()
    for (const block of this.#stream.ramBlocks) {
      if (block.name === from) this.#splices.push({ at: block.at, end: block.at + 1 + from.length, bytes: named })
    }
    for (const page of this.#stream.tpmPages) {
      if (page.block !== from || page.continued) continue
      this.#splices.push({ at: page.at + 8, end: page.payload, bytes: named })
    }
  }

  /**
   * Gives the first page of a RAM block other bytes, written as QEMU writes a page: one of zeros as a single byte. A page
   * that has these bytes already stays as it is.
   * @param renamed - the block's name in the new file.
   */
  page(block: string, bytes: Uint8Array, renamed: string = block): void {
    const last = this.#stream.tpmPages.findLast((p) => p.block === block && p.address === 0)
    const zero = bytes.every((byte) => byte === 0)
    if (last === undefined) {
      if (!this.#stream.ramBlocks.some(({ name }) => name === block)) {
        throw new StateError('section', 'ram', -1, `there is no RAM block '${block}': this machine has no TPM CRB`)
      }
      if (zero) return
      const head = new WireWriter().bytes(ramWord(0, RAM_FLAG.PAGE)).u8(renamed.length).bytes(ascii(renamed))
      this.#splices.push({ at: this.#stream.ramEnd, end: this.#stream.ramEnd, bytes: head.bytes(bytes).finish() })
      return
    }
    const old = this.#stream.file.read(last.payload, last.end - last.payload)
    if (bytes.every((byte, i) => byte === old[last.zero ? 0 : i])) return
    const flags = (zero ? RAM_FLAG.ZERO : RAM_FLAG.PAGE) | (last.continued ? RAM_FLAG.CONTINUE : 0)
    this.#splices.push({ at: last.at, end: last.at + 8, bytes: ramWord(0, flags) })
    this.#splices.push({ at: last.payload, end: last.end, bytes: zero ? Uint8Array.of(0) : bytes })
  }

  /** The new file. */
  finish(): ByteSource {
    const { file, description } = this.#stream
    const splices = [...this.#splices].sort((a, b) => a.at - b.at || a.end - b.end)
    if (description !== undefined && this.#devices.length > 0) {
      const json = description.json()
      this.#devices.forEach((name, i) => {
        const device = json.devices.find((d) => d?.name === name && d.instance_id === 0)
        if (device !== undefined) this.#described[i]?.(device)
      })
      splices.push({ at: description.at, end: file.length, bytes: encodeDescription(json) })
    }
    const parts: ConstructorParameters<typeof JoinedSource>[0][number][] = []
    let at = 0
    for (const splice of splices) {
      parts.push({ source: file, from: at, end: splice.at }, splice.bytes)
      at = splice.end
    }
    return new JoinedSource([...parts, { source: file, from: at, end: file.length }])
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0))
}
