/**
 * RAM in a migration stream: the list of blocks, and pages (migration/ram.c).
 *
 * @module
 */

import { high, low, toNumber } from '../../bits.ts'
import type { StateReader } from '../state/reader.ts'

/** RAM_SAVE_FLAG_*: the low bits of a page's address. */
export const RAM_FLAG = { ZERO: 0x02, MEM_SIZE: 0x04, PAGE: 0x08, EOS: 0x10, CONTINUE: 0x20 } as const
const FLAGS_MASK = 0x3ff

/** A RAM block of the machine. */
export interface RamBlock {
  readonly name: string
  /** Bytes in use. */
  readonly length: number
  /** Of its entry in the list: its first byte, behind its last. */
  readonly at: number
  readonly end: number
  /** Of the u64 before the list: the sum of all lengths. */
  readonly totalAt: number
}

/** A page as sent. */
export interface RamPage {
  readonly block: string
  /** Offset into the block. */
  readonly address: number
  /** Of its record: its first byte, its payload (one byte to fill with, or a page), behind its last. */
  readonly at: number
  readonly payload: number
  readonly end: number
  readonly zero: boolean
  /** The record does not name its block: it is the one before. */
  readonly continued: boolean
}

/** What a stream's RAM sections tell, one after another. */
export interface RamContents {
  readonly blocks: RamBlock[]
  /** Of tpm blocks. */
  readonly pages: RamPage[]
  /** Name of the block of the last page: the next one, in another section too, may go on in it. */
  block: string
  /** Each block of the list is followed by its address (capability x-ignore-shared). */
  readonly addresses: boolean
}

/** Reads one RAM section up to its end mark. */
export function parseRam(reader: StateReader, pageSize: number, ram: RamContents): void {
  for (;;) {
    const at = reader.at
    const [hi, lo] = [reader.u32("a page's address"), reader.u32("a page's address")]
    const flags = lo & FLAGS_MASK
    const address = toNumber(hi, (lo & ~FLAGS_MASK) >>> 0)
    if (flags === RAM_FLAG.EOS) return
    if (flags === RAM_FLAG.MEM_SIZE) {
      readBlocks(reader, at, address, ram)
      continue
    }
    const kind = flags & ~RAM_FLAG.CONTINUE
    if (kind !== RAM_FLAG.ZERO && kind !== RAM_FLAG.PAGE) {
      throw reader.error(
        'value',
        `page flags 0x${flags.toString(16)}: compressed, multifd, postcopy or mapped RAM is not read`,
        at,
      )
    }
    const continued = (flags & RAM_FLAG.CONTINUE) !== 0
    if (!continued) ram.block = reader.text(reader.u8("the length of a block's name"), "a block's name")
    const { block } = ram
    const known = ram.blocks.find(({ name }) => name === block)
    if (known === undefined)
      throw reader.error('section', `a page of RAM block '${block}', which is not in the list`, at)
    if (address + pageSize > known.length && address !== 0) {
      throw reader.error('value', `a page at 0x${address.toString(16)} of RAM block '${block}', which ends before`, at)
    }
    const payload = reader.at
    const zero = kind === RAM_FLAG.ZERO
    reader.skip(zero ? 1 : pageSize, 'a page')
    if (!block.startsWith('tpm-')) continue
    ram.pages.push({ block, address, at, payload, end: reader.at, zero, continued })
  }
}

function readBlocks(reader: StateReader, totalAt: number, total: number, { blocks, addresses }: RamContents): void {
  let left = total
  while (left > 0) {
    const at = reader.at
    const name = reader.text(reader.u8("the length of a block's name"), "a block's name")
    const length = reader.u64("a block's length")
    if (addresses) reader.skip(8, "a block's address")
    if (length > left || length === 0) {
      throw reader.error('value', `RAM block '${name}' has ${length} bytes, the list ${left} more`, at)
    }
    blocks.push({ name, length, at, end: reader.at, totalAt })
    left -= length
  }
}

/** `u64 number|flags`, the head of a page's record and of the list of blocks. */
export function ramWord(value: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, high(value))
  view.setUint32(4, (low(value) | flags) >>> 0)
  return bytes
}
