import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  A64,
  type BitRange,
  decode,
  decodeInto,
  format,
  Instruction,
  info,
  type Operand,
  type RegisterOperand,
  type RegisterUse,
  SCALABLE,
} from '../../src/decode/index.ts'
import { operandRoles } from '../../src/decode/info/roles.ts'
import { operandCodecs } from '../../src/decode/syntax.ts'

const anyWord = fc.integer({ min: 0, max: 0xffff_ffff })
const rowWord = fc
  .tuple(fc.constantFrom(...A64.encodings), anyWord)
  .map(([e, fill]) => ((fill & ~e.mask) | e.value) >>> 0)
const word = fc.oneof({ weight: 1, arbitrary: anyWord }, { weight: 4, arbitrary: rowWord })

const COUNTS: Readonly<Record<string, number>> = { X: 31, V: 32, P: 16, ZA: 0x10000, SYSTEM: 0x10000 }
const WIDTHS: Readonly<Record<string, number>> = { X: 64, SP: 64, PC: 64, V: 128, ZT0: 512, SYSTEM: 128 }

function expectRange(file: string, range: BitRange): void {
  expect(range.lsb).toBeGreaterThanOrEqual(0)
  if (range.width === SCALABLE) expect(WIDTHS[file] ?? 0).toBeOneOf([0, 128])
  else expect(range.lsb + range.width).toBeLessThanOrEqual(WIDTHS[file] ?? 64)
}

function expectUse(use: RegisterUse): void {
  expect(use.number).toBeGreaterThanOrEqual(0)
  expect(use.number).toBeLessThan(COUNTS[use.file] ?? 1)
  expect(use.writes === undefined).toBe(use.write === 'none')
  // Nothing is listed for nothing, and what is merged into is an input.
  expect(use.reads !== undefined || use.write !== 'none').toBe(true)
  if (use.write === 'merging') expect(use.reads).toBeDefined()
  if (use.reads) expectRange(use.file, use.reads)
  if (use.writes) expectRange(use.file, use.writes)
}

describe('info', () => {
  it('takes every word: registers once each, in range, and the same each time', () => {
    const insn = new Instruction()
    fc.assert(
      fc.property(word, (w) => {
        decodeInto(w, insn)
        const told = info(insn)
        for (const use of told.registers) expectUse(use)
        const keys = told.registers.map((r) => `${r.file}${r.number}`)
        expect(new Set(keys).size).toBe(keys.length)
        const implicit = told.registers.map((r) => r.implicit)
        expect(implicit).toEqual([...implicit].sort())
        for (const m of told.memory) {
          expect(m.load || m.store).toBe(m.kind !== 'prefetch' && m.kind !== 'maintain')
          expect(m.count === 'VL' || m.count > 0).toBe(m.load || m.store)
        }
        expect(info(insn)).toEqual(told)
      }),
      { numRuns: 2500 },
    )
  })

  it('has the flags in NZCV, and NZCV in the flags', () => {
    fc.assert(
      fc.property(word, (w) => {
        const insn = decode(w)
        if (!insn) return
        const { registers, flags } = info(insn)
        const nzcv = registers.find((r) => r.file === 'NZCV')
        const each = Object.values(flags)
        expect(nzcv?.reads !== undefined).toBe(each.some((f) => f.read))
        expect(nzcv !== undefined && nzcv.write !== 'none').toBe(each.some((f) => f.write !== 'none'))
        expect(nzcv?.write === 'full').toBe(each.every((f) => f.write !== 'none'))
      }),
      { numRuns: 2000 },
    )
  })

  it('says of an unallocated word that it raises an exception, and no more', () => {
    const insn = new Instruction()
    decodeInto(0xffff_ffff, insn)
    expect(info(insn)).toMatchObject({ registers: [], memory: [], flow: { kind: 'exception', target: undefined } })
  })
})

/** The registers of an operand, except those that hold nothing. */
function registersOf(o: Operand): RegisterOperand[] {
  switch (o.kind) {
    case 'register':
      return [o]
    case 'list':
      return [...o.registers]
    case 'shifted':
      return [o.register]
    case 'memory':
      return o.index ? [o.base, o.index] : [o.base]
    case 'slice':
      return [o.register, o.select]
    case 'za':
      return [o.select]
  }
  return []
}

function listed(uses: readonly RegisterUse[], r: RegisterOperand): boolean {
  if ((r.class === 'W' || r.class === 'X') && r.number === 31 && !r.sp) return true
  const file = r.sp ? 'SP' : { W: 'X', X: 'X', P: 'P', PN: 'P', ZA: 'ZA' }[r.class as 'W']
  if (file === 'ZA') return uses.some((u) => u.file === 'ZA')
  return uses.some((u) => u.file === (file ?? 'V') && u.number === (r.sp ? 0 : r.number) && !u.implicit)
}

/** Operands that are registers, or parts of them. */
const REGISTERS = /^(?:register|list|shifted|slice|za|tiles|table|system-register)$/

/** Some words of a row, spread over its free bits. */
function* wordsOf(mask: number, value: number): Generator<number> {
  for (let i = 0; i < 24; i++) yield ((Math.imul(i, 0x9e37_79b1) & ~mask) | value) >>> 0
}

describe('the table', () => {
  it('decides what every register operand of every row is to it, and lists it', () => {
    const insn = new Instruction()
    const undecided: string[] = []
    const missing: string[] = []
    for (const e of A64.encodings) {
      const roles = operandRoles(e)
      for (const w of wordsOf(e.mask | e.should.mask, e.value | e.should.value)) {
        decodeInto(w, insn)
        if (insn.encoding !== e) continue
        const { registers } = info(insn)
        for (const [i, codec] of operandCodecs(e).entries()) {
          const o = codec.read(w)
          const decided = roles[i] !== ''
          if (REGISTERS.test(o.kind) ? !decided : decided && o.kind !== 'name') undecided.push(`${e.id} ${i}`)
          for (const r of registersOf(o)) if (!listed(registers, r)) missing.push(`${e.id} ${r.class}`)
        }
      }
    }
    expect(undecided).toEqual([])
    expect(missing).toEqual([])
  })

  it('has the registers that an alias names where its row has them', () => {
    const insn = new Instruction()
    const missing: string[] = []
    let spelled = 0
    for (const alias of A64.aliases) {
      for (const w of wordsOf(alias.mask, alias.value)) {
        decodeInto(w, insn)
        if (insn.encoding.id !== alias.aliasOf || !format(insn).startsWith(alias.mnemonic.replace(/<.*/, ''))) continue
        spelled++
        const { registers } = info(insn)
        for (const codec of operandCodecs(alias))
          for (const r of registersOf(codec.read(w)))
            if (!listed(registers, r)) missing.push(`${alias.id} ${r.class}${r.number}`)
      }
    }
    expect(missing).toEqual([])
    expect(spelled).toBeGreaterThan(A64.aliases.length)
  })
})
