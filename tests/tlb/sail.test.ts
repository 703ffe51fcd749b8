/**
 * Translations by Arm's own model, rule by rule: what `scripts/sail/walk.mjs` has made of the Sail pseudocode of arm-v9.4-a.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  Access,
  ALL_FEATURES,
  type Descriptor,
  type Descriptor128,
  encodePar,
  FaultKind,
  GranuleFault,
  RegimeRegister,
  type TableMemory,
  Translation,
  TranslationRegime,
  walk,
} from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

/** More cases: `NISV_SAIL_CASES=FOLDER`, made by `scripts/sail/walk.mjs --out FOLDER`. */
const folder = process.env.NISV_SAIL_CASES ?? fileURLToPath(new URL('vectors/sail', import.meta.url))

interface Probe {
  readonly va: string
  readonly el: number
  readonly pan?: boolean
  readonly kind: string
  readonly out: Readonly<Record<string, unknown>>
  readonly after?: Readonly<Record<string, string>>
  readonly sail?: string
}

interface SailCase {
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
  rcw: Access.READ | Access.WRITE | Access.READ_CHECK_WRITE,
  'gcs-load': Access.READ | Access.GCS,
  'gcs-store': Access.WRITE | Access.GCS,
}

const FAULTS: Readonly<Record<number, string>> = {
  [FaultKind.TRANSLATION]: 'translation',
  [FaultKind.PERMISSION]: 'permission',
  [FaultKind.ACCESS_FLAG]: 'access_flag',
  [FaultKind.ADDRESS_SIZE]: 'address_size',
  [FaultKind.EXTERNAL_ON_WALK]: 'external_on_walk',
  [FaultKind.GRANULE_PROTECTION_ON_WALK]: 'gpf_on_walk',
  [FaultKind.GRANULE_PROTECTION]: 'gpf',
}

const GRANULE_FAULTS: Readonly<Record<number, string>> = {
  [GranuleFault.WALK]: 'GPCF_Walk',
  [GranuleFault.ADDRESS_SIZE]: 'GPCF_AddressSize',
  [GranuleFault.FAIL]: 'GPCF_Fail',
  [GranuleFault.EXTERNAL]: 'GPCF_EABT',
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`

class Memory implements TableMemory {
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

/** FEAT_XS is the model's: what has XS = 0 besides Write-Back has encodings of its own, which nisv does not report. */
function attribute(text: string): string {
  const attr = Number(text)
  if (attr === 0x40) return '0x44'
  if (attr === 0xa0) return '0xaa'
  return hex(attr < 16 ? attr & 0b1100 : attr)
}

function withoutXs(register: bigint): string {
  if ((register & 1n) !== 0n) return hex(register)
  const attr = BigInt(attribute(hex((register >> 56n) & 0xffn)))
  return hex((register & ~(0xffn << 56n)) | (attr << 56n))
}

const out = new Translation()
const par: Descriptor128 = { lo: 0, hi: 0, topLo: 0, topHi: 0 }

/** PAR_EL1 of an AT instruction, `at-S12E1RP` and so on, but for what is UNKNOWN. */
function addressTranslation(regime: TranslationRegime, memory: Memory, probe: Probe): Record<string, unknown> {
  const [, stage, el, kind, pan] = /^at-(S1|S12)E(\d)([RW])(P?)$/.exec(probe.kind) as RegExpExecArray
  let access = Access.NO_UPDATE | Access.ADDRESS_TRANSLATION | (kind === 'W' ? Access.WRITE : Access.READ)
  if (stage === 'S1') access |= Access.STAGE1_ONLY
  if (el === '0') access |= Access.UNPRIVILEGED
  if (pan === 'P' && probe.pan) access |= Access.PAN
  const va = BigInt(probe.va)
  memory.changed.clear()
  regime.selectFor(Number(el))
  regime.update()
  walk(regime, memory, high(va), low(va), access, out)
  encodePar(regime, access, out, par)
  const word = (top: number, bottom: number): bigint => (BigInt(top) << 32n) | BigInt(bottom)
  const unknown = BigInt((probe.out.unknown as string | undefined) ?? 0)
  const value = (word(par.topHi, par.topLo) << 64n) | word(par.hi, par.lo) | unknown
  return { par: hex(value), ...(unknown === 0n ? {} : { unknown: hex(unknown) }) }
}

function translate(regime: TranslationRegime, memory: Memory, probe: Probe): Record<string, unknown> {
  const unprivileged = probe.el === 0 || probe.kind.endsWith('-unprivileged')
  let access = KINDS[probe.kind.replace('-unprivileged', '')] as number
  if (unprivileged) access |= Access.UNPRIVILEGED
  if (probe.pan) access |= Access.PAN
  const va = BigInt(probe.va)
  memory.changed.clear()
  walk(regime, memory, high(va), low(va), access, out)
  if (out.fault === FaultKind.NONE) {
    // PAR_EL1.NS and NSE where they are UNKNOWN are not what the model has: the space is.
    return { pa: hex(out.pa), paspace: out.paspace, attr: hex(out.attr), sh: out.sh }
  }
  const found: Record<string, unknown> = { fault: FAULTS[out.fault], level: out.level, stage: out.stage }
  if (out.fault === FaultKind.GRANULE_PROTECTION || out.fault === FaultKind.GRANULE_PROTECTION_ON_WALK) {
    Object.assign(found, { gpf: GRANULE_FAULTS[out.granule.fault], level: out.granule.level, pa: hex(out.pa) })
  }
  if (out.s1ptw) found.s1ptw = true
  if (out.write) found.wnr = true
  for (const name of ['dirtyBit', 'overlay', 'topLevel', 'assuredOnly'] as const) if (out[name]) found[name] = true
  if (out.stage === 2) found.ipa = hex(out.ipa - (out.ipa % 0x1000))
  return found
}

describe.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz')))('%s', (name) => {
  const lines = gunzipSync(readFileSync(join(folder, name)))
    .toString()
    .trim()
    .split('\n')
  const cases = lines.map((line) => JSON.parse(line) as SailCase)

  it('as the model has it', () => {
    const wrong: unknown[] = []
    let seen = 0
    for (const { id, regs, mem, probes } of cases) {
      const regime = new TranslationRegime({ ...ALL_FEATURES, paSize: 52 })
      for (const [register, text] of Object.entries(regs)) {
        const index = RegimeRegister[register as keyof typeof RegimeRegister] as number | undefined
        // HCRX_EL2 and bits of SCR_EL3 enable registers; the caller of a regime sees to that.
        if (index !== undefined) regime.set(index, high(BigInt(text)), low(BigInt(text)))
      }
      const memory = new Memory()
      for (const [pa, word] of Object.entries(mem)) memory.words.set(Number(pa), BigInt(word))
      for (const [i, probe] of probes.entries()) {
        seen++
        regime.selectFor(probe.kind.endsWith('-unprivileged') && probe.el === 2 ? 0 : probe.el)
        regime.update()
        const at = probe.kind.startsWith('at-')
        const got = at ? addressTranslation(regime, memory, probe) : translate(regime, memory, probe)
        const want = {
          ...probe.out,
          ...(probe.out.attr === undefined ? {} : { attr: attribute(probe.out.attr as string) }),
          ...(at ? { par: withoutXs(BigInt(probe.out.par as string)) } : {}),
        }
        const after = Object.fromEntries([...memory.changed].map(([pa, word]) => [hex(pa), hex(word)]))
        try {
          expect({ ...got, after }).toEqual({ ...want, after: probe.after ?? {} })
        } catch {
          wrong.push({
            case: `${id}, probe ${i}`,
            va: probe.va,
            kind: probe.kind,
            el: probe.el,
            sail: probe.sail,
            want,
            got,
            wantAfter: probe.after,
            after,
          })
        }
      }
    }
    expect(
      wrong.length === 0 ? [] : [wrong.length, seen, ...wrong.slice(0, Number(process.env.NISV_SAIL_SHOW ?? 5))],
    ).toEqual([])
    expect(seen).toBeGreaterThanOrEqual(20)
  })
})
