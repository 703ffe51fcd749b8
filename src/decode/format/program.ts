/**
 * How the words of a row become text, as numbers: which bits choose which of the texts that are kept. All programs lie
 * in one array, and rows share texts: what is read for a word is a few lines of the processor's cache. With objects and
 * closures of every row's own it was twenty, and 0.7 M/s where this makes 3 to 4, when every word is of another row.
 *
 * @module
 */

/** What a program is made of: an operand, or the mnemonic. */
export interface Part {
  /** Equal keys say that the texts of equal bits are equal. */
  readonly key: string
  /** The bits that the text depends on. */
  readonly bits: number
  /** The text, with what separates it from the part before; `''` for one that is left out. */
  readonly text: (word: number) => string
}

/** Parts of up to this many bits keep all texts that were asked for: 95,000 of all rows, twice that without aliases too. */
const SMALL = 10
/** How many texts of wider parts are kept. */
const RECENT_LOG2 = 13

/** Kept texts of small parts: a run of `2 ** bits` for each key. */
const texts: (string | undefined)[] = []
const runs = new Map<string, number>()

/** Kept texts of wide parts, where their bits and their maker lead. */
const recentBits = new Int32Array(1 << RECENT_LOG2)
const recentMakers = new Int32Array(1 << RECENT_LOG2).fill(-1)
const recentTexts: string[] = new Array(1 << RECENT_LOG2).fill('')

const makers: ((word: number) => string)[] = []

// A program is its end, then for each part: its run in `texts` (or -1), three times a shift and a mask that bring its
// bits together (or, in the first mask, all its bits), and its maker.
const PART_LENGTH = 8
let code = new Int32Array(1 << 12)
let used = 0

/** Makes a program. */
export function compile(parts: readonly Part[]): number {
  const start = used
  append(start + 1 + parts.length * PART_LENGTH)
  for (const { key, bits, text } of parts) {
    const fields = fieldsOf(bits)
    const small = fields.length <= 3 && bitCount(bits) <= SMALL
    append(small ? runOf(key, 1 << bitCount(bits)) : -1)
    for (let i = 0; i < 3; i++) {
      append(small ? (fields[i]?.shift ?? 0) : 0)
      append(small ? (fields[i]?.mask ?? 0) : bits)
    }
    append(makers.push(text) - 1)
  }
  return start
}

/** The text of a word. */
export function run(program: number, word: number): string {
  const c = code
  const end = c[program] as number
  let text = ''
  for (let at = program + 1; at < end; at += PART_LENGTH) {
    const base = c[at] as number
    if (base < 0) {
      text += recent(c[at + 7] as number, (c[at + 2] as number) & word, word)
      continue
    }
    const entry =
      base +
      (((word >>> (c[at + 1] as number)) & (c[at + 2] as number)) |
        ((word >>> (c[at + 3] as number)) & (c[at + 4] as number)) |
        ((word >>> (c[at + 5] as number)) & (c[at + 6] as number)))
    text += texts[entry] ?? fill(entry, c[at + 7] as number, word)
  }
  return text
}

function fill(entry: number, maker: number, word: number): string {
  const text = (makers[maker] as Part['text'])(word)
  texts[entry] = text
  return text
}

function recent(maker: number, bits: number, word: number): string {
  const at = Math.imul(bits ^ Math.imul(maker + 1, 0x85eb_ca6b), 0x9e37_79b1) >>> (32 - RECENT_LOG2)
  if (recentBits[at] === bits && recentMakers[at] === maker) return recentTexts[at] as string
  const text = (makers[maker] as Part['text'])(word)
  recentBits[at] = bits
  recentMakers[at] = maker
  recentTexts[at] = text
  return text
}

function append(n: number): void {
  if (used === code.length) {
    const grown = new Int32Array(used * 2)
    grown.set(code)
    code = grown
  }
  code[used++] = n
}

/** The run of a key in {@link texts}, which is new when the key is. */
function runOf(key: string, length: number): number {
  const known = runs.get(key)
  if (known !== undefined) return known
  const base = texts.length
  for (let i = 0; i < length; i++) texts.push(undefined)
  runs.set(key, base)
  return base
}

/** The runs of ones in `bits`, lowest first: a field is `(word >>> shift) & mask`, and all together are one number. */
function fieldsOf(bits: number): { readonly shift: number; readonly mask: number }[] {
  const fields: { readonly shift: number; readonly mask: number }[] = []
  let gathered = 0
  for (let lsb = 0; lsb < 32; lsb++) {
    if (((bits >>> lsb) & 1) === 0) continue
    let width = 1
    while (lsb + width < 32 && ((bits >>> (lsb + width)) & 1) === 1) width++
    fields.push({ shift: lsb - gathered, mask: (2 ** width - 1) << gathered })
    gathered += width
    lsb += width
  }
  return fields
}

function bitCount(n: number): number {
  let count = 0
  for (let rest = n; rest !== 0; rest &= rest - 1) count++
  return count
}
