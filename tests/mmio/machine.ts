/**
 * A small guest for tests of the handler: its own translation tables in RAM, a window like the TPM CRB's, a device that
 * takes 1 to 8 bytes, and a vCPU that gives a slot only when asked.
 */

import { InProcessVcpu } from '../../src/host/index.ts'
import {
  AccessLog,
  AddressSpace,
  DataAbortHandler,
  type HandlerOptions,
  MemoryRegion,
  type MemoryRegionOps,
  REGISTER_SLOTS,
  Reg,
  RegisterFile,
  type Vcpu,
} from '../../src/mmio/index.ts'

export const RAM = 0x4000_0000
export const CRB = 0xfed4_0000
export const DEV = 0x5000_0000
/** No region is here. */
const HOLE = 0x6000_0000

export const CODE_VA = 0x40_0000
/** Virtual pages, in the order of {@link PAGES}. */
export const VA = 0x1000_0000
/** What the pages from {@link VA} on are: no two neighbours are neighbours in guest-physical memory. */
export const PAGES = [0x4000_8000, CRB, 0x4000_a000, DEV, 0x4000_c000, -1, DEV, -1, HOLE, DEV + 0x1000, DEV] as const
export const CRB_VA = VA + 0x1000
export const DEV_VA = VA + 0x3000
export const HOLE_VA = VA + 0x8000

/** A slot that nobody pulled holds this. */
export const POISON = 0xdead_beef_dead_beefn

/** A device that keeps bytes: what it is written, it reads. */
export function byteDevice(bytes: Uint8Array, sizes: Pick<MemoryRegionOps, 'valid' | 'impl'> = {}): MemoryRegionOps {
  const word = (at: number, size: number): number => {
    let value = 0
    for (let k = size - 1; k >= 0; k--) value = value * 256 + (bytes[at + k] ?? 0)
    return value
  }
  return {
    ...sizes,
    read(offset, size, tx) {
      if (size === 8) tx.hi = word(offset + 4, 4)
      return word(offset, Math.min(size, 4))
    },
    write(offset, value, size, tx) {
      for (let k = 0; k < size; k++) bytes[offset + k] = (k < 4 ? value >>> (8 * k) : tx.hi >>> (8 * (k - 4))) & 0xff
    },
  }
}

/** A vCPU whose truth is elsewhere: slots are poison until pulled. Counts. */
export class LazyVcpu implements Vcpu {
  readonly truth: RegisterFile = new RegisterFile()
  readonly regs: RegisterFile = new RegisterFile()
  readonly pulled: number[] = []
  readonly pushed: number[] = []

  begin(): void {
    this.regs.x.fill(POISON)
    this.pulled.length = 0
    this.pushed.length = 0
  }

  pull(reg: number): void {
    this.pulled.push(reg)
    this.regs.set(reg, this.truth.get(reg))
  }

  push(reg: number): void {
    this.pushed.push(reg)
    this.truth.set(reg, this.regs.get(reg))
  }
}

export interface Element {
  readonly kind: 'r' | 'w'
  readonly pa: number
  readonly bytes: number[]
}

export interface RunOptions {
  /** FAR; also chooses HPFAR by the machine's map. */
  readonly far: number
  readonly write?: boolean
  /** Instruction syndrome bits, ISV among them. */
  readonly iss?: number
  /** DFSC; a level 3 Translation fault unless told. */
  readonly status?: number
  readonly hpfar?: bigint
}

/** PSTATE at EL1h with DAIF masked. */
const EL1H = 0x3c5n

const RAM_BYTES = Uint8Array.from({ length: 0x10000 }, (_, k) => (k < 0x8000 ? 0 : k * 13 + (k >> 7)))
const REGISTER_BYTES = Uint8Array.from({ length: 0x80 }, (_, k) => k * 7 + 0x81)
const COMMAND_BYTES = Uint8Array.from({ length: 0xf80 }, (_, k) => k * 5 + 0x42)
const DEVICE_BYTES = Uint8Array.from({ length: 0x2000 }, (_, k) => k * 11 + (k >> 8) + 0x93)

export class Machine {
  readonly ram: Uint8Array = RAM_BYTES.slice()
  readonly registers: Uint8Array = REGISTER_BYTES.slice()
  readonly command: Uint8Array = COMMAND_BYTES.slice()
  readonly device: Uint8Array = DEVICE_BYTES.slice()
  readonly log: AccessLog
  readonly space: AddressSpace
  readonly vcpu: LazyVcpu = new LazyVcpu()
  readonly handler: DataAbortHandler
  readonly elements: Element[] = []

  /** @param records - of the access log. */
  constructor(options: Omit<HandlerOptions, 'space' | 'trace'> = {}, devOps?: MemoryRegionOps, records = 256) {
    this.log = new AccessLog(records)
    this.space = new AddressSpace({ log: this.log })
      .add(MemoryRegion.ram('ram', this.ram), RAM)
      .add(MemoryRegion.io('crb', 0x80, byteDevice(this.registers)), CRB)
      .add(MemoryRegion.ram('cmd', this.command), CRB + 0x80)
      .add(
        MemoryRegion.io('dev', 0x2000, devOps ?? byteDevice(this.device, { valid: { max: 8 }, impl: { max: 8 } })),
        DEV,
      )
    this.handler = new DataAbortHandler({
      ...options,
      space: this.space,
      trace: {
        accessed: (write, pa, size, data, at) => {
          this.elements.push({ kind: write ? 'w' : 'r', pa, bytes: [...data.subarray(at, at + size)] })
        },
      },
    })
    this.descriptor(0, 0, (RAM + 0x1000) | 3)
    this.descriptor(1, 0, (RAM + 0x2000) | 3)
    this.descriptor(2, CODE_VA >>> 21, (RAM + 0x3000) | 3)
    this.descriptor(2, VA >>> 21, (RAM + 0x5000) | 3)
    this.map(CODE_VA, RAM + 0x4000)
    for (const [i, pa] of PAGES.entries()) if (pa >= 0) this.map(VA + 0x1000 * i, pa)
    const { truth } = this.vcpu
    for (let r = 0; r < 31; r++) truth.set(r, 0x1111_1111_1111_1111n * BigInt(r & 15) + 0x8000_0000_0000_0080n)
    for (let v = 0; v < 64; v++) truth.set(Reg.V0 + v, 0x0123_4567_89ab_cdefn ^ BigInt(v * 0x0101_0101))
    truth.set(Reg.SP_EL0, BigInt(DEV_VA + 0x200))
    truth.set(Reg.SP_EL1, BigInt(DEV_VA + 0x400))
    truth.set(Reg.SCTLR_EL1, 0x30d0_1805n)
    truth.set(Reg.TCR_EL1, 0x0000_0005_0080_3510n)
    truth.set(Reg.TTBR0_EL1, BigInt(RAM))
    // Every page is Normal Non-cacheable: what is unaligned is allowed.
    truth.set(Reg.MAIR_EL1, 0x44n)
    truth.set(Reg.VBAR_EL1, 0xffff_8000_0001_0800n)
    truth.set(Reg.PSTATE, EL1H)
    truth.set(Reg.PC, BigInt(CODE_VA))
  }

  /** Writes a descriptor: tables of levels 0 to 2 are the first three pages, the two of level 3 the fourth and sixth. */
  descriptor(level: number, index: number, value: number, high = 0): void {
    const at = level * 0x1000 + index * 8
    new DataView(this.ram.buffer).setBigUint64(at, (BigInt(high) << 32n) | BigInt(value >>> 0), true)
  }

  /** Maps one page: Access flag set, inner shareable; `bits` are ORed in (AP[2:1] at 7:6). */
  map(va: number, pa: number, bits = 0): void {
    const table = va < VA ? 3 : 5
    this.descriptor(table, (va >>> 12) & 511, (pa | 0x703 | bits) >>> 0)
  }

  unmap(va: number): void {
    this.descriptor(va < VA ? 3 : 5, (va >>> 12) & 511, 0)
  }

  /** Puts `word` where PC points. */
  place(word: number): void {
    new DataView(this.ram.buffer).setUint32(0x4000 + Number(this.vcpu.truth.get(Reg.PC) & 0xfffn), word, true)
  }

  /** The guest executes `word` and stage 2 stops it at `far`. */
  run(word: number, options: RunOptions): ReturnType<DataAbortHandler['handle']> {
    const { far, write = false, iss = 0, status = 7 } = options
    this.place(word)
    const page = (far - VA) >> 12
    const pa = PAGES[page] ?? 0
    this.elements.length = 0
    this.log.clear()
    this.vcpu.begin()
    return this.handler.handle(this.vcpu, {
      esr: (0x9200_0000 + (write ? 0x40 : 0) + iss + status) >>> 0,
      far,
      hpfar: options.hpfar ?? BigInt(Math.floor(Math.max(pa, 0) / 0x1000)) << 4n,
    })
  }

  x(r: number): bigint {
    return this.vcpu.truth.get(r)
  }

  setX(r: number, value: bigint | number): void {
    this.vcpu.truth.set(r, BigInt(value))
  }

  /** 128 bits of a SIMD&FP register. */
  v(r: number): bigint {
    const { truth } = this.vcpu
    return (truth.get(Reg.V0 + 2 * r + 1) << 64n) | truth.get(Reg.V0 + 2 * r)
  }

  /** The element accesses: kind, address, size. */
  shape(): string[] {
    return this.elements.map((e) => `${e.kind} ${e.pa.toString(16)} ${e.bytes.length}`)
  }

  /** Device callbacks: kind, region, offset, size. */
  callbacks(): string[] {
    return [...this.log].map((a) => `${a.kind} ${a.region}+${a.offset.toString(16)} ${a.size}`)
  }

  /** Every slot, and all memory that is not tables. */
  state(): string {
    const { truth } = this.vcpu
    const slots = Array.from({ length: REGISTER_SLOTS }, (_, r) =>
      r >= 47 && r <= 49 ? '' : truth.get(r).toString(16),
    )
    const memory = [this.ram, this.registers, this.command, this.device].map((a) => Buffer.from(a).toString('latin1'))
    return [slots.join(), ...memory].join('|')
  }
}

/** Little-endian bytes as a number. */
export function value(bytes: Iterable<number>): bigint {
  return [...bytes].reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)
}

/** An in-process vCPU with the registers of a machine. */
export function inProcess(machine: Machine): InProcessVcpu {
  const vcpu = new InProcessVcpu()
  vcpu.regs.x.set(machine.vcpu.truth.x)
  return vcpu
}
