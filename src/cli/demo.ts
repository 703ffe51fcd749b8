import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { TpmBackend } from '../crb/index.ts'
import { EmbeddedTpm } from '../crb/index.ts'
import { type Command, UsageError } from './command.ts'
import { runGuest } from './demo/run.ts'
import { type ReplaySummary, replay, summaryTable } from './replay/run.ts'
import { paint } from './terminal.ts'

const HELP = `nisv demo [--tpm embedded|swtpm]

Replays two recorded Linux boots against the live TPM CRB, then runs a built-in guest that does to the CRB what
Windows' tpm.sys does: LDP and friends, TPM2_GetRandom. --tpm swtpm gives that guest a real TPM (Debian: swtpm).
`

/** The recordings that ship with the package. */
const RECORDINGS = ['linux-6.1-4k.jsonl.gz', 'linux-6.12-lpa2.jsonl.gz'] as const

/** `nisv demo`. */
export const demo: Command = {
  name: 'demo',
  summary: 'replay two Linux boots, then run a guest that uses LDP',
  help: HELP,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { tpm: { type: 'string', default: 'embedded' } } })
    const summaries: ReplaySummary[] = []
    for (const name of RECORDINGS) {
      process.stdout.write(`${paint('bold', `Linux boot ${name}: every fault without a syndrome`)}\n`)
      summaries.push(await replay({ file: fileURLToPath(new URL(`../../recordings/${name}`, import.meta.url)) }))
    }
    process.stdout.write(`\n${summaryTable(RECORDINGS, summaries)}\n\n`)
    const faults = summaries.reduce((sum, s) => sum + s.faults, 0)
    const mismatches = summaries.reduce((sum, s) => sum + s.mismatches, 0)
    process.stdout.write(`${faults} faults replayed, ${mismatches} mismatches\n\n`)
    process.stdout.write(`${paint('bold', `A guest that does as tpm.sys does (TPM: ${values.tpm})`)}\n`)
    const tpm = await openTpm(values.tpm)
    try {
      const ok = await runGuest(tpm)
      return ok && summaries.every((s) => s.mismatches === 0) ? 0 : 1
    } finally {
      tpm.close()
    }
  },
}

async function openTpm(name: string): Promise<TpmBackend> {
  if (name === 'embedded') return new EmbeddedTpm()
  if (name !== 'swtpm') throw new UsageError(`--tpm is embedded or swtpm, not '${name}'`)
  const { Swtpm } = await import('../crb/swtpm/index.ts')
  return Swtpm.spawn({})
}
