import {
  type Features,
  LOAD,
  RegimeRegister,
  Translation,
  TranslationRegime,
  type WalkRecorder,
  walk,
} from '../../src/tlb/index.ts'
import { high, low, VectorMemory } from './vector.ts'

type Register = keyof typeof RegimeRegister

/** RAM that the tables of these tests live in. */
export const RAM: readonly [number, number] = [0x4000_0000, 0x1000_0000]

/** Table addresses that the tests use, one granule of any size each. */
export const L0 = 0x4000_0000
export const L1 = 0x4010_0000
export const L2 = 0x4020_0000
export const L3 = 0x4030_0000

export const TABLE = 0b11n
/** Page descriptor bits: valid, AF, Inner Shareable, AttrIndx 0, EL1 read-write. */
export const PAGE = 0x703n
/** The same as a block. */
export const BLOCK = 0x701n
export const AP_EL0 = 1n << 6n
export const AP_READ_ONLY = 1n << 7n
export const ACCESS_FLAG = 1n << 10n
export const DBM = 1n << 51n
export const PXN = 1n << 53n
export const UXN = 1n << 54n

/** A regime and memory in which a test sets up what it needs. MMU on, MAIR attribute 0 is 0xff, caches on. */
export class Bench {
  readonly memory: VectorMemory = new VectorMemory({}, RAM)
  readonly regime: TranslationRegime
  readonly out: Translation = new Translation()

  constructor(features?: Features) {
    this.regime = new TranslationRegime(features)
    this.set('SCTLR_EL1', 0x1005n)
    this.set('MAIR_EL1', 0xffn)
  }

  set(register: Register, value: bigint): this {
    this.regime.set(RegimeRegister[register], high(value), low(value))
    return this
  }

  /** The descriptor at index `index` of the table at `table`. */
  put(table: number, index: number, descriptor: bigint): this {
    this.memory.words.set(table + index * 8, descriptor)
    return this
  }

  walk(va: bigint, access: number = LOAD, recorder?: WalkRecorder): Translation {
    this.regime.update()
    this.memory.reads = 0
    walk(this.regime, this.memory, high(va), low(va), access, this.out, recorder)
    return this.out
  }
}

/**
 * A 39-bit lower half with 4 KB pages: VA 0x1000 is the page at 0x8000_0000, by the tables at L1, L2, L3.
 * @param page attributes of the page descriptor beyond {@link PAGE}.
 * @param tcr bits of TCR_EL1 beyond T0SZ = 25 and IPS = 48 bits.
 */
export function onePage(page = 0n, tcr = 0n, features?: Features): Bench {
  return new Bench(features)
    .set('TCR_EL1', (5n << 32n) | 25n | tcr)
    .set('TTBR0_EL1', BigInt(L1))
    .put(L1, 0, BigInt(L2) | TABLE)
    .put(L2, 0, BigInt(L3) | TABLE)
    .put(L3, 1, 0x8000_0000n | PAGE | page)
}
