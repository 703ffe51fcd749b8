import { parseArgs } from 'node:util'
import { Access, explain } from '../tlb/index.ts'
import { type Command, UsageError } from './command.ts'
import { givenInput, parseFaultNumber, parseU64, recordedInput, type WalkInput } from './walk/input.ts'
import { json, tree } from './walk/print.ts'

const HELP = `nisv walk [--json] --recording FILE --fault N [--va ADDRESS] [ACCESS]
nisv walk [--json] --regs JSON --mem JSON --va ADDRESS [ACCESS]

Translates an address and tells every descriptor read, the fields taken from it, and the rule of the manual that decided.
Exit status 0 when the address translates, 1 when it faults.

  --recording FILE  a recording of data aborts (JSON Lines, .gz or not); --fault N is the number of one, from 1
  --va ADDRESS      the address, "0x" and hexadecimal; without it FAR of the fault
  --regs JSON       system registers by name, "0x" strings: {"SCTLR_EL1":"0x1","TCR_EL1":...}; or a file of it
  --mem JSON        descriptors by physical address, little-endian: {"0x40000000":"0x40001003",...}; or a file of it
  --json            one JSON object

ACCESS (the fault's own unless given; else a read as EL1)
  --kind KIND       read, write, fetch; gcs-read, gcs-write of a Guarded Control Stack
  --el N            whose permissions: 0 or 1
`

const KINDS: Readonly<Record<string, number>> = {
  read: Access.READ,
  write: Access.WRITE,
  fetch: Access.EXECUTE,
  'gcs-read': Access.READ | Access.GCS,
  'gcs-write': Access.WRITE | Access.GCS,
}

/** `nisv walk`. */
export const walkCommand: Command = {
  name: 'walk',
  summary: 'translate an address and tell why',
  help: HELP,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        recording: { type: 'string' },
        fault: { type: 'string' },
        va: { type: 'string' },
        regs: { type: 'string' },
        mem: { type: 'string' },
        kind: { type: 'string' },
        el: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const va = values.va === undefined ? undefined : parseU64(values.va, '--va')
    const input = await inputOf(values, va)
    const at = va ?? input.va
    const access = accessOf(input.access, values.kind, values.el)
    const told = explain(input.regime, input.memory, Number(at >> 32n), Number(at & 0xffff_ffffn), access)
    process.stdout.write(`${values.json ? JSON.stringify(json(told)) : tree(told)}\n`)
    return told.translation.fault === 0 ? 0 : 1
  },
}

interface Source {
  readonly recording?: string | undefined
  readonly fault?: string | undefined
  readonly regs?: string | undefined
  readonly mem?: string | undefined
}

async function inputOf(source: Source, va: bigint | undefined): Promise<WalkInput> {
  const { recording, fault, regs, mem } = source
  if (recording !== undefined && fault !== undefined && regs === undefined && mem === undefined) {
    return recordedInput(recording, parseFaultNumber(fault))
  }
  if (regs === undefined || mem === undefined || recording !== undefined || fault !== undefined) {
    throw new UsageError('walk takes --recording and --fault, or --regs and --mem')
  }
  if (va === undefined) throw new UsageError('walk needs --va with --regs and --mem')
  return { ...givenInput(regs, mem), va, access: Access.READ }
}

function accessOf(own: number, kind: string | undefined, el: string | undefined): number {
  let access = own
  if (kind !== undefined) {
    const wanted = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
    if (wanted === undefined) throw new UsageError(`--kind takes ${Object.keys(KINDS).join(', ')}, not '${kind}'`)
    access = (access & ~(Access.READ | Access.WRITE | Access.EXECUTE | Access.GCS)) | wanted
  }
  if (el !== undefined) {
    if (el !== '0' && el !== '1') throw new UsageError(`--el takes 0 or 1, not '${el}'`)
    access = el === '0' ? access | Access.UNPRIVILEGED : access & ~Access.UNPRIVILEGED
  }
  return access
}
