/** Cases of `scripts/sail/walk.mjs`: translations by Arm's own model. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import {
  Access,
  ALL_FEATURES,
  type Descriptor,
  type Descriptor128,
  type Features,
  RegimeRegister,
  type TableMemory,
  TranslationRegime,
} from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

/** More cases: `NISV_SAIL_CASES=FOLDER`, made by `scripts/sail/walk.mjs --out FOLDER`. */
const FOLDER = process.env.NISV_SAIL_CASES ?? fileURLToPath(new URL('vectors/sail', import.meta.url))

/** One access. */
export interface Probe {
  readonly va: string
  readonly el: number
  readonly pan?: boolean
  readonly kind: string
  readonly out: Readonly<Record<string, unknown>>
  readonly after?: Readonly<Record<string, string>>
  readonly sail?: string
}

/** Registers, memory and accesses. */
export interface SailCase {
  /** 52 unless told. */
  readonly paSize?: number
  /** `true` unless told. */
  readonly txszFaults?: boolean
  readonly id: string
  readonly regs: Readonly<Record<string, string>>
  readonly mem: Readonly<Record<string, string>>
  readonly probes: readonly Probe[]
}

const KINDS: Readonly<Record<string, number>> = {
  load: Access.READ,
  store: Access.WRITE,
  fetch: Access.EXECUTE,
  atomic: Access.READ | Access.WRITE,
  nonfault: Access.READ | Access.NON_FAULT,
  'tag-load': Access.READ | Access.TAG_ACCESS,
  'tag-store': Access.WRITE | Access.TAG_ACCESS,
  'checked-load': Access.READ | Access.TAG_CHECKED,
  'checked-store': Access.WRITE | Access.TAG_CHECKED,
  rcw: Access.READ | Access.WRITE | Access.READ_CHECK_WRITE,
  'gcs-load': Access.READ | Access.GCS,
  'gcs-store': Access.WRITE | Access.GCS,
}

export const hex = (value: number | bigint): string => `0x${value.toString(16)}`

/** Memory of a case: all of it RAM. Knows what hardware changed. */
export class SailMemory implements TableMemory {
  readonly words = new Map<number, bigint>()
  readonly changed = new Map<number, bigint>()

  readDescriptor(pa: number, out: Descriptor): boolean {
    const word = this.changed.get(pa) ?? this.words.get(pa) ?? 0n
    out.hi = high(word)
    out.lo = low(word)
    return true
  }

  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const now = this.changed.get(pa) ?? this.words.get(pa) ?? 0n
    if (high(now) !== oldHi || low(now) !== oldLo) return false
    const to = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
    if (to !== now) this.changed.set(pa, to)
    return true
  }

  compareAndSwapDescriptor128(pa: number, old: Descriptor128, now: Descriptor128): boolean {
    const low = this.compareAndSwapDescriptor(pa, old.hi, old.lo, now.hi, now.lo)
    return low && this.compareAndSwapDescriptor(pa + 8, old.topHi, old.topLo, now.topHi, now.topLo)
  }
}

/** Names of the files of cases, one for each rule. */
export const SAIL_FILES: readonly string[] = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl.gz'))

export function sailCases(file: string): SailCase[] {
  const text = gunzipSync(readFileSync(join(FOLDER, file))).toString()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SailCase)
}

/** A case's machine; `features` are changes to its CPU. */
export function machineOf(
  { regs, mem, paSize = 52, txszFaults = true }: SailCase,
  features: Partial<Features> = {},
): { regime: TranslationRegime; memory: SailMemory } {
  const regime = new TranslationRegime({ ...ALL_FEATURES, paSize, txszFaults, ...features })
  for (const [register, text] of Object.entries(regs)) {
    const wide = RegimeRegister[`${register}_HIGH` as keyof typeof RegimeRegister] as number | undefined
    if (wide !== undefined) regime.set(wide, high(BigInt(text) >> 64n), low(BigInt(text) >> 64n))
    const index = RegimeRegister[register as keyof typeof RegimeRegister] as number | undefined
    // HCRX_EL2 and bits of SCR_EL3 enable registers; the caller of a regime sees to that.
    if (index !== undefined) regime.set(index, high(BigInt(text)), low(BigInt(text)))
  }
  const memory = new SailMemory()
  for (const [pa, word] of Object.entries(mem)) memory.words.set(Number(pa), BigInt(word))
  return { regime, memory }
}

/** Selects the regime of a probe. @returns the access. */
export function beginProbe(regime: TranslationRegime, { kind, el, pan = false }: Probe): number {
  const at = /^at-(S1|S12)E(\d)([RW])(P?)$/.exec(kind)
  if (at !== null) {
    const [, stage, level, read, withPan] = at
    regime.selectFor(Number(level))
    regime.update()
    let access = Access.NO_UPDATE | Access.ADDRESS_TRANSLATION | (read === 'W' ? Access.WRITE : Access.READ)
    if (stage === 'S1') access |= Access.STAGE1_ONLY
    if (level === '0') access |= Access.UNPRIVILEGED
    return withPan === 'P' && pan ? access | Access.PAN : access
  }
  const unprivileged = el === 0 || kind.endsWith('-unprivileged')
  regime.selectFor(unprivileged && el === 2 ? 0 : el)
  regime.update()
  let access = KINDS[kind.replace('-unprivileged', '')] as number
  if (unprivileged) access |= Access.UNPRIVILEGED
  return pan ? access | Access.PAN : access
}
