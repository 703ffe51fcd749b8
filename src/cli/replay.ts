import { closeSync, openSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { type ReplayOptions, type ReplaySummary, replay, summaryTable } from './replay/run.ts'

const HELP = `nisv replay [--json] [--verbose] [--explain N] [--base ADDRESS]
            [--mmiotrace FILE] FILE

Replays a recording of a guest's data aborts (JSON Lines, .gz or not) against the live TPM CRB, and compares every
register, every device access and the PC after each fault. Exit status 0 when all agree, 1 when one does not.

  --verbose       show every fault, not only those without a syndrome
  --explain N     print the whole road of fault N
  --json          one JSON object for each fault
  --base ADDRESS  guest-physical address of the CRB; found from the recording unless given
  --mmiotrace FILE
                  write the accesses of the CRB to FILE as Linux mmiotrace text; the n-th fault is at n microseconds
`

/** `nisv replay`. */
export const replayCommand: Command = {
  name: 'replay',
  summary: 'replay recorded faults and compare',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        explain: { type: 'string' },
        base: { type: 'string' },
        mmiotrace: { type: 'string' },
      },
      allowPositionals: true,
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new UsageError('replay takes one recording')
    const options = {
      file,
      json: values.json,
      verbose: values.verbose,
      explain: values.explain === undefined ? 0 : count(values.explain),
      ...(values.base === undefined ? {} : { base: address(values.base) }),
    }
    const summary = await (values.mmiotrace === undefined ? replay(options) : traced(values.mmiotrace, options))
    if (!values.json) process.stdout.write(`${summaryTable([basename(file)], [summary])}\n`)
    return summary.mismatches === 0 ? 0 : 1
  },
}

/** Replays into a trace, written in large pieces. */
async function traced(file: string, options: ReplayOptions): Promise<ReplaySummary> {
  const fd = openSync(file, 'w')
  let pending = ''
  const flush = (): void => {
    writeSync(fd, pending)
    pending = ''
  }
  try {
    const summary = await replay({
      ...options,
      mmiotrace: (line) => {
        pending += line
        if (pending.length > 1 << 16) flush()
      },
    })
    flush()
    return summary
  } finally {
    closeSync(fd)
  }
}

function count(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new UsageError(`--explain takes the number of a fault from 1, not '${text}'`)
  return n
}

function address(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 0 || n % 0x1000 !== 0 || n >= 2 ** 52)
    throw new UsageError(`--base takes a page's address below 2^52, not '${text}'`)
  return n
}
