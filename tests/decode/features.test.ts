import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  A64,
  decode,
  decodeInto,
  explainUnallocated,
  FeatureError,
  FeatureSet,
  featureList,
  format,
  Instruction,
  systemOperations,
  systemRegisters,
  UNALLOCATED,
  versions,
} from '../../src/decode/index.ts'

const v80 = FeatureSet.parse('v8.0')
const text = (word: number, features: FeatureSet): string => {
  const insn = decode(word, { features })
  return insn ? format(insn, { features }) : 'undefined'
}

describe('the list of features', () => {
  const known = new Set(featureList().map((f) => f.name))

  it('has every name that a row, a register or an operation needs', () => {
    const needed = [...A64.encodings, ...A64.aliases, ...systemRegisters(), ...systemOperations()].flatMap((e) =>
      e.features.flatMap((f) => f.split('|')),
    )
    expect([...new Set(needed)].filter((name) => !known.has(name))).toEqual([])
  })

  it('implies only names of the list', () => {
    expect(featureList().flatMap((f) => f.implies.filter((name) => !known.has(name)))).toEqual([])
  })

  it('has versions that grow', () => {
    expect(versions()).toHaveLength(18)
    for (const version of versions()) {
      const [major, minor] = version.split('.').map(Number) as [number, number]
      const before = minor > 0 ? [`${major}.${minor - 1}`] : major === 9 ? ['8.5'] : []
      const twin = major === 9 && minor < 5 ? [`8.${minor + 5}`] : []
      const names = new Set(FeatureSet.parse(version).names)
      for (const less of [...before, ...twin])
        expect(FeatureSet.parse(less).names.filter((name) => !names.has(name))).toEqual([])
    }
    expect(v80.names).toEqual(['AdvSIMD', 'FP'])
  })
})

describe('FeatureSet', () => {
  it.each([
    ['armv8.2-a+sve', ['SVE', 'FP16', 'FCMA', 'UAO', 'LSE'], ['SVE2', 'LRCPC']],
    ['v9.0 nosve', ['LSE', 'PAuth'], ['SVE', 'SVE2']],
    ['v9.4, -fp', ['LSE'], ['FP', 'AdvSIMD', 'SVE', 'SVE2p1']],
    ['+aes', ['FP', 'AES', 'PMULL'], ['SHA256', 'LSE']],
    ['FEAT_AES', ['AES'], ['PMULL']],
    ['v8a+rcpc-immo+crypto', ['LRCPC', 'LRCPC2', 'PMULL', 'SHA256'], ['SHA3']],
    ['sme2p1', ['SME', 'SME2', 'BF16'], ['SVE']],
    ['all', ['S1POE2', 'GICv3', 'SVE2p3'], []],
    ['', ['FP'], ['LSE']],
  ] as const)('reads %j', (list, on, off) => {
    const features = FeatureSet.parse(list)
    expect(on.filter((name) => !features.has(name))).toEqual([])
    expect(off.filter((name) => features.has(name))).toEqual([])
    expect(on.filter((name) => !features.has(`FEAT_${name}`))).toEqual([])
  })

  it('names the wrong token and names like it', () => {
    const fault = (list: string): FeatureError => {
      try {
        FeatureSet.parse(list)
      } catch (error) {
        if (error instanceof FeatureError) return error
      }
      throw new Error('no FeatureError')
    }
    expect(fault('v8.2 +svee')).toMatchObject({ token: '+svee' })
    expect(fault('v8.2 +svee').suggestions[0]).toBe('SVE')
    expect(fault('v8.12').suggestions.some((s) => s.startsWith('v8.'))).toBe(true)
    expect(fault('noPAuthh').message).toContain("'noPAuthh'")
    expect(fault('x'.repeat(1e5)).message.length).toBeLessThan(200)
  })

  it('is exact with of(), which has no version underneath', () => {
    expect(FeatureSet.of(['LSE128']).names).toEqual(['LSE', 'LSE128'])
    expect(FeatureSet.of([]).names).toEqual([])
  })

  it('throws nothing but FeatureError, whatever the list', () => {
    const word = fc.constantFrom(
      ...featureList().map((f) => f.name.toLowerCase()),
      'v8.2',
      'all',
      'no',
      '-',
      '+',
      ' ',
      ',',
    )
    const list = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join('')),
      fc.array(word).map((w) => w.join('+')),
    )
    fc.assert(
      fc.property(list, (each) => {
        try {
          const features = FeatureSet.parse(each)
          expect(FeatureSet.parse(`v8.0,${features.names.join(',')}`).names.length).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toBeInstanceOf(FeatureError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('holds what its members imply', () => {
    const names = fc.subarray(featureList().map((f) => f.name))
    fc.assert(
      fc.property(names, names, (on, off) => {
        const features = FeatureSet.parse(['v8.0', ...on, ...off.map((name) => `-${name}`)].join(' '))
        for (const f of featureList())
          if (features.has(f.name)) expect(f.implies.filter((name) => !features.has(name))).toEqual([])
        expect(off.filter((name) => features.has(name))).toEqual([])
      }),
    )
  })
})

describe('decode with features', () => {
  it.each([
    [0x38bfc020, 'v8.2', 'undefined'],
    [0x38bfc020, 'v8.3', 'ldaprb w0, [x1]'],
    [0xd503233f, 'v8.0', 'hint #25'],
    [0xd503233f, 'v8.3', 'paciasp'],
    [0xd503225f, 'v8.0', 'hint #18'],
    [0xd503225f, 'v8.4', 'tsb csync'],
    [0xd50b7423, 'v8.0', 'dc zva, x3'],
    [0xd50b7c23, 'v8.0', 'sys #3, c7, c12, #1, x3'],
    [0xd50b7c23, 'v8.2', 'dc cvap, x3'],
    [0xd508811f, 'v8.0', 'sys #0, c8, c1, #0'],
    [0xd508811f, 'v8.4', 'tlbi vmalle1os'],
    [0xd5381200, 'v8.0', 'mrs x0, S3_0_C1_C2_0'],
    [0xd5381200, 'v8.2+sve', 'mrs x0, ZCR_EL1'],
    [0x1e602820, 'v8.0', 'fadd d0, d1, d0'],
    [0x1e602820, 'v8.0 nofp', 'undefined'],
  ])('reads %i under %s as %s', (word, list, expected) => {
    expect(text(word, FeatureSet.parse(list))).toBe(expected)
  })

  it('with all features is decode without', () => {
    const features = FeatureSet.all()
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (word) => {
        expect(decode(word, { features })).toEqual(decode(word))
      }),
      { numRuns: 3000 },
    )
  })

  it('gives a row whose features are on, or undefined with a reason, for any word and any set', () => {
    const insn = new Instruction()
    const words = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc
        .tuple(fc.constantFrom(...A64.encodings), fc.integer({ min: 0, max: 0xffff_ffff }))
        .map(([e, w]) => ((w & ~e.mask) | e.value) >>> 0),
    )
    fc.assert(
      fc.property(words, fc.subarray(featureList().map((f) => f.name)), (word, names) => {
        const features = FeatureSet.of(names)
        const decoded = decode(word, { features })
        const reason = explainUnallocated(word, features)
        expect(decoded === undefined).toBe(reason !== undefined)
        if (decoded) {
          expect(features.meets(decoded.encoding.features)).toBe(true)
          expect(((word ^ decoded.encoding.value) & decoded.encoding.mask) === 0).toBe(true)
        } else if (decodeInto(word, insn) !== UNALLOCATED) {
          expect(reason?.kind).toBe('feature')
        } else {
          expect(reason?.kind).not.toBe('feature')
          expect(explainUnallocated(word)).toEqual(reason)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('explainUnallocated', () => {
  it('names the feature, the rule, the field, the nearest row', () => {
    expect(explainUnallocated(0x38bfc020, v80)).toMatchObject({ kind: 'feature', feature: 'LRCPC' })
    expect(explainUnallocated(0x38bfc020)).toBeUndefined()
    expect(explainUnallocated(0x9240fc00)).toMatchObject({
      kind: 'reserved',
      rule: 'BITMASK',
      encoding: { id: 'AND_64_log_imm' },
    })
    expect(explainUnallocated(0xffffffff)).toMatchObject({ kind: 'no-encoding' })
    expect(explainUnallocated(0x02000000)).toEqual({ kind: 'no-encoding', group: '', nearest: undefined })
    expect(() => explainUnallocated(-1)).toThrow(RangeError)
  })

  it('tells a field value that a row leaves out, by the value that the word has', () => {
    let excluded = 0
    for (const encoding of A64.encodings) {
      for (const { mask, value } of encoding.excluded) {
        const word = (encoding.value | value) >>> 0
        if (((word ^ encoding.value) & encoding.mask) !== 0 || decode(word)) continue
        const reason = explainUnallocated(word)
        if (reason?.kind !== 'excluded') continue
        excluded++
        const field = reason.encoding.fields.find((f) => f.name === reason.field)
        const read = field ? (word >>> field.lsb) & (2 ** field.width - 1) : undefined
        if (read !== undefined) expect(reason.value).toBe(read)
        expect(mask).not.toBe(0)
      }
    }
    expect(excluded).toBeGreaterThan(20)
  })
})
