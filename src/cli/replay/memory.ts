import { type GuestMemory, MemoryRegion } from '../../mmio/index.ts'

/**
 * Guest RAM as a recording has it: the doublewords that the walks of one fault read, and the instruction. Everything
 * else is not there: an access that strays is an error, not a zero.
 */
export class RecordedMemory implements GuestMemory {
  #words: Map<number, bigint> = new Map()
  #codeAt = -1
  readonly #code = new Uint8Array(4)

  /** Takes the memory of the next fault. The instruction's place is not known before its walk: see {@link placeCode}. */
  load(words: ReadonlyMap<number, bigint>): void {
    this.#words = new Map(words)
    this.#codeAt = -1
  }

  /** Puts the instruction at guest-physical address `pa`. */
  placeCode(pa: number, word: number): void {
    this.#codeAt = pa
    for (let i = 0; i < 4; i++) this.#code[i] = word >>> (8 * i)
  }

  read(pa: number, dst: Uint8Array, at: number, length: number): boolean {
    for (let i = 0; i < length; i++) {
      const byte = this.#byte(pa + i)
      if (byte < 0) return false
      dst[at + i] = byte
    }
    return true
  }

  /** Changes recorded doublewords, as hardware updates of descriptors do; there is no other RAM. */
  write(pa: number, src: Uint8Array, at: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#byte(pa + i) < 0) return false
    for (let i = 0; i < length; i++) {
      const word = pa + i - ((pa + i) % 8)
      const shift = BigInt(8 * ((pa + i) % 8))
      const old = this.#words.get(word)
      if (old !== undefined) {
        this.#words.set(word, (old & ~(0xffn << shift)) | (BigInt(src[at + i] as number) << shift))
      }
    }
    return true
  }

  #byte(pa: number): number {
    const inCode = pa - this.#codeAt
    if (this.#codeAt >= 0 && inCode >= 0 && inCode < 4) return this.#code[inCode] as number
    const word = this.#words.get(pa - (pa % 8))
    return word === undefined ? -1 : Number((word >> BigInt(8 * (pa % 8))) & 0xffn)
  }
}

/** Regions for all RAM around a device window: below it and above it, to the end of the 52-bit address space. */
export function memoryAround(
  memory: GuestMemory,
  base: number,
  size: number,
): { region: MemoryRegion; base: number }[] {
  const end = base + size
  const regions = [{ region: MemoryRegion.hostRam('ram above', 2 ** 52 - end, memory), base: end }]
  if (base > 0) regions.unshift({ region: MemoryRegion.hostRam('ram below', base, memory), base: 0 })
  return regions
}
