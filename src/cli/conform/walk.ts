import { LineWriter } from '../words.ts'
import { type CaseLine, ConformInputError } from './input.ts'
import { Report } from './report.ts'
import {
  parseCase,
  parseHeader,
  type WalkCase,
  type WalkHeader,
  type WalkProbe,
  type WalkProfile,
} from './walk-case.ts'
import { runProbe } from './walk-outcome.ts'

/**
 * Runs the probes of a file of walks and compares every field of every outcome. Each probe is a case.
 *
 * @param profile whose rules the CPU follows. The oracle of these files is QEMU.
 * @returns the exit status.
 */
export async function conformWalk(
  cases: AsyncIterable<CaseLine>,
  profile: WalkProfile = 'qemu',
  report: Report = new Report(),
): Promise<number> {
  for await (const { line, one } of walks(cases, profile)) {
    for (const probe of one.probes) {
      if (probe.out === undefined) throw new ConformInputError(line.file, line.line, 'has no outcomes; use --emit')
      const id = `${one.id} ${probe.op} ${probe.va}`
      const got = runProbe(one, probe)
      const passed =
        fieldsAgree(report, id, '', probe.out, got.out) &&
        (!gradesMemory(probe) || fieldsAgree(report, id, 'mem_after.', probe.memAfter ?? {}, got.mem_after ?? {}))
      report.count(passed)
    }
  }
  return report.end()
}

/** Prints each case's id and nisv's own outcomes. */
export async function emitWalk(cases: AsyncIterable<CaseLine>, profile: WalkProfile = 'qemu'): Promise<number> {
  const out = new LineWriter()
  for await (const { one } of walks(cases, profile)) {
    await out.line(JSON.stringify({ id: one.id, probes: one.probes.map((probe) => runProbe(one, probe)) }))
  }
  await out.flush()
  return 0
}

async function* walks(
  cases: AsyncIterable<CaseLine>,
  profile: WalkProfile,
): AsyncGenerator<{ line: CaseLine; one: WalkCase }> {
  let header: WalkHeader | undefined
  for await (const line of cases) {
    if ('header' in line.value) header = parseHeader(line, profile)
    else if (header === undefined) throw new ConformInputError(line.file, line.line, 'expected a header first')
    else yield { line, one: parseCase(line, header) }
  }
}

/**
 * Whether the descriptors changed are compared. A walk by an AT instruction may set Access flags or leave them (DDI 0487,
 * D8.5): they count where the file tells them.
 */
function gradesMemory(probe: WalkProbe): boolean {
  return !probe.at || probe.memAfter !== undefined
}

/** Whether both sides have the same fields with the same values; reports the first that differs. */
function fieldsAgree(
  report: Report,
  id: string,
  prefix: string,
  want: Readonly<Record<string, unknown>>,
  got: Readonly<Record<string, unknown>>,
): boolean {
  for (const field of new Set([...Object.keys(want), ...Object.keys(got)])) {
    if (want[field] === got[field]) continue
    report.mismatch(id, prefix + field, text(want[field]), text(got[field]))
    return false
  }
  return true
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
}
