import { describe, expect, it } from 'vitest'
import { ALLOCATED, CONSTRAINED, decode, format, UNALLOCATED } from '../../src/decode/index.ts'

/** What `decode` says of a word: the rule that makes it CONSTRAINED UNPREDICTABLE, or that it is none. */
function verdict(word: number): string {
  const insn = decode(word)
  if (!insn) return `${UNALLOCATED}`
  expect(insn.verdict).toBe(insn.unpredictable === '' ? ALLOCATED : CONSTRAINED)
  return `${format(insn)} ${insn.unpredictable || 'allocated'}`
}

describe('CONSTRAINED UNPREDICTABLE loads and stores (DDI 0487, K1.2)', () => {
  const cases: readonly [rule: string, [word: number, expected: string][]][] = [
    [
      'should-be-one fields',
      [
        [0xc85f7c41, 'ldxr x1, [x2] allocated'],
        [0xc85e7c41, 'ldxr x1, [x2] SHOULD_BE'],
        [0xc85f7841, 'ldxr x1, [x2] SHOULD_BE'],
        [0x08037841, 'stxrb w3, w1, [x2] SHOULD_BE'],
        [0x88dffc41, 'ldar w1, [x2] allocated'],
        [0x88dfbc41, 'ldar w1, [x2] SHOULD_BE'],
        [0xc9837841, 'cast x3, x1, [x2] SHOULD_BE'],
      ],
    ],
    [
      'WBOVERLAPLD: every load, SP is no overlap',
      [
        [0xf8408442, 'ldr x2, [x2], #8 WBOVERLAPLD'],
        [0xb8808442, 'ldrsw x2, [x2], #8 WBOVERLAPLD'],
        [0x38808c42, 'ldrsb x2, [x2, #8]! WBOVERLAPLD'],
        [0xf84087ff, 'ldr xzr, [sp], #8 allocated'],
        [0xf8408042, 'ldur x2, [x2, #8] allocated'],
        [0xf8200c42, 'ldraa x2, [x2, #0]! WBOVERLAPLD'],
        [0xf8200442, 'ldraa x2, [x2] allocated'],
        [0xd9c00842, 'ldapr x2, [x2], #8 WBOVERLAPLD'],
      ],
    ],
    [
      'LDTR writes no base back',
      [
        [0xf8408842, 'ldtr x2, [x2, #8] allocated'],
        [0x38c08842, 'ldtrsb w2, [x2, #8] allocated'],
      ],
    ],
    [
      'WBOVERLAPST',
      [
        [0xf8008442, 'str x2, [x2], #8 WBOVERLAPST'],
        [0x38008c42, 'strb w2, [x2, #8]! WBOVERLAPST'],
        [0xf80087ff, 'str xzr, [sp], #8 allocated'],
        [0xd9800842, 'stlr x2, [x2, #-8]! WBOVERLAPST'],
      ],
    ],
    [
      'pairs',
      [
        [0xa9400441, 'ldp x1, x1, [x2] LDPOVERLAP'],
        [0xa9000441, 'stp x1, x1, [x2] allocated'],
        [0xa8c00442, 'ldp x2, x1, [x2], #0 WBOVERLAPPAIR'],
        [0xa8800841, 'stp x1, x2, [x2], #0 WBOVERLAPPAIR'],
        [0xa8807fff, 'stp xzr, xzr, [sp], #0 allocated'],
        [0xa8407c5f, 'ldnp xzr, xzr, [x2] LDPOVERLAP'],
        [0xe9400441, 'ldtp x1, x1, [x2] LDPOVERLAP'],
        [0x68800841, 'stgp x1, x2, [x2], #0 allocated'],
        [0x69400441, 'ldpsw x1, x1, [x2] LDPOVERLAP'],
      ],
    ],
    [
      'ordered pairs, whose Rt2 is in bits 20:16',
      [
        [0xd9411841, 'ldiapp x1, x1, [x2] LDPOVERLAP_ORDERED'],
        [0xd9410842, 'ldiapp x2, x1, [x2], #16 WBOVERLAPPAIR_ORDERED'],
        [0xd9020841, 'stilp x1, x2, [x2, #-16]! WBOVERLAPPAIR_ORDERED'],
        [0xd9011841, 'stilp x1, x1, [x2] allocated'],
        [0xd9415841, 'ldap x1, x1, [x2] LDPOVERLAP_ORDERED'],
      ],
    ],
    [
      'exclusives',
      [
        [0xc8037c41, 'stxr w3, x1, [x2] allocated'],
        [0xc8017c41, 'stxr w1, x1, [x2] DATAOVERLAP'],
        [0xc8027c41, 'stxr w2, x1, [x2] BASEOVERLAP'],
        [0xc81f7fe1, 'stxr wzr, x1, [sp] allocated'],
        [0xc8231041, 'stxp w3, x1, x4, [x2] allocated'],
        [0xc8241041, 'stxp w4, x1, x4, [x2] DATAOVERLAPPAIR'],
        [0xc8221041, 'stxp w2, x1, x4, [x2] BASEOVERLAP'],
        [0xc87f0441, 'ldxp x1, x1, [x2] LDPOVERLAP'],
        [0x89017c41, 'sttxr w1, w1, [x2] DATAOVERLAP'],
      ],
    ],
    [
      '128-bit atomics',
      [
        [0x19241043, 'ldclrp x3, x4, [x2] allocated'],
        [0x19231043, 'ldclrp x3, x3, [x2] LSE128OVERLAP'],
        [0x19238043, 'swpp x3, x3, [x2] LSE128OVERLAP'],
        [0x19a3a043, 'rcwswppa x3, x3, [x2] LSE128OVERLAP'],
      ],
    ],
    [
      'memory copy and set',
      [
        [0x19010443, 'cpyfp [x3]!, [x1]!, x2! allocated'],
        [0x19010442, 'cpyfp [x2]!, [x1]!, x2! MOPSOVERLAP31'],
        [0x190107e3, 'cpyfp [x3]!, [x1]!, xzr! MOPSOVERLAP31'],
        [0x191f0443, 'cpyfp [x3]!, [xzr]!, x2! MOPSOVERLAP31'],
        [0x19df0443, 'setp [x3]!, x2!, xzr allocated'],
        [0x19c20443, 'setp [x3]!, x2!, x2 MOPSOVERLAP31_SET'],
        [0x19c1045f, 'setp [xzr]!, x2!, x1 MOPSOVERLAP31_SET'],
        [0x1ddf0043, 'setgop [x3]!, x2! allocated'],
        [0x1ddf0042, 'setgop [x2]!, x2! MOPSOVERLAP31_SETGO'],
      ],
    ],
  ]
  for (const [rule, words] of cases) {
    it(rule, () => {
      expect(words.map(([word]) => verdict(word))).toEqual(words.map(([, expected]) => expected))
    })
  }
})

describe('unallocated register numbers', () => {
  it.each([
    ['CASP from an odd Rs', 0x48237c44, 0x48227c44],
    ['CASP from an odd Rt', 0x48227c45, 0x48227c44],
    ['LD64B from an odd register', 0xf83fd041, 0xf83fd040],
    ['LD64B from X24', 0xf83fd058, 0xf83fd056],
    ['LDCLRP into XZR', 0x1921105f, 0x19211040],
    ['LDCLRP with Rt2 31', 0x193f1040, 0x19211040],
  ])('%s', (_, bad, good) => {
    expect(decode(bad)).toBeUndefined()
    expect(decode(good)?.verdict).toBe(ALLOCATED)
  })
})
