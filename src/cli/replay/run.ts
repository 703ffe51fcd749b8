import { basename } from 'node:path'
import { decode, format } from '../../decode/index.ts'
import { MmioTrace } from '../../mmio/index.ts'
import { Progress, paint, table } from '../terminal.ts'
import { type FaultResult, Player, WINDOW, windowBase } from './player.ts'
import { type RecordedAnswer, type RecordedEvent, RecordingError, readRecording } from './recording.ts'
import { STAGES, type StageTimes } from './stages.ts'

/** How a replay is shown. */
export interface ReplayOptions {
  readonly file: string
  /** One JSON object per fault instead of text. */
  readonly json?: boolean
  /** Every fault is shown, not only those without a syndrome. */
  readonly verbose?: boolean
  /** Number of a fault, from 1, whose whole road is printed; 0 for none. */
  readonly explain?: number
  /** Guest-physical base of the CRB; found from the first fault unless told. */
  readonly base?: number
  /** Takes the accesses of the CRB as lines of an mmiotrace, as they are made. */
  readonly mmiotrace?: (line: string) => void
}

/** What a replay came to. */
export interface ReplaySummary {
  readonly faults: number
  readonly withoutSyndrome: number
  readonly answers: number
  readonly mismatches: number
  /** Microseconds in each stage, of all faults together. */
  readonly times: StageTimes
}

/** Replays a recording and prints what happens. */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const { file, json = false, verbose = false, explain = 0 } = options
  const events: RecordedEvent[] = []
  for await (const event of readRecording(file)) events.push(event)
  const faults = events.filter((e) => e.kind === 'fault')
  const answers = events.filter((e): e is RecordedAnswer => e.kind === 'answer')
  const base = options.base ?? faults.map(windowBase).find((b) => b >= 0)
  if (base === undefined) throw new RecordingError(file, 0, 'has no fault that tells where the device is; give --base')
  if (explain > faults.length) throw new RecordingError(file, 0, `has ${faults.length} faults; there is no ${explain}`)
  const player = new Player(base, answers)
  const trace = options.mmiotrace === undefined ? undefined : new CrbTrace(base, options.mmiotrace)
  const progress = new Progress(basename(file), faults.length)
  let done = 0
  let withoutSyndrome = 0
  let mismatches = 0
  const times = { fetch: 0, translate: 0, dispatch: 0, retire: 0 }
  for (const event of events) {
    if (event.kind === 'answer') {
      for (const m of player.answer(event)) {
        mismatches++
        print(
          json
            ? JSON.stringify({ line: event.line, mismatches: [m] })
            : `${m.what}: expected ${m.expected}, got ${m.got}`,
        )
      }
      continue
    }
    const result = player.play(event)
    trace?.fault(result)
    done++
    for (const stage of STAGES) times[stage] += result.times[stage]
    const noSyndrome = ((event.esr >> 24n) & 1n) === 0n
    if (noSyndrome) withoutSyndrome++
    if (result.mismatches.length > 0) mismatches++
    if (json) print(JSON.stringify(jsonResult(done, result)))
    else if (result.mismatches.length > 0) print(mismatchText(done, result))
    else if (explain === 0 && (noSyndrome || verbose)) print(faultLine(done, result))
    if (done === explain && !json) print(explanation(done, result))
    progress.at(done)
  }
  progress.end()
  return { faults: done, withoutSyndrome, answers: answers.length, mismatches, times }
}

/** Accesses of the CRB's window. Recordings have no times: the n-th fault is at n microseconds. */
class CrbTrace {
  readonly #base: number
  readonly #trace: MmioTrace
  #faults = 0
  #mapped = false

  constructor(base: number, write: (line: string) => void) {
    this.#base = base
    this.#trace = new MmioTrace({ write, now: () => this.#faults })
  }

  fault({ fault, journal }: FaultResult): void {
    this.#faults++
    const page = Number(fault.hpfar >> 4n) * WINDOW
    if (!this.#mapped && page === this.#base) {
      this.#trace.map('tpm-crb', page, WINDOW, fault.far - (fault.far % BigInt(WINDOW)))
      this.#mapped = true
    }
    for (const entry of journal) {
      if (entry.pa >= this.#base && entry.pa < this.#base + WINDOW) this.#trace.entry(entry, fault.pc)
    }
  }
}

/** The closing table of one or more replays. */
export function summaryTable(names: readonly string[], summaries: readonly ReplaySummary[]): string {
  const head = ['recording', 'faults', 'ISV=0', 'TPM commands', ...STAGES.map((s) => `µs ${s}`), 'mismatches']
  const rows = summaries.map((s, i) => [
    names[i] as string,
    String(s.faults),
    `${s.withoutSyndrome} (${((100 * s.withoutSyndrome) / Math.max(1, s.faults)).toFixed(1)} %)`,
    String(s.answers),
    ...STAGES.map((stage) => (s.times[stage] / Math.max(1, s.faults)).toFixed(1)),
    String(s.mismatches),
  ])
  return table([head, ...rows])
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function textOf(word: number): string {
  const insn = decode(word)
  return insn ? format(insn) : '<undecodable>'
}

/** One line: where, what, which device bytes, how it ended. */
function faultLine(number: number, { fault, accesses, pages, outcome }: FaultResult): string {
  const page = pages[0]
  const where = page ? ` ${hex(page.va)} -> ${hex(page.pa)}` : ''
  return `${String(number).padStart(5)}  ${hex(fault.pc)}  ${textOf(fault.word).padEnd(28)}${where}  ${accessSummary(accesses)}  ${paint('green', outcome.kind)}`
}

/** Runs of bytes as the device saw them: `r 0x30..0x3f`. */
function accessSummary(accesses: FaultResult['accesses']): string {
  const first = accesses[0]
  const last = accesses.at(-1)
  if (!first || !last) return 'no access'
  return first.offset === last.offset
    ? `${first.kind} ${hex(first.offset)}`
    : `${first.kind} ${hex(first.offset)}..${hex(last.offset)}`
}

function mismatchText(number: number, result: FaultResult): string {
  const { fault } = result
  const rows = [['', 'expected', 'got'], ...result.mismatches.map((m) => [m.what, m.expected, m.got])]
  return `${paint('red', 'mismatch')} in fault ${number} (line ${fault.line}): ${textOf(fault.word)} at ${hex(fault.pc)}\n${table(rows)}`
}

function explanation(number: number, result: FaultResult): string {
  const { fault, pages, accesses, outcome } = result
  const isv = ((fault.esr >> 24n) & 1n) === 1n
  const lines = [
    `fault ${number} (line ${fault.line})`,
    `  ESR_EL2    ${hex(fault.esr)}  ISV=${isv ? 1 : 0}`,
    `  FAR_EL2    ${hex(fault.far)}`,
    `  HPFAR_EL2  ${hex(fault.hpfar)}`,
    `  PC         ${hex(fault.pc)}`,
    `  word       ${hex(fault.word)}  ${textOf(fault.word)}`,
    pages.length === 0 ? '  translate  not needed: the syndrome is valid and the access cannot cross a page' : '',
    ...pages.map((p) => `  translate  ${hex(p.va)} -> ${hex(p.pa)}`),
    ...accesses.map((a) => `  device     ${a.kind} ${hex(a.offset)} = ${a.value.toString(16).padStart(2, '0')}`),
    ...[...fault.after].map(([name, value]) => `  after      ${name} = ${hex(value)}`),
    `  outcome    ${outcome.text}`,
  ]
  return lines.filter((line) => line !== '').join('\n')
}

function jsonResult(number: number, { fault, outcome, accesses, mismatches, times }: FaultResult): unknown {
  return {
    fault: number,
    line: fault.line,
    pc: hex(fault.pc),
    word: hex(fault.word),
    text: textOf(fault.word),
    outcome: outcome.kind,
    reason: outcome.reason,
    accesses: accesses.map((a) => [a.kind, a.offset, a.value]),
    mismatches,
    micros: Object.fromEntries(STAGES.map((s) => [s, Math.round(times[s] * 10) / 10])),
  }
}

function hex(n: number | bigint): string {
  return `0x${n.toString(16)}`
}
