/** Operands of up to this many bits have all their texts in a table. */
const SMALL = 5
/** Texts of wider operands that are kept. */
const KEPT_LOG2 = 13

/** Tables that rows share: of 20,000 operands, most are the same registers in the same places. */
const shared = new Map<string, readonly string[]>()

const keptOwners = new Int32Array(1 << KEPT_LOG2)
const keptBits = new Int32Array(1 << KEPT_LOG2)
const keptTexts: string[] = new Array(1 << KEPT_LOG2).fill('')
let owners = 0

/** The texts of an operand, by the bits of the word that it depends on: made once, or remembered for a while. */
export class TextTable {
  readonly #bits: number
  readonly #make: (word: number) => string
  readonly #owner: number
  readonly #texts: readonly string[] | undefined
  // The bits of a small operand, in at most three runs, moved together.
  readonly #shift0: number
  readonly #mask0: number
  readonly #shift1: number
  readonly #mask1: number

  /**
   * @param bits - that the text depends on.
   * @param base - a word that, with any value of those bits, `make` understands.
   * @param make - the text of a word.
   */
  constructor(bits: number, base: number, make: (word: number) => string) {
    this.#bits = bits
    this.#make = make
    this.#owner = ++owners
    const runs = runsOf(bits)
    this.#shift0 = runs[0]?.shift ?? 0
    this.#mask0 = runs[0]?.mask ?? 0
    this.#shift1 = runs[1]?.shift ?? 0
    this.#mask1 = runs[1]?.mask ?? 0
    const count = (this.#mask0 | this.#mask1) + 1
    this.#texts = runs.length <= 2 && count <= 1 << SMALL ? this.#fill(base & ~bits, count) : undefined
  }

  at(word: number): string {
    const texts = this.#texts
    if (texts !== undefined)
      return texts[((word >>> this.#shift0) & this.#mask0) | ((word >>> this.#shift1) & this.#mask1)] as string
    return this.#remembered(word)
  }

  #remembered(word: number): string {
    const bits = word & this.#bits
    const owner = this.#owner
    const at = (Math.imul(bits ^ Math.imul(owner, 0x85eb_ca6b), 0x9e37_79b1) >>> (32 - KEPT_LOG2)) | 0
    if (keptBits[at] === bits && keptOwners[at] === owner) return keptTexts[at] as string
    const text = this.#make(word)
    keptBits[at] = bits
    keptOwners[at] = owner
    keptTexts[at] = text
    return text
  }

  #fill(base: number, count: number): readonly string[] {
    const texts: string[] = []
    for (let i = 0; i < count; i++)
      texts.push(this.#make((base | ((i & this.#mask0) << this.#shift0) | ((i & this.#mask1) << this.#shift1)) >>> 0))
    const key = texts.join('\n')
    const known = shared.get(key)
    if (known) return known
    shared.set(key, texts)
    return texts
  }
}

/** The runs of ones in `bits`, lowest first: a run is `(word >>> shift) & mask`, and the runs together are a number. */
function runsOf(bits: number): { readonly shift: number; readonly mask: number }[] {
  const runs: { readonly shift: number; readonly mask: number }[] = []
  let used = 0
  for (let lsb = 0; lsb < 32; lsb++) {
    if (((bits >>> lsb) & 1) === 0) continue
    let width = 1
    while (((bits >>> (lsb + width)) & 1) === 1 && lsb + width < 32) width++
    runs.push({ shift: lsb - used, mask: (2 ** width - 1) << used })
    used += width
    lsb += width
  }
  return runs
}
