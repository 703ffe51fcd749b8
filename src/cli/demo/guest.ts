/**
 * The built-in guest: RAM with its own translation tables and code, which does to the TPM CRB what Windows' tpm.sys
 * does: LDP and friends on the registers and the data buffer, one TPM2_Startup and one TPM2_GetRandom.
 *
 * @module
 */

/** Where the guest's RAM lies in guest-physical memory. */
export const RAM_BASE = 0x4000_0000
const RAM_SIZE = 0x10_0000
/** Guest-physical address of the CRB: a hole in the RAM map, as on a board. */
export const CRB_BASE = 0x0c00_0000
/** Virtual addresses, in the upper half as a Windows kernel has them. */
export const CODE_VA = 0xffff_f800_0000_0000n
export const CRB_VA = 0xffff_f780_0000_0000n

/** TCR_EL1: T0SZ = T1SZ = 16 (48 bits), 4 KiB granules (TG1 = 0b10), EPD0, 40-bit output. */
export const TCR_EL1 = 0x0000_0002_b510_3590n
/** MAIR_EL1: attribute 0 Device-nGnRE, attribute 1 Normal write-back. */
export const MAIR_EL1 = 0xff04n
/** SCTLR_EL1: M and the bits that are RES1. */
export const SCTLR_EL1 = 0x30d0_1805n

/** The program: word and text, as llvm-mc has them; X0 is the CRB's page, X10 its data buffer. */
export const PROGRAM: readonly (readonly [word: number, text: string])[] = [
  [0xa9430801, 'ldp x1, x2, [x0, #48]'],
  [0x294b1003, 'ldp w3, w4, [x0, #88]'],
  [0x694c9805, 'ldpsw x5, x6, [x0, #100]'],
  [0x3dc00c00, 'ldr q0, [x0, #48]'],
  [0x52800029, 'mov w9, #1'],
  [0xb9000809, 'str w9, [x0, #8]'],
  [0x29412007, 'ldp w7, w8, [x0, #8]'],
  [0xb9004009, 'str w9, [x0, #64]'],
  [0xa9005554, 'stp x20, x21, [x10]'],
  [0xb9004c09, 'str w9, [x0, #76]'],
  [0xb9404c0b, 'ldr w11, [x0, #76]'],
  [0x35ffffeb, 'cbnz w11, #-4'],
  [0xa940354c, 'ldp x12, x13, [x10]'],
  [0xa9005d56, 'stp x22, x23, [x10]'],
  [0xb9004c09, 'str w9, [x0, #76]'],
  [0x2949b80b, 'ldp w11, w14, [x0, #76]'],
  [0x35ffffeb, 'cbnz w11, #-4'],
  [0xa8c1414f, 'ldp x15, x16, [x10], #16'],
  [0xa9404951, 'ldp x17, x18, [x10]'],
  [0x3dc00141, 'ldr q1, [x10]'],
  [0xad7f8d42, 'ldp q2, q3, [x10, #-16]'],
  [0x4c407144, 'ld1 { v4.16b }, [x10]'],
  [0xf85f0d53, 'ldr x19, [x10, #-16]!'],
  [0x78402558, 'ldrh w24, [x10], #2'],
  [0x52800049, 'mov w9, #2'],
  [0xb9004009, 'str w9, [x0, #64]'],
  [0xb9000809, 'str w9, [x0, #8]'],
  [0xd4400000, 'hlt #0'],
]

/** TPM2_Startup(CLEAR) and TPM2_GetRandom(16), padded to the 16 bytes that one STP stores. */
export const STARTUP = '80010000000c00000144000000000000'
export const GET_RANDOM = '80010000000c0000017b001000000000'

/** Where the guest's program begins, in guest-physical memory. */
const CODE_PA = RAM_BASE + 0x8000
/** Root of the TTBR1_EL1 tables; further tables are taken page by page from here on. */
export const TTBR1_EL1: bigint = BigInt(RAM_BASE + 0x1000)

/** Access flag, and a page: bits 1:0 of a level 3 descriptor. */
const PAGE = 0x403n
const INNER_SHAREABLE = 3n << 8n
const UXN_PXN = 3n << 53n

/** The guest's RAM, tables and code in place. */
export function buildGuest(): Uint8Array {
  const ram = new Uint8Array(RAM_SIZE)
  const view = new DataView(ram.buffer)
  const tables = new TableBuilder(view)
  tables.map(CODE_VA, BigInt(CODE_PA) | PAGE | INNER_SHAREABLE | (1n << 2n))
  tables.map(CRB_VA, BigInt(CRB_BASE) | PAGE | UXN_PXN)
  for (const [i, [word]] of PROGRAM.entries()) view.setUint32(CODE_PA - RAM_BASE + 4 * i, word, true)
  return ram
}

/** Makes four levels of 4 KiB tables under TTBR1_EL1. */
class TableBuilder {
  readonly #view: DataView
  #next = Number(TTBR1_EL1) + 0x1000

  constructor(view: DataView) {
    this.#view = view
  }

  map(va: bigint, descriptor: bigint): void {
    let table = Number(TTBR1_EL1)
    for (let shift = 39n; shift > 12n; shift -= 9n) {
      const at = this.#entry(table, va, shift)
      if (this.#view.getBigUint64(at, true) === 0n) {
        this.#view.setBigUint64(at, BigInt(this.#next) | 3n, true)
        this.#next += 0x1000
      }
      table = Number(this.#view.getBigUint64(at, true) & 0xffff_ffff_f000n)
    }
    this.#view.setBigUint64(this.#entry(table, va, 12n), descriptor, true)
  }

  #entry(table: number, va: bigint, shift: bigint): number {
    return table - RAM_BASE + 8 * Number((va >> shift) & 511n)
  }
}
