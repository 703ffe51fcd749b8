import { hex } from '../../bits.ts'
import {
  Access,
  accessOf,
  type Descriptor,
  type Features,
  featuresFromIdRegisters,
  type IdRegisters,
  RegimeRegister,
  type TableMemory,
  TranslationRegime,
} from '../../tlb/index.ts'
import { type CaseLine, ConformInputError } from './input.ts'

/** Whose rules decide: the manual's, or QEMU's where it leaves them (`Features.qemu`). */
export type WalkProfile = 'architecture' | 'qemu'

/** What a file's header fixes for all its cases: the CPU and the RAM. */
export interface WalkHeader {
  readonly features: Features
  /** First byte, and the byte after the last. */
  readonly ram: readonly [number, number]
}

/** One address and access; `out` and `mem_after` are absent in a file to fill in. */
export interface WalkProbe {
  readonly va: string
  readonly vaHi: number
  readonly vaLo: number
  readonly op: string
  /** Bits of `Access`. */
  readonly access: number
  /** The executing exception level, and whether the operation is an AT instruction. */
  readonly el: 0 | 1
  readonly at: boolean
  readonly out: Readonly<Record<string, unknown>> | undefined
  readonly memAfter: Readonly<Record<string, unknown>> | undefined
}

/** A case: registers, memory, probes. */
export interface WalkCase {
  readonly id: string
  readonly regime: TranslationRegime
  readonly memory: CaseMemory
  readonly probes: readonly WalkProbe[]
}

/** Doublewords by address; what is not listed reads zero, and outside RAM nothing is. Notes what is written. */
export class CaseMemory implements TableMemory {
  readonly #words: ReadonlyMap<number, bigint>
  readonly #ram: readonly [number, number]
  /** Doublewords that a walk replaced since {@link restore}. */
  readonly written: Map<number, bigint> = new Map()

  constructor(words: ReadonlyMap<number, bigint>, ram: readonly [number, number]) {
    this.#words = words
    this.#ram = ram
  }

  /** Whether the byte at `pa` is RAM. */
  has(pa: number): boolean {
    return pa >= this.#ram[0] && pa < this.#ram[1]
  }

  /** Takes back what was written: every probe starts from the same memory. */
  restore(): void {
    this.written.clear()
  }

  /** The doubleword at `pa`, a multiple of 8. */
  word(pa: number): bigint {
    return this.written.get(pa) ?? this.#words.get(pa) ?? 0n
  }

  readDescriptor(pa: number, out: Descriptor): boolean {
    if (!this.has(pa)) return false
    const word = this.word(pa)
    out.hi = Number(word >> 32n)
    out.lo = Number(word & 0xffff_ffffn)
    return true
  }

  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const now = this.word(pa)
    if (Number(now >> 32n) !== oldHi || Number(now & 0xffff_ffffn) !== oldLo) return false
    this.written.set(pa, (BigInt(hi) << 32n) | BigInt(lo))
    return true
  }
}

/** The header of a file of walks. @throws ConformInputError when it has no RAM. */
export function parseHeader(line: CaseLine, profile: WalkProfile): WalkHeader {
  const { id_regs: ids = {}, ram } = record(line, line.value.header, 'header')
  if (!Array.isArray(ram) || ram.length !== 2) throw wrong(line, 'header.ram to be a base and a size')
  const [base, size] = ram.map((value) => Number(u64(line, value, 'header.ram')))
  const registers: Record<string, bigint> = {}
  for (const [name, value] of Object.entries(record(line, ids, 'header.id_regs'))) {
    registers[name] = u64(line, value, `header.id_regs.${name}`)
  }
  const features = featuresFromIdRegisters(registers as IdRegisters)
  // Headers lack ID_AA64PFR2_EL1; QEMU 11's max, which has FEAT_MTE_PERM, is the only CPU with MTEX among them.
  const mtePerm = features.mtePerm || ((registers.ID_AA64PFR1_EL1 ?? 0n) >> 52n) % 16n !== 0n
  return {
    features: { ...features, mtePerm, qemu: profile === 'qemu' },
    ram: [base as number, (base as number) + (size as number)],
  }
}

/** One case of a file of walks. @throws ConformInputError naming the first field that is not of the format. */
export function parseCase(line: CaseLine, header: WalkHeader): WalkCase {
  const { id, regs: given, mem, probes } = line.value
  if (typeof id !== 'string') throw wrong(line, 'id to be a string')
  const regs = new Map<string, bigint>()
  for (const [name, value] of Object.entries(record(line, given, 'regs')))
    regs.set(name, u64(line, value, `regs.${name}`))
  if (!Array.isArray(probes)) throw wrong(line, 'probes to be a list')
  const words = new Map<number, bigint>()
  for (const [address, word] of Object.entries(record(line, mem, 'mem'))) {
    const pa = u64(line, address, 'an address of mem')
    if (pa >= 1n << 52n || (pa & 7n) !== 0n)
      throw wrong(line, `mem address ${address} to be a multiple of 8 below 2^52`)
    words.set(Number(pa), u64(line, word, `mem.${address}`))
  }
  const pstate = (regs.get('PSTATE.PAN') ? 1 << 22 : 0) | (regs.get('PSTATE.UAO') ? 1 << 23 : 0)
  return {
    id,
    regime: regimeOf(regs, header.features),
    memory: new CaseMemory(words, header.ram),
    probes: probes.map((probe) => parseProbe(line, record(line, probe, 'a probe'), pstate)),
  }
}

const AT = Access.NO_UPDATE | Access.ADDRESS_TRANSLATION
/** HCRX_EL2.TCR2En: without it TCR2_EL1 reads zero. */
const TCR2_ENABLED = 1n << 14n

/** A regime with registers by name; names that no walk of EL1&0 reads are passed over. */
function regimeOf(regs: ReadonlyMap<string, bigint>, features: Features): TranslationRegime {
  const regime = new TranslationRegime(features)
  for (const [name, index] of Object.entries(RegimeRegister)) {
    let value = regs.get(name)
    if (value === undefined) continue
    if (name === 'TCR2_EL1' && ((regs.get('HCRX_EL2') ?? TCR2_ENABLED) & TCR2_ENABLED) === 0n) value = 0n
    regime.set(index, Number(value >> 32n), Number(value & 0xffff_ffffn))
  }
  regime.update()
  return regime
}

function parseProbe(line: CaseLine, probe: Readonly<Record<string, unknown>>, pstate: number): WalkProbe {
  const va = u64(line, probe.va, 'va')
  const { op } = probe
  if (typeof op !== 'string') throw wrong(line, 'op to be a string')
  const out = probe.out === undefined ? undefined : record(line, probe.out, 'out')
  const memAfter = probe.mem_after === undefined ? undefined : record(line, probe.mem_after, 'mem_after')
  const address = { va: hex(va), vaHi: Number(va >> 32n), vaLo: Number(va & 0xffff_ffffn), op, out, memAfter }
  const at = /^S(12|1)E([01])([RW])(P?)$/.exec(op)
  if (at !== null) {
    let access = (at[3] === 'W' ? Access.WRITE : Access.READ) | AT
    if (at[1] === '1') access |= Access.STAGE1_ONLY
    if (at[2] === '0') access |= Access.UNPRIVILEGED
    if (at[4] === 'P' && (pstate & (1 << 22)) !== 0) access |= Access.PAN
    return { ...address, access, el: at[2] === '0' ? 0 : 1, at: true }
  }
  const real = /^EL([01])_(LDR|STR|LDTR|STTR|FETCH)$/.exec(op)
  if (real === null) throw wrong(line, `op to be an AT instruction or EL0_LDR .. EL1_FETCH, not '${op}'`)
  const name = real[2] as string
  const kind = name === 'FETCH' ? Access.EXECUTE : name.startsWith('L') ? Access.READ : Access.WRITE
  const el = real[1] === '0' ? 0 : 1
  return { ...address, access: accessOf(kind, pstate | (el << 2), name.length === 4), el, at: false }
}

function wrong(line: CaseLine, expected: string): ConformInputError {
  return new ConformInputError(line.file, line.line, `expected ${expected}`)
}

function record(line: CaseLine, value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(line, `${name} to be an object`)
  return value as Record<string, unknown>
}

function u64(line: CaseLine, value: unknown, name: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(value)) {
    throw wrong(line, `${name} to be a "0x" string of at most 64 bits`)
  }
  return BigInt(value)
}
