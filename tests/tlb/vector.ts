import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import {
  type Descriptor,
  type Features,
  RegimeRegister,
  type TableMemory,
  TranslationRegime,
} from '../../src/tlb/index.ts'

export const high = (value: bigint): number => Number(value >> 32n)
export const low = (value: bigint): number => Number(value & 0xffff_ffffn)

/** Reads a gzipped file of JSON Lines. */
export function readJsonLines(url: URL): unknown[] {
  const text = gunzipSync(readFileSync(url)).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

/** Table memory of a case: listed doublewords, zero elsewhere in RAM, nothing outside. Counts and logs. */
export class VectorMemory implements TableMemory {
  readonly words = new Map<number, bigint>()
  reads = 0
  /** Doublewords that hardware updates changed. */
  readonly written = new Map<number, bigint>()

  private readonly ram: readonly [number, number] | undefined

  /** @param ram start and size; without it only the listed doublewords exist. */
  constructor(mem: Readonly<Record<string, string>>, ram?: readonly [number, number]) {
    this.ram = ram
    for (const [pa, value] of Object.entries(mem)) this.words.set(Number(pa), BigInt(value))
  }

  private has(pa: number): boolean {
    return this.ram === undefined ? this.words.has(pa) : pa >= this.ram[0] && pa < this.ram[0] + this.ram[1]
  }

  readDescriptor(pa: number, out: Descriptor): boolean {
    this.reads++
    if (!this.has(pa)) return false
    const word = this.written.get(pa) ?? this.words.get(pa) ?? 0n
    out.hi = high(word)
    out.lo = low(word)
    return true
  }

  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const now = this.written.get(pa) ?? this.words.get(pa) ?? 0n
    if (high(now) !== oldHi || low(now) !== oldLo) return false
    this.written.set(pa, (BigInt(hi) << 32n) | BigInt(lo))
    return true
  }
}

/** A regime with the registers of a case or recording, names in either case. */
export function regimeOf(regs: Readonly<Record<string, string>>, features?: Features): TranslationRegime {
  const regime = new TranslationRegime(features)
  for (const [name, index] of Object.entries(RegimeRegister)) {
    const given = regs[name] ?? regs[name.toLowerCase()]
    if (given === undefined) continue
    const value = BigInt(given)
    regime.set(index, high(value), low(value))
  }
  regime.update()
  return regime
}
