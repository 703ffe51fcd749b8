import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readTable, sweepBlock } from '../../scripts/validity.mjs'
import { readDeviations } from '../../src/cli/llvm-status.ts'
import { decodeInto, Instruction } from '../../src/decode/index.ts'

/**
 * All top-level groups (bits 28:25). `npm run conform:sweep` walks all words; this is a sample of their blocks, spread
 * over bits 31:16 and small enough for every test run.
 */
const COVERED: readonly number[] = Array.from({ length: 16 }, (_, group) => group)
const SAMPLE = 256

const conformance = new URL('../conformance/', import.meta.url)
const table = readTable(fileURLToPath(new URL('a64-validity-llvm22.tsv.gz', conformance)))
const deviations = readDeviations(fileURLToPath(new URL('validity-deviations.txt', conformance)))

/** `count` of the blocks that belong, by a stride that is prime to all field widths, so that every field varies. */
function sample(belongs: (block: number) => boolean, count: number): number[] {
  const blocks = Array.from({ length: 65536 }, (_, b) => b).filter(belongs)
  return Array.from({ length: count }, (_, i) => blocks[(i * 1597) % blocks.length] as number)
}

describe('validity of whole blocks, as LLVM 22.1.8 has it', () => {
  const insn = new Instruction()
  const deviated = new Float64Array(deviations.length)
  const spaces: [string, (block: number) => boolean][] = COVERED.map((group) => [
    `bits 28:25 = ${group.toString(2).padStart(4, '0')}`,
    (block) => ((block >>> 9) & 15) === group,
  ])
  for (const [name, belongs] of spaces) {
    it(name, () => {
      const wrong: string[] = []
      for (const block of sample(belongs, SAMPLE / spaces.length)) {
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
  it('refuses a deviation that it does not understand', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'deviations-')), 'list.txt')
    for (const [line, problem] of [
      ['ff 0 ALLOCATED 1 5 why', "'ff 0 ALLOCATED 1 5 why' is not 'mask value rule status count reason'"],
      ['ff000000 0c000000 ALLOCATED 2 5 why', "is not 'mask value rule status count reason'"],
      ['ff000000 0c000000 ALLOCATED:Rx=31 1 5 why', "'Rx=31' is not such as Rt=Rn or Rn!=31"],
    ] as const) {
      writeFileSync(file, `# comment\n${line}\n`)
      expect(() => readDeviations(file)).toThrow(problem)
    }
    writeFileSync(file, 'ff00001f 0c000003 ALLOCATED:Rn!=31,Rt=Rn 1 5 why not\n')
    const [d] = readDeviations(file)
    expect(d).toMatchObject({
      mask: 0xff00001f,
      value: 0x0c000003,
      rule: 'ALLOCATED',
      status: 1,
      count: 5,
      reason: 'why not',
    })
    // Only the words whose Rt is Rn count, and as the line says: 3 in both fields.
    const counted = new Float64Array(1)
    const { soft, valid } = sweepBlock(0x0c00, () => 2, insn, [d!], counted)
    expect([valid, soft, counted[0]]).toEqual([65536, 64, 64])
  })
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
