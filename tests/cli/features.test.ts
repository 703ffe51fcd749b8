import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/cli/command.ts'
import { featureCoverage } from '../../src/cli/coverage.ts'
import { explainWord } from '../../src/cli/diagram.ts'
import { disassembleLine } from '../../src/cli/disasm.ts'
import { parseFeatures } from '../../src/cli/features.ts'
import { instructionLine } from '../../src/cli/listing.ts'

describe('nisv disasm --features', () => {
  it.each([
    ['38bfc020', 'v8.2', '<undecodable>'],
    ['38bfc020', 'v8.3', 'ldaprb w0, [x1]'],
    ['d503233f', 'v8.2', 'hint #25'],
    ['d503233f', 'armv8.3-a', 'paciasp'],
    ['04a00000', 'armv8-a', '<undecodable>'],
    ['04a00000', 'armv8-a+sve', 'add z0.s, z0.s, z0.s'],
    ['c1e01c10', 'v9.4+sme2', '<undecodable>'],
    ['c1e01c10', 'v9.4+sme2+sme-i16i64', 'add za.d[w8, 0, vgx2], { z0.d, z1.d }'],
  ])('writes %s for %s as %s', (word, list, text) => {
    expect(disassembleLine(word, { features: parseFeatures(list) })).toBe(text)
  })

  it('marks what the CPU does not have in listings', () => {
    const features = parseFeatures('v8.2')
    expect(instructionLine(0n, 0x38bfc020, { features })).toContain('.inst 0x38bfc020  // unallocated')
    expect(instructionLine(0n, 0xd503233f, { features })).toContain('hint #25')
  })

  it('says which item is wrong', () => {
    expect(() => parseFeatures('v8.2,+svee')).toThrow(UsageError)
    expect(() => parseFeatures('v8.2,+svee')).toThrow(/svee.*SVE/)
  })
})

describe('nisv decode of an unallocated word', () => {
  it.each([
    [0x38bfc020, 'v8.2', 'LDAPRB_32L_memop needs FEAT_LRCPC'],
    [0x9240fc00, undefined, 'AND_64_log_imm reserves it (BITMASK)'],
    [0x02000000, undefined, 'no class has these bits 28:25'],
    [0xffffffff, undefined, 'away'],
  ])('tells why %i under %s is none', (word, list, why) => {
    const text = explainWord(word, list === undefined ? undefined : parseFeatures(list))
    expect(text).toContain('unallocated: UNDEFINED\n  why        ')
    expect(text).toContain(why)
  })

  it('tells the value that a row leaves out', () => {
    expect(explainWord(0xc08a7000)).toContain('LUTI4_MZ2_ZTZ_1 leaves out size = 3')
  })
})

describe('nisv coverage --features', () => {
  it('counts what each feature brings, and every row that needs one', () => {
    const rows = new Map(featureCoverage().map((row) => [row.feature, row]))
    expect(rows.get('CRC32')).toEqual({ feature: 'CRC32', encodings: 8, aliases: 0, registers: 0, operations: 0 })
    expect(rows.get('GCIE')?.operations).toBeGreaterThan(20)
    expect(rows.get('SVE')?.registers).toBe(4)
    expect(rows.get('LSE2')?.encodings).toBe(0)
  })
})
