import { parseArgs } from 'node:util'
import {
  type ByteSource,
  crbStateOf,
  decodeCrbState,
  downgradeStream,
  encodeCrbState,
  injectState,
  parseQemuStream,
  type QemuTpm,
  readQemuTpm,
  StateError,
  upgradeStream,
} from '../crb/index.ts'
import { type Command, UsageError } from './command.ts'
import { readBytes, stageFile, withFile, writeWhole } from './vmstate/files.ts'
import { showStream, streamJson } from './vmstate/show.ts'
import { fillStateDir } from './vmstate/state-dir.ts'

const HELP = `nisv vmstate show [--json] FILE
nisv vmstate extract FILE -o STATE [--swtpm DIR] [--repair]
nisv vmstate inject FILE STATE -o OUT [--repair]
nisv vmstate upgrade FILE --to saved-regs|version-1|chunk -o OUT [--repair]
nisv vmstate downgrade FILE -o OUT [--repair]

The TPM in a VM state that QEMU 7.2 or later saved (migrate exec:cat > FILE; precopy, of any size and machine; without
the capabilities compress, xbzrle, multifd).

  show       sections, RAM blocks, the CRB's registers field by field, what a reader should know
  extract    the CRB's state as a nisv record; --swtpm also puts the TPM's own state into the state
             directory of a swtpm (Debian: swtpm), which then goes on from there
  inject     puts a nisv record in place of what FILE has, in the form that FILE has
  upgrade    the form of Joelle van Dyne's series (saved-regs: v5; version-1: v2), or of QEMU 11.1 (chunk)
  downgrade  the form that every QEMU reads; what was lost to the 32-byte copy of v2 to v4 is made good

  --repair   takes a FILE on which QEMU hangs: a command that was under way ends with the fatal error, a TPM whose
             state is missing is left out

A file is written beside its place and renamed: FILE and OUT may be the same. Exit status 2, and nothing written, when a
file cannot be read.
`

const FORMS = ['saved-regs', 'version-1', 'chunk'] as const

interface Options {
  readonly json: boolean
  readonly out: string | undefined
  readonly swtpm: string | undefined
  readonly to: string | undefined
  readonly repair: boolean
}

/** What each action does with its files. Another action is a row. */
const ACTIONS: Readonly<
  Record<string, { readonly files: number; run(files: readonly string[], options: Options): Promise<void> }>
> = {
  show: {
    files: 1,
    async run([file = ''], { json }) {
      await withFile(file, (bytes) => {
        const stream = parseQemuStream(bytes)
        const tpm = readQemuTpm(stream)
        process.stdout.write(json ? streamJson(stream, tpm) : showStream(stream, tpm))
      })
    },
  },
  extract: {
    files: 1,
    async run([file = ''], options) {
      const out = needed(options.out)
      const tpm = await withFile(file, (bytes) => checked(bytes, options))
      const state = crbStateOf(tpm)
      const record = stageFile(out, encodeCrbState(state))
      try {
        if (options.swtpm !== undefined) await fillStateDir(options.swtpm, state.tpm)
      } catch (error) {
        record.drop()
        throw error
      }
      record.place()
      for (const note of tpm.notes) process.stderr.write(`nisv: note: ${note}\n`)
    },
  },
  inject: {
    files: 2,
    async run([file = '', state = ''], options) {
      const out = needed(options.out)
      const record = decodeCrbState(readBytes(state))
      await withFile(file, (bytes) => {
        const injected = injectState(bytes, record)
        checked(injected, options)
        writeWhole(out, injected)
      })
    },
  },
  upgrade: {
    files: 1,
    async run([file = ''], options) {
      const to = FORMS.find((form) => form === options.to)
      if (to === undefined) throw new UsageError(`upgrade takes --to ${FORMS.join(', ')}`)
      const out = needed(options.out)
      await withFile(file, (bytes) => {
        checked(bytes, options)
        writeWhole(out, upgradeStream(bytes, to))
      })
    },
  },
  downgrade: {
    files: 1,
    async run([file = ''], options) {
      const out = needed(options.out)
      await withFile(file, (bytes) => {
        checked(bytes, options)
        writeWhole(out, downgradeStream(bytes))
      })
    },
  },
}

/**
 * A stream's TPM.
 * @throws StateError also for one on which QEMU hangs, unless it is to be repaired.
 */
function checked(bytes: ByteSource, { repair }: Options): QemuTpm {
  const tpm = readQemuTpm(parseQemuStream(bytes))
  const [defect] = tpm.defects
  if (defect === undefined || repair) return tpm
  throw new StateError(defect.code, '', -1, `${defect.message}; --repair makes do without`, defect)
}

function needed(out: string | undefined): string {
  if (out === undefined) throw new UsageError('where to? give -o FILE')
  return out
}

/** `nisv vmstate`. */
export const vmstate: Command = {
  name: 'vmstate',
  summary: "the TPM in QEMU's saved VM states",
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        out: { type: 'string', short: 'o' },
        swtpm: { type: 'string' },
        to: { type: 'string' },
        repair: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [name, ...files] = positionals
    const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (action === undefined) throw new UsageError(`vmstate takes one of ${Object.keys(ACTIONS).join(', ')}`)
    if (files.length !== action.files) throw new UsageError(`vmstate ${name} takes ${action.files} file(s)`)
    const { json, out, swtpm, to, repair } = values
    await action.run(files, { json, out, swtpm, to, repair })
    return 0
  },
}
