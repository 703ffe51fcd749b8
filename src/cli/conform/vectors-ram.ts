import { hex } from '../../bits.ts'
import { type AddressSpace, MemoryRegion } from '../../mmio/index.ts'
import type { VectorMachine } from './vectors-case.ts'

/** The RAM of a case, and what changes in it. */
export class VectorRam {
  readonly #ranges: { readonly base: number; readonly bytes: Uint8Array; before: Uint8Array }[]

  /** Adds the machine's RAM to `space`, zero but for what its memory says. */
  constructor(machine: VectorMachine, space: AddressSpace) {
    this.#ranges = machine.ram.map(([base, size]) => {
      const bytes = new Uint8Array(size)
      space.add(MemoryRegion.ram('ram', bytes), base)
      return { base, bytes, before: bytes }
    })
    for (const [pa, word] of machine.memory) this.#view(pa, 8)?.setBigUint64(0, word, true)
  }

  /** Puts an instruction where RAM is; nothing elsewhere. */
  placeCode(pa: number, word: number): void {
    this.#view(pa, 4)?.setUint32(0, word, true)
  }

  /** What changes is counted from here on. */
  begin(): void {
    for (const range of this.#ranges) range.before = range.bytes.slice()
  }

  /** Doublewords that changed, by address. */
  changed(): Record<string, string> {
    const changed: Record<string, string> = {}
    for (const { base, bytes, before } of this.#ranges) {
      const then = new BigUint64Array(before.buffer)
      for (const [k, word] of new BigUint64Array(bytes.buffer).entries()) {
        if (word !== then[k]) changed[hex(base + 8 * k)] = hex(word)
      }
    }
    return changed
  }

  #view(pa: number, length: number): DataView | undefined {
    const range = this.#ranges.find((r) => pa >= r.base && pa + length <= r.base + r.bytes.length)
    return range && new DataView(range.bytes.buffer, pa - range.base, length)
  }
}
