import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EncodeError, encode, findEncoding } from '../../src/decode/encode.ts'
import {
  A64,
  decode,
  decodeInto,
  format,
  Instruction,
  type Operand,
  operands,
  UNALLOCATED,
} from '../../src/decode/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'

const folder = new URL('vectors/', import.meta.url)
const insn = new Instruction()

/** Why a word does not come back, by what `encode` documents; `''` where nothing documented explains it. */
function reason(word: number, back: number): string {
  const { encoding, unpredictable } = insn
  const differ = word ^ back
  if (unpredictable === 'SHOULD_BE' && (differ & ~encoding.should.mask) === 0) return 'should-be bits'
  if (encoding.reserved.includes('BITMASK') && (differ & ~(0x3f << 16)) === 0) return 'rotation above the element'
  return ''
}

/** Decodes into {@link insn} and encodes that. */
function back(word: number): number {
  decodeInto(word, insn)
  return encode(insn)
}

describe('encode(decode(word))', () => {
  it('is the word, for every golden vector that is canonical', () => {
    const counts: Record<string, number> = {}
    for (const file of readdirSync(folder)) {
      for (const line of readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n')) {
        const word = Number.parseInt(line, 16)
        if (decodeInto(word, insn) === UNALLOCATED) continue
        const again = encode(insn)
        const why = again === word ? 'canonical' : reason(word, again) || line
        counts[why] = (counts[why] ?? 0) + 1
      }
    }
    expect(counts).toEqual({ canonical: 18293, 'should-be bits': 74, 'rotation above the element': 16 })
  })

  it('is the word for any row, or a word that says the same', () => {
    fc.assert(
      fc.property(anyInstructionWord(), (word) => {
        const again = back(word)
        if (again === word) return
        expect(reason(word, again)).not.toBe('')
        expect(format(decode(again) as Instruction)).toBe(format(insn))
      }),
      { numRuns: 3000 },
    )
  })

  it('is reached from the operands alone, but for bits that none of them tells', () => {
    fc.assert(
      fc.property(anyInstructionWord(), (word) => {
        const { encoding } = decode(word) as Instruction
        const cond = encoding.mnemonic.includes('<') ? encoding.fields.filter((f) => /^(cond|Q)$/.test(f.name)) : []
        const fields = Object.fromEntries(cond.map((f) => [f.name, (word >>> f.lsb) & (2 ** f.width - 1)]))
        const again = encode(encoding.id, structuredClone(operands(decode(word) as Instruction)), fields)
        expect(format(decode(again) as Instruction)).toBe(format(decode(word) as Instruction))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('encode(id, operands)', () => {
  const [x0, x1, memory] = operands(decode(0xa9400440) as Instruction) as [Operand, Operand, Operand]

  it('writes any row', () => {
    expect(encode('STP_64_ldstpair_off', [x0, x1, memory])).toBe(0xa9000440)
    expect(encode('B_only_condbranch', [{ kind: 'label', offset: -4 }], { cond: 1 })).toBe(0x54ffffe1)
    expect(encode('RET_64R_branch_reg', [x1])).toBe(0xd65f0020)
  })

  it('writes aliases', () => {
    const alias = A64.aliases.find((a) => a.aliasOf === 'SUBS_64S_addsub_imm')
    expect(alias?.mnemonic).toBe('cmp')
    const [, ...given] = operands(decode(0xf100042f) as Instruction)
    expect(encode(alias?.id as string, given)).toBe(0xf100043f)
  })

  it.each([
    ['NOTHING', [], {}, 'NOTHING: is no encoding of A64', -1],
    ['LDP_64_ldstpair_off', [x0], {}, 'has 3 operands (Xt, Xt2, [Xn|SP, #simm7*8]), not 1', -1],
    ['LDP_64_ldstpair_off', [x0, memory, x1], {}, 'operand 2 does not fit Xt2', 1],
    ['B_only_condbranch', [{ kind: 'label', offset: 2 }], {}, 'operand 1 does not fit label(imm19*4)', 0],
    ['B_only_condbranch', [{ kind: 'label', offset: 4 }], { cond: 16 }, 'field cond holds 4 bits, not 16', -1],
    ['B_only_condbranch', [{ kind: 'label', offset: 4 }], { cond: 0.5 }, 'field cond holds 4 bits, not 0.5', -1],
    ['B_only_condbranch', [{ kind: 'label', offset: 4 }], { Rd: 0 }, 'has no field Rd', -1],
    ['LDP_64_ldstpair_off', [x0, x1, memory], { Rt: 3 }, 'operand 1 does not fit Xt', 0],
  ] as const)('refuses %s %#', (id, given, fields, message, operand) => {
    try {
      encode(id, given as readonly Operand[], fields)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(EncodeError)
      expect((error as Error).message).toContain(message)
      expect((error as EncodeError).operand).toBe(operand)
    }
  })

  it('gives a word that decodes as the row, or an EncodeError, whatever the operands', () => {
    const rows = [...A64.encodings, ...A64.aliases]
    const any = anyInstructionWord().chain((word) => fc.constantFrom(...[...operands(decode(word) as Instruction), x0]))
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.array(any, { maxLength: 6 }), fc.double(), (row, pool, number) => {
        // Of the right count, kinds at random; numbers that no field holds.
        const count = row.syntax === '' ? 0 : row.syntax.split(', ').length
        const given = pool.slice(0, count).map((o): Operand => {
          if (o.kind === 'immediate' || o.kind === 'float') return { ...o, value: number } as Operand
          if (o.kind === 'label' || o.kind === 'memory') return { ...o, offset: number }
          return o.kind === 'register' ? { ...o, number: number | 0 } : o
        })
        try {
          const word = encode(row.id, given)
          const found = decode(word)
          expect(found?.encoding.id).toBe(row.aliasOf ?? row.id)
        } catch (error) {
          if (!(error instanceof EncodeError)) throw error
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('refuses an unallocated instruction', () => {
    expect(() => encode(new Instruction())).toThrow(EncodeError)
  })
})

describe('findEncoding', () => {
  it('knows rows and aliases', () => {
    for (const row of [A64.encodings[0], A64.aliases[0]]) expect(findEncoding(row?.id as string)).toBe(row)
    expect(findEncoding('constructor')).toBeUndefined()
  })
})
