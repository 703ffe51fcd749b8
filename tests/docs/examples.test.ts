/** Every `@example` of decode, mmio, tlb and testing runs, and gives what its comments say. */

import { readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import fc from 'fast-check'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { EmbeddedTpm, TpmCrb } from '../../src/crb/index.ts'
import * as decoder from '../../src/decode/index.ts'
import { InProcessVcpu } from '../../src/host/index.ts'
import { memoryAccessSize } from '../../src/mmio/access-size.ts'
import { combineFloat } from '../../src/mmio/float-atomic.ts'
import { storeTrapSyndrome } from '../../src/mmio/gcs.ts'
import * as mmio from '../../src/mmio/index.ts'
import * as regimes from '../../src/mmio/regime-slots.ts'
import * as testing from '../../src/testing/index.ts'
import * as explained from '../../src/tlb/explain-field.ts'
import * as tlb from '../../src/tlb/index.ts'

const { Reg } = mmio
type Scope = Record<string, unknown>

const PUBLIC: Scope = {
  ...decoder,
  ...tlb,
  ...mmio,
  ...testing,
  ...explained,
  fc,
  memoryAccessSize,
  combineFloat,
  storeTrapSyndrome,
}

/** Stage 1 of one page after another: virtual to physical. */
function map(
  memory: testing.SparseTables,
  root: number,
  inputBits: number,
  pages: readonly (readonly [bigint, bigint])[],
): void {
  const builder = new testing.TableBuilder(memory, root, { stage: 1, granuleBits: 12, inputBits })
  for (const [va, pa] of pages) builder.map(BigInt.asUintN(inputBits, va), pa, 0x703n)
}

/** TCR_EL1: 39 bits of address below, 48 above, 4 KB granules. */
const TCR = ((2 << 30) | (16 << 16) | 25) >>> 0
const LOWER = 0x4000_0000
const UPPER = 0x4008_0000

function regimeOn(): tlb.TranslationRegime {
  const regime = new tlb.TranslationRegime()
  regime.set(tlb.RegimeRegister.SCTLR_EL1, 0, 1)
  regime.set(tlb.RegimeRegister.TCR_EL1, 2, TCR)
  regime.set(tlb.RegimeRegister.TTBR0_EL1, 0, LOWER)
  regime.set(tlb.RegimeRegister.TTBR1_EL1, 0, UPPER)
  regime.update()
  return regime
}

/** What the examples of walks take for granted: 0x1000 is RAM, 0xffff_8000_0996_5000 a device, 0x3000 nothing. */
function walks(): Scope {
  const memory = new testing.SparseTables()
  map(memory, LOWER, 39, [[0x1000n, 0x4010_0000n]])
  map(memory, UPPER, 48, [[0xffff_8000_0996_5000n, 0x0c00_0000n]])
  return {
    ...{ regime: regimeOn(), memory, out: new tlb.Translation(), par: { hi: 0, lo: 0, topHi: 0, topLo: 0 } },
    ...{ check: new tlb.GranuleCheck(), op: new tlb.TlbInvalidation() },
  }
}

/** A guest that stopped at `word`, whose page 0x8000 is a TPM's, or that of `device`. */
function guest(word: number, base: bigint, device?: mmio.MemoryRegion, far = 0x8030n, pc = 0x4_0000n): Scope {
  const ram = new Uint8Array(0x10_0000)
  const view = new DataView(ram.buffer)
  const at = device ? 0x5000_0000n : 0xfed4_0000n
  const memory = new testing.SparseTables()
  map(memory, LOWER, 39, [
    [pc & 0x7f_ffff_f000n, 0x4008_8000n],
    [0x8000n, at],
    [0xfed4_0000n, at],
  ])
  map(memory, UPPER, 48, [[pc & ~0xfffn, 0x4008_8000n]])
  for (const address of memory.addresses()) view.setBigUint64(address - 0x4000_0000, memory.read(address), true)
  view.setUint32(0x8_8000 + Number(pc & 0xfffn), word, true)
  const crb = new TpmCrb({ tpm: new EmbeddedTpm() })
  const space = new mmio.AddressSpace().add(mmio.MemoryRegion.ram('ram', ram), 0x4000_0000)
  if (device) space.add(device, Number(at))
  else crb.attach(space)
  const vcpu = new InProcessVcpu()
  const set = (slot: number, value: bigint): void => vcpu.regs.set(slot, value)
  set(Reg.PC, pc)
  set(Reg.PSTATE, 0x3c5n)
  set(Reg.SCTLR_EL1, 1n)
  set(Reg.TCR_EL1, BigInt(TCR))
  set(Reg.TTBR0_EL1, BigInt(LOWER))
  set(Reg.TTBR1_EL1, BigInt(UPPER))
  for (const r of [1, 2]) set(r, base)
  const write = decoder.decode(word)?.encoding.access?.store === true
  const abort = { esr: write ? 0x9200_0047n : 0x9200_0007n, far, hpfar: (at >> 12n) << 4n }
  set(Reg.ESR_EL2, abort.esr)
  set(Reg.FAR_EL2, far)
  set(Reg.HPFAR_EL2, abort.hpfar)
  return { vcpu, space, crb, abort, handler: new mmio.DataAbortHandler({ space }), bytes: new Uint8Array(4) }
}

const LDP = 0xa9400440
const STP = 0xa9000440

/** A device that takes what is at 0, and refuses the rest. */
const half = mmio.MemoryRegion.io('half', 0x1000, {
  read: () => 0,
  write: (offset, _value, _size, tx) => {
    tx.result = offset < 8 ? mmio.MEMTX_OK : mmio.MEMTX_ERROR
  },
  valid: { max: 8 },
  impl: { max: 8 },
})

function deferred(): Scope {
  const later = mmio.MemoryRegion.io('later', 0x1000, {
    read: (_offset, _size, tx) => {
      Object.assign(tx, { result: mmio.MEMTX_DEFERRED, token: 'request 1' })
      return 0
    },
    write: () => {},
    valid: { max: 8 },
    impl: { max: 8 },
  })
  const scope = guest(0xf9400040, 0x8030n, later)
  const { continuation } = (scope.handler as mmio.DataAbortHandler).handle(scope.vcpu as mmio.Vcpu)
  return { ...scope, pending: new Map(), text: JSON.stringify(continuation) }
}

/** What an example takes for granted, by file and number. */
const SCOPES: Readonly<Record<string, () => Scope>> = {
  'mmio/access-log.ts': () => guest(LDP, 0x8030n),
  'mmio/access-size.ts': () => ({
    crb: mmio.MemoryRegion.io('crb', 0x80, { read: () => 0, write: () => {}, valid: { max: 8 } }),
  }),
  'mmio/address-space.ts': () => guest(LDP, 0x8030n),
  'mmio/guest-memory.ts': () => ({ readSync: () => 0, writeSync: () => 0, fd: 0 }),
  'mmio/handler.ts': () => guest(LDP, 0x8030n),
  'mmio/handler.ts 2': deferred,
  'mmio/journal.ts': () => guest(STP, 0x8000n, half, 0x8000n),
  'mmio/memory-region.ts': () => ({ put: () => {} }),
  'mmio/mmiotrace.ts': () => guest(LDP, 0x8030n, undefined, 0x8030n, 0xffff_8000_08a1_c0f4n),
  'mmio/outcome.ts 2': () => guest(0xc85f7c20, 0xfed4_0000n, undefined, 0xfed4_0000n),
  'mmio/plan-syndrome.ts': () => ({ plan: new mmio.Plan() }),
  'mmio/regime-slots.ts': () => ({ ...regimes, regs: new mmio.RegisterFile() }),
  'mmio/region.ts': () => guest(LDP, 0x8030n),
  'testing/address-spaces.ts': walks,
  'tlb/explain-field.ts 2': walks,
  'tlb/explain.ts': walks,
  'tlb/granule-protection.ts': () => ({ ...walks(), memory: granules }),
  'tlb/par.ts': walks,
  'tlb/tlb.ts': walks,
  'tlb/tlbi.ts': walks,
  'tlb/trace.ts': walks,
  'tlb/walk.ts': walks,
}

/** Granule protection tables of blocks that every physical address space may access. */
const granules: tlb.TableMemory = {
  readDescriptor: (_pa, out) => {
    Object.assign(out, { hi: 0, lo: 0xf1 })
    return true
  },
  compareAndSwapDescriptor: () => false,
}

interface Example {
  readonly name: string
  readonly code: string
}

function examplesOf(folder: string): Example[] {
  const files = readdirSync(`src/${folder}`, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  return files.flatMap((file) => {
    const text = readFileSync(`src/${folder}/${file}`, 'utf8')
    const found = [...text.matchAll(/@example([\s\S]*?)(?=\n\s*\*\/|\n\s*\* @|\*\/)/g)]
    return found.map((match, k) => {
      const body = (match[1] as string).replace(/\n\s*\* ?/g, '\n').trim()
      const code = /^```ts\n([\s\S]*?)```$/.exec(body)?.[1] ?? body.replace(/^`|`$/g, '')
      return { name: `${folder}/${file}${k > 0 ? ` ${k + 1}` : ''}`, code }
    })
  })
}

/** What a comment says a value is; undefined where it is prose. */
function told(comment: string): { readonly source: string } | undefined {
  const literal =
    /^('(?:[^'\\]|\\.)*'|-?0x[\da-f_]+|-?\d+n?(?=$|[:,])|true|false|undefined|\[[\s\S]*\]|\{[\s\S]*\})(?=$|[:,])/i.exec(
      comment,
    )?.[1]
  if (literal) return { source: literal }
  const array = /^(\w+Array) (\[.*\])$/.exec(comment)
  if (array) return { source: `${array[1]}.of(${(array[2] as string).slice(1, -1)})` }
  const name = /^([A-Z]\w*(?:\.\w+)+)$/.exec(comment)?.[1]
  return name === undefined ? undefined : { source: name }
}

/** The example with its statements' values given to `check`; comments on lines of their own are what was printed. */
function instrumented(code: string): string {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true)
  const after = (end: number): string => {
    const rest = code.slice(end)
    const trailing = /^[ \t]*;?[ \t]*\/\/ ?(.*)/.exec(rest)?.[1]
    if (trailing !== undefined) return trailing
    const lines = /^[ \t]*((?:\n\/\/.*)+)/.exec(rest)?.[1]
    return lines === undefined
      ? ''
      : lines
          .trim()
          .replace(/^\/\/ ?/gm, '')
          .replace(/\n\s*/g, ' ')
  }
  const check = (node: ts.Node): string => {
    const say = after(node.getEnd())
    return `check(() => (${node.getText(file)}), ${JSON.stringify(say)}, (source) => eval(source))`
  }
  const parts = file.statements.map((statement) => {
    const last = statement === file.statements.at(-1)
    if (ts.isExpressionStatement(statement)) return check(statement.expression)
    if (ts.isIfStatement(statement) && statement.elseStatement) {
      const branch = (s: ts.Statement): string => (ts.isExpressionStatement(s) ? check(s.expression) : s.getText(file))
      return `if (${statement.expression.getText(file)}) ${branch(statement.thenStatement)}\nelse ${branch(statement.elseStatement)}`
    }
    const printed =
      last && ts.isForOfStatement(statement) ? `\nprinted(${JSON.stringify(code.slice(statement.getEnd()))})` : ''
    return statement.getText(file) + printed
  })
  const { outputText } = ts.transpileModule(parts.join('\n;'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.None },
  })
  return outputText
}

function run({ name, code }: Example): number {
  const scope: Scope = { ...PUBLIC, ...SCOPES[name]?.() }
  let checks = 0
  const lines: string[] = []
  scope.console = {
    log: (...values: unknown[]) => lines.push(values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' ')),
  }
  scope.process = { stdout: { write: (line: string) => lines.push(line.trimEnd()) } }
  scope.printed = (comment: string) => {
    checks++
    expect(lines).toEqual(
      comment
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\/\/ ?/, '')),
    )
  }
  scope.check = (value: () => unknown, comment: string, evaluate: (source: string) => unknown) => {
    const failure = /^(\w*Error)\b: (.*)$/.exec(comment)
    if (failure) {
      checks++
      expect(value).toThrow((failure[2] as string).replace(/\.\.\.$/, ''))
      return
    }
    const got = value()
    const wanted = told(comment)
    if (wanted === undefined) return
    checks++
    expect(got, comment).toEqual(evaluate(`(${wanted.source})`))
  }
  const names = Object.keys(scope)
  new Function(...names, `{${instrumented(code)}}`)(...names.map((key) => scope[key]))
  return checks
}

describe('@example', () => {
  const examples = ['decode', 'mmio', 'tlb', 'testing'].flatMap(examplesOf)

  it.each(examples.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    run(one)
  })

  it('most say what comes of them', () => {
    expect(examples.length).toBeGreaterThan(50)
    expect(examples.map(run).reduce((a, b) => a + b)).toBeGreaterThan(70)
  })

  it('sees what is not so', () => {
    const wrong = (code: string) => () => run({ name: '', code })
    expect(wrong("format(decode(0xa9400440)) // 'ldp x0, x1, [x3]'")).toThrow(/ldp x0, x1, \[x2\]/)
    expect(wrong('decode(0xffffffff) // 1: allocated')).toThrow(/undefined/)
    expect(wrong('assemble("no") // AsmError: operand 3')).toThrow(/operand 3/)
    expect(wrong('for (const n of [1]) console.log(n)\n// 2')).toThrow(/toEqual|deeply equal/)
  })
})
