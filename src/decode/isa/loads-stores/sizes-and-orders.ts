import type { AccessOrder } from '../../access.ts'

/**
 * The two tables that the mnemonics of atomics are made of: `LDADD` + order + size.
 *
 * @module
 */

/** An access size as atomics spell it. */
export interface Size {
  /** What the mnemonic ends in. */
  readonly suffix: '' | 'b' | 'h'
  /** Field `size`. */
  readonly bits: string
  /** Class of the data registers. */
  readonly bank: 'W' | 'X'
  /** Width of the data registers, as encoding ids give it. */
  readonly width: '32' | '64'
  readonly bytes: number
}

/** Field `size`, 00 to 11. */
export const SIZES: readonly Size[] = [
  { suffix: 'b', bits: '00', bank: 'W', width: '32', bytes: 1 },
  { suffix: 'h', bits: '01', bank: 'W', width: '32', bytes: 2 },
  { suffix: '',  bits: '10', bank: 'W', width: '32', bytes: 4 },
  { suffix: '',  bits: '11', bank: 'X', width: '64', bytes: 8 },
]

/** A memory order as atomics spell it. */
export interface Order {
  /** What follows the operation in the mnemonic. */
  readonly suffix: '' | 'a' | 'l' | 'al'
  /** The acquire bit: A of atomics, L of compare and swap. */
  readonly acquire: '0' | '1'
  /** The release bit: R of atomics, o0 of compare and swap. */
  readonly release: '0' | '1'
  readonly order: AccessOrder
}

/** All four. */
export const ORDERS: readonly Order[] = [
  { suffix: '',   acquire: '0', release: '0', order: 'plain' },
  { suffix: 'a',  acquire: '1', release: '0', order: 'acquire' },
  { suffix: 'l',  acquire: '0', release: '1', order: 'release' },
  { suffix: 'al', acquire: '1', release: '1', order: 'acquire-release' },
]
