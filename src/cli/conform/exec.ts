import { bit, bits, hex } from '../../bits.ts'
import { CONSTRAINED, decode } from '../../decode/index.ts'
import { Reg, VectorReg } from '../../mmio/index.ts'
import { contractWord } from './access-machine.ts'
import { emitOutcomes } from './emit.ts'
import { ExecMachine, PREDICATE_BYTES, VECTOR_BYTES, WINDOW } from './exec-machine.ts'
import { type CaseLine, ConformInputError, hasLse2 } from './input.ts'
import { Report } from './report.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a case comes to, by the names of the file; `reason` and `row` are nisv's own. */
interface ExecOutcome extends Fields {
  readonly end: string
}

/**
 * Runs each case of an exec file, one to three words of a program at EL0, and compares how it ends, registers and
 * memory. Of a fault: which word, and the address where the file has one.
 *
 * @returns the exit status.
 */
export async function conformExec(cases: AsyncIterable<CaseLine>, report: Report = new Report()): Promise<number> {
  let player = new ExecPlayer()
  const classes = new Map<string, [number, number]>()
  const excused = new Map<string, number>()
  let untagged = 0
  for await (const line of cases) {
    if ('header' in line.value) {
      player = new ExecPlayer(hasLse2(line.value.header))
      continue
    }
    const { id, cls, code, out } = line.value
    if (!isFields(out)) throw new ConformInputError(line.file, line.line, 'has no outcome; use --emit')
    const got = player.run(line)
    let difference = compare(line.value, out, got, player.row)
    if (difference !== undefined && checksNoTag(out, got, player)) {
      untagged++
      difference = compare(line.value, out, player.run(line, false), player.row)
    }
    const why = difference === undefined ? '' : notGraded(line.value, out, got, player)
    if (why !== '') {
      excused.set(why, (excused.get(why) ?? 0) + 1)
      continue
    }
    if (difference !== undefined) {
      const [field, want, have] = difference
      report.mismatch(`${String(id)} ${String(cls)} ${String(code)} ${player.row}`, field, want, have)
    }
    report.count(difference === undefined)
    const sums = classes.get(String(cls)) ?? [0, 0]
    sums[difference === undefined ? 0 : 1] += 1
    classes.set(String(cls), sums)
  }
  if (untagged > 0) report.note(`${untagged} graded without tag checks, which QEMU does not make there`)
  for (const [why, count] of [...excused].sort()) report.note(`${count} not graded: ${why}`)
  return report.end(classes)
}

/** Prints each case's outcome as nisv has it, in order. */
export function emitExec(cases: AsyncIterable<CaseLine>): Promise<number> {
  let player = new ExecPlayer()
  return emitOutcomes(
    cases,
    (line) => player.run(line),
    (header) => {
      player = new ExecPlayer(hasLse2(header))
    },
  )
}

/** Name of the field, expected, got; `undefined` when the outcomes agree. */
function compare(one: Fields, want: Fields, got: Fields, row: string): readonly [string, string, string] | undefined {
  const differ = (field: string, a: unknown, b: unknown): readonly [string, string, string] => [
    field,
    String(a ?? 'unchanged'),
    String(b ?? 'unchanged'),
  ]
  if (want.end !== got.end) return differ('end', want.end, `${String(got.end)} ${String(got.reason ?? '')}`.trimEnd())
  if (want.end !== 'ok') {
    if (want.word !== undefined && want.word !== got.word) return differ('word', want.word, got.word)
    return want.addr === undefined || want.addr === got.addr ? undefined : differ('addr', want.addr, got.addr)
  }
  for (const field of ['sp', 'nzcv', 'ffr']) {
    if (want[field] !== got[field]) return differ(field, want[field], got[field])
  }
  for (const group of ['x', 'z', 'p', 'mem']) {
    const [a, b] = [fieldsOf(want[group]), fieldsOf(got[group])]
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (a[key] === b[key] || (group === 'z' && agrees(row, Number(key), want, one.ffr, a[key], b[key]))) continue
      return differ(`${group} ${key}`, a[key], b[key])
    }
  }
  return undefined
}

/**
 * Whether a vector is as it should be, where QEMU's is not to be compared in full: a lane that LD1 to LD4 load zeroes all
 * bits above 127 (DDI 0487, pseudocode `V[]`), which QEMU leaves; and elements of first-fault and non-fault loads from
 * the first on whose FFR bit is 0 are CONSTRAINED UNPREDICTABLE (`Unpredictable_SVELDNFDATA`).
 */
function agrees(row: string, z: number, want: Fields, before: unknown, expected: unknown, actual: unknown): boolean {
  const start = (): string =>
    Buffer.from(BigUint64Array.from([0, 1, 2, 3], (j) => contractWord(1000 + 4 * z + j)).buffer).toString('hex')
  let bytes = VECTOR_BYTES
  if (/^LD\d_asisdls/.test(row)) bytes = 16
  else if (/^LD[FN]F1/.test(row)) {
    const ffr = Number(want.ffr ?? before ?? 0xffff_ffff)
    bytes = ffr === 0xffff_ffff ? VECTOR_BYTES : Math.log2((~ffr & (ffr + 1)) >>> 0)
  } else return false
  return String(expected ?? start()).slice(0, 2 * bytes) === String(actual ?? start()).slice(0, 2 * bytes)
}

/** What `max` of QEMU 11 does not have, so that it has SIGILL where nisv executes. */
const NEWER = /^(?:LSUI|THE|D128|LS64.*|LRCPC3)$/

/** QEMU checks no tag of LDAPUR, STLUR and kin, nor of contiguous SVE accesses: it goes on where nisv stops. */
function checksNoTag(want: Fields, got: Fields, { row, scalable }: ExecPlayer): boolean {
  if (want.end !== 'ok') return false
  // Such a load ends in FFR where an element's tags differ that is not its first.
  if (/^LD[FN]F1.*_B[RI]_/.test(row)) return true
  return got.reason === 'tag-check-fault' && (scalable || /^LDAPUR|^STLUR/.test(row))
}

/** Why a case with another outcome is not graded; `''` when it is. */
function notGraded(one: Fields, want: Fields, got: Fields, { row, lse2 }: ExecPlayer): string {
  const codes = Array.isArray(one.code) ? one.code : []
  const insn = decode(Number.parseInt(String(codes[Number(got.word ?? want.word ?? codes.length - 1)]), 16) >>> 0)
  if (insn === undefined) return ''
  const { features } = insn.encoding
  const undefinedThere = want.end === 'SIGILL'
  if (undefinedThere && features.some((f) => NEWER.test(f))) return 'an instruction that QEMU does not have'
  if (insn.verdict === CONSTRAINED) return 'CONSTRAINED UNPREDICTABLE'
  if (want.end !== got.end && /^STL?X[RP]/.test(row)) return 'a store-exclusive that fails may fault before'
  if (/loadlit/.test(row) && !inPool(insn.word)) return "a literal that is another case's code"
  if (/^LDRA[AB]/.test(row) && want.end !== 'ok' && codes.length === 1)
    return 'a pointer that is not signed, without the keys'
  if (/^(?:CPY|SET)/.test(row)) {
    if (codes.length === 1) return "a stage of a copy alone: how much each stage does is the CPU's choice"
    if (/^CPYF/.test(row) && want.end === 'ok') return 'a forward copy onto itself: which bytes are read first is open'
  }
  if (/^LD1R/.test(row) && want.end === 'fault' && ((insn.word >>> 5) & 31) === 31)
    return 'QEMU checks tags of LD1R from SP'
  if (/^DC_/.test(row) && want.end === 'fault' && want.addr === undefined)
    return 'QEMU does not ignore the top byte of DC ZVA'
  if (/^LD[FN]F1.*_B[RI]_/.test(row) && (predicateOf(one, (insn.word >>> 10) & 7) & 1) === 0) {
    return 'QEMU loads nothing by LDFF1 and LDNF1 when the first element is inactive'
  }
  // QEMU 7.2, whose `max` has no FEAT_LSE2.
  if (!lse2 && want.end === 'fault' && got.reason === 'alignment-fault')
    return 'QEMU 7.2 looks at the page before the alignment'
  if (!lse2 && /^CASP/.test(row) && bits(insn.word, 16, 5) === 30)
    return 'QEMU 7.2 writes SP for the XZR of CASP X30, XZR'
  return ''
}

function predicateOf(one: Fields, p: number): number {
  return Number(fieldsOf(one.p)[p] ?? contractWord(5000 + p) & 0xffff_ffffn)
}

/** Whether a literal is behind its own code: bytes 24 to 67 of its slot, of which the code is the second word. */
function inPool(word: number): boolean {
  const offset = ((word << 8) >> 13) * 4 + 4
  const bytes = bit(word, 26) === 1 ? 4 << (word >>> 30) : (word >>> 30) & 1 ? 8 : 4
  return offset >= 24 && offset + bytes <= 68
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

/** PSTATE.TCO, PSTATE.NZCV. */
const TCO = 1n << 25n
const NZCV = 0xf000_0000n

/** Runs cases on one machine. */
class ExecPlayer {
  readonly #machine: ExecMachine
  readonly lse2: boolean
  /** The row of the last word that was tried. */
  row = ''

  /** @param lse2 - the CPU of the file has FEAT_LSE2. */
  constructor(lse2: boolean = true) {
    this.#machine = new ExecMachine(lse2)
    this.lse2 = lse2
  }

  /** The last word that was tried is one of SVE or SME. */
  get scalable(): boolean {
    return this.#machine.plan.scalable !== undefined
  }

  /** @param tagChecks - PSTATE.TCO is 0. */
  run(line: CaseLine, tagChecks: boolean = true): ExecOutcome {
    const { machine, codes } = this.#begin(line)
    const { regs, vectors } = machine.vcpu
    if (!tagChecks) regs.set(Reg.PSTATE, regs.get(Reg.PSTATE) | TCO)
    const before = regs.x.slice()
    const bytes = vectors.file.bytes.slice()
    for (const [word, code] of codes.entries()) {
      const { end, address, reason } = machine.step(code)
      this.row = decode(code)?.encoding.id ?? ''
      if (end === 'ok') continue
      const stopped = { end, word, ...(reason === '' ? {} : { reason }) }
      const near = address >= WINDOW - 4096 && address < WINDOW + 8192
      return end === 'fault' && near ? { ...stopped, addr: hex(address) } : stopped
    }
    return { end: 'ok', ...this.#changes(before, bytes) }
  }

  /** The state before a case: the header's, and what the case has of its own. */
  #begin(line: CaseLine): { machine: ExecMachine; codes: readonly number[] } {
    const fail = (problem: string): never => {
      throw new ConformInputError(line.file, line.line, problem)
    }
    const { code, pc, sp, nzcv, ffr } = line.value
    if (!Array.isArray(code) || code.length === 0 || code.length > 4) return fail('has no code of one to four words')
    const codes = code.map((text) => Number.parseInt(String(text), 16) >>> 0)
    const number = (value: unknown): bigint => {
      const text = String(value)
      return /^0x[\da-f]{1,16}$/.test(text) ? BigInt(text) : fail(`has '${text}' where a hexadecimal number belongs`)
    }
    const entries = (group: string, most: number): [number, unknown][] =>
      Object.entries(fieldsOf(line.value[group])).map(([key, value]) => {
        const n = Number(key)
        return Number.isInteger(n) && n >= 0 && n < most ? [n, value] : fail(`has no ${group}${key}`)
      })
    const machine = this.#machine
    const { regs } = machine.vcpu
    machine.reset(Number(number(pc)), codes)
    for (const [r, value] of entries('x', 31)) regs.set(r, number(value))
    for (const [z, value] of entries('z', 32)) {
      const vector = Buffer.from(String(value), 'hex')
      machine.setVector(z, vector.length === VECTOR_BYTES ? vector : fail(`has a z${z} of ${vector.length} bytes`))
    }
    for (const [p, value] of entries('p', 16)) machine.setPredicate(VectorReg.P0 + p, Number(number(value)))
    if (ffr !== undefined) machine.setPredicate(VectorReg.FFR, Number(number(ffr)))
    if (sp !== undefined) regs.set(Reg.SP_EL0, number(sp))
    if (nzcv !== undefined) regs.set(Reg.PSTATE, number(nzcv) & NZCV)
    return { machine, codes }
  }

  /** Registers and words of memory that differ from the start. */
  #changes(before: BigUint64Array, bytes: Uint8Array): Fields {
    const machine = this.#machine
    const { regs, vectors } = machine.vcpu
    const groups: Record<string, Record<string, string>> = { x: {}, z: {}, p: {}, mem: {} }
    const changed = (group: string, key: number | string, value: string): void => {
      ;(groups[group] as Record<string, string>)[key] = value
    }
    for (let r = 0; r < 31; r++) if (regs.get(r) !== before[r]) changed('x', r, hex(regs.get(r)))
    for (let z = 0; z < 32; z++) {
      const view = vectors.file.view(z).subarray(0, VECTOR_BYTES)
      if (differs(view, bytes, view.byteOffset)) changed('z', z, Buffer.from(view).toString('hex'))
    }
    for (let p = 0; p <= 16; p++) {
      const view = vectors.file.view(VectorReg.P0 + p).subarray(0, PREDICATE_BYTES)
      if (differs(view, bytes, view.byteOffset)) changed('p', p, hex(machine.predicate(VectorReg.P0 + p)))
    }
    for (const [k, word] of new BigUint64Array(machine.memory.buffer).entries()) {
      if (word !== START[k]) changed('mem', hex(WINDOW + 8 * k), hex(word))
    }
    const { 16: ffr, ...predicates } = groups.p as Record<string, string>
    const result: Record<string, unknown> = {}
    for (const [group, values] of Object.entries({ ...groups, p: predicates })) {
      if (Object.keys(values).length > 0) result[group] = values
    }
    if (ffr !== undefined) result.ffr = ffr
    if (regs.get(Reg.SP_EL0) !== before[Reg.SP_EL0]) result.sp = hex(regs.get(Reg.SP_EL0))
    const flags = regs.get(Reg.PSTATE) & NZCV
    if (flags !== ((before[Reg.PSTATE] as bigint) & NZCV)) result.nzcv = hex(flags)
    return result
  }
}

const START: readonly bigint[] = Array.from({ length: 512 }, (_, k) => contractWord(10000 + k))

function differs(view: Uint8Array, bytes: Uint8Array, at: number): boolean {
  return view.some((byte, k) => byte !== bytes[at + k])
}
