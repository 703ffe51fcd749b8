import { InProcessVcpu } from '../../host/index.ts'
import {
  AddressSpace,
  buildPlan,
  DataAbortHandler,
  EffectiveAddress,
  MemoryRegion,
  type MemoryRegionOps,
  Outcome,
  Plan,
  PlanStatus,
  Reg,
  RegisterAccess,
  RegisterFile,
  ScalableElements,
  type ScalablePlan,
  VectorFile,
  VectorReg,
  type VectorRegisters,
} from '../../mmio/index.ts'
import { Access, accessOf, FaultKind, RegimeRegister, Translation, TranslationRegime, walk } from '../../tlb/index.ts'

/** An access of a device: an element of an instruction, or its part on one page. */
export interface DeviceAccess {
  readonly kind: 'r' | 'w'
  readonly pa: number
  /** In memory order. */
  readonly bytes: readonly number[]
}

const TABLES = 0x4b00_0000
const CODE_PA = 0x4b00_8000
const CODE_VA = 0xffff_ff80_0000_0000n
const RAM_PAGES = [0x4a00_0000, 0x4a01_0000, 0x4a02_0000] as const
const DEV0 = 0x1000_0000
const DEV1 = 0x0a00_0000
const DEV2 = 0x0800_6000
/** Virtual pages of an alias, in order; -1 is not mapped. The same pages twice, at 2 GiB and 2 MiB above. */
const PAGES = [RAM_PAGES[0], DEV0, RAM_PAGES[1], DEV1, RAM_PAGES[2], DEV2, -1, DEV0] as const
const PAGE = 4096
/** Device-nGnRnE, Device-nGnRE, Normal Non-cacheable, Normal Write-Back. */
const MAIR = 0xff44_0400n
/** 39-bit addresses, 4 KiB granule, top byte ignored below. */
const TCR =
  25n |
  (1n << 8n) |
  (1n << 10n) |
  (3n << 12n) |
  (25n << 16n) |
  (1n << 24n) |
  (1n << 26n) |
  (3n << 28n) |
  (2n << 30n) |
  (2n << 32n) |
  (1n << 37n)
/** M, C, I. The file's machine has SA as well, but QEMU never checks the alignment of SP. */
const SCTLR = 0x30d0_1805n
const EL1T = 4n

const MASK = (1n << 64n) - 1n

/** The pseudo-random word `i` of the replay contract (splitmix64). */
export function contractWord(i: number): bigint {
  let z = ((BigInt(i) + 1n) * 0x9e37_79b9_7f4a_7c15n) & MASK
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK
  return z ^ (z >> 31n)
}

function contractPage(first: number): Uint8Array {
  const words = BigUint64Array.from({ length: PAGE / 8 }, (_, k) => contractWord(first + k))
  return new Uint8Array(words.buffer)
}

const RAM_AT_START = [10000, 10512, 11024].map(contractPage)
const DEV0_AT_START = contractPage(30000)

/** Eight empty virtio-mmio slots: magic, version and vendor, all else zero; writes are ignored. */
function virtio(offset: number, size: number): number {
  const inSlot = offset & 0x1ff
  const value = inSlot === 0 ? 0x7472_6976 : inSlot === 4 ? 1 : inSlot === 0xc ? 0x554d_4551 : 0
  return size === 4 ? value : value & ((1 << (8 * size)) - 1)
}

/** Bytes of a Z register of the file's machine. */
export const VECTOR_BYTES = 32

/** A vCPU with 256-bit vectors, of which the SIMD&FP registers are the low halves. */
class ScalableVcpu extends InProcessVcpu {
  readonly vectors: VectorRegisters & { readonly file: VectorFile }

  constructor() {
    super()
    const file = new VectorFile()
    const low = (reg: number): Uint8Array =>
      this.regs.bytes.subarray((Reg.V0 + 2 * reg) * 8, (Reg.V0 + 2 * reg) * 8 + 16)
    this.vectors = {
      file,
      length: VECTOR_BYTES,
      pull: (reg) => {
        if (reg < VectorReg.P0) file.view(reg).set(low(reg))
      },
      push: (reg) => {
        if (reg < VectorReg.P0) low(reg).set(file.view(reg).subarray(0, 16))
      },
    }
  }

  /** A SIMD&FP register that is written zeroes the rest of its vector. */
  override push(reg: number): void {
    if (reg >= Reg.V0) this.vectors.file.view((reg - Reg.V0) >> 1).fill(0, 16)
  }
}

/**
 * The machine of an access file: three pages of RAM between three of devices, in a Device-nGnRE and a Normal
 * Non-cacheable alias. Every instruction goes the way of a data abort, whichever page it accesses.
 */
export class AccessMachine {
  readonly vcpu: ScalableVcpu = new ScalableVcpu()
  /** SVE: byte of the vector that the first active lane begins at. */
  firstByte = 0
  /** Device accesses since {@link reset}. */
  readonly accesses: DeviceAccess[] = []
  /** What the last {@link step} came to: of the handler, or of the CPU before it. */
  outcome: Outcome = new Outcome()
  readonly plan: Plan = new Plan()
  readonly ram: readonly Uint8Array[] = RAM_AT_START.map((page) => page.slice())
  readonly #dev0: Uint8Array = DEV0_AT_START.slice()
  readonly #tables: Uint8Array = new Uint8Array(0x9000)
  readonly #code: DataView
  readonly #handler: DataAbortHandler
  readonly #regime: TranslationRegime = new TranslationRegime()
  readonly #space: AddressSpace
  readonly #page: Translation = new Translation()
  readonly #address: EffectiveAddress = new EffectiveAddress()
  readonly #registers: RegisterAccess = new RegisterAccess()
  readonly #elements: ScalableElements = new ScalableElements()
  /** What devices without a model of their own read next, by address. */
  #given: Map<number, number[]> = new Map()

  /** @param lse2 - the CPU has FEAT_LSE2. */
  constructor(lse2: boolean = true) {
    this.#code = new DataView(this.#tables.buffer, CODE_PA - TABLES)
    const space = new AddressSpace()
    for (const [k, pa] of RAM_PAGES.entries()) space.add(MemoryRegion.ram(`ram${k}`, this.ram[k] as Uint8Array), pa)
    space.add(MemoryRegion.ram('tables', this.#tables), TABLES)
    const sizes = { valid: { max: 8, unaligned: true }, impl: { max: 1, unaligned: true } }
    const dev0: MemoryRegionOps = {
      ...sizes,
      read: (offset) => this.#dev0[offset] as number,
      write: (offset, value) => {
        this.#dev0[offset] = value
      },
    }
    // What these read depends on how QEMU cut the access, or on cases before: the recorded values are handed out.
    const dev1: MemoryRegionOps = {
      read: (offset, size) => (this.#given.has(DEV1 + offset) ? this.#next(DEV1 + offset, size) : virtio(offset, size)),
      write: () => {},
      valid: { max: 8, unaligned: true },
      impl: { max: 4, unaligned: true },
    }
    const dev2: MemoryRegionOps = { ...sizes, read: (offset) => this.#next(DEV2 + offset, 1), write: () => {} }
    space.add(MemoryRegion.io('dev0', PAGE, dev0), DEV0)
    space.add(MemoryRegion.io('dev1', PAGE, dev1), DEV1)
    space.add(MemoryRegion.io('dev2', PAGE, dev2), DEV2)
    this.#space = space
    this.#handler = new DataAbortHandler({
      space,
      // No unit of this size is RAM throughout: RAM faults too, and is emulated.
      granule: 65536,
      features: { LSE2: lse2 },
      trace: { accessed: (write, pa, size, data, at) => this.#note(write, pa, data.subarray(at, at + size)) },
    })
    this.#map()
  }

  /** The state before a case. @param given - what DEV1 and DEV2 read, bytes by address in order. */
  reset(given: Map<number, number[]>): void {
    this.#handler.clearExclusive(this.vcpu)
    this.#given = given
    this.accesses.length = 0
    for (const [k, page] of RAM_AT_START.entries()) this.ram[k]?.set(page)
    this.#dev0.set(DEV0_AT_START)
    const { regs } = this.vcpu
    for (let r = 0; r < 31; r++) regs.set(r, contractWord(r))
    for (let v = 0; v < 64; v++) regs.set(Reg.V0 + v, contractWord(1000 + 4 * (v >> 1) + (v & 1)))
    const { file } = this.vcpu.vectors
    for (let z = 0; z < 32; z++) {
      file.view(z).set(new Uint8Array(BigUint64Array.from([0, 1, 2, 3], (j) => contractWord(1000 + 4 * z + j)).buffer))
    }
    for (let p = 0; p < 16; p++) {
      file.view(VectorReg.P0 + p).set(new Uint8Array(BigUint64Array.of(contractWord(5000 + p)).buffer, 0, 4))
    }
    file.view(VectorReg.FFR).fill(0xff, 0, VECTOR_BYTES / 8)
    regs.set(Reg.SP_EL0, 0x8000_1800n)
    regs.set(Reg.SCTLR_EL1, SCTLR)
    regs.set(Reg.TCR_EL1, TCR)
    regs.set(Reg.TTBR0_EL1, BigInt(TABLES))
    regs.set(Reg.TTBR1_EL1, BigInt(TABLES + 0x4000))
    regs.set(Reg.MAIR_EL1, MAIR)
    regs.set(Reg.PSTATE, EL1T | 0x3c0n)
    regs.set(Reg.PC, CODE_VA)
    for (const slot of [Reg.ESR_EL1, Reg.FAR_EL1]) regs.set(slot, 0n)
    for (const slot of [Reg.SCTLR_EL1, Reg.TCR_EL1, Reg.TTBR0_EL1, Reg.TTBR1_EL1, Reg.MAIR_EL1]) {
      this.#regime.set(REGIME_OF.get(slot) as number, regs.hi(slot), regs.lo(slot))
    }
    this.#regime.update()
  }

  /**
   * Executes one word.
   *
   * @returns `ok`; `exc` with ESR_EL1 and FAR_EL1 in the register file; `undefined`; or the reason why neither.
   */
  step(word: number): string {
    const { regs } = this.vcpu
    const { plan } = this
    buildPlan(word, plan)
    if (plan.status === PlanStatus.UNALLOCATED || plan.status === PlanStatus.NOT_MEMORY) return 'undefined'
    // PRFM: the CPU drops it, whatever the address.
    if (plan.status === PlanStatus.NO_ACCESS) return 'ok'
    if (plan.status === PlanStatus.REFUSED) return plan.refusal
    this.#code.setUint32(0, word, true)
    regs.set(Reg.PC, CODE_VA)
    this.#registers.begin(this.vcpu)
    let { hi, lo } = this.#address
    if (plan.scalable) {
      const elements = this.#elements
      elements.list(plan.scalable, this.#registers, this.vcpu.vectors)
      this.firstByte = (elements.lanes[0] as number) * elements.lane
      if (elements.count === 0) return this.#withoutElements(plan.scalable)
      hi = elements.hi[0] as number
      lo = elements.lo[0] as number
    } else {
      this.#address.compute(plan, this.#registers)
      hi = this.#address.hi
      lo = this.#address.lo
    }
    const access = accessOf((plan.load ? Access.READ : 0) | (plan.store ? Access.WRITE : 0), 5, plan.unprivileged)
    const fault = walk(this.#regime, this.#space, hi, lo, access, this.#page)
    const { fsc, pa, write } = this.#page
    this.outcome = this.#handler.handle(this.vcpu, {
      esr: 0x9200_0007 | (plan.store ? 0x40 : 0),
      far: (BigInt(hi) << 32n) | BigInt(lo),
      hpfar: fault === FaultKind.NONE ? BigInt(Math.floor(pa / PAGE)) << 4n : 0n,
    })
    if (this.outcome.kind === 'retired') return 'ok'
    if (this.outcome.kind === 'injected') return 'exc'
    if (fault === FaultKind.NONE) return this.outcome.reason
    // Stage 1 stops the CPU before stage 2 is asked.
    regs.setPair(Reg.ESR_EL1, 0, (0x9600_0000 | (write ? 0x40 : 0) | fsc) >>> 0)
    regs.setPair(Reg.FAR_EL1, hi, lo)
    return 'exc'
  }

  /** No lane is active: the CPU accesses nothing, and a load zeroes its registers. */
  #withoutElements(plan: ScalablePlan): string {
    const { vectors } = this.vcpu
    if (plan.load && plan.bank === 'Z') {
      for (const r of plan.registers) {
        vectors.file.view(r).fill(0)
        vectors.push(r)
      }
    }
    return 'ok'
  }

  /** The next recorded bytes of an address and those behind it. */
  #next(pa: number, size: number): number {
    let value = 0
    for (let k = 0; k < size; k++) value += (this.#given.get(pa + k)?.shift() ?? 0) * 2 ** (8 * k)
    return value
  }

  #note(write: boolean, pa: number, bytes: Uint8Array): void {
    if (pa >= RAM_PAGES[0]) return
    this.accesses.push({ kind: write ? 'w' : 'r', pa, bytes: [...bytes] })
  }

  #map(): void {
    const set = (at: number, value: number, high = 0): void => {
      const view = new DataView(this.#tables.buffer, at, 8)
      view.setUint32(0, value >>> 0, true)
      view.setUint32(4, high, true)
    }
    // Level 1 at 0, level 2 at 0x1000, level 3 of the aliases at 0x2000 and 0x3000.
    set(2 * 8, (TABLES + 0x1000) | 3)
    for (const alias of [0, 1]) {
      set(0x1000 + alias * 8, (TABLES + 0x2000 + alias * 0x1000) | 3)
      for (const [k, pa] of PAGES.entries()) {
        const device = pa < RAM_PAGES[0]
        const attributes = device ? 0xe43 | ((1 + alias) << 2) : 0xf43 | (3 << 2)
        if (pa >= 0) set(0x2000 + alias * 0x1000 + k * 8, pa | attributes, 3 << 21)
      }
    }
    // The code, one page from the first address of TTBR1_EL1: levels 1 to 3 at 0x4000, 0x5000, 0x6000.
    set(0x4000, (TABLES + 0x5000) | 3)
    set(0x5000, (TABLES + 0x6000) | 3)
    set(0x6000, CODE_PA | 0x70f)
  }
}

const REGIME_OF: ReadonlyMap<number, number> = new Map([
  [Reg.SCTLR_EL1, RegimeRegister.SCTLR_EL1],
  [Reg.TCR_EL1, RegimeRegister.TCR_EL1],
  [Reg.TTBR0_EL1, RegimeRegister.TTBR0_EL1],
  [Reg.TTBR1_EL1, RegimeRegister.TTBR1_EL1],
  [Reg.MAIR_EL1, RegimeRegister.MAIR_EL1],
])

/** A register file as it is. */
export function copyOf(regs: RegisterFile): RegisterFile {
  const copy = new RegisterFile()
  copy.x.set(regs.x)
  return copy
}
