/** Loads and stores to try: words of every row in turn. */
import { wordsOfRows } from '../exec/info/words.mjs'

/** Rows that are not tried, and why. The first that holds is counted. */
const SKIPPED = [
  [({ id }) => /_loadlit$/.test(id), 'PC-relative: it accesses the code'],
  [({ access }) => /^tag/.test(access.form), 'Allocation Tags: the machine has no tag memory'],
  [({ access }) => access.authenticated, 'LDRAA, LDRAB: their key is not part of the format'],
  [({ access }) => /^(?:copy|set)$/.test(access.form), 'CPY*, SET*: QEMU 7.2 does not have them'],
  [({ group }) => /^SME /.test(group), 'SME: ZA and streaming mode are not part of the format'],
]

/** When more words than this many times the wanted ones were left out, something is wrong. */
const PATIENCE = 10

/**
 * @param decoder - the module `nisv/decode`.
 * @param make - a case of an instruction and its operands, or the reason why there is none.
 * @param leftOut - is told the reasons.
 * @returns `count` cases, with an id each.
 */
export function chooseCases(decoder, { seed, count }, make, leftOut) {
  const list = []
  for (let round = 0, tried = 0; list.length < count; round++) {
    for (const word of wordsOfRows(decoder, 1, seed * 1000 + round)) {
      const insn = decoder.decode(word)
      const { encoding } = insn
      if (!encoding.access || encoding.access.form === 'none') continue
      const one = SKIPPED.find(([holds]) => holds(encoding))?.[1] ?? make(insn, decoder.operands(insn))
      if (typeof one === 'string') leftOut.add(one)
      else list.push({ id: `${seed}/${list.length}`, ...one })
      if (list.length === count) break
      if (++tried > PATIENCE * count + 10_000) throw new Error(`${list.length} of ${count} cases after ${tried} words`)
    }
  }
  return list
}
