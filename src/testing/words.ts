import fc from 'fast-check'
import { A64, ALLOCATED, CONSTRAINED, decodeInto, type Encoding, Instruction, UNALLOCATED } from '../decode/index.ts'

/** What {@link instructionWord} and its kin generate. */
export interface WordOptions {
  /**
   * Also words that are CONSTRAINED UNPREDICTABLE: should-be bits that are not so, registers that overlap.
   * `false` unless told.
   */
  readonly constrained?: boolean
}

/** No row of the table satisfies what was asked for. */
export class NoEncodingError extends RangeError {
  override readonly name = 'NoEncodingError'
}

/**
 * Words of one encoding. Every field is an integer of its own, so that failures shrink field by field to 0, and the
 * ends of its range (register 31, the largest offset) come up often.
 *
 * @param encoding - a row of {@link A64}, or its id.
 * @throws NoEncodingError when no row has that id.
 * @example
 * ```ts
 * fc.assert(fc.property(instructionWord('LDP_64_ldstpair_off'), (word) => format(decode(word)!).startsWith('ldp x')))
 * ```
 */
export function instructionWord(encoding: Encoding | string, options: WordOptions = {}): fc.Arbitrary<number> {
  const row = typeof encoding === 'string' ? A64.encodings.find((e) => e.id === encoding) : encoding
  if (!row || row !== A64.encodings[row.index])
    throw new NoEncodingError(
      `'${typeof encoding === 'string' ? encoding : encoding.id}' is not the id of a row that decodes words`,
    )
  const { constrained = false } = options
  const held = constrained ? row.mask : (row.mask | row.should.mask) >>> 0
  const holds = constrained ? row.value : (row.value | row.should.value) >>> 0
  const insn = new Instruction()
  // Excluded and reserved values and words that other rows refine are the table's to know.
  const own = (word: number): boolean => {
    const verdict = decodeInto(word, insn)
    return insn.encoding === row && (verdict === ALLOCATED || (constrained && verdict === CONSTRAINED))
  }
  let named = 0
  for (const f of row.fields) named |= (2 ** f.width - 1) << f.lsb
  const loose = ~(held | named) >>> 0
  const parts = row.fields.map(({ lsb, width }) => fc.integer({ min: 0, max: 2 ** width - 1 }).map((v) => v << lsb))
  if (loose !== 0) parts.push(fc.integer({ min: 0, max: 0xffff_ffff }).map((v) => v & loose))
  return fc
    .tuple(...parts)
    .map((values) => {
      let word = 0
      for (const v of values) word |= v
      return ((word & ~held) | holds) >>> 0
    })
    .filter(own)
}

/**
 * Words of any encoding that `wanted` accepts, all encodings alike: the rarest row comes up as often as the largest.
 *
 * @throws NoEncodingError when `wanted` accepts none.
 * @example
 * ```ts
 * anyInstructionWord((e) => e.access?.form === 'pair') // LDP, STP and kin
 * ```
 */
export function anyInstructionWord(
  wanted: (encoding: Encoding) => boolean = () => true,
  options: WordOptions = {},
): fc.Arbitrary<number> {
  const rows = A64.encodings.filter(wanted)
  if (rows.length === 0) throw new NoEncodingError('no row of the table is wanted: the predicate refuses all')
  const words = new Map<Encoding, fc.Arbitrary<number>>()
  return fc.constantFrom(...rows).chain((row) => {
    let arbitrary = words.get(row)
    if (!arbitrary) {
      arbitrary = instructionWord(row, options)
      words.set(row, arbitrary)
    }
    return arbitrary
  })
}

/**
 * Words one to three bits away from a wanted one: often the neighbour encoding, a reserved value or no instruction.
 * Uniformly random words hardly ever are.
 */
export function nearInstructionWord(wanted?: (encoding: Encoding) => boolean): fc.Arbitrary<number> {
  const flips = fc.uniqueArray(fc.integer({ min: 0, max: 31 }), { minLength: 1, maxLength: 3 })
  return fc
    .tuple(anyInstructionWord(wanted, { constrained: true }), flips)
    .map(([word, bits]) => bits.reduce((w, bit) => (w ^ (1 << bit)) >>> 0, word))
}

/** Words that are no instruction: near an encoding, or anywhere. */
export function unallocatedWord(): fc.Arbitrary<number> {
  const insn = new Instruction()
  return fc
    .oneof(nearInstructionWord(), fc.integer({ min: 0, max: 0xffff_ffff }))
    .filter((word) => decodeInto(word, insn) === UNALLOCATED)
}
