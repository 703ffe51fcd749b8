import {
  CONSTRAINED,
  decode,
  decodeInto,
  type FormatOptions,
  format,
  Instruction,
  UNALLOCATED,
} from '../decode/index.ts'
import { coloured } from './colours.ts'
import type { ElfMapping, ElfSymbol } from './elf/symbols.ts'
import type { ElfCode, ElfFile } from './elf.ts'

/** Names the address of a branch target or a literal: `printf`, `printf+0x10`; `undefined` for no name. */
export type Resolve = (address: bigint) => string | undefined

/** Columns of an address, as objdump has. */
const ADDRESS_WIDTH = 8

const insn = new Instruction()

/** How a listing is written. */
export interface ListingOptions extends FormatOptions {
  /** With the escape codes of terminals. */
  readonly colour?: boolean
}

/**
 * One instruction of a listing: `address: word  text`, its target as an address with its name. What is no instruction
 * is a directive that assembles to itself, with the reason.
 *
 * @param address - 64 bits.
 */
export function instructionLine(address: bigint, word: number, options: ListingOptions, resolve?: Resolve): string {
  const shown = instructionAt(word, options)
  const located = { ...options, pc: address, ...(resolve && { symbol: resolve }) }
  let text = options.colour ? coloured(shown, located) : format(shown, located)
  if (shown.verdict === UNALLOCATED) text += '  // unallocated'
  else if (shown.verdict === CONSTRAINED) text += `  // CONSTRAINED UNPREDICTABLE: ${shown.unpredictable}`
  return `${addressText(address)}: ${hex(word, 8)}  ${text}`
}

function instructionAt(word: number, { features }: ListingOptions): Instruction {
  decodeInto(word, insn)
  if (!features || insn.verdict === UNALLOCATED) return insn
  const decoded = decode(word, { features })
  if (decoded) return decoded
  const off = new Instruction()
  off.word = word
  return off
}

/** Data among instructions, in the file's byte order: a word, or the bytes before the end of one. */
function dataLine(address: bigint, bytes: Uint8Array, bigEndian: boolean): string {
  const digits = [...bytes].map((b) => hex(b, 2))
  const word = (bigEndian ? digits : [...digits].reverse()).join('')
  const text = bytes.length === 4 ? `.word 0x${word}` : `.byte ${digits.map((d) => `0x${d}`).join(', ')}`
  return `${addressText(address)}: ${word.padEnd(8)}  ${text}`
}

/** The lines of all code of a file: a heading for each section, a label for each symbol. */
export function* elfListing(file: ElfFile, options: ListingOptions): Generator<string> {
  const ordered = [...file.code].sort((a, b) => (a.address < b.address ? -1 : 1))
  for (const code of file.code) {
    const reach = file.relocatable ? [code] : ordered
    yield `\nDisassembly of ${code.name.startsWith('.') ? `section ${code.name}` : code.name}:`
    yield* codeListing(code, file.bigEndian, options, (address) => nameOf(reach, address))
  }
}

function* codeListing(code: ElfCode, bigEndian: boolean, options: ListingOptions, resolve: Resolve): Generator<string> {
  const { bytes, symbols, mapping } = code
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let symbol = 0
  let region = 0
  let data = false
  yield ''
  for (let at = 0; at < bytes.length; ) {
    for (let next = mapping[region]; next && next.offset <= at; next = mapping[++region]) data = next.data
    const address = BigInt.asUintN(64, code.address + BigInt(at))
    for (let next = symbols[symbol]; next && next.offset <= at; next = symbols[++symbol]) {
      if (at > 0) yield ''
      const place = BigInt.asUintN(64, code.address + BigInt(next.offset))
      yield `${place.toString(16).padStart(16, '0')} <${next.name}>:`
    }
    // Data ends where something else begins; an instruction does not.
    const end = data ? Math.min(nextOffset(mapping[region]), nextOffset(symbols[symbol]), at + 4) : at + 4
    if (data || end > bytes.length) yield dataLine(address, bytes.subarray(at, end), bigEndian)
    else yield instructionLine(address, view.getUint32(at, true), options, resolve)
    at = end
  }
}

function nextOffset(next: ElfMapping | ElfSymbol | undefined): number {
  return next?.offset ?? Number.POSITIVE_INFINITY
}

/** The symbol at or before an address, in the code (ascending by address) that holds it; that code's name without one. */
function nameOf(codes: readonly ElfCode[], address: bigint): string | undefined {
  const code = codes[upperBound(codes, (c) => c.address <= address) - 1]
  if (!code || address - code.address >= code.bytes.length) return undefined
  const offset = Number(address - code.address)
  const symbol = code.symbols[upperBound(code.symbols, (s) => s.offset <= offset) - 1]
  const rest = offset - (symbol?.offset ?? 0)
  return (symbol?.name ?? code.name) + (rest === 0 ? '' : `+0x${rest.toString(16)}`)
}

/** How many of the first elements are `below`, all of which come before the others. */
function upperBound<T>(sorted: readonly T[], below: (element: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (below(sorted[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}

function addressText(address: bigint): string {
  return address.toString(16).padStart(ADDRESS_WIDTH)
}

function hex(n: number, digits: number): string {
  return n.toString(16).padStart(digits, '0')
}
