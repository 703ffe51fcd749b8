/** Every export of `nisv/decode` under hostile input. */

import fc from 'fast-check'
import { describe, expect } from 'vitest'
import * as decoder from '../../src/decode/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import { anyBigint, anyNumber, anyValue, DATA, type Draw, ERROR, ends, everyEntry, u32 } from '../public-entries.ts'

const { AddressError, AsmError, EncodeError, FeatureError, FeatureSet, Instruction, WordError } = decoder

const word = fc.oneof(anyInstructionWord(undefined, { constrained: true }), u32)

/** An instruction: also one that is unallocated, or of no word yet. */
function instruction(draw: Draw): decoder.Instruction {
  const insn = new Instruction()
  if (draw(fc.boolean())) decoder.decodeInto(draw(word), insn)
  return insn
}

const line = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'abdlmrstvwxz0123456789[]{},.#!-+/ \t:@\u0000\u{1f600}') }),
  fc
    .tuple(fc.constantFrom('ldr', 'ldp', 'mov', 'add', 'ld1', 'b.eq', 'st1b', 'casp', 'sys', 'msr'), fc.string())
    .map(([mnemonic, rest]) => `${mnemonic} ${rest}`),
)
const options = fc.record({
  pc: fc.option(fc.oneof(anyBigint, anyNumber), { nil: undefined }),
  hex: fc.boolean(),
  aliases: fc.boolean(),
  upperCase: fc.boolean(),
})

describe('nisv/decode', () => {
  everyEntry(decoder, {
    A64: DATA,
    ALLOCATED: DATA,
    AddressError: ERROR,
    AsmError: ERROR,
    CONSTRAINED: DATA,
    EncodeError: ERROR,
    FeatureError: ERROR,
    FeatureSet: (draw) => {
      const text = fc.oneof(line, fc.constantFrom('v8.2', 'all', 'sve2', '+fp16', '-lse', 'FEAT_LSE2', 'no', '-', '+'))
      const list = draw(fc.array(text)).join(draw(fc.constantFrom(',', ' ', '+')))
      const parsed = ends([FeatureError], () => FeatureSet.parse(list))
      const set = ends([FeatureError], () => FeatureSet.of(draw(fc.array(text)))) ?? FeatureSet.all()
      expect([parsed?.has(list) ?? false, set.has(list)].every((b) => typeof b === 'boolean')).toBe(true)
    },
    Instruction: (draw) => {
      expect([decoder.ALLOCATED, decoder.CONSTRAINED, decoder.UNALLOCATED]).toContain(instruction(draw).verdict)
    },
    SCALABLE: DATA,
    UNALLOCATED: DATA,
    WordError: ERROR,
    assemble: (draw) => {
      const made = ends([AsmError], () => decoder.assemble(draw(line)))
      if (made !== undefined) expect(decoder.decode(made)).toBeDefined()
    },
    decode: (draw) => {
      ends([WordError], () => decoder.decode(draw(anyValue) as number))
    },
    decodeInto: (draw) => {
      ends([WordError], () => decoder.decodeInto(draw(anyNumber), new Instruction()))
    },
    encode: (draw) => {
      const insn = instruction(draw)
      const again = ends([EncodeError], () => decoder.encode(insn))
      // Bits that should be otherwise are made what they should be.
      if (again !== undefined) expect(decoder.decode(again)?.encoding).toBe(insn.encoding)
    },
    explainUnallocated: (draw) => {
      ends([WordError], () => decoder.explainUnallocated(draw(fc.oneof(word, anyNumber))))
    },
    featureList: (draw) => {
      const all = decoder.featureList()
      expect(all[draw(fc.nat(all.length - 1))]?.name.length).toBeGreaterThan(1)
    },
    findEncoding: (draw) => {
      expect(
        decoder.findEncoding(draw(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')))),
      ).toBeUndefined()
    },
    format: (draw) => {
      const text = ends([AddressError], () => decoder.format(instruction(draw), draw(options) as decoder.FormatOptions))
      expect(text ?? 'x').toMatch(/\S/)
    },
    info: (draw) => {
      expect(Array.isArray(decoder.info(instruction(draw)).registers)).toBe(true)
    },
    isAvailable: (draw) => {
      const { encoding } = instruction(draw)
      expect(decoder.isAvailable(encoding, FeatureSet.of([]))).toBeTypeOf('boolean')
    },
    operandText: (draw) => {
      const insn = instruction(draw)
      for (const operand of decoder.operands(insn))
        expect(decoder.operandText(operand, draw(fc.boolean())).length).toBeGreaterThan(0)
    },
    operands: (draw) => {
      expect(Array.isArray(decoder.operands(instruction(draw)))).toBe(true)
    },
    registerText: (draw) => {
      for (const operand of decoder.operands(instruction(draw)))
        if (operand.kind === 'register') expect(decoder.registerText(operand)).toMatch(/^\w/)
    },
    systemOperation: (draw) => {
      const name = draw(fc.oneof(fc.string(), fc.constantFrom('DC', 'TLBI', '__proto__')))
      decoder.systemOperation(name, draw(anyNumber))
    },
    systemOperations: (draw) => {
      const all = decoder.systemOperations()
      const one = all[draw(fc.nat(all.length - 1))]
      expect(one).toBeDefined()
    },
    systemRegister: (draw) => {
      decoder.systemRegister(draw(anyNumber), draw(fc.boolean()))
    },
    systemRegisters: (draw) => {
      const all = decoder.systemRegisters()
      expect(all[draw(fc.nat(all.length - 1))]?.name).toMatch(/^\w+$/)
    },
    tokens: (draw) => {
      const list = ends([AddressError], () => decoder.tokens(instruction(draw), draw(options) as decoder.FormatOptions))
      expect(list?.length ?? 1).toBeGreaterThan(0)
    },
    versions: (draw) => {
      const all = [...decoder.versions()]
      expect(all[draw(fc.nat(all.length - 1))]).toBeDefined()
    },
  })
})
