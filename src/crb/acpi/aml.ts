/**
 * As much of ACPI Machine Language as a device needs (ACPI 6.5, 20.2 "AML Grammar Definition", and 6.4 for resources).
 *
 * @module
 */

import { high, low } from '../../bits.ts'

type Bytes = readonly number[]

const ascii = (text: string): Bytes => [...text].map((c) => c.charCodeAt(0))
const le = (value: number, bytes: number): Bytes =>
  Array.from({ length: bytes }, (_, i) => ((i < 4 ? low(value) : high(value)) >>> (8 * (i & 3))) & 0xff)

/** PkgLength (20.2.4): counts itself. */
function pkgLength(content: number): Bytes {
  if (content + 1 < 0x40) return [content + 1]
  for (let more = 1; ; more++) {
    const length = content + 1 + more
    if (length < 2 ** (4 + 8 * more)) return [(more << 6) | (length & 0xf), ...le(Math.floor(length / 16), more)]
  }
}

const packaged = (op: Bytes, content: Bytes): Bytes => [...op, ...pkgLength(content.length), ...content]

/** Terms, each as its bytes. Names are four characters, a path may begin with a backslash. */
export const aml = {
  /** The smallest constant that holds the value. */
  integer(value: number): Bytes {
    if (value === 0 || value === 1) return [value]
    if (value < 0x100) return [0x0a, value]
    if (value < 0x1_0000) return [0x0b, ...le(value, 2)]
    return value < 0x1_0000_0000 ? [0x0c, ...le(value, 4)] : [0x0e, ...le(value, 8)]
  },
  string: (text: string): Bytes => [0x0d, ...ascii(text), 0],
  buffer: (bytes: Bytes): Bytes => packaged([0x11], [...aml.integer(bytes.length), ...bytes]),
  name: (name: string, value: Bytes): Bytes => [0x08, ...ascii(name), ...value],
  scope: (path: string, content: Bytes): Bytes => packaged([0x10], [...ascii(path), ...content]),
  device: (name: string, content: Bytes): Bytes => packaged([0x5b, 0x82], [...ascii(name), ...content]),
  /** A method of `args` arguments, serialized: one caller at a time. */
  method: (name: string, args: number, content: Bytes): Bytes =>
    packaged([0x14], [...ascii(name), args | 0x08, ...content]),
  arg: (n: number): Bytes => [0x68 + n],
  equal: (a: Bytes, b: Bytes): Bytes => [0x93, ...a, ...b],
  ifThen: (condition: Bytes, content: Bytes): Bytes => packaged([0xa0], [...condition, ...content]),
  return: (value: Bytes): Bytes => [0xa4, ...value],
  /** A UUID as ToUUID stores it: the first three groups little-endian. */
  uuid(text: string): Bytes {
    const bytes = (text.replaceAll('-', '').match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
    return aml.buffer([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((i) => bytes[i] ?? 0))
  },
  /** A resource template: descriptors and the end tag without a checksum. */
  resources: (descriptors: Bytes): Bytes => aml.buffer([...descriptors, 0x79, 0]),
  /** Memory that a device reads and writes (6.4.3.4; above 4 GiB 6.4.3.5.1). */
  memory(base: number, size: number): Bytes {
    if (base + size <= 0x1_0000_0000) return [0x86, 9, 0, 1, ...le(base, 4), ...le(size, 4)]
    // Consumer, both ends fixed; not cacheable, writable.
    const head = [0x8a, 0x2b, 0, 0, 0x0d, 0x01]
    return [...head, ...le(0, 8), ...le(base, 8), ...le(base + size - 1, 8), ...le(0, 8), ...le(size, 8)]
  },
} as const
