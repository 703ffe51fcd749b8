import { hex } from '../../bits.ts'
import { DFSC_ALIGNMENT, Reg, type RegisterFile, VectorReg } from '../../mmio/index.ts'
import { AccessMachine, contractWord, copyOf, type DeviceAccess, VECTOR_BYTES } from './access-machine.ts'
import { emitOutcomes } from './emit.ts'
import { type CaseLine, ConformInputError, hasLse2 } from './input.ts'
import { Report } from './report.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Replays a file of accesses: random loads and stores of real QEMU, with the order, direction and bytes of every device
 * access. Graded: how the words end; the accesses byte by byte; general-purpose and SIMD&FP registers and SP; RAM. Of
 * an exception its class, DFSC and FAR. UNDEFINED words, those marked CONSTRAINED UNPREDICTABLE, and known
 * deviations of QEMU are not graded, and what QEMU adds to exclusives and to a compare that fails is left out (a read before STXR's write, the old value
 * written back).
 *
 * @returns the exit status.
 */
export async function conformAccess(cases: AsyncIterable<CaseLine>, report: Report = new Report()): Promise<number> {
  let machine = new AccessMachine()
  const classes = new Map<string, [number, number]>()
  for await (const line of cases) {
    if ('header' in line.value) {
      machine = new AccessMachine(hasLse2(line.value.header))
      continue
    }
    const one = line.value
    const { out } = one
    if (!isFields(out)) throw new ConformInputError(line.file, line.line, 'has no outcome; use --emit')
    if (one.constrained !== undefined || Number(out.ec ?? 1) === 0) continue
    const id = `${String(one.id)} ${String(one.cls)} ${String(one.code)}`
    const got = run(machine, line, out)
    if (deviates(one, out, got)) continue
    const difference = compare(got, out, one)
    if (difference !== undefined) report.mismatch(id, ...difference)
    report.count(difference === undefined)
    const sums = classes.get(String(one.cls)) ?? [0, 0]
    sums[difference === undefined ? 0 : 1] += 1
    classes.set(String(one.cls), sums)
  }
  return report.end(classes)
}

/**
 * Where QEMU is not the judge: LD1-LD4 and ST1-ST4 (multiple structures) and SVE that are unaligned on Device memory,
 * whose Alignment fault it does not raise; a store-exclusive whose monitor is not set, which may fault or not; where a
 * first-fault or non-fault load ends, which the CPU is free to choose; and those of which QEMU reads the predicate from
 * the byte of the first active lane on, as if that were the first.
 */
function deviates(one: Fields, want: Fields, got: Result): boolean {
  if (got.exception === undefined) {
    return got.shifted || (got.mayEnd && (want.end !== 'ok' || String(want.ffr) !== String(got.ffr)))
  }
  // A non-fault load never gets as far as a data abort: the CPU notes the fault in FFR.
  if (got.neverFaults) return want.end === 'ok'
  if (one.cls === 'excl' && want.end === 'ok') return expand(want.accesses).length === 0
  if (got.exception[1] !== DFSC_ALIGNMENT) return false
  return String(one.cls).startsWith('sve_') || (one.cls === 'simd_multi' && one.alias === 'device')
}

/** Prints each case's id and nisv's own outcome. */
export function emitAccess(cases: AsyncIterable<CaseLine>): Promise<number> {
  let machine = new AccessMachine()
  return emitOutcomes(
    cases,
    (line) => {
      const { accesses, exception: _, mayEnd: __, neverFaults: ___, shifted: ____, ...rest } = run(machine, line, {})
      return { ...rest, accesses: accesses.map(accessOf) }
    },
    (header) => {
      machine = new AccessMachine(hasLse2(header))
    },
  )
}

/** One byte of an access of a device. */
interface AccessByte {
  readonly kind: 'r' | 'w'
  readonly pa: number
  readonly value: number
}

interface Result extends Fields {
  readonly end: string
  readonly accesses: readonly DeviceAccess[]
  /** A first-fault or non-fault load. */
  readonly mayEnd: boolean
  readonly neverFaults: boolean
  /** Such a load of contiguous elements, whose first active lane is not among the first eight bytes. */
  readonly shifted: boolean
  readonly exception: readonly [ec: number, status: number, far: bigint] | undefined
}

function run(machine: AccessMachine, line: CaseLine, out: Fields): Result {
  const one = line.value
  if (!Array.isArray(one.code)) throw new ConformInputError(line.file, line.line, 'has no code')
  machine.reset(givenBytes(out))
  const { regs } = machine.vcpu
  for (const [r, v] of entries(one.x)) regs.set(r === '31' ? Reg.SP_EL0 : Number(r), BigInt(String(v)))
  if (one.sp !== undefined) regs.set(Reg.SP_EL0, BigInt(String(one.sp)))
  const { vectors } = machine.vcpu
  for (const [z, v] of entries(one.z)) {
    vectors.file.view(Number(z)).set(Buffer.from(String(v), 'hex'))
    vectors.push(Number(z))
  }
  for (const [p, v] of entries(one.p)) setPredicate(machine, VectorReg.P0 + Number(p), v)
  if (one.ffr !== undefined) setPredicate(machine, VectorReg.FFR, one.ffr)
  const before = copyOf(regs)
  const vectorsBefore = vectors.file.bytes.slice()
  let mayEnd = false
  let neverFaults = false
  let shifted = false
  for (const [word, code] of one.code.entries()) {
    const end = machine.step(Number.parseInt(String(code), 16))
    mayEnd ||= /fault/.test(machine.plan.scalable?.form ?? '')
    neverFaults ||= machine.plan.scalable?.form === 'non-fault'
    shifted ||= /^(first|non)-fault$/.test(machine.plan.scalable?.form ?? '') && machine.firstByte >= 8
    if (end === 'ok') continue
    const accesses = [...machine.accesses]
    if (end !== 'exc') return { end, word, accesses, mayEnd, neverFaults, shifted, exception: undefined }
    const [esr, far] = [regs.lo(Reg.ESR_EL1), regs.get(Reg.FAR_EL1)]
    const text = { ec: hex(esr >>> 26, 2), esr: hex(esr), far: hex(far) }
    return { end, word, ...text, accesses, mayEnd, neverFaults, shifted, exception: [esr >>> 26, esr & 0x3f, far] }
  }
  return {
    end: 'ok',
    ...changes(machine, before, vectorsBefore),
    accesses: [...machine.accesses],
    mayEnd,
    neverFaults,
    shifted,
    exception: undefined,
  }
}

function setPredicate(machine: AccessMachine, reg: number, value: unknown): void {
  machine.vcpu.vectors.file.view(reg).set(new Uint8Array(Uint32Array.of(Number(value)).buffer))
}

/** Registers and RAM words that differ from the start, by the names of the file. */
function changes(machine: AccessMachine, before: RegisterFile, vectorsBefore: Uint8Array): Fields {
  const { regs, vectors } = machine.vcpu
  const x: Record<string, string> = {}
  const z: Record<string, string> = {}
  const ram: Record<string, string> = {}
  for (let r = 0; r < 31; r++) if (regs.get(r) !== before.get(r)) x[r] = hex(regs.get(r))
  for (let v = 0; v < 32; v++) {
    vectors.pull(v)
    const now = Buffer.from(vectors.file.view(v).subarray(0, VECTOR_BYTES)).toString('hex')
    const at = vectors.file.view(v).byteOffset
    if (now !== Buffer.from(vectorsBefore.subarray(at, at + VECTOR_BYTES)).toString('hex')) z[v] = now
  }
  const p: Record<string, string> = {}
  for (let n = 0; n <= 16; n++) {
    const view = vectors.file.view(VectorReg.P0 + n)
    const bits = new DataView(view.buffer, view.byteOffset).getUint32(0, true)
    if (bits !== new DataView(vectorsBefore.buffer, view.byteOffset).getUint32(0, true)) p[n] = hex(bits)
  }
  const { 16: ffr, ...predicates } = p
  for (const [page, bytes] of machine.ram.entries()) {
    const words = new BigUint64Array(bytes.buffer, 0, 512)
    const first = 10000 + 512 * page
    for (const [k, word] of words.entries()) {
      if (word !== startWord(first + k)) ram[hex(0x4a00_0000 + 0x1_0000 * page + 8 * k)] = hex(word)
    }
  }
  const sp = regs.get(Reg.SP_EL0) === before.get(Reg.SP_EL0) ? {} : { sp: hex(regs.get(Reg.SP_EL0)) }
  return {
    ...present('x', x),
    ...present('z', z),
    ...present('p', predicates),
    ...(ffr ? { ffr } : {}),
    ...sp,
    ...present('ram', ram),
  }
}

const START_WORDS: readonly bigint[] = Array.from({ length: 1536 }, (_, k) => contractWord(10000 + k))

function startWord(i: number): bigint {
  return START_WORDS[i - 10000] as bigint
}

function present(name: string, values: Fields): Fields {
  return Object.keys(values).length > 0 ? { [name]: values } : {}
}

/** Field, expected, got of the first difference. */
function compare(got: Result, want: Fields, one: Fields): [string, string, string] | undefined {
  if (got.end !== want.end) return ['end', String(want.end), got.end]
  if (got.end === 'exc') {
    const esr = Number(want.esr)
    const expected = [esr >>> 26, esr & 0x3f, BigInt(String(want.far))].map(hexOf).join(' ')
    const actual = (got.exception ?? []).map(hexOf).join(' ')
    return expected === actual ? undefined : ['exception', expected, actual]
  }
  const bytes = got.accesses.flatMap(bytesOf)
  const expected = folded(String(one.cls), expand(want.accesses), bytes).map(byteText)
  const actual = bytes.map(byteText)
  const at = expected.findIndex((text, k) => text !== actual[k])
  if (at >= 0 || expected.length !== actual.length) {
    const place = at >= 0 ? at : expected.length
    return [`access ${place}`, expected[place] ?? 'none', actual[place] ?? 'none']
  }
  // QEMU leaves bits above 127 as they are after LD1-LD4 (single structure); a write of a SIMD&FP register zeroes them.
  const low = (values: [string, unknown][]): [string, unknown][] => {
    if (one.cls !== 'simd_single') return values
    const halves = values.map(([k, v]): [string, string] => [k, String(v).slice(0, 32)])
    return halves.filter(([k, v]) => !sameStart(k, v, one))
  }
  for (const field of ['x', 'z', 'p', 'ram']) {
    const difference = differing(field, low(entries(want[field])), low(entries(got[field])))
    if (difference !== undefined) return difference
  }
  if (String(want.ffr) !== String(got.ffr)) return ['ffr', String(want.ffr), String(got.ffr)]
  return String(want.sp) === String(got.sp) ? undefined : ['sp', String(want.sp), String(got.sp)]
}

/** A Z register of which only bits above 127 changed. */
function sameStart(register: string, value: string, one: Fields): boolean {
  const given = entries(one.z).find(([k]) => k === register)
  if (given !== undefined) return String(given[1]).slice(0, 32) === value
  const words = BigUint64Array.of(contractWord(1000 + 4 * Number(register)), contractWord(1001 + 4 * Number(register)))
  return Buffer.from(words.buffer).toString('hex') === value
}

function differing(
  field: string,
  want: readonly (readonly [string, unknown])[],
  got: readonly (readonly [string, unknown])[],
): [string, string, string] | undefined {
  const [expected, actual] = [new Map(want), new Map(got)]
  for (const key of new Set([...expected.keys(), ...actual.keys()])) {
    if (expected.get(key) === actual.get(key)) continue
    return [`${field}.${key}`, String(expected.get(key) ?? 'unchanged'), String(actual.get(key) ?? 'unchanged')]
  }
  return undefined
}

/** What QEMU's compare-and-swap helpers add is taken out. */
function folded(cls: string, want: readonly AccessByte[], got: readonly AccessByte[]): readonly AccessByte[] {
  if (want.length === got.length || !/^(excl|casp?)$/.test(cls)) return want
  const first = want.findIndex((a) => a.kind === 'w')
  if (first < 0) return want
  const writes = want.length - first
  if (cls === 'excl') return [...want.slice(0, first - writes), ...want.slice(first)]
  const writesBack = want.slice(first).every((a, k) => a.value === want[first - writes + k]?.value)
  return writesBack ? want.slice(0, first) : want
}

function expand(list: unknown): AccessByte[] {
  if (!Array.isArray(list)) return []
  return list.flatMap(([kind, pa, size, value]) =>
    Array.from({ length: Number(size) }, (_, k) => ({
      kind,
      pa: Number(pa) + k,
      value: Number((BigInt(value) >> BigInt(8 * k)) & 0xffn),
    })),
  )
}

/** Bytes that were read, by address, in order. */
function givenBytes(out: Fields): Map<number, number[]> {
  const given = new Map<number, number[]>()
  for (const { kind, pa, value } of expand(out.accesses)) {
    if (kind === 'r') given.set(pa, [...(given.get(pa) ?? []), value])
  }
  return given
}

/** An access as the file has it: kind, address, size, and a value whose lowest byte is the first. */
function accessOf({ kind, pa, bytes }: DeviceAccess): readonly [string, string, number, string] {
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return [kind, hex(pa), bytes.length, hex(value)]
}

function bytesOf({ kind, pa, bytes }: DeviceAccess): AccessByte[] {
  return bytes.map((value, k) => ({ kind, pa: pa + k, value }))
}

function byteText(a: AccessByte): string {
  return `${a.kind} ${hex(a.pa)} ${hex(a.value, 2)}`
}

function entries(value: unknown): [string, unknown][] {
  return isFields(value) ? Object.entries(value) : []
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hexOf(value: number | bigint): string {
  return hex(value)
}
