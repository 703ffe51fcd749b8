import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { conformAbort, emitAbort } from './conform/abort.ts'
import { conformAccess, emitAccess } from './conform/access.ts'
import { conformCrb, emitCrb } from './conform/crb.ts'
import { conformExec, emitExec } from './conform/exec.ts'
import { type CaseLine, readCases } from './conform/input.ts'
import { conformVectors, emitVectors } from './conform/vectors.ts'
import { conformWalk, emitWalk } from './conform/walk.ts'

const HELP = `nisv conform KIND [--emit] FILE

Runs the cases of a file (JSON Lines, .gz or not; - for standard input) and compares each outcome with the one in the
file. Prints the first mismatches and the sum; exit status 0 when all agree, 1 when one does not, 2 when the file is
not of its format.

  --emit   compare nothing: print each case with nisv's own outcome

KIND
  abort    stage 2 aborts: syndrome, FAR and HPFAR of loads and stores
  access   loads and stores of a machine with devices: order and bytes of every access
  crb      register traces of a TPM CRB
  exec     programs of one to three loads and stores: registers and memory
  vectors  conformance vectors: machine, abort, and all that must come of it (tests/conformance)
  walk     translations by AT instructions, loads, stores and fetches
`

/** How a kind of file is run. Another kind is a row. */
interface Kind {
  /** @returns the exit status. */
  compare(cases: AsyncIterable<CaseLine>): Promise<number>
  emit(cases: AsyncIterable<CaseLine>): Promise<number>
}

const KINDS: Readonly<Record<string, Kind>> = {
  abort: { compare: (cases) => conformAbort(cases), emit: emitAbort },
  access: { compare: (cases) => conformAccess(cases), emit: emitAccess },
  crb: { compare: (cases) => conformCrb(cases), emit: emitCrb },
  exec: { compare: (cases) => conformExec(cases), emit: emitExec },
  vectors: { compare: (cases) => conformVectors(cases), emit: emitVectors },
  walk: { compare: (cases) => conformWalk(cases), emit: (cases) => emitWalk(cases) },
}

/** `nisv conform`. */
export const conform: Command = {
  name: 'conform',
  summary: 'run files of cases and compare the outcomes',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { emit: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [name, file, ...more] = positionals
    if (name === undefined || file === undefined || more.length > 0)
      throw new UsageError('conform takes a KIND and a FILE')
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
    if (kind === undefined)
      throw new UsageError(`'${name}' is no kind of cases; there are ${Object.keys(KINDS).join(', ')}`)
    const cases = readCases(file)
    return values.emit ? kind.emit(cases) : kind.compare(cases)
  },
}
