/**
 * One fault of every class of loads and stores: at a device that takes eight bytes at once, in a page of Normal
 * Non-cacheable memory, so that DC ZVA and unaligned accesses have no Alignment fault to end in.
 */
import { InProcessVcpu } from '../dist/host/index.js'
import { AddressSpace, DataAbortHandler, MemoryRegion, Reg, VectorFile, VectorReg } from '../dist/mmio/index.js'

const RAM = 0x4000_0000
const DEVICE = 0x0900_0000
/** Bits 63:32 of a kernel's addresses: above 2^31, where V8 allocates for what is not kept a signed number. */
const KERNEL = 0xffff_0000
const CODE = 0x20_0000
/** Low half of X0: of the device's page, 256 bytes in. */
const BASE = 0x20_1100
/** Low half of X1 of a memory copy: a page of RAM. */
const SOURCE = 0x20_2100
/** Bytes of a Z register: 256 bits, as on Graviton 3. */
const VECTOR = 32

const write = true
/** A word, its text, what the syndrome says of it, and what else is in its registers. Registers that are not named are 0. */
export const CLASSES = [
  { text: 'ldr w1, [x0, #48] (ISV=1)', word: 0xb9403001, esr: 0x9381_0007, offset: 48 },
  { text: 'ldr w1, [x0, #48]', word: 0xb9403001, offset: 48 },
  { text: 'ldrb w1, [x0]', word: 0x39400001 },
  { text: 'ldrsh x1, [x0]', word: 0x79800001 },
  { text: 'ldr x1, [x0], #8', word: 0xf8408401 },
  { text: 'str w1, [x0, #8]!', word: 0xb8008c01, write, offset: 8 },
  { text: 'ldur x1, [x0, #3]', word: 0xf8403001, offset: 3 },
  { text: 'ldr x1, [x0, x3, lsl #3]', word: 0xf8637801 },
  { text: 'ldtr x1, [x0]', word: 0xf8400801 },
  { text: 'sttr x1, [x0]', word: 0xf8000801, write },
  { text: 'ldr x1, #0x1100 (literal)', word: 0x58008801 },
  { text: 'ldp x1, x2, [x0]', word: 0xa9400801 },
  { text: 'stp x1, x2, [x0]', word: 0xa9000801, write },
  { text: 'ldpsw x1, x2, [x0]', word: 0x69400801 },
  { text: 'ldnp x1, x2, [x0]', word: 0xa8400801 },
  { text: 'ldr d1, [x0]', word: 0xfd400001 },
  { text: 'ldr q1, [x0]', word: 0x3dc00001 },
  { text: 'str q1, [x0]', word: 0x3d800001, write },
  { text: 'ldp q1, q2, [x0]', word: 0xad400801 },
  { text: 'ld1 {v0.16b-v3.16b}, [x0]', word: 0x4c402000 },
  { text: 'st1 {v0.2d-v3.2d}, [x0]', word: 0x4c002c00, write },
  { text: 'ld4 {v0.16b-v3.16b}, [x0]', word: 0x4c400000 },
  { text: 'st4 {v0.4s-v3.4s}, [x0]', word: 0x4c000800, write },
  { text: 'ld2 {v0.s, v1.s}[1], [x0]', word: 0x0d609000 },
  { text: 'ld4r {v0.8h-v3.8h}, [x0]', word: 0x4d60e400 },
  { text: 'ldar x1, [x0]', word: 0xc8dffc01 },
  { text: 'stlr x1, [x0]', word: 0xc89ffc01, write },
  { text: 'ldapr x1, [x0]', word: 0xf8bfc001 },
  { text: 'ldapur x1, [x0]', word: 0xd9400001 },
  { text: 'stlur x1, [x0]', word: 0xd9000001, write },
  { text: 'ldiapp x1, x2, [x0]', word: 0xd9421801 },
  { text: 'stilp x1, x2, [x0]', word: 0xd9021801, write },
  { text: 'ldap1 {v0.d}[1], [x0]', word: 0x4d418400 },
  { text: 'ldxr x1, [x0]', word: 0xc85f7c01 },
  { text: 'ldxr and stxr w4, x1, [x0]', word: 0xc8047c01, write, before: 0xc85f7c01 },
  { text: 'ldxp x1, x2, [x0]', word: 0xc87f0801 },
  { text: 'ldxp and stxp w4, x1, x2, [x0]', word: 0xc8240801, write, before: 0xc87f0801 },
  { text: 'ldaddal x1, x2, [x0]', word: 0xf8e10002 },
  { text: 'swpb w1, w2, [x0]', word: 0x38218002 },
  { text: 'ldsmax x1, x2, [x0]', word: 0xf8214002 },
  { text: 'ldclrp x1, x2, [x0]', word: 0x19221001 },
  { text: 'swpp x1, x2, [x0]', word: 0x19228001 },
  { text: 'ldtadd x1, x2, [x0]', word: 0x59210402 },
  { text: 'ldtxr x1, [x0]', word: 0xc95f7c01 },
  { text: 'cast x1, x2, [x0]', word: 0xc9817c02 },
  { text: 'ldfadd d1, d2, [x0]', word: 0xfc210002 },
  { text: 'stbfadd h1, [x0]', word: 0x3c21801f },
  { text: 'cas x1, x2, [x0]', word: 0xc8a17c02 },
  { text: 'casp x2, x3, x4, x5, [x0]', word: 0x48227c04 },
  { text: 'rcwcas x1, x2, [x0]', word: 0x19210802 },
  { text: 'rcwclr x1, x2, [x0]', word: 0x38219002 },
  { text: 'ldraa x1, [x0]', word: 0xf8200401 },
  { text: 'ld64b x2, [x0]', word: 0xf83fd002 },
  { text: 'st64b x2, [x0]', word: 0xf83f9002, write },
  { text: 'st64bv x1, x2, [x0]', word: 0xf821b002, write },
  // The main parts, option A: X0 and X1 are the ends, X2 is minus 64.
  { text: 'cpyfm [x0]!, [x1]!, x2! (64 bytes)', word: 0x19410440, write, offset: -64, bytes: 64 },
  { text: 'setm [x0]!, x2!, x1 (64 bytes)', word: 0x19c14440, write, offset: -64, bytes: 64 },
  { text: 'dc zva, x0', word: 0xd50b7420, write },
  { text: 'ldg x1, [x0]', word: 0xd9600001 },
  { text: 'stg x1, [x0]', word: 0xd9200801, write },
  { text: 'stzg x1, [x0]', word: 0xd9600801, write },
  { text: 'stgp x1, x2, [x0]', word: 0x69000801, write },
  { text: 'prfm pldl1keep, [x0]', word: 0xf9800000 },
  { text: 'ld1b {z0.b}, p0/z, [x0]', word: 0xa400a000 },
  { text: 'ld1d {z0.d}, p0/z, [x0]', word: 0xa5e0a000 },
  { text: 'st1d {z0.d}, p0, [x0]', word: 0xe5e0e000, write },
  { text: 'ld1rd {z0.d}, p0/z, [x0]', word: 0x85c0e000 },
  { text: 'ldnt1d {z0.d}, p0/z, [x0]', word: 0xa580e000 },
  { text: 'ld4w {z0.s-z3.s}, p0/z, [x0]', word: 0xa560e000 },
  { text: 'st2d {z0.d, z1.d}, p0, [x0]', word: 0xe5b0e000, write },
  { text: 'ld1d {z0.d}, p0/z, [x0, z8.d]', word: 0xc5c8c000 },
  { text: 'st1d {z0.d}, p0, [x0, z8.d]', word: 0xe588a000, write },
  { text: 'ldff1d {z0.d}, p0/z, [x0]', word: 0xa5ff6000 },
  { text: 'ldff1d {z0.d}, p0/z, [x0, z8.d]', word: 0xc5c8e000 },
  { text: 'ldr z0, [x0]', word: 0x85804000 },
  { text: 'str z0, [x0]', word: 0xe5804000, write },
  { text: 'ldr p1, [x0]', word: 0x85800001 },
  { text: 'ld1w {za0h.s[w12, 0]}, p0/z, [x0]', word: 0xe09f0000 },
  { text: 'st1d {za0v.d[w12, 0]}, p0, [x0]', word: 0xe0ff8000, write },
  { text: 'ldr za[w12, 0], [x0]', word: 0xe1000000 },
  { text: 'str za[w12, 0], [x0]', word: 0xe1200000, write },
  { text: 'ldr zt0, [x0]', word: 0xe11f8000 },
  { text: 'gcsstr x1, [x0]', word: 0xd91f0c01, write, gcs: true },
]

/** Tables, code and registers of a vCPU that is stopped at the fault, and its handler. */
export class ClassFault {
  constructor(given) {
    const { word, before, offset = 0, bytes = 0, gcs = false } = given
    this.word = word
    this.before = before
    this.bytes = bytes
    this.esr = given.esr ?? (given.write ? 0x9200_0047 : 0x9200_0007)
    const ram = new Uint8Array(0x10000)
    const view = new DataView(ram.buffer)
    const table = (at, index, value) => view.setBigUint64(at + 8 * index, value, true)
    table(0x0000, 0, BigInt(RAM + 0x1000) | 3n)
    table(0x1000, 0, BigInt(RAM + 0x2000) | 3n)
    table(0x2000, 1, BigInt(RAM + 0x3000) | 3n)
    // With permission indirection bits 54, 53, 51 and 6 are an index: 8 for the code, 0 for the control stack.
    table(0x3000, 0, BigInt(RAM + 0x8000) | (gcs ? 0x40_0000_0000_070fn : 0x70fn))
    table(0x3000, 1, BigInt(DEVICE) | (gcs ? 0x403n : 0x60_0000_0000_0443n))
    table(0x3000, 2, BigInt(RAM + 0x9000) | 0x60_0000_0000_070fn)
    view.setUint32(0x8000, word, true)
    if (before !== undefined) view.setUint32(0x8004, before, true)
    const ops = {
      read: () => 0,
      write: () => {},
      valid: { min: 1, max: 8, unaligned: true },
      impl: { min: 1, max: 8, unaligned: true },
    }
    const space = new AddressSpace()
      .add(MemoryRegion.io('device', 0x1000, ops), DEVICE)
      .add(MemoryRegion.ram('ram', ram), RAM)
    this.vcpu = new InProcessVcpu()
    const { regs } = this.vcpu
    regs.set(Reg.SCTLR_EL1, 0x30d0_1805n)
    regs.set(Reg.TCR_EL1, 0x2_b510_3510n)
    regs.set(Reg.TTBR1_EL1, BigInt(RAM))
    regs.set(Reg.MAIR_EL1, 0xff44n)
    regs.set(Reg.PSTATE, 0x3c5n)
    regs.setPair(Reg.FAR_EL2, KERNEL, BASE + offset)
    regs.set(Reg.HPFAR_EL2, BigInt(DEVICE) >> 8n)
    if (gcs) {
      // GCSCR_EL1.STREn; of index 0 the permission of control stacks, of index 8 to read and execute.
      regs.set(Reg.GCSCR_EL1, 1n << 9n)
      regs.set(Reg.TCR2_EL1, 2n)
      regs.set(Reg.PIR_EL1, 0x3_0000_0009n)
    }
    const file = new VectorFile()
    for (let p = 0; p < 16; p++) file.view(VectorReg.P0 + p).fill(0xff)
    file.view(VectorReg.FFR).fill(0xff)
    this.vcpu.vectors = { file, length: VECTOR, pull: () => {}, push: () => {} }
    this.handler = new DataAbortHandler({ space, features: gcs ? { gcs: true, s1pie: true } : {} })
  }

  /** The fault, from registers that are always the same; no bigint is made. */
  run() {
    const { regs } = this.vcpu
    regs.setPair(Reg.X0, KERNEL, BASE)
    if (this.bytes > 0) {
      regs.setPair(1, KERNEL, SOURCE)
      regs.setPair(2, -1, -this.bytes)
    }
    if (this.before !== undefined) {
      regs.setPair(Reg.PC, KERNEL, CODE + 4)
      regs.setPair(Reg.ESR_EL2, 0, 0x9200_0007)
      this.handler.handle(this.vcpu)
    }
    regs.setPair(Reg.PC, KERNEL, CODE)
    regs.setPair(Reg.ESR_EL2, 0, this.esr)
    return this.handler.handle(this.vcpu)
  }
}
