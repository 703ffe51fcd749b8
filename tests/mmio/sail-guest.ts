/**
 * The machine of `scripts/sail/exec.mjs`: a guest at EL1 with one page of tagged memory, whose every access stage 2 stops.
 */

import { contractWord } from '../../src/cli/conform/access-machine.ts'
import { VectorVcpu } from '../../src/cli/conform/vector-vcpu.ts'
import { decode } from '../../src/decode/index.ts'
import { AddressSpace, DataAbortHandler, MemoryRegion, Reg, VectorReg } from '../../src/mmio/index.ts'

const WINDOW = 0x2000_0000
const PC = 0x1000_0100
const VECTOR_BYTES = 32
const PAGE = 4096
const TABLES = 0x4b00_0000
const CODE_PA = TABLES + 4 * PAGE
/** Where literals are, behind the code. */
const POOL = 20
const NOP = 0xd503_201f
/** Normal Tagged and Normal Write-Back. */
const MAIR = 0xff_f0n
const WRITE_BACK = 1 << 2
/** A page: Access flag, inner shareable, of EL0 as well; of EL1 alone, which may execute it. */
const DATA = 0x743
const CODE = 0x703
/** EL1h. */
const EL1H = 5n
const UAO = 1n << 23n
const TCO = 1n << 25n
const NZCV = 0xf000_0000n
const SCTLR = 0x30d0_1805n | (1n << 40n) | (1n << 43n)
/** 39-bit addresses, Write-Back tables, TBI0. */
const TCR = 25n | (1n << 8n) | (1n << 10n) | (3n << 12n) | (1n << 23n) | (2n << 32n) | (1n << 37n)

type Bank = Readonly<Record<string, string>>

/** How an instruction of the model ended, and what differs from before. */
export interface SailEnd {
  readonly end: 'ok' | 'undefined' | 'exception'
  /** The word that did not end well, from 0. */
  readonly word?: number
  readonly esr?: string
  readonly far?: string
  readonly [bank: string]: unknown
}

/** A case: see `scripts/sail/exec.mjs`. */
export interface SailCase {
  readonly id: string
  readonly code: readonly string[]
  readonly x?: Bank
  readonly z?: Bank
  readonly p?: Bank
  readonly sp?: string
  readonly ffr?: string
  readonly nzcv?: string
  readonly regs?: Bank
  readonly tags?: Bank
  /** Memory copies are those of option B. */
  readonly optionB?: boolean
  /** PSTATE.UAO, PSTATE.TCO. */
  readonly uao?: boolean
  readonly tco?: boolean
  /** Accesses of each word. */
  readonly log: readonly (readonly string[])[]
  readonly out: SailEnd
}

const hex = (value: bigint | number): string => `0x${value.toString(16)}`

/** A data abort of the same Exception level, of a Translation fault. */
function isTranslationFault(esr: bigint): boolean {
  return (esr >> 26n) % 64n === 0x25n && (esr & 0x3cn) === 4n
}

/** Little-endian bytes as a number. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function fill(bytes: Uint8Array, value: bigint): void {
  let left = value
  for (let i = 0; i < bytes.length; i++, left >>= 8n) bytes[i] = Number(left & 0xffn)
}

/** Banks of a case, with the bytes of a register. */
const PARTS = [
  ['x', 8],
  ['z', VECTOR_BYTES],
  ['p', VECTOR_BYTES / 8],
  ['za', VECTOR_BYTES],
  ['sp', 8],
  ['ffr', VECTOR_BYTES / 8],
  ['zt0', 64],
  ['nzcv', 8],
  ['tfsr', 8],
  ['mem', 8],
  ['tags', 1],
] as const
const SINGLE = /^(?:sp|ffr|zt0|nzcv|tfsr)$/

/** Output `first` of the formula, and those after it, as bytes. */
function formula(first: number, count: number): Uint8Array {
  return new Uint8Array(BigUint64Array.from({ length: count }, (_, k) => contractWord(first + k)).buffer)
}
const X_AT_START = BigUint64Array.from({ length: 31 }, (_, r) => contractWord(r))
const P_AT_START = Array.from({ length: 16 }, (_, p) => contractWord(5000 + p) & 0xffff_ffffn)
const Z_AT_START = formula(1000, 4 * VECTOR_BYTES)
const ZA_AT_START = formula(30_000, (VECTOR_BYTES / 8) * VECTOR_BYTES)
const ZT_AT_START = formula(40_000, 8)
const POOL_AT_START = formula(20_003, 5)
const MEMORY_AT_START = formula(10_000, PAGE / 8)

/** Runs cases. */
export class SailGuest {
  readonly vcpu: VectorVcpu = new VectorVcpu(VECTOR_BYTES)
  readonly memory: Uint8Array = new Uint8Array(PAGE)
  readonly #tables: Uint8Array = new Uint8Array(5 * PAGE)
  readonly #tags: Uint8Array = new Uint8Array(PAGE / 16)
  readonly #handler: DataAbortHandler
  log: string[] = []
  /** Why the last word ended as it did, in nisv's words. */
  reason = ''

  /** @param memoryCopy - the algorithm of memory copies. */
  constructor(memoryCopy: 'A' | 'B' = 'A') {
    const space = new AddressSpace()
      .add(MemoryRegion.ram('window', this.memory), WINDOW)
      .add(MemoryRegion.ram('tables', this.#tables), TABLES)
    this.#handler = new DataAbortHandler({
      space,
      // No unit of this size is RAM throughout: RAM faults too, and is emulated.
      granule: 65536,
      order: 'architectural-order',
      memoryCopy,
      features: { SSBS: false },
      tags: {
        read: (pa) => this.#tags[(pa - WINDOW) >>> 4] ?? 0,
        write: (pa, tag) => {
          this.#tags[(pa - WINDOW) >>> 4] = tag
        },
      },
      trace: {
        accessed: (write, pa, size, data, at) => {
          const bytes = Buffer.from(data.subarray(at, at + size)).toString('hex')
          const va = pa >= CODE_PA ? pa - CODE_PA + PC - (PC % PAGE) : pa
          this.log.push(`${write ? 'w' : 'r'} ${va.toString(16)} ${bytes}`)
        },
      },
    })
  }

  /** Runs a case as far as the model did. */
  run(one: SailCase): { log: string[][]; out: Record<string, unknown> } {
    const words = one.code.map((text) => Number.parseInt(text, 16))
    this.#reset(one, words)
    const before = this.#state()
    const out: Record<string, unknown> = { end: 'ok' }
    const logs: string[][] = []
    for (const [k, accesses] of one.log.entries()) {
      this.log = []
      const stops = one.out.end !== 'ok' && k === one.log.length - 1
      const end = this.#step(words[k] ?? 0, accesses, stops ? one.out : undefined)
      logs.push(this.log)
      if (end === 'ok') continue
      out.end = end
      if (k > 0) out.word = k
      const { regs } = this.vcpu
      if (end === 'exception') Object.assign(out, { esr: hex(regs.get(Reg.ESR_EL1)), far: hex(regs.get(Reg.FAR_EL1)) })
      break
    }
    Object.assign(out, this.#changes(before))
    return { log: logs, out }
  }

  /** The word at PC, stopped at the first access that the model makes, or at the exception that it takes. */
  #step(word: number, accesses: readonly string[], stopped: SailEnd | undefined): string {
    const { regs } = this.vcpu
    const pc = regs.get(Reg.PC)
    const esr = BigInt(stopped?.esr ?? 0)
    const stores = decode(word)?.encoding.access?.load === false
    for (;;) {
      const [kind, address] = accesses[this.log.length]?.split(' ') ?? []
      const far = address === undefined ? BigInt(stopped?.far ?? 0) : BigInt(`0x${address}`)
      const write = kind === 'w' || (kind === undefined && (stores || (esr >> 6n) % 2n === 1n))
      const outcome = this.#handler.handle(this.vcpu, {
        esr: 0x9200_0007 | (write ? 0x40 : 0),
        far,
        hpfar: (far >> 12n === BigInt(PC >>> 12) ? BigInt(CODE_PA) : far & 0xff_ffff_ffff_f000n) >> 8n,
      })
      this.reason = `${outcome.kind} ${outcome.reason}`
      if (outcome.reason === 'chunk-done') {
        const own = stopped !== undefined && isTranslationFault(esr) && this.log.length >= accesses.length
        if (!own) continue
        // The next byte is stopped by the guest's own tables: not by stage 2.
        regs.set(Reg.ESR_EL1, esr)
        regs.set(Reg.FAR_EL1, BigInt(stopped?.far ?? 0))
        return 'exception'
      }
      if (outcome.kind === 'retired') return regs.get(Reg.PC) === pc + 4n ? 'ok' : 'pc'
      if (outcome.kind === 'injected') return outcome.reason === 'undefined-instruction' ? 'undefined' : 'exception'
      return this.reason
    }
  }

  /** Registers and memory, in the order of {@link PARTS}. */
  #state(): Uint8Array[] {
    const { regs, vectors } = this.vcpu
    const x = new Uint8Array(regs.x.buffer, 0, 8 * 31).slice()
    const tfsr = (regs.get(Reg.TFSRE0_EL1) << 2n) | regs.get(Reg.TFSR_EL1)
    const single = BigUint64Array.of(regs.get(Reg.SP_EL1), (regs.get(Reg.PSTATE) & NZCV) >> 28n, tfsr)
    const flags = new Uint8Array(single.buffer)
    const bank = (first: number, count: number, bytes: number): Uint8Array => {
      const all = new Uint8Array(count * bytes)
      for (let n = 0; n < count; n++) all.set(vectors.file.view(first + n).subarray(0, bytes), bytes * n)
      return all
    }
    return [
      x,
      bank(VectorReg.Z0, 32, VECTOR_BYTES),
      bank(VectorReg.P0, 16, VECTOR_BYTES / 8),
      bank(VectorReg.ZA0, VECTOR_BYTES, VECTOR_BYTES),
      flags.subarray(0, 8),
      bank(VectorReg.FFR, 1, VECTOR_BYTES / 8),
      bank(VectorReg.ZT0, 1, 64),
      flags.subarray(8, 16),
      flags.subarray(16),
      this.memory.slice(),
      this.#tags.slice(),
    ]
  }

  /** What differs, as the model's cases have it. */
  #changes(before: readonly Uint8Array[]): Record<string, unknown> {
    const found: Record<string, unknown> = {}
    for (const [k, after] of this.#state().entries()) {
      const was = before[k] as Uint8Array
      if (Buffer.compare(was, after) === 0) continue
      const [name, bytes] = PARTS[k] as readonly [string, number]
      const changed: Record<string, string> = {}
      for (let at = 0; at < after.length; at += bytes) {
        const part = after.subarray(at, at + bytes)
        if (Buffer.compare(was.subarray(at, at + bytes), part) === 0) continue
        changed[name === 'mem' ? hex(at) : at / bytes] = hex(numberOf(part))
      }
      found[name] = SINGLE.test(name) ? changed[0] : changed
    }
    return found
  }

  #reset(one: SailCase, words: readonly number[]): void {
    const { regs, vectors } = this.vcpu
    this.#handler.clearExclusive(this.vcpu)
    this.memory.set(MEMORY_AT_START)
    this.#tags.fill(0)
    for (const [n, tag] of Object.entries(one.tags ?? {})) this.#tags[Number(n)] = Number(tag)
    regs.x.set(X_AT_START)
    for (const [r, value] of Object.entries(one.x ?? {})) regs.set(Number(r), BigInt(value))
    const view = (reg: number, bytes: number): Uint8Array => vectors.file.view(reg).subarray(0, bytes)
    for (let z = 0; z < 32; z++) {
      const bytes = view(z, VECTOR_BYTES)
      const own = one.z?.[z]
      if (own === undefined) bytes.set(Z_AT_START.subarray(VECTOR_BYTES * z, VECTOR_BYTES * (z + 1)))
      else fill(bytes, BigInt(own))
      vectors.push(z)
    }
    for (let p = 0; p < 16; p++)
      fill(view(VectorReg.P0 + p, VECTOR_BYTES / 8), BigInt(one.p?.[p] ?? (P_AT_START[p] as bigint)))
    fill(view(VectorReg.FFR, VECTOR_BYTES / 8), BigInt(one.ffr ?? 0xffff_ffffn))
    for (let r = 0; r < VECTOR_BYTES; r++) {
      view(VectorReg.ZA0 + r, VECTOR_BYTES).set(ZA_AT_START.subarray(VECTOR_BYTES * r, VECTOR_BYTES * (r + 1)))
    }
    view(VectorReg.ZT0, 64).set(ZT_AT_START)
    regs.set(Reg.SP_EL1, BigInt(one.sp ?? WINDOW + 2048))
    const bits = (one.uao ? UAO : 0n) | (one.tco ? TCO : 0n)
    regs.set(Reg.PSTATE, EL1H | bits | (BigInt(one.nzcv ?? 0) << 28n))
    regs.set(Reg.TFSR_EL1, 0n)
    regs.set(Reg.TFSRE0_EL1, 0n)
    regs.set(Reg.PC, BigInt(PC))
    regs.set(Reg.ESR_EL1, 0n)
    regs.set(Reg.FAR_EL1, 0n)
    this.#map(one.regs ?? {})
    const code = this.#tables.subarray(CODE_PA - TABLES + (PC % PAGE))
    for (let k = 0; k < 5; k++) fill(code.subarray(4 * k, 4 * k + 4), BigInt(words[k] ?? NOP))
    code.set(POOL_AT_START, POOL)
  }

  #map(own: Bank): void {
    const tables = new DataView(this.#tables.buffer)
    // SCTLR_EL1.EE is of the tables too.
    const little = ((BigInt(own.SCTLR_EL1 ?? SCTLR) >> 25n) & 1n) === 0n
    const set = (table: number, index: number, value: number): void =>
      tables.setBigUint64(table * PAGE + 8 * index, BigInt(value), little)
    set(0, 0, (TABLES + PAGE) | 3)
    set(1, PC >>> 21, (TABLES + 2 * PAGE) | 3)
    set(1, WINDOW >>> 21, (TABLES + 3 * PAGE) | 3)
    set(2, (PC >>> 12) & 511, CODE_PA | CODE | WRITE_BACK)
    set(3, (WINDOW >>> 12) & 511, WINDOW | DATA)
    const { regs } = this.vcpu
    const system = {
      SCTLR_EL1: SCTLR,
      TCR_EL1: TCR,
      TTBR0_EL1: TABLES,
      MAIR_EL1: MAIR,
      TCR2_EL1: 0,
      RCWMASK_EL1: 0,
      RCWSMASK_EL1: 0,
      GCSCR_EL1: 0,
      ACCDATA_EL1: 0,
      FPCR: 0,
    }
    for (const [name, value] of Object.entries({ ...system, ...own })) {
      const slot = Reg[name as keyof typeof Reg]
      regs.set(slot, BigInt.asUintN(64, BigInt(value)))
      if (name.startsWith('RCW')) regs.set(slot + 1, BigInt(value) >> 64n)
    }
  }
}
