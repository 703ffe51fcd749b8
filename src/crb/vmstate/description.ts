/**
 * The description at the end of a stream (vmdesc): JSON that names every device's fields with their sizes.
 *
 * @module
 */

import { StateReader } from '../state/reader.ts'
import type { ByteSource } from '../state/source.ts'

/** A field: `size` bytes, `array_len` times. */
export interface DescribedField {
  name: string
  array_len?: number
  type: string
  size: number
}

/** A device or a subsection. */
export interface DescribedState {
  name?: string
  instance_id?: number
  vmsd_name?: string
  version?: number
  fields?: DescribedField[]
  subsections?: DescribedState[]
  size?: number
  data?: { size: number }[]
}

/** The whole. */
export interface DescriptionJson {
  page_size?: number
  devices: DescribedState[]
}

const DESCRIPTION = 6
/** Type and length. */
const HEAD_SIZE = 5
/** Subsections in one another; QEMU's go three deep. */
const MAX_DEPTH = 16
/** Objects and arrays in one another; QEMU's go some twenty deep. */
const MAX_JSON_DEPTH = 100
/** Longest that is looked for; QEMU's have some hundred KiB. */
const MAX_SIZE = 1 << 24
/** Places that look like a description: more than one is chance already. */
const MAX_TRIES = 8

/** A description and where it is. */
export class VmDescription {
  /** Of its type byte; it goes on to the end of the file. */
  readonly at: number
  readonly #text: string

  constructor(at: number, text: string) {
    this.at = at
    this.#text = text
  }

  /** A fresh copy of the JSON, to change. */
  json(): DescriptionJson {
    return JSON.parse(this.#text) as DescriptionJson
  }

  /** Bytes of a device's body, subsections with their heads included; `undefined` when it does not say. */
  bodyLength(name: string, instance: number): number | undefined {
    const device = this.#devices().find((d) => d?.name === name && d.instance_id === instance)
    const length = device === undefined ? Number.NaN : stateLength(device, 0)
    return Number.isSafeInteger(length) && length >= 0 ? length : undefined
  }

  #parsed: readonly DescribedState[] | undefined

  #devices(): readonly DescribedState[] {
    this.#parsed ??= this.json().devices
    return this.#parsed
  }
}

/** NaN for what says no length: JSON of a file may be anything. */
function stateLength(state: Partial<DescribedState> | null, depth: number): number {
  if (depth > MAX_DEPTH) return Number.NaN
  if (!Array.isArray(state?.fields))
    return Number(state?.size ?? (Array.isArray(state?.data) ? sum(state.data) : Number.NaN))
  let length = sum(state.fields)
  for (const sub of Array.isArray(state.subsections) ? state.subsections : []) {
    length += subsectionHead(String(sub?.vmsd_name)) + stateLength(sub, depth + 1)
  }
  return length
}

function sum(fields: readonly ({ readonly size: number; readonly array_len?: number } | null)[]): number {
  return fields.reduce((sum, field) => sum + Number(field?.size) * Number(field?.array_len ?? 1), 0)
}

/** Bytes of a subsection's head: 05, u8-led name, u32 version. */
function subsectionHead(name: string): number {
  return 6 + name.length
}

/** The description of a stream, if it ends in one. */
export function descriptionOf(file: ByteSource): VmDescription | undefined {
  const from = Math.max(0, file.length - MAX_SIZE)
  const bytes = file.read(from, file.length - from)
  // Its JSON begins with one of these keys; its length field has to reach exactly to the end of the file.
  let tries = 0
  for (let at = bytes.lastIndexOf(DESCRIPTION); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(DESCRIPTION, at - 1)) {
    if (bytes[at + HEAD_SIZE] !== 0x7b || at + HEAD_SIZE > bytes.length) continue
    if (new StateReader(bytes, '', at + 1).u32('the length') !== bytes.length - at - HEAD_SIZE) continue
    tries += 1
    if (tries > MAX_TRIES) return undefined
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at + HEAD_SIZE))
      const json: unknown = JSON.parse(text)
      if (isDescription(json)) return new VmDescription(from + at, text)
    } catch {
      // Bytes of a page that look like one.
    }
  }
  return undefined
}

function isDescription(json: unknown): json is DescriptionJson {
  return Array.isArray((json as DescriptionJson | null)?.devices) && isShallow(json, MAX_JSON_DEPTH)
}

/** What is written again is walked by recursion, which a file must not make deeper than the stack. */
function isShallow(json: unknown, depth: number): boolean {
  if (typeof json !== 'object' || json === null) return true
  return depth > 0 && Object.values(json).every((value) => isShallow(value, depth - 1))
}

/** A description as bytes, written as QEMU's json-writer does: one space after each comma and colon. */
export function encodeDescription(json: DescriptionJson): Uint8Array {
  const text = new TextEncoder().encode(qemuJson(json))
  const out = new Uint8Array(HEAD_SIZE + text.length)
  out[0] = DESCRIPTION
  new DataView(out.buffer).setUint32(1, text.length)
  out.set(text, HEAD_SIZE)
  return out
}

function qemuJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(qemuJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}: ${qemuJson(v)}`).join(', ')}}`
}
