import { LineWriter } from '../words.ts'
import { CrbTracePlayer } from './crb-trace.ts'
import type { CaseLine } from './input.ts'
import { Report } from './report.ts'

/** Characters of a long value that a mismatch shows. */
const SHOWN = 80

/**
 * Replays register traces of a real tpm-crb on our device: every value read, every byte that reached the back end, and
 * every control command at the very step where QEMU sent the same one. Each step is a case.
 *
 * @returns the exit status.
 */
export async function conformCrb(cases: AsyncIterable<CaseLine>, report: Report = new Report()): Promise<number> {
  const player = new CrbTracePlayer()
  for await (const line of cases) {
    const { op } = line.value
    const id = `${line.file}:${line.line} ${String(op)} ${JSON.stringify(line.value.off ?? '')}`
    let passed = true
    // QEMU's control commands of a step follow it in a line of their own; a step without one made none.
    if (op !== 'ctl' && player.control.length > 0) {
      report.mismatch(id, 'control commands of the step before', 'none', text(player.control))
      player.clearControl()
      passed = false
    }
    const outcome = player.step(line)
    if (op === 'hdr') continue
    if (outcome !== undefined) {
      const [expected, got] = [text(line.value[outcome.field]), text(outcome.value)]
      if (expected !== got) {
        report.mismatch(id, outcome.field, ...around(expected, got))
        passed = false
      }
    }
    report.count(passed)
  }
  return report.end()
}

/** Prints each step but the headers, with what our device shows filled in. */
export async function emitCrb(cases: AsyncIterable<CaseLine>): Promise<number> {
  const player = new CrbTracePlayer()
  const out = new LineWriter()
  for await (const line of cases) {
    const outcome = player.step(line)
    if (line.value.op === 'hdr') continue
    const filled = outcome === undefined ? line.value : { ...line.value, [outcome.field]: outcome.value }
    await out.line(JSON.stringify(filled))
  }
  await out.flush()
  return 0
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
}

/** Of two long values, what is around the first difference. */
function around(expected: string, got: string): [string, string] {
  let at = 0
  while (at < expected.length && expected[at] === got[at]) at++
  const from = Math.max(0, at - 16)
  const cut = (s: string): string => {
    const shown = s.slice(from, from + SHOWN)
    return `${from > 0 ? `[${from}]...` : ''}${shown}${from + SHOWN < s.length ? '...' : ''}`
  }
  return [cut(expected), cut(got)]
}
