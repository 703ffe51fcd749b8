import { type Encoding, fieldMask } from '../encoding.ts'
import { A64 } from '../isa/index.ts'
import { CONDITIONS } from '../operands/condition.ts'

/** A row that a mnemonic may mean. */
export interface Candidate {
  readonly row: Encoding
  /** What the mnemonic itself says of the word: cond of `b.eq`, Q of `saddl2`. */
  readonly mask: number
  readonly bits: number
}

let byMnemonic: ReadonlyMap<string, readonly Candidate[]> | undefined

/** The rows of a mnemonic in lower case: encodings in the order of the table, then aliases. Empty for none. */
export function candidates(mnemonic: string): readonly Candidate[] {
  byMnemonic ??= index()
  return byMnemonic.get(SYNONYMS[mnemonic] ?? mnemonic) ?? []
}

/** Other names of the conditions. */
export const CONDITION_SYNONYMS: Readonly<Record<string, string>> = { cs: 'hs', cc: 'lo' }

/** `b.cs`, `beq` and kin, which LLVM's assembler takes. */
const SYNONYMS: Readonly<Record<string, string>> = /* @__PURE__ */ synonyms()

function synonyms(): Record<string, string> {
  const found: Record<string, string> = Object.create(null)
  for (const [other, name] of Object.entries(CONDITION_SYNONYMS)) {
    found[`b.${other}`] = `b.${name}`
    found[`bc.${other}`] = `bc.${name}`
    found[`b${other}`] = `b.${name}`
  }
  for (const name of CONDITIONS) found[`b${name}`] = `b.${name}`
  return found
}

function index(): ReadonlyMap<string, readonly Candidate[]> {
  const found = new Map<string, Candidate[]>()
  const add = (name: string, candidate: Candidate): void => {
    const known = found.get(name)
    if (known) known.push(candidate)
    else found.set(name, [candidate])
  }
  for (const row of [...A64.encodings, ...A64.aliases]) {
    const open = row.mnemonic.indexOf('<')
    if (open < 0) {
      add(row.mnemonic, { row, mask: 0, bits: 0 })
      continue
    }
    const stem = row.mnemonic.slice(0, open)
    const ends = row.mnemonic.slice(open + 1, -1).split('|')
    const cond = row.fields.find((f) => f.name === 'cond')
    if (ends.length === 2) for (const q of [0, 1]) add(stem + ends[q], { row, mask: 1 << 30, bits: q << 30 })
    else if (cond)
      CONDITIONS.forEach((name, n) => {
        add(stem + name, { row, mask: fieldMask(cond), bits: n << cond.lsb })
      })
  }
  return found
}
