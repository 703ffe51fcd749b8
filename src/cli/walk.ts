import { parseArgs } from 'node:util'
import { Access, explain, Regime, RegimeRegister, type TranslationRegime } from '../tlb/index.ts'
import { type Command, UsageError } from './command.ts'
import { givenInput, parseFaultNumber, parseU64, recordedInput, type WalkInput } from './walk/input.ts'
import { json, tree } from './walk/print.ts'

const HELP = `nisv walk [--json] --recording FILE --fault N [--va ADDRESS] [ACCESS]
nisv walk [--json] --regs JSON --mem JSON --va ADDRESS [--regime REGIME] [ACCESS]

Translates an address and tells every descriptor read, the fields taken from it, and the rule of the manual that decided.
Exit status 0 when the address translates, 1 when it faults.

  --recording FILE  a recording of data aborts (JSON Lines, .gz or not); --fault N is the number of one, from 1
  --va ADDRESS      the address, "0x" and hexadecimal; without it FAR of the fault
  --regs JSON       system registers by name, "0x" strings: {"SCTLR_EL1":"0x1","TCR_EL1":...}; or a file of it
  --mem JSON        descriptors by physical address, little-endian: {"0x40000000":"0x40001003",...}; or a file of it
  --regime REGIME   el1 (EL1&0, with stage 2 where HCR_EL2 has one), el2, el20 (EL2&0, HCR_EL2.E2H), el3; el1 without
  --json            one JSON object

Registers that are absent are zero, but for SCR_EL3, which is Non-secure. TTBRn_ELx and VTTBR_EL2 may have 128 bits.
128-bit descriptors (TCR2_ELx.D128) are two doublewords of --mem.

ACCESS (the fault's own unless given; else a read as EL1)
  --kind KIND       read, write, fetch; gcs-read, gcs-write of a Guarded Control Stack
  --el N            whose permissions: 0 or 1, of el2 and el20 2, of el20 also 0, of el3 3
`

const REGIMES: Readonly<Record<string, { readonly kind: number; readonly levels: readonly string[] }>> = {
  el1: { kind: Regime.EL10, levels: ['0', '1'] },
  el2: { kind: Regime.EL2, levels: ['2'] },
  el20: { kind: Regime.EL20, levels: ['0', '2'] },
  el3: { kind: Regime.EL3, levels: ['3'] },
}
const HCR_HI_E2H = 1 << 2

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
        regime: { type: 'string', default: 'el1' },
        kind: { type: 'string' },
        el: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const va = values.va === undefined ? undefined : parseU64(values.va, '--va')
    const input = await inputOf(values, va)
    const at = va ?? input.va
    const levels = selectRegime(input.regime, values.regime)
    const access = accessOf(input.access, values.kind, values.el, levels)
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

/** @returns the Exception levels of the regime's accesses. */
function selectRegime(regime: TranslationRegime, name: string): readonly string[] {
  const wanted = Object.hasOwn(REGIMES, name) ? REGIMES[name] : undefined
  if (wanted === undefined) throw new UsageError(`--regime takes ${Object.keys(REGIMES).join(', ')}, not '${name}'`)
  if (wanted.kind === Regime.EL20) {
    const { HCR_EL2 } = RegimeRegister
    regime.set(HCR_EL2, regime.hi(HCR_EL2) | HCR_HI_E2H, regime.lo(HCR_EL2))
  }
  regime.select(wanted.kind)
  regime.update()
  return wanted.levels
}

function accessOf(own: number, kind: string | undefined, el: string | undefined, levels: readonly string[]): number {
  let access = own
  if (kind !== undefined) {
    const wanted = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
    if (wanted === undefined) throw new UsageError(`--kind takes ${Object.keys(KINDS).join(', ')}, not '${kind}'`)
    access = (access & ~(Access.READ | Access.WRITE | Access.EXECUTE | Access.GCS)) | wanted
  }
  if (el !== undefined) {
    if (!levels.includes(el)) throw new UsageError(`--el takes ${levels.join(' or ')} in this regime, not '${el}'`)
    access = el === '0' ? access | Access.UNPRIVILEGED : access & ~Access.UNPRIVILEGED
  }
  return access
}
