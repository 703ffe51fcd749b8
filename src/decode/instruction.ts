import type { ConstraintName } from './constraints.ts'
import { UNPREDICTABLE } from './constraints.ts'
import { Dispatch } from './dispatch.ts'
import type { Encoding } from './encoding.ts'
import type { FeatureSet } from './features/set.ts'
import { A64 } from './isa/index.ts'

/** No row owns the word: it is UNDEFINED. */
export const UNALLOCATED = 0
/** A row owns the word, and a rule makes its effect CONSTRAINED UNPREDICTABLE. */
export const CONSTRAINED = 1
/** A row owns the word and its effect is defined. */
export const ALLOCATED = 2

/** {@link UNALLOCATED}, {@link CONSTRAINED} or {@link ALLOCATED}; truthy when there is an encoding. */
export type Verdict = typeof UNALLOCATED | typeof CONSTRAINED | typeof ALLOCATED

/** `'SHOULD_BE'`: a should-be-zero or should-be-one bit is not so. Otherwise a rule of the table. */
export type Unpredictable = ConstraintName | 'SHOULD_BE'

/** What an {@link Instruction} holds when its word is unallocated. */
const NO_ENCODING: Encoding = {
  id: 'UNALLOCATED',
  index: -1,
  group: '',
  mnemonic: '',
  syntax: '',
  mask: 0,
  value: 0,
  should: { mask: 0, value: 0 },
  excluded: [],
  fields: [],
  features: [],
  feature64: '',
  access: undefined,
  unpredictable: [],
  reserved: [],
  over: [],
  aliasOf: undefined,
  when: undefined,
  always: false,
  aliases: [],
}

/**
 * A decoded word. One shape, all members set in one order: reuse one through {@link decodeInto} on hot paths.
 */
export class Instruction {
  /** The word, 0..2^32-1. */
  word = 0
  verdict: Verdict = UNALLOCATED
  /** The row that owns the word; a placeholder with id `UNALLOCATED` when none does. */
  encoding: Encoding = NO_ENCODING
  /** Why {@link verdict} is {@link CONSTRAINED}; `''` otherwise. */
  unpredictable: Unpredictable | '' = ''
}

/** The argument is not a 32-bit word. */
export class WordError extends RangeError {
  override readonly name = 'WordError'
  constructor(word: unknown) {
    super(
      `${typeof word === 'number' ? word : `a value of type ${typeof word}`} is not a 32-bit word: give an integer from 0 to 0xffffffff`,
    )
  }
}

const dispatch: Dispatch = /* @__PURE__ */ new Dispatch(A64)

/**
 * Decodes `word` into `out` without allocating, and tells whether it is an instruction.
 *
 * @param word - an integer, taken modulo 2^32.
 * @example
 * ```ts
 * const insn = new Instruction()
 * decodeInto(0xa9400440, insn) // 2: ALLOCATED
 * insn.encoding.id // 'LDP_64_ldstpair_off'
 * ```
 */
export function decodeInto(word: number, out: Instruction): Verdict {
  const row = dispatch.find(word)
  out.word = word >>> 0
  if (row < 0) {
    out.encoding = NO_ENCODING
    out.unpredictable = ''
    out.verdict = UNALLOCATED
    return UNALLOCATED
  }
  const encoding = dispatch.encoding(row)
  out.encoding = encoding
  const unpredictable = dispatch.strays(row, word)
    ? 'SHOULD_BE'
    : dispatch.hasRules(row)
      ? brokenRule(encoding, word)
      : ''
  out.unpredictable = unpredictable
  out.verdict = unpredictable === '' ? ALLOCATED : CONSTRAINED
  return out.verdict
}

/** The first rule that makes the word CONSTRAINED UNPREDICTABLE, or `''`. */
function brokenRule({ unpredictable }: Encoding, word: number): ConstraintName | '' {
  for (let i = 0; i < unpredictable.length; i++) {
    const rule = unpredictable[i] as ConstraintName
    if (UNPREDICTABLE[rule](word)) return rule
  }
  return ''
}

/** What {@link decode} takes beside the word. */
export interface DecodeOptions {
  /** What the PE implements; everything unless told. */
  readonly features?: FeatureSet
}

/**
 * Decodes one word.
 *
 * With `features`, a word whose row needs a feature that is off belongs to the row that this one refines, if any (a
 * hint that a PE does not have is HINT), or is unallocated: `explainUnallocated` tells which feature.
 *
 * @param word - 0..0xffffffff.
 * @returns a fresh instruction, or `undefined` when the word is unallocated (UNDEFINED).
 * @throws WordError when `word` is not an integer of 32 bits.
 * @example
 * ```ts
 * decode(0xa9400440)?.encoding.mnemonic // 'ldp'
 * decode(0xffffffff) // undefined
 * decode(0x38bfc020, { features: FeatureSet.parse('v8.2') }) // undefined: LDAPRB needs FEAT_LRCPC
 * ```
 */
export function decode(word: number, options?: DecodeOptions): Instruction | undefined {
  if (!Number.isInteger(word) || word < 0 || word > 0xffff_ffff) throw new WordError(word)
  const insn = new Instruction()
  if (decodeInto(word, insn) === UNALLOCATED) return undefined
  const features = options?.features
  if (features === undefined || features.allows(insn.encoding, word)) return insn
  const row = features.resolve(insn.encoding, word)
  if (!row) return undefined
  insn.encoding = row
  insn.unpredictable = ((word ^ row.should.value) & row.should.mask) !== 0 ? 'SHOULD_BE' : brokenRule(row, word)
  insn.verdict = insn.unpredictable === '' ? ALLOCATED : CONSTRAINED
  return insn
}
