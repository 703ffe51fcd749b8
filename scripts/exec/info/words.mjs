/** Words of every row, and which of them a user-mode program cannot try. */
import { random } from '../../llvm/words.mjs'

/** What is not executed, and why. The first that holds is counted. */
const SKIPPED = [
  [/^(?:svc|hvc|smc|hlt|dcps\d|drps|ereta?[ab]?)$/, 'a call of another Exception level, or of the debugger'],
  [/^(?:wfet?|wfit?)$/, 'waits'],
  [/^smst(?:art|op)$/, 'switches streaming mode or ZA, which the harness does itself'],
  [/^irg$/, 'its tag is random'],
]
/** System registers that the record has. */
const KEPT = /^(?:NZCV|FPCR|FPSR)$/

/** Why the harness does not execute a word; `''` when it does. */
export function skipReason(insn, operands) {
  const { mnemonic } = insn.encoding
  for (const [names, why] of SKIPPED) if (names.test(mnemonic)) return why
  if (!/^m[rs]rr?s?$|^ms?rs?r?$/.test(mnemonic)) return ''
  const named = operands.find((o) => o.kind === 'system-register')
  if (named === undefined) return 'changes fields of PSTATE that the record does not have'
  return KEPT.test(named.name) ? '' : 'a system register that the record does not have'
}

/** Where the immediate of a PC-relative branch or load is. */
const LABELS = [
  { mask: 0x7c00_0000, value: 0x1400_0000, lsb: 0, width: 26 },
  { mask: 0xfe00_0000, value: 0x5400_0000, lsb: 5, width: 19 },
  { mask: 0x7e00_0000, value: 0x3400_0000, lsb: 5, width: 19 },
  { mask: 0x7e00_0000, value: 0x3600_0000, lsb: 5, width: 14 },
  { mask: 0x3b00_0000, value: 0x1800_0000, lsb: 5, width: 19, pool: true },
]

/** The word with a label in its own slot: a trap for a branch, the pool behind the code for a load. */
function nearLabel(word, next) {
  const found = LABELS.find(({ mask, value }) => (word & mask) >>> 0 === value)
  if (found === undefined) return word
  const { lsb, width, pool } = found
  let offset = pool ? 5 + (next() % 5) : (next() % 201) - 100
  // Itself, and the instruction before it, would be loops.
  if (offset === 0 || offset === -1) offset = 1
  const field = (2 ** width - 1) * 2 ** lsb
  return ((word & ~field) | ((offset << lsb) & field)) >>> 0
}

/** `count` words of each row that decodes words, fewer where it has fewer. */
export function* wordsOfRows({ A64, ALLOCATED, Instruction, decodeInto }, count, seed) {
  const next = random(seed, 0x65786563)
  const insn = new Instruction()
  for (const e of A64.encodings) {
    const own = new Set()
    for (let tries = 0; tries < 64 * count && own.size < count; tries++) {
      const free = next() & ~e.mask & ~e.should.mask
      const word = nearLabel((e.value | e.should.value | free) >>> 0, next)
      if (decodeInto(word, insn) === ALLOCATED && insn.encoding === e) own.add(word)
    }
    yield* own
  }
}
