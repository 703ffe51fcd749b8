/**
 * A guest that ends in any exception which the handler injects, wherever a random state of a vCPU has put it: tables of five
 * levels made for the fault, a device page, and the instruction.
 */

import {
  AddressSpace,
  DataAbortHandler,
  type HandlerOptions,
  MEMTX_ERROR,
  MemoryRegion,
  type Outcome,
  Reg,
} from '../../src/mmio/index.ts'
import { LazyVcpu } from './machine.ts'

/** What the case is about, as `scripts/sail/exception.mjs` tells it. */
export interface Exception {
  readonly kind: string
  readonly va: string
  readonly fault?: string
  readonly level?: number
  readonly access?: string
  readonly store?: boolean
  readonly dirtyBit?: boolean
  readonly overlay?: boolean
  readonly key?: 'DA' | 'DB'
  readonly word?: string
  readonly optionA?: boolean
  /** Of the guest's own stage 2, of the address `ipa`: where the data are, or with `walk` the table of level 3. */
  readonly stage2?: boolean
  readonly walk?: boolean
  readonly ipa?: string
}

export interface Case {
  readonly id: string
  readonly features: readonly string[]
  readonly el2?: boolean
  /** Unpredictable_ZEROBTYPE. */
  readonly zeroBtype?: boolean
  readonly regs: Readonly<Record<string, string>>
  readonly pstate: string
  readonly pc: string
  readonly exception: Exception
  readonly out: Readonly<Record<Register, string>> & { readonly el: number; readonly hpfar?: string }
  readonly unknown?: Readonly<Partial<Record<Register | 'hpfar', string>>>
}

/** What an exception sets. */
export type Register = 'elr' | 'spsr' | 'esr' | 'far' | 'pstate' | 'pc'

/** Optional features that a case has or has not. */
const FEATURES = ['PAN', 'SSBS', 'NMI', 'GCS', 'DoubleFault2', 'MTE'] as const

const TABLES = 0x4000_0000
const CODE = 0x40_0000
/** Registers in the lower half, RAM in the upper. */
const DEVICE = 0x1000_3000
const PAGE = 4096n

/** Loads and stores of X1 at X2, and what goes by other registers: words of an access by name. */
const WORDS: Readonly<Record<string, readonly [load: number, store: number]>> = {
  gpr: [0xf940_0041, 0xf900_0041],
  unprivileged: [0xf840_0841, 0xf800_0841],
  asimd: [0x3dc0_0041, 0x3d80_0041],
  ordered: [0xc8df_fc41, 0xc89f_fc41],
  exclusive: [0xc85f_7c41, 0xc803_7c41],
  atomic: [0xf821_0043, 0xf821_0043],
  ls64: [0xf83f_d044, 0xf83f_9044],
  gcs: [0xd91f_0c41, 0xd91f_0c41],
  zero: [0xd50b_7422, 0xd50b_7422],
  // SETM [X4]!, X6!, X5; its aligned granules: SETGM.
  mops: [0x19c5_44c4, 0x19c5_44c4],
}
const SETGM = 0x1dc5_44c4
const LDR_SP = 0xf940_03e1
const LDP_TWICE = 0xa940_0441
const LDRAA = 0xf820_0441
const LDRAB = 0xf8a0_0441

/** The lowest bits of a leaf: Access flag, and MAIR_EL1's Normal Non-cacheable, Tagged, or Device. */
const AF = 1n << 10n
const TAGGED = 1n << 2n
const DEVICE_TYPE = 2n << 2n
const USER = 1n << 6n
const READ_ONLY = 1n << 7n
/** No output address below 2^48 has it: TCR_EL1.IPS is 48 bits. */
const BEYOND = 1n << 48n
const MISSING_TABLE = 0x7000_0003n
/** The table of VTTBR_EL2, of level 0; leaves of Normal memory, readable or all; no output address below 2^40 has the last. */
const STAGE2 = 2
const STAGE2_LEAF = AF | (15n << 2n) | (3n << 8n)
const STAGE2_READ = 1n << 6n
const STAGE2_ALL = 3n << 6n
const BEYOND_PS = 1n << 44n
/** T0SZ, SL0, PS: 48 bits from level 0, 40 bits out. */
const VTCR = 16n | (2n << 6n) | (2n << 16n) | (1n << 31n)
const OVERLAY_1 = 1n << 60n
/** T0SZ, T1SZ, TG1, IPS, TBI0, TBI1, DS: 52 bits, 4 KiB. */
const TCR = 12n | (12n << 16n) | (2n << 30n) | (5n << 32n) | (3n << 37n) | (1n << 59n)

/** TCR_EL2 without HCR_EL2.E2H: T0SZ, PS, TBI, DS. */
const TCR_ONE_RANGE = 12n | (5n << 16n) | (1n << 20n) | (1n << 32n)
/** HCR_EL2 fields. */
const TGE = 1n << 27n
const E2H = 1n << 34n
const NV = 1n << 42n
const NV1 = 1n << 43n

/** SET and its kin. */
const isSet = (word: number): boolean => ((word >>> 22) & 3) === 3

/** Memory that all tags of which are zero. A name, so that options of different kinds are different as text. */
const NO_TAGS = { name: 'no tags', read: () => 0, write: () => undefined }

/** Memory, and a device that refuses every access of an external abort: all guests', one after the other. */
const tables = new DataView(new ArrayBuffer(0x20000))
const code = new DataView(new ArrayBuffer(0x1000))
let refuses = false
const answer = (tx: { result: number }): number => {
  if (refuses) tx.result = MEMTX_ERROR
  return 0
}
const space: AddressSpace = new AddressSpace()
  .add(MemoryRegion.ram('code', new Uint8Array(code.buffer)), CODE)
  .add(MemoryRegion.ram('tables', new Uint8Array(tables.buffer)), TABLES)
  .add(
    MemoryRegion.io('dev', 0x800, {
      valid: { min: 1, max: 8 },
      impl: { min: 1, max: 8 },
      read: (_offset, _size, tx) => answer(tx),
      write: (_offset, _value, _size, tx) => void answer(tx),
    }),
    DEVICE,
  )
  .add(MemoryRegion.ram('ram', new Uint8Array(0x800)), DEVICE + 0x800)
const handlers: Map<string, DataAbortHandler> = new Map()

export class ExceptionGuest {
  readonly vcpu: LazyVcpu = new LazyVcpu()
  readonly #case: Case
  readonly #el: number
  /** Of 4096 bytes each; the first three are those of TTBR0_EL1, TTBR1_EL1 and VTTBR_EL2. */
  #count = 3

  constructor(c: Case) {
    this.#case = c
    this.#el = Number((BigInt(c.pstate) >> 2n) & 3n)
    const { truth } = this.vcpu
    truth.x.fill(0n)
    truth.set(Reg.PC, BigInt(c.pc))
    truth.set(Reg.PSTATE, BigInt(c.pstate))
    truth.set(Reg.POR_EL0, 0x7n)
    truth.set(Reg.VTCR_EL2, VTCR)
    truth.set(Reg.VTTBR_EL2, BigInt(TABLES) + 2n * PAGE)
    for (const el of ['EL1', 'EL2']) {
      const registers = {
        TCR: el === 'EL2' && !this.#hypervisor(E2H) ? TCR_ONE_RANGE : TCR,
        TTBR0: BigInt(TABLES),
        TTBR1: BigInt(TABLES) + PAGE,
        MAIR: 0xf044n,
        // Index 0: code, read and execute; index 1 and overlay 0: all, overlay 1: nothing.
        PIR: 0x53n,
        PIRE0: 0x03n | (this.#userData ? 0x50n : 0n),
        POR: 0x7n,
        TCR2: this.#tcr2(),
      }
      for (const [name, value] of Object.entries(registers)) this.#set(`${name}_${el}`, value)
    }
    for (const [name, text] of Object.entries(c.regs)) this.#set(name, BigInt(text))
  }

  #set(name: string, value: bigint): void {
    const slot = Reg[name as keyof typeof Reg] as number | undefined
    if (slot !== undefined) this.vcpu.truth.set(slot, value)
  }

  /** Whether all of these fields of HCR_EL2 are 1. */
  #hypervisor(fields: bigint): boolean {
    return (BigInt(this.#case.regs.HCR_EL2 ?? 0) & fields) === fields
  }

  /** Guests whose CPUs are alike have one handler. */
  #handler(): DataAbortHandler {
    const options = this.#options()
    const key = JSON.stringify(options)
    const handler = handlers.get(key) ?? new DataAbortHandler({ space, ...options, authenticate: () => false })
    handlers.set(key, handler)
    return handler
  }

  #options(): Omit<HandlerOptions, 'space'> {
    const { features, el2, zeroBtype, exception } = this.#case
    const { kind, fault, optionA } = exception
    return {
      features: {
        ...Object.fromEntries(FEATURES.map((name) => [name, features.includes(name)])),
        EL2: el2 === true,
        s1pie: true,
        s1poe: true,
      },
      exclusives: fault === 'exclusive' ? 'unsupported' : 'monitor',
      memoryCopy: optionA === false ? 'B' : 'A',
      unpredictable: { LDPOVERLAP: 'UNDEF', ZEROBTYPE: zeroBtype ? 'TRUE' : 'FALSE' },
      ...(kind === 'tag-check' ? { tags: NO_TAGS } : {}),
    }
  }

  /** The data are accessed with EL0's permissions. */
  get #userData(): boolean {
    if (this.#el === 0) return true
    const uao = (BigInt(this.#case.pstate) >> 23n) & 1n
    const unprivileged = this.#case.exception.access === 'unprivileged' && uao === 0n
    return unprivileged && !(this.#el === 1 ? this.#hypervisor(NV | NV1) : !this.#hypervisor(E2H | TGE))
  }

  /** Executes the instruction, which stage 2 stops. */
  run(): Outcome {
    const { exception } = this.#case
    const va = BigInt(exception.va)
    const { truth } = this.vcpu
    new Uint8Array(tables.buffer).fill(0)
    refuses = exception.fault === 'external'
    let word = this.#word()
    let at = va
    // Under indirection that bit is part of the index.
    const user = this.#el === 0 && !exception.dirtyBit ? USER : 0n
    this.#map(BigInt(CODE), BigInt(CODE) | user | READ_ONLY | AF)
    const leaf = BigInt(DEVICE) | (this.#userData ? USER : 0n) | AF
    if (exception.level !== undefined && exception.kind === 'data-abort' && exception.fault !== 'external') {
      // The last half of eight or sixteen bytes, or of four, is on the page that faults.
      at = va - (exception.access === 'asimd' ? 8n : this.#aarch32 ? 2n : 4n)
      this.#map(at, leaf | this.#permissions())
      if (exception.stage2) this.#refuseStage2(va, exception.level)
      else this.#refuse(va, exception.level)
    } else if (exception.access !== undefined) this.#map(at, leaf | this.#memoryType())
    truth.set(2, at)
    if (word === WORDS.mops?.[0]) {
      truth.set(6, -16n)
      if (exception.fault === 'alignment') {
        word = SETGM
        truth.set(4, at)
      } else truth.set(4, at + 16n)
    }
    if (exception.kind === 'sp-alignment') for (const sp of [Reg.SP_EL0, Reg.SP_EL1, Reg.SP_EL2]) truth.set(sp, 8n)
    if (exception.kind === 'memory-copy') {
      const field = (low: number): number => (word >>> low) & 31
      for (const low of [0, 5, 16]) truth.set(field(low), 1n + BigInt(low))
    }
    code.setUint32(Number(BigInt(this.#case.pc) & 0xffcn), word, true)
    this.vcpu.begin()
    return this.#handler().handle(this.vcpu, {
      esr: 0x9200_0007 + (this.#writes(word) ? 0x40 : 0) + (this.#aarch32 ? 0x0181_0000 : 0),
      far: at,
      hpfar: BigInt(DEVICE >> 12) << 4n,
    })
  }

  /** What ESR_EL2.WnR is. A copy may be reported as either. */
  #writes(word: number): boolean {
    const { kind, store } = this.#case.exception
    return kind === 'memory-copy' ? isSet(word) : store === true || kind === 'gcs-store'
  }

  get #aarch32(): boolean {
    return (BigInt(this.#case.pstate) & 16n) !== 0n
  }

  #word(): number {
    const { kind, access = 'gpr', store, word, key } = this.#case.exception
    if (word !== undefined) return Number(word)
    if (kind === 'sp-alignment') return LDR_SP
    if (kind === 'undefined') return LDP_TWICE
    if (kind === 'authentication') return key === 'DA' ? LDRAA : LDRAB
    return (WORDS[access] as readonly number[])[store ? 1 : 0] as number
  }

  #memoryType(): bigint {
    const { kind, fault } = this.#case.exception
    if (kind === 'tag-check') return TAGGED
    return kind === 'zero-block' && fault === 'alignment' ? DEVICE_TYPE : 0n
  }

  /** Bits of the first page's leaf under indirection: index 1. */
  #permissions(): bigint {
    const { dirtyBit } = this.#case.exception
    return dirtyBit ? USER : 0n
  }

  /** PIE, E0POE, POE. */
  #tcr2(): bigint {
    const { dirtyBit, overlay } = this.#case.exception
    return (dirtyBit ? 2n : 0n) | (overlay ? 12n : 0n)
  }

  /** Makes the translation of `va` end at `level` as the case has it. */
  #refuse(va: bigint, level: number): void {
    const { fault, dirtyBit, overlay, store } = this.#case.exception
    const user = this.#userData ? USER : 0n
    const leaf = (level === 3 ? 3n : 1n) | AF | user
    if (fault === 'translation') this.#map(va, 0n, level)
    else if (fault === 'access-flag') this.#map(va, leaf & ~AF, level)
    else if (fault === 'address-size') this.#map(va, (level === 3 ? leaf : 3n) | BEYOND, level)
    // Where no RAM is: the table that the descriptor of the level above names.
    else if (fault === 'external-on-walk') this.#map(va, MISSING_TABLE, level - 1)
    else if (dirtyBit) this.#map(va, leaf | USER | READ_ONLY, level)
    else if (overlay) this.#map(va, leaf | OVERLAY_1, level)
    else this.#map(va, leaf | (store ? READ_ONLY : 0n), level)
  }

  /** Makes the translation of an address of stage 2 end at `level`. */
  #refuseStage2(va: bigint, level: number): void {
    const { fault, walk, store } = this.#case.exception
    const ipa = BigInt(this.#case.exception.ipa ?? 0)
    if (walk) this.#map(va, ipa | 3n, 2)
    else this.#map(va, ipa | AF | (this.#userData ? USER : 0n))
    // What the tables and the first page are is what they are before.
    for (const block of [0n, 1n << 30n]) this.#map(block, block | STAGE2_LEAF | STAGE2_ALL | 1n, 1, STAGE2)
    const leaf = (level === 3 ? 3n : 1n) | STAGE2_LEAF
    if (fault === 'translation') this.#map(ipa, 0n, level, STAGE2)
    else if (fault === 'access-flag') this.#map(ipa, (leaf | STAGE2_ALL) & ~AF, level, STAGE2)
    else if (fault === 'address-size') this.#map(ipa, (level === 3 ? leaf | STAGE2_ALL : 3n) | BEYOND_PS, level, STAGE2)
    else if (fault === 'external-on-walk') this.#map(ipa, MISSING_TABLE, level - 1, STAGE2)
    else this.#map(ipa, leaf | (store && !walk ? STAGE2_READ : 0n), level, STAGE2)
  }

  /** Writes the descriptor of `va` at `level`, a page's unless told, with the tables above it. */
  #map(va: bigint, descriptor: bigint, level = 3, root: number = ((va >> 55n) & 1n) === 1n ? 1 : 0): void {
    let table = root
    for (let l = root === STAGE2 ? 0 : -1; l <= level; l++) {
      const shift = BigInt(12 + 9 * (3 - l))
      const index = Number((va >> shift) & (l === -1 ? 15n : 511n))
      const at = table * 4096 + index * 8
      if (l === level) {
        tables.setBigUint64(at, level === 3 && descriptor !== 0n ? descriptor | 3n : descriptor, true)
        return
      }
      let next = tables.getBigUint64(at, true)
      if (next === 0n) {
        next = BigInt(TABLES) + PAGE * BigInt(this.#count++) + 3n
        tables.setBigUint64(at, next, true)
      }
      table = Number((next - BigInt(TABLES)) / PAGE)
    }
  }
}
