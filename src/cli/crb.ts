import { parseArgs } from 'node:util'
import { decodeCrbState } from '../crb/index.ts'
import { type Command, UsageError } from './command.ts'
import { readBytes } from './vmstate/files.ts'
import { showState } from './vmstate/show.ts'

const HELP = `nisv crb STATE

Shows the state of a TPM CRB (a record of TpmCrb.save or of nisv vmstate extract): its registers field by field, the
beginning of its data buffer, what it holds of the TPM. Exit status 2 when the record is damaged; the message says where.
`

/** `nisv crb`. */
export const crb: Command = {
  name: 'crb',
  summary: "show a CRB's saved registers, decoded",
  help: HELP,
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new UsageError('crb takes one record')
    process.stdout.write(showState(decodeCrbState(readBytes(file))))
    return 0
  },
}
