import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import {
  Access,
  type Descriptor,
  type Features,
  RegimeRegister,
  type TableMemory,
  TranslationRegime,
} from '../../src/tlb/index.ts'

/** `out` of a probe: an AT instruction's PAR_EL1, or how a real access ended. Numbers are "0x" strings. */
export interface Outcome {
  readonly pa?: string
  readonly attr?: string
  readonly sh?: number
  readonly par?: string
  readonly done?: boolean
  readonly fault?: string
  readonly level?: number | null
  readonly stage?: number
  readonly s1ptw?: boolean
  readonly fst?: number
  readonly taken_to?: number
  readonly ec?: number
  readonly esr?: string
  readonly wnr?: number
  readonly far?: string
  readonly hpfar?: string
}

/** One address and access, with what the oracle said. */
export interface Probe {
  readonly va: string
  readonly op: string
  readonly out: Outcome
  readonly mem_after?: Readonly<Record<string, string>>
}

/** One register and memory state. */
export interface WalkCase {
  readonly id: string
  readonly regs: Readonly<Record<string, string>>
  readonly mem: Readonly<Record<string, string>>
  readonly probes: readonly Probe[]
}

/** The cases of a file of walks, and the range of RAM they run in. */
export interface WalkFile {
  readonly ram: readonly [number, number]
  readonly cases: readonly WalkCase[]
}

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

export function readWalkFile(url: URL): WalkFile {
  const [first, ...cases] = readJsonLines(url)
  const { ram } = (first as { header: { ram: [string, string] } }).header
  return { ram: [Number(ram[0]), Number(ram[1])], cases: cases as WalkCase[] }
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
    const value = BigInt(regs[name] ?? regs[name.toLowerCase()] ?? '0x0')
    regime.set(index, high(value), low(value))
  }
  regime.update()
  return regime
}

/** The access that an operation of the walk files makes. */
export function accessOfOp(op: string, pan: boolean, uao: boolean): number {
  const at = /^S(12|1)E([01])([RW])(P?)$/.exec(op)
  if (at !== null) {
    let access = (at[3] === 'W' ? Access.WRITE : Access.READ) | Access.NO_UPDATE
    if (at[1] === '1') access |= Access.STAGE1_ONLY
    if (at[2] === '0') access |= Access.UNPRIVILEGED
    if (at[4] === 'P' && pan) access |= Access.PAN
    return access
  }
  const real = /^EL([01])_(LDR|STR|LDTR|STTR|FETCH)$/.exec(op)
  if (real === null) throw new Error(`unknown operation ${op}`)
  const name = real[2] as string
  let access: number = name === 'FETCH' ? Access.EXECUTE : name.startsWith('L') ? Access.READ : Access.WRITE
  if (real[1] === '0' || (name.length === 4 && !uao)) access |= Access.UNPRIVILEGED
  if (pan) access |= Access.PAN
  return access
}
