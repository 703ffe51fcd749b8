/** A guest that has everything: any load or store is aimed at a device of two pages that fails or waits when told. */

import { expect } from 'vitest'
import {
  BASE_PC,
  BASE_SP,
  type Continuation,
  Extend,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  type MemoryRegionOps,
  type MemTx,
  type Outcome,
  Reg,
  VectorFile,
  Writeback,
} from '../../../src/mmio/index.ts'
import { MemoryCopyPlan, Stage } from '../../../src/mmio/mops-plan.ts'
import { vectorOffset } from '../../../src/mmio/vector-file.ts'
import { byteDevice, CODE_VA, DEV, DEV_VA, Machine, VA } from '../machine.ts'
import { aimScalable } from './aim-scalable.ts'
import { type Case, Random, sameBytes } from './cases.ts'
import { LazyVectors } from './lazy-vectors.ts'

/** The two pages of the device, the second of its memory first; RAM before them, nothing behind. */
export const WINDOW: number = DEV_VA
export const PAGE = 0x1000
/** Room for the two pages at another address. */
export const ALIAS: number = WINDOW + 4 * PAGE
const USER = 0x40
/** RAM that memory is copied from or to. */
const COPY_VA: number = VA + 0x2000
/** Where literal loads stand: the middle of what one table of level 3 maps. */
const LITERAL_PC = 0x50_0000

/** Guest-physical address of an address in the window or in {@link ALIAS}, or in the page of a literal load. */
export function physical(va: number): number {
  return DEV + ((va < VA ? va & (PAGE - 1) : (va - WINDOW) & (2 * PAGE - 1)) ^ PAGE)
}

/** What a callback of the device does: its work, an error, an exception, or nothing yet. */
export type Mode = 'done' | 'fails' | 'throws' | 'later'

const ALL_BYTES = new VectorFile().bytes.length
const POOL = Uint8Array.from({ length: 3 * ALL_BYTES }, (_, k) => (Math.imul(k + 7, 0x9e37_79b1) >>> 11) ^ (k >>> 9))

/** Where an aimed instruction begins, and what stage 2 says of it. */
export interface Aim {
  /** First byte that is accessed. */
  readonly va: number
  readonly write: boolean
}

/** What a bench was. */
export interface Snapshot {
  readonly x: BigUint64Array
  readonly vectors: Uint8Array
  readonly bytes: Uint8Array
  readonly ram: Uint8Array
}

export interface BenchOptions {
  readonly handler?: ConstructorParameters<typeof Machine>[0]
  /** Big-endian data: of EL0 (SCTLR_EL1.E0E), or of EL1 too (EE), and then of the tables. */
  readonly bigEndian?: 'el0' | 'both' | undefined
}

export class Bench {
  readonly m: Machine
  readonly vectors: LazyVectors = new LazyVectors()
  /** The device's memory. */
  readonly bytes: Uint8Array = new Uint8Array(2 * PAGE)
  mode: Mode = 'done'
  /** Callbacks until {@link mode} counts; whether it did. */
  left = 0
  hit = false
  readonly #plain: MemoryRegionOps
  readonly #registers: BigUint64Array
  readonly #ram: Uint8Array
  readonly #bigTables: boolean
  #aim: Aim = { va: 0, write: false }

  constructor({ handler = {}, bigEndian }: BenchOptions = {}) {
    const sizes = { valid: { max: 8 }, impl: { max: 8 } } as const
    const plain = byteDevice(this.bytes, sizes)
    this.#plain = plain
    const stops = (tx: MemTx, token: object): boolean => {
      if (this.mode === 'done' || this.left-- > 0) return false
      this.hit = true
      if (this.mode === 'throws') throw new Error('no')
      tx.result = this.mode === 'fails' ? MEMTX_ERROR : MEMTX_DEFERRED
      if (this.mode === 'later') tx.token = JSON.stringify(token)
      return true
    }
    this.m = new Machine(
      { ...handler, features: { gcs: true, ...handler.features } },
      {
        ...sizes,
        read: (offset, size, tx) => (stops(tx, { offset, size }) ? 0 : plain.read(offset, size, tx)),
        write: (offset, lo, size, tx) => {
          if (!stops(tx, { offset, size, lo, hi: tx.hi })) plain.write(offset, lo, size, tx)
        },
        cancel: () => {},
      },
      4096,
    )
    const { m } = this
    Object.assign(m.vcpu, { vectors: this.vectors })
    m.map(WINDOW, physical(WINDOW), USER)
    m.map(WINDOW + PAGE, physical(WINDOW + PAGE), USER)
    m.unmap(WINDOW + 2 * PAGE)
    m.map(ALIAS, physical(ALIAS), USER)
    m.map(ALIAS + PAGE, physical(ALIAS + PAGE), USER)
    m.map(COPY_VA, 0x4000_a000, USER)
    m.map(LITERAL_PC, 0x4000_4000)
    this.#bigTables = bigEndian === 'both'
    if (bigEndian) m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (bigEndian === 'both' ? 3n << 24n : 1n << 24n))
    if (bigEndian === 'both') {
      for (let at = 0; at < 0x6000; at += 8) {
        if (at < 0x4000 || at >= 0x5000) m.ram.subarray(at, at + 8).reverse()
      }
    }
    this.#registers = m.vcpu.truth.x.slice()
    this.#ram = m.ram.slice()
  }

  /** The slot of a base register, or of SP. */
  slotOf(base: number): number {
    if (base !== BASE_SP) return base
    return (this.m.x(Reg.PSTATE) & 13n) === 5n ? Reg.SP_EL1 : Reg.SP_EL0
  }

  /** Maps a page until the next {@link set}. @param bits - of the descriptor. @param pa - -1 for no page. */
  map(va: number, pa: number, bits = USER): void {
    const { m } = this
    if (pa < 0) m.unmap(va)
    else m.map(va, pa, bits)
    const at = (va < VA ? 0x3000 : 0x5000) + 8 * ((va >>> 12) & 511)
    if (this.#bigTables) m.ram.subarray(at, at + 8).reverse()
  }

  /** The bytes of a scalable register. */
  vector(reg: number): Uint8Array {
    const at = vectorOffset(reg)
    return this.vectors.truth.subarray(at, at + 256)
  }

  /**
   * Fills registers and memory by the seed of a case, and aims it at the window.
   * @returns `undefined` where a word cannot be aimed: its base is its own index, or nothing is active.
   */
  set(c: Case, where: { readonly va?: number; readonly length?: number } = {}): Aim | undefined {
    const { m, vectors } = this
    const { truth } = m.vcpu
    const random = new Random(c.seed)
    truth.x.set(this.#registers)
    m.ram.set(this.#ram)
    this.mode = 'done'
    this.left = 0
    this.hit = false
    for (let r = 0; r < 31; r++) truth.setPair(r, random.next(), random.next())
    for (let v = Reg.V0; v < Reg.V0 + 64; v++) truth.setPair(v, random.next(), random.next())
    for (const r of [Reg.RCWMASK_EL1, Reg.RCWSMASK_EL1, Reg.ACCDATA_EL1]) m.setX(r, random.u64())
    m.setX(Reg.PSTATE, random.pick([0x3c5n, 0x3c5n, 0x3c4n, 0x3c0n]))
    // PnCH: of read-check-writes.
    m.setX(Reg.TCR2_EL1, random.below(2))
    if (c.plan.guarded) this.#controlStack(c.plan.unprivileged)
    const from = random.below(POOL.length - ALL_BYTES)
    vectors.truth.set(POOL.subarray(from, from + ALL_BYTES))
    this.bytes.set(POOL.subarray(from >> 1, (from >> 1) + 2 * PAGE))
    // Small numbers too, so that comparisons and minima are close.
    if (random.once(3)) for (let k = 0; k < 2 * PAGE; k++) this.bytes[k] = (this.bytes[k] as number) & 1
    vectors.length = where.length ?? random.pick([16, 16, 16, 16, 32, 32, 32, 64, 64, 128, 256])
    vectors.streamingLength = where.length ?? random.pick([16, 16, 32, 32, 64, 64, 256])
    // Mostly aligned for every form, sometimes at any byte or over the end of the page.
    let offset = random.pick([0x600, 0x800, 0x1200]) + (c.plan.whole ? 64 : 16) * random.below(c.plan.whole ? 7 : 30)
    if (random.once(5) && !c.first) offset += random.below(16)
    if (random.once(6) && !c.first) offset = PAGE - 1 - random.below(80)
    const va = where.va ?? WINDOW + offset
    const { plan } = c
    if (plan.form === 'replicate-octo') vectors.length = Math.max(vectors.length, 32)
    // SME's slices exist in Streaming mode only.
    if (plan.form === 'slice') vectors.length = vectors.streamingLength
    let aim: Aim | undefined
    if (plan.copySet) aim = this.#aimCopy(c, random, va)
    else if (plan.scalable) aim = aimScalable(this, c, random, va)
    else if (plan.form !== 'none' && plan.refusal === '') aim = this.#aimPlain(c, random, va)
    this.#aim = aim ?? { va: 0, write: false }
    return aim
  }

  /** The window, of PIIndex 1, is a control stack of the level whose permissions are used; PIIndex 0 has code. */
  #controlStack(unprivileged: boolean): void {
    const { m } = this
    m.setX(Reg.PSTATE, 0x3c5)
    m.setX(Reg.TCR2_EL1, 2)
    m.setX(Reg.GCSCR_EL1, 1 << 9)
    m.setX(Reg.PIR_EL1, unprivileged ? 0x13 : 0x97)
    m.setX(Reg.PIRE0_EL1, unprivileged ? 0x93 : 0)
  }

  #aimPlain({ plan }: Case, random: Random, va: number): Aim | undefined {
    const { m } = this
    const write = plan.store && !plan.load
    if (plan.base === BASE_PC) {
      const at = LITERAL_PC + plan.offset
      m.setX(Reg.PC, LITERAL_PC)
      this.map(at, physical(WINDOW), USER)
      return { va: at, write }
    }
    const base = this.slotOf(plan.base)
    if (base === Reg.XZR) return undefined
    let offset = BigInt(plan.offset)
    if (plan.index >= 0 && plan.index !== Reg.XZR) {
      const narrow = plan.extend !== Extend.LSL
      const value = BigInt(random.below(64) - (plan.extend === Extend.UXTW ? 0 : 32))
      m.setX(plan.index, narrow ? BigInt.asUintN(32, value) | (random.u64() << 32n) : BigInt.asUintN(64, value))
      offset = value << BigInt(plan.shift)
    } else if (plan.index >= 0) offset = 0n
    if (plan.writeback === Writeback.POST) offset = 0n
    let pointer = BigInt.asUintN(64, BigInt(va) - offset)
    if (plan.key !== '' && random.once(2)) {
      // A signed pointer, whose code is taken away: of 48 bits, without TBI.
      m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (plan.key === 'DA' ? 1n << 27n : 1n << 13n))
      pointer = (pointer & 0x0000_ffff_ffff_ffffn) | (random.u64() & 0xff7f_0000_0000_0000n)
    }
    if (plan.result >= 0 && plan.form.startsWith('exclusive')) this.mark(va)
    m.setX(base, pointer)
    if (plan.form.startsWith('compare') && random.once(2)) this.#equal(plan, va)
    return { va, write }
  }

  /** CAS and kin: the registers compared are what memory has. */
  #equal(plan: Case['plan'], va: number): void {
    const { bytes } = this.m.vcpu.truth
    const base = this.slotOf(plan.base)
    for (let e = 0; e < plan.count; e++) {
      const slot = plan.slots[e] as number
      if (slot === Reg.XZR || slot === base) continue
      for (let k = 0; k < plan.size; k++) bytes[slot * 8 + k] = this.byteAt(va + e * plan.size + k)
    }
  }

  /** Marks the exclusives monitor for 16 bytes: ldxp x29, x30, [x28], with the registers as before. */
  mark(va: number): void {
    const { m } = this
    const kept = [28, 29, 30, Reg.PC].map((r) => [r, m.x(r)] as const)
    m.setX(28, va & ~15)
    m.setX(Reg.PC, CODE_VA)
    this.#run(0xc87f_7b9d, va & ~15, false)
    for (const [r, x] of kept) m.setX(r, x)
  }

  #aimCopy({ word }: Case, random: Random, va: number): Aim | undefined {
    const { m } = this
    const p = new MemoryCopyPlan()
    p.read(word)
    m.setX(Reg.PSTATE, m.x(Reg.PSTATE) & ~(1n << 29n))
    const unit = p.granules ? 16 : 1
    const size = unit * (1 + random.below(48 / unit))
    const backward = p.either && random.once(2)
    const inside = (va & -unit) - (backward ? size - 1 : 0)
    const outside = COPY_VA + 0x400 + unit * random.below(40)
    const write = !p.copies || random.once(2)
    const [to, from] = write ? [inside, outside] : [outside, inside]
    const ends = p.stage === Stage.PROLOGUE || backward ? 0 : size
    m.setX(p.rd, to + ends)
    if (p.copies) m.setX(p.rs, from + ends)
    m.setX(p.rn, ends === 0 ? size : BigInt.asUintN(64, BigInt(-size)))
    return { va: inside + (backward ? size - 1 : 0), write }
  }

  /** Executes the word that {@link set} aimed. */
  run(c: Case, iss = 0): Outcome {
    return this.#run(c.word, this.#aim.va, this.#aim.write, iss)
  }

  /** Executes it again, a copy from the next byte on. */
  again(c: Case): Outcome {
    const { m } = this
    const { va, write } = this.#aim
    if (!c.plan.copySet) return this.run(c)
    const p = new MemoryCopyPlan()
    p.read(c.word)
    const left = BigInt.asIntN(64, m.x(p.rn))
    const end = m.x(write ? p.rd : p.rs)
    return this.#run(c.word, left === 0n ? va : Number(end + left - (left > 0n ? 1n : 0n)), write)
  }

  /** Callbacks of the device in the last {@link finish}, and whether that was more than one fault. */
  callbacks = 0
  chunked = false

  /** Executes it to its end: a copy over two pages needs two faults. */
  finish(c: Case, outcome: Outcome = this.run(c)): Outcome {
    this.chunked = false
    this.callbacks = this.m.log.length
    for (let n = 0; n < 4 && outcome.reason === 'chunk-done'; n++) {
      this.chunked = true
      this.again(c)
      this.callbacks += this.m.log.length
    }
    return outcome
  }

  #run(word: number, far: number, write: boolean, iss = 0): Outcome {
    this.vectors.begin()
    return this.m.run(word, { far, write, iss, hpfar: BigInt(physical(far) >>> 12) << 4n })
  }

  /** Executes `word` where the registers point to: FAR is told. */
  runAt(word: number, far: number, write: boolean, iss = 0): Outcome {
    return this.#run(word, far, write, iss)
  }

  /** Goes on with an instruction, as another process would. */
  resume(continuation: Continuation | undefined): Outcome {
    const c = JSON.parse(JSON.stringify(continuation)) as Continuation
    this.m.vcpu.begin()
    this.vectors.begin()
    return this.m.handler.resume(this.m.vcpu, c, this.#answer(c.token))
  }

  /** What the callback behind a token returns when it is done at last. */
  #answer(token: string | number): bigint {
    const { offset, size, lo, hi } = JSON.parse(String(token)) as Record<'offset' | 'size' | 'lo' | 'hi', number>
    const tx = { hi: hi ?? 0, result: 0, token: '', user: false }
    if (lo !== undefined) {
      this.#plain.write(offset, lo, size, tx)
      return 0n
    }
    const low = this.#plain.read(offset, size, tx) % 2 ** (8 * Math.min(size, 4))
    return (BigInt(size === 8 ? tx.hi : 0) << 32n) | BigInt(low)
  }

  /** The byte at an address in the window. */
  byteAt(va: number): number {
    return this.bytes[physical(va) - DEV] as number
  }

  save(): Snapshot {
    const { m, vectors, bytes } = this
    return { x: m.vcpu.truth.x.slice(), vectors: vectors.truth.slice(), bytes: bytes.slice(), ram: m.ram.slice(0x8000) }
  }

  restore(s: Snapshot): void {
    this.m.vcpu.truth.x.set(s.x)
    this.vectors.truth.set(s.vectors)
    this.bytes.set(s.bytes)
    this.m.ram.set(s.ram, 0x8000)
  }

  /** Slots that are not what they were, but those of the fault itself; -1 for the scalable registers. */
  changed(s: Snapshot): number[] {
    const { x } = this.m.vcpu.truth
    const slots: number[] = []
    for (let r = 0; r < x.length; r++) {
      if (x[r] !== s.x[r] && (r < Reg.ESR_EL2 || r > Reg.HPFAR_EL2)) slots.push(r)
    }
    if (Buffer.compare(this.vectors.truth, s.vectors) !== 0) slots.push(-1)
    return slots
  }

  /** That registers (but those that make a bench another one), vectors and device are those of another bench. */
  equals(other: Bench, except: readonly number[] = []): void {
    const a = this.m.vcpu.truth.x
    const b = other.m.vcpu.truth.x
    for (let r = 0; r < a.length; r++) {
      if (a[r] !== b[r] && r !== Reg.SCTLR_EL1 && !except.includes(r)) expect([r, a[r]]).toEqual([r, b[r]])
    }
    sameBytes(this.vectors.truth, other.vectors.truth, 'the vector file')
    sameBytes(this.bytes, other.bytes, 'the device')
    sameBytes(this.m.ram.subarray(0x8000), other.m.ram.subarray(0x8000), 'RAM')
  }

  /** RAM beside the tables is what it was. */
  ramIs(s: Snapshot): boolean {
    return Buffer.compare(this.m.ram.subarray(0x8000), s.ram) === 0
  }
}

/** What an instruction did, one text an access. */
export function journalOf(outcome: Outcome): string[] {
  return [...outcome.journal].map((e) => `${e.write ? 'w' : 'r'} ${e.pa.toString(16)} ${e.bytes}`)
}

/** Slots that exception entry to EL1 writes. */
export const ENTRY: readonly number[] = [Reg.PC, Reg.PSTATE, Reg.ELR_EL1, Reg.SPSR_EL1, Reg.ESR_EL1, Reg.FAR_EL1]
