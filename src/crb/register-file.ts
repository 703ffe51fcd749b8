/**
 * The stored words of the register window, and their image in memory where one is kept.
 *
 * @module
 */

import { high, low } from '../bits.ts'
import type { CrbProfile } from './profile.ts'
import { CRB, CRB_REGISTERS_SIZE, type CrbRegister, fieldMask, resetValue } from './registers.ts'

const BUFFER_ADDRESS: readonly (readonly [register: CrbRegister, half: (n: number) => number])[] = [
  [CRB.CTRL_CMD_LADDR, low],
  [CRB.CTRL_CMD_HADDR, high],
  [CRB.CTRL_RSP_LADDR, low],
  [CRB.CTRL_RSP_HADDR, high],
]

/** 32 words. With an image, each change is written there too, little-endian. */
export class CrbRegisterFile {
  readonly #words = new Uint32Array(CRB_REGISTERS_SIZE / 4)
  readonly #reset: Uint32Array
  readonly #image: DataView | undefined
  #established = 0

  /**
   * @param base - guest-physical address of the page.
   * @param image - 0x80 bytes or more that always read as the registers do.
   */
  constructor(base: number, profile: CrbProfile, image?: Uint8Array) {
    this.#image = image === undefined ? undefined : new DataView(image.buffer, image.byteOffset, CRB_REGISTERS_SIZE)
    this.#reset = new Uint32Array(CRB_REGISTERS_SIZE / 4)
    for (const register of Object.values<CrbRegister>(CRB)) this.#reset[register.offset >> 2] = resetValue(register)
    const buffer = base + CRB_REGISTERS_SIZE
    for (const [register, half] of BUFFER_ADDRESS) this.#reset[register.offset >> 2] = half(buffer)
    if (profile.chunk) {
      const word = CRB.INTF_ID.offset >> 2
      this.#reset[word] = ((this.#reset[word] ?? 0) | fieldMask(CRB.INTF_ID.fields.CapCRBChunk)) >>> 0
    }
    this.reset()
  }

  /** The value after a reset of the word with this index. */
  resetValue(word: number): number {
    return this.#reset[word] ?? 0
  }

  get(word: number): number {
    return this.#words[word] ?? 0
  }

  set(word: number, value: number): void {
    this.#words[word] = value
    this.#image?.setUint32(word * 4, word === 0 ? value | this.#established : value, true)
  }

  /** What LOC_STATE.tpmEstablished reads as, for the image; the stored bit stays 0. */
  showEstablished(bit: number): void {
    this.#established = bit
    if (this.#image !== undefined) this.set(0, this.get(0))
  }

  reset(): void {
    this.#reset.forEach((value, word) => {
      this.set(word, value)
    })
  }

  /** A copy of all words. */
  save(): Uint32Array {
    return this.#words.slice()
  }
}
