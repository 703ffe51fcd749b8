import {
  Access,
  type Descriptor,
  type Descriptor128,
  decodeTlbi,
  decodeTlbip,
  FaultKind,
  RegimeRegister,
  type TableMemory,
  Tlb,
  TlbInvalidation,
  TlbiKind,
  Translation,
  TranslationRegime,
  type WalkRecorder,
  WalkTrace,
  walk,
} from '../../src/tlb/index.ts'
import { high, low } from './vector.ts'

/** mulberry32: the same history from the same seed. */
function generator(seed: number): (below: number) => number {
  let a = seed >>> 0
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const BASE = 0x4000_0000
const TABLES = 10
/** Entries of each table that the addresses of a history reach. */
const INDICES = 4
const tableAt = (n: number): number => BASE + n * 0x1000

/** The tables: {@link INDICES} descriptors each. Knows what a walk writes and can take it back. */
class Tables implements TableMemory {
  words: BigUint64Array
  written: [number, bigint][] = []
  /** Doublewords of each table: twice as many of 128-bit descriptors. */
  readonly width: number

  constructor(width: number) {
    this.width = width
    this.words = new BigUint64Array(TABLES * width)
  }

  private slot(pa: number): number {
    const table = Math.floor((pa - BASE) / 0x1000)
    const index = (pa % 0x1000) / 8
    return table >= 0 && table < TABLES && index < this.width ? table * this.width + index : -1
  }

  readDescriptor(pa: number, out: Descriptor): boolean {
    const slot = this.slot(pa)
    if (slot < 0) return false
    const word = this.words[slot] as bigint
    out.hi = high(word)
    out.lo = low(word)
    return true
  }

  compareAndSwapDescriptor(pa: number, oldHi: number, oldLo: number, hi: number, lo: number): boolean {
    const slot = this.slot(pa)
    const now = this.words[slot] as bigint
    if (high(now) !== oldHi || low(now) !== oldLo) return false
    this.written.push([slot, now])
    this.words[slot] = (BigInt(hi) << 32n) | BigInt(lo)
    return true
  }

  compareAndSwapDescriptor128(pa: number, old: Descriptor128, now: Descriptor128): boolean {
    // Hardware changes one half: the first, or of big-endian tables the other.
    const first = old.hi !== now.hi || old.lo !== now.lo
    const { hi, lo, topHi, topLo } = old
    return first
      ? this.compareAndSwapDescriptor(pa, hi, lo, now.hi, now.lo)
      : this.compareAndSwapDescriptor(pa + 8, topHi, topLo, now.topHi, now.topLo)
  }

  undo(): void {
    for (const [slot, word] of this.written.reverse()) this.words[slot] = word
    this.written = []
  }
}

/** What a program sees of a translation. */
function visible(out: Translation): string {
  if (out.fault !== FaultKind.NONE) {
    const ipa = out.stage === 2 ? out.ipa : 0
    return [out.fault, out.level, out.stage, out.s1ptw, out.write, out.dirtyBit, out.fsc, ipa].join()
  }
  const size = [out.sizeLog2, out.stage1SizeLog2, out.stage2SizeLog2, out.level, out.stage]
  const leaf = [out.attr, out.sh, out.permissions, out.stage2Permissions, out.notGlobal, out.guarded, out.contiguous]
  return ['ok', out.pa, out.ipa, out.write, out.updates, ...size, ...leaf].join()
}

const SCTLR = [0x1005n, 0x8_1005n, 0x200_1005n, 0x200_0000_0000_1005n, 0x1004n]
const TCR = [
  0n,
  1n << 37n,
  (1n << 37n) | (1n << 51n),
  1n << 39n,
  3n << 39n,
  1n << 55n,
  1n << 36n,
  (1n << 36n) | (1n << 22n),
]

/** The same of TCR_EL2 without E2H and of TCR_EL3: TBI, TBID, HA, HD. */
const TCR_ONE_RANGE = [0n, 1n << 20n, (1n << 20n) | (1n << 29n), 1n << 21n, 3n << 21n]
/** HCR_EL2: VM, PTW; E2H and TGE of hosts. */
const E2H = 1n << 34n
const TGE = 1n << 27n
const HCR = [0n, 0n, 0n, 1n, 1n, 5n, E2H, E2H | TGE, E2H | 1n]

type Base = 'TTBR0_EL1' | 'TTBR1_EL1' | 'VTTBR_EL2' | 'TTBR0_EL2' | 'TTBR1_EL2' | 'TTBR0_EL3'

/** One machine under a random program: a regime, tables, and a generator for everything that happens. */
class Machine {
  readonly memory: Tables
  readonly regime = new TranslationRegime()
  readonly random: (below: number) => number
  /** Stage 1 of EL1&0 has 128-bit descriptors (FEAT_D128), and is the one regime of the history. */
  readonly wide: boolean

  constructor(seed: number) {
    this.random = generator(seed)
    this.wide = this.random(5) === 0
    this.memory = new Tables(this.wide ? 2 * INDICES : INDICES)
    if (this.wide) {
      this.set('TCR2_EL1', 1n << 5n)
      this.set('PIR_EL1', 0x5555_5355_1555_5556n)
      this.set('PIRE0_EL1', 0x5155_5355_1555_3536n)
    }
    this.set('MAIR_EL1', 0x04_44_bb_ff_f0_00_ffn)
    this.set('TCR_EL1', this.tcr())
    for (const name of ['TTBR0_EL1', 'TTBR1_EL1', 'VTTBR_EL2'] as const) this.base(name)
    this.set('SCTLR_EL1', 0x1005n)
    this.set('VTCR_EL2', 25n | (1n << 6n) | (5n << 16n) | (this.random(2) === 0 ? 0n : 3n << 21n))
    this.set('HCR_EL2', this.random(3) === 0 ? 1n : 0n)
    for (const name of ['MAIR_EL2', 'MAIR_EL3'] as const) this.set(name, 0xff_44_00_f0n)
    for (const name of ['SCTLR_EL2', 'SCTLR_EL3'] as const) this.set(name, 0x1005n)
    for (const name of ['TTBR0_EL2', 'TTBR1_EL2', 'TTBR0_EL3'] as const) this.base(name)
    this.set('TCR_EL2', this.tcr())
    this.set('TCR_EL3', this.tcrOneRange())
    for (let i = 0; i < 4 * TABLES * INDICES; i++) this.edit()
    this.regime.update()
  }

  private set(name: keyof typeof RegimeRegister, value: bigint): void {
    this.regime.set(RegimeRegister[name], high(value), low(value))
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random(list.length)] as T
  }

  private tcr(): bigint {
    // 39 bits by three levels; of 128-bit descriptors 36 bits.
    const size = this.wide ? 28n : 25n
    return size | (size << 16n) | (2n << 30n) | (5n << 32n) | this.pick(TCR)
  }

  private tcrOneRange(): bigint {
    return 25n | (5n << 16n) | this.pick(TCR_ONE_RANGE)
  }

  /** A table base with one of three ASIDs or VMIDs. */
  private base(name: Base): void {
    const first = name === 'VTTBR_EL2' ? 7 : 0
    const tag = 1 + this.random(3)
    this.set(name, BigInt(tableAt(first + this.random(2))) | (BigInt(tag) << 48n))
  }

  /** Changes registers as a program or hypervisor does: mostly a process or VM switch. */
  switch(): void {
    const what = this.random(20)
    if (what < 4) this.base('TTBR0_EL1')
    else if (what < 6) this.base('TTBR1_EL1')
    else if (what < 7) this.base('VTTBR_EL2')
    else if (what < 8) this.set('TCR_EL1', this.tcr())
    else if (what < 9) this.set('SCTLR_EL1', this.pick(SCTLR))
    else if (what < 10) this.base(this.pick(['TTBR0_EL2', 'TTBR1_EL2', 'TTBR0_EL3']))
    else if (what < 11) this.switchPrivileged()
    else if (what < 13) this.set('HCR_EL2', this.pick(HCR))
    else this.level = this.pick(this.wide ? [0, 1] : [0, 1, 1, 2, 2, 3])
    if (this.wide && what >= 11 && what < 13) this.set('HCR_EL2', this.pick([0n, 1n]))
    this.regime.selectFor(this.level)
    this.regime.update()
  }

  /** The Exception level of the accesses. */
  private level = 1

  private switchPrivileged(): void {
    const what = this.random(4)
    if (what === 0) this.set('TCR_EL2', this.random(2) === 0 ? this.tcr() : this.tcrOneRange())
    else if (what === 1) this.set('TCR_EL3', this.tcrOneRange())
    else this.set(what === 2 ? 'SCTLR_EL2' : 'SCTLR_EL3', this.pick(SCTLR))
  }

  /**
   * Replaces one descriptor. By habit tables 0 and 1 are of level 1, 2 and 3 of level 2, 4 to 6 of level 3, 7 to 9 stage 2's
   * of levels 1, 1, 2; a walk that is led elsewhere reads them all the same.
   */
  edit(): void {
    const slot = this.random(TABLES * INDICES)
    const table = Math.floor(slot / INDICES)
    const stage2 = table >= 7
    if (this.wide && !stage2) {
      this.editWide(table, slot % INDICES)
      return
    }
    const r = this.random(32)
    let word: bigint
    if (r === 0) word = 0n
    else if (r === 1) word = BigInt(tableAt(this.random(TABLES))) | 3n
    else if (stage2 && table < 9 && slot % INDICES === 1) {
      // The IPAs of the tables, so that stage 1 gets somewhere.
      word = BigInt(BASE) | 0x7fdn
    } else if (table < 2 && r < 24) word = BigInt(tableAt(2 + this.random(2))) | 3n
    else if (table < 4 && r < 22) word = BigInt(tableAt(4 + this.random(3))) | 3n
    else if ((table === 7 || table === 8) && r < 12) word = BigInt(tableAt(9)) | 3n
    else {
      const page = table >= 4 && table < 7
      const attributes = BigInt(this.random(0x400)) << 2n
      const never = this.random(3) === 0 ? BigInt(this.random(4)) << 53n : 0n
      const upper = never | (this.random(4) === 0 ? 1n << 51n : 0n) | (this.random(8) === 0 ? 1n << 52n : 0n)
      const accessed = this.random(8) === 0 ? 0n : 1n << 10n
      const target = (BigInt(this.random(4)) << 30n) | (BigInt(this.random(4)) << 21n) | (BigInt(this.random(4)) << 12n)
      word = target | attributes | upper | accessed | (page ? 3n : 1n)
      if (stage2) word |= 0xc0n
    }
    const swapped = (this.regime.lo(RegimeRegister.SCTLR_EL1) & (1 << 25)) !== 0 && !stage2
    this.memory.words[table * this.memory.width + (slot % INDICES)] = swapped ? swap(word) : word
  }

  /** The same of a 128-bit descriptor. A table is one because SKL leads no further: what is a page elsewhere is a table here. */
  private editWide(table: number, index: number): void {
    const r = this.random(32)
    let word = BigInt(this.random(4)) << 28n
    word |= (BigInt(this.random(4)) << 20n) | (BigInt(this.random(4)) << 12n)
    let skl = table < 2 ? 2n : table < 4 ? 1n : 0n
    if (table < 2 && r < 24) {
      word = BigInt(tableAt(2 + this.random(2)))
      skl = 0n
    } else if (table < 4 && r < 22) {
      word = BigInt(tableAt(4 + this.random(3)))
      skl = 0n
    } else if (r === 31) skl = BigInt(this.random(4))
    const accessed = this.random(8) === 0 ? 0n : 1n << 10n
    const low12 = (BigInt(this.random(0x400)) << 2n) & ~(1n << 10n)
    const first = r === 30 ? 0n : word | low12 | accessed | 1n
    // GP, Contiguous, DisCH, PIIndex.
    const top = (skl << 45n) | (BigInt(this.random(8)) << 47n) | (BigInt(this.random(16)) << 51n)
    const swapped = (this.regime.lo(RegimeRegister.SCTLR_EL1) & (1 << 25)) !== 0
    const { words, width } = this.memory
    const at = table * width + 2 * index
    // Now and then one half alone.
    const halves = this.random(4)
    if (halves !== 1) words[at + (swapped ? 1 : 0)] = swapped ? swap(first) : first
    if (halves !== 2) words[at + (swapped ? 0 : 1)] = swapped ? swap(top) : top
  }

  /** An address that the tables' entries reach, now and then one that they do not; often one of the last few. */
  address(): [number, number] {
    const last = this.recent[this.random(16)]
    if (last !== undefined) return last
    const fresh = this.freshAddress()
    this.recent[this.random(12)] = fresh
    return fresh
  }

  private readonly recent: ([number, number] | undefined)[] = []

  private freshAddress(): [number, number] {
    const [one, two] = this.wide ? [28, 20] : [30, 21]
    const page = (this.random(4) << one) | (this.random(4) << two) | (this.random(4) << 12)
    const lo = (page | this.random(0x1000)) >>> 0
    let hi = this.random(3) === 0 ? (this.wide ? 0xffff_fff0 : 0xffff_ff80) : 0
    if (this.random(16) === 0) hi = (hi ^ (this.random(256) << 24)) >>> 0
    if (this.random(64) === 0) hi = (hi ^ (1 << this.random(24))) >>> 0
    return [hi, lo]
  }

  access(): number {
    const kind = this.pick([Access.READ, Access.READ, Access.WRITE, Access.EXECUTE, Access.READ | Access.WRITE])
    const unprivileged = this.random(4) === 0 ? Access.UNPRIVILEGED : 0
    const pan = this.random(4) === 0 ? Access.PAN : 0
    const rest = this.pick([0, 0, 0, 0, 0, 0, Access.NO_UPDATE, Access.STAGE1_ONLY])
    return kind | unprivileged | pan | rest
  }

  /** A TLBI instruction by its encoding, on an address of the history. */
  invalidation(): TlbInvalidation {
    const operation = new TlbInvalidation()
    const [hi, lo] = this.address()
    const page = (BigInt(hi & 0x00ff_ffff) << 20n) | BigInt(lo >>> 12)
    const asid = BigInt(1 + this.random(3)) << 48n
    const one = asid | page
    // TG = 4 KB, SCALE 0..3, NUM 0..31.
    const range =
      asid | (1n << 46n) | (BigInt(this.random(4)) << 44n) | (BigInt(this.random(32)) << 39n) | (page & 0x1f_ffff_ffffn)
    const [op1, crm, op2, xt] = this.pick<readonly [number, number, number, bigint]>([
      [0, 7, 0, 0n],
      [0, 7, 1, one],
      [0, 3, 1, one],
      [0, 7, 2, one],
      [0, 7, 3, one],
      [0, 7, 5, one],
      [0, 7, 7, one],
      [0, 6, 1, range],
      [0, 6, 3, range],
      [4, 4, 1, page & 0xf_ffff_ffffn],
      [4, 7, 4, 0n],
      [4, 7, 6, 0n],
      [4, 7, 0, 0n],
      [4, 7, 1, one],
      [4, 7, 5, one],
      [4, 6, 1, range],
      [6, 7, 0, 0n],
      [6, 7, 1, one],
      [6, 3, 5, one],
      [6, 6, 1, range],
      [6, 7, 4, 0n],
    ])
    // TLBIP of the same, where there is one: the address in the second register.
    const [second, tag] = [xt === one ? page : BigInt(this.random(2)) + page, high(xt)]
    const wide = this.random(4) === 0
    if (wide && decodeTlbip(op1, 8, crm, op2, tag, high(second), low(second), this.regime, operation)) return operation
    if (!decodeTlbi(op1, 8, crm, op2, high(xt), low(xt), this.regime, operation)) throw new Error('no TLBI')
    return operation
  }
}

function swap(word: bigint): bigint {
  let out = 0n
  for (let i = 0n; i < 8n; i++) out |= ((word >> (8n * i)) & 0xffn) << (56n - 8n * i)
  return out
}

/** What happened in a history. */
export interface HistoryCount {
  accesses: number
  hits: number
  /** Hits in each regime, by the values of `Regime`. */
  readonly regimes: number[]
  /** Hits that a walk would no longer give, each of them allowed. */
  stale: number
  /** Walks that started at a table of the walk cache. */
  short: number
}

const HISTORY = 400

function countHit(count: HistoryCount, { kind }: TranslationRegime): void {
  count.hits++
  count.regimes[kind] = (count.regimes[kind] as number) + 1
}

/** Random histories on a validated TLB: every access is as without a TLB, down to the descriptors written. */
export function validatedHistories(steps: number, seed: number): HistoryCount {
  const count: HistoryCount = { accesses: 0, hits: 0, regimes: [0, 0, 0, 0], stale: 0, short: 0 }
  const want = new Translation()
  const got = new Translation()
  for (let done = 0; done < steps; seed++) {
    const machine = new Machine(seed)
    const { memory, regime, random } = machine
    const tlb = new Tlb({ validated: true, entries: random(2) === 0 ? 16 : 64 })
    for (let i = 0; i < HISTORY && done < steps; i++, done++) {
      const what = random(40)
      if (what < 2) machine.edit()
      else if (what < 3) machine.switch()
      else {
        const [hi, lo] = machine.address()
        const access = machine.access()
        walk(regime, memory, hi, lo, access, want)
        const expected = `${visible(want)};${memory.written.map(([slot]) => `${slot}=${memory.words[slot]}`).join()}`
        memory.undo()
        const { hits } = tlb
        tlb.translate(regime, memory, hi, lo, access, got)
        if (tlb.hits > hits) countHit(count, regime)
        const seen = `${visible(got)};${memory.written.map(([slot]) => `${slot}=${memory.words[slot]}`).join()}`
        memory.written = []
        count.accesses++
        if (expected !== seen) throw new Error(`seed ${seed}, step ${i}: ${expected} became ${seen}`)
      }
    }
    count.short += tlb.shortWalks
  }
  return count
}

/** A state that a TLB may remember: memory and registers between two changes. */
interface Snapshot {
  /** The step at whose end it began. */
  readonly at: number
  readonly memory: Tables
  readonly regime: TranslationRegime
}

/** A TLBI that was executed. */
interface Done {
  readonly at: number
  readonly operation: TlbInvalidation
}

/**
 * Random histories with TLBI on a plain TLB: every hit, and every walk from the walk cache, is the walk's result in some
 * state since the last TLBI that had to remove it; or with the tables of one state and the leaf of a later one. All states
 * are tried, from the last one back.
 */
export function staleHistories(steps: number, seed: number): HistoryCount {
  const count: HistoryCount = { accesses: 0, hits: 0, regimes: [0, 0, 0, 0], stale: 0, short: 0 }
  const got = new Translation()
  for (let done = 0; done < steps; seed++) {
    const machine = new Machine(seed)
    const { memory, regime, random } = machine
    const tlb = new Tlb({ entries: random(2) === 0 ? 16 : 64 })
    const snapshots: Snapshot[] = []
    const invalidations: Done[] = []
    const remember = (at: number): void => {
      const copy = new Tables(memory.width)
      copy.words = memory.words.slice()
      snapshots.push({ at, memory: copy, regime: cloned(regime) })
    }
    remember(-1)
    for (let i = 0; i < HISTORY && done < steps; i++, done++) {
      const what = random(40)
      if (what < 2) machine.edit()
      else if (what < 3) machine.switch()
      else if (what < 4) {
        const operation = machine.invalidation()
        tlb.invalidate(operation)
        invalidations.push({ at: i, operation })
        continue
      } else {
        const [hi, lo] = machine.address()
        const access = machine.access()
        const { hits, shortWalks } = tlb
        // The state that the walk began in: the access itself may set a flag in it.
        tlb.translate(regime, memory, hi, lo, access, got)
        count.accesses++
        const short = tlb.shortWalks > shortWalks
        if (short) count.short++
        // A walk that updates descriptors is not kept; what it may see is what one without updates may.
        if (tlb.hits > hits || (short && got.updates === 0)) {
          if (!short) countHit(count, regime)
          const back = permitted(snapshots, invalidations, regime, hi, lo, access, visible(got))
          if (back < 0) throw new Error(`seed ${seed}, step ${i}: ${visible(got)} is of no state since its TLBI`)
          if (back > 0) count.stale++
        }
        if (memory.written.length === 0) continue
        memory.written = []
      }
      remember(i)
    }
  }
  return count
}

function cloned(regime: TranslationRegime): TranslationRegime {
  const copy = new TranslationRegime(regime.features, regime.kind)
  for (const index of Object.values(RegimeRegister)) copy.set(index, regime.hi(index), regime.lo(index))
  copy.update()
  return copy
}

const then = new Translation()
const tables = new Translation()

/** How many states back the result's leaf is a walk's, or -1. */
function permitted(
  snapshots: readonly Snapshot[],
  invalidations: readonly Done[],
  now: TranslationRegime,
  hi: number,
  lo: number,
  access: number,
  result: string,
): number {
  for (let back = 0; back < snapshots.length; back++) {
    if (leafPermitted(snapshots, invalidations, now, hi, lo, access, result, back, undefined)) return back
  }
  // Tables of one state, the leaf of another: what a walk cache makes of a history. And tables below those of a third.
  for (let older = 0; older < snapshots.length; older++) {
    for (const first of startsOf(snapshots, now, hi, lo, access, older, undefined)) {
      for (let back = older; back >= 0; back--) {
        const middle = snapshots[snapshots.length - 1 - back] as Snapshot
        if (middle.regime.asid !== first.regime.asid || gone(first, invalidations, middle.at, hi, lo)) continue
        if (leafPermitted(snapshots, invalidations, now, hi, lo, access, result, back, first.walker)) return back
        for (const second of startsOf(snapshots, now, hi, lo, access, back, first)) {
          for (let leaf = back; leaf >= 0; leaf--) {
            const last = snapshots[snapshots.length - 1 - leaf] as Snapshot
            if (last.regime.asid !== second.regime.asid || gone(second, invalidations, last.at, hi, lo)) continue
            if (leafPermitted(snapshots, invalidations, now, hi, lo, access, result, leaf, second.walker)) return leaf
          }
        }
      }
    }
  }
  return -1
}

/** A table that a walk cache may remember, and the walks that start there. */
interface Start {
  readonly level: number
  /** Bytes below the table. */
  readonly size: number
  readonly attributes: number
  /** The end of the state in which a walk came by. */
  readonly until: number
  readonly regime: TranslationRegime
  readonly walker: WalkRecorder
}

/** Whether a TLBI had to remove a table between its state and the step `used`. */
function gone(start: Start, invalidations: readonly Done[], used: number, hi: number, lo: number): boolean {
  return invalidations.some(
    (done) => done.at > start.until && done.at <= used && removesTable(done, start.regime, hi, lo, start.size),
  )
}

/** When the state `back` states before the last one ended. */
function endOf(snapshots: readonly Snapshot[], back: number): number {
  return snapshots[snapshots.length - back]?.at ?? Number.POSITIVE_INFINITY
}

function leafPermitted(
  snapshots: readonly Snapshot[],
  invalidations: readonly Done[],
  now: TranslationRegime,
  hi: number,
  lo: number,
  access: number,
  result: string,
  back: number,
  start: WalkRecorder | undefined,
): boolean {
  const { memory, regime } = snapshots[snapshots.length - 1 - back] as Snapshot
  // The state held until the next began: a TLBI before that does not keep a walk from reading it again.
  const until = endOf(snapshots, back)
  if (regime.owner !== now.owner) return false
  walk(regime, memory, hi, lo, access | Access.NO_UPDATE, then, start)
  if (visible(then) !== result || then.updates !== 0) return false
  // A fault is not kept: only the state of now gives one.
  if (then.fault !== FaultKind.NONE) return back === 0
  if (then.notGlobal && regime.asid !== now.asid) return false
  return !invalidations.some((done) => done.at > until && removes(done, then, regime, hi, lo))
}

/** Where a walk may start by the tables of one state: below each table of its walk, which itself began at `from`. */
function startsOf(
  snapshots: readonly Snapshot[],
  now: TranslationRegime,
  hi: number,
  lo: number,
  access: number,
  back: number,
  from: Start | undefined,
): Start[] {
  const { memory, regime } = snapshots[snapshots.length - 1 - back] as Snapshot
  if (regime.owner !== now.owner || !regime.stage1Enabled) return []
  // Tables are of an ASID, whatever their leaves are.
  if (from !== undefined && regime.asid !== from.regime.asid) return []
  const trace = new WalkTrace()
  const recorder: WalkRecorder = { descriptor: (...read) => trace.descriptor(...read) }
  if (from?.walker.start !== undefined) recorder.start = from.walker.start
  walk(regime, memory, hi, lo, access | Access.NO_UPDATE, tables, recorder)
  const p = regime.hasUnprivileged && (hi & (1 << 23)) !== 0 ? regime.upper : regime.lower
  const starts: Start[] = []
  let attributes = from?.attributes ?? 0
  for (const read of trace.reads.filter(({ stage }) => stage === 1)) {
    const { level, address } = read
    if (level > (from?.level ?? p.startLevel)) {
      const tableAttributes = attributes
      const walker: WalkRecorder = {
        start: (_p, _hi, _lo, state) => {
          state.level = level
          state.entryHi = Math.floor(address / 2 ** 32)
          state.entryLo = address % 2 ** 32
          state.tableAttributes = tableAttributes
          return true
        },
        descriptor: () => undefined,
      }
      const size = 2 ** (p.granuleBits + p.stride * (4 - level))
      starts.push({ level, size, attributes, until: endOf(snapshots, back), regime, walker })
    }
    // DisCH of 128-bit descriptors is of the next table alone.
    if (read.topHi === undefined) attributes |= (read.hi >>> 27) & 15
    else attributes = ((read.topHi >>> 16) & 1) << 5
  }
  return starts
}

/** Whether the architecture makes a TLBI remove a table's entry, whose table maps `size` bytes around the address. */
function removesTable({ operation }: Done, regime: TranslationRegime, hi: number, lo: number, size: number): boolean {
  const { kind, asid, start, end, leafOnly } = operation
  if (!operation.concerns(regime.owner) || kind === TlbiKind.IPA || leafOnly) return false
  if (kind === TlbiKind.ALL || kind === TlbiKind.VMID) return true
  if (kind !== TlbiKind.VA_ALL_ASIDS && regime.asid !== asid) return false
  if (kind === TlbiKind.ASID) return true
  const va = (hi & 0x00ff_ffff) * 2 ** 32 + lo
  const block = va - (va % size)
  return block < end && start < block + size
}

/** Whether the architecture makes a TLBI remove the translation of an address. IPAS2 alone leaves combined entries. */
function removes({ operation }: Done, out: Translation, regime: TranslationRegime, hi: number, lo: number): boolean {
  const { kind, asid, start, end } = operation
  if (!operation.concerns(regime.owner) || kind === TlbiKind.IPA) return false
  if (kind === TlbiKind.ALL || kind === TlbiKind.VMID) return true
  const own = regime.asid === asid
  if (kind === TlbiKind.ASID) return out.notGlobal && own
  if (kind === TlbiKind.VA && out.notGlobal && !own) return false
  const size = 2 ** Math.max(out.stage1SizeLog2, out.sizeLog2)
  // VA[55:0]: bit 55 stands for what TBI ignores.
  const va = (hi & 0x00ff_ffff) * 2 ** 32 + lo
  const block = va - (va % size)
  return block < end && start < block + size
}
