import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readDeviations, readTable, sweepBlock } from '../../scripts/validity.mjs'
import { decodeInto, Instruction } from '../../src/decode/index.ts'

/**
 * Top-level groups (bits 28:25) whose rows exist. `npm run conform:sweep` walks all words of all groups; this is a
 * sample of their blocks, spread over bits 31:16 and small enough for every test run.
 */
const COVERED: readonly number[] = [0b1000, 0b1001, 0b1010, 0b1011, 0b0101, 0b1101, 0b0100, 0b0110, 0b1100, 0b1110]
const SAMPLE = 192

const conformance = new URL('../conformance/', import.meta.url)
const table = readTable(fileURLToPath(new URL('a64-validity-llvm22.tsv.gz', conformance)))
const deviations = readDeviations(fileURLToPath(new URL('validity-deviations.txt', conformance)))

/** Blocks of one group, `count` of them by a stride that is prime to all field widths, so that every field varies. */
function sample(group: number, count: number): number[] {
  const blocks = Array.from({ length: 65536 }, (_, b) => b).filter((b) => ((b >>> 9) & 15) === group)
  return Array.from({ length: count }, (_, i) => blocks[(i * 1597) % blocks.length] as number)
}

describe('validity of whole blocks, as LLVM 22.1.8 has it', () => {
  const insn = new Instruction()
  const deviated = new Float64Array(deviations.length)
  for (const group of COVERED) {
    it(`bits 28:25 = ${group.toString(2).padStart(4, '0')}`, () => {
      const wrong: string[] = []
      for (const block of sample(group, SAMPLE / COVERED.length)) {
        const { valid, soft, fnv } = sweepBlock(block, decodeInto, insn, deviations, deviated)
        const expected = table[block]
        if (valid !== expected?.valid || soft !== expected.soft || fnv !== expected.fnv)
          wrong.push(
            `${block.toString(16)}: ${valid} valid (${soft} soft), LLVM ${expected?.valid} (${expected?.soft})`,
          )
      }
      expect(wrong).toEqual([])
    })
  }
  it('the hash tells which word differs, not only how many', () => {
    const swapped = sweepBlock(0, (w) => (w === 5 ? 0 : 2), insn, [], deviated)
    const other = sweepBlock(0, (w) => (w === 6 ? 0 : 2), insn, [], deviated)
    expect([swapped.valid, other.valid]).toEqual([65535, 65535])
    expect(swapped.fnv).not.toBe(other.fnv)
  })
  it('the hash is the table’s, on blocks that are all one status', () => {
    expect(sweepBlock(1, () => 0, insn, [], deviated)).toMatchObject(table[1]!)
    expect(sweepBlock(0, () => 2, insn, [], deviated)).toMatchObject(table[0]!)
  })
})
