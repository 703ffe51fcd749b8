#!/usr/bin/env node
import { StateError } from '../crb/index.ts'
import { TpmSocketError } from '../crb/socket/error.ts'
import { abortCommand } from './abort.ts'
import { asm } from './asm.ts'
import { BinaryError } from './binary.ts'
import type { Command } from './command.ts'
import { UsageError } from './command.ts'
import { ConformInputError } from './conform/input.ts'
import { conform } from './conform.ts'
import { coverageCommand } from './coverage.ts'
import { crb } from './crb.ts'
import { decodeCommand } from './decode.ts'
import { demo } from './demo.ts'
import { disasm } from './disasm.ts'
import { ElfError } from './elf/reader.ts'
import { RecordingError } from './replay/recording.ts'
import { replayCommand } from './replay.ts'
import { tpmCommand } from './tpm.ts'
import { vmstate } from './vmstate.ts'
import { walkCommand } from './walk.ts'

const COMMANDS: readonly Command[] = [
  demo,
  replayCommand,
  decodeCommand,
  disasm,
  asm,
  coverageCommand,
  conform,
  crb,
  tpmCommand,
  vmstate,
  walkCommand,
  abortCommand,
]

function overview(): string {
  const list = COMMANDS.map((c) => `  ${c.name.padEnd(8)} ${c.summary}`).join('\n')
  return `nisv: A64 decoder and MMIO-fault emulator\n\nusage: nisv COMMAND [OPTION]...\n\n${list}\n\nnisv COMMAND --help tells more.\n`
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(overview())
    return name === undefined ? 2 : 0
  }
  const command = COMMANDS.find((c) => c.name === name)
  if (!command) throw new UsageError(`'${name}' is no command of nisv; nisv --help lists them`)
  if (rest.includes('--help')) {
    process.stdout.write(command.help)
    return 0
  }
  return command.run(rest)
}

/** A reader that went away (`nisv ... | head`) is the end of the work, not a fault of it. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const known =
    error instanceof UsageError ||
    error instanceof RecordingError ||
    error instanceof ConformInputError ||
    error instanceof BinaryError ||
    error instanceof ElfError ||
    error instanceof StateError ||
    error instanceof TpmSocketError ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') ||
    // A file that cannot be read: Node names the call and the file.
    (error as NodeJS.ErrnoException).syscall !== undefined
  process.stderr.write(known ? `nisv: ${(error as Error).message}\n` : `nisv: ${(error as Error).stack}\n`)
  process.exitCode = known ? 2 : 70
}
