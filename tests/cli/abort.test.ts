import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { causes } from '../../src/cli/abort/cause.ts'
import { explainAbort } from '../../src/cli/abort/explain.ts'
import type { AbortFrame } from '../../src/cli/abort/frame.ts'
import { abortJson, abortTree } from '../../src/cli/abort/print.ts'
import { statusText, syndromeFields } from '../../src/cli/abort/syndrome.ts'
import { abortCommand } from '../../src/cli/abort.ts'
import { UsageError } from '../../src/cli/command.ts'
import { readCases } from '../../src/cli/conform/input.ts'
import { playVector } from '../../src/cli/conform/vectors.ts'
import { parseVector } from '../../src/cli/conform/vectors-case.ts'
import { RecordingError } from '../../src/cli/replay/recording.ts'
import { A64, assemble, decode, type Encoding, format } from '../../src/decode/index.ts'
import { BASE_PC, buildPlan, Plan, PlanStatus, Reg, Syndrome, stageTwoSyndrome } from '../../src/mmio/index.ts'
import { faultKindOf, faultLevelOf, faultName } from '../../src/tlb/index.ts'
import { DEV_VA, Machine } from '../mmio/machine.ts'
import { doPlain } from './plain-instructions.ts'

const RECORDING = 'recordings/linux-6.1-4k.jsonl.gz'
const EL1H = 0x3c5

let written = ''
beforeEach(() => {
  written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    written += String(piece)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

function frame(word: number, x: Record<number, bigint | number>, more: Partial<AbortFrame> = {}): AbortFrame {
  const registers = new Map(Object.entries(x).map(([n, v]): [number, bigint] => [Number(n), BigInt(v)]))
  return { esr: 0x9200_0007n, far: 0x1000n, hpfar: undefined, word, registers, pstate: EL1H, vl: 16, ...more }
}

function planOf(word: number): Plan {
  const plan = new Plan()
  buildPlan(word, plan)
  return plan
}

describe('why ISV is 0', () => {
  it.each<[string, number, RegExp]>([
    ['ldp x0, x1, [x2]', 0xa9400440, /^two registers; SRT names one$/],
    ['ldp s0, s1, [x2]', 0x2d400440, /^two registers, and SIMD&FP ones/],
    ['ldr w0, [x2], #4', 0xb8404440, /^the base register is written back$/],
    ['ldr q0, [x2]', 0x3dc00040, /^the register is a SIMD&FP one/],
    ['ldxr x0, [x2]', 0xc85f7c40, /^exclusives are left out by name$/],
    ['ldadd x0, x1, [x2]', 0xf8200041, /^an atomic reads and writes/],
    ['cas x0, x1, [x2]', 0xc8a07c41, /^an atomic reads and writes/],
    ['ld1 { v0.b }[1], [x2]', 0x0d400440, /^structures: elements/],
    ['ld64b x4, [x2]', 0xf83fd044, /^eight registers/],
    ['dc zva, x2', 0xd50b7422, /^no register is transferred/],
    ['stg x2, [x2]', 0xd9200842, /^Allocation Tags/],
    ['prfm pldl1keep, [x2]', 0xf9800040, /^a prefetch/],
    ['cpyfp [x0]!, [x1]!, x2!', 0x19010440, /^memory copy and set/],
    ['ld1w { z0.s }, p0/z, [x2]', 0xa540a040, /^SVE and SME/],
    ['add x0, x1, x2', 0x8b020020, /^the word is no load or store$/],
    ['unallocated', 0xffffffff, /^the word is no instruction$/],
    ['ldr w0, [x2]', 0xb9400040, /^the rule gives this word a syndrome/],
    ['ldr x0, #8', 0x58000040, /^the rule gives this word a syndrome/],
  ])('%s', (text, word, cause) => {
    const told = explainAbort(frame(word, {}))
    expect(told.text).toBe(text)
    expect(told.syndrome[0]).toMatch(cause)
    expect(told.syndrome.at(-1)).toContain('DDI 0487')
  })

  it('is also the frame: the same level, a walk, an External abort', () => {
    expect(explainAbort(frame(0xb9400040, {}, { esr: 0x9600_0007n })).syndrome[0]).toContain('same Exception level')
    expect(explainAbort(frame(0xb9400040, {}, { esr: 0x9200_0087n })).syndrome[0]).toContain('on a walk')
    expect(explainAbort(frame(0xb9400040, {}, { esr: 0x9200_0010n })).syndrome[0]).toContain('External abort')
  })

  it('has no cause where the rule of the plan gives a syndrome, and one where it does not: every row', () => {
    const stageTwo = new Syndrome().parse(0x9200_0007)
    for (const encoding of A64.encodings) {
      if (!encoding.access) continue
      const plan = planOf(encoding.value)
      if (plan.status !== PlanStatus.ACCESS || plan.encoding !== encoding) continue
      const valid = ((stageTwoSyndrome(plan, 7) >>> 24) & 1) === 1 || /^LDR(SW)?_(32_|64_)?loadlit/.test(encoding.id)
      expect([encoding.id, causes(stageTwo, plan).length === 0]).toEqual([encoding.id, valid])
    }
  })
})

describe('the syndrome', () => {
  it('is taken apart without gap or overlap, and means something in every value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (any) => {
        const esr = (any & ~(0x3fn << 26n)) | (0x24n << 26n)
        let sum = 0n
        let places = 0n
        for (const { bits, value, meaning } of syndromeFields(esr)) {
          const [msb, lsb = msb] = (/\[(\d+)(?::(\d+))?\]/.exec(bits) ?? []).slice(1).filter(Boolean).map(BigInt)
          const mask = ((1n << (msb! - lsb! + 1n)) - 1n) << lsb!
          expect(places & mask).toBe(0n)
          places |= mask
          sum |= BigInt(value) << lsb!
          expect(meaning).toMatch(/^[^\s].*[^\s]$|^no$/)
          expect(meaning).not.toContain('undefined')
        }
        expect(sum).toBe(esr & places)
        expect(places & 0xff00_27ffn).toBe(0xff00_27ffn)
      }),
    )
  })

  it('names the status codes as walks do', () => {
    for (let status = 0; status < 64; status++) {
      const level = faultLevelOf(status)
      if (level !== undefined && level >= -1) {
        const [, kind] = /^(\S+)/.exec(faultName(faultKindOf(status), level)) as unknown as [string, string]
        expect(statusText(status).toLowerCase()).toContain(kind.toLowerCase().replace('external', 'external'))
        expect(statusText(status)).toContain(`level ${level}`)
      }
      expect(statusText(status).length).toBeGreaterThan(7)
    }
    expect([0x07, 0x21, 0x10, 0x0d, 0x2b, 0x3f].map(statusText)).toEqual([
      'Translation fault, level 3',
      'Alignment fault',
      'synchronous External abort, not on a table walk',
      'Permission fault, level 1',
      'Translation fault, level -1',
      'reserved',
    ])
  })
})

describe('the address', () => {
  it('has its parts, and FAR its place', () => {
    const told = explainAbort(frame(0xb8635840, { 2: 0x1000, 3: 0xffff_ffff_0000_0004n }, { far: 0x1010n })) // ldr w0, [x2, w3, uxtw #2]
    expect(told.address?.parts).toEqual([
      'base X2 = 0x1000',
      '+ W3, UXTW #2 = 0xffffffff00000004',
      'first byte at 0x1010',
    ])
    expect(told.address?.faulted).toBe(0n)
    expect(told.outcome.reason).toBe('done')
  })

  it('asks for registers, and tells what the base would have been', () => {
    const told = explainAbort(frame(0xa9410440, {}, { far: 0x2010n })) // ldp x0, x1, [x2, #16]
    expect(told.address?.missing).toEqual(['X2'])
    expect(told.address?.parts).toContain('if FAR is the first byte, X2 was 0x2000')
    expect(told.accesses.map((a) => a.offset)).toEqual([0, 8])
    const post = explainAbort(frame(assemble('ldr x0, [x2], #8'), {}, { far: 0x2010n }))
    expect(post.address?.parts).toContain('if FAR is the first byte, X2 was 0x2010')
  })

  it('says that FAR is of another access', () => {
    const told = explainAbort(frame(0xa9400440, { 2: 0x5000 }))
    expect([told.outcome.kind, told.outcome.reason]).toEqual(['retry', 'far-differs'])
    expect(told.problems.join()).toContain('FAR is outside of the 16 bytes from 0x5000')
  })

  it('finds the element of a page that the access crosses into', () => {
    const told = explainAbort(frame(0xa9400440, { 2: 0xff8 }))
    expect(abortTree(told)).toContain(
      'byte 8 of 16, in the access at +8, the first of the page that the access crosses into',
    )
  })

  it('takes the signature off a base', () => {
    const told = explainAbort(frame(assemble('ldraa x0, [x2, #8]!'), { 2: 0x0031_0000_0000_1000n }))
    expect(told.text).toMatch(/^ldraa/)
    expect(told.address?.effective).toBe(0x1008n)
  })

  it('is a block for DC ZVA, an element list for SVE, and vectors for gathers', () => {
    expect(explainAbort(frame(0xd50b7422, { 2: 0x1018 }, { esr: 0x9200_0047n })).address?.effective).toBe(0x1000n)
    const ld1w = explainAbort(frame(0xa540a040, { 2: 0x1000 }, { vl: 32 }))
    expect(ld1w.accesses.map((a) => [a.offset, a.size])).toEqual(Array.from({ length: 8 }, (_, k) => [4 * k, 4]))
    const gather = explainAbort(frame(0x85014040, { 2: 0x1000 }))
    expect(gather.address?.parts[0]).toContain('each active lane at its own address')
  })
})

const SAFE_FORMS = new Set(['register', 'pair', 'multiple', 'lane', 'replicate', 'atomic'])
const ROWS: readonly Encoding[] = A64.encodings.filter(
  ({ access }) => access && SAFE_FORMS.has(access.form) && /^[XV]$/.test(access.bank),
)

/** A word of a row that is one, with its free bits taken from `any`. */
function wordOf(row: Encoding, any: number): number {
  return ((row.value | (any & ~row.mask)) >>> 0) as number
}

describe('the safe form', () => {
  it('has a syndrome for each load and store of it, for words of every row', () => {
    expect(ROWS.length).toBeGreaterThan(150)
    for (const row of ROWS) {
      const word = wordOf(row, Math.imul(row.index, 0x9e37_79b1))
      const plan = planOf(word)
      if (plan.encoding !== row || plan.constraint !== '' || plan.status !== PlanStatus.ACCESS) continue
      const { advice, instructions } = explainAbort(frame(word, {})).instead
      const text = format(decode(word)!)
      expect([text, advice.length > 10]).toEqual([text, true])
      const simple =
        plan.form === 'atomic' &&
        (plan.vector || plan.rcw !== '' || /[mu](ax|in)/.test(plan.operation) || plan.unprivileged)
      const done = plan.guarded || advice.startsWith('it is the safe form')
      expect([text, instructions.length > 0]).toEqual([text, !done && !simple])
      for (const line of instructions) {
        expect(format(decode(line.word)!)).toBe(line.text)
        const { status } = planOf(line.word)
        if (status === PlanStatus.NOT_MEMORY) continue
        expect([text, line.text, (stageTwoSyndrome(planOf(line.word), 7) >>> 24) & 1]).toEqual([text, line.text, 1])
      }
    }
  })

  it('does what the word does: accesses byte by byte, registers, base', () => {
    let done = 0
    fc.assert(
      fc.property(fc.constantFrom(...ROWS), fc.integer(), fc.integer({ min: -8, max: 8 }), (row, any, index) => {
        if (isKept(wordOf(row, any), index)) done++
      }),
      { numRuns: 400 },
    )
    expect(done).toBeGreaterThan(100)
  })

  it.each([
    'ldp x2, x3, [x2]',
    'ldp x3, x2, [x2, #16]',
    'ldp w2, w3, [x2, #-256]',
    'ldpsw x2, x3, [x2, #-128]',
    'ldp x16, x17, [x15], #-16',
    'stp x2, x3, [x2, #-512]',
    'stp x0, x1, [sp, #-512]!',
    'ldp q16, q17, [sp], #992',
    'ldp q0, q1, [x2, #-1024]!',
    'ldr q0, [x2, x3, lsl #4]',
    'str q0, [sp, w3, sxtw #4]',
    'ldr q0, [sp, x3]',
    'str b0, [x2, w3, sxtw]',
    'ld1 { v0.8b, v1.8b, v2.8b }, [x2], #24',
    'ld3 { v31.4h, v0.4h, v1.4h }, [x2], x3',
    'st4 { v0.2d, v1.2d, v2.2d, v3.2d }, [x2]',
    'ld4 { v0.b, v1.b, v2.b, v3.b }[9], [sp], #4',
    'ld1r { v5.1d }, [x2]',
    'ld2r { v5.16b, v6.16b }, [x2]',
    'stgp x0, x1, [x2, #-64]!',
    'ldiapp x0, x1, [x2], #16',
    'stilp w0, w1, [x2, #-8]!',
    'ldapr x0, [x2], #8',
    'stlr w0, [x2, #-4]!',
    'ldadd x2, x2, [x2]',
    'stsetlh w16, [x17]',
    'swpalb w0, w1, [sp]',
  ])('of %s too', (text) => {
    expect(isKept(assemble(text), 2)).toBe(true)
  })

  it('is no sequence where only the word itself will do', () => {
    for (const [word, advice] of [
      [0xc85f7c40, /take a lock/],
      [0xc8a07c41, /take a lock/],
      [0xf83fd044, /64 bytes/],
      [0xd9200842, /a device has none/],
      [0x19010440, /a loop/],
      [0xf9800040, /leave it out/],
      [0xffffffff, /nothing/],
      [0xd91f0c21, /Guarded Control Stack/],
    ] as const) {
      const { instead } = explainAbort(frame(word, {}))
      expect(instead.advice).toMatch(advice)
      expect(instead.instructions).toEqual([])
    }
  })
})

/**
 * Executes a word on one machine and its safe form on another, and compares. Data and index registers are as they come.
 * @returns whether there was anything to compare: not where the address is elsewhere, or the form is none.
 */
function isKept(word: number, index: number): boolean {
  const plan = planOf(word)
  const text = decode(word) ? format(decode(word)!) : ''
  if (plan.status !== PlanStatus.ACCESS || plan.constraint !== '' || plan.unprivileged || plan.guarded) return false
  if (plan.base === BASE_PC || plan.key !== '' || (plan.index >= 0 && plan.base === plan.index)) return false
  const [one, two] = [new Machine(), new Machine()] as const
  for (const m of [one, two]) {
    if (plan.index >= 0 && plan.index < 31) m.setX(plan.index, BigInt.asUintN(64, BigInt(8 * index)))
    m.setX(plan.base < 0 ? Reg.SP_EL1 : plan.base, DEV_VA + 0x800)
  }
  const slots = [...Array.from({ length: 31 }, (_, r) => r), Reg.SP_EL1]
  const given = (m: Machine): Map<number, bigint> => new Map(slots.map((r) => [r, m.x(r)]))
  const told = explainAbort(frame(word, {}, { registers: given(one) }))
  const effective = Number(told.address?.effective ?? 0n)
  if (effective < DEV_VA || effective > DEV_VA + 0xf00 || told.instead.instructions.length === 0) return false
  const { kind, reason } = one.run(word, { far: effective, write: plan.store && !plan.load })
  // Ordered and atomic across 16 bytes: smaller pieces would not fault.
  if (reason === 'alignment-fault') return false
  expect([text, kind]).toEqual([text, 'retired'])
  const bytes: string[] = []
  for (const line of told.instead.instructions) {
    const { status, store } = planOf(line.word)
    if (status !== PlanStatus.ACCESS) {
      doPlain(two, line.text)
      continue
    }
    const far = Number(explainAbort(frame(line.word, {}, { registers: given(two) })).address?.effective)
    expect([text, line.text, two.run(line.word, { far, write: store }).kind]).toEqual([text, line.text, 'retired'])
    bytes.push(...byteList(two))
  }
  expect([text, bytes]).toEqual([text, byteList(one)])
  // Scratch registers are among X9 to X17.
  const named = new Set([...plan.slots.subarray(0, plan.count), plan.base, plan.index])
  const valuesOf = (m: Machine): bigint[] => slots.filter((r) => r < 9 || r > 17 || named.has(r)).map((r) => m.x(r))
  expect([text, valuesOf(two)]).toEqual([text, valuesOf(one)])
  expect([text, vectorsOf(two)]).toEqual([text, vectorsOf(one)])
  expect([text, Buffer.compare(two.device, one.device)]).toEqual([text, 0])
  return true
}

function vectorsOf(m: Machine): string {
  const at = 8 * Reg.V0
  return Buffer.from(m.vcpu.truth.bytes.subarray(at, at + 512)).toString('hex')
}

function byteList(m: Machine): string[] {
  return m.elements.flatMap((e) => e.bytes.map((b, k) => `${e.kind} ${(e.pa + k).toString(16)} ${b}`))
}

describe('what nisv would do', () => {
  it('is what the handler does with the frames of the conformance vectors', async () => {
    const file = fileURLToPath(new URL('../conformance/known-defects.jsonl', import.meta.url))
    let compared = 0
    for await (const line of readCases(file)) {
      if ('header' in line.value) continue
      const vector = parseVector(line)
      const step = vector.steps[0]
      const [end] = playVector(line, vector)
      if (step?.kind !== 'abort' || vector.steps.length > 1 || end === undefined || !('outcome' in end)) continue
      // What memory decides: faults of the tables, of alignment, of the device; RAM; another page; and AArch32.
      if (end.outcome === 'injected' || /^toctou-(ram|other-page)$|aarch32/.test(vector.id)) continue
      const registers = new Map<number, bigint>()
      for (const [name, value] of vector.machine.registers) {
        if (typeof value !== 'bigint') continue
        const slot = /^x\d+$/.test(name)
          ? Number(name.slice(1))
          : { sp_el0: Reg.SP_EL0, sp_el1: Reg.SP_EL1, pc: Reg.PC }[name]
        if (slot !== undefined) registers.set(slot, value)
      }
      for (let r = 0; r < 31; r++) if (!registers.has(r)) registers.set(r, 0n)
      const pstate = Number(vector.machine.registers.get('pstate'))
      const { esr, far, hpfar, word } = step
      const told = explainAbort({ esr: BigInt(esr), far, hpfar, word, registers, pstate, vl: vector.machine.vl || 16 })
      expect([vector.id, told.outcome.kind]).toEqual([vector.id, end.outcome])
      compared++
    }
    expect(compared).toBeGreaterThan(180)
  })
})

describe('nisv abort', () => {
  const given = ['--esr', '0x92000007', '--far', '0x1000', '--word', 'a9400440']

  it('prints JSON with the same content', async () => {
    expect(await abortCommand.run(['--json', ...given, '--hpfar', '0xfed400', '--x', '2=0x1000'])).toBe(0)
    expect(JSON.parse(written)).toMatchObject({
      ipa: '0xfed40000',
      text: 'ldp x0, x1, [x2]',
      address: { effective: '0x1000', faulted: '0x0', length: 16, missing: [] },
      accesses: [
        { offset: 0, size: 8, kind: 'load', register: 'X0' },
        { offset: 8, register: 'X1' },
      ],
      effects: { reads: 'x2', writes: 'x0, x1' },
      outcome: { kind: 'retired', reason: 'done' },
      problems: [],
      instead: { instructions: [{ word: '0xf9400040', text: 'ldr x0, [x2]' }, { word: '0xf9400441' }] },
    })
  })

  it('takes SP, PC, a level, a vector length', async () => {
    expect(await abortCommand.run([...given.slice(0, 4), '--word', 'a94007e0', '--sp', '0x1000', '--el', '0'])).toBe(0)
    expect(written).toContain('base SP = 0x1000')
    written = ''
    expect(await abortCommand.run([...given.slice(0, 4), '--word', '58000040', '--pc', '0xff8'])).toBe(0)
    expect(written).toContain('first byte at 0x1000')
    written = ''
    expect(
      await abortCommand.run([...given.slice(0, 4), '--word', 'a540a040', '--x', 'X2=0x1000', '--vl', '2048']),
    ).toBe(0)
    expect(written).toContain('... and 41 more')
  })

  it('explains an abort of a guest at its own EL2: the stack pointer is SP_EL2', async () => {
    const args = [...given.slice(0, 4), '--word', 'a94007e0', '--sp', '0x1000', '--el', '2']
    expect(await abortCommand.run(args)).toBe(0)
    expect(written).toContain('base SP = 0x1000')
  })

  it('says of a copy of one register twice that no CPU executes it', async () => {
    expect(await abortCommand.run([...given.slice(0, 4), '--word', '19030443', '--x', '3=0x1000'])).toBe(1)
    expect(written).toContain('the word is CONSTRAINED UNPREDICTABLE: MOPSOVERLAP31')
    expect(written).toContain('nisv: injected')
  })

  it('exits 1 where the word is not the one that aborted', async () => {
    expect(await abortCommand.run(['--esr', '0x92000047', ...given.slice(2)])).toBe(1)
    expect(written).toContain('WnR is 1, the word loads')
    expect(written).toContain('nisv: retry')
  })

  it('explains a fault of a recording', async () => {
    expect(await abortCommand.run(['--recording', RECORDING, '--fault', '2', '--json'])).toBe(0)
    expect(JSON.parse(written)).toMatchObject({ problems: [], outcome: { kind: 'retired' }, address: { missing: [] } })
  })

  it.each<[string[], RegExp, typeof UsageError | typeof RecordingError]>([
    [[], /needs --esr, --far and --word/, UsageError],
    [given.slice(0, 4), /needs --esr, --far and --word.*missing: --word/, UsageError],
    [given.slice(0, 2), /missing: --far, --word/, UsageError],
    [['--esr', '92000007', ...given.slice(2)], /--esr takes a "0x" number/, UsageError],
    [[...given.slice(0, 2), '--far', '0x12345678901234567', '--word', '0'], /--far takes/, UsageError],
    [[...given.slice(0, 4), '--word', 'ldp'], /--word takes a 32-bit word in hexadecimal, not 'ldp'/, UsageError],
    [[...given, '--x', '31=0x0'], /--x takes N=V with N from 0 to 30/, UsageError],
    [[...given, '--x', '2'], /--x takes N=V/, UsageError],
    [[...given, '--x', '2=5'], /--x 2 takes a "0x" number/, UsageError],
    [[...given, '--sp', 'x'], /--sp takes/, UsageError],
    [[...given, '--el', '3'], /--el takes 0, 1 or 2/, UsageError],
    [[...given, '--vl', '100'], /--vl takes 128/, UsageError],
    [['--recording', RECORDING], /--recording and --fault together/, UsageError],
    [['--recording', RECORDING, '--fault', 'x'], /--fault takes/, UsageError],
    [['--recording', RECORDING, '--fault', '1', '--el', '0'], /or --el and the others/, UsageError],
    [['--recording', RECORDING, '--fault', '99999'], /there is no 99999/, RecordingError],
  ])('refuses %j', async (args, problem, kind) => {
    const error = await abortCommand.run(args).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(kind)
    expect((error as Error).message).toMatch(problem)
  })

  it('has an explanation for any frame, word and registers', () => {
    const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.tuple(fc.constantFrom(...A64.encodings), fc.integer()).map(([row, any]) => wordOf(row, any)),
    )
    const slots = fc.constantFrom(...Array.from({ length: 31 }, (_, r) => r), Reg.SP_EL0, Reg.SP_EL1, Reg.PC)
    fc.assert(
      fc.property(
        fc.record({
          esr: fc.oneof(u64, fc.constantFrom(0x9200_0007n, 0x9200_0047n, 0x9383_0007n)),
          far: u64,
          hpfar: fc.option(u64, { nil: undefined }),
          word,
          registers: fc.array(fc.tuple(slots, u64), { maxLength: 40 }).map((entries) => new Map(entries)),
          pstate: fc.constantFrom(0, 0x3c4, 0x3c5, 0xffff_ffff),
          vl: fc.constantFrom(16, 32, 64, 128, 256),
        }),
        (any) => {
          const told = explainAbort(any)
          expect(abortTree(told).split('\n').length).toBeGreaterThan(8)
          expect(JSON.parse(JSON.stringify(abortJson(told)))).toHaveProperty('outcome')
        },
      ),
      { numRuns: 1000 },
    )
  })
})
